"""The three tables, whatever source they come from, and what happens when a source is broken or absent.

No test goes online: the functions that would are replaced, and every source is written by the test itself.
"""

import ast
import hashlib
import io
import subprocess
import tokenize
import warnings
import zipfile
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pooch
import pytest

import course_lib
from course_lib import data as data_module
from course_lib.data import FILE_MD5, GENRES, SIZES, WHEEL, MovieLens, load_movielens

# Of the films table as read from GroupLens's u.item: titles, years and flags, written as CSV.
FILMS_MD5 = "43bcfc0ade39a4f1c3cc5bcf368348af"
CORE = (
    "data", "interactions", "graph", "lightgcn", "bpr", "softmax", "evaluation", "baselines", "training",
    "recommendation",
)  # fmt: skip

U_DATA = "1\t1\t5\t880000000\n1\t2\t3\t880000060\n3\t4\t4\t880000120\n2\t267\t1\t880000180\n"
U_USER = "1|24|M|technician|85711\n2|53|F|other|T8H1N\n3|23|M|writer|32067\n"
U_ITEM = (
    "1|Toy Story (1995)|01-Jan-1995||http://x/(1)|0|0|0|1|1|1|0|0|0|0|0|0|0|0|0|0|0|0|0\n"
    '2|L\xe9on: "The" 1000  Faces (1994) |01-Jan-1996||http://x|0|1|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0\n'
    "4|Alphaville (1965)|01-Jan-1965||http://x|0|0|0|0|0|0|0|0|0|0|1|0|0|0|0|1|0|0|0\n"
    "9|Toy Story (1995)|01-Jan-1995||http://x|0|0|0|0|0|0|0|0|1|0|0|0|0|0|0|0|0|0|0\n"
    "267|unknown||||1|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0\n"
)
RECBOLE = {
    "ml-100k.inter": "user_id:token\titem_id:token\trating:float\ttimestamp:float\n" + U_DATA,
    "ml-100k.user": "user_id:token\tage:token\tgender:token\toccupation:token\tzip_code:token\n"
    + U_USER.replace("|", "\t"),
    "ml-100k.item": "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq\n"
    "1\tToy Story\t1995\tAnimation Children's Comedy\n"
    '2\tL\xe9on: "The" 1000 Faces \t1994\tAction\n'
    "4\tAlphaville\t1965\tFilm-Noir Sci-Fi\n"
    "9\tToy Story\t1995\tDrama\n"
    "267\tunkonwn\tunkonwn\tunknown\n",
}


@pytest.fixture(autouse=True)
def no_folder_from_the_environment(monkeypatch):
    monkeypatch.delenv("COURSE_LIB_DATA", raising=False)


@pytest.fixture
def cache(tmp_path, monkeypatch) -> Path:
    """An empty cache, and no way online."""
    folder = tmp_path / "cache"
    monkeypatch.setattr(pooch, "os_cache", lambda name: folder)

    def no_network(*arguments, **more):
        raise ConnectionError("no route to host")

    monkeypatch.setattr(pooch, "retrieve", no_network)
    monkeypatch.setattr(subprocess, "run", no_network)
    return folder


@pytest.fixture
def small(monkeypatch) -> dict[str, bytes]:
    """A MovieLens of 3 users, 5 films and 4 ratings, whose hashes count as the published ones."""
    files = {"u.data": U_DATA.encode(), "u.user": U_USER.encode(), "u.item": U_ITEM.encode("latin-1")}
    monkeypatch.setattr(data_module, "SIZES", {"ratings": 4, "users": 3, "films": 5})
    monkeypatch.setattr(data_module, "FILE_MD5", {name: md5(content) for name, content in files.items()})
    monkeypatch.setattr(data_module, "ZIP_MD5", md5(zipped(files)))
    monkeypatch.setattr(data_module, "WHEEL_SHA256", hashlib.sha256(wheel()).hexdigest())
    return files


def md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def archive(files: dict[str, bytes], folder: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        for name, content in files.items():
            target.writestr(zipfile.ZipInfo(f"{folder}/{name}"), content)  # a fixed date: the same bytes every time
    return buffer.getvalue()


def zipped(files: dict[str, bytes]) -> bytes:
    return archive(files, "ml-100k")


def wheel() -> bytes:
    return archive({name: text.encode() for name, text in RECBOLE.items()}, "recbole/dataset_example/ml-100k")


def write(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def fake_pip(monkeypatch, content: bytes) -> list[list[str]]:
    """Let `pip download` write `content`; returns the list its commands will be in."""
    commands = []

    def download(command, **more):
        commands.append(command)
        Path(command[command.index("--dest") + 1], WHEEL).write_bytes(content)

    monkeypatch.setattr(subprocess, "run", download)
    return commands


def assert_same_tables(one: MovieLens, other: MovieLens) -> None:
    for name in ("ratings", "users", "films"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))


# The tables


def test_a_folder_is_read_into_three_clean_tables(tmp_path, small):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        data = load_movielens(folder=write(tmp_path, small))
    assert data.ratings.to_numpy().tolist()[3] == [2, 267, 1, 880000180]
    assert data.users.iloc[1].to_dict() == {
        "user_id": 2, "age": 53, "gender": "F", "occupation": "other", "zip_code": "T8H1N",
    }  # fmt: skip
    assert data.films["title"].tolist() == [
        "Toy Story (1995)", 'Léon: "The" 1000 Faces (1994)', "Alphaville (1965)", "Toy Story (1995)", "unknown",
    ]  # fmt: skip
    assert data.films["year"].tolist() == [1995, 1994, 1965, 1995, pd.NA]
    genres = [[genre for genre in GENRES if row[genre]] for _, row in data.films.iterrows()]
    assert genres == [
        ["Animation", "Children's", "Comedy"], ["Action"], ["Film-Noir", "Sci-Fi"], ["Drama"], ["unknown"],
    ]  # fmt: skip
    assert str(tmp_path) in data.source and data.is_real


def test_folder_zip_and_wheel_give_equal_tables(tmp_path, cache, small):
    folder = load_movielens(folder=write(tmp_path / "folder", small))
    write(cache, {"ml-100k.zip": zipped(small)})
    from_zip = load_movielens()
    (cache / "ml-100k.zip").unlink()
    write(cache, {WHEEL: wheel()})
    from_wheel = load_movielens()
    assert (from_zip.source, from_wheel.source) == (
        "MovieLens 100K from GroupLens",
        "MovieLens 100K from the package recbole-1.2.1",
    )
    assert_same_tables(folder, from_zip)
    assert_same_tables(folder, from_wheel)


def test_real_tables_written_in_grouplens_format_are_the_published_files_and_read_back_equal(real_data, tmp_path):
    ratings = real_data.ratings.to_csv(sep="\t", header=False, index=False, lineterminator="\n").encode()
    users = real_data.users.to_csv(sep="|", header=False, index=False, lineterminator="\n").encode()
    assert md5(ratings) == FILE_MD5["u.data"]
    assert md5(users) == FILE_MD5["u.user"]
    lines = [
        "|".join([str(film["film_id"]), film["title"], "", "", "", *(str(int(film[genre])) for genre in GENRES)])
        for film in real_data.films.to_dict("records")
    ]
    items = "\n".join(lines).encode("latin-1")
    folder = write(tmp_path, {"u.data": ratings, "u.user": users, "u.item": items})
    with pytest.warns(UserWarning, match=r"u.item is not the file GroupLens published"):  # its dates are missing
        read = load_movielens(folder=folder)
    assert_same_tables(read, real_data)


def test_the_real_tables_have_the_published_sizes_and_titles(real_data):
    assert {name: len(getattr(real_data, name)) for name in SIZES} == SIZES
    films = real_data.films.astype(dict.fromkeys(GENRES, int))
    assert md5(films.to_csv(index=False, lineterminator="\n").encode()) == FILMS_MD5
    assert real_data.films["title"].nunique() == 1_664
    assert real_data.films.loc[real_data.films["year"].isna(), "title"].tolist() == ["unknown"]


def test_the_made_up_party_has_the_schema_of_movielens(tmp_path, small, party):
    real = load_movielens(folder=write(tmp_path, small))
    for name in ("ratings", "users", "films"):
        pd.testing.assert_series_equal(getattr(party, name).dtypes, getattr(real, name).dtypes)
    assert not party.is_real
    assert len(party.users) != len(party.films)


def test_the_made_up_party_is_the_same_every_time(party):
    assert_same_tables(party, load_movielens("party"))


# Which source


def test_the_environment_names_a_folder_or_the_party(tmp_path, small, party, monkeypatch):
    monkeypatch.setenv("COURSE_LIB_DATA", str(write(tmp_path, small)))
    assert len(load_movielens().ratings) == 4
    assert not load_movielens("party").is_real
    monkeypatch.setenv("COURSE_LIB_DATA", "party")
    assert_same_tables(load_movielens(), party)
    assert len(load_movielens(folder=tmp_path).ratings) == 4, "an argument goes before the environment"


def test_an_unknown_data_set_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match='"ml-100k" and "party", got \'ml-1m\''):
        load_movielens("ml-1m")


def test_grouplens_is_asked_first_and_its_hash_is_demanded(cache, small, monkeypatch):
    asked = []

    def retrieve(url, known_hash, fname, path, downloader):
        asked.append((url, known_hash))
        return str(write(path, {fname: zipped(small)}) / fname)

    monkeypatch.setattr(pooch, "retrieve", retrieve)
    assert load_movielens().source == "MovieLens 100K from GroupLens"
    assert asked == [(data_module.ZIP_URL, f"md5:{data_module.ZIP_MD5}")] and asked[0][0].startswith("https://")
    load_movielens()
    assert len(asked) == 1, "the second time it comes from the cache"


def test_the_wheel_comes_through_pip_and_is_kept(cache, small, monkeypatch):
    commands = fake_pip(monkeypatch, wheel())
    assert load_movielens().source == "MovieLens 100K from the package recbole-1.2.1"
    assert [path.name for path in cache.iterdir()] == [WHEEL]
    assert {"pip", "download", "--no-deps", "recbole==1.2.1"} <= set(commands[0])
    load_movielens()
    assert len(commands) == 1, "the second time it comes from the cache"


@pytest.mark.parametrize("name", ["ml-100k.zip", WHEEL])
def test_a_cached_file_that_fails_its_hash_is_replaced_and_never_used(cache, small, monkeypatch, name):
    good = {"ml-100k.zip": zipped(small), WHEEL: wheel()}[name]
    forged = {**small, "u.data": small["u.data"].replace(b"\t5\t", b"\t1\t")}
    write(cache, {name: zipped(forged) if name == "ml-100k.zip" else good[:-1]})

    def retrieve(url, known_hash, fname, path, downloader):
        if name != "ml-100k.zip":
            raise ConnectionError("no route to host")
        return str(write(path, {fname: good}) / fname)

    monkeypatch.setattr(pooch, "retrieve", retrieve)
    fake_pip(monkeypatch, wheel())
    data = load_movielens()
    assert data.ratings["rating"].tolist() == [5, 3, 4, 1]
    assert (cache / name).read_bytes() == good


def test_a_wheel_that_fails_its_hash_is_not_used_and_leaves_nothing_behind(cache, small, monkeypatch):
    fake_pip(monkeypatch, wheel() + b"!")
    with pytest.warns(UserWarning, match=f"{WHEEL} from the package index fails its sha256"):
        data = load_movielens()
    assert not data.is_real
    assert list(cache.iterdir()) == []


def test_a_download_that_breaks_off_leaves_nothing_behind(cache, monkeypatch):
    def broken(command, **more):
        Path(command[command.index("--dest") + 1], WHEEL).write_bytes(b"half a wh")
        raise subprocess.CalledProcessError(1, command, stderr="WARNING: retrying\nERROR: no space left\n")

    monkeypatch.setattr(subprocess, "run", broken)
    with pytest.warns(UserWarning, match="download_wheel: ERROR: no space left"):
        load_movielens()
    assert list(cache.iterdir()) == []


def test_without_any_source_the_made_up_party_comes_with_a_warning(cache, party, monkeypatch):
    def no_pip(command, **more):
        raise subprocess.CalledProcessError(1, command, stderr="python: No module named pip")

    monkeypatch.setattr(subprocess, "run", no_pip)
    with pytest.warns(UserWarning) as caught:
        data = load_movielens()
    (warning,) = caught
    message = str(warning.message)
    assert "SYNTHETIC" in message and "set COURSE_LIB_DATA to a folder that holds u.data, u.user and u.item" in message
    for reason in ("cached: nothing usable", "download_zip: no route to host", "download_wheel: python: No module"):
        assert reason in message
    assert warning.filename == __file__, "it points at the line that asked for the data"
    assert not data.is_real and data.source.startswith("SYNTHETIC")
    assert_same_tables(data, party)


@pytest.mark.parametrize("error", [OSError(), subprocess.CalledProcessError(1, ["pip"], stderr="\n")])
def test_an_error_without_a_text_does_not_stop_the_search(cache, monkeypatch, error):
    def fail(*arguments, **more):
        raise error

    monkeypatch.setattr(subprocess, "run", fail)
    with pytest.warns(UserWarning, match=f"download_wheel: {type(error).__name__}"):
        assert not load_movielens().is_real


# Broken files


@pytest.mark.parametrize("name", ["u.data", "u.user", "u.item"])
def test_a_missing_file_is_refused_by_name(tmp_path, small, name):
    del small[name]
    with pytest.raises(ValueError, match=f"has no file {name}; name the folder that holds u.data, u.user, u.item"):
        load_movielens(folder=write(tmp_path, small))


@pytest.mark.filterwarnings("ignore:.*is not the file GroupLens published")
@pytest.mark.parametrize(
    ("name", "cut", "message"),
    [
        ("u.data", lambda text: text[: text.rstrip(b"\n").rindex(b"\n") + 1], "3 ratings instead of 4; take the file"),
        ("u.data", lambda text: text[:-12], r"u.data cannot be read \(row 4 is cut short\); take it from"),
        ("u.user", lambda text: text[:20], r"\d users instead of 3; take the file again, it is cut"),
        ("u.user", lambda text: text[:-6], r"u.user cannot be read \(row 3 is cut short\); take it from"),
        ("u.item", lambda text: text[:-4], r"u.item cannot be read \(row 5 is cut short\); take it from"),
        ("u.item", lambda text: text[: text.rstrip(b"\n").rindex(b"\n") + 1], "4 films instead of 5; take the file"),
        ("u.data", lambda text: b"", "u.data cannot be read .*; take it from the original ml-100k.zip again"),
        ("u.data", lambda text: text.replace(b"\t", b","), "it has 1 columns instead of 4"),
        ("u.data", lambda text: text.replace(b"\t5\t", b"\tfive\t"), "u.data cannot be read .*five"),
        ("u.data", lambda text: text.replace(b"\t5\t", b"\t6\t"), "a rating must be 1, 2, 3, 4 or 5, got 6 in row 0"),
        ("u.data", lambda text: text.replace(b"3\t4\t", b"1\t1\t"), "'user_id': 1, 'film_id': 1} more than once"),
        ("u.data", lambda text: text.replace(b"3\t4\t", b"3\t7\t"), "name film_id 7, which its own table lacks"),
    ],
)
def test_a_cut_or_damaged_file_is_refused_with_what_is_wrong(tmp_path, small, name, cut, message):
    folder = write(tmp_path, {**small, name: cut(small[name])})
    with pytest.raises(ValueError, match=message):
        load_movielens(folder=folder)


def test_an_altered_file_that_still_reads_gets_a_warning_with_both_hashes(tmp_path, small):
    altered = small["u.data"].replace(b"\t5\t", b"\t4\t")
    folder = write(tmp_path, {**small, "u.data": altered})
    hashes = rf"md5 {md5(altered)}, expected {md5(small['u.data'])}"
    with pytest.warns(UserWarning, match=rf"u.data is not the file GroupLens published \({hashes}\)") as caught:
        data = load_movielens(folder=folder)
    assert data.ratings["rating"].tolist() == [4, 3, 4, 1]
    assert len(caught) == 1 and "take it from ml-100k.zip again" in str(caught[0].message)
    assert caught[0].filename == __file__


@pytest.mark.parametrize(("table", "column"), [("ratings", "rating"), ("users", "age"), ("films", "Film-Noir")])
def test_a_missing_column_is_refused_by_name(party, table, column):
    with pytest.raises(ValueError, match=rf"the {table} table has no column \['{column}'\]; it needs \['"):
        replace(party, **{table: getattr(party, table).drop(columns=column)})


@pytest.mark.parametrize("rating", [0, 6, 3.5, float("nan")])
def test_a_rating_out_of_range_is_refused_with_its_row(party, rating):
    ratings = party.ratings.astype({"rating": float})
    ratings.loc[17, "rating"] = rating
    with pytest.raises(ValueError, match=f"a rating must be 1, 2, 3, 4 or 5, got {rating}.* in row 17"):
        replace(party, ratings=ratings)


@pytest.mark.parametrize(
    ("table", "key"), [("ratings", "'user_id': 1, 'film_id': "), ("users", "'user_id': 1}"), ("films", "'film_id': 1}")]
)
def test_a_row_that_repeats_is_refused_by_its_key(party, table, key):
    rows = getattr(party, table)
    with pytest.raises(ValueError, match=rf"the {table} table holds {{{key}.*more than once; keep one row for it"):
        replace(party, **{table: pd.concat([rows, rows[:1]], ignore_index=True)})


@pytest.mark.parametrize(("table", "key"), [("users", "user_id"), ("films", "film_id")])
def test_a_rating_by_or_of_somebody_unknown_is_refused(party, table, key):
    known = getattr(party, table)
    gone = party.ratings[key].iloc[0]
    with pytest.raises(ValueError, match=f"name {key} {gone}, which its own table lacks; add it there"):
        replace(party, **{table: known[known[key] != gone]})


# The promise of one evening


def test_the_core_stays_within_a_thousand_lines_of_code():
    total = sum(code_lines((Path(course_lib.__file__).parent / f"{name}.py").read_text("utf-8")) for name in CORE)
    assert 300 < total <= 1_000


def code_lines(text: str) -> int:
    """Lines that hold code: not blank, not a comment, not a docstring."""
    layout = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    code = {
        line
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type not in layout
        for line in range(token.start[0], token.end[0] + 1)
    }
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            code -= set(range(node.lineno, node.end_lineno + 1))
    return len(code)


def test_code_lines_leave_out_blank_lines_comments_and_docstrings():
    text = '"""One\n\ntwo."""\n\nx = 1  # a comment\n# another\n\n'
    text += 'def f():\n    """Doc."""\n    return (\n        x\n    )\n'
    assert code_lines(text) == 5
