"""The moving picture of the README: the rounds of notebook 01 as one SVG, which plays where pictures are shown.

`make guide` writes it to `notebooks/gossip.svg`. Where motion is not wanted it stands still at the
last round.
"""

import re
from pathlib import Path

from tests.site.frames import Book, colours_travel

PICTURE = Path(__file__).parents[2] / "notebooks" / "gossip.svg"
HOLD, FLIGHT = 2.2, 0.9  # seconds that a round is shown, and that messages run before it
_WIDTH, _HEIGHT = 860, 350


def animated(book: Book, row: int = 0) -> str:
    """All rounds of one row of a book, each shown in its turn, with the messages that run between them."""
    pages = book.pages[row]
    whole = HOLD * (len(pages) + 1)  # the last round stays twice as long
    words = re.search(r'aria-label="(.*?)"', pages[-1])[1]
    parts = [f'<rect width="{_WIDTH}" height="{_HEIGHT}" rx="8" fill="white"/>']
    for n, page in enumerate(pages):
        shapes = re.sub(r"<defs>.*?</defs>", "", re.search(r"<svg[^>]*>(.*)</svg>", page, re.S)[1])
        begin, end = n * HOLD / whole, 1.0 if n == len(pages) - 1 else (n + 1) * HOLD / whole
        values, times = ("0;1;0", f"0;{begin:.4f};{end:.4f}") if n else ("1;0", f"0;{end:.4f}")
        shown = _animate("opacity", values, times, whole, discrete=True)
        last = "last" if n == len(pages) - 1 else "round"
        parts.append(f'<g class="{last}" opacity="{int(not n)}">{shapes}{shown}</g>')
    for n, told in enumerate(book.told[row]):
        if n:
            parts += _messages(pages[0], told, n * HOLD - FLIGHT, whole)
    style = "@media (prefers-reduced-motion:reduce){.dot,.round{display:none}.last{opacity:1}}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{words}" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'font-family="DejaVu Sans,Verdana,sans-serif"><style>{style}</style>' + "".join(parts) + "</svg>\n"
    )


def _messages(page: str, told: list[list[str]], begin: float, whole: float) -> list[str]:
    lines = [points for points, width in re.findall(r'<polyline points="([^"]*)"[^>]*stroke-width="([^"]*)"', page)
             if width not in ("0", "7")]  # fmt: skip
    dots = []
    for points, ends in zip(lines, told, strict=True):
        there = [point.split(",") for point in points.split()]
        for path, colour in ((there, ends[0]), (there[::-1], ends[1])):
            if not colour:
                continue
            times = f"0;{begin / whole:.4f};{(begin + FLIGHT) / whole:.4f};1"
            moves = "".join(
                _animate(name, f"{path[0][k]};{path[0][k]};{path[1][k]};{path[1][k]}", times, whole)
                for k, name in enumerate(("cx", "cy"))
            )
            seen = _animate("opacity", "0;1;0;0", times, whole, discrete=True)
            dots.append(f'<circle class="dot" r="9" fill="{colour}" stroke="#222" stroke-width="1.5" opacity="0" '
                        f'cx="{path[0][0]}" cy="{path[0][1]}">{moves}{seen}</circle>')  # fmt: skip
    return dots


def _animate(name: str, values: str, times: str, seconds: float, discrete: bool = False) -> str:
    mode = ' calcMode="discrete"' if discrete else ""
    return (f'<animate attributeName="{name}" values="{values}" keyTimes="{times}" dur="{seconds:g}s" '
            f'repeatCount="indefinite"{mode}/>')  # fmt: skip


def write() -> None:
    """Draw it anew from the frames of notebook 01."""
    PICTURE.write_text(animated(colours_travel()), encoding="utf-8")
