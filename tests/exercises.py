"""The exercises as they stand in a notebook: heading, cell with blanks, folded hint and solution.

Their form is described in CONTRIBUTING.md.
"""

import ast
import io
import linecache
import re
import tokenize
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import nbformat

HEADING = re.compile(r"### Exercise (\d+)\.(\d+) · .+ \((worked|faded|make), (\d+) minutes?\)$", re.M)
FOLD = r"<details><summary>{}</summary>\n(.*?)\n</details>"


@dataclass(frozen=True)
class ExerciseCell:
    """One exercise of a notebook.

    Attributes:
        name: what its cell checks, `"04.normalise"`.
        index: of the code cell in the notebook.
        notebook, number: the two numbers of its heading.
        level, minutes: from the heading.
        source: the cell with its blanks.
        hint, solution: what is folded below; the solution is the whole cell, filled in.
    """

    name: str
    index: int
    notebook: int
    number: int
    level: str
    minutes: int
    source: str
    hint: str
    solution: str


def exercise_cells(notebook: nbformat.NotebookNode) -> list[ExerciseCell]:
    """All cells tagged `exercise`, with what stands around them.

    Raises:
        ValueError: one is not in the form that CONTRIBUTING.md describes.
    """
    found = []
    for index, cell in enumerate(notebook.cells):
        if "exercise" not in cell.metadata.get("tags", []):
            continue
        before, after = notebook.cells[index - 1].source, notebook.cells[index + 1].source
        heading = HEADING.match(before)
        hint, fold = (re.search(FOLD.format(title), after, re.S) for title in ("Hint", "Solution"))
        solution = re.search(r"```python\n(.*?)\n```", fold[1], re.S) if fold else None
        last = ast.parse(cell.source).body[-1]
        checked = isinstance(last, ast.Expr) and isinstance(last.value, ast.Call) and ast.unparse(last.value.func)
        for there, what in (
            (heading, 'a heading "### Exercise 4.1 · title (faded, 5 minutes)" in the cell above'),
            (hint, "a folded Hint in the cell below"),
            (solution, "a folded Solution with a python block in the cell below"),
            (checked == "check", "check(...) as its last line"),
        ):
            if not there:
                raise ValueError(f"the exercise cell lacks {what}:\n{cell.source}")
        name = ast.literal_eval(last.value.args[0])
        numbers = int(heading[1]), int(heading[2]), heading[3], int(heading[4])
        found.append(ExerciseCell(name, index, *numbers, cell.source, hint[1], solution[1]))
    return found


def blank_lines(source: str) -> list[int]:
    """The numbers, from 0, of the lines that hold a `...` (not those that only mention it)."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return [token.start[0] - 1 for token in tokens if token.type == tokenize.OP and token.string == "..."]


def fills(solution: str, source: str) -> bool:
    """Whether a solution is the cell with each line that holds a blank replaced by one to five lines."""
    blanks = blank_lines(source)
    lines = source.splitlines()
    pattern = "".join(r"(?:.*\n){1,5}" if n in blanks else re.escape(line) + r"\n" for n, line in enumerate(lines))
    return 1 <= len(blanks) <= 5 and not blank_lines(solution) and re.fullmatch(pattern, solution + "\n") is not None


def attempt_of(source: str) -> tuple[str, Any]:
    """Run a cell by itself and return what it hands to `check`: the name and the attempt.

    As in a notebook, the source of what the cell defines can be looked up.
    """
    handed_in, place = [], f"<cell {hash(source)}>"
    linecache.cache[place] = (len(source), None, source.splitlines(keepends=True), place)
    with patch("course_lib.classroom.check.check", lambda *arguments: handed_in.append(arguments)):
        exec(compile(source, place, "exec"), {"__name__": "__main__"})
    return handed_in[-1]


def bound_names(source: str) -> set[str]:
    """The names a cell defines, without those it imports."""
    nodes = list(ast.walk(ast.parse(source)))
    stored = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return stored | {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}


def used_names(source: str) -> set[str]:
    """The names a cell reads and does not itself define, import or take as an argument."""
    nodes = list(ast.walk(ast.parse(source)))
    imported = {
        alias.asname or alias.name for n in nodes if isinstance(n, ast.Import | ast.ImportFrom) for alias in n.names
    }
    arguments = {node.arg for node in nodes if isinstance(node, ast.arg)}
    read = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    return read - imported - arguments - bound_names(source)
