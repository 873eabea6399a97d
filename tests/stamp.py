"""What stands the same in all notebooks and in the README, written from one place: `make stamp`.

Where the course lives is `Repository` below `[project.urls]` in `pyproject.toml`, which the first release writes;
until then there are no badges, and the notebooks say that there is no address yet. Stamping twice changes nothing.
"""

import re
import sys
import tomllib
from pathlib import Path
from typing import NamedTuple

import nbformat

ROOT = Path(__file__).parents[1]
OPEN_IN, ASKED = " · open in ", "**Lost, or found a mistake?**"  # what the two stamped lines of text begin with

# At the top of each set-up cell, for a notebook that came alone: by mail, or by Colab's "Open from GitHub". It uses the
# standard library only, and prints nothing where course_lib is there. The error shows its sentence and no stack.
BEGIN, END = "# Set-up: where course_lib comes from if it is missing, ...", "# ... and what this notebook uses of it."
RAISE = """\
if importlib.util.find_spec("course_lib") is None:
    _why = f"course_lib is missing in {sys.executable}. In the course's folder run make lab, "
    _why += "or python -m course_lib doctor to see what is wrong. "
    _why += "<advice>"
    raise type("Alone", (ImportError,), {"_render_traceback_": lambda _: [_why]})(_why)
"""
BEFORE_A_RELEASE = f"""\
import importlib.util
import sys

{RAISE.replace("<advice>", "No release has said where that folder can be had: ask who gave you this.")}"""
HOSTED_ADVICE = """It is at <home>. "
    _why += "In Colab or Kaggle: is the internet on? Then run this cell again."""
AFTER_A_RELEASE = f"""\
import importlib.util
import os
import sys

_hosted = {{"COLAB_RELEASE_TAG", "KAGGLE_KERNEL_RUN_TYPE"}} & os.environ.keys()
if _hosted and importlib.util.find_spec("course_lib") is None:
    get_ipython().run_line_magic("pip", "install --quiet git+<home>@<tag>")
    importlib.invalidate_caches()
{RAISE.replace("<advice>", HOSTED_ADVICE)}"""


class Release(NamedTuple):
    """Where the course lives, `https://github.com/owner/name` or "" before the first release, and its version."""

    home: str
    version: str


def released(root: Path = ROOT) -> Release:
    """What `pyproject.toml` says."""
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    return Release(project.get("urls", {}).get("Repository", ""), project["version"])


def preamble(release: Release) -> str:
    """The lines at the top of each set-up cell."""
    text = AFTER_A_RELEASE if release.home else BEFORE_A_RELEASE
    return f"{BEGIN}\n{text.replace('<home>', release.home).replace('<tag>', f'v{release.version}')}\n{END}\n"


def launchers(release: Release, notebook: str) -> dict[str, str]:
    """Where a notebook opens by a click: name to address; none before the first release."""
    if not release.home:
        return {}
    place, tag = release.home.removeprefix("https://github.com/"), f"v{release.version}"
    return {
        "Colab": f"https://colab.research.google.com/github/{place}/blob/{tag}/notebooks/{notebook}.ipynb",
        "Binder": f"https://mybinder.org/v2/gh/{place}/{tag}?urlpath=lab/tree/notebooks/{notebook}.ipynb",
        "Codespaces": f"https://codespaces.new/{place}?quickstart=1",
    }


def badges(release: Release) -> str:
    """The README's row of badges, as pictures that each service makes; the notebooks have plain links."""
    pictures = {
        "Colab": "https://colab.research.google.com/assets/colab-badge.svg",
        "Binder": "https://mybinder.org/badge_logo.svg",
        "Codespaces": "https://github.com/codespaces/badge.svg",
    }
    links = launchers(release, "01_setup")
    return "\n".join(f"[![Open 01 in {name}]({pictures[name]})]({links[name]})" for name in links)


def feedback(release: Release, notebook: str) -> str:
    """The last paragraph of a notebook: where to say that something is unclear or wrong."""
    if not release.home:
        return f"{ASKED} Tell whoever gave you the course: `{notebook}`, and the heading above it."
    return f"{ASKED} [Tell us]({release.home}/issues/new?template=confused.yml&notebook={notebook})."


def stamp_notebook(notebook: nbformat.NotebookNode, name: str, release: Release) -> bool:
    """Write links, preamble and feedback into a notebook with a set-up cell; whether that changed it.

    Raises:
        ValueError: a stamped text was begun and not ended, so that it cannot be told from the writer's.
    """
    setup = next((cell for cell in notebook.cells if "setup" in cell.metadata.get("tags", [])), None)
    if setup is None:
        raise ValueError(f"{name} has no cell tagged setup; CONTRIBUTING.md says what it holds")
    if (BEGIN in setup.source) != (END in setup.source):
        raise ValueError(f"{name}: the set-up cell has one of the lines {BEGIN!r} and {END!r}, and not the other")
    first, last = notebook.cells[0], notebook.cells[-1]
    before = first.source, setup.source, last.source
    own = setup.source.partition(END)[2] if BEGIN in setup.source else setup.source
    setup.source = f"{preamble(release)}{own.lstrip()}"
    navigation, *rest = first.source.split("\n\n")
    navigation = navigation.split(OPEN_IN)[0]
    links = [f"[{service}]({address})" for service, address in launchers(release, name).items()]
    navigation += f"{OPEN_IN}{', '.join(links)}" if links else ""
    first.source = "\n\n".join([navigation, *rest])
    paragraphs = [part for part in last.source.split("\n\n") if not part.startswith(ASKED)]
    last.source = "\n\n".join([*paragraphs, feedback(release, name)])
    return before != (first.source, setup.source, last.source)


def stamp(root: Path = ROOT) -> list[str]:
    """Stamp all notebooks and the README of a checkout; the names of the files that changed."""
    release, changed = released(root), []
    notebooks = {path: nbformat.read(path, as_version=4) for path in sorted((root / "notebooks").glob("*.ipynb"))}
    late = [path for path, notebook in notebooks.items() if stamp_notebook(notebook, path.stem, release)]
    for path in late:  # only when none was refused
        nbformat.write(notebooks[path], path)
        changed.append(path.name)
    readme = root / "README.md"
    text = readme.read_text()
    row = f"{badges(release)}\n" if release.home else ""
    stamped = re.sub(
        r"(<!-- badges: .* -->\n)(?s:.*?)(<!-- /badges -->)", lambda found: found[1] + row + found[2], text
    )
    if stamped != text:
        readme.write_text(stamped)
        changed.append(readme.name)
    return changed


if __name__ == "__main__":
    try:
        print(f"stamped: {', '.join(stamp()) or 'nothing, all stood there already'}")
    except ValueError as error:
        sys.exit(str(error))
