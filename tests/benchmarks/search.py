"""The search that chose the settings of both teachers: `python -m tests.benchmarks.search`, about 20 minutes.

Every teacher with every number of layers gets the same budget, 16 settings, judged by validation NDCG@10 on split seed
0. The test part of the split is not touched.
"""

import itertools
from dataclasses import replace

import pandas as pd

from course_lib.data import load_movielens
from course_lib.interactions import split_per_user, to_likes
from course_lib.training import SOFTMAX_CONFIG, TrainConfig, build, train

LAYERS = (0, 1, 2, 3)
GRIDS = {
    "bpr": {"learning_rate": (0.003, 0.01), "batch_size": (1024, 4096), "reg_weight": (1e-4, 1e-3, 3e-3, 1e-2)},
    "softmax": {"learning_rate": (0.05, 0.1), "weight_decay": (0.05, 0.1), "temperature": (0.15, 0.2, 0.25, 0.3)},
}
BASES = {"bpr": TrainConfig(n_epochs=80), "softmax": SOFTMAX_CONFIG}


def search() -> pd.DataFrame:
    """One row per setting, best first within each teacher and number of layers."""
    data = load_movielens()
    split = split_per_user(to_likes(data.ratings), data.users["user_id"], data.films["film_id"], seed=0)
    rows = []
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
    print(search().groupby(["loss", "n_layers"]).head(3).to_string(index=False))
