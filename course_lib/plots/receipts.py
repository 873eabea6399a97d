"""Receipts: the parts of a score in words, as bars in a figure and as bars in a page."""

from collections.abc import Sequence
from html import escape

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from course_lib.influence import DECIMALS, FAME, REST, Receipt, total
from course_lib.plots.colours import ACCENT, FILM, FILM_MARKER, INK, MUTED, PALETTE
from course_lib.plots.style import new_axes, styled
from course_lib.plots.text import shorten

_NAMED, _OTHERS = "#dcd6c0", "other raves"  # where there are more reasons than colours


def in_words(receipt: Receipt) -> str:
    """A receipt as a sum: `0.512 = 0.201 Alien (1979) + 0.311 rest (4 raves)`."""
    terms = [f"{'-' if share < 0 else '+'} {abs(share):.{DECIMALS}f} {reason}" for reason, share in receipt]
    return f"{total(receipt):z.{DECIMALS}f} = " + " ".join(terms).removeprefix("+ ")


def receipts_html(titles: Sequence[str], receipts: Sequence[Receipt]) -> str:
    """A top list as a table for a page: rank, title, score, the receipt as a bar, and below it in words.

    Args:
        titles: best first.
        receipts: of `fold_reasons`, one per title; or none at all, where a list has no reasons.
    """
    colours, (low, high) = _colours(receipts), _span(receipts)
    rows = []
    for rank, title in enumerate(titles, start=1):
        cells = [f'<td style="text-align:right">{rank}</td><td><b>{escape(title)}</b></td>']
        if receipts:
            score, reasons = in_words(receipts[rank - 1]).split(" = ")
            bars = "".join(
                f'<rect x="{100 * (left - low) / (high - low):.2f}%" y="1" height="14" fill="{colours[reason]}" '
                f'width="{100 * width / (high - low):.2f}%" stroke="white" stroke-width="0.5"/>'
                for reason, left, width in _stack(receipts[rank - 1])
            )
            cells.append(f'<td class="score">{score}</td>')
            cells.append(
                f'<td><svg width="240" height="16" aria-hidden="true">{bars}</svg>'
                f'<div class="reasons" style="font-size:90%">{escape(reasons)}</div></td>'
            )
        rows.append(f"<tr>{''.join(cells)}</tr>")
    columns = ("rank", "film", "score", "because")[: 4 if receipts else 2]
    head = "".join(f'<th scope="col" style="text-align:left">{name}</th>' for name in columns)
    return (  # a white card, like every drawing: the colours are made for white
        f'<div style="background:white;color:{INK};border-radius:8px;padding:4px;max-width:1000px;overflow-x:auto">'
        '<table style="border-spacing:8px 1px;line-height:1.3"><thead><tr>'
        f"{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


@styled
def plot_receipts(titles: Sequence[str], receipts: Sequence[Receipt]) -> Axes:
    """A top list as stacked bars: one colour per reason, the named reasons in a legend.

    Args:
        titles: best first.
        receipts: of `fold_reasons`, one per title; or none at all, where a list has no reasons.
    """
    ax = new_axes(10, 0.36 * len(titles) + 1.1)
    colours = _colours(receipts)
    drawn = set()
    for height, receipt in enumerate(receipts):
        for reason, left, width in _stack(receipt):
            name = _OTHERS if colours[reason] == _NAMED else shorten(reason, 30)
            label = None if name in drawn else name
            drawn.add(name)
            ax.barh(height, width, left=left, height=0.75, color=colours[reason], edgecolor="white", label=label)
        end = sum(max(share, 0) for _, share in receipt)
        label = f"{total(receipt):z.3f}"
        ax.annotate(label, (end, height), (4, 0), textcoords="offset points", va="center", fontsize=10)
    ax.axvline(0, color=INK, linewidth=1)
    ax.set_yticks(range(len(titles)), [shorten(title, 32) for title in titles], fontsize=10)
    ax.set(ylim=(len(titles) - 0.5, -0.6), xlabel="score, split into its reasons" if receipts else "no reasons")
    if not receipts:
        ax.set_xticks([])
    ax.margins(x=0.12)
    last = {_OTHERS: 1, REST: 2}
    named = sorted(zip(*ax.get_legend_handles_labels(), strict=True), key=lambda pair: last.get(pair[1], 0))
    if named:
        ax.legend(*zip(*named, strict=True), loc="center left", bbox_to_anchor=(1, 0.5), fontsize=9)
    return ax


@styled
def plot_share_and_loss(table: pd.DataFrame) -> Axes:
    """Two values per like, joined by a line: its share of a score, and what the score loses without it.

    Args:
        table: index the like's title, columns `share, loss`.
    """
    ax = new_axes(8.5, 0.36 * len(table) + 1.1)
    height = np.arange(len(table))
    ax.hlines(height, table["share"], table["loss"], color=MUTED, linewidth=2)
    ax.plot(table["share"], height, FILM_MARKER, color=FILM, markersize=8)
    ax.plot(table["loss"], height, "D", color=ACCENT, fillstyle="none", markersize=8)
    right = "right" if table["share"].iloc[0] < table["loss"].iloc[0] else "left"
    left = "left" if right == "right" else "right"
    for name, column, side in (("its share", "share", right), ("lost without it", "loss", left)):
        ax.annotate(
            name, (table[column].iloc[0], 0), (0, 12), textcoords="offset points", ha=side, fontsize=10, color=INK
        )
    ax.axvline(0, color=INK, linewidth=1)
    ax.set_yticks(height, [shorten(name, 36) for name in table.index], fontsize=10)
    ax.margins(x=0.25)  # room for the two names
    ax.set(ylim=(len(table) - 0.4, -1.1), xlabel="part of the score")
    return ax


def _stack(receipt: Receipt) -> list[tuple[str, float, float]]:
    """Reason, left end and width of each bar: positive shares to the right of 0, negative ones to the left."""
    bars, right, left = [], 0.0, 0.0
    for reason, share in receipt:
        reason = REST if reason.startswith(f"{REST} (") else reason
        if share > 0:
            bars.append((reason, right, share))
            right += share
        elif share < 0:  # a share of 0 has no bar, and needs no colour
            left += share
            bars.append((reason, left, -share))
    return bars


def _span(receipts: Sequence[Receipt]) -> tuple[float, float]:
    low = min((sum(min(share, 0.0) for _, share in receipt) for receipt in receipts), default=0.0)
    high = max((sum(max(share, 0.0) for _, share in receipt) for receipt in receipts), default=1.0)
    return low, max(high, low + 1e-9)


def _colours(receipts: Sequence[Receipt]) -> dict[str, str]:
    """One colour per reason, the same in all receipts, as far as colours go; the rest is grey and fame is black."""
    reasons = dict.fromkeys(reason for receipt in receipts for reason, _, _ in _stack(receipt))
    colours = [colour for colour in PALETTE if colour != MUTED]
    named = [reason for reason in reasons if reason not in (REST, FAME)]
    colours += [_NAMED] * len(named)
    return dict(zip(named, colours, strict=False)) | {REST: MUTED, FAME: "black"}
