"""One visual language for every figure: palette, shapes, sizes, and how a figure is shown."""

import base64
import io
from html import escape
from pathlib import Path

import matplotlib as mpl
from IPython.display import display
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

# petroff10 keeps its first eight colours apart under the three kinds of colour blindness.
PALETTE = ("#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6", "#a96b59", "#e76300", "#b9ac70")
GUEST, FILM, ACCENT, MUTED = PALETTE[0], PALETTE[1], PALETTE[2], PALETTE[3]
GUEST_MARKER, FILM_MARKER = "o", "s"  # guests are circles, films are squares: never colour alone

_RC = {
    "axes.prop_cycle": mpl.cycler(color=PALETTE),
    "figure.facecolor": "white",
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


def new_axes(width: float = 8.0, height: float = 4.0, **subplots) -> Axes:
    """Axes on a fresh figure in the course's style, sizes in inches; `ncols=2` and the like give an array of axes.

    The figure is not registered with pyplot: it is freed when nothing refers to it, and never shown by accident.
    """
    mpl.rcParams.update(_RC)
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure.subplots(**subplots)


def png(figure: Figure) -> str:
    """The figure as PNG, base64."""
    buffer = io.BytesIO()
    figure.canvas.print_png(buffer)  # savefig would lay the figure out twice
    return base64.b64encode(buffer.getvalue()).decode()


def img(figure: Figure, alt: str) -> str:
    """The figure as an HTML `<img>` with alternative text: the view of a widget."""
    return f'<img alt="{escape(alt)}" style="max-width:100%" src="data:image/png;base64,{png(figure)}">'


def show(figure: Figure, alt: str, save: str | Path | None = None) -> None:
    """Display a figure with a sentence that says what it shows, and save it as PNG if asked.

    The sentence is the figure's text twin: what a terminal prints, what nbconvert writes as `alt`, and what the
    notebook tests compare.
    """
    display(
        {"image/png": png(figure), "text/plain": alt},
        raw=True,
        metadata={"image/png": {"alt": alt}},
    )
    if save is not None:
        figure.savefig(save, dpi=150)
