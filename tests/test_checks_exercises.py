"""Every exercise knows its own answer, tells its typical mistakes apart, and survives whatever it is given."""

import itertools

import pytest
import torch

from course_lib.classroom.check.attempts import run
from course_lib.classroom.check.exercise import LESSONS, Exercise, exercises
from course_lib.classroom.check.verdict import ALMOST, NOT_TRIED, RIGHT, WRONG, judge
from course_lib.interactions import Interactions, Split

ALL = [exercise for number in LESSONS for exercise in exercises(number)]


def blank(*arguments):
    return ...


def raises(*arguments):
    raise ZeroDivisionError("on purpose")


def loops(*arguments):
    while True:
        pass


@pytest.fixture(params=ALL, ids=lambda exercise: exercise.name)
def exercise(request) -> Exercise:
    return request.param


def test_names_are_unique_and_begin_with_the_number_of_their_notebook():
    assert len({exercise.name for exercise in ALL}) == len(ALL)
    for number in LESSONS:
        assert all(exercise.name.startswith(f"{number}.") for exercise in exercises(number))


def test_it_says_how_hard_it_is_and_has_hints(exercise):
    assert exercise.level in ("worked", "faded", "make") and 1 <= exercise.minutes <= 20
    assert len(exercise.hints) >= 2


def test_its_answer_is_right_and_its_blank_is_not_tried(exercise):
    assert judge(exercise, exercise.answer).state == RIGHT
    assert judge(exercise, ...).state == NOT_TRIED
    if callable(exercise.answer):
        assert judge(exercise, blank).state == NOT_TRIED


def test_each_typical_mistake_gets_its_own_message(exercise):
    assert len(exercise.mistakes) >= 3
    for state, known in ((WRONG, exercise.mistakes), (ALMOST, exercise.almost)):
        for mistake in known:
            verdict = judge(exercise, mistake.attempt)
            assert (verdict.state, verdict.reason) == (state, mistake.message)
    messages = [mistake.message for mistake in (*exercise.mistakes, *exercise.almost)]
    assert len(set(messages)) == len(messages)


def test_messages_go_on_after_because_and_end_with_a_full_stop(exercise):
    for mistake in (*exercise.mistakes, *exercise.almost):
        first = mistake.message.lstrip("`√-")[0]
        assert not first.isupper() or mistake.message.split()[0].isupper(), mistake.message
        assert mistake.message.endswith("."), mistake.message


def test_nothing_a_function_that_raises_and_one_that_loops_get_a_sentence(exercise):
    assert judge(exercise, None).state == WRONG
    for attempt, words in ((raises, "ZeroDivisionError"), (loops, "still running")):
        verdict = judge(exercise, attempt, seconds=0.2)
        assert verdict.state == WRONG
        assert (words if callable(exercise.answer) else "needs a value") in verdict.reason


def test_whatever_is_handed_in_or_returned_gets_a_sentence(exercise):
    for value in ("word", [], 2**100, torch.zeros(2, 3), {1: 2}):
        for attempt in (value, lambda *arguments, value=value: value):
            verdict = judge(exercise, attempt)
            assert verdict.state != RIGHT and verdict.reason, value
            assert " at 0x" not in verdict.reason and len(verdict.reason) < 1000, value


# An answer to another question may do what PyTorch advises against.
@pytest.mark.filterwarnings("ignore:Using a non-tuple sequence", "ignore:The use of `x.T`")
def test_the_answers_of_other_exercises_are_not_right(exercise):
    place = ALL.index(exercise)
    for other in [*ALL[max(0, place - 3) : place], *ALL[place + 1 : place + 4]]:
        verdict = judge(exercise, other.answer)
        assert verdict.state in (WRONG, ALMOST) and verdict.reason, other.name


def test_no_party_has_as_many_guests_as_films(exercise):
    for argument in itertools.chain(*exercise.cases().values()):
        likes = argument.fit if isinstance(argument, Split) else argument
        if isinstance(likes, Interactions):
            assert likes.n_users != likes.n_items


def test_the_same_cases_come_every_time(exercise):
    first, second = run(exercise, exercise.answer, 60), run(exercise, exercise.answer, 60)
    assert all(first[case].equals(second[case]) and first[case].error is None for case in first)
