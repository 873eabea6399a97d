"""What the library refuses, in one sentence each: the value it got, and what it wants."""

import math
from collections.abc import Sequence
from numbers import Integral, Real

import torch
from torch import Tensor

from course_lib.kinds import check_kinds as check_kinds  # of another kind altogether


def check_range(name: str, index: Tensor, n: int) -> Tensor:
    """The indices; refuse, by a ValueError, any outside `[0, n)`, and what is no whole number."""
    if index.dtype not in (torch.int64, torch.int32):
        raise ValueError(f"{name} must be whole numbers, as of .long(), got {index.dtype}")
    if index.numel() and not 0 <= int(index.min()) <= int(index.max()) < n:
        raise ValueError(f"{name} must lie in [0, {n}), got {int(index.min())} to {int(index.max())}")
    return index


def check_index(name: str, index: object, n: int) -> int:
    """The index as an int; refuse, by a ValueError, anything but a whole number in `[0, n)`."""
    if not isinstance(index, Integral) or isinstance(index, bool) or not 0 <= int(index) < n:
        raise ValueError(f"{name} must be an index from 0 to {n - 1}, got {index!r}")
    return int(index)


def check_count(name: str, count: object, low: int = 1, high: float = math.inf, why: str = "") -> int:
    """The count; refuse, by a ValueError, anything but a whole number of at least `low` and at most `high`."""
    if not isinstance(count, Integral) or isinstance(count, bool) or not low <= int(count) <= high:
        wanted = f"at least {low}" if high == math.inf else f"{low} to {high}"
        raise ValueError(f"{name} must be a whole number, {wanted}{why and f', {why}'}, got {count!r}")
    return int(count)


def check_number(name: str, number: object, high: float = math.inf, above_zero: bool = False, why: str = "") -> None:
    """Refuse, by a ValueError, anything but a finite number from 0, or with `above_zero` above 0, to `high`."""
    fine = isinstance(number, Real) and not isinstance(number, bool) and math.isfinite(number)
    if not (fine and 0 <= number <= high and (number or not above_zero)):  # type: ignore[operator]
        wanted = "above 0" if above_zero else "at least 0" if high == math.inf else f"0 to {high:g}"
        raise ValueError(f"{name} must be a number {wanted}{why and f', {why}'}, got {number!r}")


def check_option(name: str, option: object, options: Sequence[object]) -> None:
    """Refuse, by a ValueError, anything but one of the options."""
    if option not in options:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, options))}, got {option!r}")


def check_same_sizes(first: str, sizes: tuple[int, int], second: str, others: tuple[int, int]) -> None:
    """Refuse, by a ValueError, two that count other users or items."""
    if sizes != others:
        raise ValueError(f"{first} counts (users, items) = {sizes}, {second} counts {others}; take both from one split")
