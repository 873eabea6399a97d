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

    Attributes:
        row, round: which page is shown.
    """

    _esm = Path(__file__).with_suffix(".js")
    _css = """
    .course-gossip polyline, .course-gossip circle, .course-gossip rect {
        transition: fill 0.4s, stroke-width 0.4s, x 0.4s, width 0.4s;
    }
    @media (prefers-reduced-motion: reduce) { .course-gossip * { transition: none !important; } }
    """
    pages: traitlets.List[list[str]] = traitlets.List().tag(sync=True)
    row = traitlets.Int(0).tag(sync=True)
    round = traitlets.Int(0).tag(sync=True)

    def __init__(self, pages: Sequence[Sequence[str]], round: int = 0) -> None:
        super().__init__(pages=[list(row) for row in pages], round=round)
        self.add_class("course-gossip")
