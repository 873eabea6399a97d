"""Receipts: a bar is as long as its share, and captions name what is in the picture."""

import numpy as np
import pandas as pd
import pytest

from course_lib.plots.colours import ACCENT, FILM, INK, MUTED
from course_lib.plots.receipts import (
    N_COLUMNS,
    beyond_average,
    plot_beyond,
    plot_damped,
    plot_either_half,
    plot_falls,
    plot_fold_in,
    plot_halves,
    plot_newcomers,
    plot_receipts,
    plot_shares,
)
from tests.drawings import shapes, words

TITLES, SCORES, RAVES = ["Alien (1979)", "Wizard of Oz, The (1939)"], [0.5, 0.3], ["Jaws (1975)", "Sound of Music, The"]
SHARES = np.array([[0.4, 0.1], [0.1, 0.2]])


def bars(page: str) -> list[tuple[str, float]]:
    return [(bar.get("fill"), float(bar.get("width"))) for bar in shapes(page, "rect") if bar.get("height") == "16.0"]


def test_a_bar_is_as_long_as_its_share_and_a_column_is_a_rave():
    page = plot_receipts(TITLES, SCORES, RAVES, SHARES).svg("words")
    drawn = bars(page)
    longest = drawn[0][1]
    assert [width / longest for _, width in drawn] == pytest.approx([1, 0.25, 0.25, 0.5], abs=0.01)
    assert {fill for fill, _ in drawn} == {FILM}
    rows = ["1", "Alien", "0.500", "2", "The Wizard of Oz", "0.300"]
    assert words(page) == ["Jaws", "The Sound of Music", *rows, "score"]


def test_beyond_the_average_columns_cancel_out_and_less_is_grey_to_the_left():
    assert beyond_average(SHARES) == pytest.approx(np.array([[0.15, -0.05], [-0.15, 0.05]]))
    page = plot_receipts(TITLES, SCORES, RAVES, SHARES, beyond=True, lit=1).svg("words")
    assert [fill for fill, _ in bars(page)] == [FILM, MUTED, MUTED, FILM]
    more, less = shapes(page, "rect", height="16.0")[:2]
    zero = float(shapes(page, "polyline")[0].get("points").split(",")[0])
    ends = float(more.get("x")), float(less.get("x")) + float(less.get("width"))
    assert ends == pytest.approx((zero, zero), abs=0.2)
    (lit,) = shapes(page, "text", fill=ACCENT)
    assert lit.text == "The Wizard of Oz"


def test_a_rave_that_was_taken_back_keeps_an_empty_column():
    page = plot_receipts(TITLES, SCORES, RAVES, np.array([[0.4, np.nan], [0.1, np.nan]]), beyond=True).svg("words")
    assert "The Sound of Music" in words(page) and len(bars(page)) == 2


def test_of_many_raves_those_that_differ_most_get_a_column():
    raves = [f"film {n}" for n in range(N_COLUMNS + 3)]
    shares = np.full((2, len(raves)), 0.1)
    shares[0, 2:] += 0.1  # the first two say the same about both
    shares[0, 7] += 0.001
    page = plot_receipts(TITLES, SCORES, raves, shares).svg("words")
    heads = [word for word in words(page) if word.startswith("film")]
    assert heads == ["film 2", "film 3", "film 4", "film 5", "film 7"] and "3 others," in words(page)
    assert len(bars(page)) == 2 * (N_COLUMNS + 1)
    *_, (_, first), (_, second) = bars(page)  # 0.1, 0.1 and 0.2 for the one film, 0.1 each for the other
    longest = max(width for _, width in bars(page))  # 0.201
    assert [first / longest, second / longest] == pytest.approx([0.4 / 3 / 0.201, 0.1 / 0.201], abs=0.01)


def test_what_the_others_bring_beyond_the_average_is_added_up_and_no_fall_is_theirs():
    raves = [f"film {n}" for n in range(N_COLUMNS + 3)]
    shares = np.zeros((2, len(raves)))
    shares[0, : N_COLUMNS + 3] = [0.2, 0.2, 0.2, 0.2, 0.2, 0.04, 0.04, 0.02]
    page = plot_receipts(TITLES, SCORES, raves, shares, beyond=True, lost=np.full(shares.shape, 2.0)).svg("words")
    assert "3 others" in words(page) and "together" in words(page)
    widths = [width for _, width in bars(page)]
    assert widths[-1] / max(widths) == pytest.approx(0.1 / 0.2, abs=0.01)
    assert words(page).count("▼2") == 2 * N_COLUMNS
    legend = "▼ places the film falls without the rave, ▲ places it rises"
    assert legend in words(page)
    assert legend not in words(plot_receipts(TITLES, SCORES, raves, shares, beyond=True).svg("words"))


def test_the_ruler_is_as_long_as_a_bar_of_its_number():
    page = plot_receipts(TITLES, SCORES, RAVES, SHARES, beyond=True).svg("words")
    assert "0.1" in words(page)
    ruler = max(shapes(page, "polyline", stroke=INK), key=lambda line: len(set(line.get("points").split())))
    (left, y), (right, _) = (map(float, end.split(",")) for end in ruler.get("points").split())
    assert (right - left) / bars(page)[0][1] == pytest.approx(0.1 / 0.15, abs=0.01) and y > 0


def test_a_long_heading_stays_in_its_column():
    raves = ["Star Trek IV: The Voyage Home (1986)"] * N_COLUMNS
    page = plot_receipts(TITLES, SCORES, raves, np.full((2, N_COLUMNS), 0.1)).svg("words")
    assert max(len(word) for word in words(page)[: 3 * N_COLUMNS]) <= 12


@pytest.mark.parametrize("shares", [np.zeros((2, 0)), np.full((2, 0), np.nan)])
def test_a_list_without_receipts_has_no_scores(shares):
    page = plot_receipts(TITLES, [410, 9], [], shares).svg("words")
    assert words(page) == ["1", "Alien", "2", "The Wizard of Oz"]
    assert plot_receipts([], [], RAVES, np.zeros((0, 2)), beyond=True).figure


def test_captions_of_receipts_name_the_extremes():
    assert plot_shares(TITLES, SCORES, RAVES, SHARES).caption == (
        "An even split would be 50% each. The smallest part of all is the 20% that The Sound of Music brings to Alien, "
        "and the largest is 80%."
    )
    assert plot_shares(TITLES, SCORES, RAVES[:1], SHARES[:, :1]).caption.startswith("There is one rave")
    assert plot_beyond(TITLES, SCORES, RAVES, SHARES).caption == (
        "Jaws speaks up most for Alien, with 0.150 more than it gives the two films on average, and Jaws least for "
        "The Wizard of Oz, with 0.150 less."
    )


def test_who_has_fewer_fans_is_heard_louder():
    plot = plot_fold_in("you", RAVES, [400, 100], TITLES, SCORES)
    assert plot.caption == (
        "The Sound of Music has 100 fans and Jaws 400, so The Sound of Music is heard 2.0 times as loud. The tag fits "
        "Alien best, with a cosine of 0.500."
    )
    assert plot_fold_in("you", RAVES[:1], [9], TITLES, SCORES).caption == (
        "The tag fits Alien best, with a cosine of 0.500."
    )


def test_falls_have_the_interval_of_the_difference_guest_by_guest():
    falls = pd.DataFrame({"plain": [1.0, 2.0, 3.0], "better": [2.0, 3.0, 4.0], "the most possible": [3.0, 3.0, 4.0]})
    plot = plot_falls(falls, "plain", "better")
    assert plot.caption == (
        "Without the rave with plain a film falls 2.00 places, and without the one with better 3.00. Over 3 guests the "
        "interval of the difference runs from 1.00 to 1.00."
    )
    assert [text.get_text() for text in plot.figure.axes[0].texts] == ["2.00", "3.00", "3.33"]


def test_halves_add_up_to_the_score():
    plot = plot_halves(TITLES, np.array([[0.25, 0.2, 0.05], [0.15, 0.05, 0.0]]), "your")
    first, second = plot.figure.axes[0].containers
    assert [bar.get_width() for bar in first] == [0.25, 0.15]
    assert [bar.get_x() + bar.get_width() for bar in second] == pytest.approx([0.5, 0.2])
    assert plot.caption == "Between 50% and 75% of each score is your own tag."


def test_either_half_is_told_beside_the_whole():
    kept = {"slept": {"a": 8.0, "b": 9.0}, "woke": {"a": 5.0, "b": 6.0}}
    ndcg = {"slept": {"the whole": 0.3, "a": 0.2, "b": 0.25}, "woke": {"the whole": 0.4, "a": 0.1, "b": 0.15}}
    plot = plot_either_half(kept, ndcg, "a")
    assert plot.caption == (
        "With a 8.0 of the ten films stay for the model that slept, and NDCG@10 goes from 0.300 to 0.200. With them "
        "5.0 of the ten films stay for the model that woke, and NDCG@10 goes from 0.400 to 0.100."
    )
    (ax,) = plot.figure.axes
    assert [bar.get_width() for bar in ax.containers[1]] == [8, 9, 5, 6]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["slept: a", "slept: b", "woke: a", "woke: b"]
    assert ax.texts[3].get_text() == "6.0 of ten, NDCG@10 0.400 → 0.150"


@pytest.mark.parametrize(
    ("charts", "told"),
    [
        (
            (0.2, 0.2),
            "From three raves on, folding in finds more than the charts on each of two seeds, and with one",
        ),
        ((0.0, 0.0), "From one raves on, folding in finds more than the charts on each of two seeds."),
    ],
)
def test_newcomers_curves_are_means_over_seeds_in_the_order_shown(charts, told):
    rows = [("folded", seed, n, value + seed / 100) for seed in (0, 1) for n, value in (("1", 0.1), ("3", 0.3))]
    rows += [("popular", seed, n, value) for seed in (0, 1) for n, value in zip("13", charts, strict=True)]
    table = pd.DataFrame(rows, columns=["model", "seed", "shown", "recall@20"])
    plot = plot_newcomers(table, {"folded": "folded in", "popular": "the charts"}, "folded", "popular")
    ax = plot.figure.axes[0]
    assert plot.caption.startswith(told)
    assert list(ax.lines[0].get_ydata()) == pytest.approx([0.105, 0.305])
    assert [label.get_text() for label in ax.get_xticklabels()] == ["1", "3"]
    assert [text.get_text() for text in ax.texts] == ["the charts", "folded in"]


def test_damping_is_told_by_its_ends():
    table = pd.DataFrame({"coverage": [0.2, 0.4], "ndcg": [0.3, 0.2]}, index=[0.0, 1.0])
    assert plot_damped(table).caption == (
        "Strength 1 takes the films that anybody is shown from 20% to 40% of all, and NDCG@10 from 0.30 to 0.20."
    )


def test_an_interval_is_that_of_a_mean_over_guests():
    falls = pd.DataFrame({"plain": [1.0, 2.0, 3.0], "better": [2.0, 4.0, 3.0]})  # by 1, 2 and 0: deviation 1
    assert plot_falls(falls, "plain", "better").caption.endswith("runs from -0.13 to 2.13.")  # 1.96 / sqrt 3 = 1.13


def test_a_rave_is_heard_at_one_over_the_root_of_raves_times_fans():
    plot = plot_fold_in("you", RAVES, [400, 100], TITLES, SCORES)
    said = [text.get_text() for text in plot.figure.axes[0].texts]
    assert {"400 fans, heard at 0.035", "100 fans, heard at 0.071"} <= set(said)  # 1 / sqrt 800, 1 / sqrt 200


def test_newcomers_are_ahead_or_behind_where_they_are_on_every_seed():
    rows = [("folded", seed, n, value) for seed in (0, 1) for n, value in (("1", 0.1), ("3", 0.3))]
    rows += [("popular", 0, "1", 0.05), ("popular", 1, "1", 0.2), ("popular", 0, "3", 0.1), ("popular", 1, "3", 0.2)]
    table = pd.DataFrame(rows, columns=["model", "seed", "shown", "recall@20"])
    plot = plot_newcomers(table, {"folded": "folded in", "popular": "the charts"}, "folded", "popular")
    assert plot.caption == "From three raves on, folding in finds more than the charts on each of two seeds."


def test_a_film_that_falls_without_a_rave_is_marked_by_an_arrow_down():
    lost = np.array([[3.0, -2.0], [0.0, 12.0]])
    page = plot_receipts(TITLES, SCORES, RAVES, SHARES, beyond=True, lost=lost).svg("words")
    assert [word for word in words(page) if word[:1] in ("▼", "▲") and len(word) < 6] == ["▼3", "▲2", "▼12"]
