"""The Gowalla table: `python -m tests.benchmarks.gowalla`, in parts named on the command line, writes `gowalla.csv`.

The split of the LightGCN paper: 29,858 users, 40,981 places, 810,128 likes to learn from and 217,242 hidden ones.
Everything is chosen on a tenth of the training part, and the test part is looked at once per reported row and seed.
Full ranking of all places but those learned from; recall@20 and NDCG@20, mean over all users.

**Which tenth.** The hidden part is not a random fifth: in the order in which `test.txt` lists a user's places,
neighbours are twice as alike as two places drawn from the same list, and less so the further apart they stand. It is a
stretch of the user's time. `train.txt` is sorted by place, and places are numbered as they first turn up, so a run of
neighbours in a sorted row is the best that is left of a stretch of time. The tenth is such a run, at a random place of
each user's row.

Parts: `choose` (prints the validation table, 15 minutes), `rows` (the table, seeds 0 to 2, 25 minutes), `bpr`
(LightGCN with BPR for 30 minutes), `time` (the best combination from the files to the figures, against the clock).
"""

import resource
import sys
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import torch
from scipy.sparse import csr_array, diags_array
from torch import Tensor

from course_lib.baselines import graph_filter, item_knn, popularity, untrained_gossip
from course_lib.data import load_gowalla
from course_lib.ensemble import combine
from course_lib.evaluation import Matchmaker, Scorer, evaluate
from course_lib.graph import adjacency
from course_lib.interactions import Interactions
from course_lib.interop import to_scipy
from course_lib.lightgcn import LightGCN
from course_lib.sparse import row_with
from course_lib.training import TrainConfig, build, train
from tests.benchmarks.ladder import TABLES

SOFTMAX = TrainConfig(
    embedding_dim=128, n_layers=3, temperature=0.1, learning_rate=0.02, weight_decay=0.0, n_epochs=20, decay=True
)
FILTER = {"n_factors": 1000, "low_pass": 0.25, "user_exponent": 0.3}
SEEDS = (0, 1, 2)


def a_run_of_each_row(likes: Interactions, share: float = 0.1, seed: int = 0) -> tuple[Interactions, Interactions]:
    """The likes without a run of neighbours in each user's row, sorted by item, and those runs."""
    rng = np.random.default_rng(seed)
    order = torch.from_numpy(np.lexsort((likes.item.numpy(), likes.user.numpy())))
    user, item = likes.user[order], likes.item[order]
    degree = likes.user_degree().numpy()
    place = np.arange(len(user)) - np.repeat(np.cumsum(degree) - degree, degree)
    length, start = np.maximum(1, np.rint(share * degree)), rng.integers(0, np.maximum(degree, 1))
    behind = (place - np.repeat(start, degree)) % np.repeat(degree, degree)
    hidden = torch.from_numpy((behind < np.repeat(length, degree)) & (np.repeat(degree, degree) > 1))
    return (
        Interactions(user[~hidden], item[~hidden], *likes.sizes),
        Interactions(user[hidden], item[hidden], *likes.sizes),
    )


def local_ease(likes: Interactions, n_nearest: int = 100, reg_weight: float = 0.3) -> Matchmaker:
    """EASE where its matrix does not fit: each item is regressed on its nearest alone (Steck 2019, in pieces)."""
    degree = likes.item_degree().clamp_min(1).double().numpy()
    told = (to_scipy(likes) @ diags_array(degree**-0.5)).tocsc().astype("float32")
    alike = (told.T @ told).tocsr()
    ridge = reg_weight * float(np.median(alike.diagonal()))
    alike.setdiag(0)
    rows, columns, values = [], [], []
    for item in range(likes.n_items):
        those = slice(alike.indptr[item], alike.indptr[item + 1])
        near, strength = alike.indices[those], alike.data[those]
        near, strength = near[strength > 0], strength[strength > 0]
        if len(near) > n_nearest:
            best = np.argpartition(-strength, n_nearest - 1)[:n_nearest]
            near, strength = near[best], strength[best]
        if not len(near):
            continue
        gram = (told[:, near].T @ told[:, near]).toarray()
        gram[np.diag_indices(len(near))] += ridge
        rows.append(near)
        columns.append(np.full(len(near), item))
        values.append(np.linalg.solve(gram, strength))
    found = csr_array((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), (likes.n_items,) * 2)
    weights = (diags_array(degree**-0.5) @ found @ diags_array(degree**0.5)).tocsr().astype("float32")
    matrix = to_scipy(likes)

    def newcomer(liked: Tensor) -> Tensor:
        return torch.from_numpy((row_with(liked, torch.ones(len(liked)), likes.n_items) @ weights).toarray()[0])

    return Matchmaker(lambda users: torch.from_numpy((matrix[users.numpy()] @ weights).toarray()), newcomer)


def trained(likes: Interactions, config: TrainConfig) -> LightGCN:
    """A model trained for a fixed number of epochs."""
    model = build(likes, config)
    train(model, likes, config=config)
    return model


def as_dots(model: LightGCN, graph: Tensor) -> Scorer:
    """The same tags judged by dot products: their length, which training by cosine left free, counts."""
    with torch.no_grad():
        users, items = model(graph)
    return lambda indices: users[indices] @ items.T


def by_fame(model: LightGCN, graph: Tensor, likes: Interactions) -> Scorer:
    """Cosines times the square root of the place's likes."""
    cosines, fame = model.scorer(graph), likes.item_degree().float().sqrt()
    return lambda indices: cosines(indices) * fame


def figures(
    scorer: Scorer, truth: Interactions, seen: Interactions, users: Tensor | None = None
) -> tuple[float, float]:
    """recall@20 and NDCG@20."""
    if users is not None:
        chosen = torch.isin(truth.user, users)
        truth = Interactions(truth.user[chosen], truth.item[chosen], *truth.sizes)
    mean = evaluate(scorer, truth, seen, k=(20,), batch_size=512).mean()
    return round(float(mean["recall@20"]), 4), round(float(mean["ndcg@20"]), 4)


def choose(learn: Interactions, seed: int = 0) -> None:
    """Print the validation table."""
    part, hidden = a_run_of_each_row(learn, seed=seed)
    users = torch.randperm(learn.n_users, generator=torch.Generator().manual_seed(1))[:6000]
    graph, parts = adjacency(part), {}
    for n_factors in (512, 1000, 1500):
        parts[f"filter {n_factors}"] = graph_filter(part, **{**FILTER, "n_factors": n_factors})
    parts["local EASE"] = local_ease(part)
    for dim in (64, 128):
        model = trained(part, replace(SOFTMAX, embedding_dim=dim))
        parts[f"LightGCN {dim}, dot"] = as_dots(model, graph)
        parts[f"LightGCN {dim}, cosine"] = model.scorer(graph)
        parts[f"LightGCN {dim}, cosine by fame"] = by_fame(model, graph, part)
    rows = dict(parts)
    for n_factors in (1000, 1500):
        for ease_weight in (0.15, 0.25):
            for weight in (0.8, 1.2):
                mixed = (parts[f"filter {n_factors}"], parts["local EASE"], parts["LightGCN 128, dot"])
                rows[f"filter {n_factors} + {ease_weight} EASE + {weight} LightGCN"] = combine(
                    *mixed, weights=(1.0, ease_weight, weight)
                )
    for name, scorer in rows.items():
        print(f"{name:45s}", *figures(scorer, hidden, part, users), flush=True)


def the_rows(learn: Interactions, test: Interactions, seeds: tuple[int, ...] = SEEDS) -> pd.DataFrame:
    """Every reported row, the test part looked at once for each."""
    graph, rows = adjacency(learn), []

    def judge(model: str, seed: int, scorer: Scorer, seconds: float) -> Scorer:
        started = time.perf_counter()
        recall, ndcg = figures(scorer, test, learn)
        cells = {"model": model, "seed": seed, "recall@20": recall, "ndcg@20": ndcg, "seconds": round(seconds, 1)}
        rows.append({**cells, "judging": round(time.perf_counter() - started, 1)})
        print(rows[-1], flush=True)
        return scorer

    def timed(make: Callable[[], Scorer]) -> tuple[Scorer, float]:
        started = time.perf_counter()
        return make(), time.perf_counter() - started

    for name, make in (("popularity", popularity), ("item-kNN", item_knn), ("untrained gossip", untrained_gossip)):
        judge(name, 0, *timed(lambda make=make: make(learn)))
    judge("graph filter, as published", 0, *timed(lambda: graph_filter(learn)))
    ease = timed(lambda: local_ease(learn))
    judge("local EASE", 0, *ease)
    for seed in seeds:
        smooth = timed(lambda seed=seed: graph_filter(learn, **FILTER, seed=seed))
        judge("graph filter", seed, *smooth)
        tags = timed(lambda seed=seed: as_dots(trained(learn, replace(SOFTMAX, seed=seed)), graph))
        judge("LightGCN-softmax", seed, *tags)
        alone = timed(lambda seed=seed: trained(learn, replace(SOFTMAX, n_layers=0, seed=seed)).scorer(graph))
        judge("MF-softmax", seed, *alone)
        parts, spent = zip(smooth, ease, tags, strict=True)
        judge("graph filter + local EASE + LightGCN", seed, combine(*parts, weights=(1.0, 0.25, 1.2)), sum(spent))
    return pd.DataFrame(rows)


def bpr(learn: Interactions, test: Interactions, minutes: float = 30.0) -> dict[str, object]:
    """LightGCN with BPR at the paper's setting for so long: seconds per epoch, and what it reaches."""
    config = TrainConfig(embedding_dim=64, n_layers=3, scoring="dot", loss="bpr", learning_rate=0.001, batch_size=2048,
                         weight_decay=0.0, reg_weight=1e-4, n_epochs=1000)  # fmt: skip
    model, started = build(learn, config), time.perf_counter()

    def on_epoch(history: pd.DataFrame) -> bool:
        return time.perf_counter() - started > 60 * minutes

    history = train(model, learn, config=config, on_epoch=on_epoch).history
    recall, ndcg = figures(model.scorer(adjacency(learn)), test, learn)
    epochs, seconds = len(history), history["seconds"].sum()
    name = f"LightGCN-BPR, {epochs} of 1,000 epochs"
    return {
        "model": name,
        "seed": 0,
        "recall@20": recall,
        "ndcg@20": ndcg,
        "seconds": round(seconds, 1),
        "judging": None,
    }


def against_the_clock() -> None:
    """The combination from the files to the figures."""
    started = time.perf_counter()
    split = load_gowalla()
    learn, graph = split.train, adjacency(split.train)
    tags = as_dots(trained(learn, SOFTMAX), graph)
    both = combine(graph_filter(learn, **FILTER), local_ease(learn), tags, weights=(1.0, 0.25, 1.2))
    print(*figures(both, split.test, learn), f"in {time.perf_counter() - started:.0f} s,", end=" ")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.1f} GiB")


def main(*parts: str) -> None:
    """Run the parts that are named, or `rows`."""
    split = load_gowalla()
    path = TABLES / "gowalla.csv"
    for part in parts or ("rows",):
        if part == "choose":
            choose(split.train)
        elif part == "time":
            against_the_clock()
        else:
            new = the_rows(split.train, split.test) if part == "rows" else pd.DataFrame([bpr(split.train, split.test)])
            old = pd.read_csv(path) if path.is_file() else new.iloc[:0]
            kept = old[old["model"].str.contains("BPR") == (part == "rows")]
            pd.concat([new, kept], ignore_index=True).to_csv(path, index=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
