"""Notebook 09: one party, six seating plans."""

from dataclasses import dataclass

import numpy as np
from ipywidgets import HTML, ToggleButtons, VBox

from course_lib.plots.maps import plot_tsne
from course_lib.plots.style import img, new_axes
from course_lib.tsne import clumping, tsne
from course_lib.widgets import static

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
        n_guests: how many of the rows are guests.
        seed: of t-SNE and of the random tags.
    """

    def __init__(self, tags: np.ndarray, n_guests: int, seed: int = 0) -> None:
        from sklearn.manifold import trustworthiness

        self.tables = {REAL: tags, RANDOM: np.random.default_rng(seed).normal(size=tags.shape)}
        self.n_guests, self.n_films = n_guests, len(tags) - n_guests
        self.plans: dict[tuple[str, int], SeatingPlan] = {}
        for kind, table in self.tables.items():
            for perplexity in PERPLEXITIES:
                positions = tsne(table, perplexity, seed)
                trust = float(trustworthiness(table, positions, n_neighbors=10))
                self.plans[kind, perplexity] = SeatingPlan(positions, trust, clumping(positions))

        self.perplexity = ToggleButtons(options=PERPLEXITIES, value=30, description="Perplexity")
        self.tags = ToggleButtons(options=(REAL, RANDOM), value=REAL, description="Tags")
        self.view = HTML()
        self.box = VBox([self.perplexity, self.tags, self.view])
        self._ax = new_axes(5.6, 4.6)
        for control in (self.perplexity, self.tags):
            control.observe(self._redraw, names="value")
        self._redraw()

    @property
    def plan(self) -> SeatingPlan:
        """The map on screen."""
        return self.plans[self.tags.value, self.perplexity.value]

    def summary(self) -> str:
        """What the map is worth; never where a dot sits."""
        return (
            f"{self.n_guests} guests and {self.n_films} films, {self.tags.value}, perplexity {self.perplexity.value}: "
            f"trustworthiness {self.plan.trustworthiness:.2f} (1 = every neighbour on the map is a neighbour in the "
            f"tags), clumping {self.plan.clumping:.2f} (1 = evenly scattered, less = huddled)."
        )

    def _redraw(self, _change: dict | None = None) -> None:
        self._ax.clear()
        title = f"{self.tags.value}, perplexity {self.perplexity.value}: "
        title += f"trustworthiness {self.plan.trustworthiness:.2f}"
        plot_tsne(self.plan.positions, self.n_guests, title, self._ax)
        self.view.value = img(self._ax.figure, self.summary())

    def _repr_mimebundle_(self, **_kwargs) -> dict[str, str]:
        return static.bundle(self.box, self.summary(), self._ax.figure)
