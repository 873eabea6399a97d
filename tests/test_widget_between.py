"""Between a guest and a film: what is drawn is the ledger, the parts sum to the score, and a muted peer is gone."""

import pytest
import torch

from course_lib.graph import adjacency
from course_lib.influence import mute, path_ledger
from course_lib.interactions import Interactions
from course_lib.lightgcn import LightGCN
from course_lib.party import TOPICS, little_party
from course_lib.widgets.between import BetweenWidget
from tests.drawings import words


@pytest.fixture(params=["dot", "cosine"])
def model(request) -> LightGCN:
    return LightGCN(4, 5, 8, n_layers=3, scoring=request.param)


@pytest.fixture
def widget(model) -> BetweenWidget:
    party = little_party()
    return BetweenWidget(model, adjacency(party), party, TOPICS, users=[0, 3])


def choose(widget: BetweenWidget, item: int) -> None:
    """Press the button that stands for a film of the guest on screen."""
    widget.film.value = next(place for place in widget.film.options if film_at(widget, place) == item)


def film_at(widget: BetweenWidget, place: str) -> int:
    widget.film.value = place
    return widget.pair()[1]


def score_of(model: LightGCN, user: int, item: int) -> float:
    return float(model.scorer(adjacency(little_party()))(torch.tensor([user]))[0, item])


@pytest.mark.parametrize(("place", "user"), [(0, 0), (1, 3)])
def test_films_on_offer_are_the_best_unseen_ones_by_score_and_two_raves(widget, model, place, user):
    widget.guest.value = place
    assert widget.film.options == ("1", "2", "3", "rave 1", "rave 2")
    films = [film_at(widget, name) for name in widget.film.options]
    raved = little_party().items_of(user).tolist()
    assert films[3:] == raved and set(films) == set(range(5))
    assert films[:3] == sorted(films[:3], key=lambda item: -score_of(model, user, item))


def test_every_walk_of_the_ledger_is_on_screen(widget):
    choose(widget, 2)  # Ada - Alien or Brazil - Ben - Casablanca
    widget.peer.value = "nobody"
    ledger = path_ledger(adjacency(little_party()), 4, 0, 2)
    told = words(widget.view.value)
    for weight in 1000 * ledger["weight"].iloc[:-1]:
        assert f"{weight:.3f}" in told
    assert {"Alien", "Brazil", "guest 1", "all 0 others"} <= set(told)
    assert f"2 walks, together {1000 * ledger['weight'].sum():.1f} thousandths" in widget.summary()
    assert widget.heard() == pytest.approx(ledger["weight"].sum()) and widget.n_walks() == 2
    assert widget.loudest() == pytest.approx(ledger["weight"].max())


def test_a_rave_is_a_walk_of_its_own_and_nobody_is_their_own_peer(widget):
    choose(widget, 0)  # d = 2 and 2, so the loudness is 1/2
    assert "loudest: the rave itself" in widget.summary() and "who raved about it" in widget.view.value
    assert widget.loudest() == pytest.approx(0.5)
    peers = set()
    for name in widget.peer.options:
        widget.peer.value = name
        peers.add(widget.muted_peer())
    assert peers == {1, None}


def test_where_no_walk_leads_the_summary_says_so(widget):
    choose(widget, 4)  # Emma: only Dev raved about it, six hops from Ada
    assert "No walk of 1 or 3 hops" in widget.summary() and widget.n_walks() == 0 and widget.loudest() == 0
    assert "Nobody is muted: there is no loudest peer on these walks." in widget.summary()


def test_the_parts_by_hop_sum_to_the_score(widget, model):
    for place in (0, 1):
        widget.guest.value = place
        for name in widget.film.options:
            widget.film.value = name
            user, item = widget.pair()
            assert sum(widget.by_hop()) == pytest.approx(score_of(model, user, item), abs=1e-6)
            told = words(widget.view.value)
            assert all(f"{part:+.2f}" in told for part in widget.by_hop())
            assert TOPICS[item] in widget.summary() and f"guest {user}" in widget.view.value


def test_muting_a_peer_empties_their_walks_and_moves_the_score(widget, model):
    choose(widget, 2)
    widget.peer.value = "nobody"
    assert widget.muted() == pytest.approx((score_of(model, 0, 2),) * 3, abs=1e-6)
    quiet, picture = widget.summary(), widget.view.value
    widget.peer.value = "loudest"
    assert widget.muted_peer() == 1 and widget.heard() == 0
    assert widget.muted() == mute(model, adjacency(little_party()), 1, 0, 2)
    assert widget.score_without() == widget.muted().muted
    assert sum(text.endswith(" muted") for text in words(widget.view.value)) == 2
    assert widget.summary().startswith(quiet.removesuffix(" Nobody is muted."))
    assert "Guest 1's share of the score is" in widget.summary() and widget.view.value != picture


def test_the_weights_on_screen_sum_to_the_ledger_when_more_walks_lead_over_the_peer_than_fit(split):
    model, graph = LightGCN(300, 500, 8, n_layers=3), adjacency(split.fit)
    widget = BetweenWidget(model, graph, split.fit, [f"film {i}" for i in range(500)], [5])
    told = words(widget.view.value)
    numbers = [float(text.removesuffix(" muted")) for text in told[: told.index("own tag")] if text[0].isdigit()
               and text.removesuffix(" muted").replace(".", "").isdigit()]  # fmt: skip
    assert len(numbers) == 10 and "more over" in " ".join(told)
    assert sum(numbers) == pytest.approx(1000 * widget.ledger()["weight"].sum(), abs=0.005)


def test_a_guest_without_a_like_is_refused():
    silent = Interactions(torch.tensor([0]), torch.tensor([0]), 2, 3)
    for users in ([0, 1], []):
        with pytest.raises(ValueError, match="needs a like"):
            BetweenWidget(LightGCN(2, 3, 4, 3), adjacency(silent), silent, ["a", "b", "c"], users)


def test_a_guest_who_raved_about_every_film_is_offered_raves_only():
    full = Interactions(torch.tensor([0, 0, 1]), torch.tensor([0, 1, 0]), 3, 2)
    widget = BetweenWidget(LightGCN(3, 2, 4, 3), adjacency(full), full, ["a", "b"], [0])
    assert widget.film.options == ("rave 1", "rave 2")
