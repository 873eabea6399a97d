import pytest
import torch

from course_lib.graph import adjacency
from course_lib.interactions import Interactions
from course_lib.lightgcn import LightGCN
from course_lib.party import TOPICS, little_party
from course_lib.recommendation import films_between, scorer
from course_lib.widgets.between import BetweenWidget


@pytest.fixture
def widget():
    party = little_party()
    return BetweenWidget(LightGCN(4, 5, 8, n_layers=3), adjacency(party), party, TOPICS, users=[0, 3])


def values(dropdown):
    return [value for _, value in dropdown.options]


def test_films_on_offer_are_all_unseen_ones_by_score_and_the_raves(widget):
    party = little_party()
    raved = party.items_of(0).tolist()
    assert values(widget.film)[-2:] == raved
    unseen = values(widget.film)[:-2]
    scores = scorer(*widget._model(widget._graph))(torch.tensor([0]))[0]
    assert sorted(unseen) == [2, 3, 4]
    assert unseen == sorted(unseen, key=lambda item: -scores[item])
    assert widget.film.value == unseen[0]


def test_three_hops_are_films_between(widget):
    widget.film.value = 2  # Ada - Alien or Brazil - Ben - Casablanca
    table = films_between(widget._graph, 4, 0, 2)
    bars = [bar.get_width() for bar in widget._axes[0].patches]
    assert bars == pytest.approx([1000 * weight for weight in table["weight"]])
    assert "3 hops: 2 of the guest's 2 raves carry gossip" in widget.summary()
    assert f"together {1000 * table['weight'].sum():.1f} thousandths" in widget.summary()


def test_one_hop_is_the_rave_or_nothing(widget):
    widget.hops.value = 1
    assert "1 hop: no rave" in widget.summary()
    widget.film.value = 0  # d = 2 and 2, so the loudness is 1/2
    assert "1 hop: a rave, loudness 500.0 thousandths" in widget.summary()
    assert [bar.get_width() for bar in widget._axes[0].patches] == pytest.approx([500])


def test_another_guest_brings_other_films_and_a_score_that_sums(widget):
    before = widget.view.value
    widget.guest.value = 3
    assert values(widget.film)[-2:] == little_party().items_of(3).tolist()
    assert widget.view.value != before
    expected = scorer(*widget._model(widget._graph))(torch.tensor([3]))[0, widget.film.value]
    assert sum(widget._parts) == pytest.approx(float(expected), abs=1e-6)
    parts = [bar.get_width() for bar in widget._axes[1].patches]
    assert parts == pytest.approx(widget._parts)
    assert f"Score {sum(widget._parts):.2f}" in widget.summary()


def test_every_choice_draws(widget):
    for guest in values(widget.guest):
        widget.guest.value = guest
        for film in values(widget.film):
            widget.film.value = film
            for hops in (1, 3):
                widget.hops.value = hops
                assert TOPICS[film] in widget.summary()


def test_twins_and_bad_guests(widget):
    assert widget._repr_mimebundle_()["text/plain"] == widget.summary()
    silent = Interactions(torch.tensor([0]), torch.tensor([0]), 2, 2)
    for users in ([0, 1], []):
        with pytest.raises(ValueError, match="needs a like"):
            BetweenWidget(LightGCN(2, 2, 4), adjacency(silent), silent, ["a", "b"], users)
