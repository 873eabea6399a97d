"""Where a live view comes to life its stored pictures go, and where it cannot they stay: the front end says which.

JupyterLab itself is driven by test_browser. VS Code and Colab cannot be had here: their pages are stood in for by what
tells them apart for us, an output that is no output of JupyterLab, and Colab's Python side by what anywidget asks it.
"""

import subprocess
import sys
from types import SimpleNamespace

import ipywidgets
import pytest

from course_lib.widgets import live
from course_lib.widgets.prediction import Predict

PAGES = {
    "JupyterLab": '<div class="jp-OutputArea"><div class="course-live"><p></p></div></div>',
    "VS Code": '<div class="output_container"><div class="output"><div class="course-live"><p></p></div></div></div>',
    "Colab": '<div id="output-area"><div class="display_data"><div class="course-live"><p></p></div></div></div>',
}
RENDER = """([script, page]) => {
    window.sent = [];
    const place = document.createElement('div');
    place.innerHTML = page;
    const model = {send: words => sent.push(words)};
    const url = URL.createObjectURL(new Blob([script], {type: 'text/javascript'}));
    return import(url).then(module => {
        window.leave = module.default.render({model, el: place.querySelector('p')});
        window.appear = () => document.body.append(place);
    });
}"""


@pytest.fixture
def shown(monkeypatch):
    """What is displayed, as a front end would have it: data and how, and afterwards what became of it."""
    outputs = []

    def display(data, **how):
        outputs.append([data, how])
        place = outputs[-1]
        return SimpleNamespace(update=lambda data, raw: place.__setitem__(0, data)) if how.get("display_id") else None

    monkeypatch.setattr(live, "display", display)
    return outputs


@pytest.fixture
def unseen(monkeypatch):
    """The unseen part of the live views that were displayed."""
    made = []
    monkeypatch.setattr(live.Live, "__init__", lambda self: [super(live.Live, self).__init__(), made.append(self)][0])
    return made


def pieces(figure=None) -> None:
    live.show(ipywidgets.HTML("live"), "Two films.", figure)


@pytest.mark.parametrize("display", [pieces, lambda: Predict("01.x", "How many?", 3)._ipython_display_()])
def test_the_twins_are_emptied_when_the_view_says_that_it_lives(display, shown, unseen):
    display()
    view, *twins = [output[0] for output in shown]
    assert live.VIEW in view and twins and all(twin["text/plain"] for twin in twins)
    assert [output[0] for output in shown] == [view, *twins]  # without a word from a front end nothing changes
    (part,) = unseen
    part._handle_custom_msg("alive", [])
    assert [output[0] for output in shown] == [view, *[{"text/plain": ""}] * len(twins)]


def test_in_colab_the_view_names_the_manager_that_knows_it(monkeypatch, shown):
    from anywidget import _util

    colab = SimpleNamespace(enable_custom_widget_manager=lambda: None)
    colab._widgets = SimpleNamespace(_installed_url="https://example.org/manager.min.js")
    monkeypatch.setitem(sys.modules, "google.colab.output", colab)
    pieces()
    assert shown[0][1]["metadata"][live.VIEW]["colab"]["custom_widget_manager"]["url"].endswith("manager.min.js")
    monkeypatch.undo()
    assert not _util.in_colab()


def test_an_old_ipywidgets_is_a_sentence_with_the_next_step():
    code = "import ipywidgets; del ipywidgets.Widget._repr_mimebundle_; import course_lib.widgets.live"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "ImportError: the course's widgets need ipywidgets 8.1 or newer" in ran.stderr
    assert "restart the kernel" in ran.stderr


@pytest.mark.parametrize("front_end", PAGES)
def test_the_view_says_so_everywhere_but_in_jupyterlab_once_it_is_on_the_page(chromium, front_end):
    page = chromium.new_page()
    page.evaluate(RENDER, [str(live.Live._esm), PAGES[front_end]])
    page.wait_for_timeout(300)
    assert page.evaluate("sent") == []  # where it will stand cannot be known yet
    page.evaluate("appear()")
    page.wait_for_timeout(500)
    assert page.evaluate("sent") == ([] if front_end == "JupyterLab" else ["alive"])
    page.close()


def test_a_view_that_is_taken_away_before_it_appears_says_nothing(chromium):
    page = chromium.new_page()
    page.evaluate(RENDER, [str(live.Live._esm), PAGES["Colab"]])
    page.evaluate("leave(); appear()")
    page.wait_for_timeout(500)
    assert page.evaluate("sent") == []
    page.close()
