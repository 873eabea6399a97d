import re
from math import sqrt

import pytest
import torch

from course_lib.baselines import untrained_gossip
from course_lib.party import little_party
from course_lib.widgets.little_party import COLOURS, LittlePartyWidget, blend, captions, film_shares

ADA, BEN, CASABLANCA_NODE = 0, 1, 4 + 2


@pytest.fixture
def widget() -> LittlePartyWidget:
    return LittlePartyWidget()


def test_before_any_gossip_films_are_pure_and_guests_empty():
    shares = film_shares(little_party(), 0)
    torch.testing.assert_close(shares, torch.cat([torch.zeros(4, 5), torch.eye(5)]))


def test_shares_by_hand():
    # Round 1: Dev, with 2 raves, hears Dune (2 fans) at 1/√4 and Emma (1 fan) at 1/√2.
    dev = film_shares(little_party(), 1)[3]
    loud = 1 / 2 + 1 / sqrt(2)
    torch.testing.assert_close(dev, torch.tensor([0, 0, 0, 0.5 / loud, sqrt(0.5) / loud]))
    # Round 3: Ada holds Alien and Brazil at 1/2 + 5/12 each, and Casablanca at (1/6 + 1/6)/2 = 1/6.
    ada = film_shares(little_party(), 3)[ADA]
    torch.testing.assert_close(ada, torch.tensor([11 / 24, 11 / 24, 2 / 24, 0, 0]))


def test_shares_are_in_the_proportions_of_untrained_gossip():
    scores = untrained_gossip(little_party(), n_layers=3)(torch.arange(4))
    torch.testing.assert_close(film_shares(little_party(), 3)[:4], scores / scores.sum(dim=1, keepdim=True))


def test_blend():
    assert blend(torch.zeros(5)) is None
    assert blend(torch.tensor([0, 0, 1.0, 0, 0])) == COLOURS[2]
    assert blend(torch.tensor([0.5, 0.5]), ("#000000", "#ff8000")) == "#804000"


def test_captions_name_the_films_on_a_tag():
    names = captions(film_shares(little_party(), 1))
    assert names[:4] == ["Ada\nA B", "Ben\nA B C", "Cleo\nC D", "Dev\nD E"] and names[6] == "Casablanca\nC"
    assert captions(film_shares(little_party(), 0))[ADA] == "Ada\n(empty)"


@pytest.mark.parametrize("n_rounds, ada, ben", [(0, [], []), (1, [], []), (2, [], []), (3, ["Casablanca"], ["Dune"])])
def test_what_is_new_to_a_guest(widget, n_rounds, ada, ben):
    widget.rounds.value = n_rounds
    assert widget.heard_of(ADA) == ada and widget.heard_of(BEN) == ben


def test_moving_the_slider_changes_words_view_and_picture(widget):
    seen = set()
    for n_rounds in range(4):
        widget.rounds.value = n_rounds
        assert widget.summary().startswith(f"After {n_rounds} round{'' if n_rounds == 1 else 's'} of gossip")
        assert widget.summary() in widget.text.value
        circles = re.findall(r'<circle [^>]*fill="([^"]+)"', widget.view.value)
        squares = re.findall(r'<rect [^>]*height="48" fill="([^"]+)"', widget.view.value)
        expected = [blend(row) or "white" for row in film_shares(little_party(), n_rounds)]
        assert circles + squares == expected
        seen.add(widget.view.value)
        assert widget.figure().axes[0].get_title(loc="left") == f"rounds of gossip: {n_rounds}"
    assert len(seen) == 4


def test_the_view_shows_names_raves_and_its_words(widget):
    assert widget.view.value.count("<line") == 9
    assert ">Casablanca<" in widget.view.value and 'role="img"' in widget.view.value


def test_the_default_tells_the_story_and_the_bundle_its_words(widget):
    bundle = widget._repr_mimebundle_()
    assert bundle["text/plain"] == widget.summary() and "New to Ada: Casablanca" in bundle["text/plain"]
    assert bundle["image/png"] and "application/vnd.jupyter.widget-view+json" in bundle


def test_the_number_field_moves_with_the_slider(widget):
    typed = widget.box.children[0].children[1]
    typed.value = 2
    assert widget.rounds.value == 2
