import numpy as np

from course_lib.party import GUESTS, TOPICS
from course_lib.plots.colours import ACCENT, FILM
from course_lib.plots.gossip import (
    FILM_COLOURS,
    blend,
    plot_by_rounds,
    plot_flow,
    plot_losses,
    plot_loudest,
    plot_message_passing,
    plot_party,
    plot_row_sums,
)
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


def test_party_draws_a_line_per_rave_and_circles_above_squares(paper):
    ax = plot_party(paper, GUESTS[:3], TOPICS[:4], labels=["2", "3", "1", "2", "2", "2", "0"])
    assert len(ax.lines) == 6
    heights = [float(nodes.get_offsets()[0][1]) for nodes in ax.collections]
    assert heights == [1, 1, 1, 0, 0, 0, 0]
    paths = [len(nodes.get_paths()[0].vertices) for nodes in ax.collections]
    assert len(set(paths[:3])) == len(set(paths[3:])) == 1 and paths[0] != paths[3]
    assert {"Ada", "Dune", "0", "3"} <= set(texts(ax))


def test_party_leaves_a_node_without_colour_empty(paper):
    ax = plot_party(paper, GUESTS[:3], TOPICS[:4], [None] * 3 + ["#112233"] * 4)
    assert np.allclose(ax.collections[0].get_facecolor()[0], 1)
    assert np.allclose(ax.collections[3].get_facecolor()[0][:3], [0x11 / 255, 0x22 / 255, 0x33 / 255])


def test_loudest_tells_raved_from_new_by_words_and_hatch():
    svg = plot_loudest(["Alien", "A" * 20 + " " + "b" * 30], [2.0, 1.0], [True, False]).svg("alt")
    bars = shapes(svg, "rect")
    assert [bar.get("width") for bar in bars] == ["330.0", "165.0", "165.0"]  # the last one is the hatch
    assert [bar.get("fill")[:4] for bar in bars] == [FILM[:4], ACCENT[:4], "url("]
    assert words(svg)[1:] == ["Alien", "2, raved", "A" * 20 + " …", "1, new"]


def test_loudest_says_so_where_nothing_has_arrived():
    assert words(plot_loudest([], [], []).svg("alt"))[-1] == "nothing has arrived yet"


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


def test_by_rounds_labels_each_line_at_its_end():
    ax = plot_by_rounds({"none": {1: 0, 3: 5}, "symmetric": {1: 1, 3: 9}}, "films")
    assert [line.get_ydata()[-1] for line in ax.lines] == [5, 9]
    assert texts(ax) == ["none", "symmetric"]
    assert ax.get_ylabel() == "films" and list(ax.get_xticks()) == [1, 3]


def test_row_sums_draws_every_node_and_the_line_at_one():
    ax = plot_row_sums(np.array([1, 2, 3]), np.array([0.5, 1.0, 2.0]), np.array([True, False, True]))
    films, guests = ax.collections
    assert films.get_offsets().tolist() == [[2, 1]] and guests.get_offsets().tolist() == [[1, 0.5], [3, 2]]
    assert list(ax.lines[0].get_ydata()) == [1, 1]


def test_losses_draws_a_line_per_run_and_the_lower_label_below():
    ax = plot_losses({"plain": [[3, 1], [3, 1.5]], "weighted": [[2, 1.9], [2, 1.8]]})
    assert len(ax.lines) == 4
    plain, weighted = ax.texts
    assert plain.xy == (2, 1.25) and plain.xyann[1] < 0 < weighted.xyann[1]


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
