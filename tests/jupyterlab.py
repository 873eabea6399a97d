"""Drive JupyterLab in Chromium: open a notebook, run it, move a widget's controls by keyboard, ask its kernel.

Chromium is Debian's package `chromium`, or the file named by the variable CHROMIUM. What drives it, Playwright, brings
a Node.js of its own, which needs `libatomic1`.
"""

import ast
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, sync_playwright

ROOT = Path(__file__).parents[1]
ARTIFACTS = ROOT / "artifacts"
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
NAMES = [path.stem for path in sorted((ROOT / "notebooks").glob("*.ipynb"))]
PATIENCE = 120_000  # milliseconds: machines that test are busy, and no test is about speed
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip

OPEN = """async ([path, withKernel]) => {
    const app = window.jupyterapp;
    const kernelPreference = withKernel ? {} : {shouldStart: false, autoStartDefault: false, canStart: false};
    await app.commands.execute('docmanager:open', {path, factory: 'Notebook', kernelPreference});
    const panel = app.shell.currentWidget;
    await panel.context.ready;
    await panel.revealed;
    if (!withKernel) return;
    await panel.sessionContext.ready;
    while (!panel.sessionContext.session?.kernel) await new Promise(r => setTimeout(r, 100));
    await panel.sessionContext.session.kernel.info;
}"""
CLOSE = """async (path) => {
    const panel = [...window.jupyterapp.shell.widgets('main')].find(widget => widget.context?.path === path);
    if (!panel) return;
    await panel.context.save();
    await panel.sessionContext.shutdown();
    panel.dispose();  // to close would ask, and wait for ever, where a view that lost its kernel changed after saving
}"""
RUN_ALL = "async () => { await window.jupyterapp.commands.execute('notebook:run-all-cells'); }"
CELLS = """() => window.jupyterapp.shell.currentWidget.content.model.sharedModel.cells
    .filter(cell => cell.cell_type === 'code')
    .map(cell => ({count: cell.execution_count, errors: cell.outputs.filter(o => o.output_type === 'error').length}))"""
SHOW_CELL = """async (index) => {
    const notebook = window.jupyterapp.shell.currentWidget.content;
    notebook.activeCellIndex = index;
    await notebook.scrollToItem(index, 'start');
}"""
# The first code cell that holds the given words, run as by Shift-Enter; its place and its errors.
RUN_CELL = """async (words) => {
    const notebook = window.jupyterapp.shell.currentWidget.content;
    const holds = cell => cell.cell_type === 'code' && cell.source.includes(words);
    const cells = notebook.model.sharedModel.cells, place = cells.findIndex(holds);
    if (place < 0) throw new Error(`no cell holds ${words}`);
    notebook.activeCellIndex = place;
    await notebook.scrollToItem(place, 'start');
    await window.jupyterapp.commands.execute('notebook:run-cell');
    return [place, cells[place].outputs.filter(o => o.output_type === 'error').map(o => o.evalue)];
}"""
WRITTEN = """place => {
    const outputs = document.querySelectorAll(
        `.jp-mod-active[data-windowed-list-index="${place}"] .jp-OutputArea-output:not(.lm-mod-hidden)`);
    return [...outputs].every(output => output.textContent.trim() || output.querySelector('img'));
}"""
ASK = """async (code) => {
    const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
    const future = kernel.requestExecute({code: '', silent: true, user_expressions: {answer: code}});
    const answer = (await future.done).content.user_expressions.answer;
    if (answer.status === 'error') throw new Error(answer.evalue);
    return answer.data['text/plain'];
}"""
# What a reader sees of a widget's answer: its pictures, their alternative texts and its words; not the controls.
VIEW = """element => [...element.querySelectorAll('img')].map(img => img.alt + img.src).join()
    + [...element.querySelectorAll('svg[role=img]')].map(svg => svg.outerHTML).join()
    + [...element.querySelectorAll('.widget-html-content')].map(html => html.textContent).join()"""
# The lesson widget: the one with a contract.
WIDGET = "next(x for x in list(globals().values()) if hasattr(x, 'box') and hasattr(type(x), 'contract'))"


def need_chromium() -> None:
    """Skip the test on a user's machine, and fail it where CI is set, if no browser can be driven here."""
    if not CHROMIUM:
        why = "Chromium is not installed (Debian: apt install chromium) and CHROMIUM does not name it"
    else:
        driver = subprocess.run([sys.executable, "-m", "playwright", "--version"], capture_output=True, text=True)
        if driver.returncode == 0:
            return
        why = f"Playwright does not start (Debian 12: apt install libatomic1): {driver.stderr.strip()}"
    pytest.fail(why, pytrace=False) if os.environ.get("CI") else pytest.skip(why)


@contextmanager
def serve(home: Path) -> Iterator[tuple[str, str]]:
    """A JupyterLab on a copy of the notebooks, with settings of its own below `home`: its address and token."""
    shutil.copytree(ROOT / "notebooks", home / "course/notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    settings = home / "settings/@jupyterlab/apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text('{"fetchNews": "false", "checkForUpdates": false}')
    environment = os.environ | {"JUPYTERLAB_SETTINGS_DIR": str(home / "settings")}
    environment["COURSE_LIB_GUEST"] = str(home / "guest.json")  # the writer, until a test ticks films
    for name in (
        "JUPYTER_CONFIG_DIR",
        "JUPYTER_DATA_DIR",
        "JUPYTER_RUNTIME_DIR",
        "JUPYTERLAB_WORKSPACES_DIR",
        "IPYTHONDIR",
    ):
        environment[name] = str(home / name.lower())
    environment["IPYTHONDIR"] = str(home / "ipython")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token = secrets.token_hex(16)
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}"]
    command += [f"--IdentityProvider.token={token}", "--ServerApp.port_retries=0"]
    command += [f"--ServerApp.root_dir={home / 'course'}"]
    command += ["--LabApp.extension_manager=readonly", "--LabApp.expose_app_in_browser=True"]
    address = f"http://127.0.0.1:{port}"
    with (home / "lab.log").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            for _ in range(600):
                try:
                    urllib.request.urlopen(f"{address}/api/status?token={token}", timeout=2)
                    break
                except OSError:
                    assert server.poll() is None, (home / "lab.log").read_text()
                    time.sleep(0.2)
            else:
                raise TimeoutError((home / "lab.log").read_text())
            yield address, token
        finally:
            server.terminate()
            server.wait(20)


@contextmanager
def lab_page(home: Path) -> Iterator[Page]:
    """JupyterLab in a browser window of a projector's width, its file browser folded away."""
    with serve(home) as (address, token), sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = chromium.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(PATIENCE)
        page.goto(f"{address}/lab?token={token}&reset")
        page.wait_for_function("() => window.jupyterapp !== undefined")
        page.evaluate("() => window.jupyterapp.restored.then(() => true)")
        page.evaluate("() => window.jupyterapp.commands.execute('application:toggle-left-area')")
        yield page
        chromium.close()


class Notebook:
    """A notebook in the browser, its kernel, and what the page complained about since it was opened."""

    def __init__(self, page: Page, name: str) -> None:
        self.page, self.name, self._told = page, name, []
        page.on("pageerror", self._page_error)
        page.on("console", self._console)
        page.evaluate(OPEN, [f"notebooks/{name}.ipynb", True])

    @property
    def complaints(self) -> list[str]:
        """What page and console have complained about since it was opened, and widgets that are not found on it."""
        return self._told + self.page.get_by_text("Error displaying widget").all_inner_texts()

    def run_all(self) -> list[dict]:
        """Run every cell; execution count and number of errors of each code cell."""
        self.page.evaluate(RUN_ALL)
        return self.page.evaluate(CELLS)

    def run_cell(self, words: str) -> str:
        """Run the first code cell that holds these words; what a reader then reads below it."""
        place, errors = self.page.evaluate(RUN_CELL, words)
        assert errors == [], f"{self.name}: {errors}"
        self.page.wait_for_function(WRITTEN, arg=place)  # Markdown is rendered a moment later
        cell = self.page.locator(f'.jp-mod-active[data-windowed-list-index="{place}"]')
        return "\n".join(cell.locator(".jp-OutputArea-output").all_inner_texts())

    def ask(self, expression: str) -> object:
        """The value of an expression in the kernel; `widget` in it is the notebook's lesson widget."""
        code = f"__import__('json').dumps((lambda widget: {expression})({WIDGET}))"
        return json.loads(ast.literal_eval(self.page.evaluate(ASK, code)))

    def show_cell(self, cell_id: str = "widget") -> Locator:
        """Scroll to a cell; the cell on the page."""
        cells = json.loads((ROOT / "notebooks" / f"{self.name}.ipynb").read_text())["cells"]
        place = next(place for place, cell in enumerate(cells) if cell["id"] == cell_id)
        self.page.evaluate(SHOW_CELL, place)
        # The active one: for a moment JupyterLab may leave the same number on another cell.
        return self.page.locator(f'.jp-mod-active[data-windowed-list-index="{place}"]')

    def show_widget(self, cell_id: str = "widget") -> Locator:
        """Scroll to a widget's cell, that of the lesson unless told another; the widget on the page."""
        widget = self.show_cell(cell_id).locator(".jp-OutputArea-output .widget-vbox").first
        widget.scroll_into_view_if_needed()
        if cell_id == "widget":
            widget.locator("img, svg[role=img], tbody tr").first.wait_for()
        return widget

    def set_by_keyboard(self, widget: Locator, label: str, value: str) -> None:
        """Find a control by its label and set it with the keyboard: press a button, tick a box, or type a number."""
        group = widget.locator(".widget-toggle-buttons").filter(has=self.page.get_by_text(label, exact=True))
        box = widget.get_by_role("checkbox", name=label, exact=True)
        if group.count():
            button = group.get_by_role("button", name=value, exact=True)
            button.focus()
            button.press("Enter")
        elif box.count():
            if box.first.is_checked() != (value == "ticked"):
                box.first.press(" ")
        else:
            field = widget.get_by_role("spinbutton", name=label, exact=True)
            field.focus()
            field.press("ControlOrMeta+a")
            self.page.keyboard.type(value)
            field.press("Enter")

    def wait_for_change(self, widget: Locator, before: str) -> str:
        """Wait until a reader sees something else than before; what they see then."""
        self.page.wait_for_function(
            f"([element, before]) => ({VIEW})(element) !== before", arg=[widget.element_handle(), before]
        )
        return widget.evaluate(VIEW)

    def theme(self, name: str) -> None:
        """Switch to "JupyterLab Light" or "JupyterLab Dark"."""
        self.page.evaluate("theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", name)
        dark = str(name.endswith("Light")).lower()
        self.page.wait_for_function(f"() => document.body.dataset.jpThemeLight === '{dark}'")
        self.page.locator("#jupyterlab-splash").wait_for(state="detached")  # the curtain over the change

    def screenshot(self, what: str) -> None:
        """Keep a picture for a person to look at."""
        ARTIFACTS.mkdir(exist_ok=True)
        self.page.screenshot(path=ARTIFACTS / f"{self.name}_{what}.png")

    def close(self) -> None:
        """Save, shut the kernel down, so that notebooks do not add up in memory, and close."""
        self.page.evaluate(CLOSE, f"notebooks/{self.name}.ipynb")

    def reopen_without_kernel(self) -> None:
        """Close, and open what was saved, as a reader does who only wants to look."""
        self.close()
        self.page.evaluate(OPEN, [f"notebooks/{self.name}.ipynb", False])

    def forget(self) -> None:
        """Stop listening to the page."""
        self.page.remove_listener("pageerror", self._page_error)
        self.page.remove_listener("console", self._console)

    def _page_error(self, error: object) -> None:
        self._told.append(f"page error: {error}")

    def _console(self, message: object) -> None:
        # Before its cell has run, a stored view looks for a widget of an earlier kernel, and JupyterLab logs it where
        # it looks in time. What the reader then sees is for the tests to look at.
        if message.type == "error" and "widget model not found" not in message.text:
            self._told.append(f"console: {message.text}")
