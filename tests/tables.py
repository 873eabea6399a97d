"""The tables that commands write into pages, each between its two marks."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def replace_table(name: str, table: str, page: str = "tests/README.md") -> None:
    """Put a table between `<!-- name -->` and `<!-- /name -->`; the first mark may say more, after a colon.

    Raises:
        ValueError: the page has no such marks.
    """
    path = ROOT / page
    between = re.compile(rf"(<!-- {name}(?::.*?)? -->\n).*?(<!-- /{name} -->)", re.S)
    text, found = between.subn(lambda marks: marks[1] + table + "\n" + marks[2], path.read_text("utf-8"))
    if not found:
        raise ValueError(f"{page} has no marks for the table {name!r}; add them where it shall stand")
    path.write_text(text, "utf-8")
