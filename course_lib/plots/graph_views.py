"""Pictures of a graph: who is joined to whom, one numbering, your row and column, right and wrong (notebook 03)."""

from collections.abc import Collection, Sequence
from typing import cast

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from torch import Tensor

from course_lib.interactions import Interactions
from course_lib.plots.colours import ACCENT, FILM, GUEST, MUTED
from course_lib.plots.sketch import Sketch, ink_on
from course_lib.plots.style import Plot, new_grid, styled
from course_lib.plots.three_views import draw_matrix

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
    """One row of seats for all nodes, guests first: the node number on each, the number in the log below."""
    n, left = len(guests) + len(films), 70
    step = (850 - left) / n
    sketch = Sketch(860, 170)
    sketch.text(10, 82, "node", bold=True)
    sketch.text(10, 136, "log", bold=True)
    for node, name in enumerate([*guests, *films]):
        x, is_guest = left + (node + 0.5) * step, node < len(guests)
        sketch.text(x, 40 - 22 * (node % 2), name, "middle")
        colour = GUEST if is_guest else FILM
        if is_guest:
            sketch.circle(x, 82, 24, colour)
        else:
            sketch.rect(x - 24, 58, 48, 48, colour)
        sketch.text(x, 82, str(node), "middle", bold=True)
        sketch.text(x, 136, f"user {node}" if is_guest else f"item {node - len(guests)}", "middle")
    return Plot(
        sketch.figure,
        f"Every film moves up by {len(guests)}, because {len(guests)} guests sit in front of it: {films[0]} is item 0 "
        f"in the log and node {len(guests)} in the graph.",
    )


@styled
def plot_row_and_column(edges: Tensor, n_users: int, n_nodes: int, row: int, title: str, possessive: str) -> Plot:
    """A large matrix from far away with one guest's row and column, and close up that guest among the neighbours.

    Args:
        edges: `(2, 2E)`, of `graph.edge_index`.
        row: the guest's node.
        title, possessive: of `guest.Guest`.
    """
    far, near = new_grid(10, 5)
    _density(far, edges, n_users, n_nodes, "the whole matrix")
    mine = edges[1][edges[0] == row].numpy()
    far.scatter(mine, np.full(len(mine), row), marker="|", s=130, color=GUEST, linewidths=1.3, clip_on=False, zorder=5)
    far.scatter(np.full(len(mine), row), mine, marker="_", s=130, color=GUEST, linewidths=1.3, clip_on=False, zorder=5)
    first = max(0, min(row - 5, n_users - 11))
    last, films = min(first + 11, n_users), np.arange(n_users, min(n_users + 60, n_nodes))
    source, target = edges.numpy()
    close = (source >= first) & (source < last) & (target >= films[0]) & (target <= films[-1])
    for chosen, colour in ((close & (source != row), MUTED), (close & (source == row), GUEST)):
        near.scatter(target[chosen], source[chosen], marker="s", s=22, color=colour)
    near.axhspan(row - 0.5, row + 0.5, color=GUEST, alpha=0.12, linewidth=0)
    near.set_yticks(range(first, last))
    near.set(xlim=(films[0] - 1, films[-1] + 1), ylim=(last - 0.4, first - 0.6), xlabel="node, the first 60 films",
             ylabel="node, eleven guests", title=f"{title}, close up: row {row}")  # fmt: skip
    return Plot(
        cast(Figure, far.figure),
        f"{possessive[0].upper()}{possessive[1:]} row {row} holds {len(mine)} ones, and column {row} holds the same "
        f"{len(mine)} again, one for each rave shown.",
    )


def plot_with_and_without(
    right: Tensor, wrong: Tensor, n_users: int, guests: Sequence[str], films: Sequence[str]
) -> Plot:
    """Two small matrices side by side: films numbered after the guests, and films numbered like them."""
    sketch, names = Sketch(860, 350), [*guests, *films]
    for matrix, left, title in ((right, 118, "with + n_users"), (wrong, 558, "without")):
        sketch.text(left, 18, title, bold=True)
        draw_matrix(sketch, matrix, n_users, names, left)
    inside = int(wrong[:n_users, :n_users].sum())
    hears = " and ".join(names[node] for node in wrong[0].nonzero().flatten().tolist())
    silent = int((wrong[n_users:].sum(dim=1) == 0).sum())
    return Plot(
        sketch.figure,
        f"Without the offset {inside} of {int(wrong.sum())} entries join a guest to a guest, {silent} of {len(films)} "
        f"films hear nobody, and {guests[0]} hears {hears}.",
    )


@styled
def plot_offset(right: Tensor, wrong: Tensor, n_users: int, n_nodes: int) -> Plot:
    """The same on a large party, from far away: entries per tile, darker is more."""
    axes = new_grid(10, 5)
    for ax, edges, title in zip(axes, (right, wrong), ("with + n_users", "without"), strict=True):
        _density(ax, edges, n_users, n_nodes, title)
    inside = (wrong < n_users).all(dim=0).float().mean()
    silent = [n_nodes - n_users - len(edges[0][edges[0] >= n_users].unique()) for edges in (wrong, right)]
    return Plot(
        cast(Figure, axes[0].figure),
        f"Without the offset {inside:.0%} of the lines join a guest to a guest, and {silent[0]:,} of "
        f"{n_nodes - n_users:,} film nodes have no line (with it: {silent[1]:,}).",
    )


def plot_changed_lines(party: Interactions, other: Interactions, guests: Sequence[str], films: Sequence[str]) -> Plot:
    """Two parties of the same guests and films; the lines that only one of them has are strong."""
    sketch, raves = Sketch(860, 310), (_lines(party), _lines(other))
    for lines, (left, right), title in zip(
        raves, ((20, 410), (450, 840)), ("the party", "films changed places"), strict=True
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


def plot_pieces(piece: np.ndarray, n_users: int) -> Plot:
    """How many guests and how many films hang together in the largest piece of a graph, and how many do not.

    Args:
        piece: the number of each node's piece, `(N,)`.
    """
    counts = np.bincount(piece)
    inside = piece == counts.argmax()
    sketch = Sketch(860, 130)
    for y, name, colour, nodes in ((20, "guests", GUEST, inside[:n_users]), (76, "films", FILM, inside[n_users:])):
        width = 600 * nodes.mean()
        sketch.text(80, y + 18, name, "end")
        sketch.rect(92, y, width, 36, colour)
        sketch.text(104, y + 18, f"{nodes.sum():,} in the largest piece", colour=ink_on(colour))
        sketch.rect(92 + width, y, 600 - width, 36, MUTED, hatched=True)
        sketch.text(704, y + 18, f"{(~nodes).sum():,} outside")
    others = int((counts > 1).sum()) - 1
    rest = "all of them alone" if others == 0 else f"some of them in {others} smaller piece{'s' * (others > 1)}"
    out = ~inside
    return Plot(
        sketch.figure,
        f"{inside.sum():,} of {len(piece):,} nodes hang together in one piece. {out.sum():,} are outside, {rest}, and "
        f"{out[n_users:].sum():,} of those are films.",
    )


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
    narrow = width / len(films) < 110  # names side by side would touch
    for place, (across, name) in enumerate(zip(x[1], films, strict=True)):
        sketch.rect(across - 17, below - 17, 34, 34, FILM)
        sketch.text(across, below + 36 + 20 * (narrow and place % 2), name, "middle")


def _density(ax: Axes, edges: Tensor, n_users: int, n_nodes: int, title: str, bins: int = 100) -> None:
    """A large matrix from far away: entries per tile, darker is more, the border between guests and films drawn."""
    span = [[0, n_nodes], [0, n_nodes]]
    tiles, _, _ = np.histogram2d(edges[0].numpy(), edges[1].numpy(), bins=bins, range=span)
    image = np.ma.masked_equal(tiles, 0)
    ax.imshow(
        image, extent=(0, n_nodes, n_nodes, 0), cmap="Greys", norm=LogNorm(0.3, tiles.max()), interpolation="nearest"
    )
    ax.axhline(n_users, color=ACCENT)
    ax.axvline(n_users, color=ACCENT)
    for set_ticks in (ax.set_xticks, ax.set_yticks):
        set_ticks([0, n_users, n_nodes])
    for centre, word in ((n_users / 2, "guests"), ((n_users + n_nodes) / 2, "films")):
        ax.text(centre, 1.06 * n_nodes, word, ha="center", va="top")
        ax.text(1.02 * n_nodes, centre, word, ha="left", va="center", rotation=270)
    ax.spines[:].set_visible(True)
    ax.set(title=title)
