"""What the library refuses: one sentence with the name, what is wanted and the value."""

import math

import numpy as np
import pytest
import torch

from course_lib.border import check_count, check_index, check_number, check_option, check_range, check_same_sizes


@pytest.mark.parametrize("index", [0, 2, np.int64(1)])
def test_an_index_comes_back_as_an_int(index):
    assert check_index("user", index, 3) == index and type(check_index("user", index, 3)) is int


@pytest.mark.parametrize("index", [-1, 3, 1.0, True, "1", None, math.nan, torch.tensor(1)])
def test_what_is_no_index_is_refused(index):
    with pytest.raises(ValueError, match=r"^user must be an index from 0 to 2, got "):
        check_index("user", index, 3)


def test_a_range_is_checked_at_both_ends_and_nothing_is_in_every_range():
    check_range("item", torch.tensor([0, 2]), 3)
    check_range("item", torch.zeros(0, dtype=torch.int64), 0)
    for index in ([0, 3], [-1, 2], [-1, 3]):
        with pytest.raises(ValueError, match=rf"^item must lie in \[0, 3\), got {index[0]} to {index[1]}$"):
            check_range("item", torch.tensor(index), 3)


def test_a_range_is_of_whole_numbers():
    for wrong in (torch.tensor([0.0]), torch.tensor([True]), torch.tensor([1j])):
        with pytest.raises(ValueError, match=r"^item must be whole numbers, as of .long\(\), got torch\."):
            check_range("item", wrong, 3)


def test_a_count_says_why_and_how_many():
    check_count("k", np.int32(3), 1, 3)
    check_count("seed", 0, 0)
    with pytest.raises(ValueError, match=r"^k must be a whole number, 1 to 3, the number of items, got 4$"):
        check_count("k", 4, 1, 3, "the number of items")
    with pytest.raises(ValueError, match=r"^n must be a whole number, at least 1, got 0$"):
        check_count("n", 0)
    for wrong in (1.0, True, "1", None, math.inf, math.nan):
        with pytest.raises(ValueError, match=r"^n must be a whole number, at least 1, got "):
            check_count("n", wrong)


def test_a_number_is_finite_and_says_its_bounds():
    for fine in (0, 0.5, 1, np.float32(0.25)):
        check_number("share", fine, high=1)
    check_number("rate", 1e-300, above_zero=True)
    with pytest.raises(ValueError, match=r"^share must be a number 0 to 1, a probability, got 1.5$"):
        check_number("share", 1.5, high=1, why="a probability")
    with pytest.raises(ValueError, match=r"^rate must be a number above 0, got 0$"):
        check_number("rate", 0, above_zero=True)
    for wrong in (-1, math.nan, math.inf, -math.inf, "1", True, None, 1j):
        with pytest.raises(ValueError, match=r"^rate must be a number at least 0, got "):
            check_number("rate", wrong)


@pytest.mark.parametrize("option", ["hinge", None, 3, ["bpr"]])
def test_an_option_is_one_of_those_named(option):
    check_option("loss", "bpr", ("bpr", "softmax"))
    with pytest.raises(ValueError, match=r"^loss must be one of 'bpr', 'softmax', got "):
        check_option("loss", option, ("bpr", "softmax"))


def test_two_that_count_other_users_or_items_are_refused_with_both_counts():
    check_same_sizes("truth", (3, 4), "seen", (3, 4))
    message = r"^truth counts \(users, items\) = \(3, 4\), seen counts \(4, 3\); take both from one split$"
    with pytest.raises(ValueError, match=message):
        check_same_sizes("truth", (3, 4), "seen", (4, 3))
    for others in ((3, 5), (2, 4)):
        with pytest.raises(ValueError, match="take both from one split"):
            check_same_sizes("truth", (3, 4), "seen", others)
