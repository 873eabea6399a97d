"""Notebook 03: one rave in three views, along right lines and wrong ones."""

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import ClassVar

import ipywidgets
from torch import Tensor

from course_lib.interactions import Interactions
from course_lib.plots.sketch import Sketch
from course_lib.plots.text import count
from course_lib.plots.three_views import plot_three_views
from course_lib.widgets import live
from course_lib.widgets.contract import Promise


class OneRaveWidget:
    """Choose a guest, a film, and the lines; the same rave in the table, in the matrix and in the drawing.

    Args:
        party: a small party, the last guest and film of which still fit on a figure.
        graphs: by name, its lines `(2, 2E)`, right or wrong, and which node film 0 has in them; the right ones first.
        checks: by what they say, functions of lines and party that tell whether the lines pass.
        guests, films: their names.

    Attributes:
        guest, film: the controls; their values are indices.
        lines: which of the graphs is drawn.
    """

    contract: ClassVar = (
        Promise("lines", 0, 1, "films_told", "falls",
                "Brazil has dropped onto node 1, and node 1 is Ben. So Ben's line bends back to Ben, whose cell counts "
                "it there and back. All films but one are left without a line.", {"guest": 1, "film": 1}),
        Promise("guest", 1, 0, "in_cells", "stays",
                "Without the offset, Ada – Brazil and Ben – Alien both join nodes 0 and 1, so their cells count both "
                "and hold a 2.", {"film": 1, "lines": 1}),
        Promise("film", 2, 0, "in_cells", "falls",
                "Alien and Dune have swapped their fans, so Ben's rave about Alien is gone. But every count below is "
                "what it should be, and all three checks pass.", {"guest": 1, "lines": 2}),
    )  # fmt: skip

    def __init__(
        self,
        party: Interactions,
        graphs: Mapping[str, tuple[Tensor, int]],
        checks: Mapping[str, Callable[[Tensor, Interactions], bool]],
        guests: Sequence[str],
        films: Sequence[str],
    ) -> None:
        self.party, self.guests, self.films = party, guests, films
        self._named, self._graphs, self._checks = graphs, list(graphs.values()), checks
        middle = len(party) // 2  # start with a rave
        self.guest = live.buttons("guest", _numbered(guests), int(party.user[middle]))
        self.film = live.buttons("film", _numbered(films), int(party.item[middle]))
        self.lines = live.buttons("lines", _numbered(list(graphs)), 0)
        self.view = ipywidgets.HTML()
        self.box = ipywidgets.VBox([self.guest, self.film, self.lines, self.view])
        for control in (self.guest, self.film, self.lines):
            control.observe(self._draw, "value")
        self._draw()

    def films_told(self) -> int:
        """How many films still hear somebody."""
        heard = self._edges()[0].unique()
        return int((heard >= self.party.n_users).sum())

    def in_cells(self) -> int:
        """The number in the framed cell."""
        user, node = self.guest.value, self.node()
        return int(((self._edges()[0] == user) & (self._edges()[1] == node)).sum())

    def n_passed(self) -> int:
        """How many of the three checks pass."""
        return sum(self._passes().values())

    def node(self) -> int:
        """The node on which the film sits."""
        return self._graphs[self.lines.value][1] + self.film.value

    def _edges(self) -> Tensor:
        return self._graphs[self.lines.value][0]

    def _passes(self) -> dict[str, bool]:
        return {words: passes(self._edges(), self.party) for words, passes in self._checks.items()}

    def summary(self) -> str:
        """What is on screen, in words."""
        user, node, n_films = self.guest.value, self.node(), len(self.films)
        known = {*zip(self.party.user.tolist(), self.party.item.tolist(), strict=True)}
        told = "have a row in the table" if (user, self.film.value) in known else "have no row in the table"
        cells = f"({user}, {node})" if user == node else f"({user}, {node}) and ({node}, {user})"
        told_films, passed = self.films_told(), self.n_passed()
        return (
            f"{self.guests[user]}, node {user}, and {self.films[self.film.value]}, node {node}, {told}. In the matrix "
            f"{self.in_cells()} stands at {cells}. {count(told_films).capitalize()} of {count(n_films)} films "
            f"hear{'s' * (told_films == 1)} somebody, and {count(passed)} of {count(len(self._checks))} checks "
            f"pass{'es' * (passed == 1)}."
        )

    def picture(self) -> Sketch:
        """What is on screen."""
        pair = self.guest.value, self.film.value
        return plot_three_views(self.party, self._edges(), self.guests, self.films, pair, self.node(), self._passes())

    def _draw(self, _change: dict | None = None) -> None:
        self.view.value = f"{self.picture().svg(self.summary())}<p>{escape(self.summary())}</p>"

    def _ipython_display_(self) -> None:
        # Without a kernel nothing can be switched, so wrong lines stand below: a guest and the film of the same number.
        wrong = OneRaveWidget(self.party, self._named, self._checks, self.guests, self.films)
        wrong.lines.value, wrong.film.value = 1, wrong.guest.value
        pictures = {wrong.summary(): wrong.picture().figure}
        told = {words: words for words in (self.summary(), wrong.summary())}
        live.show(self.box, self.summary(), lambda: self.picture().figure, pictures, told)


def _numbered(names: Sequence[str]) -> list[tuple[str, int]]:
    return [(name, index) for index, name in enumerate(names)]
