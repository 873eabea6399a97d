"""Guesses are on disk only where the learner asks for it; two notebooks lose none, and a broken file harms nobody."""

import json
import subprocess
import sys

import pytest

from course_lib.classroom import predictions as module
from course_lib.classroom.predictions import can_keep_predictions, keep_prediction, kept_predictions


@pytest.fixture(autouse=True)
def file(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_LIB_GUEST", str(tmp_path / "folder" / "guest.json"))
    return tmp_path / "folder" / "predictions.json"


def test_what_is_kept_comes_back_and_the_last_one_forgotten_takes_the_file_with_it(file):
    assert kept_predictions() == {} and not file.parent.exists()
    keep_prediction("01.hits", 0)  # a guess of zero is one
    keep_prediction("01.error", "nothing")
    assert kept_predictions() == {"01.hits": 0, "01.error": "nothing"}
    keep_prediction("01.hits", None)
    assert kept_predictions() == {"01.error": "nothing"}
    keep_prediction("01.error", None)
    assert kept_predictions() == {} and not list(file.parent.iterdir())


def test_off_means_off(monkeypatch, file):
    keep_prediction("01.hits", 3)
    monkeypatch.setenv("COURSE_LIB_GUEST", "off")
    keep_prediction("01.hits", 5)
    assert kept_predictions() == {} and not can_keep_predictions()
    assert json.loads(file.read_text()) == {"01.hits": 3}


BROKEN = ["{", "", "[1]", '{"01.hits": {}}', '{"01.hits": null}', "\x00", "[" * 100_000, b"\xff"]


@pytest.mark.parametrize("content", BROKEN)
@pytest.mark.parametrize("asks", [kept_predictions, lambda: keep_prediction("01.hits", 4)])
def test_a_broken_file_is_set_aside_whole(content, asks, file):
    content = content if isinstance(content, bytes) else content.encode()
    file.parent.mkdir()
    for aside in ("predictions.json.broken", "predictions.json.2.broken"):
        file.write_bytes(content)
        asks()
        assert file.with_name(aside).read_bytes() == content
        keep_prediction("01.hits", 3)
        assert kept_predictions() == {"01.hits": 3}


def test_a_file_that_another_notebook_has_mended_meanwhile_is_not_set_aside(file, monkeypatch):
    file.parent.mkdir()
    file.write_text("{")

    def mended(path):
        path.write_text('{"01.hits": 3}')
        return real(path)

    real = module.locked
    monkeypatch.setattr(module, "locked", mended)
    assert kept_predictions() == {"01.hits": 3} and [path.name for path in file.parent.iterdir()] == [file.name]


def test_a_failed_write_leaves_the_old_file_whole(file, monkeypatch):
    keep_prediction("01.hits", 3)
    monkeypatch.setattr("os.replace", lambda *paths: exec("raise OSError('disk full')"))
    with pytest.raises(OSError, match="disk full"):
        keep_prediction("01.hits", 4)
    assert kept_predictions() == {"01.hits": 3} and [path.name for path in file.parent.iterdir()] == [file.name]


def test_a_file_that_cannot_be_read_is_not_written_over(file, monkeypatch):
    keep_prediction("01.hits", 3)
    with monkeypatch.context() as shut:
        shut.setattr("pathlib.Path.read_text", lambda *_, **__: exec("raise PermissionError(13, 'Permission denied')"))
        assert kept_predictions() == {}
        with pytest.raises(PermissionError):
            keep_prediction("02.gone", "few")
    assert kept_predictions() == {"01.hits": 3}


def test_a_read_only_folder_is_still_read(monkeypatch, file):
    keep_prediction("01.hits", 3)
    monkeypatch.setattr("os.open", lambda *_, **__: exec("raise PermissionError(13, 'Permission denied')"))
    assert kept_predictions() == {"01.hits": 3}
    with pytest.raises(PermissionError):
        keep_prediction("01.hits", 4)
    file.write_text("{")
    assert kept_predictions() == {}


def test_two_notebooks_that_keep_guesses_at_once_lose_none(file):
    program = "import sys; from course_lib.classroom.predictions import keep_prediction as keep\n"
    program += "for number in range(200): keep(f'{sys.argv[1]}.{number}', number)"
    writers = [subprocess.Popen([sys.executable, "-c", program, notebook]) for notebook in ("04", "05")]
    assert [writer.wait(timeout=100) for writer in writers] == [0, 0]
    assert kept_predictions() == {f"{notebook}.{n}": n for notebook in ("04", "05") for n in range(200)}
    assert [path.name for path in file.parent.iterdir()] == [file.name]
