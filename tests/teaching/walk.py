"""Walk through a plan with a clock, in JupyterLab in a browser: `python -m tests.teaching walk 90min`.

For each notebook of the edition: seconds until it is open, until Run All is done, from a guess to its answer, and from
a move of its widget to the next view. Nobody reads along, so the rest of the plan's minutes is the people's.
"""

import sys
import tempfile
import time
from pathlib import Path

import nbformat
from playwright.sync_api import TimeoutError as TooLate

from tests import jupyterlab
from tests.jupyterlab import Notebook, lab_page
from tests.teaching.plans import chosen, find, read
from tests.teaching.workshop import write

VIEW = "element => element.innerText + [...element.querySelectorAll('img')].map(image => image.src.length).join()"


def walk(name: str) -> str:
    """The walk as a table in Markdown.

    Raises:
        ValueError: no plan has this name.
    """
    plan = find(name)
    minutes = {}
    for sitting in chosen(plan, read()):
        for part in sitting:
            minutes[part.notebook] = minutes.get(part.notebook, 0) + part.minutes
    rows = ["| notebook | planned | opened | Run All | slowest answer | slowest move of the widget | errors |",
            "|---|---|---|---|---|---|---|"]  # fmt: skip
    root = jupyterlab.ROOT
    with tempfile.TemporaryDirectory() as folder:
        jupyterlab.ROOT = Path(folder)  # whose notebooks JupyterLab serves
        try:
            edition = write(name, Path(folder) / "notebooks")
            (Path(folder) / "home").mkdir()
            with lab_page(Path(folder) / "home") as page:
                for path in sorted(edition.glob("[01][1-9]*.ipynb")):
                    rows.append(_row(page, path, minutes[path.stem[:2]]))
                    print(rows[-1], file=sys.stderr, flush=True)
        finally:
            jupyterlab.ROOT = root
    return "\n".join(rows)


def _row(page, path: Path, planned: int) -> str:
    begin = time.perf_counter()
    notebook = Notebook(page, path.stem)
    opened = time.perf_counter() - begin
    begin = time.perf_counter()
    cells = notebook.run_all()
    ran = time.perf_counter() - begin
    source = nbformat.read(path, as_version=4)
    answers = [_answered(notebook, cell.id) for cell in source.cells if "\nPredict(" in f"\n{cell.source}"]
    moves = _moved(notebook) if any(cell.id == "widget" for cell in source.cells) else []
    errors = sum(cell["errors"] for cell in cells) + len(notebook.complaints)
    notebook.close()
    notebook.forget()
    slowest = [f"{max(times):.1f} s" if times else "–" for times in (answers, moves)]
    return f"| {path.stem} | {planned} min | {opened:.1f} s | {ran:.1f} s | {' | '.join(slowest)} | {errors} |"


def _answered(notebook: Notebook, cell: str) -> float:
    widget = notebook.show_widget(cell)
    before, begin = widget.evaluate(VIEW), time.perf_counter()
    field = widget.locator("input[type=text]")
    if field.count():
        field.first.fill("1")
        field.first.press("Enter")
    else:
        widget.locator(".widget-toggle-button").first.click()
    _changed(notebook, widget, before)
    return time.perf_counter() - begin


def _moved(notebook: Notebook) -> list[float]:
    widget, times = notebook.show_widget(), []
    slider = widget.locator("[role=slider]")
    buttons = widget.locator(".widget-toggle-button:not(.mod-active), .widget-checkbox input")
    for control in (slider, buttons):
        if control.count():
            before, begin = widget.evaluate(VIEW), time.perf_counter()
            if control is slider:
                control.first.focus()
                at_end = control.first.get_attribute("aria-valuenow") == control.first.get_attribute("aria-valuemax")
                notebook.page.keyboard.press("Home" if at_end else "End")
            else:
                control.last.click()
            _changed(notebook, widget, before)
            times.append(time.perf_counter() - begin)
    return times


def _changed(notebook: Notebook, widget, before: str) -> None:
    try:
        notebook.page.wait_for_function(
            f"([element, before]) => ({VIEW})(element) !== before",
            arg=[widget.element_handle(), before],
            timeout=20_000,
        )
    except TooLate:
        notebook._told.append("a move changed nothing within 20 seconds")
