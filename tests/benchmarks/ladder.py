"""The ladder, one table for the whole course: `python -m tests.benchmarks.ladder`, about 40 minutes on two cores.

Protocol: a like is a rating of 4 or 5, and 20 % of each user's likes are hidden at random. Every row is fitted on the
rest, and judged on the same hidden likes by a full ranking without what it was fitted on; mean over users. What is
reported is the mean over twenty splits, seeds 100 to 119, which no choice has touched: settings were chosen by
`search.py` on the validation part of split seed 0, the number of epochs by `fit` on each split's own validation part.
Each split has its own initial seed too, so the spread over splits holds the noise of training. `seconds` is all of
`fit`: choosing the number of epochs and training anew.

It writes, into `course_lib/tables`, RESULTS.md and, five rows of it, the README:
- `results.csv`: a row per model and split; besides the twenty, seeds 0 to 4, which the notebooks run live.
- `differences.csv`: paired differences of NDCG@10 over the twenty splits, with 95 % intervals over users and splits.
- `official.csv`: the splits that GroupLens publishes with the data, u1 to u5, ua and ub, made anew from the order of
  the log as its script `mku.sh` does.
- `low_ratings.csv`: what hiding films that a guest is known to have rated 1 to 3 does to the same lists. Of each
  guest's low ratings a random 80 % are known, as of the likes.
"""

import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import cache
from pathlib import Path

import pandas as pd
import torch

from course_lib.baselines import ease, graph_filter, item_knn, popularity, random_scorer, untrained_gossip
from course_lib.data import MovieLens, load_movielens
from course_lib.ensemble import combine
from course_lib.evaluation import Scorer, coverage_at_k, evaluate, paired_bootstrap, top_k
from course_lib.graph import adjacency
from course_lib.interactions import Interactions, Split, split_per_user, to_interactions, to_likes
from course_lib.training import BPR_CONFIG, TrainConfig, build, fit, train
from tests.benchmarks.source_loop import SOURCE_CONFIG
from tests.tables import replace_table

ROOT = Path(__file__).parents[2]
TABLES = ROOT / "course_lib" / "tables"
RESULTS, DIFFERENCES = TABLES / "results.csv", TABLES / "differences.csv"
LIVE_SEEDS, SEEDS = tuple(range(5)), tuple(range(100, 120))
OFFICIAL = ("u1", "u2", "u3", "u4", "u5", "ua", "ub")
BPR = replace(BPR_CONFIG, n_epochs=80)  # the number of epochs that the search allows


def real_movielens() -> MovieLens:
    """MovieLens 100K, or the end of the run: figures of the made-up party would be taken for it."""
    data = load_movielens()
    if data.source.startswith("MADE-UP"):
        raise SystemExit(f"This is measured on MovieLens 100K, and the data at hand is: {data.source}.")
    return data


def trained(config: TrainConfig) -> Callable[[Split, int], Scorer]:
    """Fit by `fit`: epochs chosen on validation, then trained on train + validation."""

    def fitted(split: Split, seed: int) -> Scorer:
        return fit(split, replace(config, seed=seed)).scorer(adjacency(split.fit))

    return fitted


def source_settings(split: Split, seed: int) -> Scorer:
    """Trained for a fixed number of epochs, as the source does."""
    config = replace(SOURCE_CONFIG, seed=seed)
    model = build(split.fit, config)
    train(model, split.fit, config=config)
    return model.scorer(adjacency(split.fit))


MODELS: dict[str, Callable[[Split, int], Scorer]] = {
    "random": lambda split, seed: random_scorer(split.fit),
    "popularity": lambda split, seed: popularity(split.fit),
    "item-kNN": lambda split, seed: item_knn(split.fit),
    "untrained gossip": lambda split, seed: untrained_gossip(split.fit),
    "graph filter": lambda split, seed: graph_filter(split.fit),
    "MF-BPR": trained(replace(BPR, n_layers=0, learning_rate=0.003, reg_weight=1e-2)),
    "LightGCN-BPR 1 layer": trained(replace(BPR, n_layers=1, learning_rate=0.003)),
    "LightGCN-BPR": trained(replace(BPR, batch_size=4096)),
    "LightGCN-BPR 3 layers": trained(replace(BPR, n_layers=3, reg_weight=1e-3)),
    "LightGCN-BPR (source)": source_settings,
    "MF-softmax": trained(TrainConfig(n_layers=0)),
    "LightGCN-softmax 1 layer": trained(TrainConfig(n_layers=1)),
    "LightGCN-softmax": trained(TrainConfig()),
    "LightGCN-softmax 3 layers": trained(TrainConfig(n_layers=3)),
    "EASE": lambda split, seed: ease(split.fit),
}
COMBINED = {  # z-scores added with equal weights: nothing is chosen
    "EASE + MF": ("EASE", "MF-softmax"),
    "EASE + LightGCN": ("EASE", "LightGCN-softmax"),
    "EASE + MF + LightGCN": ("EASE", "MF-softmax", "LightGCN-softmax"),
}
ALL = (*MODELS, *COMBINED)
FIRST = ("popularity", "untrained gossip", "LightGCN-BPR", "LightGCN-softmax", "EASE")  # what the README shows
WITHOUT_BPR = tuple(model for model in ALL if "BPR" not in model and "layer" not in model and model != "random")
PAIRS = [
    ("untrained gossip", "popularity"),
    ("item-kNN", "untrained gossip"),
    ("graph filter", "untrained gossip"),
    ("LightGCN-BPR", "untrained gossip"),
    ("LightGCN-BPR", "item-kNN"),
    ("LightGCN-BPR", "MF-BPR"),
    ("LightGCN-BPR", "LightGCN-BPR 1 layer"),
    ("LightGCN-BPR", "LightGCN-BPR 3 layers"),
    ("MF-softmax", "MF-BPR"),
    ("LightGCN-softmax", "LightGCN-BPR"),
    ("MF-softmax", "LightGCN-BPR"),
    ("LightGCN-softmax", "MF-softmax"),
    ("LightGCN-softmax", "LightGCN-softmax 1 layer"),
    ("LightGCN-softmax", "LightGCN-softmax 3 layers"),
    ("LightGCN-softmax", "EASE"),
    ("MF-softmax", "EASE"),
    ("EASE", "LightGCN-BPR"),
    ("EASE + MF + LightGCN", "EASE"),
    ("EASE + MF + LightGCN", "LightGCN-softmax"),
    ("EASE + MF + LightGCN", "EASE + MF"),
    ("EASE + LightGCN", "EASE + MF"),
]


def fitted(split: Split, seed: int, models: Sequence[str] = ALL) -> dict[str, tuple[Scorer, float]]:
    """Every model on one split, with the seconds it took."""
    done: dict[str, tuple[Scorer, float]] = {}
    for model in models:
        started = time.perf_counter()
        if model in MODELS:
            done[model] = MODELS[model](split, seed), time.perf_counter() - started
        else:
            parts = [done[part] if part in done else fitted(split, seed, [part])[part] for part in COMBINED[model]]
            done[model] = combine(*(scorer for scorer, _ in parts)), sum(seconds for _, seconds in parts)
    return done


def judged(scorer: Scorer, split: Split) -> tuple[dict[str, float], pd.Series]:
    """The figures of one row, and NDCG@10 per user."""
    per_user = evaluate(scorer, split.test, seen=split.fit).astype("float64")
    mean = per_user.mean()
    figures = {name: round(float(mean[name]), 4) for name in ("ndcg@10", "hit@10", "recall@20")}
    return {**figures, "coverage@10": round(coverage_at_k(scorer, split.fit, 10), 4)}, per_user["ndcg@10"]


def row(model: str, split: Split, seed: int) -> tuple[dict[str, object], pd.Series]:
    """Fit one model on one split and judge it: one row of the table, and NDCG@10 per user."""
    scorer, seconds = fitted(split, seed, [model])[model]
    figures, per_user = judged(scorer, split)
    return {"model": model, "split_seed": seed, **figures, "seconds": round(seconds, 2)}, per_user


def lows_known(data: MovieLens, split: Split, seed: int) -> Interactions:
    """A random 80 % of each guest's ratings of 1 to 3."""
    low = data.ratings[data.ratings["rating"] < 4][["user_id", "item_id"]]
    return split_per_user(low, split.user_ids, split.item_ids, validation=0.0, seed=seed).train


def low_row(model: str, scorer: Scorer, data: MovieLens, split: Split, seed: int) -> dict[str, object]:
    """NDCG@10 as the ladder has it and without the known low ratings, and how much of the ladder's lists they are."""
    lows, every = lows_known(data, split, seed), to_interactions(data.ratings, split.user_ids, split.item_ids)
    users = split.test.user.unique()
    listed, _ = top_k(scorer, users, split.fit, 10)
    likes = split.fit.union(split.test)
    rated_low = every.rows(users).gather(1, listed) & ~likes.rows(users).gather(1, listed)
    hidden = evaluate(scorer, split.test, seen=split.fit.union(lows), k=(10,))["ndcg@10"].mean()
    shown = evaluate(scorer, split.test, seen=split.fit, k=(10,))["ndcg@10"].mean()
    share = float(rated_low.float().mean())
    return {"model": model, "split_seed": seed, "ndcg@10": round(float(shown), 4), "hidden": round(float(hidden), 4),
            "share": round(share, 4)}  # fmt: skip


def official(data: MovieLens, name: str) -> Split:
    """A split that GroupLens publishes with the data, by the order of the log; a tenth of the base is validation."""
    ratings = data.ratings.reset_index(drop=True)
    if name in ("ua", "ub"):  # the first ten ratings of each guest, and the next ten
        place = ratings.groupby("user_id").cumcount()
        test = place.between(*((0, 9) if name == "ua" else (10, 19)))
    else:  # a fifth of the log
        fifth = int(name[1]) - 1
        test = pd.Series(ratings.index // (len(ratings) // 5) == fifth)
    ids = data.users["user_id"], data.films["item_id"]
    base = split_per_user(to_likes(ratings[~test]), *ids, test=0.0)
    return Split(base.train, base.validation, to_interactions(to_likes(ratings[test]), *ids), *map(pd.Index, ids))


@cache
def _data() -> MovieLens:
    torch.set_num_threads(1)
    return real_movielens()


def one_split(seed: int) -> tuple[list[dict], list[dict], dict[str, pd.Series]]:
    """All rows of one split."""
    split = _data().split(seed)
    rows, lows, per_user = [], [], {}
    for model, (scorer, seconds) in fitted(split, seed).items():
        figures, per_user[model] = judged(scorer, split)
        rows.append({"model": model, "split_seed": seed, **figures, "seconds": round(seconds, 2)})
        if model in WITHOUT_BPR:
            lows.append(low_row(model, scorer, _data(), split, seed))
    return rows, lows, per_user


def one_official(name: str) -> list[dict]:
    """All rows of an official split."""
    split = official(_data(), name)
    models = fitted(split, 0, WITHOUT_BPR)
    return [{"model": model, "split": name, **judged(scorer, split)[0]} for model, (scorer, _) in models.items()]


def differences(per_user: dict[str, list[pd.Series]]) -> pd.DataFrame:
    """Paired differences of NDCG@10 for `PAIRS`, from each model's per-user values of each split."""
    rows = []
    for first, second in PAIRS:
        mean, low, high = paired_bootstrap(*(pd.concat(per_user[model], axis=1) for model in (first, second)))
        rows.append({"first": first, "second": second, "difference": mean, "low": low, "high": high})
    return pd.DataFrame(rows).round(5)


def reported(results: pd.DataFrame) -> pd.DataFrame:
    """The rows of the twenty splits."""
    return results[results["split_seed"].isin(SEEDS)]


def markdown(results: pd.DataFrame, models: Sequence[str] | None = None) -> str:
    """The ladder of RESULTS.md: mean over the twenty splits, range of NDCG@10; the README shows the rows of `FIRST`."""
    lines = ["| model | NDCG@10 | (range) | Hit@10 | recall@20 | coverage@10 |", "|---|---|---|---|---|---|"]
    for model, rows in reported(results).groupby("model", sort=False):
        if models is not None and model not in models:
            continue
        mean, ndcg = rows.mean(numeric_only=True), rows["ndcg@10"]
        cells = [model, f"{mean['ndcg@10']:.3f}", f"{ndcg.min():.3f} to {ndcg.max():.3f}"]
        cells += [f"{mean[name]:.3f}" for name in ("hit@10", "recall@20", "coverage@10")]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def markdown_differences(table: pd.DataFrame) -> str:
    """The table of paired differences, with a fourth decimal, so that no bound is rounded to zero."""
    lines = ["| | difference | 95 % interval |", "|---|---|---|"]
    for pair in table.itertuples():
        lines.append(f"| {pair.first} − {pair.second} | {pair.difference:+.4f} | {pair.low:+.4f} to {pair.high:+.4f} |")
    return "\n".join(lines)


def markdown_official(table: pd.DataFrame) -> str:
    """The table of the official splits: NDCG@10 of u1 to u5, mean, of ua and of ub."""
    lines = ["| model | u1 to u5, mean | ua | ub |", "|---|---|---|---|"]
    wide = table.pivot(index="model", columns="split", values="ndcg@10").loc[list(dict.fromkeys(table["model"]))]
    for model, cells in wide.iterrows():
        lines.append(f"| {model} | {cells[list(OFFICIAL[:5])].mean():.3f} | {cells['ua']:.3f} | {cells['ub']:.3f} |")
    return "\n".join(lines)


def markdown_lows(table: pd.DataFrame) -> str:
    """The table of known low ratings: means over the twenty splits."""
    lines = ["| model | NDCG@10 | known low ratings hidden | rated 1 to 3 in the top ten |", "|---|---|---|---|"]
    for model, cells in reported(table).groupby("model", sort=False).mean(numeric_only=True).iterrows():
        lines.append(f"| {model} | {cells['ndcg@10']:.3f} | {cells['hidden']:.3f} | {100 * cells['share']:.1f} % |")
    return "\n".join(lines)


def main(processes: int = 2) -> None:
    """Write the tables, and RESULTS.md and the README from them."""
    real_movielens()
    rows, lows, per_user = [], [], {model: [] for model in ALL}
    with ProcessPoolExecutor(processes) as pool:
        for seed, (some, low, users) in zip(
            (*LIVE_SEEDS, *SEEDS), pool.map(one_split, (*LIVE_SEEDS, *SEEDS)), strict=True
        ):
            rows += some
            lows += low
            if seed in SEEDS:
                for model in ALL:
                    per_user[model].append(users[model])
            print(f"split {seed} done", flush=True)
        published = [cells for some in pool.map(one_official, OFFICIAL) for cells in some]
    results, paired = pd.DataFrame(rows), differences(per_user)
    results["model"] = pd.Categorical(results["model"], ALL)
    results = results.sort_values(["model", "split_seed"], ignore_index=True).astype({"model": str})
    for name, table in (("results", results), ("differences", paired), ("official", pd.DataFrame(published)),
                        ("low_ratings", pd.DataFrame(lows))):  # fmt: skip
        table.to_csv(TABLES / f"{name}.csv", index=False)
    replace_table("first", markdown(results, FIRST), "README.md")
    replace_table("ladder", markdown(results), "RESULTS.md")
    replace_table("differences", markdown_differences(paired), "RESULTS.md")
    replace_table("official", markdown_official(pd.DataFrame(published)), "RESULTS.md")
    replace_table("low", markdown_lows(pd.DataFrame(lows)), "RESULTS.md")
    print(reported(results).drop(columns="split_seed").groupby("model", sort=False).mean().round(4).to_string())


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
