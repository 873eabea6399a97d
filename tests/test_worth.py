"""What notebook 10 says a graph is worth, held to the tables; and a row of `worth.csv`, measured again."""

import pytest
import torch

from course_lib.baselines import ease
from course_lib.ensemble import combine
from course_lib.interactions import Interactions
from course_lib.plots.worth import PUBLISHED
from course_lib.tables import stored
from course_lib.training import TrainConfig
from tests.benchmarks.worth import ndcg, thinned, trained

TRIED = stored("worth").pivot(index="split_seed", columns=["kept", "model"], values="ndcg@10")


def test_a_second_mf_is_as_good_a_third_voice_as_lightgcn():
    sums = TRIED[1.0].dropna()
    gap = sums["EASE + MF + LightGCN"] - sums["EASE + MF + MF"]
    assert abs(gap.mean()) < 0.0005 < (sums["EASE + MF + MF"] - sums["EASE + MF"]).mean()


def test_with_a_quarter_of_the_likes_the_two_stay_level():
    thin = TRIED[0.25].dropna()
    gap = thin["LightGCN"] - thin["MF"]
    assert len(thin) >= 5 and abs(gap.mean()) < 0.002 and gap.min() < 0 < gap.max()


def test_on_movielens_a_graph_helps_the_weak_teacher_alone():
    rows = stored("differences").set_index(["first", "second"])
    assert rows.loc[("LightGCN-BPR", "MF-BPR"), "low"] > 0
    for pair in (("LightGCN-softmax", "MF-softmax"), ("EASE + LightGCN", "EASE + MF")):
        assert rows.loc[pair, "low"] < 0 < rows.loc[pair, "high"]
    assert rows.loc[("EASE + MF + LightGCN", "EASE"), "low"] > 0
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
    assert total["ndcg@20"].min() > max(ndcg for _, _, ndcg in PUBLISHED)
    assert total["recall@20"].min() > max(values.max() for name, values in found.items() if "+" not in name)
    assert total["seconds"].max() < 600


def test_thinning_keeps_a_part_and_the_same_every_time():
    likes = Interactions(torch.arange(1000) // 10, torch.arange(1000) % 10, 100, 10)
    first, second = (thinned(likes, 0.25, seed=1) for _ in range(2))
    assert 200 < len(first) < 300 and first.keys.equal(second.keys) and first.sizes == likes.sizes


def test_a_row_measured_again(real_data):
    split = real_data.split(100)
    voice = trained(split.fit, TrainConfig(n_layers=0, n_epochs=90))
    assert ndcg(combine(ease(split.fit), voice), split) == pytest.approx(TRIED.loc[100, (1.0, "EASE + MF")], abs=0.001)
