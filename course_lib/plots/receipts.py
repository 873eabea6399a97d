"""Folding in and receipts: from raves to a tag and a list, each score split by rave, and what a receipt is worth."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import cast

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from course_lib.plots.colours import ACCENT, FILM, GUEST, INK, MUTED, PALETTE
from course_lib.plots.sketch import Sketch
from course_lib.plots.style import Plot, new_axes, styled
from course_lib.plots.text import count, shorten

N_COLUMNS = 5  # raves of a receipt that get a column of their own
_WIDTH, _ROW, _LEFT = 900, 30, 360  # in pixels: of the drawing, of a row, and where the columns begin
_PALE_FILM = "#fff3da"


def plot_fold_in(who: str, raves: Sequence[str], fans: Sequence[int], titles: Sequence[str], scores: Sequence[float],
                 n_drawn: int = 8) -> Plot:  # fmt: skip
    """Raves at the left, the tag that they make in the middle, the list at the right; louder raves have wider lines.

    Args:
        who: whose tag it is, "you" or "the writer".
        raves, fans: what the guest raved about, and how many others did too.
        titles, scores: the list, best first.
        n_drawn: draw so many raves at most.
    """
    n_drawn = min(n_drawn, len(raves))
    height = 46 + 36 * max(len(titles), n_drawn)
    sketch, middle = Sketch(_WIDTH, height + 8), (46 + height) / 2
    loudness = 1 / np.sqrt(len(raves) * np.asarray(fans, dtype=float))
    for x, anchor, words in (
        (8, "start", "raved about"),
        (376, "middle", f"{who}, folded in"),
        (500, "start", "hears of"),
    ):
        sketch.text(x, 20, words, anchor, bold=True)
    for place in range(n_drawn):
        y = 46 + (height - 46) * (place + 0.5) / n_drawn
        sketch.line([(252, y), (376, middle)], MUTED, 9 * float(loudness[place] / loudness[:n_drawn].max()))
        sketch.rect(8, y - 22, 244, 44, _PALE_FILM, MUTED)
        sketch.text(16, y - 9, _name(raves[place], 25))
        sketch.text(16, y + 10, f"{fans[place]} fans, heard at {loudness[place]:.3f}", size=14)
    for place, (title, score) in enumerate(zip(titles, scores, strict=True)):
        y = 46 + 36 * (place + 0.5)
        sketch.line([(376, middle), (500, y)], MUTED, 1)
        sketch.rect(500, y - 15, 392, 30, _PALE_FILM, MUTED)
        sketch.text(508, y, f"{place + 1}  {_name(title, 30)}")
        sketch.text(884, y, f"{score:.3f}", "end")
    sketch.circle(376, middle, 24, GUEST, INK, 1.5)
    best = f"The tag fits {_name(titles[0], 60)} best, with a cosine of {scores[0]:.3f}."
    loud, soft = (int(place) for place in (loudness.argmax(), loudness.argmin()))
    if fans[loud] == fans[soft]:
        return Plot(sketch.figure, best)
    times = loudness[loud] / loudness[soft]
    return Plot(
        sketch.figure,
        f"{_name(raves[loud], 60)} has {fans[loud]} fans and {_name(raves[soft], 60)} {fans[soft]}, so "
        f"{_name(raves[loud], 60)} is heard {times:.1f} times as loud. {best}",
    )


def plot_receipts(
    titles: Sequence[str],
    scores: Sequence[float],
    raves: Sequence[str],
    shares: np.ndarray,
    beyond: bool = False,
    lit: int | None = None,
    lost: np.ndarray | None = None,
) -> Sketch:
    """A list in rows and raves in columns, in the order they come in; each bar is what a rave brings to a score.

    Of many raves those get a column whose shares differ most from film to film, and the others one together: on
    average, or where bars are what goes beyond the average, added up.

    Args:
        titles, scores: the list, best first.
        raves: names; an empty column stands for one that was taken back.
        shares: `(n titles, n raves)` of the scores, nan where a rave was taken back.
        beyond: draw only what goes beyond the rave's mean over the list, to the right, or stays below it, to the left.
        lit: the place of a film to point at, from 0.
        lost: `(n titles, n raves)`, how many places a film falls without a rave, to stand beside the bars.
    """
    names, bars, chosen = _columns(raves, beyond_average(shares) if beyond else shares, beyond)
    step = (_WIDTH - _LEFT - 8) / max(len(names), 1)
    heads = [_heading(name, int(step / 8.4)) for name in names]
    top = 18 * max((len(head) for head in heads), default=1) + 14
    sketch = Sketch(_WIDTH, top + _ROW * max(len(titles), 1) + (8 if not beyond else 34 if lost is None else 56))
    widest = float(np.nanmax(np.abs(bars))) if np.isfinite(bars).any() else 1.0
    low = -widest if beyond else min(float(np.nanmin(bars, initial=0.0)), 0.0)
    scale = 0.86 * min(step, 200) / max(widest - low, 1e-9)
    for column, head in enumerate(heads):
        left = _LEFT + column * step
        zero = left - scale * low
        middle = left + 0.43 * min(step, 200)
        for line, words in enumerate(head):
            sketch.text(middle, 14 + 18 * line, words, "middle", size=14)
        sketch.line([(zero, top - 4), (zero, top + _ROW * len(titles))], MUTED, 1)
        for place, bar in enumerate(bars[:, column]):
            if np.isfinite(bar):
                x, width = zero + scale * min(float(bar), 0), scale * abs(float(bar))
                title = f"{names[column]}: {bar:+.3f}" if beyond else f"{names[column]}: {bar:.3f}"
                sketch.rect(x, top + _ROW * place + 7, width, 16, FILM if bar > 0 else MUTED, title=title)
                if lost is not None and column < len(chosen):  # on the side of the line where there is no bar
                    side = (zero - 5, "end") if bar > 0 else (zero + 5, "start")
                    fall = _fall(lost[place, chosen[column]])
                    sketch.text(side[0], top + _ROW * (place + 0.5), fall, side[1], size=14)
    for place, (title, score) in enumerate(zip(titles, scores, strict=True)):
        y = top + _ROW * (place + 0.5)
        sketch.text(28, y, str(place + 1), "end")
        sketch.text(38, y, _name(title, 27), colour=ACCENT if place == lit else INK, bold=place == lit)
        if names:
            sketch.text(_LEFT - 24, y, f"{score:.3f}", "end")
    if names:
        sketch.text(_LEFT - 24, top - 18, "score", "end", bold=True)
    if beyond and names:
        y = top + _ROW * len(titles) + 18
        size = 10.0 ** np.floor(np.log10(max(0.75 * widest, 1e-9)))
        unit = max(times * size for times in (1, 2, 5) if times * size <= max(0.75 * widest, size))
        right, left = _LEFT - 24, _LEFT - 24 - scale * unit
        for ends in (((left, y), (right, y)), *(((x, y - 5), (x, y + 5)) for x in (left, right))):  # a ruler
            sketch.line(list(ends), INK, 1)
        sketch.text(left - 8, y, f"{unit:g}", "end", size=14)
        sketch.rect(_LEFT, y - 7, 14, 14, FILM)
        sketch.text(_LEFT + 20, y, "more than it gives this list on average", size=14)
        sketch.rect(_LEFT + 330, y - 7, 14, 14, MUTED)
        sketch.text(_LEFT + 350, y, "less than that", size=14)
        if lost is not None:
            sketch.text(_LEFT, y + 22, "▼ places the film falls without the rave, ▲ places it rises", size=14)
    return sketch


def beyond_average(shares: np.ndarray) -> np.ndarray:
    """What each rave brings to each film beyond its mean over the films listed: `(n titles, n raves)`."""
    return shares - shares.mean(axis=0, keepdims=True) if len(shares) else shares


def plot_shares(titles: Sequence[str], scores: Sequence[float], raves: Sequence[str], shares: np.ndarray) -> Plot:
    """The whole receipts of a list; see `plot_receipts`."""
    figure = plot_receipts(titles, scores, raves, shares).figure
    part = shares / np.asarray(scores)[:, None]
    film, rave = divmod(int(part.argmin()), part.shape[1])
    if len(raves) == 1:
        return Plot(figure, f"There is one rave, so it brings all of every score, from {min(scores):.3f} up.")
    return Plot(
        figure,
        f"An even split would be {1 / len(raves):.0%} each. The smallest part of all is the {part.min():.0%} that "
        f"{_name(raves[rave], 60)} brings to {_name(titles[film], 60)}, and the largest is {part.max():.0%}.",
    )


def plot_beyond(titles: Sequence[str], scores: Sequence[float], raves: Sequence[str], shares: np.ndarray,
                lit: int | None = None) -> Plot:  # fmt: skip
    """The receipts of a list, each rave against its own average over the list; see `plot_receipts`."""
    bars = beyond_average(shares)
    (film, rave), (last, other) = (divmod(int(place), bars.shape[1]) for place in (bars.argmax(), bars.argmin()))
    return Plot(
        plot_receipts(titles, scores, raves, shares, True, lit).figure,
        f"{_name(raves[rave], 60)} speaks up most for {_name(titles[film], 60)}, with {bars.max():.3f} more than it "
        f"gives the {count(len(titles))} films on average, and {_name(raves[other], 60)} least for "
        f"{_name(titles[last], 60)}, with {-bars.min():.3f} less.",
    )


@styled
def plot_falls(falls: pd.DataFrame, plain: str, better: str) -> Plot:
    """How many places a film falls without the rave that a rule names: a bar per rule, with its interval over guests.

    Args:
        falls: one row per guest, one column per rule, top first.
        plain, better: the two rules that the caption compares.
    """
    ax = new_axes(9, 0.55 * falls.shape[1] + 1.2)
    height = np.arange(falls.shape[1])
    means, sides = _interval(falls.to_numpy())
    colours = [FILM if rule == better else MUTED for rule in falls]
    ax.barh(height, means, xerr=sides, height=0.6, color=colours, ecolor=INK, capsize=3)
    for y, mean, side in zip(height, means, sides, strict=True):
        ax.annotate(f"{mean:.2f}", (mean + side, y), (8, 0), textcoords="offset points", va="center")
    ax.set_yticks(height, falls.columns)
    ax.set(ylim=(len(height) - 0.5, -0.5), xlim=(0, 1.15 * float((means + sides).max())),
           xlabel="places that a listed film falls when the named rave is taken back")  # fmt: skip
    told, (mean, side) = dict(zip(falls, means, strict=True)), _interval((falls[better] - falls[plain]).to_numpy())
    return Plot(
        cast(Figure, ax.figure),
        f"Without the rave with {plain} a film falls {told[plain]:.2f} places, and without the one with {better} "
        f"{told[better]:.2f}. Over {len(falls)} guests the interval of the difference runs from {mean - side:.2f} to "
        f"{mean + side:.2f}.",
    )


@styled
def plot_halves(titles: Sequence[str], shares: np.ndarray, possessive: str) -> Plot:
    """The scores of a list, each as what the own tag and what all raves together bring.

    Args:
        titles: best first.
        shares: `(n titles, 1 + n raves)`, that of the own tag first.
        possessive: whose own tag it is, "the writer's".
    """
    ax = new_axes(9, 0.36 * len(titles) + 1.3)
    height, own, raves = np.arange(len(titles)), shares[:, 0], shares[:, 1:].sum(axis=1)
    ax.barh(height, own, height=0.7, color=PALETTE[4], label="own tag")
    ax.barh(height, raves, left=own, height=0.7, color=FILM, label="all raves together")
    ax.set_yticks(height, [_name(title, 32) for title in titles])
    ax.set(ylim=(len(titles) - 0.5, -0.6), xlim=(0, 1), xlabel="score")
    ax.legend(loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=2)
    part = own / (own + raves)
    caption = f"Between {part.min():.0%} and {part.max():.0%} of each score is {possessive} own tag."
    return Plot(cast(Figure, ax.figure), caption)


@styled
def plot_either_half(
    kept: Mapping[str, Mapping[str, float]], ndcg: Mapping[str, Mapping[str, float]], without: str
) -> Plot:
    """How much of a list stays when only one half of each tag is used, for two models.

    Args:
        kept: by model and half, how many of the ten films stay, mean over guests.
        ndcg: NDCG@10 by model and half, and first that of the whole.
        without: the half that the caption is about.
    """
    rows = [(model, half) for model in kept for half in kept[model]]
    ax = new_axes(9, 0.5 * len(rows) + 1.0)
    height = np.arange(len(rows))
    ax.barh(height, [10] * len(rows), height=0.6, color="#eeeeee")
    colours = [FILM if half == without else PALETTE[4] for _, half in rows]
    ax.barh(height, [kept[model][half] for model, half in rows], height=0.6, color=colours)
    for y, (model, half) in enumerate(rows):
        whole = next(iter(ndcg[model].values()))
        words = f"{kept[model][half]:.1f} of ten, NDCG@10 {whole:.3f} → {ndcg[model][half]:.3f}"
        ax.annotate(words, (10, y), (8, 0), textcoords="offset points", va="center")
    ax.set_yticks(height, [f"{model}: {half}" for model, half in rows])
    ax.set(ylim=(len(rows) - 0.5, -0.5), xlim=(0, 18.5), xlabel="films of the list that stay, mean over guests")
    ax.set_xticks(range(0, 11, 2))
    told = [
        f"{kept[model][without]:.1f} of the ten films stay for the model that {model}, and NDCG@10 goes from "
        f"{next(iter(ndcg[model].values())):.3f} to {ndcg[model][without]:.3f}"
        for model in kept
    ]
    return Plot(cast(Figure, ax.figure), f"With {without} {'. With them '.join(told)}.")


@styled
def plot_newcomers(results: pd.DataFrame, curves: Mapping[str, str], folded: str, charts: str) -> Plot:
    """recall@20 over the number of raves shown: the mean over seeds, and a thin line from lowest to highest.

    Args:
        results: columns `model, seed, shown, recall@20`; `shown` in the order of the axis.
        curves: the models to draw and how each is called at its right end.
        folded, charts: the two models that the caption compares.
    """
    ax = new_axes(9, 4.2)
    runs = results.pivot_table(index=["seed", "shown"], columns="model", values="recall@20", sort=False)
    shown = list(dict.fromkeys(results["shown"]))
    ends = {}
    kinds = zip(curves, "so^Dv", (ACCENT, GUEST, PALETTE[4], PALETTE[6], MUTED), strict=False)
    for place, (model, marker, colour) in enumerate(kinds):
        by_seed = runs[model].unstack("shown")[shown]
        x = np.arange(len(shown)) + 0.07 * (place - (len(curves) - 1) / 2)  # beside each other, not on each other
        ax.plot(x, by_seed.mean(), f"{marker}-", color=colour, markersize=6)
        ax.vlines(x, by_seed.min(), by_seed.max(), color=colour, linewidth=1, alpha=0.6)
        ends[model] = float(by_seed.mean().iloc[-1]), colour
    height = -1.0
    for model, (end, colour) in sorted(ends.items(), key=lambda item: item[1][0]):  # names that would touch move up
        height = max(end, height + 0.02)
        ax.annotate(curves[model], (len(shown) - 0.75, height), color=colour, va="center", annotation_clip=False)
    ax.set_xticks(range(len(shown)), [str(n) for n in shown])
    ax.set(xlabel="raves that a newcomer has shown", ylabel="recall@20", xlim=(-0.3, len(shown) + 2.4), ylim=(0, None))
    ahead = (runs[folded] > runs[charts]).groupby("shown", sort=False).all()
    behind = (runs[folded] < runs[charts]).groupby("shown", sort=False).all()
    first, lost = str(ahead.idxmax()), [n for n in shown if behind[n]]
    alone = f", and with {' or '.join(map(_in_words, lost))} it finds less on each" if lost else ""
    n_seeds = count(runs.index.unique("seed").size)
    return Plot(
        cast(Figure, ax.figure),
        f"From {_in_words(first)} raves on, folding in finds more than {curves[charts]} on each of {n_seeds} seeds"
        f"{alone}.",
    )


@styled
def plot_damped(table: pd.DataFrame) -> Plot:
    """The price of damping fame: NDCG@10 over the share of the catalogue that stands in somebody's top ten.

    Args:
        table: index the strength, columns `coverage, ndcg`; the first row is undamped.
    """
    ax = new_axes(9, 3.6)
    ax.plot(100 * table["coverage"], table["ndcg"], "o-", color=GUEST)
    for strength, (coverage, ndcg) in table[["coverage", "ndcg"]].iterrows():
        words = f"strength {strength:g}" if strength == table.index[0] else f"{strength:g}"
        ax.annotate(words, (100 * coverage, ndcg), (6, 6), textcoords="offset points")
    ax.set(xlabel="% of the films that stand in somebody's top ten (coverage@10)", ylabel="NDCG@10",
           ylim=(0, 1.2 * table["ndcg"].max()))  # fmt: skip
    ax.margins(x=0.12)
    first, last = table.iloc[0], table.iloc[-1]
    return Plot(
        cast(Figure, ax.figure),
        f"Strength {table.index[-1]:g} takes the films that anybody is shown from {first['coverage']:.0%} to "
        f"{last['coverage']:.0%} of all, and NDCG@10 from {first['ndcg']:.2f} to {last['ndcg']:.2f}.",
    )


def _fall(places: float) -> str:
    """How a fall by so many places is written."""
    return f"{'▼' if places > 0 else '▲'}{abs(places):g}" if places else ""


def _columns(raves: Sequence[str], bars: np.ndarray, together: bool) -> tuple[list[str], np.ndarray, np.ndarray]:
    """The columns of `plot_receipts`: names, bars, and which raves have a column of their own.

    Of the others, if there are any, the last column holds the sum or the mean.
    """
    if len(raves) <= N_COLUMNS + 1:
        return list(raves), bars, np.arange(len(raves))
    there = np.flatnonzero(np.isfinite(bars).all(axis=0))
    chosen = np.sort(there[np.argsort(-bars[:, there].std(axis=0), kind="stable")[:N_COLUMNS]])
    others = np.setdiff1d(there, chosen)
    names = [raves[place] for place in chosen]
    if not len(others):
        return names, bars[:, chosen], chosen
    last = bars[:, others].sum(axis=1) if together else bars[:, others].mean(axis=1)
    name = f"{len(others)} others{' together' if together else ', on average'}"
    return [*names, name], np.column_stack([bars[:, chosen], last]), chosen


def _interval(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The mean over rows, and half of its interval at 95 %."""
    return values.mean(axis=0), 1.96 * values.std(axis=0, ddof=1) / np.sqrt(len(values))


def _in_words(shown: str) -> str:
    """A number of raves for a sentence; "all" stays."""
    return count(int(shown)) if shown.isdigit() else shown


def _heading(name: str, letters: int) -> list[str]:
    """A name in at most three lines of so many letters."""
    lines = textwrap.wrap(_name(name, 60), letters)
    return lines if len(lines) <= 3 else [*lines[:2], shorten(f"{lines[2]}…", letters)]


def _name(title: str, length: int) -> str:
    """A title without its year and with its article in front, at most `length` characters."""
    name = title.split(" (")[0]
    for article in ("The", "A", "An"):
        if name.endswith(f", {article}"):
            name = f"{article} {name.removesuffix(f', {article}')}"
    return shorten(name, length)
