"""The ladder in `notebooks/results.csv` is what the code gives, and what README says of it holds."""

import pandas as pd
import pytest

from tests.benchmarks.ladder import (
    DIFFERENCES,
    MODELS,
    PAIRS,
    RESULTS,
    ROOT,
    SEEDS,
    markdown,
    markdown_differences,
    row,
)

FIGURES = ["ndcg@10", "hit@10", "recall@20", "coverage@10"]


@pytest.fixture(scope="module")
def results() -> pd.DataFrame:
    return pd.read_csv(RESULTS)


@pytest.fixture(scope="module")
def differences() -> pd.DataFrame:
    return pd.read_csv(DIFFERENCES)


@pytest.fixture(scope="module")
def ndcg(results) -> pd.DataFrame:
    """One row per split seed, one column per model."""
    return results.pivot(index="split_seed", columns="model", values="ndcg@10")


def test_it_has_one_row_per_model_and_seed(results):
    assert list(results["model"].unique()) == list(MODELS)
    assert results.groupby("model")["split_seed"].apply(list).map(lambda seeds: seeds == list(SEEDS)).all()


@pytest.mark.parametrize(
    ("model", "tolerance"), [("popularity", 2e-4), ("item-kNN", 2e-4), ("EASE", 2e-4), ("MF-softmax", 5e-3)]
)
def test_a_row_measured_again_is_the_stored_row(real_data, results, model, tolerance):
    seed = SEEDS[1]
    split = real_data.split(seed)
    stored = results.query("model == @model and split_seed == @seed").iloc[0]
    measured, _ = row(model, split, seed)
    for figure in FIGURES:
        assert measured[figure] == pytest.approx(stored[figure], abs=tolerance), figure


def test_the_differences_are_those_of_the_results(results, differences):
    # The interval needs every user's value; its middle does not, up to users who hide nothing on one of the splits.
    mean = results.groupby("model")["ndcg@10"].mean()
    assert list(zip(differences["first"], differences["second"], strict=True)) == PAIRS
    for pair in differences.itertuples():
        assert pair.low < pair.difference < pair.high
        assert pair.difference == pytest.approx(mean[pair.first] - mean[pair.second], abs=1e-3)


def test_the_readme_shows_the_stored_tables(results, differences):
    readme = (ROOT / "README.md").read_text()
    assert markdown(results) in readme
    assert markdown_differences(differences) in readme


def test_what_the_readme_concludes_holds(ndcg, differences):
    interval = differences.set_index(["first", "second"])
    assert (ndcg["untrained gossip"] > ndcg["popularity"] + 0.05).all()  # "far above popularity"
    assert 0 < interval.loc[("item-kNN", "untrained gossip"), "low"] < 0.01  # "a little below"
    assert interval.loc[("LightGCN-BPR", "MF-BPR"), "low"] > 0
    assert interval.loc[("LightGCN-softmax", "MF-softmax"), ["low", "high"]].abs().max() < 0.003
    assert interval.loc[("MF-softmax", "LightGCN-BPR"), "low"] > 0
    for first in ("LightGCN-softmax", "MF-softmax"):  # level with EASE
        assert interval.loc[(first, "EASE"), "low"] < 0 < interval.loc[(first, "EASE"), "high"]
    assert (ndcg["EASE"] > ndcg[[model for model in MODELS if "BPR" in model]].max(axis=1)).all()
