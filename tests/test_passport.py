"""The metric passport: formulas against what the libraries said, and the table against what can be computed here."""

import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from course_lib.baselines import popularity
from course_lib.evaluation import evaluate
from course_lib.passport import CONVENTIONS, mean_by_findable, recall_of_findable
from tests.benchmarks.passport import PARTY, PASSPORT, PYG, K, by_course_and_pyg, lists_of

TABLE = pd.read_csv(PASSPORT).set_index(["judge", "metric"])
NAMES = [(judge, name, k) for name, judge in CONVENTIONS for k in K]
FORMULAS = list(dict.fromkeys(formula for formula, _ in CONVENTIONS.values()))


@pytest.fixture(scope="module")
def judged(split):
    """Hits `(B, 20)` and hidden likes `(B,)` of the made-up party, and what the course and PyG say of each guest."""
    _, items, liked = lists_of(split)
    return liked.gather(1, items), liked.sum(dim=1), by_course_and_pyg(split)[0]


@pytest.mark.parametrize(("judge", "name", "k"), NAMES)
def test_each_formula_gives_what_the_library_said_of_every_guest(judged, judge, name, k):
    hits, n_relevant, here = judged
    stored = pd.read_csv(PARTY)
    said = here[judge][f"{name}@{k}"] if judge in here else stored[f"{judge} {name}@{k}"].tolist()
    expected = CONVENTIONS[name, judge][0](hits[:, :k], n_relevant)
    assert expected[: len(said)].tolist() == pytest.approx(said, abs=1e-6)
    assert len(said) >= 40 and int(n_relevant[: len(said)].max()) > max(K)  # conventions part where likes are many


def test_the_table_is_what_the_formulas_give_on_movielens(real_split):
    _, items, liked = lists_of(real_split)
    hits, n_relevant = liked.gather(1, items), liked.sum(dim=1)
    for judge, name, k in NAMES:
        values = CONVENTIONS[name, judge][0](hits[:, :k], n_relevant)
        pooled = (name, judge) == ("precision", "implicit")
        mean = mean_by_findable(values, hits[:, :k], n_relevant) if pooled else values.mean()
        assert float(mean) == pytest.approx(TABLE["value"][judge, f"{name}@{k}"], abs=2e-6), (judge, name, k)


def test_the_rows_of_the_course_and_of_pyg_are_what_they_say_of_movielens(real_split):
    course = evaluate(popularity(real_split.fit), real_split.test, real_split.fit, K).mean()
    for name in course.index:
        assert course[name] == pytest.approx(TABLE["value"]["course", name], abs=2e-6)
    _, items, liked = lists_of(real_split)
    for name, kind in PYG.items():
        for k in K:
            metric = kind(k)
            metric.update(items, liked.nonzero().T)
            assert float(metric.compute()) == pytest.approx(TABLE["value"]["PyG", f"{name}@{k}"], abs=2e-6)


def test_the_table_has_each_metric_of_each_judge_once_and_says_its_convention():
    assert sorted(TABLE.index) == sorted((judge, f"{name}@{k}") for judge, name, k in NAMES)
    for judge, name, k in NAMES:
        assert TABLE["convention"][judge, f"{name}@{k}"] == CONVENTIONS[name, judge][1]


@pytest.mark.parametrize("formula", FORMULAS)
@given(st.lists(st.booleans(), min_size=1, max_size=12), st.integers(0, 30))
def test_every_formula_lies_in_0_to_1_and_is_0_without_a_hit(formula, hits, hidden_elsewhere):
    n_relevant = torch.tensor([max(1, sum(hits) + hidden_elsewhere)])
    value = formula(torch.tensor([hits]), n_relevant)
    assert value.shape == (1,) and 0 <= float(value) <= 1 + 1e-6
    assert (float(value) > 0) == any(hits)


def test_the_pooled_mean_is_all_hits_over_all_that_could_be_hit():
    hits = torch.tensor([[True, False, False], [True, True, False]])
    n_relevant = torch.tensor([1, 5])
    pooled = mean_by_findable(recall_of_findable(hits, n_relevant), hits, n_relevant)
    assert float(pooled) == pytest.approx((1 + 2) / (1 + 3))
