"""Run notebooks top to bottom in fresh kernels and store what belongs in git: `python -m tests.execute_notebooks`.

What does not belong: widget state, timings, the interpreter's version, and the progress bars, whose outputs hold a
widget view and nothing a reader without a kernel could see.
"""

import os
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def clean(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Drop everything that differs from run to run or means nothing without a kernel; changes `notebook`."""
    notebook.metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    for cell in notebook.cells:
        kept = {"tags": cell.metadata["tags"]} if cell.metadata.get("tags") else {}
        if "setup" in kept.get("tags", []) or "Predict(" in cell.source:
            kept["jupyter"] = {"source_hidden": True}  # collapsed: set-up is not the story, and a truth is not for now
        if "folded" in kept.get("tags", []):  # a picture that a guess above asks for, on pages without a kernel
            kept["jupyter"] = {"outputs_hidden": True}
        cell.metadata = kept
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if set(output.get("data", "x")) != {WIDGET_VIEW}]
    return notebook


def execute(path: Path) -> float:
    """Execute one notebook in place and return the seconds it took; on an error the file is left as it was."""
    os.environ["COURSE_LIB_GUEST"] = "off"  # what a first-time learner sees
    notebook = nbformat.read(path, as_version=4)
    started = time.perf_counter()
    NotebookClient(
        notebook,
        timeout=300,
        kernel_name="python3",
        store_widget_state=False,
        coalesce_streams=True,
        resources={"metadata": {"path": path.parent}},
    ).execute()
    nbformat.write(clean(notebook), path)
    return time.perf_counter() - started


if __name__ == "__main__":
    for path in map(Path, sys.argv[1:]) if len(sys.argv) > 1 else sorted(NOTEBOOKS.glob("*.ipynb")):
        print(f"{path.name}: {execute(path):.1f} s", flush=True)
