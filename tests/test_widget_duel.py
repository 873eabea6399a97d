import pytest

from course_lib.widgets.duel import DuelWidget


def test_moving_a_score_changes_words_and_picture():
    widget = DuelWidget(raved=0.5, random=1.0)
    assert "margin -0.50, loss 0.974, push 0.622" in widget.summary()
    before = widget.view.value

    widget.raved.value = 4.0
    widget.random.value = -1.0
    assert "margin +5.00, loss 0.007, push 0.007. An easy pair" in widget.summary()
    assert widget.view.value != before and widget.summary() in widget.view.value


@pytest.mark.parametrize(
    ("raved", "random", "words"),
    [(0.0, 0.0, "A tie"), (-2.0, 2.0, "badly wrong"), (0.0, 0.5, "order is wrong"), (1.0, 0.0, "still pushes")],
)
def test_the_verdict_follows_the_push(raved, random, words):
    assert words in DuelWidget(raved, random).summary()


def test_no_control_reaches_a_state_that_raises():
    widget = DuelWidget()
    for value in (-99.0, 99.0):
        widget.raved.value, widget.random.value = value, -value
        assert abs(widget.raved.value) == 4.0 and "loss" in widget.summary()


def test_slider_and_number_field_have_the_same_span():
    widget = DuelWidget()
    field, slider = widget.box.children[0].children
    assert field is widget.raved and field.description == "raved film"
    for side in ("value", "min", "max", "step"):
        assert getattr(field, side) == getattr(slider, side)
