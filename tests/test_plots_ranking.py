import pytest

from course_lib.plots.colours import FILM, MUTED
from course_lib.plots.ranking import (
    Place,
    plot_against_chance,
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
    kinds = ["hit", "learned", "hit", "hit"]
    places = [Place(rank, title, kind) for rank, (title, kind) in enumerate(zip("ABCD", kinds, strict=True), start=1)]
    svg = plot_ranked_list([*places, Place(44, "Z", "low", moves=True)], k=3).svg("alt")
    assert len(drawings.shapes(svg, "rect", fill=FILM)) == 2
    second = drawings.shapes(svg, "rect", fill=MUTED)[0]
    assert float(second.get("width")) == pytest.approx(230 * 0.6309, abs=0.1)  # 1 / log2(3)
    words = drawings.words(svg)
    assert [word for word in words if "★" in word] == ["1.00  ★ hidden rave", "0.50  ★ hidden rave", "★ not counted"]
    assert words[-3:] == ["…44", "rated 1 to 3 ↕", "K = 3"]


def test_a_list_is_set_against_as_many_random_ones_as_a_hit_takes():
    plot = plot_against_chance([True, False, True, *[False] * 7], 10, 1642, "the writer's")
    assert plot.caption == (
        "Untrained gossip found 2 of the writer's 10 hidden raves with one list of 10 films. A list drawn at random "
        "finds 0.06 on average, so it takes about 16 to expect a single hit."
    )
    (ax,) = plot.figure.axes
    assert len(ax.patches) == 170
    said = [text.get_text() for text in ax.texts]
    assert said.count("★") == 2 and said.count("☆") == 1
    assert "16 lists drawn at random: one ☆ among them all, on average" in said
