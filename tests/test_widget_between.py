"""All walks from a guest to a film: what is drawn is the ledger, and whoever stays at home is gone from the party."""

import pytest
import torch

from course_lib.baselines import untrained_gossip
from course_lib.graph import adjacency
from course_lib.influence import path_ledger, place_of, without_users
from course_lib.party import GUESTS, TOPICS, little_party
from course_lib.widgets.between import ALL, NOBODY, BetweenWidget
from tests.drawings import words


@pytest.fixture
def widget() -> BetweenWidget:
    return BetweenWidget(little_party(), 0, "Ada", TOPICS, GUESTS, [2])  # Ada - Alien or Brazil - Ben - Casablanca


@pytest.fixture(scope="module")
def large(split) -> BetweenWidget:
    best = untrained_gossip(split.fit)(torch.tensor([7]))[0].index_fill(0, split.fit.items_of(7), 0).topk(3).indices
    titles, names = [f"film {i}" for i in range(500)], [f"guest {i}" for i in range(300)]
    return BetweenWidget(split.fit, 7, "the cook", titles, names, best.tolist())


def test_every_film_and_peer_in_between_is_named_with_what_it_carries(widget):
    told = words(widget.view.value)
    assert [told[told.index(name) + 1] for name in ("Alien", "Brazil", "Ben")] == ["50%", "50%", "100%"]
    assert "2 walks through 1 peer bring Casablanca to Ada. It's on place 1 of the list." in widget.summary()
    ledger = path_ledger(adjacency(little_party()), 4, 0, 2)
    assert widget.heard() == pytest.approx(1000 * ledger["weight"].sum()) and widget.n_walks() == 2


def test_without_the_only_peer_nothing_is_left(widget):
    widget.away.value = 1
    assert widget.absent() == [1] and widget.heard() == 0 and widget.carried() == pytest.approx(1)
    assert "Ben carried 100.0%. Without them 100.0% less is heard" in widget.summary()
    assert "Ben, at home" in words(widget.view.value)


@pytest.mark.parametrize("away", [1, 4, ALL])
def test_whoever_stays_at_home_is_gone_from_the_party(large, split, away):
    large.film.value, large.away.value = 1, away
    item, absent = large._items[1], large.absent()
    assert len(absent) == (6 if away == ALL else 1)
    fewer = without_users(split.fit, absent)
    scores = untrained_gossip(fewer)(torch.tensor([7]))[0]
    assert large.heard() == pytest.approx(1000 * scores[item].item(), rel=1e-4)
    assert large.place() == place_of(scores, item, split.fit.items_of(7))
    assert large.summary().endswith(f"{large.place()}.") and f"place {large.place()} ·" in words(large.view.value)[-1]
    large.away.value = NOBODY


def test_another_film_has_other_peers_and_begins_with_everybody(large):
    large.film.value, large.away.value = 0, 2
    first = [name for name, _ in large.away.options]
    large.film.value = 2
    assert large.away.value == NOBODY and large.absent() == []
    assert [name for name, _ in large.away.options] != first
    assert (first[0], first[-1], len(first)) == ("nobody", "all six", 8)
    assert large.n_walks() == len(large._ledgers[2]) - 1


def test_what_is_drawn_adds_up_to_all_walks(large):
    large.film.value = 0
    drawn = large._now[0]
    assert drawn.shape == (7, 7) and 1000 * drawn.sum().item() == pytest.approx(large.heard())
    shares = [float(text.strip("<%")) for text in words(large.view.value) if text.endswith("%")]
    assert len(shares) == 14 and sum(shares) == pytest.approx(200, abs=8)  # films, and peers


def test_a_film_that_no_walk_reaches_is_refused():
    for items in ([4], []):
        with pytest.raises(ValueError, match="each film on offer needs a walk over a peer"):
            BetweenWidget(little_party(), 0, "Ada", TOPICS, GUESTS, items)


def test_the_loudest_peer_comes_first_and_the_second_next(large, split):
    large.film.value, large.away.value = 1, NOBODY
    item = large._items[1]
    ledger = path_ledger(adjacency(split.fit), 300, 7, item, top=None)
    loud = ledger[ledger["peer"] >= 0].groupby("peer")["weight"].sum().sort_values(ascending=False)
    assert [name for name, _ in large.away.options[1:3]] == [f"guest {peer}" for peer in loud.index[:2]]
    whole = large.heard()
    assert whole == pytest.approx(1000 * loud.sum())
    for place in (1, 2):
        large.away.value = place
        assert large.absent() == [loud.index[place - 1]]
        assert large.carried() == pytest.approx(loud.iloc[place - 1] / loud.sum())
        left = large.heard() / whole
        carried = f"carried {large.carried():.1%}. Without them {1 - left:.1%} less is heard, and the film "
        assert f"Guest {large.absent()[0]} {carried}" in large.summary()
        assert f"they carried {large.carried():.1%} · {left:.1%} of the loudness is left" in words(large.view.value)[-1]
    large.away.value = NOBODY


def test_where_a_film_stood_before_is_told_of_this_film(large):
    places = []
    for film in range(3):
        large.film.value = film
        places.append(large.place())
        large.away.value = ALL
        before, now = places[-1], large.place()
        moved = f"stays on place {now}." if before == now else f"goes from place {before} to {now}."
        assert large.summary().endswith(moved)
        assert words(large.view.value)[-1].startswith(f"place {before} on the list → place {now} ·")
    assert len(set(places)) == 3


def test_who_is_not_drawn_by_name_is_counted(large):
    large.film.value = 0
    items, peers = large._paths[0]
    assert len(items) > 6 and len(peers) > 6
    told = words(large.view.value)
    assert f"{len(items) - 6} other raves" in told and f"{len(peers) - 6} other guests" in told
