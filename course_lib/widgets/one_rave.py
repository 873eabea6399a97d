"""Notebook 03: one rave in three dresses."""

from collections.abc import Sequence

import ipywidgets as widgets
from torch import Tensor

from course_lib.interactions import Interactions
from course_lib.plots.style import img, new_axes
from course_lib.plots.tables import bipartite, matrix_grid, rave_table
from course_lib.widgets import static


def _slider(what: str, names: Sequence[str], value: int) -> tuple[widgets.SelectionSlider, widgets.HBox]:
    # A slider has no accessible name, so a list with a label stands beside it.
    options = [(name, index) for index, name in enumerate(names)]
    slider = widgets.SelectionSlider(options=options, value=value, description=what, readout=False)
    names_list = widgets.Dropdown(options=options, value=value, description=what, layout={"width": "16em"})
    widgets.link((slider, "value"), (names_list, "value"))
    return slider, widgets.HBox([slider, names_list])


class OneRaveWidget:
    """Choose a guest and a film: the same rave in the table, in the matrix and in the drawing.

    Args:
        party: a small party, the last guest and film of which still fit on a figure.
        matrix: its adjacency matrix without loudness, `(N, N)` dense, `N = n_users + n_items`.
        guests, films: their names.

    Attributes:
        guest, film: the controls, sliders over the names; their values are indices.
    """

    def __init__(self, party: Interactions, matrix: Tensor, guests: Sequence[str], films: Sequence[str]) -> None:
        self.party, self.matrix, self.guests, self.films = party, matrix, guests, films
        middle = len(party) // 2  # start with a rave
        self.guest, choose_guest = _slider("guest", guests, int(party.user[middle]))
        self.film, choose_film = _slider("film", films, int(party.item[middle]))
        self.axes = new_axes(11, 4, ncols=3, width_ratios=[3, 4.4, 4])
        self.view = widgets.HTML()
        self.box = widgets.VBox([choose_guest, choose_film, self.view])
        for control in (self.guest, self.film):
            control.observe(self._draw, "value")
        self._draw()

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

    def _draw(self, change: dict | None = None) -> None:
        for ax in self.axes:
            ax.clear()
        pair = [(self.guest.value, self.film.value)]
        rave_table(self.party, self.guests, self.films, pair, self.axes[0])
        matrix_grid(self.matrix, self.party.n_users, [*self.guests, *self.films], self._cells(), self.axes[1])
        bipartite(self.party, self.guests, self.films, pair, self.axes[2])
        figure = self.axes[0].figure
        self.view.value = img(figure, self.summary())
        figure.set_layout_engine("none")  # the places are found once; the next drawings are faster without

    def _repr_mimebundle_(self, **kwargs) -> dict[str, str]:
        return static.bundle(self.box, self.summary(), self.axes[0].figure)
