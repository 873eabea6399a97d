"""Guesses live in the notebook; on disk only where the learner asks for it, and a broken file harms nobody."""

import json
import subprocess
import sys

import numpy as np
import pytest

from course_lib.classroom import predictions as module
from course_lib.classroom.predictions import compare_guesses, guess, remember_guesses, remembered_guesses


@pytest.fixture(autouse=True)
def file(tmp_path, monkeypatch):
    monkeypatch.delenv("COURSE_LIB_GUESSES", raising=False)
    monkeypatch.setattr(module, "data_file", lambda name: tmp_path / "folder" / name)
    return tmp_path / "folder" / "guesses.json"


def test_a_guess_is_kept_in_the_dict_and_nowhere_else(capsys, file):
    mine = {}
    guess(mine, "share of guests, in %", 40)
    assert mine == {"share of guests, in %": 40} and not file.exists()
    assert capsys.readouterr().out == "share of guests, in %: your guess is 40.\n"


def test_without_a_guess_everything_goes_on(capsys):
    mine = {}
    guess(mine, "rounds", ...)
    compare_guesses(mine, {"rounds": 6})
    assert capsys.readouterr().out == (
        "rounds: no guess yet. Write yours in place of the dots, and run this cell again.\n"
        "rounds: 6. You made no guess.\n"
    )


def test_a_cell_run_again_with_dots_keeps_the_guess():
    mine = {}
    guess(mine, "rounds", 3)
    guess(mine, "rounds", ...)
    assert mine == {"rounds": 3}


def test_guesses_are_held_against_the_truth(capsys):
    mine = {"recall": 0.1, "rounds": 6, "order": ["A", "B"], "name": "EASE"}
    compare_guesses(mine, {"recall": np.float32(0.34912), "rounds": 6, "order": ["B", "A"], "name": "EASE"})
    assert capsys.readouterr().out.splitlines() == [
        "recall: 0.349. Your guess was 0.1, 0.249 too low.",
        "rounds: 6, as you guessed.",
        "order: B, A. Your guess was A, B.",
        "name: EASE, as you guessed.",
    ]


def test_a_guess_that_reads_like_the_truth_is_right(capsys):
    compare_guesses({"recall": 0.349}, {"recall": 0.34912})
    assert capsys.readouterr().out == "recall: 0.349, as you guessed.\n"


def test_a_guess_without_a_truth_is_a_slip_of_the_author_even_while_it_is_blank():
    mine = {}
    guess(mine, "recal", ...)
    with pytest.raises(ValueError, match="no truth is given for the guess of 'recal'; the truths are for"):
        compare_guesses(mine, {"recall": 0.3})


@pytest.mark.parametrize("value", [None, {"a": 1}, [1, None], object()])
def test_what_is_no_guess_is_refused(value):
    with pytest.raises(ValueError, match="a guess is a number, a text or a list of them, got"):
        guess({}, "rounds", value)


def test_remembered_guesses_come_back_notebook_by_notebook(capsys, file):
    assert remembered_guesses("04") == {}
    remember_guesses("04", {"rounds": 3, "recall": None})
    remember_guesses("05", {"push": [0.5, "half"]})
    remember_guesses("04", {"rounds": 4})
    assert remembered_guesses("04") == {"rounds": 4} and remembered_guesses("05") == {"push": [0.5, "half"]}
    assert "1 guess(es) of notebook 04 are kept in" in capsys.readouterr().out
    assert [path.name for path in file.parent.iterdir()] == ["guesses.json"]  # no half-written file stays


def test_off_means_off(monkeypatch, capsys, file):
    remember_guesses("04", {"rounds": 3})
    monkeypatch.setenv("COURSE_LIB_GUESSES", "off")
    remember_guesses("04", {"rounds": 5})
    assert remembered_guesses("04") == {}
    assert "nothing is kept" in capsys.readouterr().out
    assert json.loads(file.read_text()) == {"04": {"rounds": 3}}


BROKEN = ["{", "[1]", '{"04": 3}', '{"04": {"rounds": {}}}', "\x00", "[" * 100_000, b"\xff"]


@pytest.mark.parametrize("content", BROKEN)
@pytest.mark.parametrize("asks", [lambda: remembered_guesses("04"), lambda: remember_guesses("05", {})])
def test_a_broken_file_is_set_aside_with_a_sentence(content, asks, capsys, file):
    content = content if isinstance(content, bytes) else content.encode()
    file.parent.mkdir()
    for aside in ("guesses.json.broken", "guesses.json.2.broken"):
        file.write_bytes(content)
        asks()
        out = capsys.readouterr().out
        assert "The file of your guesses could not be read" in out and str(file.with_name(aside)) in out
        assert file.with_name(aside).read_bytes() == content
        remember_guesses("04", {"rounds": 3})
        assert remembered_guesses("04") == {"rounds": 3}
        capsys.readouterr()


def test_a_failed_write_leaves_the_old_file_whole_and_says_so(file, monkeypatch, capsys):
    remember_guesses("04", {"rounds": 3})
    monkeypatch.setattr("os.replace", lambda *paths: exec("raise OSError('disk full')"))
    remember_guesses("04", {"rounds": 4})
    assert "could not be kept (disk full). They last as long as this notebook's kernel." in capsys.readouterr().out
    assert remembered_guesses("04") == {"rounds": 3}
    assert [path.name for path in file.parent.iterdir()] == ["guesses.json"]


@pytest.mark.parametrize("wrong", ["a file where the folder should be", "no home", "a folder where the file should be"])
def test_a_folder_that_cannot_be_used_gets_a_sentence(wrong, monkeypatch, tmp_path, capsys, file):
    if wrong == "no home":
        monkeypatch.setattr(module, "data_file", lambda name: exec("raise OSError('no home')"))
    elif wrong == "a file where the folder should be":
        file.parent.write_text("")
    else:
        file.mkdir(parents=True)
    remember_guesses("04", {"rounds": 3})
    assert remembered_guesses("04") == {}
    kept, read = capsys.readouterr().out.splitlines()
    assert kept.startswith("The guesses could not be kept (") and read.startswith("The guesses of earlier could not be")


def test_a_read_only_folder_is_still_read(monkeypatch, capsys, file):
    def read_only(*_, **__):
        raise PermissionError(13, "Permission denied", str(file.parent))

    remember_guesses("04", {"rounds": 3})
    monkeypatch.setattr("os.open", read_only)  # no lock, no draft
    assert remembered_guesses("04") == {"rounds": 3}
    remember_guesses("04", {"rounds": 4})
    assert "could not be kept ([Errno 13] Permission denied" in capsys.readouterr().out
    file.write_text("{")
    assert remembered_guesses("04") == {}
    assert "could not be read ([Errno 13] Permission denied" in capsys.readouterr().out


def test_two_notebooks_that_keep_guesses_at_once_lose_none(tmp_path):
    program = """
import sys
from pathlib import Path
from course_lib.classroom import predictions
predictions.data_file = lambda name: Path(sys.argv[1], name)
for number in range(200):
    predictions.remember_guesses(f"{sys.argv[2]}.{number}", {"rounds": number})
"""
    writers = [
        subprocess.Popen([sys.executable, "-c", program, str(tmp_path), notebook], stdout=subprocess.PIPE, text=True)
        for notebook in ("04", "05")
    ]
    for writer in writers:
        out, _ = writer.communicate(timeout=100)
        assert writer.returncode == 0 and out.count("are kept in") == 200
    kept = json.loads((tmp_path / "guesses.json").read_text())
    assert kept == {f"{notebook}.{n}": {"rounds": n} for notebook in ("04", "05") for n in range(200)}
    assert [path.name for path in tmp_path.iterdir()] == ["guesses.json"]


def test_a_list_that_is_half_filled_in_is_no_guess_yet(capsys):
    guesses = {}
    guess(guesses, "order", ["EASE", ...])
    assert guesses == {"order": None} and "no guess yet" in capsys.readouterr().out


def test_a_truth_of_several_numbers_is_a_list(capsys):
    compare_guesses({"places": [1]}, {"places": np.array([1, 2])})
    assert capsys.readouterr().out == "places: 1, 2. Your guess was 1.\n"


def test_the_same_number_written_otherwise_is_as_guessed(capsys):
    compare_guesses({"raves": 55e3}, {"raves": 55000})
    assert capsys.readouterr().out == "raves: 55000, as you guessed.\n"
