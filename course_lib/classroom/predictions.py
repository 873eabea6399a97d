"""The guesses that a learner wants remembered: one small file beside their films, written only where they asked for it.

Nothing is kept or read where the environment variable `COURSE_LIB_GUEST` is `off`.
"""

import json
from pathlib import Path
from typing import Any

from course_lib.classroom.guest import guest_file
from course_lib.files import locked, set_aside, write_whole


def kept_predictions() -> dict[str, Any]:
    """The guesses that the learner wanted remembered, by the key of the prediction; empty where none are, or can be.

    A file that holds something else is set aside under a name that ends in `.broken`, so that nothing in it is lost.
    """
    path = _predictions_file()
    if path is None:
        return {}
    try:
        try:
            return _read(path)
        except ValueError:
            with locked(path):  # another notebook may have set it aside meanwhile, and begun anew
                return _read_or_set_aside(path)
    except OSError:  # a disk that cannot be used is no reason to stop
        return {}


def keep_prediction(key: str, guess: float | str | None) -> None:
    """Remember a guess beside the learner's films (see `guest.guest_file`); None forgets it, the last one the file too.

    Raises:
        OSError: the file cannot be read or written.
    """
    path = _predictions_file()
    if path is None:
        return
    with locked(path):  # another notebook may be keeping its own
        kept = {other: value for other, value in _read_or_set_aside(path).items() if other != key}
        if guess is not None:
            kept[key] = guess
        if kept:
            write_whole(path, json.dumps(kept, ensure_ascii=False, indent=1))
        else:
            path.unlink(missing_ok=True)


def can_keep_predictions() -> bool:
    """Whether guesses may be remembered: not where the variable COURSE_LIB_GUEST is `off`."""
    return _predictions_file() is not None


def _predictions_file() -> Path | None:
    path = guest_file()
    return None if path is None else path.with_name("predictions.json")


def _read(path: Path) -> dict[str, Any]:
    """What is kept; ValueError if that is something else than guesses."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except RecursionError as error:
        raise ValueError(str(error)) from None
    if not isinstance(kept, dict) or not all(isinstance(value, int | float | str) for value in kept.values()):
        raise ValueError("it holds something else than guesses")
    return kept


def _read_or_set_aside(path: Path) -> dict[str, Any]:
    try:
        return _read(path)
    except ValueError:
        set_aside(path)
        return {}
