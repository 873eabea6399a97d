"""Testing the matchmaker: full rankings against hidden likes.

Protocol of the course: every item is ranked for every user who hides a like, except those in `seen` (train, and
validation once it has been learned from). Nothing is sampled and no hidden like is masked.

The same names mean other numbers elsewhere: LensKit discounts NDCG from rank 2 on and divides recall by
`min(n_relevant, k)`; RecTools always takes the ideal DCG over `k`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from course_lib.border import check_count, check_kinds, check_range, check_same_sizes
from course_lib.interactions import Interactions

Scorer = Callable[[Tensor], Tensor]
"""Anything that turns users `(B,)` into scores `(B, n_items)`: all that the evaluation knows of a model."""


@dataclass(frozen=True)
class Matchmaker:
    """A `Scorer` that also takes in guests it has not met.

    Attributes:
        known: users `(B,)` to scores `(B, n_items)`.
        newcomer: the liked items of one new guest, `(n,)` indices, to scores `(n_items,)`.
    """

    known: Scorer
    newcomer: Callable[[Tensor], Tensor]

    def __call__(self, users: Tensor) -> Tensor:
        """Scores of users that were there."""
        return self.known(users)


def hit_rate_at_k(hits: Tensor, n_relevant: Tensor) -> Tensor:
    """1 if any of the top k was a hidden like, else 0.

    Args:
        hits: `(B, k)` bool, whether the item at rank 1, ..., k is a hidden like.
        n_relevant: `(B,)` number of hidden likes of each user.

    Returns:
        `(B,)` float32, one value per user. Called Hit@k, or success@k.
    """
    check_hits(hits, n_relevant)
    return hits.any(dim=1).float()


def recall_at_k(hits: Tensor, n_relevant: Tensor) -> Tensor:
    """`(hidden likes in the top k) / (hidden likes)`: shapes as in `hit_rate_at_k`. As in RecTools."""
    check_hits(hits, n_relevant)
    return hits.sum(dim=1) / n_relevant


def ndcg_at_k(hits: Tensor, n_relevant: Tensor) -> Tensor:
    """`DCG / IDCG`, with `DCG = sum over ranks r of hit_r / log2(r + 1)`: shapes as in `hit_rate_at_k`.

    IDCG is the DCG of a perfect list, with all of `min(n_relevant, k)` first ranks hit. Equals scikit-learn's
    `ndcg_score` with binary relevance and no ties.

    One hidden like at rank 2 of 3, then the same beside one that was not found:

    >>> hits = torch.tensor([[False, True, False]])
    >>> ndcg_at_k(hits, torch.tensor([1])), ndcg_at_k(hits, torch.tensor([2]))
    (tensor([0.6309]), tensor([0.3869]))
    """
    check_hits(hits, n_relevant)
    k = hits.size(1)
    discount = 1 / torch.arange(2, k + 2, device=hits.device).log2()  # (k,)
    ideal = discount.cumsum(0)[n_relevant.clamp_max(k) - 1]
    return (hits * discount).sum(dim=1) / ideal


def check_hits(hits: Tensor, n_relevant: Tensor) -> None:
    """Refuse, by a ValueError, what a metric cannot count: the shapes, and the numbers of hidden likes."""
    if hits.dtype != torch.bool or hits.dim() != 2 or hits.size(1) < 1 or n_relevant.shape != hits.shape[:1]:
        got = f"{tuple(hits.shape)} {hits.dtype} and {tuple(n_relevant.shape)}"
        raise ValueError(f"hits must be (B, k) bool with k >= 1 and n_relevant (B,), got {got}")
    if len(n_relevant) and int(n_relevant.min()) < 1:
        raise ValueError(f"every user must hide at least one like, got n_relevant = {int(n_relevant.min())}")
    if (hits.sum(dim=1) > n_relevant).any():
        raise ValueError("a list cannot hit more likes than were hidden; count all hidden likes in n_relevant")


def top_k(scorer: Scorer, users: Tensor, seen: Interactions, k: int) -> tuple[Tensor, Tensor]:
    """The k best unseen items of each user, best first.

    Equal scores are ordered by one fixed random permutation of the items: in index order a constant scorer would
    look good on MovieLens, whose first films are the popular ones.

    Returns:
        items `(B, k)` int64 and their scores `(B, k)`. Where a user has fewer than `k` unseen items the list ends
        with seen ones, marked by the score -inf.

    Raises:
        ValueError: `k` is not in 1 to `n_items`; or the scorer's shape is not `(B, n_items)`, or it returns NaN or
            anything but a float tensor.
    """
    check_count("k", k, 1, seen.n_items, "the number of items")
    check_range("users", users, seen.n_users)
    with torch.no_grad():
        scores = scorer(users)
    if not (isinstance(scores, Tensor) and scores.is_floating_point()):
        kind = scores.dtype if isinstance(scores, Tensor) else type(scores).__name__
        raise ValueError(f"the scorer must return a float tensor, got {kind}; make it one, as with .float()")
    scores = scores.cpu()
    if scores.shape != (shape := (len(users), seen.n_items)):
        raise ValueError(f"the scorer must return (users, items) = {shape}, got {tuple(scores.shape)}")
    if scores.isnan().any():
        user = int(users[scores.isnan().any(dim=1)][0])
        raise ValueError(f"the scorer returned NaN for user {user}; a ranking needs numbers")
    scores = scores.masked_fill(seen.rows(users), -torch.inf)
    order = torch.randperm(seen.n_items, generator=torch.Generator().manual_seed(0))
    shuffled = scores[:, order]
    values, places = shuffled.topk(min(k + 1, seen.n_items))  # one more, to see whether the last one is tied
    tied = (values[:, 1:] == values[:, :-1]).any(dim=1)
    if tied.any():  # topk leaves the order of equal scores open
        exact = shuffled[tied].sort(dim=1, descending=True, stable=True)
        values[tied], places[tied] = exact.values[:, : values.size(1)], exact.indices[:, : values.size(1)]
    return order[places[:, :k]], values[:, :k]


def evaluate(
    scorer: Scorer, truth: Interactions, seen: Interactions, k: Sequence[int] = (5, 10, 20), batch_size: int = 1024
) -> pd.DataFrame:
    """Rank all unseen items for every user with hidden likes, and look for those likes.

    Args:
        scorer: users `(B,)` to scores `(B, n_items)`.
        truth: the hidden likes, the test or the validation part of a split.
        seen: what the model learned from; masked from the ranking.
        k: lengths of the list.
        batch_size: users scored at a time.

    Returns:
        One row per user (index `user`), columns `hit@5, recall@5, ndcg@5, hit@10, ...`. The mean over users is the
        headline.

    Raises:
        ValueError: `k` is no sequence of lengths; and whatever `check_hidden` and `top_k` refuse.
        KeyboardInterrupt: it was interrupted; it says after how many blocks of users, and none of them is kept.
    """
    if not len(k):
        raise ValueError(f"k must hold at least one length of a list, such as (10,) or (5, 10), got {k!r}")
    check_hidden(truth, seen)
    for cut in k:
        check_count("k", cut, 1, seen.n_items, "the number of items")
    parts, blocks = [], truth.user.unique().split(check_count("batch_size", batch_size))
    try:
        for users in blocks:
            items, _ = top_k(scorer, users, seen, max(k))
            relevant = truth.rows(users)
            hits, n_relevant = relevant.gather(1, items), relevant.sum(dim=1)
            metrics = {"hit": hit_rate_at_k, "recall": recall_at_k, "ndcg": ndcg_at_k}.items()
            row = {f"{name}@{n}": metric(hits[:, :n], n_relevant).numpy() for n in k for name, metric in metrics}
            parts.append(pd.DataFrame(row, index=users.numpy()))
    except KeyboardInterrupt:
        got = f"after {len(parts)} of {len(blocks)} blocks of users"
        raise KeyboardInterrupt(f"evaluate was interrupted {got}; nothing of it is kept, so run it again") from None
    return pd.concat(parts).rename_axis("user")


def check_hidden(truth: Interactions, seen: Interactions) -> None:
    """Refuse, by a ValueError, hidden likes to look for that are of another party, none at all, or in `seen` too."""
    check_same_sizes("what is hidden", truth.sizes, "seen", seen.sizes)
    if not len(truth):
        raise ValueError("there is no hidden like to look for; hide a larger share in the split")
    if masked := int(seen.contains(truth.user, truth.item).sum()):
        raise ValueError(f"{masked} hidden likes are also in seen and would be masked; pass only what was learned from")


def coverage_at_k(scorer: Scorer, seen: Interactions, k: int = 10, batch_size: int = 1024) -> float:
    """Share of all items that stand in at least one user's top k, over all users."""
    listed = torch.zeros(seen.n_items, dtype=torch.bool)
    for users in torch.arange(seen.n_users).split(check_count("batch_size", batch_size)):
        items, scores = top_k(scorer, users, seen, k)
        listed[items[scores > -torch.inf]] = True
    return int(listed.sum()) / seen.n_items


def paired_bootstrap(
    first: pd.Series | pd.DataFrame, second: pd.Series | pd.DataFrame, n_resamples: int = 2000, seed: int = 0
) -> tuple[float, float, float]:
    """Mean of `first - second` over the same users, and its 95 % percentile interval over resampled users.

    With a column per split the splits are resampled too, beside the users and independently of them: the interval then
    holds what another draw of hidden likes and, where each split was trained with a seed of its own, another training
    would have changed.

    Raises:
        ValueError: the two do not describe the same users and splits, or a number is missing.

    References:
        Efron and Tibshirani 1993, "An Introduction to the Bootstrap", chapter 13, for users alone; Owen 2007, "The
        pigeonhole bootstrap", doi:10.1214/07-AOAS122, for rows and columns.
    """
    if first.shape != second.shape or not first.index.equals(second.index):
        raise ValueError(f"a paired test needs the same users in the same order, got {first.shape} and {second.shape}")
    table = np.atleast_2d((first - second).to_numpy(dtype=np.float64).T).T  # (users, splits)
    if not table.size or not np.isfinite(table).all():
        got = f"{np.isfinite(table).sum()} of {table.size}"
        raise ValueError(f"a paired test needs users, and a number for each; got {got}; leave out who has none")
    check_count("n_resamples", n_resamples)
    rng = np.random.default_rng(seed)
    users, splits = (rng.integers(n, size=(n_resamples, n)) for n in table.shape)
    means = [table[rows][:, columns].mean() for rows, columns in zip(users, splits, strict=True)]
    low, high = np.quantile(means, [0.025, 0.975])
    return float(table.mean()), float(low), float(high)


check_kinds(__name__)
