"""Notebook 01: news travels along the raves of a party of 4 guests and 5 films."""

from html import escape
from typing import ClassVar

import ipywidgets

from course_lib.influence import film_shares, told_by_round
from course_lib.party import GUESTS, TOPICS, little_party
from course_lib.plots.gossip import blend, plot_message_passing
from course_lib.plots.sketch import Sketch
from course_lib.plots.style import Plot
from course_lib.widgets import live
from course_lib.widgets.contract import Promise
from course_lib.widgets.gossip_picture import GossipPicture

MAX_ROUNDS = 3


class LittlePartyWidget:
    """Rounds 0 to 3 of gossip, and the party with its tags after so many; the walks of one guest's news light up.

    Attributes:
        rounds: how many rounds there were.
        guest: whose tag is told in words.
    """

    contract: ClassVar = (
        Promise("rounds", 1, 2, "n_films_on_tag", "stays",
                "In round 2 the guests talk and the films listen, so no guest can hear anything new.", {"guest": 0}),
        Promise("guest", 0, 2, "n_films_on_tag", "rises",
                "Cleo stands in the middle, with Ben at one side and Dev at the other, so after three rounds she has "
                "heard of everything.", {"rounds": 3}),
    )  # fmt: skip

    def __init__(self) -> None:
        self.party = little_party()
        self.shares = [film_shares(self.party, n) for n in range(MAX_ROUNDS + 1)]
        self.rounds, row = live.number("rounds", 0, 0, MAX_ROUNDS)
        self.guest = live.buttons("guest", [(name, place) for place, name in enumerate(GUESTS)], 0)
        everybody, rounds = range(len(GUESTS)), range(MAX_ROUNDS + 1)
        pages = [[self.picture(n, guest).svg(self._words(n, guest)) for n in rounds] for guest in everybody]
        self.gossip = GossipPicture(pages, 0, [[], *self._told()])
        ipywidgets.jslink((self.rounds, "value"), (self.gossip, "round"))
        ipywidgets.jslink((self.guest, "index"), (self.gossip, "row"))
        self.view = ipywidgets.HTML()
        self.box = ipywidgets.VBox([row, self.guest, self.gossip, self.view])
        for control in (self.rounds, self.guest):
            control.observe(self._redraw, "value")
        self._redraw()

    def n_films_on_tag(self) -> int:
        """How many films are on the guest's tag."""
        return int((self.shares[self.rounds.value][self.guest.value] > 0).sum())

    def summary(self) -> str:
        """What is on the guest's tag, in words."""
        return self._words(self.rounds.value, self.guest.value)

    def picture(self, n: int, guest: int) -> Sketch:
        """The party after `n` rounds, with the walks of one guest's news lit."""
        title = f"after {n} round{'' if n == 1 else 's'} of gossip" if n else "before any gossip"
        lit, n_lit = self._walks(n, guest), len(TOPICS) - 2
        tags, before = self.shares[n].numpy(), self.shares[max(n - 1, 0)].numpy()
        return plot_message_passing(self.party, GUESTS, TOPICS, tags, title, lit=lit, n_lit=n_lit, before=before)

    def plot(self, n: int, guest: int = 0) -> Plot:
        """The same with its words as caption."""
        return Plot(self.picture(n, guest).figure, self._words(n, guest))

    def arrival(self, guest: str, film: str) -> int:
        """After how many rounds a film is on a guest's tag; the slider must get there."""
        return next(n for n, tags in enumerate(self.shares) if tags[GUESTS.index(guest), TOPICS.index(film)] > 0)

    def _told(self) -> list[list[list[str]]]:
        """The colours that run along the lines in rounds 1, 2, ..., from the guest and from the film."""
        lines = list(zip(self.party.user.tolist(), (self.party.item + len(GUESTS)).tolist(), strict=True))
        said = [[blend(tag) or "" for tag in told.numpy()] for told in told_by_round(self.party, "symmetric", 2)]
        return [[[says[guest], says[film]] for guest, film in lines] for says in said]

    def _walks(self, n: int, guest: int) -> list[list[int]]:
        """The walks of three lines that news takes to a guest in round `n`, from the film on, as nodes."""
        before = self.shares[n - 1][guest] > 0 if n else self.shares[0][guest] > 0
        mine = self.party.items_of(guest).tolist()
        news = [i for i in ((self.shares[n][guest] > 0) & ~before).nonzero().flatten().tolist() if i not in mine]
        raves = list(zip(self.party.user.tolist(), self.party.item.tolist(), strict=True))
        return [
            [len(GUESTS) + film, peer, len(GUESTS) + shared, guest]
            for film in news
            for peer, item in raves
            for shared in mine
            if item == film and (peer, shared) in raves
        ]

    def _words(self, n: int, guest: int) -> str:
        name, names = GUESTS[guest], (*GUESTS, *TOPICS)
        if n == 0:
            return (
                f"Before any gossip {name}'s tag is empty. {len(self.party)} raves join the {len(GUESTS)} guests with "
                f"the {len(TOPICS)} films, and each film has a colour of its own."
            )
        parts = [
            f"{share:.0%} {film}" for film, share in zip(TOPICS, self.shares[n][guest].tolist(), strict=True) if share
        ]
        tag = f"{', '.join(parts[:-1])} and {parts[-1]}"  # everybody has raved about two films or more
        news = [" – ".join(names[node] for node in walk) for walk in self._walks(n, guest)]
        told = f"After {n} round{'' if n == 1 else 's'} {name}'s tag is {tag}."
        if news:
            ways = " and ".join([", ".join(news[:-1]), news[-1]] if len(news) > 1 else news)
            return f"{told} The news came along {ways}."
        return f"{told} {name} has raved about all of that, so nothing is new."

    def _redraw(self, _change: dict | None = None) -> None:
        self.view.value = f"<p>{escape(self.summary())}</p>"

    def _ipython_display_(self) -> None:
        # Without a kernel nothing moves, so the rounds stand below each other.
        pages = [self.plot(n, self.guest.value) for n in range(1, MAX_ROUNDS + 1)]
        live.show(
            self.box,
            self.summary(),
            others={page.caption: page.figure for page in pages},
            captions={page.caption: page.caption for page in pages},
        )
