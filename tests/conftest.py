"""Parties for every test. None has as many users as items, so that a mix-up of the two cannot hide."""

import pytest
import torch
from hypothesis import settings

from course_lib.data import MovieLens, load_movielens
from course_lib.interactions import Interactions, Split
from course_lib.party import paper_party

# The same examples in every run, and no opinion about how fast the machine is.
settings.register_profile("course", max_examples=40, deadline=None, derandomize=True, database=None)
settings.load_profile("course")
torch.set_num_threads(1)  # the matrices are small: more threads would mostly wait for each other


@pytest.fixture(scope="module")
def chromium():
    """A browser; a test that asks for it skips where none can be driven."""
    from playwright.sync_api import sync_playwright  # here, as most tests run without it

    from tests.jupyterlab import CHROMIUM, FLAGS, need_chromium

    need_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def paper() -> Interactions:
    """3 guests, 4 films, 6 raves; film 3 has none."""
    return paper_party()


@pytest.fixture(scope="session")
def party() -> MovieLens:
    """300 made-up guests, 500 made-up films."""
    return load_movielens("party")


@pytest.fixture(scope="session")
def split(party: MovieLens) -> Split:
    """The split of the made-up party on seed 0."""
    return party.split()


@pytest.fixture(scope="session")
def real_data() -> MovieLens:
    """MovieLens 100K from wherever this machine has it; a test that asks for it skips where there is none."""
    try:
        data = load_movielens()
    except OSError as error:
        pytest.skip(f"needs MovieLens 100K: {error}")
    if data.source.startswith("MADE-UP DATA"):  # COURSE_LIB_DATA=party asks for it
        pytest.skip(f"needs MovieLens 100K, got {data.source}")
    return data


@pytest.fixture(scope="session")
def real_split(real_data: MovieLens) -> Split:
    """The split of MovieLens 100K on seed 0: 44,675 pairs to fit, 10,700 to test."""
    return real_data.split()
