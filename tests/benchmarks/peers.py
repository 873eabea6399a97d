"""Side by side on one split and one machine: `python -m tests.benchmarks.peers`, about five minutes on two cores.

Each contestant runs in a process of its own, which also gives its peak memory, imports and data included. All are
fitted on train + validation of split seed 0 and judged on its test part, full ranking. "To 0.233" is the training
time until NDCG@10 first reaches what a repaired evaluation once gave the notebook this course grew from; looking at
the test part for it does not count as training time and decides nothing. PyG's and implicit's own packages are the
peers; implicit comes with the extra `bench`.
"""

import json
import resource
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from course_lib.baselines import ease
from course_lib.evaluation import Scorer, evaluate
from course_lib.graph import adjacency, edge_index
from course_lib.interactions import Split
from course_lib.interop import to_scipy
from course_lib.training import TrainConfig, build, train
from tests.benchmarks.ladder import BPR, real_movielens
from tests.benchmarks.source_loop import SOURCE_CONFIG, SourceLightGCN, all_likes, source_epoch

TARGET = 0.233
Progress = Iterator[tuple[float, Scorer]]
"""After each epoch, or once for a closed form: the seconds it took, and the scorer as it stands."""


def dot_products(users: Tensor, items: Tensor) -> Scorer:
    """A scorer from the tags of somebody else's model."""
    return lambda indices: users[indices] @ items.T


def source_style(split: Split) -> Progress:
    torch.manual_seed(0)
    model = SourceLightGCN(split.fit.n_users, split.fit.n_items)
    optimizer = torch.optim.Adam(model.parameters(), lr=SOURCE_CONFIG.learning_rate)
    likes, rng = all_likes(split), np.random.default_rng(0)
    while True:
        started = time.perf_counter()
        source_epoch(model, optimizer, split.fit, likes, rng)
        seconds = time.perf_counter() - started
        with torch.no_grad():
            users, items = model(edge_index(split.fit))
        yield seconds, dot_products(users, items)


def pyg_example(split: Split) -> Progress:
    from torch.utils.data import DataLoader
    from torch_geometric.nn.models import LightGCN

    torch.manual_seed(0)
    likes = split.fit
    n_nodes, edges = likes.n_users + likes.n_items, edge_index(likes)
    model = LightGCN(n_nodes, embedding_dim=64, num_layers=3)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
    loader = DataLoader(range(len(likes)), shuffle=True, batch_size=1024)
    while True:
        started = time.perf_counter()
        for index in loader:
            positive = edges[:, index]
            draw = torch.randint(likes.n_users, n_nodes, (len(index),))
            pairs = torch.cat([positive, torch.stack([positive[0], draw])], dim=1)
            optimizer.zero_grad()
            high, low = model(edges, pairs).chunk(2)
            model.recommendation_loss(high, low, node_id=pairs.unique()).backward()
            optimizer.step()
        seconds = time.perf_counter() - started
        with torch.no_grad():
            tags = model.get_embedding(edges)
        yield seconds, dot_products(*tags.split([likes.n_users, likes.n_items]))


def implicit_model(split: Split, name: str) -> Progress:
    import implicit
    from scipy.sparse import csr_matrix

    matrix = csr_matrix(to_scipy(split.fit))
    if name == "BPR":
        model = implicit.bpr.BayesianPersonalizedRanking(factors=64, iterations=100, random_state=0, num_threads=2)
    else:
        model = implicit.als.AlternatingLeastSquares(factors=64, iterations=15, random_state=0, num_threads=2)
    rounds = []
    started = time.perf_counter()

    def remember(*_: object) -> None:
        nonlocal started
        seconds = time.perf_counter() - started
        rounds.append((seconds, torch.tensor(model.user_factors), torch.tensor(model.item_factors)))
        started = time.perf_counter()

    model.fit(matrix, show_progress=False, callback=remember)
    for seconds, users, items in rounds:
        yield seconds, dot_products(users, items)


def ours(split: Split, config: TrainConfig) -> Progress:
    """Trained on train + validation, for a fixed number of epochs."""
    model, graph = build(split.fit, config), adjacency(split.fit)
    steps = []

    def remember(so_far: pd.DataFrame) -> None:
        steps.append((so_far["seconds"].iloc[-1], model.scorer(graph)))

    train(model, split.fit, config=config, on_epoch=remember)
    yield from steps


def tuned(split: Split, config: TrainConfig) -> Progress:
    """The same, for the number of epochs that validation chose beforehand; choosing it is not timed."""
    first = train(build(split.train, config), split.train, split.validation, config)
    yield from ours(split, replace(config, n_epochs=first.best_epoch))


def closed_form(split: Split, make: Callable) -> Progress:
    started = time.perf_counter()
    score = make(split.fit)
    yield time.perf_counter() - started, score


# name -> the run, epochs to run at most, epochs it would take (where fewer are run, the rest is extrapolated)
CONTESTANTS: dict[str, tuple[Callable[[Split], Progress], int, int]] = {
    "source-style loop": (source_style, 2, 50),
    "PyG LightGCN, its example's loop": (pyg_example, 5, 50),
    "implicit BPR": (lambda split: implicit_model(split, "BPR"), 100, 100),
    "implicit ALS": (lambda split: implicit_model(split, "ALS"), 15, 15),
    "EASE": (lambda split: closed_form(split, ease), 1, 1),
    "LightGCN-BPR (source)": (lambda split: ours(split, SOURCE_CONFIG), 50, 50),
    "LightGCN-BPR": (lambda split: tuned(split, replace(BPR, batch_size=4096)), 80, 80),
    "MF-softmax": (lambda split: tuned(split, TrainConfig(n_layers=0)), 200, 200),
    "LightGCN-softmax": (lambda split: tuned(split, TrainConfig()), 200, 200),
}


def measure(name: str) -> dict[str, object]:
    """Run one contestant in this process."""
    run, n_run, n_epochs = CONTESTANTS[name]
    split = real_movielens().split()
    total, reached, seconds, metrics = 0.0, float("nan"), [], None
    for epoch, (took, score) in enumerate(run(split), start=1):
        seconds.append(took)
        total += took
        metrics = evaluate(score, split.test, seen=split.fit).mean()
        if np.isnan(reached) and metrics["ndcg@10"] >= TARGET:
            reached = total
        if epoch == n_run:
            break
    extrapolated = len(seconds) < n_epochs and name in ("source-style loop", "PyG LightGCN, its example's loop")
    return {
        "contestant": name,
        "NDCG@10": "" if extrapolated else f"{metrics['ndcg@10']:.3f}",
        "recall@20": "" if extrapolated else f"{metrics['recall@20']:.3f}",
        "seconds per epoch": f"{np.median(seconds):.3f}",
        "seconds": f"{np.median(seconds) * n_epochs:.0f} (extrapolated)" if extrapolated else f"{total:.2f}",
        "to 0.233": "" if np.isnan(reached) else f"{reached:.2f}",
        "peak MB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def main() -> None:
    """Measure every contestant in a process of its own and print one table."""
    rows = []
    for name in CONTESTANTS:
        command = [sys.executable, "-m", "tests.benchmarks.peers", name]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        rows.append(json.loads(output.splitlines()[-1]))
        print(rows[-1], file=sys.stderr, flush=True)
    print(pd.DataFrame(rows).to_string(index=False))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        warnings.simplefilter("ignore")
        print(json.dumps(measure(sys.argv[1])))
    else:
        main()
