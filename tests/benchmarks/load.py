"""How many learners does a machine carry? `make load` runs many kernels at once, and one alone, and writes the table.

Each kernel runs the core of notebooks 04 and 08, as a learner does who has both behind them, and then moves the lesson
widget of 08 with pauses of two seconds on average. A move is what a slider does: one message to the kernel, the answer
drawn, one message back. Memory is the share that is a kernel's own (PSS: what kernels share is split among them).
"""

import queue
import random
import statistics
import sys
import threading
import time
from pathlib import Path
from typing import NamedTuple

import nbformat
import psutil
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

from tests.execute_notebooks import NOTEBOOKS
from tests.story import opening, sections

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "hub/README.md"
NAMES = ("04_lightgcn", "08_recommendation")
ROOM = 8.0  # GB for all kernels together
MOVES = 20
PAUSE = 2.0  # seconds between two moves of one learner, on average
# The lesson widget is the one with a contract; the last one made is that of the last notebook.
WIDGET = "_w = [x for x in globals().values() if hasattr(x, 'box') and hasattr(type(x), 'contract')][-1]"
MOVE = "_p = _w.contract[{0} // 2 % len(_w.contract)]; getattr(_w, _p.control).value = (_p.end, _p.start)[{0} % 2]"


class Learner(NamedTuple):
    """What one kernel did: seconds for the core of both notebooks, seconds of each move, the first error or ""."""

    core: float
    moves: list[float]
    error: str


def core(name: str) -> list[str]:
    """The code of a notebook's opening and core, without exercises."""
    notebook = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    cells = [*opening(notebook), *(cell for part in sections(notebook) if part.kind == "core" for cell in part.cells)]
    kept = [cell for cell in cells if cell.cell_type == "code" and "exercise" not in cell.metadata.get("tags", [])]
    return [cell.source for cell in kept]


def ask(client: BlockingKernelClient, code: str) -> str:
    """Run code and wait for the reply; the error it ended with, or ""."""
    sent = client.execute(code, store_history=False)
    while True:
        reply = client.get_shell_msg(timeout=600)
        if reply["parent_header"].get("msg_id") == sent:
            content = reply["content"]
            return "" if content["status"] == "ok" else f"{content.get('ename')}: {content.get('evalue')}"


def learn(client: BlockingKernelClient, ready: threading.Barrier) -> Learner:
    """One learner: the core of both notebooks, then, when all are there, the moves."""
    chance, error, started = random.Random(id(client)), "", time.perf_counter()
    for code in [cell for name in NAMES for cell in core(name)]:
        error = error or ask(client, code)
    lasted, moves = time.perf_counter() - started, []
    error = error or ask(client, WIDGET)
    ready.wait()
    for number in range(MOVES if not error else 0):
        time.sleep(chance.expovariate(1 / PAUSE))
        started = time.perf_counter()
        error = error or ask(client, MOVE.format(number))
        moves.append(time.perf_counter() - started)
    return Learner(lasted, moves, error)


def together(n: int) -> tuple[list[Learner], float]:
    """Let n kernels run at once; what they did, and the most memory they took together, in GB."""
    managers = [KernelManager(kernel_name="python3") for _ in range(n)]
    done: queue.Queue[Learner] = queue.Queue()
    ready, peak = threading.Barrier(n), 0.0
    clients = []
    try:
        for manager in managers:
            manager.start_kernel(cwd=str(NOTEBOOKS))
            client = manager.blocking_client()
            client.start_channels()
            client.wait_for_ready(timeout=300)
            clients.append(client)
        kernels = [child for child in psutil.Process().children() if "ipykernel" in " ".join(child.cmdline())]
        for client in clients:
            threading.Thread(target=lambda client=client: done.put(learn(client, ready)), daemon=True).start()
        while done.qsize() < n:
            peak = max(peak, sum(kernel.memory_full_info().pss for kernel in kernels) / 2**30)
            time.sleep(2)
        return [done.get() for _ in range(n)], peak
    finally:
        for client in clients:
            client.stop_channels()
        for manager in managers:
            if manager.has_kernel:
                manager.shutdown_kernel(now=True)


def row(learners: list[Learner], peak: float) -> str:
    """A row of the table."""
    moves = sorted(1000 * move for learner in learners for move in learner.moves)
    p50, p95 = (f"{moves[int(share * (len(moves) - 1))]:.0f}" if moves else "-" for share in (0.5, 0.95))
    seconds = [learner.core for learner in learners]
    failed = sum(bool(learner.error) for learner in learners)
    times = f"{statistics.median(seconds):.0f} | {max(seconds):.0f}"
    return f"| {len(learners)} | {failed} | {times} | {peak:.1f} | {peak / len(learners):.2f} | {p50} | {p95} |"


def write(rows: list[str], page: Path = PAGE) -> None:
    """Put the table between its two marks."""
    head = (
        "| kernels | failed | core of 04 and 08, median s | slowest s | GB together | GB each | move p50 ms | p95 ms |"
    )
    table = "\n".join([head, "|---|---|---|---|---|---|---|---|", *rows])
    text = page.read_text()
    begin = text.index("\n", text.index("<!-- load:")) + 1
    page.write_text(f"{text[:begin]}{table}\n{text[text.index('<!-- /load -->') :]}")


def main() -> None:
    """One kernel, then as many as fit, or as many as were asked for."""
    alone, peak = together(1)
    rows = [row(alone, peak)]
    print(rows[0], *(learner.error for learner in alone), flush=True)
    n = int(sys.argv[1]) if len(sys.argv) > 1 else max(10, int(ROOM / peak))
    many, peak = together(n)
    rows.append(row(many, peak))
    print(rows[1], *(learner.error for learner in many if learner.error), sep="\n", flush=True)
    if failed := [learner.error for learner in [*alone, *many] if learner.error]:
        sys.exit(f"{len(failed)} kernels failed, and the table is left as it was; the first said: {failed[0]}")
    write(rows)


if __name__ == "__main__":
    main()
