"""Pictures of gossip: the flow of the course, and a party whose tags travel (notebook 01)."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import cast

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from course_lib.interactions import Interactions
from course_lib.plots.colours import ACCENT, FILM, GUEST, INK, MUTED, PALETTE
from course_lib.plots.sketch import Sketch, ink_on
from course_lib.plots.style import Plot, new_axes, styled
from course_lib.plots.text import count, shorten

LIT = 7  # width of a walk that is lit; the style sheet of the picture makes it flash
FILM_COLOURS = PALETTE[:5]  # one per film of a small party
_STRIP, _LETTER = 120, 14  # width of a full strip, and of the smallest piece that has room for its letter


@styled
def plot_flow(boxes: Mapping[str, str], skipped: str = "") -> Plot:
    """Boxes from left to right, joined by arrows: name on top, a small drawing, what comes out of it below.

    Args:
        boxes: name to caption, in order; captions are broken at spaces. Only the steps of the course have a drawing.
        skipped: the box that was left out this time; it is drawn empty, with a dashed rim.
    """
    ax = new_axes(10, 2.1)
    step, width = 1.0, 0.82
    for place, (name, caption) in enumerate(boxes.items()):
        left, out = place * step, name == skipped
        box = FancyBboxPatch((left, 0), width, 1, boxstyle="round,pad=0,rounding_size=0.06", ec=GUEST,
                             fc="white" if out else "#eef4fb", ls="--" if out else "-", lw=1.5)  # fmt: skip
        ax.add_patch(box)
        ax.text(left + width / 2, 0.87, name, ha="center", va="center", weight="bold")
        ax.text(left + width / 2, 0.2, textwrap.fill(caption, 15), ha="center", va="center", size=11)
        _draw_step(ax, name, left + width / 2 - 0.25)
        if place:
            arrow = {"arrowstyle": "-|>", "color": "#444444", "lw": 1.8}
            ax.annotate("", (left, 0.5), (left - step + width, 0.5), arrowprops=arrow)
    ax.set(xlim=(-0.03, len(boxes) * step - step + width + 0.03), ylim=(-0.06, 1.06))
    ax.axis("off")
    ends = list(boxes.values())
    without = f", and the one called “{skipped}” was left out" if skipped else ""
    caption = f"{count(len(boxes)).capitalize()} steps lead from {ends[0]} to {ends[-1]}{without}."
    return Plot(cast(Figure, ax.figure), caption)


def _draw_step(ax: Axes, name: str, left: float) -> None:
    # What a step of the course looks like, 0.5 wide and between 0.4 and 0.74 high.
    low, high, ends = 0.43, 0.71, np.linspace(left + 0.03, left + 0.47, 4)
    if name == "load":  # lines of a file
        for y in np.linspace(low, high, 4):
            ax.plot([left + 0.08, left + 0.2], [y, y], color=GUEST, lw=4)
            ax.plot([left + 0.25, left + 0.42], [y, y], color=FILM, lw=4)
    elif name in ("graph", "gossip"):  # guests and films, and a walk between them
        for user, item in ((0, 0), (1, 0), (1, 1), (2, 1), (2, 3), (3, 2), (3, 3)):
            ax.plot([ends[user], ends[item]], [high, low], color=MUTED, lw=1, zorder=1)
        if name == "gossip":
            ax.plot(ends[[0, 0, 1, 1]], [high, low, high, low], color=ACCENT, lw=2.5, zorder=1)
        ax.scatter(ends, [high] * 4, s=45, color=GUEST, marker="o", zorder=2)
        ax.scatter(ends, [low] * 4, s=45, color=FILM, marker="s", zorder=2)
    elif name == "train":  # one up, one down
        for x, start, end, colour in ((left + 0.17, low, high, FILM), (left + 0.33, high, low, MUTED)):
            ax.annotate("", (x, end), (x, start), arrowprops={"arrowstyle": "-|>", "color": colour, "lw": 3})
    elif name == "recommend":  # a list, best first
        for y, length in zip(np.linspace(high, low, 4), (0.4, 0.32, 0.26, 0.22), strict=True):
            ax.plot([left + 0.07, left + 0.07 + length], [y, y], color=FILM, lw=5)


@styled
def plot_how_loud(
    loudness: np.ndarray,
    fame: np.ndarray,
    shared: np.ndarray,
    titles: Sequence[str],
    listed: Sequence[int],
    who: str,
    possessive: str,
) -> Plot:
    """Every film that could arrive as a dot, its fame to the right and its loudness upwards; the listed are named.

    The darker a dot, the more of what its fans rave about the guest raves about too.

    Args:
        loudness: `(n,)` of each film that somebody raved about and the guest didn't; 0 where nothing arrives.
        fame: `(n,)` raves of each film.
        shared: `(n,)` the share of a fan's raves that the guest shares, mean over its fans.
        titles: of the films.
        listed: places of the loudest films in these arrays, best first.
        who, possessive: "you" and "your", or "the writer" and "the writer's".
    """
    heard = loudness > 0
    told = f"Gossip brings {heard.sum():,} of the {len(loudness):,} films that others raved about and {who} didn't"
    ax = new_axes(10, 4.6)
    ax.set(xlabel="fame: how many raves the film has", ylabel="how loudly it arrives (the loudest: 1)", ylim=(0, 1.06))
    if not len(listed):
        return Plot(cast(Figure, ax.figure), f"{told}.")
    loud, best = loudness / loudness[listed[0]], np.asarray(listed)
    low, high = np.quantile(shared[heard], (0.05, 0.95))
    colours = {"cmap": "cividis_r", "vmin": low, "vmax": max(high, low + 1e-9)}
    others = heard.copy()
    others[best] = False
    ax.scatter(fame[others], loud[others], s=18, c=shared[others], linewidths=0, **colours)
    dots = ax.scatter(fame[best], loud[best], s=90, c=shared[best], edgecolors=INK, zorder=3, **colours)
    side, heights = fame.max() * 1.06, np.linspace(1, 0.34, 10)  # the names, in the order in which they arrive
    for place, (film, height) in enumerate(zip(best, heights, strict=False), start=1):
        ax.plot([fame[film], side], [loud[film], height], color=INK, lw=0.7)
        ax.text(side * 1.01, height, f"{place}  {shorten(titles[film], 36)}", va="center", parse_math=False)
    usual, told_of = np.median(fame[best]), list[int]()
    for pool, choose, corner in (
        (others & (fame >= usual), np.argmin, (0.43, 0.16)),  # as famous as the listed, and quiet for this guest
        (others & (fame <= usual / 10), np.argmax, (0.15, 0.93)),  # hardly known, and loud
    ):
        if pool.any():
            film = int(np.flatnonzero(pool)[choose(loud[pool])])
            told_of.append(film)
            words = "\n".join(textwrap.wrap(shorten(titles[film], 60), 32))
            ax.annotate(words, (fame[film], loud[film]), corner, textcoords="axes fraction", ha="center", va="center",
                        arrowprops={"arrowstyle": "-"}, parse_math=False)  # fmt: skip
    ax.set_xlim(0, side * 1.65)
    ax.set_xticks([tick for tick in ax.get_xticks() if tick <= fame.max()])
    ax.spines["bottom"].set_bounds(0, fame.max())  # right of it stand names
    ax.xaxis.set_label_coords(0.3, -0.11)
    bar = ax.figure.colorbar(dots, cax=ax.inset_axes((0.68, 0.1, 0.3, 0.04)), orientation="horizontal",
                             extend="both", ticks=(low, colours["vmax"]))  # fmt: skip
    bar.set_ticklabels((f"{low:.0%} or less", f"{high:.0%} or more"))
    bar.set_label(f"how much of its fans' raves {who} share{'s' * (who != 'you')}", loc="center")
    bar.ax.xaxis.set_label_position("top")
    first = int(best[0])
    rank = int((fame > fame[first]).sum()) + 1
    only = "only " * (rank > len(best))
    by_fame = "the most famous of them and" if rank == 1 else f"{only}number {rank} of them and still"
    at = ", and ".join(f"at {titles[film]}, with {fame[film]:,} raves, {shared[film]:.0%}" for film in told_of)
    return Plot(
        cast(Figure, ax.figure),
        f"{told}. By fame {titles[first]} is {by_fame} arrives loudest. On average {shared[first]:.0%} of its fans' "
        f"raves are {'yours' if who == 'you' else possessive} too{f', {at}' * bool(at)}.",
    )


def plot_message_passing(
    interactions: Interactions,
    guests: Sequence[str],
    films: Sequence[str],
    tags: np.ndarray,
    title: str,
    loudness: np.ndarray | None = None,
    lit: Sequence[Sequence[int]] = (),
    n_lit: int = 0,
    before: np.ndarray | None = None,
) -> Sketch:
    """A small party and what every tag is made of: one frame of the message-passing picture.

    Guests are circles on top, films squares below, each in the colour of its own, and a line is a rave. The strip
    beside a node shows what its tag is made of, and its name comes with the films' first letters, a plus before those
    that are new. Frames of one party have the same shapes in the same order, so that a browser can turn one into the
    next.

    Args:
        guests, films: their names, at most five films.
        tags: `(N, n_items)` how much of each film is on each node's tag, guests first; not negative.
        title: one line.
        loudness: `(E,)` how loudly the guest hears the film of each rave; the lines are drawn as thick, and labelled.
            The strips then have the lengths of the tags, the longest a whole strip, and names come with the sum of the
            tag; without it strips are of one length.
        lit: walks to light, each as its nodes, guests counted first.
        n_lit: how many walks other pages of the same book light at most: all pages have the same shapes.
        before: the tags one round ago, so that what is new can be marked.
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
        is_guest, is_new = node < n_users, (tags[node] > 0) & ((tags if before is None else before)[node] == 0)
        if is_guest:
            sketch.circle(x[node], 115, 26, "white", GUEST, 3)
        else:
            sketch.rect(x[node] - 25, 215, 50, 50, FILM_COLOURS[node - n_users], INK, 1.5)
        told = (
            _told(tags[node], is_new, films) if loudness is None else f"sum {sums[node]:.3g}" if sums[node] else "empty"
        )
        sketch.text(x[node], 46 if is_guest else 328, f"{name}: {told}", "middle")
        _strip(sketch, x[node] - 60, 62 if is_guest else 290, tags[node] / max(full[node], 1e-12), is_new, films)
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


def _told(tag: np.ndarray, is_new: np.ndarray, films: Sequence[str]) -> str:
    # The letters of the films on a tag, first the old ones, then the new ones with a plus.
    letters = [
        f"+{film[0]}" if new else film[0] for film, new, amount in zip(films, is_new, tag, strict=True) if amount
    ]
    return " ".join(sorted(letters, key=lambda letter: letter[0] == "+")) or "empty"


def _strip(sketch: Sketch, x: float, y: float, shares: np.ndarray, is_new: np.ndarray, films: Sequence[str]) -> None:
    # What a tag is made of, `_STRIP` wide when full: a piece per film, named where the letter fits, new ones framed.
    for share, film, colour, new in zip(shares.tolist(), films, FILM_COLOURS, is_new.tolist(), strict=False):
        width = _STRIP * share
        sketch.rect(x, y, width, 20, colour, (INK if new else "white") if width else "none", 2 if new else 1)
        sketch.text(x + width / 2, y + 10, film[0] if width > _LETTER else "", "middle", ink_on(colour), bold=True)
        x += width
