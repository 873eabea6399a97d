import re

import pytest

from course_lib.influence import film_shares
from course_lib.party import little_party
from course_lib.plots.gossip import blend, captions
from course_lib.widgets.little_party import LittlePartyWidget
from tests.drawings import alt, drawing, shapes, words


@pytest.fixture
def widget() -> LittlePartyWidget:
    return LittlePartyWidget()


def test_captions_name_the_films_on_a_tag():
    names = captions(film_shares(little_party(), 1))
    assert names[:4] == ["Ada\nA B", "Ben\nA B C", "Cleo\nC D", "Dev\nD E"] and names[6] == "Casablanca\nC"
    assert captions(film_shares(little_party(), 0))[0] == "Ada\n(empty)"


@pytest.mark.parametrize("n_rounds, ada, ben", [(0, [], []), (1, [], []), (2, [], []), (3, ["Casablanca"], ["Dune"])])
def test_what_is_new_to_a_guest(widget, n_rounds, ada, ben):
    widget.rounds.value = n_rounds
    news = dict(re.findall(r"New to (\w+): (.*)", widget.summary()))
    assert news.get("Ada", "") == ", ".join(ada) and news.get("Ben", "") == ", ".join(ben)


def test_every_page_has_the_colours_the_words_and_the_shapes_of_its_round(widget):
    (pages,) = widget.gossip.pages
    assert len(pages) == 4
    for n_rounds, page in enumerate(pages):
        widget.rounds.value = n_rounds
        assert alt(page) == widget.summary().replace("\n", " ")  # a line end in an attribute reads as a space
        assert widget.summary().startswith(f"After {n_rounds} round{'' if n_rounds == 1 else 's'} of gossip")
        assert widget.summary() in widget.view.value
        circles = [circle.get("fill") for circle in shapes(page, "circle")]
        squares = [square.get("fill") for square in shapes(page, "rect", width="50.0")]
        assert circles + squares == [blend(row) or "white" for row in film_shares(little_party(), n_rounds).numpy()]
        # The browser turns one page into the next shape by shape.
        assert [shape.tag for shape in drawing(page).iter()] == [shape.tag for shape in drawing(pages[0]).iter()]
    assert len(set(pages)) == 4


def test_a_page_shows_names_letters_and_raves(widget):
    page = widget.gossip.pages[0][3]
    assert "Ada: A B C" in words(page) and "Emma: D E" in words(page)
    assert "Ada: empty" in words(widget.gossip.pages[0][0])
    assert len(shapes(page, "polyline")) == 9


def test_the_default_tells_the_story(widget):
    assert widget.gossip.round == widget.rounds.value == 3
    assert "New to Ada: Casablanca" in widget.summary()
