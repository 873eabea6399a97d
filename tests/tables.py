"""The tables of tests/README.md, each of which a command writes between its two marks."""

from pathlib import Path

README = Path(__file__).with_name("README.md")


def replace_table(name: str, table: str) -> None:
    """Put a table between `<!-- name -->` and `<!-- /name -->`.

    Raises:
        ValueError: the page has no such marks.
    """
    begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    before, found, rest = README.read_text("utf-8").partition(begin)
    if not found or end not in rest:
        raise ValueError(f"{README.name} has no marks for the table {name!r}; add them where it shall stand")
    README.write_text(before + begin + table + "\n" + end + rest.partition(end)[2], "utf-8")
