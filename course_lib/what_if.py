"""One thing changed by hand, and what follows: a pair of films under BPR, a hit in a ranked list, fame damped, a like
taken back."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

import pandas as pd
import torch
from torch import Tensor

from course_lib.border import check_count, check_number, check_range
from course_lib.bpr import bpr_loss, sample_negatives
from course_lib.evaluation import Matchmaker, Scorer, evaluate, top_k
from course_lib.interactions import Interactions, Split
from course_lib.kinds import check_kinds
from course_lib.lightgcn import LightGCN
from course_lib.recommendation import split_scores


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

    Raises:
        ValueError: the tags are not three, or a number is below 0.
    """
    if tags.dim() != 2 or len(tags) != 3:
        raise ValueError(f"tags must be (3, d), of a guest and two films, got {tuple(tags.shape)}")
    check_count("n_steps", n_steps, 0)
    check_number("rate", rate)
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


@torch.no_grad()
def pair_margins(model: LightGCN, graph: Tensor, likes: Interactions, seed: int) -> Tensor:
    """How far each like is ahead of one random item that the same user does not like: `(E,)`, drawn by `seed`."""
    users, items = model(graph)
    random = sample_negatives(likes.user, likes, torch.Generator().manual_seed(seed))
    return (users[likes.user] * (items[likes.item] - items[random])).sum(dim=1)


def move_item(order: Sequence[int], item: int, rank: int, seen: Collection[int] = ()) -> list[int]:
    """The ranking `order`, best first, with `item` moved so that it ranks `rank`-th among the items not `seen`.

    It comes right before the unseen item that it overtakes; last, where there are fewer than `rank` unseen items. An
    item that has the rank already stays where it is.

    Raises:
        ValueError: the ranking has no such item, or the rank is below 1.
    """
    check_count("rank", rank)
    if item not in list(order):
        raise ValueError(f"item {item!r} is not in the ranking of {len(order)} items; name one of them")
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

    Raises:
        ValueError: the strength or a number of likes is no number from 0, or there is no item; or, by what is returned,
            the scorer scores another number of items.
    """
    check_number("strength", strength)
    if item_degree.dim() != 1 or not len(item_degree) or item_degree.is_complex():
        got = f"{tuple(item_degree.shape)} {item_degree.dtype}"
        raise ValueError(f"item_degree must be (n_items,), one real number per item, got {got}")
    for likes in (item_degree.min(), item_degree.max()):  # both are NaN where any is
        check_number("item_degree", likes.item())
    fame = item_degree.float().log1p()
    penalty = strength * fame / fame.max().clamp_min(1e-12)

    def damped(scores: Tensor) -> Tensor:
        if scores.size(-1) != len(penalty):
            raise ValueError(f"item_degree has {len(penalty)} items, the scorer {scores.size(-1)}; take its own")
        return scores - penalty.to(scores.device)

    if isinstance(scorer, Matchmaker):
        return Matchmaker(lambda users: damped(scorer.known(users)), lambda liked: damped(scorer.newcomer(liked)))
    return lambda users: damped(scorer(users))


def places_lost(parts: Tensor, item_tags: Tensor, liked: Tensor, listed: Tensor) -> Tensor:
    """How many places each item of a list falls when one like is taken back: `(k, n)`, negative where it rises.

    The item that is taken back stays hidden, so that it does not push the others down itself.

    Args:
        parts: `(n, d)`, what each like brings into the tag, which is their sum.
        item_tags: `(n_items, d)`, of length 1 where scores are cosines.
        liked: `(n,)` item indices, at least two.
        listed: `(k,)` item indices, the list that the whole tag gives, best first.

    Raises:
        ValueError: an item is not there.
    """
    check_range("liked", liked, len(item_tags))
    check_range("listed", listed, len(item_tags))
    scores = (parts.sum(dim=0) - parts) @ item_tags.T  # (n, n_items); a tag's own length does not change its list
    scores[:, liked] = -torch.inf
    ahead = (scores[:, None, :] > scores[:, listed, None]).sum(dim=2)  # (n, k): so many items are better
    return (ahead - torch.arange(len(listed))).T


Rule = Callable[[Tensor], Tensor]
"""The shares of a list's scores, `(k, n)`, to the like that each of them is put down to: `(k,)`."""


@torch.no_grad()
def falls(model: LightGCN, graph: Tensor, likes: Interactions, rules: Mapping[str, Rule], k: int = 10) -> pd.DataFrame:
    """What the likes that a rule names are worth: by how many places their films fall when they are taken back.

    Everybody with three likes or more is taken for a newcomer, and listed their top k.

    Returns:
        One row per guest, the mean over the list; one column per rule, and last `the most possible`.
    """
    item_tags, told, degree = model.normalised(model(graph)[1]), model.told(graph), likes.item_degree()
    rows = []
    for user in (likes.user_degree() >= 3).nonzero().flatten().tolist():
        liked = likes.items_of(user)
        parts = told[liked] / (len(liked) * degree[liked]).sqrt()[:, None]
        scores = item_tags @ parts.sum(dim=0)
        scores[liked] = -torch.inf
        listed = scores.topk(k).indices
        lost = places_lost(parts, item_tags, liked, listed)  # (k, n)
        shares = split_scores(model, parts, item_tags[listed])
        named = [rule(shares) for rule in rules.values()] + [lost.argmax(dim=1)]
        rows.append([float(lost.gather(1, like[:, None]).float().mean()) for like in named])
    return pd.DataFrame(rows, columns=[*rules, "the most possible"])


def by_half(model: LightGCN, graph: Tensor) -> dict[str, Scorer]:
    """Scorers for the guests that a model was trained on: the whole tag, the raves alone, and the own tag alone."""
    with torch.no_grad():
        whole, items = model(graph)
        own, items = model.embedding.weight[: model.n_users] / (model.n_layers + 1), model.normalised(items)

    def scorer(tags: Tensor) -> Scorer:
        return lambda users: model.normalised(tags[check_range("users", users, len(tags))]) @ items.T

    return {
        "the whole tag": scorer(whole),
        "the raves alone": scorer(whole - own),
        "the own tag alone": scorer(own),
    }


def either_half(
    model: LightGCN, graph: Tensor, split: Split, k: int = 10
) -> tuple[dict[str, float], dict[str, pd.Series]]:
    """What each half of the guests' tags is worth without the other; see `by_half`.

    Returns:
        by half, how many of the `k` films that the whole tag lists stay, the mean over guests with a like; and by half,
        the whole tag first, NDCG@k of each guest that is judged.
    """
    halves, guests = by_half(model, graph), (split.fit.user_degree() > 0).nonzero().flatten()
    judged = {half: evaluate(scorer, split.test, split.fit, k=(k,))[f"ndcg@{k}"] for half, scorer in halves.items()}
    whole, *lists = (top_k(scorer, guests, split.fit, k=k)[0] for scorer in halves.values())
    same = [(items[:, :, None] == whole[:, None]).any(dim=2).sum(dim=1).float().mean().item() for items in lists]
    return dict(zip(list(halves)[1:], same, strict=True)), judged


check_kinds(__name__)
