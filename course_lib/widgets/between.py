"""Notebook 10: all walks from a guest to a film, to scale, and what is heard if peers stay at home."""

from collections.abc import Sequence
from html import escape
from typing import ClassVar

import ipywidgets
from torch import Tensor

from course_lib.graph import adjacency
from course_lib.influence import bundle, carriers, heard_of, path_ledger, place_of, without_users
from course_lib.interactions import Interactions
from course_lib.plots.sketch import Sketch
from course_lib.plots.style import Plot
from course_lib.plots.text import count, shorten
from course_lib.plots.walks import Station, plot_flow
from course_lib.widgets import live
from course_lib.widgets.contract import Promise

_NAMED = 6  # films and peers that are drawn by name
NOBODY, ALL = 0, -1


class BetweenWidget:
    """Choose a film: the walks of three steps that bring it. Let a peer stay at home: how loud is it, and which place?

    Loudness and list are those of untrained gossip, where the whole score of a film is made of such walks.

    Args:
        likes: everybody's, those of the guest too.
        user: the guest's index.
        who: what the guest is called, "the writer".
        titles: one per item.
        names: what each user is called, "guest 5".
        items: the films to choose from, which the guest doesn't like yet and some walk leads to.

    Attributes:
        film: the place in `items`.
        away: which of the loudest peers stays at home: 1, 2, ..., or `NOBODY`, or `ALL` who are drawn by name.

    Raises:
        ValueError: there is no film to choose, or one to which no walk over a peer leads.
    """

    contract: ClassVar = (
        Promise("away", NOBODY, 1, "heard", "falls",
                "The loudest peer carries little, and so you hardly miss them.", {"film": 0}),
        Promise("away", NOBODY, ALL, "heard", "falls",
                "Look at the place on the list, too. A handful of people can decide who gets into the top ten.",
                {"film": 0}),
        Promise("film", 0, 1, "n_walks", "differs",
                "Each film has walks of its own, and often other peers. But it's always many walks, and nearly all "
                "of your raves take part.", {"away": NOBODY}),
    )  # fmt: skip

    def __init__(self, likes: Interactions, user: int, who: str, titles: Sequence[str], names: Sequence[str],
                 items: Sequence[int]) -> None:  # fmt: skip
        self._graph = adjacency(likes)
        self._ledgers = [path_ledger(self._graph, likes.n_users, user, item, top=None) for item in items]
        self._paths = [(carriers(ledger, "item"), carriers(ledger, "peer")) for ledger in self._ledgers]
        if not items or any(not peers for _, peers in self._paths):
            raise ValueError("each film on offer needs a walk over a peer; choose others")
        self._likes, self._user, self._who = likes, user, who
        self._titles, self._names, self._items = titles, names, [int(item) for item in items]
        films = [(shorten(titles[item], 28), place) for place, item in enumerate(self._items)]
        self.film = live.buttons("film", films, 0)
        self.away = live.buttons("stays at home", self._choices(0), NOBODY)
        self._before = [self._listen(place, []) for place in range(len(self._items))]
        self.view = ipywidgets.HTML()
        self.box = ipywidgets.VBox([self.film, self.away, self.view])
        self.film.observe(self._change_film, "value")
        self.away.observe(self._draw, "value")
        self._draw()

    def absent(self) -> list[int]:
        """The indices of the guests who stay at home."""
        drawn = self._paths[self.film.value][1][:_NAMED]
        return drawn if self.away.value == ALL else drawn[self.away.value - 1 :][:1] if self.away.value else []

    def heard(self) -> float:
        """How loud all walks to the film are together, in 1/1000."""
        return 1000 * float(self._now[0].sum())

    def place(self) -> int:
        """The film's place on the list."""
        return self._now[1]

    def n_walks(self) -> int:
        """How many walks of three steps lead to the film when everybody is there."""
        return int((self._ledgers[self.film.value]["peer"] >= 0).sum())

    def carried(self) -> float:
        """The part of the loudness that those who stay at home carried."""
        ledger = self._ledgers[self.film.value]
        return float(ledger.loc[ledger["peer"].isin(self.absent()), "weight"].sum() / self._whole())

    def summary(self) -> str:
        """What is on screen, in words."""
        peers, absent = self._paths[self.film.value][1], self.absent()
        through = f"{len(peers)} peer{'' if len(peers) == 1 else 's'}"
        words = f"{self.n_walks():,} walks through {through} bring {self._title()} to {self._who}."
        if not absent:
            return f"{words} It's on place {self.place()} of the list."
        who = self._names[absent[0]] if len(absent) == 1 else f"The {count(len(absent))} loudest peers"
        lost, before = 1 - self.heard() / 1000 / self._whole(), self._before[self.film.value][1]
        moved = f"stays on place {before}" if before == self.place() else f"goes from place {before} to {self.place()}"
        change = f"{abs(lost):.1%} {'less' if lost >= 0 else 'more'} is heard"
        return (
            f"{words} {who[0].upper()}{who[1:]} carried {self.carried():.1%}. Without them {change}, and the film "
            f"{moved}."
        )

    def picture(self) -> Sketch:
        """What is on screen."""
        (films, peers), absent = self._paths[self.film.value], self.absent()
        rest = [f"{max(len(named) - _NAMED, 0)} other {kind}" for named, kind in ((films, "raves"), (peers, "guests"))]
        shown = [shorten(self._titles[film], 25) for film in films[:_NAMED]]
        stations = [
            Station(f"{self._names[peer]}, at home" if peer in absent else self._names[peer], peer in absent)
            for peer in peers[:_NAMED]
        ]
        before, now = self._before[self.film.value][1], self.place()
        line = f"place {now} on the list" if not absent else f"place {before} on the list → place {now}"
        if absent:
            left = self.heard() / 1000 / self._whole()
            line += f" · they carried {self.carried():.1%} · {left:.1%} of the loudness is left"
        return plot_flow(self._who, self._title(), [*shown, rest[0]], [*stations, Station(rest[1])],
                         self._now[0].numpy(), self._whole(), line)  # fmt: skip

    def plot(self) -> Plot:
        """The same with its words as caption."""
        return Plot(self.picture().figure, self.summary())

    def _title(self) -> str:
        return self._titles[self._items[self.film.value]]

    def _whole(self) -> float:
        """How loud the film is when everybody is there."""
        return float(self._before[self.film.value][0].sum())

    def _choices(self, film: int) -> list[tuple[str, int]]:
        drawn = self._paths[film][1][:_NAMED]
        named = [(self._names[peer], place) for place, peer in enumerate(drawn, start=1)]
        return [("nobody", NOBODY), *named, (f"all {count(len(drawn))}", ALL)]

    def _listen(self, film: int, absent: Sequence[int]) -> tuple[Tensor, int]:
        """What the walks weigh, bundled, and the film's place, without some guests."""
        item, ledger, graph = self._items[film], self._ledgers[film], self._graph
        if absent:
            graph = adjacency(without_users(self._likes, absent))
            ledger = path_ledger(graph, self._likes.n_users, self._user, item, top=None)
        scores = heard_of(graph, self._likes.n_users, self._user)
        items, peers = (named[:_NAMED] for named in self._paths[film])
        return bundle(ledger, items, peers), place_of(scores, item, self._likes.items_of(self._user))

    def _change_film(self, _change: dict) -> None:
        self.away.unobserve(self._draw, "value")  # the choices begin anew, which is drawn once
        self.away.options = self._choices(self.film.value)
        self.away.value = NOBODY
        self.away.observe(self._draw, "value")
        self._draw()

    def _draw(self, _change: dict | None = None) -> None:
        absent = self.absent()
        self._now = self._listen(self.film.value, absent) if absent else self._before[self.film.value]
        self.view.value = f"<p>{escape(self.summary())}</p>{self.picture().svg(self.summary())}"

    def _ipython_display_(self) -> None:
        live.show(self.box, self.summary(), self.picture().figure)
