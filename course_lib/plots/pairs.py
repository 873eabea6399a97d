"""Pictures of notebook 05: pairs of a raved and a random film, what they teach, and what was learnt."""

import math
from collections.abc import Mapping, Sequence
from typing import cast

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from course_lib.plots.colours import ACCENT, FILM, FILM_MARKER, GUEST, INK, MUTED
from course_lib.plots.sketch import Plane, Sketch
from course_lib.plots.style import Plot, new_axes, new_grid, styled
from course_lib.plots.text import shorten

_LIMIT = 6.0  # half the width of an axis of margins
_REACH = 1.75  # half the height of the plane of tags
_PULL = 0.5  # how long a pull is drawn


@styled
def plot_margins(margins: Mapping[str, Sequence[float]], pair: tuple[str, str], place: int) -> Plot:
    """One mark per pair over its margin, one row per group of pairs; a line where the two films are level.

    Pairs are diamonds, neither guest nor film: where the order is right they are filled and in the row's upper half,
    where it's wrong open, red and in the lower, so that both can be told apart close to zero.

    Args:
        margins: raved minus random score of each pair, by the name of the group; the last group is the news.
        pair: titles of the raved and of the random film of one pair.
        place: of this pair in every group that is long enough to hold it, but for the last of three.
    """
    ax = new_axes(9.0, 1.0 + 0.85 * len(margins))
    ax.axvline(0, color=MUTED, linewidth=1.5, linestyle=":")
    raved, random = (shorten(title, 28) for title in pair)
    for row, values in enumerate(margins.values()):
        dots, height = np.asarray(values, dtype=float), -float(row)
        right = dots > 0
        up = height + np.where(right, 1, -1) * (0.05 + 0.16 * (np.arange(len(dots)) * 0.618 % 1))
        for chosen, colour, fill, order in ((right, INK, INK, "right order"), (~right, ACCENT, "white", "wrong order")):
            ax.plot(dots[chosen], up[chosen], "D", color=colour, markerfacecolor=fill, markersize=6, alpha=0.7,
                    linewidth=0, label=None if row else order)  # fmt: skip
        if row < 2:
            rim = INK if dots[place] > 0 else ACCENT
            ax.plot(dots[place], up[place], "D", color=rim, markerfacecolor="none", markersize=14, mew=2, zorder=5)
        if row == len(list(margins)[:2]) - 1:
            ax.text(dots[place], height + 0.36, f"{raved} against {random}", va="center",
                    ha="right" if dots[place] > 0.4 * dots.max() else "left", parse_math=False)  # fmt: skip
    ax.set_yticks([-float(row) for row in range(len(margins))], list(margins))
    ax.set(xlabel="margin: score of the raved film minus score of the random film")
    ax.set_ylim(-len(margins) + 0.55, 0.62)
    ax.legend(loc="lower right", ncols=2, bbox_to_anchor=(1, 0.98), handletextpad=0.2)
    return Plot(cast(Figure, ax.figure), _told(margins, raved, random, place))


def _told(margins: Mapping[str, Sequence[float]], raved: str, random: str, place: int) -> str:
    def order(values: Sequence[float]) -> str:
        return f"{int((np.asarray(values) > 0).sum())} of {len(values)}"

    first, *later = ([float(value) for value in values] for values in margins.values())
    if not later:
        return (
            f"{raved} or {random}? The margin is {first[place]:+.4f}. {order(first)} pairs are in the right order, but "
            f"no margin is further from zero than {math.ceil(1000 * max(map(abs, first))) / 1000:.3f}."
        )
    told = (
        f"{raved} now leads {random} by {later[0][place]:.1f}, and {order(later[0])} pairs are in the right order; "
        f"before training it was {order(first)}."
    )
    if len(later) > 1:
        told += f" Of the hidden raves, which no step pulled for this guest, {order(later[1])} lead their random film."
    return told


@styled
def plot_order_and_error(scores: Mapping[str, Sequence[float]], raved: Sequence[bool]) -> Plot:
    """Two matchmakers' scores of the same films, a row each: which comes closer to 1 and 0, and which ranks right.

    Args:
        scores: two matchmakers by name.
        raved: which of the films the guest raved about.
    """
    ax, is_raved = new_axes(8.0, 2.6), np.asarray(raved)
    error, wrong = {}, {}
    for row, (name, values) in enumerate(scores.items()):
        score = np.asarray(values, dtype=float)
        error[name] = float(((score - is_raved) ** 2).mean())
        wrong[name] = int((score[is_raved, None] <= score[~is_raved]).sum())
        for group, colour, fill, label in (
            (is_raved, FILM, FILM, "raved film"),
            (~is_raved, MUTED, "white", "random film"),
        ):
            ax.plot(score[group], np.full(group.sum(), -row), FILM_MARKER, color=colour, markerfacecolor=fill,
                    markersize=13, markeredgewidth=2, linewidth=0, label=None if row else label)  # fmt: skip
        for high, low in ((high, low) for high in score[~is_raved] for low in score[is_raved] if high >= low):
            ax.plot([low, high], [-row - 0.27] * 2, color=ACCENT, linewidth=2)
            ax.annotate(
                "wrong order", (high, -row - 0.27), (6, 0), textcoords="offset points", va="center", color=ACCENT
            )
        ax.annotate(f"mean squared error {error[name]:.2f}", (1.08, -row), va="center", annotation_clip=False)
    ax.set_yticks([0, -1], [f"matchmaker {name}" for name in scores])
    ax.set(xlabel="score", xlim=(-0.05, 1.05), ylim=(-1.5, 0.5))
    ax.set_xticks(np.linspace(0, 1, 6))
    ax.legend(loc="lower right", ncols=2, bbox_to_anchor=(1, 0.98))
    far, near = sorted(error, key=lambda name: -error[name])
    pairs = int(is_raved.sum() * (~is_raved).sum())
    return Plot(
        cast(Figure, ax.figure),
        f"{near} comes closer to the numbers 1 and 0, with a mean squared error of {error[near]:.2f} "
        f"against {error[far]:.2f}, but it gets {wrong[near]} of {pairs} pairs wrong and {far} gets "
        f"{wrong[far] or 'none'} wrong.",
    )


@styled
def plot_loss_and_push(near: float, far: float) -> Plot:
    """The BPR loss over the margin, and beside it the push, its slope; two leads are marked on both."""
    left, right = new_grid(9.5, 3.6)
    x, leads = np.linspace(-_LIMIT, _LIMIT, 241), np.array([near, far])
    for ax, curve, label in (
        (left, lambda m: np.logaddexp(0, -m), "loss of the pair"),
        (right, lambda m: 1 / (1 + np.exp(m)), "push (how steep the loss is)"),
    ):
        _margin_axis(ax)
        ax.plot(x, curve(x), color=GUEST, linewidth=2.5)
        ax.plot(leads, curve(leads), "o", color=INK, markersize=9, zorder=4)
        for lead in leads:
            ax.annotate(f"{curve(lead):.2g}", (lead, curve(lead)), (4, 9), textcoords="offset points")
        ax.set(ylabel=label, ylim=(-0.06 * curve(-_LIMIT), 1.08 * curve(-_LIMIT)))
    low, high = 1 / (1 + np.exp(far)), 1 / (1 + np.exp(near))
    return Plot(
        cast(Figure, left.figure),
        f"A lead of {near:g} still pushes with {high:.2f}, and a lead of {far:g} with {low:.3f}, which is "
        f"{high / low:.0f} times less.",
    )


def _margin_axis(ax: Axes) -> None:
    ax.axvline(0, color=MUTED, linewidth=1, linestyle=":")
    ax.set(xlabel="margin", xlim=(-_LIMIT, 1.1 * _LIMIT))


def plot_pull(
    names: Sequence[str], path: Sequence[np.ndarray], pulls: np.ndarray, margin: float, loss: float, push: float
) -> Sketch:
    """Three tags in the plane, where they came from and what pulls at them; beside it the loss at their margin.

    Args:
        names: of the guest, the raved and the random film.
        path: their tags, `(3, 2)`, at the start and after each step so far; the last are where they are now.
        pulls: `(3, 2)`, minus the gradient of the loss: where the next step takes them, whatever its size.
        margin, loss, push: of the pair now; minus the push is the slope of the loss.
    """
    sketch, tags = Sketch(860, 380), path[-1]
    width = _REACH * 500 / 320
    plane = Plane(20, 44, 500, 320, (-width, width), (-_REACH, _REACH))
    sketch.text(20, 20, "three tags, and what pulls at them", bold=True)
    sketch.line([plane.at(-width, 0), plane.at(width, 0)], "#cccccc")
    sketch.line([plane.at(0, -_REACH), plane.at(0, _REACH)], "#cccccc")
    guest = tags[0] / max(float(np.linalg.norm(tags[0])), 1e-9)
    sketch.line([plane.at(*(reach * guest)) for reach in (-_REACH, _REACH)], GUEST, 1, "6 5")  # a score is read on it
    colours = GUEST, FILM, MUTED
    feet = [plane.at(*(float(tag @ guest) * guest)) for tag in tags[1:]]
    for tag, foot in zip(tags[1:], feet, strict=True):
        sketch.line([plane.at(*tag), foot], INK, 1, "2 4")
    order = GUEST if margin > 0 else ACCENT  # red where the random film is ahead
    sketch.line(feet, order, 7)
    for which, colour in enumerate(colours):
        trail = [plane.at(*then[which]) for then in path]
        sketch.line(trail if len(trail) > 1 else trail * 2, colour, 2)
        for dot in trail[:-1]:
            sketch.circle(*dot, 3, colour)
    for which, (colour, name) in enumerate(zip(colours, names, strict=True)):
        x, y = plane.at(*tags[which])
        tip = plane.at(*(tags[which] + _PULL * pulls[which]))
        _slanted(sketch, (x, y), tip)
        up = -1 if which == 1 else 1  # the rave's name stands above its mark, beyond an arrow that points there
        away = max(28.0, up * (tip[1] - y) + 20)
        if which:
            sketch.rect(x - 9, y - 9, 18, 18, colour, INK)
        else:
            sketch.circle(x, y, 10, colour, INK)
        beside = (x, y + up * away, shorten(name, 24), "middle") if which else (x + 18, y, name, "start")
        sketch.text(*beside, bold=True)
    state = "leads" if margin > 0 else "trails"
    told = f"thick length × tag length = how far the rave {state}, {abs(margin):.2f}"
    sketch.text(20, 368, told, colour=order)
    sketch.text(560, 20, f"loss {loss:.2f}, push {push:.2f}", bold=True)
    losses = Plane(600, 70, 235, 236, (-5.0, 7.0), (0.0, 5.2))
    sketch.axes(losses, "margin", "loss of the pair")
    sketch.line([losses.at(0, 0), losses.at(0, 5.2)], MUTED, 1, "3 4")
    sketch.line([losses.at(x, np.logaddexp(0, -x)) for x in np.linspace(-5, 7, 49)], GUEST, 3)
    sketch.line([losses.at(margin + way, max(loss - way * push, 0)) for way in (-1.0, 1.0)], INK, 3)
    sketch.circle(*losses.at(margin, loss), 7, order)
    return sketch


def _slanted(sketch: Sketch, tail: tuple[float, float], head: tuple[float, float]) -> None:
    """An arrow in any direction, whose head is never longer than itself."""
    way = np.subtract(head, tail)
    length = float(np.linalg.norm(way))
    if length < 1:
        return
    along, tip = way / length, min(12.0, length)
    neck, across = np.asarray(head) - tip * along, np.array([-along[1], along[0]]) * tip / 2
    sketch.line([tail, (float(neck[0]), float(neck[1]))], INK, 4)
    corners = (neck + across, neck - across, np.asarray(head))
    sketch.polygon([(float(x), float(y)) for x, y in corners], INK)


@styled
def plot_pushes(before: Sequence[float], after: Sequence[float]) -> Plot:
    """How the pairs spread over the push, 0 to 1, before and after training: two outlines, as shares of the pairs."""
    ax, bins = new_axes(8.0, 3.4), np.linspace(0, 1, 26)
    styles = {"before training": (before, INK, "--"), "after training": (after, GUEST, "-")}
    for name, (push, colour, line) in styles.items():
        share, _ = np.histogram(push, bins)
        share = share / len(push)
        ax.stairs(share, bins, color=colour, linewidth=2.5, linestyle=line)
        top = int(share.argmax())
        ax.annotate(name, (bins[top + 1], share[top]), (6, -4), textcoords="offset points", va="top", color=colour)
    ax.set(xlabel="push of a pair (0.5 is a coin toss)", ylabel="share of the pairs", xlim=(0, 1), ylim=(0, None))
    ax.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
    hardest = np.sort(np.asarray(after))[::-1]
    share = hardest[: len(hardest) // 10].sum() / hardest.sum()
    return Plot(
        cast(Figure, ax.figure),
        f"The median pair pushed with {np.median(before):.2f} before training and pushes with {np.median(after):.3f} "
        f"after it. The hardest tenth of the pairs now holds {share:.0%} of all push.",
    )


@styled
def plot_random_films(hidden: float, rated: float) -> Plot:
    """One hundred random films as squares: hidden raves, films rated 1 to 3, films that were never rated.

    Args:
        hidden, rated: the shares of the first two, 0 to 1.
    """
    ax, per_row = new_axes(8.5, 2.6), 20
    n_hidden, n_rated = round(100 * hidden), round(100 * rated)
    kinds = (("a rave that we hid", n_hidden, FILM, FILM), ("rated 1 to 3", n_rated, INK, INK),
             ("never rated", 100 - n_hidden - n_rated, MUTED, "white"))  # fmt: skip
    start = 0
    for name, count, rim, fill in kinds:
        place = np.arange(start, start + count)
        ax.plot(place % per_row, -(place // per_row), FILM_MARKER, color=rim, markerfacecolor=fill, markersize=14,
                markeredgewidth=1.5, linewidth=0, label=f"{name}: {count}")  # fmt: skip
        start += count
    ax.set(xlim=(-0.8, per_row - 0.2), ylim=(-4.7, 0.7), aspect="equal")
    ax.axis("off")
    ax.legend(loc="lower center", ncols=3, bbox_to_anchor=(0.5, 1.0), handletextpad=0.2)
    return Plot(
        cast(Figure, ax.figure),
        f"Of 100 random films {100 * hidden:.1f} are raves that we hid and {100 * rated:.1f} got one to three stars. "
        f"The other {100 * (1 - hidden - rated):.1f} were never rated.",
    )


@styled
def plot_pair_of_models(
    results: pd.DataFrame, differences: pd.DataFrame, first: str, second: str, others: Sequence[str]
) -> Plot:
    """NDCG@10 of two models and of others to compare with, a dot per split, and beside it how the two differ.

    Args:
        results: a table with `model, split_seed, ndcg@10`.
        differences: a table with `first, second, difference, low, high`: first minus second, with its 95 % interval.
        others: the last of them is what both are to leave behind.
    """
    table = results.pivot(index="split_seed", columns="model", values="ndcg@10")
    row = differences[(differences["first"] == first) & (differences["second"] == second)].iloc[0]
    (left, right), models = new_grid(10.5, 3.4), (first, second, *others)
    means = table[list(models)].mean()
    for place, model in enumerate(models):
        values, colour = table[model].dropna(), GUEST if model == first else INK
        left.plot(values, -place + _spread(len(values)), "o", color=colour, markersize=5, alpha=0.6)
        left.plot([means[model]] * 2, [-place - 0.3, -place + 0.3], color=INK, linewidth=2)
        left.annotate(f"{means[model]:.3f}", (values.max(), -place), (9, 0), textcoords="offset points", va="center")
    left.set_yticks([-float(place) for place in range(len(models))], models)
    left.set(xlabel="NDCG@10, a dot for each split", ylim=(0.5 - len(models), 0.5))
    left.set_xlim(0, 1.22 * float(table[list(models)].max().max()))
    ahead = (table[first] - table[second]).dropna()
    right.axvline(0, color=MUTED, linewidth=1.5, linestyle=":")
    right.plot(ahead, 0.6 + _spread(len(ahead)), "o", color=GUEST, markersize=6, alpha=0.6)
    right.plot([row["low"], row["high"]], [0, 0], color=INK, linewidth=3)
    right.plot(row["difference"], 0, "o", color=INK, markersize=9)
    right.set_yticks([0.6, 0], ["per split", "mean, 95 %"])
    right.set(xlabel=f"{first}\nminus {second}", ylim=(-0.5, 1.1))
    certain = row["low"] > 0 or row["high"] < 0
    verdict = "leaves out zero, so the two do differ" if certain else "holds zero, so nobody can say which is better"
    *middle, last = others
    rest = f" {middle[0]} comes to {means[middle[0]]:.3f}, and {last} to {means[last]:.3f}." if middle else ""
    return Plot(
        cast(Figure, left.figure),
        f"{first} is ahead of {second} on {int((ahead > 0).sum())} of {len(ahead)} splits. The mean difference is "
        f"{row['difference']:+.3f}, and its interval, {row['low']:+.3f} to {row['high']:+.3f}, {verdict}.{rest}",
    )


def _spread(n: int) -> np.ndarray:
    """Small heights that keep `n` dots apart."""
    return 0.22 * (np.arange(n) * 0.618 % 1 - 0.5)


@styled
def plot_slopes(x: np.ndarray, slopes: Mapping[str, np.ndarray], at: float) -> Plot:
    """The slope of several forms of one loss over the margin; where a slope is no number, its line ends.

    Args:
        x: the margins.
        slopes: by the name of the form, one slope per margin; the last form is the safe one.
        at: the margin that the caption looks at.
    """
    ax, styles = new_axes(9.0, 3.2), (("o", ACCENT, "--"), ("s", INK, ":"), ("D", GUEST, "-"))
    for (name, slope), (marker, colour, dash), wide in zip(slopes.items(), styles, (2.5, 2.5, 6), strict=True):
        zorder = 1 if marker == "D" else 3
        ax.plot(x, slope, color=colour, linestyle=dash, linewidth=wide, label=name, zorder=zorder)
        here = np.isfinite(slope)
        if not here.all():
            ax.plot(x[here][0], slope[here][0], "X", color=colour, markersize=12, zorder=4)
            ax.annotate("no number from here on down", (x[here][0], slope[here][0]), (0, 14), ha="center",
                        textcoords="offset points", color=colour)  # fmt: skip
    ax.set(xlabel="margin", ylabel="slope of the loss", ylim=(-1.15, 0.15))
    ax.legend(loc="lower left", ncols=3, bbox_to_anchor=(0, 1.0))
    place = int(np.abs(x - at).argmin())
    value = [f"{slopes[name][place]:.3f}".replace("-0.000", "0.000").replace("-", "−") for name in slopes]
    broken, patched, safe = slopes
    far = f"{x[place]:.0f}".replace("-", "−")
    return Plot(
        cast(Figure, ax.figure),
        f"A pair at {far} is badly wrong, so its slope should be close to −1. With {safe} it's {value[2]}, with "
        f"{patched} it's {value[1]}, and with {broken} it's {'no number' if value[0] == 'nan' else value[0]}.",
    )


@styled
def plot_leak(fair: Sequence[float], leaky: Sequence[float]) -> Plot:
    """NDCG@10 with a fair sampler and with one that knows the test, a line for each split.

    Args:
        fair, leaky: one value per split, in the same order.
    """
    ax, pairs = new_axes(8.0, 2.6), np.array([fair, leaky])
    for row, (low, high) in enumerate(pairs.T):
        ax.plot([low, high], [-row, -row], color=MUTED, linewidth=2, zorder=1)
        for value, colour, name in ((low, GUEST, "drawn fairly"), (high, ACCENT, "spares hidden raves")):
            ax.plot(value, -row, "o" if colour == GUEST else "X", color=colour, markersize=10, linewidth=0,
                    label=None if row else name)  # fmt: skip
    ax.set_yticks([-float(row) for row in range(len(pairs.T))], [f"split {row}" for row in range(len(pairs.T))])
    ax.set(xlabel="NDCG@10", ylim=(0.5 - len(pairs.T), 0.5))
    ax.legend(loc="lower left", ncols=2, bbox_to_anchor=(0, 1.0))
    gain = pairs[1] - pairs[0]
    return Plot(
        cast(Figure, ax.figure),
        f"Both samplers met the same split each time, and the one that knows the test looks better on "
        f"{int((gain > 0).sum())} of {len(gain)}, by {gain.min():.4f} to {gain.max():.4f}.",
    )
