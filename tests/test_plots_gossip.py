import numpy as np

from course_lib.party import GUESTS, TOPICS
from course_lib.plots.gossip import plot_by_rounds, plot_flow, plot_losses, plot_loudest, plot_party, plot_row_sums
from course_lib.plots.style import FILM, new_axes


def texts(ax) -> list[str]:
    return [text.get_text() for text in ax.texts]


def test_flow_has_a_box_per_step_and_an_arrow_between_each_two():
    ax = plot_flow({"load": "100 ratings", "graph": "3 guests", "gossip": "2 rounds"})
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
    ax = plot_loudest(["Alien", "A" * 20 + " " + "b" * 30], [2.0, 1.0], [True, False])
    assert [bar.get_width() for bar in ax.patches] == [2, 1]
    assert [bar.get_hatch() for bar in ax.patches] == ["", "//"]
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert labels == ["Alien, raved", "A" * 20 + " …, new"]
    bottom, top = ax.get_ylim()
    assert bottom > top  # the first bar is on top


def test_loudest_draws_an_empty_list():
    assert len(plot_loudest([], [], []).patches) == 0


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


def test_plots_draw_on_the_axes_they_are_given(paper):
    left, right = new_axes(6, 3, ncols=2)
    assert plot_party(paper, GUESTS[:3], TOPICS[:4], ax=left) is left
    assert plot_loudest(["Alien"], [1.0], [True], ax=right) is right
    assert right.patches[0].get_facecolor()[:3] == tuple(int(FILM[k : k + 2], 16) / 255 for k in (1, 3, 5))
