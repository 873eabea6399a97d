"""`python -m course_lib`: where the data is from, and why. `python -m course_lib doctor`: what is wrong."""

import sys


def main(arguments: list) -> None:
    """Load the data and say in one line where it is from, or why there is none; with the word `doctor`, examine."""
    if arguments == ["doctor"]:
        from course_lib.doctor import main as examine

        sys.exit(examine())
    if arguments:
        sys.exit(f"python -m course_lib takes no word but doctor, got {' '.join(arguments)}")
    try:
        from course_lib.data import load_movielens

        print(load_movielens().source)
    except ImportError as error:
        print(f"{error}. What is missing, and how to mend it: {sys.executable} -m course_lib doctor", file=sys.stderr)
        sys.exit(2)  # made-up data, which `make lab` takes where there is no other, would not help
    except (OSError, ValueError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv[1:])
