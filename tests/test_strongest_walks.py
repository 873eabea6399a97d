"""The walk that brought a film: by the like whose walks are the loudest together, and by the loudest peer on it."""

import pytest
import torch

from course_lib.baselines import untrained_gossip
from course_lib.classroom.guest import writer
from course_lib.graph import adjacency
from course_lib.influence import heard_of, path_ledger, place_of, strongest_walks
from course_lib.party import TOPICS, little_party
from course_lib.tables import stored


def test_casablanca_comes_to_ada_through_ben():
    party = little_party()
    (walk,) = strongest_walks(adjacency(party), party.n_users, party.items_of(0), [TOPICS.index("Casablanca")])
    assert (TOPICS[walk.liked], walk.peer, TOPICS[walk.item]) == ("Alien", 1, "Casablanca")  # Brazil ties with Alien
    # Ada has 2 raves, Alien and Casablanca 2 fans each, Ben 3 raves.
    assert walk.weight == pytest.approx((2 * 2) ** -0.5 * (2 * 3) ** -0.5 * (3 * 2) ** -0.5)
    assert (walk.n_walks, walk.share) == (2, pytest.approx(0.5))


def test_a_film_three_steps_do_not_reach_is_left_out():
    party = little_party()
    assert strongest_walks(adjacency(party), party.n_users, party.items_of(0), [TOPICS.index("Emma")]) == []


@pytest.mark.parametrize("user", [3, 27, 120])
def test_it_is_found_in_the_ledger_of_all_walks(split, user):
    graph, n_users = adjacency(split.fit), split.fit.n_users
    liked = split.fit.items_of(user)
    fresh = [item for item in range(0, 500, 25) if item not in liked]
    for walk in strongest_walks(graph, n_users, liked, fresh):
        ledger = path_ledger(graph, n_users, user, walk.item, top=None).query("hops == 3 and peer != @user")
        by_like = ledger.groupby("item")["weight"].sum()
        through = ledger.query("item == @walk.liked")
        assert by_like[walk.liked] == pytest.approx(by_like.max(), rel=1e-4)
        assert walk.share == pytest.approx(by_like.max() / by_like.sum(), rel=1e-4)
        assert walk.weight == pytest.approx(through["weight"].max(), rel=1e-4)
        assert through.set_index("peer")["weight"][walk.peer] == pytest.approx(walk.weight, rel=1e-4)
        assert walk.n_walks == len(ledger)


def test_the_walks_of_a_new_guest_are_the_whole_score_of_untrained_gossip(split):
    liked, graph = [3, 50, 7, 120], adjacency(split.fit)
    scores = untrained_gossip(split.fit).newcomer(torch.tensor(liked))
    fresh = scores.index_fill(0, torch.tensor(liked), 0).topk(10).indices.tolist()
    through = 0
    for like in liked:  # with one like the walks through it are all there are, but for 1 / sqrt(n)
        through = through + untrained_gossip(split.fit).newcomer(torch.tensor([like])) / 2
    assert scores[fresh].tolist() == pytest.approx(through[fresh].tolist(), rel=1e-4)
    for walk in strongest_walks(graph, split.fit.n_users, liked, fresh):
        alone = untrained_gossip(split.fit).newcomer(torch.tensor([walk.liked]))[walk.item] / 2
        assert walk.share == pytest.approx(float(alone / scores[walk.item]), rel=1e-4)


def test_the_order_of_the_likes_does_not_matter_and_what_is_not_there_is_refused(split):
    graph, n_users = adjacency(split.fit), split.fit.n_users
    assert strongest_walks(graph, n_users, [9, 3, 70], [5, 6]) == strongest_walks(graph, n_users, [70, 9, 3], [5, 6])
    with pytest.raises(ValueError, match="an item must lie in"):
        strongest_walks(graph, n_users, [3], [500])
    with pytest.raises(ValueError, match="at least one like"):
        strongest_walks(graph, n_users, [], [3])


def test_what_notebook_10_says_of_the_writer(real_data, real_split):
    likes, guest = real_split.fit, writer(real_split)
    graph, film = adjacency(likes), real_data.films.set_index("title")["item_id"]
    contact, shining = real_split.item_indices(film[["Contact (1997)", "Shining, The (1980)"]]).tolist()
    ledger = path_ledger(graph, likes.n_users, guest.index, contact, top=None)
    assert len(ledger) - 1 == 1791, "nearly two thousand"
    assert round(100 * ledger["weight"].iloc[0] / ledger["weight"].sum()) == 2, "percent on the loudest"
    assert place_of(heard_of(graph, likes.n_users, guest.index), shining, guest.shown) == 21, "walks would leave it out"
    trained = stored("writer_lists").set_index("method").loc["LightGCN-softmax", "films"].split()
    assert str(film["Shining, The (1980)"]) in trained
