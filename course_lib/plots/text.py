"""Words in and below pictures. No matplotlib here, so that a first picture is quickly there."""

import re
from html import escape


def shorten(text: str, length: int = 30) -> str:
    """A title of at most `length` characters: without what stands in brackets if need be, then cut with an ellipsis."""
    if len(text) > length:
        text = text.split(" (")[0]
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def markdown(text: str) -> str:
    """Text that markdown shows as it is, stars and brackets too."""
    return re.sub(r"([\\*_\[\]$])", r"\\\1", escape(text, quote=False))


def count(n: int) -> str:
    """A small number as a word, for sentences: `count(5)` is "five"; from thirteen on as digits."""
    words = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
    return words[n] if 0 <= n < len(words) else f"{n:,}"
