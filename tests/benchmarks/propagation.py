"""One round of gossip, two ways: `python -m tests.benchmarks.propagation`, some seconds.

PyTorch's sparse CSR product against its embedding bag, on the graph of MovieLens 100K with tags of 64 numbers. The
two take turns in one process, so that a busy machine slows both; the ratio is of the medians.
"""

import statistics
import time
from collections.abc import Callable

import torch

from course_lib.graph import adjacency, propagate
from tests.benchmarks.ladder import real_movielens


def milliseconds(rounds: dict[str, Callable[[], object]], n_turns: int = 300) -> dict[str, float]:
    """The median time of each, taken in turn."""
    taken = {name: [] for name in rounds}
    for turn in range(n_turns + 10):
        for name, run in rounds.items():
            started = time.perf_counter()
            run()
            if turn >= 10:  # the first turns warm up
                taken[name].append(1000 * (time.perf_counter() - started))
    return {name: statistics.median(times) for name, times in taken.items()}


def main() -> None:
    """Print the medians and their ratio for one thread and for two."""
    graph = adjacency(real_movielens().split().fit)
    tags = torch.randn(graph.size(0), 64, generator=torch.Generator().manual_seed(0))
    rounds = {"CSR product": lambda: graph @ tags, "embedding bag": lambda: propagate(graph, tags)}
    for n_threads in (1, 2):
        torch.set_num_threads(n_threads)
        product, bag = milliseconds(rounds).values()
        print(f"{n_threads} threads: CSR product {product:.2f} ms, embedding bag {bag:.2f} ms, {product / bag:.1f} x")


if __name__ == "__main__":
    main()
