"""The pictures of notebook 03 show what their captions say."""

import numpy as np
import pytest
import torch

from course_lib.classroom.lessons.n03_graph import films_changed_places
from course_lib.classroom.museum import shared_indices
from course_lib.graph import edge_index
from course_lib.party import GUESTS, TOPICS, little_party
from course_lib.plots import graph_views
from course_lib.plots.sketch import Sketch


@pytest.fixture
def sketches(monkeypatch) -> list[Sketch]:
    """What is drawn, as SVG: the sketches that are made."""
    made = []

    class Kept(Sketch):
        def __init__(self, *size: float) -> None:
            super().__init__(*size)
            made.append(self)

    monkeypatch.setattr(graph_views, "Sketch", Kept)
    return made


def filled(edges: torch.Tensor) -> torch.Tensor:
    return torch.zeros(9, 9).index_put_(tuple(edges), torch.ones(edges.size(1)), accumulate=True)


def test_two_films_join_ada_and_ben_and_none_joins_ada_and_dev():
    caption = graph_views.plot_between_guests(little_party(), GUESTS, TOPICS, 0, 1).caption
    assert caption == (
        "No line leads from Ada to Ben. But they share 2 films, Alien and Brazil, so 2 walks of two lines join them."
    )
    caption = graph_views.plot_between_guests(little_party(), GUESTS, TOPICS, 1, 2).caption
    assert caption.endswith("they share 1 film, Casablanca, so one walk of two lines joins them.")
    assert "share no film" in graph_views.plot_between_guests(little_party(), GUESTS, TOPICS, 0, 3).caption


def test_films_sit_after_the_guests(sketches):
    plot = graph_views.plot_seats(GUESTS, TOPICS)
    assert "up by 4" in plot.caption and "Alien is item 0 in the log and node 4" in plot.caption
    svg = sketches[0].svg("")
    assert svg.index("user 3") < svg.index("item 0") and ">8</text>" in svg and ">9</text>" not in svg


def test_a_row_and_its_column_are_told_for_any_guest():
    for row, raves in ((1, 3), (3, 2)):
        plot = graph_views.plot_row_and_column(edge_index(little_party()), 4, 9, row, "Ben", "Ben's")
        assert plot.caption.startswith(f"Ben's row {row} holds {raves} ones")
        far, near = plot.figure.axes
        along, down = (points.get_offsets().tolist() for points in far.collections)
        assert along == [place[::-1] for place in down] and len(along) == raves
        assert sum(len(points.get_offsets()) for points in near.collections) == 9


def test_without_the_offset_most_entries_are_in_the_wrong_block(sketches):
    party = little_party()
    plot = graph_views.plot_with_and_without(
        filled(edge_index(party)), filled(shared_indices(party)), 4, GUESTS, TOPICS
    )
    assert plot.caption == (
        "Without the offset 16 of 18 entries join a guest to a guest, 4 of 5 films hear nobody, and Ada hears Ada and "
        "Ben."
    )
    assert sketches[0].svg("").count(f'fill="{graph_views.ACCENT}"') == 10  # cells between two guests


def test_the_same_from_far_away():
    party = little_party()
    plot = graph_views.plot_offset(edge_index(party), shared_indices(party), 4, 9)
    assert plot.caption.startswith("Without the offset 89% of the lines join a guest to a guest, and 4 of 5 film nodes")
    assert [ax.get_title(loc="left") for ax in plot.figure.axes] == ["with + n_users", "without"]


def test_films_change_places_and_no_count_changes(sketches):
    plot = graph_views.plot_changed_lines(little_party(), films_changed_places(little_party()), GUESTS, TOPICS)
    assert "every node has as many lines as before" in plot.caption and "4 of the 9" in plot.caption
    assert sketches[0].svg("").count(f'stroke="{graph_views.ACCENT}"') == 4


def test_pieces_are_counted_by_kind():
    alone = graph_views.plot_pieces(np.array([0, 0, 1, 0, 0, 2]), n_users=3).caption
    assert (
        alone == "4 of 6 nodes hang together in one piece. 2 are outside, all of them alone, and 1 of those are films."
    )
    assert "some of them in 1 smaller piece" in graph_views.plot_pieces(np.array([0, 0, 1, 0, 0, 1]), 3).caption
