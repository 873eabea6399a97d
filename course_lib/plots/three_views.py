"""One rave in three views, side by side: the table, the matrix, the drawing (notebook 03)."""

import math
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from course_lib.graph import edge_index
from course_lib.interactions import Interactions
from course_lib.plots.colours import ACCENT, FAINT, FILM, GUEST, INK, MUTED
from course_lib.plots.sketch import Sketch, ink_on
from course_lib.plots.style import Plot

_TOP, _HEIGHT = 48, 330  # of the three views
GUEST_TINT, FILM_TINT = "#dcebf8", "#ffeccb"  # rows and columns of a guest and of a film
_GUEST_CELL, _FILM_CELL = "#8fc0ee", "#ffc766"  # their ones
CELL = 28.0


def plot_rave(party: Interactions, guests: Sequence[str], films: Sequence[str], user: int, item: int) -> Plot:
    """One rave of a small party in the right graph."""
    node = party.n_users + item
    sketch = plot_three_views(party, edge_index(party), guests, films, (user, item), node)
    return Plot(
        sketch.figure,
        f"{guests[user]} is user {user} and node {user}, {films[item]} is item {item} and node {node}. Their rave is "
        f"one row of the table, one line in the drawing, two columns of the edge index, and two ones in the matrix, at "
        f"({user}, {node}) and ({node}, {user}).",
    )


def plot_three_views(
    party: Interactions,
    edges: Tensor,
    guests: Sequence[str],
    films: Sequence[str],
    chosen: tuple[int, int],
    node: int,
    checks: Mapping[str, bool] | None = None,
) -> Sketch:
    """A pair in all three: a framed row, framed cells, a strong line; dashed where the views do not have it.

    In the matrix the row and column of the guest are tinted in the colour of guests, the film's in that of films.

    Args:
        party: what the table holds: at most ten raves and ten nodes, to stay readable.
        edges: `(2, 2E)`, the lines of the matrix and of the drawing, right or wrong.
        guests, films: their names.
        chosen: the pair, user and item.
        node: where these lines have the film.
        checks: what was checked, and whether the lines passed; without any the edge index stands below.
    """
    sketch = Sketch(860, 384 + (24 * len(checks) if checks else 66))
    raves = list(zip(party.user.tolist(), party.item.tolist(), strict=True))
    names, n = [*guests, *films], len(guests) + len(films)
    matrix = torch.zeros(n, n).index_put_(tuple(edges), torch.ones(edges.size(1)), accumulate=True)
    _table(sketch, raves, guests, films, chosen)
    sketch.text(236, 18, "the matrix", bold=True)
    _matrix(sketch, matrix, party.n_users, names, 338, (chosen[0], node))
    _drawing(sketch, {tuple(sorted(line)) for line in edges.T.tolist()}, guests, films, (chosen[0], node))
    legend = [(236, _GUEST_CELL, "row and column of the guest"), (498, _FILM_CELL, "of the film")]
    if any((a < party.n_users) == (b < party.n_users) for a, b in edges.T.tolist()):
        legend.append((622, ACCENT, "joins two of a kind"))
    for x, tint, words in legend:
        sketch.rect(x, 352, 16, 16, tint, FAINT)
        sketch.text(x + 24, 360, words)
    if not checks:
        _edge_index(sketch, edges, (chosen[0], node))
        return sketch
    for place, (check, passes) in enumerate(checks.items()):
        sketch.text(14, 396 + 24 * place, "✓" if passes else "✗", colour=INK if passes else ACCENT, bold=True)
        sketch.text(38, 396 + 24 * place, check, colour=INK if passes else ACCENT)
    return sketch


def _edge_index(sketch: Sketch, edges: Tensor, chosen: tuple[int, int]) -> None:
    sketch.text(10, 412, "the edge index", bold=True)
    step = min(38.0, 700 / edges.size(1))
    for place, (source, target) in enumerate(edges.T.tolist()):
        x = 160 + step * place
        sketch.text(x, 400, str(source), "middle")
        sketch.text(x, 424, str(target), "middle")
        if {source, target} == set(chosen):
            sketch.rect(x - 14, 386, 28, 52, "none", ACCENT, 3)


def _table(sketch: Sketch, raves: list, guests: Sequence[str], films: Sequence[str], chosen: tuple[int, int]) -> None:
    sketch.text(10, 18, "the table", bold=True)
    sketch.text(18, _TOP, "user", bold=True)
    sketch.text(98, _TOP, "item", bold=True)
    for row, (user, item) in enumerate(raves):
        y = _TOP + 30 + 31 * row
        sketch.text(18, y, f"{user}  {guests[user]}")
        sketch.text(98, y, f"{item}  {films[item]}")
        if (user, item) == chosen:
            sketch.rect(10, y - 15, 206, 30, "none", ACCENT, 3)
    if chosen not in raves:
        sketch.text(18, _TOP + 32 + 31 * len(raves), "no such row", colour=ACCENT)


def _matrix(
    sketch: Sketch, matrix: Tensor, n_users: int, names: Sequence[str], left: float, chosen: tuple[int, int]
) -> None:
    # The border between guests and films is drawn thick; what joins two of a kind is dark.
    n = len(matrix)
    cell = min(CELL, (_HEIGHT - 24) / n)
    for node, tint in zip(chosen, (GUEST_TINT, FILM_TINT), strict=True):
        thick = cell / 2 if tint == FILM_TINT and chosen[0] == chosen[1] else cell  # a shared row has both colours
        sketch.rect(left, _TOP + node * cell, n * cell, thick, tint)
        sketch.rect(left + node * cell, _TOP, thick, n * cell, tint)
    for row in range(n):
        sketch.text(left - 8, _TOP + (row + 0.5) * cell, names[row], "end")
        sketch.text(left + (row + 0.5) * cell, _TOP + n * cell + 16, str(row), "middle")
        for column in range(n):
            if matrix[row, column]:
                of_guest, of_film = (node in (row, column) for node in chosen)
                colour = _GUEST_CELL if of_guest else _FILM_CELL if of_film else FAINT
                if (row < n_users) == (column < n_users):
                    colour = ACCENT
                sketch.rect(left + column * cell, _TOP + row * cell, cell, cell, colour)
    for edge in range(n + 1):
        colour, width = (INK, 2) if edge in (0, n_users, n) else (FAINT, 1)
        along, end = edge * cell, n * cell
        sketch.line([(left, _TOP + along), (left + end, _TOP + along)], colour, width)
        sketch.line([(left + along, _TOP), (left + along, _TOP + end)], colour, width)
    for row in range(n):
        for column in range(n):
            x, y, framed = left + column * cell, _TOP + row * cell, {row, column} == set(chosen)
            if matrix[row, column] or framed:
                same_kind = (row < n_users) == (column < n_users)
                colour = ink_on(ACCENT) if same_kind and matrix[row, column] else INK
                sketch.text(x + cell / 2, y + cell / 2, f"{matrix[row, column]:g}", "middle", colour)
            if framed:
                sketch.rect(x, y, cell, cell, "none", INK if matrix[row, column] and same_kind else ACCENT, 3)


def _drawing(
    sketch: Sketch, lines: set[tuple[int, ...]], guests: Sequence[str], films: Sequence[str], chosen: tuple[int, int]
) -> None:
    sketch.text(610, 18, "the drawing", bold=True)
    step = _HEIGHT / (max(len(guests), len(films)) + 1)
    at = [(666.0, _TOP + step * (user + 0.7 + (len(films) - len(guests)) / 2)) for user in range(len(guests))]
    at += [(738.0, _TOP + step * (item + 0.7)) for item in range(len(films))]
    lit = (min(chosen), max(chosen))
    for line in sorted(lines | {lit}, key=lambda line: line == lit):
        (x, y), (end_x, end_y) = (at[node] for node in line)
        points = [(x, y), (end_x, end_y)]
        turn = [math.tau * place / 24 for place in range(25)]
        if line[0] == line[1]:  # a guest who hears herself: a loop above the name
            points = [(x - 12 + 11 * math.cos(t), y - 19 + 11 * math.sin(t)) for t in turn]
            points[-1] = points[0]
        elif x == end_x:  # two of a kind: an arc
            points = [(x + 34 * math.sin(t / 2), y + (end_y - y) * (1 - math.cos(t / 2)) / 2) for t in turn]
        colour, width = (ACCENT, 4.0) if line == lit else (MUTED, 1.5)
        sketch.line(points, colour, width, "" if line in lines else "8 6")
    for node, ((x, y), name) in enumerate(zip(at, [*guests, *films], strict=True)):
        if node < len(guests):
            sketch.circle(x, y, 16, GUEST)
        else:
            sketch.rect(x - 15, y - 15, 30, 30, FILM)
        sketch.text(x, y, str(node), "middle")
        sketch.text(x - 21 if node < len(guests) else x + 21, y, name, "end" if node < len(guests) else "start")
