"""MovieLens 100K as three tables, from the first source that has it.

The data may be used for research but not redistributed, so it is never part of this repository:
https://grouplens.org/datasets/movielens/100k/ (Harper and Konstan 2015, doi:10.1145/2827872).
"""

import hashlib
import io
import os
import re
import subprocess
import sys
import tempfile
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

GENRES = (
    "unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary", "Drama",
    "Fantasy", "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western",
)  # fmt: skip
RATING_COLUMNS = ["user_id", "film_id", "rating", "timestamp"]
USER_COLUMNS = ["user_id", "age", "gender", "occupation", "zip_code"]
FILM_COLUMNS = ["film_id", "title", "year", *GENRES]

ZIP_URL = "https://files.grouplens.org/datasets/movielens/ml-100k.zip"
ZIP_MD5 = "0e33842e24a9c977be4e0107933c0723"
FILE_MD5 = {
    "u.data": "6e47046882bad158b0efbb84cd5cb987",
    "u.user": "1b53539edc13caad0282c8500608a319",
    "u.item": "c9e7f390115d79079537301d5204f3f7",
}
WHEEL = "recbole-1.2.1-py3-none-any.whl"  # a Python package that carries the same ratings as example data
WHEEL_SHA256 = "9c9948202011f37eb0a7c6768129313f00d6403ad221ec940d5e2d5d5f33a407"
SIZES = {"ratings": 100_000, "users": 943, "films": 1_682}

ReadFile = Callable[[str], bytes]


@dataclass(frozen=True)
class MovieLens:
    """Three tables and where they came from. The tables are checked when the object is made.

    Attributes:
        ratings: `user_id, film_id, rating` (1 to 5) and `timestamp` (seconds since 1970), one row per rating.
        users: `user_id, age` (years)`, gender, occupation, zip_code`, one row per user.
        films: `film_id, title, year` (missing for the one film without a title) and 19 genre flags.
        source: one sentence that says where the tables came from.

    Raises:
        ValueError: a column is missing, an id or a rating repeats, a rating is not 1 to 5, an id is unknown.
    """

    ratings: pd.DataFrame
    users: pd.DataFrame
    films: pd.DataFrame
    source: str

    def __post_init__(self) -> None:
        for name, columns in (("ratings", RATING_COLUMNS), ("users", USER_COLUMNS), ("films", FILM_COLUMNS)):
            missing = [column for column in columns if column not in getattr(self, name)]
            if missing:
                raise ValueError(f"the {name} table has no column {missing}; it needs {columns}")
        for name, key in (("users", ["user_id"]), ("films", ["film_id"]), ("ratings", ["user_id", "film_id"])):
            table = getattr(self, name)
            twice = table[table.duplicated(key)]
            if len(twice):
                value = twice[key].iloc[0].to_dict()
                raise ValueError(f"the {name} table holds {value} more than once; keep one row for it")
        wrong = self.ratings.loc[~self.ratings["rating"].isin(range(1, 6)), "rating"]
        if len(wrong):
            raise ValueError(f"a rating must be 1, 2, 3, 4 or 5, got {wrong.iloc[0]} in row {wrong.index[0]}")
        for key, table in (("user_id", self.users), ("film_id", self.films)):
            unknown = self.ratings.loc[~self.ratings[key].isin(table[key]), key]
            if len(unknown):
                raise ValueError(f"the ratings name {key} {unknown.iloc[0]}, which its own table lacks; add it there")

    @property
    def is_real(self) -> bool:
        """False for the built-in synthetic party."""
        return not self.source.startswith("SYNTHETIC")


def load_movielens(name: str = "ml-100k", folder: str | Path | None = None) -> MovieLens:
    """Load MovieLens 100K from the first source that has it.

    In order: `folder`, or the folder named by the environment variable `COURSE_LIB_DATA`; the cache of an
    earlier download; GroupLens; the wheel of the package `recbole` from your package index, which
    carries the same ratings; and, announced by a warning, a synthetic party. A download is checked against its
    published hash and kept in the user's cache folder; a cached file that fails its hash is fetched again.

    Args:
        name: `"ml-100k"`, or `"party"` for the synthetic data on purpose (so does `COURSE_LIB_DATA=party`).
        folder: a folder that holds `u.data`, `u.user` and `u.item`.

    Raises:
        ValueError: unknown name; or the named folder lacks a file, or holds one that cannot be read.
    """
    from course_lib.party import synthetic_movielens

    folder = folder or os.environ.get("COURSE_LIB_DATA")
    if name == "party" or str(folder) == "party":
        return synthetic_movielens()
    if name != "ml-100k":
        raise ValueError(f'the data sets are "ml-100k" and "party", got {name!r}')
    if folder:
        return _from_folder(Path(folder).expanduser())

    import pooch

    cache = Path(pooch.os_cache("course_lib"))
    reasons = []
    for fetch in (_cached, _download_zip, _download_wheel):
        try:
            return _from_archive(fetch(cache))
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            reasons.append(f"{fetch.__name__.strip('_')}: {_last_line(error)}")
    warnings.warn(
        "MovieLens 100K could not be loaded from anywhere, so this is the SYNTHETIC party: made-up guests, films "
        f"and ratings, and none of the course's figures will match. ({'; '.join(reasons)}). To use the real data "
        "offline, set COURSE_LIB_DATA to a folder that holds u.data, u.user and u.item.",
        stacklevel=2,
    )
    return synthetic_movielens()


def _from_folder(folder: Path) -> MovieLens:
    def read(file: str) -> bytes:
        if not (folder / file).is_file():
            raise ValueError(f"{folder} has no file {file}; name the folder that holds {', '.join(FILE_MD5)}")
        content = (folder / file).read_bytes()
        md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
        if md5 != FILE_MD5[file]:
            warnings.warn(
                f"{folder / file} is not the file GroupLens published (md5 {md5}, expected {FILE_MD5[file]}): "
                "the course's figures may not match; take it from ml-100k.zip again",
                stacklevel=6,
            )
        return content

    return _parse_grouplens(read, f"MovieLens 100K from the folder {folder}")


def _from_archive(path: Path) -> MovieLens:
    # Read inside the archive: its hash vouches for every byte, and no unpacked copy can be half-written.
    with zipfile.ZipFile(path) as archive:
        if path.name == WHEEL:
            source = f"MovieLens 100K from the package {WHEEL.split('-py3')[0]}"
            return _parse_recbole(lambda file: archive.read(f"recbole/dataset_example/ml-100k/{file}"), source)
        return _parse_grouplens(lambda file: archive.read(f"ml-100k/{file}"), "MovieLens 100K from GroupLens")


def _cached(cache: Path) -> Path:
    for path, known_hash in ((cache / "ml-100k.zip", ZIP_MD5), (cache / WHEEL, WHEEL_SHA256)):
        if path.is_file() and _hash(path, known_hash) == known_hash:
            return path
    raise FileNotFoundError(f"nothing usable in {cache}")


def _download_zip(cache: Path) -> Path:
    import pooch

    pooch.get_logger().setLevel("WARNING")
    downloader = pooch.HTTPDownloader(progressbar=True, timeout=10)
    known_hash = f"md5:{ZIP_MD5}"
    return Path(pooch.retrieve(ZIP_URL, known_hash, fname="ml-100k.zip", path=cache, downloader=downloader))


def _download_wheel(cache: Path) -> Path:
    # pip is asked, not a URL: it knows the user's own index, proxy and certificates.
    name, version = WHEEL.split("-")[:2]
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
        command += ["--retries", "1", "--timeout", "15", "--dest", folder, f"{name}=={version}"]
        print(f"Fetching the MovieLens ratings in the package {name} {version} (2 MB) with pip ...", file=sys.stderr)
        subprocess.run(command, check=True, capture_output=True, text=True)
        path = Path(folder) / WHEEL
        if _hash(path, WHEEL_SHA256) != WHEEL_SHA256:
            raise ValueError(f"{WHEEL} from the package index fails its sha256")
        path.replace(cache / WHEEL)
    return cache / WHEEL


def _hash(path: Path, known_hash: str) -> str:
    algorithm = hashlib.md5 if len(known_hash) == 32 else hashlib.sha256
    return algorithm(path.read_bytes(), usedforsecurity=False).hexdigest()


def _last_line(error: Exception) -> str:
    text = getattr(error, "stderr", None) or str(error)
    return (text.strip() or type(error).__name__).splitlines()[-1]


def _parse_grouplens(read: ReadFile, source: str) -> MovieLens:
    ratings = _table(read, "u.data", "\t", RATING_COLUMNS, int)
    users = _table(read, "u.user", "|", USER_COLUMNS, str)
    items = _table(read, "u.item", "|", ["film_id", "title", "date", "video_date", "url", *GENRES], str)
    return _finish(ratings, users, items.drop(columns=["date", "video_date", "url"]), source)


def _parse_recbole(read: ReadFile, source: str) -> MovieLens:
    ratings = _table(read, "ml-100k.inter", "\t", RATING_COLUMNS, int, header=0)
    users = _table(read, "ml-100k.user", "\t", USER_COLUMNS, str, header=0)
    items = _table(read, "ml-100k.item", "\t", ["film_id", "title", "year", "genres"], str, header=0)
    # This source keeps the year apart from the title, and misspells the title of film 267.
    with_year = items["title"] + " (" + items["year"] + ")"
    items["title"] = with_year.where(items["title"] != "unkonwn", "unknown")
    flags = {genre: items["genres"].str.split(" ").map(lambda names, g=genre: str(int(g in names))) for genre in GENRES}
    return _finish(ratings, users, items[["film_id", "title"]].assign(**flags), source)


def _table(
    read: ReadFile, file: str, separator: str, columns: list[str], dtype: type, header: int | None = None
) -> pd.DataFrame:
    text = io.StringIO(read(file).decode("latin-1" if header is None else "utf-8"))
    try:
        # Quoting off: the files do not quote, and a title may hold a quotation mark.
        table = pd.read_csv(text, sep=separator, header=header, quoting=3, dtype=str, keep_default_na=False)
        if table.shape[1] != len(columns):
            raise ValueError(f"it has {table.shape[1]} columns instead of {len(columns)}")
        short = table.iloc[:, -1] == ""  # the last column of no file is ever empty
        if short.any():
            raise ValueError(f"row {short.idxmax() + 1} is cut short")
        return table.set_axis(columns, axis=1).astype(dtype)
    except ValueError as error:
        raise ValueError(f"{file} cannot be read ({error}); take it from the original ml-100k.zip again") from error


def _finish(ratings: pd.DataFrame, users: pd.DataFrame, films: pd.DataFrame, source: str) -> MovieLens:
    for name, table in (("ratings", ratings), ("users", users), ("films", films)):
        if len(table) != SIZES[name]:
            raise ValueError(f"{source}: {len(table)} {name} instead of {SIZES[name]}; take the file again, it is cut")
    users = users.astype({"user_id": int, "age": int})
    titles = films["title"].str.split().str.join(" ").astype(str)
    years = titles.map(_year).astype("Int64")
    flags = films[list(GENRES)] == "1"
    films = pd.concat([films["film_id"].astype(int), titles, years.rename("year"), flags], axis=1)
    return MovieLens(ratings, users, films, source)


def _year(title: str) -> int | None:
    match = re.search(r"\((\d{4})\)", title)
    return int(match[1]) if match else None
