"""The parties that an attempt is tried on: two small enough for paper, and random ones."""

from collections.abc import Sequence

import pandas as pd
import torch

from course_lib.interactions import Interactions, Split
from course_lib.party import little_party, paper_party


def random_party(n_users: int = 6, n_items: int = 9, n_likes: int = 20) -> Interactions:
    """A party with random likes; the last item has none."""
    free = torch.randperm(n_users * (n_items - 1), generator=torch.Generator().manual_seed(0))[:n_likes]
    return Interactions(free // (n_items - 1), free % (n_items - 1), n_users, n_items)


def dealt(party: Interactions, train: Sequence[int], validation: Sequence[int], test: Sequence[int]) -> Split:
    """A party split by hand: the numbers of the likes in each part."""

    def part(rows: Sequence[int]) -> Interactions:
        return Interactions(party.user[list(rows)], party.item[list(rows)], *party.sizes)

    return Split(part(train), part(validation), part(test), pd.RangeIndex(party.n_users), pd.RangeIndex(party.n_items))


def parties() -> dict[str, tuple]:
    """One party per case: two for paper and two random ones."""
    return {
        "the little party": (little_party(),),
        "the paper party, where nobody raved about Dune": (paper_party(),),
        "a random party of 6 guests and 9 films": (random_party(),),
        "a random party of 9 guests and 6 films": (random_party(9, 6),),
    }
