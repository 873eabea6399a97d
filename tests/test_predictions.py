"""Guesses live in the notebook; on disk only where the learner asks for it, and a broken file harms nobody."""

import json

import numpy as np
import pytest

from course_lib.classroom import predictions as module
from course_lib.classroom.predictions import compare_guesses, guess, remember_guesses, remembered_guesses

REAL_PATH = module._path


@pytest.fixture(autouse=True)
def file(tmp_path, monkeypatch):
    monkeypatch.delenv("COURSE_LIB_GUESSES", raising=False)
    monkeypatch.setattr(module, "_path", lambda: tmp_path / "folder" / "guesses.json")
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


def test_the_file_lies_beside_the_downloaded_data():
    import pooch

    assert REAL_PATH() == pooch.os_cache("course_lib") / "guesses.json"


def test_off_means_off(monkeypatch, capsys, file):
    remember_guesses("04", {"rounds": 3})
    monkeypatch.setenv("COURSE_LIB_GUESSES", "off")
    remember_guesses("04", {"rounds": 5})
    assert remembered_guesses("04") == {}
    assert "nothing is kept" in capsys.readouterr().out
    assert json.loads(file.read_text()) == {"04": {"rounds": 3}}


@pytest.mark.parametrize("content", ["{", "[1]", '{"04": 3}', "\x00", "[" * 100_000])
def test_a_broken_file_is_set_aside_with_a_sentence(content, capsys, file):
    file.parent.mkdir()
    file.write_text(content)
    assert remembered_guesses("04") == {}
    assert "could not be read" in capsys.readouterr().out
    assert file.with_suffix(".broken").read_text() == content
    remember_guesses("04", {"rounds": 3})
    assert remembered_guesses("04") == {"rounds": 3}


def test_a_failed_write_leaves_the_old_file_whole(file, monkeypatch):
    remember_guesses("04", {"rounds": 3})
    monkeypatch.setattr("os.replace", lambda *paths: exec("raise OSError('disk full')"))
    with pytest.raises(OSError, match="disk full"):
        remember_guesses("04", {"rounds": 4})
    assert remembered_guesses("04") == {"rounds": 3}
    assert [path.name for path in file.parent.iterdir()] == ["guesses.json"]


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
