"""The ladder, one table for the whole course: `python -m tests.benchmarks.ladder` writes `notebooks/results.csv`.

Protocol: likes are ratings >= 4; 20 % of each user's likes hidden at random (split seeds 0-4); every row fitted on
train + validation, judged on the same test pairs, full ranking with train + validation masked, mean over users. The
number of epochs of the trained rows is chosen on each split's validation part, their other settings by `search.py`
on the validation part of split seed 0. `seconds` is all of `fit`: choosing the number of epochs and training anew.

`notebooks/differences.csv` holds paired differences of NDCG@10: each user's difference is averaged over the split
seeds, and the 95 % interval is a bootstrap over users.
"""

import re
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd

from course_lib.baselines import ease, item_knn, popularity, random_scorer, untrained_gossip
from course_lib.data import MovieLens, load_movielens
from course_lib.evaluation import Scorer, coverage_at_k, evaluate, paired_bootstrap
from course_lib.graph import adjacency
from course_lib.interactions import Split
from course_lib.training import BPR_CONFIG, TrainConfig, build, fit, train
from tests.benchmarks.source_loop import SOURCE_CONFIG

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "notebooks" / "results.csv"
DIFFERENCES = ROOT / "notebooks" / "differences.csv"
SEEDS = (0, 1, 2, 3, 4)
BPR = replace(BPR_CONFIG, n_epochs=80)  # the number of epochs that the search allows


def real_movielens() -> MovieLens:
    """MovieLens 100K, or the end of the run: figures of the made-up party would be taken for it."""
    data = load_movielens()
    if data.source.startswith("MADE-UP DATA"):  # COURSE_LIB_DATA=party asks for it
        raise SystemExit(f"This is measured on MovieLens 100K, and the data at hand is {data.source}.")
    return data


def trained(config: TrainConfig) -> Callable[[Split], Scorer]:
    """Fit by `fit`: epochs chosen on validation, then trained on train + validation."""

    def fitted(split: Split) -> Scorer:
        return fit(split, config).scorer(adjacency(split.fit))

    return fitted


def source_settings(split: Split) -> Scorer:
    """Trained for a fixed number of epochs, as the source does."""
    model = build(split.fit, SOURCE_CONFIG)
    train(model, split.fit, config=SOURCE_CONFIG)
    return model.scorer(adjacency(split.fit))


MODELS: dict[str, Callable[[Split], Scorer]] = {
    "random": lambda split: random_scorer(split.fit),
    "popularity": lambda split: popularity(split.fit),
    "item-kNN": lambda split: item_knn(split.fit),
    "untrained gossip": lambda split: untrained_gossip(split.fit),
    "MF-BPR": trained(replace(BPR, n_layers=0, learning_rate=0.003, reg_weight=1e-2)),
    "LightGCN-BPR 1 layer": trained(replace(BPR, n_layers=1, learning_rate=0.003)),
    "LightGCN-BPR": trained(replace(BPR, batch_size=4096)),
    "LightGCN-BPR 3 layers": trained(replace(BPR, n_layers=3, reg_weight=1e-3)),
    "LightGCN-BPR (source)": source_settings,
    "MF-softmax": trained(TrainConfig(n_layers=0)),
    "LightGCN-softmax 1 layer": trained(TrainConfig(n_layers=1)),
    "LightGCN-softmax": trained(TrainConfig()),
    "LightGCN-softmax 3 layers": trained(TrainConfig(n_layers=3)),
    "EASE": lambda split: ease(split.fit),
}
PAIRS = [
    ("untrained gossip", "popularity"),
    ("item-kNN", "untrained gossip"),
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
]


def row(model: str, split: Split, split_seed: int) -> tuple[dict[str, object], pd.Series]:
    """Fit one model on one split and judge it: one row of the table, and NDCG@10 per user."""
    started = time.perf_counter()
    score = MODELS[model](split)
    seconds = time.perf_counter() - started
    per_user = evaluate(score, split.test, seen=split.fit).astype("float64")
    metrics = per_user.mean()
    figures = {name: round(metrics[name], 4) for name in ("ndcg@10", "hit@10", "recall@20")}
    coverage = round(coverage_at_k(score, split.fit, 10), 4)
    cells = {"model": model, "split_seed": split_seed, **figures, "coverage@10": coverage}
    return {**cells, "seconds": round(seconds, 2)}, per_user["ndcg@10"]


def differences(per_user: dict[str, list[pd.Series]]) -> pd.DataFrame:
    """Paired differences of NDCG@10 for `PAIRS`, from each model's per-user values of each split seed."""
    rows = []
    for first, second in PAIRS:
        of_user = [pd.concat(per_user[model], axis=1).mean(axis=1) for model in (first, second)]
        mean, low, high = paired_bootstrap(*of_user)
        rows.append({"first": first, "second": second, "difference": mean, "low": low, "high": high})
    return pd.DataFrame(rows).round(5)


def markdown(results: pd.DataFrame) -> str:
    """The table of the README: mean over split seeds, and the range of NDCG@10."""
    lines = ["| model | NDCG@10 | (range) | Hit@10 | recall@20 | coverage@10 |", "|---|---|---|---|---|---|"]
    for model, rows in results.groupby("model", sort=False):
        mean, ndcg = rows.mean(numeric_only=True), rows["ndcg@10"]
        cells = [model, f"{mean['ndcg@10']:.3f}", f"{ndcg.min():.3f} to {ndcg.max():.3f}"]
        cells += [f"{mean[name]:.3f}" for name in ("hit@10", "recall@20", "coverage@10")]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def markdown_differences(table: pd.DataFrame) -> str:
    """The README's table of paired differences, with a fourth decimal, so that no bound is rounded to zero."""
    lines = ["| | difference | 95 % interval |", "|---|---|---|"]
    for pair in table.itertuples():
        lines.append(f"| {pair.first} − {pair.second} | {pair.difference:+.4f} | {pair.low:+.4f} to {pair.high:+.4f} |")
    return "\n".join(lines)


def write_readme(name: str, table: str) -> None:
    """Put a table between its markers in the README."""
    readme = ROOT / "README.md"
    between = re.compile(rf"(<!-- {name}:.*?-->\n).*?(<!-- /{name} -->)", re.S)
    readme.write_text(between.sub(lambda match: match[1] + table + "\n" + match[2], readme.read_text()))


def main() -> None:
    """Write the table, into the README too, and print its means."""
    data = real_movielens()
    rows, per_user = [], {model: [] for model in MODELS}
    for seed in SEEDS:
        split = data.split(seed)
        for model in MODELS:
            cells, ndcg = row(model, split, seed)
            rows.append(cells)
            per_user[model].append(ndcg)
            print(cells, flush=True)
    table = pd.DataFrame(rows)
    paired = differences(per_user)
    table.to_csv(RESULTS, index=False)
    paired.to_csv(DIFFERENCES, index=False)
    write_readme("ladder", markdown(table))
    write_readme("differences", markdown_differences(paired))
    means = table.drop(columns="split_seed").groupby("model", sort=False).mean()
    print(means.to_string(float_format="{:.3f}".format))


if __name__ == "__main__":
    main()
