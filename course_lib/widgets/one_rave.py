"""Notebook 03: one rave in three views."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

import ipywidgets
from torch import Tensor

from course_lib.interactions import Interactions
from course_lib.plots.sketch import Sketch
from course_lib.plots.three_views import plot_one_rave
from course_lib.widgets import live
from course_lib.widgets.contract import Promise

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class OneRaveWidget:
    """Choose a guest and a film: the same rave in the table, in the matrix and in the drawing.

    Args:
        party: a small party, the last guest and film of which still fit on a figure.
        matrix: its adjacency matrix without loudness, `(N, N)` dense, `N = n_users + n_items`.
        guests, films: their names.

    Attributes:
        guest, film: the controls; their values are indices.
    """

    contract: ClassVar = (
        Promise("guest", 1, 0, "n_ones", "falls",
                "Ada never raved about Casablanca, so there is no row, no line, and both framed cells hold 0.",
                {"film": 2}),
        Promise("film", 2, 0, "n_ones", "stays",
                "Ben's rave about Alien is one row of the table too, and two ones, because gossip walks it both ways.",
                {"guest": 1}),
        Promise("film", 0, 4, "shift", "stays",
                "Every film moves up by the number of guests, because guests and films share one numbering.",
                {"guest": 1}),
    )  # fmt: skip

    def __init__(self, party: Interactions, matrix: Tensor, guests: Sequence[str], films: Sequence[str]) -> None:
        self.party, self.matrix, self.guests, self.films = party, matrix, guests, films
        middle = len(party) // 2  # start with a rave
        self.guest = live.buttons("guest", _numbered(guests), int(party.user[middle]))
        self.film = live.buttons("film", _numbered(films), int(party.item[middle]))
        self.view = ipywidgets.HTML()
        self.box = ipywidgets.VBox([self.guest, self.film, self.view])
        for control in (self.guest, self.film):
            control.observe(self._draw, "value")
        self._draw()

    def n_ones(self) -> int:
        """How many ones stand in the two framed cells of the matrix."""
        return int(sum(self.matrix[cell] for cell in self._cells()))

    def shift(self) -> int:
        """How far the film's node in the matrix is from its item number in the table."""
        return self._cells()[0][1] - self.film.value

    def summary(self) -> str:
        """What is on screen, in words."""
        user, item = self.guest.value, self.film.value
        node = self.party.n_users + item
        who = f"{self.guests[user]} is user {user} and node {user}, {self.films[item]} is item {item} and node {node}. "
        rows = ((self.party.user == user) & (self.party.item == item)).nonzero().flatten().tolist()
        cells = f"the cells ({user}, {node}) and ({node}, {user}) of the matrix hold {self.matrix[user, node]:g}"
        if not rows:
            return who + f"There is no such rave: no row of the table, no line in the drawing, and {cells}."
        return who + f"Their rave is one row of the table and one line in the drawing, and {cells}."

    def _cells(self) -> list[tuple[int, int]]:
        user, node = self.guest.value, self.party.n_users + self.film.value
        return [(user, node), (node, user)]

    def picture(self) -> Sketch:
        """What is on screen, and below it the same in words."""
        chosen = [(self.guest.value, self.film.value)]
        return plot_one_rave(self.party, self.matrix, self.guests, self.films, chosen, self.summary())

    def _draw(self, _change: dict | None = None) -> None:
        self.view.value = self.picture().svg(self.summary())

    def _ipython_display_(self) -> None:
        def twin() -> "Figure":
            return self.picture().figure

        live.show(self.box, self.summary(), twin)


def _numbered(names: Sequence[str]) -> list[tuple[str, int]]:
    return [(name, index) for index, name in enumerate(names)]
