"""What a teacher would say to an attempt, in one of four states."""

import inspect
import re
from dataclasses import dataclass
from html import escape
from typing import Any

from course_lib.classroom.check.attempts import Outcome, StillRunning, is_blank, place_of, run
from course_lib.classroom.check.compare import describe, difference, kind, same_numbers
from course_lib.classroom.check.exercise import Exercise, Mistake

NOT_TRIED, WRONG, ALMOST, RIGHT = "not tried yet", "wrong", "almost", "right"
_SYMBOLS = {NOT_TRIED: "○", WRONG: "✗", ALMOST: "≈", RIGHT: "✓"}
_COLOURS = {NOT_TRIED: "#717581", WRONG: "#bd1f01", ALMOST: "#a96b59", RIGHT: "#3f90da"}


@dataclass(frozen=True)
class Verdict:
    """One of the four states and the reason; in a notebook it shows itself with a symbol, words and a colour."""

    state: str
    reason: str = ""

    def __str__(self) -> str:
        joint = {"": "", WRONG: ", because "}.get(self.state if self.reason else "", ": ")
        return f"{_SYMBOLS[self.state]} {self.state}{joint}{self.reason}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        text = re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(str(self), quote=False))
        text = text.replace(self.state, f"<b>{self.state}</b>", 1)
        return f'<div style="border-left: 4px solid {_COLOURS[self.state]}; padding: 0.3em 0.8em">{text}</div>'


def judge(exercise: Exercise, attempt: Any, seconds: float = 5.0) -> Verdict:
    """Compare an attempt with the answer on every case, and find the reason where they differ.

    Args:
        seconds: how long the attempt may run.
    """
    expected = run(exercise, exercise.answer, seconds=60)
    got = run(exercise, attempt, seconds)
    wrong = [case for case in expected if case not in got or not got[case].equals(expected[case])]
    if not wrong and any(outcome.changed for outcome in got.values()):
        return Verdict(ALMOST, "the result is right, but your function changes the object that it is given.")
    if not wrong:
        return Verdict(RIGHT)
    if is_blank(attempt) or any(is_blank(outcome.value) for outcome in got.values()):
        return Verdict(NOT_TRIED, "there is still a `...` to replace.")
    if reason := _not_what_was_asked_for(exercise, attempt) or exercise.diagnose(attempt):
        return Verdict(WRONG, reason)
    if message := _known(exercise, exercise.mistakes, got, expected):
        return Verdict(WRONG, message)
    if message := _known(exercise, exercise.almost, got, expected):
        return Verdict(ALMOST, message)
    case = wrong[0]
    on = f" on {case}" if case else ""
    if (error := got[case].error) is not None:
        return Verdict(WRONG, _error(exercise, attempt, error, on))
    if got[case].value is None:
        return Verdict(WRONG, f"your function returned None{on}: did you forget `return`?")
    if all(same_numbers(got[c].value, expected[c].value) for c in expected if c in got):
        kinds = kind(expected[case].value), kind(got[case].value)
        return Verdict(ALMOST, f"the numbers are right, but they should come as {kinds[0]}, not as {kinds[1]}.")
    reason = f"{difference(got[case].value, expected[case].value)}{on}."
    if len(expected) > 1 and case != next(iter(expected)):
        return Verdict(ALMOST, f"right on {next(iter(expected))}, but {reason}")
    return Verdict(WRONG, reason)


def _not_what_was_asked_for(exercise: Exercise, attempt: Any) -> str | None:
    if callable(exercise.answer) and not callable(attempt):
        return f"the check needs your function and got {describe(attempt)}: write its name without brackets."
    if not callable(exercise.answer) and callable(attempt):
        return f"the check needs a value and got {describe(attempt)}: call it, and hand over what it returns."
    if attempt is None:
        return "the check needs a value and got None."
    return None


def _known(
    exercise: Exercise, known: tuple[Mistake, ...], got: dict[str, Outcome], expected: dict[str, Outcome]
) -> str | None:
    """The message of the mistake with these results: on every case, or else wherever the mistake shows."""
    partly = None
    for mistake in known:
        theirs = run(exercise, mistake.attempt, seconds=60)
        shows = {case for case in theirs if not theirs[case].equals(expected[case])}
        agrees = {case for case in got if got[case].equals(theirs[case])}
        if agrees == theirs.keys():
            return mistake.message
        if shows <= agrees:
            partly = partly or mistake.message
    return partly


def _error(exercise: Exercise, attempt: Any, error: BaseException, on: str) -> str:
    if isinstance(error, StillRunning):
        return f"your function was still running after {error}{on}: does its loop ever end?"
    if isinstance(error, RecursionError):
        return f"your function calls itself without end{on}."
    place = place_of(error, attempt)
    if isinstance(error, TypeError) and not place and callable(exercise.answer):
        n = len(inspect.signature(exercise.answer).parameters)
        if not _takes(attempt, n):
            return f"your function must take {n} argument{'s' * (n > 1)}, in the order in which the cell names them."
    what = "your function" if callable(attempt) else "it"
    return f"{what} raised {type(error).__name__}{place}{on}: {error}"


def _takes(attempt: Any, n: int) -> bool:
    try:
        inspect.signature(attempt).bind(*range(n))
    except (TypeError, ValueError):
        return False
    return True
