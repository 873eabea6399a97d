"""Notebook 04: how much of each film reaches one guest, by rounds of gossip and by loudness rule."""

from html import escape
from typing import ClassVar

import ipywidgets
import pandas as pd
import torch
from torch import Tensor

from course_lib.influence import RULES, Spread, arrivals, loudness, spread, tags_by_round
from course_lib.interactions import Interactions
from course_lib.party import GUESTS, TOPICS, paper_party
from course_lib.plots.gossip import plot_loudest, plot_message_passing
from course_lib.plots.sketch import Sketch
from course_lib.widgets import live
from course_lib.widgets.contract import Promise
from course_lib.widgets.gossip_picture import GossipPicture

MAX_ROUNDS = 6


class LoudnessWidget:
    """Rounds 0 to 6 and a loudness rule: the loudest films on one guest's tag, and the same on a party of paper size.

    Args:
        interactions: who raved about what.
        titles: of each item index.
        user: the guest.

    Attributes:
        rounds, rule: the controls.
    """

    contract: ClassVar = (
        Promise("rule", "none", "symmetric", "n_different_films", "rises",
                "At full volume everybody is told the same famous films; the symmetric rule turns these down, so "
                "guests are told different ones.", {"rounds": 3}),
        Promise("rule", "none", "row mean", "reached", "stays",
                "The rule does not decide which films arrive, only how loudly.", {"rounds": 3}),
        Promise("rounds", 3, 5, "n_different_films", "falls",
                "Longer walks forget where they started, so the top tens grow alike: this is over-smoothing.",
                {"rule": "symmetric"}),
        Promise("rounds", 3, 4, "total", "stays",
                "Gossip about films reaches guests in odd rounds only.", {"rule": "symmetric"}),
    )  # fmt: skip

    def __init__(self, interactions: Interactions, titles: pd.Series, user: int) -> None:
        self.interactions, self.titles, self.user = interactions, list(titles), user
        # By rule and rounds: this guest's tag, and how evenly films arrive.
        self.tags: dict[tuple[str, int], Tensor] = {}
        self.spreads: dict[tuple[str, int], Spread] = {}
        for rule in RULES:
            for n, arrived in enumerate(arrivals(interactions, rule, MAX_ROUNDS)):
                even = n > 0 and n % 2 == 0
                self.tags[rule, n] = arrived[user].clone()  # a copy: the tags of all guests are freed
                self.spreads[rule, n] = self.spreads[rule, n - 1] if even else spread(arrived, user, interactions)
        self.rounds, row = live.number("rounds", 3, 0, MAX_ROUNDS)
        self.rule = live.buttons("loudness", RULES, "symmetric")
        self.view = ipywidgets.HTML()
        parties = [[_party(rule, n) for n in range(MAX_ROUNDS + 1)] for rule in RULES]
        self.gossip = GossipPicture([[sketch.svg(alt) for alt, sketch in row] for row in parties], round=3)
        self.gossip.row = RULES.index("symmetric")
        ipywidgets.jslink((self.rounds, "value"), (self.gossip, "round"))
        ipywidgets.jslink((self.rule, "index"), (self.gossip, "row"))
        self.box = ipywidgets.VBox([row, self.rule, self.view, self.gossip])
        self.rounds.observe(self._redraw, "value")
        self.rule.observe(self._redraw, "value")
        self._redraw()

    def loudest(self) -> pd.DataFrame:
        """The five loudest raved films on the tag, then the five loudest new ones: `title, amount, raved`."""
        amount, item = self.tags[self.rule.value, self.rounds.value].sort(descending=True, stable=True)
        mine = torch.isin(item, self.interactions.items_of(self.user))
        place = torch.arange(len(item))
        chosen = torch.cat([place[mine & (amount > 0)][:5], place[~mine & (amount > 0)][:5]])
        titles = [self.titles[i] for i in item[chosen].tolist()]
        return pd.DataFrame({"title": titles, "amount": amount[chosen].numpy(), "raved": mine[chosen].numpy()})

    def n_different_films(self) -> int:
        """How many different films are among the ten loudest new films of all guests."""
        return self._spread().n_lists

    def reached(self) -> float:
        """The share of all films that has reached the guest."""
        return self._spread().reached

    def total(self) -> float:
        """The sum of the numbers on the guest's tag."""
        return self._spread().total

    def summary(self) -> str:
        """The numbers on screen, in words."""
        n, measured = self.rounds.value, self._spread()
        start = f"Loudness rule {self.rule.value}, {n} {'round' if n == 1 else 'rounds'}: "
        if not measured.total:
            return start + "no film has reached this guest yet."
        table = self.loudest()
        named = [
            f" The loudest {kind} is {rows.iloc[0]['title']} ({rows.iloc[0]['amount']:.2g})."
            for kind, rows in (("rave", table[table["raved"]]), ("new film", table[~table["raved"]]))
            if len(rows)
        ]
        return start + (
            f"{measured.reached:.0%} of all films have reached this guest, and the ten loudest are "
            f"{measured.top_share:.0%} of the tag, whose numbers sum to {measured.total:.3g}. "
            f"The ten loudest new films of every guest together are {measured.n_lists} different films."
            + "".join(named)
        )

    def picture(self) -> Sketch:
        """The bars on screen."""
        table = self.loudest()
        return plot_loudest(table["title"].tolist(), table["amount"].tolist(), table["raved"].tolist())

    def _spread(self) -> Spread:
        return self.spreads[self.rule.value, self.rounds.value]

    def _redraw(self, _change: dict | None = None) -> None:
        summary = self.summary()
        self.view.value = f"<p>{escape(summary)}</p>{self.picture().svg(summary)}"

    def _ipython_display_(self) -> None:
        alt, party = _party(self.rule.value, self.rounds.value)
        live.show(self.box, self.summary(), self.picture().figure, {alt: party.figure})


def _party(rule: str, n: int) -> tuple[str, Sketch]:
    """The message-passing picture of the paper party under a rule after `n` rounds, and what it shows in words."""
    party = paper_party()
    tags = tags_by_round(party, rule, n)[n]
    heard = loudness(party, rule).to_dense()[party.user, party.n_users + party.item]
    title = f"the same on a party of three, loudness {rule}, {n} round{'' if n == 1 else 's'}"
    names = GUESTS[: party.n_users], TOPICS[: party.n_items]
    told = []
    for guest, tag in zip(names[0], tags.tolist(), strict=False):
        parts = [f"{film} {amount:.2f}" for film, amount in zip(names[1], tag, strict=True) if amount]
        told.append(f"{guest} holds {', '.join(parts) or 'nothing'}")
    sketch = plot_message_passing(party, *names, tags.numpy(), title, heard.numpy())
    return f"{title[0].upper()}{title[1:]}. {'; '.join(told)}.", sketch
