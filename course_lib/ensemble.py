"""Several matchmakers together: what each of them says, on one scale, added up."""

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor

from course_lib.border import check_kinds, check_number
from course_lib.evaluation import Matchmaker, Scorer


def combine(*scorers: Scorer, weights: Sequence[float] | None = None) -> Scorer:
    """The weighted sum of what several say of a user, each first brought to mean 0 and deviation 1 over all items.

    Args:
        scorers: one or more. If each of them takes newcomers in, so does the result, a `Matchmaker`.
        weights: one per scorer; all equal if left out.

    Raises:
        ValueError: there is no scorer, or not one weight, from 0, for each.
    """
    shares = [1.0] * len(scorers) if weights is None else weights
    if not scorers or len(shares) != len(scorers):
        raise ValueError(f"combine needs scorers and one weight for each, got {len(scorers)} and {len(shares)} weights")
    for share in shares:
        check_number("a weight", share)

    def total(parts: Iterable[Tensor]) -> Tensor:
        return torch.as_tensor(sum(share * _standard(part.cpu()) for share, part in zip(shares, parts, strict=True)))

    makers = [scorer for scorer in scorers if isinstance(scorer, Matchmaker)]
    both = Matchmaker(
        lambda users: total(scorer(users) for scorer in scorers),
        lambda liked: total(maker.newcomer(liked) for maker in makers),
    )
    return both if len(makers) == len(scorers) else both.known


def _standard(scores: Tensor) -> Tensor:
    """Scores `(..., n_items)` with mean 0 and deviation 1; all 0 where they are all the same."""
    deviation, mean = torch.std_mean(scores, dim=-1, keepdim=True, correction=0)
    same = scores.amin(dim=-1, keepdim=True) == scores.amax(dim=-1, keepdim=True)
    return ((scores - mean) / deviation).masked_fill(same, 0)


check_kinds(__name__)
