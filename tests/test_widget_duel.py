from html import escape
from time import perf_counter

import pytest

from course_lib.widgets.duel import MAX_STEPS, STARTS, DuelWidget
from tests import drawings


def test_steps_are_told_in_words_and_the_picture_changes():
    widget = DuelWidget("the writer", "Star Wars (1977)", "Sliding Doors (1998)")
    assert widget.summary() == (
        "Before the first step Star Wars (1977) trails Sliding Doors (1998) by 2.32 for the writer, "
        "and the push is 0.91. The next step moves both films by 0.19 and the guest by 0.39. The guest's tag is 1.39 "
        "long, and 2.24 away from the rave."
    )
    before = widget.view.value
    widget.steps.value = 1
    assert widget.summary().startswith("After 1 step Star Wars") and widget.view.value != before
    assert escape(widget.summary()) in widget.view.value and {"the writer", "Star Wars (1977)"} <= set(
        drawings.words(widget.picture().svg("alt"))
    )


def test_the_button_takes_one_step_until_there_is_none_left():
    widget = DuelWidget()
    for n in range(1, MAX_STEPS + 1):
        assert not widget.step.disabled
        widget.step.click()
        assert widget.steps.value == n
    assert widget.step.disabled
    widget.steps.value = 0
    assert not widget.step.disabled


def test_a_tie_is_called_level():
    widget = DuelWidget()
    widget.start.value = "a tie"
    assert "your rave is level with a random film for you, and the push is 0.50" in widget.summary()


@pytest.mark.parametrize("start", STARTS)
def test_every_tag_and_every_name_stays_on_the_card(start):
    widget = DuelWidget("the writer", "Hunchback of Notre Dame, The (1996)", "Portrait of a Lady, The (1996)")
    widget.start.value = start
    for n in range(MAX_STEPS + 1):
        widget.steps.value = n
        svg = widget.picture().svg("alt")
        for mark in drawings.shapes(svg, "rect"):
            assert 0 <= float(mark.get("x")) <= 520 and 40 <= float(mark.get("y")) <= 360
        for text in drawings.shapes(svg, "text"):
            assert 0 <= float(text.get("y")) <= 380


def test_a_move_is_drawn_in_a_moment():
    widget = DuelWidget()
    widget.steps.value = 11
    started = perf_counter()
    widget.steps.value = 12
    assert perf_counter() - started < 0.1


def test_who_cannot_press_is_told_when_the_order_turns():
    widget = DuelWidget()
    assert widget.turns() == " Two steps from here the rave is ahead, and each step after that moves less."
    widget.steps.value = 1
    assert widget.turns().startswith(" One step from here")
    widget.steps.value = 2
    assert not widget.turns()


def test_who_cannot_press_sees_where_the_steps_lead(monkeypatch):
    shown = []
    monkeypatch.setattr("course_lib.widgets.live.display", lambda data, **_: shown.append(data["text/plain"]))
    widget = DuelWidget()
    widget._ipython_display_()
    assert any(words.startswith(f"After {MAX_STEPS} steps your rave leads") for words in shown)
    assert widget.steps.value == 0
