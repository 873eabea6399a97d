"""What notebook 10 says a graph is worth, held to the tables; and a row of `worth.csv`, measured again."""

import pytest

from course_lib.baselines import ease
from course_lib.ensemble import combine
from course_lib.evaluation import paired_bootstrap
from course_lib.plots.worth import PUBLISHED
from course_lib.tables import stored
from course_lib.training import TrainConfig
from tests.benchmarks.worth import ndcg, trained

SUMS = stored("worth").pivot(index="split_seed", columns="model", values="ndcg@10")


def test_a_second_mf_is_as_good_a_third_voice_as_lightgcn():
    assert len(SUMS.dropna()) >= 10
    _, low, high = paired_bootstrap(SUMS["EASE + MF + LightGCN"], SUMS["EASE + MF + MF"])
    assert -0.0005 < low < 0 < high < 0.0005 < (SUMS["EASE + MF + MF"] - SUMS["EASE + MF"]).mean()


def test_on_movielens_a_graph_helps_the_weak_teacher_alone():
    rows = stored("differences").set_index(["first", "second"])
    assert rows.loc[("LightGCN-BPR", "MF-BPR"), "low"] > 0
    for pair in (("LightGCN-softmax", "MF-softmax"), ("EASE + LightGCN", "EASE + MF")):
        assert rows.loc[pair, "low"] < 0 < rows.loc[pair, "high"]
    for alone in ("EASE", "LightGCN-softmax"):
        assert rows.loc[("EASE + MF + LightGCN", alone), "low"] > 0
    for voice in ("LightGCN-softmax", "MF-softmax"):  # EASE is level with both
        assert rows.loc[(voice, "EASE"), "low"] < 0 < rows.loc[(voice, "EASE"), "high"]
    assert rows.loc[("graph filter", "untrained gossip"), "high"] < 0


def test_on_gowalla_a_lot_turns_round():
    table = stored("gowalla")
    found = {name: rows for name, rows in table.groupby("model")["recall@20"]}
    assert found["graph filter"].min() > found["LightGCN-softmax"].max() > found["LightGCN-softmax"].min()
    assert found["LightGCN-softmax"].min() > found["MF-softmax"].max() > found["local EASE"].max()
    sums = {voice: found[f"graph filter + local EASE + {voice}-softmax"] for voice in ("LightGCN", "MF")}
    assert sums["LightGCN"].min() > sums["MF"].max()
    assert found["graph filter"].min() > max(PUBLISHED[0][1], found["LightGCN-softmax"].max())
    total = table[table["model"] == "graph filter + local EASE + LightGCN-softmax"]
    assert total["recall@20"].min() > max(recall for _, recall, _ in PUBLISHED)
    assert total["ndcg@20"].mean() - max(ndcg for _, _, ndcg in PUBLISHED) == pytest.approx(0.001, abs=0.0006)
    assert total["recall@20"].min() > max(values.max() for name, values in found.items() if "+" not in name)
    largest = found["LightGCN-softmax, 256 numbers, 4 rounds, 40 epochs"]
    assert found["LightGCN-softmax"].max() < found["graph filter, as published"].min() < largest.max()
    assert found["graph filter"].min() > largest.max(), "the lead that rests on the settings"
    assert total["seconds"].max() < 600


def test_a_row_measured_again(real_data):
    split = real_data.split(100)
    voice = trained(split.fit, TrainConfig(n_layers=0, n_epochs=90))
    assert ndcg(combine(ease(split.fit), voice), split) == pytest.approx(SUMS.loc[100, "EASE + MF"], abs=0.001)
