import pandas as pd
import pytest

from course_lib.plots.colours import ACCENT, MUTED
from course_lib.plots.ranking import (
    plot_against_chance,
    plot_grouped_bars,
    plot_intervals,
    plot_metrics_by_rank,
    plot_ranked_list,
)
from course_lib.plots.text import shorten
from tests import drawings


def words(ax) -> list[str]:
    return [text.get_text() for text in ax.texts]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Fargo (1996)", "Fargo (1996)"), ("Brazil, the film (1985)", "Brazil, the film"), ("A" * 30, "A" * 19 + "…")],
)
def test_shorten_gives_up_the_year_before_letters(text, expected):
    assert shorten(text, 20) == expected


def test_ranked_list_counts_the_hits_above_the_cut():
    titles, hit, raved = list("ABCD"), [True, False, True, True], [False, True, False, False]
    svg = plot_ranked_list(titles, hit, raved, k=3).svg("alt")
    assert len(drawings.shapes(svg, "rect", fill=ACCENT)) == 2
    second = drawings.shapes(svg, "rect", fill=MUTED)[0]
    assert float(second.get("width")) == pytest.approx(290 * 0.6309, abs=0.1)  # 1 / log2(3)
    notes = [word for word in drawings.words(svg) if word.startswith(("hit", "already"))]
    assert notes == ["hit", "already raved about", "hit", "hit, not counted"]
    assert drawings.words(svg)[-1] == "K = 3: the list ends here"


def test_intervals_reach_from_low_to_high():
    table = pd.DataFrame({"mean": [0.3, 0.5], "low": [0.2, 0.45], "high": [0.35, 0.6]}, index=["women", "men"])
    ax = plot_intervals(table, "NDCG@10")
    segments = [segment[:, 0].tolist() for segment in ax.collections[0].get_segments()]
    assert segments == [pytest.approx([0.2, 0.35]), pytest.approx([0.45, 0.6])]
    assert words(ax) == ["0.300", "0.500"]


def test_grouped_bars_are_named_one_by_one():
    ax = plot_grouped_bars(pd.DataFrame({"a": [0.1, 0.2], "b": [0.3, 0.4]}, index=["full", "drawn"]), "NDCG@10")
    assert sorted(words(ax)) == ["a  0.100", "a  0.200", "b  0.300", "b  0.400"]
    assert [patch.get_width() for patch in ax.patches] == [0.1, 0.2, 0.3, 0.4]


def test_metrics_by_rank_draw_what_they_get():
    table = pd.DataFrame({"recall@2": [0.5, 0.5, 0.0], "NDCG@2": [0.6, 0.4, 0.0]}, index=[1, 2, 3])
    ax = plot_metrics_by_rank(table, k=2)
    assert list(ax.lines[0].get_ydata()) == [0.5, 0.5, 0.0] and ax.lines[2].get_xdata()[0] == 2.5
    assert words(ax) == ["recall@2", "NDCG@2", "K = 2"]


def test_a_list_is_set_against_as_many_random_ones_as_a_hit_takes():
    plot = plot_against_chance([True, False, True, *[False] * 7], 10, 1642, "the writer's")
    assert plot.caption == (
        "Untrained gossip found 2 of the writer's 10 hidden raves with one list of 10 films. A list drawn at random "
        "finds 0.06 on average, so it takes 16 of them to expect a single hit."
    )
    (ax,) = plot.figure.axes
    assert len(ax.patches) == 170
    said = [text.get_text() for text in ax.texts]
    assert said.count("★") == 2  # on the list: where it would be on the others is luck
    assert "16 lists drawn at random: one ★ among them all, on average" in said
