"""The parts of the Gowalla benchmark that are its own, on a party small enough to check, and what its table says."""

import os

import numpy as np
import pandas as pd
import pytest
import torch

from course_lib.baselines import popularity
from course_lib.data import load_gowalla
from course_lib.graph import adjacency
from course_lib.interactions import Interactions
from course_lib.interop import to_scipy
from course_lib.lightgcn import LightGCN
from course_lib.tables import stored
from tests.benchmarks.gowalla import (
    PAIRS,
    SEEDS,
    TOGETHER,
    by_length,
    figures,
    like_the_test,
    local_ease,
    markdown,
    markdown_differences,
)
from tests.benchmarks.ladder import ROOT


@pytest.fixture(scope="module")
def recall() -> pd.Series:
    """recall@20 of each row of the stored table, mean over its seeds."""
    return stored("gowalla").groupby("model")["recall@20"].mean()


def test_the_validation_part_has_the_marks_of_the_test_part(split):
    likes = split.fit
    fame = likes.item_degree()[likes.item]
    hide = torch.rand(len(likes), generator=torch.Generator().manual_seed(0)) < 0.2 * (1 + (fame > 100))
    parts = [Interactions(likes.user[some], likes.item[some], *likes.sizes) for some in (~hide, hide)]
    rest, apart = like_the_test(*parts, together=0.9, seed=0)
    assert torch.equal(rest.union(apart).keys, parts[0].keys)
    assert len(apart) == pytest.approx(0.1 * len(parts[0]), rel=0.1)
    degree, hidden = parts[0].item_degree(), apart.item_degree()
    famous = (degree + parts[1].item_degree()) > 100
    if famous.any():
        share = hidden[famous].sum() / degree[famous].sum(), hidden[~famous].sum() / degree[~famous].sum()
        assert share[0] > 1.4 * share[1], "famous films are hidden more often, as in the test part"
    keys = parts[0].keys
    out = apart.contains(keys // likes.n_items, keys % likes.n_items)
    neighbours = (keys[1:] // likes.n_items) == (keys[:-1] // likes.n_items)
    both = (out[1:] & out[:-1])[neighbours].float().mean() / out[:-1][neighbours].float().mean()
    assert both > 3 * out.float().mean(), "neighbours in a row fall together"


def test_a_power_of_the_length_leads_from_the_cosine_to_the_dot_product(split):
    graph = adjacency(split.fit)
    model, users = LightGCN(*split.fit.sizes, 8, 2, seed=1), torch.arange(20)
    with torch.no_grad():
        guests, items = model(graph)
    cosine = torch.nn.functional.normalize(guests) @ torch.nn.functional.normalize(items).T
    assert torch.allclose(by_length(model, graph, 0.0)(users), cosine[users], atol=1e-6)
    expected = (guests @ items.T)[users] / guests[users].norm(dim=1, keepdim=True)
    assert torch.allclose(by_length(model, graph, 1.0)(users), expected, atol=1e-6)


def test_local_ease_with_all_neighbours_is_the_ridge_regression_of_each_item(split):
    likes = split.fit
    degree = likes.item_degree().clamp_min(1).double().numpy()
    told = to_scipy(likes).toarray() / np.sqrt(degree)
    gram = told.T @ told
    ridge = 0.3 * np.median(gram.diagonal())
    scorer, item = local_ease(likes, n_nearest=likes.n_items, reg_weight=0.3), int(degree.argmax())
    near = np.flatnonzero((gram[item] > 0) & (np.arange(likes.n_items) != item))
    weights = np.linalg.solve(gram[np.ix_(near, near)] + ridge * np.eye(len(near)), gram[near, item])
    expected = to_scipy(likes).toarray()[:, near] @ (weights / np.sqrt(degree[near]) * np.sqrt(degree[item]))
    assert np.allclose(scorer(torch.arange(likes.n_users))[:, item], expected, atol=1e-4)
    liked = likes.items_of(3)
    assert torch.allclose(scorer.newcomer(liked), scorer(torch.tensor([3]))[0], atol=1e-5)


def test_popularity_measured_again_is_the_stored_row(recall):
    if not os.environ.get("COURSE_LIB_GOWALLA"):
        pytest.skip("COURSE_LIB_GOWALLA names no folder with the data")
    split = load_gowalla()
    assert figures(popularity(split.train), split.test, split.train)[0] == pytest.approx(recall["popularity"], abs=2e-4)


def test_the_page_shows_the_stored_tables():
    page = (ROOT / "RESULTS.md").read_text()
    assert markdown(stored("gowalla")) in page
    assert markdown_differences(stored("gowalla_differences")) in page


def test_what_is_concluded_holds(recall):
    pairs = stored("gowalla_differences").set_index(["first", "second"])
    assert list(dict.fromkeys(pairs.index)) == PAIRS and (pairs["seeds"] > 1).all()
    assert (pairs["low"] > 0).all(), "each first is above its second, in both figures"
    ndcg = stored("gowalla").groupby("model")["ndcg@20"].mean()
    assert recall["graph filter"] > 0.1830 and ndcg["graph filter"] > 0.1554
    trained = [model for model in recall.index if "softmax" in model and "filter" not in model]
    assert len(trained) > 2 and recall["graph filter"] > recall[trained].max()
    bpr = stored("gowalla").loc[lambda table: table["model"].str.startswith("LightGCN-BPR")].sort_values("seconds")
    assert bpr["recall@20"].is_monotonic_increasing and "88 of 1,000" in bpr["model"].iloc[-1]
    assert bpr["recall@20"].iloc[-1] < recall["LightGCN-softmax"] and bpr["seconds"].iloc[-1] > 30 * 60
    smaller = [model for model in recall.index if "256 numbers" not in model]
    assert recall[TOGETHER] == recall[smaller].max() > 0.1950 and ndcg[TOGETHER] == ndcg[smaller].max() > 0.1620
    seeds = stored("gowalla").query("model == @TOGETHER")["seed"]
    assert sorted(seeds) == list(SEEDS)
