"""The Gowalla table: `python -m tests.benchmarks.gowalla`, in parts named on the command line, writes `gowalla.csv`.

The split of the LightGCN paper: 29,858 users, 40,981 places, 810,128 likes to learn from and 217,242 hidden ones.
Everything is chosen on a tenth of the training part, and the test part is judged once per reported row and seed.
Full ranking of all places but those learned from; recall@20 and NDCG@20, mean over all users.

**Which tenth.** The hidden part is no random fifth, nobody knows why: places of more than a thousand likes are hidden
1.6 times as often as others, those with the highest numbers 1.3 times, and neighbours in a user's sorted row fall into
it together 1.3 times as often. `which_part.py` shows on MovieLens that a validation part chooses well only when it is
hidden as the test is, so `like_the_test` draws a tenth with these marks. They are counts of what is hidden; no list was
judged for them. One choice turns with the part: where a run of neighbours is hidden, cosines are the best scores of
LightGCN; where this tenth is, cosines times the fourth root of the length of the place's tag.

Parts: `choose` (prints the validation table, an hour of one core), `rows` (the table, seeds 0 to 2, fifty minutes of
one core; rows that are there stay, so delete the file to begin anew), `bpr` (LightGCN with BPR for 30 minutes), `time`
(the best combination from the files to the figures, by the clock). What is trained by softmax in `choose` and `rows`
uses a GPU if there is one.
"""

import math
import re
import resource
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import torch
import torch.nn.functional as F
from scipy.sparse import csr_array, diags_array
from scipy.stats import norm
from torch import Tensor

from course_lib.baselines import graph_filter, item_knn, popularity, untrained_gossip
from course_lib.data import load_gowalla
from course_lib.ensemble import combine
from course_lib.evaluation import Matchmaker, Scorer, evaluate, paired_bootstrap
from course_lib.files import write_whole
from course_lib.graph import adjacency, to_device
from course_lib.interactions import Interactions
from course_lib.interop import to_scipy
from course_lib.lightgcn import LightGCN
from course_lib.sparse import row_with
from course_lib.training import TrainConfig, build, train
from tests.benchmarks.ladder import ROOT, TABLES
from tests.tables import replace_table

SOFTMAX = TrainConfig(
    embedding_dim=128, n_layers=3, temperature=0.08, learning_rate=0.02, weight_decay=0.0, n_epochs=20, decay=True
)
WIDE = replace(SOFTMAX, embedding_dim=256)
LONG = replace(WIDE, n_layers=4, n_epochs=40)
MF = replace(SOFTMAX, n_layers=0, temperature=0.1, learning_rate=0.005, n_epochs=80)
POWER = {"LightGCN-softmax": 0.25, "MF-softmax": 0.0}  # of the length, alone
COMBINED = {"LightGCN-softmax": 1.0, "MF-softmax": 0.0}  # and beside the filter and local EASE
FILTER = {"n_factors": 1000, "low_pass": 0.25, "user_exponent": 0.3}
WEIGHTS = (1.0, 0.25, 1.2)  # of the filter, local EASE and what was trained
SEEDS = (0, 1, 2)
TOGETHER = "graph filter + local EASE + LightGCN-softmax"
PAIRS = [
    ("LightGCN-softmax", "MF-softmax"),
    ("graph filter", "LightGCN-softmax"),
    (TOGETHER, "graph filter"),
    (TOGETHER, "graph filter + local EASE + MF-softmax"),
]
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"  # of what is trained by softmax


def like_the_test(
    likes: Interactions, test: Interactions, share: float = 0.1, together: float = 0.1, seed: int = 0
) -> tuple[Interactions, Interactions]:
    """The likes without a tenth that has the marks of the test part, and that tenth.

    Each place has its own chance, fitted to the shares hidden by fame and by number (iterative proportional fitting);
    neighbours in a user's sorted row are drawn together through a normal variable that remembers its last value.
    """
    rng = np.random.default_rng(seed)
    known, hidden = likes.item_degree().numpy(), test.item_degree().numpy()
    whole = known + hidden
    marks = (np.digitize(whole, [50, 100, 200, 500, 1000]), np.arange(likes.n_items) * 10 // likes.n_items)
    chance = np.ones(likes.n_items)
    for mark in marks * 5:
        chance *= (np.bincount(mark, hidden) / np.bincount(mark, whole * chance))[mark]
    chance *= share / np.average(chance, weights=known)
    order = torch.from_numpy(np.lexsort((likes.item.numpy(), likes.user.numpy())))
    user, item = likes.user[order], likes.item[order]
    drawn = rng.standard_normal(len(user))
    for place in (user[1:] == user[:-1]).nonzero()[:, 0].tolist():
        drawn[place + 1] = together * drawn[place] + math.sqrt(1 - together**2) * drawn[place + 1]
    apart = torch.from_numpy(norm.cdf(drawn) < chance[item.numpy()])
    return (
        Interactions(user[~apart], item[~apart], *likes.sizes),
        Interactions(user[apart], item[apart], *likes.sizes),
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


def trained(likes: Interactions, config: TrainConfig, device: str = "cpu") -> LightGCN:
    """A model trained for a fixed number of epochs."""
    model = build(likes, config).to(device)
    train(model, likes, config=config)
    return model


def by_length(model: LightGCN, graph: Tensor, power: float) -> Scorer:
    """Cosines times a power of the length of the item's tag: 0 is the cosine, 1 ranks as the dot product does."""
    with torch.no_grad():
        users, items = model(graph)
        users, items = F.normalize(users), F.normalize(items) * items.norm(dim=1, keepdim=True) ** power
    return lambda indices: users[indices.to(users.device)] @ items.T


def judged(scorer: Scorer, truth: Interactions, seen: Interactions) -> pd.DataFrame:
    """recall@20 and NDCG@20 of each user who hides something."""
    return evaluate(scorer, truth, seen, k=(20,), batch_size=512)[["recall@20", "ndcg@20"]]


def figures(
    scorer: Scorer, truth: Interactions, seen: Interactions, users: Tensor | None = None
) -> tuple[float, float]:
    """recall@20 and NDCG@20, means over users."""
    if users is not None:
        chosen = torch.isin(truth.user, users)
        truth = Interactions(truth.user[chosen], truth.item[chosen], *truth.sizes)
    recall, ndcg = judged(scorer, truth, seen).mean().round(4)
    return float(recall), float(ndcg)


def choose(learn: Interactions, test: Interactions, seed: int = 0) -> None:
    """Print the validation table, of 6,000 users."""
    part, hidden = like_the_test(learn, test, seed=seed)
    users = torch.randperm(learn.n_users, generator=torch.Generator().manual_seed(1))[:6000]
    graph = to_device(adjacency(part), DEVICE)

    def show(name: str, scorer: Scorer) -> Scorer:
        print(f"{name:60s}", *figures(scorer, hidden, part, users), flush=True)
        return scorer

    near = show("local EASE", local_ease(part))
    smooth = {n: show(f"filter {n}", graph_filter(part, **{**FILTER, "n_factors": n})) for n in (512, 1000, 1500)}
    tried = {
        "LightGCN": SOFTMAX,
        "LightGCN, temperature 0.1": replace(SOFTMAX, temperature=0.1),
        "LightGCN, 2 rounds, temperature 0.1": replace(SOFTMAX, n_layers=2, temperature=0.1),
        "LightGCN, 256 numbers": WIDE,
        "LightGCN, 256 numbers, 40 epochs": replace(WIDE, n_epochs=40),
        "LightGCN, 256 numbers, 40 epochs, 4 rounds": LONG,
        "MF, as LightGCN": replace(SOFTMAX, n_layers=0, temperature=0.1),
        "MF, rate 0.01, 40 epochs": replace(MF, learning_rate=0.01, n_epochs=40),
        "MF, rate 0.01, 40 epochs, temperature 0.08": replace(MF, learning_rate=0.01, n_epochs=40, temperature=0.08),
        "MF, rate 0.005, 80 epochs": MF,
    }
    for name, config in tried.items():
        model = trained(part, config, DEVICE)
        for power in (0.0, 0.25, 0.5, 1.0):
            show(f"{name}, cosine times length to the {power}", on_cpu(by_length(model, graph, power)))
        if config not in (SOFTMAX, MF):
            continue
        for n in (1000, 1500):
            for power in (0.0, 0.25, 0.5, 1.0):
                tags = on_cpu(by_length(model, graph, power))
                for weights in ((1.0, 0.15, 0.8), (1.0, 0.25, 0.8), (1.0, 0.25, 1.2), (1.0, 0.35, 1.6)):
                    mixed = combine(smooth[n], near, tags, weights=weights)
                    show(f"filter {n}, local EASE, {name} to the {power}: {weights}", mixed)


def on_cpu(scorer: Scorer) -> Scorer:
    """The scores of a model on another device, where the evaluation can read them."""
    return lambda users: scorer(users).cpu()


def the_rows(learn: Interactions, test: Interactions, done: set[tuple[str, int]]) -> Iterator[dict[str, object]]:
    """Every reported row that is not done, the test part judged once for each."""
    graph = adjacency(learn)

    def row(model: str, seed: int, scorer: Scorer, seconds: float) -> dict[str, object]:
        started = time.perf_counter()
        found = judged(scorer, test, learn)
        means = {figure: round(float(mean), 4) for figure, mean in found.mean().items()}
        cells = {"model": model, "seed": seed, **means, "seconds": round(seconds, 1)}
        device = DEVICE if "softmax" in model else "cpu"
        if any(model in pair for pair in PAIRS):
            write_whole(of_users(model, seed), found.to_csv(index=False))
        return {**cells, "judging": round(time.perf_counter() - started, 1), "device": device}

    def timed(make: Callable[[], Scorer]) -> tuple[Scorer, float]:
        started = time.perf_counter()
        return make(), time.perf_counter() - started

    simple = {"popularity": popularity, "item-kNN": item_knn, "untrained gossip": untrained_gossip,
              "graph filter, as published": graph_filter}  # fmt: skip
    for name, make in simple.items():
        if (name, 0) not in done:
            yield row(name, 0, *timed(lambda make=make: make(learn)))
    near = timed(lambda: local_ease(learn))
    if ("local EASE", 0) not in done:
        yield row("local EASE", 0, *near)
    smooth = {seed: timed(lambda seed=seed: graph_filter(learn, **FILTER, seed=seed)) for seed in SEEDS}
    for seed in SEEDS:
        if ("graph filter", seed) not in done:
            yield row("graph filter", seed, *smooth[seed])
    models = {"LightGCN-softmax": SOFTMAX, "MF-softmax": MF}
    larger = {"LightGCN-softmax, 256 numbers": WIDE, "LightGCN-softmax, 256 numbers, 4 rounds, 40 epochs": LONG}
    for seed, name in [*product(SEEDS, models), *product(SEEDS[:1], larger)]:
        together, kind = f"graph filter + local EASE + {name}", name.split(",")[0]
        if {(name, seed), (together, seed)} <= done:
            continue
        started = time.perf_counter()
        model = trained(learn, replace((models | larger)[name], seed=seed), DEVICE).cpu()
        spent = time.perf_counter() - started
        yield row(name, seed, by_length(model, graph, POWER[kind]), spent)
        parts = (smooth[seed][0], near[0], by_length(model, graph, COMBINED[kind]))
        yield row(together, seed, combine(*parts, weights=WEIGHTS), smooth[seed][1] + near[1] + spent)


def bpr(learn: Interactions, test: Interactions, minutes: tuple[float, ...] = (10, 20, 30)) -> list[dict[str, object]]:
    """LightGCN with BPR at the paper's setting, for so many minutes of training: what it has reached after each."""
    config = TrainConfig(embedding_dim=64, n_layers=3, scoring="dot", loss="bpr", learning_rate=0.001, batch_size=2048,
                         weight_decay=0.0, reg_weight=1e-4, n_epochs=1000)  # fmt: skip
    model, graph, rows = build(learn, config), adjacency(learn), []

    def on_epoch(history: pd.DataFrame) -> bool:
        seconds = float(history["seconds"].sum())
        if seconds > 60 * minutes[len(rows)]:
            recall, ndcg = figures(model.scorer(graph), test, learn)
            name = f"LightGCN-BPR, {len(history)} of 1,000 epochs"
            cells = {"model": name, "seed": 0, "recall@20": round(recall, 4), "ndcg@20": round(ndcg, 4),
                     "seconds": round(seconds, 1)}  # fmt: skip
            rows.append({**cells, "judging": None, "device": "cpu"})
        return len(rows) == len(minutes)

    train(model, learn, config=config, on_epoch=on_epoch)
    return rows


def against_the_clock() -> None:
    """The combination from the files to the figures."""
    started = time.perf_counter()
    split = load_gowalla()
    learn, graph = split.train, adjacency(split.train)
    tags = by_length(trained(learn, SOFTMAX), graph, COMBINED["LightGCN-softmax"])
    both = combine(graph_filter(learn, **FILTER), local_ease(learn), tags, weights=WEIGHTS)
    print(*figures(both, split.test, learn), f"in {time.perf_counter() - started:.0f} s,", end=" ")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.1f} GiB")


def markdown(table: pd.DataFrame) -> str:
    """The table of RESULTS.md: means over the seeds, the range of recall@20 over them, median seconds on the CPU."""
    lines = ["| model | recall@20 | (range) | NDCG@20 | seconds | seeds |", "|---|---|---|---|---|---|"]
    for model, rows in table.groupby("model", sort=False):
        mean, recall = rows.mean(numeric_only=True), rows["recall@20"]
        span = f"{recall.min():.4f} to {recall.max():.4f}" if len(rows) > 1 else ""
        seconds = rows.loc[rows["device"] == "cpu", "seconds"]
        cells = [model, f"{mean['recall@20']:.4f}", span, f"{mean['ndcg@20']:.4f}"]
        cells += [f"{seconds.median():,.0f}" if len(seconds) else "", str(len(rows))]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def of_users(model: str, seed: int) -> Path:
    """Where the figures of each user are kept for `differences`, outside what is published."""
    return ROOT / "build" / "gowalla" / f"{re.sub('[^A-Za-z0-9]+', '-', model)}-{seed}.csv"


def differences() -> pd.DataFrame:
    """Paired differences for `PAIRS`, over users and the seeds that both have (Owen 2007)."""
    rows = []
    for (first, second), figure in product(PAIRS, ("recall@20", "ndcg@20")):
        seeds = [seed for seed in SEEDS if of_users(first, seed).is_file() and of_users(second, seed).is_file()]
        both = (pd.concat([pd.read_csv(of_users(model, seed))[figure] for seed in seeds], axis=1)
                for model in (first, second))  # fmt: skip
        mean, low, high = paired_bootstrap(*both)
        cells = {"first": first, "second": second, "figure": figure, "seeds": len(seeds)}
        rows.append({**cells, "difference": mean, "low": low, "high": high})
    return pd.DataFrame(rows).round(5)


def markdown_differences(table: pd.DataFrame) -> str:
    """The table of paired differences of RESULTS.md: recall@20."""
    lines = ["| | difference | 95 % interval | seeds |", "|---|---|---|---|"]
    for pair in table[table["figure"] == "recall@20"].itertuples():
        span = f"{pair.low:+.4f} to {pair.high:+.4f}"
        lines.append(f"| {pair.first} − {pair.second} | {pair.difference:+.4f} | {span} | {pair.seeds} |")
    return "\n".join(lines)


def keep(row: dict[str, object]) -> None:
    """Put a row into the stored table, in place of the one of the same model and seed, and the table onto the page."""
    path = TABLES / "gowalla.csv"
    new = pd.DataFrame([row])
    table = pd.concat([pd.read_csv(path), new]) if path.is_file() else new
    table = table.drop_duplicates(["model", "seed"], keep="last")
    order = table.groupby("model")["recall@20"].transform("mean")
    table = table.assign(order=order).sort_values(["order", "model", "seed"]).drop(columns="order")
    write_whole(path, table.to_csv(index=False))
    replace_table("gowalla", markdown(table), "RESULTS.md")


def main(*parts: str) -> None:
    """Run the parts that are named, or `rows`."""
    split, path = load_gowalla(), TABLES / "gowalla.csv"
    learn, test = split.train, split.test
    for part in parts or ("rows",):
        if part == "choose":
            choose(learn, test)
        elif part == "time":
            against_the_clock()
        else:
            old = pd.read_csv(path) if path.is_file() else pd.DataFrame({"model": [], "seed": []})
            done = set(old[["model", "seed"]].itertuples(index=False, name=None))
            done = {row for row in done if of_users(*row).is_file() or not any(row[0] in pair for pair in PAIRS)}
            for row in the_rows(learn, test, done) if part == "rows" else bpr(learn, test):
                print(row, flush=True)
                keep(row)
            if part == "rows":
                table = differences()
                write_whole(TABLES / "gowalla_differences.csv", table.to_csv(index=False))
                replace_table("gowalla differences", markdown_differences(table), "RESULTS.md")


if __name__ == "__main__":
    main(*sys.argv[1:])
