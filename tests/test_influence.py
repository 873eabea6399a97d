"""How far gossip travels, against hand counts, matrix powers and parties without the peer."""

import pandas as pd
import pytest
import torch

from course_lib.baselines import popularity, untrained_gossip
from course_lib.evaluation import evaluate, top_k
from course_lib.graph import adjacency
from course_lib.influence import (
    ALONE,
    SUMMED,
    arrivals_at,
    bundle,
    carriers,
    heard_of,
    lists_by_hops,
    n_different,
    overlap_by_fans,
    path_ledger,
    place_of,
    reach_by_hop,
    shared_with_fans,
    strangers,
    strongest_walks,
    tags_by_round,
    weigh_peers,
    without_users,
)
from course_lib.interactions import Interactions
from course_lib.party import little_party, paper_party


def test_reach_by_hand():
    # Ada: films Alien, Brazil; peer Ben; with Ben also Casablanca. Cleo: Casablanca; Ben; all three. Dune has no fan.
    reach = reach_by_hop(paper_party(), max_hops=4)
    assert reach["ends_at"].tolist() == ["films", "guests", "films", "guests"]
    assert reach["mean_count"].tolist() == pytest.approx([(2 + 3 + 1) / 3, (1 + 2 + 1) / 3, 3, 2])
    assert reach["mean_share"].tolist() == pytest.approx([2 / 3, 2 / 3, 1, 1])


def test_reach_leaves_out_guests_without_a_rave_and_bad_input():
    lonely = Interactions(torch.tensor([0]), torch.tensor([0]), n_users=2, n_items=2)
    assert reach_by_hop(lonely, 2)["mean_count"].tolist() == [1, 0]
    with pytest.raises(ValueError, match="max_hops must be a whole number, at least 1, got 0"):
        reach_by_hop(lonely, 0)
    nothing = Interactions(torch.tensor([], dtype=torch.long), torch.tensor([], dtype=torch.long), 2, 2)
    with pytest.raises(ValueError, match="no like to walk along"):
        reach_by_hop(nothing)


def test_on_paper_a_fan_of_brazil_has_seven_twelfths_of_their_films_from_alien_and_casablanca():
    # Of Ada's films Alien is one of two, of Ben's Alien and Casablanca are two of three, and Cleo's is Casablanca.
    shared = shared_with_fans(paper_party(), torch.tensor([0, 2]))
    assert shared.tolist() == pytest.approx([(1 / 2 + 2 / 3) / 2, (1 / 2 + 2 / 3) / 2, (2 / 3 + 1) / 2, 0])
    assert shared_with_fans(paper_party(), torch.tensor([3])).tolist() == [0, 0, 0, 0]  # Dune has no fan
    with pytest.raises(ValueError, match="a liked item"):
        shared_with_fans(paper_party(), torch.tensor([4]))


def test_on_paper_ben_carries_casablanca_to_ada_through_both_of_her_films():
    ledger = path_ledger(adjacency(paper_party()), 3, user=0, item=2)
    walk = (2 * 2 * 2 * 3 * 3 * 2) ** -0.5  # degrees 2, 2, 3, 2; each but the ends twice
    assert ledger.to_dict("list") == {
        "hops": [3, 3, 0],
        "item": [0, 1, -1],
        "peer": [1, 1, -1],
        "n_walks": [1, 1, 0],
        "weight": pytest.approx([walk, walk, 0]),
    }


def test_on_paper_a_rave_is_the_strongest_walk_and_leads_back_through_the_guest_too():
    ledger = path_ledger(adjacency(paper_party()), 3, user=0, item=0)
    assert ledger["weight"].iloc[0] == pytest.approx(1 / 2) and ledger["hops"].tolist() == [1, 3, 3, 3, 3, 0]
    assert sorted(zip(ledger["item"][1:5], ledger["peer"][1:5], strict=True)) == [(0, 0), (0, 1), (1, 0), (1, 1)]


@pytest.mark.parametrize("top", [1, 20, None])
def test_the_walks_and_all_others_sum_to_the_entries_of_the_matrix_powers(split, top):
    graph = adjacency(split.train)
    dense = graph.to_dense().double()
    cube = dense @ dense @ dense
    for user, item in ((0, 0), (7, 499), (299, 123), (5, int(split.train.items_of(5)[0]))):
        one, three = dense[user, 300 + item].item(), cube[user, 300 + item].item()
        ledger = path_ledger(graph, 300, user, item, top=top)
        assert ledger["weight"].sum() == pytest.approx(one + three, rel=1e-5, abs=1e-9)
        rave = ledger.loc[ledger["hops"] == 1, "weight"]
        assert rave.tolist() == pytest.approx([one] if one else [], rel=1e-5)
        assert ledger["weight"].iloc[:-1].is_monotonic_decreasing
        assert len(ledger) - 1 == min(top or 10**6, int(ledger["n_walks"].sum()))
        for walk in ledger[ledger["hops"] == 3].itertuples():
            steps = (user, 300 + walk.item), (300 + walk.item, walk.peer), (walk.peer, 300 + item)
            assert walk.weight == pytest.approx(torch.tensor([dense[step].item() for step in steps]).prod().item())


def test_nothing_leads_to_a_film_without_raves():
    ledger = path_ledger(adjacency(paper_party()), 3, user=0, item=3)
    assert ledger[["n_walks", "weight"]].to_numpy().tolist() == [[0, 0]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"user": 3}, "user must be an index from 0 to 2, got 3"),
        ({"item": -1}, "item must be an index from 0 to 3, got -1"),
        ({"top": 0}, "top must be a whole number, at least 1, or None for all walks, got 0"),
    ],
)
def test_the_ledger_refuses_what_it_cannot_list(arguments, message):
    with pytest.raises(ValueError, match=message):
        path_ledger(adjacency(paper_party()), 3, **({"user": 0, "item": 0} | arguments))


def test_a_ledger_is_bundled_by_those_who_are_named():
    ledger = path_ledger(adjacency(little_party()), 4, user=0, item=2, top=None)  # over Alien or Brazil, and Ben
    assert carriers(ledger, "item") == [0, 1] and carriers(ledger, "peer") == [1]
    weight = ledger["weight"].iloc[0]
    torch.testing.assert_close(bundle(ledger, [1], [1]), torch.tensor([[weight, 0], [weight, 0]]).double())
    torch.testing.assert_close(bundle(ledger, [], []), torch.tensor([[2 * weight]]).double())
    nowhere = path_ledger(adjacency(little_party()), 4, 0, 4, top=None)
    assert carriers(nowhere, "peer") == [] and bundle(nowhere, [], []).tolist() == [[0]]


def test_carriers_are_ordered_by_the_sum_of_their_walks():
    ledger = pd.DataFrame({"peer": [4, 2, 7, 4, -1, -1], "weight": [0.3, 0.5, 0.9, 0.3, 0.8, 2.0]})
    assert carriers(ledger, "peer") == [7, 4, 2]


def test_whoever_stays_at_home_takes_their_likes_with_them():
    fewer = without_users(paper_party(), [1])
    assert fewer.sizes == (3, 4) and fewer.user.tolist() == [0, 0, 2] and fewer.item.tolist() == [0, 1, 2]
    with pytest.raises(ValueError, match="a user must be an index from 0 to 2, got 3"):
        without_users(paper_party(), [3])


def test_what_one_user_hears_is_their_row_of_untrained_gossip(split):
    row = untrained_gossip(split.fit)(torch.tensor([7]))[0]
    torch.testing.assert_close(heard_of(adjacency(split.fit), 300, 7), row)
    with pytest.raises(ValueError, match="user must be an index from 0 to 299, got 300"):
        heard_of(adjacency(split.fit), 300, 300)


def test_the_place_on_a_list_counts_unseen_films_that_score_higher():
    scores = torch.tensor([0.9, 0.5, 0.7, 0.6, 0.5])
    assert place_of(scores, 1, torch.tensor([0])) == 3 and place_of(scores, 2, torch.tensor([0])) == 1


def test_on_paper_nothing_is_heard_of_casablanca_without_ben():
    assert [part.tolist() for part in weigh_peers(paper_party(), 0, 2)] == [[1], [1], [1]]


def test_the_peers_weigh_what_a_party_without_them_has_lost(split):
    party, user = split.fit, 7
    item = int(party.item_degree().index_fill(0, party.items_of(user), 0).argmax())
    ledger = path_ledger(adjacency(party), 300, user, item, top=None)
    peers, whole = weigh_peers(party, user, item), ledger["weight"].sum()
    assert peers.peer.tolist() == sorted(set(ledger["peer"]) - {-1}) and (peers.lost < peers.share).all()
    by_peer = ledger.groupby("peer")["weight"].sum()
    assert peers.share.tolist() == pytest.approx((by_peer[peers.peer.tolist()] / whole).tolist(), rel=1e-4)
    for place in (0, len(peers.peer) // 2, -1):
        fewer = adjacency(without_users(party, [int(peers.peer[place])]))
        left = path_ledger(fewer, 300, user, item, top=None)["weight"].sum()
        assert peers.lost[place].item() == pytest.approx(1 - left / whole, abs=1e-5)


def test_peers_are_weighed_of_new_films_only():
    for user, item in ((0, 0), (0, 3)):  # a rave, and a film without a fan
        with pytest.raises(ValueError, match=f"no walk over a peer leads from item {item} to user {user}"):
            weigh_peers(paper_party(), user, item)


def test_lists_of_longer_walks_are_those_of_gossip_and_end_at_the_charts(split):
    lists = lists_by_hops(split.fit, split.test, max_hops=25)
    summed = lists[lists["rule"] == SUMMED].set_index("hops")["ndcg@10"]
    alone = lists[lists["rule"] == ALONE].set_index("hops")
    for hops in (3, 5, 7):
        gossip = evaluate(untrained_gossip(split.fit, hops), split.test, seen=split.fit, k=(10,))["ndcg@10"].mean()
        assert summed[hops] == pytest.approx(gossip, abs=0.001)
    assert summed[5] > alone.loc[5, "ndcg@10"] + 0.003  # the walks of three hops are still in it
    charts = evaluate(popularity(split.fit), split.test, seen=split.fit)["ndcg@10"].mean()
    assert alone.loc[25, "shared"] > 9 and alone.loc[25, "ndcg@10"] == pytest.approx(charts, abs=0.01)
    assert alone.loc[3, "shared"] < alone.loc[7, "shared"]
    block = adjacency(split.fit).to_dense()[:300, 300:]
    walks, everybody = block @ block.T @ block, torch.arange(300)
    tens = (top_k(of, everybody, split.fit, 10)[0].tolist() for of in (popularity(split.fit), walks.__getitem__))
    shared = [len(set(charts) & set(ten)) for charts, ten in zip(*tens, strict=True)]
    assert alone.loc[3, "shared"] == pytest.approx(sum(shared) / 300)


@pytest.mark.parametrize("n_users", [2, 5])
@pytest.mark.parametrize(
    "call",
    [lambda graph, n: path_ledger(graph, n, 0, 0), lambda graph, n: strongest_walks(graph, n, [0], [1]),
     lambda graph, n: heard_of(graph, n, 0)],
)  # fmt: skip
def test_another_number_of_users_than_the_graphs_is_refused_and_names_no_film_below_0(call, n_users):
    with pytest.raises(ValueError, match=f"the graph has other users than the first {n_users} of its nodes; take"):
        call(adjacency(paper_party()), n_users)


NOBODY = torch.tensor([], dtype=torch.int64)
NOT_A_TAG = torch.tensor([[1.0, 0], [0, torch.nan], [0, 1], [0, 1]])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda paper: score_of_one(paper, torch.tensor([-1])), r"a liked item must lie in \[0, 4\), got -1 to -1"),
        (lambda paper: score_of_one(paper, 99), "a guest must be an index from 0 to 2, got 99"),
        (lambda paper: score_of_one(paper, -1), "a guest must be an index from 0 to 2, got -1"),
        (lambda paper: score_of_one(paper, True), "a guest must be an index from 0 to 2, got True"),
        (lambda paper: arrivals_at(paper, "none", -1, [0]), "n_rounds must be a whole number, at least 0, got -1"),
        (lambda paper: strangers(paper, [99]), "liked must be of the kind Tensor, got list; make it one"),
        (lambda paper: strangers(paper, torch.tensor([99])), r"a liked item must lie in \[0, 4\), got 99 to 99"),
        (lambda paper: strangers(paper, paper.items_of(0), at_least="a"), "at_least must be a number at least 0"),
        (lambda paper: without_users(paper, [0.5]), "a user must be an index from 0 to 2, got 0.5"),
        (lambda paper: place_of(torch.ones(4), -1, torch.tensor([0])), "item must be an index from 0 to 3, got -1"),
        (lambda paper: place_of(torch.ones(4), 0, torch.tensor([4])), r"seen must lie in \[0, 4\), got 4 to 4"),
        (
            lambda paper: place_of(torch.tensor([1, 1, torch.nan]), 0, NOBODY),
            "scores must be numbers, got NaN for item 2",
        ),
        (lambda paper: overlap_by_fans(paper, NOT_A_TAG), "tags must be numbers, got NaN for item 1; look where"),
        (lambda paper: overlap_by_fans(paper, NOT_A_TAG[:3]), r"tags must be \(4, d\), one row per item, got \(3, 2\)"),
        (lambda paper: tags_by_round(paper, "none", 0.5), "n_rounds must be a whole number, at least 0, got 0.5"),
        (lambda paper: heard_of(adjacency(paper), 3, 0, -1), "n_rounds must be a whole number, at least 0, got -1"),
    ],
)
def test_who_and_what_is_not_there_is_refused_in_a_sentence(call, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        call(paper_party())


def score_of_one(party, guest):
    return arrivals_at(party, "none", 1, [guest])


def test_somebody_who_likes_nothing_hears_nothing():
    tags, _ = score_of_one(paper_party(), torch.tensor([], dtype=torch.int64))
    assert not torch.cat(tags).any()


def test_strangers_are_nobody_twice_and_share_little_with_each_other():
    # Four guests: two share film 0 with you; two share nothing, but everything with each other.
    user, item = torch.tensor([[0, 0], [0, 1], [1, 0], [1, 2], [2, 3], [2, 4], [3, 3], [3, 4]]).T
    party = Interactions(user, item, 4, 5)
    assert strangers(party, torch.tensor([0]), at_least=1) == [2, 0]  # 3 would share two films with 2
    assert strangers(party, torch.tensor([0]), n=9, at_least=1) == [2, 0, 1, 3]


def test_whoever_likes_too_few_is_asked_last():
    user, item = torch.tensor([[0, 1], [1, 0], [1, 2], [1, 3]]).T
    party = Interactions(user, item, 2, 4)
    assert strangers(party, torch.tensor([0]), n=1, at_least=1) == [0]  # shares nothing
    assert strangers(party, torch.tensor([0]), n=1, at_least=3) == [1]  # shares a film, and likes three
    assert strangers(party, torch.tensor([], dtype=torch.int64), n=1, at_least=1) == [1]  # of equals who likes more


def test_a_film_on_two_lists_is_one_film():
    seen = Interactions(torch.tensor([0]), torch.tensor([2]), 2, 3)
    arrived = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 0.0]])
    assert n_different(arrived, seen) == 2  # films 0 and 1; film 2 is no news for the one and has not reached the other
