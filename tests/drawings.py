"""Read the SVG of a view back: what shapes are on screen, and what words."""

from xml.etree import ElementTree


def drawing(view: str) -> ElementTree.Element:
    """The one SVG element of a widget's view; the test fails where it is not well-formed."""
    start, end = view.index("<svg"), view.index("</svg>") + len("</svg>")
    return ElementTree.fromstring(view[start:end])


def shapes(view: str, tag: str, **attributes: str) -> list[ElementTree.Element]:
    """The shapes of one kind with these attributes, in drawing order, without the pattern of the hatch."""
    return [
        shape for shape in drawing(view).findall(tag) if all(shape.get(name) == x for name, x in attributes.items())
    ]


def words(view: str) -> list[str]:
    """Every text in the drawing, in drawing order."""
    return [shape.text or "" for shape in shapes(view, "text")]


def alt(view: str) -> str:
    """What a screen reader says."""
    return drawing(view).get("aria-label")
