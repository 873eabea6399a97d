"""Without any source of the real data the course still runs: all ten notebooks on the built-in party."""

import nbformat
import pytest
from nbclient import NotebookClient

from tests.execute_notebooks import NOTEBOOKS


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_it_runs_on_the_party(path, monkeypatch):
    monkeypatch.setenv("COURSE_LIB_DATA", "party")
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": path.parent}}
    ).execute()
