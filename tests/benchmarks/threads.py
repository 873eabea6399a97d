"""A softmax step alone and beside a busy neighbour: `python -m tests.benchmarks.threads`, a minute.

Each way to use threads runs in a process of its own, in turn, so that the ratios hold where the machine's speed drifts.
With as many neighbours as there are cores less one, a thread that waits by spinning takes the core that another needs.
"""

import os
import subprocess
import sys

import pandas as pd

WAYS = {  # threads, and how they wait
    "one thread": ("1", None),
    "all threads, as PyTorch has them": (None, "ACTIVE"),
    "all threads, as the course has them": (None, None),
}
STEP = """
import statistics, time
import course_lib
import torch
from course_lib.data import load_movielens
from course_lib.training import TrainConfig, build, train
split = load_movielens("party").split()
config = TrainConfig(n_epochs={steps}, embedding_dim=256)
print(statistics.median(train(build(split.fit, config), split.fit, config=config).history["seconds"][5:]))
"""


def seconds(way: str, neighbours: int, steps: int = 40) -> float:
    """The median step of one process, beside so many others that only count."""
    threads, wait = WAYS[way]
    environment = {key: value for key, value in os.environ.items() if key not in ("OMP_NUM_THREADS", "OMP_WAIT_POLICY")}
    environment |= {"OMP_NUM_THREADS": threads} if threads else {}
    environment |= {"OMP_WAIT_POLICY": wait} if wait else {}
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(neighbours)]
    try:
        command = [sys.executable, "-c", STEP.format(steps=steps)]
        return float(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout)
    finally:
        for process in busy:
            process.kill()
            process.wait()


def main(rounds: int = 3) -> None:
    """Print the medians of some rounds."""
    others = max((os.cpu_count() or 1) - 1, 1)
    rows = [
        {"way": way, "neighbours": neighbours, "seconds": seconds(way, neighbours)}
        for _ in range(rounds)
        for neighbours in (0, others)
        for way in WAYS
    ]
    print(pd.DataFrame(rows).groupby(["neighbours", "way"], sort=False)["seconds"].median().unstack(0).round(4))


if __name__ == "__main__":
    main()
