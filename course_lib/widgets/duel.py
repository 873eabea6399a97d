"""Notebook 05: three tags in the plane, and a step that pulls one film and pushes the other."""

from html import escape
from typing import ClassVar

import ipywidgets
import torch

from course_lib.plots.pairs import plot_pull
from course_lib.plots.sketch import Sketch
from course_lib.plots.style import Plot
from course_lib.plots.text import count
from course_lib.what_if import Pair, duel
from course_lib.widgets import live
from course_lib.widgets.contract import Promise

MAX_STEPS, RATE = 12, 0.15
STARTS = {  # tags of the guest, the raved and the random film
    "wrong order": ((1.3, 0.5), (-0.9, 0.9), (1.5, -0.7)),
    "a tie": ((1.3, 0.5), (0.4, 1.2), (1.0, -0.36)),
    "easy pair": ((1.3, 0.5), (1.9, 1.0), (-1.2, -0.6)),
}


class DuelWidget:
    """A guest, a rave and a random film: where they stand after so many steps, their loss, and what pulls.

    Args:
        guest, raved, random: what the three are called.

    Attributes:
        start: where the three tags begin.
        steps: how many steps were taken.
        step: the button that takes one more.
    """

    contract: ClassVar = (
        Promise("steps", 0, 12, "distance", "falls",
                "The rave doesn't go straight at the guest, it goes in the direction of the guest's tag. They end up "
                "closer because the guest has come to meet it.", {"start": "wrong order"}),
        Promise("start", "wrong order", "easy pair", "furthest", "stays",
                "It's the guest's. One film pulls at it and the other pushes, so from these two starts a step moves it "
                "twice as far as either film, or further.", {"steps": 0}),
        Promise("steps", 4, 12, "length", "rises",
                "A longer tag scales the margin. Once the order is right that means a larger lead, so the tag goes on "
                "growing.",
                {"start": "wrong order"}),
    )  # fmt: skip

    def __init__(self, guest: str = "you", raved: str = "your rave", random: str = "a random film") -> None:
        self._names = (guest, raved, random)
        self._pairs = {name: duel(torch.tensor(tags), MAX_STEPS, RATE) for name, tags in STARTS.items()}
        self.start = live.buttons("start", [(name, name) for name in STARTS], "wrong order")
        self.steps, row = live.number("steps", 0, 0, MAX_STEPS)
        self.step = ipywidgets.Button(description="One step")
        self.view = ipywidgets.HTML()
        self.box = ipywidgets.VBox([self.start, row, self.step, self.view])
        self.step.on_click(self._take_step)
        for control in (self.start, self.steps):
            control.observe(self._redraw, "value")
        self._redraw()

    def margin(self) -> float:
        """The margin, by how much the rave leads."""
        return self._pair().margin

    def distance(self) -> float:
        """How far the rave is from the guest."""
        return float((self._pair().tags[0] - self._pair().tags[1]).norm())

    def furthest(self) -> str:
        """Which of the three tags the next step moves furthest."""
        return self._names[int(self._pair().pulls.norm(dim=1).argmax())]

    def length(self) -> float:
        """The length of the guest's tag."""
        return float(self._pair().tags[0].norm())

    def summary(self) -> str:
        """What is on screen, in words."""
        guest, raved, random = self._names
        pair, n = self._pair(), self.steps.value
        own, film = (RATE * float(pair.pulls[which].norm()) for which in (0, 1))
        when = f"After {n} step{'' if n == 1 else 's'}" if n else "Before the first step"
        state = "leads" if pair.margin > 0.005 else "trails" if pair.margin < -0.005 else "is level with"
        lead = f" by {abs(pair.margin):.2f}" if abs(pair.margin) > 0.005 else ""
        return (
            f"{when} {raved} {state} {random}{lead} for {guest}, and the push is {pair.push:.2f}. The next step moves "
            f"both films by {film:.2f} and the guest by {own:.2f}. The guest's tag is {self.length():.2f} long, and "
            f"{self.distance():.2f} away from the rave."
        )

    def turns(self) -> str:
        """For those who cannot press: after how many steps from here the rave is ahead."""
        pairs, now = self._pairs[self.start.value], self.steps.value
        ahead = next((n - now for n, pair in enumerate(pairs) if n >= now and pair.margin > 0), 0)
        step = f"{count(ahead).capitalize()} step{'' if ahead == 1 else 's'}"
        return f" {step} from here the rave is ahead, and each step after that moves less." if ahead else ""

    def picture(self) -> Sketch:
        """What is on screen."""
        pair, path = self._pair(), [before.tags.numpy() for before in self._path()]
        return plot_pull(self._names, path, pair.pulls.numpy(), pair.margin, pair.loss, pair.push)

    def plot(self) -> Plot:
        """The same with its words as caption."""
        return Plot(self.picture().figure, self.summary())

    def _path(self) -> list[Pair]:
        return self._pairs[self.start.value][: self.steps.value + 1]

    def _pair(self) -> Pair:
        return self._path()[-1]

    def _take_step(self, _button: ipywidgets.Button) -> None:
        self.steps.value += 1

    def _redraw(self, _change: dict | None = None) -> None:
        self.step.disabled = self.steps.value >= MAX_STEPS
        summary = self.summary()
        self.view.value = f"<p>{escape(summary)}</p>{self.picture().svg(summary)}"

    def _ipython_display_(self) -> None:
        told, last = self.summary() + self.turns(), DuelWidget(*self._names)  # the last is for who cannot press
        last.start.value, last.steps.value = self.start.value, MAX_STEPS
        after = last.summary()
        others = {after: last.picture().figure}
        live.show(self.box, told, lambda: self.picture().figure, others, {told: told, after: after})
