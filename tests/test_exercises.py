"""The exercises in the notebooks: blanks and solutions fit, the solutions are right, and nothing waits for them."""

import builtins

import nbformat
import pytest

from course_lib.classroom.check.exercise import exercises, find
from course_lib.classroom.check.verdict import ALMOST, NOT_TRIED, RIGHT, WRONG, judge
from tests.execute_notebooks import NOTEBOOKS
from tests.exercises import ExerciseCell, attempt_of, bound_names, exercise_cells, fills, used_names

READ = {path.stem: nbformat.read(path, as_version=4) for path in sorted(NOTEBOOKS.glob("*.ipynb"))}
CELLS = [(name, cell) for name, notebook in READ.items() for cell in exercise_cells(notebook)]


@pytest.fixture(params=[cell for _, cell in CELLS], ids=lambda cell: cell.name)
def cell(request) -> ExerciseCell:
    return request.param


def test_the_solution_is_the_cell_with_its_blanks_filled(cell):
    assert fills(cell.solution, cell.source), cell.name


def test_the_blank_is_not_tried_and_the_solution_is_right(cell):
    for source, state in ((cell.source, NOT_TRIED), (cell.solution, RIGHT)):
        name, attempt = attempt_of(source)
        assert name == cell.name
        verdict = judge(find(name), attempt)
        assert verdict.state == state, verdict


# An answer to another question may do what PyTorch advises against.
@pytest.mark.filterwarnings("ignore:Using a non-tuple sequence", "ignore:The use of `x.T`")
def test_the_solutions_of_other_exercises_get_a_sentence(cell):
    for _, other in CELLS:
        if other.notebook == cell.notebook and other.name != cell.name:
            verdict = judge(find(cell.name), attempt_of(other.solution)[1])
            assert verdict.state in (WRONG, ALMOST) and verdict.reason, other.name


def test_a_cell_runs_by_itself(cell):
    assert used_names(cell.source) <= set(dir(builtins)), cell.name


def test_the_heading_says_what_the_exercise_says(cell):
    exercise = find(cell.name)
    assert (cell.level, cell.minutes) == (exercise.level, exercise.minutes)
    assert cell.name.startswith(f"{cell.notebook:02}.")


@pytest.mark.parametrize("name", READ)
def test_the_exercises_of_a_notebook_are_numbered_and_none_is_left_out(name):
    cells = [cell for stem, cell in CELLS if stem == name]
    assert [cell.number for cell in cells] == list(range(1, len(cells) + 1))
    assert all(cell.notebook == int(name[:2]) for cell in cells)
    assert {cell.name for cell in cells} == {exercise.name for exercise in exercises(name[:2])}
    assert len(cells) >= 3 and {cell.level for cell in cells} == {"worked", "faded", "make"}
    for cell in cells:
        assert all(hint in cell.hint for hint in find(cell.name).hints), cell.name


@pytest.mark.parametrize("name", READ)
def test_nothing_after_a_blank_depends_on_it(name):
    blank, after = set(), {cell.index: cell for stem, cell in CELLS if stem == name}
    for index, cell in enumerate(READ[name].cells):
        if cell.cell_type != "code":
            continue
        if index in after:
            blank |= bound_names(cell.source)
        else:
            assert not blank & used_names(cell.source), f"{blank & used_names(cell.source)} in:\n{cell.source}"
            blank -= bound_names(cell.source)


def test_a_solution_that_changes_another_line_or_keeps_a_blank_does_not_fit():
    source = "a = 1\nb = ...\nc = a + b  # not ... this"
    assert fills("a = 1\nb = 2\nc = a + b  # not ... this", source)
    assert fills("a = 1\nx = 1\nb = 2 * x\nc = a + b  # not ... this", source)
    assert not fills("a = 2\nb = 2\nc = a + b  # not ... this", source)
    assert not fills("a = 1\nb = ...\nc = a + b  # not ... this", source)
    assert not fills("a = 1\n" + "b = 2\n" * 6 + "c = a + b  # not ... this", source)
    assert not fills("a = 1", "a = 1")


def test_names_that_a_later_cell_reads_are_found():
    assert used_names("import x\n\ndef f(a):\n    return a + x.y + z") == {"z"}
    assert bound_names("from m import x\n\nfor i in x:\n    y = i\n\n\ndef f():\n    pass") == {"i", "y", "f"}
