import builtins
import threading
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from course_lib.progress import progress
from course_lib.training import BPR_CONFIG, TrainConfig, build, train
from course_lib.widgets.rehearsal import RehearsalWidget
from tests.drawings import words

CONFIG = replace(BPR_CONFIG, embedding_dim=8, n_layers=1, n_epochs=3, batch_size=4096)
SOFTMAX = TrainConfig(embedding_dim=8, n_layers=1, n_epochs=8, validate_every=4)
FINISHED = pd.DataFrame({"epoch": [1, 2], "loss": [0.7, 0.5], "ndcg@10": [0.9, 0.8], "seconds": [0.1, 0.3]})
OTHER = pd.DataFrame({"epoch": [1, 2], "loss": [6.0, 5.0], "ndcg@10": [np.nan, 0.895], "seconds": [0.1, 0.1]})


def make(split, bpr: TrainConfig = CONFIG) -> RehearsalWidget:
    return RehearsalWidget(split, {"bpr": bpr, "softmax": SOFTMAX}, {"bpr": FINISHED, "softmax": OTHER})


@pytest.fixture
def widget(split):
    widget = make(split)
    yield widget
    widget.stop()
    widget.wait()


def on_screen(widget) -> list[str]:
    """The lines of the legend, newest run last: its letter, its name, its best validation."""
    return [word for word in words(widget.view.value) if word[1:3] == ": "]


def test_before_the_first_start_the_finished_runs_are_on_screen(widget):
    assert widget.summary() == (
        "BPR, 1 layer, learning rate 0.01: the loss went from 0.70 to 0.50, 71% of the first. Its best validation "
        "NDCG@10 is 0.900, level (less than 0.01 apart) with the 0.895 of softmax, 1 layer, learning rate 0.05."
    )
    assert on_screen(widget) == [
        "a: softmax, 1 layer, learning rate 0.05, best NDCG@10 0.895",
        "b: BPR, 1 layer, learning rate 0.01, best NDCG@10 0.900",
    ]
    assert widget.stop_button.disabled and not widget.start_button.disabled


def test_a_run_gives_the_numbers_of_train(widget, split):
    widget.layers.value = 0
    widget.learning_rate.value = 0.02
    assert "next run: BPR, 0 layers, learning rate 0.02" in widget.view.value
    widget.start()
    widget.wait()

    config = replace(CONFIG, n_layers=0, learning_rate=0.02)
    expected = train(build(split.train, config), split.train, split.validation, config).history
    name = "BPR, 0 layers, learning rate 0.02"
    assert widget.runs[name]["loss"].tolist() == pytest.approx(expected["loss"].tolist())
    assert widget.runs[name]["ndcg@10"].tolist() == pytest.approx(expected["ndcg@10"].tolist())
    assert on_screen(widget)[-1] == f"c: {name}, best NDCG@10 {expected['ndcg@10'].max():.3f}"
    assert widget.summary().endswith(", below the 0.900 of BPR, 1 layer, learning rate 0.01.")
    assert widget.start_button.disabled is False and widget.stop_button.disabled is True
    assert not widget.is_training()


def test_the_other_teacher_brings_its_learning_rate_and_its_validation_now_and_then(widget, split):
    widget.loss.value = "softmax"
    assert widget.learning_rate.value == 0.05
    assert "next run: softmax, 1 layer, learning rate 0.05" in widget.view.value
    widget.start()
    widget.wait()

    expected = train(build(split.train, SOFTMAX), split.train, split.validation, SOFTMAX).history
    run = widget.runs["softmax, 1 layer, learning rate 0.05"]
    assert run["loss"].tolist() == pytest.approx(expected["loss"].tolist())
    seen = run["ndcg@10"].dropna()
    assert len(seen) == 2 and seen.tolist() == pytest.approx(expected["ndcg@10"].dropna().tolist())
    widget.loss.value = "bpr"
    assert widget.learning_rate.value == 0.01 and "next run: BPR" in widget.view.value


def test_a_run_stopped_before_its_first_validation_has_a_summary_and_no_curve(split):
    widget = RehearsalWidget(split, {"softmax": SOFTMAX}, {"softmax": OTHER.drop(columns="ndcg@10")})
    assert widget.summary() == (
        "softmax, 1 layer, learning rate 0.05: the loss went from 6.00 to 5.00, 83% of the first. It hasn't been "
        "validated yet."
    )
    assert on_screen(widget) == ["a: softmax, 1 layer, learning rate 0.05, not validated yet"]


def test_the_layers_of_the_next_run_are_told(widget):
    widget.layers.value = 3
    assert "next run: BPR, 3 layers" in widget.view.value


def test_stop_ends_a_long_run_after_the_current_epoch(split):
    widget = make(split, replace(CONFIG, n_epochs=100_000, patience=100_000))
    widget.learning_rate.value = 0.1
    widget.start()
    assert widget.is_training() and widget.start_button.disabled and not widget.stop_button.disabled
    widget.stop_button.click()
    widget.wait()
    assert not widget.is_training() and len(widget.runs["BPR, 1 layer, learning rate 0.1"]) < 100


def test_a_second_start_while_training_is_ignored_and_a_second_widget_takes_over(split):
    endless = replace(CONFIG, n_epochs=100_000, patience=100_000)
    first, second = make(split, endless), make(split)
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
    assert widget.summary() in widget.view.value and not widget.start_button.disabled

    monkeypatch.undo()
    widget.start()
    widget.wait()
    assert not widget.error and len(widget.runs["BPR, 1 layer, learning rate 0.01"]) == 3


def test_an_error_without_words_is_named_and_nothing_to_read_is_a_sentence(widget, monkeypatch):
    def broken(*_arguments):
        raise MemoryError

    monkeypatch.setattr("course_lib.widgets.rehearsal.train", broken)
    widget.layers.value = 2
    with pytest.raises(ValueError, match=r"BPR, 2 layers.*the run ended with an error: MemoryError; start it again"):
        widget.best_ndcg()


def test_what_is_read_while_another_run_trains_is_of_the_chosen_one(split):
    widget = make(split, replace(CONFIG, n_epochs=100_000, patience=100_000))
    widget.layers.value = 0
    widget.start()
    widget._configs["bpr"] = CONFIG
    widget.layers.value = 3
    expected = train(build(split.train, replace(CONFIG, n_layers=3)), split.train, split.validation, CONFIG).history
    assert widget.best_ndcg() == pytest.approx(expected["ndcg@10"].max())
    assert widget.loss_after_ten() == pytest.approx(expected["loss"].iloc[-1])


def test_a_run_that_has_ended_leaves_no_line_of_training_behind(split):
    widget = make(split, replace(CONFIG, n_epochs=1))
    for run in range(4):
        widget.start()
        while widget.is_training():
            widget.layers.value = run % 4  # a reader moves on while the run ends
        widget.start_button.click()  # as soon as it can be pressed, it is heard
        assert widget.is_training() or len(widget.runs) > 1
        widget.wait()
        assert "next run: " in widget.view.value and not widget.is_training()


def test_the_loss_after_ten_epochs_is_told_of_a_longer_run(split):
    long = pd.DataFrame(
        {"epoch": range(1, 13), "loss": [1 - n / 20 for n in range(12)], "ndcg@10": 0.1, "seconds": 0.1}
    )
    widget = RehearsalWidget(split, {"bpr": CONFIG}, {"bpr": long})
    assert widget.loss_after_ten() == pytest.approx(0.55)
    assert "went from 1.00 to 0.55 after ten epochs and to 0.45, 45% of the first. Its" in widget.summary()
    assert widget.summary().endswith("is 0.100.")  # no other run to compare with


@pytest.mark.parametrize("seed", [0, 1])
def test_what_the_contract_says_of_the_loss_holds_on_movielens(real_data, seed):
    split = real_data.split(seed)
    live = replace(BPR_CONFIG, n_epochs=10, learning_rate=0.02, batch_size=2048, reg_weight=0.0, seed=seed)

    def loss(**setting) -> float:
        config = replace(live, **setting)
        return train(build(split.train, config), split.train, config=config).history["loss"].iloc[-1]

    assert loss(n_layers=0) < loss(n_layers=2) - 0.03
    assert loss(n_layers=2) < loss(n_layers=2, learning_rate=0.003) - 0.03


def slots(widget) -> dict[str, str]:
    """The letter of each run by its learning rate."""
    return {line.split(",")[2].split()[-1]: line[0] for line in on_screen(widget)}


def test_only_the_last_four_runs_stay_and_each_keeps_its_colour_and_letter(widget):
    widget._configs["bpr"] = replace(CONFIG, n_epochs=1)
    seen = [slots(widget)]
    for rate in (0.003, 0.02, 0.1, 0.2, 0.003):
        widget.learning_rate.value = rate
        widget.start()
        widget.wait()
        seen.append(slots(widget))
        kept = seen[-1].keys() & seen[-2].keys()
        assert {rate: seen[-1][rate] for rate in kept} == {rate: seen[-2][rate] for rate in kept}
        assert len(set(seen[-1].values())) == len(seen[-1]) == len(widget.runs) <= 4
    assert seen[-2] == {"0.003": "c", "0.02": "d", "0.1": "a", "0.2": "b"}  # in the slots of the two oldest
    assert list(seen[-1]) == ["0.02", "0.1", "0.2", "0.003"]  # one that is repeated is the newest


def test_the_clock_is_steps_which_a_busy_machine_does_not_make_longer(widget, split):
    for name, run in widget.runs.items():
        per_epoch = 1 if name.startswith("softmax") else -(-len(split.train) // CONFIG.batch_size)
        assert run["step"].tolist() == [per_epoch, 2 * per_epoch]


def test_waiting_without_a_run_returns_at_once(widget):
    widget.wait()
    widget.stop()
    assert not widget.is_training()


def test_an_interrupt_while_waiting_stops_the_run_and_the_next_one_starts(split, monkeypatch):
    widget = make(split, replace(CONFIG, n_epochs=100_000, patience=100_000))
    widget.learning_rate.value = 0.1
    widget.start()
    thread = widget._thread
    with monkeypatch.context() as patch:
        patch.setattr(thread, "join", lambda: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            widget.wait()
    thread.join()
    assert not widget.is_training() and not widget.start_button.disabled
    widget._configs["bpr"] = CONFIG
    widget.start()
    widget.wait()
    assert len(widget.runs["BPR, 1 layer, learning rate 0.1"]) == 3


def test_a_background_thread_shows_no_bar(monkeypatch):
    shown = []
    monkeypatch.setattr(builtins, "get_ipython", lambda: SimpleNamespace(kernel=object()), raising=False)
    monkeypatch.setattr("IPython.display.display", lambda *what, **how: shown.append(what))
    seen = []
    thread = threading.Thread(target=lambda: seen.extend(progress(range(3), "hidden", total=3)))
    thread.start()
    thread.join()
    assert seen == [0, 1, 2] and not shown


def test_the_best_of_a_run_is_its_highest_validation_and_not_its_last(widget):
    assert widget.best_ndcg() == 0.9  # 0.9, then 0.8
