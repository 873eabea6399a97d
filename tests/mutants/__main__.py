"""`make mutants`: put one bug at a time into a copy of the course, and see whether a test notices.

The bugs stand in `mutations.txt`. What was found is kept in build/mutants.csv and is not tried again as long as the
file with the bug and its tests stay as they are, so that a run may be broken off, and a part be asked for:

    python -m tests.mutants [word ...]      only bugs of files whose path holds one of the words

What was never tried, or survived last time, comes first. The table goes into tests/README.md; where a file or its tests
have changed since, the last verdict counts, and the table says for how many. A bug ends in one of: noticed (a test
failed), hung (no end within the limit, which counts as noticed), SURVIVED, or stale (what it replaces no longer stands
there once).
"""

import contextlib
import csv
import gc
import hashlib
import io
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from tests.tables import replace_table

ROOT = Path(__file__).parents[2]
LIST, FOUND = Path(__file__).with_name("mutations.txt"), ROOT / "build" / "mutants.csv"
LIMIT, WAITING = 40, 600  # seconds for one bug: of the processor, twenty times what most need, and by the clock
NOTICED, HUNG, SURVIVED, STALE, BROKEN = "noticed", "hung", "SURVIVED", "stale", "tests fail without a bug"


class Mutation(NamedTuple):
    """One bug."""

    kind: str
    file: str
    tests: tuple[str, ...]
    old: str
    new: str


def mutations() -> list[Mutation]:
    """The bugs of `mutations.txt`."""
    found, kind, file, tests = [], "", "", ()
    for line in LIST.read_text().splitlines():
        if line.startswith("== "):
            place, names = line.removeprefix("== ").split(" | ")
            kind, file = place.split()
            tests = tuple(f"tests/{name}" for name in names.split())
        elif line and not line.startswith("#"):
            old, new = line.split(" => ")
            found.append(Mutation(kind, file, tests, old, new))
    return found


def key(mutation: Mutation, root: Path = ROOT) -> str:
    """Changes with the bug, its file and its tests."""
    content = [(root / file).read_bytes() for file in (mutation.file, *mutation.tests)]
    return hashlib.sha256(b"\0".join([*(part.encode() for part in mutation[3:]), *content])).hexdigest()[:16]


def attempt(copy: Path, tests: tuple[str, ...]) -> int | None:
    """The exit code of the tests in a process of its own, which PyTorch is already loaded in; None: it has no end."""
    process = os.fork()
    if not process:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_CPU, (LIMIT, LIMIT + 5))
        signal.signal(signal.SIGINT, signal.default_int_handler)  # which a program in the background lacks
        devnull = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(devnull, stream)
        os.chdir(copy)
        for name in [name for name in sys.modules if name.split(".")[0] in ("course_lib", "tests", "conftest")]:
            del sys.modules[name]
        gc.freeze()  # what is loaded stays: no page of it need be copied
        sys.path[:] = [str(copy), *(path for path in sys.path if path not in ("", str(ROOT)))]
        os.environ["PYTHONPATH"] = str(copy)
        import pytest

        code = 99
        try:
            for test in tests:  # one file after the other: most bugs need only the first
                code = int(pytest.main(["-q", "-x", "-p", "no:cacheprovider", "-p", "no:randomly", test]))
                if code:
                    break
        finally:
            os._exit(code)
    deadline = time.monotonic() + WAITING
    while time.monotonic() < deadline:
        done, status = os.waitpid(process, os.WNOHANG)
        if done:
            code = os.waitstatus_to_exitcode(status)
            return None if code in (-signal.SIGXCPU, -signal.SIGKILL) else code
        time.sleep(0.05)
    os.killpg(process, signal.SIGKILL)
    os.waitpid(process, 0)
    return None


def outcome(copy: Path, mutation: Mutation) -> str:
    """What becomes of one bug."""
    place = copy / mutation.file
    source = place.read_text()
    if source.count(mutation.old) != 1:
        return STALE
    place.write_text(source.replace(mutation.old, mutation.new))
    try:
        code = attempt(copy, mutation.tests)
    finally:
        place.write_text(source)
    return HUNG if code is None else SURVIVED if code == 0 else NOTICED


def load_what_takes_long() -> None:
    """Import here, once, what else every process would import: PyTorch with its optimizers, and pytest's plugins."""
    import matplotlib.pyplot  # noqa: F401
    import pytest
    import scipy.sparse  # noqa: F401
    import sklearn.manifold  # noqa: F401
    import torch
    import torch_geometric.nn  # noqa: F401

    torch.set_num_threads(1)
    weight = torch.zeros(1, requires_grad=True)
    weight.sum().backward()
    torch.optim.AdamW([weight], fused=True).step()
    with contextlib.redirect_stdout(io.StringIO()):
        pytest.main(["-q", "--collect-only", "-p", "no:cacheprovider", str(ROOT / "tests" / "test_checks.py")])


def main(words: list[str]) -> None:
    """Try what has not been tried, and write the table."""
    load_what_takes_long()
    # Without MovieLens: a bug must show on the party, which every computer has.
    os.environ.update(COURSE_LIB_DATA="party", COURSE_LIB_GUEST="off", PYTHONDONTWRITEBYTECODE="1")
    sys.dont_write_bytecode = True
    FOUND.parent.mkdir(exist_ok=True)
    found, latest = {}, {}
    if FOUND.exists():
        with FOUND.open(newline="") as file:
            for name, result, *bug in csv.reader(file):
                found[name] = latest[tuple(bug)] = result
    wanted = [m for m in mutations() if not words or any(word in m.file for word in words)]
    wanted.sort(key=lambda m: latest.get((m.file, m.old, m.new)) in (NOTICED, HUNG))
    sound: dict[tuple[str, ...], bool] = {}
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "course"
        ignored = shutil.ignore_patterns("__pycache__", ".venv", ".git", "build", ".*_cache", ".hypothesis", "shared")
        shutil.copytree(ROOT, copy, ignore=ignored, symlinks=True)
        for number, mutation in enumerate(wanted, start=1):
            name = key(mutation, copy)  # of the copy: the course may be worked on meanwhile
            if name in found:
                continue
            began = time.monotonic()
            if mutation.tests not in sound:
                sound[mutation.tests] = attempt(copy, mutation.tests) == 0
            result = outcome(copy, mutation) if sound[mutation.tests] else BROKEN
            if result != BROKEN:
                found[name] = latest[mutation.file, mutation.old, mutation.new] = result
                with FOUND.open("a", newline="") as file:
                    csv.writer(file).writerow([name, result, mutation.file, mutation.old, mutation.new])
            took = time.monotonic() - began
            print(f"{number}/{len(wanted)} {result} {took:.0f} s  {mutation.file}: {mutation.old} => {mutation.new}",
                  flush=True)  # fmt: skip
    write(found, latest)


def write(found: dict[str, str], latest: dict[tuple[str, ...], str]) -> None:
    """The score by part, and every survivor, into tests/README.md."""
    rows: dict[str, dict[str, int]] = {}
    left, older = [], 0
    for mutation in mutations():
        result = found.get(key(mutation)) or latest.get((mutation.file, mutation.old, mutation.new), "not tried")
        older += result in (NOTICED, HUNG, SURVIVED) and key(mutation) not in found
        part = rows.setdefault(mutation.file.removeprefix("course_lib/"), dict.fromkeys(("tried", "seen"), 0))
        part["kind"] = mutation.kind
        if result in (NOTICED, HUNG, SURVIVED):
            part["tried"] += 1
            part["seen"] += result != SURVIVED
        if result == SURVIVED:
            left.append(f"- `{mutation.file.removeprefix('course_lib/')}`: `{mutation.old}` as `{mutation.new}`")
    lines = ["| file | tried | noticed |", "|---|---|---|"]
    lines += [f"| {name} | {row['tried']} | {row['seen']} |" for name, row in rows.items() if row["tried"]]
    for kind, words in (("core", "library"), ("other", "widgets, checks, classroom")):
        tried, seen = (sum(row[name] for row in rows.values() if row["kind"] == kind) for name in ("tried", "seen"))
        share = f"{seen} ({seen / tried:.0%})" if tried else "0"
        lines.append(f"| **{words} together** | {tried} | **{share}** |")
    untried = len(mutations()) - sum(row["tried"] for row in rows.values())
    lines += ["", f"Not tried yet: {untried} more."] if untried else []
    lines += ["", f"Tried before the file or its tests were last changed: {older} of these."] if older else []
    replace_table("mutants", "\n".join([*lines, "", *(["Not noticed:", "", *left] if left else ["None survived."])]))


main(sys.argv[1:])
