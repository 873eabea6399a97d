import numpy as np
import pandas as pd
import pytest

from course_lib.classroom.lessons.n02_data import gains
from course_lib.plots import guest_list


def words(plot) -> list[str]:
    return [text.get_text() for text in plot.figure.axes[0].texts]


def test_ages_stack_women_and_men_and_point_at_one_guest():
    users = pd.DataFrame({"age": [21, 24, 29, 30, 33], "gender": ["F", "M", "M", "F", "F"]})
    plot = guest_list.plot_ages(users, 4, "the writer")
    women, men = plot.figure.axes[0].containers
    assert [bar.get_height() for bar in women] == [1, 0, 2]
    assert [(bar.get_y(), bar.get_height()) for bar in men] == [(1, 1), (0, 1), (2, 0)]
    assert words(plot) == ["the writer, 33"]
    assert plot.caption.endswith("100% are between 20 and 39 years old, and only 60% are women.")
    assert not words(guest_list.plot_ages(users))


@pytest.fixture
def places() -> pd.DataFrame:
    rows = {"rated": [1, 2, 3, 4], "raved": [2, 4, 1, 3], "title": ["Alien", "Brazil", "Casablanca", "Dune"]}
    return pd.DataFrame(rows)


def test_charts_name_both_lists_and_the_film_that_falls_furthest(places):
    plot = guest_list.plot_charts(places, k=2)
    assert {"Alien  1", "Brazil  2", "1  Casablanca", "2  Alien", "4  Brazil"} <= set(words(plot))
    assert plot.caption == (
        "Of the 2 most rated films, 1 are not among the 2 most raved about: Brazil falls from place 2 to 4."
    )
    solid = [line for line in plot.figure.axes[0].lines if line.get_linestyle() == "-" and line.get_linewidth() == 2.5]
    assert [list(line.get_ydata()) for line in solid] == [[1, 2]]


def test_charts_that_agree_have_nothing_to_say_about_a_fall(places):
    plot = guest_list.plot_charts(places.assign(raved=places["rated"]), k=2)
    assert plot.caption == "Of the 2 most rated films, 0 are not among the 2 most raved about."


def test_found_ratings_are_means_over_splits_and_the_caption_says_what_they_are_worth():
    index = pd.MultiIndex.from_product([[0, 1], ["every rating", "raves only"]], names=["split_seed", "charts"])
    rows = [[1, 2, 8, 4, 5], [0, 0, 2, 4, 4], [1, 2, 4, 4, 5], [0, 0, 2, 4, 4]]
    plot = guest_list.plot_found(pd.DataFrame(rows, index, range(1, 6)), "every rating", "raves only")
    _, three, low = plot.figure.axes[0].containers
    assert [bar.get_width() for bar in three] == [6, 2] and [bar.get_width() for bar in low] == [3, 0]
    assert [bar.get_x() for bar in low] == [9 + 6, 8 + 2] and {"18", "10"} <= set(words(plot))
    assert plot.figure.axes[0].get_xlabel().endswith("mean of 2 draws")
    assert plot.caption == (
        "If every hidden rating counts as found, charts of every rating lead by 18 to 10. If only hidden raves count, "
        "charts of raves only have 8 and the others 9."
    )


def test_stars_are_ordered_and_raves_stand_out():
    plot = guest_list.plot_stars(["Alien", "Brazil", "Dune"], [2, 5, 4], "the writer")
    assert words(plot) == ["Brazil", "★★★★★", "Dune", "★★★★", "Alien", "★★"]
    assert plot.caption == (
        "The writer rated three films of one series, from five stars down to two. Two of these ratings are raves."
    )
    assert "rated no films of one series. No of" in guest_list.plot_stars([], [], "the writer").caption


def test_found_raves_are_compared_with_the_first_charts_split_by_split():
    index = pd.MultiIndex.from_product([[0, 1], ["the charts", "a", "b"]], names=["split_seed", "charts"])
    rows = [[9, 9, 9, 5, 5], [0, 0, 0, 6, 6], [0, 0, 0, 9, 0], [9, 9, 9, 5, 5], [0, 0, 0, 6, 5], [0, 0, 0, 1, 0]]
    here = pd.DataFrame(rows, index, range(1, 6))
    rows[1], rows[4] = [9, 9, 9, 4, 4], [9, 9, 9, 6, 5]
    there = pd.DataFrame(rows, index, range(1, 6))
    plot = guest_list.plot_raves_found(*gains({"one party": here, "the other": there}))
    assert [[text.get_text() for text in ax.texts] for ax in plot.figure.axes] == [["+15%", "−50%"], ["−5%", "−50%"]]
    drawn = [dots.get_offsets()[:, 0].tolist() for dots in plot.figure.axes[1].collections]
    assert np.allclose(drawn, [[-20, 10], [-10, -90]])
    assert plot.caption == (
        "Hidden raves found, beside the charts: “a” 15% more at one party and 5% fewer at the other. Of the 8 "
        "draws 1 points the other way."
    )


def test_the_long_tail_names_the_head_and_marks_the_films_of_the_guest():
    plot = guest_list.plot_long_tail(np.array([1, 6, 1, 2, 2]), 1, [1, 2], list("abcde"), "the writer's")
    ax = plot.figure.axes[0]
    assert list(ax.lines[0].get_ydata()) == [6, 2, 2, 1, 1]
    assert ax.collections[2].get_offsets().tolist() == [[1, 6], [5, 1]]
    assert plot.caption == (
        "1 of 5 films hold half of all raves. 1 of the writer's 2 raves are among them, and the least known of all 2, "
        "c, has 1."
    )


def test_sessions_count_every_guest_once_and_name_the_median():
    plot = guest_list.plot_sessions(pd.Series([0.0, 10.0, 60.0, 5000.0, 90000.0]))
    assert sum(bar.get_height() for bar in plot.figure.axes[0].patches) == 5
    assert "60 minutes" in words(plot)[0]
    assert plot.caption == (
        "Half of the guests gave all of their ratings within 60 minutes, and 60% within a day. But 20% came back for "
        "more than a month."
    )
