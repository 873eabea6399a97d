import itertools

import pytest

from course_lib.classroom.wrong_graphs import COUNTS, fans_swapped, ruined_lines
from course_lib.graph import edge_index
from course_lib.party import GUESTS, TOPICS, little_party
from course_lib.plots.colours import ACCENT, MUTED
from course_lib.plots.three_views import _FILM_CELL, _GUEST_CELL, FILM_TINT, GUEST_TINT, plot_rave
from course_lib.widgets.one_rave import OneRaveWidget
from tests.drawings import shapes, words


@pytest.fixture
def widget() -> OneRaveWidget:
    party = little_party()
    graphs = {
        "with": (edge_index(party), 4),
        "without": (ruined_lines(party), 0),
        "swapped": (edge_index(fans_swapped(party)), 4),
    }
    return OneRaveWidget(party, graphs, COUNTS, GUESTS, TOPICS)


def frames(view: str, width: str) -> list[tuple[float, float]]:
    """Upper left corners (x, y) of the framed rows of the table (206 wide) or cells of the matrix (28 wide)."""
    framed = shapes(view, "rect", fill="none", width=width)
    return [(float(frame.get("x")), float(frame.get("y"))) for frame in framed]


def test_what_it_shows_is_said_visibly_below(widget):
    assert widget.view.value.endswith(f"<p>{widget.summary()}</p>")


def test_it_starts_with_a_rave_in_the_right_graph(widget):
    assert widget.summary() == (
        "Ben, node 1, and Casablanca, node 6, have a row in the table. In the matrix 1 stands at (1, 6) and (6, 1). "
        "Five of five films hear somebody, and three of three checks pass."
    )
    assert words(widget.view.value).count("✓") == 3


def test_without_the_offset_a_film_drops_onto_a_guest_and_the_line_bends_back(widget):
    widget.guest.value, widget.film.value, widget.lines.value = 1, 1, 1  # Ben and Brazil
    view = widget.view.value
    assert widget.summary() == (
        "Ben, node 1, and Brazil, node 1, have a row in the table. In the matrix 2 stands at (1, 1). One of five films "
        "hears somebody, and one of three checks passes."
    )
    (line,) = shapes(view, "polyline", stroke=ACCENT)
    points = line.get("points").split()
    assert points[0] == points[-1] and len(points) == 25
    assert frames(view, "28.0") == [(338 + 28, 48 + 28)] and words(view).count("✗") == 2


def test_swapped_fans_leave_the_cells_empty_and_every_check_content(widget):
    widget.guest.value, widget.film.value, widget.lines.value = 1, 0, 2  # Ben and Alien
    assert "have a row in the table. In the matrix 0 stands at (1, 4) and (4, 1)." in widget.summary()
    assert words(widget.view.value).count("✓") == 3
    (line,) = shapes(widget.view.value, "polyline", stroke=ACCENT)
    assert line.get("stroke-dasharray")


def test_as_a_plot_it_is_the_right_graph():
    plot = plot_rave(little_party(), GUESTS, TOPICS, 1, 2)
    assert plot.caption == (
        "Ben is user 1 and node 1, Casablanca is item 2 and node 6. Their rave is one row of the table, one line in "
        "the drawing, two columns of the edge index, and two ones in the matrix, at (1, 6) and (6, 1)."
    )


def test_a_rave_is_framed_in_all_three(widget):
    widget.guest.value, widget.film.value = 3, 4  # Dev and Emma: the last row, node 8
    view = widget.view.value
    assert frames(view, "206.0") == [(10, 48 + 30 + 31 * 8 - 15)]
    assert frames(view, "28.0") == [(338 + 28 * 8, 48 + 28 * 3), (338 + 28 * 3, 48 + 28 * 8)]
    (line,) = shapes(view, "polyline", stroke=ACCENT)
    assert line.get("stroke-dasharray") is None


def test_one_rave_is_in_all_three_views(widget):
    view = widget.view.value
    assert words(view).count("1  Ben") == 3 and "4  Emma" in words(view)
    assert words(view).count("1") == 18 + 1 + 1  # a one per rave and way, the column 1, the node 1
    assert len(shapes(view, "polyline", stroke=MUTED)) == 8 and len(shapes(view, "circle")) == 4


def test_the_rows_and_columns_of_the_chosen_are_tinted_and_their_ones_stand_out(widget):
    for tint, strong, node, n_ones in ((GUEST_TINT, _GUEST_CELL, 1, 6), (FILM_TINT, _FILM_CELL, 6, 2)):
        row, column = shapes(widget.view.value, "rect", fill=tint)
        assert (row.get("width"), float(row.get("y"))) == ("252.0", 48 + 28 * node)
        assert (column.get("height"), float(column.get("x"))) == ("252.0", 338 + 28 * node)
        assert len(shapes(widget.view.value, "rect", fill=strong)) == n_ones + 1  # and one in the key


def test_a_pair_that_is_no_rave_has_no_row_zeros_and_a_dashed_line(widget):
    widget.guest.value, widget.film.value = 0, 4  # Ada never raved about Emma
    view = widget.view.value
    assert "have no row in the table. In the matrix 0 stands at (0, 8) and (8, 0)." in widget.summary()
    assert frames(view, "206.0") == [] and "no such row" in words(view)
    assert frames(view, "28.0") == [(338 + 28 * 8, 48), (338, 48 + 28 * 8)]
    (line,) = shapes(view, "polyline", stroke=ACCENT)
    assert line.get("stroke-dasharray")


def test_every_pair_can_be_chosen_and_nine_are_raves(widget):
    told = []
    for widget.guest.value, widget.film.value in itertools.product(range(4), range(5)):
        told.append(widget.summary())
        assert widget.summary() in widget.view.value
    assert sum("have a row in the table" in line for line in told) == 9
    assert len(set(told)) == 20


def test_without_a_kernel_the_wrong_lines_stand_below_the_right_ones(widget, monkeypatch):
    shown = []
    monkeypatch.setattr("course_lib.widgets.live.display", lambda data, **_: shown.append(data))
    widget._ipython_display_()
    pictures = [data["text/plain"] for data in shown if "image/png" in data]
    assert pictures[0] == widget.summary() and "Brazil, node 1" in pictures[1] and len(pictures) == 2
    below = [data["text/plain"] for data in shown if "text/markdown" in data]
    assert below[:2] == pictures  # a sentence below each, not within it


def test_wrong_lines_are_red_in_the_key_and_a_shared_row_has_both_colours(widget):
    assert "joins two of a kind" not in words(widget.view.value)
    widget.guest.value, widget.film.value, widget.lines.value = 1, 1, 1
    view = widget.view.value
    assert "joins two of a kind" in words(view)
    assert [shapes(view, "rect", fill=tint)[0].get("height") for tint in (GUEST_TINT, FILM_TINT)] == ["28.0", "14.0"]
