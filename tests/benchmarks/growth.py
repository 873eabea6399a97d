"""How cost grows from 1e4 to 1e7 likes: `make growth`, ten minutes of one core; the table is `tables/growth.csv`, and
what RESULTS.md shows of it.

Made-up parties as sparse as Gowalla, 27 likes per guest and 20 per film, with long tails on both sides; tags of 64
numbers, two layers. Each size is measured in a process of its own. Times are CPU time of one thread, so that a busy
neighbour lengthens them little; what is compared takes turns in one process, and the median counts. `times_course_lib`
compares with the same `memory`. "before" is the library as it was: each layer and their sum a table of its own, and the
matrix made by `coalesce`; freed tables were given back.

`memory` says whether freed tables stay with the process (`course_lib.memory`, as in `train`), or go back to the system,
as in any program. Most of LGConv's time is new pages for its messages, a tag per edge; where they stay it is three
times as fast. It is left out where its messages, there and back, would fill more than 6 GB.

`paper_ms` is what each row comes to on paper, at the speed at which a plain sum reads a table as large as the tags:

- A round reads a tag, an index and a loudness per like and direction, 4 d + 12 bytes, and writes each tag once. A layer
  there and back is two rounds, two layers are four. Famous films stay in the inner cache, so that a round can be faster
  than this; "rows in order" is the same round through a matrix whose entries read the tags one after the other, as an
  order of the nodes might wish for. At best that is a tenth faster than the graph's own order: float32 sets the bytes.
- A training step is that and Adam's 7 tables: weights and two moments read and written, the gradient read.
- Build: edges, keys, their order and the matrix, 64 bytes per cell read or written once. The rest is sorting.
- Evaluation: 2 d operations per guest and film at the speed of a plain matrix product. The rest is making and searching
  the table of scores.
- Memory, in `peak_mb`, above what the process held with the party alone: 24 bytes per like for the matrix, three times
  that while it is made; 4 N d bytes for a table of tags, of which a step holds about ten; 0.2 GB for a block of scores,
  and some times that for what is done with them.

`python -m tests.benchmarks.growth --plot growth.png` draws the stored table.
"""

import json
import re
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from course_lib.bpr import bpr_objective
from course_lib.evaluation import evaluate
from course_lib.files import write_whole
from course_lib.graph import adjacency, edge_index, edge_weight, gossip_rounds, propagate
from course_lib.interactions import Interactions
from course_lib.lightgcn import LightGCN
from course_lib.memory import kept_memory
from course_lib.tables import stored
from tests.tables import replace_table

SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
DIM, ROUNDS, BATCH = 64, 2, 2048
MOST_MESSAGES = 6e9
TABLE = Path(__file__).parents[2] / "course_lib" / "tables" / "growth.csv"
PROTOCOL = "CPU ms of one thread, median in turn; 64 numbers, 2 rounds, batch 2,048; 27 likes per guest, 20 per film"
Run = Callable[[], object]
OURS, BEFORE, CSR, LGCONV, IN_ORDER = "course_lib", "before", "torch.sparse.mm", "PyG LGConv", "rows in order"


class Before(LightGCN):
    """The model as it was: every layer is a table of its own, and so is their sum."""

    def tags(self, graph: Tensor, ego: Tensor | None = None) -> Tensor:
        layers = list(gossip_rounds(graph, self.embedding.weight if ego is None else ego, self.n_layers))
        return sum(layers[1:], start=layers[0]) / len(layers)


def coalesced(likes: Interactions) -> Tensor:
    """The matrix of `adjacency` as it was made before."""
    edges, n_nodes = edge_index(likes), sum(likes.sizes)
    weight = edge_weight(edges, n_nodes)
    coo = torch.sparse_coo_tensor(edges, weight, (n_nodes, n_nodes), check_invariants=False)
    return coo.coalesce().to_sparse_csr()


def long_tailed(n_likes: int, seed: int = 0) -> Interactions:
    """A party of so many likes: guests of log-normal appetite, films whose fame falls with their rank."""
    rng = np.random.default_rng(seed)
    n_users, n_items = n_likes // 27, n_likes // 20
    appetite = rng.lognormal(0, 1, n_users).cumsum()
    fame = rng.permutation((np.arange(n_items) + 10) ** -0.8).cumsum()
    keys = np.zeros(0, dtype=np.int64)
    while len(keys) < n_likes:
        n = n_likes - len(keys) + n_likes // 10
        user = appetite.searchsorted(rng.random(n) * appetite[-1]).clip(max=n_users - 1)
        item = fame.searchsorted(rng.random(n) * fame[-1]).clip(max=n_items - 1)
        keys = np.unique(np.concatenate([keys, user * n_items + item]))
    keys = torch.from_numpy(rng.permutation(keys)[:n_likes])
    return Interactions(keys // n_items, keys % n_items, n_users, n_items)


def milliseconds(runs: dict[str, Run], n_turns: int) -> dict[str, float]:
    """The median CPU time of each, taken in turn, after two turns that do not count."""
    taken = {name: [] for name in runs}
    for turn in range(-2, n_turns):
        for name, run in runs.items():
            started = time.process_time()
            run()
            if turn >= 0:
                taken[name].append(1000 * (time.process_time() - started))
    return {name: statistics.median(times) for name, times in taken.items()}


def there_and_back(make: Callable[[Tensor], Tensor], x: Tensor) -> Run:
    """A pass through `make` and the gradient of what it made, on the way to `x`."""
    x = x.clone().requires_grad_()
    gradient = torch.ones_like(x)

    def run() -> None:
        make(x).backward(gradient)
        x.grad = None

    return run


def messages(n_likes: int) -> float:
    """The bytes of LGConv's messages, a tag per edge, on the way there and on the way back."""
    return 2 * 2 * n_likes * 4 * DIM


def layers_of(likes: Interactions, graph: Tensor) -> dict[str, Callable[[Tensor], Tensor]]:
    """One layer by each contestant; LGConv only where there is room for its messages."""
    layers = {OURS: lambda x: propagate(graph, x), CSR: lambda x: torch.sparse.mm(graph, x)}
    if messages(len(likes)) <= MOST_MESSAGES:
        from torch_geometric.nn import LGConv

        conv, edges = LGConv(), edge_index(likes)
        layers[LGCONV] = lambda x: conv(x, edges)
    return layers


def training_step(model: LightGCN, graph: Tensor, likes: Interactions) -> Run:
    """A step of BPR, as `train` takes it."""
    generator = torch.Generator().manual_seed(0)
    objective = bpr_objective(model, graph, likes, 3e-3, generator)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01, weight_decay=0.0, fused=True)

    def run() -> None:
        _, total = objective(torch.randint(len(likes), (BATCH,), generator=generator), model.embedding.weight)
        optimizer.zero_grad()
        total.backward()
        optimizer.step()

    return run


def evaluation(model: LightGCN, graph: Tensor, likes: Interactions) -> Run:
    """Ranks of all films for 1,000 guests, or all if there are fewer, the scores' table at most 200 MB."""
    users = torch.randperm(likes.n_users, generator=torch.Generator().manual_seed(0))[:1000]
    hidden = torch.randint(likes.n_items, users.shape, generator=torch.Generator().manual_seed(1))
    new = ~likes.contains(users, hidden)
    truth = Interactions(users[new], hidden[new], *likes.sizes)
    scorer, batch_size = model.scorer(graph), min(1024, 50_000_000 // likes.n_items)
    return lambda: evaluate(scorer, truth, likes, batch_size=batch_size)


def peak_mb(anew: bool = False) -> float:
    """The largest memory of this process so far, or, on Linux, since it was last asked `anew`."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 1024)
    if anew:
        Path("/proc/self/clear_refs").write_text("5")  # sets the peak to what is held now
    return int(re.search(r"VmHWM:\s+(\d+)", status.read_text())[1]) / 1024


def measure(n_likes: int) -> list[dict[str, object]]:
    """The times of one size; this process does nothing else."""
    torch.set_num_threads(1)
    n_turns = {10_000: 30, 100_000: 15, 1_000_000: 9}.get(n_likes, 3)
    likes = long_tailed(n_likes)
    graph = adjacency(likes)
    x = torch.randn(sum(likes.sizes), DIM, generator=torch.Generator().manual_seed(0))
    model, before = (kind(*likes.sizes, DIM, ROUNDS, seed=0) for kind in (LightGCN, Before))
    square = torch.randn(1000, 1000)
    byte = milliseconds({"sum": x.sum}, 3 * n_turns)["sum"] / x.nbytes
    flop = milliseconds({"product": lambda: square @ square}, 10)["product"] / 2e9
    a_round = byte * (2 * n_likes * (4 * DIM + 12) + x.nbytes)
    adam = byte * 7 * x.nbytes

    in_order = torch.arange(2 * n_likes) % len(x)
    in_order = torch.sparse_csr_tensor(
        graph.crow_indices(), in_order, graph.values(), graph.shape, check_invariants=False
    )
    layers = layers_of(likes, graph) | {IN_ORDER: lambda x: propagate(in_order, x)}
    layers = {name: there_and_back(layer, x) for name, layer in layers.items()}
    both = {OURS: there_and_back(lambda ego: model.tags(graph, ego), x),
            BEFORE: there_and_back(lambda ego: before.tags(graph, ego), x)}  # fmt: skip
    steps = {OURS: training_step(model, graph, likes), BEFORE: training_step(before, graph, likes)}
    rows = []

    def add(memory: str, what: str, paper: float, runs: dict[str, Run], n_turns: int = n_turns) -> None:
        times = milliseconds(runs, n_turns)
        for who, taken in times.items():
            rows.append({"likes": n_likes, "guests": likes.n_users, "films": likes.n_items, "what": what, "who": who,
                         "memory": memory, "ms": taken, "ns_per_like": 1e6 * taken / n_likes,
                         "times_course_lib": taken / times[OURS], "paper_ms": paper})  # fmt: skip

    # What was once kept stays, in part, for later tables: so all that is given back comes first.
    builds = {OURS: lambda: adjacency(likes), BEFORE: lambda: coalesced(likes)}
    add("given back", "build", byte * 2 * n_likes * 64, builds, 3)
    for memory, manner in (("given back", nullcontext()), ("kept", kept_memory())):
        with manner:
            add(memory, "one layer, there and back", 2 * a_round, layers)
            add(memory, "two layers, there and back", 2 * ROUNDS * a_round, both)
            add(memory, "training step", 2 * ROUNDS * a_round + adam, steps)
    judge, n_judged = evaluation(model, graph, likes), min(1000, likes.n_users)
    add("given back", f"evaluation of {n_judged:,} guests", flop * 2 * DIM * n_judged * likes.n_items, {OURS: judge}, 1)
    return rows


def peak(n_likes: int, what: str) -> list[dict[str, object]]:
    """The memory that something takes above what the process held with the party alone."""
    torch.set_num_threads(1)
    likes = long_tailed(n_likes)
    start = peak_mb(anew=True)
    graph = adjacency(likes)
    if what in (OURS, CSR, LGCONV):
        there_and_back(layers_of(likes, graph)[what], torch.randn(sum(likes.sizes), DIM))()
        row = {"what": "memory of one layer", "who": what, "memory": "given back"}
    else:
        model = LightGCN(*likes.sizes, DIM, ROUNDS)
        with kept_memory():
            run = training_step(model, graph, likes) if what == "step" else evaluation(model, graph, likes)
            for _ in range(3):
                run()
        row = {"what": f"memory of {what}", "who": OURS, "memory": "kept"}
    return [{"likes": n_likes, "guests": likes.n_users, "films": likes.n_items, **row, "peak_mb": peak_mb() - start}]


def in_a_process(*arguments: object) -> list[dict[str, object]]:
    """The rows that a process of its own finds."""
    command = [sys.executable, "-m", "tests.benchmarks.growth", *map(str, arguments)]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return json.loads(output.splitlines()[-1])


def plot(path: str) -> None:
    """Draw the stored table: nanoseconds per like over the number of likes."""
    import matplotlib.pyplot as plt

    table = stored("growth")
    fig, axes = plt.subplots(1, 2, figsize=(11, 4.5), sharex=True, layout="constrained")
    wanted = {"one layer, there and back": [(OURS, "-"), (CSR, "--"), (LGCONV, ":")],
              "training step": [(OURS, "-"), (BEFORE, "--")]}  # fmt: skip
    for ax, (what, lines) in zip(axes, wanted.items(), strict=True):
        rows = table[table["what"] == what]
        for who, style in lines:
            line = rows[
                (rows["who"] == who) & ((rows["memory"] == "kept") == (what == "training step" and who == OURS))
            ]
            ax.plot(line["likes"], line["ns_per_like"], style, marker="o", label=who)
        ours = rows[(rows["who"] == OURS) & (rows["memory"] == "kept")]
        ax.plot(ours["likes"], 1e6 * ours["paper_ms"] / ours["likes"], color="grey", label="on paper")
        ax.set(xscale="log", yscale="log", xlabel="likes", ylabel="ns of CPU time per like", title=what)
        ax.legend()
    fig.savefig(path, dpi=150)


def markdown(table: pd.DataFrame) -> str:
    """The table of RESULTS.md: what a layer and a training step cost at each size, beside the peers and the paper."""
    head = ("likes", "a layer, there and back", f"`{CSR}`", "PyG's `LGConv`", "a training step", "per like", "on paper",
            "memory")  # fmt: skip
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    cells = table.set_index(["what", "who", "memory", "likes"])
    for n_likes in SIZES:
        layer = {who: cells["times_course_lib"].get(("one layer, there and back", who, "given back", n_likes))
                 for who in (CSR, LGCONV)}  # fmt: skip
        ms = cells.loc[("one layer, there and back", OURS, "given back", n_likes), "ms"]
        step = cells.loc[("training step", OURS, "kept", n_likes)]
        mb = cells.loc[("memory of step", OURS, "kept", n_likes), "peak_mb"]
        others = [f"{times:.0f} times" if times else "no room" for times in layer.values()]
        lines.append("| " + " | ".join([
            f"{n_likes:,}", f"{ms:.1f} ms", *others, f"{step['ms']:.1f} ms", f"{step['ns_per_like']:.0f} ns",
            f"{1e6 * step['paper_ms'] / n_likes:.0f} ns", f"{mb:,.0f} MB"]) + " |")  # fmt: skip
    return "\n".join(lines)


def main() -> None:
    """Measure all sizes and write the tables."""
    rows = []
    for n_likes in SIZES:
        found = in_a_process(n_likes)
        for what in ("step", "evaluation", OURS, CSR, LGCONV):
            if what != LGCONV or messages(n_likes) <= MOST_MESSAGES:
                found += in_a_process(n_likes, what)
        print(pd.DataFrame(found).round(3).to_string(), flush=True)
        rows += found
    table = pd.DataFrame(rows).round({"ms": 3, "ns_per_like": 1, "times_course_lib": 2, "paper_ms": 3, "peak_mb": 0})
    write_whole(TABLE, table.assign(protocol=PROTOCOL).to_csv(index=False))
    replace_table("growth", markdown(table), "RESULTS.md")


if __name__ == "__main__":
    match sys.argv[1:]:
        case []:
            main()
        case ["--plot", path]:
            plot(path)
        case [n_likes]:
            print(json.dumps(measure(int(n_likes))))
        case [n_likes, what]:
            print(json.dumps(peak(int(n_likes), what)))
