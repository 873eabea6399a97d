"""A notebook as a story: its opening, its set-up, and its sections with their minutes.

Its form is described in CONTRIBUTING.md.
"""

import re
from dataclasses import dataclass, field

import nbformat

from tests.stamp import ASKED, OPEN_IN

HEADING = re.compile(r"## (?P<title>.+) · (?P<minutes>\d+) min(\n|$)")
CAPTIONED = ("image/png", "image/svg+xml")


@dataclass
class Section:
    """What stands under one `##` heading.

    Attributes:
        title, minutes: from the heading; -1 minutes where it states none.
        kind: "core" or "deeper", the tag of the heading's cell, or "" where it has neither or both.
        cells: the heading's and all below it.
    """

    title: str
    minutes: int
    kind: str
    cells: list[nbformat.NotebookNode] = field(default_factory=list)


def tags(cell: nbformat.NotebookNode) -> list[str]:
    """The tags of a cell."""
    return cell.metadata.get("tags", [])


def sections(notebook: nbformat.NotebookNode) -> list[Section]:
    """The sections in order; what stands above the first heading is in none."""
    found: list[Section] = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and cell.source.startswith("## "):
            heading = HEADING.match(cell.source)
            title = heading["title"] if heading else cell.source.splitlines()[0]
            kinds = [tag for tag in tags(cell) if tag in ("core", "deeper")]
            minutes = int(heading["minutes"]) if heading else -1
            found.append(Section(title, minutes, kinds[0] if len(kinds) == 1 else ""))
        if found:
            found[-1].cells.append(cell)
    return found


def opening(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    """The cells above the first section."""
    first = next(cell for cell in notebook.cells if cell.source.startswith("## "))
    return notebook.cells[: notebook.cells.index(first)]


def words(cells: list[nbformat.NotebookNode]) -> int:
    """The words of prose: without folds, code, tables, displayed formulas, the targets of links and what is stamped."""
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    text = re.sub(rf"(?m:(?:{re.escape(OPEN_IN)}|^{re.escape(ASKED)}).*$)", "", text)
    folds, fences, formulas = r"(?s:<details>.*?</details>)", r"(?s:```.*?```)", r"(?s:\$\$.*?\$\$)"
    for left_out in (folds, fences, formulas, r"(?m:^\|.*$)", r"<[^>]+>", r"(?<=\])\([^)]*\)"):
        text = re.sub(left_out, " ", text)
    return len(re.findall(r"[^\W_][\w'’.,%-]*", text))


def lines(cell: nbformat.NotebookNode) -> int:
    """The lines of a code cell that hold something."""
    return sum(bool(line.strip()) for line in cell.source.splitlines())


def pictures(cell: nbformat.NotebookNode) -> list[str]:
    """The text twins of the pictures that a cell shows."""
    shown = cell.get("outputs", [])
    return [out.data["text/plain"] for out in shown if any(kind in out.get("data", {}) for kind in CAPTIONED)]
