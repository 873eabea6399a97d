"""A prediction answers once there is a guess, and shows nothing before; it is kept where the learner wants that."""

import json

import pytest

from course_lib.classroom.predictions import kept_predictions
from course_lib.plots.style import Plot, new_axes
from course_lib.widgets.prediction import Predict, _number


@pytest.fixture(autouse=True)
def file(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_LIB_GUEST", str(tmp_path / "guest.json"))
    return tmp_path / "predictions.json"


def plot() -> Plot:
    return Plot(new_axes(3, 2).figure, "Three of the ten films were hidden raves.")


def number(**arguments) -> Predict:
    return Predict("01.hits", "How many hidden raves?", 3, unit="raves", reveal=plot(), **arguments)


def options(**arguments) -> Predict:
    return Predict("01.error", "What happens?", "nothing", options=("an error", "nothing"), **arguments)


def page(widget: Predict) -> str:
    """Everything a reader could find in the widget before it has answered."""
    return json.dumps([str(child.get_state()) for child in widget.box.children])


def test_before_a_guess_there_is_only_the_question():
    widget = number()
    assert widget.summary() == "How many hidden raves?" and widget.view.value == ""
    assert "png" not in page(widget) and "Three" not in page(widget) and "It's" not in page(widget)


@pytest.mark.parametrize(
    ("tolerance", "typed", "told"),
    [
        (0, "3", "You said 3 raves, and that&#x27;s right."),
        (0, "4", "You said 4 raves, but it&#x27;s 3 raves."),
        (1, "4", "You said 4 raves, and it&#x27;s 3 raves: close enough."),
        (1, " 2 raves ", "You said 2 raves, and it&#x27;s 3 raves: close enough."),
        (1, "5", "You said 5 raves, but it&#x27;s 3 raves."),
    ],
)
def test_a_number_is_answered_in_place_with_its_picture(tolerance, typed, told):
    widget = number(tolerance=tolerance)
    widget.guess.value = typed
    assert told in widget.view.value
    assert "data:image/png;base64," in widget.view.value
    caption = "Three of the ten films were hidden raves."
    assert f'alt="{caption}"' in widget.view.value and f"<figcaption>{caption}</figcaption>" in widget.view.value
    assert caption in widget.summary()


def test_an_option_is_answered_and_another_one_too():
    widget = options(reveal="No line raised anything.")
    widget.guess.value = "an error"
    assert widget.summary() == ("What happens? You said “an error”. The answer is “nothing”. No line raised anything.")
    widget.guess.value = "nothing"
    assert "You said “nothing”, and that&#x27;s right. No line" in widget.view.value


def test_show_me_shows_without_a_guess():
    for widget, told in ((number(), "It&#x27;s 3 raves."), (options(), "The answer is “nothing”.")):
        widget.show_me.click()
        assert told in widget.view.value and "You said" not in widget.view.value


@pytest.mark.parametrize("typed", ["nothing", "?", "three", "<b>", "nan"])
def test_what_is_no_number_is_a_sentence_and_gives_nothing_away(typed):
    widget = number()
    widget.guess.value = typed
    assert "is no number. Write one such as 12 or 0.4." in widget.view.value and "<b>" not in widget.view.value
    assert "Three" not in widget.view.value and widget.summary() == widget.question
    widget.guess.value = "3"
    assert "and that&#x27;s right" in widget.view.value


@pytest.mark.parametrize(
    ("typed", "value"),
    [("1,682", 1682), ("1 682", 1682), ("10,500 films", 10500), ("0,28", 0.28), ("0,281", 0.281), ("1,5", 1.5),
     (".5", 0.5), ("12 %", 12), ("−3", -3), ("+3", 3), ("2 of 10", 2), ("1,000,000", 1e6), ("", None), ("1.2.3", None)],
)  # fmt: skip
def test_numbers_as_people_write_them(typed, value):
    assert _number(typed) == value


def test_nothing_is_kept_unless_the_learner_wants_it(file):
    widget = number()
    assert widget.remember.layout.display == "none"
    widget.guess.value = "4"
    assert widget.remember.layout.display == "" and not file.exists()
    widget.remember.value = True
    assert kept_predictions() == {"01.hits": 4}
    widget.guess.value = "5"
    assert kept_predictions() == {"01.hits": 5}
    again = number()  # in a fresh kernel
    assert "You said 5 raves, but" in again.view.value
    other = options()
    other.guess.value = "nothing"  # who wanted it once is not asked again
    assert kept_predictions() == {"01.hits": 5, "01.error": "nothing"}
    again.remember.value = False
    other.remember.value = False
    assert not file.exists()


def test_a_guess_that_is_kept_fits_no_more(file):
    file.write_text('{"01.error": "gone", "01.hits": "many"}')
    assert options().summary() == "What happens?"
    assert number().summary() == "How many hidden raves?"


def test_a_file_that_another_program_keeps_is_a_sentence(file, monkeypatch):
    def kept(path):
        raise TimeoutError(f"another program has kept {path.name} locked for 10 seconds")

    monkeypatch.setattr("course_lib.classroom.predictions.locked", kept)
    question = Predict("01.hits", "How many?", 3)
    question.remember.value = True
    question._show()
    question._keep()
    assert "could not be kept: another program has kept predictions.json locked" in question.view.value


def test_a_broken_file_is_no_guess(file):
    file.write_text("nonsense")
    assert number().summary() == "How many hidden raves?" and not file.exists()


def test_where_it_is_off_nothing_is_offered(monkeypatch, file):
    monkeypatch.setenv("COURSE_LIB_GUEST", "off")
    widget = number()
    widget.guess.value = "4"
    assert "You said 4" in widget.view.value and widget.remember.layout.display == "none"
    widget.remember.value = True
    assert list(file.parent.iterdir()) == []


def test_a_full_disk_is_a_sentence(monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("course_lib.classroom.predictions.write_whole", full)
    widget = number()
    widget.guess.value = "4"
    widget.remember.value = True
    assert "could not be kept: No space left on device." in widget.view.value


@pytest.mark.parametrize("make", [number, options])
def test_without_a_kernel_there_is_the_question_and_a_folded_answer(make, monkeypatch):
    shown = []
    monkeypatch.setattr("course_lib.widgets.live.display", lambda data, **_: shown.append(data))
    widget = make()
    widget.guess.value = "4" if make is number else "an error"
    widget._ipython_display_()
    live, twin = shown
    assert live["text/plain"] == "Guess first:"  # where a front end shows this, the answer must not stand in it
    question, fold = twin["text/markdown"].split("<details>")
    assert widget.question in question and "3" not in question
    assert question.splitlines()[1:] == ([""] if make is number else ["", "- an error", "- nothing", ""])
    assert "Answer</summary>" in fold and "You said" not in fold
    assert twin["text/plain"].splitlines()[1].startswith(("Answer: 3 raves. Three of", "Answer: “nothing”."))


def test_a_truth_that_cannot_be_chosen_is_refused():
    with pytest.raises(ValueError, match=r"the truth 'both' is not among the options \['a', 'b'\]; add it"):
        Predict("01.x", "Which?", "both", options=("a", "b"))


def test_controls_have_names():
    assert number().guess.description == "your guess (raves)" and options().guess.description == "What happens?"


@pytest.mark.parametrize(
    ("truth", "said"),
    [(3.0, "3"), (0.3456, "0.346"), (12.34, "12.3"), (999.7, "1,000"), (1234.5, "1,234"), (1e5, "100,000")],
)
def test_a_number_is_written_as_people_write_it(truth, said):
    assert Predict("01.x", "How many?", truth, unit="films")._with_unit(truth) == f"{said} films"


def test_after_a_guess_there_is_nothing_left_to_be_shown():
    widget = number()
    widget.guess.value = "many"  # no number, so the answer can still be asked for
    assert widget.show_me.layout.display != "none"
    widget.guess.value = "4"
    assert widget.show_me.layout.display == "none"
