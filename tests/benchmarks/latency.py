"""From the key press to the changed picture, in a real browser: `python -m tests.benchmarks.latency [notebook ...]`.

Each control of each widget is moved by keyboard, back and forth. The clock runs in the page, from the key's event to
the first frame after the view has changed. The message-passing picture is timed by itself as well. Not a test: the
figures say as much about the machine as about the course.
"""

import os
import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Locator, Page

from tests.jupyterlab import NAMES, VIEW, Notebook, lab_page

PRESSES = 20
WATCH = f"""element => {{
    const view = {VIEW}, before = view(element);
    window.measured = new Promise(resolve => {{
        let pressed = Infinity;
        addEventListener('keydown', () => {{ pressed = performance.now(); }}, {{capture: true, once: true}});
        const observer = new MutationObserver(() => {{
            if (performance.now() < pressed || view(element) === before) return;
            observer.disconnect();
            requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - pressed)));
        }});
        observer.observe(element, {{childList: true, subtree: true, attributes: true, characterData: true}});
    }});
}}"""


def time_key(page: Page, watched: Locator, focused: Locator, key: str) -> float:
    """Milliseconds from one key press to the frame that shows its effect on `watched`."""
    focused.focus()
    watched.evaluate(WATCH)
    page.keyboard.press(key)
    return page.evaluate("() => window.measured")


def measure(notebook: Notebook) -> list[tuple[str, float, float]]:
    """Label, median and worst milliseconds of each control of a notebook's widget."""
    widget, page, rows = notebook.show_widget(), notebook.page, []
    picture = widget.locator(".course-gossip")
    views = [("", widget)] + [(" (picture)", picture)] * picture.count()
    for handle in widget.locator("[role=slider]:visible").all():
        for what, watched in views:
            times, key = [], "ArrowRight"
            for _ in range(PRESSES):
                ends = [handle.get_attribute(f"aria-value{end}") for end in ("now", "min", "max")]
                key = "ArrowLeft" if ends[0] == ends[2] else "ArrowRight" if ends[0] == ends[1] else key
                times.append(time_key(page, watched, handle, key))
            label = handle.get_attribute("aria-label") or "slider"
            rows.append((label + what, statistics.median(times), max(times)))
    for group in widget.locator(".widget-toggle-buttons:visible").all():
        times = []
        for press in range(PRESSES):
            buttons = group.locator("button:not(.mod-active)")
            times.append(time_key(page, widget, buttons.nth(press % buttons.count()), "Enter"))
        rows.append((group.locator("label").inner_text(), statistics.median(times), max(times)))
    return rows


if __name__ == "__main__":
    print("load average:", *os.getloadavg())
    print(f"{'notebook':<18} {'control':<28} {'median ms':>9} {'worst ms':>9}")
    with tempfile.TemporaryDirectory() as home, lab_page(Path(home)) as page:
        for name in sys.argv[1:] or NAMES:
            notebook = Notebook(page, name)
            notebook.run_all()
            for control, median, worst in measure(notebook):
                print(f"{name:<18} {control:<28} {median:>9.0f} {worst:>9.0f}", flush=True)
            notebook.close()
