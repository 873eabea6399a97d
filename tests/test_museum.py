"""Every exhibit of the museum is a bug: its test passes on the right code and fails on it, and nobody else's fails."""

import inspect

import pandas as pd
import pytest
import torch

from course_lib.classroom import three_bugs
from course_lib.classroom.museum import MUSEUM, ndcg, passes
from course_lib.classroom.three_bugs import THREE_BUGS, pipeline_with_three_bugs, repaired
from tests.benchmarks.museum import CONFIG, RIGHT, SEEDS, TABLE, constant, graph, matrix, rehearse


@pytest.fixture(params=MUSEUM, ids=lambda bug: bug.name)
def bug(request):
    return request.param


def test_its_test_passes_on_the_right_code_and_fails_on_the_bug(bug):
    bug.exposes(bug.right)
    with pytest.raises(AssertionError):
        bug.exposes(bug.wrong)
    assert passes(bug.exposes, bug.right) and not passes(bug.exposes, bug.wrong)


def test_the_wrong_code_takes_the_same_arguments_as_the_right(bug):
    assert len(inspect.signature(bug.wrong).parameters) == len(inspect.signature(bug.right).parameters)


def test_every_exhibit_says_what_it_does_and_where_it_was_seen(bug):
    assert bug.what and bug.seen_in and bug.wrong.__doc__ and bug.exposes.__doc__
    assert sum(other.name == bug.name for other in MUSEUM) == 1


def test_there_are_at_least_ten():
    assert len(MUSEUM) >= 10


def test_ndcg_is_that_of_scikit_learn(split):
    from sklearn.metrics import ndcg_score

    generator = torch.Generator().manual_seed(0)
    scores = torch.rand(split.fit.n_users, split.fit.n_items, generator=generator)
    users = split.test.user.unique()
    masked = scores[users].masked_fill(split.fit.rows(users), -1)
    expected = ndcg_score(split.test.rows(users).numpy(), masked.numpy(), k=10)
    assert ndcg(lambda u: scores[u], split.test, split.fit).mean().item() == pytest.approx(expected, abs=1e-6)


def test_the_pipeline_fits_on_a_page_and_holds_three_exhibits():
    assert len(inspect.getsource(pipeline_with_three_bugs).splitlines()) <= 40
    assert set(THREE_BUGS) < {bug.name for bug in MUSEUM}


def test_each_of_its_three_bugs_matters_and_can_be_repaired_in_one_line(split):
    values = {bugs: repaired(*bugs)(split, n_epochs=2) for bugs in ((), *((bug,) for bug in THREE_BUGS), THREE_BUGS)}
    assert len(set(values.values())) == 5
    assert values[()] == pipeline_with_three_bugs(split, n_epochs=2)
    with pytest.raises(ValueError, match="'no_zero_grad' is not in the pipeline; its bugs are one_way_edges, neg"):
        repaired("no_zero_grad")


def test_a_repair_of_a_line_that_is_no_longer_there_is_an_error_at_once(monkeypatch):
    monkeypatch.setitem(three_bugs._REPAIRS, "one_way_edges", ("a line of old", "another"))
    with pytest.raises(AssertionError, match="'a line of old' does not stand in the pipeline once; adapt"):
        repaired("one_way_edges")


def test_the_benchmarks_loop_is_the_librarys(split):
    from dataclasses import replace

    from course_lib.graph import adjacency, edge_index
    from course_lib.training import build, train

    config = replace(CONFIG, n_epochs=2)
    model = build(split.fit, config)
    train(model, split.fit, config=config)
    expected = model.scorer(adjacency(split.fit))
    users = torch.arange(split.fit.n_users)
    torch.testing.assert_close(rehearse(split, RIGHT, config)(users), expected(users), atol=1e-5, rtol=1e-4)
    made = matrix(edge_index(split.fit), split.fit.n_users + split.fit.n_items)
    torch.testing.assert_close(made.to_dense(), graph(split, RIGHT).to_dense())


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return pd.read_csv(TABLE)


def test_every_bug_was_measured_on_every_seed(table):
    counted = table.groupby("bug")["split_seed"].apply(list)
    for bug in MUSEUM:
        assert counted[bug.name] == list(SEEDS)
    assert (table["bug"] == "none").sum() == 3 * len(SEEDS)  # the model, a constant scorer, the pipeline


def test_a_row_measured_again_is_the_stored_row(table, real_split):
    stored = table.query("split_seed == 0 and on == 'a constant scorer'").set_index("bug")["ndcg@10"]
    (ties,) = (bug for bug in MUSEUM if bug.name == "ties_in_index_order")
    for name, metric in (("none", ties.right), (ties.name, ties.wrong)):
        value = metric(constant(real_split.fit), real_split.test, real_split.fit).mean().item()
        assert value == pytest.approx(stored[name], abs=2e-4)


def test_what_the_museum_says_of_the_bugs_holds_on_every_seed(table):
    of = table[table["on"] == "LightGCN-BPR"].pivot(index="split_seed", columns="bug", values="ndcg@10")
    assert (of["hidden_likes_masked"] == 0).all()
    for higher in ("hidden_likes_in_the_graph", "negatives_know_the_test", "idcg_of_the_hits", "against_99_others"):
        assert (of[higher] > of["none"]).all(), higher
    for lower in ("shared_indices", "one_way_edges", "no_zero_grad", "scores_from_layer_0", "seen_not_masked"):
        assert (of[lower] < of["none"]).all(), lower
    for harmless in ("log_of_sigmoid", "candidates_counted_in_users"):
        assert ((of[harmless] - of["none"]).abs() < 0.005).all(), harmless


def test_the_number_of_the_pipeline_gives_its_bugs_away_on_no_seed(table):
    of = table[table["on"] == "the pipeline of notebook 10"].pivot(index="split_seed", columns="bug", values="ndcg@10")
    assert ((of["three at once"] - of["none"]).abs() < 0.015).all()
