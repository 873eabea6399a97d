"""The instructor's edition is solved, the clean edition has nothing to copy from."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tests.editions import clean_edition, instructor
from tests.exercises import exercise_cells

BLANK = 'from course_lib.classroom.check import check\n\norder = ...\ncheck("04.propagate", order)'
BELOW = """<details><summary>Hint</summary>

Begin with D.
</details>

<details><summary>Solution</summary>

```python
# a comment that is no heading
from course_lib.classroom.check import check

order = "DFECAB"
check("04.propagate", order)
```
</details>"""


@pytest.fixture
def notebook() -> nbformat.NotebookNode:
    cells = [
        new_markdown_cell("# Title\n\nSome prose.\n\n## Section\n\nMore."),
        new_code_cell("print(1)", execution_count=1, outputs=[new_output("stream", text="1\n")]),
        new_markdown_cell("### Exercise 4.1 · one round (faded, 6 minutes)\n\nPut the lines in order."),
        new_code_cell(BLANK, metadata={"tags": ["exercise"]}, execution_count=2),
        new_markdown_cell(BELOW),
        new_code_cell("print('for the instructor')", metadata={"tags": ["instructor"]}),
    ]
    return new_notebook(cells=cells)


def test_an_exercise_is_read_with_all_that_belongs_to_it(notebook):
    (exercise,) = exercise_cells(notebook)
    assert (exercise.name, exercise.index, exercise.notebook, exercise.number) == ("04.propagate", 3, 4, 1)
    assert (exercise.level, exercise.minutes, exercise.source) == ("faded", 6, BLANK)
    assert exercise.hint.strip() == "Begin with D." and 'order = "DFECAB"' in exercise.solution


@pytest.mark.parametrize(
    ("place", "old", "new", "what"),
    [
        (2, "(faded, 6 minutes)", "", "lacks a heading"),
        (3, 'check("04', 'print("04', r"lacks check\(...\) as its last line"),
        (4, "<summary>Hint", "<summary>Help", "lacks a folded Hint"),
        (4, "```python", "```", "lacks a folded Solution"),
    ],
)
def test_an_exercise_in_another_form_is_refused(notebook, place, old, new, what):
    notebook.cells[place].source = notebook.cells[place].source.replace(old, new)
    with pytest.raises(ValueError, match=what):
        exercise_cells(notebook)


def test_the_instructors_edition_is_filled_in_and_the_learners_stays(notebook):
    solved = instructor(notebook)
    assert 'order = "DFECAB"' in solved.cells[3].source
    assert notebook.cells[3].source == BLANK
    assert [cell.source for cell in solved.cells[:3]] == [cell.source for cell in notebook.cells[:3]]


def test_the_clean_edition_has_headings_and_code_and_nothing_else(notebook):
    clean = clean_edition(notebook)
    assert [cell.source for cell in clean.cells] == [
        "# Title\n\n## Section",
        "print(1)",
        "### Exercise 4.1 · one round (faded, 6 minutes)",
        BLANK,
    ]
    assert all(not cell.outputs and cell.execution_count is None for cell in clean.cells if cell.cell_type == "code")
    assert notebook.cells[1].outputs
    nbformat.validate(clean)
