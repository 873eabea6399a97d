"""What every committed notebook must be: executed, clean, connected to its neighbours, and short in its outputs."""

import ast
import copy
import html
import re
import subprocess
from pathlib import Path

import nbformat
import pytest
from nbconvert import HTMLExporter

from tests.execute_notebooks import NOTEBOOKS, clean
from tests.exercises import bound_names

NAMES = [
    "01_setup", "02_data", "03_graph", "04_lightgcn", "05_bpr",
    "06_evaluation", "07_training", "08_recommendation", "09_visualization", "10_peer_influence",
]  # fmt: skip


@pytest.fixture(params=NAMES)
def name(request) -> str:
    return request.param


@pytest.fixture
def notebook(name) -> nbformat.NotebookNode:
    return nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)


def code_cells(notebook) -> list:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def prose(notebook) -> str:
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def displays_something(source: str) -> bool:
    """Whether a cell prints, shows, or ends in a bare expression."""
    tree = ast.parse(source)
    calls = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    last = tree.body[-1] if tree.body else None
    # A method call as the last line may well return None; a name or an attribute never does by accident.
    return bool(calls & {"print", "show", "display"}) or (
        isinstance(last, ast.Expr) and isinstance(last.value, ast.Name)
    )


def test_there_are_exactly_the_ten():
    assert sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb")) == NAMES


def test_it_is_valid_and_cell_ids_are_unique(notebook):
    nbformat.validate(notebook)
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)


def test_it_was_run_top_to_bottom_in_a_fresh_kernel(notebook):
    cells = code_cells(notebook)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))


def test_cells_that_display_something_have_a_stored_output(notebook):
    # Strict nbval compares nothing where nothing is stored.
    for cell in code_cells(notebook):
        if displays_something(cell.source):
            assert cell.outputs, cell.source


def test_no_error_no_warning_and_nothing_on_stderr_is_stored(notebook):
    for cell in code_cells(notebook):
        for output in cell.outputs:
            assert output.output_type != "error" or "raises-exception" in cell.metadata.get("tags", []), cell.source
            assert output.get("name") != "stderr", output.text
            assert "Warning:" not in str(output.get("text", "")), output.text


def test_nothing_is_stored_that_does_not_belong_in_git(notebook):
    assert clean(copy.deepcopy(notebook)) == notebook


def test_outputs_hold_no_memory_addresses_and_no_paths_of_a_machine(notebook):
    for cell in code_cells(notebook):
        texts = [
            str(output.get("text", "")) + str(output.get("data", {}).get("text/plain", "")) for output in cell.outputs
        ]
        assert not re.search(r"0x[0-9a-f]{6,}|/home/|/root/|/Users/|/tmp/", "".join(texts)), cell.source


def test_tables_in_outputs_are_short(notebook):
    # MovieLens may not be redistributed: outputs show aggregates and at most ten raw rows.
    for cell in code_cells(notebook):
        for output in cell.outputs:
            html = str(output.get("data", {}).get("text/html", ""))
            assert html.count("<tr") <= 24, cell.source


def test_every_picture_says_in_words_what_it_shows(notebook):
    for cell in code_cells(notebook):
        for output in cell.outputs:
            data = output.get("data", {})
            if "image/png" in data:
                assert len(data.get("text/plain", "")) > 30 and "<Figure" not in data["text/plain"], cell.source


def test_it_has_the_parts_every_notebook_has(notebook):
    text = prose(notebook)
    assert re.search(r"^# ", notebook.cells[0].source, re.M)
    for part in ("Where the analogy lies", "minutes", "Recap", "<details>"):
        assert part in text, part


def test_it_links_to_its_neighbours_and_every_link_leads_somewhere(notebook, name):
    links = re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", prose(notebook)) + re.findall(r'href="([^"#]+)', prose(notebook))
    place = NAMES.index(name)
    for neighbour in NAMES[max(0, place - 1) : place] + NAMES[place + 1 : place + 2]:
        assert f"{neighbour}.ipynb" in links
    for link in links:
        assert link.startswith("https://") or (NOTEBOOKS / link).exists(), link


VIEW = "application/vnd.jupyter.widget-view+json"


def test_its_lesson_widget_is_shown_in_the_cell_of_that_id_and_one_quiz_follows(notebook):
    views, quizzes = [], []
    for cell in code_cells(notebook):
        for output in cell.outputs:
            if VIEW in output.get("data", {}):
                (quizzes if output.data["text/plain"].startswith("Quiz of") else views).append(cell)
    # Beside the lesson widget there may be predictions and the opening of 01.
    views = [cell for cell in views if not re.search(r"\b(Predict|ArrivalWidget)\(", cell.source)]
    assert [cell.id for cell in views] == ["widget"] and len(quizzes) == 1
    assert notebook.cells.index(quizzes[0]) > notebook.cells.index(views[0])


def test_exported_to_html_the_widget_is_a_picture_with_its_words_and_what_to_look_for(notebook):
    page, _ = HTMLExporter().from_notebook_node(notebook)
    shown = page[page.index('id="cell-id=widget"') :]
    shown = shown[: shown.index('id="cell-id=', 10)]
    assert 'src="data:image/png;base64,' in shown
    if any(cell.id == "look-for" for cell in notebook.cells):  # nbconvert writes no alternative text: words stand above
        (words,) = [output.data["text/plain"] for cell in notebook.cells if cell.id == "widget"
                    for output in cell.outputs if VIEW in output.data]  # fmt: skip
        assert words in html.unescape(shown) and "To bring it to life" in shown
        above = page[: page.index('id="cell-id=widget"')]
        above = above[above.rindex('id="cell-id=') :]  # the cell right before it
        assert "What to look for" in above and above.count("What you should see</summary>") >= 2


def test_code_cells_fit_on_a_screen(notebook, name):
    limit = {"10_peer_influence": 56}.get(name, 32)  # notebook 10 closes with the whole recommender in one cell
    seen = [cell for cell in code_cells(notebook) if "setup" not in cell.metadata.get("tags", [])]  # that is collapsed
    assert max(cell.source.count("\n") + 1 for cell in seen) <= limit


def test_the_repository_holds_no_data():
    files = subprocess.run(["git", "ls-files"], cwd=NOTEBOOKS.parent, capture_output=True, text=True, check=True).stdout
    assert not [f for f in files.splitlines() if Path(f).suffix in {".zip", ".whl", ".data", ".item", ".user", ".pt"}]


def test_the_readme_states_the_minutes_of_the_notebook(notebook, name):
    minutes = re.search(r"(\d+) minutes", prose(notebook))[1]
    readme = (NOTEBOOKS.parent / "README.md").read_text()
    assert re.search(rf"\(notebooks/{name}\.ipynb\).* \| {minutes} \|", readme)


def test_no_fold_is_opened_by_a_line_that_holds_a_link(notebook):
    # A click would have to do both, and a screen reader reads only one of them.
    for cell in notebook.cells:
        for line in re.findall(r"<summary>(.*?)</summary>", cell.source, re.S):
            assert "<a " not in line and "](" not in line, line


def test_what_a_folded_cell_shows_is_bound_once(notebook):
    # Else the cell would show the picture of another guess when it is run again.
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    folded = [cell.source for cell in code if "folded" in cell.metadata.get("tags", [])]
    for name in re.findall(r"^show\((\w+)\)", "\n".join(folded), re.M):
        assert sum(name in bound_names(cell.source) for cell in code) == 1, name
