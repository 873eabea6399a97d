"""Answers of exercises that are not a function of the library agree with what the library does."""

import pandas as pd

from course_lib.checks.data import n_hidden
from course_lib.checks.exercise import find
from course_lib.interactions import split_per_user
from course_lib.party import GUESTS, TOPICS, little_party
from course_lib.widgets.little_party import film_shares


def test_films_reach_dev_in_the_rounds_that_the_exercise_expects():
    dev = GUESTS.index("Dev")
    for film, first in find("01.arrival").answer.items():
        shares = [film_shares(little_party(), rounds)[dev, TOPICS.index(film)] for rounds in range(first + 1)]
        assert all(share == 0 for share in shares[:-1]) and shares[-1] > 0, film


def test_no_message_about_a_wrong_round_gives_the_right_one_away():
    exercise = find("01.arrival")
    for film in ("Casablanca", "Brazil", "Alien"):
        for wrong in {0, 1, 2, 3, 4, 5, 6, 7, 9} - {exercise.answer[film]}:
            message = exercise.diagnose({**exercise.answer, film: wrong})
            assert film in message and f" {exercise.answer[film]} " not in message.replace("1, 3, 5, ...", "")


def test_the_exercise_hides_as_many_raves_as_the_split():
    counts = range(1, 41)
    likes = pd.DataFrame([(n, film) for n in counts for film in range(n)], columns=["user_id", "film_id"])
    split = split_per_user(likes, pd.Index([0, *counts]), pd.Index(range(50)), test=0.2, seed=1)
    assert split.test.user_degree().tolist() == [n_hidden(n) for n in (0, *counts)]
