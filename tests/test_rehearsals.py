"""The tables of `tests/benchmarks/rehearsals.py` are what the code gives, and what notebook 07 says of them holds."""

from dataclasses import replace

import pandas as pd
import pytest
import torch

from course_lib.baselines import popularity
from course_lib.classroom.progress_list import BPR
from course_lib.graph import adjacency
from course_lib.tables import stored
from course_lib.training import TrainConfig, build, train
from tests.benchmarks.rehearsals import DEPTHS, PENALTIES, SPLITS, USUAL, deep_run, long_run, shared_with_charts


@pytest.fixture(scope="module")
def curves() -> pd.DataFrame:
    """NDCG@10 on validation: a row per epoch, a column per penalty and split."""
    return stored("overfitting").pivot(index="epoch", columns=["reg_weight", "split_seed"], values="ndcg@10")


@pytest.fixture(scope="module")
def depth() -> pd.DataFrame:
    return stored("depth")


def test_each_run_is_there(curves, depth):
    assert set(curves.columns) == {(penalty, seed) for penalty in PENALTIES for seed in SPLITS}
    runs = depth[depth["ndcg@10"].notna()].astype({"split_seed": int})
    wanted = {(config.loss, n, seed) for config, n in DEPTHS for seed in SPLITS}
    assert set(runs[["loss", "n_layers", "split_seed"]].itertuples(index=False, name=None)) == wanted


def test_the_beginning_of_a_long_run_measured_again_is_the_stored_one(real_data):
    seed, table = SPLITS[1], stored("overfitting")
    again = long_run(real_data.split(seed), seed, PENALTIES[1], n_epochs=4).set_index("epoch")
    kept = table[(table["split_seed"] == seed) & (table["reg_weight"] == PENALTIES[1])].set_index("epoch").loc[[2, 4]]
    for column in ("loss", "ndcg@10"):
        assert again[column].tolist() == pytest.approx(kept[column].tolist(), abs=3e-3)


def test_a_depth_measured_again_is_the_stored_one(real_data, depth):
    seed = SPLITS[0]
    row, _ = deep_run(real_data.split(seed), seed, TrainConfig())
    kept = depth[(depth["loss"] == "softmax") & (depth["n_layers"] == USUAL) & (depth["split_seed"] == str(seed))]
    assert row["ndcg@10"] == pytest.approx(kept["ndcg@10"].iloc[0], abs=5e-3)
    assert row["shared"] == pytest.approx(kept["shared"].iloc[0], abs=0.1)


def test_the_charts_share_all_ten_films_with_themselves_and_none_with_their_contrary(split):
    charts = popularity(split.fit)
    assert shared_with_charts(charts, split) == 10
    assert shared_with_charts(lambda users: -charts(users), split) == 0


def test_after_one_epoch_eight_films_in_ten_are_those_of_the_charts(real_split):
    model = build(real_split.train, BPR)
    train(model, real_split.train, config=replace(BPR, n_epochs=1))
    assert 8 <= shared_with_charts(model.scorer(adjacency(real_split.train)), real_split) < 9


def test_without_l2_validation_falls_from_its_peak_on_each_split_and_with_it_hardly(curves):
    assert (curves[0.0].iloc[-1] < 0.8 * curves[0.0].max()).all()
    mean = curves[0.0].mean(axis=1)
    assert 0.6 < mean.iloc[-1] / mean.max() < 0.75 and mean.idxmax() < 40  # "more than a quarter"
    assert (curves[PENALTIES[1]].iloc[-1] > 0.9 * curves[PENALTIES[1]].max()).all()
    losses = stored("overfitting").groupby(["reg_weight", "epoch"])["loss"].mean()
    assert losses[0.0].iloc[-1] == losses[0.0].min()


def test_deeper_is_worse_under_bpr_and_nearer_to_the_charts(depth):
    paired = depth[depth["split_seed"] == "all"].set_index(["loss", "n_layers"])
    for deep in (5, 8):
        assert paired.loc[("bpr", deep), "high"] < 0
    runs = depth[depth["ndcg@10"].notna() & (depth["loss"] == "bpr")].pivot(index="split_seed", columns="n_layers")
    for less, more in ((2, 5), (5, 8)):
        assert (runs["ndcg@10"][less] > runs["ndcg@10"][more]).all()
        assert (runs["shared"][less] < runs["shared"][more]).all()
    assert paired.loc[("bpr", 8), "difference"] < 3 * paired.loc[("softmax", 8), "difference"] < 0
    softmax = depth[(depth["loss"] == "softmax") & depth["shared"].notna()].groupby("n_layers")["shared"].mean()
    assert softmax[8] < softmax[2] + 0.5  # no drift to the charts there


def test_the_teacher_matters_more_than_the_network():
    interval = stored("differences").set_index(["first", "second"])
    assert interval.loc[("MF-softmax", "LightGCN-BPR"), "low"] > 0
    assert interval.loc[("MF-softmax", "MF-BPR"), "low"] > interval.loc[("LightGCN-BPR", "MF-BPR"), "high"] > 0
    graph = interval.loc[("LightGCN-softmax", "MF-softmax")]
    assert graph["low"] < 0 < graph["high"]


def test_on_gowalla_the_graph_is_ahead_with_the_same_teacher_whatever_the_seed():
    found = stored("gowalla").groupby("model")["recall@20"].agg(["min", "max"])
    assert found.loc["LightGCN-softmax", "min"] > found.loc["MF-softmax", "max"] + 0.002


def test_a_single_split_names_the_wrong_winner_only_where_models_are_close():
    results = stored("results").query("split_seed >= 100 and model not in ['random', 'popularity']")
    results = results[~results["model"].str.contains("+", regex=False)]
    table = results.pivot(index="split_seed", columns="model", values="ndcg@10")
    gap = (table.values[:, :, None] - table.values[:, None, :]).transpose(1, 2, 0)  # (models, models, splits)
    mean = torch.tensor(gap).mean(dim=2)
    turned = torch.tensor((gap * mean.sign().numpy()[:, :, None] < 0).any(axis=2))
    assert mean[turned].abs().max() < 0.03 and turned[(mean.abs() > 0) & (mean.abs() < 0.003)].float().mean() > 0.5
