"""Notebook 09: one party, eight seating plans."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

import ipywidgets

from course_lib.plots.maps import plot_seating_plan
from course_lib.plots.sketch import Sketch
from course_lib.plots.text import shorten
from course_lib.tsne import SeatingPlan
from course_lib.widgets import live
from course_lib.widgets.contract import Promise

PERPLEXITIES = (2, 5, 30, 50)
REAL, RANDOM = "real tags", "random tags"


class SeatingWidget:
    """t-SNE maps of real and of random tags at four perplexities, all drawn up beforehand: a click swaps the picture.

    Args:
        plans: by kind of tags and perplexity, guests first, and first of all the protagonist.
        names: one per dot, shown when the pointer rests on it.
        n_guests: how many of the dots are guests.
        always: the dots whose names are always there.

    Attributes:
        perplexity, tags: the controls.
    """

    contract: ClassVar = (
        Promise("perplexity", 5, 50, "company", "differs",
                "The tags are the same, and yet others sit beside the chair. Whoever stays at every setting is the "
                "better bet.", {"tags": REAL}),
        Promise("tags", REAL, RANDOM, "clumping", "rises",
                "At 2 both rooms fell into islands. At 5 the random one is nearly even and the real one still huddles, "
                "so this huddling comes from the tags.", {"perplexity": 5}),
    )  # fmt: skip

    def __init__(
        self,
        plans: Mapping[tuple[str, int], SeatingPlan],
        names: Sequence[str],
        n_guests: int,
        always: Sequence[int] = (),
    ) -> None:
        self.plans, self.names, self.n_guests, self.always = plans, names, n_guests, always
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

    def company(self) -> tuple[str, ...]:
        """Who sits beside the chair, below the map."""
        gaps = ((self.plan.positions - self.plan.positions[0]) ** 2).sum(axis=1)
        return tuple(self.names[dot] for dot in gaps.argsort()[1:4])

    def clumping(self) -> float:
        """The gap to the nearest dot, above the map; 1 is an even scatter, and less is huddled."""
        return self.plan.clumping

    def summary(self) -> str:
        """What the map is worth, and who sits beside the chair; never where a dot sits."""
        return (
            f"{self.n_guests} guests and {len(self.names) - self.n_guests} films, {self.tags.value}, perplexity "
            f"{self.perplexity.value}. Of the ten nearest dots {self.plan.kept:.0%} are true neighbours. Dots sit "
            f"{self.plan.clumping:.2f} times as far from the nearest dot as in an even scatter. {self._beside()}"
        )

    def _beside(self) -> str:
        return f"Beside {self.names[0]}: {', '.join(shorten(name, 26) for name in self.company())}"

    def picture(self) -> Sketch:
        """What is on screen."""
        title = f"{self.tags.value}, perplexity {self.perplexity.value}: {self.plan.kept:.0%} true neighbours, "
        title += f"gap to the nearest dot {self.plan.clumping:.2f}"
        return plot_seating_plan(self.plan.positions, self.n_guests, self.names, title, self.always, self._beside())

    def _redraw(self, _change: dict | None = None) -> None:
        self.view.value = self.picture().svg(self.summary())

    def _ipython_display_(self) -> None:
        live.show(self.box, self.summary(), lambda: self.picture().figure)
