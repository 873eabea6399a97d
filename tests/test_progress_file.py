"""Progress is kept where a learner asks for it, shown on a page of their own, and counted in a room without names."""

import json
import runpy
import sys

import pytest

from course_lib.classroom.check import check
from course_lib.classroom.check.exercise import find
from course_lib.classroom.progress_file import (
    forget_progress,
    keep_progress,
    note_prediction,
    progress_path,
    read_progress,
)
from course_lib.classroom.progress_page import progress_page
from course_lib.classroom.room import counts, handed_in, main
from course_lib.widgets.prediction import Predict

FANS = find("01.fans")


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A learner's folder, in which nothing is kept yet."""
    monkeypatch.setenv("COURSE_LIB_GUEST", str(tmp_path / "guest.json"))
    return tmp_path


def test_nothing_is_written_until_a_learner_asks(home, capsys):
    check("01.fans", FANS.answer)
    Predict("01.hits", "How many?", 3).guess.value = "3"
    assert list(home.iterdir()) == []
    assert progress_page() is None and "keep_progress()" in capsys.readouterr().out


def test_verdicts_and_first_guesses_are_kept_and_shown(home, capsys):
    keep_progress()
    for attempt in (..., FANS.mistakes[2].attempt, FANS.mistakes[2].attempt, FANS.answer, FANS.mistakes[0].attempt):
        check("01.fans", attempt)
    hits = Predict("01.hits", "How many?", 3, tolerance=0.5)
    hits.guess.value = "0"
    hits.guess.value = "3"  # knows the answer by now
    shown = Predict("01.rounds", "After how many?", 3)
    shown.show_me.click()
    shown.guess.value = "3"
    choice = Predict("02.gone", "Which?", "few", options=("few", "many"))
    choice.guess.value = "few"
    kept = json.loads((home / "progress.json").read_text())
    assert kept["checks"] == {"01.fans": {"state": "right", "tries": 4, "mistakes": [2, 0]}}
    assert kept["predictions"] == {
        "01.hits": {"guess": 0.0, "right": False},
        "02.gone": {"guess": "few", "right": True},
    }
    page = progress_page()
    assert page.rows()[0] == ("01", "✓ fans  ○ arrival  ○ shortcut", "0 of 1", "hits (0.0)")
    assert "1 exercises are right" in repr(page) and "<caption>" in page._repr_html_()
    forget_progress()
    forget_progress()  # what is not there need not be deleted
    assert not (home / "progress.json").exists() and progress_page() is None


def test_off_is_off(monkeypatch, capsys):
    monkeypatch.setenv("COURSE_LIB_GUEST", "off")
    keep_progress()
    assert progress_path() is None and "nothing is kept" in capsys.readouterr().out


def test_a_check_answers_also_where_the_file_is_broken_or_cannot_be_written(home, capsys):
    keep_progress()
    (home / "progress.json").write_text("{")
    check("01.fans", FANS.answer)
    note_prediction("01.hits", 3.0, True)
    assert (home / "progress.json").read_text() == "{"  # left alone: it is the learner's


GOOD = {
    "edition": 2,
    "checks": {"01.fans": {"state": "wrong", "tries": 1, "mistakes": [0]}},
    "predictions": {"01.hits": {"guess": 3.0, "right": True}},
}


def changed(**parts) -> str:
    return json.dumps({**GOOD, **parts})


def exercise(**parts) -> str:
    return changed(checks={"01.fans": {**GOOD["checks"]["01.fans"], **parts}})


@pytest.mark.parametrize(
    "content, sentence",
    [
        ("{", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("[]", "lacks its parts"),
        ('{"liked": {}}', "lacks its parts"),
        ("x" * 1_000_001, "too large"),
        (changed(edition=1), "of edition 1 of the course, and this is edition 2"),
        (changed(checks=[]), "its parts are no tables"),
        (exercise(state="perfect"), "exercise '01.fans' cannot be"),
        (exercise(state="not tried yet"), "exercise '01.fans' cannot be"),
        (exercise(tries=0), "exercise '01.fans' cannot be"),
        (exercise(tries=0, mistakes=[]), "exercise '01.fans' cannot be"),
        (exercise(mistakes=[-1]), "exercise '01.fans' cannot be"),
        (exercise(tries=True), "exercise '01.fans' cannot be"),
        (exercise(mistakes=[0, 1]), "exercise '01.fans' cannot be"),
        (exercise(mistakes=[0, 0], tries=2), "exercise '01.fans' cannot be"),
        (exercise(mistakes="0"), "exercise '01.fans' cannot be"),
        (exercise(more=1), "exercise '01.fans' cannot be"),
        (changed(predictions={"01.hits": {"guess": [], "right": True}}), "guess '01.hits' cannot be"),
        (changed(predictions={"01.hits": {"guess": [1]}}), "guess '01.hits' cannot be"),
        (changed(predictions={"01.hits": {"guess": [1], "right": True, "more": 1}}), "guess '01.hits' cannot be"),
        (changed(predictions={"01.hits": []}), "guess '01.hits' cannot be"),
    ],
)
def test_a_foreign_or_hand_edited_file_is_one_sentence(tmp_path, capsys, content, sentence):
    path = tmp_path / "progress.json"
    path.write_text(content)
    with pytest.raises(ValueError, match=sentence):
        read_progress(path)
    assert progress_page(path) is None
    said = capsys.readouterr().out
    assert sentence in said and said.count("\n") == 1


@pytest.mark.parametrize(
    "checks", [{"11.x": GOOD["checks"]["01.fans"]}, {"01.fans": {"state": "wrong", "tries": 1, "mistakes": [99]}}]
)
def test_exercises_and_mistakes_that_the_course_does_not_have_are_one_sentence(tmp_path, capsys, checks):
    path = tmp_path / "progress.json"
    path.write_text(changed(checks=checks))
    assert progress_page(path) is None and "this course does not" in capsys.readouterr().out


def test_a_folder_without_files_ends_in_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.argv", ["room", str(tmp_path)])
    monkeypatch.delitem(sys.modules, "course_lib.classroom.room")
    with pytest.raises(SystemExit, match="there are no progress files in"):
        runpy.run_module("course_lib.classroom.room", run_name="__main__")


def test_a_room_counts_misconceptions_and_leaves_out_what_it_cannot_read(tmp_path, capsys):
    for name, content in (("a.json", changed()), ("b.json", exercise(state="right", tries=3, mistakes=[0, 2])),
                          ("sub/c.json", exercise(state="right", mistakes=[])), ("d.json", "{"),
                          ("e.json", changed(checks={"11.x": GOOD["checks"]["01.fans"]}))):  # fmt: skip
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    read, refused = handed_in(tmp_path)
    assert len(read) == 3 and [sentence[:6] for sentence in refused] == ["d.json", "e.json"]
    assert counts(read)[:3] == [
        "01.fans: 3 tried it, 2 have it right",
        f"   2 met: {FANS.mistakes[0].message}",
        f"   1 met: {FANS.mistakes[2].message}",
    ]
    assert counts(read)[3:] == ["01, guesses: 3 made, 0 off"]  # and of no other notebook
    main(str(tmp_path))
    assert "Left out: d.json is no progress file" in capsys.readouterr().out


def test_an_empty_folder_is_one_sentence(tmp_path):
    with pytest.raises(ValueError, match="there are no progress files in"):
        handed_in(tmp_path)
    with pytest.raises(ValueError, match="there are no progress files in"):
        handed_in(tmp_path / "nowhere")


def test_no_folder_is_made_for_what_nobody_asked_to_keep(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_LIB_GUEST", str(tmp_path / "course" / "guest.json"))
    note_prediction("01.hits", 3.0, True)
    check("01.fans", FANS.answer)
    assert list(tmp_path.iterdir()) == []


def test_of_two_guesses_the_first_is_kept(home):
    keep_progress()
    for guess, right in ((2.0, False), (3.0, True)):
        note_prediction("01.hits", guess, right)
    assert json.loads((home / "progress.json").read_text())["predictions"] == {
        "01.hits": {"guess": 2.0, "right": False}
    }
