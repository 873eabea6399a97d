"""Which parts of the course fit into how many minutes: computed from the tags, minutes and exercises of the notebooks.

A plan names notebooks and a clock. What of them is shown follows: the parts are taken in the order of `RANKS` for as
long as they fit, so a plan keeps to its clock whatever the notebooks become.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat

from tests.exercises import exercise_cells
from tests.story import sections

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
SLACK = 0.1  # of the teaching minutes: for questions, and for the laptop that will not start
# What comes first where not everything fits. A section that is none of these is the lesson itself.
RANKS = ("lesson", "Recap", "worked", "faded", "make", "Where the analogy lies", "The list so far", "Five questions",
         "deeper")  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """A day, or less, with a class.

    Attributes:
        title: in words.
        sittings: the notebooks of each, in order, by number.
        minutes: of each sitting by the clock, breaks in it included.
        breaks: minutes of break in each sitting.
    """

    title: str
    sittings: tuple[tuple[str, ...], ...]
    minutes: int
    breaks: int = 0

    @property
    def room(self) -> int:
        """The minutes of a sitting that can be planned."""
        return round((self.minutes - self.breaks) * (1 - SLACK))


PLANS = {
    "90min": Plan("Ninety minutes", (("01", "04", "06", "08"),), 90),
    "half-day": Plan("Half a day", (("01", "03", "04", "05", "06", "08"),), 240, 30),
    "two-half-days": Plan(
        "Two half-days", (("01", "02", "03", "04", "05"), ("06", "07", "08", "09", "10")), 240, 30
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Part:
    """A section, or an exercise in one.

    Attributes:
        notebook: its number.
        name: the id of the section's first cell, or the exercise's name.
        section: the id of the section it is in.
        title, minutes: of the heading.
        rank: place in `RANKS`.
    """

    notebook: str
    name: str
    section: str
    title: str
    minutes: int
    rank: int


def find(name: str) -> Plan:
    """The plan of this name.

    Raises:
        ValueError: there is none.
    """
    if name not in PLANS:
        raise ValueError(f"there is no plan {name!r}; the plans are {', '.join(PLANS)}: make workshop PLAN=90min")
    return PLANS[name]


def read(folder: Path = NOTEBOOKS) -> dict[str, nbformat.NotebookNode]:
    """The notebooks by number."""
    return {path.stem[:2]: nbformat.read(path, as_version=4) for path in sorted(folder.glob("[0-9]*.ipynb"))}


def parts(number: str, notebook: nbformat.NotebookNode) -> list[Part]:
    """The sections and exercises of a notebook in order."""
    found, exercises = [], exercise_cells(notebook)
    for section in sections(notebook):
        first = section.cells[0].id
        kind = section.title if section.title in RANKS else "deeper" if section.kind == "deeper" else "lesson"
        found.append(Part(number, first, first, section.title, section.minutes, RANKS.index(kind)))
        ids = [cell.id for cell in section.cells]
        for exercise in exercises:
            if notebook.cells[exercise.index].id in ids:
                title = f"Exercise {exercise.notebook}.{exercise.number}"
                rank = RANKS.index("deeper" if kind == "deeper" else exercise.level)
                found.append(Part(number, exercise.name, first, title, exercise.minutes, rank))
    return found


def chosen(plan: Plan, notebooks: Mapping[str, nbformat.NotebookNode]) -> list[list[Part]]:
    """What is shown in each sitting, in the order of the notebooks."""
    sittings = []
    for numbers in plan.sittings:
        offered = [part for number in numbers for part in parts(number, notebooks[number])]
        taken: set[tuple[str, str]] = set()
        left = plan.room
        for part in sorted(offered, key=lambda part: part.rank):
            whole = (
                part.name == part.section or (part.notebook, part.section) in taken
            )  # no exercise without its section
            if whole and part.minutes <= left:
                taken.add((part.notebook, part.name))
                left -= part.minutes
        sittings.append([part for part in offered if (part.notebook, part.name) in taken])
    return sittings
