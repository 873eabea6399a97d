"""The little party: it starts before any gossip, the pages turn, and the walks of the chosen guest's news light up."""

from math import sqrt

import numpy as np
import pytest

from course_lib.party import GUESTS, TOPICS
from course_lib.plots.colours import ACCENT, INK
from course_lib.plots.gossip import FILM_COLOURS, blend
from course_lib.widgets.little_party import LittlePartyWidget
from tests.drawings import alt, drawing, shapes, words


@pytest.fixture(scope="module")
def widget() -> LittlePartyWidget:
    return LittlePartyWidget()


def lit(page: str) -> list[list[str]]:
    """The points of each walk that is lit."""
    lines = shapes(page, "polyline", stroke=ACCENT)
    return [line.get("points").split() for line in lines if line.get("stroke-width") != "0"]


def test_it_starts_before_any_gossip():
    widget = LittlePartyWidget()
    assert widget.gossip.round == widget.rounds.value == widget.gossip.row == widget.guest.value == 0
    assert widget.summary().startswith("Before any gossip Ada's tag is empty. 9 raves join the 4 guests")


def test_the_picture_turns_in_the_browser_itself(monkeypatch):
    links = []
    monkeypatch.setattr("ipywidgets.jslink", lambda source, target: links.append((source, target)))
    widget = LittlePartyWidget()
    assert ((widget.rounds, "value"), (widget.gossip, "round")) in links
    assert ((widget.guest, "index"), (widget.gossip, "row")) in links


@pytest.mark.parametrize(
    ("n", "guest", "sentence"),
    [
        (1, 0, "Ada's tag is 50% Alien and 50% Brazil. Ada has raved about all of that, so nothing is new."),
        (2, 3, "Dev's tag is 41% Dune and 59% Emma. Dev has raved about all of that, so nothing is new."),
        (3, 0, "46% Alien, 46% Brazil and 8% Casablanca. The news came along Casablanca – Ben – Alien – Ada and "
               "Casablanca – Ben – Brazil – Ada."),
        (3, 1, "29% Casablanca and 4% Dune. The news came along Dune – Cleo – Casablanca – Ben."),
        (3, 2, "Alien – Ben – Casablanca – Cleo, Brazil – Ben – Casablanca – Cleo and Emma – Dev – Dune – Cleo."),
    ],
)  # fmt: skip
def test_the_chosen_guests_tag_is_told_and_what_is_new_with_its_walk(widget, n, guest, sentence):
    widget.rounds.value, widget.guest.value = n, guest
    assert widget.summary().endswith(sentence)


def test_every_page_has_the_colours_the_words_and_the_shapes_of_its_round(widget):
    tree = [shape.tag for shape in drawing(widget.gossip.pages[0][0]).iter()]
    for guest, pages in enumerate(widget.gossip.pages):
        for n_rounds, page in enumerate(pages):
            widget.rounds.value, widget.guest.value = n_rounds, guest
            assert alt(page) == widget.summary()
            assert [circle.get("fill") for circle in shapes(page, "circle")] == ["white"] * 4
            squares = [square.get("fill") for square in shapes(page, "rect", width="50.0")]
            assert squares == list(FILM_COLOURS)
            assert [shape.tag for shape in drawing(page).iter()] == tree  # the browser turns pages shape by shape
    assert len({page for pages in widget.gossip.pages for page in pages}) == 16


def test_when_casablanca_arrives_both_its_walks_light_up_and_only_then(widget):
    ada, _, cleo, _ = widget.gossip.pages
    assert [lit(page) for page in ada[:3]] == [[], [], []] and len(lit(cleo[3])) == 3
    walks = lit(ada[3])
    circles = [(shape.get("cx"), shape.get("cy")) for shape in shapes(ada[3], "circle")]
    squares = [(float(s.get("x")) + 25, float(s.get("y")) + 25) for s in shapes(ada[3], "rect", width="50.0")]
    stations = [*circles, *(tuple(f"{value:.1f}" for value in square) for square in squares)]
    names = [*GUESTS, *TOPICS]
    told = [" – ".join(names[stations.index(tuple(point.split(",")))] for point in walk) for walk in walks]
    assert told == ["Casablanca – Ben – Alien – Ada", "Casablanca – Ben – Brazil – Ada"]


def test_what_is_told_in_a_round_is_what_was_heard_in_the_one_before(widget):
    told = widget.gossip.told
    assert told[0] == [] and [len(lines) for lines in told[1:]] == [9, 9, 9]
    assert told[1] == [["", FILM_COLOURS[item]] for item in widget.party.item.tolist()]  # guests are empty
    assert all(guest and not film for guest, film in told[2])  # films gave everything away
    assert all(film and not guest for guest, film in told[3])
    dev = blend(np.array([0, 0, 0, 1 / 2, 1 / sqrt(2)]))  # with 2 raves he hears Dune (2 fans) and Emma (1 fan)
    assert [told[2][line][0] for line in widget.party.user.eq(3).nonzero().flatten()] == [dev, dev]


def test_a_page_shows_names_letters_and_raves(widget):
    page = widget.gossip.pages[0][3]
    assert {"Ada: A B +C", "Cleo: C D +A +B +E", "Emma: D E"} <= set(words(page))
    framed = [piece for piece in shapes(page, "rect", stroke=INK) if piece.get("stroke-width") == "2"]
    assert len(framed) == 1 + 1 + 3 + 1  # what is new to Ada, Ben, Cleo and Dev; films hear nothing in round 3
    assert {"Ada: empty", "Alien: A"} <= set(words(widget.gossip.pages[0][0]))
    assert len(shapes(page, "polyline")) == 9 + 3


def test_as_a_picture_it_has_its_words_as_caption(widget):
    plot = widget.plot(3)
    assert plot.caption.endswith("and Casablanca – Ben – Brazil – Ada.") and plot.figure


def test_a_film_arrives_after_as_many_rounds_as_there_are_lines(widget):
    assert widget.arrival("Ada", "Alien") == 1 and widget.arrival("Ada", "Casablanca") == 3


def test_without_a_kernel_its_rounds_stand_below_each_other_each_with_its_words(monkeypatch):
    shown = []
    monkeypatch.setattr("course_lib.widgets.live.display", lambda data, **_: shown.append(data))
    widget = LittlePartyWidget()
    widget._ipython_display_()
    pictures, captions = [data for data in shown if "image/png" in data], shown[2:-1:2]
    assert [data["text/plain"] for data in captions] == [widget.plot(n).caption for n in (1, 2, 3)]
    assert [data["text/plain"] for data in pictures] == [data["text/plain"] for data in captions]
    assert all("text/markdown" in data for data in captions) and shown[0]["text/plain"] == widget.summary()
