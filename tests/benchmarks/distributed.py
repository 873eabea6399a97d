"""Training on 1 and 2 processes: `python -m tests.benchmarks.distributed`, about two minutes on two
quiet cores. It writes the table of RESULTS.md.

A made-up file (20,000 users, 10,000 items, about a million likes, popular items more often) is learned by the command
of `course_lib/distributed.py`, four epochs per row, with the threads stated. Time is the fastest epoch's, memory the
peak of rank 0, and "in GB/s" what a step's rounds read, 2 directions x 2 rounds x 2 ways x 4 d bytes per like, by the
time of a step, everything included. The last column compares weights with the first row's.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from tests.tables import replace_table

N_USERS, N_ITEMS, LIKES_PER_USER = 20_000, 10_000, 50
BATCH, DIM, ROUNDS = 65_536, 64, 2


def write_pairs(path: Path) -> int:
    """Write the file; the number of likes."""
    rng = np.random.default_rng(0)
    weight = 1 / np.arange(10, N_ITEMS + 10)
    n_likes = 0
    with path.open("w") as file:
        for user in range(N_USERS):
            liked = np.unique(rng.choice(N_ITEMS, int(rng.integers(2, 2 * LIKES_PER_USER)), p=weight / weight.sum()))
            n_likes += len(liked)
            print(user, *liked, file=file)
    return n_likes


def main() -> None:
    """Print one row per number of processes and threads."""
    rows, first = [], None
    with tempfile.TemporaryDirectory() as folder:
        pairs = Path(folder) / "pairs.txt"
        n_likes = write_pairs(pairs)
        n_steps = -(-n_likes // BATCH)
        for n_ranks, n_threads in ((1, 1), (1, 2), (2, 1)):
            checkpoint = Path(folder) / f"{n_ranks}-{n_threads}.pt"
            command = [sys.executable, "-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={n_ranks}",
                       "-m", "course_lib.distributed", pairs, f"--checkpoint={checkpoint}", "--epochs=4",
                       f"--batch-size={BATCH}", f"--dim={DIM}", f"--layers={ROUNDS}"]  # fmt: skip
            environment = {**os.environ, "OMP_NUM_THREADS": str(n_threads)}
            said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment).stdout
            epochs = re.findall(r"([\d.]+) s, peak (\d+) MB", said)
            seconds, peak = min(float(taken) for taken, _ in epochs), epochs[-1][1]
            weights = torch.load(checkpoint, weights_only=True)["model"]["embedding.weight"]
            first = weights if first is None else first
            step = seconds / n_steps
            read = 2 * ROUNDS * 2 * 4 * DIM * n_likes
            rows.append({
                "processes": n_ranks, "threads each": n_threads, "seconds per epoch": seconds,
                "seconds per step": round(step, 3), "in GB/s": round(read / step / 1e9, 1),
                "peak MB per process": int(peak), "largest difference": f"{float((weights - first).abs().max()):.0e}",
            })  # fmt: skip
    print(f"{n_likes:,} likes, {n_steps} steps per epoch, d = {DIM}, {ROUNDS} rounds")
    print(pd.DataFrame(rows).to_string(index=False))
    lines = ["| " + " | ".join(rows[0]) + " |", "|---" * len(rows[0]) + "|"]
    lines += ["| " + " | ".join(map(str, row.values())) + " |" for row in rows]
    replace_table("distributed", "\n".join(lines), "RESULTS.md")


if __name__ == "__main__":
    main()
