"""Notebook 09: one party, six seating plans."""

from collections.abc import Sequence
from typing import ClassVar

import ipywidgets
import numpy as np

from course_lib.plots.maps import plot_seating_plan
from course_lib.plots.sketch import Sketch
from course_lib.tsne import SeatingPlan, random_tags, seating_plan
from course_lib.widgets import live
from course_lib.widgets.contract import Promise

PERPLEXITIES = (5, 30, 50)
REAL, RANDOM = "real tags", "random tags"


class SeatingWidget:
    """t-SNE maps of real and of random tags at three perplexities, all drawn up before the first click.

    Args:
        tags: `(n, d)`, guests first.
        names: one per row, shown when the pointer rests on a dot.
        n_guests: how many of the rows are guests.

    Attributes:
        perplexity, tags: the controls.
    """

    contract: ClassVar = (
        Promise("perplexity", 30, 5, "clumping", "falls",
                "The dots huddle into islands because each was told to keep few neighbours: the tags are the same.",
                {"tags": REAL}),
        Promise("tags", REAL, RANDOM, "trustworthiness", "falls",
                "Random tags still make a plan, but fewer of its neighbours are true ones.", {"perplexity": 30}),
    )  # fmt: skip

    def __init__(self, tags: np.ndarray, names: Sequence[str], n_guests: int) -> None:
        self.tables = {REAL: tags, RANDOM: random_tags(tags)}
        self.names = names
        self.n_guests, self.n_films = n_guests, len(tags) - n_guests
        self.plans = {
            (kind, perplexity): seating_plan(table, perplexity)
            for kind, table in self.tables.items()
            for perplexity in PERPLEXITIES
        }
        self.perplexity = live.buttons("perplexity", PERPLEXITIES, 30, "5em")
        self.tags = live.buttons("tags", (REAL, RANDOM), REAL)
        self.view = ipywidgets.HTML()
        self.box = ipywidgets.VBox([self.perplexity, self.tags, self.view])
        for control in (self.perplexity, self.tags):
            control.observe(self._redraw, names="value")
        self._redraw()

    @property
    def plan(self) -> SeatingPlan:
        """The map on screen."""
        return self.plans[self.tags.value, self.perplexity.value]

    def trustworthiness(self) -> float:
        """The trustworthiness of the map."""
        return self.plan.trustworthiness

    def clumping(self) -> float:
        """The clumping of the map: the lower, the more the dots huddle."""
        return self.plan.clumping

    def summary(self) -> str:
        """What the map is worth; never where a dot sits."""
        return (
            f"{self.n_guests} guests and {self.n_films} films, {self.tags.value}, perplexity {self.perplexity.value}: "
            f"trustworthiness {self.plan.trustworthiness:.2f} (1 = every neighbour on the map is a neighbour in the "
            f"tags), clumping {self.plan.clumping:.2f} (1 = evenly scattered, less = huddled)."
        )

    def picture(self) -> Sketch:
        """What is on screen."""
        plan = self.plan
        title = f"{self.tags.value}, perplexity {self.perplexity.value}: "
        title += f"trustworthiness {plan.trustworthiness:.2f}, clumping {plan.clumping:.2f}"
        return plot_seating_plan(plan.positions, self.n_guests, self.names, title)

    def _redraw(self, _change: dict | None = None) -> None:
        self.view.value = self.picture().svg(self.summary())

    def _ipython_display_(self) -> None:
        live.show(self.box, self.summary(), self.picture().figure)
