"""Walks drawn to scale, whom a guest hears, how far gossip should go, and what peers carry and take away."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from course_lib.plots.colours import ACCENT, FILM, GUEST, MUTED
from course_lib.plots.walks import Station, Walk, plot_far, plot_flow, plot_peers, plot_similar, plot_walks
from tests.drawings import shapes, words


def test_walks_with_the_same_names_are_drawn_once_and_five_at_most():
    walks = [Walk("Alien", "Ben", 4.0), Walk("Alien", "Ben", 3.0), *(Walk(f"film {n}", "Dev", 1.0) for n in range(6))]
    plot = plot_walks("Ada", "Dune", walks)
    assert plot.caption.startswith("Five walks that brought Dune to Ada") and "over Alien and Ben" in plot.caption
    lines = plot.figure.axes[0].lines
    assert [line.get_linewidth() for line in lines[:3]] == [4, 4, 4]
    assert [line.get_linewidth() for line in lines[-3:]] == [16, 16, 16] and lines[-1].get_color() == ACCENT


def flow(weight: list[list[float]], whole: float = 4.0, at_home: bool = False) -> str:
    peers = [Station("Ben", at_home), Station("1 other guests")]
    films = [*["Alien", "Brazil"][: len(weight) - 1], "1 other raves"]
    return plot_flow("Ada", "Dune", films, peers, np.array(weight), whole, "place 3").svg("alt")


def test_bands_are_as_high_as_what_they_carry():
    view = flow([[1.0, 0.0], [0.5, 2.5]])
    heights = {
        colour: [float(band.get("height")) for band in shapes(view, "rect", fill=colour) if band.get("x") != "826.0"]
        for colour in (FILM, GUEST, MUTED)
    }
    assert heights[FILM] == [62.5] and heights[MUTED] == [187.5, pytest.approx(156.2, abs=0.1)]
    assert sorted(heights[GUEST]) == [pytest.approx(93.8, abs=0.1), 250]  # Ben, and the bar of Ada
    assert [text for text in words(view) if text.endswith("%")] == ["25%", "75%", "38%", "62%"]
    assert words(view)[-1] == "place 3"


def test_percents_sum_to_a_hundred():
    view = flow([[1.0, 0.26], [0.26, 1.0], [0.24, 1.24]])  # 31.5, 31.5 and 37 %
    assert [text for text in words(view) if text.endswith("%")] == ["32%", "31%", "37%", "38%", "62%"]


def test_what_is_missing_leaves_the_bars_at_both_ends_white():
    view = flow([[0.0, 0.0], [0.0, 3.0]], at_home=True)
    assert [float(bar.get("height")) for bar in shapes(view, "rect", fill="white")] == [250, 250]
    (arrived,) = (bar for bar in shapes(view, "rect", fill=FILM) if bar.get("x") == "826.0")
    assert float(arrived.get("height")) == 187.5
    assert "0%" not in words(view) and "<1%" in words(view)  # Ben is no band, and Alien carries nothing


def test_similar_guests_and_the_one_who_shares_most():
    plot = plot_similar("Ada's", ["Ben", "Cleo"], [0.5, 0.2], most=1, rank=7, n=2, m=3)
    first, second = plot.figure.axes[0].patches
    assert first.get_width() == 0.5 and [to_hex(bar.get_facecolor()) for bar in (first, second)] == [GUEST, ACCENT]
    assert plot.caption == (
        "2 of 3 other guests share a rave, and so they have a number in Ada's row. Who shares most raves (red) is only "
        "number 7."
    )
    assert [tick.get_text() for tick in plot.figure.axes[0].get_yticklabels()] == ["Ben", "Cleo", "… five more …"]
    assert [bar.get_y() + 0.4 for bar in (first, second)] == pytest.approx([0, 2])  # and row 1 tells of the gap
    assert "is first" in plot_similar("your", ["Ben"], [0.5], most=0, rank=1, n=1, m=3).caption


def test_further_is_not_better():
    reach = pd.DataFrame({"hop": [1, 2, 3], "ends_at": ["films", "guests", "films"], "mean_share": [0.1, 0.8, 0.9]})
    lists = pd.DataFrame({"rule": ["a", "b"] * 3, "hops": [1, 1, 3, 3, 5, 5]})
    lists["ndcg@10"], lists["shared"] = [0.0, 0.0, 0.3, 0.3, 0.2, 0.25], [0, 0, 4, 4, 9.5, 7]
    plot = plot_far(reach, lists, 0.15)
    assert plot.caption == (
        "Three steps reach 90% of the films and rank best. With 5 steps 9.5 of the ten films on a list are the charts."
    )
    near, worth, alike = plot.figure.axes
    assert [line.get_ydata().tolist() for line in alike.lines] == [[0, 4, 9.5], [0, 4, 7]]
    assert list(worth.lines[2].get_ydata()) == [0.15, 0.15] and len(near.patches) == 3


def test_peers_who_make_a_film_louder_by_staying_away():
    plot = plot_peers([0.5, 0.3, 0.2], [0.4, 0.1, -0.1], "Dune")
    assert plot.caption.startswith("Of 3 peers who carry Dune, 1 make it louder by staying at home.")
    quieter, louder = plot.figure.axes[0].lines[-2:]
    assert quieter.get_ydata().tolist() == [40, 10] and louder.get_ydata().tolist() == [-10]
