"""What a learner has done, in one small file beside their films: only where they asked for it, and never sent anywhere.

The file holds names of exercises, verdicts, which known mistakes were met, and guesses. It holds no code and no name.
`keep_progress` begins it, `forget_progress` ends it; without it nothing is written.
"""

import json
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from course_lib.classroom.guest import guest_file
from course_lib.files import locked, write_whole

EDITION = 2
STATES = ("not tried yet", "wrong", "almost", "right")
_TOO_LARGE = 1_000_000  # bytes; a course full of tries has a few thousand


@dataclass
class Checked:
    """One exercise as the checks have seen it.

    Attributes:
        state: the best of `STATES` so far.
        tries: how often it was handed in, blanks not counted.
        mistakes: the known mistakes met, as places in the exercise's `mistakes`.
    """

    state: str
    tries: int
    mistakes: list[int] = field(default_factory=list)


@dataclass
class Guessed:
    """One prediction: the guess, and whether it was right or close enough."""

    guess: float | str
    right: bool


@dataclass
class Progress:
    """All of it, by exercise and by prediction."""

    checks: dict[str, Checked] = field(default_factory=dict)
    predictions: dict[str, Guessed] = field(default_factory=dict)


def progress_path() -> Path | None:
    """Where the file lies or would lie; None where the variable COURSE_LIB_GUEST is `off`."""
    path = guest_file()
    return None if path is None else path.with_name("progress.json")


def keep_progress() -> None:
    """Begin to keep what the checks say and how guesses fare, and say where; or why not."""
    path = progress_path()
    if path is None:
        print("COURSE_LIB_GUEST is off, so nothing is kept.")
        return
    if not path.exists():
        try:
            _write(path, Progress())
        except OSError as error:
            print(f"Nothing can be kept here ({error}).")
            return
    print(f"From now on verdicts and guesses are kept in {path}, on this computer only. forget_progress() deletes it.")


def forget_progress() -> None:
    """Delete the file: nothing is kept any more."""
    path = progress_path()
    if path is not None:
        path.unlink(missing_ok=True)
    print("Nothing is kept.")


def note_check(name: str, state: str, mistake: int | None = None) -> None:
    """Write a verdict down, if the learner keeps progress; a file that cannot be read or written is left alone."""
    if state == STATES[0]:
        return

    def add(progress: Progress) -> None:
        seen = progress.checks.setdefault(name, Checked(state, 0))
        seen.tries += 1
        seen.state = max(seen.state, state, key=STATES.index)
        if mistake is not None and mistake not in seen.mistakes:
            seen.mistakes.append(mistake)

    _change(add)


def note_prediction(key: str, guess: float | str | None, right: bool) -> None:
    """Write a first guess down, if the learner keeps progress: a second one knows the answer."""
    if guess is not None:
        _change(lambda progress: progress.predictions.setdefault(key, Guessed(guess, right)))


def _change(change: Any) -> None:
    path = progress_path()
    if path is None or not path.exists():
        return
    with suppress(OSError, ValueError), locked(path, seconds=2):
        progress = read_progress(path)
        change(progress)
        _write(path, progress)


def _write(path: Path, progress: Progress) -> None:
    checks = {name: vars(seen) for name, seen in progress.checks.items()}
    predictions = {key: vars(made) for key, made in progress.predictions.items()}
    whole = {"edition": EDITION, "checks": checks, "predictions": predictions}
    write_whole(path, json.dumps(whole, ensure_ascii=False, indent=1))


def read_progress(path: str | Path) -> Progress:
    """A progress file.

    Raises:
        OSError: it cannot be read.
        ValueError: it is something else, of another edition, or was changed by hand: one sentence that says which.
    """
    path = Path(path)
    if path.stat().st_size > _TOO_LARGE:
        raise ValueError(f"{path.name} is no progress file of this course: it is too large; hand in progress.json")
    try:
        whole = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        raise ValueError(
            f"{path.name} is no progress file of this course: it is no JSON; hand in progress.json"
        ) from None
    if not isinstance(whole, dict) or not {"edition", "checks", "predictions"} <= whole.keys():
        raise ValueError(f"{path.name} is no progress file of this course: it lacks its parts; hand in progress.json")
    if whole["edition"] != EDITION:
        raise ValueError(
            f"{path.name} is of edition {whole['edition']!r} of the course, and this is edition {EDITION}: its "
            "exercises are others; call forget_progress() and keep_progress() to begin anew"
        )
    changed = f"{path.name} was changed by hand: {{}}; call forget_progress() and keep_progress() to begin anew"
    checks, predictions = whole["checks"], whole["predictions"]
    if not isinstance(checks, dict) or not isinstance(predictions, dict):
        raise ValueError(changed.format("its parts are no tables"))
    for name, seen in checks.items():
        if not isinstance(seen, dict) or seen.keys() != {"state", "tries", "mistakes"} or not _is_checked(seen):
            raise ValueError(changed.format(f"what it says of exercise {name!r} cannot be"))
    for key, made in predictions.items():
        if not isinstance(made, dict) or made.keys() != {"guess", "right"} or not _is_guessed(made):
            raise ValueError(changed.format(f"what it says of the guess {key!r} cannot be"))
    return Progress(
        {name: Checked(**seen) for name, seen in checks.items()},
        {key: Guessed(**made) for key, made in predictions.items()},
    )


def _is_checked(seen: dict[str, Any]) -> bool:
    places = seen["mistakes"]
    return (
        seen["state"] in STATES[1:]
        and _is_count(seen["tries"])
        and seen["tries"] > 0
        and isinstance(places, list)
        and all(map(_is_count, places))
        and len(set(places)) == len(places) <= seen["tries"]
    )


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_guessed(made: dict[str, Any]) -> bool:
    return isinstance(made["guess"], int | float | str) and isinstance(made["right"], bool)
