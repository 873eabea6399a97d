"""What every widget shares: a slider with a name, and the twins for readers without a kernel."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import anywidget
import ipywidgets
from IPython.display import display
from matplotlib.figure import Figure

from course_lib.plots.style import png

VIEW = "application/vnd.jupyter.widget-view+json"
NO_KERNEL = "To bring it to life, open the notebook in JupyterLab and choose Run → Run All Cells."


class Live(anywidget.AnyWidget):
    """Unseen, in every live widget: names its controls, keeps its keys, and hides the stored pictures below it."""

    _esm = Path(__file__).with_suffix(".js")
    _css = Path(__file__).with_suffix(".css")


def number(
    description: str, value: float, low: float, high: float, step: float = 1
) -> tuple[ipywidgets.BoundedFloatText, ipywidgets.HBox]:
    """A number field with a slider beside it, and the row of both; whole numbers where `step` is whole.

    The field is the control, and the slider its twin: the browser keeps them equal, without asking the kernel.
    """
    whole = isinstance(step, int)
    span = {"value": value, "min": low, "max": high, "step": step}
    named = {"description": description, "style": {"description_width": "9em"}, "layout": {"width": "15em"}}
    wide = {"readout": False, "layout": {"width": "20em", "max_width": "100%"}}
    field = (ipywidgets.BoundedIntText if whole else ipywidgets.BoundedFloatText)(**named, **span)
    slider = (ipywidgets.IntSlider if whole else ipywidgets.FloatSlider)(**wide, **span)
    ipywidgets.jslink((field, "value"), (slider, "value"))
    return field, ipywidgets.HBox([field, slider], layout={"flex_flow": "row wrap"})


def buttons(description: str, options: object, value: object, width: str = "auto") -> ipywidgets.ToggleButtons:
    """A row of buttons to choose from. Not a drop-down: JupyterLab takes the arrow keys from a focused list."""
    style = {"description_width": "9em", "button_width": width}
    layout = {"width": "auto"}  # the label beside the buttons, not above them
    return ipywidgets.ToggleButtons(options=options, value=value, description=description, style=style, layout=layout)


def show(
    box: ipywidgets.DOMWidget,
    summary: str,
    figure: Figure | None = None,
    others: Mapping[str, Figure] = MappingProxyType({}),
) -> None:
    """Display a widget: the live view, and below it, where there is no kernel, its pictures and how to wake it.

    A stored view without its kernel is one line, "model not found", and JupyterLab looks no further within an output.
    So the pictures are outputs of their own, and the live view hides them.

    Args:
        box: controls and view.
        summary: what is on screen, in words.
        figure: what `summary` describes, as a picture; None where the words are all.
        others: further pictures by the words that describe them.
    """
    live = ipywidgets.VBox([box, Live()]).add_class("course-live")
    display({VIEW: live._repr_mimebundle_()[VIEW], "text/plain": summary}, raw=True)
    pictures = {summary: figure} if figure is not None else {}
    for alt, picture in {**pictures, **others}.items():
        display({"image/png": png(picture), "text/plain": alt}, raw=True, metadata={"image/png": {"alt": alt}})
    line = f"A stored picture. {NO_KERNEL}" if pictures else NO_KERNEL
    display({"text/markdown": f"*{line}*", "text/plain": line}, raw=True)
