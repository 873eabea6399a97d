"""The hold-out curves in `newcomers.csv` are what the code gives, and what notebook 08 says of them holds."""

from dataclasses import replace

import pandas as pd
import pytest
import torch

from course_lib.baselines import popularity
from course_lib.interactions import Interactions, Split
from course_lib.training import NEWCOMER_CONFIG, TrainConfig
from tests.benchmarks import newcomers
from tests.benchmarks.ladder import ROOT
from tests.benchmarks.newcomers import BASELINES, MIN_LIKES, RESULTS, SEEDS, SHOWN, hold_out, judge, markdown

FOLDED, PLAIN, TRAINED = "LightGCN, ego dropout, folded in", "LightGCN, folded in", "LightGCN, trained on"
MF = "MF, mean of the liked films"


@pytest.fixture(scope="module")
def recall() -> pd.DataFrame:
    """One row per seed and number of likes shown, one column per model."""
    return pd.read_csv(RESULTS).pivot(index=["seed", "shown"], columns="model", values="recall@20")


def of(recall: pd.DataFrame, shown: int | str) -> pd.DataFrame:
    return recall.xs(str(shown), level="shown")


def test_it_has_one_row_per_model_seed_and_number_shown():
    table = pd.read_csv(RESULTS)
    assert set(table["model"]) == {*BASELINES, MF, FOLDED, PLAIN, TRAINED, "LightGCN, ego dropout, trained on"}
    runs = table.groupby("model")[["seed", "shown"]].apply(lambda rows: list(rows.itertuples(index=False, name=None)))
    assert all(run == [(seed, str(n or "all")) for seed in SEEDS for n in SHOWN] for run in runs)


def test_whole_guests_are_held_out_and_their_likes_fall_into_three(party):
    held = hold_out(party, seed=0)
    n_likes = (party.ratings["rating"] >= 4).groupby(party.ratings["user_id"]).sum().to_numpy()
    assert (held.others.fit.user_degree()[held.newcomers] == 0).all()
    for user, rest in zip(held.newcomers.tolist(), held.rest, strict=True):
        hidden = held.hidden.items_of(user)
        assert n_likes[user] >= MIN_LIKES and len(hidden) == n_likes[user] // 3
        assert len({*hidden.tolist(), *rest.tolist()}) == n_likes[user]
    assert [len(films) for films in held.shown(3)] == [3] * len(held.newcomers)
    choosing = hold_out(party, seed=0, choosing=True).newcomers
    assert not set(choosing.tolist()) & set(held.newcomers.tolist())


def test_likes_that_are_not_shown_are_masked_too(party):
    held = hold_out(party, seed=0)
    fame = popularity(held.others.fit)
    knows_the_rest = held.pairs(held.rest).dense()
    assert judge(lambda users: fame(users) + 1e6 * knows_the_rest[users], held) == judge(fame, held)
    truth = held.hidden.dense()
    assert judge(lambda users: truth[users], held)["ndcg@10"] == 1.0


@pytest.mark.parametrize("model", list(BASELINES))
def test_a_curve_measured_again_is_the_stored_curve(real_data, recall, model):
    held = hold_out(real_data, seed=1)
    curve = BASELINES[model](held)
    for n in (1, 10, None):
        assert judge(curve(n), held)["recall@20"] == pytest.approx(of(recall, n or "all").loc[1, model], abs=2e-4)


def test_the_folded_in_curve_measured_again_is_the_stored_one(real_data, recall):
    held = hold_out(real_data, seed=1)
    model, _ = newcomers.fitted(held.others, NEWCOMER_CONFIG)
    for n in (3, None):
        measured = judge(newcomers.folded(model, held, n), held)["recall@20"]
        assert measured == pytest.approx(of(recall, n or "all").loc[1, FOLDED], abs=1e-2)


def test_a_newcomer_whom_no_shown_film_helps_gets_the_popular_list(party):
    held = hold_out(party, seed=0)
    fit = held.others.fit
    keep = fit.item != held.rest[0][0]  # all other fans of the first newcomer's first film take their rave back
    fewer = Interactions(fit.user[keep], fit.item[keep], fit.n_users, fit.n_items)
    none = Interactions(fit.user[:0], fit.item[:0], fit.n_users, fit.n_items)
    quiet = replace(held, others=Split(fewer, none, none, held.others.user_ids, held.others.item_ids))
    scores = newcomers.folded(newcomers.build(fewer, TrainConfig()), quiet, 1)(held.newcomers)
    popular = fewer.item_degree().float()
    assert torch.equal(scores[0], popular) and not torch.equal(scores[1], popular)


def test_fold_in_beats_popularity_from_three_likes_on_every_seed(recall):
    for n in (3, 5, 10, 20, "all"):
        assert (of(recall, n)[FOLDED] > of(recall, n)["popularity"]).all()


def test_with_one_like_popularity_wins_and_with_two_it_loses_on_every_seed(recall):
    assert (of(recall, 1)[FOLDED] < of(recall, 1)["popularity"]).all()
    assert (of(recall, 2)[FOLDED] > of(recall, 2)["popularity"]).all()


def test_fold_in_keeps_90_percent_of_the_trained_recall_in_the_mean_and_without_ego_dropout_it_does_not(recall):
    for n in SHOWN:
        runs = of(recall, n or "all")
        assert (runs[FOLDED] / runs[TRAINED]).mean() > 0.90
        if n != 1:
            assert 0.815 < (runs[PLAIN] / runs[TRAINED]).mean() < 0.865


def test_ease_loses_up_to_ten_likes_and_item_knn_with_three_and_five_and_ease_wins_with_all(recall):
    for n in (1, 2, 3, 5, 10):
        assert (of(recall, n)[FOLDED] > of(recall, n)["EASE"]).all()
    for n in (3, 5):
        assert (of(recall, n)[FOLDED] > of(recall, n)["item-kNN"]).all()
    assert (of(recall, "all")[FOLDED] < of(recall, "all")["EASE"]).all()


def test_item_knn_is_behind_in_the_mean_everywhere_but_not_on_every_seed(recall):
    curves = [of(recall, n or "all") for n in SHOWN]
    ahead = pd.DataFrame([runs[FOLDED] - runs["item-kNN"] for runs in curves])
    assert (ahead.mean(axis=1) > 0).all() and not (ahead > 0).all(axis=None)


def test_ego_dropout_costs_trained_guests_recall_on_every_seed(recall):
    assert (of(recall, "all")["LightGCN, ego dropout, trained on"] < of(recall, "all")[TRAINED]).all()


def test_from_two_likes_on_only_a_model_trained_for_newcomers_is_above_the_mean_of_film_tags_of_mf(recall):
    for n in SHOWN:
        runs = of(recall, n or "all")
        assert (runs[FOLDED] > runs[MF]).all()
        if n == 1:
            assert (runs[PLAIN] > runs[MF]).all()
        else:
            assert abs((runs[PLAIN] - runs[MF]).mean()) < 0.01


def test_the_page_of_results_shows_the_stored_table():
    assert markdown(pd.read_csv(RESULTS)) in (ROOT / "RESULTS.md").read_text()
