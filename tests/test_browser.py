"""The course in a real browser: open a notebook in JupyterLab, run all of it, move its control by keyboard.

Chromium is Debian's package `chromium`, or the file named by the variable CHROMIUM. Without it these tests skip on a
user's machine and fail where CI is set.
"""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
ARTIFACTS = ROOT / "artifacts"
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip

OPEN = """async (path) => {
    const app = window.jupyterapp;
    await app.commands.execute('docmanager:open', {path, factory: 'Notebook'});
    const panel = app.shell.currentWidget;
    await panel.context.ready;
    await panel.sessionContext.ready;
    await panel.revealed;
    while (!panel.sessionContext.session?.kernel) await new Promise(r => setTimeout(r, 100));
    await panel.sessionContext.session.kernel.info;
}"""
RUN_ALL = "async () => { await window.jupyterapp.commands.execute('notebook:run-all-cells'); }"
CELLS = """() => window.jupyterapp.shell.currentWidget.content.model.sharedModel.cells
    .filter(cell => cell.cell_type === 'code')
    .map(cell => ({count: cell.execution_count, errors: cell.outputs.filter(o => o.output_type === 'error').length}))"""
# What a reader sees of a widget's answer: its pictures, their alternative texts and its words; not the control itself.
VIEW = """element => [...element.querySelectorAll('img')].map(img => img.alt + img.src).join()
    + [...element.querySelectorAll('.widget-html svg')].map(svg => svg.outerHTML).join()
    + [...element.querySelectorAll('.widget-html-content')].map(html => html.textContent).join()"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A JupyterLab on a copy of the notebooks, with settings of its own: yields (base address, token)."""
    if not CHROMIUM:
        reason = "Chromium is not installed (Debian: apt install chromium) and CHROMIUM does not name it"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    home = tmp_path_factory.mktemp("lab")
    shutil.copytree(ROOT / "notebooks", home / "course/notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    settings = home / "settings/@jupyterlab/apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text('{"fetchNews": "false", "checkForUpdates": false}')
    environment = os.environ | {"JUPYTERLAB_SETTINGS_DIR": str(home / "settings")}
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTERLAB_WORKSPACES_DIR", "IPYTHONDIR"):
        environment[name] = str(home / name.lower())
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token = secrets.token_hex(16)
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}"]
    command += [
        f"--IdentityProvider.token={token}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={home / 'course'}",
    ]
    command += ["--LabApp.extension_manager=readonly", "--LabApp.expose_app_in_browser=True"]
    log = (home / "lab.log").open("w")
    server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{address}/api/status?token={token}", timeout=2)
                break
            except OSError:
                assert server.poll() is None, (home / "lab.log").read_text()
                time.sleep(0.2)
        yield address, token
    finally:
        server.terminate()
        server.wait(20)


@pytest.fixture(scope="module")
def browser(lab):
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


class OpenNotebook:
    """A notebook in the browser, run to the end, with what the page complained about."""

    def __init__(self, browser, lab, name: str):
        address, token = lab
        self.name, self.complaints = name, []
        self.page = browser.new_page(viewport={"width": 1280, "height": 900})
        self.page.set_default_timeout(60_000)
        self.page.on("pageerror", lambda error: self.complaints.append(f"page error: {error}"))
        self.page.on("console", lambda m: self.complaints.append(f"console: {m.text}") if m.type == "error" else None)
        self.page.goto(f"{address}/lab?token={token}&reset")
        self.page.wait_for_function("() => window.jupyterapp !== undefined")
        self.page.evaluate("() => window.jupyterapp.restored.then(() => true)")
        self.page.evaluate(OPEN, f"notebooks/{name}.ipynb")
        self.page.evaluate(RUN_ALL)

    def close(self) -> None:
        """Shut the kernel down, so that notebooks do not add up in memory, and close the page."""
        self.page.evaluate("() => window.jupyterapp.commands.execute('kernelmenu:shutdown')")
        self.page.close()

    def screenshot(self, what: str) -> None:
        """Keep a picture for a person to look at."""
        ARTIFACTS.mkdir(exist_ok=True)
        self.page.screenshot(path=ARTIFACTS / f"{self.name}_{what}.png")


@pytest.fixture
def open_notebook(browser, lab):
    opened = []

    def run(name: str) -> OpenNotebook:
        opened.append(OpenNotebook(browser, lab, name))
        return opened[-1]

    yield run
    for notebook in opened:
        notebook.close()


def widget_cell_index(name: str) -> int:
    cells = json.loads((ROOT / "notebooks" / f"{name}.ipynb").read_text())["cells"]
    view = "application/vnd.jupyter.widget-view+json"
    return next(i for i, cell in enumerate(cells) if any(view in o.get("data", {}) for o in cell.get("outputs", [])))


SHOW_CELL = """async (index) => {
    const notebook = window.jupyterapp.shell.currentWidget.content;
    notebook.activeCellIndex = index;
    await notebook.scrollToItem(index, 'start');
}"""


@pytest.mark.parametrize("name", [path.stem for path in sorted((ROOT / "notebooks").glob("*.ipynb"))])
def test_it_runs_without_complaint_and_its_widget_answers_the_keyboard(open_notebook, name):
    notebook = open_notebook(name)
    cells = notebook.page.evaluate(CELLS)
    assert [cell["count"] for cell in cells] == list(range(1, len(cells) + 1))
    assert not any(cell["errors"] for cell in cells)
    notebook.page.evaluate(SHOW_CELL, widget_cell_index(name))
    widget = notebook.page.locator(".jp-OutputArea-output .widget-vbox").first
    widget.scroll_into_view_if_needed()
    widget.locator("img, svg").first.wait_for()
    notebook.screenshot("before")
    control = widget.locator("[role=slider], select, button:not([disabled]):not(.mod-active)").first
    before = widget.evaluate(VIEW)
    for key in ("ArrowRight", "ArrowLeft", "Enter"):
        control.focus()  # again each time: an arrow that a button does not take moves JupyterLab to the next cell
        notebook.page.keyboard.press(key)
        try:
            notebook.page.wait_for_function(
                f"([element, before]) => ({VIEW})(element) !== before",
                arg=[widget.element_handle(), before],
                timeout=3000,
            )
            break
        except PlaywrightTimeout:  # a control at the end of its range does not move that way: try the next key
            continue
    assert widget.evaluate(VIEW) != before
    notebook.page.wait_for_timeout(300)
    notebook.screenshot("after")
    assert notebook.complaints == []
