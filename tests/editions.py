"""Two more editions of the course: `python -m tests.editions instructor` and `python -m tests.editions clean`.

The committed notebooks are the learner's, with blanks. `instructor` fills the blanks from the folded solutions and
runs everything; `clean` keeps headings and code only, for rewriting from memory.
"""

import copy
import re
import sys

import nbformat
from nbconvert.preprocessors import ClearOutputPreprocessor, TagRemovePreprocessor

from tests.execute_notebooks import NOTEBOOKS, execute
from tests.exercises import exercise_cells

BUILD = NOTEBOOKS.parent / "build"


def instructor(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """A copy with every blank filled from the folded solution below it."""
    notebook = copy.deepcopy(notebook)
    for exercise in exercise_cells(notebook):
        notebook.cells[exercise.index].source = exercise.solution
    return notebook


def clean_edition(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """A copy with headings and code only; cells tagged `solution` or `instructor` go too."""
    notebook, _ = ClearOutputPreprocessor().preprocess(copy.deepcopy(notebook), {})
    remove = TagRemovePreprocessor(remove_cell_tags={"solution", "instructor"})
    notebook, _ = remove.preprocess(notebook, {})
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            # A comment in a folded solution begins with # too, and is no heading.
            text = re.sub(r"<details>.*?</details>|```.*?```", "", cell.source, flags=re.S)
            cell.source = "\n\n".join(re.findall(r"^#+ .*$", text, re.M))
    notebook.cells = [cell for cell in notebook.cells if cell.source]
    return notebook


def main(edition: str) -> None:
    """Write all notebooks of an edition under `build`; the instructor's are run."""
    folder = BUILD / edition
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        make = {"instructor": instructor, "clean": clean_edition}[edition]
        nbformat.write(make(nbformat.read(path, as_version=4)), folder / path.name)
        seconds = f": {execute(folder / path.name):.1f} s" if edition == "instructor" else ""
        print(f"build/{edition}/{path.name}{seconds}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
