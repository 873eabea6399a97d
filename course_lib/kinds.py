"""What is of another kind than a function asks for gets one sentence: a table for a tensor, a list for a split, None.

The annotations say what a function asks for. `check_kinds` at the end of a module makes its public functions look:
about a microsecond a call, so that nothing of it is seen in a loop of training. Numbers are left to the function, which
knows more about them (`border.py`). Where PyTorch finds that tensors do not go together, the sentence names the
function, and the shapes it was given.
"""

import functools
import inspect
import sys
import types
import typing
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from typing import Any

UNSEEN = (int, float, bool, object)
UNCLEAR = (AttributeError, IndexError, KeyError, NotImplementedError, RuntimeError)  # no class below them
HOW = {
    "graph": "make it by `adjacency(split.fit)`",
    "k": "name the lengths of lists, such as (10,) or (5, 10)",
    "state": "take the `state` of an earlier TrainResult",
    "DataFrame": "make it one by pd.DataFrame",
    "Interactions": "such as the `fit` of a split",
    "LightGCN": "such as `fit` returns",
    "Split": "make it by `split_per_user`",
    "Tensor": "make it one by torch.tensor",
}


def check_kinds(module: str) -> None:
    """Let the public functions of a module, and the public methods of its classes, refuse arguments by a ValueError."""
    names = vars(sys.modules[module])
    for name, thing in list(names.items()):
        if name.startswith("_") or getattr(thing, "__module__", None) != module:
            continue
        if inspect.isfunction(thing):
            names[name] = _looking(thing)
        elif inspect.isclass(thing):
            for method, function in list(vars(thing).items()):
                if inspect.isfunction(function) and (method == "__call__" or not method.startswith("_")):
                    setattr(thing, method, _looking(function))


def _looking(function: Callable) -> Callable:
    """The function, looking at its arguments first, and saying what they were if they do not go together."""
    names, inner = list(inspect.signature(function).parameters), inspect.unwrap(function)
    calls_back = False  # what goes wrong in a function of the caller's own is the caller's

    @functools.cache  # when it is first called: by then every name of the module is there
    def asked() -> list[tuple[int, str, tuple[type, ...]]]:
        nonlocal calls_back
        kinds = {name: _kinds(inner.__annotations__.get(name), inner.__globals__) for name in names}
        calls_back = any(Callable in allowed for allowed in kinds.values())
        return [(names.index(name), name, allowed) for name, allowed in kinds.items() if allowed]

    @functools.wraps(function)
    def looks(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True  # IPython leaves this frame out of what a learner reads
        for place, name, allowed in asked():
            given = args[place] if place < len(args) else kwargs.get(name, looks)
            if given is not looks and not isinstance(given, allowed):
                wanted = [kind.__name__ for kind in allowed if kind is not types.NoneType]
                how = HOW.get(name, HOW.get(wanted[0], ""))
                got = type(given).__name__
                raise ValueError(f"{name} must be of the kind {' or '.join(wanted)}, got {got}{how and f'; {how}'}")
        try:
            return function(*args, **kwargs)
        except (AttributeError, IndexError, KeyError, RuntimeError) as error:
            if calls_back or type(error) not in UNCLEAR:
                raise
            given = [f"{name} {_seen(value)}" for name, value in zip(names, args, strict=False)]
            given += [f"{name} {_seen(value)}" for name, value in kwargs.items()]
            reason = str(error).strip().splitlines()[0]
            raise ValueError(f"{function.__name__} cannot use {', '.join(given)} together ({reason})") from error

    return looks


def _seen(value: Any) -> str:
    """What one reads of an argument: of a tensor or table its shape and type, of a plain value itself."""
    shape, dtype = getattr(value, "shape", None), getattr(value, "dtype", "")
    if shape is not None:
        return f"{tuple(shape)} {dtype}".strip()
    return repr(value) if isinstance(value, int | float | str | None) else f"({type(value).__name__})"


def _kinds(note: Any, names: dict[str, Any]) -> tuple[type, ...]:
    """The classes that an annotation allows; none where it says less than a class would."""
    try:
        note = eval(note, names) if isinstance(note, str) else note
    except (NameError, TypeError):  # of a package that is imported for type checkers only
        return ()
    union = typing.get_origin(note) in (typing.Union, types.UnionType)
    found = [typing.get_origin(part) or part for part in (typing.get_args(note) if union else (note,))]
    if any(not inspect.isclass(kind) or kind in UNSEEN or kind.__module__ == "numpy" for kind in found):
        return ()
    if Hashable in found or (len(found) > 1 and Sequence in found):
        return ()
    # Tables, arrays and sets are as good as lists, and are no Sequence for Python.
    return tuple(Iterable if kind in (Sequence, Collection) else kind for kind in found)
