"""One thing changed by hand, and what follows: a pair of films under BPR, a hit in a ranked list, fame damped."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from course_lib.bpr import bpr_loss
from course_lib.evaluation import Matchmaker, Scorer


class Pair(NamedTuple):
    """A guest's tag, a raved and a random film's, and what BPR makes of them."""

    tags: Tensor
    """`(3, d)`: of the guest, the raved film and the random one."""
    pulls: Tensor
    """`(3, d)`: minus the gradient of the loss, so where a step of gradient descent takes each, times its rate."""
    margin: float
    """Score of the raved film minus score of the random one."""
    loss: float
    """`-log sigmoid(margin)`."""
    push: float
    """The gradient's size on either score, `sigmoid(-margin)`."""


def duel(tags: Tensor, n_steps: int, rate: float) -> list[Pair]:
    """The pair at its start and after each of `n_steps` steps of gradient descent on all three tags.

    Args:
        tags: `(3, d)`, of the guest, the raved film and the random one.
        rate: the step size.
    """
    pairs, tags = list[Pair](), tags.double()
    for _ in range(n_steps + 1):
        tags.requires_grad_()
        scores = tags[1:] @ tags[0]  # (2,)
        loss = bpr_loss(scores[:1], scores[1:])
        by_score, by_tag = torch.autograd.grad(loss, (scores, tags))
        tags = tags.detach()
        margin = float((scores[0] - scores[1]).detach())
        pairs.append(Pair(tags, -by_tag, margin, loss.item(), by_score[1].item()))
        tags = tags - rate * by_tag
    return pairs


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


def damp_popularity(scorer: Scorer, item_degree: Tensor, strength: float) -> Scorer:
    """Lower the score of item i by `strength * log(1 + d_i) / log(1 + max d)`: 0 changes nothing.

    What is taken away is the same for every guest, so it is one more line on the receipt of a score.

    Args:
        item_degree: `(n_items,)` likes per item, d.
        strength: what the most famous item loses, in units of the score.
    """
    fame = item_degree.float().log1p()
    penalty = strength * fame / fame.max().clamp_min(1e-12)

    def damped(scores: Tensor) -> Tensor:
        return scores - penalty.to(scores.device)

    if isinstance(scorer, Matchmaker):
        return Matchmaker(lambda users: damped(scorer.known(users)), lambda liked: damped(scorer.newcomer(liked)))
    return lambda users: damped(scorer(users))
