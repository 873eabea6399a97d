"""The baselines, against loops and formulas written the slow way, and their measured places on the ladder."""

import numpy as np
import pytest
import torch
from sklearn.linear_model import Ridge

from course_lib.baselines import ease, item_knn, popularity, random_scorer, untrained_gossip
from course_lib.evaluation import evaluate
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


@pytest.mark.parametrize("baseline", [random_scorer, popularity, item_knn, untrained_gossip, ease])
def test_a_baseline_is_a_scorer_that_answers_for_the_users_asked(small, baseline):
    scorer = baseline(small)
    scores = scorer(everybody(small))
    assert scores.shape == (17, 12) and scores.isfinite().all()
    torch.testing.assert_close(scorer(torch.tensor([5, 2, 5])), scores[[5, 2, 5]])


def test_random_scores_depend_on_the_seed_alone(small):
    first, again, other = (random_scorer(small, seed=seed)(everybody(small)) for seed in (0, 0, 1))
    assert torch.equal(first, again) and not torch.equal(first, other)


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


# Measured on split seed 0, fitted on train + validation and judged on the test pairs.
@pytest.mark.parametrize(
    ("baseline", "setting", "ndcg", "hit", "recall"),
    [
        (random_scorer, {"seed": 0}, 0.0065, 0.057, 0.009),
        (popularity, {}, 0.1515, 0.583, 0.187),
        (item_knn, {"n_neighbours": 100}, 0.2830, 0.798, 0.349),
        (item_knn, {"n_neighbours": 200}, 0.2880, 0.797, 0.347),
        (untrained_gossip, {"n_layers": 3}, 0.2828, 0.809, 0.350),
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
