"""How much of each film reaches whom under each rule of loudness, and whose walks are loudest."""

import itertools
from math import sqrt

import pytest
import torch

from course_lib.baselines import untrained_gossip
from course_lib.influence import (
    RULES,
    arrivals,
    arrivals_at,
    film_shares,
    overlap_by_fans,
    strangers,
    tags_by_round,
)
from course_lib.party import little_party


def test_the_symmetric_rule_is_untrained_gossip(split):
    for n_rounds in (1, 3, 5):
        expected = untrained_gossip(split.fit, n_layers=n_rounds)(torch.arange(split.fit.n_users))
        torch.testing.assert_close(arrivals(split.fit, "symmetric", n_rounds)[n_rounds], expected)


def test_without_a_rule_walks_are_counted(paper):
    # Three steps from Cleo: Casablanca, then Cleo or Ben, then their films.
    counts = arrivals(paper, "none", 3)
    assert counts[0].sum() == 0
    assert counts[1].tolist() == paper.dense().tolist()
    assert counts[2].tolist() == counts[1].tolist()
    assert counts[3][2].tolist() == [1, 1, 1 + 2, 0]


def test_the_row_mean_is_an_average(paper):
    # Every odd round adds tags that sum to 1: an average of averages of one-hot tags.
    for n_rounds, arrived in enumerate(arrivals(paper, "row mean", 6)):
        torch.testing.assert_close(arrived.sum(dim=1), torch.full((3,), float((n_rounds + 1) // 2)))
    # Cleo: Casablanca, which averages Ben (1/3 each) and herself: (1/6, 1/6, 2/3), after 1 in round 1.
    torch.testing.assert_close(arrivals(paper, "row mean", 3)[3][2], torch.tensor([1 / 6, 1 / 6, 1 + 2 / 3, 0]))


def test_arrivals_refuse_an_unknown_rule(paper):
    with pytest.raises(ValueError, match="'symmetric', got 'loud'"):
        arrivals(paper, "loud", 3)


def test_arrivals_at_some_guests_are_their_rows_and_the_lists_by_hand(paper):
    tags, different = arrivals_at(paper, "none", 3, [2, 0])
    for n, arrived in enumerate(arrivals(paper, "none", 3)):
        assert tags[n].tolist() == arrived[[2, 0]].tolist()
    assert different == [0, 0, 0, 3]  # Ada is told Casablanca, Cleo Alien and Brazil; Dune reaches nobody


def test_somebody_new_hears_what_untrained_gossip_tells(split):
    liked = split.fit.items_of(7)
    tags, _ = arrivals_at(split.fit, "symmetric", 3, [liked])
    torch.testing.assert_close(tags[3][0], untrained_gossip(split.fit).newcomer(liked))
    assert tags[0].sum() == 0 and (tags[1][0] > 0).nonzero().squeeze(1).tolist() == sorted(liked.tolist())
    walks = arrivals_at(split.fit, "none", 3, [liked])[0][3][0]
    likes = split.fit.dense()
    expected = likes[:, liked].sum(dim=1) @ likes
    expected[liked] += 1
    torch.testing.assert_close(walks, expected)
    averages = arrivals_at(split.fit, "row mean", 5, [liked])[0]
    assert [round(float(tag.sum()), 4) for tag in averages] == [0, 1, 1, 2, 2, 3]
    assert arrivals_at(split.fit, "row mean", 1, [liked[:1]])[0][1].sum() == 1  # of one film alone


def test_in_even_rounds_nothing_new_arrives(split):
    different = arrivals_at(split.fit, "symmetric", 6, [0])[1]
    assert different[2] == different[1] and different[4] == different[3] and different[6] == different[5]
    assert different[1] == 0 < different[5] < different[3]


def test_strangers_share_little(paper, split):
    assert strangers(paper, paper.items_of(0), at_least=1) == [2, 1]  # Cleo and Ada share nothing
    likes = split.fit.dense()
    one, other = strangers(split.fit, split.fit.items_of(27))
    assert 27 not in (one, other) and one != other
    shared = likes @ likes[27]
    assert shared[one] == shared[split.fit.user_degree() >= 20].min()


def test_overlap_is_one_for_the_same_tag_and_by_shared_fans(paper):
    tags = torch.tensor([[1.0, 0], [2, 0], [0, 1], [0, 1]])  # Alien and Brazil, who have the same fans, share a tag
    table = overlap_by_fans(paper, tags, at_least=1).set_index("shared")
    assert table.loc["over 30 %", "pairs"] == 3 and table.loc["over 30 %", "overlap"] == pytest.approx(1 / 3)
    assert table.loc["over 30 %", "spread"] == pytest.approx(2**0.5 / 3)  # of 1, 0 and 0
    assert table["pairs"].sum() == 3  # Dune has no fan and is left out


def test_overlap_is_counted_pair_by_pair(split):
    tags = torch.randn(split.fit.n_items, 3, generator=torch.Generator().manual_seed(0))
    fans = [set(split.fit.user[split.fit.item == item].tolist()) for item in range(split.fit.n_items)]
    famous, found = [item for item in range(split.fit.n_items) if len(fans[item]) >= 20], {}
    for one, other in itertools.combinations(famous, 2):
        share = len(fans[one] & fans[other]) / len(fans[one] | fans[other])
        name = "none" if not share else next((f"{n - 10} to {n} %" for n in (20, 30) if n - 10 < 100 * share <= n), "")
        name = name or ("up to 10 %" if share <= 0.1 else "over 30 %")
        found.setdefault(name, []).append(float(torch.cosine_similarity(tags[one], tags[other], dim=0)))
    assert 20 in map(len, fans)  # as few as may be
    table = overlap_by_fans(split.fit, tags).set_index("shared")
    assert table["pairs"].to_dict() == {name: len(cosines) for name, cosines in found.items()} and len(found) >= 4
    for name, cosines in found.items():
        assert table.loc[name, "overlap"] == pytest.approx(sum(cosines) / len(cosines), abs=1e-5)


@pytest.mark.parametrize("rule", RULES)
def test_the_tags_of_the_little_party_are_the_arrivals(paper, rule):
    for tags, arrived in zip(tags_by_round(paper, rule, 6), arrivals(paper, rule, 6), strict=True):
        torch.testing.assert_close(tags[:3].float(), arrived)
    assert tags_by_round(paper, rule, 0)[0][3:].tolist() == torch.eye(4).tolist()  # films start with one-hot tags


def test_a_film_holds_what_its_fans_told_it(paper):
    # Casablanca after two rounds at full volume: itself, and what Ben (A, B, C) and Cleo (C) told it.
    assert tags_by_round(paper, "none", 2)[2][3 + 2].tolist() == [1, 1, 1 + 2, 0]


def test_before_any_gossip_films_are_pure_and_guests_empty():
    shares = film_shares(little_party(), 0)
    torch.testing.assert_close(shares, torch.cat([torch.zeros(4, 5), torch.eye(5)]))


def test_shares_by_hand():
    # Round 1: Dev, with 2 raves, hears Dune (2 fans) at 1/√4 and Emma (1 fan) at 1/√2.
    dev = film_shares(little_party(), 1)[3]
    loud = 1 / 2 + 1 / sqrt(2)
    torch.testing.assert_close(dev, torch.tensor([0, 0, 0, 0.5 / loud, sqrt(0.5) / loud]))
    # Round 3: Ada holds Alien and Brazil at 1/2 + 5/12 each, and Casablanca at (1/6 + 1/6)/2 = 1/6.
    ada = film_shares(little_party(), 3)[0]
    torch.testing.assert_close(ada, torch.tensor([11 / 24, 11 / 24, 2 / 24, 0, 0]))


def test_shares_are_in_the_proportions_of_untrained_gossip():
    scores = untrained_gossip(little_party(), n_layers=3)(torch.arange(4))
    torch.testing.assert_close(film_shares(little_party(), 3)[:4], scores / scores.sum(dim=1, keepdim=True))


def test_the_guests_part_is_the_same_found_from_either_end(split):
    for rule in RULES:
        whole = tags_by_round(split.fit, rule, 3)[3][: split.fit.n_users].float()
        torch.testing.assert_close(arrivals(split.fit, rule, 3)[3], whole)
