"""Maps of tags, and how far gossip travels: the figures of notebooks 09 and 10."""

from collections.abc import Mapping, Sequence
from typing import cast

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from course_lib.plots.colours import ACCENT, FILM, FILM_MARKER, GUEST, GUEST_MARKER, INK, MUTED, PALETTE
from course_lib.plots.sketch import Plane, Sketch
from course_lib.plots.style import Plot, new_axes, new_grid, styled
from course_lib.plots.text import count, shorten

_GENRE_MARKERS = ("o", "s", "^", "D", "v", "P")
_LETTER, _LINE = 8.2, 17  # width of a letter and height of a line of the names on a seating plan, in pixels


@styled
def plot_chair(positions: np.ndarray, n_guests: int, names: Sequence[str], owner: str, k: int = 6) -> Plot:
    """The whole room, and beside it the corner around the first chair, its nearest films by name.

    Args:
        positions: `(n, 2)`, guests first; the first is the owner of the chair.
        names: one per dot.
        owner: "your" or "the writer's".
        k: films to name.
    """
    gaps = np.linalg.norm(positions - positions[0], axis=1)
    films = n_guests + gaps[n_guests:].argsort()[:k]
    half = 1.15 * np.abs(positions[films] - positions[0]).max()
    room, corner = new_grid(10.5, 4.8)
    for ax in (room, corner):
        _dots(ax, positions, n_guests, 22 if ax is room else 60)
        _chair(ax, positions[0], 200 if ax is room else 380)
        _bare(ax)
    (x, y), side = positions[0], [-half, half, half, -half, -half]
    room.plot(x + np.array(side), y + np.array([-half, -half, half, half, -half]), color=INK, linewidth=1)
    room.set_title("The room")
    room.legend(loc="upper center", bbox_to_anchor=(0.5, 0), ncols=3, handletextpad=0)
    corner.set(title=f"The corner around {owner} chair", xlim=(x - half, x + 2.6 * half), ylim=(y - half, y + half))
    for ax in (room, corner):
        ax.set_aspect("equal" if ax is room else "auto", adjustable="datalim")
    corner.axvspan(x + half, x + 2.6 * half, color="white", zorder=3)
    from_below = films[positions[films, 1].argsort()]
    for place, film in enumerate(from_below):  # one name a line, so that none hides another
        height = y - half + (place + 0.5) * 2 * half / k
        corner.annotate(shorten(names[film], 27), positions[film], (x + 1.08 * half, height), va="center", zorder=4,
                        arrowprops={"arrowstyle": "-", "color": INK, "linewidth": 0.7, "relpos": (0, 0.5)})  # fmt: skip
    nearest = " and ".join(shorten(names[film], 40) for film in films[:2])
    return Plot(cast(Figure, room.figure), f"The two films nearest to {owner} chair are {nearest}.")


@styled
def plot_two_maps(
    maps: Mapping[str, np.ndarray], n_guests: int, kept: Mapping[str, float], trust: Mapping[str, float]
) -> Plot:
    """Two maps of the same tags, guests first, and what share of their ten nearest dots are true neighbours.

    Args:
        maps: by name, positions `(n, 2)`.
        kept: by the same names, share of the ten nearest on the map that are among the ten nearest in the tags.
        trust: by the same names, scikit-learn's trustworthiness.
    """
    axes = new_grid(10, 4.6)
    for ax, (name, positions) in zip(axes, maps.items(), strict=True):
        _dots(ax, positions, n_guests)
        _chair(ax, positions[0])
        _bare(ax)
        ax.set_title(f"{name}: {kept[name]:.0%} true neighbours")
        ax.set_aspect("equal", adjustable="datalim")
    axes[0].figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3, handletextpad=0)
    first, second = maps
    return Plot(
        cast(Figure, axes[0].figure),
        f"Of the ten nearest dots on the {first} map {kept[first]:.0%} are true neighbours, and on the {second} map "
        f"{kept[second]:.0%}. Trustworthiness gives them {trust[first]:.2f} and {trust[second]:.2f}.",
    )


def plot_seating_plan(
    positions: np.ndarray, n_guests: int, names: Sequence[str], title: str, always: Sequence[int] = ()
) -> Sketch:
    """A map drawn fast: a name shows when the pointer rests on a dot, and some names always.

    Args:
        positions: `(n, 2)`, guests first; the first is the protagonist, whose chair is marked.
        names: one per dot.
        title: written above the map.
        always: the dots whose names are always there.
    """
    sketch, middle = Sketch(860, 590), (positions.min(axis=0) + positions.max(axis=0)) / 2
    # The same scale along both sides, as large as fits.
    scale = max(np.abs(positions - middle).max(axis=0) / (400, 240))
    (x, y), (wide, high) = middle, (400 * scale, 240 * scale)
    plane = Plane(30, 85, 800, 480, (x - wide, x + wide), (y - high, y + high))
    sketch.text(10, 18, title, bold=True)
    sketch.circle(22, 48, 6, GUEST, INK)
    sketch.text(36, 48, "guest")
    sketch.rect(108, 42, 11, 11, FILM, INK)
    sketch.text(128, 48, "film")
    sketch.circle(196, 48, 10, ACCENT, INK)
    sketch.text(214, 48, names[0])
    places = [plane.at(*place) for place in positions]
    for dot in [*range(1, len(places)), 0]:
        x, y = places[dot]
        if dot == 0:
            sketch.circle(x, y, 10, ACCENT, INK, 1, title=names[0])
        elif dot < n_guests:
            sketch.circle(x, y, 6, GUEST, INK, 0.6, title=names[dot])
        else:
            sketch.rect(x - 5.5, y - 5.5, 11, 11, FILM, INK, 0.6, title=names[dot])
    taken: list[tuple[float, float, float]] = [(places[0][0] - 12, places[0][1], 24.0)]
    for dot in always:
        words = shorten(names[dot], 20)
        left, height = _free_place(places, dot, _LETTER * len(words), sketch.width, taken)
        taken.append((left, height, _LETTER * len(words)))
        sketch.line([places[dot], (min(max(places[dot][0], left), left + taken[-1][2]), height)], INK, 0.7)
        sketch.rect(left - 2, height - _LINE / 2, taken[-1][2] + 4, _LINE, "#ffffff")
        sketch.text(left, height, words, size=14)
    return sketch


@styled
def plot_genres(positions: np.ndarray, genre: Sequence[str], shared: float, shuffled: float) -> Plot:
    """Films of a map by genre, each genre with its own marker and colour; `"other"` stays grey and small.

    Args:
        positions: `(n, 2)`.
        genre: one name per film; at most six names besides `"other"`.
        shared: how often a film and one of its ten nearest share a genre, in the tags.
        shuffled: the same with the genres dealt out anew.

    Raises:
        ValueError: more genres than can be told apart.
    """
    ax = new_axes(9, 4.8)
    genres, names = np.asarray(genre), sorted(set(genre) - {"other"})
    if len(names) > len(_GENRE_MARKERS):
        raise ValueError(f"at most {len(_GENRE_MARKERS)} genres can be told apart, got {len(names)}; merge some")
    other = positions[genres == "other"]
    ax.scatter(other[:, 0], other[:, 1], 16, MUTED, marker=".", label="other")
    colours = [colour for colour in PALETTE if colour != MUTED]
    for name, colour, marker in zip(names, colours, _GENRE_MARKERS, strict=False):
        part = positions[genres == name]
        ax.scatter(part[:, 0], part[:, 1], 55, colour, marker=marker, label=name, linewidths=0.4, edgecolors="black")
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    _bare(ax)
    return Plot(
        cast(Figure, ax.figure),
        f"In {shared:.0%} of cases a film and one of its ten nearest share a genre. With the genres shuffled it's "
        f"{shuffled:.0%}.",
    )


@styled
def plot_popularity_axis(first_axis: np.ndarray, n_raves: np.ndarray) -> Plot:
    """Each film's place on the first principal axis against its number of raves; both `(n,)`."""
    ax = new_axes(9, 4)
    first_axis = first_axis * (1 if np.corrcoef(first_axis, np.log(n_raves))[0, 1] >= 0 else -1)  # either way is right
    ax.scatter(n_raves, first_axis, s=20, c=FILM, marker=FILM_MARKER, linewidths=0.3, edgecolors="black", alpha=0.7)
    ax.set_xscale("log")
    ticks = [tick for tick in (1, 3, 10, 30, 100, 300) if tick <= n_raves.max()]
    ax.set_xticks(ticks, [str(tick) for tick in ticks])
    ax.minorticks_off()
    ax.set(xlabel="raves per film (log scale)", ylabel="place on the main axis")
    fame = np.corrcoef(first_axis, np.log(n_raves))[0, 1]
    return Plot(
        cast(Figure, ax.figure),
        f"The main axis of the film tags follows fame. The correlation is {fame:.2f} of at most 1.",
    )


@styled
def plot_rooms(
    rooms: Sequence[tuple[str, np.ndarray, float]], n_guests: int, caption: str = "Both rooms have islands."
) -> Plot:
    """Rooms beside each other, two in a row: title, positions `(n, 2)` with the guests first, and clumping."""
    axes = new_grid(9.5, 4.2 * (len(rooms) // 2), 2, len(rooms) // 2)
    for ax, (title, positions, _) in zip(axes, rooms, strict=True):
        _dots(ax, positions, n_guests)
        _bare(ax)
        ax.set_title(title)
        ax.set_aspect("equal", adjustable="datalim")
    axes[0].figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2, handletextpad=0)
    return Plot(cast(Figure, axes[0].figure), caption)


def plot_riddle(rooms: Sequence[tuple[np.ndarray, float]], n_guests: int) -> Plot:
    """Two rooms, left and right, that do not say what they were drawn from: positions and clumping of each."""
    gaps = " and ".join(f"{clumped:.2f}" for _, clumped in rooms)
    words = f"Two rooms with islands. Dots sit {gaps} times as far from the nearest dot as in an even scatter."
    named = zip(("left", "right"), rooms, strict=True)
    return plot_rooms([(name, positions, clumped) for name, (positions, clumped) in named], n_guests, words)


def plot_real_and_random(rooms: Mapping[tuple[str, int], tuple[np.ndarray, float, float]], n_guests: int) -> Plot:
    """Real tags above random ones, a low perplexity beside a high one.

    Args:
        rooms: by kind and perplexity: positions `(n, 2)`, clumping, and the share of true neighbours. The first kind is
            the real one, and the perplexities rise.
    """
    (real, low), (_, high), (random, _), _ = rooms
    gap = {key: clumped for key, (_, clumped, _) in rooms.items()}
    true = {key: kept for key, (_, _, kept) in rooms.items()}
    words = (
        f"At perplexity {low} both rooms huddle. The gap to the nearest dot is {gap[real, low]:.2f} for {real} and "
        f"{gap[random, low]:.2f} for {random}, where an even scatter has 1. At {high} it's {gap[real, high]:.2f} and "
        f"{gap[random, high]:.2f}, but {true[real, high]:.0%} of the neighbours are true against "
        f"{true[random, high]:.0%}."
    )
    named = [(f"{kind}, perplexity {p}: {k:.0%} true", positions, c) for (kind, p), (positions, c, k) in rooms.items()]
    return plot_rooms(named, n_guests, words)


@styled
def plot_clubs(maps: Mapping[str, np.ndarray], club: np.ndarray, ratio: Mapping[str, float]) -> Plot:
    """Maps of the same dots side by side, each club with its letter above it.

    Args:
        maps: by title, positions `(n, 2)`; the first is the truth.
        club: `(n,)` the letter of each dot.
        ratio: by the same titles, how many times farther from A club C lies than B.
    """
    axes = new_grid(10.5, 3.2, len(maps))
    for ax, (title, positions) in zip(axes, maps.items(), strict=True):
        for letter, colour, marker in zip(sorted(set(club)), PALETTE[:3], _GENRE_MARKERS[:3], strict=True):
            part = positions[club == letter]
            ax.scatter(part[:, 0], part[:, 1], 14, colour, marker=marker, alpha=0.6)
            ax.annotate(letter, (part[:, 0].mean(), part[:, 1].max()), (0, 4), textcoords="offset points",
                        ha="center", va="bottom", weight="bold")  # fmt: skip
        _bare(ax)
        ax.set_title(f"{title}\n{ratio[title]:.1f} times", fontsize=12)
        ax.set_aspect("equal", adjustable="datalim")
        ax.margins(y=0.15)
    truth, *drawn = maps
    found = [f"{ratio[title]:.1f}" for title in drawn]
    return Plot(
        cast(Figure, axes[0].figure),
        f"C lies {ratio[truth]:.0f} times as far from A as B does. The {count(len(drawn))} maps make it "
        f"{', '.join(found[:-1])} and {found[-1]} times.",
    )


def _dots(ax: Axes, positions: np.ndarray, n_guests: int, size: float = 22) -> None:
    for name, part, colour, marker in (
        ("guest", positions[:n_guests], GUEST, GUEST_MARKER),
        ("film", positions[n_guests:], FILM, FILM_MARKER),
    ):
        ax.scatter(part[:, 0], part[:, 1], size, colour, marker=marker, label=name, alpha=0.85, linewidths=0.4,
                   edgecolors="black", zorder=2)  # fmt: skip


def _chair(ax: Axes, place: np.ndarray, size: float = 200) -> None:
    ax.scatter(place[0], place[1], size, ACCENT, marker="*", label="the chair", edgecolors="black", linewidths=0.8,
               zorder=3)  # fmt: skip


def _bare(ax: Axes) -> None:
    # A t-SNE map has neither directions nor lengths, so ticks would promise what it lacks.
    ax.set(xticks=[], yticks=[])
    ax.spines[["left", "bottom"]].set_visible(False)


def _free_place(
    dots: Sequence[tuple[float, float]],
    dot: int,
    width: float,
    right: float,
    taken: Sequence[tuple[float, float, float]],
) -> tuple[float, float]:
    """Left end and height for words beside a dot: off other words, over few dots, and not far away."""
    x, y = dots[dot]
    best, least = (min(x + 11, right - width), y), float("inf")
    for away in (0, 20, 40, 60, 80, 100):
        for height in (y - away, y + away):
            for left in (x + 11, x - 11 - width):
                inside = left >= 0 and left + width <= right and 72 <= height <= 580
                if not inside or any(
                    abs(height - other) < _LINE and left < end + size and end < left + width
                    for end, other, size in taken
                ):
                    continue
                hidden = sum(left - 6 < a < left + width + 6 and abs(height - b) < 13 for a, b in dots)
                if hidden + away / 40 < least:
                    best, least = (left, height), hidden + away / 40
    return best
