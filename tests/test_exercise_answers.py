"""Answers of exercises that are no function of the library agree with the library, or with a number from paper."""

import pytest
import torch

from course_lib.classroom.check.exercise import find
from course_lib.classroom.parties import random_party
from course_lib.graph import adjacency
from course_lib.influence import path_ledger
from course_lib.lightgcn import LightGCN
from course_lib.party import little_party, paper_party
from course_lib.recommendation import tag_parts


def test_a_newcomers_tag_is_that_of_fold_in():
    party, liked = random_party(), torch.tensor([1, 3, 4, 6])
    model, graph = LightGCN(6, 9, embedding_dim=5, n_layers=3), adjacency(party)
    layers = [tags[6:] for tags in model.layers(graph)]
    tag = find("08.new_tag").answer(layers, party.item_degree(), liked)
    torch.testing.assert_close(tag, model.fold_in(graph, liked)[0])


def test_on_paper_dora_hears_half_of_alien_and_of_casablanca():
    # Two raves, two fans each: 1 / sqrt(2 * 2). One round, tags 1, 2, 4, 8: (1/2 + 4/2) / 2.
    layers = [torch.tensor([[1.0], [2], [4], [8]])] * 2
    tag = find("08.new_tag").answer(layers, paper_party().item_degree(), torch.tensor([0, 2]))
    assert tag.item() == pytest.approx(1.25)


def test_what_a_score_loses_is_the_difference_of_two_scores_of_fold_in():
    liked, graph = [0, 2, 4], adjacency(little_party())
    model = LightGCN(4, 5, embedding_dim=6, n_layers=3, scoring="cosine")
    films, parts = tag_parts(model, graph, liked)
    film_tags = model(graph)[1].detach()
    newcomer = model.scorer(graph).newcomer
    scores = [newcomer(torch.tensor(raves))[3].item() for raves in (liked, [2, 4], [0, 4], [0, 2])]
    assert films.tolist() == liked
    loss = find("08.without_one").answer(parts[1:], film_tags[3])
    assert loss.tolist() == pytest.approx([scores[0] - without for without in scores[1:]], abs=1e-6)


def test_on_paper_a_score_may_lose_more_than_a_share_or_nothing_or_rise():
    cases = find("08.without_one").cases()
    loss = [find("08.without_one").answer(*cases[name]).tolist() for name in list(cases)[:2]]
    # Tag (1, 1), film (1, 0): cosine 1/√2. Without the first rave 0, without the second 1.
    assert loss == [pytest.approx([0.5**0.5, 0.5**0.5 - 1]), pytest.approx([0, 0, 0], abs=1e-6)]


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
    ledger = path_ledger(adjacency(party), n, guest, last - n, top=None).query("item == @film - @n and peer == @peer")
    weight = find("10.walk").answer(degree, [guest, film, peer, last]).item()
    assert weight == pytest.approx(ledger["weight"].item())
