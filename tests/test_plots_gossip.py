import numpy as np

from course_lib.party import GUESTS, TOPICS
from course_lib.plots.gossip import FILM_COLOURS, blend, plot_flow, plot_message_passing
from tests.drawings import shapes, words


def texts(ax) -> list[str]:
    return [text.get_text() for text in ax.texts]


def test_flow_has_a_box_per_step_and_an_arrow_between_each_two():
    plot = plot_flow({"load": "100 ratings", "graph": "3 guests", "gossip": "2 rounds"}, skipped="graph")
    (ax,) = plot.figure.axes
    assert plot.caption == "Three steps lead from 100 ratings to 2 rounds, and the one called “graph” was left out."
    assert [patch.get_linestyle() for patch in ax.patches] == ["-", "--", "-"]
    assert len(ax.patches) == 3
    assert [t for t in texts(ax) if t] == ["load", "100 ratings", "graph", "3 guests", "gossip", "2 rounds"]
    assert texts(ax).count("") == 2  # annotations without text are the arrows


def test_message_passing_draws_lines_as_thick_as_loud_and_strips_as_long_as_tags(paper):
    tags = np.zeros((7, 4))
    tags[0, :2], tags[2, 2] = (1, 1), 1  # Ada holds Alien and Brazil, Cleo Casablanca
    loud = np.array([0.5, 0.5, 0.25, 0.25, 0.25, 1])
    svg = plot_message_passing(paper, GUESTS[:3], TOPICS[:4], tags, "a title", loud).svg("alt")
    assert [line.get("stroke-width") for line in shapes(svg, "polyline")] == ["4", "4", "2.5", "2.5", "2.5", "7"]
    assert {"a title", "0.50", "1.00", "Ada: sum 2", "Ben: empty", "Cleo: sum 1"} <= set(words(svg))
    strips = [float(piece.get("width")) for piece in shapes(svg, "rect", height="20.0", stroke="white")]
    assert strips == [60, 60, 60]


def test_blend():
    assert blend(np.zeros(5)) is None
    assert blend(np.array([0, 0, 3.0, 0, 0])) == FILM_COLOURS[2]
    assert blend(np.array([1.0, 1, 0])) == "#9f9c74"  # half way from #3f90da to #ffa90e, and to even


def test_a_lit_walk_is_a_line_of_its_own_and_every_page_has_as_many(paper):
    tags = np.eye(7, 4)
    page, other = (
        plot_message_passing(paper, GUESTS[:3], TOPICS[:4], tags, "", lit=lit, n_lit=2).svg("alt")
        for lit in ([[0, 3, 1, 5]], [])
    )
    lines = shapes(page, "polyline")
    assert len(lines) == len(shapes(other, "polyline")) == 6 + 2
    assert [line.get("stroke-width") for line in lines[6:]] == ["7", "0"]
    ends = [line.get("points").split() for line in lines]
    assert ends[6][:2] == ends[0] and len(ends[6]) == 4  # along Ada's first rave, and on to Casablanca
