"""Slides of a notebook, one file that needs no other: the core sections, a picture a slide, prose as speaker notes.

Arrow keys, space, Home and End turn the slides, N shows the notes, and a printer gets a slide a page.
"""

import copy
import re
from collections.abc import Sequence
from html import escape
from pathlib import Path

import nbformat

from course_lib.widgets.gossip_picture import GossipPicture
from tests.site.frames import BOOKS
from tests.site.markdown import code_block, to_html
from tests.site.notebook import capital, output, player, quiz
from tests.site.pages import playing
from tests.story import opening, sections
from tests.teaching.plans import NOTEBOOKS

HERE = Path(__file__).parent
SITE = HERE.parent / "site"


def slides(notebook: nbformat.NotebookNode, name: str) -> list[tuple[str, str]]:
    """The slides in order: HTML, and the notes below it."""
    book = BOOKS[name]() if name in BOOKS else None
    title = re.search(r"^# \d\d · (.*?): (.*)$", notebook.cells[0].source, re.M)
    scene = notebook.cells[0].source.split("\n\n")[2]
    made = [(f"<h1><small>{name[:2]} · {escape(title[1])}</small>{escape(capital(title[2]))}</h1>", to_html(scene))]
    made += [(to_html(cell.source), "") for cell in opening(notebook)[1:] if cell.cell_type == "markdown"]
    for section in sections(notebook):
        if section.kind == "deeper":
            continue
        heading, *rest = section.cells
        _, _, text = heading.source.partition("\n")
        first, *more = text.strip().split("\n\n") if text.strip() else [""]
        whole = section.title in ("Recap", "Where the analogy lies")
        shown = text if whole else first
        made.append(
            (f"<h2>{to_html(section.title)[3:-5]}</h2>{to_html(shown)}", "" if whole else to_html("\n\n".join(more)))
        )
        for cell in rest:
            made += _of_cell(cell, name)
            if book is not None and cell.id == book.after:
                made.append((player(book), ""))
            elif cell.cell_type == "markdown" and not _is_task(cell):
                made[-1] = made[-1][0], made[-1][1] + to_html(cell.source)
    return made


def _is_task(cell: nbformat.NotebookNode) -> bool:
    return cell.source.startswith("### Exercise")


def _of_cell(cell: nbformat.NotebookNode, name: str) -> list[tuple[str, str]]:
    if cell.cell_type == "markdown":
        return [(to_html(cell.source), "")] if _is_task(cell) else []
    if "Quiz(QUESTIONS)" in cell.source:
        questions = re.findall(r"<li><p>.*?</ul></li>", quiz(name), re.S)
        return [(f'<ol class="quiz" start="{n}">{question}</ol>', "") for n, question in enumerate(questions, start=1)]
    if "exercise" in cell.metadata.get("tags", []):
        return [(code_block(cell.source, "python"), "")]
    stored = copy.deepcopy(cell)
    shown = [output(_with(stored, [one])) for one in _grouped(cell.outputs)]
    hidden = cell.metadata.get("jupyter", {}).get("source_hidden")
    code = "" if hidden else f"<details><summary>The code</summary>{code_block(cell.source, 'python')}</details>"
    found = [(html, "") for html in shown if html and 'class="still"' not in html]
    if found:
        found[0] = found[0][0] + code, ""
    elif not hidden:
        found = [(code_block(cell.source, "python"), "")]
    return found


def _grouped(outputs: Sequence[nbformat.NotebookNode]) -> list[list[nbformat.NotebookNode]]:
    """A picture and its caption together, all else one by one."""
    groups: list[list[nbformat.NotebookNode]] = []
    for one in outputs:
        caption = one.get("data", {}).get("text/markdown", "").startswith("*")
        if caption and groups and "image/png" in groups[-1][-1].get("data", {}):
            groups[-1].append(one)
        else:
            groups.append([one])
    return groups


def _with(cell: nbformat.NotebookNode, outputs: list[list[nbformat.NotebookNode]]) -> nbformat.NotebookNode:
    cell.outputs = outputs[0]
    return cell


def page(notebook: nbformat.NotebookNode, name: str) -> str:
    """The slides of a notebook as one HTML file."""
    made = slides(notebook, name)
    style = (SITE / "site.css").read_text() + str(GossipPicture._css) + (HERE / "slides.css").read_text()
    script = f"{playing()}\n{(HERE / 'slides.js').read_text()}".replace("</", "<\\/")
    body = "".join(
        f'<section class="slide" aria-label="{n} of {len(made)}" tabindex="-1"><div class="on-it">{html}</div>'
        f"<aside hidden>{notes}</aside></section>"
        for n, (html, notes) in enumerate(made, start=1)
    )
    body = re.sub(r'<a href="(?!http)[^"]*">(.*?)</a>', r"\1", body)  # a deck stands alone
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{name[:2]} · slides</title><link rel="icon" href="data:,"><style>{style}</style></head>
<body class="deck"><main>{body}</main>
<nav aria-label="Slides"><button type="button" id="back">←</button> <span id="place" role="status"></span>
<button type="button" id="on">→</button> <button type="button" id="notes" aria-pressed="false">Notes</button></nav>
<script>{script}</script></body></html>
"""


def write(names: Sequence[str] | None = None, folder: Path = NOTEBOOKS.parent / "build" / "slides") -> list[Path]:
    """Write the slides of the notebooks of these numbers, or of all, and return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [path for path in sorted(NOTEBOOKS.glob("[0-9]*.ipynb")) if names is None or path.stem[:2] in names]
    if not paths:
        raise ValueError(f"there is no notebook {names}; name one by its number, such as 04")
    written = []
    for path in paths:
        written.append(folder / f"{path.stem}.html")
        written[-1].write_text(page(nbformat.read(path, as_version=4), path.stem), encoding="utf-8")
    return written
