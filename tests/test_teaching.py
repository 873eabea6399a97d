"""What notebook 05 says in words about tables that are measured elsewhere."""

import pytest

from course_lib.tables import stored


@pytest.fixture
def difference():
    return stored("differences").set_index(["first", "second"])


def test_learning_beats_untrained_gossip_by_a_hair(difference):
    row = difference.loc[("LightGCN-BPR", "untrained gossip")]
    assert row["low"] > 0 and row["difference"] < 0.02


def test_nearly_all_of_the_way_up_from_the_charts_is_due_to_gossip():
    means = stored("results").query("split_seed >= 100").groupby("model")["ndcg@10"].mean()
    gossip, trained = (means[model] - means["popularity"] for model in ("untrained gossip", "LightGCN-BPR"))
    assert 0.9 < gossip / trained < 1
    assert f"{means['LightGCN-BPR']:.3f}" == "0.286"


def test_ease_is_fitted_by_squared_error_and_ranks_better(difference):
    assert difference.loc[("EASE", "LightGCN-BPR"), "low"] > 0


def test_the_small_number_in_the_logarithm_costs_nothing_here_and_knowing_the_test_looks_better():
    museum = stored("museum").query("on == 'LightGCN-BPR'")
    table = museum.pivot(index="split_seed", columns="bug", values="ndcg@10")
    assert (table["log_of_sigmoid"] - table["none"]).abs().max() < 0.001
    assert (table["negatives_know_the_test"] > table["none"]).all()
