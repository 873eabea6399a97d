"""Predict first: a guess is written down before the answer is shown, and held against it at the end.

The guesses are a plain dict in the notebook. They are kept on disk only when the learner calls `remember_guesses`, in
the user's data folder, and never where the environment variable `COURSE_LIB_GUESSES` is `off`. A disk that cannot be
written to or read from gets a sentence: it is no reason to stop.
"""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from course_lib.classroom.guest import guest_file
from course_lib.files import data_file, locked, set_aside, write_whole


def kept_predictions() -> dict[str, Any]:
    """The guesses that the learner wanted remembered, by the key of the prediction; empty where none are, or can be.

    A file that cannot be read is set aside as `predictions.broken`, so that nothing in it is lost.
    """
    path = _predictions_file()
    if path is None or not path.is_file():
        return {}
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(kept, dict):
            raise ValueError("it is no table of guesses")
        return kept
    except (OSError, ValueError, RecursionError):
        with suppress(OSError):
            path.replace(path.with_suffix(".broken"))
        return {}


def keep_prediction(key: str, guess: float | str | None) -> None:
    """Remember a guess beside the learner's films (see `guest.guest_file`); None forgets it, the last one the file too.

    Raises:
        OSError: the file cannot be written.
    """
    path = _predictions_file()
    if path is None:
        return
    with locked(path):  # another notebook may be keeping its own
        kept = {other: value for other, value in kept_predictions().items() if other != key}
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
    return None if path is None or _off_by_variable() else path.with_name("predictions.json")


def guess(guesses: dict[str, Any], what: str, value: Any = ...) -> None:
    """Commit to a guess of `what`, and say so; with `...` there is none yet, and everything goes on.

    Args:
        guesses: where it is kept; changed.
        what: names the quantity with its unit, and is its key in `compare_guesses`.
        value: a number, a text, or a list of them.

    Raises:
        ValueError: the guess is something else.
    """
    if value is ... or (isinstance(value, list) and any(part is ... for part in value)):
        guesses.setdefault(what, None)
        if guesses[what] is None:
            print(f"{what}: no guess yet. Write yours in place of the dots, and run this cell again.")
            return
    elif not _is_guess(value):
        raise ValueError(f"a guess is a number, a text or a list of them, got {type(value).__name__}")
    else:
        guesses[what] = value
    print(f"{what}: your guess is {_words(guesses[what])}.")


def compare_guesses(guesses: dict[str, Any], truths: dict[str, Any]) -> None:
    """Print each guess beside the truth that the notebook has computed.

    Raises:
        ValueError: a guess was made of which no truth is given.
    """
    without = [what for what in guesses if what not in truths]
    if without:
        raise ValueError(f"no truth is given for the guess of {without[0]!r}; the truths are for {list(truths)}")
    for what, truth in truths.items():
        truth = truth.tolist() if hasattr(truth, "tolist") else truth  # numbers and lists of torch, numpy and pandas
        mine = guesses.get(what)
        if mine is None:
            print(f"{what}: {_words(truth)}. You made no guess.")
        elif _words(mine) == _words(truth) or mine == truth:
            print(f"{what}: {_words(truth)}, as you guessed.")
        else:
            print(f"{what}: {_words(truth)}. Your guess was {_words(mine)}{_off(mine, truth)}.")


def remembered_guesses(notebook: str) -> dict[str, Any]:
    """The guesses of an earlier session for a notebook, `"04"`; an empty dict where none are kept.

    A file that holds something else is set aside, with a sentence.
    """
    if _off_by_variable():
        return {}
    try:
        path = data_file(_NAME)
        try:
            return _read(path).get(notebook, {})
        except ValueError:
            with locked(path):
                return _read_or_set_aside(path).get(notebook, {})
    except OSError as error:
        print(f"The guesses of earlier could not be read ({error}).")
        return {}


def remember_guesses(notebook: str, guesses: dict[str, Any]) -> None:
    """Keep the guesses of a notebook in a small file in the user's data folder, and say where; or why not."""
    if _off_by_variable():
        print("COURSE_LIB_GUESSES is off, so nothing is kept.")
        return
    made = {what: value for what, value in guesses.items() if value is not None}
    try:
        path = data_file(_NAME)
        with locked(path):  # another notebook may be keeping its own
            write_whole(path, json.dumps({**_read_or_set_aside(path), notebook: made}, indent=1))
    except OSError as error:
        print(f"The guesses could not be kept ({error}). They last as long as this notebook's kernel.")
    else:
        print(f"{len(made)} guess(es) of notebook {notebook} are kept in {path}. Delete the file to forget them.")


_NAME = "guesses.json"


def _off_by_variable() -> bool:
    return os.environ.get("COURSE_LIB_GUESSES") == "off"


def _read(path: Path) -> dict[str, dict[str, Any]]:
    """What is kept, by notebook; ValueError if that is something else than guesses."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except RecursionError as error:
        raise ValueError(str(error)) from None
    if not isinstance(kept, dict) or not all(isinstance(part, dict) for part in kept.values()):
        raise ValueError("it holds something else than guesses")
    if not all(_is_guess(value) for guesses in kept.values() for value in guesses.values()):
        raise ValueError("it holds something else than guesses")
    return kept


def _read_or_set_aside(path: Path) -> dict[str, dict[str, Any]]:
    try:
        return _read(path)
    except ValueError as error:
        print(f"The file of your guesses could not be read ({error}); it is now {set_aside(path)}; a new one begins.")
        return {}


def _is_guess(value: Any) -> bool:
    return all(map(_is_guess, value)) if isinstance(value, list) else isinstance(value, int | float | str)


def _words(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_words, value))
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _off(mine: Any, truth: Any) -> str:
    if isinstance(mine, int | float) and isinstance(truth, int | float):
        return f", {_words(abs(mine - truth))} too {'high' if mine > truth else 'low'}"
    return ""
