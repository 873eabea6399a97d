"""The definition of done of a notebook, wherever a machine can tell: one skeleton, its budgets, nothing in the way."""

import ast
import re

import nbformat
import pytest

from tests.execute_notebooks import NOTEBOOKS
from tests.exercises import exercise_cells
from tests.story import Section, lines, opening, pictures, sections, tags, words

VIEW = "application/vnd.jupyter.widget-view+json"
READ = {path.stem: nbformat.read(path, as_version=4) for path in sorted(NOTEBOOKS.glob("*.ipynb"))}
ENDS = ["Where the analogy lies", "The list so far", "Recap", "Five questions"]
WORDS, LINES = {"core": 1800, "deeper": 800}, {"core": 160, "deeper": 80}
COURSE = {"core": 330, "deeper": 240}  # minutes, all notebooks together
NUMBER = re.compile(r"\d|\b(no|none|nothing|one|two|three|four|five|six|seven|eight|nine|ten|half|every|all)\b", re.I)


@pytest.fixture(params=READ)
def name(request) -> str:
    return request.param


@pytest.fixture
def notebook(name) -> nbformat.NotebookNode:
    return READ[name]


def kind(notebook, chosen: str) -> list[Section]:
    return [section for section in sections(notebook) if section.kind == chosen]


def cells(notebook, chosen: str) -> list[nbformat.NotebookNode]:
    """The cells of the sections of one kind; the opening is core."""
    own = [cell for section in kind(notebook, chosen) for cell in section.cells]
    return [*opening(notebook), *own] if chosen == "core" else own


def code(notebook, chosen: str | None = None) -> list[nbformat.NotebookNode]:
    """The code cells that are neither set-up nor exercise."""
    chosen_cells = notebook.cells if chosen is None else cells(notebook, chosen)
    return [cell for cell in chosen_cells if cell.cell_type == "code" and not {"setup", "exercise"} & {*tags(cell)}]


def calls(notebook, function: str) -> list[ast.Call]:
    return [
        node
        for cell in code(notebook)
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == function
    ]


def minutes(notebook, chosen: str) -> int:
    """The minutes of the headings of one kind, and of the exercises below them."""
    places = [notebook.cells.index(cell) for section in kind(notebook, chosen) for cell in section.cells]
    exercises = sum(cell.minutes for cell in exercise_cells(notebook) if cell.index in places)
    return sum(section.minutes for section in kind(notebook, chosen)) + exercises


def test_it_opens_with_where_one_is_a_question_a_scene_minutes_and_objectives(notebook, name):
    first = notebook.cells[0].source
    place = list(READ).index(name)
    neighbours = [f"{other}.ipynb" for other in (*list(READ)[max(place - 1, 0) : place], *list(READ)[place + 1 :][:1])]
    navigation, title, scene, *_ = first.split("\n\n")
    assert all(neighbour in navigation for neighbour in neighbours) and f"**{name[:2]}**" in navigation
    assert re.fullmatch(rf"# {name[:2]} · \w[\w ]*: .+\?", title), title
    assert words([nbformat.v4.new_markdown_cell(scene)]) <= 60
    assert re.search(r"\*\*\d+ minutes\*\*.* builds on ", first)
    assert 3 <= len(re.findall(r"^- ", first, re.M)) <= 4


def test_one_collapsed_cell_sets_everything_up(notebook):
    (setup,) = [cell for cell in notebook.cells if "setup" in tags(cell)]
    assert notebook.cells.index(setup) == 1 and setup.metadata.get("jupyter", {}).get("source_hidden") is True
    for cell in code(notebook):
        assert not re.search(r"^\s*(import|from) ", cell.source, re.M), cell.source


def test_its_sections_are_core_then_deeper_then_the_four_that_close_it(notebook):
    found = sections(notebook)
    assert [section.title for section in found[-4:]] == ENDS
    assert all(section.minutes >= 0 for section in found), [section.title for section in found if section.minutes < 0]
    kinds = [section.kind for section in found]
    n_core = len(found) - 4 - kinds.count("deeper")
    assert kinds == ["core"] * n_core + ["deeper"] * kinds.count("deeper") + ["core"] * 4
    assert notebook.cells[-1].source.startswith("**Next")


def test_the_minutes_add_up_to_what_it_says(notebook):
    first = notebook.cells[0].source
    assert minutes(notebook, "core") == int(re.search(r"\*\*(\d+) minutes\*\*", first)[1])
    deeper = re.search(r"(\d+) more .*\*Going deeper\*", first)
    assert minutes(notebook, "deeper") == (int(deeper[1]) if deeper else 0)


def test_the_course_is_as_long_as_it_may_be():
    for chosen, limit in COURSE.items():
        assert sum(minutes(READ[name], chosen) for name in READ) <= limit


@pytest.mark.parametrize("chosen", ["core", "deeper"])
def test_it_is_short(notebook, chosen):
    assert words(cells(notebook, chosen)) <= WORDS[chosen]
    assert sum(lines(cell) for cell in code(notebook, chosen)) <= LINES[chosen]


def test_the_first_picture_is_soon_there(notebook):
    first = next(place for place, cell in enumerate(notebook.cells) if pictures(cell))
    navigation = notebook.cells[0].source.split("\n\n")[0]
    passed = words(notebook.cells[:first]) - words([nbformat.v4.new_markdown_cell(navigation)])
    assert passed <= 150


def test_something_appears_after_twelve_lines_at_most(notebook):
    waiting = 0
    for cell in code(notebook):
        if "whole" in tags(cell):  # the whole recommender, in notebook 10
            continue
        waiting += lines(cell)
        assert waiting <= 12, cell.source
        waiting = 0 if cell.outputs else waiting


def test_at_most_three_predictions_each_under_a_key_of_its_own(notebook, name):
    keys = [ast.literal_eval(call.args[0]) for call in calls(notebook, "Predict")]
    for cell in code(notebook):
        if "Predict(" in cell.source:  # JupyterLab shows the first line of a collapsed cell
            assert cell.metadata.get("jupyter") == {"source_hidden": True} and cell.source.startswith("# ")
    assert not any(isinstance(call.args[2], ast.Constant) for call in calls(notebook, "Predict"))  # truths are computed
    assert len(keys) <= 3 and len(set(keys)) == len(keys) and all(key.startswith(f"{name[:2]}.") for key in keys)


def test_without_a_kernel_a_prediction_folds_the_finding_with_its_number_below_its_question(notebook):
    for cell in code(notebook):
        if "Predict(" in cell.source:
            twins = [output.data["text/markdown"] for output in cell.outputs if "text/markdown" in output.data]
            question, fold = twins[0].split("<details><summary>Answer</summary>")
            finding = fold.removesuffix("</details>").partition(". ")[2]  # after the truth itself
            assert question.startswith("**") and finding not in question and NUMBER.search(finding), fold


def test_one_widget_is_the_lesson_and_has_at_most_three_things_to_look_for(notebook):
    assert [cell.id for cell in notebook.cells].count("widget") == 1
    (look_for,) = [cell for cell in notebook.cells if cell.id == "look-for"]
    told = look_for.outputs[0].data["text/plain"]
    assert 1 <= len(re.findall(r"^\d\. ", told, re.M)) <= 3
    for cell in code(notebook):
        if any(VIEW in out.get("data", {}) for out in cell.outputs) and cell.id not in ("widget", "quiz"):
            assert re.search(r"\b(Predict|ArrivalWidget)\(", cell.source), cell.source


def test_three_exercises_worked_faded_made(notebook):
    assert [cell.level for cell in exercise_cells(notebook)] == ["worked", "faded", "make"]


def test_a_visible_caption_with_its_number_stands_under_each_picture(notebook):
    for cell in code(notebook):
        shown = cell.outputs
        live = any(VIEW in out.get("data", {}) for out in shown)
        for out, below in zip(shown, [*shown[1:], None], strict=False):
            if "image/png" in out.get("data", {}) and not live:
                caption = out.data["text/plain"]
                assert below is not None and "text/markdown" in below.data, caption
                assert below.data["text/plain"] == caption and NUMBER.search(caption), caption


def test_no_plumbing_is_in_sight(notebook):
    for cell in code(notebook):
        found = re.search(r"\.summary\(\)|\bplt\b|matplotlib|\bdisplay\(|nbval|_repr_|\.figure\b", cell.source)
        assert not found, cell.source
    for call in calls(notebook, "show"):  # captions and alternative texts are made where the picture is
        assert len(call.args) == 1 and not call.keywords, ast.unparse(call)


def test_it_closes_with_the_list_a_short_recap_and_one_quiz(notebook):
    analogy, so_far, recap, questions = sections(notebook)[-4:]
    assert re.search(r"^- ", analogy.cells[0].source, re.M)
    assert any("list_so_far(" in cell.source for cell in so_far.cells)
    assert 1 <= len(re.findall(r"^- ", recap.cells[0].source, re.M)) <= 5
    assert len(calls(notebook, "Quiz")) == 1 and any("Quiz(" in cell.source for cell in questions.cells)
    assert not any("<details>" in cell.source for cell in questions.cells)
