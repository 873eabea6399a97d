"""The metric passport: what other libraries call recall, NDCG, precision and the like, from the same lists.

Every function takes what the course's own metrics take: `hits` `(B, k)` bool, whether the item at each rank is a hidden
like, and `n_relevant` `(B,)`, each user's number of hidden likes. It returns one value per user, `(B,)`. Each starts
from the metric of the course where the two differ by a factor, so that the factor *is* the difference.

`CONVENTIONS` says which function is whose; `tests/benchmarks/passport.py` holds each to the library itself, user by
user. For a user with exactly k hidden likes nothing differs but LensKit's NDCG: they part where more or fewer hide.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from course_lib.evaluation import check_hits, hit_rate_at_k, ndcg_at_k, recall_at_k
from course_lib.kinds import check_kinds

Metric = Callable[[Tensor, Tensor], Tensor]
"""Hits `(B, k)` and numbers of hidden likes `(B,)` to one value per user `(B,)`."""


def findable(hits: Tensor, n_relevant: Tensor) -> Tensor:
    """`min(n_relevant, k)`, the most hits that a list of k can have: the number over which the libraries part."""
    check_hits(hits, n_relevant)
    return n_relevant.clamp_max(hits.size(1))


def recall_of_findable(hits: Tensor, n_relevant: Tensor) -> Tensor:
    """`hits / min(n_relevant, k)`: a perfect list has 1, however many likes are hidden.

    Recall in LensKit, precision in implicit, R-precision in RecTools. Never below the course's recall.

    One hit in a list of 2, of 4 hidden likes; the course says 0.25:

    >>> recall_of_findable(torch.tensor([[True, False]]), torch.tensor([4]))
    tensor([0.5000])
    """
    return recall_at_k(hits, n_relevant) * n_relevant / findable(hits, n_relevant)


def precision_at_k(hits: Tensor, n_relevant: Tensor) -> Tensor:
    """`hits / k`: whoever hides fewer than k likes cannot reach 1. The same in PyG, LensKit and RecTools."""
    return recall_at_k(hits, n_relevant) * n_relevant / hits.size(1)


def ndcg_with_two_first_places(hits: Tensor, n_relevant: Tensor) -> Tensor:
    """NDCG with the discount `1 / log2(max(r, 2))`, in which ranks 1 and 2 count alike: LensKit's.

    Rank 3 has here the weight that the course gives to rank 2, and so on. No factor leads here from the course's NDCG:
    one must know which ranks were hit. Järvelin and Kekäläinen 2002, who invented DCG, discount like this.

    A hit at rank 2 is as good as one at rank 1; the course says 0.6309:

    >>> ndcg_with_two_first_places(torch.tensor([[False, True, False]]), torch.tensor([1]))
    tensor([1.])
    """
    k = hits.size(1)
    discount = 1 / torch.arange(1, k + 1, device=hits.device).clamp_min(2).log2()  # (k,)
    return (hits * discount).sum(dim=1) / discount.cumsum(0)[findable(hits, n_relevant) - 1]


def ndcg_of_full_list(hits: Tensor, n_relevant: Tensor) -> Tensor:
    """NDCG whose ideal list has k hits, also for whoever hides fewer: RecTools' default, never above the course's.

    The only hidden like at rank 1 of 3; the course says 1:

    >>> ndcg_of_full_list(torch.tensor([[True, False, False]]), torch.tensor([1]))
    tensor([0.4693])
    """
    k = hits.size(1)
    ideal = (1 / torch.arange(2, k + 2, device=hits.device).log2()).cumsum(0)
    return ndcg_at_k(hits, n_relevant) * ideal[findable(hits, n_relevant) - 1] / ideal[-1]


def average_precision(hits: Tensor, n_relevant: Tensor) -> Tensor:
    """The precision at each rank that is hit, summed, over `min(n_relevant, k)`: in PyG, LensKit and implicit.

    Hits at ranks 1 and 3, of 2 hidden likes: (1/1 + 2/3) / 2.

    >>> average_precision(torch.tensor([[True, False, True]]), torch.tensor([2]))
    tensor([0.8333])
    """
    rank = torch.arange(1, hits.size(1) + 1, device=hits.device)
    return (hits.cumsum(dim=1) / rank * hits).sum(dim=1) / findable(hits, n_relevant)


def average_precision_of_all(hits: Tensor, n_relevant: Tensor) -> Tensor:
    """The same sum over `n_relevant`, also where the list is too short for all of them: RecTools' default."""
    return average_precision(hits, n_relevant) * findable(hits, n_relevant) / n_relevant


def reciprocal_rank(hits: Tensor, n_relevant: Tensor) -> Tensor:
    """1 / the rank of the first hit, 0 without one: the same in PyG, LensKit and RecTools."""
    check_hits(hits, n_relevant)
    return (hits / torch.arange(1, hits.size(1) + 1, device=hits.device)).amax(dim=1)


def mean_by_findable(values: Tensor, hits: Tensor, n_relevant: Tensor) -> Tensor:
    """The mean over users in which each weighs `min(n_relevant, k)`: how implicit averages its precision.

    All hits of all users over all that could have been hit: active users count for more.
    """
    weight = findable(hits, n_relevant)
    return (values * weight).sum() / weight.sum().clamp_min(1)


CONVENTIONS: dict[tuple[str, str], tuple[Metric, str]] = {
    ("hit", "course"): (hit_rate_at_k, "1 if any hit"),
    ("hit", "PyG"): (hit_rate_at_k, "as the course"),
    ("hit", "LensKit"): (hit_rate_at_k, "as the course"),
    ("hit", "RecTools"): (hit_rate_at_k, "as the course"),
    ("recall", "course"): (recall_at_k, "hits / n_relevant"),
    ("recall", "PyG"): (recall_at_k, "as the course"),
    ("recall", "LensKit"): (recall_of_findable, "hits / min(n_relevant, k)"),
    ("recall", "RecTools"): (recall_at_k, "as the course"),
    ("ndcg", "course"): (ndcg_at_k, "discount log2(r + 1), ideal of min(n_relevant, k) hits"),
    ("ndcg", "PyG"): (ndcg_at_k, "as the course"),
    ("ndcg", "LensKit"): (ndcg_with_two_first_places, "discount log2(max(r, 2)): rank 2 counts as rank 1"),
    ("ndcg", "RecTools"): (ndcg_of_full_list, "ideal of k hits, however few are hidden"),
    ("ndcg", "implicit"): (ndcg_at_k, "as the course"),
    ("precision", "PyG"): (precision_at_k, "hits / k"),
    ("precision", "LensKit"): (precision_at_k, "as PyG"),
    ("precision", "RecTools"): (precision_at_k, "as PyG"),
    ("precision", "implicit"): (recall_of_findable, "hits / min(n_relevant, k), all users' hits pooled"),
    ("map", "PyG"): (average_precision, "over min(n_relevant, k)"),
    ("map", "LensKit"): (average_precision, "as PyG"),
    ("map", "RecTools"): (average_precision_of_all, "over n_relevant"),
    ("map", "implicit"): (average_precision, "as PyG"),
    ("mrr", "PyG"): (reciprocal_rank, "1 / rank of the first hit"),
    ("mrr", "LensKit"): (reciprocal_rank, "as PyG"),
    ("mrr", "RecTools"): (reciprocal_rank, "as PyG"),
}
"""(metric, judge) to the function that gives the judge's value, and the convention in words."""


check_kinds(__name__)
