"""The parts of the Gowalla benchmark that are its own, on a party small enough to check."""

import numpy as np
import torch

from course_lib.interop import to_scipy
from tests.benchmarks.gowalla import a_run_of_each_row, local_ease


def test_the_validation_part_is_a_run_of_neighbours_in_each_sorted_row(split):
    likes = split.fit
    rest, hidden = a_run_of_each_row(likes, share=0.1, seed=0)
    assert torch.equal(rest.union(hidden).keys, likes.keys)
    degree, count = likes.user_degree(), hidden.user_degree()
    assert torch.equal(count[degree > 1], (0.1 * degree.double()).round().clamp_min(1).long()[degree > 1])
    for user in degree.topk(5).indices.tolist():
        row, out = likes.items_of(user).tolist(), set(hidden.items_of(user).tolist())
        inside = [item in out for item in row]
        starts = sum(now and not before for before, now in zip([inside[-1], *inside[:-1]], inside, strict=True))
        assert starts == 1, "one run, which may go on at the beginning of the row"


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
