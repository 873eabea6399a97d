"""What a teacher would say to an attempt, in one of four states."""

import inspect
import re
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any

from course_lib.classroom.check.attempts import Outcome, StillRunning, is_blank, place_of, run, within
from course_lib.classroom.check.compare import describe, difference, kind, same_numbers
from course_lib.classroom.check.exercise import Exercise

NOT_TRIED, WRONG, ALMOST, RIGHT = "not tried yet", "wrong", "almost", "right"
_SYMBOLS = {NOT_TRIED: "○", WRONG: "✗", ALMOST: "≈", RIGHT: "✓"}
_COLOURS = {NOT_TRIED: "#717581", WRONG: "#bd1f01", ALMOST: "#a96b59", RIGHT: "#3f90da"}

_TO_LOOK = 1.0  # seconds


@dataclass(frozen=True)
class Verdict:
    """One of the four states and the reason; in a notebook it shows itself with a symbol, words and a colour."""

    state: str
    reason: str = ""

    def __str__(self) -> str:
        joint = {"": "", WRONG: ", because ", RIGHT: ". "}.get(self.state if self.reason else "", ": ")
        return f"{_SYMBOLS[self.state]} {self.state}{joint}{self.reason}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        text = re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(str(self), quote=False))
        text = text.replace(self.state, f"<b>{self.state}</b>", 1)
        return f'<div style="border-left: 4px solid {_COLOURS[self.state]}; padding: 0.3em 0.8em">{text}</div>'


def judge(exercise: Exercise, attempt: Any, seconds: float = 7.0) -> Verdict:
    """Compare an attempt with the answer on every case, and find the reason where they differ.

    Args:
        seconds: how long the attempt may run. A little more is for comparing and describing what came of it.
    """
    expected = _expected(exercise)
    got = run(exercise, attempt, seconds)

    def wrong_cases() -> list[str]:
        return [case for case in expected if case not in got or not got[case].equals(expected[case])]

    # What came back may be of a class of the learner's, whose methods do anything, also when compared or shown.
    try:
        wrong = within(_TO_LOOK, wrong_cases)
        buts = [outcome.but for outcome in got.values() if outcome.but]
        if not wrong:
            if buts:
                return Verdict(ALMOST, f"the result is right, but your function {buts[0]}.")
            return Verdict(RIGHT, exercise.remember)
        mistakes, almost = _known(exercise)
        # To say by how much the bar was missed, some exercises measure the attempt once more.
        looking = _TO_LOOK if _runs_on(got) else 3 * _TO_LOOK
        return within(looking, lambda: _reason(exercise, attempt, got, expected, wrong, mistakes, almost))
    except StillRunning:
        return Verdict(WRONG, "comparing or showing what your function returned or raised takes too long.")
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        what = type(error).__name__
        return Verdict(WRONG, f"what your function returned or raised cannot be compared or shown: that raised {what}.")


_Known = list[tuple[str, dict[str, Outcome]]]


# What our own attempts come to is always the same, so each is measured once.


@cache
def _expected(exercise: Exercise) -> dict[str, Outcome]:
    return run(exercise, exercise.answer)


@cache
def _known(exercise: Exercise) -> tuple[_Known, _Known]:
    """What the mistakes and the answers that are almost right come to."""
    mistakes, almost = (
        [(mistake.message, run(exercise, mistake.attempt)) for mistake in known]
        for known in (exercise.mistakes, exercise.almost)
    )
    return mistakes, almost


def _reason(
    exercise: Exercise,
    attempt: Any,
    got: dict[str, Outcome],
    expected: dict[str, Outcome],
    wrong: list[str],
    mistakes: _Known,
    almost: _Known,
) -> Verdict:
    if is_blank(attempt) or any(is_blank(outcome.value) for outcome in got.values()):
        return Verdict(NOT_TRIED, "there is still a `...` to replace.")
    if reason := _not_what_was_asked_for(exercise, attempt):
        return Verdict(WRONG, reason)
    if not _runs_on(got) and (reason := exercise.diagnose(attempt)):
        return Verdict(WRONG, reason)
    if message := _message(mistakes, got, expected):
        return Verdict(WRONG, message)
    if message := _message(almost, got, expected):
        return Verdict(ALMOST, message)
    case, first = wrong[0], next(iter(expected))
    on = f" on {case}" if case else ""
    error = got[case].error
    if isinstance(error, StillRunning):
        slow = f"your function was still running after {error}{on}, where a moment is enough. "
        if error.worked is None:
            slow += "A loop without an end? If it has one, let whole tensors do its work."
        else:
            slow += f"It was at work for {error.worked:.1f} of them: it waits, or the computer is busy; then try again."
        return Verdict(WRONG, slow) if case == first else Verdict(ALMOST, f"right on {first}, but {slow}")
    if error is not None:
        return Verdict(WRONG, _error(exercise, attempt, error, on))
    if got[case].value is None:
        return Verdict(WRONG, f"your function returned None{on}: did you forget `return`?")
    if all(same_numbers(got[c].value, expected[c].value) for c in expected if c in got):
        kinds = kind(expected[case].value), kind(got[case].value)
        return Verdict(ALMOST, f"the numbers are right, but they should come as {kinds[0]}, not as {kinds[1]}.")
    reason = f"{difference(got[case].value, expected[case].value)}{on}."
    return Verdict(WRONG, reason) if case == first else Verdict(ALMOST, f"right on {first}, but {reason}")


def _runs_on(got: dict[str, Outcome]) -> bool:
    return any(isinstance(outcome.error, StillRunning) for outcome in got.values())


def _not_what_was_asked_for(exercise: Exercise, attempt: Any) -> str | None:
    if callable(exercise.answer) and not callable(attempt):
        return f"the check needs your function and got {describe(attempt)}: write its name without brackets."
    if not callable(exercise.answer) and callable(attempt):
        return f"the check needs a value and got {describe(attempt)}: call it, and hand over what it returns."
    if attempt is None:
        return "the check needs a value and got None."
    return None


def _message(known: _Known, got: dict[str, Outcome], expected: dict[str, Outcome]) -> str | None:
    """The message of the mistake with these results: on every case, or else wherever the mistake shows."""
    partly = None
    for message, theirs in known:
        shows = {case for case in theirs if not theirs[case].equals(expected[case])}
        agrees = {case for case in got if got[case].equals(theirs[case])}
        if agrees == theirs.keys():
            return message
        if shows <= agrees:
            partly = partly or message
    return partly


def _error(exercise: Exercise, attempt: Any, error: BaseException, on: str) -> str:
    if isinstance(error, RecursionError):
        return f"your function calls itself without end{on}."
    place = place_of(error, attempt)
    if isinstance(error, TypeError) and not place and callable(exercise.answer):
        n = len(inspect.signature(exercise.answer).parameters)
        if not _takes(attempt, n):
            return f"your function must take {n} argument{'s' * (n > 1)}, in the order in which the cell names them."
    what = "your function" if callable(attempt) else "it"
    return f"{what} raised {type(error).__name__}{place}{on}: {error}".rstrip(": ")


def _takes(attempt: Any, n: int) -> bool:
    try:
        inspect.signature(attempt).bind(*range(n))
    except (TypeError, ValueError):
        return False
    return True
