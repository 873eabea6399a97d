"""Your own page: which checks are right, which guesses were off. `progress_page()` in a notebook, or
`python -m course_lib.classroom.progress_page` in a terminal."""

import sys
from html import escape
from pathlib import Path

from course_lib.classroom.check.exercise import LESSONS, exercises, find
from course_lib.classroom.progress_file import Progress, progress_path, read_progress

_SIGNS = {"right": "✓", "almost": "≈", "wrong": "✗"}


class ProgressPage:
    """Progress as a table, in a notebook and in a terminal.

    Args:
        progress: of `progress_file.read_progress`.

    Raises:
        ValueError: it names an exercise or a mistake that this course does not have.
    """

    def __init__(self, progress: Progress) -> None:
        known_to_the_course(progress)
        self.progress = progress

    def rows(self) -> list[tuple[str, str, str, str]]:
        """Per notebook: its number, its exercises with a sign each, how many guesses were right, and which were off."""
        rows = []
        for number in LESSONS:
            signs = []
            for exercise in exercises(number):
                seen = self.progress.checks.get(exercise.name)
                signs.append(f"{_SIGNS[seen.state] if seen else '○'} {exercise.name.split('.')[1]}")
            made = {key: one for key, one in self.progress.predictions.items() if key.startswith(f"{number}.")}
            off = [f"{key.split('.')[1]} ({one.guess})" for key, one in made.items() if not one.right]
            right = f"{len(made) - len(off)} of {len(made)}" if made else "–"
            rows.append((number, "  ".join(signs), right, ", ".join(off) or "–"))
        return rows

    def __repr__(self) -> str:
        done = sum(seen.state == "right" for seen in self.progress.checks.values())
        lines = [f"{done} exercises are right. ✓ right, ≈ almost, ✗ wrong, ○ not tried"]
        for number, signs, right, off in self.rows():
            lines.append(f"{number}  {signs}" + (f"; guesses right: {right}, off: {off}" if right != "–" else ""))
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col">{name}</th>' for name in ("notebook", "exercises", "guesses right", "off"))
        body = "".join(
            f'<tr><th scope="row">{row[0]}</th>' + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:]) + "</tr>"
            for row in self.rows()
        )
        legend = "✓ right, ≈ almost, ✗ wrong, ○ not tried. Beside a guess that was off stands what you guessed."
        return f"<table><caption>{legend}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def known_to_the_course(progress: Progress) -> None:
    """Check that every exercise and mistake is one of this course.

    Raises:
        ValueError: one is not.
    """
    for name, seen in progress.checks.items():
        try:
            n_known = len(find(name).mistakes)
        except ValueError:
            raise ValueError(f"the progress file names an exercise {name!r} that this course does not have") from None
        if any(place >= n_known for place in seen.mistakes):
            raise ValueError(f"the progress file names a mistake of {name!r} that this course does not know")


def progress_page(path: str | Path | None = None) -> ProgressPage | None:
    """Your page, or a sentence that says why there is none.

    Args:
        path: of another progress file than your own.
    """
    where = Path(path) if path is not None else progress_path()
    if where is None or not where.exists():
        print(
            "Nothing is kept. keep_progress() of course_lib.classroom.progress_file begins to, on this computer only."
        )
        return None
    try:
        return ProgressPage(read_progress(where))
    except (OSError, ValueError) as error:
        print(f"{str(error)[:1].upper()}{str(error)[1:]}.")
        return None


if __name__ == "__main__":
    page = progress_page(*sys.argv[1:2])
    if page is not None:
        print(page)
