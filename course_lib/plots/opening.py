"""Ten films and the walks that brought them (notebook 01)."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from course_lib.plots.colours import ACCENT, FILM, GUEST, INK, MUTED
from course_lib.plots.sketch import Sketch

_WIDTH, _ROW, _TOP = 900, 38, 40
_YOU, _LIKED, _PEER, _LISTED = 40, (112, 340), (372, 498), (538, 892)  # the four columns, from left to right
_PALE_FILM, _PALE_GUEST = "#fff3da", "#dcebf8"


class Arrival(NamedTuple):
    """One line of the list: a film, and the walk that brought it."""

    liked: str
    """The raved film it went through."""
    peer: str
    """The guest who raved about both."""
    film: str
    """The film that arrived."""


def plot_arrivals(who: str, arrivals: Sequence[Arrival], lit: int) -> Sketch:
    """A list of films at the right, best on top, and the walk to each from a guest at the left; one walk is lit.

    Args:
        who: "you" or "the writer".
        arrivals: best first, at most ten.
        lit: place of the walk to light, from 0.
    """
    height = _TOP + _ROW * max(len(arrivals), 1)
    sketch = Sketch(_WIDTH, height)
    heads = (8, who), (_LIKED[0], "raved about"), (_PEER[0], "so did"), (_LISTED[0], "who also raved about")
    for x, words in heads:  # read from left to right they are the sentence that each walk says
        sketch.text(x, 18, words, bold=True)
    liked = _levels([a.liked for a in arrivals], height)
    peers = _levels([a.peer for a in arrivals], height)
    listed = {place: _TOP + _ROW * (place + 0.5) for place in range(len(arrivals))}
    middle = (_TOP + height) / 2
    for place in sorted(range(len(arrivals)), key=lambda place: place == lit):  # the lit walk lies on top
        arrival = arrivals[place]
        heights = (middle, liked[arrival.liked], peers[arrival.peer], listed[place])
        gaps = ((_YOU, _LIKED[0]), (_LIKED[1], _PEER[0]), (_PEER[1], _LISTED[0]))
        for (start, end), before, after in zip(gaps, heights, heights[1:], strict=False):
            is_lit = place == lit
            sketch.line([(start, before), (end, after)], ACCENT if is_lit else MUTED, 4 if is_lit else 1.5)
    on = arrivals[lit] if arrivals else Arrival("", "", "")
    sketch.circle(_YOU, middle, 24, GUEST, INK, 1.5)
    for title, y in liked.items():
        _card(sketch, _LIKED, y, _fit(title, 23), title == on.liked)
    for name, y in peers.items():
        is_lit = name == on.peer
        sketch.rect(_PEER[0] + 14, y - 15, _PEER[1] - _PEER[0] - 14, 30, GUEST if is_lit else _PALE_GUEST)
        sketch.circle(_PEER[0] + 15, y, 15, GUEST if is_lit else _PALE_GUEST, INK, 1)
        sketch.text((_PEER[0] + 30 + _PEER[1]) / 2, y, name, "middle", bold=is_lit)
    for place, y in listed.items():
        _card(sketch, _LISTED, y, f"{place + 1}  {_fit(arrivals[place].film, 35)}", place == lit)
    return sketch


def _card(sketch: Sketch, ends: tuple[float, float], y: float, text: str, lit: bool) -> None:
    sketch.rect(ends[0], y - 15, ends[1] - ends[0], 30, FILM if lit else _PALE_FILM, INK if lit else MUTED, 1)
    sketch.text(ends[0] + 8, y, text, bold=lit)


def _fit(title: str, length: int) -> str:
    """A title of at most `length` characters: with its year if there is room, else without, cut only if it must be."""
    parts = re.fullmatch(r"(.+?)(?:, (?:The|A|An))? (\(\d{4}\)).*", title)
    if len(title) <= length or not parts:
        return title if len(title) <= length else title[: length - 1].rstrip() + "…"
    name, year = parts.groups()
    if len(name) > length:
        return name[: length - 1].rstrip() + "…"
    return f"{name} {year}" if len(name) + 1 + len(year) <= length else name


def _levels(names: Sequence[str], height: float) -> dict[str, float]:
    """The height of each name: spread over the picture, in the order of their mean place, so that few lines cross."""
    places = {name: [place for place, other in enumerate(names) if other == name] for name in names}
    order = sorted(places, key=lambda name: sum(places[name]) / len(places[name]))
    step = (height - _TOP) / max(len(order), 1)
    return {name: _TOP + step * (level + 0.5) for level, name in enumerate(order)}
