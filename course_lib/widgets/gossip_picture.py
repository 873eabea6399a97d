"""The message-passing picture of notebooks 01 and 04: pages drawn in Python, turned by the browser without a kernel."""

from collections.abc import Sequence
from pathlib import Path

import anywidget
import traitlets


class GossipPicture(anywidget.AnyWidget):
    """A book of SVG drawings with a page per round of gossip, and a button that plays them.

    Link `round` and `row` to controls with `ipywidgets.jslink`: then a key press turns the page within the browser.

    Args:
        pages: rows of SVG texts, a text per round; all have the same shapes in the same order, and carry their own
            alternative text.
        round: the page shown first.
        told: per round, per line of the drawing, the colours of what its first end and its last end say in that round,
            "" where an end has nothing to say; without it black dots run along every line.

    Attributes:
        row, round: which page is shown.
    """

    _esm = Path(__file__).with_suffix(".js")
    _css = """
    .course-gossip polyline, .course-gossip circle, .course-gossip rect {
        transition: fill 0.4s, stroke-width 0.4s, x 0.4s, width 0.4s;
    }
    .course-message { stroke: #222222; stroke-width: 1.5px; }
    @keyframes course-flash { to { stroke-opacity: 0.1; } }
    .course-gossip polyline[stroke-width="7"] { animation: course-flash 0.4s 0.9s 6 alternate; }
    @media (prefers-reduced-motion: reduce) {
        .course-gossip * { transition: none !important; animation: none !important; }
    }
    """
    pages: traitlets.List[list[str]] = traitlets.List().tag(sync=True)
    row = traitlets.Int(0).tag(sync=True)
    round = traitlets.Int(0).tag(sync=True)

    told: traitlets.List[list[list[str]]] | None = traitlets.List(None, allow_none=True).tag(sync=True)

    def __init__(
        self, pages: Sequence[Sequence[str]], round: int = 0, told: list[list[list[str]]] | None = None
    ) -> None:
        super().__init__(pages=[list(row) for row in pages], round=round, told=told)
        self.add_class("course-gossip")
