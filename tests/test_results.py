"""The stored tables of `tests/benchmarks/ladder.py` are what the code gives, and what RESULTS.md says of them holds."""

import pandas as pd
import pytest

from course_lib.tables import stored
from tests.benchmarks import ladder
from tests.benchmarks.ladder import ALL, LIVE_SEEDS, OFFICIAL, PAIRS, ROOT, SEEDS, reported

FIGURES = ["ndcg@10", "hit@10", "recall@20", "coverage@10"]
README, PAGE = (ROOT / "README.md").read_text(), (ROOT / "RESULTS.md").read_text()


@pytest.fixture(scope="module")
def results() -> pd.DataFrame:
    return stored("results")


@pytest.fixture(scope="module")
def interval() -> pd.DataFrame:
    return stored("differences").set_index(["first", "second"])


@pytest.fixture(scope="module")
def ndcg(results) -> pd.DataFrame:
    """One row per reported split, one column per model."""
    return reported(results).pivot(index="split_seed", columns="model", values="ndcg@10")


@pytest.fixture(scope="module")
def lows() -> pd.DataFrame:
    """Means over the reported splits."""
    return reported(stored("low_ratings")).groupby("model").mean(numeric_only=True)


def test_there_is_one_row_per_model_and_split(results):
    assert list(results["model"].unique()) == list(ALL)
    assert (results.groupby("model")["split_seed"].apply(sorted).map(tuple) == tuple(sorted(LIVE_SEEDS + SEEDS))).all()
    assert len(SEEDS) == 20 and not set(SEEDS) & set(LIVE_SEEDS)


@pytest.mark.parametrize(
    ("model", "tolerance"),
    [("popularity", 2e-4), ("item-kNN", 2e-4), ("untrained gossip", 2e-4), ("EASE", 2e-4), ("MF-softmax", 5e-3)],
)
def test_a_row_measured_again_is_the_stored_row(real_data, results, model, tolerance):
    seed = SEEDS[1]
    stored_row = results.query("model == @model and split_seed == @seed").iloc[0]
    measured, _ = ladder.row(model, real_data.split(seed), seed)
    for figure in FIGURES:
        assert measured[figure] == pytest.approx(stored_row[figure], abs=tolerance), figure


def test_a_row_of_known_low_ratings_measured_again_is_the_stored_row(real_data):
    seed, split = SEEDS[0], real_data.split(SEEDS[0])
    row = stored("low_ratings").query("model == 'EASE' and split_seed == @seed").iloc[0]
    measured = ladder.low_row("EASE", ladder.ease(split.fit), real_data, split, seed)
    for figure in ("ndcg@10", "hidden", "share"):
        assert measured[figure] == pytest.approx(row[figure], abs=3e-4), figure


def test_the_official_splits_are_those_that_grouplens_publishes(real_data):
    ratings = len(real_data.ratings)
    tests = {name: ladder.official(real_data, name) for name in OFFICIAL}
    for name, split in tests.items():
        assert len(split.fit) + len(split.test) == (real_data.ratings["rating"] >= 4).sum() and ratings == 100_000, name
    assert tests["u1"].test.user.unique().numel() == 456 and tests["u4"].test.user.unique().numel() == 890
    row = stored("official").query("model == 'popularity' and split == 'ua'").iloc[0]
    measured, _ = ladder.judged(ladder.popularity(tests["ua"].fit), tests["ua"])
    for figure in FIGURES:
        assert measured[figure] == pytest.approx(row[figure], abs=2e-4), figure


def test_the_differences_are_those_of_the_results(results, interval):
    # The interval needs every user's value; its middle does not, up to users who hide nothing on one of the splits.
    mean = reported(results).groupby("model")["ndcg@10"].mean()
    assert list(interval.index) == PAIRS
    for (first, second), pair in interval.iterrows():
        assert pair["low"] < pair["difference"] < pair["high"]
        assert pair["difference"] == pytest.approx(mean[first] - mean[second], abs=1e-3)


def test_the_page_of_results_shows_the_stored_tables_and_the_readme_five_rows(results):
    for table in (
        ladder.markdown(results),
        ladder.markdown_differences(stored("differences")),
        ladder.markdown_official(stored("official")),
        ladder.markdown_lows(stored("low_ratings")),
    ):
        assert table in PAGE
    five = ladder.markdown(results, ladder.FIRST)
    assert five in README and five.count("\n") == 1 + 5


def beyond(interval: pd.DataFrame, first: str, second: str) -> bool:
    return interval.loc[(first, second), "low"] > 0


def level(interval: pd.DataFrame, first: str, second: str) -> bool:
    pair = interval.loc[(first, second)]
    return pair["low"] <= 0 <= pair["high"]


def test_what_is_concluded_holds(ndcg, interval):
    assert (ndcg["untrained gossip"] > ndcg["popularity"] + 0.05).all()  # "far above popularity"
    assert beyond(interval, "item-kNN", "untrained gossip")
    assert interval.loc[("item-kNN", "untrained gossip"), "difference"] < 0.01  # "a little"
    assert beyond(interval, "LightGCN-BPR", "MF-BPR") and level(interval, "LightGCN-BPR", "item-kNN")
    for depth in ("1 layer", "3 layers"):
        assert level(interval, "LightGCN-BPR", f"LightGCN-BPR {depth}")
    assert interval.loc[("LightGCN-softmax", "MF-softmax"), ["low", "high"]].abs().max() < 0.002
    assert beyond(interval, "MF-softmax", "LightGCN-BPR") and beyond(interval, "EASE", "LightGCN-BPR")
    assert (ndcg["EASE"] > ndcg[[model for model in ALL if "BPR" in model]].max(axis=1)).all()
    for teacher in ("LightGCN-softmax", "MF-softmax"):
        assert level(interval, teacher, "EASE")
    assert beyond(interval, "EASE + MF + LightGCN", "EASE") and beyond(
        interval, "EASE + MF + LightGCN", "LightGCN-softmax"
    )
    assert level(interval, "EASE + LightGCN", "EASE + MF")


def test_what_is_concluded_of_the_official_splits_holds():
    table = stored("official").pivot(index="model", columns="split", values="ndcg@10")
    for split in ("ua", "ub"):
        assert table.loc["EASE", split] > table.loc[["MF-softmax", "LightGCN-softmax"], split].max()
    for together in ladder.COMBINED:
        assert (table.loc[together] > table.loc["EASE"]).all()


def test_what_is_concluded_of_low_ratings_holds(lows):
    good = lows.drop(index="popularity")
    assert good["share"].between(0.225, 0.26).all()  # "a quarter of every good top ten"
    assert (
        (lows["hidden"] - lows["ndcg@10"]) > lows.loc["EASE + MF + LightGCN", "ndcg@10"] - lows.loc["EASE", "ndcg@10"]
    ).all()
