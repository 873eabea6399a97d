"""The parts of `notebooks/INSTRUCTORS.md` that are computed: the plans, and the wrong answers to expect.

What stands between `<!-- name -->` and `<!-- /name -->` is written by `make guide`, and held by a test.
"""

import ast
import inspect
import re
from functools import cache
from pathlib import Path
from typing import Any

import nbformat

from course_lib.classroom.check.exercise import LESSONS, Exercise, Mistake, exercises
from tests.teaching.plans import NOTEBOOKS, PLANS, RANKS, Plan, chosen, parts, read
from tests.teaching.workshop import clock

GUIDE = NOTEBOOKS / "INSTRUCTORS.md"
_LONGEST = 110  # characters of a wrong answer; what is longer is told by its message


def blocks(notebooks: dict[str, nbformat.NotebookNode] | None = None) -> dict[str, str]:
    """What belongs between the marks of the guide, by name."""
    notebooks = read() if notebooks is None else notebooks
    made = {f"plan {name}": plan_text(plan, notebooks) for name, plan in PLANS.items()}
    made |= {f"wrong {number}": wrong_text(number) for number in LESSONS}
    return made | {"minutes": minutes_text(notebooks)}


def plan_text(plan: Plan, notebooks: dict[str, nbformat.NotebookNode]) -> str:
    """A plan by the clock, and what it leaves out."""
    lines = []
    for place, sitting in enumerate(chosen(plan, notebooks), start=1):
        spent = sum(part.minutes for part in sitting)
        if len(plan.sittings) > 1:
            lines += ["", f"*Half-day {place}*"]
        lines += ["", "| from | notebook | minutes | exercises | left out |", "|---|---|---|---|---|"]
        for minute, number, here in clock(sitting, plan):
            at = f"{minute // 60}:{minute % 60:02d}"
            if not number:
                lines.append(f"| {at} | *break* | {plan.breaks // 2} | | |")
                continue
            offered = parts(number, notebooks[number])
            core = [part for part in offered if part.rank < RANKS.index("deeper")]
            out = [part.title for part in core if part not in here]
            deeper = [part for part in here if part.rank == RANKS.index("deeper")]
            did = [part.title.removeprefix("Exercise ") for part in here if "." in part.name]
            extra = f" (with {len(deeper)} of *Going deeper*)" if deeper else ""
            minutes = sum(part.minutes for part in here)
            lines.append(f"| {at} | {number}{extra} | {minutes} | {', '.join(did) or '–'} | {'; '.join(out) or '–'} |")
        unplanned = plan.minutes - plan.breaks - spent
        breaks = f", {plan.breaks} are break" if plan.breaks else ""
        left = f"and {unplanned} are left for questions and late laptops."
        lines += ["", f"{spent} minutes are planned{breaks}{',' if breaks else ''} {left}"]
        missing = [number for number in plan.sittings[place - 1] if not parts(number, notebooks[number])]
        if missing:
            lines.append(f"Not counted yet, because they state no minutes: {', '.join(missing)}.")
    return "\n".join(lines).strip()


def minutes_text(notebooks: dict[str, nbformat.NotebookNode]) -> str:
    """How long each notebook takes, and the course."""
    rows, sums = [], [0, 0, 0]
    for number, notebook in notebooks.items():
        found = parts(number, notebook)
        if not found:
            continue
        deeper = sum(part.minutes for part in found if part.rank == RANKS.index("deeper"))
        tasks = sum(part.minutes for part in found if "." in part.name and part.rank < RANKS.index("deeper"))
        core = sum(part.minutes for part in found) - deeper
        sums = [a + b for a, b in zip(sums, (core, tasks, deeper), strict=True)]
        rows.append(f"| {number} | {core} | {tasks} | {deeper} |")
    head = ["| notebook | core | of that, exercises | *Going deeper* |", "|---|---|---|---|"]
    return "\n".join([*head, *rows, f"| together | {sums[0]} | {sums[1]} | {sums[2]} |"])


def wrong_text(number: str) -> str:
    """The wrong answers that the checks of a notebook know, and what they say."""
    lines = [f"<details><summary>Wrong answers that the checks of {number} know</summary>", ""]
    for place, exercise in enumerate(exercises(number), start=1):
        lines += [f"**{number.lstrip('0')}.{place}** ({exercise.level}, `{exercise.name}`)", ""]
        lines += [f"- {_line(mistake)}" for mistake in known(exercise)]
        lines.append("")
    return "\n".join([*lines, "</details>"])


def known(exercise: Exercise) -> tuple[Mistake, ...]:
    """The mistakes of an exercise, and after them those that are almost right."""
    return (*exercise.mistakes, *exercise.almost)


def _line(mistake: Mistake) -> str:
    written = as_written(mistake.attempt)
    said = mistake.message.strip()
    return f"`{written}` → {said}" if written else said[:1].upper() + said[1:]


def as_written(attempt: Any) -> str:
    """A wrong answer as one would write it, on one line; "" where it is too long for one."""
    if inspect.isfunction(attempt):
        node = _definitions(inspect.getsourcefile(attempt) or "").get(attempt.__code__.co_firstlineno)
        if isinstance(node, ast.Lambda):
            text = ast.unparse(node.body)
        elif isinstance(node, ast.FunctionDef):
            body = [line for line in node.body if not _is_text(line)]
            text = "; ".join(ast.unparse(line) for line in body)
        else:
            return ""
    else:
        text = repr(attempt)
    text = re.sub(r"\s+", " ", text)
    return "" if len(text) > _LONGEST or " at 0x" in text or "`" in text else text


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


@cache
def _definitions(file: str) -> dict[int, ast.AST]:
    tree = ast.parse(Path(file).read_text(encoding="utf-8")) if file else ast.Module([], [])
    found: dict[int, ast.AST] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Lambda | ast.FunctionDef):
            found[node.lineno] = node if node.lineno not in found else ast.Pass()  # two on a line: not told apart
    return found


def filled(text: str, made: dict[str, str]) -> str:
    """The guide with its computed parts replaced.

    Raises:
        ValueError: the guide lacks the marks of one.
    """
    for name, block in made.items():
        marks = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.S)
        if not marks.search(text):
            raise ValueError(
                f"INSTRUCTORS.md has no marks <!-- {name} --> and <!-- /{name} -->; put them where it belongs"
            )
        text = marks.sub(lambda match, block=block: f"{match[1]}{block}\n{match[2]}", text)
    return text


def write() -> str:
    """Write the computed parts, and say what came of it."""
    before = GUIDE.read_text(encoding="utf-8")
    after = filled(before, blocks())
    GUIDE.write_text(after, encoding="utf-8")
    return "INSTRUCTORS.md is as the notebooks are." if before == after else "INSTRUCTORS.md is written anew."
