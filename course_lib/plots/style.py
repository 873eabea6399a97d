"""One visual language for every figure: palette, shapes, sizes, and how a figure is shown."""

import base64
import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

import matplotlib as mpl
from cycler import cycler
from IPython.display import display
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.patches import FancyBboxPatch

from course_lib.plots.colours import PALETTE
from course_lib.plots.text import markdown

_Arguments = ParamSpec("_Arguments")
_Drawn = TypeVar("_Drawn")


def course_style() -> AbstractContextManager[None]:
    """The course's matplotlib settings for as long as something is drawn; then the learner's own are back."""
    return mpl.rc_context(
        {
            "axes.prop_cycle": cycler(color=PALETTE),
            "figure.dpi": 110,
            "font.family": "DejaVu Sans",
            "font.size": 12,
            "axes.titlesize": 13,
            "axes.titlelocation": "left",
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": False,
            "legend.frameon": False,
        }
    )


def styled(draw: Callable[_Arguments, _Drawn]) -> Callable[_Arguments, _Drawn]:
    """A function that draws, in the course's style."""

    @wraps(draw)
    def in_style(*arguments: _Arguments.args, **options: _Arguments.kwargs) -> _Drawn:
        with course_style():
            return draw(*arguments, **options)

    return in_style


class _Card(Figure):
    """A figure that is also put on paper in the course's style: matplotlib makes most ticks only then."""

    @styled
    def draw(self, renderer: RendererBase) -> None:
        super().draw(renderer)


def new_axes(width: float, height: float) -> Axes:
    """Axes on a fresh figure in the course's style, sizes in inches."""
    return new_grid(width, height, 1)[0]


@styled
def new_grid(width: float, height: float, ncols: int = 2, nrows: int = 1) -> list[Axes]:
    """Axes beside and below each other on a fresh figure in the course's style, row by row; sizes in inches.

    The figure is not registered with pyplot: it is freed when nothing refers to it, and never shown by accident.
    """
    figure = new_figure(width, height, layout=ConstrainedLayoutEngine(w_pad=0.1, h_pad=0.1))
    return list(figure.subplots(nrows, ncols, squeeze=False).flat)


@styled
def new_figure(width: float, height: float, **arguments) -> Figure:
    """A figure without axes, sizes in inches, on a white card with round corners: in the dark theme it is a card."""
    figure = _Card(figsize=(width, height), facecolor="none", **arguments)
    FigureCanvasAgg(figure)
    card = FancyBboxPatch((0, 0), width, height, boxstyle="round,pad=0,rounding_size=0.08", fc="white", ec="none",
                          transform=figure.dpi_scale_trans, zorder=-10, clip_on=False)  # fmt: skip
    figure.add_artist(card)
    return figure


def png(figure: Figure) -> str:
    """The figure as PNG, base64."""
    buffer = io.BytesIO()
    FigureCanvasAgg(figure).print_png(buffer)  # savefig would lay the figure out twice
    return base64.b64encode(buffer.getvalue()).decode()


@dataclass(frozen=True)
class Plot:
    """A picture and its caption: a sentence that says what was found, with its number."""

    figure: Figure
    caption: str


def show(picture: Plot | Figure, caption: str | None = None, save: str | Path | None = None) -> None:
    """Display a picture and, visible below it, its caption; and save it as PNG if asked.

    The same sentence is the picture's text twin: what a terminal prints, what nbconvert writes as `alt`, and what the
    notebook tests compare.

    Args:
        picture: what a plot function returns; or a bare figure, whose `caption` is then given here.
    """
    if isinstance(picture, Plot):
        caption, picture = caption or picture.caption, picture.figure
    if not caption:
        raise ValueError("a bare figure brings no caption; give one after it")
    display({"image/png": png(picture), "text/plain": caption}, raw=True, metadata={"image/png": {"alt": caption}})
    display({"text/markdown": f"*{markdown(caption)}*", "text/plain": caption}, raw=True)
    if save is not None:
        picture.savefig(save, dpi=150)
