"""How a film came to a guest, who is like whom, and how far gossip should go (notebook 10)."""

from collections.abc import Sequence
from typing import NamedTuple, cast

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from course_lib.plots.colours import ACCENT, FAINT, FILM, GUEST, INK, MUTED
from course_lib.plots.sketch import Sketch
from course_lib.plots.style import Plot, new_axes, new_grid, styled
from course_lib.plots.text import count, shorten

_PALE_FILM, _PALE_GUEST = "#fff3da", "#dcebf8"
_WHOLE, _LABEL = 250, 20  # pixels: of all walks, and of a line of words above a band
_DRAWN = 5  # walks that are drawn one by one
_FROM, _FILMS, _PEERS, _TO = (62, 74), (180, 420), (530, 710), (826, 838)  # the four columns, left and right end


class Walk(NamedTuple):
    """One walk from a guest to a film: over a film the guest raved about and a peer who raved about both."""

    film: str
    """The title in between."""
    peer: str
    """What the guest in between is called."""
    weight: float
    """How loud it is, in any unit."""


def plot_walks(who: str, film: str, walks: Sequence[Walk]) -> Plot:
    """Some walks from a guest to a film as a graph, each line as thick as its walk is loud.

    Args:
        who: "you" or "the writer".
        film: the title at the end.
        walks: loudest first; of those with the same names one is drawn, and five in all.
    """
    walks = list({(walk.film, walk.peer): walk for walk in reversed(walks)}.values())[: -_DRAWN - 1 : -1]
    films, peers = (list(dict.fromkeys(names)) for names in ([w.film for w in walks], [w.peer for w in walks]))
    height = 70 + 56 * max(len(films), len(peers))
    sketch, middle = Sketch(900, height), (40 + height) / 2
    places = [
        {name: 40 + (height - 40) * (place + 0.5) / len(names) for place, name in enumerate(names)}
        for names in (films, peers)
    ]
    for x, words in ((8, who), (150, "raved about"), (478, "so did"), (892, "who also raved about")):
        sketch.text(x, 18, words, "end" if x > 800 else "start", bold=True)
    for place, walk in sorted(enumerate(walks), key=lambda pair: -pair[0]):  # the loudest lies on top
        thick, colour = 16 * walk.weight / walks[0].weight, MUTED if place else ACCENT
        y_film, y_peer = places[0][walk.film], places[1][walk.peer]
        for ends in ([(44, middle), (150, y_film)], [(410, y_film), (478, y_peer)], [(588, y_peer), (676, middle)]):
            sketch.line(ends, colour, thick)
    sketch.circle(44, middle, 24, GUEST, INK, 1.5)
    for name, y in places[0].items():
        sketch.rect(150, y - 17, 260, 34, FILM if name == walks[0].film else _PALE_FILM, INK, 1)
        sketch.text(160, y, shorten(name, 27))
    for name, y in places[1].items():
        sketch.rect(478, y - 17, 110, 34, GUEST if name == walks[0].peer else _PALE_GUEST, INK, 1)
        sketch.text(533, y, name, "middle")
    sketch.rect(676, middle - 17, 216, 34, FILM, INK, 1)
    sketch.text(784, middle, shorten(film, 23), "middle")
    told = f"{count(len(walks)).capitalize()} walks that brought {film} to {who}, each as thick as it's loud."
    return Plot(sketch.figure, f"{told} The loudest runs over {walks[0].film} and {walks[0].peer}.")


class Station(NamedTuple):
    """One of the films or of the guests in between."""

    name: str
    """What it's called."""
    at_home: bool = False
    """Whether this guest has stayed at home."""


def plot_flow(
    who: str, film: str, films: Sequence[str], peers: Sequence[Station], weight: np.ndarray, whole: float, result: str
) -> Sketch:
    """All walks from a guest to a film, bundled by the films and peers in between and drawn to scale.

    Args:
        who, film: the two ends.
        films, peers: what stands above each band, from top to bottom; the last is all others.
        weight: `(len(films), len(peers))`, of the walks over both.
        whole: what all weights were together when everybody was there; it's the height of the drawing.
        result: the line below it.
    """
    rows = max(len(films), len(peers))
    sketch, scale = Sketch(900, 78 + _WHOLE + (_LABEL + 4) * rows), _WHOLE / whole
    by_film, by_peer, total = weight.sum(axis=1) * scale, weight.sum(axis=0) * scale, float(weight.sum() * scale)
    tops = [_stack(heights) for heights in (by_film, by_peer)]
    percents = [_percents(heights / _WHOLE) for heights in (by_film, by_peer)]
    end = 40 + (sketch.height - 78 - _WHOLE) / 2  # where the bars at both ends begin
    left, right, to_peer = end, end, tops[1].copy()
    for row in reversed(range(len(films))):  # all others first, below the rest
        from_film = tops[0][row]
        for place in range(len(peers)):
            high = float(weight[row, place] * scale)
            named = row < len(films) - 1, place < len(peers) - 1
            colour = _PALE_FILM if named[0] else _PALE_GUEST if named[1] else FAINT
            _ribbon(sketch, (_FILMS[1], from_film), (_PEERS[0], to_peer[place]), high, colour)
            from_film, to_peer[place] = from_film + high, to_peer[place] + high
    for row, high in enumerate(by_film):
        last = row == len(films) - 1
        _ribbon(sketch, (_FROM[1], left), (_FILMS[0], tops[0][row]), high, FAINT if last else _PALE_FILM)
        left += high
        _band(sketch, _FILMS, tops[0][row], high, MUTED if last else FILM, films[row], percents[0][row])
    for place, high in enumerate(by_peer):
        last, (name, at_home) = place == len(peers) - 1, peers[place]
        _ribbon(sketch, (_PEERS[1], tops[1][place]), (_TO[0], right), high, FAINT if last else _PALE_GUEST)
        right += high
        colour = MUTED if last else GUEST
        _band(sketch, _PEERS, tops[1][place], high, colour, name, None if at_home else percents[1][place])
    for ends, colour in ((_FROM, GUEST), (_TO, FILM)):
        sketch.rect(ends[0], end, ends[1] - ends[0], _WHOLE, "white", MUTED)
        sketch.rect(ends[0], end, ends[1] - ends[0], total, colour)
    sketch.text(10, 18, who, bold=True)
    sketch.text(_FILMS[0], 18, "raved about", bold=True)
    sketch.text(_PEERS[0], 18, "so did", bold=True)
    sketch.text(890, 18, shorten(film, 20), "end", bold=True)
    sketch.text(10, sketch.height - 20, result)
    return sketch


def _stack(heights: np.ndarray) -> np.ndarray:
    """Where each band begins, with a line of words above it."""
    return 40 + _LABEL + np.concatenate([[0], np.cumsum(heights + _LABEL + 4)[:-1]])


def _percents(parts: np.ndarray) -> list[int]:
    """Whole percents that sum to what the sum of the parts is rounded to: the largest remainders are rounded up."""
    exact = 100 * parts
    whole = np.floor(exact)
    whole[np.argsort(whole - exact, kind="stable")[: round(exact.sum() - whole.sum())]] += 1
    return whole.astype(int).tolist()


def _band(sketch: Sketch, ends: tuple[int, int], top: float, high: float, colour: str, name: str,
          percent: int | None) -> None:  # fmt: skip
    """A part of all walks, and above it what it's called and how much it is; None for a peer who isn't there."""
    sketch.text(ends[0], top - _LABEL / 2, name, colour=INK if percent is not None else "#5f6d6b", size=14)
    if percent is None:
        sketch.line([(ends[0], top), (ends[1], top)], MUTED, 1, "4 4")
    else:
        sketch.text(ends[1], top - _LABEL / 2, f"{percent}%" if percent else "<1%", "end", size=14)
        sketch.rect(ends[0], top, ends[1] - ends[0], max(high, 0.5), colour)


def _ribbon(sketch: Sketch, start: tuple[float, float], end: tuple[float, float], high: float, colour: str) -> None:
    """A band that runs from `start` to `end`, both upper corners."""
    if high < 0.15:
        return
    way = np.linspace(0, 1, 13)
    x, y = start[0] + (end[0] - start[0]) * way, start[1] + (end[1] - start[1]) * (3 - 2 * way) * way**2
    upper = list(zip(x.tolist(), y.tolist(), strict=True))
    sketch.polygon(upper + [(a, b + high) for a, b in reversed(upper)], colour)


@styled
def plot_similar(
    possessive: str, names: Sequence[str], loudness: Sequence[float], most: int, rank: int, n: int, m: int
) -> Plot:
    """How loudly some other guests are heard in two steps, loudest on top.

    Args:
        possessive: "your" or "the writer's".
        names: what each of them is called.
        loudness: one per name.
        most: the place in `names` of the guest who shares most raves.
        rank: that guest's rank by loudness, among everybody.
        n, m: how many other guests share a rave, of how many.
    """
    skipped = rank - 1 - most  # by everybody who is louder than `most` and not drawn
    places = [place + (skipped > 0 and place >= most) for place in range(len(names))]
    ax = new_axes(9, 0.42 * (places[-1] + 1) + 0.9)
    ax.barh(places, loudness, color=[ACCENT if place == most else GUEST for place in range(len(names))])
    gap = [most] if skipped > 0 else []
    ax.set_yticks([*places, *gap], [*names, *(f"… {count(skipped)} more …" for _ in gap)])
    ax.set(xlabel="how loud this guest is after two steps, an entry of S Sᵀ", ylim=(places[-1] + 0.5, -0.5))
    second = (
        f"Who shares most raves (red) is only number {rank}" if rank > 1 else "Who shares most raves (red) is first"
    )
    return Plot(
        cast(Figure, ax.figure),
        f"{n} of {m} other guests share a rave, and so they have a number in {possessive} row. {second}.",
    )


@styled
def plot_far(reach: pd.DataFrame, lists: pd.DataFrame, popularity: float) -> Plot:
    """Who is within reach after some steps, and beside it what lists made of such walks are worth.

    Args:
        reach: of `reach_by_hop`: `hop, ends_at, mean_share`.
        lists: of `lists_by_hops`: `rule, hops, ndcg@10, shared`; the first rule is told of in the caption.
        popularity: the NDCG@10 of the charts.
    """
    near, worth, alike = new_grid(11, 3.9, 3)
    colours = [FILM if kind == "films" else GUEST for kind in reach["ends_at"]]
    bars = near.bar(range(len(reach)), reach["mean_share"], color=colours, edgecolor=INK, linewidth=0.5)
    near.bar_label(bars, [f"{share:.0%}" for share in reach["mean_share"]], padding=2)
    near.set_xticks(range(len(reach)), [f"{row.hop}\n{row.ends_at}" for row in reach.itertuples()])
    near.set(title="Who is within reach", xlabel="steps", yticks=[], ylim=(0, 1.15))
    near.spines["left"].set_visible(False)
    for ax, column, title in ((worth, "ndcg@10", "NDCG@10"), (alike, "shared", "Charts among the ten films")):
        for (rule, rows), colour, line in zip(lists.groupby("rule", sort=False), (ACCENT, INK), "o^", strict=False):
            ax.plot(rows["hops"], rows[column], f"{line}-", color=colour, label=rule)
        ax.set(title=title, xlabel="steps", ylim=(0, None))
        ax.set_xticks(sorted(set(lists["hops"])))
    worth.axhline(popularity, color=MUTED, linestyle="--", linewidth=1.5)
    worth.annotate("the charts", (1, popularity), (0, -4), ("axes fraction", "data"), "offset points",
                   ha="right", va="top")  # fmt: skip
    alike.set_ylim(0, 10.6)
    worth.figure.legend(*worth.get_legend_handles_labels(), loc="outside lower right", ncols=2)
    rule, last = lists["rule"].iloc[0], int(lists["hops"].max())
    alone = lists[lists["rule"] == rule].set_index("hops")
    best = int(alone["ndcg@10"].idxmax())
    reached = reach.set_index("hop")["mean_share"].get(best, 1.0)
    return Plot(
        cast(Figure, near.figure),
        f"{count(best).capitalize()} steps reach {reached:.0%} of the films and rank best. With {last} steps "
        f"{alone.loc[last, 'shared']:.1f} of the ten films on a list are the charts.",
    )


@styled
def plot_peers(share: Sequence[float], lost: Sequence[float], film: str) -> Plot:
    """What each peer carries of a film against what would be missing without them, both as a part of all.

    Args:
        share, lost: one number per peer.
        film: its title.
    """
    carried, missing = 100 * np.asarray(share), 100 * np.asarray(lost)
    ax, up = new_axes(9, 4.2), missing < 0
    edge = float(carried.max())
    ax.plot([0, edge], [0, edge], "--", color=MUTED, linewidth=1)
    ax.annotate("lost as much as carried", (edge * 0.72, edge * 0.72), (-8, 0), textcoords="offset points", ha="right")
    ax.axhline(0, color=INK, linewidth=1)
    for there, colour, marker, name in ((~up, GUEST, "o", "quieter without"), (up, ACCENT, "D", "louder without")):
        ax.plot(carried[there], missing[there], marker, color=colour, markersize=6, alpha=0.7, label=name)
    ax.legend(loc="upper left")
    ax.set(xlabel="what a peer carries, % of all that is heard", ylabel="what is lost without the peer, %")
    return Plot(
        cast(Figure, ax.figure),
        f"Of {len(carried)} peers who carry {film}, {int(up.sum())} make it louder by staying at home. "
        f"All {len(carried)} take less away than they carry.",
    )
