"""The guest whom the course is about: you, once you have ticked films, and until then the writer."""

import json
import os
import re
import unicodedata
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch
from torch import Tensor

from course_lib.data import MovieLens
from course_lib.evaluation import Matchmaker, Scorer, top_k
from course_lib.files import write_whole
from course_lib.interactions import Interactions, Split
from course_lib.kinds import check_kinds

WRITER = 28
"""The raw user id of the writer, a guest of 32 years with 40 raves shown and 10 hidden on split seed 0."""
ENOUGH_TO_HIDE, N_HIDDEN = 8, 3

# Catalogues put them behind the title: "Matrix, The", "Misérables, Les", "Enfer, L'".
_ARTICLES = {"the", "a", "an", "le", "la", "les", "l'", "il", "lo", "gli", "der", "die", "das", "det", "el", "los", "o"}


@dataclass(frozen=True, eq=False)
class Guest:
    """The protagonist of a notebook.

    Attributes:
        name: "you" or "the writer": the middle of a sentence.
        shown: item indices `(n,)` of the raves that every matchmaker may know, ascending.
        hidden: item indices of the raves that are kept back, to see who finds them.
        user: the writer's raw user id; None for you, whom no model was trained on.
    """

    name: str
    shown: Tensor
    hidden: Tensor
    n_items: int
    user: Hashable | None = None
    index: int | None = None

    @property
    def title(self) -> str:
        """The name at the start of a sentence or of a picture: "You" or "The writer"."""
        return self.name[0].upper() + self.name[1:]

    @property
    def possessive(self) -> str:
        """ "your" or "the writer's"."""
        return "your" if self.user is None else f"{self.name}'s"

    def scores(self, matchmaker: Scorer | Matchmaker) -> Tensor:
        """What a matchmaker thinks of every film for this guest: `(n_items,)`.

        You are folded in by your raves: nothing is trained again.

        Raises:
            ValueError: the matchmaker can score only guests that it was trained on, as matrix factorisation.
        """
        if self.index is not None:
            return matchmaker(torch.tensor([self.index]))[0]
        if not isinstance(matchmaker, Matchmaker):
            raise ValueError("this scorer knows only the guests it was made for, and you are not one; use a Matchmaker")
        return matchmaker.newcomer(self.shown)

    def top(self, matchmaker: Scorer | Matchmaker, k: int = 10) -> Tensor:
        """The k best films that the guest has not shown, best first: item indices, fewer than k if no more are left."""
        scores, nobody = self.scores(matchmaker), torch.tensor([0])
        seen = Interactions(torch.zeros_like(self.shown), self.shown, 1, self.n_items)
        items, values = top_k(lambda _: scores[None], nobody, seen, k)
        return items[values > -torch.inf]

    def hits(self, items: Tensor) -> Tensor:
        """Which places of a list hold a hidden rave: `(k,)` item indices to `(k,)` bool."""
        return torch.isin(items, self.hidden)

    def stars(self, data: MovieLens, split: Split) -> dict[int, float]:
        """What the guest rated, by item index; nothing for you, who tick films and rate none."""
        mine = data.ratings[data.ratings["user_id"] == self.user].set_index("item_id")["rating"]
        items = split.item_ids.get_indexer(mine.index).tolist()
        return {item: given for item, given in zip(items, mine.tolist(), strict=True) if item >= 0}


def protagonist(data: MovieLens, split: Split) -> Guest:
    """The guest whom a notebook is about: you, from the films you have ticked, and until you have, the writer.

    Of eight or more ticked films three are hidden, drawn once for all time. A file of ticks that cannot be used is a
    printed sentence, and the guest is the writer.
    """
    path = guest_file()
    if path is not None and path.is_file():
        titles = dict(zip(data.films["item_id"], data.films["title"], strict=True))
        try:
            liked = split.item_indices(load_guest(path, titles)).tolist()
        except (ValueError, OSError) as error:
            print(f"Your films could not be read, so the writer is the guest here: {error}.")
            liked = []
        you = newcomer(split, liked)
        if you is not None:
            return you
        if liked:
            print("Nobody else raved about any of your films, so the writer is the guest here; tick one more.")
    return writer(split)


def newcomer(split: Split, liked: Sequence[int], hide: bool = True) -> Guest | None:
    """You, with the films you like, by item index; None if nobody else raved about any of them.

    Films that nobody else raved about are left out, as they connect you with nobody. Of eight or more three are
    hidden, unless `hide` is off.
    """
    heard = split.fit.item_degree() > 0
    mine = [item for item in sorted(set(liked)) if heard[item]]
    lottery = torch.randperm(len(heard), generator=torch.Generator().manual_seed(0))  # a tick more moves few films
    drawn = sorted(mine, key=lambda item: int(lottery[item]))[:N_HIDDEN]
    hidden = sorted(drawn) if hide and len(mine) >= ENOUGH_TO_HIDE else []
    if not mine:
        return None
    shown = [item for item in mine if item not in hidden]
    return Guest("you", torch.tensor(shown), torch.tensor(hidden, dtype=torch.int64), len(heard))


def seated(guest: Guest, split: Split) -> tuple[Interactions, int]:
    """Everybody's raves with those of the guest among them, and the guest's row: you take a seat, as the last guest."""
    fit = split.fit
    if guest.index is not None:
        return fit, guest.index
    user = torch.cat([fit.user, torch.full_like(guest.shown, fit.n_users)])
    return Interactions(user, torch.cat([fit.item, guest.shown]), fit.n_users + 1, fit.n_items), fit.n_users


def writer(split: Split) -> Guest:
    """The guest of the committed notebooks: `WRITER`, who knows the split's `fit` part and hides its `test` part."""
    user = split.user_index(WRITER)
    return Guest("the writer", split.fit.items_of(user), split.test.items_of(user), split.fit.n_items, WRITER, user)


def guest_file() -> Path | None:
    """Where your ticks are kept: in your user's data folder, or in the file that the variable COURSE_LIB_GUEST names.

    None where the variable is `off`: then nothing is read and nothing is kept, and the writer is the guest.
    """
    named = os.environ.get("COURSE_LIB_GUEST", "")
    if named == "off":
        return None
    if named:
        return Path(named).expanduser()
    import platformdirs

    return platformdirs.user_data_path("course_lib", appauthor=False) / "guest.json"


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


check_kinds(__name__)
