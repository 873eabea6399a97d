"""Pictures of rankings, and of comparisons between rankings."""

from collections.abc import Sequence
from typing import NamedTuple, cast

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from course_lib.plots.colours import ACCENT, FAINT, FILM, INK, MUTED
from course_lib.plots.sketch import Sketch
from course_lib.plots.style import Plot, new_axes, styled
from course_lib.plots.text import count, shorten


class Place(NamedTuple):
    """A film on a list."""

    rank: int
    """From 1."""
    title: str
    kind: str = ""
    """"hit": a hidden rave; "learned": a rave that the matchmaker was told; "low": rated 1 to 3; "" for all others."""
    moves: bool = False
    """Whether it is the film that a reader moves."""


_LOOKS = {"hit": (FILM, "★ hidden rave"), "learned": (MUTED, "learned from"), "low": (ACCENT, "rated 1 to 3"),
          "": (FAINT, "")}  # fmt: skip


def plot_ranked_list(places: Sequence[Place], k: int) -> Sketch:
    """A ranked list from rank 1 down: what a hit is worth at each rank in DCG, and what stands there.

    Args:
        places: best first; the last may be far below the one before it.
        k: the list is cut after so many ranks.
    """
    sketch, row = Sketch(860, 44 + 23 * len(places)), 23
    sketch.text(400, 18, "what a hit is worth: 1 / log2(place + 1)", bold=True)
    above = 0
    for line, (rank, title, kind, moves) in enumerate(places):
        y, width, counted = 36.0 + row * line, 230 / np.log2(rank + 1), rank <= k
        colour, note = _LOOKS[kind]
        sketch.text(342, y + 10, shorten(title, 36), "end", bold=kind == "hit")
        sketch.text(388, y + 10, f"{'…' if rank > above + 1 else ''}{rank}", "end")
        fill = colour if counted or kind != "hit" else "white"
        rim = {"rim": INK, "rim_width": 2} if moves else {"rim": colour if fill == "white" else "none"}
        sketch.rect(400, y, width, 20, fill, hatched=kind in ("learned", "low"), **rim)
        if kind == "hit":
            note = f"{1 / np.log2(rank + 1):.2f}  {note}" if counted else "★ not counted"
        sketch.text(410 + width, y + 10, f"{note}{' ↕' * moves}", bold=kind == "hit")
        above = rank
    if k <= places[-1].rank and k <= len(places):
        y = 34.5 + row * k
        sketch.line([(10, y), (850, y)], INK, 1.5, "6 4")
        sketch.text(850, y - 12, f"K = {k}", "end", bold=True)
    return sketch


def plot_hits(titles: Sequence[str], hits: Sequence[bool], n_hidden: int, possessive: str) -> Plot:
    """One list as `plot_ranked_list` draws it, with the hidden raves that are on it.

    Args:
        titles, hits: one per place, best first.
        n_hidden: how many raves are hidden.
        possessive: whose raves these are, "the writer's".
    """
    films = zip(titles, hits, strict=True)
    places = [Place(rank, title, "hit" if hit else "") for rank, (title, hit) in enumerate(films, start=1)]
    found = [place.rank for place in places if place.kind]
    first = f", the highest of them at place {count(found[0])}" if found else ""
    n_found = count(len(found)) if found else "none"
    caption = f"The list holds {n_found} of {possessive} {count(n_hidden)} hidden raves{first}."
    return Plot(plot_ranked_list(places, len(places) + 1).figure, caption)


@styled
def plot_against_chance(hits: Sequence[bool], n_hidden: int, n_candidates: int, possessive: str) -> Plot:
    """One list as a column of films, hits lit, beside as many empty ones as it takes to expect a single hit.

    Args:
        hits: which places of the list hold a hidden rave, best first.
        n_hidden: how many raves are hidden.
        n_candidates: how many films a random list is drawn from.
        possessive: whose raves these are, "the writer's".
    """
    length, found, chance = len(hits), sum(hits), len(hits) * n_hidden / n_candidates
    n_lists = max(round(1 / chance), 1) if chance else 1
    ax = new_axes(9, 3.4)
    for place, column in enumerate([list(hits), *([[False] * length] * n_lists)]):
        left = place + (1.5 if place else 0)
        for rank, hit in enumerate(column):
            ax.add_patch(Rectangle((left, rank), 0.84, 0.84, fc=FILM if hit else FAINT, ec=INK if hit else "none"))
            if hit:
                ax.text(left + 0.42, rank + 0.45, "★", ha="center", va="center", size=12)
    # Somewhere among the others, for where it would be is luck.
    ax.text(n_lists // 2 + 2.92, length // 2 + 0.45, "☆", ha="center", va="center", size=13)
    ax.text(0.42, -0.3, "this list", ha="center", va="bottom", weight="bold")
    hoped = f"{n_lists} lists drawn at random: one ☆ among them all, on average"
    ax.text(2.5, -0.3, hoped, va="bottom", weight="bold")
    ax.set(xlim=(-1.2, n_lists + 2.6), ylim=(length, -1.4))
    ax.axis("off")
    return Plot(
        cast(Figure, ax.figure),
        f"Untrained gossip found {found} of {possessive} {n_hidden} hidden raves with one list of {length} films. "
        f"A list drawn at random finds {chance:.2f} on average, so it takes about {n_lists} to expect a single hit.",
    )
