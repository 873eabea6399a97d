"""Notebook 03: one rave in three dresses."""

from collections.abc import Sequence
from typing import ClassVar

import ipywidgets
from torch import Tensor

from course_lib.interactions import Interactions
from course_lib.plots.sketch import Sketch
from course_lib.plots.three_views import plot_one_rave
from course_lib.widgets import live
from course_lib.widgets.contract import Promise


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
                "Ada never raved about Casablanca: no row, two zeros, no line.", {"film": 2}),
        Promise("film", 2, 0, "n_ones", "stays",
                "A rave is one row of the table and two ones in the matrix, because it is walked both ways.",
                {"guest": 1}),
        Promise("film", 0, 4, "shift", "stays",
                "In the matrix every film moves down by the number of guests: guests and films share one numbering."),
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
        """The film's node number in the matrix minus its item number in the table."""
        return self._cells()[0][1] - self.film.value

    def summary(self) -> str:
        """What is on screen, in words."""
        user, item = self.guest.value, self.film.value
        node = self.party.n_users + item
        who = f"{self.guests[user]} is user {user} and node {user}; {self.films[item]} is item {item} and node {node}. "
        rows = ((self.party.user == user) & (self.party.item == item)).nonzero().flatten().tolist()
        values = [f"{self.matrix[cell].item():g}" for cell in self._cells()]
        if not rows:
            return who + (
                f"No rave: no row of the table, cells ({user}, {node}) and ({node}, {user}) of the matrix hold "
                f"{values[0]} and {values[1]}, and no edge joins the two nodes."
            )
        return who + (
            f"One rave: row {rows[0]} of the table, cells ({user}, {node}) and ({node}, {user}) of the matrix hold "
            f"{values[0]} and {values[1]}, and the edge is walked both ways, {user} → {node} and {node} → {user}."
        )

    def _cells(self) -> list[tuple[int, int]]:
        user, node = self.guest.value, self.party.n_users + self.film.value
        return [(user, node), (node, user)]

    def picture(self) -> Sketch:
        """What is on screen."""
        return plot_one_rave(self.party, self.matrix, self.guests, self.films, [(self.guest.value, self.film.value)])

    def _draw(self, _change: dict | None = None) -> None:
        self.view.value = self.picture().svg(self.summary())

    def _ipython_display_(self) -> None:
        live.show(self.box, self.summary(), self.picture().figure)


def _numbered(names: Sequence[str]) -> list[tuple[str, int]]:
    return [(name, index) for index, name in enumerate(names)]
