"""The baselines, against loops and formulas written the slow way, and their measured places on the ladder."""

import inspect

import numpy as np
import pytest
import torch
from sklearn.linear_model import Ridge

from course_lib.baselines import (
    ease,
    graph_filter,
    item_knn,
    item_similarity,
    popularity,
    random_scorer,
    untrained_gossip,
)
from course_lib.ensemble import combine
from course_lib.evaluation import Matchmaker, evaluate
from course_lib.graph import adjacency
from course_lib.interactions import Interactions
from course_lib.party import paper_party


@pytest.fixture(scope="module")
def small() -> Interactions:
    """17 users, 12 items; item 11 has no like and user 16 neither."""
    liked = np.random.default_rng(0).random((17, 12)) < 0.4
    liked[:, 11] = liked[16] = False
    user, item = torch.from_numpy(np.argwhere(liked)).T
    return Interactions(user, item, 17, 12)


def everybody(interactions: Interactions) -> torch.Tensor:
    return torch.arange(interactions.n_users)


@pytest.mark.parametrize("baseline", [random_scorer, popularity, item_knn, untrained_gossip, graph_filter, ease])
def test_a_baseline_is_a_scorer_that_answers_for_the_users_asked(small, baseline):
    scorer = baseline(small)
    scores = scorer(everybody(small))
    assert scores.shape == (17, 12) and scores.isfinite().all()
    torch.testing.assert_close(scorer(torch.tensor([5, 2, 5])), scores[[5, 2, 5]])


def test_random_scores_depend_on_the_seed_alone(small):
    first, again, other = (random_scorer(small, seed=seed)(everybody(small)) for seed in (0, 0, 1))
    assert torch.equal(first, again) and not torch.equal(first, other)


def test_random_scores_are_even_and_no_two_users_get_the_same(split):
    scores = random_scorer(split.fit)(everybody(split.fit))
    assert scores.min() >= 0 and scores.max() < 1 and scores.mean() == pytest.approx(0.5, abs=0.005)
    assert len(scores.unique(dim=0)) == 300


def test_popularity_counts_likes(paper):
    assert popularity(paper)(torch.tensor([0, 2])).tolist() == [[2, 2, 2, 0]] * 2


def test_item_knn_ties_films_with_the_same_fans_exactly(split):
    # Else the order of such films is rounding's, and differs between machines.
    fit, n = split.fit, split.fit.n_items
    twice = Interactions(fit.user.repeat(2), torch.cat([fit.item, fit.item + n]), fit.n_users, 2 * n)
    scores = item_knn(twice, n_neighbours=2 * n)(everybody(fit))
    assert torch.equal(scores[:, :n], scores[:, n:])


@pytest.mark.parametrize("n_neighbours", [1, 3, 100])
def test_item_knn_equals_a_brute_force_loop(small, n_neighbours):
    likes = small.dense().numpy()
    fans = [set(np.flatnonzero(likes[:, item])) for item in range(12)]

    def cosine(one: int, other: int) -> float:
        shared = len(fans[one] & fans[other])
        return shared / np.sqrt(len(fans[one]) * len(fans[other])) if shared and one != other else 0.0

    expected = np.zeros((17, 12))
    for item in range(12):
        similar = np.array([cosine(other, item) for other in range(12)])
        cut = sorted(similar, reverse=True)[min(n_neighbours, 12) - 1]
        similar[similar < cut - 1e-7] = 0  # neighbours as near as the last one stay
        for user in range(17):
            expected[user, item] = sum(similar[other] for other in range(12) if likes[user, other])
    np.testing.assert_allclose(item_knn(small, n_neighbours)(everybody(small)), expected, atol=1e-5)


def dense_item_similarity(likes: torch.Tensor, n_neighbours: int) -> torch.Tensor:
    """`item_similarity` on the whole table."""
    shared = likes.T @ likes
    fans = shared.diagonal().clamp_min(1)
    similarity = (shared / (fans[:, None] * fans).sqrt()).fill_diagonal_(0)
    threshold = similarity.topk(min(n_neighbours, len(fans)), dim=0).values[-1]
    return similarity.masked_fill(similarity < threshold, 0)


@pytest.mark.parametrize("n_neighbours", [1, 7, 200, 10_000])
def test_the_sparse_similarity_is_the_dense_one_with_its_ties_to_the_last_bit(split, n_neighbours):
    expected = dense_item_similarity(split.fit.dense(), n_neighbours)
    assert torch.equal(torch.from_numpy(item_similarity(split.fit, n_neighbours).toarray()), expected)
    assert n_neighbours > 7 or ((expected > 0).sum(dim=0) > n_neighbours).any()  # there are ties


def test_on_movielens_too(real_split):
    expected = dense_item_similarity(real_split.fit.dense(), 200)
    assert torch.equal(torch.from_numpy(item_similarity(real_split.fit).toarray()), expected)
    scores = (real_split.fit.dense().double() @ expected.double()).float()
    assert torch.equal(item_knn(real_split.fit)(everybody(real_split.fit)), scores)


def test_item_knn_on_the_paper_party_is_what_one_gets_by_hand(paper):
    # Alien and Brazil share both fans (cosine 1); each shares Ben, one of two, with Casablanca (cosine 1/2).
    expected = torch.tensor([[1, 1, 1, 0], [1.5, 1.5, 1, 0], [0.5, 0.5, 0, 0]])
    torch.testing.assert_close(item_knn(paper)(torch.arange(3)), expected)


@pytest.mark.parametrize(("n_layers", "powers"), [(1, [1]), (2, [1]), (3, [1, 3]), (4, [1, 3]), (5, [1, 3, 5])])
def test_untrained_gossip_is_the_cross_block_of_the_odd_powers(small, n_layers, powers):
    dense = adjacency(small).to_dense()
    expected = sum(torch.linalg.matrix_power(dense, power) for power in powers)[:17, 17:]
    torch.testing.assert_close(untrained_gossip(small, n_layers)(everybody(small)), expected)


@pytest.mark.parametrize("reg_weight", [0.5, 300.0])
def test_ease_is_a_ridge_regression_of_each_item_on_all_others(small, reg_weight):
    likes = small.dense().double().numpy()
    expected = np.zeros((17, 12))
    for item in range(12):
        others = np.delete(likes, item, axis=1)
        ridge = Ridge(alpha=reg_weight, fit_intercept=False).fit(others, likes[:, item])
        expected[:, item] = ridge.predict(others)
    scores = ease(small, reg_weight)(everybody(small))
    assert np.abs(expected).max() > 0.01
    np.testing.assert_allclose(scores, expected, atol=1e-5)


@pytest.mark.parametrize("n_factors", [1, 4, 1000])
@pytest.mark.parametrize(("low_pass", "user_exponent"), [(0.3, 0.5), (0, 0.3), (2, 0)])
def test_the_graph_filter_equals_its_formula_on_the_whole_table(small, n_factors, low_pass, user_exponent):
    likes = small.dense().double().numpy()
    by_user, by_item = (np.maximum(likes.sum(axis), 1) for axis in (1, 0))
    matrix = likes / by_user[:, None] ** user_exponent / by_item**0.5
    _, strength, waves = np.linalg.svd(matrix, full_matrices=False)
    waves = waves[:n_factors][strength[:n_factors] > 1e-9]
    smooth = likes / by_item**0.5 @ waves.T @ waves * by_item**0.5
    expected = likes @ matrix.T @ matrix + low_pass * strength[0] ** 2 * smooth
    scorer = graph_filter(small, n_factors, low_pass, user_exponent)
    np.testing.assert_allclose(scorer(everybody(small)), expected, atol=1e-5, rtol=1e-5)
    for user in (0, 5):  # a newcomer with the likes of somebody has that user's scores
        np.testing.assert_allclose(scorer.newcomer(small.items_of(user)), expected[user], atol=1e-5, rtol=1e-5)


def test_the_first_part_of_the_filter_is_gossip_with_another_readers_end(small):
    one, three = (untrained_gossip(small, n_layers)(everybody(small)) for n_layers in (1, 3))
    root = small.item_degree().clamp_min(1).float().sqrt()
    filtered = graph_filter(small, low_pass=0)
    for user in small.user.unique().tolist():
        items = small.items_of(user)
        alone = torch.stack([filtered.newcomer(items[place : place + 1]) for place in range(len(items))])
        heard = (alone / root[items, None]).sum(dim=0) / len(items) ** 0.5
        torch.testing.assert_close(heard, (three - one)[user])


# Several together


def fixed(*rows: list[float]) -> Matchmaker:
    table = torch.tensor(rows)
    return Matchmaker(lambda users: table[users], lambda liked: table[0])


def test_a_combination_is_the_weighted_sum_of_z_scores():
    first, second = fixed([0.0, 0.0, 3.0], [1.0, 2.0, 3.0]), fixed([10.0, 10.0, 40.0], [0.3, 0.2, 0.1])
    half, step = 0.5**0.5, 1.5**0.5  # (0 - 1) / sqrt(2), and 1 / sqrt(2 / 3)
    users = torch.tensor([1, 0])
    expected = torch.tensor([[0.0, 0, 0], [-2 * half, -2 * half, 4 * half]])
    torch.testing.assert_close(combine(first, second)(users), expected, atol=1e-5, rtol=0)
    weighted = combine(first, second, weights=[1, 0.5])
    expected = torch.tensor([[-step / 2, 0, step / 2], [-1.5 * half, -1.5 * half, 3 * half]])
    torch.testing.assert_close(weighted(users), expected, atol=1e-5, rtol=0)
    torch.testing.assert_close(weighted.newcomer(torch.tensor([2])), expected[1], atol=1e-5, rtol=0)


def test_somebody_who_says_the_same_of_all_items_adds_nothing():
    silent, other = fixed([0.1, 0.1, 0.1]), fixed([1.0, 2.0, 4.0])
    user = torch.tensor([0])
    assert torch.equal(combine(silent, other)(user), combine(other)(user))
    assert combine(silent)(user).tolist() == [[0, 0, 0]]


def test_a_combination_takes_newcomers_in_where_all_its_parts_do(small):
    both = combine(ease(small), graph_filter(small))
    assert isinstance(both, Matchmaker)
    torch.testing.assert_close(both.newcomer(small.items_of(3)), both(torch.tensor([3]))[0], atol=1e-4, rtol=0)
    assert not isinstance(combine(ease(small), random_scorer(small)), Matchmaker)


@pytest.mark.parametrize(
    ("scorers", "weights", "message"),
    [
        ([], None, "combine needs scorers and one weight for each, got 0 and 0 weights"),
        ([fixed([1.0])], [1, 2], "got 1 and 2 weights"),
        ([fixed([1.0])], [-1], "a weight must be a number at least 0, got -1"),
    ],
)
def test_a_combination_of_nobody_or_without_its_weights_is_refused(scorers, weights, message):
    with pytest.raises(ValueError, match=message):
        combine(*scorers, weights=weights)


# More items than a table of everybody can hold


@pytest.fixture(scope="module")
def many() -> Interactions:
    """300 users and 200,000 items, 20 likes each: a table of items by items would hold 160 GB."""
    item = torch.from_numpy(np.random.default_rng(0).integers(200_000, size=(300, 20))).unique(dim=1)
    user = torch.arange(300).repeat_interleave(item.size(1))
    pairs = torch.stack([user, item.flatten()]).unique(dim=1)
    return Interactions(*pairs, 300, 200_000)


@pytest.mark.parametrize("baseline", [random_scorer, popularity, item_knn, untrained_gossip, graph_filter])
def test_a_large_catalogue_is_scored_in_blocks(many, baseline):
    scores = baseline(many)(torch.tensor([299, 0]))
    assert scores.shape == (2, 200_000) and scores.isfinite().all() and scores.max() > 0


def test_ease_refuses_a_large_catalogue_and_names_what_does_not(many):
    with pytest.raises(ValueError, match="of 200000 items, more than the 20000 it is made for; use `graph_filter`"):
        ease(many)


@pytest.mark.parametrize("baseline", [item_knn, untrained_gossip, graph_filter, ease])
def test_a_user_who_is_not_there_has_no_scores(small, baseline):
    with pytest.raises(ValueError, match=r"users must lie in \[0, 17\), got -1 to -1"):
        baseline(small)(torch.tensor([-1]))


# Measured on split seed 0, fitted on train + validation and judged on the test pairs.
@pytest.mark.parametrize(
    ("baseline", "setting", "ndcg", "hit", "recall"),
    [
        (random_scorer, {"seed": 0}, 0.0095, 0.077, 0.012),
        (popularity, {}, 0.1515, 0.583, 0.187),
        (item_knn, {"n_neighbours": 100}, 0.2830, 0.798, 0.349),
        (item_knn, {"n_neighbours": 200}, 0.2880, 0.797, 0.347),
        (untrained_gossip, {"n_layers": 3}, 0.2828, 0.809, 0.350),
        (graph_filter, {}, 0.2664, 0.791, 0.338),
        (ease, {"reg_weight": 300}, 0.3181, 0.828, 0.377),
    ],
)
def test_the_ladder_on_movielens_has_its_measured_values(real_split, baseline, setting, ndcg, hit, recall):
    mean = evaluate(baseline(real_split.fit, **setting), real_split.test, seen=real_split.fit, k=(10, 20)).mean()
    assert mean["ndcg@10"] == pytest.approx(ndcg, abs=0.002)
    assert mean["hit@10"] == pytest.approx(hit, abs=0.004)
    assert mean["recall@20"] == pytest.approx(recall, abs=0.003)


def test_item_knn_refuses_a_neighbourhood_of_nobody():
    with pytest.raises(ValueError, match="n_neighbours must be a whole number, at least 1, got 0"):
        item_knn(paper_party(), n_neighbours=0)


def test_gossip_without_a_round_and_ease_without_a_weight_are_refused(small):
    with pytest.raises(
        ValueError, match="n_layers must be a whole number, at least 1, without a round nothing arrives, got 0"
    ):
        untrained_gossip(small, n_layers=0)
    with pytest.raises(
        ValueError, match="reg_weight must be a number above 0, or the matrix could not be inverted, got 0"
    ):
        ease(small, reg_weight=0)
    with pytest.raises(ValueError, match="n_factors must be a whole number, at least 1, got 0"):
        graph_filter(small, n_factors=0)
    with pytest.raises(ValueError, match="low_pass must be a number at least 0, got -1"):
        graph_filter(small, low_pass=-1)


@pytest.mark.parametrize(
    ("baseline", "measured"),
    [
        (random_scorer, {"seed": 0}),
        (item_knn, {"n_neighbours": 200}),
        (item_similarity, {"n_neighbours": 200}),
        (untrained_gossip, {"n_layers": 3}),
        (graph_filter, {"n_factors": 256, "low_pass": 0.3, "user_exponent": 0.5, "seed": 0}),
        (ease, {"reg_weight": 300.0}),
    ],
)
def test_the_defaults_are_those_that_were_measured(baseline, measured):
    settings = inspect.signature(baseline).parameters.values()
    assert {each.name: each.default for each in settings if each.default is not each.empty} == measured


def test_the_waves_of_three_clubs_are_found_to_four_digits():
    rng = np.random.default_rng(0)
    likes = rng.random((150, 120)) < np.kron(np.eye(3) * 0.45 + 0.05, np.ones((50, 40)))
    party = Interactions(*torch.from_numpy(np.argwhere(likes)).T, 150, 120)
    by_user, by_item = (np.maximum(likes.sum(axis), 1) for axis in (1, 0))
    matrix = likes / by_user[:, None] ** 0.5 / by_item**0.5
    _, strength, waves = np.linalg.svd(matrix, full_matrices=False)
    smooth = likes / by_item**0.5 @ waves[:3].T @ waves[:3] * by_item**0.5
    expected = likes @ matrix.T @ matrix + 0.3 * strength[0] ** 2 * smooth
    np.testing.assert_allclose(graph_filter(party, n_factors=3)(torch.arange(150)), expected, atol=5e-4)


def test_films_with_the_same_fans_are_recommended_alike(paper):
    scores = [graph_filter(paper).newcomer(torch.tensor([item])) for item in (0, 1)]  # Alien and Brazil
    torch.testing.assert_close(scores[0], scores[1])
    assert scores[0][0].item() == pytest.approx(scores[0][1].item())
