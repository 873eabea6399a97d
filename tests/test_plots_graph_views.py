"""The pictures of notebook 03 show what their captions say."""

import pytest

from course_lib.classroom.museum import shared_indices
from course_lib.classroom.wrong_graphs import fans_swapped
from course_lib.graph import edge_index
from course_lib.party import GUESTS, TOPICS, little_party
from course_lib.plots import graph_views
from course_lib.plots.sketch import Sketch
from tests.drawings import words


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
    assert "number 0 in the table of raves, but in the graph Ada is node 0 and Alien node 4" in plot.caption
    svg = sketches[0].svg("")
    assert svg.index("user 3") < svg.index("item 0") and ">8</text>" in svg and ">9</text>" not in svg


def test_a_row_and_its_column_are_told_for_any_guest():
    for row, raves in ((1, 3), (3, 2)):
        plot = graph_views.plot_row_and_column(edge_index(little_party()), 4, 9, row, "Ben's")
        assert plot.caption == (f"Ben's row {row} holds {raves} ones, and column {row} holds the same {raves} again.")
        whole, strips = plot.figure.axes
        assert len(whole.collections[0].get_offsets()) == 18
        items = little_party().items_of(row).tolist()
        assert [strip.get_positions() for strip in strips.collections] == [[4 + item for item in items]] * 2
    one_way = edge_index(little_party())[:, :-1]  # Dev and Emma, without the way back
    assert "the same" in graph_views.plot_row_and_column(one_way, 4, 9, 1, "Ben's").caption
    assert "column 3 holds not the same 1 again" in graph_views.plot_row_and_column(one_way, 4, 9, 3, "Dev's").caption


def test_without_the_offset_films_are_piled_onto_guests():
    party = little_party()
    plot = graph_views.plot_wrong_lines(edge_index(party), shared_indices(party), 4, 9)
    assert plot.caption == (
        "Without the offset 89% of the lines join two guests, because most raves are about films that come early in "
        "the file, with numbers below 4. 4 of 5 films hear nobody, and with the offset 0."
    )
    dots = [[len(kind.get_offsets()) for kind in ax.collections] for ax in plot.figure.axes]
    assert dots == [[18, 0], [2, 16]]  # across, and between two of a kind


def test_on_a_shared_seat_somebody_elses_fans_speak(sketches):
    titles = [f"film {item}" for item in range(9)]
    plot = graph_views.plot_who_speaks(5, 4, titles, range(9))
    assert plot.caption == (
        "film 1 is item 1, so the list reads it from node 5. But without the offset it isn't its 1 fan who "
        "are heard there, it's the 5 fans of item 5, film 5."
    )
    drawn = {"item 0, 0 fans", "film 0", "4", "item 2, 2 fans", "6", "film 6", "item 6, 6 fans"}
    assert drawn <= set(words(sketches.pop().svg("")))
    plot = graph_views.plot_who_speaks(12, 4, titles, range(9))
    assert plot.caption.endswith("it's nobody.")
    assert "nobody" in words(sketches.pop().svg(""))


def test_films_swap_their_fans_and_no_count_changes(sketches):
    plot = graph_views.plot_changed_lines(little_party(), fans_swapped(little_party()), GUESTS, TOPICS)
    assert "every node has as many lines as before" in plot.caption and "4 of the 9" in plot.caption
    assert sketches[0].svg("").count(f'stroke="{graph_views.ACCENT}"') == 4
