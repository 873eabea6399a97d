"""Plans that keep to the clock, an edition that runs, slides, and an instructor's guide that says what is there."""

import ast
import builtins
import re
import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course_lib.classroom.check.exercise import LESSONS, exercises
from tests.exercises import bound_names, used_names
from tests.site.check import _Page
from tests.teaching import guide, slides
from tests.teaching.plans import PLANS, RANKS, chosen, find, parts, read
from tests.teaching.workshop import clock, cut, relinked, write

NOTEBOOKS = read()


@pytest.mark.parametrize("number", NOTEBOOKS)
def test_the_parts_of_a_notebook_are_its_headings_and_exercises(number):
    text = "\n".join(cell.source for cell in NOTEBOOKS[number].cells if cell.cell_type == "markdown")
    minutes = [int(n) for n in re.findall(r"^## .* · (\d+) min$", text, re.M)]
    minutes += [int(n) for n in re.findall(r"^### Exercise .* \(\w+, (\d+) minutes?\)$", text, re.M)]
    found = parts(number, NOTEBOOKS[number])
    assert sum(part.minutes for part in found) == sum(minutes)


@pytest.mark.parametrize("name", PLANS)
def test_a_plan_keeps_to_its_clock_and_leaves_no_lesson_out(name):
    plan = PLANS[name]
    for numbers, sitting in zip(plan.sittings, chosen(plan, NOTEBOOKS), strict=True):
        assert sum(part.minutes for part in sitting) <= plan.room <= 0.9 * (plan.minutes - plan.breaks) + 0.5
        lessons = {(part.notebook, part.name) for number in numbers for part in parts(number, NOTEBOOKS[number])
                   if RANKS[part.rank] == "lesson"}  # fmt: skip
        assert lessons <= {(part.notebook, part.name) for part in sitting}
        rows = clock(sitting, plan)
        assert sum(not number for _, number, _ in rows) == (2 if plan.breaks else 0)
        last, _, here = rows[-1]
        assert last + sum(part.minutes for part in here) <= plan.minutes


@pytest.mark.parametrize("name", PLANS)
def test_in_the_edition_for_the_room_every_name_is_there_when_it_is_read(name, tmp_path):
    folder = write(name, tmp_path / "room")
    start = nbformat.read(folder / "00_start.ipynb", 4)
    linked = set(re.findall(r"\(([^)]*\.ipynb)\)", start.cells[0].source))
    assert linked == {path.name for path in folder.iterdir()} - {"00_start.ipynb"}
    for path in sorted(folder.glob("[01][1-9]*.ipynb")):
        notebook, there = nbformat.read(path, 4), set(dir(builtins))
        for cell in notebook.cells:
            if cell.cell_type == "code":
                new = {name.split(".")[0] for line in re.findall(r"import (.*)", cell.source) for name in
                       re.findall(r"(?:as )?(\w+)(?:,|$|\s*\))", line)}  # fmt: skip
                there |= bound_names(cell.source) | new | _imported(cell.source)
                assert used_names(cell.source) <= there, (path.name, cell.id)
            else:
                assert not (set(re.findall(r"\]\(([^)#]*\.ipynb)", cell.source)) - linked), path.name


def _imported(source: str) -> set[str]:
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import | ast.ImportFrom)]
    return {(alias.asname or alias.name).split(".")[0] for node in nodes for alias in node.names}


def small() -> nbformat.NotebookNode:
    def heading(title: str, id: str, kind: str = "core"):
        return new_markdown_cell(f"## {title} · 1 min", id=id, metadata={"tags": [kind]})

    return new_notebook(
        cells=[
            new_markdown_cell("# 01 · Small: what?\n\n**2 minutes** · builds on nothing", id="title"),
            new_code_cell("import math", id="setup", metadata={"tags": ["setup"]}),
            heading("First", "first"),
            new_code_cell("a = math.pi\nb = []\nfor n in range(3):\n    b.append(n)\nprint(a)\nunused = 1", id="f1"),
            heading("Second", "second"),
            new_code_cell("print(b)", id="s1"),
        ]
    )


def test_what_a_left_out_part_computed_stays_where_it_is_read():
    notebook = cut(small(), {"second"}, "01", 1)
    (bridge,) = [cell for cell in notebook.cells if "bridge" in cell.metadata.get("tags", [])]
    assert bridge.source.splitlines()[1:] == ["b = []", "for n in range(3):", "    b.append(n)"]
    assert "**1 minutes**" in notebook.cells[0].source
    assert [cell.id for cell in cut(small(), {"first"}, "01", 1).cells] == ["title", "setup", "first", "f1", "room"]


def test_a_link_out_of_the_room_is_its_words():
    page = new_notebook(cells=[new_markdown_cell("[05](05_bpr.ipynb), [04](04_lightgcn.ipynb#x), [p](https://a.b)")])
    text = relinked(page, {"04_lightgcn.ipynb"}).cells[0].source
    assert text == "05, [04](04_lightgcn.ipynb#x), [p](https://a.b)"


def test_a_plan_that_does_not_exist_is_one_sentence():
    with pytest.raises(ValueError, match=r"there is no plan '2h'; the plans are 90min, half-day, two-half-days"):
        find("2h")
    ran = subprocess.run([sys.executable, "-m", "tests.teaching", "workshop"], capture_output=True, text=True)
    *warned, said = ran.stderr.splitlines()  # PyTorch 2.15 warns of what PyTorch Geometric does at its import
    assert ran.returncode == 1 and said.startswith("there is no plan ''") and "Traceback" not in "".join(warned)


def test_the_guide_is_as_the_notebooks_are():
    text = guide.GUIDE.read_text(encoding="utf-8")
    assert text == guide.filled(text, guide.blocks(NOTEBOOKS)), "run make guide"


def test_the_guide_says_of_every_notebook_what_to_say_ask_watch_and_cut():
    text = guide.GUIDE.read_text(encoding="utf-8")
    for number in LESSONS:
        told = re.search(rf"^### {number} .*?(?=^### \d\d |^## )", text, re.M | re.S)[0]
        assert all(f"**{word}" in told for word in ("Say.", "Ask.", "They stumble", "Cut"))
        for exercise in exercises(number):
            assert exercise.name in told and all(
                mistake.message.strip()[1:] in told for mistake in guide.known(exercise)
            )


def test_marks_that_are_gone_are_one_sentence():
    with pytest.raises(ValueError, match="no marks <!-- minutes -->"):
        guide.filled("# Teaching", {"minutes": "x"})


def test_a_wrong_answer_is_shown_as_one_would_write_it():
    def steps(x):
        """Words about it."""
        y = x + 1
        return y

    assert guide.as_written(lambda x: x + 1) == "x + 1"
    assert guide.as_written(steps) == "y = x + 1; return y"
    assert guide.as_written((1, "a")) == "(1, 'a')" and guide.as_written(object()) == ""


@pytest.mark.parametrize("number", ["01", "04"])
def test_slides_stand_alone_and_hold_the_core(number, tmp_path):
    (path,) = slides.write([number], tmp_path)
    html = path.read_text()
    page = _Page(html)
    assert all(one.startswith("data:") for one in page.loaded) and page.unnamed == 0
    assert all(target.startswith("http") for target in page.targets)
    for section in parts(number, NOTEBOOKS[number]):
        if section.name == section.section:
            words = slides.to_html(section.title)[3:-5]
            assert (f"<h2>{words}</h2>" in html) == (section.rank < RANKS.index("deeper"))


def test_slides_of_a_notebook_that_is_not_there_are_one_sentence(tmp_path):
    with pytest.raises(ValueError, match="there is no notebook"):
        slides.write(["11"], tmp_path)


def test_the_readme_says_how_long_the_ten_take():
    found = [part for number, notebook in NOTEBOOKS.items() for part in parts(number, notebook)]
    deeper = sum(part.minutes for part in found if part.rank == RANKS.index("deeper"))
    core = sum(part.minutes for part in found) - deeper
    readme = " ".join((guide.NOTEBOOKS.parent / "README.md").read_text().split())
    assert "core, five and a half hours together" in readme and abs(core - 330) <= 10
    assert "an hour more" in readme and abs(deeper - 60) <= 15
