"""Pictures of gossip: the flow of the course, a party to see whole, loudness, losses (notebooks 01 and 04)."""

import textwrap
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch
from matplotlib.ticker import StrMethodFormatter

from course_lib.interactions import Interactions
from course_lib.plots.colours import ACCENT, FILM, FILM_MARKER, GUEST, GUEST_MARKER, MUTED, PALETTE
from course_lib.plots.sketch import Sketch, ink_on
from course_lib.plots.style import Plot, new_axes, styled
from course_lib.plots.text import count

LIT = 7  # width of a walk that is lit; the style sheet of the picture makes it flash
FILM_COLOURS = PALETTE[:5]  # one per film of a small party
RULE_LINES = {"none": ("o", ":"), "row mean": ("s", "--"), "symmetric": ("D", "-")}  # marker and dash per rule


@styled
def plot_flow(boxes: Mapping[str, str], skipped: str = "") -> Plot:
    """Boxes from left to right, joined by arrows: name on top, what comes out of it below.

    Args:
        boxes: name to caption, in order; captions are broken at spaces.
        skipped: the box that was left out this time; it is drawn empty, with a dashed rim.
    """
    ax = new_axes(10, 1.9)
    step, width = 1.0, 0.82
    for place, (name, caption) in enumerate(boxes.items()):
        left, out = place * step, name == skipped
        box = FancyBboxPatch((left, 0), width, 1, boxstyle="round,pad=0,rounding_size=0.06", ec=GUEST,
                             fc="white" if out else "#eef4fb", ls="--" if out else "-", lw=1.5)  # fmt: skip
        ax.add_patch(box)
        ax.text(left + width / 2, 0.82, name, ha="center", va="center", weight="bold")
        ax.text(left + width / 2, 0.4, textwrap.fill(caption, 15), ha="center", va="center", size=12)
        if place:
            arrow = {"arrowstyle": "-|>", "color": "#444444", "lw": 1.8}
            ax.annotate("", (left, 0.5), (left - step + width, 0.5), arrowprops=arrow)
    ax.set(xlim=(-0.03, len(boxes) * step - step + width + 0.03), ylim=(-0.06, 1.06))
    ax.axis("off")
    ends = list(boxes.values())
    without = f", and the one called “{skipped}” was left out" if skipped else ""
    return Plot(ax.figure, f"{count(len(boxes)).capitalize()} steps lead from {ends[0]} to {ends[-1]}{without}.")


@styled
def plot_party(
    interactions: Interactions,
    guests: Sequence[str],
    films: Sequence[str],
    colours: Sequence[str | None] | None = None,
    labels: Sequence[str] | None = None,
    title: str = "",
    *,
    ax: Axes | None = None,
) -> Axes:
    """A small bipartite graph: guests as circles on top, films as squares below, a line for each rave.

    Args:
        guests, films: their names.
        colours: one per node, guests first; None leaves a node empty, with a dashed rim. Without colours guests and
            films have the course's two.
        labels: a short text in each node, guests first.
    """
    ax = ax or new_axes(6, 3)
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
        ax.text(x[node], 1.27 if is_guest else -0.27, name, ha="center", va="bottom" if is_guest else "top", size=12)
        if labels is not None:
            ax.text(x[node], y[node], labels[node], ha="center", va="center", size=12, zorder=3)
    ax.set(xlim=(-0.1, wide + 0.1), ylim=(-0.75, 1.75), title=title)
    ax.axis("off")
    return ax


def plot_loudest(titles: Sequence[str], amount: Sequence[float], raved: Sequence[bool]) -> Sketch:
    """How much of each film has reached one guest: a bar per film, loudest on top.

    Args:
        titles, amount, raved: per film, at most ten; raved films get the film colour, new ones the accent and a hatch.
    """
    sketch, longest = Sketch(860, 350), max(amount, default=1)
    sketch.text(10, 18, "number of the film on the guest's tag", bold=True)
    for row, (title, value, mine) in enumerate(zip(titles, amount, raved, strict=True)):
        y, width = 36 + 31 * row, max(330 * value / longest, 1)
        sketch.text(350, y + 13, textwrap.shorten(title, 34, placeholder=" …"), "end")
        sketch.rect(360, y, width, 26, FILM if mine else ACCENT, hatched=not mine)
        sketch.text(368 + width, y + 13, f"{value:.2g}, {'raved' if mine else 'new'}")
    if not len(titles):
        sketch.text(430, 180, "nothing has arrived yet", "middle")
    return sketch


def plot_message_passing(
    interactions: Interactions,
    guests: Sequence[str],
    films: Sequence[str],
    tags: np.ndarray,
    title: str,
    loudness: np.ndarray | None = None,
    lit: Sequence[Sequence[int]] = (),
    n_lit: int = 0,
) -> Sketch:
    """A small party and what every tag is made of: one frame of the message-passing picture.

    Guests are circles on top, films squares below, a line is a rave. A node has the blended colour of its tag, and the
    strip beside it shows the parts, named by the film's first letter. Frames of one party have the same shapes in the
    same order, so that a browser can turn one into the next.

    Args:
        guests, films: their names, at most five films.
        tags: `(N, n_items)` how much of each film is on each node's tag, guests first; not negative.
        title: one line.
        loudness: `(E,)` how loudly the guest hears the film of each rave; the lines are drawn as thick, and labelled.
            The strips then have the lengths of the tags, the longest a whole strip, and names come with the sum of the
            tag; without it strips are of one length, and names come with the letters of the films on the tag.
        lit: walks to light, each as its nodes, guests counted first.
        n_lit: how many walks other pages of the same book light at most: all pages have the same shapes.
    """
    sketch, n_users = Sketch(860, 350), interactions.n_users
    x = _spread(len(guests)) + _spread(len(films))
    sums = tags.sum(axis=1)
    full = sums if loudness is None else np.full_like(sums, sums.max())
    sketch.text(10, 18, title, bold=True)
    for edge, (user, item) in enumerate(zip(interactions.user.tolist(), interactions.item.tolist(), strict=True)):
        ends = (x[user], 115), (x[n_users + item], 240)
        sketch.line(ends, MUTED, 1.5 if loudness is None else 1 + 6 * float(loudness[edge]))
    for place in range(max(n_lit, len(lit))):
        walk = lit[place] if place < len(lit) else ()
        points = [(x[node], 115 if node < n_users else 240) for node in walk] or [(0, 0), (0, 0)]
        sketch.line(points, ACCENT, LIT if walk else 0)
    for node, name in enumerate((*guests, *films)):
        colour, is_guest = blend(tags[node]), node < n_users
        if is_guest:
            sketch.circle(x[node], 115, 26, colour or "white", "#333333", 1.5)
        else:
            sketch.rect(x[node] - 25, 215, 50, 50, colour or "white", "#333333", 1.5)
        letters = " ".join(film[0] for film, amount in zip(films, tags[node], strict=True) if amount > 0)
        told = letters if loudness is None else f"sum {sums[node]:.3g}"
        sketch.text(x[node], 46 if is_guest else 328, f"{name}: {told if letters else 'empty'}", "middle")
        _strip(sketch, x[node] - 60, 62 if is_guest else 290, tags[node] / max(full[node], 1e-12), films)
    if loudness is not None:
        for edge, (user, item) in enumerate(zip(interactions.user.tolist(), interactions.item.tolist(), strict=True)):
            middle = x[user] + 0.36 * (x[n_users + item] - x[user])
            sketch.rect(middle - 21, 150, 42, 20, "white")
            sketch.text(middle, 160, f"{loudness[edge]:.2f}", "middle")
    return sketch


def blend(shares: np.ndarray) -> str | None:
    """The film colours mixed by `(n_items,)` amounts, as `#rrggbb`; None if all are 0."""
    if not shares.any():
        return None
    rgb = np.array([[int(colour[k : k + 2], 16) for k in (1, 3, 5)] for colour in FILM_COLOURS[: len(shares)]])
    return "#" + "".join(f"{round(value):02x}" for value in (shares / shares.sum()) @ rgb)


def _spread(n: int) -> list[float]:
    return [860 * (place + 0.5) / n for place in range(n)]


def _strip(sketch: Sketch, x: float, y: float, shares: np.ndarray, films: Sequence[str]) -> None:
    # What a tag is made of, 120 wide when full: a piece per film, named where the letter fits.
    for share, film, colour in zip(shares.tolist(), films, FILM_COLOURS, strict=False):
        width = 120 * share
        sketch.rect(x, y, width, 20, colour, "white" if width else "none")
        sketch.text(x + width / 2, y + 10, film[0] if width > 14 else "", "middle", ink_on(colour), bold=True)
        x += width


@styled
def plot_by_rounds(values: Mapping[str, Mapping[int, float]], label: str, *, ax: Axes | None = None) -> Axes:
    """One line per loudness rule over rounds of gossip, labelled at its end.

    Args:
        values: rule to {rounds: value}.
        label: of the vertical axis, with its unit.
    """
    ax = ax or new_axes(6, 3.6)
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


@styled
def plot_row_sums(degree: np.ndarray, row_sum: np.ndarray, is_guest: np.ndarray) -> Axes:
    """Row sums of the normalised adjacency against degree, per node, with the line at 1 that an average would keep.

    Args:
        degree: raves of each node, at least 1.
        row_sum: sum of the node's row.
        is_guest: guests are circles, films squares.
    """
    ax = new_axes(8, 4)
    for chosen, colour, marker, name in (
        (~is_guest, FILM, FILM_MARKER, "film"),
        (is_guest, GUEST, GUEST_MARKER, "guest"),
    ):
        ax.scatter(degree[chosen], row_sum[chosen], s=14, alpha=0.6, color=colour, marker=marker, label=name, lw=0)
    ax.axhline(1, color="#333333", linewidth=1.2)
    ax.annotate("1: the average of the neighbours", (1, 1), (0, 4), textcoords="offset points", size=12)
    ax.set_xscale("log")
    ax.xaxis.set_major_formatter(StrMethodFormatter("{x:.0f}"))
    ax.set(xlabel="raves of the node (degree, log scale)", ylabel="row sum of Â")
    ax.set_ylim(bottom=0)
    ax.legend(loc="upper left", markerscale=2)
    return ax


@styled
def plot_losses(histories: Mapping[str, Sequence[Sequence[float]]]) -> Axes:
    """Training loss per epoch, one thin line per seed and one colour, marker and dash per model.

    Args:
        histories: two model names, each with its runs; a run is a sequence of losses from epoch 1 on.
    """
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
