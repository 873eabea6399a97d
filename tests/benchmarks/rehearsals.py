"""Two ways to overdo it, for notebook 07: `python -m tests.benchmarks.rehearsals`, about six minutes on one core.

Protocol and splits are the ladder's, the first five: MovieLens 100K, seeds 100 to 104. It writes, into
`course_lib/tables`:
- `overfitting.csv`: the loss, and NDCG@10 on validation, along 100 epochs of LightGCN-BPR at twice the ladder's step
  size, without the L2 penalty and with it, on every second epoch.
- `depth.csv`: LightGCN with 1 to 8 rounds under BPR and with 2 and 8 under softmax, trained on the training part, with
  the weights of the best validation epoch (of 100 under BPR, of 200 under softmax), and judged on the hidden raves. All
  other settings are those of the ladder's two rounds. Beside NDCG@10 it has how many films of a guest's top ten are
  also in the top ten of popularity, mean over guests; and, in the rows of `split_seed` "all", the difference to two
  rounds under the same teacher with its 95 % interval over guests and splits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd
import torch

from course_lib.baselines import popularity
from course_lib.evaluation import Scorer, evaluate, paired_bootstrap, top_k
from course_lib.graph import adjacency
from course_lib.interactions import Split
from course_lib.training import BPR_CONFIG, TrainConfig, build, train
from tests.benchmarks.ladder import SEEDS, TABLES, real_movielens

SPLITS, USUAL = SEEDS[:5], 2
LONG = replace(BPR_CONFIG, learning_rate=0.02, batch_size=2048, n_epochs=100, patience=100, validate_every=2)
PENALTIES = (0.0, BPR_CONFIG.reg_weight)
PATIENT = replace(BPR_CONFIG, batch_size=4096, n_epochs=100, patience=100, validate_every=4)
DEPTHS = [*((PATIENT, depth) for depth in (1, 2, 3, 5, 8)), *((TrainConfig(), depth) for depth in (2, 8))]


def long_run(split: Split, seed: int, reg_weight: float, n_epochs: int = LONG.n_epochs) -> pd.DataFrame:
    """The curves of one run that nothing stops."""
    config = replace(LONG, seed=seed, reg_weight=reg_weight, n_epochs=n_epochs)
    history = train(build(split.train, config), split.train, split.validation, config).history.dropna()
    return history[["epoch", "loss", "ndcg@10"]].round(4).assign(reg_weight=reg_weight, split_seed=seed)


def shared_with_charts(scorer: Scorer, split: Split) -> float:
    """How many films of a top ten are in the top ten of popularity, too; mean over the guests with hidden raves."""
    users = split.test.user.unique()
    (mine, _), (charts, _) = (top_k(way, users, split.fit, 10) for way in (scorer, popularity(split.fit)))
    return float((mine[:, :, None] == charts[:, None, :]).any(dim=2).sum(dim=1).float().mean())


def deep_run(split: Split, seed: int, config: TrainConfig) -> tuple[dict[str, object], pd.Series]:
    """One depth on one split: its row, and NDCG@10 per guest."""
    model = build(split.train, replace(config, seed=seed))
    train(model, split.train, split.validation, replace(config, seed=seed))
    scorer = model.scorer(adjacency(split.train))
    per_user = evaluate(scorer, split.test, seen=split.fit, k=(10,))["ndcg@10"].astype("float64")
    figures = {"ndcg@10": round(float(per_user.mean()), 4), "shared": round(shared_with_charts(scorer, split), 3)}
    return {"loss": config.loss, "n_layers": config.n_layers, "split_seed": seed, **figures}, per_user


def against_usual(per_user: Mapping[tuple[str, int], Sequence[pd.Series]]) -> list[dict[str, object]]:
    """The rows of the differences to two rounds, by the teacher and the number of rounds."""
    wide, rows = {which: pd.concat(columns, axis=1) for which, columns in per_user.items()}, []
    for (loss, depth), table in wide.items():
        if depth != USUAL:
            mean, low, high = (round(value, 5) for value in paired_bootstrap(table, wide[loss, USUAL]))
            found = {"difference": mean, "low": low, "high": high}
            rows.append({"loss": loss, "n_layers": depth, "split_seed": "all", **found})
    return rows


def main() -> None:
    """Write both tables."""
    torch.set_num_threads(1)
    data = real_movielens()
    curves = [long_run(data.split(seed), seed, penalty) for seed in SPLITS for penalty in PENALTIES]
    overfitting = pd.concat(curves)[["reg_weight", "split_seed", "epoch", "loss", "ndcg@10"]]
    overfitting.to_csv(TABLES / "overfitting.csv", index=False)
    rows: list[dict[str, object]] = []
    per_user: dict[tuple[str, int], list[pd.Series]] = {(config.loss, depth): [] for config, depth in DEPTHS}
    for seed in SPLITS:
        split = data.split(seed)
        for config, depth in DEPTHS:
            row, users = deep_run(split, seed, replace(config, n_layers=depth))
            rows.append(row)
            per_user[config.loss, depth].append(users)
        print(pd.DataFrame(rows).query("split_seed == @seed").to_string(index=False), flush=True)
        pd.DataFrame(rows + against_usual(per_user)).to_csv(TABLES / "depth.csv", index=False)


if __name__ == "__main__":
    main()
