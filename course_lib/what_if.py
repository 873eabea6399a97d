"""One thing moved by hand, and what follows: a pair of scores under BPR, a hit in a ranked list."""

from collections.abc import Collection, Sequence

import torch

from course_lib.bpr import bpr_loss


def duel(raved: float, random: float) -> tuple[float, float, float]:
    """Margin, loss and push of one pair of scores.

    The push is the gradient's size on either score: `-d loss / d raved = d loss / d random = sigmoid(-margin)`.
    """
    scores = torch.tensor([[raved], [random]], dtype=torch.float64, requires_grad=True)
    loss = bpr_loss(scores[0], scores[1])
    (gradient,) = torch.autograd.grad(loss, scores)
    return raved - random, loss.item(), gradient[1].item()


def move_item(order: Sequence[int], item: int, rank: int, seen: Collection[int] = ()) -> list[int]:
    """The ranking `order`, best first, with `item` moved so that it ranks `rank`-th among the items not `seen`.

    It comes right before the unseen item that it overtakes; last, where there are fewer than `rank` unseen items. An
    item that has the rank already stays where it is.
    """
    others = [other for other in order if other != item]
    if sum(other not in seen for other in others[: list(order).index(item)]) == rank - 1:
        return list(order)
    unseen = [other for other in others if other not in seen]
    place = others.index(unseen[rank - 1]) if rank <= len(unseen) else len(others)
    return [*others[:place], item, *others[place:]]
