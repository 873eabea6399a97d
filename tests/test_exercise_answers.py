"""Answers of exercises that are no function of the library agree with the library, or with a number from paper."""

import pytest
import torch

from course_lib.classroom.check.exercise import find
from course_lib.classroom.lessons.n08_recommendation import BAR
from course_lib.classroom.parties import random_party
from course_lib.graph import adjacency
from course_lib.influence import path_ledger
from course_lib.lightgcn import LightGCN
from course_lib.party import little_party, paper_party
from course_lib.recommendation import split_scores, tag_parts
from course_lib.what_if import places_lost


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


def test_what_is_beyond_the_average_are_the_shares_of_the_model_against_each_raves_mean():
    liked, graph = [0, 2, 4], adjacency(little_party())
    model = LightGCN(4, 5, embedding_dim=6, n_layers=3, scoring="cosine")
    _, parts = tag_parts(model, graph, liked)
    film_tags = model(graph)[1].detach()[[1, 3]]
    shares = split_scores(model, parts[1:], film_tags)
    beyond = find("08.beyond").answer(parts[1:], film_tags)
    torch.testing.assert_close(beyond, shares - shares.mean(dim=0))


def test_on_paper_two_raves_at_right_angles_speak_for_one_film_each():
    case = find("08.beyond").cases()["two raves at right angles"]
    # Tag (1, 1), films (1, 0) and (0.6, 0.8): shares 1/√2, 0 and 0.6/√2, 0.8/√2.
    by_hand = 0.5**0.5 * torch.tensor([[0.2, -0.4], [-0.2, 0.4]])
    torch.testing.assert_close(find("08.beyond").answer(*case), by_hand)


def test_the_bar_for_raves_that_are_missed_lies_between_what_stands_out_and_the_most_possible():
    exercise = find("08.missed")
    (case,) = exercise.cases().values()
    fallen = {}
    for guest in case[0]:
        lost = places_lost(*guest).float()
        shares = guest[1][guest[3]] @ guest[0].T
        rules = {"share": shares, "beyond": shares - shares.mean(dim=0), "most": lost}
        for name, table in rules.items():
            fallen.setdefault(name, []).append(float(lost.gather(1, table.argmax(dim=1)[:, None]).mean()))
    means = {name: sum(values) / len(values) for name, values in fallen.items()}
    assert (round(means["share"], 1), round(means["beyond"], 1)) == (4.5, 8.0)  # what the notebook says
    assert means["beyond"] < BAR < means["most"]


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
