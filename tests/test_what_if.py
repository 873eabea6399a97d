import math

import pytest
import torch
import torch.nn.functional as F

from course_lib.baselines import popularity
from course_lib.evaluation import evaluate
from course_lib.graph import adjacency
from course_lib.lightgcn import LightGCN
from course_lib.party import paper_party
from course_lib.recommendation import split_scores, tag_parts
from course_lib.what_if import by_half, damp_popularity, duel, either_half, falls, move_item, pair_margins, places_lost


@pytest.mark.parametrize(
    ("raved", "random", "margin", "loss", "push"),
    [
        (0.0, 0.0, 0.0, math.log(2), 0.5),
        (2.0, 1.0, 1.0, 0.313262, 0.268941),  # log(1 + e^-1), 1 / (1 + e)
        (-1.0, 2.0, -3.0, 3.048587, 0.952574),
    ],
)
def test_a_pair_equals_values_by_hand(raved, random, margin, loss, push):
    (pair,) = duel(torch.tensor([[1.0, 0.0], [raved, 5.0], [random, -5.0]]), 0, 0.1)  # scores are the first numbers
    assert (pair.margin, pair.loss, pair.push) == pytest.approx((margin, loss, push), abs=1e-6)


def test_a_step_pulls_the_rave_and_pushes_the_random_film_equally_far():
    tags = torch.tensor([[1.0, 0.5], [0.2, 0.4], [0.8, 0.6]])
    before, after = duel(tags, 1, rate=0.5)
    push = 1 / (1 + math.exp(-0.7))  # the margin is 0.4 - 1.1
    by_hand = push * torch.stack([tags[1] - tags[2], tags[0], -tags[0]])
    assert torch.allclose(before.pulls, by_hand.double())
    assert torch.allclose(after.tags, before.tags + 0.5 * before.pulls)
    assert after.margin > before.margin and after.loss < before.loss and after.push < before.push


def test_every_like_of_a_party_meets_a_film_that_its_guest_did_not_like(paper):
    model = LightGCN(*paper.sizes, embedding_dim=4, n_layers=1, seed=0)
    tags, graph = torch.tensor([[1.0]]).expand(paper.n_users, 4), adjacency(paper)
    items = torch.zeros(paper.n_items, 4)
    items[paper.item] = 1.0
    model.forward = lambda _graph: (tags, items)  # a film that anybody likes scores 4, Dune scores 0
    margins = pair_margins(model, graph, paper, seed=0)
    assert margins.shape == paper.user.shape and not margins.requires_grad
    assert set(margins.tolist()) <= {0.0, 4.0} and torch.equal(margins, pair_margins(model, graph, paper, seed=0))


def test_tags_of_zero_teach_nothing():
    first, *_, last = duel(torch.zeros(3, 2), 5, rate=1.0)
    assert first.push == 0.5 and last.tags.eq(0).all() and last.pulls.eq(0).all()


@pytest.mark.parametrize(
    ("rank", "expected"),
    [
        (1, [0, 2, 1, 3, 4]),  # before film 1, the best unseen one; film 0 is seen and stays above
        (2, [0, 1, 2, 3, 4]),  # that is its own rank: film 1 is the only unseen one above it
        (3, [0, 1, 3, 4, 2]),
        (9, [0, 1, 3, 4, 2]),  # there are only two other unseen films
    ],
)
def test_move_item_by_hand(rank, expected):
    moved = move_item([0, 1, 2, 3, 4], 2, rank, seen={0, 3})
    assert moved == expected
    assert [item for item in moved if item not in {0, 3}].index(2) + 1 == min(rank, 3)


def test_without_seen_items_the_rank_is_the_place():
    assert [move_item("abcd", "d", rank) for rank in (1, 4)] == [list("dabc"), list("abcd")]
    assert move_item("abcd", "a", 3) == list("bcad")


def test_places_lost_by_hand():
    # Tag (2, 1): the films (1, 0), (1, 1)/√2 and (0, 1) score 2, 2.1 and 1. Without the second rave, (2, 0), they
    # score 2, 1.4 and 0; without the first, (0, 1), they score 0, 0.7 and 1.
    films = F.normalize(torch.tensor([[1.0, 0], [1, 1], [0, 1], [5, 5]]))
    parts, liked = torch.tensor([[2.0, 0], [0, 1]]), torch.tensor([3, 3])  # film 3 is hidden
    lost = places_lost(parts, films, liked, listed=torch.tensor([1, 0, 2]))
    assert lost.tolist() == [[1, 1], [1, -1], [-2, 0]]  # rows: films; without the first rave, without the second


@pytest.mark.parametrize("scoring", ["cosine", "dot"])
def test_what_falls_is_what_folding_in_again_says(split, scoring):
    model, graph, fit = LightGCN(300, 500, 8, 2, scoring=scoring, seed=1), adjacency(split.fit), split.fit
    measured = falls(model, graph, fit, {"first": lambda shares: torch.zeros(len(shares), dtype=torch.int64)}, k=3)
    users = (fit.user_degree() >= 3).nonzero().flatten()
    assert len(measured) == len(users) and (measured["the most possible"] >= measured["first"]).all()
    row = 4
    liked = fit.items_of(int(users[row]))
    orders = []
    for raves in (liked, liked[1:]):
        score = model.scorer(graph).newcomer(raves)
        score[liked] = -torch.inf
        orders.append(score.argsort(descending=True).tolist())
    lost = [orders[1].index(film) - place for place, film in enumerate(orders[0][:3])]
    assert measured["first"][row] == pytest.approx(sum(lost) / 3)


def test_the_two_halves_of_a_tag_add_up_to_the_whole(split):
    model, graph = LightGCN(300, 500, 8, 2, scoring="dot", seed=1), adjacency(split.fit)
    halves = by_half(model, graph)
    whole, raves, own = (scorer(torch.tensor([3, 7])) for scorer in halves.values())
    torch.testing.assert_close(whole, model.scorer(graph)(torch.tensor([3, 7])))
    torch.testing.assert_close(raves + own, whole)
    _, parts = tag_parts(model, graph, 3)
    torch.testing.assert_close(own[0], split_scores(model, parts, model(graph)[1].detach())[:, 0])


def test_what_a_half_is_worth_is_counted_against_the_list_of_the_whole_tag(split):
    model, graph = LightGCN(300, 500, 8, 2, seed=1), adjacency(split.fit)
    with torch.no_grad():
        model.embedding.weight[:300] *= 1e-6  # own tags that say next to nothing
    kept, judged = either_half(model, graph, split)
    assert list(kept) == ["the raves alone", "the own tag alone"] and list(judged) == ["the whole tag", *kept]
    assert kept["the raves alone"] > 9.9 and kept["the own tag alone"] < 5
    for half, scorer in by_half(model, graph).items():
        torch.testing.assert_close(judged[half], evaluate(scorer, split.test, split.fit, k=(10,))["ndcg@10"])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda paper: duel(torch.ones(2, 2), 1, 0.1), r"tags must be \(3, d\), of a guest and two films"),
        (lambda paper: duel(torch.ones(3, 2), -1, 0.1), "n_steps must be a whole number, at least 0, got -1"),
        (lambda paper: duel(torch.ones(3, 2), 1, float("nan")), "rate must be a number at least 0, got nan"),
        (lambda paper: move_item([1, 2], 9, 1), "item 9 is not in the ranking of 2 items; name one of them"),
        (lambda paper: move_item([1, 2], 1, 0), "rank must be a whole number, at least 1, got 0"),
        (lambda paper: damp_popularity("a", paper.item_degree(), 1.0), "scorer must be of the kind Callable, got str"),
        (lambda paper: damp_popularity(popularity(paper), paper.item_degree(), float("nan")), "strength must be a"),
        (lambda paper: damp_popularity(popularity(paper), -paper.item_degree(), 1.0), "item_degree must be a"),
        (lambda paper: damp_popularity(popularity(paper), torch.ones(4) * 1j, 1.0), "item_degree must be .* real"),
        (lambda paper: places_lost(torch.ones(2, 2), torch.ones(4, 2), torch.tensor([0, -1]), torch.tensor([1])),
         r"liked must lie in \[0, 4\), got -1 to 0"),
        (lambda paper: by_half(LightGCN(3, 4, 4, 2), adjacency(paper))["the whole tag"](torch.tensor([-1])),
         r"users must lie in \[0, 3\), got -1 to -1"),
    ],
)  # fmt: skip
def test_what_cannot_be_changed_is_refused_in_a_sentence(call, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        call(paper_party())


def test_another_seed_draws_other_films_for_the_margins(split):
    model, graph = LightGCN(300, 500, 8, 1, seed=0), adjacency(split.fit)
    first, again, other = (pair_margins(model, graph, split.fit, seed) for seed in (1, 1, 2))
    assert torch.equal(first, again) and not torch.equal(first, other)


def test_only_who_has_three_likes_can_miss_one(paper):
    measured = falls(LightGCN(3, 4, 8, 2), adjacency(paper), paper, {}, k=1)  # two, three and one like
    assert len(measured) == 1 and list(measured) == ["the most possible"]
