"""What a widget promises: move this control, that quantity changes so, and here is what it teaches.

The promises stand beside each widget as its `contract`. A notebook prints them before the widget, and the tests keep
them, on the classes and in a browser.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any, Protocol

import ipywidgets
from IPython.display import display

from course_lib.plots.text import markdown

# What a quantity can do, and how a reader is told.
CHANGES = {"rises": "It rises.", "falls": "It falls.", "stays": "It stays the same.", "differs": "It changes."}


@dataclass(frozen=True)
class Promise:
    """One thing to try with a widget.

    Attributes:
        control: the widget's attribute that is moved; its `description` is the label on screen.
        start, end: the control's values before and after.
        quantity: a method without arguments of the widget that gives a number or what else `==` compares; the first
            line of its docstring says what to watch.
        change: what the quantity does: "rises", "falls", "stays" or "differs".
        sentence: the insight.
        given: values of other controls to begin with; those not named stay as they are.
    """

    control: str
    start: object
    end: object
    quantity: str
    change: str
    sentence: str
    given: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.change not in CHANGES:
            raise ValueError(f"a quantity does one of {', '.join(CHANGES)}, got {self.change!r}; choose one of them")

    def holds(self, before: Any, after: Any) -> bool:
        """Whether the quantity changed from `before` to `after` as promised."""
        if self.change in ("rises", "falls"):
            return after > before if self.change == "rises" else after < before
        return (after == before) == (self.change == "stays")


class Promising(Protocol):
    """A widget with a contract."""

    contract: tuple[Promise, ...]


def look_for(widget: Promising) -> None:
    """Display what to look for in a widget, its contract: what to move, what to watch, and, folded, what it teaches."""
    plain, folded = ["What to look for:"], ["**What to look for**", ""]
    for number, promise in enumerate(widget.contract, start=1):
        answer = f"{CHANGES[promise.change]} {promise.sentence}"
        plain.append(f"{number}. {_task(widget, promise)} {answer}")
        fold = f"<details><summary>What you should see</summary>{escape(answer, quote=False)}</details>"
        folded.append(f"{number}. {_task(widget, promise, markdown, '**', '*')} {fold}")
    display({"text/markdown": "\n".join(folded), "text/plain": "\n".join(plain)}, raw=True)


def _task(
    widget: object, promise: Promise, escaped: Callable[[str], str] = str, bold: str = "", italic: str = ""
) -> str:
    """What to move and what to watch, in plain words or in markdown."""
    given = " and ".join(f"{_name(widget, n)} {_quoted(widget, n, value)}" for n, value in promise.given.items())
    start = f"With {escaped(given)}, move" if given else "Move"
    ends = [escaped(_quoted(widget, promise.control, value)) for value in (promise.start, promise.end)]
    control, words = escaped(_name(widget, promise.control)), escaped(watched(widget, promise))
    return f"{start} {bold}{control}{bold} from {ends[0]} to {ends[1]} and watch {italic}{words}{italic}."


def watched(widget: object, promise: Promise) -> str:
    """The quantity in words: "how many films ..."."""
    words = str(inspect.getdoc(getattr(type(widget), promise.quantity))).splitlines()[0].rstrip(".")
    return words if words[:2].isupper() else words[0].lower() + words[1:]


def label(widget: object, name: str, value: object) -> str:
    """How a control shows a value: the words on the button, whether a box is ticked, or the number."""
    options = getattr(getattr(widget, name), "options", None)
    if isinstance(getattr(widget, name), ipywidgets.Checkbox):
        return "ticked" if value else "not ticked"
    if options is not None:
        shown = {(o[1] if isinstance(o, tuple) else o): str(o[0]) if isinstance(o, tuple) else str(o) for o in options}
        if value not in shown:
            raise ValueError(f"{name} has no option {value!r}, which the contract asks for; it has {list(shown)}")
        return shown[value]
    return f"{value:g}"


def controls(widget: object) -> dict[str, ipywidgets.ValueWidget]:
    """The controls of a widget that hold a value, by attribute; buttons hold none, and a search is no lesson."""
    return {
        name: value
        for name, value in vars(widget).items()
        if isinstance(value, ipywidgets.ValueWidget) and not isinstance(value, ipywidgets.HTML | ipywidgets.Text)
    }


def _quoted(widget: object, name: str, value: object) -> str:
    """`label`, in quotation marks where it is the words on a button."""
    words = label(widget, name, value)
    return f"“{words}”" if hasattr(getattr(widget, name), "options") else words


def _name(widget: object, control: str) -> str:
    return getattr(widget, control).description
