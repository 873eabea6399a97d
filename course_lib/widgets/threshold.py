"""Notebook 02: where a like begins, and who vanishes."""

from typing import ClassVar

import ipywidgets
import pandas as pd

from course_lib.plots.guest_list import plot_threshold
from course_lib.plots.sketch import Sketch
from course_lib.plots.text import count
from course_lib.widgets import live
from course_lib.widgets.contract import Promise

N_CHARTS = 5


class ThresholdWidget:
    """Choose the lowest rating that counts as a rave; see which ratings, films and guests are left, and the charts.

    Args:
        ratings: columns `user_id, item_id, rating`.
        titles: of the films, indexed by `item_id`.
        marked: the `item_id` of a film whose place in the charts is always shown.

    Attributes:
        threshold: the control.
    """

    contract: ClassVar = (
        Promise("threshold", 1, 4, "ratings_left", "falls",
                "Almost half of them go, because so many have one, two or three stars."),
        Promise("threshold", 1, 4, "above_marked", "rises",
                "Many had something to say about the film, but few of them raved, so others overtake it."),
        Promise("threshold", 1, 4, "films_gone", "rises",
                "Nobody had raved about these films."),
    )  # fmt: skip

    def __init__(self, ratings: pd.DataFrame, titles: pd.Series, marked: int) -> None:
        self._titles, self._marked, self._ratings = titles, marked, ratings
        kept = {stars: ratings[ratings["rating"] >= stars] for stars in range(1, 6)}
        rows = [(len(raves), raves["item_id"].nunique(), raves["user_id"].nunique()) for raves in kept.values()]
        self.table = pd.DataFrame(rows, columns=["ratings", "films", "guests"], index=list(kept))
        counts = {n: raves["item_id"].value_counts().reindex(titles.index, fill_value=0) for n, raves in kept.items()}
        self.places = pd.DataFrame(counts).rank(ascending=False, method="first").astype(int)
        self.threshold, row = live.number("a rave is at least", 1, 1, 5)
        self.view = ipywidgets.HTML()
        self.box = ipywidgets.VBox([row, self.view])
        self.threshold.observe(self._draw, "value")
        self._draw()

    def ratings_left(self) -> int:
        """How many ratings are left."""
        return int(self._left()["ratings"])

    def films_gone(self) -> int:
        """How many films have vanished."""
        return int(self.table.iloc[0]["films"] - self._left()["films"])

    def guests_gone(self) -> int:
        """How many guests have vanished."""
        return int(self.table.iloc[0]["guests"] - self._left()["guests"])

    def above_marked(self) -> int:
        """How many films stand above the red one in the charts."""
        return self._place() - 1

    def _place(self) -> int:
        return int(self.places.loc[self._marked, self.threshold.value])

    def summary(self) -> str:
        """What is on screen, in words."""
        all_, left = self.table.iloc[0], self._left()
        return (
            f"A rave is a rating of {self.threshold.value} or more: {left['ratings']:,} of {all_['ratings']:,} ratings "
            f"are left ({100 * left['ratings'] / all_['ratings']:.1f} %). {self.films_gone():,} of "
            f"{all_['films']:,} films and {self.guests_gone():,} of {all_['guests']:,} guests vanish. "
            f"{self._titles[self._marked]} is number {self._place()} in the charts."
        )

    def picture(self) -> Sketch:
        """What is on screen."""
        at_least = self.table["ratings"]
        counts = at_least - at_least.shift(-1, fill_value=0)
        places = self.places[self.threshold.value].sort_values()
        shown = places[(places <= N_CHARTS) | (places.index == self._marked)]
        charts = [(place, self._titles[item], item == self._marked) for item, place in shown.items()]
        return plot_threshold(counts, self.threshold.value, self._left(), self.table.iloc[0], charts)

    def _left(self) -> pd.Series:
        return self.table.loc[self.threshold.value]

    def _draw(self, _change: dict | None = None) -> None:
        self.view.value = self.picture().svg(self.summary())

    def _ipython_display_(self) -> None:
        # Without a kernel nothing can be moved, so four stars stand below, and what has changed on the way.
        four = ThresholdWidget(self._ratings, self._titles, self._marked)
        four.threshold.value = 4
        stars, film = self.threshold.value, self._titles[self._marked]
        told = (
            f"Counted from {count(stars)} star{'s' * (stars != 1)} on, {film} is number {self._place()} in the charts, "
            f"and from four on number {four._place()}. On the way {four.films_gone() - self.films_gone():,} films "
            f"vanish, but of the guests only {four.guests_gone() - self.guests_gone():,}."
        )
        figures = {four.summary(): four.picture().figure}
        live.show(self.box, self.summary(), self.picture().figure, figures, {four.summary(): told})
