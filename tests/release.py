"""Give what stands under *Unreleased* its number: `make release VERSION=1.0.0 ADDRESS=https://github.com/owner/name`.

It writes version and address into `pyproject.toml`, the date into CHANGELOG.md and CITATION.cff, stamps the notebooks
and the README (`tests/stamp.py`), commits and tags. It pushes nothing: it says how. The address is asked for once.
"""

import datetime
import re
import subprocess
import sys
from pathlib import Path

from tests.stamp import ROOT, released, stamp

FORM = r"https://github\.com/[\w.-]+/[\w.-]+"


def check(root: Path, version: str, home: str, tags: list[str], changed: str) -> None:
    """Refuse what cannot be released.

    Args:
        tags: of the versions so far.
        changed: what `git status --porcelain` says.

    Raises:
        ValueError: in one sentence, with what to do.
    """
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        raise ValueError(f"a version is three numbers such as 1.0.0, got {version!r}: make release VERSION=1.0.0")
    if not re.fullmatch(FORM, home):
        raise ValueError(
            f"the address is https://github.com/owner/name (Colab, Binder and Codespaces know no other place), "
            f"got {home!r}: make release VERSION={version} ADDRESS=https://github.com/owner/name"
        )
    numbers = [tuple(map(int, tag[1:].split("."))) for tag in tags if re.fullmatch(r"v\d+\.\d+\.\d+", tag)]
    if numbers and tuple(map(int, version.split("."))) <= max(numbers):
        last = ".".join(map(str, max(numbers)))
        raise ValueError(f"{version} does not come after {last}, the last release: take a higher number")
    if changed.strip():
        raise ValueError(f"these files are not committed, and a release is what is: {', '.join(changed.split()[1::2])}")
    if not re.search(r"^## Unreleased\n\n(?!## )\S", (root / "CHANGELOG.md").read_text(), re.M):
        raise ValueError("CHANGELOG.md has nothing under '## Unreleased': write what somebody will notice")


def write(root: Path, version: str, home: str, date: str) -> None:
    """Write version, address and date where they belong, and stamp."""

    def change(name: str, pattern: str, text: str) -> None:
        path = root / name
        changed, n = re.subn(pattern, text, path.read_text(), count=1, flags=re.M)
        if n != 1:
            raise ValueError(f"{name} has no line like {pattern!r}")
        path.write_text(changed)

    change("pyproject.toml", r'^version = ".*"$', f'version = "{version}"')
    if released(root).home:
        change("pyproject.toml", r'^Repository = ".*"$', f'Repository = "{home}"')
    else:
        change(
            "pyproject.toml", r"^(\[project.optional-dependencies\])$", f'[project.urls]\nRepository = "{home}"\n\n\\1'
        )
    change("CHANGELOG.md", r"^## Unreleased$", f"## Unreleased\n\n## {version}, {date}")
    change("CITATION.cff", r"^version: .*(\ndate-released: .*)?(\nrepository-code: .*)?$",
           f"version: {version}\ndate-released: {date}\nrepository-code: {home}")  # fmt: skip
    stamp(root)


def git(root: Path, *words: str) -> str:
    """What git answers."""
    return subprocess.run(["git", *words], cwd=root, check=True, capture_output=True, text=True).stdout


def main(version: str, home: str = "", root: Path = ROOT) -> str:
    """Release, and say what is left to do by hand."""
    home = home.removesuffix("/").removesuffix(".git") or released(root).home
    check(root, version, home, git(root, "tag").split(), git(root, "status", "--porcelain", "--untracked-files=no"))
    write(root, version, home, datetime.date.today().isoformat())
    git(root, "commit", "--all", "--message", f"Release {version}")
    git(root, "tag", "--annotate", f"v{version}", "--message", f"Release {version}")
    return (
        f"v{version} is committed and tagged here, and nowhere else. Look at it (git show), run make test, "
        f"then: git push {home} HEAD v{version}"
    )


if __name__ == "__main__":
    try:
        print(main(*sys.argv[1:]))
    except ValueError as error:
        sys.exit(str(error))
