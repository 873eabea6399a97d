import math

import pytest

from course_lib.what_if import duel, move_item


@pytest.mark.parametrize(
    ("raved", "random", "margin", "loss", "push"),
    [
        (0.0, 0.0, 0.0, math.log(2), 0.5),
        (2.0, 1.0, 1.0, 0.313262, 0.268941),  # log(1 + e^-1), 1 / (1 + e)
        (-1.0, 2.0, -3.0, 3.048587, 0.952574),
    ],
)
def test_duel_equals_values_by_hand(raved, random, margin, loss, push):
    assert duel(raved, random) == pytest.approx((margin, loss, push), abs=1e-6)


@pytest.mark.parametrize(
    ("rank", "expected"),
    [
        (1, [0, 2, 1, 3, 4]),  # before film 1, the best unseen one; film 0 is seen and stays above
        (2, [0, 1, 2, 3, 4]),  # that is its own rank: film 1 is the only unseen one above it
        (3, [0, 1, 3, 4, 2]),
        (9, [0, 1, 3, 4, 2]),  # there are only two other unseen films
    ],
)
def test_move_item_by_hand(rank, expected):
    moved = move_item([0, 1, 2, 3, 4], 2, rank, seen={0, 3})
    assert moved == expected
    assert [item for item in moved if item not in {0, 3}].index(2) + 1 == min(rank, 3)


def test_without_seen_items_the_rank_is_the_place():
    assert [move_item("abcd", "d", rank) for rank in (1, 4)] == [list("dabc"), list("abcd")]
