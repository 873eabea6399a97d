"""You as a guest: find the films you would rave about, and keep your list between two evenings."""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from course_lib.files import write_whole

# Catalogues put them behind the title: "Matrix, The", "Misérables, Les", "Enfer, L'".
_ARTICLES = {"the", "a", "an", "le", "la", "les", "l'", "il", "lo", "gli", "der", "die", "das", "det", "el", "los", "o"}


def find_films(query: str, titles: Sequence[str], limit: int = 10) -> list[int]:
    """The positions of the titles that hold every word of the query, or words that begin so; best match first.

    Case, accents and punctuation do not count; an article may stand in front or behind; other titles in brackets and
    the year count as part of the title. First come titles that are the query, then those that begin with it.

    >>> find_films("the matrix", ["Matrix, The (1999)", "Alien (1979)"])
    [0]
    """
    wanted = _plain(query)
    found = []
    for position, title in enumerate(titles if wanted else []):
        names, words = _searchable(title)
        if all(any(word.startswith(part) for word in words) for part in wanted.split()):
            is_title, begins = wanted in names, any(f"{name} ".startswith(f"{wanted} ") for name in names)
            found.append((not is_title, not begins, len(title), position))
    return [position for *_, position in sorted(found)[:limit]]


def save_guest(path: str | Path, liked: Mapping[int, str]) -> None:
    """Write a guest's likes, film id to title, as plain JSON: all of it, or nothing if something goes wrong."""
    saved = {"liked": {str(item_id): title for item_id, title in liked.items()}}
    write_whole(Path(path).expanduser(), json.dumps(saved, ensure_ascii=False, indent=1))


def load_guest(path: str | Path, titles: Mapping[int, str]) -> list[int]:
    """The film ids of a saved guest.

    Args:
        titles: film id to title of the catalogue in use; an id that means another film there is refused.

    Raises:
        ValueError: there is no such file, it is not a saved guest, or it names a film that the catalogue lacks.
    """
    path = Path(path).expanduser()
    if not path.is_file():
        raise ValueError(f"there is no saved guest at {path.name}; save one first")
    try:
        saved = {int(item_id): title for item_id, title in json.loads(path.read_text("utf-8"))["liked"].items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ValueError(f"{path.name} is not a saved guest; delete it and save again") from None
    for item_id, title in saved.items():
        if item_id not in titles or titles[item_id] != title:
            raise ValueError(f"{path.name} names film {item_id} as {title!r}, which this catalogue lacks; save again")
    return list(saved)


@cache
def _searchable(title: str) -> tuple[set[str], set[str]]:
    """The names of a film, title and titles in brackets, with articles in front; and all its words, year included."""
    parts = [part.strip() for part in re.split(r"[()]", title) if part.strip()]
    names = {_plain(_article_in_front(part)) for part in parts}
    return names, {word for text in (title, *names) for word in _plain(text).split()}


def _article_in_front(name: str) -> str:
    rest, comma, article = name.rpartition(", ")
    if not comma or article.lower() not in _ARTICLES:
        return name
    return article + rest if article.endswith("'") else f"{article} {rest}"


def _plain(text: str) -> str:
    """Lower case, without accents; letters and digits in words with one space between."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(letter for letter in letters if not unicodedata.combining(letter))
    letters = re.sub(r"['’.*]", "", letters).replace("&", " and ")  # E.T., M*A*S*H, Schindler's
    return " ".join(re.findall(r"\w+", letters))
