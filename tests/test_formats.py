"""The formats of the larger MovieLens sets, files of pairs, and Gowalla: each on small files that the test writes."""

import hashlib
import io
import subprocess
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pooch
import pytest
import torch

from course_lib import download, formats
from course_lib.data import load_gowalla, load_movielens
from course_lib.download import GOWALLA
from course_lib.formats import read_pairs, read_split

DAT_RATINGS = "1::1::5::978300760\n1::30::3::978302109\n2::30::4::978301968\n"
ML_1M = {
    "ratings.dat": DAT_RATINGS.encode(),
    "users.dat": b"1::F::1::10::48067\n2::M::56::16::70072-1234\n3::M::25::15::55117\n",
    "movies.dat": "1::Toy Story (1995)::Animation|Children's|Comedy\n"
    "30::Misérables, Les: 2000 (1995)::Drama|Musical\n"
    '31::"Quoted" (1996)::Drama\n'.encode("latin-1"),
}
ML_10M = {
    "ratings.dat": b"1::122::5::838985046\n1::185::3.5::838983525\n7::122::0.5::838983392\n",
    "movies.dat": "122::Boomerang (1992)::Comedy|Romance\n"
    "185::Misérables,  Les (1995)::(no genres listed)\n"
    "292::Outbreak (1995)::IMAX|Sci-Fi\n".encode(),
}
ML_CSV = {
    "ratings.csv": b"userId,movieId,rating,timestamp\r\n1,296,5.0,1147880044\r\n1,306,3.5,1147868817\r\n"
    b"4,296,0.5,1147868828\r\n",
    "movies.csv": 'movieId,title,genres\r\n296,"Pulp Fiction, or ""so"" (1994)",Comedy|Crime\r\n'
    "306,Trois couleurs: Rouge (1994),Drama\r\n"
    "399,Día sin año,(no genres listed)\r\n".encode(),
}
FOLDERS = {"ml-1m": ML_1M, "ml-10m": ML_10M, "ml-25m": ML_CSV, "ml-32m": ML_CSV, "ml-latest-small": ML_CSV}
ZIPPED = {"ml-1m": "ml-1m", "ml-10m": "ml-10M100K", "ml-25m": "ml-25m", "ml-32m": "ml-32m"}


@pytest.fixture(autouse=True)
def nothing_from_the_environment(monkeypatch, tmp_path):
    monkeypatch.delenv("COURSE_LIB_DATA", raising=False)
    monkeypatch.delenv("COURSE_LIB_GOWALLA", raising=False)
    monkeypatch.setattr(pooch, "os_cache", lambda name: tmp_path / "cache")


@pytest.fixture
def small(monkeypatch):
    """The sizes of the small files count as the published ones."""
    for name in FOLDERS:
        sizes = {"ratings": 3, "users": 3 if name == "ml-1m" else 2, "films": 3}
        monkeypatch.setitem(formats.SIZES, name, sizes)


def write(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def offer(monkeypatch, files: dict[str, bytes]) -> list[list[str]]:
    """Let the process that downloads find these files and no others; returns the list its commands will be in."""
    commands = []

    def run(command, **more):
        commands.append(command)
        for name in command[5::2]:
            if name not in files:
                raise subprocess.CalledProcessError(1, command, stderr="no route to host\n")
            Path(command[4], name).write_bytes(files[name])

    monkeypatch.setattr(subprocess, "run", run)
    return commands


def sha256(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


# MovieLens


def test_ml_1m_has_whole_stars_and_demographics(tmp_path, small):
    data = load_movielens("ml-1m", write(tmp_path, ML_1M))
    assert data.ratings.to_numpy().tolist()[2] == [2, 30, 4, 978301968] and data.ratings["rating"].dtype == "int64"
    assert data.users.iloc[1].to_dict() == {
        "user_id": 2, "age": 56, "gender": "M", "occupation": "16", "zip_code": "70072-1234",
    }  # fmt: skip
    assert data.films["title"].tolist() == ["Toy Story (1995)", "Misérables, Les: 2000 (1995)", '"Quoted" (1996)']
    assert data.genres == ("Animation", "Children's", "Comedy", "Drama", "Musical")
    assert data.titles["genres"].tolist() == ["Animation, Children's, Comedy", "Drama, Musical", "Drama"]
    assert data.source == f"MovieLens 1M from the folder {tmp_path} (as asked)"


def test_ml_10m_has_half_stars_and_users_that_nothing_is_known_of(tmp_path, small):
    data = load_movielens("ml-10m", write(tmp_path, ML_10M))
    assert data.ratings["rating"].tolist() == [5, 3.5, 0.5]
    assert data.users.to_dict("list") == {"user_id": [1, 7]}
    assert data.films["title"].tolist()[1] == "Misérables, Les (1995)"
    assert data.genres == ("(no genres listed)", "Comedy", "IMAX", "Romance", "Sci-Fi")
    assert data.titles["genres"].tolist() == ["Comedy, Romance", "(no genres listed)", "IMAX, Sci-Fi"]


@pytest.mark.parametrize("name", ["ml-25m", "ml-32m", "ml-latest-small"])
def test_the_newer_sets_are_csv_files(tmp_path, small, name):
    data = load_movielens(name, write(tmp_path, ML_CSV))
    assert data.ratings.to_numpy().tolist() == [
        [1, 296, 5, 1147880044], [1, 306, 3.5, 1147868817], [4, 296, 0.5, 1147868828],
    ]  # fmt: skip
    assert data.users["user_id"].tolist() == [1, 4]
    assert data.films["title"].tolist() == [
        'Pulp Fiction, or "so" (1994)', "Trois couleurs: Rouge (1994)", "Día sin año",
    ]  # fmt: skip
    assert data.films["year"].tolist() == [1994, 1994, pd.NA]
    assert data.films["Crime"].tolist() == [True, False, False]


def test_half_stars_are_split_as_whole_ones_are(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    rated = [[user, item, rng.integers(1, 11) / 2] for user in range(1, 21) for item in range(1, 16)]
    ratings = "userId,movieId,rating,timestamp\n" + "".join(f"{u},{i},{r},1147880044\n" for u, i, r in rated)
    movies = "movieId,title,genres\n" + "".join(f"{item},Film (1999),Drama\n" for item in range(1, 16))
    monkeypatch.setitem(formats.SIZES, "ml-25m", {"ratings": 300, "users": 20, "films": 15})
    folder = write(tmp_path, {"ratings.csv": ratings.encode(), "movies.csv": movies.encode()})
    split = load_movielens("ml-25m", folder).split()
    likes = {(user, item) for user, item, rating in rated if rating >= 4}
    found = split.fit.union(split.test)
    pairs = zip(split.user_ids[found.user.numpy()], split.item_ids[found.item.numpy()], strict=True)
    assert set(pairs) == likes and len(split.test)


def test_the_environment_names_the_folder_of_any_set(tmp_path, small, monkeypatch):
    monkeypatch.setenv("COURSE_LIB_DATA", str(write(tmp_path, ML_10M)))
    assert len(load_movielens("ml-10m").ratings) == 3


@pytest.mark.parametrize("name", ZIPPED)
def test_an_archive_is_fetched_checked_and_kept(tmp_path, small, monkeypatch, name):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for file, content in FOLDERS[name].items():
            archive.writestr(f"{ZIPPED[name]}/{file}", content)
    monkeypatch.setitem(download.HASHES, f"{name}.zip", sha256(packed.getvalue()))
    commands = offer(monkeypatch, {f"{name}.zip": packed.getvalue()})
    title = f"MovieLens {name[3:].upper()}"
    data = load_movielens(name)
    assert data.source == f"{title} from GroupLens (downloaded)"
    assert commands[0][3] == "https://files.grouplens.org/datasets/movielens"
    assert load_movielens(name).source == f"{title} from GroupLens (kept from an earlier download)"
    assert len(commands) == 1 and len(data.ratings) == 3


def test_a_large_archive_is_given_more_time(monkeypatch):
    times = []
    monkeypatch.setattr(subprocess, "run", lambda command, timeout, **more: times.append(timeout))
    for name in ("ml-1m", "ml-25m"):
        with pytest.raises(OSError, match="No such file"):
            load_movielens(name)
    assert [*dict.fromkeys(times)] == [download.TIME_LIMIT, 14 * download.TIME_LIMIT]  # wherever it is put


def test_a_set_without_a_known_hash_is_read_from_a_folder_only_and_says_so(monkeypatch):
    commands = offer(monkeypatch, {})
    with pytest.raises(OSError, match=r"replaces https://.*/ml-latest-small.zip now and then: take it by hand"):
        load_movielens("ml-latest-small")
    assert not commands


def test_the_way_out_names_the_files_of_the_set_that_was_asked_for(monkeypatch):
    offer(monkeypatch, {})
    with pytest.raises(OSError, match=r"^MovieLens 25M could .*: no route to host.* holds ratings.csv and movies.csv;"):
        load_movielens("ml-25m")


@pytest.mark.parametrize(
    ("asked", "there", "message"),
    [
        ("ml-1m", ML_10M, r"has no file users.dat; name the folder that .* or load what it holds: ml-10m$"),
        ("ml-25m", ML_1M, r"has no file ratings.csv; name .* or load what it holds: ml-1m or ml-10m$"),
        ("ml-100k", ML_CSV, r"has no file u.data; .* holds: ml-25m or ml-32m or ml-latest-small$"),
        ("ml-32m", {}, r"has no file ratings.csv; name the folder that holds ratings.csv, movies.csv$"),
    ],
)
def test_a_folder_of_another_movielens_is_refused_with_what_it_is(tmp_path, small, asked, there, message):
    with pytest.raises(ValueError, match=message):
        load_movielens(asked, write(tmp_path, there))


def test_files_of_another_movielens_in_the_same_format_are_known_by_their_length(tmp_path, small, monkeypatch):
    monkeypatch.setitem(formats.SIZES, "ml-25m", {"ratings": 5, "users": 2, "films": 3})
    monkeypatch.setitem(formats.SIZES, "ml-latest-small", {"ratings": 7, "users": 2, "films": 3})
    for other in ("ml-1m", "ml-10m"):
        monkeypatch.setitem(formats.SIZES, other, {"ratings": 8, "users": 2, "films": 3})
    with pytest.raises(ValueError, match=r"has 5 ratings, and here are 3; load it by load_movielens\('ml-32m'\)"):
        load_movielens("ml-25m", write(tmp_path, ML_CSV))
    monkeypatch.setitem(formats.SIZES, "ml-25m", {"ratings": 3, "users": 2, "films": 2})  # here is a film more
    with pytest.raises(ValueError, match="ml-25m has 2 films, and here are 3; load it by"):
        load_movielens("ml-25m", tmp_path)


@pytest.mark.parametrize(
    ("name", "file", "change", "message"),
    [
        ("ml-25m", "ratings.csv", lambda text: text[:-4], "ratings.csv is cut: its last line has no end"),
        ("ml-25m", "ratings.csv", lambda text: text[:-22], "ml-25m has 3 ratings, and here are 2; take the file again"),
        ("ml-25m", "movies.csv", lambda text: text[:-4], "movies.csv is cut"),
        ("ml-25m", "movies.csv", lambda text: text.replace(b",Drama", b""), "movies.csv cannot be read .*row 2 is cut"),
        ("ml-25m", "ratings.csv", lambda text: text.replace(b",", b";"), "ratings.csv cannot be read .*'1;296;5.0;"),
        ("ml-25m", "ratings.csv", lambda text: text.replace(b"3.5", b"3.7"), r"0.5, 1, 1.5, ... 5, got 3.7 in row 1"),
        ("ml-25m", "ratings.csv", lambda text: text.replace(b"3.5", b"7.0"), "got 7.0 in row 1"),
        ("ml-25m", "ratings.csv", lambda text: text.replace(b"1,306", b"1,305"), "item_id 305, which its own table"),
        ("ml-1m", "ratings.dat", lambda text: text.replace(b"::3::", b"::3.5::"), "ml-1m has ratings of 1 to 5, and"),
        ("ml-1m", "users.dat", lambda text: text.replace(b"::56::", b"::old::"), "users.dat cannot be read .*old"),
        ("ml-10m", "movies.dat", lambda text: text.decode().encode("latin-1"), "movies.dat cannot be read .*codec"),
        ("ml-10m", "ratings.dat", lambda text: text.replace(b"::", b":"), "ratings.dat cannot be read"),
    ],
)  # fmt: skip
def test_a_cut_or_damaged_file_is_refused_with_what_is_wrong(tmp_path, small, name, file, change, message):
    with pytest.raises(ValueError, match=message):
        load_movielens(name, write(tmp_path, {**FOLDERS[name], file: change(FOLDERS[name][file])}))


# Files of pairs


def pairs_of(likes) -> list[tuple[int, int]]:
    return list(zip(likes.user.tolist(), likes.item.tolist(), strict=True))


def test_a_split_that_somebody_made_has_the_ids_of_its_files_and_no_validation_part(tmp_path):
    files = {"train.txt": b"2 4 0\n0 1\n", "test.txt": b"0 3\r\n5\t1\r\n1\n"}
    folder = write(tmp_path, files)
    split = read_split(folder / "train.txt", folder / "test.txt")
    assert (pairs_of(split.train), pairs_of(split.test)) == ([(0, 1), (2, 0), (2, 4)], [(0, 3), (5, 1)])
    assert split.train.sizes == split.validation.sizes == split.test.sizes == (6, 5)
    assert len(split.validation) == 0 and len(split.fit) == 3
    assert (split.user_index(5), split.item_indices([4]).tolist()) == (5, [4])


def test_an_index_that_no_line_names_keeps_its_place_without_likes(tmp_path):
    (tmp_path / "pairs.txt").write_text("4 2 0\n0 5\n")
    likes = read_pairs(tmp_path / "pairs.txt")
    assert (pairs_of(likes), likes.sizes) == ([(0, 5), (4, 0), (4, 2)], (5, 6))
    (tmp_path / "pairs.txt").write_text("7\n4 2 0\n0 5\n")  # the last user has no like
    assert read_pairs(tmp_path / "pairs.txt").sizes == (8, 6)


@pytest.mark.parametrize(
    ("train", "test", "message"),
    [
        ("0 1 2\n0 3\n", "1 1\n", r"train.txt, line 2: user 0 has line 1 already; make it one line"),
        ("0 1 2\n", "1 1\n0 3\n1 2\n", r"test.txt, line 3: user 1 has line 1 already; make it one line"),
        (
            "0 1 2\n1 0\n",
            "0 2\n",
            r"train.txt and .*test.txt: 1 pairs are in both train and test; a pair may be",
        ),
        ("0 1 2 1\n", "0 3\n", r"train.txt: the pair \(user, item\) = \(0, 1\) stands more than once"),
        ("0 1 -2\n", "0 3\n", r"train.txt, line 1: '0 1 -2' must be whole numbers from 0"),
        ("0 1 2\n", "0 99999999999999999999\n", r"test.txt, line 1: '0 9+' must be whole numbers from 0"),
        ("0 1 2\n", "0 4000000000\n", r"names user 0 and item 4000000000 in 3 likes; count from 0"),
        ("0,1,2\n", "0 3\n", r"train.txt, line 1: '0,1,2' must be whole numbers from 0, between blanks"),
        ("user item\n0 1\n", "0 3\n", r"train.txt, line 1: 'user item' must be"),
        ("", "0 3\n", r"train.txt has no like"),
        ("0 1\n", "0\n", r"test.txt has no like; each line must be `user item item ...`"),
    ],
)
def test_a_bad_file_of_pairs_is_refused_in_one_sentence(tmp_path, train, test, message):
    folder = write(tmp_path, {"train.txt": train.encode(), "test.txt": test.encode()})
    with pytest.raises(ValueError, match=message) as caught:
        read_split(folder / "train.txt", folder / "test.txt")
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_the_systems_error(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nothing.txt"):
        read_pairs(tmp_path / "nothing.txt")


# Gowalla


@pytest.fixture
def gowalla(monkeypatch) -> dict[str, bytes]:
    """A small split, whose hashes count as the published ones."""
    files = {"train.txt": b"0 0 1\n1 2\n", "test.txt": b"0 2\n1 0\n"}
    for name, content in files.items():
        monkeypatch.setitem(download.HASHES, name, sha256(content))
    return files


def test_gowalla_is_read_from_a_folder_that_is_named_here_or_in_the_environment(tmp_path, gowalla, monkeypatch):
    folder = write(tmp_path / "folder", gowalla)
    split = load_gowalla(folder)
    assert pairs_of(split.train) == [(0, 0), (0, 1), (1, 2)] and pairs_of(split.test) == [(0, 2), (1, 0)]
    monkeypatch.setenv("COURSE_LIB_GOWALLA", str(folder))
    assert torch.equal(load_gowalla().train.keys, split.train.keys)


@pytest.mark.parametrize("number", [0, 1])
def test_gowalla_comes_from_the_authors_repositories_and_is_kept(tmp_path, gowalla, monkeypatch, number):
    source = download.SOURCES["gowalla"][number]
    commands = []

    def run(command, **more):
        commands.append(command)
        if command[3] != source.address:
            raise subprocess.CalledProcessError(1, command, stderr="no route to host\n")
        write(Path(command[4]), gowalla)

    monkeypatch.setattr(subprocess, "run", run)
    split = load_gowalla()
    assert split.train.sizes == (2, 3) and len(commands) == number + 1
    assert commands[-1][5:] == [word for file in GOWALLA for word in (file, sha256(gowalla[file]))]
    assert sorted(path.name for path in (tmp_path / "cache" / "gowalla").iterdir()) == ["test.txt", "train.txt"]
    load_gowalla()
    assert len(commands) == number + 1


@pytest.mark.parametrize("cut", GOWALLA)
def test_a_server_that_sends_half_of_gowalla_leaves_nothing_behind(tmp_path, gowalla, monkeypatch, cut):
    offer(monkeypatch, {**gowalla, cut: gowalla[cut][:5]})
    with pytest.raises(OSError, match=rf"^Gowalla could not .*{cut} fails its sha256.* COURSE_LIB_GOWALLA") as told:
        load_gowalla()
    assert "\n" not in str(told.value)
    assert not (tmp_path / "cache" / "gowalla" / cut).exists()
    offer(monkeypatch, gowalla)
    assert len(load_gowalla().train) == 3


def test_a_folder_without_gowalla_or_with_another_file_is_refused(tmp_path, gowalla):
    with pytest.raises(ValueError, match=r"has no file test.txt; name the folder that holds train.txt and test.txt"):
        load_gowalla(write(tmp_path, {"train.txt": gowalla["train.txt"]}))
    write(tmp_path, {"test.txt": gowalla["test.txt"][:-2]})
    with pytest.raises(ValueError, match=r"test.txt is not the file .* \(it fails its sha256\).* formats.read_split"):
        load_gowalla(tmp_path)
