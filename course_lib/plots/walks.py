"""Between a guest and a film: the walks, the score by hop, and the score without a peer (notebook 10)."""

from collections.abc import Sequence
from typing import NamedTuple

from course_lib.plots.colours import ACCENT, FILM, GUEST, INK, MUTED
from course_lib.plots.sketch import Sketch
from course_lib.plots.text import shorten

_ROW, _BARS, _LONGEST = 25, 478, 250  # height of a row; left end and greatest length of the bars of the walks


class Walk(NamedTuple):
    """One walk from a film to a guest: over another film the guest raved about and a peer who raved about both."""

    film: str
    """The title in between, empty for the rave itself."""
    peer: int
    """The guest in between, -1 for the rave itself."""
    weight: float
    """Loudness in 1/1000."""


class Others(NamedTuple):
    """Walks told in one line."""

    n: int
    """How many."""
    weight: float
    """How loud they are together, in 1/1000."""


NOTHING = Others(0, 0.0)


def plot_between(
    walks: Sequence[Walk],
    others: Others,
    parts: Sequence[float],
    peer: int | None = None,
    more: Others = NOTHING,
    scores: Sequence[float] = (),
) -> Sketch:
    """The loudest walks between a guest and a film, the score by hop, and what the score is without a peer.

    Args:
        walks: loudest first, at most eight.
        others: all walks that are neither among them nor over the muted peer.
        parts: of `influence.score_by_hop`, four at most.
        peer: the muted one, whose walks are drawn empty; None for nobody.
        more: the walks over the peer that are not among the loudest.
        scores: of `influence.mute`.
    """
    top = 60 + _ROW * (len(walks) + 1 + (more.n > 0))  # of the lower half
    sketch = Sketch(860, top + 148)
    _walks(sketch, walks, others, peer, more)
    _hops(sketch, parts, top)
    _scores(sketch, scores, peer, top)
    return sketch


def _walks(sketch: Sketch, walks: Sequence[Walk], others: Others, peer: int | None, more: Others) -> None:
    sketch.text(10, 18, "the loudest walks: over a film and a peer", bold=True)
    sketch.text(_BARS, 18, "loudness, in 1/1000", bold=True)
    edge = max([more.weight, *(walk.weight for walk in walks)]) or others.weight or 1.0
    for row, walk in enumerate(walks):
        y = 46 + _ROW * row
        if walk.film:
            sketch.rect(10, y - 7, 14, 14, FILM)
            sketch.text(32, y, shorten(walk.film, 34))
            sketch.circle(366, y, 8, GUEST)
            sketch.text(380, y, f"guest {walk.peer}")
        else:
            sketch.text(10, y, "the rave itself: one hop, nobody in between")
        _bar(sketch, y, walk.weight, edge, FILM if walk.film else ACCENT, bool(walk.film) and walk.peer == peer)
    y = 46 + _ROW * len(walks)
    if more.n:
        sketch.text(10, y, f"{more.n:,} more over")
        sketch.circle(366, y, 8, GUEST)
        sketch.text(380, y, f"guest {peer}")
        _bar(sketch, y, more.weight, edge, FILM, True)
        y += _ROW
    sketch.text(10, y, f"all {others.n:,} others" if walks else "no walk of 1 or 3 hops leads here")
    _bar(sketch, y, others.weight, edge, MUTED)


def _bar(sketch: Sketch, y: float, weight: float, edge: float, colour: str, silent: bool = False) -> None:
    """A bar and its number; empty where `silent`, an arrow that leaves the page where it is longer than the `edge`."""
    width = _LONGEST * min(weight / edge, 1)
    if weight > edge:
        sketch.rect(_BARS, y - 9, width - 16, 18, colour)
        tip = _BARS + width
        sketch.polygon([(tip - 16, y - 13), (tip, y), (tip - 16, y + 13)], colour)
    else:
        sketch.rect(_BARS, y - 9, width, 18, "white" if silent else colour, MUTED if silent else "none")
    sketch.text(_BARS + width + 8, y, f"{weight:.3f}" + (" muted" if silent else ""))


def _hops(sketch: Sketch, parts: Sequence[float], top: float) -> None:
    sketch.text(10, top, f"the score {sum(parts):.2f}, by hop", bold=True)
    low, high = min(*parts, 0.0), max(*parts, 0.0)
    length = 220 / max(high - low, 1e-9)
    zero = 100 - low * length
    for hop, part in enumerate(parts):
        y = top + 30 + 27 * hop
        sketch.text(10, y, "own tag" if hop == 0 else f"{hop} hop{'s' if hop > 1 else ''}")
        colour = INK if hop == 0 else FILM if hop % 2 else GUEST
        sketch.rect(min(zero, zero + part * length), y - 9, abs(part) * length, 18, colour)
        sketch.text(zero + max(part, 0.0) * length + 8, y, f"{part:+.2f}")
    sketch.line([(zero, top + 17), (zero, top + 15 + 27 * len(parts))])


def _scores(sketch: Sketch, scores: Sequence[float], peer: int | None, top: float) -> None:
    if peer is None:
        sketch.text(_BARS, top, "nobody is muted", bold=True)
        return
    sketch.text(_BARS, top, f"score without guest {peer}, zoomed in", bold=True)
    low, high = min(scores), max(scores)
    names = ("everybody there", "minus the share", "peer gone")
    for row, (name, score) in enumerate(zip(names, scores, strict=True)):
        y, x = top + 33 + 34 * row, 650 + 120 * (score - low) / max(high - low, 1e-9)
        sketch.text(_BARS, y, name)
        sketch.line([(640, y), (780, y)], MUTED)
        if row == 1:
            sketch.rect(x - 7, y - 7, 14, 14, FILM)
        else:
            sketch.circle(x, y, 8, INK if row == 0 else ACCENT)
        sketch.text(790, y, f"{score:.3f}")
