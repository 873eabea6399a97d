"""Notebook 09: one party, six seating plans."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import ipywidgets
import numpy as np

from course_lib.plots.maps import plot_seating_plan
from course_lib.plots.sketch import Sketch
from course_lib.tsne import clumping, tsne
from course_lib.widgets import static
from course_lib.widgets.contract import Promise

PERPLEXITIES = (5, 30, 50)
REAL, RANDOM = "real tags", "random tags"


@dataclass(frozen=True)
class SeatingPlan:
    """One map and what it is worth.

    Attributes:
        positions: `(n, 2)`, without unit.
        trustworthiness: scikit-learn's, over 10 neighbours: 1 if no dot has a false neighbour on the map.
        clumping: below 1 where dots huddle.
    """

    positions: np.ndarray
    trustworthiness: float
    clumping: float


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
        from sklearn.manifold import trustworthiness

        self.tables = {REAL: tags, RANDOM: np.random.default_rng(0).normal(size=tags.shape)}
        self.names = names
        self.n_guests, self.n_films = n_guests, len(tags) - n_guests
        self.plans: dict[tuple[str, int], SeatingPlan] = {}
        for kind, table in self.tables.items():
            for perplexity in PERPLEXITIES:
                positions = tsne(table, perplexity, seed=0)
                trust = float(trustworthiness(table, positions, n_neighbors=10))
                self.plans[kind, perplexity] = SeatingPlan(positions, trust, clumping(positions))

        self.perplexity = static.buttons("perplexity", PERPLEXITIES, 30, "5em")
        self.tags = static.buttons("tags", (REAL, RANDOM), REAL)
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
        static.show(self.box, self.summary(), self.picture().figure)
