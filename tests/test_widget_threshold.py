import pandas as pd
import pytest

from course_lib.plots.colours import ACCENT, MUTED
from course_lib.widgets.threshold import ThresholdWidget
from tests.drawings import shapes, words


@pytest.fixture
def widget() -> ThresholdWidget:
    stars = {10: [1] * 60 + [2] * 30, 20: [3, 5] * 40, 30: [4] * 70, 40: [5] * 10, 50: [2] * 50}  # by film
    rows = [(user, film, given) for film, all_ in stars.items() for user, given in enumerate(all_)]
    titles = pd.Series({10: "Alien", 20: "Brazil", 30: "Casablanca", 40: "Dune", 50: "Emma", 60: "Fargo"})
    widget = ThresholdWidget(pd.DataFrame(rows, columns=["user_id", "item_id", "rating"]), titles, marked=10)
    assert widget.threshold.value == 1  # every rating
    widget.threshold.value = 4
    return widget


def test_at_four_stars_it_says_what_is_left(widget):
    assert widget.summary() == (
        "A rave is a rating of 4 or more: 120 of 300 ratings are left (40.0 %). 2 of 5 films and 15 of 90 guests "
        "vanish. Alien is number 4 in the charts."
    )


def test_the_charts_follow_the_threshold_and_the_marked_film_is_always_there(widget):
    assert [widget.places[stars].tolist()[:4] for stars in (1, 4)] == [[1, 2, 3, 5], [4, 2, 1, 3]]
    shown = words(widget.view.value)
    assert shown[shown.index("and the charts then") + 1 :][:6] == ["1", "Casablanca", "2", "Brazil", "3", "Dune"]
    marked = [text.text for text in shapes(widget.view.value, "text", fill=ACCENT)]
    assert marked == ["4", "Alien"] and widget.above_marked() == 3


def test_moving_the_control_changes_words_and_picture(widget):
    before = widget.view.value
    widget.threshold.value = 5
    assert "50 of 300 ratings are left (16.7 %)" in widget.summary()
    assert "3 of 5 films and 45 of 90 guests vanish" in widget.summary()
    assert widget.view.value != before and widget.summary() in widget.view.value


@pytest.mark.parametrize("threshold", range(1, 6))
def test_the_bars_show_the_ratings_and_fill_only_the_raves(widget, threshold):
    widget.threshold.value = threshold
    bars = [bar for bar in shapes(widget.view.value, "rect", width="61.0") if bar.get("fill").startswith("#")]
    heights = [float(bar.get("height")) for bar in bars]  # of 1, 2, 3, 4, 5 stars, in units of ten ratings
    assert [round(6 * height / heights[0]) for height in heights] == [6, 8, 4, 7, 5]
    assert [bar.get("fill") != MUTED for bar in bars] == [rating >= threshold for rating in range(1, 6)]
    assert len(shapes(widget.view.value, "rect", width="61.0")) == 5 + threshold - 1  # hatched once more


def test_the_bars_on_the_right_are_shares_of_everything(widget):
    widget.threshold.value = 5
    bars = shapes(widget.view.value, "rect", height="18.0")
    left = widget.table.loc[5] / widget.table.loc[1]
    assert [float(bar.get("width")) / 400 for bar in bars[1::2]] == pytest.approx(left.tolist(), abs=1e-3)
    assert {float(bar.get("width")) for bar in bars[::2]} == {400}


def test_it_counts_who_has_vanished(widget):
    assert (widget.films_gone(), widget.guests_gone()) == (2, 15)
    widget.threshold.value = 5
    assert (widget.films_gone(), widget.guests_gone()) == (3, 45)


def test_the_charts_are_the_first_five_and_the_marked_film(widget):
    titles = {"Alien", "Brazil", "Casablanca", "Dune", "Emma", "Fargo"}
    for threshold in (1, 4):
        widget.threshold.value = threshold
        places = widget.places[threshold].sort_values()
        expected = [widget._titles[film] for film in places.index[:5]]
        drawn = [word for word in words(widget.view.value) if word in titles]
        assert drawn[-len(expected) :] == expected and len(set(drawn)) == 5
