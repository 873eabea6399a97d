import builtins
import threading
from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
import pytest

from course_lib.progress import progress
from course_lib.training import TrainConfig, build, train
from course_lib.widgets.rehearsal import RehearsalWidget

CONFIG = TrainConfig(embedding_dim=8, n_layers=1, n_epochs=3, batch_size=4096)
FINISHED = pd.DataFrame({"epoch": [1, 2], "loss": [0.7, 0.5], "ndcg@10": [0.9, 0.8], "seconds": [0.1, 0.1]})


@pytest.fixture
def widget(split):
    widget = RehearsalWidget(split, CONFIG, FINISHED)
    yield widget
    widget.stop()
    widget.wait()


def curves(widget) -> list[list[float]]:
    """The validation curves on screen, without the stars and end points."""
    return [list(line.get_ydata()) for line in widget._axes[1].lines if len(line.get_ydata()) > 1]


def test_before_the_first_start_the_finished_run_is_on_screen(widget):
    expected = "1 layer, learning rate 0.01: 2 epochs, loss 0.70 → 0.50, best validation NDCG@10 0.90."
    assert widget.summary() == expected
    assert curves(widget) == [[0.9, 0.8]]
    assert widget.stop_button.disabled and not widget.start_button.disabled


def test_a_run_gives_the_numbers_of_train(widget, split):
    widget.layers.value = 0
    widget.learning_rate.value = 0.03
    assert "next run: 0 layers, learning rate 0.03" in widget._view.value
    widget.start()
    widget.wait()

    config = replace(CONFIG, n_layers=0, learning_rate=0.03)
    expected = train(build(split.train, config), split.train, split.validation, config).history
    run = widget.runs["0 layers, learning rate 0.03"]
    assert run["loss"].tolist() == pytest.approx(expected["loss"].tolist())
    assert curves(widget)[0] == pytest.approx(expected["ndcg@10"].tolist())
    assert "not above the best of the other runs on screen, 1 layer, learning rate 0.01 with 0.90" in widget.summary()
    assert widget.start_button.disabled is False and widget.stop_button.disabled is True
    assert not widget.is_training()


def test_stop_ends_a_long_run_after_the_current_epoch(split):
    widget = RehearsalWidget(split, replace(CONFIG, n_epochs=100_000, patience=100_000), FINISHED)
    widget.learning_rate.value = 0.1
    widget.start()
    assert widget.is_training() and widget.start_button.disabled and not widget.stop_button.disabled
    widget.stop_button.click()
    widget.wait()
    assert not widget.is_training() and len(widget.runs["1 layer, learning rate 0.1"]) < 100


def test_a_second_start_while_training_is_ignored_and_a_second_widget_takes_over(split):
    endless = replace(CONFIG, n_epochs=100_000, patience=100_000)
    first, second = RehearsalWidget(split, endless, FINISHED), RehearsalWidget(split, CONFIG, FINISHED)
    first.start()
    thread = first._thread
    first.start_button.click()
    first.start()
    assert first._thread is thread
    second.start()
    assert not thread.is_alive()
    second.wait()
    assert not second.is_training()


def test_an_error_in_the_thread_becomes_a_sentence(widget, monkeypatch):
    def broken(*_arguments):
        raise ValueError("no like to learn from")

    monkeypatch.setattr("course_lib.widgets.rehearsal.train", broken)
    widget.start()
    widget.wait()
    assert widget.summary().endswith("the run ended with an error: no like to learn from")
    assert widget.summary() in widget._view.value and not widget.start_button.disabled

    monkeypatch.undo()
    widget.start()
    widget.wait()
    assert not widget.error and "3 epochs" in widget.summary()


def test_only_the_last_few_runs_stay_on_screen(widget):
    widget._config = replace(CONFIG, n_epochs=1)
    for rate in (0.001, 0.003, 0.03, 0.1):
        widget.learning_rate.value = rate
        widget.start()
        widget.wait()
    assert [name.split()[-1] for name in widget.runs] == ["0.001", "0.003", "0.03", "0.1"]


def test_waiting_without_a_run_returns_at_once(widget):
    widget.wait()
    widget.stop()
    assert not widget.is_training()


def test_readers_without_a_kernel_get_words_and_a_picture(widget):
    bundle = widget._repr_mimebundle_()
    assert bundle["text/plain"] == widget.summary()
    assert bundle["image/png"] and bundle["application/vnd.jupyter.widget-view+json"]["model_id"]


def test_a_background_thread_shows_no_bar(monkeypatch):
    shown = []
    monkeypatch.setattr(builtins, "get_ipython", lambda: SimpleNamespace(kernel=object()), raising=False)
    monkeypatch.setattr("IPython.display.display", lambda *what, **how: shown.append(what))
    seen = []
    thread = threading.Thread(target=lambda: seen.extend(progress(range(3), "hidden", total=3)))
    thread.start()
    thread.join()
    assert seen == [0, 1, 2] and not shown
