"""Notebook 04: what three guests are told after some rounds of gossip, under three loudness rules."""

from collections.abc import Mapping
from typing import ClassVar

import ipywidgets
import pandas as pd
from torch import Tensor

from course_lib.influence import RULES, arrivals_at
from course_lib.interactions import Interactions
from course_lib.plots.rounds import plot_lists
from course_lib.plots.sketch import Sketch
from course_lib.widgets import live
from course_lib.widgets.contract import Promise

MAX_ROUNDS, LOUDEST = 5, 5


class LoudnessWidget:
    """Rounds 1 to 5 and a loudness rule: the five loudest new films of some guests, and how different all lists are.

    Args:
        interactions: who raved about what.
        titles: of each item index.
        guests: a name for each guest who is looked at: their index, or the liked items of somebody new.

    Attributes:
        rounds, rule: the controls.
        different: by rule and rounds, how many different films are in the top tens of all guests.
    """

    contract: ClassVar = (
        Promise("rule", "none", "symmetric", "n_different_films", "rises",
                "At full volume the charts come through to everybody. The symmetric rule turns them down, and so each "
                "guest hears what is close to them.", {"rounds": 3}),
        Promise("rule", "row mean", "symmetric", "n_different_films", "rises",
                "The row mean looks at the listener's raves alone, so a film with many fans still has all of them to "
                "speak for it. The symmetric rule looks at the speaker's raves too.", {"rounds": 3}),
        Promise("rounds", 3, 4, "lists", "stays",
                "In even rounds it's the films who listen, and guests hear nothing of films.", {"rule": "symmetric"}),
    )  # fmt: skip

    def __init__(self, interactions: Interactions, titles: pd.Series, guests: Mapping[str, int | Tensor]) -> None:
        self.n_users, self.titles, self.guests = interactions.n_users, list(titles), guests
        self._lists: dict[tuple[str, int], dict[str, list[str]]] = {}
        self.different: dict[tuple[str, int], int] = {}
        known = [interactions.items_of(guest) if isinstance(guest, int) else guest for guest in guests.values()]
        for rule in RULES:
            tags, different = arrivals_at(interactions, rule, MAX_ROUNDS, list(guests.values()))
            for n in range(1, MAX_ROUNDS + 1):
                rows = zip(guests, tags[n], known, strict=True)
                self._lists[rule, n] = {name: self._loudest(row, seen) for name, row, seen in rows}
                self.different[rule, n] = different[n]
        self.rounds, row = live.number("rounds", 3, 1, MAX_ROUNDS)
        self.rule = live.buttons("loudness", RULES, "none")
        self.view = ipywidgets.HTML()
        self.box = ipywidgets.VBox([row, self.rule, self.view])
        self.rounds.observe(self._redraw, "value")
        self.rule.observe(self._redraw, "value")
        self._redraw()

    def n_different_films(self) -> int:
        """The big number: how many different films are in the top tens of all guests."""
        return self.different[self.rule.value, self.rounds.value]

    def lists(self) -> dict[str, list[str]]:
        """The lists of the three guests."""
        return self._lists[self.rule.value, self.rounds.value]

    def summary(self, rule: str = "") -> str:
        """What is on screen, in words; or would be under another rule."""
        n, rule = self.rounds.value, rule or self.rule.value
        lists = self._lists[rule, n].items()
        told = "; ".join(f"{name}: {', '.join(titles) or 'nothing new yet'}" for name, titles in lists)
        return f"{self._caption(rule)} The loudest new films. {told}."

    def picture(self, rule: str = "") -> Sketch:
        """The lists on screen, or those under another rule."""
        place = rule or self.rule.value, self.rounds.value
        return plot_lists(self.different[place], self._counted(), self._lists[place])

    def _caption(self, rule: str) -> str:
        n = self.rounds.value
        return f"Loudness {rule}, {n} round{'' if n == 1 else 's'}: {self.different[rule, n]} {self._counted()}."

    def _counted(self) -> str:
        return f"different films in the top tens of all {self.n_users} guests"

    def _loudest(self, tag: Tensor, seen: Tensor) -> list[str]:
        new = tag.clone()
        new[seen] = 0
        amount, items = new.sort(descending=True, stable=True)
        return [self.titles[item] for item in items[:LOUDEST][amount[:LOUDEST] > 0].tolist()]

    def _redraw(self, _change: dict | None = None) -> None:
        self.view.value = self.picture().svg(self.summary())

    def _ipython_display_(self) -> None:
        first, other = self.rule.value, "symmetric" if self.rule.value == "none" else "none"  # for who cannot press
        captions = {self.summary(rule): self._caption(rule) for rule in (first, other)}
        others = {self.summary(other): self.picture(other).figure}
        live.show(self.box, self.summary(), lambda: self.picture().figure, others, captions)
