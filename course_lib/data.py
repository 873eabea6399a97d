"""MovieLens 100K as three tables, from the first source that has it.

The data may be used for research but not redistributed, so it is never part of this repository:
https://grouplens.org/datasets/movielens/100k/ (Harper and Konstan 2015, doi:10.1145/2827872).
"""

import io
import os
import re
from dataclasses import dataclass
from functools import cached_property
from itertools import compress
from pathlib import Path

import pandas as pd

from course_lib.download import ReadFile, fetch, read_from_folder
from course_lib.interactions import Split, split_per_user, to_likes

GENRES = (
    "unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary", "Drama",
    "Fantasy", "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western",
)  # fmt: skip
RATING_COLUMNS = ["user_id", "item_id", "rating", "timestamp"]
USER_COLUMNS = ["user_id", "age", "gender", "occupation", "zip_code"]
FILM_COLUMNS = ["item_id", "title", "year", *GENRES]
WHOLE_NUMBERS = {*RATING_COLUMNS, "age"}

SIZES = {"ratings": 100_000, "users": 943, "films": 1_682}


@dataclass(frozen=True, eq=False)
class MovieLens:
    """Three tables and where they came from. The tables are checked when the object is made.

    Attributes:
        ratings: `user_id, item_id, rating` (1 to 5) and `timestamp` (seconds since 1970), one row per rating.
        users: `user_id, age` (years)`, gender, occupation, zip_code`, one row per user.
        films: `item_id, title, year` (missing for the one film without a title) and 19 genre flags.
        source: one sentence that says where the tables came from, and why from there.

    Raises:
        ValueError: a column is missing, an id or a rating repeats, a rating is not 1 to 5, an id is unknown.
    """

    ratings: pd.DataFrame
    users: pd.DataFrame
    films: pd.DataFrame
    source: str

    def __post_init__(self) -> None:
        for name, needed in (("ratings", RATING_COLUMNS), ("users", USER_COLUMNS), ("films", FILM_COLUMNS)):
            missing = [column for column in needed if column not in getattr(self, name)]
            if missing:
                raise ValueError(f"the {name} table has no column {missing}; it needs {needed}")
        for name, keys in (("users", ["user_id"]), ("films", ["item_id"]), ("ratings", ["user_id", "item_id"])):
            rows = getattr(self, name)
            twice = rows.loc[rows.duplicated(keys), keys]
            if len(twice):
                value = twice.iloc[0].to_dict()
                raise ValueError(f"the {name} table holds {value} more than once; keep one row for it")
        wrong = self.ratings.loc[~self.ratings["rating"].isin(range(1, 6)), "rating"]
        if len(wrong):
            raise ValueError(f"a rating must be 1, 2, 3, 4 or 5, got {wrong.iloc[0]} in row {wrong.index[0]}")
        for key, table in (("user_id", self.users), ("item_id", self.films)):
            unknown = self.ratings.loc[~self.ratings[key].isin(table[key]), key]
            if len(unknown):
                raise ValueError(f"the ratings name {key} {unknown.iloc[0]}, which its own table lacks; add it there")

    def split(self, seed: int = 0) -> Split:
        """The course's split: a like is a rating of 4 or 5, and a fifth of each user's likes are hidden."""
        return split_per_user(to_likes(self.ratings), self.users["user_id"], self.films["item_id"], seed=seed)

    @cached_property
    def titles(self) -> pd.DataFrame:
        """`item_id, title, genres`, the genres as one text: what a list of films is read with."""
        genres = [", ".join(compress(GENRES, flags)) for flags in self.films[list(GENRES)].to_numpy()]
        return self.films[["item_id", "title"]].assign(genres=genres)


def load_movielens(name: str = "ml-100k", folder: str | Path | None = None) -> MovieLens:
    """Load MovieLens 100K from the first source that has it.

    In order: `folder`, or the folder named by the environment variable `COURSE_LIB_DATA`; the cache of an earlier
    download; and the sources of `download.py`.

    Args:
        name: `"ml-100k"`, or `"party"` for made-up guests, films and ratings (so does `COURSE_LIB_DATA=party`).
        folder: a folder that holds `u.data`, `u.user` and `u.item`.

    Raises:
        ValueError: unknown name; or the named folder lacks a file, or holds one that cannot be read.
        OSError: no source has the data; it says why each failed and what to do.
    """
    folder = folder or os.environ.get("COURSE_LIB_DATA")
    if name == "party" or str(folder) == "party":
        from course_lib.party import made_up_tables

        ratings, users, films = made_up_tables(GENRES)
        return MovieLens(ratings, users, films, f"MADE-UP DATA: a party of {len(users)} guests, not MovieLens")
    if name != "ml-100k":
        raise ValueError(f'the data sets are "ml-100k" and "party", got {name!r}')
    return _from_folder(Path(folder).expanduser()) if folder else fetch(_parse_grouplens, _parse_recbole)


def _from_folder(folder: Path) -> MovieLens:
    source = f"MovieLens 100K from the folder {folder} (as asked)"
    return _parse_grouplens(lambda file: read_from_folder(folder, file), source)


def _parse_grouplens(read: ReadFile, source: str) -> MovieLens:
    ratings = _table(read, "u.data", "\t", RATING_COLUMNS)
    users = _table(read, "u.user", "|", USER_COLUMNS)
    items = _table(read, "u.item", "|", ["item_id", "title", "date", "video_date", "url", *GENRES])
    return _finish(ratings, users, items.drop(columns=["date", "video_date", "url"]), source)


def _parse_recbole(read: ReadFile, source: str) -> MovieLens:
    ratings = _table(read, "ml-100k.inter", "\t", RATING_COLUMNS, header=0)
    users = _table(read, "ml-100k.user", "\t", USER_COLUMNS, header=0)
    items = _table(read, "ml-100k.item", "\t", ["item_id", "title", "year", "genres"], header=0)
    # This source keeps the year apart from the title, and misspells the title of film 267.
    with_year = items["title"] + " (" + items["year"] + ")"
    items["title"] = with_year.where(items["title"] != "unkonwn", "unknown")
    flags = {genre: items["genres"].str.split(" ").map(lambda names, g=genre: str(int(g in names))) for genre in GENRES}
    return _finish(ratings, users, items[["item_id", "title"]].assign(**flags), source)


def _table(read: ReadFile, file: str, separator: str, columns: list[str], header: int | None = None) -> pd.DataFrame:
    text = io.StringIO(read(file).decode("latin-1" if header is None else "utf-8"))
    try:
        # Quoting off: the files do not quote, and a title may hold a quotation mark.
        table = pd.read_csv(text, sep=separator, header=header, quoting=3, dtype=str, keep_default_na=False)
        if table.shape[1] != len(columns):
            raise ValueError(f"it has {table.shape[1]} columns instead of {len(columns)}")
        short = table.iloc[:, -1] == ""  # the last column of no file is ever empty
        if short.any():
            raise ValueError(f"row {short.to_numpy().argmax() + 1} is cut short")
        return table.set_axis(columns, axis=1).astype({name: int for name in columns if name in WHOLE_NUMBERS})
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{file} cannot be read ({error}); take it from the original ml-100k.zip again") from error


def _finish(ratings: pd.DataFrame, users: pd.DataFrame, films: pd.DataFrame, source: str) -> MovieLens:
    for name, table in (("ratings", ratings), ("users", users), ("films", films)):
        if len(table) != SIZES[name]:
            raise ValueError(f"{source}: {len(table)} {name} instead of {SIZES[name]}; take the file again, it is cut")
    titles = films["title"].str.split().str.join(" ").astype(str)
    years = titles.map(_year).astype("Int64")
    flags = films[list(GENRES)] == "1"
    films = pd.concat([films["item_id"], titles, years.rename("year"), flags], axis=1)
    return MovieLens(ratings, users, films, source)


def _year(title: str) -> int | None:
    match = re.search(r"\((\d{4})\)", title)
    return int(match[1]) if match else None
