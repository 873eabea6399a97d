"""Exercises that answer back: `check("04.normalise", normalise)` says what a teacher would say.

`exercise` holds what an exercise is and finds it by name, `attempts` runs what the learner wrote, `compare` says
whether two results are the same, `verdict` decides. The exercises themselves are data, with the questions of the same
notebook, in `course_lib.classroom.lessons`.
"""

from typing import Any

from IPython.display import display

from course_lib.classroom.check.exercise import find
from course_lib.classroom.check.verdict import judge
from course_lib.classroom.progress_file import note_check

_hints_given: dict[str, int] = {}


def check(name: str, attempt: Any) -> None:
    """Show one verdict on an attempt: not tried yet, wrong (and why), almost, or right.

    It comes within ten seconds, whatever the attempt does. The limit: one call of Python's own that never lets go of
    the interpreter, such as `sum(range(10**11))`, cannot be ended. Wait for it, or restart the kernel.

    Args:
        name: of the exercise, such as `"04.normalise"`.
        attempt: what the learner wrote, mostly a function; it is called on made-up parties and never changed.

    Raises:
        ValueError: no exercise has this name.
    """
    exercise = find(name)
    verdict = judge(exercise, attempt)
    display(verdict)
    met = [place for place, mistake in enumerate(exercise.mistakes) if mistake.message == verdict.reason]
    note_check(name, verdict.state, met[0] if met else None)


def hint(name: str) -> None:
    """Print the next hint of an exercise.

    Raises:
        ValueError: no exercise has this name.
    """
    hints = find(name).hints
    given = _hints_given.get(name, 0)
    if given == len(hints):
        print("That was the last hint. The solution is folded below the exercise.")
        return
    _hints_given[name] = given + 1
    print(f"Hint {given + 1} of {len(hints)}: {hints[given]}")
