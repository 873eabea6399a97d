"""One visual language for every figure: palette, shapes, sizes, and how a figure is shown."""

import base64
import io
from pathlib import Path

import matplotlib as mpl
from IPython.display import display
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

# petroff10 keeps its first eight colours apart under the three kinds of colour blindness.
PALETTE = ("#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6", "#a96b59", "#e76300", "#b9ac70")
GUEST, FILM, ACCENT, MUTED = PALETTE[0], PALETTE[1], PALETTE[2], PALETTE[3]
GUEST_MARKER, FILM_MARKER = "o", "s"  # guests are circles, films are squares: never colour alone

_RC = {
    "axes.prop_cycle": mpl.cycler(color=PALETTE),
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
    figure = new_figure(width, height, layout="constrained")
    figure.get_layout_engine().set(w_pad=0.1, h_pad=0.1)
    return figure.subplots(**subplots)


def new_figure(width: float, height: float, **arguments) -> Figure:
    """A figure without axes, sizes in inches, on a white card with round corners: in the dark theme it is a card."""
    mpl.rcParams.update(_RC)
    figure = Figure(figsize=(width, height), facecolor="none", **arguments)
    FigureCanvasAgg(figure)
    card = FancyBboxPatch((0, 0), width, height, boxstyle="round,pad=0,rounding_size=0.08", fc="white", ec="none",
                          transform=figure.dpi_scale_trans, zorder=-10, clip_on=False)  # fmt: skip
    figure.add_artist(card)
    return figure


def ink_on(colour: str) -> str:
    """Black or white, whichever reads better on `#rrggbb`."""
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return "#222222" if 0.299 * red + 0.587 * green + 0.114 * blue > 110 else "#ffffff"


def png(figure: Figure) -> str:
    """The figure as PNG, base64."""
    buffer = io.BytesIO()
    figure.canvas.print_png(buffer)  # savefig would lay the figure out twice
    return base64.b64encode(buffer.getvalue()).decode()


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
