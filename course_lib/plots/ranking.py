"""Pictures of rankings, and of comparisons between rankings."""

from collections.abc import Sequence
from typing import cast

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from course_lib.plots.colours import ACCENT, FAINT, FILM, FILM_MARKER, GUEST, INK, MUTED, PALETTE
from course_lib.plots.sketch import Sketch
from course_lib.plots.style import Plot, new_axes, styled
from course_lib.plots.text import shorten


def plot_ranked_list(titles: Sequence[str], hit: Sequence[bool], raved: Sequence[bool], k: int) -> Sketch:
    """A ranked list from rank 1 down: what each rank weighs in DCG, and which ranks are hits.

    Args:
        titles: one film per rank, best first.
        hit: whether the film at that rank is a hidden like.
        raved: whether the model learned from that film, so that it should not be in the list.
        k: the list is cut after so many ranks.
    """
    sketch, row = Sketch(860, 44 + 23 * len(titles)), 23
    sketch.text(340, 18, "weight of the rank in DCG: 1 / log2(rank + 1)", bold=True)
    for rank, (title, is_hit, is_raved) in enumerate(zip(titles, hit, raved, strict=True), start=1):
        y, width, counted = 36.0 + row * (rank - 1), 290 / np.log2(rank + 1), is_hit and rank <= k
        sketch.text(290, y + 10, shorten(title, 30), "end", bold=is_hit)
        sketch.text(328, y + 10, str(rank), "end")
        sketch.rect(340, y, width, 20, ACCENT if counted else MUTED if is_raved else FAINT, hatched=is_raved)
        note = "hit" if is_hit else "already raved about" if is_raved else ""
        if is_hit and not counted:
            note += ", not counted"
        sketch.text(348 + width, y + 10, note, colour=ACCENT if is_hit else INK, bold=is_hit)
    if k <= len(titles):
        y = 34.5 + row * k
        sketch.line([(10, y), (850, y)], INK, 1.5, "6 4")
        sketch.text(850, y - 12, f"K = {k}: the list ends here", "end")
    return sketch


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
    ax.text(0.42, -0.3, "this list", ha="center", va="bottom", weight="bold")
    hoped = f"{n_lists} lists drawn at random: one ★ among them all, on average"
    ax.text(2.5, -0.3, hoped, va="bottom", weight="bold")
    ax.set(xlim=(-1.2, n_lists + 2.6), ylim=(length, -1.4))
    ax.axis("off")
    return Plot(
        cast(Figure, ax.figure),
        f"Untrained gossip found {found} of {possessive} {n_hidden} hidden raves with one list of {length} films. "
        f"A list drawn at random finds {chance:.2f} on average, so it takes {n_lists} of them to expect a single hit.",
    )


@styled
def plot_metrics_by_rank(table: pd.DataFrame, k: int) -> Axes:
    """How each metric of a list changes as one hit moves down from rank 1; each line is named at its right end.

    Args:
        table: index the rank of the hit, one column per metric.
        k: where the list is cut.
    """
    ax = new_axes(8.0, 3.4)
    highest_last = table.iloc[-1].idxmax()
    for metric, colour, marker in zip(table.columns, (MUTED, GUEST, ACCENT), ("^", "o", "s"), strict=False):
        ax.plot(table.index, table[metric], marker, linestyle="-", linewidth=1, markersize=6, color=colour)
        side = "bottom" if metric == highest_last else "top"
        ax.annotate(metric, (table.index[-1], table[metric].iloc[-1]), (8, 0), textcoords="offset points", va=side)
    ax.axvline(k + 0.5, color=INK, linestyle="--", linewidth=1)
    ax.annotate(f"K = {k}", (k + 0.5, 1), (5, -4), ("data", "axes fraction"), "offset points", va="top")
    ax.set(xlabel="rank of the moved hit", ylabel="metric of the list")
    ax.set(xlim=(0.5, table.index[-1] + 4), ylim=(0, 1.2 * table.to_numpy().max()))
    return ax


@styled
def plot_intervals(table: pd.DataFrame, xlabel: str) -> Axes:
    """One row per group, first group on top: the mean and its interval.

    Args:
        table: index the group's name, columns `mean, low, high`.
    """
    ax = new_axes(8.5, 0.42 * len(table) + 0.9)
    height = np.arange(len(table))
    spread = np.stack([table["mean"] - table["low"], table["high"] - table["mean"]])
    ax.errorbar(table["mean"], height, xerr=spread, fmt=FILM_MARKER, color=GUEST, ecolor=GUEST, capsize=4)
    for y, (mean, high) in enumerate(zip(table["mean"], table["high"], strict=True)):
        ax.annotate(f"{mean:.3f}", (high, y), (8, 0), textcoords="offset points", va="center")
    ax.set_yticks(height, table.index)
    edge = max(0, table["high"].max())
    ax.set(xlim=(min(0, 1.1 * table["low"].min()), 1.15 * edge), xlabel=xlabel, ylim=(len(table) - 0.5, -0.5))
    return ax


@styled
def plot_grouped_bars(table: pd.DataFrame, xlabel: str) -> Axes:
    """Bars in groups, each with its name and value beside it.

    Args:
        table: one row per group, top first; one column per bar in the group.
    """
    n_groups, n_bars = table.shape
    ax = new_axes(8.5, 0.3 * n_groups * (n_bars + 1) + 0.8)
    start = np.arange(n_groups) * (n_bars + 1)
    for bar, name in enumerate(table.columns):
        values = table[name].to_numpy()
        ax.barh(start + bar, values, height=0.85, color=PALETTE[bar])
        for y, value in zip(start + bar, values, strict=True):
            ax.annotate(f"{name}  {value:.3f}", (value, y), (6, 0), textcoords="offset points", va="center")
    ax.set_yticks(start + (n_bars - 1) / 2, table.index)
    ax.tick_params(axis="y", length=0)
    ax.set(xlabel=xlabel, ylim=(n_groups * (n_bars + 1) - 1.4, -0.8), xlim=(0, 1.35 * table.to_numpy().max()))
    return ax
