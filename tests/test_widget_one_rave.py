import itertools

import pytest
import torch
from matplotlib.patches import Rectangle

from course_lib.graph import edge_index
from course_lib.party import GUESTS, TOPICS, little_party
from course_lib.widgets.one_rave import OneRaveWidget


@pytest.fixture
def widget() -> OneRaveWidget:
    party = little_party()
    matrix = torch.zeros(9, 9)
    matrix[tuple(edge_index(party))] = 1
    return OneRaveWidget(party, matrix, GUESTS, TOPICS)


def frames(ax) -> list[tuple[float, float]]:
    """Lower corners (x, y) of the framed cells or rows."""
    return sorted(p.get_xy() for p in ax.patches if isinstance(p, Rectangle) and not p.get_fill())


def test_it_starts_with_a_rave(widget):
    assert widget.summary() == (
        "Ben is user 1 and node 1; Casablanca is item 2 and node 6. One rave: row 4 of the table, cells (1, 6) and "
        "(6, 1) of the matrix hold 1 and 1, and the edge is walked both ways, 1 → 6 and 6 → 1."
    )


def test_a_rave_is_framed_in_all_three(widget):
    widget.guest.value, widget.film.value = 3, 4  # Dev and Emma: the last row, node 8
    table, matrix, drawing = widget.axes
    assert len(frames(table)) == 1 and frames(table)[0][1] == pytest.approx(8 - 0.46)
    assert frames(matrix) == [(2.5, 7.5), (7.5, 2.5)]
    line = drawing.lines[-1]
    assert line.get_linestyle() == "-" and list(line.get_ydata()) == [3.5, 4]


def test_a_pair_that_is_no_rave_has_no_row_zeros_and_a_dashed_line(widget):
    widget.guest.value, widget.film.value = 0, 4  # Ada never raved about Emma
    table, matrix, drawing = widget.axes
    assert "No rave" in widget.summary() and "cells (0, 8) and (8, 0) of the matrix hold 0 and 0" in widget.summary()
    assert frames(table) == [] and "no such row" in [text.get_text() for text in table.texts]
    assert frames(matrix) == [(-0.5, 7.5), (7.5, -0.5)]
    assert drawing.lines[-1].get_linestyle() == "--"


def test_every_pair_can_be_chosen_and_nine_are_raves(widget):
    words = []
    for widget.guest.value, widget.film.value in itertools.product(range(4), range(5)):
        words.append(widget.summary())
        assert widget.summary().split("→")[0][:40] in widget.view.value
    assert sum("One rave" in word for word in words) == 9
    assert len(set(words)) == 20


def test_it_speaks_without_a_kernel(widget):
    bundle = widget._repr_mimebundle_()
    assert bundle["text/plain"] == widget.summary()
    assert bundle["image/png"] and "application/vnd.jupyter.widget-view+json" in bundle
