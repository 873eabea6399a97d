"""Pictures of a graph: who is joined to whom, one numbering, your row and column, right and wrong (notebook 03)."""

import itertools
import textwrap
from collections.abc import Collection, Sequence
from typing import cast

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from course_lib.interactions import Interactions
from course_lib.plots.colours import ACCENT, FILM, GUEST, INK, MUTED
from course_lib.plots.sketch import Sketch
from course_lib.plots.style import Plot, new_grid, styled
from course_lib.plots.text import shorten
from course_lib.plots.three_views import FILM_TINT, GUEST_TINT

_Lines = Collection[tuple[int, int]]


def plot_between_guests(party: Interactions, guests: Sequence[str], films: Sequence[str], one: int, other: int) -> Plot:
    """A small party, and lit in it every walk of two lines between two guests."""
    shared = sorted(set(party.items_of(one).tolist()) & set(party.items_of(other).tolist()))
    sketch = Sketch(860, 270)
    lit = {(user, item) for item in shared for user in (one, other)}
    _party(sketch, _lines(party), guests, films, (60, 800), lit)
    pair, n = f"{guests[one]} and {guests[other]}", len(shared)
    if not n:
        return Plot(sketch.figure, f"{pair} share no film, so no walk of two lines joins them.")
    named = " and ".join(films[item] for item in shared)
    walks = f"{n} walks of two lines join" if n > 1 else "one walk of two lines joins"
    return Plot(
        sketch.figure,
        f"No line leads from {guests[one]} to {guests[other]}. But they share {n} film{'s' * (n > 1)}, {named}, so "
        f"{walks} them.",
    )


def plot_seats(guests: Sequence[str], films: Sequence[str]) -> Plot:
    """One row of seats for all nodes, guests first: the node number on each, the number in the table of raves below."""
    n, left = len(guests) + len(films), 70
    step = (850 - left) / n
    sketch = Sketch(860, 170)
    sketch.text(10, 82, "node", bold=True)
    sketch.text(10, 136, "table", bold=True)
    for node, name in enumerate([*guests, *films]):
        x, is_guest = left + (node + 0.5) * step, node < len(guests)
        sketch.text(x, 36, name, "middle")
        colour = GUEST if is_guest else FILM
        if is_guest:
            sketch.circle(x, 82, 24, colour)
        else:
            sketch.rect(x - 24, 58, 48, 48, colour)
        sketch.text(x, 82, str(node), "middle", bold=True)
        sketch.text(x, 136, f"user {node}" if is_guest else f"item {node - len(guests)}", "middle")
    return Plot(
        sketch.figure,
        f"{guests[0]} and {films[0]} both have the number 0 in the table of raves, but in the graph {guests[0]} is "
        f"node 0 and {films[0]} node {len(guests)}.",
    )


@styled
def plot_row_and_column(edges: Tensor, n_users: int, n_nodes: int, row: int, possessive: str) -> Plot:
    """A large matrix, a dot per entry, with one guest's row and column, and beside it both as strips.

    Args:
        edges: `(2, 2E)`, of `graph.edge_index`.
        row: the guest's node.
        possessive: of `guest.Guest`.
    """
    whose, source, target = f"{possessive[0].upper()}{possessive[1:]}", *edges.numpy()
    along, down = np.sort(target[source == row]), np.sort(source[target == row])
    whole, strips = new_grid(10, 4.6)
    _dots(whole, source, target, n_users, n_nodes, INK)
    whole.axhline(row, color=GUEST, lw=2)
    whole.axvline(row, color=GUEST, lw=2)
    whole.text(n_nodes * 1.01, row, f"row {row}", color=GUEST, weight="bold", va="center")
    whole.text(
        row, -0.02 * n_nodes, f"column {row}", color=GUEST, weight="bold", ha="left" if row < n_users / 2 else "center"
    )
    for x, y, words in (((n_users + n_nodes) / 2, n_users / 2, "R"), (n_users / 2, (n_users + n_nodes) / 2, "Rᵀ")):
        whole.text(x, y, words, ha="center", va="center", weight="bold",
                   bbox={"boxstyle": "round,pad=0.2", "fc": "white", "ec": "none"})  # fmt: skip
    for place, (films, words) in enumerate(((along, f"row {row}"), (down, f"column {row}, laid flat"))):
        strips.axhspan(place - 0.3, place + 0.3, color=GUEST_TINT, lw=0)
        strips.eventplot(films, lineoffsets=place, linelengths=0.6, colors=GUEST, linewidths=1.5)
        strips.text(n_users, place - 0.37, words, color=GUEST, weight="bold")
    strips.set(xlim=(n_users, n_nodes), ylim=(2.2, -1.2), xticks=(n_users, n_nodes - 1), yticks=())
    strips.set_xlabel("nodes of the films")
    strips.spines[["left", "bottom"]].set_visible(False)
    same = "the same" if np.array_equal(along, down) else "not the same"
    return Plot(
        cast(Figure, whole.figure),
        f"{whose} row {row} holds {len(along)} ones, and column {row} holds {same} {len(down)} again.",
    )


@styled
def plot_wrong_lines(right: Tensor, wrong: Tensor, n_users: int, n_nodes: int) -> Plot:
    """Two large matrices, a dot per entry; what joins two guests or two films is red."""
    axes = new_grid(10, 5.2)
    for ax, edges, title in zip(axes, (right, wrong), ("with + n_users", "without"), strict=True):
        source, target = edges.numpy()
        same_kind = (source < n_users) == (target < n_users)
        _dots(ax, source[~same_kind], target[~same_kind], n_users, n_nodes, INK)
        _dots(ax, source[same_kind], target[same_kind], n_users, n_nodes, ACCENT)
        ax.set_title(title)
    inside = float((wrong < n_users).all(dim=0).float().mean())
    silent = [n_nodes - n_users - len(edges[0][edges[0] >= n_users].unique()) for edges in (wrong, right)]
    return Plot(
        cast(Figure, axes[0].figure),
        f"Without the offset {inside:.0%} of the lines join two guests, because most raves are about films that come "
        f"early in the file, with numbers below {n_users}. {silent[0]:,} of {n_nodes - n_users:,} films hear "
        f"nobody, and with the offset {silent[1]:,}.",
    )


def plot_who_speaks(node: int, n_users: int, titles: Sequence[str], fans: Sequence[int]) -> Plot:
    """The seat of one film and the seats beside it: who is taken to speak there, and who does without the offset.

    Args:
        node: where the film sits.
        titles, fans: of all films, in the order of their numbers.
    """
    sketch, n_films = Sketch(860, 220), len(titles)
    for x, words in ((52, "the list reads"), (112, "node"), (164, "but the fans are of")):
        sketch.text(10, x, words, bold=True)
    for place, seat in enumerate((node - 1, node, node + 1)):
        x, lit = 296 + 222 * place, seat == node
        if not n_users <= seat < n_users + n_films:
            continue
        sketch.rect(x - 34, 94, 68, 36, FILM if lit else FILM_TINT, INK if lit else "none", 2)
        sketch.text(x, 112, str(seat), "middle", bold=lit)
        for line, words in enumerate(_in_two_lines(titles[seat - n_users])):
            sketch.text(x, 48 + 22 * line, words, "middle", bold=lit)
        sketch.text(x, 20, f"item {seat - n_users}, {_fans(fans[seat - n_users])}", "middle")
        for line, words in enumerate(_in_two_lines(titles[seat]) if seat < n_films else ["nobody"]):
            sketch.text(x, 164 + 22 * line, words, "middle", ACCENT, lit)
        sketch.text(x, 206, f"item {seat}, {_fans(fans[seat])}" if seat < n_films else "", "middle")
    first = node - n_users
    whose = f"the {_fans(fans[node])} of item {node}, {titles[node]}" if node < n_films else "nobody"
    return Plot(
        sketch.figure,
        f"{titles[first]} is item {first}, so the list reads it from node {node}. But without the offset "
        f"it isn't its {_fans(fans[first])} who are heard there, it's {whose}.",
    )


def _fans(n: int) -> str:
    return f"{n} fan{'s' * (n != 1)}"


def _in_two_lines(title: str) -> list[str]:
    return textwrap.wrap(shorten(title, 46), 24)[:2]


def plot_changed_lines(party: Interactions, other: Interactions, guests: Sequence[str], films: Sequence[str]) -> Plot:
    """Two parties of the same guests and films; the lines that only one of them has are strong."""
    sketch, raves = Sketch(860, 310), (_lines(party), _lines(other))
    for lines, (left, right), title in zip(
        raves, ((20, 410), (450, 840)), ("the party", "two films have swapped fans"), strict=True
    ):
        sketch.text(left, 18, title, bold=True)
        _party(sketch, lines, guests, films, (left, right), set(lines) - set(raves[0]), 30)
    same = torch.equal(party.item_degree(), other.item_degree()) and torch.equal(
        party.user_degree(), other.user_degree()
    )
    changed = len(set(raves[1]) - set(raves[0]))
    ends = "every node has as many lines as before" if same else "some nodes have more lines than before"
    return Plot(
        sketch.figure,
        f"Both drawings have {len(party)} lines, all of them across, and {ends}. Still, {changed} of the "
        f"{len(other)} lines at the right are invented.",
    )


def _dots(ax: Axes, source: np.ndarray, target: np.ndarray, n_users: int, n_nodes: int, colour: str) -> None:
    """A large matrix, guests first: a dot per entry, and the borders of its four blocks."""
    ax.scatter(target, source, s=0.4, color=colour, linewidths=0, alpha=0.5, rasterized=True)
    ax.axhline(n_users, color=INK, lw=1.5)
    ax.axvline(n_users, color=INK, lw=1.5)
    middles, names = [n_users / 2, (n_users + n_nodes) / 2], ["guests", "films"]
    ax.set_xticks(middles, names)
    ax.set_yticks(middles, names)
    ax.set(xlim=(0, n_nodes), ylim=(n_nodes, 0), aspect="equal")
    ax.spines[["top", "right"]].set_visible(True)
    ax.tick_params(length=0)


def _lines(party: Interactions) -> list[tuple[int, int]]:
    return list(zip(party.user.tolist(), party.item.tolist(), strict=True))


def _party(
    sketch: Sketch,
    lines: _Lines,
    guests: Sequence[str],
    films: Sequence[str],
    span: tuple[float, float],
    lit: _Lines,
    top: float = 0,
) -> None:
    """Guests as circles above, films as squares below, a line per rave; lit lines are strong."""
    width = span[1] - span[0]
    x = [[span[0] + width * (place + 0.5) / len(names) for place in range(len(names))] for names in (guests, films)]
    above, below = top + 66, top + 196
    for user, item in sorted(lines, key=lambda line: line in lit):
        colour, thick = (ACCENT, 4) if (user, item) in lit else (MUTED, 1.5)
        sketch.line([(x[0][user], above), (x[1][item], below)], colour, thick)
    for place, name in zip(x[0], guests, strict=True):
        sketch.circle(place, above, 18, GUEST)
        sketch.text(place, above - 34, name, "middle")
    pairs = itertools.pairwise(films)
    narrow = any(4.6 * len(one + other) > width / len(films) for one, other in pairs)  # side by side they would touch
    for place, (across, name) in enumerate(zip(x[1], films, strict=True)):
        sketch.rect(across - 17, below - 17, 34, 34, FILM)
        sketch.text(across, below + 36 + 20 * (narrow and place % 2), name, "middle")
