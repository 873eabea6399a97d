"""The ladder in `notebooks/results.csv` is what the code gives, and what README says of it holds."""

import pandas as pd
import pytest

from course_lib.data import load_movielens
from course_lib.interactions import split_per_user, to_likes
from tests.benchmarks.ladder import MODELS, RESULTS, ROOT, SEEDS, markdown, row

FIGURES = ["ndcg@10", "hit@10", "recall@20", "coverage@10"]


@pytest.fixture(scope="module")
def results() -> pd.DataFrame:
    return pd.read_csv(RESULTS)


@pytest.fixture(scope="module")
def ndcg(results) -> pd.DataFrame:
    """One row per split seed, one column per model."""
    return results.pivot(index="split_seed", columns="model", values="ndcg@10")


def test_it_has_one_row_per_model_and_seed(results):
    assert list(results["model"].unique()) == list(MODELS)
    assert results.groupby("model")["split_seed"].apply(list).map(lambda seeds: seeds == list(SEEDS)).all()


@pytest.mark.parametrize(
    ("model", "tolerance"), [("popularity", 2e-4), ("item-kNN", 2e-4), ("EASE", 2e-4), ("MF-BPR", 5e-3)]
)
def test_a_row_measured_again_is_the_stored_row(results, model, tolerance):
    data = load_movielens()
    if not data.is_real:
        pytest.skip(f"the stored figures are of MovieLens 100K, and this is the {data.source}")
    seed = SEEDS[1]
    split = split_per_user(to_likes(data.ratings), data.users["user_id"], data.films["film_id"], seed=seed)
    stored = results.query("model == @model and split_seed == @seed").iloc[0]
    measured, _ = row(model, split, seed)
    for figure in FIGURES:
        assert measured[figure] == pytest.approx(stored[figure], abs=tolerance), figure


def test_the_readme_shows_the_stored_table(results):
    assert markdown(results) in (ROOT / "README.md").read_text()


def test_what_the_readme_concludes_holds_on_every_seed(ndcg):
    assert (ndcg["untrained gossip"] > ndcg["popularity"] + 0.05).all()  # "far above popularity"
    assert (ndcg["LightGCN-BPR"] > ndcg["MF-BPR"]).all()
    assert (ndcg["EASE"] > ndcg[["LightGCN-BPR", "MF-BPR"]].max(axis=1)).all()
