"""Notebook 05: two scores, one raved film against one random film, and what BPR does about them."""

from typing import ClassVar

import ipywidgets

from course_lib.plots.learning import plot_duel
from course_lib.plots.sketch import Sketch
from course_lib.what_if import duel
from course_lib.widgets import live
from course_lib.widgets.contract import Promise

_LIMIT = 4.0  # the scores go from -4 to 4


class DuelWidget:
    """Two scores as controls; the loss, the push and who moves as the view.

    Args:
        raved: score of the film the guest raved about, -4 to 4 in steps of 0.5.
        random: score of the random film, likewise.

    Attributes:
        raved, random: the two controls.
    """

    contract: ClassVar = (
        Promise("raved", -3.0, 3.0, "push", "falls",
                "The further ahead the raved film is, the less the pair teaches: easy pairs stop teaching.",
                {"random": 0.0}),
        Promise("random", -2.0, 2.0, "push", "rises",
                "A random film that outranks the rave makes a hard pair, and a hard pair pushes almost fully.",
                {"raved": 0.0}),
    )  # fmt: skip

    def __init__(self, raved: float = 0.5, random: float = 1.0) -> None:
        self.raved, first = live.number("raved film", raved, -_LIMIT, _LIMIT, 0.5)
        self.random, second = live.number("random film", random, -_LIMIT, _LIMIT, 0.5)
        self.view = ipywidgets.HTML()
        self._draw()
        for control in (self.raved, self.random):
            control.observe(self._draw, "value")
        self.box = ipywidgets.VBox([first, second, self.view])

    def push(self) -> float:
        """How hard the pair pushes its two films apart, 0 to 1."""
        return duel(self.raved.value, self.random.value)[2]

    def summary(self) -> str:
        """What is on screen, in words."""
        margin, loss, push = duel(self.raved.value, self.random.value)
        if push > 0.75:
            verdict = "The order is badly wrong: both films are pushed almost as hard as a pair can push."
        elif push > 0.5:
            verdict = "The order is wrong: the raved film is pushed up and the random film down, equally hard."
        elif push == 0.5:
            verdict = "A tie: the pair pushes with half its strength."
        elif push > 0.1:
            verdict = "The order is right, and the pair still pushes."
        else:
            verdict = "An easy pair: it has almost stopped teaching."
        return (
            f"Raved film {self.raved.value:+.2f}, random film {self.random.value:+.2f}: margin {margin:+.2f}, "
            f"loss {loss:.3f}, push {push:.3f}. {verdict}"
        )

    def picture(self) -> Sketch:
        """What is on screen."""
        return plot_duel(self.raved.value, self.random.value, self.push(), _LIMIT)

    def _draw(self, _change: dict | None = None) -> None:
        summary = self.summary()
        self.view.value = f"<p>{summary}</p>{self.picture().svg(summary)}"

    def _ipython_display_(self) -> None:
        live.show(self.box, self.summary(), self.picture().figure)
