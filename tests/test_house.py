"""The house: which part may import which, no circle, one name one file, a short core, and a light start."""

import ast
import io
import subprocess
import sys
import tokenize
from collections import Counter
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

LIBRARY = Path(__file__).parents[1] / "course_lib"
WINGS = ("classroom", "plots", "widgets")
# library <- plots <- widgets, library <- classroom; and the five things of the classroom that a widget shows or notes.
MAY_IMPORT = {
    "library": ("library",),
    "classroom": ("library", "classroom"),
    "plots": ("library", "plots"),
    "widgets": ("library", "plots", "widgets", "classroom.guest", "classroom.predictions", "classroom.question",
                "classroom.progress_list", "classroom.progress_file"),
}  # fmt: skip
CORE = ("border", "data", "interactions", "graph", "lightgcn", "bpr", "softmax", "training", "evaluation", "baselines",
        "recommendation")  # fmt: skip


def sources() -> dict[str, str]:
    """Module name to source, of every module of the library."""
    found = {}
    for path in sorted(LIBRARY.rglob("*.py")):
        parts = path.relative_to(LIBRARY.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path.read_text()
    return found


def imports(module: str, code: dict[str, str]) -> set[str]:
    """The modules of `code` that one of them imports, anywhere in it, inside functions too."""
    found = set()
    is_package = any(name.startswith(f"{module}.") for name in code)
    for node in ast.walk(ast.parse(code[module])):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = module.split(".")[: len(module.split(".")) - node.level + is_package] if node.level else []
            origin = ".".join([*above, *([node.module] if node.module else [])])
            # `from package import name` may name a module of the package or something defined in it.
            found |= {f"{origin}.{alias.name}" if f"{origin}.{alias.name}" in code else origin for alias in node.names}
    return {name for name in found if name in code and name != module}


def wing(module: str) -> str:
    """`library`, or the folder of the house that a module stands in."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in WINGS else "library"


def trespasses(code: dict[str, str]) -> list[str]:
    """Imports that cross the border, each as `who imports whom`."""
    wrong = []
    for module in code:
        allowed = MAY_IMPORT[wing(module)]
        for name in sorted(imports(module, code)):
            if wing(name) not in allowed and name.removeprefix("course_lib.") not in allowed:
                wrong.append(f"{module} imports {name}")
    return wrong


def circle(code: dict[str, str]) -> list[str]:
    """Modules that import each other in a circle, or none."""
    try:
        list(TopologicalSorter({module: imports(module, code) for module in code}).static_order())
    except CycleError as error:
        return error.args[1]
    return []


def shared_names(code: dict[str, str]) -> list[str]:
    """File names that two modules have; packages do not count."""
    modules = [module for module in code if not any(name.startswith(f"{module}.") for name in code)]
    count = Counter(module.split(".")[-1] for module in modules)
    return sorted(name for name, n in count.items() if n > 1)


def lines_of_code(source: str) -> int:
    """Lines that hold code: not blank, not only a comment, not part of a text that stands by itself (a docstring)."""
    texts = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            texts |= set(range(node.lineno, node.end_lineno + 1))
    empty = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)
    held = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in empty:
            held |= set(range(token.start[0], token.end[0] + 1))
    return len(held - texts)


def test_no_import_crosses_the_border():
    assert trespasses(sources()) == []


def test_no_two_modules_import_each_other_in_a_circle():
    assert circle(sources()) == []


def test_one_name_is_one_file():
    assert shared_names(sources()) == []


def test_the_core_is_at_most_nine_hundred_lines_of_code():
    code = sources()
    assert sum(lines_of_code(code[f"course_lib.{name}"]) for name in CORE) <= 900


HOUSE = {
    "course_lib": "",
    "course_lib.graph": "import torch",
    "course_lib.training": "from course_lib.graph import adjacency",
    "course_lib.classroom": "",
    "course_lib.classroom.guest": "from course_lib import training",
    "course_lib.classroom.check": "",
    "course_lib.classroom.check.exercise": "from course_lib.graph import adjacency",
    "course_lib.classroom.lessons": "",
    "course_lib.classroom.lessons.n01_setup": "from course_lib.classroom.check.exercise import lesson",
    "course_lib.plots": "from course_lib.plots.style import look",
    "course_lib.plots.style": "import course_lib.graph",
    "course_lib.widgets": "",
    "course_lib.widgets.seating": "from course_lib.classroom.guest import guest\nfrom course_lib import plots, graph",
}


def test_a_house_in_order_passes():
    assert trespasses(HOUSE) == [] and circle(HOUSE) == [] and shared_names(HOUSE) == []


@pytest.mark.parametrize(
    ("module", "line", "wrong"),
    [
        ("graph", "import course_lib.classroom.guest", "classroom.guest"),
        ("graph", "from course_lib import plots", "plots"),
        ("graph", "def f():\n    from course_lib.widgets.seating import Seating", "widgets.seating"),
        ("graph", "from .widgets import seating", "widgets.seating"),
        ("graph", "from . import plots as p", "plots"),
        ("plots.style", "from course_lib.widgets import seating", "widgets.seating"),
        ("plots.style", "from ..classroom.guest import guest", "classroom.guest"),
        ("classroom.guest", "from course_lib.plots import style", "plots.style"),
        ("classroom.lessons.n01_setup", "from ...widgets import seating", "widgets.seating"),
        ("widgets.seating", "from course_lib.classroom.check import exercise", "classroom.check.exercise"),
        ("widgets.seating", "from course_lib.classroom.check.exercise import lesson", "classroom.check.exercise"),
        ("widgets.seating", "import course_lib.classroom.lessons.n01_setup", "classroom.lessons.n01_setup"),
        ("widgets.seating", "if True:\n    from course_lib import classroom", "classroom"),
    ],
)
def test_a_planted_import_is_found(module, line, wrong):
    planted = {**HOUSE, f"course_lib.{module}": line}
    assert trespasses(planted) == [f"course_lib.{module} imports course_lib.{wrong}"]


@pytest.mark.parametrize("back", ["from course_lib import training", "def f():\n    import course_lib.training as t"])
def test_a_planted_circle_is_found(back):
    assert set(circle({**HOUSE, "course_lib.graph": back})) == {"course_lib.graph", "course_lib.training"}


def test_a_name_that_two_files_have_is_found():
    assert shared_names({**HOUSE, "course_lib.plots.graph": "", "course_lib.widgets.guest": ""}) == ["graph", "guest"]


def test_lines_of_code_are_counted_without_texts_and_comments():
    source = '''"""A text
of two lines."""

import os  # counts


class A:
    """No."""

    x: int = 1
    """Nor this."""

    def f(self, a,
          b):
        # nor this
        return """a text that is
        a value"""
'''
    assert lines_of_code(source) == 7


LIGHT = ("course_lib.data", "course_lib.baselines", "course_lib.training", "course_lib.recommendation")


def test_what_a_first_list_needs_starts_without_what_it_does_not_need():
    code = f"import sys, {', '.join(LIGHT)}; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in ran.stdout.split()}
    assert "torch" in loaded
    assert not loaded & {
        "torch_geometric",
        "sklearn",
        "scipy",
        "matplotlib",
        "IPython",
        "ipywidgets",
        "anywidget",
        "pooch",
    }


def test_pytorch_geometric_is_imported_by_the_layer_alone():
    def at_once(source: str) -> set[str]:
        tops = [node for node in ast.parse(source).body if isinstance(node, ast.Import | ast.ImportFrom)]
        names = [alias.name for node in tops if isinstance(node, ast.Import) for alias in node.names]
        names += [node.module or "" for node in tops if isinstance(node, ast.ImportFrom)]
        return {name.split(".")[0] for name in names}

    assert [module for module, source in sources().items() if "torch_geometric" in at_once(source)] == [
        "course_lib.conv"
    ]
