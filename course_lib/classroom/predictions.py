"""Predict first: a guess is written down before the answer is shown, and held against it at the end.

The guesses are a plain dict in the notebook. They are kept on disk only when the learner calls `remember_guesses`, and
never where the environment variable `COURSE_LIB_GUESSES` is `off`.
"""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from course_lib.classroom.guest import guest_file
from course_lib.files import write_whole


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

    A file that cannot be read is set aside, with a sentence.
    """
    return _read().get(notebook, {})


def remember_guesses(notebook: str, guesses: dict[str, Any]) -> None:
    """Keep the guesses of a notebook in a small file of yours, beside the downloaded data, and say where."""
    if _off_by_variable():
        print("COURSE_LIB_GUESSES is off, so nothing is kept.")
        return
    made = {what: value for what, value in guesses.items() if value is not None}
    path = _path()
    write_whole(path, json.dumps({**_read(), notebook: made}, indent=1))
    print(f"{len(made)} guess(es) of notebook {notebook} are kept in {path}. Delete the file to forget them.")


def _path() -> Path:
    import pooch

    return Path(pooch.os_cache("course_lib")) / "guesses.json"


def _off_by_variable() -> bool:
    return os.environ.get("COURSE_LIB_GUESSES") == "off"


def _read() -> dict[str, dict[str, Any]]:
    path = _path()
    if _off_by_variable() or not path.is_file():
        return {}
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(stored, dict) or not all(isinstance(guesses, dict) for guesses in stored.values()):
            raise ValueError("it holds something else than guesses")
        return stored
    except (OSError, ValueError, RecursionError) as error:
        aside = path.with_suffix(".broken")
        path.replace(aside)
        print(f"The file of your guesses could not be read ({error}); it now is {aside}, and a new one is begun.")
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
