"""Run what a learner wrote, whatever it does: raise, loop, sleep, print, draw, leave threads, change what is global.

One thing no check can end: a single call of Python's own that never lets go of the interpreter, such as
`sum(range(10**11))`. The verdict comes when the call returns; before that, only a restart of the kernel helps.
"""

import _thread
import ast
import contextlib
import ctypes
import itertools
import linecache
import random
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import CodeType, FrameType
from typing import Any, TextIO, TypeVar

import numpy as np
import pandas as pd
import torch
from IPython.core.getipython import get_ipython
from IPython.utils.capture import capture_output

from course_lib.classroom.check.compare import same
from course_lib.classroom.check.exercise import Exercise
from course_lib.interactions import Interactions

T = TypeVar("T")

# A signal that nobody else uses: an interrupt stays the learner's own, and one that is ignored ignores nothing of ours.
_SIGNAL = getattr(signal, "SIGVTALRM", signal.SIGINT)  # Windows has only the second
_LONG_CALL_AFTER = 20  # tenths of a second
_LONG_CALL = (
    "The check waits for one long call in your function, into which Python cannot break. If it does not end by itself, "
    "choose Kernel > Restart Kernel; an interrupt would not reach it either."
)

# What is global, as functions that get it and set it again.
_GLOBAL: tuple[tuple[Callable[[], Any], Callable[[Any], Any]], ...] = (
    (random.getstate, random.setstate),
    (np.random.get_state, np.random.set_state),
    (torch.get_rng_state, torch.set_rng_state),
    (lambda: torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else [], torch.cuda.set_rng_state_all),
    (torch.is_grad_enabled, torch.set_grad_enabled),
    (torch.get_default_dtype, torch.set_default_dtype),
    (torch.get_num_threads, torch.set_num_threads),
    (np.geterr, lambda kept: np.seterr(**kept)),
    (sys.getrecursionlimit, sys.setrecursionlimit),
)


class StillRunning(BaseException):
    """The attempt took longer than it may. No `Exception`, so that an attempt that goes on after errors ends too.

    Attributes:
        worked: the seconds of the processor it had, where that is less than half of its time; else None.
    """

    worked: float | None = None


@dataclass(frozen=True)
class Outcome:
    """What came of one case.

    Args:
        value: what came back.
        error: what was raised instead.
        but: what is not in order although the value may be right, as the end of a sentence about "your function".
    """

    value: Any = None
    error: BaseException | None = None
    but: str = ""

    def equals(self, other: "Outcome") -> bool:
        """The same value, or the same error in the same words."""
        if self.error is not None or other.error is not None:
            return type(self.error) is type(other.error) and str(self.error) == str(other.error)
        return same(self.value, other.value)


def run(exercise: Exercise, attempt: Any, seconds: float | None = None) -> dict[str, Outcome]:
    """The attempt on every case, by name; the case that runs out of time is the last.

    Args:
        seconds: for all cases together, see `within`; None, for attempts of our own, is without end.
    """
    outcomes: dict[str, Outcome] = {}
    untouched = exercise.cases()
    shown, processor = sys.stdout, time.thread_time()

    def every_case() -> None:
        for name, arguments in exercise.cases().items():
            outcomes[name] = Outcome(error=StillRunning(f"{seconds:g} seconds" if seconds else ""))
            try:
                value = exercise.observe(attempt, *arguments)
                unchanged = all(map(_same_data, arguments, untouched[name]))
                outcomes[name] = Outcome(value, but="" if unchanged else "changes the object that it is given")
            except (KeyboardInterrupt, StillRunning):
                raise
            except BaseException as error:  # SystemExit, or one of the learner's own
                outcomes[name] = Outcome(error=error)

    with _surroundings_kept(), capture_output(stderr=False), _threads_ended() as left:
        if seconds is None:
            every_case()
        else:
            with contextlib.suppress(StillRunning):
                within(seconds, every_case, shown)
            ended = list(outcomes.values())[-1].error
            if isinstance(ended, StillRunning) and (had := time.thread_time() - processor) < seconds / 2:
                ended.worked = had
    if left:
        last = list(outcomes)[-1]
        but = "leaves a thread running: end every thread that you start, with `join`"
        outcomes[last] = Outcome(outcomes[last].value, outcomes[last].error, but)
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
def _surroundings_kept() -> Iterator[None]:
    """The same random numbers for every attempt; afterwards all that is global goes on as if untouched."""
    kept = [get() for get, _ in _GLOBAL]
    figures = _figures()
    shell: Any = get_ipython()
    if shell is not None:
        shell.ask_exit = sys.exit  # `exit()` in a notebook would end the kernel
    random.seed(0)
    np.random.seed(0)
    torch.default_generator.manual_seed(0)
    try:
        yield
    finally:
        if shell is not None:
            del shell.ask_exit
        for (_, set_again), value in zip(_GLOBAL, kept, strict=True):
            set_again(value)
        for number in _figures() - figures:  # else the notebook draws them below the verdict
            sys.modules["matplotlib.pyplot"].close(number)


def _figures() -> set[int]:
    pyplot = sys.modules.get("matplotlib.pyplot")
    return set(pyplot.get_fignums()) if pyplot else set()


@contextlib.contextmanager
def _threads_ended() -> Iterator[list[threading.Thread]]:
    """Ask threads that are still running to leave, and list them. One that sleeps leaves when it wakes."""
    before, left = set(threading.enumerate()), list[threading.Thread]()
    try:
        yield left
    finally:
        deadline = time.monotonic() + 0.5
        for thread in set(threading.enumerate()) - before:
            # A daemon of another class is a library's, such as the monitor of a progress bar.
            if type(thread) is threading.Thread or not thread.daemon:
                thread.join(0.01)
                left.extend([thread] * thread.is_alive())
        while any(thread.is_alive() for thread in left) and time.monotonic() < deadline:
            for thread in left:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(thread.ident or 0), ctypes.py_object(SystemExit)
                )
                thread.join(0.01)


def within(seconds: float, function: Callable[[], T], shown: TextIO | None = None) -> T:
    """Call a function, in the main thread, where notebooks run, for at most so long; elsewhere without a limit.

    A signal at the end of the time wakes what sleeps and raises in what loops. Whoever catches that gets the next one
    at once, so that it ends up outside of every `try`. The signal waits where a call into C does: after two seconds a
    sentence says so, if that call lets other threads go on.

    Args:
        shown: where the sentence goes; standard output if None. Not nested: the function must not call `within`.

    Raises:
        StillRunning: the time is over.
    """
    if threading.current_thread() is not threading.main_thread():
        return function()
    shown = shown or sys.stdout
    over, done = threading.Event(), threading.Event()
    # Each step of it sends the signal, without a call that Python would let it arrive in, inside `expire`.
    again = map(_thread.interrupt_main, itertools.repeat(_SIGNAL))

    def inside() -> T:
        return function()

    def expire(number: int, frame: FrameType | None) -> None:
        if not over.is_set():
            if number == signal.SIGINT:
                raise KeyboardInterrupt
            return
        while frame is not None and frame.f_code is not inside.__code__:
            frame = frame.f_back
        if frame is not None:
            error = StillRunning(f"{seconds:g} seconds")
            for _ in again:
                raise error

    def watch() -> None:
        if done.wait(seconds):
            return
        over.set()
        for turn in range(2**31):
            if hasattr(signal, "pthread_kill"):
                signal.pthread_kill(threading.main_thread().ident or 0, _SIGNAL)
            else:
                _thread.interrupt_main(_SIGNAL)
            if done.wait(0.1):
                return
            if turn == _LONG_CALL_AFTER:
                print(_LONG_CALL, file=shown, flush=True)

    kept = {number: signal.getsignal(number) for number in {_SIGNAL, signal.SIGINT}}  # the learner may set the second
    signal.signal(_SIGNAL, expire)
    watchdog = threading.Thread(target=watch, daemon=True)
    watchdog.start()
    try:
        return inside()
    finally:
        done.set()
        watchdog.join()
        if hasattr(signal, "sigpending"):
            signal.sigpending()  # any call of the system: a signal that was sent arrives while it is still ours
        for number, handler in kept.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
