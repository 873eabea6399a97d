"""What every widget shares: a slider with a name, and the twins for readers without a kernel."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import anywidget
import ipywidgets
from IPython.display import display

from course_lib.plots.text import markdown

if TYPE_CHECKING:  # the live view is there before matplotlib is loaded for its picture twin
    from matplotlib.figure import Figure

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
    figure: "Figure | Callable[[], Figure] | None" = None,
    others: "Mapping[str, Figure]" = MappingProxyType({}),
    captions: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Display a widget: the live view, and below it, where there is no kernel, its pictures and how to wake it.

    A stored view without its kernel is one line, "model not found", and JupyterLab looks no further within an output.
    So the pictures are outputs of their own, and the live view hides them.

    Args:
        box: controls and view.
        summary: what is on screen, in words.
        figure: what `summary` describes, as a picture or as a function that draws it once the live view is there;
            None where the words are all.
        others: further pictures by the words that describe them.
        captions: what stands visibly below a picture, by the words that describe it.
    """
    wake(box, summary)
    first = {} if figure is None else {summary: figure() if callable(figure) else figure}
    for alt, picture in {**first, **others}.items():
        from course_lib.plots.style import png

        display({"image/png": png(picture), "text/plain": alt}, raw=True, metadata={"image/png": {"alt": alt}})
        if alt in captions:
            display({"text/markdown": f"*{markdown(captions[alt])}*", "text/plain": captions[alt]}, raw=True)
    line = f"A stored picture. {NO_KERNEL}" if first or others else NO_KERNEL
    display({"text/markdown": f"*{line}*", "text/plain": line}, raw=True)


def wake(box: ipywidgets.DOMWidget, words: str) -> None:
    """Display a live view; `words` stand where a widget cannot."""
    live = ipywidgets.VBox([box, Live()]).add_class("course-live")
    display({VIEW: live._repr_mimebundle_()[VIEW], "text/plain": words}, raw=True)
