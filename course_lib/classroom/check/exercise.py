"""An exercise as data: the right answer, what to try it on, and the mistakes a teacher has seen before."""

import difflib
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

LESSONS = {
    "01": "n01_setup", "02": "n02_data", "03": "n03_graph", "04": "n04_lightgcn", "05": "n05_bpr",
    "06": "n06_evaluation", "07": "n07_training", "08": "n08_recommendation", "09": "n09_visualization",
    "10": "n10_peer_influence",
}  # fmt: skip


@dataclass(frozen=True)
class Mistake:
    """A typical wrong answer and what a teacher says to it.

    Args:
        attempt: the wrong function or value, so that tests can hand it in.
        message: goes on after "wrong, because" (or "almost:"), so it starts in lower case and ends with a full stop.
    """

    attempt: Any
    message: str


def outcome(attempt: Any, *arguments: Any) -> Any:
    """What most exercises compare: the result of a function, or the value itself."""
    return attempt(*arguments) if callable(attempt) else attempt


@dataclass(frozen=True, eq=False)  # each is itself, so that what it comes to can be kept
class Exercise:
    """One exercise.

    Args:
        name: number of the notebook and a word, `"04.normalise"`.
        level: `"worked"`, `"faded"` or `"make"`, where something of one's own is measured.
        minutes: how long it takes.
        answer: the right function or value.
        mistakes: at least three, each with a message of its own. An attempt with the same results gets the message.
        hints: shown one at a time.
        cases: makes the arguments to try, by a name that ends the sentence "... on": the small party first.
        almost: like mistakes, for answers that are right but for one thing.
        observe: turns an attempt and a case into what is compared, where that is not simply the result.
        diagnose: says what is wrong with an attempt, or None: for what results alone cannot tell.
        remember: one line worth remembering, said with "right".
    """

    name: str
    level: str
    minutes: int
    answer: Any
    mistakes: tuple[Mistake, ...]
    hints: tuple[str, ...]
    cases: Callable[[], dict[str, tuple]] = lambda: {"": ()}
    almost: tuple[Mistake, ...] = ()
    observe: Callable[..., Any] = outcome
    diagnose: Callable[[Any], str | None] = lambda attempt: None
    remember: str = ""


def lesson(number: str) -> ModuleType:
    """The module of one notebook, by its two digits: its `EXERCISES` and `QUESTIONS`."""
    return importlib.import_module(f"course_lib.classroom.lessons.{LESSONS[number]}")


def exercises(number: str) -> tuple[Exercise, ...]:
    """The exercises of one notebook, by its two digits."""
    return lesson(number).EXERCISES


def find(name: str) -> Exercise:
    """The exercise of this name.

    Raises:
        ValueError: there is none; the nearest names are given.
    """
    number = name.split(".")[0]
    for exercise in exercises(number) if number in LESSONS else ():
        if exercise.name == name:
            return exercise
    names = [exercise.name for number in LESSONS for exercise in exercises(number)]
    nearest = difflib.get_close_matches(name, names, cutoff=0.3) or names
    raise ValueError(f"there is no exercise {name!r}; the nearest names are {', '.join(nearest)}")
