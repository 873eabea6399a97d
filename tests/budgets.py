"""`make budgets`: what each notebook costs, in a fresh kernel: seconds, memory, files and connections.

The first cell that the kernel gets is `watch`, whose audit hook hears of every file that Python opens to write, every
connection and every process; the last one asks it what it heard. Seconds count from one to the other, without the
kernel's start. The budget is of seconds of the processor on one thread, so that a busy machine does not lie; the
clock's stand beside them. The table goes into tests/README.md. Linux only, for the memory.

    python -m tests.budgets [notebooks]      without the table, if only some are named
"""

import inspect
import json
import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from tests.lonely import NOTEBOOKS, alone
from tests.tables import replace_table

SECONDS, SECONDS_TOGETHER, MEGABYTES = 15, 90, 2000
# What packages leave in the temporary folder where a layer of PyTorch Geometric is built: its code, made for the layer,
# which PyG does not remove, and PyTorch's folder for compiled code, which stays empty.
THEIRS = ("torch_geometric.nn.", "torchinductor_")


class Cost(NamedTuple):
    """What one notebook took: seconds of the processor and of the clock, memory at most, and what it did elsewhere."""

    processor: float
    clock: float
    megabytes: float
    files: list[str]
    sockets: list[str]
    processes: list[str]

    def ours(self) -> list[str]:
        """The files that are not what a package leaves in the temporary folder."""
        return [name for name in self.files if not os.path.basename(name).startswith(THEIRS)]

    def broken(self) -> list[str]:
        """The budgets that it breaks, each in words."""
        return [
            *([f"{self.processor:.0f} s of the processor, more than {SECONDS}"] if self.processor >= SECONDS else []),
            *([f"{self.megabytes:.0f} MB, more than {MEGABYTES}"] if self.megabytes >= MEGABYTES else []),
            *(f"wrote {name}" for name in self.ours()),
            *(f"connected to {name}" for name in self.sockets),
            *(f"started {name}" for name in self.processes),  # what that does, the hook does not hear
        ]


def watch() -> None:
    """Hear from now on what Python writes and where it connects; runs in the kernel, so it imports for itself."""
    import os
    import sys
    import tempfile
    import time

    import pooch

    tempfile.gettempdir()  # which tries once whether it may write there

    wrote: set[str] = set()
    connected: set[str] = set()
    started: set[str] = set()
    own = tuple(os.path.realpath(folder) + os.sep for folder in (os.getcwd(), pooch.os_cache("course_lib")))
    writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT
    place = {"os.mkdir": 0, "os.rename": 1, "os.link": 1, "os.symlink": 1, "sqlite3.connect": 0}  # of the new path
    here = ("127.", "::1", "localhost")

    def hear(event: str, args: tuple) -> None:
        if (event == "open" and args[2] & writing and not isinstance(args[0], int)) or event in place:
            path = os.path.realpath(os.fsdecode(args[place.get(event, 0)]))
            # Compiled modules are Python's own, in whatever folder it keeps them; a folder that is there stays.
            known = path == os.devnull or os.path.isdir(path) or "__pycache__" in path
            if not known and not path.startswith(own):
                wrote.add(path)
        elif event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
            if isinstance(args[1], tuple) and not str(args[1][0]).startswith(here):  # else it has no network address
                connected.add(f"{args[1][0]}:{args[1][1]}")
        elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
            if args[0] and not str(args[0]).startswith(here):
                connected.add(str(args[0]))
        elif event in ("subprocess.Popen", "os.posix_spawn", "os.exec", "os.system", "os.fork"):
            started.add(f"{event}: {args[0] if args else ''}")

    def heard() -> dict:
        with open("/proc/self/status") as status:
            (peak,) = (int(line.split()[1]) for line in status if line.startswith("VmHWM"))
        return {
            "processor": time.process_time() - processor,
            "clock": time.perf_counter() - clock,
            "megabytes": peak / 1024,
            "files": sorted(wrote),
            "sockets": sorted(connected),
            "processes": sorted(started),
        }

    watch.heard = heard  # type: ignore[attr-defined]
    sys.addaudithook(hear)
    processor, clock = time.process_time(), time.perf_counter()


def cost(notebook: Path) -> Cost:
    """Run a copy of a notebook alone in an empty folder.

    Raises:
        CellExecutionError: a cell failed.
    """
    first = f"{inspect.getsource(watch)}\n{watch.__name__}()"
    last = f"import json\nprint(json.dumps({watch.__name__}.heard()))"
    with tempfile.TemporaryDirectory() as folder:
        return Cost(**json.loads(alone(notebook, Path(folder) / "alone", first=first, last=last)))


def table(costs: dict[str, Cost]) -> str:
    """The rows of tests/README.md."""
    lines = [
        "| notebook | seconds of the processor | of the clock | MB at most | files elsewhere | connections |",
        "|---|---|---|---|---|---|",
    ]
    for name, cost in costs.items():
        theirs = len(cost.files) - len(cost.ours())
        files = f"{len(cost.ours())}" + (f", and {theirs} of PyG's" if theirs else "")
        lines.append(
            f"| {name} | {cost.processor:.1f} | {cost.clock:.1f} | {cost.megabytes:.0f} | {files} "
            f"| {len(cost.sockets)} |"
        )
    processor, clock = (sum(getattr(cost, kind) for cost in costs.values()) for kind in ("processor", "clock"))
    lines.append(f"| **together** | **{processor:.0f}** | {clock:.0f} | | | |")
    lines.append(f"| budget | {SECONDS} each, {SECONDS_TOGETHER} together | | {MEGABYTES} | 0 | 0 |")
    return "\n".join(lines)


def main(notebooks: Iterable[Path]) -> int:
    """Measure, print what is broken, and write the table if all were measured."""
    import matplotlib.font_manager  # noqa: F401  # which keeps a list of fonts in a cache of its own

    from course_lib.data import load_movielens

    print(load_movielens().source, flush=True)  # with this the cache is full
    os.environ["COURSE_LIB_GUEST"] = "off"  # what a first-time learner sees
    costs = {}
    broken = 0
    for notebook in notebooks:
        found = costs[notebook.stem] = cost(notebook)
        said = "; ".join(found.broken())
        broken += bool(said)
        print(
            f"{notebook.stem}: {found.processor:.1f} s, {found.clock:.1f} s by the clock, {found.megabytes:.0f} MB. "
            + (f"BROKEN: {said}" if said else "within"),
            flush=True,
        )
    together = sum(found.processor for found in costs.values())
    if together >= SECONDS_TOGETHER:
        broken += 1
        print(f"BROKEN: together {together:.0f} s of the processor, more than {SECONDS_TOGETHER}")
    if list(costs) == [path.stem for path in NOTEBOOKS]:
        replace_table("budgets", table(costs))
    return int(broken > 0)


if __name__ == "__main__":
    sys.exit(main([Path(name) for name in sys.argv[1:]] or NOTEBOOKS))
