"""The picture that closes every notebook: one guest's top ten by every method met so far."""

import textwrap
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.patches import FancyBboxPatch, Rectangle

from course_lib.plots.colours import FILM, GUEST, INK, MUTED
from course_lib.plots.style import Plot, new_figure, styled
from course_lib.plots.text import shorten

_PALE, _RANKS = "#f1f3f4", 0.42  # fill of a film that is no hit; width of the column of ranks, in inches
_MANY, _BEST, _SLIM = 5, 2, 0.92  # of more columns than so all but the first, the newest and the best get only stars
_ROW, _HEAD, _FOOT = 0.45, 0.6, 1.45  # heights in inches: of a film, of the names on top, of the numbers below


class Column(NamedTuple):
    """What one method lists."""

    method: str
    """Its name, the same in every notebook."""
    titles: Sequence[str]
    """Its top ten, best first; empty where it has no list for this guest."""
    hits: Sequence[bool]
    """Which of them are hidden raves."""
    ndcg: float
    """NDCG@10, mean over all guests."""
    reason: str = ""
    """Why there is no list."""


@styled
def plot_list_so_far(who: str, possessive: str, n_hidden: int, columns: Sequence[Column]) -> Plot:
    """A column of films per method, hidden raves lit; below them the hits, and NDCG@10 over all guests as a bar
    on a grey one that stands for 1. Of more than five columns only the first, the newest and the two best of the
    others (by NDCG@10) name their films, and the others show at which ranks their hits are (if anything is hidden).

    Args:
        who, possessive: "you" and "your", or "the writer" and "the writer's".
        n_hidden: how many raves are hidden; 0 leaves the row of hits out.
        columns: in the order in which the methods were met.
    """
    n = len(columns)
    best = sorted(range(1, n - 1), key=lambda place: -columns[place].ndcg)[:_BEST]
    named = [n <= _MANY or not n_hidden or place in (0, *best, n - 1) for place in range(n)]
    wide = (11.4 - _RANKS - _SLIM * (n - sum(named))) / max(sum(named), 1)
    cells = [min(2.9 if n > 1 else 7, wide) if full else _SLIM for full in named]  # in inches; one alone is broad
    n_rows = max((len(column.titles) for column in columns), default=0) or 10
    bar = min(cells, default=0.3) - 0.3
    width, height = _RANKS + sum(cells), _HEAD + n_rows * _ROW + _FOOT
    figure = new_figure(width, height)
    ax = figure.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(height, 0))  # in inches, from the upper left corner
    ax.axis("off")
    size = 10 if n > _MANY else 11
    below = _HEAD + n_rows * _ROW
    for rank in range(n_rows):
        ax.text(_RANKS - 0.1, _HEAD + (rank + 0.5) * _ROW, str(rank + 1), ha="right", va="center", size=size)
    left = _RANKS
    for column, full, cell in zip(columns, named, cells, strict=True):
        middle, letters = left + cell / 2, int(cell * 122 / size)  # that fit into a cell
        name = "\n".join(textwrap.wrap(column.method, int(letters * 0.85), break_long_words=False))
        ax.text(middle, _HEAD - 0.12, name, ha="center", va="baseline", weight="bold", size=size, linespacing=1)
        for rank, (title, hit) in enumerate(zip(column.titles, column.hits, strict=True)):
            top = _HEAD + rank * _ROW
            box = FancyBboxPatch((left + 0.04, top + 0.04), cell - 0.08, _ROW - 0.08,
                                 boxstyle="round,pad=0,rounding_size=0.05", fc=FILM if hit else _PALE,
                                 ec=INK if hit else "none", lw=1.2)  # fmt: skip
            ax.add_patch(box)
            words = f"★ {title}" if hit else title
            words = _in_two_lines(words, int(letters * (0.84 if hit else 0.95))) if full else "★" * hit
            ax.text(middle, top + _ROW / 2, words, ha="center", va="center", linespacing=1, size=size,
                    weight="bold" if hit else "normal", parse_math=False)  # fmt: skip
        if not column.titles:
            reason = "\n".join(textwrap.wrap(column.reason, letters))
            ax.text(middle, _HEAD + 0.2, reason, ha="center", va="top", size=size, color="#555555", style="italic")
        elif n_hidden:
            found = f"{sum(column.hits)} of {n_hidden}"
            ax.text(middle, below + 0.42, found, ha="center", va="center", size=14, weight="bold")
        for share, colour in ((1.0, "#dfe3e6"), (column.ndcg, GUEST)):  # the best there is, and what it gets
            ax.add_patch(Rectangle((middle - bar / 2, below + 0.95), bar * share, 0.12, fc=colour, ec="none"))
        ax.text(middle, below + 1.23, f"{column.ndcg:.3f}", ha="center", va="center", size=size)
        left += cell
    for y, words in ((0.18, "hidden raves found" if n_hidden else ""), (0.77, "NDCG@10 over all guests, from 0 to 1")):
        ax.text(0.12, below + y, words, va="center", size=9.5, color="#555555")
    if not all(named):
        ax.text(width - 0.12, below + 0.18, "a narrow column shows only where its hits are", ha="right", va="center",
                size=9.5, color="#555555")  # fmt: skip
    ax.plot([0.1, width - 0.1], [below + 0.05] * 2, color=MUTED, lw=1)
    return Plot(figure, _caption(who, possessive, n_hidden, columns))


def _caption(who: str, possessive: str, n_hidden: int, columns: Sequence[Column]) -> str:
    listed, n = [column for column in columns if column.titles], len(columns)
    leader = max(columns, key=lambda column: column.ndcg)
    overall = "its NDCG@10 is" if n == 1 else f"{leader.method} leads with an NDCG@10 of"
    return f"{_lists(who, possessive, n_hidden, listed)} Over all guests (bars) {overall} {leader.ndcg:.3f}."


def _lists(who: str, possessive: str, n_hidden: int, listed: Sequence[Column]) -> str:
    if not n_hidden:
        if len(listed) == 1:
            return f"The ten films that {listed[0].method} has for {who}."
        often = Counter(title for column in listed for title in column.titles).values()
        on_all, on_one = sum(n == len(listed) for n in often), sum(n == 1 for n in often)
        return f"{len(listed)} lists for {who}: {on_all} films stand on all of them, and {on_one} on only one."
    found = {column.method: sum(column.hits) for column in listed}
    groups = [(n, [name for name in found if found[name] == n]) for n in sorted(set(found.values()), reverse=True)]
    if len(listed) > 3 and len(groups) > 2:
        groups = [groups[0], groups[-1]]
    told = [f"{_and(names)} find{'s' if len(names) == 1 else ''} {n or 'none'}" for n, names in groups]
    return f"Of {possessive} {n_hidden} hidden raves (★) {_and(told)} within ten films."


def _in_two_lines(title: str, letters: int) -> str:
    if len(title) <= letters:
        return title
    lines = textwrap.wrap(shorten(title, 2 * letters), letters)
    return "\n".join(lines if len(lines) < 3 else textwrap.wrap(shorten(title, int(1.7 * letters)), letters)[:2])


def _and(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
