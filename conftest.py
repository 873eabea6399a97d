"""Strict notebook tests compare figures of the real data: without it they stop with a sentence."""

import os

import pytest

# The films and guesses of whoever runs the tests are none of their business.
os.environ["COURSE_LIB_GUEST"] = "off"


def pytest_collection_finish(session: pytest.Session) -> None:
    """Load the data once, which also fills the cache, before any notebook does."""
    if any(item.fspath.ext == ".ipynb" for item in session.items):
        from course_lib.data import load_movielens

        try:
            source = load_movielens().source
        except OSError as error:
            source = str(error)
        if "MovieLens 100K from" not in source:
            pytest.exit(f"The notebooks' stored outputs are of MovieLens 100K, and here: {source}.", 1)
