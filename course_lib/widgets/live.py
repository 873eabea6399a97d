"""What every widget shares: a slider with a name, and the twins for readers without a kernel."""

from collections.abc import Callable, Iterable, Iterator, Mapping
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


if not hasattr(ipywidgets.Widget, "_repr_mimebundle_"):
    raise ImportError(
        f"the course's widgets need ipywidgets 8.1 or newer, and {ipywidgets.__version__} is loaded: "
        "run pip install 'ipywidgets>=8.1', restart the kernel (in Colab: Runtime > Restart session), and run again"
    )


class Live(anywidget.AnyWidget):
    """Unseen, in every live widget: names its controls, keeps its keys, and says that the stored pictures may go."""

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
    So the pictures are outputs of their own.

    Args:
        box: controls and view.
        summary: what is on screen, in words.
        figure: what `summary` describes, as a picture or as a function that draws it once the live view is there;
            None where the words are all.
        others: further pictures by the words that describe them.
        captions: what stands visibly below a picture, by the words that describe it.
    """
    wake(box, summary, _twins(summary, figure, others, captions))


def _twins(
    summary: str,
    figure: "Figure | Callable[[], Figure] | None",
    others: "Mapping[str, Figure]",
    captions: Mapping[str, str],
) -> Iterator[tuple[dict, dict]]:
    """What `show` displays below the live view, each as data and metadata of an output."""
    first = {} if figure is None else {summary: figure() if callable(figure) else figure}
    for alt, picture in {**first, **others}.items():
        from course_lib.plots.style import png

        yield {"image/png": png(picture), "text/plain": alt}, {"image/png": {"alt": alt}}
        if alt in captions:
            yield {"text/markdown": f"*{markdown(captions[alt])}*", "text/plain": captions[alt]}, {}
    line = f"A stored picture. {NO_KERNEL}" if first or others else NO_KERNEL
    yield {"text/markdown": f"*{line}*", "text/plain": line}, {}


def wake(box: ipywidgets.DOMWidget, words: str, twins: Iterable[tuple[dict, dict]]) -> None:
    """Display a live view, and below it what stands for it where there is no kernel.

    JupyterLab hides the twins by style, and so keeps them in the file. Every other front end (VS Code, Colab) hides
    nothing by itself; so where the view has come to life there, it says so, and the kernel empties them. Where it
    cannot live nobody says anything, and they stay.

    Args:
        box: controls and view.
        words: what stands in the view's place where a widget cannot.
        twins: outputs as data and metadata; looked at when the live view is there.
    """
    unseen = Live()
    _, metadata = unseen._repr_mimebundle_() or ({}, {})  # for Colab: a manager that knows others than its own
    live = ipywidgets.VBox([box, unseen]).add_class("course-live")
    display({VIEW: live._repr_mimebundle_()[VIEW], "text/plain": words}, raw=True, metadata=metadata)
    handles = [display(data, raw=True, metadata=more, display_id=True) for data, more in twins]
    unseen.on_msg(lambda *_: [handle.update({"text/plain": ""}, raw=True) for handle in handles])
