"""Answers of exercises that are no function of the library agree with the library, or with a number from paper."""

import pytest
import torch

from course_lib.checks.exercise import find
from course_lib.checks.graph import random_party
from course_lib.graph import adjacency
from course_lib.influence import path_ledger
from course_lib.lightgcn import LightGCN
from course_lib.party import little_party, paper_party
from course_lib.recommendation import explain, fold_in


def test_a_newcomers_tag_is_that_of_fold_in():
    party, liked = random_party(), torch.tensor([1, 3, 4, 6])
    model, graph = LightGCN(6, 9, embedding_dim=5), adjacency(party)
    layers = [tags[6:] for tags in model.layers(graph)]
    tag = find("08.new_tag").answer(layers, party.item_degree(), liked)
    torch.testing.assert_close(tag, fold_in(model, graph, liked)[0])


def test_on_paper_dora_hears_half_of_alien_and_of_casablanca():
    # Two raves, two fans each: 1 / sqrt(2 * 2). One round, tags 1, 2, 4, 8: (1/2 + 4/2) / 2.
    layers = [torch.tensor([[1.0], [2], [4], [8]])] * 2
    tag = find("08.new_tag").answer(layers, paper_party().item_degree(), torch.tensor([0, 2]))
    assert tag.item() == pytest.approx(1.25)


def test_what_a_score_loses_is_the_difference_of_two_scores_of_fold_in():
    party, liked = little_party(), [0, 2, 4]
    model, graph = LightGCN(4, 5, embedding_dim=6), adjacency(party)
    shares = explain(model, graph, liked, 3).query("item >= 0").set_index("item")["share"]
    loss = find("08.without_one").answer(torch.tensor([shares[item] for item in liked]))
    film = model(graph)[1][3].detach()
    whole = fold_in(model, graph, liked)[0] @ film
    for place in range(3):
        rest = fold_in(model, graph, liked[:place] + liked[place + 1 :])[0] @ film
        assert loss[place].item() == pytest.approx((whole - rest).item(), abs=1e-6)


def test_the_peers_carry_the_walks_of_the_ledger():
    party, user, item = random_party(), 2, 4
    S = adjacency(party).to_dense()[:6, 6:]
    ledger = path_ledger(adjacency(party), 6, user, item, top=None).query("hops == 3").groupby("peer")["weight"].sum()
    carried = find("10.carried").answer(S, user, item)
    assert carried.tolist() == pytest.approx(ledger.reindex(range(6), fill_value=0).tolist())


@pytest.mark.parametrize("case", ["Ada, Brazil, Ben, Casablanca on the paper party", "a walk on a random party"])
def test_a_walk_weighs_what_the_ledger_says(case):
    degree, (guest, film, peer, last) = find("10.walk").cases()[case]
    party = paper_party() if "paper" in case else random_party()
    n = party.n_users
    ledger = path_ledger(adjacency(party), n, guest, last - n, top=None).query("film == @film - @n and peer == @peer")
    weight = find("10.walk").answer(degree, [guest, film, peer, last]).item()
    assert weight == pytest.approx(ledger["weight"].item())
