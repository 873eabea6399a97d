"""What notebook 06 says in its prose is what the stored tables say, and what it shows on MovieLens comes out so."""

import re

import nbformat
import pandas as pd
import pytest
import torch

from course_lib.baselines import ease, item_knn, popularity, random_scorer, untrained_gossip
from course_lib.classroom.guest import writer
from course_lib.classroom.lessons.n06_evaluation import RULERS, SHARP, values
from course_lib.classroom.museum import against_99_others, passes
from course_lib.evaluation import evaluate, paired_bootstrap, top_k
from course_lib.interactions import to_interactions
from course_lib.passport import ndcg_of_full_list
from course_lib.tables import stored
from tests.execute_notebooks import NOTEBOOKS


def mean(table, column):
    return table[table["split_seed"] >= 100].groupby("model")[column].mean()


def test_masking_low_ratings_brings_more_than_any_step_from_untrained_gossip_upwards():
    low = stored("low_ratings")
    before, after = mean(low, "ndcg@10"), mean(low, "hidden")
    steps = before[["untrained gossip", "item-kNN", "EASE", "EASE + MF + LightGCN"]].diff().dropna()
    assert (steps > 0).all() and (after - before)[steps.index].min() > steps.max()
    assert (after > before).all() and (after - before)["popularity"] < steps.max()  # "every model but the charts"


def test_the_ladder_stands_as_the_prose_says():
    ladder = mean(stored("results"), "ndcg@10")
    names = ["random", "popularity", "MF-BPR", "untrained gossip", "LightGCN-BPR", "item-kNN", "EASE"]
    assert ladder[names].idxmax() == "EASE"
    assert ladder[names[2:]].min() > 1.8 * ladder["popularity"]  # "far above them"
    assert ladder["MF-BPR"] < ladder["untrained gossip"]  # "doesn't even come out above"


def test_what_is_said_to_be_told_apart_is_and_what_is_not_is_not():
    table = stored("differences").set_index(["first", "second"])
    for pair, apart in (
        (("item-kNN", "untrained gossip"), True),
        (("EASE", "LightGCN-BPR"), True),
        (("LightGCN-BPR", "MF-BPR"), True),
        (("LightGCN-BPR", "untrained gossip"), True),
        (("LightGCN-BPR", "item-kNN"), False),
        (("LightGCN-softmax", "EASE"), False),  # another teacher brings the network up to it
    ):
        low, high = table.loc[pair, ["low", "high"]]
        assert (low > 0 or high < 0) == apart, pair


def test_choosing_on_a_part_hidden_as_the_test_was():
    table = stored("which_part")

    def saved(how, column):
        one = table[table["test"] == how].pivot(index="seed", columns="validation", values=column)
        return paired_bootstrap(one["at random"], one[how])

    assert saved("famous films more often", "kendall")[2] < 0 < saved("famous films more often", "regret")[1]
    assert saved("a stretch of time", "kendall")[2] < 0
    _, low, high = saved("a stretch of time", "regret")
    assert low < 0 < high
    assert len(set(table["chosen"]) | set(table["best"])) <= 24


def test_the_party_of_the_solution_tells_each_ruler_from_the_right_one_and_each_ruler_fails_its_own_test():
    found = values(SHARP)
    for name, bug in RULERS.items():
        assert not torch.allclose(found[name].double(), found["right"].double(), atol=1e-4), name
        assert passes(bug.exposes, bug.right) and not passes(bug.exposes, bug.wrong), name


@pytest.fixture(scope="module")
def rungs(real_split):
    fit = real_split.fit
    makers = {"popularity": popularity, "item-kNN": item_knn, "untrained gossip": untrained_gossip, "EASE": ease}
    return {name: make(fit) for name, make in makers.items()} | {"random": random_scorer(fit)}


def test_a_quarter_of_the_lists_was_rated_low_and_hardly_any_of_random_ones(rungs, real_data, real_split):
    rated = to_interactions(real_data.ratings, real_split.user_ids, real_split.item_ids)
    users, share = real_split.test.user.unique(), {}
    for name in ("untrained gossip", "popularity", "random"):
        items, _ = top_k(rungs[name], users, real_split.fit, 10)
        low = rated.rows(users).gather(1, items) & ~real_split.test.rows(users).gather(1, items)
        share[name] = float(low.float().mean())
    assert 0.23 < share["untrained gossip"] < 0.27 and share["random"] < 0.04
    assert share["popularity"] > share["untrained gossip"] / 2  # "a good part of it is fame"


def test_a_kinder_judge_and_an_easier_question_turn_the_order_round(rungs, real_split):
    fit, test = real_split.fit, real_split.test
    ndcg = {name: evaluate(rung, test, fit, k=(10,))["ndcg@10"].mean() for name, rung in rungs.items()}
    users = test.user.unique()
    hits = test.rows(users).gather(1, top_k(rungs["EASE"], users, fit, 10)[0])
    assert float(ndcg_of_full_list(hits, test.rows(users).sum(dim=1)).mean()) < ndcg["untrained gossip"] < ndcg["EASE"]
    assert against_99_others(rungs["popularity"], test, fit).mean() > ndcg["EASE"]


def test_with_99_films_drawn_two_models_change_places_over_three_splits(real_data):
    drawn = {}
    for make in (item_knn, untrained_gossip):
        each = {}
        for seed, part in enumerate(real_data.split(seed) for seed in range(3)):
            ndcg = against_99_others(make(part.fit), part.test, part.fit)
            each[seed] = pd.Series(ndcg.numpy(), part.test.user.unique().numpy())
        drawn[make] = pd.DataFrame(each).dropna()
    assert paired_bootstrap(*drawn.values())[2] < 0
    assert stored("differences").set_index(["first", "second"]).loc[("item-kNN", "untrained gossip"), "low"] > 0


def test_the_five_lines_in_the_fold_are_the_librarys_ease(real_split, rungs):
    notebook = nbformat.read(NOTEBOOKS / "06_evaluation.ipynb", as_version=4)
    (text,) = [cell.source for cell in notebook.cells if cell.id == "rungs-so"]
    told = {"fit": real_split.fit, "torch": torch}
    exec(re.search(r"```python\n(.*?)```", text, re.S)[1], told)
    users = torch.arange(real_split.fit.n_users)
    assert torch.allclose(told["scores"], rungs["EASE"](users), atol=1e-4)


def test_return_of_the_jedi_is_on_all_four_lists_of_the_writer_who_never_rated_it(real_data, real_split, rungs):
    guest = writer(real_split)
    item = int(real_data.films.set_index("title")["item_id"]["Return of the Jedi (1983)"])
    film = real_split.item_ids.tolist().index(item)
    assert all(film in guest.top(rung).tolist() for name, rung in rungs.items() if name != "random")
    assert real_data.ratings.query("user_id == @guest.user and item_id == @item").empty


def test_nobody_finds_two_in_a_hundred_of_the_little_known_third(rungs, real_split):
    fit, test = real_split.fit, real_split.test
    fame = fit.item_degree()
    order = fame.argsort(descending=True, stable=True)
    unknown = order[3 * (fame[order].cumsum(0) - fame[order]) // fame.sum() >= 2]
    assert len(unknown) > 0.8 * fit.n_items  # "more than four in five"
    for name in rungs.keys() - {"random"}:
        items, _ = top_k(rungs[name], torch.arange(fit.n_users), seen=fit, k=20)
        listed = torch.zeros(fit.n_users, fit.n_items, dtype=torch.bool).scatter_(1, items, True)
        assert listed[test.user, test.item][torch.isin(test.item, unknown)].float().mean() < 0.02, name
