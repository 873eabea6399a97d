"""Which part to choose on? `python -m tests.benchmarks.which_part`, six minutes of one core, writes `which_part.csv`.

A setting is chosen on a validation part and judged on a test part. Here the test part of MovieLens 100K is hidden in
three ways, a fifth of each guest's likes: at random; famous films more often (as the hidden part of Gowalla does); and
as a stretch of the guest's time. For each, twenty-four settings of untrained methods are ranked on a tenth of the rest,
hidden at random or as the test was, and on the test part itself after learning from all of the rest. NDCG@10, twenty
seeds. `kendall` says how alike the two rankings are, `regret` how much NDCG@10 the setting that validation calls best
stays behind the one that is.
"""

import numpy as np
import pandas as pd
import torch
from scipy.stats import kendalltau

from course_lib.baselines import ease, graph_filter, item_knn, untrained_gossip
from course_lib.evaluation import Scorer, evaluate
from course_lib.files import write_whole
from course_lib.interactions import Interactions
from tests.benchmarks.ladder import TABLES, real_movielens

SEEDS = tuple(range(100, 120))


def hide(likes: pd.DataFrame, how: str, share: float, seed: int) -> np.ndarray:
    """Which rows are hidden: about `share` of each user's."""
    rng = np.random.default_rng(seed)
    if how == "at random":
        order = rng.random(len(likes))
    elif how == "famous films more often":
        # The largest of u^(1/w) are a weighted draw without replacement (Efraimidis and Spirakis 2006).
        fame = likes["item"].map(likes["item"].value_counts()).to_numpy()
        order = -np.log(rng.random(len(likes))) / fame**0.5
    else:  # a run in the order of time, from a random place on
        within = likes.groupby("user")["timestamp"].rank(method="first").to_numpy() - 1
        count = likes.groupby("user")["user"].transform("size").to_numpy()
        start = rng.random(likes["user"].max() + 1)[likes["user"]] * count
        order = (within - start.astype(int)) % count
    rank = pd.Series(order).groupby(likes["user"].to_numpy()).rank(method="first").to_numpy()
    count = likes.groupby("user")["user"].transform("size").to_numpy()
    return (rank <= np.maximum(1, np.rint(share * count))) & (count > 1)


def settings(likes: Interactions) -> dict[str, Scorer]:
    """Twenty-four ways that train nothing."""
    rows: dict[str, Scorer] = {f"gossip, {n} rounds": untrained_gossip(likes, n) for n in (3, 5)}
    rows |= {f"item-kNN, {n}": item_knn(likes, n) for n in (10, 30, 100, 300)}
    rows |= {f"EASE, {weight}": ease(likes, weight) for weight in (10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0)}
    for n_factors in (16, 64, 256):
        for low_pass in (0.1, 0.5):
            for user_exponent in (0.3, 0.5):
                name = f"graph filter, {n_factors} waves, {low_pass}, {user_exponent}"
                rows[name] = graph_filter(likes, n_factors, low_pass, user_exponent)
    return rows


def judged(rows: dict[str, Scorer], truth: Interactions, seen: Interactions) -> pd.Series:
    """NDCG@10 of each."""
    return pd.Series({name: evaluate(row, truth, seen, k=(10,))["ndcg@10"].mean() for name, row in rows.items()})


def main() -> None:
    """Measure and write the table."""
    data = real_movielens()
    raves = data.ratings[data.ratings["rating"] >= 4]
    likes = pd.DataFrame(
        {
            "user": raves["user_id"].factorize(sort=True)[0],
            "item": raves["item_id"].factorize(sort=True)[0],
            "timestamp": raves["timestamp"].to_numpy(),
        }
    )
    sizes = likes["user"].max() + 1, likes["item"].max() + 1

    def part(table: pd.DataFrame) -> Interactions:
        return Interactions(
            torch.tensor(table["user"].tolist()), torch.tensor(table["item"].tolist()), *map(int, sizes)
        )

    found = []
    for test in ("at random", "famous films more often", "a stretch of time"):
        for seed in SEEDS:
            hidden = hide(likes, test, 0.2, seed)
            rest = likes[~hidden].reset_index(drop=True)
            truth = judged(settings(part(rest)), part(likes[hidden]), part(rest))
            for validation in dict.fromkeys(("at random", test)):
                apart = hide(rest, validation, 0.1, seed + 1000)
                learn = part(rest[~apart])
                guess = judged(settings(learn), part(rest[apart]), learn)
                found.append(
                    {
                        "test": test,
                        "validation": validation,
                        "seed": seed,
                        "kendall": round(float(kendalltau(guess, truth).statistic), 3),
                        "regret": round(float(truth.max() - truth[guess.idxmax()]), 4),
                        "chosen": guess.idxmax(),
                        "best": truth.idxmax(),
                    }
                )
        table = pd.DataFrame(found)
        print(table.groupby(["test", "validation"], sort=False)[["kendall", "regret"]].agg(["mean", "std"]).round(4))
    write_whole(TABLES / "which_part.csv", pd.DataFrame(found).to_csv(index=False))


if __name__ == "__main__":
    main()
