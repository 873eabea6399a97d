"""What a release writes, and what is stamped into every notebook from one place; all of it on copies."""

import re
import shutil
import subprocess
import sys

import nbformat
import pytest
import yaml

from tests import release, stamp, test_story
from tests.execute_notebooks import NOTEBOOKS
from tests.stamp import BEGIN, END, ROOT, Release
from tests.story import opening, words

HOME = "https://github.com/example/graph-recommenders"
BEFORE, AFTER = Release("", "0.1.0"), Release(HOME, "1.0.0")
PATHS = {path.stem: path for path in sorted(NOTEBOOKS.glob("*.ipynb"))}


def read(name: str) -> nbformat.NotebookNode:
    return nbformat.read(PATHS[name], as_version=4)


def setup_cell(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    return next(cell for cell in notebook.cells if "setup" in cell.metadata.get("tags", []))


@pytest.fixture
def course(tmp_path):
    """A small checkout with two notebooks, under git."""
    for name in ("pyproject.toml", "README.md", "CHANGELOG.md", "CITATION.cff"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "notebooks").mkdir()
    for name in [*PATHS][:2]:
        shutil.copy(PATHS[name], tmp_path / "notebooks")
    pyproject = tmp_path / "pyproject.toml"
    pyproject.write_text(re.sub(r"\[project.urls\]\n.*\n\n", "", pyproject.read_text()))
    for command in (
        ["init", "-q"],
        ["config", "user.email", "a@example.org"],
        ["config", "user.name", "a"],
        ["add", "."],
    ):
        release.git(tmp_path, *command)
    release.git(tmp_path, "commit", "-qm", "as it is")
    return tmp_path


def test_if_one_notebook_is_stamped_all_are_and_as_the_text_is_now():
    notebooks = {name: read(name) for name in PATHS}
    stamped = [name for name in PATHS if BEGIN in setup_cell(notebooks[name]).source]
    assert stamped in ([], list(PATHS))
    late = [name for name in stamped if stamp.stamp_notebook(notebooks[name], name, stamp.released())]
    assert late == [], "make stamp"


@pytest.mark.parametrize("name", PATHS)
def test_a_stamped_notebook_keeps_its_form_and_its_budgets(name, tmp_path):
    notebook = read(name)
    stamp.stamp_notebook(notebook, name, BEFORE)
    stamp.stamp_notebook(notebook, name, AFTER)
    test_story.test_it_opens_with_where_one_is_a_question_a_scene_minutes_and_objectives(notebook, name)
    test_story.test_one_collapsed_cell_sets_everything_up(notebook)
    assert words(notebook.cells) == words(read(name).cells)  # the budgets are the writer's
    assert notebook.cells[-1].source.startswith("**Next")
    assert opening(notebook)[1] is setup_cell(notebook)
    nbformat.validate(notebook)


def test_what_is_stamped_passes_lint(tmp_path):
    notebook = read(next(iter(PATHS)))
    for number, told in enumerate((BEFORE, AFTER)):
        stamp.stamp_notebook(notebook, next(iter(PATHS)), told)
        setup_cell(notebook).source = setup_cell(notebook).source.partition(END)[0] + END
        notebook.cells = [notebook.cells[0], setup_cell(notebook), notebook.cells[-1]]
        (tmp_path / "notebooks").mkdir(exist_ok=True)
        nbformat.write(notebook, tmp_path / f"notebooks/{number}.ipynb")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for verb in (["check"], ["format", "--check"]):
        command = [sys.executable, "-m", "ruff", *verb, "notebooks"]
        ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize("name", [*PATHS][:1])
def test_stamping_twice_changes_nothing_and_another_release_only_what_is_stamped(name):
    notebook = read(name)
    own = setup_cell(notebook).source.partition(END)[2].strip() or setup_cell(notebook).source
    stamp.stamp_notebook(notebook, name, BEFORE)
    before = nbformat.writes(notebook)
    assert not stamp.stamp_notebook(notebook, name, BEFORE) and nbformat.writes(notebook) == before
    assert stamp.stamp_notebook(notebook, name, AFTER)
    assert setup_cell(notebook).source.endswith(f"{END}\n{own}")
    assert f"{HOME}/blob/v1.0.0/notebooks/{name}.ipynb".removeprefix("https://github.com") in notebook.cells[0].source
    assert f"template=confused.yml&notebook={name}" in notebook.cells[-1].source
    stamp.stamp_notebook(notebook, name, BEFORE)
    assert nbformat.writes(notebook) == before


def test_a_stamp_that_was_cut_is_refused():
    notebook = read(next(iter(PATHS)))
    setup_cell(notebook).source = f"{BEGIN}\nimport os"
    with pytest.raises(ValueError, match=r"has one of the lines .* and not the other"):
        stamp.stamp_notebook(notebook, next(iter(PATHS)), BEFORE)


# A Python in which course_lib cannot be found; what a front end would show goes to stdout.
ALONE = """
import importlib.util, os, sys
from IPython.core.interactiveshell import InteractiveShell
find, asked = importlib.util.find_spec, []
def find_spec(name, *more):
    return None if name == "course_lib" else find(name, *more)
importlib.util.find_spec = find_spec
shell = InteractiveShell.instance()
shell.run_line_magic = lambda *words: asked.append(words)
shell.user_ns["get_ipython"] = lambda: shell
shell.run_cell(sys.stdin.read(), store_history=True)
print("ASKED", asked)
"""


def alone(told: Release, **environment: str) -> str:
    variables = {"PATH": "", "HOME": "/nowhere", "IPYTHONDIR": "/nowhere", **environment}
    cell = f"{stamp.preamble(told)}print('went on')"
    ran = subprocess.run([sys.executable, "-c", ALONE], input=cell, env=variables, capture_output=True, text=True)
    return ran.stdout


def test_where_course_lib_is_missing_a_sentence_says_what_to_do_and_no_stack():
    said = alone(BEFORE)
    assert "make lab" in said and "course_lib doctor" in said and sys.executable in said
    assert "No release has said where" in said and "ASKED []" in said
    assert "Traceback" not in said and "---" not in said and "went on" not in said


@pytest.mark.parametrize(("mark", "asked"), [("COLAB_RELEASE_TAG", 1), ("KAGGLE_KERNEL_RUN_TYPE", 1), ("NOTHING", 0)])
def test_colab_and_kaggle_fetch_it_from_the_release_and_nobody_else_does(mark, asked):
    said = alone(AFTER, **{mark: "x"})
    pip = f"ASKED [('pip', 'install --quiet git+{HOME}@v1.0.0')]"
    assert (pip in said) == bool(asked) and (asked or "ASKED []" in said)
    assert "is the internet on?" in said and "Traceback" not in said  # here pip has brought nothing


def test_where_course_lib_is_there_nothing_is_said():
    ran = subprocess.run([sys.executable, "-c", stamp.preamble(BEFORE)], capture_output=True, text=True)
    assert ran.returncode == 0 and ran.stdout == ran.stderr == ""


def test_before_a_release_no_address_is_made_up():
    assert stamp.launchers(BEFORE, "01_setup") == {} and stamp.badges(BEFORE) == ""
    assert "http" not in stamp.preamble(BEFORE) + stamp.feedback(BEFORE, "01_setup")


def test_a_release_writes_number_address_and_date_stamps_commits_and_tags(course):
    said = release.main("1.0.0", f"{HOME}.git", course)
    assert f"git push {HOME} HEAD v1.0.0" in said
    assert stamp.released(course) == AFTER
    assert re.search(r"## Unreleased\n\n## 1\.0\.0, \d{4}-\d\d-\d\d\n\n\S", (course / "CHANGELOG.md").read_text())
    cited = yaml.safe_load((course / "CITATION.cff").read_text())
    assert cited["version"] == "1.0.0" and cited["repository-code"] == HOME and cited["date-released"]
    readme = (course / "README.md").read_text()
    assert (
        readme.count("[![Open 01 in ") == 3 and f"github{HOME.removeprefix('https://github.com')}/blob/v1.0.0" in readme
    )
    assert release.git(course, "tag").split() == ["v1.0.0"] and not release.git(course, "status", "--porcelain")
    assert stamp.stamp(course) == []

    changes = course / "CHANGELOG.md"
    with pytest.raises(ValueError, match="nothing under '## Unreleased'"):
        release.main("1.1.0", root=course)
    changes.write_text(changes.read_text().replace("## Unreleased\n", "## Unreleased\n\n- More.\n"))
    with pytest.raises(ValueError, match=r"not committed, and a release is what is: CHANGELOG.md"):
        release.main("1.1.0", root=course)
    release.git(course, "commit", "-qam", "more")
    release.main("1.1.0", root=course)  # the address is known by now
    assert stamp.released(course) == Release(HOME, "1.1.0")
    assert (course / "CITATION.cff").read_text().count("date-released") == 1


@pytest.mark.parametrize(
    ("version", "home", "message"),
    [
        ("", HOME, "three numbers such as 1.0.0"),
        ("1.0", HOME, "three numbers such as 1.0.0"),
        ("1.0.0", "", "ADDRESS=https://github.com/owner/name"),
        ("1.0.0", "https://example.org/course", "know no other place"),
        ("0.9.0", HOME, "does not come after 0.9.0"),
    ],
)
def test_what_cannot_be_released_is_a_sentence_and_changes_nothing(course, version, home, message):
    release.git(course, "tag", "v0.9.0")
    with pytest.raises(ValueError, match=re.escape(message)):
        release.main(version, home, course)
    assert not release.git(course, "status", "--porcelain")
