"""Pictures of the tables and of the graph drawn from them: notebooks 02 and 03."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.patches import Rectangle
from torch import Tensor

from course_lib.interactions import Interactions
from course_lib.plots.colours import ACCENT, FAINT, FILM, FILM_MARKER, GUEST, GUEST_MARKER, MUTED, PALETTE
from course_lib.plots.sketch import Plane, Sketch
from course_lib.plots.style import new_axes, styled

KINDS = {"ratings": (PALETTE[4], "D"), "films": (FILM, FILM_MARKER), "guests": (GUEST, GUEST_MARKER)}


def plot_threshold(counts: pd.Series, threshold: int, left: pd.Series, total: pd.Series) -> Sketch:
    """How often each rating was given, the raves filled and the rest hatched; beside it what the raves leave.

    Args:
        counts: number of ratings, indexed by rating 1 to 5.
        threshold: the lowest rating that counts as a rave.
        left: counts indexed by `ratings, films, guests`.
        total: the same counts before anything was left out.
    """
    sketch, plane = Sketch(860, 300), Plane(10, 60, 380, 180, (0.5, 5.5), (0, 1.1 * counts.max()))
    sketch.text(10, 18, f"a rave is a rating of {threshold} or more", bold=True)
    for rating, count in zip(counts.index.tolist(), counts.tolist(), strict=True):
        x, y = plane.at(rating - 0.4, count)
        keep = rating >= threshold
        sketch.rect(x, y, 61, 240 - y, KINDS["ratings"][0] if keep else MUTED, hatched=not keep)
        sketch.text(x + 30, y - 12, f"{100 * count / counts.sum():.1f} %", "middle")
        sketch.text(x + 30, 256, str(rating), "middle")
    sketch.line([plane.at(0.5, 0), plane.at(5.5, 0)])
    x, _ = plane.at(threshold - 0.5, 0)
    sketch.line([(x, 36), (x, 262)], ACCENT, 2.5, "7 5")
    sketch.text(200, 282, "stars", "middle")
    sketch.text(450, 18, "what is left of the party", bold=True)
    for row, (name, (colour, _)) in enumerate(KINDS.items()):
        y, gone = 50 + 80 * row, total[name] - left[name]
        sketch.text(450, y, f"{left[name]:,} of {total[name]:,} {name}, {gone:,} gone")
        sketch.rect(450, y + 14, 400, 30, FAINT)
        sketch.rect(450, y + 14, 400 * left[name] / total[name], 30, colour)
    return sketch


@styled
def plot_left_lines(table: pd.DataFrame) -> Axes:
    """What each threshold leaves: one line each for ratings, films and guests.

    Args:
        table: counts of `ratings, films, guests` left, indexed by threshold, the first row complete.
    """
    ax = new_axes(8, 3.8)
    for name, (colour, marker) in KINDS.items():
        share = 100 * table[name] / table[name].iloc[0]
        ax.plot(table.index, share, color=colour, marker=marker, markersize=8, linewidth=2)
        ax.annotate(
            f"{name}: {share.iloc[-1]:.0f} %", (table.index[-1], share.iloc[-1]), (10, -4), textcoords="offset points"
        )
    ax.set(xlabel="a rave is a rating of at least ... stars", ylabel="left (% of all)", ylim=(0, 105))
    ax.set_xticks(table.index)
    ax.set_xlim(table.index[0] - 0.1, table.index[-1] + 0.9)
    return ax


@styled
def plot_age_bars(users: pd.DataFrame) -> Axes:
    """Guests per decade of age, women and men stacked. `users` has the columns `age` (years) and `gender` (F, M)."""
    ax = new_axes(8, 3.3)
    table = pd.crosstab(users["age"] // 10 * 10, users["gender"])
    bottom = np.zeros(len(table))
    for gender, word, colour, hatch in (("F", "women", PALETTE[4], ""), ("M", "men", PALETTE[7], "...")):
        ax.bar(table.index + 5, table[gender], 8.5, bottom, color=colour, hatch=hatch, edgecolor="white", label=word)
        bottom += table[gender].to_numpy()
    ax.set(xlabel="age (years)", ylabel="guests", xticks=[*table.index, table.index[-1] + 10])
    ax.legend()
    return ax


@styled
def plot_session_bars(minutes: pd.Series) -> Axes:
    """Time between the first and the last rating of each guest, on a logarithmic axis; `minutes` one per guest."""
    ax = new_axes(8, 3.3)
    ticks = {1: "1 minute", 60: "1 hour", 60 * 24: "1 day", 60 * 24 * 7: "1 week", 60 * 24 * 30: "1 month"}
    ax.hist(minutes.clip(lower=1), np.geomspace(1, max(minutes.max(), 2), 36).tolist(), color=GUEST, edgecolor="white")
    ax.axvline(minutes.median(), color=ACCENT, linewidth=2)
    top = ax.get_ylim()[1]
    words = f"half of the guests:\n{minutes.median():.0f} minutes or less"
    ax.text(minutes.median() * 1.15, top, words, color=ACCENT, va="top")
    ax.set_xscale("log")
    ax.set_xticks(list(ticks), list(ticks.values()))
    ax.minorticks_off()
    ax.set(xlabel="time from first to last rating", ylabel="guests")
    return ax


@styled
def plot_long_tail(degree: np.ndarray, head: int) -> Axes:
    """Raves per film, films ordered by fame; the fewest films that hold half of all raves are marked.

    Args:
        degree: `(n_films,)` raves of each film, in any order.
        head: how many films hold half of all raves.
    """
    ax = new_axes(8, 3.6)
    ordered = np.sort(degree)[::-1]
    rank = np.arange(1, len(ordered) + 1)
    ax.fill_between(rank[:head], ordered[:head], color=FILM)
    ax.fill_between(rank[head - 1 :], ordered[head - 1 :], color=FAINT)
    ax.plot(rank, ordered, color="black", linewidth=1)
    ax.axvline(head, color=ACCENT, linestyle="--")
    top = ordered[0]
    ax.text(head * 1.1, top * 0.9, f"{head:,} films hold half of all raves,", color=ACCENT)
    ax.text(head * 1.1, top * 0.78, f"{len(ordered) - head:,} films share the other half", color="black")
    ax.set(xlabel="film, by number of raves (rank)", ylabel="raves", xlim=(1, len(ordered)), ylim=(0, top * 1.03))
    return ax


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
