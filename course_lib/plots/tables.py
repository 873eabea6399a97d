"""Pictures of the graph that is drawn from the tables: notebook 03."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.patches import Rectangle
from torch import Tensor

from course_lib.interactions import Interactions
from course_lib.plots.colours import ACCENT, FAINT, FILM, FILM_MARKER, GUEST, GUEST_MARKER, MUTED
from course_lib.plots.style import new_axes, styled


@styled
def plot_matrix_grid(
    matrix: Tensor,
    n_users: int,
    names: Sequence[str] | None = None,
    title: str = "the matrix",
    *,
    ax: Axes | None = None,
) -> Axes:
    """A small matrix of whole numbers as a grid, the border between guests and films drawn thick.

    Args:
        matrix: `(N, N)`; zeros stay empty.
        n_users: the first node that is a film.
        names: what to write beside the rows; the node numbers if left out.
    """
    ax = ax or new_axes(4.5, 4.5)
    n_nodes = len(matrix)
    for row, column in np.argwhere(matrix.numpy() != 0):
        wrong = (row < n_users) == (column < n_users)
        ax.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, color=MUTED if wrong else FAINT))
        ax.text(column, row, f"{matrix[row, column]:g}", ha="center", va="center")
    ends = (-0.5, n_nodes - 0.5)
    for edges, colour, width, order in (
        (np.arange(n_nodes + 1) - 0.5, FAINT, 0.8, 1.5),
        (np.array([0, n_users, n_nodes]) - 0.5, "black", 2, 2),
    ):
        for lines in (ax.hlines, ax.vlines):
            lines(edges, *ends, color=colour, linewidth=width, zorder=order)
    ax.set_xticks(range(n_nodes))
    ax.set_yticks(range(n_nodes), names or [str(node) for node in range(n_nodes)])
    ax.tick_params(length=0)
    ax.set(xlim=(-0.55, n_nodes - 0.45), ylim=(n_nodes - 0.45, -0.55), title=title, aspect="equal")
    ax.spines[:].set_visible(False)
    return ax


@styled
def plot_bipartite(party: Interactions, guests: Sequence[str], films: Sequence[str]) -> Axes:
    """Guests as circles on the left, films as squares on the right, a line per rave; node numbers inside."""
    ax = new_axes(4.5, 4)
    middle = (party.n_items - party.n_users) / 2
    height_guest, height_film = np.arange(party.n_users) + middle, np.arange(party.n_items)
    for user, item in zip(party.user.tolist(), party.item.tolist(), strict=True):
        ax.plot([0, 1], [height_guest[user], height_film[item]], color=MUTED, linewidth=1.5, zorder=1)
    for x, heights, names, colour, marker, first, align in (
        (0, height_guest, guests, GUEST, GUEST_MARKER, 0, "right"),
        (1, height_film, films, FILM, FILM_MARKER, party.n_users, "left"),
    ):
        ax.scatter([x] * len(heights), heights, s=430, color=colour, marker=marker, zorder=3)
        for index, y in enumerate(heights):
            ax.text(x, y, str(first + index), ha="center", va="center", zorder=4)
            ax.text(x + (-0.14 if align == "right" else 0.14), y, names[index], ha=align, va="center")
    ax.set(xlim=(-0.55, 1.95), ylim=(max(party.n_items, party.n_users) - 0.4, -0.6), title="the drawing")
    ax.axis("off")
    return ax


@styled
def plot_block_density(edges: Tensor, n_users: int, n_nodes: int, bins: int = 100) -> Axes:
    """A large adjacency matrix from far away: entries per tile, darker is more, the guest-film border drawn.

    Args:
        edges: `(2, E)` rows above columns.
        n_users: the first node that is a film.
        n_nodes: number of rows and of columns.
        bins: tiles along each side.
    """
    ax = new_axes(4.6, 4.6)
    span = [[0, n_nodes], [0, n_nodes]]
    tiles, _, _ = np.histogram2d(edges[0].numpy(), edges[1].numpy(), bins=bins, range=span)
    image = np.ma.masked_equal(tiles, 0)
    ax.imshow(
        image, extent=(0, n_nodes, n_nodes, 0), cmap="Greys", norm=LogNorm(0.3, tiles.max()), interpolation="nearest"
    )
    ax.axhline(n_users, color=ACCENT)
    ax.axvline(n_users, color=ACCENT)
    centres = (n_users / 2, (n_users + n_nodes) / 2)
    for set_ticks in (ax.set_xticks, ax.set_yticks):
        set_ticks([0, n_users, n_nodes])
    for centre, word in zip(centres, ("guests", "films"), strict=True):
        ax.text(centre, -0.02 * n_nodes, word, ha="center", va="bottom")
        ax.text(1.02 * n_nodes, centre, word, ha="left", va="center", rotation=270)
    ax.spines[:].set_visible(True)
    ax.set(xlabel="node", ylabel="node")
    return ax
