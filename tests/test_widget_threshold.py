import pandas as pd
import pytest

from course_lib.widgets.threshold import ThresholdWidget


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
    bars = widget.axes[0].containers[0]
    assert [bar.get_height() for bar in bars] == [100, 200, 300, 300, 100]  # of 1, 2, 3, 4, 5 stars
    filled = [bar.get_hatch() == "" for bar in bars]
    assert filled == [rating >= threshold for rating in range(1, 6)]


def test_the_bars_on_the_right_are_shares_of_everything(widget):
    widget.threshold.value = 5
    shares = [bar.get_width() for bar in widget.axes[1].containers[1]]
    assert shares == pytest.approx([10, 40, 70])  # ratings, films, guests


def test_redrawing_does_not_pile_up(widget):
    for threshold in (1, 2, 3, 4):
        widget.threshold.value = threshold
    assert len(widget.axes[0].containers) == 1 and len(widget.axes[1].texts) == 3


def test_it_speaks_without_a_kernel(widget):
    bundle = widget._repr_mimebundle_()
    assert bundle["text/plain"] == widget.summary()
    assert bundle["image/png"] and "application/vnd.jupyter.widget-view+json" in bundle
