"""The edition for the room: the chosen parts of the chosen notebooks and a start page, nothing else."""

import ast
import copy
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests.exercises import exercise_cells
from tests.story import opening, sections
from tests.teaching.plans import NOTEBOOKS, Part, Plan, chosen, find, read

BUILD = NOTEBOOKS.parent / "build"
ONLY_SHOWS = ("show", "print", "display", "Predict", "look_for", "list_so_far", "check", "Quiz")


def cut(notebook: nbformat.NotebookNode, taken: set[str], number: str, minutes: int) -> nbformat.NotebookNode:
    """A notebook with its opening, its set-up and the taken parts; it runs from top to bottom.

    What a part that is left out had computed, and one that stays reads, is kept in one folded cell in its place.

    Args:
        taken: ids of sections and names of exercises.
        minutes: what is left of the notebook takes so long.
    """
    notebook = copy.deepcopy(notebook)
    out: set[str] = set()
    for exercise in exercise_cells(notebook):
        if exercise.name not in taken:  # its heading, its cell and its folds
            out |= {notebook.cells[place].id for place in range(exercise.index - 1, exercise.index + 2)}
    first = notebook.cells[0]
    first.source = re.sub(r"^\*\*\d+ minutes\*\*.*$", f"**{minutes} minutes** of this room", first.source, flags=re.M)
    cells = opening(notebook)
    for section in sections(notebook):
        here = section.cells[0].id in taken
        staying = [cell for cell in section.cells if here and cell.id not in out]
        missing = [
            cell for cell in section.cells if cell.cell_type == "code" and cell not in staying and cell.id not in out
        ]
        if missing:
            bridge = new_code_cell("\n".join(cell.source for cell in missing), id=f"bridge-{section.cells[0].id}"[:64])
            bridge.metadata = {"jupyter": {"source_hidden": True}, "tags": ["bridge"]}
            cells.append(bridge)
        cells += staying
    notebook.cells = _without_idle_bridges(cells)
    notebook.cells.append(
        new_markdown_cell("*This is the edition for the room. The course has more of it.*", id="room")
    )
    return notebook


def _without_idle_bridges(cells: list[nbformat.NotebookNode]) -> list[nbformat.NotebookNode]:
    # From the last cell to the first: a bridge keeps the statements that somebody below reads.
    kept, wanted = [], set()
    for cell in reversed(cells):
        if cell.cell_type == "code":
            tree = ast.parse(cell.source)
            if "bridge" in cell.metadata.get("tags", []):
                lines = _statements(cell.source, tree, wanted)
                if not lines:
                    continue
                cell.source = "\n".join(["# From a part that this room leaves out", *lines])
                tree = ast.parse(cell.source)
            wanted |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        kept.append(cell)
    return kept[::-1]


def _statements(source: str, tree: ast.Module, wanted: set[str]) -> list[str]:
    kept, wanted = [], set(wanted)
    for statement in reversed(tree.body):
        shows = isinstance(statement, ast.Expr) and (
            not isinstance(statement.value, ast.Call) or _called(statement.value) in ONLY_SHOWS
        )
        if shows or not _touched(statement) & wanted:
            continue
        kept.append(ast.get_source_segment(source, statement) or "")
        if isinstance(statement, ast.FunctionDef | ast.ClassDef) and statement.decorator_list:
            kept[-1] = ast.unparse(statement)
        wanted |= {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
    return kept[::-1]


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _touched(statement: ast.stmt) -> set[str]:
    """The names that a statement binds, or whose object it changes."""
    names: set[str] = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.alias):
            names.add((node.asname or node.name).split(".")[0])
        elif isinstance(node, ast.Subscript | ast.Attribute) and (
            isinstance(node.ctx, ast.Store) or isinstance(node, ast.Attribute)
        ):
            base: ast.expr = node
            while isinstance(base, ast.Subscript | ast.Attribute):
                base = base.value
            if isinstance(base, ast.Name):
                names.add(base.id)
    return names


def relinked(notebook: nbformat.NotebookNode, there: set[str]) -> nbformat.NotebookNode:
    """Links to notebooks that are not in the room become their words, and so does what lies beside the notebooks."""

    def link(match: re.Match) -> str:
        target = match[2].partition("#")[0]
        return match[0] if target in there or re.match("https?:|#", match[2]) else match[1]

    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = re.sub(r"\[([^\]]*)\]\(([^)\s]+)\)", link, cell.source)
    return notebook


def clock(parts: list[Part], plan: Plan) -> list[tuple[int, str, list[Part]]]:
    """When each notebook of a sitting begins, in minutes from its start; "" is a break."""
    rows: list[tuple[int, str, list[Part]]] = []
    now, breaks = 0, 2 if plan.breaks else 0
    total = sum(part.minutes for part in parts)
    numbers = list(dict.fromkeys(part.notebook for part in parts))
    given = spent = 0
    for number in numbers:
        here = [part for part in parts if part.notebook == number]
        if given < breaks and spent and spent >= total * (given + 1) / (breaks + 1) - 0.1 * total:
            rows.append((now, "", []))
            now, given = now + plan.breaks // breaks, given + 1
        rows.append((now, number, here))
        minutes = sum(part.minutes for part in here)
        now, spent = now + minutes, spent + minutes
    return rows


def start_page(
    plan: Plan, sittings: list[list[Part]], names: Mapping[str, str], titles: Mapping[str, str]
) -> nbformat.NotebookNode:
    """What stands first: when which notebook begins, with links."""
    lines = [f"# {plan.title}: a recommender, taken apart", "",
             "Open a notebook, choose *Run → Run All Cells*, and read from the top. Where it says *Guess first*, guess "
             "before you look. Everything can be run again, so you can't break anything."]  # fmt: skip
    for place, sitting in enumerate(sittings, start=1):
        lines += ["", f"## {'This is the way' if len(sittings) == 1 else f'Half-day {place}'}", "",
                  "| from | notebook | minutes |", "|---|---|---|"]  # fmt: skip
        for minute, number, here in clock(sitting, plan):
            title = titles.get(number, "")
            what = f"[{number} · {title}]({names[number]}.ipynb)" if number else "a break"
            minutes = sum(part.minutes for part in here) if number else plan.breaks // 2
            lines.append(f"| {minute // 60}:{minute % 60:02d} | {what} | {minutes} |")
    page = new_notebook(cells=[new_markdown_cell("\n".join(lines), id="start")])
    page.metadata = {"kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}}
    return page


def write(name: str, folder: Path | None = None) -> Path:
    """Write the edition of a plan; the folder is made anew.

    Raises:
        ValueError: no plan has this name.
    """
    plan, notebooks = find(name), read()
    folder = folder or BUILD / "workshop" / name
    sittings = chosen(plan, notebooks)
    names = {path.stem[:2]: path.stem for path in sorted(NOTEBOOKS.glob("[0-9]*.ipynb"))}
    numbers = list(dict.fromkeys(part.notebook for sitting in sittings for part in sitting))
    there = {f"{names[number]}.ipynb" for number in numbers}
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    titles = {number: re.search(r"^# \d\d · (.*?):", notebooks[number].cells[0].source, re.M)[1] for number in numbers}
    nbformat.write(start_page(plan, sittings, names, titles), folder / "00_start.ipynb")
    for number in numbers:
        here = [part for sitting in sittings for part in sitting if part.notebook == number]
        room = cut(notebooks[number], {part.name for part in here}, number, sum(part.minutes for part in here))
        nbformat.write(relinked(room, there), folder / f"{names[number]}.ipynb")
    return folder
