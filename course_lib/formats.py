"""The file formats that likes come in: those of MovieLens and RecBole, and lines `user item item ...`."""

import io
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pandas as pd
import torch

from course_lib.download import GOWALLA, ReadFile, fails_hash, fetch, read_from_folder
from course_lib.interactions import Interactions, Split

GENRES = (
    "unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary", "Drama",
    "Fantasy", "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western",
)  # fmt: skip
RATING_COLUMNS = ["user_id", "item_id", "rating", "timestamp"]
USER_COLUMNS = ["user_id", "age", "gender", "occupation", "zip_code"]
MOVIE_COLUMNS = ["item_id", "title", "genres"]
FILM_COLUMNS = ["item_id", "title", "year"]
NUMBERS = {"user_id": "int64", "item_id": "int64", "rating": "float64", "timestamp": "int64", "age": "int64"}
WHOLE_STARS = ("ml-100k", "ml-1m")
CSV = ("ml-25m", "ml-32m", "ml-latest-small")

SIZES = {  # as GroupLens states them
    "ml-100k": {"ratings": 100_000, "users": 943, "films": 1_682},
    "ml-1m": {"ratings": 1_000_209, "users": 6_040, "films": 3_883},
    "ml-10m": {"ratings": 10_000_054, "users": 69_878, "films": 10_681},
    "ml-25m": {"ratings": 25_000_095, "users": 162_541, "films": 62_423},
    "ml-32m": {"ratings": 32_000_204, "users": 200_948, "films": 87_585},
    "ml-latest-small": {"ratings": 100_836, "users": 610, "films": 9_742},
}
FILES = {
    "ml-100k": ("u.data", "u.user", "u.item"),
    "ml-1m": ("ratings.dat", "users.dat", "movies.dat"),
    "ml-10m": ("ratings.dat", "movies.dat"),
    **dict.fromkeys(CSV, ("ratings.csv", "movies.csv")),
}

Tables = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]  # ratings, users, films
_Read = tuple[pd.DataFrame, pd.DataFrame | None, pd.DataFrame]  # without users where there are no demographics


def movielens_tables(name: str, folder: Path | None) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, str]:
    """Ratings, users and films of one of the data sets, from a folder or a download, and a sentence on the source.

    Raises:
        ValueError: unknown name; or the folder lacks a file, or holds one that cannot be read or another data set.
        OSError: no source has the data.
    """
    if name not in SIZES:
        raise ValueError(f'the data sets are {", ".join(SIZES)} and "party", got {name!r}')
    title = "MovieLens " + name.removeprefix("ml-").replace("-", " ").upper()
    if not folder:
        wanted = f"{', '.join(FILES[name][:-1])} and {FILES[name][-1]}"
        advice = f"set COURSE_LIB_DATA to a folder that holds {wanted}; or to the word party for made-up data"
        tables, source = fetch(name, title, partial(_tables, name), advice)
        return *tables, source
    for file in FILES[name]:
        if not (folder / file).is_file():
            held = [other for other, files in FILES.items() if all((folder / one).is_file() for one in files)]
            hint = f", or load what it holds: {' or '.join(held)}" if held else ""
            wanted = ", ".join(FILES[name])
            raise ValueError(f"{folder} has no file {file}; name the folder that holds {wanted}{hint}")
    return *_tables(name, partial(read_from_folder, folder), name), f"{title} from the folder {folder} (as asked)"


def check_tables(ratings: pd.DataFrame, users: pd.DataFrame, films: pd.DataFrame) -> None:
    """Refuse, by a ValueError, tables that are not what `data.MovieLens` says."""
    tables = {"ratings": ratings, "users": users, "films": films}
    for name, needed in (("ratings", RATING_COLUMNS), ("users", ["user_id"]), ("films", FILM_COLUMNS)):
        missing = [column for column in needed if column not in tables[name]]
        if missing:
            raise ValueError(f"the {name} table has no column {missing}; it needs {needed}")
    for name, keys in (("users", ["user_id"]), ("films", ["item_id"]), ("ratings", ["user_id", "item_id"])):
        rows = tables[name]
        twice = rows.loc[rows.duplicated(keys), keys]
        if len(twice):
            value = twice.iloc[0].to_dict()
            raise ValueError(f"the {name} table holds {value} more than once; keep one row for it")
    wrong = ratings.loc[~(2 * ratings["rating"]).isin(range(1, 11)), "rating"]
    if len(wrong):
        raise ValueError(f"a rating must be 0.5, 1, 1.5, ... 5, got {wrong.iloc[0]} in row {wrong.index[0]}")
    for key, table in (("user_id", users), ("item_id", films)):
        unknown = ratings.loc[~ratings[key].isin(table[key]), key]
        if len(unknown):
            raise ValueError(f"the ratings name {key} {unknown.iloc[0]}, which its own table lacks; add it there")


def _tables(name: str, read: ReadFile, layout: str) -> Tables:
    ratings, users, films = LAYOUTS[layout](read)
    if users is None:
        users = pd.DataFrame({"user_id": np.sort(ratings["user_id"].unique())})
    for kind, table in (("ratings", ratings), ("users", users), ("films", films)):
        if len(table) != SIZES[name][kind]:
            others = [other for other, sizes in SIZES.items() if sizes["ratings"] == len(ratings) and other != name]
            advice = f"load it by load_movielens({others[0]!r})" if others else "take the file again, it is cut"
            raise ValueError(f"{name} has {SIZES[name][kind]} {kind}, and here are {len(table)}; {advice}")
    if name in WHOLE_STARS:
        if (ratings["rating"] % 1 != 0).any():
            raise ValueError(f"{name} has ratings of 1 to 5, and here are half stars; name the data set that it is")
        ratings["rating"] = ratings["rating"].astype("int64")
    title = films["title"].str.split().str.join(" ").astype(str)
    year = pd.to_numeric(title.str.extract(r"\((\d{4})\)", expand=False)).astype("Int64").rename("year")
    flags = films.drop(columns=["item_id", "title"]).astype(bool)
    return ratings, users, pd.concat([films["item_id"], title, year, flags], axis=1)


def _grouplens_100k(read: ReadFile) -> _Read:
    ratings = _table(read, "u.data", "\t", RATING_COLUMNS, "latin-1")
    users = _table(read, "u.user", "|", USER_COLUMNS, "latin-1")
    films = _table(read, "u.item", "|", ["item_id", "title", "date", "video_date", "url", *GENRES], "latin-1")
    return ratings, users, films[["item_id", "title"]].join(films[list(GENRES)] == "1")


def _recbole_100k(read: ReadFile) -> _Read:
    ratings = _table(read, "ml-100k.inter", "\t", RATING_COLUMNS, header=True)
    users = _table(read, "ml-100k.user", "\t", USER_COLUMNS, header=True)
    films = _table(read, "ml-100k.item", "\t", ["item_id", "title", "year", "genres"], header=True)
    # This source keeps the year apart from the title, and misspells the title of film 267.
    with_year = films["title"] + " (" + films["year"] + ")"
    films["title"] = with_year.where(films["title"] != "unkonwn", "unknown")
    return ratings, users, _with_flags(films, " ").reindex(columns=["item_id", "title", *GENRES], fill_value=0)


def _grouplens_1m(read: ReadFile) -> _Read:
    ratings, _, films = _grouplens_dat(read, "latin-1")
    users = _table(read, "users.dat", "::", ["user_id", "gender", "age", "occupation", "zip_code"], "latin-1")
    return ratings, users[USER_COLUMNS], films


def _grouplens_dat(read: ReadFile, encoding: str = "utf-8") -> _Read:
    films = _table(read, "movies.dat", "::", MOVIE_COLUMNS, encoding)
    return _table(read, "ratings.dat", "::", RATING_COLUMNS), None, _with_flags(films)


def _grouplens_csv(read: ReadFile) -> _Read:
    films = _table(read, "movies.csv", ",", MOVIE_COLUMNS, header=True)
    return _table(read, "ratings.csv", ",", RATING_COLUMNS, header=True), None, _with_flags(films)


LAYOUTS: dict[str, Callable[[ReadFile], _Read]] = {
    "ml-100k": _grouplens_100k,
    "recbole": _recbole_100k,
    "ml-1m": _grouplens_1m,
    "ml-10m": _grouplens_dat,
    **dict.fromkeys(CSV, _grouplens_csv),
}


def _with_flags(films: pd.DataFrame, separator: str = "|") -> pd.DataFrame:
    return films[["item_id", "title"]].join(films["genres"].str.get_dummies(separator))


def _table(
    read: ReadFile, file: str, separator: str, columns: list[str], encoding: str = "utf-8", header: bool = False
) -> pd.DataFrame:
    content = read(file)
    if separator == "::":  # of one character pandas reads it twenty times as fast
        content, separator = content.replace(b"::", b"\t"), "\t"
    kinds = {place: NUMBERS.get(name, "str") for place, name in enumerate(columns)}
    try:
        # But for CSV files quoting is off: the files do not quote, and a title may hold a quotation mark.
        table = pd.read_csv(io.BytesIO(content), sep=separator, header=None, skiprows=int(header), encoding=encoding,
                            quoting=0 if separator == "," else 3, dtype=kinds, keep_default_na=False)  # fmt: skip
        if table.shape[1] != len(columns):
            raise ValueError(f"it has {table.shape[1]} columns instead of {len(columns)}")
        short = table.iloc[:, -1] == ""  # the last column of no file is ever empty
        if short.any():
            raise ValueError(f"row {short.to_numpy().argmax() + 1} is cut short")
        return table.set_axis(columns, axis=1)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{file} cannot be read ({error}); take it from the original archive again") from error


def read_pairs(path: str | Path) -> Interactions:
    """The likes in a file of lines `user item item ...`, sorted by user and item.

    Indices are whole numbers from 0. One that no line names is a user or an item without likes: it keeps its place, so
    that numbers in the file and indices are the same.

    Raises:
        ValueError: a word is no whole number from 0, a user has two lines, a like stands twice, there is none, or the
            numbers leave most indices out, as raw ids do.
        OSError: the file is not there, or may not be read.
    """
    with open(path, "rb") as lines:
        return _interactions([(str(path), *_pairs(lines, str(path)))])[0]


def read_split(train: str | Path, test: str | Path) -> Split:
    """A split that somebody else has made: two files as `read_pairs` reads them, and no validation part.

    The ids are the numbers in the files, and each may be in one file only: users without a like to learn from or
    without a hidden one are fine, and so are such items.

    Raises:
        ValueError: what `read_pairs` refuses, or a pair is in both files.
        OSError: a file is not there, or may not be read.
    """
    with open(train, "rb") as learned, open(test, "rb") as hidden:
        return _split({str(train): learned, str(test): hidden})


def gowalla_split(folder: Path | None) -> Split:
    """Gowalla in the split of the LightGCN paper, from a folder or a download: see `data.load_gowalla`."""
    if not folder:
        return fetch("gowalla", "Gowalla", _read_gowalla, "set COURSE_LIB_GOWALLA to a folder that holds them")[0]
    for file in GOWALLA:
        if not (folder / file).is_file():
            raise ValueError(f"{folder} has no file {file}; name the folder that holds {' and '.join(GOWALLA)}")
        if fails_hash(file, (folder / file).read_bytes()):
            raise ValueError(
                f"{folder / file} is not the file that the authors of LightGCN published (it fails its sha256); take "
                "it again, or read a split of your own by formats.read_split"
            )
    return read_split(*(folder / file for file in GOWALLA))


def _read_gowalla(read: ReadFile, layout: str) -> Split:
    return _split({file: io.BytesIO(read(file)) for file in GOWALLA})


def _split(files: dict[str, BinaryIO]) -> Split:
    train, test = _interactions([(name, *_pairs(lines, name)) for name, lines in files.items()])
    nothing = Interactions(train.user[:0], train.item[:0], *train.sizes)
    try:
        return Split(train, nothing, test, *map(pd.RangeIndex, train.sizes))
    except ValueError as error:
        raise ValueError(f"{' and '.join(files)}: {error}") from None


def _pairs(lines: Iterable[bytes], name: str) -> tuple[np.ndarray, np.ndarray, int]:
    """Users and items of all pairs, both `(E,)` int64, and the largest number of a user, with a pair or without."""
    users, items = [], []
    seen: dict[int, int] = {}
    for number, line in enumerate(lines, start=1):
        if not (words := line.split()):
            continue
        try:
            row = np.array([int(word) for word in words], dtype=np.int64)
            if row.min() < 0:
                raise ValueError
        except (ValueError, OverflowError):
            got = line.decode(errors="replace").strip()[:40]
            raise ValueError(f"{name}, line {number}: {got!r} must be whole numbers from 0, between blanks") from None
        owner = int(row[0])
        if owner in seen:
            raise ValueError(f"{name}, line {number}: user {owner} has line {seen[owner]} already; make it one line")
        seen[owner] = number
        users.append(np.full(len(row) - 1, owner))
        items.append(row[1:])
    user, item = (np.concatenate([np.zeros(0, np.int64), *part]) for part in (users, items))
    if not len(user):
        raise ValueError(f"{name} has no like; each line must be `user item item ...`")
    return user, item, max(seen)


def _interactions(parts: list[tuple[str, np.ndarray, np.ndarray, int]]) -> list[Interactions]:
    """The pairs of each file, sorted, over the users and items of all of them."""
    n_users = 1 + max(last for *_, last in parts)
    n_items = 1 + max(int(item.max()) for _, _, item, _ in parts)
    n_pairs = sum(len(user) for _, user, _, _ in parts)
    if n_users + n_items > 200 * n_pairs:
        name = " and ".join(name for name, *_ in parts)
        raise ValueError(f"{name} names user {n_users - 1} and item {n_items - 1} in {n_pairs} likes; count from 0")
    found = []
    for name, user, item, _ in parts:
        try:
            keys = Interactions(torch.from_numpy(user), torch.from_numpy(item), n_users, n_items).keys
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
        found.append(Interactions(keys // n_items, keys % n_items, n_users, n_items))
    return found
