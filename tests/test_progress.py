"""The progress bar, on a terminal and in a notebook."""

import builtins
import threading
from types import SimpleNamespace

from course_lib.progress import progress

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def test_a_bar_passes_everything_on_and_writes_nothing_where_nobody_watches(capsys):
    assert list(progress(iter("abc"), "letters", total=3)) == ["a", "b", "c"]
    assert capsys.readouterr() == ("", "")


def test_a_bar_in_a_notebook_shows_one_widget_and_no_text_that_would_stay(monkeypatch, capsys):
    shown = []
    monkeypatch.setattr(builtins, "get_ipython", lambda: SimpleNamespace(kernel=object()), raising=False)
    monkeypatch.setattr("IPython.display.display", lambda *what, **how: shown.append((what, how)))
    bar = progress(range(3), "counting", total=3)
    assert list(bar) == [0, 1, 2]
    (((bundle,), how),) = shown
    assert list(bundle) == [WIDGET_VIEW] and how == {"raw": True}
    assert bundle[WIDGET_VIEW]["model_id"]
    assert capsys.readouterr() == ("", "")


def test_a_bar_in_a_background_thread_shows_nothing(monkeypatch, capsys):
    shown, passed = [], []
    monkeypatch.setattr(builtins, "get_ipython", lambda: SimpleNamespace(kernel=object()), raising=False)
    monkeypatch.setattr("IPython.display.display", lambda *what, **how: shown.append(what))
    thread = threading.Thread(target=lambda: passed.extend(progress(range(3), "counting")))
    thread.start()
    thread.join()
    assert passed == [0, 1, 2]
    assert not shown and capsys.readouterr() == ("", "")


def test_ipython_without_a_kernel_counts_as_a_terminal(monkeypatch):
    shown = []
    monkeypatch.setattr(builtins, "get_ipython", lambda: SimpleNamespace(), raising=False)
    monkeypatch.setattr("IPython.display.display", lambda *what, **how: shown.append(what))
    assert list(progress(range(2), "counting")) == [0, 1]
    assert not shown
