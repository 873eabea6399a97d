import pandas as pd
import pytest

from course_lib.plots.colours import MUTED
from course_lib.widgets.threshold import ThresholdWidget
from tests.drawings import shapes, words


@pytest.fixture
def widget() -> ThresholdWidget:
    left = {"ratings": [1000, 900, 700, 400, 100], "films": [50, 50, 45, 40, 20], "guests": [10, 10, 10, 10, 7]}
    return ThresholdWidget(pd.DataFrame(left, index=range(1, 6)))


def test_it_starts_at_four_stars(widget):
    assert widget.summary() == (
        "A rave is a rating of 4 or more: 400 of 1,000 ratings are left (40.0 %). "
        "10 of 50 films and 0 of 10 guests vanish."
    )


def test_moving_the_control_changes_words_and_picture(widget):
    before = widget.view.value
    widget.threshold.value = 5
    assert "100 of 1,000 ratings are left (10.0 %)" in widget.summary()
    assert "30 of 50 films and 3 of 10 guests vanish" in widget.summary()
    assert widget.view.value != before and widget.summary() in widget.view.value


@pytest.mark.parametrize("threshold", range(1, 6))
def test_the_bars_show_the_ratings_and_fill_only_the_raves(widget, threshold):
    widget.threshold.value = threshold
    bars = [bar for bar in shapes(widget.view.value, "rect", width="61.0") if bar.get("fill").startswith("#")]
    heights = [float(bar.get("height")) for bar in bars]  # of 1, 2, 3, 4, 5 stars, in units of the first
    assert [round(height / heights[0]) for height in heights] == [1, 2, 3, 3, 1]
    assert [bar.get("fill") != MUTED for bar in bars] == [rating >= threshold for rating in range(1, 6)]
    assert len(shapes(widget.view.value, "rect", width="61.0")) == 5 + threshold - 1  # hatched once more


def test_the_bars_on_the_right_are_shares_of_everything(widget):
    widget.threshold.value = 5
    bars = shapes(widget.view.value, "rect", height="30.0")
    assert [float(bar.get("width")) / 4 for bar in bars[1::2]] == pytest.approx([10, 40, 70])
    assert {float(bar.get("width")) for bar in bars[::2]} == {400}
    assert "7 of 10 guests, 3 gone" in words(widget.view.value)


def test_it_counts_who_has_vanished(widget):
    assert (widget.films_gone(), widget.guests_gone()) == (10, 0)
    widget.threshold.value = 5
    assert (widget.films_gone(), widget.guests_gone()) == (30, 3)
