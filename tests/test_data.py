"""The three tables, whatever source they come from, and what happens when a source is broken or absent.

No test goes online: the process that would is replaced, or asks a server that the test itself starts; and every source
is written by the test.
"""

import errno
import hashlib
import io
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pandas as pd
import pooch
import pytest

from course_lib import download, formats
from course_lib.data import GENRES, MovieLens, load_movielens
from course_lib.download import FILE_MD5, HASHES, WHEEL, ZIP
from course_lib.formats import SIZES

SOURCES = download.SOURCES["ml-100k"]

# Of the films table as read from GroupLens's u.item: titles, years and flags, written as CSV.
FILMS_MD5 = "0f84570ebf63609fe37ef4729012dd07"

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
    offer(monkeypatch, {})
    return folder


@pytest.fixture
def small(monkeypatch) -> dict[str, bytes]:
    """A MovieLens of 3 users, 5 films and 4 ratings, whose hashes count as the published ones."""
    files = {"u.data": U_DATA.encode(), "u.user": U_USER.encode(), "u.item": U_ITEM.encode("latin-1")}
    monkeypatch.setitem(formats.SIZES, "ml-100k", {"ratings": 4, "users": 3, "films": 5})
    monkeypatch.setattr(download, "FILE_MD5", {name: md5(content) for name, content in files.items()})
    monkeypatch.setattr(download, "HASHES", {name: sha256(content) for name, content in published(files).items()})
    return files


def published(small: dict[str, bytes]) -> dict[str, bytes]:
    """Every file that some source has, by its name."""
    return {ZIP: zipped(small), WHEEL: wheel(), **{name: text.encode() for name, text in RECBOLE.items()}}


def offer(monkeypatch, files: dict[str, bytes]) -> list[list[str]]:
    """Let the process that downloads find these files and no others; returns the list its commands will be in."""
    commands = []

    def run(command, **more):
        assert more["timeout"] == download.TIME_LIMIT
        commands.append(command)
        if "pip" in command:
            folder, wanted = command[command.index("--dest") + 1], [WHEEL]
        else:
            folder, wanted = command[4], command[5::2]
        for name in wanted:
            if name not in files:
                raise subprocess.CalledProcessError(1, command, stderr="WARNING: retrying\nno route to host\n")
            Path(folder, name).write_bytes(files[name])

    monkeypatch.setattr(subprocess, "run", run)
    return commands


def sha256(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


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
    assert str(tmp_path) in data.source


def test_the_folder_and_every_source_give_equal_tables(tmp_path, cache, small):
    folder = load_movielens(folder=write(tmp_path / "folder", small))
    assert folder.source == f"MovieLens 100K from the folder {tmp_path / 'folder'} (as asked)"
    for name, _, files, _ in SOURCES:
        write(cache, {file: published(small)[file] for file in files})
        data = load_movielens()
        assert data.source == f"MovieLens 100K from {name} (kept from an earlier download)"
        assert_same_tables(folder, data)
        for file in files:
            (cache / file).unlink()


def test_real_tables_written_in_grouplens_format_are_the_published_files_and_read_back_equal(real_data, tmp_path):
    ratings = real_data.ratings.to_csv(sep="\t", header=False, index=False, lineterminator="\n").encode()
    users = real_data.users.to_csv(sep="|", header=False, index=False, lineterminator="\n").encode()
    assert md5(ratings) == FILE_MD5["u.data"]
    assert md5(users) == FILE_MD5["u.user"]
    lines = [
        "|".join([str(film["item_id"]), film["title"], "", "", "", *(str(int(film[genre])) for genre in GENRES)])
        for film in real_data.films.to_dict("records")
    ]
    items = "".join(f"{line}\n" for line in lines).encode("latin-1")
    folder = write(tmp_path, {"u.data": ratings, "u.user": users, "u.item": items})
    with pytest.warns(UserWarning, match=r"u.item is not the file GroupLens published"):  # its dates are missing
        read = load_movielens(folder=folder)
    assert_same_tables(read, real_data)


def test_the_real_tables_have_the_published_sizes_and_titles(real_data):
    sizes = SIZES["ml-100k"]
    assert {name: len(getattr(real_data, name)) for name in sizes} == sizes
    films = real_data.films.astype(dict.fromkeys(GENRES, int))
    assert md5(films.to_csv(index=False, lineterminator="\n").encode()) == FILMS_MD5
    assert real_data.films["title"].nunique() == 1_664
    assert real_data.films.loc[real_data.films["year"].isna(), "title"].tolist() == ["unknown"]


def test_the_made_up_party_has_the_schema_of_movielens(tmp_path, small, party):
    real = load_movielens(folder=write(tmp_path, small))
    for name in ("ratings", "users", "films"):
        pd.testing.assert_series_equal(getattr(party, name).dtypes, getattr(real, name).dtypes)
    assert party.source == "MADE-UP DATA: a party of 300 guests, not MovieLens"
    assert len(party.users) != len(party.films)


def test_the_made_up_party_is_the_same_every_time(party):
    assert_same_tables(party, load_movielens("party"))


def test_the_made_up_party_is_what_the_course_says_of_it(party):
    """Guests with tastes, films of uneven fame; the bounds leave room for another processor's last digits."""
    ratings, genres = party.ratings, party.films.drop(columns=["item_id", "title", "year"]).to_numpy()
    assert (len(party.users), len(party.films)) == (300, 500)
    assert set(genres.sum(axis=1)) == {1, 2, 3}
    assert ratings["rating"].mean() == pytest.approx(3.66, abs=0.05)
    assert ratings["rating"].std() == pytest.approx(1.10, abs=0.05)
    for _, seen in ratings.groupby("user_id")["timestamp"]:
        assert 20 <= len(seen) <= 250 and (seen.diff().dropna() == 20).all()  # one film every 20 seconds
        assert 880_000_000 <= seen.iloc[0] < 890_000_000
    first = genres[ratings["item_id"] - 1].argmax(axis=1)
    of_one = ratings.groupby(["user_id", first])["rating"].mean()
    assert of_one.groupby("user_id").std().mean() > 0.5  # by taste


# Which source


def test_the_environment_names_a_folder_or_the_party(tmp_path, small, party, monkeypatch):
    monkeypatch.setenv("COURSE_LIB_DATA", str(write(tmp_path, small)))
    assert len(load_movielens().ratings) == 4
    assert load_movielens("party").source.startswith("MADE-UP DATA")
    monkeypatch.setenv("COURSE_LIB_DATA", "party")
    assert_same_tables(load_movielens(), party)
    assert len(load_movielens(folder=tmp_path).ratings) == 4, "an argument goes before the environment"


@pytest.mark.parametrize("variable", [True, False])
def test_a_folder_may_begin_at_the_users_home(tmp_path, small, monkeypatch, variable):
    write(tmp_path / "films", small)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    if variable:
        monkeypatch.setenv("COURSE_LIB_DATA", "~/films")
    assert len(load_movielens(folder=None if variable else "~/films").ratings) == 4


def test_an_unknown_data_set_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=r"are ml-100k, ml-1m, .* and .party., got 'ml-20m'"):
        load_movielens("ml-20m")


def test_titles_come_with_their_genres_as_one_text(tmp_path, small):
    titles = load_movielens(folder=write(tmp_path, small)).titles
    assert titles.iloc[0].to_dict() == {
        "item_id": 1, "title": "Toy Story (1995)", "genres": "Animation, Children's, Comedy",
    }  # fmt: skip
    assert len(titles) == 5


def test_addresses_are_fixed_and_every_file_has_a_published_hash():
    every = [source for sources in download.SOURCES.values() for source in sources]
    assert {file for source in every for file in source.files} == set(HASHES)
    assert set(download.MEGABYTES) == set(download.SOURCES) == {*SIZES, "gowalla"}
    assert [source.address for source in SOURCES[:2]] == ["https://files.grouplens.org/datasets/movielens", "pip"]
    assert SOURCES[2].address.startswith("https://raw.githubusercontent.com/RUCAIBox/RecBole/v1.2.1/")


@pytest.mark.parametrize("number", range(len(SOURCES)))
def test_sources_are_asked_in_order_and_what_came_is_kept(cache, small, monkeypatch, capsys, number):
    (name, address, files, _), everything = SOURCES[number], published(small)
    commands = offer(monkeypatch, {file: everything[file] for file in files})
    data = load_movielens()
    failed = "".join(f"; {other}: no route to host" for other, *_ in SOURCES[:number])
    assert data.source == f"MovieLens 100K from {name} (downloaded{failed})"
    assert data.ratings["rating"].tolist() == [5, 3, 4, 1]
    assert len(commands) == number + 1
    if address == "pip":
        assert {"pip", "download", "--no-deps", "recbole==1.2.1"} <= set(commands[-1])
    else:
        assert commands[-1][3] == address
        assert commands[-1][5:] == [word for file in files for word in (file, sha256(everything[file]))]
    assert sorted(path.name for path in cache.iterdir()) == sorted(files)
    assert capsys.readouterr().err.count("Fetching MovieLens 100K from") == number + 1
    assert load_movielens().source.endswith("(kept from an earlier download)")
    assert len(commands) == number + 1, "the second time it comes from the cache"


@pytest.mark.parametrize("name", [ZIP, WHEEL, "ml-100k.user"])
def test_a_kept_file_that_fails_its_hash_is_replaced_and_never_used(cache, small, monkeypatch, name):
    everything = published(small)
    (files,) = [source.files for source in SOURCES if name in source.files]
    forged = zipped({**small, "u.data": small["u.data"].replace(b"\t5\t", b"\t1\t")})
    write(cache, {file: everything[file] for file in files} | {name: forged if name == ZIP else everything[name][:-1]})
    offer(monkeypatch, {file: everything[file] for file in files})
    data = load_movielens()
    assert data.ratings["rating"].tolist() == [5, 3, 4, 1]
    assert "(downloaded" in data.source
    assert (cache / name).read_bytes() == everything[name]


@pytest.mark.parametrize("name", [ZIP, WHEEL, "ml-100k.item"])
def test_a_download_that_fails_its_hash_is_not_used_and_leaves_nothing_behind(cache, small, monkeypatch, name):
    (files,) = [source.files for source in SOURCES if name in source.files]
    offer(monkeypatch, {file: published(small)[file] for file in files} | {name: published(small)[name] + b"!"})
    with pytest.raises(OSError, match=f"{name} fails its sha256"):
        load_movielens()
    assert not [path for path in cache.iterdir() if path.name == name or path.is_dir()]


def test_an_archive_without_the_files_does_not_stop_the_search(cache, small, monkeypatch):
    empty = archive({"README": b"moved"}, "ml-100k")
    monkeypatch.setitem(download.HASHES, ZIP, sha256(empty))
    offer(monkeypatch, {**published(small), ZIP: empty})
    assert load_movielens().source.startswith("MovieLens 100K from the package recbole-1.2.1 (downloaded; GroupLens:")


@pytest.mark.parametrize("error", [OSError("no space left"), KeyboardInterrupt()])
def test_a_download_that_breaks_off_leaves_nothing_behind(cache, monkeypatch, error):
    def broken(command, **more):
        folder = command[command.index("--dest") + 1] if "pip" in command else command[4]
        Path(folder, ZIP).write_bytes(b"half a z")
        raise error

    monkeypatch.setattr(subprocess, "run", broken)
    with pytest.raises(type(error), match="no space left" if isinstance(error, OSError) else None):
        load_movielens()
    assert list(cache.iterdir()) == []


def test_without_any_source_one_sentence_has_every_reason_and_the_fix(cache):
    with pytest.raises(OSError) as caught:
        load_movielens()
    message = str(caught.value)
    assert "\n" not in message
    assert f"nothing usable in {cache}" in message
    for name, *_ in SOURCES:
        assert f"{name}: no route to host" in message
    for fix in ("Connect to the network", "set COURSE_LIB_DATA to a folder that holds u.data, u.user and u.item"):
        assert fix in message
    assert "the word party for made-up data" in message


@pytest.mark.parametrize("error", [OSError(), subprocess.CalledProcessError(1, ["pip"], stderr="\n")])
def test_an_error_without_a_text_does_not_stop_the_search(cache, monkeypatch, error):
    def fail(*arguments, **more):
        raise error

    monkeypatch.setattr(subprocess, "run", fail)
    with pytest.raises(OSError, match=f"the package recbole-1.2.1: {type(error).__name__}"):
        load_movielens()


@pytest.fixture
def elsewhere(tmp_path, monkeypatch) -> Path:
    """The system's folder for what need not last."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "elsewhere"))
    (tmp_path / "elsewhere").mkdir()
    return tmp_path / "elsewhere"


def refuse(monkeypatch, what: str, cache: Path) -> None:
    """Let the disk of the cache be full, or not to be written to, at one of the steps."""
    if what == "no folder":
        cache.write_bytes(b"a file where the folder should be")
    elif what == "read-only":
        make = tempfile.mkdtemp

        def no(suffix=None, prefix=None, dir=None):
            if dir == cache:
                raise OSError(errno.EROFS, "Read-only file system")
            return make(suffix, prefix, dir)

        monkeypatch.setattr(tempfile, "mkdtemp", no)
    elif what == "full":
        run = subprocess.run

        def full(command, **more):
            if str(cache) in " ".join(command):
                stderr = "Traceback ...\nOSError: [Errno 28] No space left on device\n"
                raise subprocess.CalledProcessError(1, command, stderr=stderr)
            return run(command, **more)

        monkeypatch.setattr(subprocess, "run", full)
    else:

        def not_there(self, target):
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(Path, "replace", not_there)


@pytest.mark.parametrize("number", range(len(SOURCES)))
@pytest.mark.parametrize(
    ("what", "why"),
    [("no folder", "File exists"), ("read-only", "Read-only file system"), ("full", "No space left"),
     ("full at the end", "No space left")],
)  # fmt: skip
def test_what_cannot_be_kept_is_read_all_the_same_and_says_why(
    cache, elsewhere, small, monkeypatch, capsys, what, why, number
):
    name, _, files, _ = SOURCES[number]
    commands = offer(monkeypatch, {file: published(small)[file] for file in files})
    refuse(monkeypatch, what, cache)
    data = load_movielens()
    assert data.ratings["rating"].tolist() == [5, 3, 4, 1]
    failed = "".join(f"; {other}: no route to host" for other, *_ in SOURCES[:number])
    assert data.source.startswith(f"MovieLens 100K from {name} (downloaded{failed}; not kept, because ")
    (line,) = [line for line in capsys.readouterr().err.splitlines() if "could not be kept" in line]
    assert why in line and why in data.source
    assert list(elsewhere.iterdir()) == []
    assert not cache.is_dir() or list(cache.iterdir()) == []
    n = len(commands)
    assert load_movielens().source == data.source and len(commands) > n, "the next time it is fetched again"


def test_without_room_anywhere_the_disks_reason_is_the_reason(cache, small, monkeypatch, tmp_path):
    offer(monkeypatch, published(small))
    monkeypatch.setattr(download, "MEMORY", tmp_path / "not there")

    def no(*arguments, **more):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "mkdtemp", no)
    with pytest.raises(OSError, match=r"GroupLens: .*No space left on device"):
        load_movielens()


# Real downloads, from a server on this machine


class Server:
    """Answers every path with `content`: at once, or byte by byte."""

    def __init__(self, content: bytes) -> None:
        self.content, self.drip, self.asked = content, False, threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.asked.set()
                self.send_response(200)
                self.send_header("Content-Length", str(len(server.content)))
                self.end_headers()
                try:
                    if server.drip:
                        for byte in server.content:
                            self.wfile.write(bytes([byte]))
                            self.wfile.flush()
                            time.sleep(0.2)
                    else:
                        self.wfile.write(server.content)
                except OSError:
                    pass  # whoever asked has gone

            def log_message(self, *arguments) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.http.block_on_close = False
        self.address = f"http://127.0.0.1:{self.http.server_address[1]}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()


@pytest.fixture
def server(tmp_path, small, monkeypatch) -> Iterator[Server]:
    server = Server(zipped(small))
    monkeypatch.setattr(pooch, "os_cache", lambda name: tmp_path / "cache")
    only = (download.Source("GroupLens", server.address, (ZIP,), "ml-100k"),)
    monkeypatch.setattr(download, "SOURCES", {"ml-100k": only})
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    yield server
    server.http.shutdown()
    server.http.server_close()


def test_a_download_by_url(tmp_path, server):
    assert load_movielens().source == "MovieLens 100K from GroupLens (downloaded)"
    assert [path.name for path in (tmp_path / "cache").iterdir()] == [ZIP]


def test_a_page_instead_of_the_file_is_refused_by_its_hash(tmp_path, server):
    server.content = b"<html>Please log in</html>"
    with pytest.raises(OSError, match=r"GroupLens: .*hash of downloaded file"):
        load_movielens()
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_server_that_drips_is_given_up(tmp_path, server, monkeypatch, capsys):
    server.drip = True
    monkeypatch.setattr(download, "TIME_LIMIT", 2)
    start = time.monotonic()
    with pytest.raises(OSError, match="GroupLens: not finished after 2 seconds"):
        load_movielens()
    assert time.monotonic() - start < 6
    assert "0.0 MB after 1 s" in capsys.readouterr().err
    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="needs kill -9")
def test_what_a_killed_download_leaves_is_never_used_and_removed_later(tmp_path, server):
    server.drip, cache = True, tmp_path / "cache"
    code = (
        "import pooch, course_lib.download as download; from pathlib import Path\n"
        f"pooch.os_cache = lambda name: Path({str(cache)!r})\n"
        f"download.SOURCES = {{'ml-100k': (download.Source('GroupLens', {server.address!r}, ({ZIP!r},), ''),)}}\n"
        "download.fetch('ml-100k', '', print, '')"
    )
    process = subprocess.Popen([sys.executable, "-c", code], start_new_session=True, stderr=subprocess.DEVNULL)
    assert server.asked.wait(20)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    (left,) = cache.iterdir()
    assert left.name.startswith("download-")
    server.drip = False
    assert load_movielens().source.endswith("(downloaded)")
    assert left.exists(), "it might belong to a download that goes on"

    (cache / ZIP).unlink()
    os.utime(left, times=(0, 0))
    assert load_movielens().source.endswith("(downloaded)")
    assert [path.name for path in cache.iterdir()] == [ZIP]


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
        (
            "u.data",
            lambda text: text[: text.rstrip(b"\n").rindex(b"\n") + 1],
            "has 4 ratings, and here are 3; take the file",
        ),
        ("u.data", lambda text: text[:-12], "u.data is cut: its last line has no end; take it from the original"),
        ("u.data", lambda text: text[:-3], "u.data is cut: its last line has no end"),
        ("u.data", lambda text: text.replace(b"\t880000060\n", b"\n"), "u.data cannot be read"),
        ("u.user", lambda text: text[:24], "has 3 users, and here are 1; take the file again, it is cut"),
        ("u.user", lambda text: text.replace(b"|T8H1N", b""), r"u.user cannot be read \(row 2 is cut short\); take it"),
        ("u.item", lambda text: text[:-4], "u.item is cut: its last line has no end"),
        ("u.item", lambda text: text[:-3] + b"\n", r"u.item cannot be read \(row 5 is cut short\); take it from"),
        (
            "u.item",
            lambda text: text[: text.rstrip(b"\n").rindex(b"\n") + 1],
            "has 5 films, and here are 4; take the file",
        ),
        ("u.data", lambda text: b"", "u.data is cut"),
        ("u.data", lambda text: b"\n", "u.data cannot be read .*; take it from the original archive again"),
        ("u.data", lambda text: text.replace(b"\t", b","), "u.data cannot be read .*'1,1,5,880000000'"),
        ("u.data", lambda text: text.replace(b"\t5\t", b"\tfive\t"), "u.data cannot be read .*five"),
        ("u.data", lambda text: text.replace(b"3\t4\t", b"3\t1000000000000000000000\t"), "u.data cannot be read"),
        ("u.user", lambda text: text.replace(b"|24|", b"|young|"), "u.user cannot be read .*young"),
        ("u.item", lambda text: b"\xef\xbb\xbf" + text, "u.item cannot be read"),
        (
            "u.data",
            lambda text: text.replace(b"\t5\t", b"\t6\t"),
            "a rating must be 0.5, 1, 1.5, ... 5, got 6 in row 0",
        ),
        ("u.data", lambda text: text.replace(b"\t5\t", b"\t4.5\t"), "ml-100k has ratings of 1 to 5, and here are half"),
        ("u.data", lambda text: text.replace(b"3\t4\t", b"1\t1\t"), "'user_id': 1, 'item_id': 1} more than once"),
        ("u.data", lambda text: text.replace(b"3\t4\t", b"3\t7\t"), "name item_id 7, which its own table lacks"),
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


@pytest.mark.parametrize(("table", "column"), [("ratings", "rating"), ("users", "user_id"), ("films", "year")])
def test_a_missing_column_is_refused_by_name(party, table, column):
    with pytest.raises(ValueError, match=rf"the {table} table has no column \['{column}'\]; it needs \['"):
        replace(party, **{table: getattr(party, table).drop(columns=column)})


@pytest.mark.parametrize("rating", [0, 6, 3.25, float("nan")])
def test_a_rating_out_of_range_is_refused_with_its_row(party, rating):
    ratings = party.ratings.astype({"rating": float})
    ratings.loc[17, "rating"] = rating
    with pytest.raises(ValueError, match=f"a rating must be 0.5, 1, 1.5, ... 5, got {rating}.* in row 17"):
        replace(party, ratings=ratings)


@pytest.mark.parametrize(
    ("table", "key"), [("ratings", "'user_id': 1, 'item_id': "), ("users", "'user_id': 1}"), ("films", "'item_id': 1}")]
)
def test_a_row_that_repeats_is_refused_by_its_key(party, table, key):
    rows = getattr(party, table)
    with pytest.raises(ValueError, match=rf"the {table} table holds {{{key}.*more than once; keep one row for it"):
        replace(party, **{table: pd.concat([rows, rows[:1]], ignore_index=True)})


@pytest.mark.parametrize(("table", "key"), [("users", "user_id"), ("films", "item_id")])
def test_a_rating_by_or_of_somebody_unknown_is_refused(party, table, key):
    known = getattr(party, table)
    gone = party.ratings[key].iloc[0]
    with pytest.raises(ValueError, match=f"name {key} {gone}, which its own table lacks; add it there"):
        replace(party, **{table: known[known[key] != gone]})
