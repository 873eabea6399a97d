"""What LensKit, RecTools and implicit say of given lists: run as a script, by a Python that has the three.

Reads from standard input `{"k": [10, 20], "lists": [[item, ...], ...], "truth": [[item, ...], ...]}`, one list per
user, best first. Writes `{"versions": {judge: version}, "values": {judge: {"metric@k": [one value per user]}}, "means":
{...}}`; the means are the libraries' own. Nothing of the course is used here: LensKit and RecTools want older versions
of its dependencies and live in an environment of their own (see `passport.py`).
"""

import contextlib
import json
import sys
from importlib.metadata import version

import numpy as np
import pandas as pd


def lenskit(lists: list[list[int]], truth: list[list[int]], k: int) -> tuple[dict, dict]:
    from lenskit.data import ItemList
    from lenskit.metrics import NDCG, Hit, Precision, Recall, RecipRank
    from lenskit.metrics.ranking import AveragePrecision

    metrics = {"hit": Hit(k), "recall": Recall(k), "ndcg": NDCG(k), "precision": Precision(k), "mrr": RecipRank(k)}
    metrics["map"] = AveragePrecision(k)
    pairs = [(ItemList(items, ordered=True), ItemList(liked)) for items, liked in zip(lists, truth, strict=True)]
    values = {f"{name}@{k}": [float(metric.measure_list(*pair)) for pair in pairs] for name, metric in metrics.items()}
    return values, {f"{name}@{k}": metric.summarize(values[f"{name}@{k}"])["mean"] for name, metric in metrics.items()}


def rectools(lists: list[list[int]], truth: list[list[int]], k: int) -> tuple[dict, dict]:
    from rectools.metrics import MAP, MRR, NDCG, HitRate, Precision, Recall

    metrics = {"hit": HitRate, "recall": Recall, "ndcg": NDCG, "precision": Precision, "map": MAP, "mrr": MRR}
    metrics = {f"{name}@{k}": metric(k=k) for name, metric in metrics.items()}
    rows = [(user, item, rank) for user, items in enumerate(lists) for rank, item in enumerate(items, start=1)]
    reco = pd.DataFrame(rows, columns=["user_id", "item_id", "rank"])
    likes = [(user, item) for user, items in enumerate(truth) for item in items]
    likes = pd.DataFrame(likes, columns=["user_id", "item_id"])
    values = {name: metric.calc_per_user(reco, likes).sort_index().tolist() for name, metric in metrics.items()}
    return values, {name: float(metric.calc(reco, likes)) for name, metric in metrics.items()}


def implicit(lists: list[list[int]], truth: list[list[int]], k: int) -> tuple[dict, dict]:
    from implicit.evaluation import ranking_metrics_at_k
    from scipy.sparse import csr_matrix

    class Given:  # all that implicit's evaluation asks of a model
        def recommend(self, users: np.ndarray, *_: object, N: int, **__: object) -> tuple[np.ndarray, None]:
            return np.array([lists[user][:N] for user in users], dtype=np.int32), None

    cells = np.array([(user, item) for user, items in enumerate(truth) for item in items]).T
    shape = (len(lists), 1 + max(map(max, lists + truth)))

    def measure(chosen: np.ndarray) -> dict[str, float]:
        likes = csr_matrix((np.ones(chosen.sum()), cells[:, chosen]), shape)
        found = ranking_metrics_at_k(Given(), likes, likes, K=k, show_progress=False)
        return {f"{name}@{k}": float(found[name]) for name in ("ndcg", "precision", "map")}

    users = [measure(cells[0] == user) for user in range(len(lists))]
    return {name: [user[name] for user in users] for name in users[0]}, measure(cells[0] >= 0)


def main() -> None:
    task = json.load(sys.stdin)
    packages = {"LensKit": "lenskit", "RecTools": "rectools", "implicit": "pm-implicit"}
    answer: dict[str, dict] = {"versions": {judge: version(package) for judge, package in packages.items()}}
    answer.update(values={}, means={})
    with contextlib.redirect_stdout(sys.stderr):
        for judge, judged in (("LensKit", lenskit), ("RecTools", rectools), ("implicit", implicit)):
            parts = [judged(task["lists"], task["truth"], k) for k in task["k"]]
            answer["values"][judge] = {name: value for values, _ in parts for name, value in values.items()}
            answer["means"][judge] = {name: value for _, means in parts for name, value in means.items()}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
