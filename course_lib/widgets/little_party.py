"""Notebook 01: colours blend along the raves of a party of 4 guests and 5 films."""

from html import escape
from typing import ClassVar

import ipywidgets

from course_lib.influence import film_shares
from course_lib.party import GUESTS, TOPICS, little_party
from course_lib.plots.gossip import plot_message_passing
from course_lib.plots.sketch import Sketch
from course_lib.widgets import live
from course_lib.widgets.contract import Promise
from course_lib.widgets.gossip_picture import GossipPicture

MAX_ROUNDS = 3


class LittlePartyWidget:
    """A slider, `rounds` 0 to 3, and the party with its tags after so many rounds of gossip."""

    contract: ClassVar = (
        Promise("rounds", 0, 1, "n_films_on_first_tag", "rises",
                "In round 1 Ada's tag gets the colours of her own raves, which she knew before."),
        Promise("rounds", 1, 2, "n_films_on_first_tag", "stays",
                "Two steps from a guest end at a guest, so an even round brings guests no film."),
        Promise("rounds", 2, 3, "n_films_on_first_tag", "rises",
                "Casablanca arrives along Ada – Alien – Ben – Casablanca, though nobody compared Ada with Ben."),
    )  # fmt: skip

    def __init__(self) -> None:
        self.party = little_party()
        self.shares = [film_shares(self.party, n) for n in range(MAX_ROUNDS + 1)]
        self.rounds, row = live.number("rounds", MAX_ROUNDS, 0, MAX_ROUNDS)
        pages = [self.picture(n).svg(self._words(n)) for n in range(MAX_ROUNDS + 1)]
        self.gossip = GossipPicture([pages], MAX_ROUNDS)
        ipywidgets.jslink((self.rounds, "value"), (self.gossip, "round"))
        self.view = ipywidgets.HTML()
        self.box = ipywidgets.VBox([row, self.gossip, self.view])
        self.rounds.observe(self._redraw, "value")
        self._redraw()

    def n_films_on_first_tag(self) -> int:
        """How many films are on Ada's tag."""
        return int((self.shares[self.rounds.value][0] > 0).sum())

    def summary(self) -> str:
        """What has arrived where, in words."""
        return self._words(self.rounds.value)

    def picture(self, n: int) -> Sketch:
        """The party after `n` rounds."""
        title = f"after {n} round{'' if n == 1 else 's'} of gossip"
        return plot_message_passing(self.party, GUESTS, TOPICS, self.shares[n].numpy(), title)

    def _news(self, guest: int, n: int) -> list[str]:
        heard = (self.shares[n][guest] > 0).nonzero().squeeze(1).tolist()
        return [TOPICS[item] for item in heard if item not in self.party.items_of(guest).tolist()]

    def _words(self, n: int) -> str:
        n_users, shares = self.party.n_users, self.shares[n]
        lines = [f"After {n} {'round' if n == 1 else 'rounds'} of gossip:"]
        for node, name in enumerate((*GUESTS, *TOPICS)):
            parts = [f"{TOPICS[i]} {shares[node, i]:.0%}" for i in range(self.party.n_items) if shares[node, i] > 0]
            line = f"{name} ({'guest' if node < n_users else 'film'}): {', '.join(parts) or 'nothing yet'}"
            news = self._news(node, n) if node < n_users else []
            lines.append(line + (f". New to {name}: {', '.join(news)}" if news else ""))
        return "\n".join(lines)

    def _redraw(self, _change: dict | None = None) -> None:
        self.view.value = f'<div style="white-space:pre-line">{escape(self.summary())}</div>'

    def _ipython_display_(self) -> None:
        live.show(self.box, self.summary(), self.picture(self.rounds.value).figure)
