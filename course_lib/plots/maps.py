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
from course_lib.tsne import nearest, shared_label_rate

_GENRE_MARKERS = ("o", "s", "^", "D", "v", "P")
_LETTER, _LINE = 8.2, 17  # width of a letter and height of a line of the names on a seating plan, in pixels


def true_and_false(positions: np.ndarray, rank: np.ndarray, n_guests: int) -> tuple[int, int]:
    """Two films that a map puts beside the first chair: one that belongs there, and one that doesn't.

    Args:
        positions: `(n, 2)`, guests first; the first is the owner of the chair.
        rank: `(n,)` how near each dot's tag is to that of the chair: 0 for the chair, 1 for the nearest.

    Returns:
        the film nearest on the map among those with a rank up to ten, and the nearest among the others. Where none of
        the six nearest belongs, the first is the one that comes closest to it.
    """
    films = n_guests + np.linalg.norm(positions[n_guests:] - positions[0], axis=1).argsort()
    friends = [int(film) for film in films[:6] if rank[film] <= 10]
    strangers = [int(film) for film in films if rank[film] > 10]
    friend = friends[0] if friends else min((int(film) for film in films[:6]), key=lambda film: rank[film])
    return friend, next(film for film in strangers if film != friend)


@styled
def plot_chair(
    positions: np.ndarray, n_guests: int, names: Sequence[str], owner: str, rank: np.ndarray, k: int = 6
) -> Plot:
    """The whole room, and beside it the corner around the first chair, its nearest films by name.

    Args:
        positions: `(n, 2)`, guests first; the first is the owner of the chair.
        names: one per dot.
        owner: "your" or "the writer's".
        rank: as for `true_and_false`, whose two films the caption names without saying what they are.
        k: films to name.
    """
    gaps = np.linalg.norm(positions - positions[0], axis=1)
    pair = sorted(true_and_false(positions, rank, n_guests), key=lambda film: gaps[film])
    films = n_guests + gaps[n_guests:].argsort()[:k]
    films = np.append(films, [film for film in pair if film not in films]).astype(int)
    half = 1.15 * np.abs(positions[films] - positions[0]).max()
    room, corner = new_grid(10.5, 4.8)
    inside = (np.abs(positions - positions[0]) < 0.97 * half).all(axis=1)  # no dot is cut in two by the edge
    for ax in (room, corner):
        _dots(ax, positions, n_guests, 22 if ax is room else 60, np.ones_like(inside) if ax is room else inside)
        _chair(ax, positions[0], 200 if ax is room else 380)
        _bare(ax)
    (x, y), side = positions[0], [-half, half, half, -half, -half]
    room.plot(x + np.array(side), y + np.array([-half, -half, half, half, -half]), color=INK, linewidth=1)
    room.set_title("The room", pad=22)
    room.legend(loc="upper center", bbox_to_anchor=(0.5, 0), ncols=3, handletextpad=0)
    room.set_aspect("equal", adjustable="datalim")
    corner.set_title(f"The corner around {owner} chair", pad=22)  # clear of names above the topmost dots
    corner.set(xlim=(x - half, x + half), ylim=(y - half, y + half))
    corner.set_aspect("equal")
    _name_dots(corner, positions[inside], positions[films], [shorten(names[film], 24) for film in films], half)
    told = " and ".join(shorten(names[film], 40) for film in pair)
    return Plot(
        cast(Figure, room.figure), f"The plan puts the films {told} near {owner} chair. Can you believe the two?"
    )


@styled
def plot_two_maps(maps: Mapping[str, np.ndarray], n_guests: int, kept: Mapping[str, float]) -> Plot:
    """Two maps of the same tags, guests first, and what share of their ten nearest dots are true neighbours.

    Args:
        maps: by name, positions `(n, 2)`.
        kept: by the same names, share of the ten nearest on the map that are among the ten nearest in the tags.
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
        f"{kept[second]:.0%}.",
    )


def plot_seating_plan(
    positions: np.ndarray, n_guests: int, names: Sequence[str], title: str, always: Sequence[int] = (), below: str = ""
) -> Sketch:
    """A map drawn fast: a name shows when the pointer rests on a dot, and some names always.

    Args:
        positions: `(n, 2)`, guests first; the first is the protagonist, whose chair is marked.
        names: one per dot.
        title: written above the map.
        always: the dots whose names are always there.
        below: a line written below the map.
    """
    sketch, middle = Sketch(860, 620), (positions.min(axis=0) + positions.max(axis=0)) / 2
    # The same scale along both sides, as large as fits.
    scale = max(np.abs(positions - middle).max(axis=0) / (400, 240))
    (x, y), (wide, high) = middle, (400 * scale, 240 * scale)
    plane = Plane(30, 85, 800, 480, (x - wide, x + wide), (y - high, y + high))
    sketch.text(10, 18, title, bold=True)
    if below:
        sketch.text(10, 602, below, size=14)
    sketch.circle(22, 48, 6, GUEST, INK)
    sketch.text(36, 48, "guest")
    sketch.rect(108, 42, 11, 11, FILM, INK)
    sketch.text(128, 48, "film")
    sketch.polygon(_star(196, 48), ACCENT, INK)
    sketch.text(214, 48, names[0])
    places = [plane.at(*place) for place in positions]
    for dot in [*range(1, len(places)), 0]:
        x, y = places[dot]
        if dot == 0:
            sketch.polygon(_star(x, y), ACCENT, INK, 1, title=names[0])
        elif dot < n_guests:
            sketch.circle(x, y, 6, GUEST, INK, 0.6, title=names[dot])
        else:
            sketch.rect(x - 5.5, y - 5.5, 11, 11, FILM, INK, 0.6, title=names[dot])
    taken, leaders = [(places[0][0] - 13, places[0][1], 26.0)], np.zeros((0, 2))
    for dot in always:
        words = shorten(names[dot], 20)
        size = _LETTER * len(words)
        left, height = _free_place(np.array(places), dot, size, sketch.width, taken, leaders)
        taken.append((left, height, size))
        end = (min(max(places[dot][0], left), left + size), height + (_LINE / 2) * np.sign(places[dot][1] - height))
        leaders = np.vstack([leaders, np.linspace(places[dot], end, 12)])
        sketch.line([places[dot], end], INK, 0.7)
        sketch.text(left, height, words, size=14)
    return sketch


@styled
def plot_genres(places: Mapping[str, np.ndarray], flags: np.ndarray, genres: Sequence[str], k: int = 7) -> Plot:
    """How often one of the ten films nearest to a film of a genre is of that genre too, and of any genre that it has.

    Args:
        places: by name, a row for each film: `(n, d)` or `(n, 2)`.
        flags: `(n, L)` bool, a column per genre; a film may have several.
        genres: the names of the columns.
        k: genres to draw, the commonest.
    """
    ax = new_axes(9, 4)
    common = [genre for genre in np.argsort(-flags.sum(axis=0), kind="stable")[:k] if flags[:, genre].sum() > 1]
    rates = {
        name: [shared_label_rate(points, flags[:, [genre]]) / flags[:, genre].mean() for genre in common]
        for name, points in places.items()
    }
    rates["shuffled"] = [(flags[:, genre].sum() - 1) / (len(flags) - 1) for genre in common]
    pairs = (flags[:, None] & flags).any(axis=2)
    shared = {name: shared_label_rate(points, flags) for name, points in places.items()}
    by_chance = (pairs.sum() - np.trace(pairs)) / (len(flags) * (len(flags) - 1))
    for name, rate in (shared | {"shuffled": by_chance}).items():
        rates[name].append(rate)
    width = 0.8 / len(rates)
    for place, ((name, shares), colour) in enumerate(zip(rates.items(), (FILM, GUEST, MUTED), strict=False)):
        left = np.arange(len(common) + 1) - 0.4 + place * width
        ax.bar(left, 100 * np.array(shares), width, align="edge", color=colour, label=name, edgecolor="black", lw=0.5)
    ax.set_xticks(range(len(common) + 1), [*(genres[genre] for genre in common), "any genre"])
    ax.set_ylabel("nearest films that share it, %")
    ax.legend(loc="best")
    told = ", ".join(
        f"in {share:.0%} {'of cases ' * (name == next(iter(shared)))}{name}" for name, share in shared.items()
    )
    return Plot(
        cast(Figure, ax.figure),
        f"A film and one of its ten nearest share a genre {told}, and in {by_chance:.0%} with the genres shuffled.",
    )


@styled
def plot_popularity_axis(first_axis: np.ndarray, n_raves: np.ndarray, held: float) -> Plot:
    """Each film's place on the first principal axis against its number of raves; both `(n,)`.

    Args:
        held: the share of the variance that the axis holds.
    """
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
        f"The main axis holds {held:.0%} of the differences between film tags, and it follows fame. Its correlation "
        f"with the logarithm of the raves is {fame:.2f}, where 1 would be a straight line.",
    )


@styled
def plot_rooms(
    rooms: Sequence[tuple[str, np.ndarray]], n_guests: int, caption: str = "Both rooms have islands."
) -> Plot:
    """Rooms beside each other, two in a row: title and positions `(n, 2)`, guests first. Without guests, one colour."""
    axes = new_grid(9.5, 4.2 * (len(rooms) // 2), 2, len(rooms) // 2)
    for ax, (title, positions) in zip(axes, rooms, strict=True):
        if n_guests:
            _dots(ax, positions, n_guests)
        else:
            ax.scatter(positions[:, 0], positions[:, 1], 22, MUTED, linewidths=0.4, edgecolors="black")
        _bare(ax)
        ax.set_title(title)
        ax.set_aspect("equal", adjustable="datalim")
    if n_guests:
        handles = axes[0].get_legend_handles_labels()
        axes[0].figure.legend(*handles, loc="outside lower center", ncols=2, handletextpad=0)
    return Plot(cast(Figure, axes[0].figure), caption)


def plot_riddle(rooms: Sequence[np.ndarray]) -> Plot:
    """Two rooms, left and right, `(n, 2)` each, that do not say what they were drawn from: one colour for all dots."""
    words = f"Two rooms of {len(rooms[0])} dots, both full of islands."
    return plot_rooms(list(zip(("left", "right"), rooms, strict=True)), 0, words)


def plot_real_and_random(rooms: Mapping[tuple[str, int], tuple[np.ndarray, float]], n_guests: int) -> Plot:
    """Real tags above random ones, a low perplexity beside a high one.

    Args:
        rooms: by kind and perplexity: positions `(n, 2)` and the share of true neighbours. The first kind is the real
            one, and the perplexities rise.
    """
    (real, low), (_, high), (random, _), _ = rooms
    true = {key: kept for key, (_, kept) in rooms.items()}
    own = {}
    for key, (positions, _) in rooms.items():
        is_guest = np.arange(len(positions)) < n_guests
        own[key] = (is_guest[nearest(positions, 1)[:, 0]] == is_guest).mean()
    words = (
        f"At perplexity {low} both rooms fall into islands, at {high} neither does. At {high} the nearest dot is of "
        f"one's own kind, guest or film, for {own[real, high]:.0%} of the dots with {real} and for "
        f"{own[random, high]:.0%} with {random}, and {true[real, high]:.0%} of the ten nearest are true against "
        f"{true[random, high]:.0%}."
    )
    named = [(f"{kind}, perplexity {p}: {kept:.0%} true", positions) for (kind, p), (positions, kept) in rooms.items()]
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
        ax.set_title(f"{title}\n{ratio[title]:.1f} times", fontsize=12, pad=20)  # clear of the letters
        ax.set_aspect("equal", adjustable="datalim")
        ax.margins(y=0.15)
    truth, *drawn = maps
    found = [f"{ratio[title]:.1f}" for title in drawn]
    return Plot(
        cast(Figure, axes[0].figure),
        f"C lies {ratio[truth]:.0f} times as far from A as B does. The {count(len(drawn))} maps make it "
        f"{', '.join(found[:-1])} and {found[-1]} times.",
    )


@styled
def plot_far_and_near(chair: np.ndarray, films: np.ndarray, names: Sequence[str], owner: str) -> Plot:
    """A near film with a short tag and a far one with a long tag that wins by dot product, true to scale.

    Each tag is drawn in the plane that it shares with the chair's, so its length and its distance from the chair are
    right, and the farther to the right it ends, the higher is its dot product. Both are drawn upwards, so what lies
    between the two films is not to scale.

    Args:
        chair: `(d,)`.
        films: `(n, d)`; of the ten with the highest dot product one wins from far away.
        names: one per film.
        owner: "your" or "the writer's".
    """
    size, length = float(np.linalg.norm(chair)), np.linalg.norm(films, axis=1)
    across, gap = films @ chair / size, np.linalg.norm(films - chair, axis=1)
    top = (-across).argsort()[:10]
    ahead = np.clip(across[top, None] - across, 0, None) * np.clip(gap[top, None] - gap, 0, None)
    turned = ahead * (across / length > (across / length)[top, None])  # by cosine it is the other way round
    row, near = np.unravel_index((turned if turned.any() else ahead).argmax(), ahead.shape)
    far = top[row]
    ax = new_axes(9, 4.2)
    ends = [(across[film], np.sqrt(max(length[film] ** 2 - across[film] ** 2, 0))) for film in (far, near)]
    high = max(end[1] for end in ends)
    ax.plot([0, size], [0, 0], color=ACCENT, lw=3, zorder=1)
    for film, end, side in zip((far, near), ends, ("left", "right"), strict=True):
        ax.plot([0, end[0]], [0, end[1]], color=FILM, lw=3, zorder=1)
        ax.plot([size, end[0]], [0, end[1]], color=INK, lw=1.2, ls=":", zorder=1)
        ax.plot([end[0]] * 2, [end[1], -0.2 * high], color=MUTED, lw=1, ls="--", zorder=0)
        ax.scatter(*end, 90, FILM, marker=FILM_MARKER, edgecolors="black", zorder=3)
        words = f"{shorten(names[film], 30)}\ndot product {size * across[film]:.2f}, distance {gap[film]:.2f}"
        # The words of the left film stand left of the line to the right one, which may pass above that film.
        (right, above), (x, y) = ends[0], end
        x, aside = (x, 12) if side == "left" else (min(x, right * y / max(above, y, 1e-9)), -12)
        ax.annotate(words, (x, y), (aside, 0), textcoords="offset points", ha=side, va="center", zorder=4)
    _chair(ax, np.array([size, 0.0]))
    ax.annotate(f"{owner} chair", (size, 0), (16, 0), textcoords="offset points", va="center")
    ax.annotate("all tags\nbegin here", (0, 0), (-10, 0), textcoords="offset points", ha="right", va="center")
    ax.set(xlabel="farther right, higher dot product →", ylim=(-0.2 * high, 1.3 * high), xlim=(-1.2 * high, 2 * high))
    ax.set_aspect("equal")
    _bare(ax)
    return Plot(
        cast(Figure, ax.figure),
        f"{shorten(names[far], 40)} lies {gap[far] / gap[near]:.1f} times as far from {owner} chair as "
        f"{shorten(names[near], 40)}, but it wins by dot product, "
        + ("because" if turned.any() else "and")
        + f" its tag is {length[far] / length[near]:.1f} times as long. Only the gap between the two films isn't to "
        "scale.",
    )


def _dots(ax: Axes, positions: np.ndarray, n_guests: int, size: float = 22, drawn: np.ndarray | None = None) -> None:
    drawn = np.ones(len(positions), dtype=bool) if drawn is None else drawn
    for name, part, colour, marker in (
        ("guest", positions[:n_guests][drawn[:n_guests]], GUEST, GUEST_MARKER),
        ("film", positions[n_guests:][drawn[n_guests:]], FILM, FILM_MARKER),
    ):
        ax.scatter(part[:, 0], part[:, 1], size, colour, marker=marker, label=name, alpha=0.85, linewidths=0.4,
                   edgecolors="black", zorder=2)  # fmt: skip


def _chair(ax: Axes, place: np.ndarray, size: float = 200) -> None:
    ax.scatter(place[0], place[1], size, ACCENT, marker="*", label="the chair", edgecolors="black", linewidths=0.8,
               zorder=3)  # fmt: skip


def _name_dots(ax: Axes, dots: np.ndarray, places: np.ndarray, names: Sequence[str], half: float) -> None:
    """Names beside some dots of a square of `2 * half`: where least is hidden, and off each other."""
    taken = [(x, y, 0.03 * half, 0.03 * half) for x, y in dots]  # middle, and half of width and height
    for (x, y), name in zip(places, names, strict=True):
        wide = 0.024 * half * len(name)
        spots: list[tuple[float, int, tuple[float, float]]] = []
        for side, up in ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1)):
            middle = (x + side * (wide + 0.07 * half), y + up * 0.11 * half)
            hidden = sum(abs(middle[0] - a) < wide + w and abs(middle[1] - b) < 0.05 * half + h for a, b, w, h in taken)
            outside = np.abs(np.array(middle) - ax.viewLim.get_points().mean(axis=0)).max() + wide * abs(side) > half
            spots.append((hidden + 3 * outside, len(spots), middle))
        *_, middle = min(spots)
        taken.append((*middle, wide, 0.05 * half))
        ax.text(*middle, name, ha="center", va="center", size=11, zorder=4, parse_math=False)


def _bare(ax: Axes) -> None:
    # A t-SNE map has neither directions nor lengths, so ticks would promise what it lacks.
    ax.set(xticks=[], yticks=[])
    ax.spines[["left", "bottom"]].set_visible(False)


def _star(x: float, y: float, size: float = 14) -> list[tuple[float, float]]:
    """The outline of a star with five points around `(x, y)`."""
    turns = [(np.pi * tip / 5, size if tip % 2 == 0 else 0.42 * size) for tip in range(10)]
    return [(x + float(far * np.sin(turn)), y - float(far * np.cos(turn))) for turn, far in turns]


def _free_place(
    dots: np.ndarray,
    dot: int,
    width: float,
    right: float,
    taken: Sequence[tuple[float, float, float]],
    leaders: np.ndarray,
) -> tuple[float, float]:
    """Left end and height for words near a dot: off other words and their leaders `(n, 2)`, over few dots, and close.

    A place for words is `(left, height, width)`.
    """
    x, y = dots[dot]
    best, least = (float(min(x + 11, right - width)), float(y)), float("inf")
    for away in (0, 14, 28, 42, 56, 70, 90, 110):
        if least < (away - 14) / 40:  # nothing farther away can be better
            break
        for height in (y - away, y + away):
            aside = 11 if away < 14 else 2
            for left in (x + aside, x - aside - width, x - width / 2 if away else x + aside, x + 40, x - 40 - width):
                if not (left >= 0 and left + width <= right and 72 <= height <= 580) or any(
                    abs(height - other) < _LINE + 2 and left < end + size + 4 and end < left + width + 4
                    for end, other, size in taken
                ):
                    continue
                below = (min(max(x, left), left + width), height)
                way = np.linspace((x, y), below, 12)
                under = (np.abs(dots - (left + width / 2, height)) < (width / 2 + 7, 14)).all(axis=1).sum()
                struck = (np.abs(leaders - (left + width / 2, height)) < (width / 2 + 3, 9)).all(axis=1).any()
                crossed = any(
                    ((way > (end, other - 9)) & (way < (end + size, other + 9))).all(axis=1).any()
                    for end, other, size in taken
                )
                near = np.abs(leaders[:, None] - way[3:]).sum(axis=2) < 6 if len(leaders) else np.zeros(1)
                cost = 3 * under + 2 * struck + 2 * crossed + 2 * near.any() + np.hypot(*(way[-1] - way[0])) / 40
                if cost < least:
                    best, least = (float(left), float(height)), float(cost)
    return best
