"""Metrics and the full ranking, against hand values, scikit-learn and a ranking written the slow way."""

import signal
from math import log2

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score

from course_lib.baselines import popularity, random_scorer
from course_lib.evaluation import (
    Matchmaker,
    coverage_at_k,
    evaluate,
    hit_rate_at_k,
    ndcg_at_k,
    paired_bootstrap,
    recall_at_k,
    top_k,
)
from course_lib.interactions import Interactions

METRICS = [hit_rate_at_k, recall_at_k, ndcg_at_k]
HITS = st.lists(st.booleans(), min_size=1, max_size=12)


def value(metric, hits: list[bool], n_relevant: int) -> float:
    return metric(torch.tensor([hits]), torch.tensor([n_relevant])).item()


def constant(n_items: int):
    return lambda users: torch.zeros(len(users), n_items)


def test_the_metrics_are_what_one_gets_by_hand():
    hits = torch.tensor([[False, True, True], [False, False, False], [True, False, False]])
    n_relevant = torch.tensor([4, 1, 1])
    assert hit_rate_at_k(hits, n_relevant).tolist() == [1, 0, 1]
    assert recall_at_k(hits, n_relevant).tolist() == [0.5, 0, 1]
    dcg, ideal = 1 / log2(3) + 1 / log2(4), 1 + 1 / log2(3) + 1 / log2(4)
    assert ndcg_at_k(hits, n_relevant).tolist() == pytest.approx([dcg / ideal, 0, 1])


@given(st.integers(1, 15), st.integers(1, 15), st.data())
def test_ndcg_equals_scikit_learn(n_items, k, data):
    relevance = data.draw(st.lists(st.booleans(), min_size=15, max_size=15))
    if sum(relevance) == 0:
        relevance[n_items - 1] = True
    # scikit-learn ranks the whole catalogue by score: item 0 first, then 1, ...
    expected = ndcg_score([np.array(relevance, dtype=int)], [np.arange(15, 0, -1)], k=k)
    assert value(ndcg_at_k, relevance[:k], sum(relevance)) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("metric", METRICS)
@given(HITS, st.integers(0, 5))
def test_every_metric_lies_in_0_to_1_and_a_perfect_list_has_1(metric, hits, hidden_elsewhere):
    n_relevant = max(1, sum(hits) + hidden_elsewhere)
    assert 0 <= value(metric, hits, n_relevant) <= 1 + 1e-6
    assert value(metric, [True] * len(hits), len(hits)) == pytest.approx(1)
    assert value(metric, [False] * len(hits), n_relevant) == 0


@pytest.mark.parametrize("metric", METRICS)
@given(HITS, st.integers(0, 5), st.data())
def test_no_metric_falls_when_a_hit_moves_up(metric, hits, hidden_elsewhere, data):
    n_relevant = max(1, sum(hits) + hidden_elsewhere)
    rank = data.draw(st.integers(0, len(hits) - 1))
    up = data.draw(st.integers(0, rank))
    moved = list(hits)
    moved[up], moved[rank] = moved[up] or moved[rank], moved[up] and moved[rank]
    assert value(metric, moved, n_relevant) >= value(metric, hits, n_relevant) - 1e-6
    if metric is ndcg_at_k and hits[rank] and not hits[up]:
        assert value(metric, moved, n_relevant) > value(metric, hits, n_relevant)


@pytest.mark.parametrize("metric", [hit_rate_at_k, recall_at_k])
@given(HITS, st.integers(0, 5))
def test_hits_and_recall_grow_with_the_length_of_the_list(metric, hits, hidden_elsewhere):
    n_relevant = max(1, sum(hits) + hidden_elsewhere)
    values = [value(metric, hits[:k], n_relevant) for k in range(1, len(hits) + 1)]
    assert values == sorted(values)


@pytest.mark.parametrize("metric", METRICS)
def test_metrics_refuse_what_they_cannot_count(metric):
    one = torch.tensor([1])
    for hits in (torch.tensor([[1, 0]]), torch.tensor([True]), torch.zeros(1, 0, dtype=torch.bool)):
        with pytest.raises(ValueError, match=r"hits must be \(B, k\) bool with k >= 1"):
            metric(hits, one)
    with pytest.raises(ValueError, match=r"got \(1, 2\) torch.bool and \(2,\)"):
        metric(torch.tensor([[True, False]]), torch.tensor([1, 1]))
    with pytest.raises(ValueError, match="hide at least one like, got n_relevant = 0"):
        metric(torch.tensor([[False, False]] * 2), torch.tensor([0, 3]))
    with pytest.raises(ValueError, match="a list cannot hit more likes than were hidden; count all hidden likes"):
        metric(torch.tensor([[True, True]]), one)


def test_an_oracle_scores_1_in_every_metric(split):
    truth = split.test.dense()
    result = evaluate(lambda users: truth[users], split.test, seen=split.fit, k=(1, 5, 10))
    n_hidden = split.test.user_degree()[result.index]
    for k in (1, 5, 10):
        assert (result[f"hit@{k}"] == 1).all()
        np.testing.assert_allclose(result[f"ndcg@{k}"], 1, atol=1e-6)
        np.testing.assert_allclose(result[f"recall@{k}"], np.minimum(1, k / n_hidden.numpy()), atol=1e-6)


def test_an_oracle_that_also_adores_seen_films_still_scores_1(split):
    adored = split.test.dense() + 5 * split.fit.dense()
    result = evaluate(lambda users: adored[users], split.test, seen=split.fit, k=(5,))
    np.testing.assert_allclose(result["ndcg@5"], 1, atol=1e-6)


def test_held_out_films_can_be_recommended_and_seen_films_cannot(split):
    users = torch.arange(split.fit.n_users)
    adored = split.test.dense() + 5 * split.fit.dense()
    items, scores = top_k(lambda users: adored[users], users, split.fit, k=20)
    everyone = users[:, None].expand_as(items)
    assert not split.fit.contains(everyone.flatten(), items.flatten()).any()
    found = split.test.contains(everyone.flatten(), items.flatten()).reshape(items.shape)
    assert torch.equal(found.sum(dim=1), split.test.user_degree().clamp_max(20))
    assert scores[found].eq(1).all() and scores[~found].eq(0).all()


def test_the_evaluation_equals_a_full_ranking_written_the_slow_way(split):
    scores = torch.randn(300, 500, generator=torch.Generator().manual_seed(0))
    result = evaluate(lambda users: scores[users], split.test, seen=split.fit, k=(5, 20), batch_size=77)
    assert list(result) == ["hit@5", "recall@5", "ndcg@5", "hit@20", "recall@20", "ndcg@20"]
    assert result.index.tolist() == sorted(set(split.test.user.tolist())) and result.index.name == "user"
    for user in (0, 17, 76, 77, 299):
        seen, hidden = set(split.fit.items_of(user).tolist()), set(split.test.items_of(user).tolist())
        ranking = [item for item in scores[user].argsort(descending=True).tolist() if item not in seen]
        for k in (5, 20):
            ranks = [rank for rank, item in enumerate(ranking[:k], start=1) if item in hidden]
            ideal = sum(1 / log2(rank + 1) for rank in range(1, min(k, len(hidden)) + 1))
            row = result.loc[user]
            assert row[f"hit@{k}"] == bool(ranks)
            assert row[f"recall@{k}"] == pytest.approx(len(ranks) / len(hidden))
            assert row[f"ndcg@{k}"] == pytest.approx(sum(1 / log2(rank + 1) for rank in ranks) / ideal, abs=1e-6)


def test_only_users_with_hidden_likes_are_counted(paper):
    truth = Interactions(torch.tensor([2, 0]), torch.tensor([0, 3]), 3, 4)
    result = evaluate(constant(4), truth, seen=paper, k=(4,))
    assert result.index.tolist() == [0, 2]
    assert (result["recall@4"] == 1).all()


def test_a_constant_scorer_ranks_about_like_chance_even_when_popular_films_come_first(split):
    fame = (split.fit.item_degree() + split.test.item_degree()).argsort(descending=True).argsort()
    fit, test = (
        Interactions(part.user, fame[part.item], part.n_users, part.n_items) for part in (split.fit, split.test)
    )
    chance = np.mean([evaluate(random_scorer(fit, seed=s), test, fit, k=(20,)).mean() for s in range(5)], axis=0)
    hit, recall, ndcg = evaluate(constant(500), test, fit, k=(20,)).mean() / chance
    best = evaluate(popularity(fit), test, fit, k=(20,)).mean() / chance
    assert hit < 2 and recall < 2 and ndcg < 2
    assert best["ndcg@20"] > 5  # what ties in index order would have given for nothing


@pytest.mark.parametrize("score", [constant(500), lambda users: torch.arange(500.0).expand(len(users), -1) // 7])
def test_ties_stand_in_one_fixed_random_order_whatever_the_length_of_the_list(split, score):
    users = torch.arange(300)
    order = torch.randperm(500, generator=torch.Generator().manual_seed(0))
    place = order.argsort()
    masked = score(users).masked_fill(split.fit.rows(users), -torch.inf)
    for user in (0, 17, 299):
        unseen = [item for item in range(500) if masked[user, item] > -torch.inf]
        expected = sorted(unseen, key=lambda item: (-float(masked[user, item]), int(place[item])))
        for k in (1, 10, 37):
            assert top_k(score, users, split.fit, k)[0][user].tolist() == expected[:k]


def test_a_list_longer_than_the_unseen_items_ends_with_marked_seen_ones(paper):
    items, scores = top_k(lambda users: torch.tensor([[1.0, 2.0, 3.0, 4.0]]), torch.tensor([1]), paper, k=4)
    assert items[0, 0] == 3 and scores[0, 0] == 4
    assert sorted(items[0, 1:].tolist()) == [0, 1, 2] and (scores[0, 1:] == -torch.inf).all()


def test_evaluation_refuses_a_hidden_like_that_was_also_learned_from(split):
    with pytest.raises(ValueError, match=rf"{len(split.validation)} hidden likes are also in seen .* pass only what"):
        evaluate(constant(500), split.validation, seen=split.fit)


def test_evaluation_refuses_an_empty_truth_and_one_of_another_size(split, paper):
    nothing = Interactions(torch.tensor([], dtype=torch.int64), torch.tensor([], dtype=torch.int64), 300, 500)
    with pytest.raises(ValueError, match="no hidden like to look for; hide a larger share in the split"):
        evaluate(constant(500), nothing, seen=split.fit)
    with pytest.raises(ValueError, match=r"\(users, items\) = \(300, 500\), seen counts \(3, 4\); take both from one"):
        evaluate(constant(4), split.test, seen=paper)


@pytest.mark.parametrize("k", [0, -1, 501])
def test_a_k_outside_the_catalogue_is_refused(split, k):
    with pytest.raises(ValueError, match=f"k must be a whole number, 1 to 500, the number of items, got {k}"):
        top_k(constant(500), torch.tensor([0]), split.fit, k)
    with pytest.raises(ValueError, match=f"k must be a whole number, 1 to 500, the number of items, got {k}"):
        evaluate(constant(500), split.test, split.fit, k=(k, 10))


def test_a_scorer_that_returns_nan_or_another_shape_is_refused(split):
    def broken(users):
        scores = torch.zeros(len(users), 500)
        scores[users == 8, 3] = torch.nan
        return scores

    with pytest.raises(ValueError, match="NaN for user 8; a ranking needs numbers"):
        top_k(broken, torch.tensor([5, 8]), split.fit, 3)
    with pytest.raises(ValueError, match=r"must return \(users, items\) = \(2, 500\), got \(2, 300\)"):
        top_k(constant(300), torch.tensor([5, 8]), split.fit, 3)
    with pytest.raises(ValueError, match=r"must return \(users, items\) = \(2, 500\), got \(1, 500\)"):
        top_k(lambda users: torch.zeros(1, 500), torch.tensor([5, 8]), split.fit, 3)


def test_coverage_is_the_share_of_items_in_anybodys_list(paper):
    # Unseen are 2, 3 for Ada, 3 for Ben, 0, 1, 3 for Cleo; each gets the first of them.
    first = torch.arange(4, 0, -1.0).expand(3, -1)
    assert coverage_at_k(lambda users: first[users], paper, k=1) == 3 / 4
    last = torch.arange(4.0).expand(3, -1)
    assert coverage_at_k(lambda users: last[users], paper, k=1) == 1 / 4


def test_evaluation_and_coverage_ask_for_blocks_of_users_and_judge_as_in_one(split):
    scorer, asked = popularity(split.fit), []

    def watched(users):
        asked.append(len(users))
        return scorer(users)

    in_blocks = evaluate(watched, split.test, split.fit, batch_size=64)
    assert coverage_at_k(watched, split.fit, batch_size=64) == coverage_at_k(scorer, split.fit)
    assert max(asked) == 64 and sum(asked) == len(in_blocks) + 300
    pd.testing.assert_frame_equal(in_blocks, evaluate(scorer, split.test, split.fit))


def test_the_paired_bootstrap_of_a_constant_difference_is_that_difference():
    first = pd.Series([0.5, 0.25, 0.75, 0.0])
    assert paired_bootstrap(first + 0.25, first, n_resamples=50) == (0.25, 0.25, 0.25)


def test_the_paired_bootstrap_is_about_as_wide_as_the_normal_theory_says():
    noise = pd.Series(np.random.default_rng(0).normal(0.1, 1, 400))
    mean, low, high = paired_bootstrap(noise, pd.Series(np.zeros(400)))
    half = 1.96 * noise.std() / 20
    assert mean == pytest.approx(noise.mean())
    assert (mean - low, high - mean) == pytest.approx((half, half), rel=0.15)


def test_the_paired_bootstrap_refuses_other_users():
    with pytest.raises(ValueError, match="same users in the same order"):
        paired_bootstrap(pd.Series([1.0, 2.0], index=[0, 1]), pd.Series([1.0, 2.0], index=[1, 0]))


@pytest.mark.parametrize(
    ("scores", "got"),
    [(lambda users: torch.zeros(len(users), 500, dtype=torch.int64), "torch.int64"),
     (lambda users: torch.zeros(len(users), 500).bool(), "torch.bool"),
     (lambda users: np.zeros((len(users), 500)), "ndarray")],
)  # fmt: skip
def test_a_scorer_that_returns_no_floats_is_refused(split, scores, got):
    with pytest.raises(ValueError, match=f"must return a float tensor, got {got}; make it one"):
        top_k(scores, torch.tensor([0]), split.fit, 10)


@pytest.mark.parametrize("k", [10, ()])
def test_a_k_that_is_no_sequence_of_lengths_is_refused(split, k):
    with pytest.raises(ValueError, match=r"such as \(10,\) or \(5, 10\)"):
        evaluate(constant(500), split.test, split.fit, k=k)


def test_a_user_who_is_not_there_is_refused(split):
    with pytest.raises(ValueError, match=r"users must lie in \[0, 300\), got -1 to 0"):
        top_k(constant(500), torch.tensor([0, -1]), split.fit, 10)
    with pytest.raises(ValueError, match=r"users must lie in \[0, 300\), got 300 to 300"):
        top_k(torch.zeros(300, 500).__getitem__, torch.tensor([300]), split.fit, 10)  # the scorer is not even asked


def test_coverage_does_not_count_the_seen_items_that_fill_up_a_list():
    seen = Interactions(torch.tensor([0, 0]), torch.tensor([0, 1]), 1, 3)
    assert coverage_at_k(lambda users: torch.zeros(len(users), 3), seen, k=3) == pytest.approx(1 / 3)


def test_the_interval_over_users_and_splits_knows_both():
    rng = np.random.default_rng(0)
    users, splits = rng.normal(0, 1, (200, 1)), rng.normal(0, 1, (1, 8))
    zero = pd.DataFrame(np.zeros((200, 8)))
    widths = {}
    for name, table in (("users", users + 0 * splits), ("splits", 0 * users + splits), ("both", users + splits)):
        mean, low, high = paired_bootstrap(pd.DataFrame(table), zero)
        assert mean == pytest.approx(table.mean()) and low < mean < high
        widths[name] = high - low
    # By hand: the mean of 200 independent users has the standard error s / sqrt(200), that of 8 splits s / sqrt(8).
    assert widths["users"] == pytest.approx(2 * 1.96 * users.std() / 200**0.5, rel=0.1)
    assert widths["splits"] == pytest.approx(2 * 1.96 * splits.std() / 8**0.5, rel=0.1)
    assert widths["both"] == pytest.approx((widths["users"] ** 2 + widths["splits"] ** 2) ** 0.5, rel=0.1)
    one = pd.DataFrame(users + splits)[[0]]
    assert paired_bootstrap(one, zero[[0]]) == paired_bootstrap(one[0], zero[0]), "one split is a series of users"


def test_an_interrupted_evaluation_says_how_far_it_came_and_what_to_do(split):
    asked = []

    def scorer(users):
        asked.append(users)
        if len(asked) == 4:
            signal.raise_signal(signal.SIGINT)
        return torch.zeros(len(users), 500)

    n = -(-len(split.test.user.unique()) // 64)
    message = rf"^evaluate was interrupted after 3 of {n} blocks of users; nothing of it is kept, so run it again$"
    with pytest.raises(KeyboardInterrupt, match=message):
        evaluate(scorer, split.test, split.fit, batch_size=64)


@pytest.mark.parametrize(
    ("numbers", "got"), [(pd.Series([], dtype=float), "0 of 0"), (pd.DataFrame(index=[1, 2]), "0 of 0"),
                         (pd.Series([0.5, np.nan]), "1 of 2")],
)  # fmt: skip
def test_the_paired_bootstrap_says_that_it_needs_a_number_for_each_user(numbers, got):
    with pytest.raises(ValueError, match=f"^a paired test needs users, and a number for each; got {got}; leave out"):
        paired_bootstrap(numbers, numbers)


def test_the_bootstrap_draws_by_its_seed_and_as_often_as_it_is_told():
    noise = pd.Series(np.random.default_rng(0).normal(size=20))
    zero = 0 * noise
    first, again, other = (paired_bootstrap(noise, zero, n_resamples=50, seed=seed) for seed in (1, 1, 2))
    assert first == again != other
    _, low, high = paired_bootstrap(noise, zero, n_resamples=1)
    assert low == high
    assert paired_bootstrap(noise, zero) == paired_bootstrap(noise, zero, n_resamples=2000, seed=0)


def test_lists_have_the_lengths_of_the_course_unless_others_are_asked_for(split):
    scorer = popularity(split.fit)
    told = evaluate(scorer, split.test, split.fit)
    assert list(told) == [f"{name}@{k}" for k in (5, 10, 20) for name in ("hit", "recall", "ndcg")]
    assert (
        coverage_at_k(scorer, split.fit)
        == coverage_at_k(scorer, split.fit, k=10)
        != (coverage_at_k(scorer, split.fit, k=20))
    )


@pytest.mark.parametrize("k", [5, 10, 20])
def test_of_those_that_tie_for_the_last_place_the_first_in_the_fixed_order_gets_it(k):
    nothing = Interactions(torch.zeros(0, dtype=torch.int64), torch.zeros(0, dtype=torch.int64), 50, 500)
    scores = torch.zeros(50, 500)
    for user in range(50):
        best = torch.randperm(500, generator=torch.Generator().manual_seed(user))[: k - 1]
        scores[user, best] = torch.arange(k - 1, 0, -1.0)  # all others are level
    items, _ = top_k(scores.__getitem__, torch.arange(50), nothing, k)
    order = torch.randperm(500, generator=torch.Generator().manual_seed(0)).tolist()
    for user in range(50):
        assert items[user, -1] == next(item for item in order if scores[user, item] == 0)


def test_a_matchmaker_scores_the_users_in_the_order_asked_for():
    table = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    assert Matchmaker(table.__getitem__, lambda liked: table[0])(torch.tensor([2, 0])).tolist() == [[5, 6], [1, 2]]
