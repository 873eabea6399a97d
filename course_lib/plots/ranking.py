"""Pictures of rankings, of comparisons between rankings, and of the reasons behind a score."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from course_lib.plots.sketch import FAINT, INK, Sketch
from course_lib.plots.style import ACCENT, FILM, FILM_MARKER, GUEST, GUEST_MARKER, MUTED, PALETTE, new_axes


def shorten(text: str, length: int = 30) -> str:
    """A title of at most `length` characters: without what stands in brackets if need be, then cut with an ellipsis."""
    if len(text) > length:
        text = text.split(" (")[0]
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


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
        y, width, counted = 36 + row * (rank - 1), 290 / np.log2(rank + 1), is_hit and rank <= k
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


def plot_metrics_by_rank(table: pd.DataFrame, k: int, ax: Axes | None = None) -> Axes:
    """How each metric of a list changes as one hit moves down from rank 1; each line is named at its right end.

    Args:
        table: index the rank of the hit, one column per metric.
        k: where the list is cut.
    """
    ax = new_axes(8.0, 3.4) if ax is None else ax
    highest_last = table.iloc[-1].idxmax()
    for metric, colour, marker in zip(table.columns, (MUTED, GUEST, ACCENT), ("^", "o", "s"), strict=False):
        ax.plot(table.index, table[metric], marker, linestyle="-", linewidth=1, markersize=6, color=colour)
        side = "bottom" if metric == highest_last else "top"
        ax.annotate(metric, (table.index[-1], table[metric].iloc[-1]), (8, 0), textcoords="offset points", va=side)
    ax.axvline(k + 0.5, color=INK, linestyle="--", linewidth=1)
    ax.annotate(
        f"K = {k}", (k + 0.5, 1), (5, -4), xycoords=("data", "axes fraction"), textcoords="offset points", va="top"
    )
    ax.set(
        xlabel="rank of the moved hit",
        ylabel="metric of the list",
        xlim=(0.5, table.index[-1] + 4),
        ylim=(0, 1.2 * table.to_numpy().max()),
    )
    return ax


def plot_ladder(results: pd.DataFrame, metric: str, ax: Axes | None = None) -> Axes:
    """One row per model, best on top: a ring per split seed, and the mean over seeds as a square with its value.

    Args:
        results: columns `model`, `split_seed` and `metric`; one row per model and seed.
    """
    order = results.groupby("model")[metric].mean().sort_values()
    ax = new_axes(8.5, 0.4 * len(order) + 0.9) if ax is None else ax
    for height, (model, mean) in enumerate(order.items()):
        values = results.loc[results["model"] == model, metric]
        ax.hlines(height, 0, mean, color=MUTED, linewidth=1)
        ax.plot(values, [height] * len(values), GUEST_MARKER, color=GUEST, fillstyle="none", markersize=8)
        ax.plot(mean, height, FILM_MARKER, color=ACCENT, markersize=5)
        ax.text(values.max() + 0.02 * order.max(), height, f"{mean:.3f}", va="center")
    ax.set_yticks(range(len(order)), order.index)
    n_seeds = results["split_seed"].nunique()
    ax.set(
        xlim=(0, 1.12 * order.max()),
        xlabel=f"{metric}, mean over guests (ring: one of {n_seeds} splits, square: their mean)",
    )
    return ax


def plot_intervals(table: pd.DataFrame, xlabel: str, ax: Axes | None = None) -> Axes:
    """One row per group, first group on top: the mean and its interval.

    Args:
        table: index the group's name, columns `mean, low, high`.
    """
    ax = new_axes(8.5, 0.42 * len(table) + 0.9) if ax is None else ax
    height = np.arange(len(table))
    spread = np.stack([table["mean"] - table["low"], table["high"] - table["mean"]])
    ax.errorbar(table["mean"], height, xerr=spread, fmt=FILM_MARKER, color=GUEST, ecolor=GUEST, capsize=4)
    for y, (mean, high) in enumerate(zip(table["mean"], table["high"], strict=True)):
        ax.annotate(f"{mean:.3f}", (high, y), (8, 0), textcoords="offset points", va="center")
    ax.set_yticks(height, table.index)
    edge = max(0, table["high"].max())
    ax.set(xlim=(min(0, 1.1 * table["low"].min()), 1.15 * edge), xlabel=xlabel, ylim=(len(table) - 0.5, -0.5))
    return ax


def plot_grouped_bars(table: pd.DataFrame, xlabel: str, ax: Axes | None = None) -> Axes:
    """Bars in groups, each with its name and value beside it.

    Args:
        table: one row per group, top first; one column per bar in the group.
    """
    n_groups, n_bars = table.shape
    ax = new_axes(8.5, 0.3 * n_groups * (n_bars + 1) + 0.8) if ax is None else ax
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


def fold_reasons(reasons: pd.DataFrame, titles: Sequence[str], n: int = 6) -> pd.DataFrame:
    """The table of `recommendation.explain`, short enough to read: own tag, the n largest shares, and the rest.

    Args:
        reasons: columns `item, share`; a negative item is the user's own tag.
        titles: the title of each item index.

    Returns:
        `reason, share`, the last row named 'rest'; the shares have the same sum as before.
    """
    own = reasons["item"] < 0
    raves = reasons[~own].sort_values("share", ascending=False)
    top, others = raves.head(n), raves.iloc[n:]
    rest = f"rest ({len(others)} rave{'' if len(others) == 1 else 's'})"
    return pd.DataFrame(
        {
            "reason": ["own tag", *(titles[item] for item in top["item"]), rest],
            "share": [reasons.loc[own, "share"].sum(), *top["share"], others["share"].sum()],
        }
    )


def plot_reasons(reasons: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """The parts of one score, the row of the own tag first, the rest last: lengths add up to the score.

    Args:
        reasons: the table of `fold_reasons`.
    """
    ax = new_axes(8.5, 0.36 * len(reasons) + 0.9) if ax is None else ax
    height = np.arange(len(reasons))
    share = reasons["share"].to_numpy()
    colour = [GUEST] + [FILM] * (len(reasons) - 2) + [MUTED]
    ax.barh(height, share, height=0.75, color=colour)
    for y, value in enumerate(share):
        ax.annotate(f"{value:.2f}", (max(value, 0), y), (5, 0), textcoords="offset points", va="center", fontsize=10)
    ax.axvline(0, color=INK, linewidth=1)
    ax.set_yticks(height, [shorten(name, 27) for name in reasons["reason"]], fontsize=10)
    ax.tick_params(axis="y", length=0)
    span = max(share.max(), 0) - min(share.min(), 0)
    ax.set(
        xlim=(min(share.min(), 0) - 0.02 * span, max(share.max(), 0) + 0.18 * span),
        ylim=(len(reasons) - 0.5, -0.6),
        xlabel=f"share of the score; together {share.sum():.2f}",
    )
    return ax


def plot_top_films(titles: Sequence[str], scores: Sequence[float], chosen: int, ax: Axes | None = None) -> Axes:
    """A top list, best film on top, each title in its bar; the chosen film stands out.

    Args:
        titles, scores: one per rank, best first.
        chosen: position in the list, from 0.
    """
    ax = new_axes(6.0, 4.4) if ax is None else ax
    height = np.arange(len(titles))
    colour = [ACCENT if rank == chosen else "#e3e6ea" for rank in height]
    ax.barh(height, scores, height=0.8, color=colour)
    left = min(0.0, *scores)
    for y, (title, score) in enumerate(zip(titles, scores, strict=True)):
        ink, weight = ("white", "bold") if y == chosen else (INK, "normal")
        ax.annotate(
            f"{y + 1}  {shorten(title, 29)}  {score:.2f}",
            (left, y),
            (4, 0),
            textcoords="offset points",
            va="center",
            fontsize=10,
            color=ink,
            fontweight=weight,
        )
    ax.set_yticks([])
    ax.set(ylim=(len(titles) - 0.5, -0.6), xlim=(left, 1.02 * max(*scores, 1e-9)), xlabel="score")
    return ax


def plot_share_and_loss(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Two values per like, joined by a line: its share of a score, and what the score loses without it.

    Args:
        table: index the like's title, columns `share, loss`.
    """
    ax = new_axes(8.5, 0.36 * len(table) + 1.1) if ax is None else ax
    height = np.arange(len(table))
    ax.hlines(height, table["share"], table["loss"], color=MUTED, linewidth=2)
    ax.plot(table["share"], height, FILM_MARKER, color=FILM, markersize=8)
    ax.plot(table["loss"], height, "D", color=ACCENT, fillstyle="none", markersize=8)
    right = "right" if table["share"].iloc[0] < table["loss"].iloc[0] else "left"
    left = "left" if right == "right" else "right"
    for name, column, side in (("its share", "share", right), ("lost without it", "loss", left)):
        ax.annotate(
            name, (table[column].iloc[0], 0), (0, 12), textcoords="offset points", ha=side, fontsize=10, color=INK
        )
    ax.axvline(0, color=INK, linewidth=1)
    ax.set_yticks(height, [shorten(name, 36) for name in table.index], fontsize=10)
    ax.set(ylim=(len(table) - 0.4, -1.1), xlabel="part of the score")
    return ax


def plot_histogram(values: Sequence[float], xlabel: str, ylabel: str, ax: Axes | None = None) -> Axes:
    """How often each value occurs, with the median drawn and named."""
    ax = new_axes(8.0, 3.2) if ax is None else ax
    counts, _, _ = ax.hist(values, bins=25, color=GUEST, edgecolor="white")
    median = float(np.median(values))
    ax.axvline(median, color=ACCENT, linestyle="--", linewidth=2)
    ax.annotate(
        f"median {median:.2f}",
        (median, 1.0),
        (6, -2),
        xycoords=("data", "axes fraction"),
        textcoords="offset points",
        va="top",
        color=ACCENT,
    )
    ax.set(xlabel=xlabel, ylabel=ylabel, ylim=(0, 1.2 * counts.max()))
    return ax


def plot_norms(n_raves: Sequence[int], norm: Sequence[float], ax: Axes | None = None) -> Axes:
    """One square per film: how many raved about it (log scale), and the length of its tag."""
    ax = new_axes(8.0, 3.4) if ax is None else ax
    ax.plot(n_raves, norm, FILM_MARKER, color=FILM, markeredgecolor=INK, markeredgewidth=0.3, markersize=4, alpha=0.7)
    ax.set_xscale("log")
    ax.xaxis.set_major_formatter("{x:g}")
    ax.set(xlabel="raves about the film (learned from)", ylabel="length of the film's tag", ylim=(0, None))
    return ax
