import pytest
import torch

from course_lib.graph import adjacency
from course_lib.influence import mute, path_ledger
from course_lib.interactions import Interactions
from course_lib.lightgcn import LightGCN
from course_lib.party import TOPICS, little_party
from course_lib.recommendation import scorer
from course_lib.widgets.between import NOBODY, BetweenWidget


@pytest.fixture(params=["dot", "cosine"])
def widget(request):
    party = little_party()
    model = LightGCN(4, 5, 8, n_layers=3, scoring=request.param)
    return BetweenWidget(model, adjacency(party), party, TOPICS, users=[0, 3])


def values(control):
    return [value for _, value in control.options]


def score_of(widget) -> float:
    tags = widget._model(widget._graph)
    return float(scorer(*tags, widget._model.scoring)(torch.tensor([widget.guest.value]))[0, widget.film.value])


def test_films_on_offer_are_all_unseen_ones_by_score_and_the_raves(widget):
    raved = little_party().items_of(0).tolist()
    assert values(widget.film)[-2:] == raved
    unseen = values(widget.film)[:-2]
    scores = scorer(*widget._model(widget._graph), widget._model.scoring)(torch.tensor([0]))[0]
    assert sorted(unseen) == [2, 3, 4]
    assert unseen == sorted(unseen, key=lambda item: -scores[item])
    assert widget.film.value == unseen[0]


def test_the_bars_are_the_ledger(widget):
    widget.film.value = 2  # Ada - Alien or Brazil - Ben - Casablanca
    ledger = path_ledger(widget._graph, 4, 0, 2)
    bars = [bar.get_width() for bar in widget._axes[0].patches]
    assert bars == pytest.approx([1000 * weight for weight in ledger["weight"]])
    labels = [label.get_text() for label in widget._axes[0].get_yticklabels()]
    assert sorted(labels) == ["Alien, guest 1", "Brazil, guest 1", "all 0 others"]
    assert f"2 walks, together {1000 * ledger['weight'].sum():.1f} thousandths" in widget.summary()


def test_a_rave_is_a_walk_of_its_own_and_nobody_is_their_own_peer(widget):
    widget.film.value = 0  # d = 2 and 2, so the loudness is 1/2
    assert "loudest: the rave itself" in widget.summary()
    assert widget._axes[0].patches[0].get_width() == pytest.approx(500)
    assert 0 not in values(widget.peer)


def test_where_no_walk_leads_the_summary_says_so(widget):
    widget.film.value = 4  # Emma: only Dev raved about it, six hops from Ada
    assert "No walk of 1 or 3 hops" in widget.summary() and values(widget.peer) == [NOBODY]


def test_the_parts_by_hop_sum_to_the_score(widget):
    for guest in values(widget.guest):
        widget.guest.value = guest
        for film in values(widget.film):
            widget.film.value = film
            drawn = [bar.get_width() for bar in widget._axes[1].patches]
            assert drawn == pytest.approx(widget.by_hop()) and sum(drawn) == pytest.approx(score_of(widget), abs=1e-6)
            assert TOPICS[film] in widget.summary()


def test_muting_a_peer_empties_their_walks_and_moves_the_score(widget):
    widget.film.value = 2
    assert values(widget.peer) == [1, NOBODY]
    widget.peer.value = NOBODY
    assert widget.muted() == pytest.approx((score_of(widget),) * 3, abs=1e-6)
    quiet, picture = widget.summary(), widget.view.value
    widget.peer.value = 1
    assert widget.muted() == mute(widget._model, widget._graph, 1, 0, 2)
    assert [bar.get_facecolor()[:3] == (1, 1, 1) for bar in widget._axes[0].patches] == [True, True, False]
    assert [line.get_xdata()[0] for line in widget._axes[2].lines] == pytest.approx(list(widget.muted()))
    assert widget.summary().startswith(quiet) and "Guest 1's share of the score is" in widget.summary()
    assert widget.view.value != picture


def test_another_guest_brings_other_films_and_peers(widget):
    before = widget.view.value
    widget.guest.value = 3
    assert values(widget.film)[-2:] == little_party().items_of(3).tolist()
    assert widget.view.value != before and 3 not in values(widget.peer)


def test_twins_and_bad_guests(widget):
    assert widget._repr_mimebundle_()["text/plain"] == widget.summary()
    silent = Interactions(torch.tensor([0]), torch.tensor([0]), 2, 2)
    for users in ([0, 1], []):
        with pytest.raises(ValueError, match="needs a like"):
            BetweenWidget(LightGCN(2, 2, 4), adjacency(silent), silent, ["a", "b"], users)
