"""Pictures of gossip: the flow of the course, a party to see whole, loudness, losses (notebooks 01 and 04)."""

import textwrap
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch
from matplotlib.ticker import MaxNLocator, StrMethodFormatter

from course_lib.interactions import Interactions
from course_lib.plots.style import ACCENT, FILM, FILM_MARKER, GUEST, GUEST_MARKER, MUTED, PALETTE, new_axes

RULE_LINES = {"none": ("o", ":"), "row mean": ("s", "--"), "symmetric": ("D", "-")}  # marker and dash per rule


def plot_flow(boxes: Mapping[str, str], ax: Axes | None = None) -> Axes:
    """Boxes from left to right, joined by arrows: name on top, what comes out of it below.

    Args:
        boxes: name to caption, in order; captions are broken at spaces.
    """
    if ax is None:
        ax = new_axes(10, 1.8)
    step, width = 1.0, 0.82
    for place, (name, caption) in enumerate(boxes.items()):
        left = place * step
        box = FancyBboxPatch((left, 0), width, 1, boxstyle="round,pad=0,rounding_size=0.06", fc="#eef4fb", ec=GUEST)
        ax.add_patch(box)
        ax.text(left + width / 2, 0.82, name, ha="center", va="center", weight="bold")
        ax.text(left + width / 2, 0.4, textwrap.fill(caption, 17), ha="center", va="center", size=10)
        if place:
            ax.annotate(
                "",
                (left, 0.5),
                (left - step + width, 0.5),
                arrowprops={"arrowstyle": "-|>", "color": "#444444", "lw": 1.8},
            )
    ax.set(xlim=(-0.03, len(boxes) * step - step + width + 0.03), ylim=(-0.06, 1.06))
    ax.axis("off")
    return ax


def plot_party(
    interactions: Interactions,
    guests: Sequence[str],
    films: Sequence[str],
    colours: Sequence[str | None] | None = None,
    labels: Sequence[str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """A small bipartite graph: guests as circles on top, films as squares below, a line for each rave.

    Args:
        guests, films: their names.
        colours: one per node, guests first; None leaves a node empty, with a dashed rim. Without colours guests and
            films have the course's two.
        labels: a short text in each node, guests first.
    """
    if ax is None:
        ax = new_axes(6, 3)
    n_users, n_items = interactions.n_users, interactions.n_items
    wide = max(n_users, n_items)
    x = [wide * (u + 0.5) / n_users for u in range(n_users)] + [wide * (i + 0.5) / n_items for i in range(n_items)]
    y = [1.0] * n_users + [0.0] * n_items
    colours = colours if colours is not None else [GUEST] * n_users + [FILM] * n_items
    for user, item in zip(interactions.user.tolist(), interactions.item.tolist(), strict=True):
        ax.plot([x[user], x[n_users + item]], [1, 0], color=MUTED, linewidth=1.2, zorder=1)
    for node, name in enumerate([*guests, *films]):
        is_guest, colour = node < n_users, colours[node]
        ax.scatter(
            x[node], y[node], s=520, marker=GUEST_MARKER if is_guest else FILM_MARKER, zorder=2,
            facecolor=colour or "white", edgecolor="#333333", linestyle="-" if colour else (0, (3, 2)),
        )  # fmt: skip
        ax.text(x[node], 1.27 if is_guest else -0.27, name, ha="center", va="bottom" if is_guest else "top", size=11)
        if labels is not None:
            ax.text(x[node], y[node], labels[node], ha="center", va="center", size=10, zorder=3)
    ax.set(xlim=(-0.1, wide + 0.1), ylim=(-0.75, 1.75))
    ax.axis("off")
    return ax


def plot_loudest(titles: Sequence[str], amount: Sequence[float], raved: Sequence[bool], ax: Axes | None = None) -> Axes:
    """How much of each film has reached one guest: a bar per film, loudest on top.

    Args:
        titles, amount, raved: per film; raved films get the film colour and the word "raved", new ones the accent.
    """
    if ax is None:
        ax = new_axes(8, 4)
    place = np.arange(len(titles))
    bars = ax.barh(place, amount, color=[FILM if mine else ACCENT for mine in raved])
    for bar, mine in zip(bars, raved, strict=True):
        bar.set_hatch("" if mine else "//")
        bar.set_edgecolor("white")
    # As many characters as fit beside the bars.
    short = [textwrap.shorten(title, 38, placeholder=" …") for title in titles]
    ax.set_yticks(place, [f"{t}, {'raved' if mine else 'new'}" for t, mine in zip(short, raved, strict=True)], size=10)
    ax.set_ylim(max(len(titles), 10) - 0.4, -0.6)
    ax.set_xlim(left=0)
    ax.set_xlabel("number of the film on the guest's tag")
    ax.ticklabel_format(axis="x", style="sci", scilimits=(-3, 4), useMathText=True)
    ax.xaxis.set_major_locator(MaxNLocator(5))
    return ax


def plot_by_rounds(values: Mapping[str, Mapping[int, float]], label: str, ax: Axes | None = None) -> Axes:
    """One line per loudness rule over rounds of gossip, labelled at its end.

    Args:
        values: rule to {rounds: value}.
        label: of the vertical axis, with its unit.
    """
    if ax is None:
        ax = new_axes(6, 3.6)
    for (rule, line), colour in zip(values.items(), PALETTE, strict=False):
        marker, dash = RULE_LINES[rule]
        rounds, value = list(line), list(line.values())
        ax.plot(rounds, value, color=colour, marker=marker, linestyle=dash)
        ax.annotate(rule, (rounds[-1], value[-1]), (8, 0), textcoords="offset points", va="center", color=colour)
    ax.set(xlabel="rounds of gossip", ylabel=label, ylim=(0, None))
    ax.set_xticks(sorted({r for line in values.values() for r in line}))
    ax.margins(x=0.05)
    ax.set_xlim(right=ax.get_xlim()[1] + 1.1)
    return ax


def plot_row_sums(degree: np.ndarray, row_sum: np.ndarray, is_guest: np.ndarray, ax: Axes | None = None) -> Axes:
    """Row sums of the normalised adjacency against degree, per node, with the line at 1 that an average would keep.

    Args:
        degree: raves of each node, at least 1.
        row_sum: sum of the node's row.
        is_guest: guests are circles, films squares.
    """
    if ax is None:
        ax = new_axes(8, 4)
    for chosen, colour, marker, name in (
        (~is_guest, FILM, FILM_MARKER, "film"),
        (is_guest, GUEST, GUEST_MARKER, "guest"),
    ):
        ax.scatter(degree[chosen], row_sum[chosen], s=14, alpha=0.6, color=colour, marker=marker, label=name, lw=0)
    ax.axhline(1, color="#333333", linewidth=1.2)
    ax.annotate("1: the average of the neighbours", (1, 1), (0, 4), textcoords="offset points", size=11)
    ax.set_xscale("log")
    ax.xaxis.set_major_formatter(StrMethodFormatter("{x:.0f}"))
    ax.set(xlabel="raves of the node (degree, log scale)", ylabel="row sum of Â")
    ax.set_ylim(bottom=0)
    ax.legend(loc="upper left", markerscale=2)
    return ax


def plot_losses(histories: Mapping[str, Sequence[Sequence[float]]], ax: Axes | None = None) -> Axes:
    """Training loss per epoch, one thin line per seed and one colour, marker and dash per model.

    Args:
        histories: two model names, each with its runs; a run is a sequence of losses from epoch 1 on.
    """
    if ax is None:
        ax = new_axes(7, 3.6)
    last = {name: float(np.mean([losses[-1] for losses in runs])) for name, runs in histories.items()}
    n_epochs = max(len(losses) for runs in histories.values() for losses in runs)
    for (name, runs), colour, marker, dash in zip(
        histories.items(), (GUEST, ACCENT), ("o", "s"), ("-", "--"), strict=True
    ):
        for losses in runs:
            ax.plot(range(1, len(losses) + 1), losses, color=colour, marker=marker, linestyle=dash, alpha=0.7)
        # The lines end close together: the upper label goes above its line, the lower one below.
        shift = 7 if last[name] == max(last.values()) else -7
        ax.annotate(name, (n_epochs, last[name]), (10, shift), textcoords="offset points", va="center", color=colour)
    ax.set(xlabel="epoch", ylabel="BPR loss on the training raves")
    ax.set_xticks(range(1, n_epochs + 1))
    ax.set_xlim(right=n_epochs + 0.45 * (n_epochs - 1))
    return ax
