"""Whether two results are the same, and how to say what a result is in a few words."""

import dataclasses
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor


def same(got: Any, expected: Any) -> bool:
    """Equal up to rounding: tensors, arrays, tables, numbers, and lists or dicts of them.

    Shapes and kinds (decimals or not) must agree; precision, layout and device need not. A number equals a tensor
    without dimensions.
    """
    got, expected = _tensor(got), _tensor(expected)
    if isinstance(got, Tensor) and isinstance(expected, Tensor):
        same_kind = got.is_floating_point() == expected.is_floating_point() or got.dim() == 0
        return got.shape == expected.shape and same_kind and not _far(got, expected).any()
    if dataclasses.is_dataclass(expected) and type(got) is type(expected):
        return all(same(getattr(got, f.name), getattr(expected, f.name)) for f in dataclasses.fields(expected))
    if isinstance(expected, dict) and isinstance(got, dict):
        return got.keys() == expected.keys() and all(same(got[key], expected[key]) for key in expected)
    if isinstance(expected, list | tuple) and isinstance(got, list | tuple):
        return len(got) == len(expected) and all(map(same, got, expected))
    return type(got) is type(expected) and bool(got == expected)


def same_numbers(got: Any, expected: Any) -> bool:
    """The same numbers in the same order, whatever their shape and type."""
    try:
        got, expected = (torch.as_tensor(np.asarray(_tensor(value), dtype=float)) for value in (got, expected))
    except (TypeError, ValueError, RuntimeError):
        return False
    return got.numel() == expected.numel() and not _far(got.flatten(), expected.flatten()).any()


def kind(value: Any) -> str:
    """Type and shape: "Tensor of shape (3, 4), float32", "list of length 2, each int"."""
    tensor = _tensor(value)
    if isinstance(tensor, Tensor) and tensor.dim():
        return f"{type(value).__name__} of shape {tuple(tensor.shape)}, {str(tensor.dtype).removeprefix('torch.')}"
    if isinstance(value, list | tuple) and len(value):
        return f"{type(value).__name__} of length {len(value)}, each {kind(value[0])}"
    return type(value).__name__


def describe(value: Any, decimals: int = 3) -> str:
    """A value in a few words, without memory addresses."""
    tensor = _tensor(value)
    if isinstance(tensor, Tensor):
        numbers = np.array2string(tensor.numpy(), precision=decimals, separator=", ", suppress_small=True)
        numbers = f"{tensor.item():.{decimals}f}" if tensor.dim() == 0 and tensor.is_floating_point() else numbers
        return numbers if tensor.dim() == 0 else kind(value) + (f": {' '.join(numbers.split())}" * (len(numbers) < 80))
    if callable(value):
        return f"the function {getattr(value, '__name__', type(value).__name__)}"
    try:
        text = repr(value)
    except Exception:  # a class of the learner's, perhaps
        text = " at 0x"
    text = type(value).__name__ if " at 0x" in text else text
    return text if len(text) <= 300 else f"{text[:297]}..."


def difference(got: Any, expected: Any) -> str:
    """Where two results differ: in all of it, or for large tensors in the first wrong place."""
    first, second = _tensor(got), _tensor(expected)
    if isinstance(first, Tensor) and isinstance(second, Tensor) and first.shape == second.shape and first.numel() > 8:
        place = _far(first, second).nonzero()[0].tolist()
        return f"at {place} it expected {describe(second[tuple(place)])} and got {describe(first[tuple(place)])}"
    if isinstance(expected, dict) and isinstance(got, dict):
        key = next((key for key in expected if key not in got or not same(got[key], expected[key])), None)
        if key is not None:
            return f"for {key!r} it expected {describe(expected[key])} and got {describe(got.get(key))}"
    decimals = 6 if describe(expected) == describe(got) else 3  # two values that differ must not read the same
    return f"it expected {describe(expected, decimals)} and got {describe(got, decimals)}"


def _tensor(value: Any) -> Any:
    """Numbers, arrays and tables of numbers as a dense tensor, other tables as lists, the rest as it is."""
    if isinstance(value, pd.DataFrame | pd.Series | pd.Index):
        value = value.to_numpy()
    if isinstance(value, np.ndarray) and value.dtype.kind not in "biuf":
        return value.tolist()
    if isinstance(value, np.ndarray):
        value = value.copy()  # torch takes no array that runs backwards
    if isinstance(value, Tensor):
        return value.detach().cpu().to_dense()
    if isinstance(value, int) and abs(value) >= 2**63:
        return value  # Python's whole numbers know no limit, torch's do
    return torch.tensor(value) if isinstance(value, bool | int | float | np.number | np.bool_ | np.ndarray) else value


def _far(got: Tensor, expected: Tensor) -> Tensor:
    return ~torch.isclose(got.double(), expected.double(), rtol=1e-4, atol=1e-6, equal_nan=True)
