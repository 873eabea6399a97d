import itertools

import pytest
import torch

from course_lib.graph import edge_index
from course_lib.party import GUESTS, TOPICS, little_party
from course_lib.plots.colours import ACCENT, MUTED
from course_lib.plots.three_views import FILM_TINT, GUEST_TINT
from course_lib.widgets.one_rave import OneRaveWidget
from tests.drawings import shapes, words


@pytest.fixture
def widget() -> OneRaveWidget:
    party = little_party()
    matrix = torch.zeros(9, 9)
    matrix[tuple(edge_index(party))] = 1
    return OneRaveWidget(party, matrix, GUESTS, TOPICS)


def frames(view: str, width: str) -> list[tuple[float, float]]:
    """Upper left corners (x, y) of the framed rows of the table (206 wide) or cells of the matrix (28 wide)."""
    framed = shapes(view, "rect", fill="none", width=width)
    return [(float(frame.get("x")), float(frame.get("y"))) for frame in framed]


def test_what_it_shows_is_said_visibly_below(widget):
    shown = " ".join(word for word in words(widget.view.value) if "Ben is user 1" in word or "hold 1" in word)
    assert shown == widget.summary()


def test_it_starts_with_a_rave(widget):
    assert widget.summary() == (
        "Ben is user 1 and node 1, Casablanca is item 2 and node 6. Their rave is one row of the table and one line in "
        "the drawing, and the cells (1, 6) and (6, 1) of the matrix hold 1."
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
    assert len(shapes(view, "polyline", stroke=MUTED)) == 9 and len(shapes(view, "circle")) == 4


def test_the_rows_and_columns_of_the_chosen_are_tinted_in_their_colours(widget):
    for tint, node in ((GUEST_TINT, 1), (FILM_TINT, 6)):  # Ben and Casablanca
        row, column, key = shapes(widget.view.value, "rect", fill=tint)
        assert (row.get("width"), float(row.get("y"))) == ("252.0", 48 + 28 * node)
        assert (column.get("height"), float(column.get("x"))) == ("252.0", 338 + 28 * node)
        assert float(key.get("y")) > 48 + 28 * 9  # what the tint means stands below the matrix


def test_a_pair_that_is_no_rave_has_no_row_zeros_and_a_dashed_line(widget):
    widget.guest.value, widget.film.value = 0, 4  # Ada never raved about Emma
    view = widget.view.value
    assert "no such rave" in widget.summary() and "cells (0, 8) and (8, 0) of the matrix hold 0." in widget.summary()
    assert frames(view, "206.0") == [] and "no such row" in words(view)
    assert frames(view, "28.0") == [(338 + 28 * 8, 48), (338, 48 + 28 * 8)]
    (line,) = shapes(view, "polyline", stroke=ACCENT)
    assert line.get("stroke-dasharray")


def test_every_pair_can_be_chosen_and_nine_are_raves(widget):
    words = []
    for widget.guest.value, widget.film.value in itertools.product(range(4), range(5)):
        words.append(widget.summary())
        assert widget.summary() in widget.view.value
    assert sum("one row of the table" in word for word in words) == 9
    assert len(set(words)) == 20
