"""One rave in three views, side by side: the table, the matrix, the drawing (notebook 03)."""

import textwrap
from collections.abc import Collection, Sequence

from torch import Tensor

from course_lib.interactions import Interactions
from course_lib.plots.colours import ACCENT, FAINT, FILM, GUEST, INK, MUTED
from course_lib.plots.sketch import Sketch, ink_on

_TOP, _HEIGHT = 48, 330  # of the three views
GUEST_TINT, FILM_TINT = "#dcebf8", "#ffeccb"  # rows and columns of a guest and of a film
CELL = 28.0


def plot_one_rave(
    party: Interactions,
    matrix: Tensor,
    guests: Sequence[str],
    films: Sequence[str],
    chosen: Sequence[tuple[int, int]],
    caption: str = "",
) -> Sketch:
    """The pairs `chosen` in all three: framed rows, framed cells, strong lines; dashed where a pair is no rave.

    In the matrix the rows and columns of a chosen guest are tinted in the colour of guests, a film's in that of films.

    Args:
        party: at most ten raves and ten nodes, to stay readable.
        matrix: `(N, N)` dense, of whole numbers; zeros stay empty.
        guests, films: their names.
        chosen: pairs `(user, item)`.
        caption: one or two sentences below the views, so that they are read together.
    """
    lines = textwrap.wrap(caption, 104)
    sketch = Sketch(860, 390 + 24 * len(lines))
    raves = list(zip(party.user.tolist(), party.item.tolist(), strict=True))
    _table(sketch, raves, guests, films, chosen)
    sketch.text(236, 18, "the matrix", bold=True)
    draw_matrix(sketch, matrix, party.n_users, [*guests, *films], 338, chosen)
    _drawing(sketch, raves, guests, films, chosen)
    for x, tint, words in ((338, GUEST_TINT, "row and column of the guest"), (600, FILM_TINT, "of the film")):
        sketch.rect(x, 352, 16, 16, tint, FAINT)
        sketch.text(x + 24, 360, words)
    for place, line in enumerate(lines):
        sketch.text(10, 398 + 24 * place, line)
    return sketch


def _table(sketch: Sketch, raves: list, guests: Sequence[str], films: Sequence[str], chosen: Sequence) -> None:
    sketch.text(10, 18, "the table", bold=True)
    sketch.text(18, _TOP, "user", bold=True)
    sketch.text(98, _TOP, "item", bold=True)
    for row, (user, item) in enumerate(raves):
        y = _TOP + 30 + 31 * row
        sketch.text(18, y, f"{user}  {guests[user]}")
        sketch.text(98, y, f"{item}  {films[item]}")
        if (user, item) in chosen:
            sketch.rect(10, y - 15, 206, 30, "none", ACCENT, 3)
    if not set(chosen) & set(raves):
        sketch.text(18, _TOP + 32 + 31 * len(raves), "no such row", colour=ACCENT)


def draw_matrix(
    sketch: Sketch,
    matrix: Tensor,
    n_users: int,
    names: Sequence[str],
    left: float,
    chosen: Collection[tuple[int, int]] = (),
) -> None:
    """A small matrix, the border between guests and films drawn thick; what joins two of a kind is dark."""
    n = len(matrix)
    cell = min(CELL, (_HEIGHT - 24) / n)
    for user, item in chosen:
        for node, tint in ((user, GUEST_TINT), (n_users + item, FILM_TINT)):
            sketch.rect(left, _TOP + node * cell, n * cell, cell, tint)
            sketch.rect(left + node * cell, _TOP, cell, n * cell, tint)
    for row in range(n):
        sketch.text(left - 8, _TOP + (row + 0.5) * cell, names[row], "end")
        sketch.text(left + (row + 0.5) * cell, _TOP + n * cell + 16, str(row), "middle")
        for column in range(n):
            if matrix[row, column]:
                same_kind = (row < n_users) == (column < n_users)
                sketch.rect(left + column * cell, _TOP + row * cell, cell, cell, ACCENT if same_kind else FAINT)
    for edge in range(n + 1):
        colour, width = (INK, 2) if edge in (0, n_users, n) else (FAINT, 1)
        along, end = edge * cell, n * cell
        sketch.line([(left, _TOP + along), (left + end, _TOP + along)], colour, width)
        sketch.line([(left + along, _TOP), (left + along, _TOP + end)], colour, width)
    framed = {cell for user, item in chosen for cell in ((user, n_users + item), (n_users + item, user))}
    for row in range(n):
        for column in range(n):
            x, y = left + column * cell, _TOP + row * cell
            if matrix[row, column] or (row, column) in framed:
                same_kind = (row < n_users) == (column < n_users)
                colour = ink_on(ACCENT) if same_kind and matrix[row, column] else INK
                sketch.text(x + cell / 2, y + cell / 2, f"{matrix[row, column]:g}", "middle", colour)
            if (row, column) in framed:
                sketch.rect(x, y, cell, cell, "none", ACCENT, 3)


def _drawing(sketch: Sketch, raves: list, guests: Sequence[str], films: Sequence[str], chosen: Sequence) -> None:
    sketch.text(610, 18, "the drawing", bold=True)
    step = _HEIGHT / (max(len(guests), len(films)) + 1)
    left = [(672, _TOP + step * (user + 0.7 + (len(films) - len(guests)) / 2)) for user in range(len(guests))]
    right = [(732, _TOP + step * (item + 0.7)) for item in range(len(films))]
    for user, item in raves:
        sketch.line([left[user], right[item]], MUTED, 1.5)
    for user, item in chosen:
        sketch.line([left[user], right[item]], ACCENT, 4, "" if (user, item) in raves else "8 6")
    for node, ((x, y), name) in enumerate(zip(left, guests, strict=True)):
        sketch.circle(x, y, 15, GUEST)
        sketch.text(x, y, str(node), "middle")
        sketch.text(x - 20, y, name, "end")
    for item, ((x, y), name) in enumerate(zip(right, films, strict=True)):
        sketch.rect(x - 14, y - 14, 28, 28, FILM)
        sketch.text(x, y, str(len(guests) + item), "middle")
        sketch.text(x + 20, y, name)
