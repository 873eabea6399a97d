"""A notebook that is run from the middle says which cell comes first, and only then; the cell has failed."""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from course_lib.classroom import order

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
EXTENSION = ["--InteractiveShellApp.extensions=course_lib.classroom.order"]  # as the environment's own file asks


def cells_of(name):
    return [cell for cell in nbformat.read(NOTEBOOKS / name, as_version=4).cells if cell.cell_type == "code"]


def run(folder, *codes):
    """Errors of cells, run one after the other by a kernel in a folder; an empty text for a cell without one."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in codes])
    NotebookClient(
        notebook, timeout=120, kernel_name="python3", allow_errors=True, store_widget_state=False,
        extra_arguments=EXTENSION, resources={"metadata": {"path": str(folder)}},
    ).execute()  # fmt: skip
    errors = [[out for out in cell.outputs if out.output_type == "error"] for cell in notebook.cells]
    return ["\n".join(error[0].traceback) if error else "" for error in errors]


def test_a_cell_in_the_middle_says_that_the_set_up_comes_first(monkeypatch):
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    setup, middle = cells_of("04_lightgcn.ipynb")[:2]
    there = "\n".join(f"{name} = None" for name in order.needed(setup.source))  # what it makes, without its seconds
    first, _, after, mine = run(NOTEBOOKS, middle.source, there, "nowhere", "")
    assert first == (
        "paper_party is not there yet. Run the set-up cell first, at the top: it is folded, and begins\n"
        + setup.source.splitlines()[0]
    )
    assert "Traceback (most recent call last)" in after and "'nowhere' is not defined" in after and not mine


def test_run_all_stops_there(monkeypatch):
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    middle = cells_of("04_lightgcn.ipynb")[1]
    notebook = nbformat.v4.new_notebook(cells=[middle])
    client = NotebookClient(
        notebook, kernel_name="python3", extra_arguments=EXTENSION, resources={"metadata": {"path": str(NOTEBOOKS)}}
    )
    with pytest.raises(Exception, match="Run the set-up cell first"):
        client.execute()


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("[01]*.ipynb")), ids=lambda path: path.stem)
def test_every_notebook_is_recognised_by_any_cell_and_by_its_name(path, monkeypatch):
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    setup, *others = [cell.source for cell in cells_of(path.name)]
    first = setup.splitlines()[0]
    assert order.waiting_for(NOTEBOOKS, others[0], []) == first
    assert order.waiting_for(NOTEBOOKS, others[-1], []) != ""  # other notebooks have it too
    assert order.waiting_for(NOTEBOOKS, others[0], order.needed(setup)) == ""
    assert order.waiting_for(NOTEBOOKS, others[-1], order.needed(setup)) == ""
    assert order.waiting_for(NOTEBOOKS, setup, []) == ""
    assert order.waiting_for(NOTEBOOKS, "a line of the learner's", []) == ""
    monkeypatch.setenv("JPY_SESSION_NAME", str(path))
    assert order.waiting_for(NOTEBOOKS, "a line of the learner's", []) == first


def test_a_notebook_of_somebody_elses_is_left_alone(tmp_path, monkeypatch):
    for name, text in {"a": "{", "b": "[]", "c": '{"cells": [{}]}', "d": '{"cells": []}'}.items():
        (tmp_path / f"{name}.ipynb").write_text(text)
    for session in ("", "a.ipynb", "gone.ipynb"):
        monkeypatch.setenv("JPY_SESSION_NAME", session)
        assert order.waiting_for(tmp_path, "nowhere", []) == ""


def test_an_environment_is_told_once_and_what_stands_there_is_kept(tmp_path):
    order.main(tmp_path)
    told = tmp_path / "etc/ipython/ipython_kernel_config.py"
    assert told.read_text() == order.CONFIG
    told.write_text("c.mine = 1\n")
    order.main(tmp_path)
    assert told.read_text() == "c.mine = 1\n"


def test_a_kernel_does_not_wait_for_it():
    code = "import sys, course_lib.classroom.order; sys.exit(bool({'torch', 'numpy', 'pandas'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
