"""`python -m course_lib`: load the data and say in one line where it is from, and why; or why there is none."""

import sys

from course_lib.data import load_movielens

if __name__ == "__main__":
    try:
        print(load_movielens().source)
    except (OSError, ValueError) as error:
        sys.exit(str(error))
