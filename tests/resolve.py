"""Can the pins be met? `make resolve` asks uv for every Python and system that the README names.

uv reads what the package index says about each wheel, so no other interpreter and no other machine is needed. Only
wheels count: a learner has no compiler.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

ROOT = Path(__file__).parents[1]
PLATFORMS = {
    "Linux x86-64": "x86_64-manylinux_2_28",
    "Linux arm64": "aarch64-manylinux_2_28",
    "macOS 14 arm64": "aarch64-apple-darwin",
    "Windows x86-64": "x86_64-pc-windows-msvc",
}
NEWER_PYTHONS = ("3.12", "3.13", "3.14")


def pythons(pyproject: str) -> list[str]:
    """The oldest Python that `requires-python` lets in, to the patch, and the newer ones."""
    floor = tomllib.loads(pyproject)["project"]["requires-python"].removeprefix(">=")
    return [floor if floor.count(".") == 2 else f"{floor}.0", *NEWER_PYTHONS]


def complaint(python: str, platform: str, pyproject: Path, constraints: Path) -> str:
    """What uv says against the pins on one Python and platform; nothing if they can be met."""
    with tempfile.TemporaryDirectory() as folder:
        found = Path(folder, "found.txt")
        command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--all-extras", "--no-annotate"]
        command += ["--only-binary", ":all:", "--python-version", python, "--python-platform", platform]
        command += ["--constraint", str(constraints), "--output-file", str(found), str(pyproject)]
        macos = {"MACOSX_DEPLOYMENT_TARGET": "14.0"}  # PyTorch's wheels ask for it; uv takes 13 by itself
        done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **macos})
        if done.returncode:
            return re.sub(r"\s+", " ", done.stderr).strip()
        free = names(found.read_text()) - names(constraints.read_text())
    # PyTorch on Linux names the exact versions of NVIDIA's packages itself, and its CPU build needs none of them.
    free = {name for name in free if not re.match(r"nvidia-|cuda-|triton$", name)}
    return f"not pinned: {', '.join(sorted(free))}" if free else ""


def names(requirements: str) -> set[str]:
    """The names of the pinned packages, as the package index spells them."""
    return {re.sub(r"[-_.]+", "-", name).lower() for name in re.findall(r"^([\w.-]+)==", requirements, re.M)}


def main() -> None:
    """Print the table; exit with an error if a cell of it fails."""
    start = time.monotonic()
    pyproject, constraints = ROOT / "pyproject.toml", ROOT / "constraints.txt"
    targets = list(product(pythons(pyproject.read_text()), PLATFORMS))
    with ThreadPoolExecutor(4) as pool:  # most of the time is waiting for the index
        answers = pool.map(lambda to: complaint(to[0], PLATFORMS[to[1]], pyproject, constraints), targets)
        failed = 0
        for (python, platform), answer in zip(targets, answers, strict=True):
            failed += bool(answer)
            print(f"{python:<8} {platform:<16} {answer or 'resolves'}", flush=True)
    print(f"{len(targets) - failed} of {len(targets)} resolve, in {(time.monotonic() - start) / 60:.1f} minutes")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
