"""Run what a learner wrote, whatever it does: it may raise, loop for ever, print, or draw random numbers."""

import _thread
import ast
import contextlib
import io
import linecache
import random
import signal
import threading
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import CodeType
from typing import Any

import numpy as np
import pandas as pd
import torch

from course_lib.classroom.check.compare import same
from course_lib.classroom.check.exercise import Exercise
from course_lib.interactions import Interactions


class StillRunning(Exception):
    """The attempt took longer than it may."""


@dataclass(frozen=True)
class Outcome:
    """What came of one case: a value or an error, and whether data among the arguments was changed."""

    value: Any = None
    error: BaseException | None = None
    changed: bool = False

    def equals(self, other: "Outcome") -> bool:
        """The same value, or the same error in the same words."""
        if self.error is not None or other.error is not None:
            return type(self.error) is type(other.error) and str(self.error) == str(other.error)
        return same(self.value, other.value)


def run(exercise: Exercise, attempt: Any, seconds: float) -> dict[str, Outcome]:
    """The attempt on every case, by name; the case that runs out of time is the last.

    Args:
        seconds: for all cases together. An endless loop is stopped in the main thread only, where notebooks run.
    """
    outcomes: dict[str, Outcome] = {}
    untouched = exercise.cases()

    def every_case() -> None:
        for name, arguments in exercise.cases().items():
            outcomes[name] = Outcome(error=StillRunning(f"{seconds:g} seconds"))
            try:
                value = exercise.observe(attempt, *arguments)
                changed = not all(map(_same_data, arguments, untouched[name]))
                outcomes[name] = Outcome(value, changed=changed)
            except (Exception, SystemExit) as error:
                outcomes[name] = Outcome(error=error)

    with _random_numbers_kept(), contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(StillRunning):
        _within(seconds, every_case)
    return outcomes


def is_blank(attempt: Any) -> bool:
    """Whether a `...` is left in a function, a class, a list or a dict, or is all there is.

    A function is read as it is written. One whose source nobody has kept, such as a built-in or what `exec` makes,
    has no blank: it is judged by what it does.
    """
    if isinstance(attempt, type | dict):
        attempt = list((vars(attempt) if isinstance(attempt, type) else attempt).values())
    if isinstance(attempt, list | tuple):
        return any(map(is_blank, attempt))
    code = getattr(attempt, "__code__", None)
    return any(map(_has_blank, _written(code))) if isinstance(code, CodeType) else attempt is Ellipsis


def _written(code: CodeType) -> list[ast.FunctionDef | ast.Lambda]:
    """The functions that begin in the line of this one and are named like it: one, or every lambda of the line."""
    # The whole cell or file: the lines of a lambda alone are often a piece of a call, which cannot be parsed.
    try:
        nodes = ast.walk(ast.parse("".join(linecache.getlines(code.co_filename))))
    except SyntaxError:  # the file has changed since
        return []
    return [
        node
        for node in nodes
        if isinstance(node, ast.FunctionDef | ast.Lambda)
        and getattr(node, "name", "<lambda>") == code.co_name
        and min(part.lineno for part in (node, *getattr(node, "decorator_list", ()))) == code.co_firstlineno
    ]


def _has_blank(function: ast.AST) -> bool:
    """Whether a `...` stands in it; as an index, as in `x[..., 0]`, it is no blank."""
    nodes = set(ast.walk(function))
    indices = [node.slice for node in nodes if isinstance(node, ast.Subscript)]
    nodes -= {part for index in indices for part in (index, *getattr(index, "elts", ()))}
    return any(isinstance(node, ast.Constant) and node.value is Ellipsis for node in nodes)


def place_of(error: BaseException, attempt: Any) -> str:
    """Where in the learner's function an error arose: " in its line 3 (`return x / 0`)", or nothing."""
    code = getattr(attempt, "__code__", None)
    if not isinstance(code, CodeType):
        return ""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        number = (frame.lineno or 0) - code.co_firstlineno + 1
        if frame.filename == code.co_filename and number >= 1:
            return f" in its line {number}" + (f" (`{frame.line}`)" * bool(frame.line))
    return ""


def _same_data(after: Any, before: Any) -> bool:
    if isinstance(before, list):
        return len(after) == len(before) and all(map(_same_data, after, before))
    data = torch.Tensor | np.ndarray | pd.DataFrame | Interactions | int | float
    return same(after, before) if isinstance(before, data) else True


@contextlib.contextmanager
def _random_numbers_kept() -> Iterator[None]:
    """The same random numbers for every attempt; the learner's own sequence then goes on as if untouched."""
    states = random.getstate(), np.random.get_state(), torch.get_rng_state()
    random.seed(0)
    np.random.seed(0)
    torch.default_generator.manual_seed(0)
    try:
        yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])
        torch.set_rng_state(states[2])


def _within(seconds: float, function: Callable[[], None]) -> None:
    """Call a function and raise `StillRunning` when it takes too long; the user's own interrupt stays one."""
    if threading.current_thread() is not threading.main_thread():
        return function()
    lock, state = threading.Lock(), "running"

    def expire() -> None:
        nonlocal state
        with lock:
            if state == "running":
                state = "expired"
                _thread.interrupt_main()

    # Python hears no interrupt where SIGINT is ignored, as in what a shell script starts in the background.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    timer = threading.Timer(seconds, expire)
    timer.start()
    try:
        function()
        with lock:  # from here on the timer does nothing
            state = "done" if state == "running" else state
        if state == "expired":
            threading.Event().wait(1)  # it finished in the same instant: let the interrupt arrive here
    except KeyboardInterrupt:
        if state != "expired":
            raise
        raise StillRunning from None
    finally:
        timer.cancel()
        signal.signal(signal.SIGINT, before or signal.SIG_DFL)
