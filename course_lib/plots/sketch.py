"""Drawings of a few shapes, as SVG for the screen and as PNG for paper.

A widget redraws at every key press. Text and rectangles as an SVG string take a millisecond or two, a matplotlib figure
a hundred; so what a widget shows is a `Sketch`, and matplotlib only makes its picture twin, once.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, Literal

from course_lib.plots.colours import INK

if TYPE_CHECKING:  # what a widget shows needs no matplotlib, which takes its time to load
    from matplotlib.figure import Figure

_SIZE = 16  # of text, in pixels
_ALIGN: dict[str, Literal["left", "center", "right"]] = {"start": "left", "middle": "center", "end": "right"}
_HATCH = (
    '<defs><pattern id="{}" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<line y2="8" stroke="white" stroke-width="5"/></pattern></defs>'
)
_hatch_ids = itertools.count()  # an id may occur once in a page


@dataclass(frozen=True)
class Plane:
    """A rectangle of a sketch and the data that it spans.

    Attributes:
        left, top, width, height: in pixels of the sketch.
        x, y: first and last value along each side, `y` from bottom to top.
    """

    left: float
    top: float
    width: float
    height: float
    x: tuple[float, float]
    y: tuple[float, float] = (0.0, 1.0)

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where the point `(x, y)` of the data lies, in pixels."""
        across = (x - self.x[0]) / (self.x[1] - self.x[0])
        up = (y - self.y[0]) / (self.y[1] - self.y[0])
        return self.left + across * self.width, self.top + (1 - up) * self.height


class Sketch:
    """Shapes on a white card of `width` x `height` pixels, the origin in the upper left corner.

    Text is 16 pixels high (12 point), and placed by its vertical centre.
    """

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self._hatch = f"course-hatch-{next(_hatch_ids)}"
        self._svg: list[str] = []
        self._artists: list[Callable[[Any, Any], Any]] = []  # what matplotlib draws instead of each entry of `_svg`

    def rect(self, x: float, y: float, width: float, height: float, fill: str, rim: str = "none",
             rim_width: float = 1, hatched: bool = False, title: str = "") -> None:  # fmt: skip
        """A rectangle by its upper left corner; `hatched` says the same as a second colour, `title` shows on hover."""
        place = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
        self._add(
            f'<rect {place} fill="{fill}" stroke="{rim}" stroke-width="{rim_width:g}">{_title(title)}</rect>'
            + (f'<rect {place} fill="url(#{self._hatch})"/>' if hatched else ""),
            lambda ax, mpl: ax.add_patch(
                mpl.patches.Rectangle((x, y), width, height, fc=fill, ec="white" if hatched and rim == "none" else rim,
                          lw=rim_width, hatch="//" if hatched else None)
            ),
        )  # fmt: skip

    def circle(self, x: float, y: float, radius: float, fill: str, rim: str = "none", rim_width: float = 1,
               title: str = "") -> None:  # fmt: skip
        """A disc around `(x, y)`."""
        self._add(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" fill="{fill}" stroke="{rim}" '
            f'stroke-width="{rim_width:g}">{_title(title)}</circle>',
            lambda ax, mpl: ax.add_patch(mpl.patches.Circle((x, y), radius, fc=fill, ec=rim, lw=rim_width)),
        )

    def polygon(self, points: Sequence[tuple[float, float]], fill: str, rim: str = "none", rim_width: float = 1,
                title: str = "") -> None:  # fmt: skip
        """A filled outline."""
        self._add(
            f'<polygon points="{_points(points)}" fill="{fill}" stroke="{rim}" stroke-width="{rim_width:g}">'
            f"{_title(title)}</polygon>",
            lambda ax, mpl: ax.add_patch(mpl.patches.Polygon(points, fc=fill, ec=rim, lw=rim_width)),
        )

    def line(self, points: Sequence[tuple[float, float]], colour: str = INK, width: float = 1, dash: str = "") -> None:
        """A line through `points`; `dash` as in SVG: lengths of strokes and gaps in pixels."""
        style = (0, tuple(float(length) / max(width, 1) for length in dash.split())) if dash else "-"
        x, y = zip(*points, strict=True)
        self._add(
            f'<polyline points="{_points(points)}" fill="none" stroke="{colour}" stroke-width="{width:g}"'
            + (f' stroke-dasharray="{dash}"' if dash else "")
            + "/>",
            lambda ax, mpl: ax.add_line(mpl.lines.Line2D(x, y, color=colour, lw=width, ls=style)),
        )

    def arrow(self, tail: tuple[float, float], head: tuple[float, float], colour: str, width: float = 3) -> None:
        """A vertical arrow whose head is never longer than the arrow."""
        (x, start), (_, end) = tail, head
        length = abs(end - start)
        tip = min(14.0, length)
        neck = end - tip if end > start else end + tip
        self.line([tail, (x, neck)], colour, min(width, length))
        self.polygon([(x - tip / 2, neck), (x + tip / 2, neck), (x, end)], colour)

    def text(self, x: float, y: float, text: str, anchor: str = "start", colour: str = INK, bold: bool = False,
             size: float = _SIZE) -> None:  # fmt: skip
        """One line of text; `anchor` is `"start"`, `"middle"` or `"end"`."""
        base = y + 0.36 * size  # from the centre of the letters to the line they stand on
        weight = ' font-weight="bold"' if bold else ""
        self._add(
            f'<text x="{x:.1f}" y="{base:.1f}" text-anchor="{anchor}" fill="{colour}" font-size="{size:g}"{weight}>'
            f"{escape(text)}</text>",
            lambda ax, _: ax.text(x, base, text, ha=_ALIGN[anchor], va="baseline", color=colour, size=size,
                               weight="bold" if bold else "normal", parse_math=False),
        )  # fmt: skip

    def axes(self, plane: Plane, x_label: str, y_label: str = "", x_ticks: bool = True) -> None:
        """Axes along the left and the lower side of `plane`, with round numbers and their labels.

        The label of the vertical axis is written above it, so that nobody has to turn their head.
        """
        bottom = plane.top + plane.height
        self.line([(plane.left, plane.top), (plane.left, bottom), (plane.left + plane.width, bottom)], "#666666")
        for value in _ticks(*plane.x) if x_ticks else ():
            x, _ = plane.at(value, plane.y[0])
            self.line([(x, bottom), (x, bottom + 5)], "#666666")
            self.text(x, bottom + 17, _number(value), "middle")
        for value in _ticks(*plane.y):
            _, y = plane.at(plane.x[0], value)
            self.line([(plane.left - 5, y), (plane.left, y)], "#666666")
            self.text(plane.left - 9, y, _number(value), "end")
        self.text(plane.left + plane.width / 2, bottom + 42, x_label, "middle")
        if y_label:
            self.text(plane.left - 9, plane.top - 20, y_label)

    def svg(self, alt: str) -> str:
        """The drawing as an SVG element that fills its column, up to its own width, with `alt` as its name."""
        return (
            f'<svg role="img" aria-label="{escape(alt)}" viewBox="0 0 {self.width:g} {self.height:g}" '
            f'style="display:block;width:100%;max-width:{self.width:g}px;box-sizing:border-box;background:white;'
            'border-radius:8px;font-family:DejaVu Sans,Verdana,sans-serif">'
            + _HATCH.format(self._hatch)
            + "".join(self._svg)
            + "</svg>"
        )

    @property
    def figure(self) -> "Figure":
        """The drawing as a new matplotlib figure, its picture twin."""
        import matplotlib as mpl

        from course_lib.plots.style import course_style, new_figure

        with course_style():
            figure = new_figure(self.width / 72, self.height / 72, dpi=90)  # 72 pixels of the sketch to the inch
            ax = figure.add_axes((0, 0, 1, 1), xlim=(0, self.width), ylim=(self.height, 0))
            ax.axis("off")
            for order, put in enumerate(self._artists):
                put(ax, mpl).set_zorder(order)
        return figure

    def _add(self, svg: str, artist: Callable[[Any, Any], Any]) -> None:
        self._svg.append(svg)
        self._artists.append(artist)


def ink_on(colour: str) -> str:
    """Black or white, whichever reads better on `#rrggbb`."""
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return INK if 0.299 * red + 0.587 * green + 0.114 * blue > 110 else "#ffffff"


def _ticks(low: float, high: float) -> list[float]:
    from matplotlib.ticker import MaxNLocator

    slack, values = 1e-9 * (high - low), MaxNLocator(5, steps=[1, 2, 5, 10]).tick_values(low, high)
    return [float(value) for value in values if low - slack <= value <= high + slack]


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.6g}".replace("-", "−")


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _title(title: str) -> str:
    return f"<title>{escape(title)}</title>" if title else ""
