"""A question behind "what is a graph worth": `python -m tests.benchmarks.worth` writes `worth.csv`.

EASE and matrix factorisation gain when LightGCN joins them. Would a second matrix factorisation, the same but for its
first tags, have done as well? On ten of the splits of the ladder, 90 epochs for each.

About twenty minutes of one core. NDCG@10, test part, full ranking of all films but those of train and validation.
"""

from collections.abc import Iterator

import pandas as pd

from course_lib.baselines import ease
from course_lib.ensemble import combine
from course_lib.evaluation import Scorer, evaluate
from course_lib.files import write_whole
from course_lib.graph import adjacency
from course_lib.interactions import Interactions, Split
from course_lib.training import TrainConfig, build, train
from tests.benchmarks.ladder import TABLES, real_movielens

SPLITS = range(100, 110)


def trained(likes: Interactions, config: TrainConfig) -> Scorer:
    """A model of these settings, at its last epoch."""
    model = build(likes, config)
    train(model, likes, config=config)
    return model.scorer(adjacency(likes))


def ndcg(scorer: Scorer, split: Split) -> float:
    """On the test part, mean over guests."""
    return round(float(evaluate(scorer, split.test, seen=split.fit, k=(10,))["ndcg@10"].mean()), 4)


def third_voice(split: Split, seed: int) -> Iterator[dict[str, object]]:
    """EASE and MF with either of two voices more."""
    linear = ease(split.fit)
    first, second, graph = (
        trained(split.fit, TrainConfig(n_layers=rounds, n_epochs=90, seed=at))
        for rounds, at in ((0, 0), (0, 1), (2, 0))
    )
    sums = {"EASE + MF": (first,), "EASE + MF + MF": (first, second), "EASE + MF + LightGCN": (first, graph)}
    for model, voices in sums.items():
        yield {"model": model, "split_seed": seed, "ndcg@10": ndcg(combine(linear, *voices), split)}


def main() -> None:
    """Write the table, a row as it comes."""
    data, rows = real_movielens(), list[dict[str, object]]()
    for seed in SPLITS:
        rows += third_voice(data.split(seed), seed)
        print(rows[-1], flush=True)
        write_whole(TABLES / "worth.csv", pd.DataFrame(rows).to_csv(index=False))


if __name__ == "__main__":
    main()
