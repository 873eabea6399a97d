"""The search that chose all settings: `python -m tests.benchmarks.search`, about 20 minutes.

Every teacher with every number of layers gets the same budget, 16 settings, judged by validation NDCG@10 on split seed
0; item-kNN and EASE, which have one setting each and no noise of training, by its mean over split seeds 0 to 2. The
test parts are not touched.
"""

import itertools
from dataclasses import replace

import pandas as pd

from course_lib.baselines import ease, item_knn
from course_lib.data import MovieLens
from course_lib.evaluation import evaluate
from course_lib.training import TrainConfig, build, train
from tests.benchmarks.ladder import BPR, real_movielens

LAYERS = (0, 1, 2, 3)
GRIDS = {
    "bpr": {"learning_rate": (0.003, 0.01), "batch_size": (1024, 4096), "reg_weight": (1e-4, 1e-3, 3e-3, 1e-2)},
    "softmax": {"learning_rate": (0.05, 0.1), "weight_decay": (0.05, 0.1), "temperature": (0.15, 0.2, 0.25, 0.3)},
}
BASES = {"bpr": BPR, "softmax": TrainConfig()}
BASELINES = {
    item_knn: ("n_neighbours", (20, 50, 100, 150, 200, 250, 300, 500, 1682)),
    ease: ("reg_weight", (100.0, 200.0, 300.0, 400.0, 500.0, 600.0, 700.0)),
}


def search_baselines(data: MovieLens) -> pd.DataFrame:
    """One row per setting of item-kNN and EASE, best first within each."""
    splits, rows = [data.split(seed) for seed in range(3)], []
    for baseline, (name, values) in BASELINES.items():
        for value in values:
            scorers = [baseline(split.train, **{name: value}) for split in splits]
            ndcg = [
                evaluate(s, part.validation, part.train)["ndcg@10"].mean()
                for s, part in zip(scorers, splits, strict=True)
            ]
            rows.append({"baseline": baseline.__name__, name: value, "validation ndcg@10": sum(ndcg) / len(ndcg)})
    return pd.DataFrame(rows).sort_values(["baseline", "validation ndcg@10"], ascending=[True, False])


def search_teachers(data: MovieLens) -> pd.DataFrame:
    """One row per setting, best first within each teacher and number of layers."""
    split, rows = data.split(), []
    for loss, grid in GRIDS.items():
        for n_layers, *values in itertools.product(LAYERS, *grid.values()):
            setting = {"n_layers": n_layers, **dict(zip(grid, values, strict=True))}
            config = replace(BASES[loss], **setting)
            result = train(build(split.train, config), split.train, split.validation, config)
            best = float(result.history["ndcg@10"].max())
            rows.append({"loss": loss, **setting, "best_epoch": result.best_epoch, "validation ndcg@10": best})
            print(rows[-1], flush=True)
    order = ["loss", "n_layers", "validation ndcg@10"]
    return pd.DataFrame(rows).sort_values(order, ascending=[True, True, False])


if __name__ == "__main__":
    movielens = real_movielens()
    print(search_baselines(movielens).round(4).to_string(index=False))
    print(search_teachers(movielens).groupby(["loss", "n_layers"]).head(3).to_string(index=False))
