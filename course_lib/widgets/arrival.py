"""Notebook 01, the opening: tick films you love; ten films answer, each with the walk that brought it."""

from html import escape
from typing import TYPE_CHECKING

import ipywidgets

from course_lib.baselines import untrained_gossip
from course_lib.classroom.guest import ENOUGH_TO_HIDE, N_HIDDEN, Guest, newcomer, writer
from course_lib.data import MovieLens
from course_lib.graph import adjacency
from course_lib.influence import Walk, shared_with_fans, strongest_walks
from course_lib.interactions import Split
from course_lib.plots.opening import Arrival, plot_arrivals
from course_lib.plots.sketch import Sketch
from course_lib.plots.text import count
from course_lib.widgets import live
from course_lib.widgets.film_picker import KeptFilms, film_names

if TYPE_CHECKING:  # matplotlib is loaded when a picture is drawn
    from course_lib.plots.style import Plot

N_LISTED = 10


class ArrivalWidget:
    """Tick films, and read the ten that untrained gossip brings, each with its strongest walk; one walk is lit.

    The ticks are kept for the other notebooks (see `guest.guest_file`). Until there are any, the list is the writer's.
    A file that cannot be used stays as it is: what is ticked then is not kept, and the widget says so.

    Attributes:
        films: the boxes to tick.
        place: which of the ten walks is lit.
        forget: deletes the file and the ticks.
    """

    def __init__(self, data: MovieLens, split: Split) -> None:
        self._split = split
        self._graph, self._scorer = adjacency(split.fit), untrained_gossip(split.fit)
        self._kept = KeptFilms(data, split, self._answer)
        self.films, self.forget = self._kept.films, self._kept.forget
        self._names = film_names(data, split)
        self.place = live.buttons("light the walk to", range(1, N_LISTED + 1), 1, "3.2em")
        self.view = ipywidgets.HTML()
        self.place.observe(self._draw, "value")
        self.box = ipywidgets.VBox([self.films.box, self.view, self.place, self._kept.row])
        self._answer()

    def guest(self) -> Guest:
        """Whose list is on screen: you with the ticked films, or the writer."""
        return newcomer(self._split, self.films.ticked(), hide=False) or writer(self._split)

    def walks(self) -> list[Walk]:
        """The list, best first: films with the walks that brought them."""
        return self._walks

    def summary(self) -> str:
        """What is on screen, in words."""
        lines = [f"{place}. {self._walk(walk)}" for place, walk in enumerate(self._walks, start=1)]
        return "\n".join([self._who(), *lines])

    def picture(self) -> Sketch:
        """What is on screen."""
        names = self._names
        arrivals = [Arrival(names[walk.liked], self._peer(walk), names[walk.item]) for walk in self._walks]
        return plot_arrivals(self._guest.name, arrivals, min(self.place.value, len(arrivals)) - 1)

    def _peer(self, walk: Walk) -> str:
        return f"guest {self._split.user_ids[walk.peer]}"

    def _walk(self, walk: Walk) -> str:
        stations = (self._guest.name, self._names[walk.liked], self._peer(walk), self._names[walk.item])
        return " – ".join(stations)

    def _who(self) -> str:
        n = len(self._guest.shown)
        if self._guest.user is not None:
            name = self._guest.name
            return f"Nobody has ticked a film here yet, so this is the list of {name}, made from {n} raves."
        more = f" Tick {ENOUGH_TO_HIDE} or more, and later notebooks hide {N_HIDDEN} of them to test the matchmakers."
        return f"You raved about {n} film{'' if n == 1 else 's'}.{more if n < ENOUGH_TO_HIDE else ''}"

    def _lit(self) -> str:
        if not self._walks:
            return "There is nothing left to recommend."
        walk, names = self._walks[min(self.place.value, len(self._walks)) - 1], self._names
        liked, film = names[walk.liked], names[walk.item]
        n, n_drawn = len(self._guest.shown), len({walk.liked for walk in self._walks})
        told = (
            f"{self._guest.title} raved about {liked}, and so did {self._peer(walk)}, who also raved about {film}. "
            f"This is one of {walk.n_walks:,} such walks that lead there."
        )
        if n > 1:
            even, only = ("even ", "only ") if walk.share < 0.5 else ("", "")
            told += (
                f" No single rave explains it: of all that {self._guest.name} heard about this film, {even}{liked} "
                f"brought {only}{walk.share:.0%}."
            )
        if n_drawn < n:
            are = "is" if n_drawn == 1 else "are"
            told += f" {count(n_drawn).capitalize()} of {self._guest.possessive} {n} raves {are} drawn."
        return told

    def _answer(self) -> None:
        self._guest = self.guest()
        items = self._guest.top(self._scorer, N_LISTED).tolist()
        self._walks = strongest_walks(self._graph, self._split.fit.n_users, self._guest.shown, items)
        most = max(range(len(self._walks)), key=lambda place: self._walks[place].n_walks, default=0)
        self.place.value = most + 1  # a walk through a well-known film, not the first film's, mostly an obscure one
        self._draw()

    def how_loud(self) -> "Plot":
        """How famous every film is and how loudly it arrives, and where the ten on the list lie among them."""
        from course_lib.plots.gossip import plot_how_loud

        raves, mine = self._split.fit, self._guest.shown
        fame = raves.item_degree()
        others = [item for item in fame.nonzero().flatten().tolist() if item not in {*mine.tolist()}]
        return plot_how_loud(
            self._guest.scores(self._scorer)[others].numpy(),
            fame[others].numpy(),
            shared_with_fans(raves, mine)[others].numpy(),
            [self._names[item] for item in others],
            [others.index(walk.item) for walk in self._walks],
            self._guest.name,
            self._guest.possessive,
        )

    def _draw(self, _change: dict | None = None) -> None:
        picture = self.picture().svg(self.summary())
        self.view.value = f"<p>{escape(self._who())}</p>{picture}<p>{escape(self._lit())}</p>"

    def _ipython_display_(self) -> None:
        live.show(self.box, self.summary(), lambda: self.picture().figure, captions={self.summary(): self._lit()})
