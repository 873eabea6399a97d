"""Notebook 07: start a rehearsal, watch its curves grow, stop it."""

import math
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from html import escape
from typing import ClassVar

import ipywidgets
import pandas as pd
import torch

from course_lib.interactions import Split
from course_lib.plots.learning import SLOTS, plot_rehearsals
from course_lib.plots.sketch import Sketch
from course_lib.softmax import softmax_batches
from course_lib.training import TrainConfig, build, train
from course_lib.widgets import live
from course_lib.widgets.contract import Promise

_LEARNING_RATES = (0.003, 0.01, 0.02, 0.05, 0.1, 0.2)
_TEACHERS = {"bpr": "BPR", "softmax": "softmax"}
_PAUSE = 0.1  # seconds from one redraw to the next: an epoch of the softmax teacher is shorter than that
_LEVEL = 0.01  # runs whose best validation NDCG@10 is closer than this are called level


class RehearsalWidget:
    """Training in a background thread with curves that grow; the last four runs stay on screen.

    A run keeps its colour and its letter until a fifth run takes the place of the oldest. Only one rehearsal runs at a
    time, in all widgets together: a new one first stops the one before.

    Args:
        split: trains on `split.train`, validates on `split.validation`; the test part is not touched.
        configs: for each loss, "bpr" and "softmax", everything but the number of layers and the learning rate, which
            are the controls' first values and those after a change of the loss. The first is chosen at first.
        histories: of finished runs with these configs, by loss, so that there is something to see at first; the first
            loss has to be among them.

    Attributes:
        layers, learning_rate, loss: settings of the next run.
        start_button, stop_button: what a click does, `start` and `stop` do in code.
        runs: the history of each run by its name, oldest first, with the steps taken as a column `step`.
        error: the sentence of what went wrong in the last run, or "".
    """

    contract: ClassVar = (
        Promise("loss", "bpr", "softmax", "best_ndcg", "rises",
                "The network and the raves are the same. The teacher changes, and with it the learning rate. That's "
                "more than a loss, as the next sections say."),
        Promise("layers", 0, 2, "loss_after_ten", "rises",
                "With gossip a tag is a blend of many, so the raves are harder to learn by heart. But a lower training "
                "loss isn't a better list.", {"loss": "bpr"}),
        Promise("learning_rate", 0.02, 0.003, "loss_after_ten", "rises",
                "Small steps don't get as far in the same number of epochs.", {"loss": "bpr", "layers": 2}),
    )  # fmt: skip

    _running: ClassVar["RehearsalWidget | None"] = None

    def __init__(self, split: Split, configs: Mapping[str, TrainConfig], histories: Mapping[str, pd.DataFrame]) -> None:
        self._split, self._configs = split, dict(configs)
        first = next(iter(self._configs))
        self.layers, depth = live.number("layers", self._configs[first].n_layers, 0, 3)
        self.loss = live.buttons("loss", [(_TEACHERS[loss], loss) for loss in self._configs], first, "6em")
        rates = sorted({*_LEARNING_RATES, *(config.learning_rate for config in self._configs.values())})
        rate = self._configs[first].learning_rate
        self.learning_rate = live.buttons("learning rate", rates, rate, "5em")
        self.loss.observe(self._change_loss, "value")
        for control in (self.layers, self.learning_rate):
            control.observe(self._draw, "value")
        self.start_button = ipywidgets.Button(description="Start", icon="play", button_style="primary")
        self.stop_button = ipywidgets.Button(description="Stop", icon="stop", disabled=True)
        self.start_button.on_click(lambda _button: self.start())
        self.stop_button.on_click(lambda _button: self.stop())

        self._last = self._chosen()
        self.runs: dict[str, pd.DataFrame] = {}
        self._slots: dict[str, int] = {}
        for loss in reversed([loss for loss in self._configs if loss in histories]):  # the chosen one is the newest
            self._keep(self._name(self._configs[loss]), self._with_steps(histories[loss], self._configs[loss]))
        self.error = ""
        self._thread: threading.Thread | None = None
        self._training = False
        self._stop = threading.Event()
        self._lock = threading.Lock()  # the view is drawn by two threads
        self._drawn = 0.0  # when, by the clock of `time.perf_counter`
        self.view = ipywidgets.HTML().add_class("course-quiet")  # it changes many times a second
        self._told = ipywidgets.HTML().add_class("course-unseen")  # a screen reader says how a run has ended
        self._draw()
        buttons = ipywidgets.HBox([self.start_button, self.stop_button])
        self.box = ipywidgets.VBox([depth, self.loss, self.learning_rate, buttons, self.view, self._told])

    def start(self) -> None:
        """Train with the chosen settings in the background; does nothing while this widget already trains."""
        if self.is_training():
            return
        self.wait()  # the last run may still be drawing its end
        before = RehearsalWidget._running
        if before is not None:
            before.stop()
            before.wait()
        RehearsalWidget._running = self
        self._stop.clear()
        self.error = ""
        self._last = self._chosen()
        name = self._name(self._last)
        self.runs = {other: run for other, run in self.runs.items() if other != name}  # a repeated run starts afresh
        while len(self.runs) >= len(SLOTS):
            self.runs = dict(list(self.runs.items())[1:])
        self.start_button.disabled, self.stop_button.disabled = True, False
        # daemon: a kernel that shuts down does not wait for the rehearsal.
        self._thread = threading.Thread(target=self._train, args=(self._last,), daemon=True)
        self._training = True
        self._thread.start()
        self._draw()

    def stop(self) -> None:
        """End the run after the current epoch; returns at once."""
        self._stop.set()

    def wait(self) -> None:
        """Return when the run has ended, at once if there is none; an interrupt of the kernel ends the run as well."""
        try:
            if self._thread is not None:
                self._thread.join()
        except KeyboardInterrupt:
            self.stop()
            raise

    def is_training(self) -> bool:
        """Whether a run is under way."""
        return self._training

    def best_ndcg(self) -> float:
        """The best validation NDCG@10 of a run with the chosen settings.

        0 where it was stopped before its first validation.
        """
        history = self._rehearsed()
        return float(history["ndcg@10"].max()) if "ndcg@10" in history else 0.0

    def loss_after_ten(self) -> float:
        """The training loss after ten epochs of a run with the chosen settings.

        At the same epoch, because runs stop early at different ones.
        """
        return _after_ten(self._rehearsed())

    def picture(self) -> Sketch:
        """The curves on screen."""
        return plot_rehearsals({name: (self._slots[name], run) for name, run in self.runs.items()})

    def _rehearsed(self) -> pd.DataFrame:
        """The history of a run with the chosen settings, which is run first if it is not on screen."""
        name = self._name(self._chosen())
        if self.is_training():
            if name != self._name(self._last):
                self.stop()
            self.wait()
        if name not in self.runs:
            self.start()
            self.wait()
        if name not in self.runs:
            raise ValueError(f"{name}: {self.error or 'stopped before the first epoch was over'}; start it again")
        return self.runs[name]

    def summary(self) -> str:
        """What is on screen, in words: the last run, and how its best epoch compares with the earlier runs."""
        name = self._name(self._last)
        if self.error:
            return f"{name}: {self.error}"
        history = self.runs.get(name)
        if history is None:
            return f"{name}: the first epoch is under way."
        ten = f"to {_after_ten(history):.2f} after ten epochs and " if len(history) > 10 else ""
        losses = history["loss"].iloc[0], history["loss"].iloc[-1]
        text = f"{name}: the loss went from {losses[0]:.2f} {ten}to {losses[1]:.2f}, "
        text += f"{losses[1] / losses[0]:.0%} of the first."
        if "ndcg@10" not in history:
            return f"{text} It hasn't been validated yet."
        best = history["ndcg@10"].max()
        text += f" Its best validation NDCG@10 is {best:.3f}"
        others = {other: run["ndcg@10"].max() for other, run in self.runs.items() if other != name and "ndcg@10" in run}
        if not others:
            return f"{text}."
        rival = max(others, key=lambda other: others[other])
        gap = best - others[rival]
        verdict = f"level (less than {_LEVEL} apart) with" if abs(gap) < _LEVEL else "above" if gap > 0 else "below"
        return f"{text}, {verdict} the {others[rival]:.3f} of {rival}."

    def _chosen(self) -> TrainConfig:
        config = self._configs[self.loss.value]
        return replace(config, n_layers=self.layers.value, learning_rate=self.learning_rate.value)

    def _change_loss(self, _change: dict) -> None:
        rate = self._configs[self.loss.value].learning_rate  # each teacher has a scale of its own
        if rate == self.learning_rate.value:
            self._draw()
        else:
            self.learning_rate.value = rate  # draws

    def _keep(self, name: str, history: pd.DataFrame) -> None:
        """Put a run on screen, in the slot that it has or had, or else in a free one."""
        taken = {self._slots[other] for other in self.runs if other != name}
        if name not in self._slots or self._slots[name] in taken:
            self._slots[name] = next(slot for slot in range(len(SLOTS)) if slot not in taken)
        self.runs = {**self.runs, name: history}  # a new dict: another thread may be reading

    def _with_steps(self, history: pd.DataFrame, config: TrainConfig) -> pd.DataFrame:
        """With the steps so far: seconds are longer where somebody else is busy too."""
        likes = self._split.train
        batches = math.ceil(len(likes) / config.batch_size)
        per_epoch = batches if config.loss == "bpr" else len(softmax_batches(likes, torch.Generator()))
        return history.assign(step=history["epoch"] * per_epoch)

    @staticmethod
    def _name(config: TrainConfig) -> str:
        layers = f"{config.n_layers} layer{'' if config.n_layers == 1 else 's'}"
        return f"{_TEACHERS[config.loss]}, {layers}, learning rate {config.learning_rate:g}"

    def _train(self, config: TrainConfig) -> None:
        def on_epoch(history: pd.DataFrame) -> bool:
            self._keep(self._name(config), self._with_steps(history, config))
            if time.perf_counter() - self._drawn > _PAUSE:
                self._draw()
            return self._stop.is_set()

        try:
            model = build(self._split.train, config)
            train(model, self._split.train, self._split.validation, config, on_epoch)
        except Exception as error:  # nobody would see it in a thread: it is shown as a sentence instead
            self.error = f"the run ended with an error: {str(error) or type(error).__name__}"
        finally:
            self._training = False
            self.start_button.disabled, self.stop_button.disabled = False, True
            self._draw()
            self._told.value = escape(self.summary())

    def _draw(self, _change: dict | None = None) -> None:
        with self._lock:
            if self.is_training():
                state = "stopping after this epoch" if self._stop.is_set() else "training"
                line = f"{state}: {self._name(self._last)}"
            else:
                line = f"next run: {self._name(self._chosen())}"
            summary = self.summary()
            words = f"<p><b>{escape(line)}</b><br>{escape(summary)}</p>"
            self.view.value = words + self.picture().svg(summary)
            self._drawn = time.perf_counter()

    def _ipython_display_(self) -> None:
        live.show(self.box, self.summary(), self.picture().figure)


def _after_ten(history: pd.DataFrame) -> float:
    """The training loss after ten epochs, or at the end of a shorter run."""
    return float(history["loss"].iloc[:10].iloc[-1])
