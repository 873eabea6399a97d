"""How far gossip travels, against hand counts, matrix powers and parties without the peer."""

import pytest
import torch

from course_lib.graph import adjacency
from course_lib.influence import mean_cosine, mute, path_ledger, reach_by_hop, score_by_hop
from course_lib.interactions import Interactions
from course_lib.lightgcn import LightGCN
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


@pytest.mark.parametrize("scoring", ["dot", "cosine"])
@pytest.mark.parametrize("n_layers", [0, 1, 3])
def test_the_parts_of_a_score_sum_to_it(n_layers, scoring):
    party = little_party()
    graph, model = adjacency(party), LightGCN(4, 5, embedding_dim=8, n_layers=n_layers, scoring=scoring)
    user, item = torch.tensor([0, 1, 3]), torch.tensor([4, 0, 2])
    parts = score_by_hop(model, graph, user, item)
    scores = model.scorer(graph)(user)[torch.arange(3), item]
    assert parts.shape == (3, n_layers + 1)
    torch.testing.assert_close(parts.sum(dim=1), scores)


def test_own_tag_is_the_first_part():
    party = little_party()
    graph, model = adjacency(party), LightGCN(4, 5, embedding_dim=8, n_layers=2)
    item_tag = model(graph)[1][4]
    own = model.embedding.weight[0] @ item_tag / 3
    torch.testing.assert_close(score_by_hop(model, graph, torch.tensor([0]), torch.tensor([4]))[0, 0], own.detach())


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


@pytest.mark.parametrize("scoring", ["dot", "cosine"])
@pytest.mark.parametrize("n_layers", [0, 2, 3])
def test_muting_is_a_party_without_the_peer(split, n_layers, scoring):
    party = split.train
    model, graph = LightGCN(300, 500, 8, n_layers, scoring), adjacency(party)
    user, item, peer = 7, 20, 42
    keep = party.user != peer
    fewer = adjacency(Interactions(party.user[keep], party.item[keep], 300, 500))
    dense = graph.to_dense()
    dense[peer], dense[:, peer] = 0, 0
    graphs = graph, dense.to_sparse_csr(), fewer
    expected = [model.scorer(g)(torch.tensor([user]))[0, item].item() for g in graphs]
    assert list(mute(model, graph, peer, user, item)) == pytest.approx(expected, abs=1e-6)


def test_muting_by_hand():
    # One round: Ada hears Alien and Brazil; without Ben each of them has one fan, so their gossip gets louder.
    model, graph = LightGCN(3, 4, embedding_dim=1, n_layers=1), adjacency(paper_party())
    with torch.no_grad():
        model.embedding.weight[:] = torch.tensor([[0.0], [0.0], [2.0], [3.0], [5.0], [4.0], [0.0]])
    score, estimate, muted = mute(model, graph, peer=1, user=0, item=2)
    ada, casablanca = (3 + 5) / 2 / 2, (4 + 2 / 2**0.5) / 2
    assert score == pytest.approx(ada * casablanca) and estimate == pytest.approx(ada * casablanca)  # Ben's tag is 0
    assert muted == pytest.approx((3 + 5) / 2**0.5 / 2 * (4 + 2) / 2)


@pytest.mark.parametrize(
    ("who", "message"),
    [((0, 0, 0), "not their own peer, got 0"), ((3, 0, 0), "peer must be .* got 3"), ((1, 0, 4), "item must be .* 4")],
)
def test_muting_refuses_who_is_not_there(who, message):
    with pytest.raises(ValueError, match=message):
        mute(LightGCN(3, 4, 8, 2), adjacency(paper_party()), *who)


def test_mean_cosine():
    assert mean_cosine(torch.tensor([[1.0, 0], [2, 0], [0, 3]])) == pytest.approx(1 / 3)
    assert mean_cosine(torch.tensor([[1.0, 0], [-1, 0]])) == pytest.approx(-1)
    with pytest.raises(ValueError, match="row 1 is zero"):
        mean_cosine(torch.tensor([[1.0, 0], [0, 0]]))
    with pytest.raises(ValueError, match="at least two rows"):
        mean_cosine(torch.ones(1, 2))


@pytest.mark.parametrize(
    ("user", "item", "message"),
    [(3, 0, r"user must lie in \[0, 3\), got 3 to 3"), (0, -1, r"item must lie in \[0, 4\), got -1 to -1")],
)
def test_the_parts_of_a_score_are_refused_for_who_is_not_there(paper, user, item, message):
    model = LightGCN(3, 4, embedding_dim=8, n_layers=2)
    with pytest.raises(ValueError, match=message):
        score_by_hop(model, adjacency(paper), torch.tensor([user]), torch.tensor([item]))
