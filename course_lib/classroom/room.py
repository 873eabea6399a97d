"""What a room has met: `python -m course_lib.classroom.room FOLDER` counts the progress files that were handed in.

It says how many were right and how many met which misconception, exercise by exercise; not who, and nothing is sent.
"""

import sys
from collections import Counter
from pathlib import Path

from course_lib.classroom.check.exercise import LESSONS, exercises
from course_lib.classroom.progress_file import Progress, read_progress
from course_lib.classroom.progress_page import known_to_the_course


def handed_in(folder: str | Path) -> tuple[list[Progress], list[str]]:
    """The progress files of a folder that can be read, and a sentence for each that cannot.

    Raises:
        ValueError: the folder is not there, or holds no such file.
    """
    folder = Path(folder)
    paths = sorted(folder.rglob("*.json")) if folder.is_dir() else []
    if not paths:
        raise ValueError(
            f"there are no progress files in {folder}; put each learner's progress.json there, under any name"
        )
    read, refused = [], []
    for path in paths:
        try:
            progress = read_progress(path)
            known_to_the_course(progress)
        except (OSError, ValueError) as error:
            about = str(error)
            refused.append(about if path.name in about else f"{path.name}: {about}")
        else:
            read.append(progress)
    return read, refused


def counts(read: list[Progress]) -> list[str]:
    """A line per exercise that somebody tried, and one per misconception that somebody met, most frequent first."""
    lines = []
    for number in LESSONS:
        for exercise in exercises(number):
            seen = [one.checks[exercise.name] for one in read if exercise.name in one.checks]
            if not seen:
                continue
            right = sum(one.state == "right" for one in seen)
            lines.append(f"{exercise.name}: {len(seen)} tried it, {right} have it right")
            met = Counter(place for one in seen for place in one.mistakes)
            lines += [f"   {n} met: {exercise.mistakes[place].message}" for place, n in met.most_common()]
        guesses = [made for one in read for key, made in one.predictions.items() if key.startswith(f"{number}.")]
        if guesses:
            off = sum(not made.right for made in guesses)
            lines.append(f"{number}, guesses: {len(guesses)} made, {off} off")
    return lines


def main(folder: str) -> None:
    """Print the counts, and which files could not be read."""
    read, refused = handed_in(folder)
    print(f"{len(read)} progress files")
    print("\n".join([*counts(read), *(f"Left out: {sentence}." for sentence in refused)]))


if __name__ == "__main__":
    try:
        main(*(sys.argv[1:2] or ["."]))
    except ValueError as error:
        sys.exit(str(error))
