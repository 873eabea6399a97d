"""MovieLens as three tables, and Gowalla as a split, from the first source that has them.

The data may be used for research but not redistributed, so it is never part of this repository:
https://grouplens.org/datasets/movielens/ (Harper and Konstan 2015, doi:10.1145/2827872);
https://snap.stanford.edu/data/loc-gowalla.html (Cho et al. 2011, doi:10.1145/2020408.2020579).
"""

import os
from dataclasses import dataclass
from functools import cached_property
from itertools import compress
from pathlib import Path

import pandas as pd

from course_lib.formats import FILM_COLUMNS, GENRES, check_tables, gowalla_split, movielens_tables
from course_lib.interactions import Split, split_per_user, to_likes


@dataclass(frozen=True, eq=False)
class MovieLens:
    """Three tables and where they came from. The tables are checked when the object is made.

    Attributes:
        ratings: `user_id, item_id, rating` (0.5, 1, ..., 5) and `timestamp` (seconds since 1970), one row per rating.
        users: `user_id`, one row per user; and what is known of them: `age` (years; in ml-1m the youngest of a
            bracket)`, gender, occupation, zip_code`. The sets from ml-10m on know nothing.
        films: `item_id, title, year` (missing where the title has none) and a flag per genre.
        source: one sentence that says where the tables came from, and why from there.

    Raises:
        ValueError: a column is missing, an id or a rating repeats, a rating is not on the scale, an id is unknown.
    """

    ratings: pd.DataFrame
    users: pd.DataFrame
    films: pd.DataFrame
    source: str

    def __post_init__(self) -> None:
        check_tables(self.ratings, self.users, self.films)

    def split(self, seed: int = 0) -> Split:
        """The course's split: a like is a rating of 4 or more, and a fifth of each user's likes are hidden."""
        return split_per_user(to_likes(self.ratings), self.users["user_id"], self.films["item_id"], seed=seed)

    @property
    def genres(self) -> tuple[str, ...]:
        """The names of the genre flags, which differ between the data sets."""
        return tuple(self.films.columns.drop(FILM_COLUMNS))

    @cached_property
    def titles(self) -> pd.DataFrame:
        """`item_id, title, genres`, the genres as one text: what a list of films is read with."""
        genres = [", ".join(compress(self.genres, flags)) for flags in self.films[list(self.genres)].to_numpy()]
        return self.films[["item_id", "title"]].assign(genres=genres)


def load_movielens(name: str = "ml-100k", folder: str | Path | None = None) -> MovieLens:
    """Load a MovieLens data set from the first source that has it.

    In order: `folder`, or the folder named by the environment variable `COURSE_LIB_DATA`; the cache of an earlier
    download; and the sources of `download.py`.

    Args:
        name: `"ml-100k"`, `"ml-1m"`, `"ml-10m"`, `"ml-25m"`, `"ml-32m"`, `"ml-latest-small"` (the edition of 2018, from
            a folder only); or `"party"` for made-up guests, films and ratings (so does `COURSE_LIB_DATA=party`).
        folder: a folder that holds the files of the data set's archive, such as `u.data`, `u.user` and `u.item`.

    Raises:
        ValueError: unknown name; or the named folder lacks a file, or holds one that cannot be read or another set.
        OSError: no source has the data; it says why each failed and what to do.
    """
    folder = folder or os.environ.get("COURSE_LIB_DATA")
    if name == "party" or str(folder) == "party":
        from course_lib.party import made_up_tables

        ratings, users, films = made_up_tables(GENRES)
        return MovieLens(ratings, users, films, f"MADE-UP DATA: a party of {len(users)} guests, not MovieLens")
    return MovieLens(*movielens_tables(name, Path(folder).expanduser() if folder else None))


def load_gowalla(folder: str | Path | None = None) -> Split:
    """Gowalla, check-ins of 29,858 people at 40,981 places, in the split of the paper on LightGCN: no validation part.

    Args:
        folder: a folder that holds `train.txt` and `test.txt`. If left out, the one that the environment variable
            `COURSE_LIB_GOWALLA` names, else the cache, else the repositories of the authors of LightGCN.

    Raises:
        ValueError: the named folder lacks a file, or one is not the file that the authors published.
        OSError: no source has the data; it says why each failed and what to do.
    """
    folder = folder or os.environ.get("COURSE_LIB_GOWALLA")
    return gowalla_split(Path(folder).expanduser() if folder else None)
