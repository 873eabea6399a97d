"""What every widget shares: the twins for readers without a kernel."""

from ipywidgets import DOMWidget
from matplotlib.figure import Figure

from course_lib.plots.style import png


def bundle(box: DOMWidget, summary: str, figure: Figure) -> dict[str, str]:
    """The MIME bundle of a widget: the live view, `summary` as its text and `figure` as its picture."""
    view = box._repr_mimebundle_()["application/vnd.jupyter.widget-view+json"]
    return {
        "application/vnd.jupyter.widget-view+json": view,
        "text/plain": summary,
        "image/png": png(figure),
    }
