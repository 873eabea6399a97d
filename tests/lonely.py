"""Does each notebook run alone? `make lonely`: the wheel in an empty environment, each notebook in an empty folder.

Minutes, and as much disk as an installation. `tests/test_lonely.py` has the part that takes seconds. With a folder,
`python -m tests.lonely build/lonely`, the environment is kept there, and the next run only puts the new wheel into it.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
ASK = """
import course_lib, os, sys
print(course_lib.__file__, os.listdir('.'))
if sys.platform == "linux":
    import resource
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most")
"""


def copied(into: Path) -> Path:
    """What a wheel is built from, copied, so that a test may spoil it."""
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, into)
    shutil.copytree(ROOT / "course_lib", into / "course_lib", ignore=shutil.ignore_patterns("__pycache__"))
    return into


def build_wheel(source: Path, into: Path) -> Path:
    """The wheel of a copied source, by the build backend that `pyproject.toml` names."""
    code = f"from setuptools.build_meta import build_wheel; build_wheel({str(into)!r})"
    subprocess.run([sys.executable, "-c", code], cwd=source, check=True, capture_output=True)
    (wheel,) = into.glob("*.whl")
    return wheel


def missing(wheel: Path) -> list[str]:
    """What the notebooks or the library ask for by name and the wheel does not have."""
    files = set(zipfile.ZipFile(wheel).namelist())
    kept = subprocess.run(["git", "ls-files", "course_lib"], cwd=ROOT, capture_output=True, text=True).stdout.split()
    code = "\n".join(path.read_text() for path in [*NOTEBOOKS, *(ROOT / "course_lib").rglob("*.py")])
    tables = [f"course_lib/tables/{name}.csv" for name in re.findall(r"(?<!\w)stored\(\\?[\"'](\w+)", code)]
    there = [name for name in kept if (ROOT / name).exists()]
    return sorted({*there, *tables} - files)


def alone(notebook: Path, folder: Path, kernel: str = "python3", first: str = "", last: str = ASK) -> str:
    """Run one notebook in a folder that has nothing else, between two cells of ours; what the last one printed.

    By default that is where its kernel had course_lib from, and its memory.

    Raises:
        CellExecutionError: a cell failed.
    """
    folder.mkdir()
    shutil.copy(notebook, folder)
    read = nbformat.read(folder / notebook.name, as_version=4)
    read.cells = [nbformat.v4.new_code_cell(first), *read.cells, nbformat.v4.new_code_cell(last)]
    NotebookClient(
        read, timeout=600, kernel_name=kernel, store_widget_state=False, resources={"metadata": {"path": folder}}
    ).execute()
    return read.cells[-1].outputs[0].text.strip()


def environment(folder: Path, wheel: Path) -> Path:
    """An environment with the wheel, what it needs, and the kernel that Colab and Kaggle have; its Python."""
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if sys.platform == "linux" and not shutil.which(
        "nvidia-smi"
    ):  # as in the Makefile: plain PyPI has gigabytes of CUDA
        (pin,) = re.findall(r"^torch==.*$", (ROOT / "constraints.txt").read_text(), re.M)
        index = ["--index-url", "https://download.pytorch.org/whl/cpu", "--retries", "0", "--timeout", "10"]
        subprocess.run([*pip, "--no-deps", *index, pin], capture_output=True)
    subprocess.run([*pip, "--constraint", ROOT / "constraints.txt", wheel, "ipykernel"], check=True)
    subprocess.run([*pip, "--force-reinstall", "--no-deps", wheel], check=True)  # a kept one has the last wheel
    return python


def main() -> None:
    """Print a line for each notebook; exit with an error if one did not run."""
    os.environ["COURSE_LIB_GUEST"] = "off"
    os.environ.pop("PYTHONPATH", None)
    failed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("source", "notebooks", "wheel", "kernels/lonely"):
            (folder / part).mkdir(parents=True)
        wheel = build_wheel(copied(folder / "source"), folder / "wheel")
        notebooks = [Path(shutil.copy(notebook, folder / "notebooks")) for notebook in NOTEBOOKS]  # of the same moment
        python = environment(Path(*sys.argv[1:2] or [folder / "environment"]).resolve(), wheel)
        command = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        spec = {"argv": command, "display_name": "lonely", "language": "python"}
        (folder / "kernels/lonely/kernel.json").write_text(json.dumps(spec))
        os.environ["JUPYTER_PATH"] = str(folder)
        for notebook in notebooks:
            start = time.monotonic()
            try:
                origin, _, memory = alone(notebook, folder / notebook.stem, "lonely").partition("\n")
                told = "runs alone" if python.parents[1] in Path(origin.split()[0]).parents else f"uses {origin}"
            except CellExecutionError as error:
                told = str(error).strip().splitlines()[-1]
                memory = ""
            failed += told != "runs alone"
            print(f"{notebook.name:<26} {told}, {time.monotonic() - start:.0f} s {memory}", flush=True)
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
