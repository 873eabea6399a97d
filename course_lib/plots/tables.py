"""Pictures of the tables and of the graph drawn from them: notebooks 02 and 03."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.patches import Rectangle
from torch import Tensor

from course_lib.interactions import Interactions
from course_lib.plots.style import ACCENT, FILM, FILM_MARKER, GUEST, GUEST_MARKER, MUTED, PALETTE, new_axes

LIGHT = "#e4e7e7"  # what is there but not chosen
KINDS = {"ratings": (PALETTE[4], "D"), "films": (FILM, FILM_MARKER), "guests": (GUEST, GUEST_MARKER)}

Pair = tuple[int, int]


def rating_bars(counts: pd.Series, threshold: int, ax: Axes | None = None) -> Axes:
    """How often each rating was given, the raves filled and the rest hatched.

    Args:
        counts: number of ratings, indexed by rating 1 to 5.
        threshold: the lowest rating that counts as a rave.
    """
    ax = ax if ax is not None else new_axes(6, 3.5)
    kept = [rating >= threshold for rating in counts.index]
    bars = ax.bar(
        counts.index, counts, color=[KINDS["ratings"][0] if keep else LIGHT for keep in kept], edgecolor="white"
    )
    for bar, keep in zip(bars, kept, strict=True):
        bar.set_hatch("" if keep else "///")
    ax.bar_label(bars, [f"{100 * count / counts.sum():.1f} %" for count in counts], padding=2)
    ax.axvline(threshold - 0.5, color=ACCENT, linestyle="--")
    ax.set(xlabel="rating (stars)", ylabel="ratings", title=f"A rave is a rating of {threshold} or more")
    ax.set_ylim(0, counts.max() * 1.12)
    ax.yaxis.set_major_formatter("{x:,.0f}")
    return ax


def left_bars(left: pd.Series, total: pd.Series, ax: Axes | None = None) -> Axes:
    """What a threshold leaves of ratings, films and guests, as bars out of 100 %.

    Args:
        left: counts indexed by `ratings, films, guests`.
        total: the same counts before anything was left out.
    """
    ax = ax if ax is not None else new_axes(6, 3.5)
    names = list(KINDS)
    place = np.arange(len(names))[::-1]
    share = [100 * left[name] / total[name] for name in names]
    ax.barh(place, 100, color=LIGHT, height=0.5)
    ax.barh(place, share, color=[KINDS[name][0] for name in names], height=0.5)
    for y, name in zip(place, names, strict=True):
        gone = total[name] - left[name]
        ax.text(0, y + 0.3, f"{left[name]:,} of {total[name]:,} {name} left, {gone:,} gone", va="bottom")
    ax.set(xlim=(0, 100), ylim=(-0.5, 2.8), yticks=[], xlabel="left (% of all)", title="What is left of the party")
    ax.spines["left"].set_visible(False)
    return ax


def left_lines(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """What each threshold leaves: one line each for ratings, films and guests.

    Args:
        table: counts of `ratings, films, guests` left, indexed by threshold, the first row complete.
    """
    ax = ax if ax is not None else new_axes(8, 3.8)
    for name, (color, marker) in KINDS.items():
        share = 100 * table[name] / table[name].iloc[0]
        ax.plot(table.index, share, color=color, marker=marker, markersize=8, linewidth=2)
        ax.annotate(
            f"{name}: {share.iloc[-1]:.0f} %", (table.index[-1], share.iloc[-1]), (10, -4), textcoords="offset points"
        )
    ax.set(xlabel="a rave is a rating of at least ... stars", ylabel="left (% of all)", ylim=(0, 105))
    ax.set_xticks(table.index)
    ax.set_xlim(table.index[0] - 0.1, table.index[-1] + 0.9)
    return ax


def age_bars(users: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Guests per decade of age, women and men stacked. `users` has the columns `age` (years) and `gender` (F, M)."""
    ax = ax if ax is not None else new_axes(8, 3.3)
    table = pd.crosstab(users["age"] // 10 * 10, users["gender"])
    bottom = np.zeros(len(table))
    for gender, word, color, hatch in (("F", "women", PALETTE[4], ""), ("M", "men", PALETTE[7], "...")):
        ax.bar(table.index + 5, table[gender], 8.5, bottom, color=color, hatch=hatch, edgecolor="white", label=word)
        bottom += table[gender].to_numpy()
    ax.set(xlabel="age (years)", ylabel="guests", xticks=[*table.index, table.index[-1] + 10])
    ax.legend()
    return ax


def session_bars(minutes: pd.Series, ax: Axes | None = None) -> Axes:
    """Time between the first and the last rating of each guest, on a logarithmic axis; `minutes` one per guest."""
    ax = ax if ax is not None else new_axes(8, 3.3)
    ticks = {1: "1 minute", 60: "1 hour", 60 * 24: "1 day", 60 * 24 * 7: "1 week", 60 * 24 * 30: "1 month"}
    ax.hist(minutes.clip(lower=1), np.geomspace(1, max(minutes.max(), 2), 36), color=GUEST, edgecolor="white")
    ax.axvline(minutes.median(), color=ACCENT, linewidth=2)
    top = ax.get_ylim()[1]
    ax.text(
        minutes.median() * 1.15,
        top,
        f"half of the guests:\n{minutes.median():.0f} minutes or less",
        color=ACCENT,
        va="top",
    )
    ax.set_xscale("log")
    ax.set_xticks(list(ticks), list(ticks.values()))
    ax.minorticks_off()
    ax.set(xlabel="time from first to last rating", ylabel="guests")
    return ax


def long_tail(degree: np.ndarray, ax: Axes | None = None) -> Axes:
    """Raves per film, films ordered by fame; the fewest films that hold half of all raves are marked.

    Args:
        degree: `(n_films,)` raves of each film, in any order.
    """
    ax = ax if ax is not None else new_axes(8, 3.6)
    ordered = np.sort(degree)[::-1]
    rank = np.arange(1, len(ordered) + 1)
    head = half_point(ordered)
    ax.fill_between(rank[:head], ordered[:head], color=FILM)
    ax.fill_between(rank[head - 1 :], ordered[head - 1 :], color=LIGHT)
    ax.plot(rank, ordered, color="black", linewidth=1)
    ax.axvline(head, color=ACCENT, linestyle="--")
    top = ordered[0]
    ax.text(head * 1.1, top * 0.9, f"{head:,} films hold half of all raves,", color=ACCENT)
    ax.text(head * 1.1, top * 0.78, f"{len(ordered) - head:,} films share the other half", color="black")
    ax.set(xlabel="film, by number of raves (rank)", ylabel="raves", xlim=(1, len(ordered)), ylim=(0, top * 1.03))
    return ax


def half_point(degree: np.ndarray) -> int:
    """The smallest number of entries of `degree` `(n,)` that add up to at least half of its sum."""
    cumulative = np.cumsum(np.sort(degree)[::-1])
    return int(np.searchsorted(cumulative, cumulative[-1] / 2) + 1)


def rave_table(
    party: Interactions,
    guests: Sequence[str],
    films: Sequence[str],
    chosen: Sequence[Pair] = (),
    ax: Axes | None = None,
) -> Axes:
    """The raves as a table `user, item`, one row each; the rows of the pairs `chosen` are framed."""
    ax = ax if ax is not None else new_axes(3, 4)
    rows = list(zip(party.user.tolist(), party.item.tolist(), strict=True))
    ax.text(0.0, -1, "user", fontweight="bold", va="center")
    ax.text(2.2, -1, "item", fontweight="bold", va="center")
    for y, (user, item) in enumerate(rows):
        ax.text(0.0, y, f"{user}  {guests[user]}", va="center")
        ax.text(2.2, y, f"{item}  {films[item]}", va="center")
        if (user, item) in chosen:
            ax.add_patch(Rectangle((-0.25, y - 0.46), 5.7, 0.92, fill=False, edgecolor=ACCENT, linewidth=2.5))
    if chosen and not set(chosen) & set(rows):
        ax.text(0.0, len(rows) + 0.2, "no such row", color=ACCENT, va="center", style="italic")
    ax.set(xlim=(-0.4, 5.6), ylim=(len(rows) + 0.8, -1.6), title="the table")
    ax.axis("off")
    return ax


def matrix_grid(
    matrix: Tensor,
    n_users: int,
    names: Sequence[str] | None = None,
    chosen: Sequence[Pair] = (),
    ax: Axes | None = None,
) -> Axes:
    """A small matrix of whole numbers as a grid, the border between guests and films drawn thick.

    Args:
        matrix: `(N, N)`; zeros stay empty.
        n_users: the first node that is a film.
        names: what to write beside the rows; the node numbers if left out.
        chosen: cells `(row, column)` to frame.
    """
    ax = ax if ax is not None else new_axes(4.5, 4.5)
    n_nodes = len(matrix)
    for row, column in np.argwhere(matrix.numpy() != 0):
        wrong = (row < n_users) == (column < n_users)
        ax.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, color=MUTED if wrong else LIGHT))
        ax.text(column, row, f"{matrix[row, column]:g}", ha="center", va="center")
    for row, column in chosen:
        frame = Rectangle((column - 0.5, row - 0.5), 1, 1, fill=False, edgecolor=ACCENT, linewidth=3, zorder=3)
        ax.add_patch(frame)
        if matrix[row, column] == 0:
            ax.text(column, row, "0", ha="center", va="center", color=ACCENT)
    ends = (-0.5, n_nodes - 0.5)
    for edges, style in (
        (np.arange(n_nodes + 1) - 0.5, {"color": LIGHT, "linewidth": 0.8, "zorder": 1.5}),
        (np.array([0, n_users, n_nodes]) - 0.5, {"color": "black", "linewidth": 2, "zorder": 2}),
    ):
        ax.hlines(edges, *ends, **style)
        ax.vlines(edges, *ends, **style)
    ax.set_xticks(range(n_nodes))
    ax.set_yticks(range(n_nodes), names if names is not None else range(n_nodes))
    ax.tick_params(length=0)
    ax.set(xlim=(-0.55, n_nodes - 0.45), ylim=(n_nodes - 0.45, -0.55), title="the matrix", aspect="equal")
    ax.spines[:].set_visible(False)
    return ax


def bipartite(
    party: Interactions,
    guests: Sequence[str],
    films: Sequence[str],
    chosen: Sequence[Pair] = (),
    ax: Axes | None = None,
) -> Axes:
    """Guests as circles on the left, films as squares on the right, a line per rave; node numbers inside.

    The pairs `chosen` are drawn strong, and dashed where they are no raves.
    """
    ax = ax if ax is not None else new_axes(4.5, 4)
    middle = (party.n_items - party.n_users) / 2
    height_guest, height_film = np.arange(party.n_users) + middle, np.arange(party.n_items)
    pairs = list(zip(party.user.tolist(), party.item.tolist(), strict=True))
    for user, item in pairs:
        ax.plot([0, 1], [height_guest[user], height_film[item]], color=MUTED, linewidth=1.5, zorder=1)
    for user, item in chosen:
        style = "-" if (user, item) in pairs else "--"
        ends = [height_guest[user], height_film[item]]
        ax.plot([0, 1], ends, color=ACCENT, linewidth=3.5, linestyle=style, zorder=2)
    for x, heights, names, color, marker, first, align in (
        (0, height_guest, guests, GUEST, GUEST_MARKER, 0, "right"),
        (1, height_film, films, FILM, FILM_MARKER, party.n_users, "left"),
    ):
        ax.scatter([x] * len(heights), heights, s=430, color=color, marker=marker, zorder=3)
        for index, y in enumerate(heights):
            ax.text(x, y, str(first + index), ha="center", va="center", zorder=4)
            ax.text(x + (-0.14 if align == "right" else 0.14), y, names[index], ha=align, va="center")
    ax.set(xlim=(-0.55, 1.95), ylim=(max(party.n_items, party.n_users) - 0.4, -0.6), title="the drawing")
    ax.axis("off")
    return ax


def block_density(edges: Tensor, n_users: int, n_nodes: int, bins: int = 100, ax: Axes | None = None) -> Axes:
    """A large adjacency matrix from far away: entries per tile, darker is more, the guest-film border drawn.

    Args:
        edges: `(2, E)` rows above columns.
        n_users: the first node that is a film.
        n_nodes: number of rows and of columns.
        bins: tiles along each side.
    """
    ax = ax if ax is not None else new_axes(4.6, 4.6)
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


def degree_tails(user_degree: np.ndarray, item_degree: np.ndarray, ax: Axes | None = None) -> Axes:
    """Share of guests, and of films, with at least so many raves; both axes logarithmic.

    Args:
        user_degree: `(n_users,)` raves of each guest.
        item_degree: `(n_items,)` raves of each film.
    """
    ax = ax if ax is not None else new_axes(8, 3.8)
    for degree, word, color, style in ((user_degree, "guests", GUEST, "-"), (item_degree, "films", FILM, "--")):
        ordered = np.sort(degree[degree > 0])
        share = 1 - np.arange(len(ordered)) / len(ordered)
        ax.step(ordered, share * len(ordered) / len(degree), where="post", color=color, linestyle=style, linewidth=2.5)
        middle = len(ordered) // 3
        above = word == "guests"
        ax.annotate(
            word,
            (ordered[middle], share[middle] * len(ordered) / len(degree)),
            (10, 8) if above else (-12, -6),
            textcoords="offset points",
            ha="left" if above else "right",
            va="center",
        )
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.yaxis.set_major_formatter(lambda share, _: f"{100 * share:g} %")
    ax.xaxis.set_major_formatter("{x:g}")
    ax.set(xlabel="raves (degree of the node)", ylabel="nodes with at least so many")
    return ax
