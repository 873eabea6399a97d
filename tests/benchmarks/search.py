"""The search that chose the BPR settings: `python -m tests.benchmarks.search`, about ten minutes on two cores.

Every number of layers gets the same grid and the same budget, judged by validation NDCG@10 on split seed 0. The test
part of the split is not touched.
"""

import itertools

import pandas as pd

from course_lib.data import load_movielens
from course_lib.interactions import split_per_user, to_likes
from course_lib.training import TrainConfig, build, train

GRID = {
    "n_layers": (0, 1, 2, 3),
    "learning_rate": (0.003, 0.01),
    "batch_size": (1024, 4096),
    "reg_weight": (1e-4, 1e-3, 3e-3, 1e-2),
}


def search() -> pd.DataFrame:
    """One row per setting, best first within each number of layers."""
    data = load_movielens()
    split = split_per_user(to_likes(data.ratings), data.users["user_id"], data.films["film_id"], seed=0)
    rows = []
    for values in itertools.product(*GRID.values()):
        setting = dict(zip(GRID, values, strict=True))
        config = TrainConfig(n_epochs=80, **setting)
        result = train(build(split.train, config), split.train, split.validation, config)
        rows.append({**setting, "best_epoch": result.best_epoch, "validation ndcg@10": result.history["ndcg@10"].max()})
        print(rows[-1], flush=True)
    return pd.DataFrame(rows).sort_values(["n_layers", "validation ndcg@10"], ascending=[True, False])


if __name__ == "__main__":
    print(search().groupby("n_layers").head(4).to_string(index=False, float_format="{:.4f}".format))
