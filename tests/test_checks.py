"""Checks that answer like a teacher: four states, and a sentence for whatever a learner hands in."""

import functools
import random
import signal
import threading
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import torch

import course_lib.classroom.check
from course_lib.classroom.check import check, hint
from course_lib.classroom.check.attempts import is_blank, run
from course_lib.classroom.check.compare import describe, difference, same, same_numbers
from course_lib.classroom.check.exercise import Exercise, Mistake, find
from course_lib.classroom.check.lines import Lines
from course_lib.classroom.check.verdict import ALMOST, NOT_TRIED, RIGHT, WRONG, Verdict, judge

DOUBLE = Exercise(
    name="00.double",
    level="free",
    minutes=1,
    answer=lambda x: 2 * x,
    cases=lambda: {"two numbers": (torch.tensor([1.0, 2.0]),), "a third": (torch.tensor([3.0]),)},
    mistakes=(
        Mistake(lambda x: x, "nothing is doubled."),
        Mistake(lambda x: x**2, "this is the square."),
        Mistake(lambda x: 2 * x if len(x) == 2 else x, "one number alone is doubled too."),
    ),
    almost=(Mistake(lambda x: 2 * x + 0.01, "there is an offset."),),
    hints=("Add it to itself.", "Or multiply."),
)


def verdict(attempt, **arguments) -> str:
    return str(judge(DOUBLE, attempt, **arguments))


def test_the_right_answer_is_right_however_it_is_computed():
    assert verdict(lambda x: x + x) == "✓ right"
    assert verdict(lambda x: (x.double() + x).numpy()) == "✓ right"


def test_a_blank_is_not_tried_yet():
    def outer(x):
        def inner():
            return ...

        return inner()

    class Model:
        def forward(self, x):
            y = ...
            return y

    def body(x): ...

    @functools.cache
    def decorated(x):
        return x

    @functools.wraps(outer)
    def compared(x):
        return [y for y in x if y == ...]

    for blank in (..., lambda x: ..., outer, body, compared, [1, ...], {"a": ...}, Model):
        assert is_blank(blank), blank
    assert not any(map(is_blank, (lambda x: x, [1, 2], "...", torch.sum, None, Exercise, decorated)))
    assert verdict(...) == verdict(outer) == "○ not tried yet: there is still a `...` to replace."


def test_a_right_answer_may_use_an_ellipsis_to_index():
    assert judge(DOUBLE, lambda x: 2 * x[...]).state == RIGHT


def test_an_ellipsis_as_an_index_is_no_blank():
    def indexed(x: Callable[..., int]):
        """Neither is ... in words, nor the ... of a comment."""
        x[...] = 1  # ...
        return x[..., 0] + x[0, ..., None]

    def in_the_index(x):
        return x[x == ...]

    assert not is_blank(indexed) and is_blank(in_the_index)


def test_what_exec_made_has_no_source_and_is_judged_by_what_it_does():
    names = {}
    exec("def answers(x): return ...\n\ndef fails(x):\n    y = ...\n    return y + 1", names)
    assert not is_blank(names["answers"]) and not is_blank(names["fails"])
    assert verdict(names["answers"]) == "○ not tried yet: there is still a `...` to replace."  # it returned one
    assert "wrong, because your function raised TypeError in its line 3 on two numbers" in verdict(names["fails"])


def test_a_blank_in_a_helper_is_seen_in_what_comes_back():
    def helper(x):
        return ...

    assert verdict(lambda x: helper(x)).startswith("○ not tried yet")


def test_a_known_mistake_gets_its_message_however_it_is_written():
    assert verdict(lambda y: y + 0) == "✗ wrong, because nothing is doubled."
    assert verdict(lambda y: y * y) == "✗ wrong, because this is the square."
    assert verdict(lambda y: 2 * y + 1e-2) == "≈ almost: there is an offset."


def test_a_mistake_that_shows_on_some_cases_is_found_beside_another():
    # Wrong on both cases; on the second, the only one where the third mistake shows, it is that mistake.
    assert "one number alone" in verdict(lambda x: x + 5 if len(x) == 2 else x)


def test_an_unknown_mistake_is_shown_with_what_was_expected():
    assert verdict(lambda x: 5 * x) == (
        "✗ wrong, because it expected Tensor of shape (2,), float32: [2., 4.] "
        "and got Tensor of shape (2,), float32: [ 5., 10.] on two numbers."
    )


def test_right_numbers_in_another_shape_or_type_are_almost_right():
    assert verdict(lambda x: 2 * x[:, None]) == (
        "≈ almost: the numbers are right, but they should come as Tensor of shape (2,), float32, "
        "not as Tensor of shape (2, 1), float32."
    )
    assert judge(DOUBLE, lambda x: (2 * x).tolist()).state == ALMOST
    assert judge(DOUBLE, lambda x: (2 * x).long()).state == ALMOST


def test_right_on_the_first_case_only_is_almost_right():
    assert verdict(lambda x: torch.tensor([2.0, 4.0])).startswith("≈ almost: right on two numbers, but it expected")


def test_a_function_that_changes_its_argument_is_almost_right():
    assert verdict(lambda x: x.mul_(2)) == (
        "≈ almost: the result is right, but your function changes the object that it is given."
    )


def test_what_was_not_asked_for_is_refused_in_a_sentence():
    assert "needs your function and got None" in verdict(None)
    assert "needs your function and got 3" in verdict(3)
    assert "returned None on two numbers: did you forget `return`?" in verdict(lambda x: None)
    assert "your function must take 1 argument, in the order in which" in verdict(lambda: 1)
    value = Exercise("00.value", "free", 1, answer=[2, 1], mistakes=(), hints=())
    assert judge(value, [2, 1]) == Verdict(RIGHT)
    assert "needs a value and got None" in str(judge(value, None))
    assert "needs a value and got the function <lambda>" in str(judge(value, lambda: [1, 2]))
    assert str(judge(value, [1, 2])) == "✗ wrong, because it expected [2, 1] and got [1, 2]."


class Mute:
    def __repr__(self):
        raise RuntimeError


STRANGE = [
    "word", "", 0, -1, 2**100, 1.5, 1j, True, None, [], [[1], [2, 3]], {}, {"a": ...}, {1}, b"x", range(3), object(),
    Mute(), print, int, Ellipsis, torch.zeros(0), torch.zeros(2, requires_grad=True), torch.eye(2).to_sparse(),
    np.array(["a", "b"]), np.array([1, None]), pd.DataFrame({"a": [1], "b": ["x"]}), pd.Series([1.0]), iter("ab"),
]  # fmt: skip


@pytest.mark.parametrize("value", STRANGE, ids=lambda value: type(value).__name__)
def test_whatever_is_handed_in_or_returned_gets_a_sentence(value):
    words = Exercise("00.word", "free", 1, answer=["a", 1], mistakes=DOUBLE.mistakes, hints=())
    for exercise in (DOUBLE, words):
        for attempt in (value, lambda *arguments: value):
            verdict = judge(exercise, attempt)
            assert verdict.state != RIGHT and verdict.reason
            assert " at 0x" not in verdict.reason and len(verdict.reason) < 1000


def test_an_error_is_told_with_its_line():
    def attempt(x):
        y = x + 1
        return y + torch.ones(7)

    words = verdict(attempt)
    assert words.startswith(
        "✗ wrong, because your function raised RuntimeError in its line 3 (`return y + torch.ones(7)`) on two numbers:"
    )
    assert "Traceback" not in words

    def leaves(x):
        raise SystemExit

    assert "raised SystemExit" in verdict(leaves)


def test_endless_recursion_is_told():
    def attempt(x):
        return attempt(x)

    assert verdict(attempt) == "✗ wrong, because your function calls itself without end on two numbers."


def test_an_endless_loop_is_stopped_and_told():
    def attempt(x):
        while True:
            x = x + 1

    assert verdict(attempt, seconds=0.2) == (
        "✗ wrong, because your function was still running after 0.2 seconds on two numbers: does its loop ever end?"
    )


def test_the_users_own_interrupt_stays_an_interrupt():
    def attempt(x):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        judge(DOUBLE, attempt)


def test_no_interrupt_arrives_after_the_check():
    def attempt(x):
        time.sleep(0.05)
        return 2 * x

    for seconds in (0.09, 0.1, 0.101, 0.102, 0.11):  # about as long as both cases take
        judge(DOUBLE, attempt, seconds=seconds)
    time.sleep(0.2)


def test_it_also_works_outside_the_main_thread():
    verdicts = []
    thread = threading.Thread(target=lambda: verdicts.append(judge(DOUBLE, lambda x: x + x)))
    thread.start()
    thread.join()
    assert verdicts == [Verdict(RIGHT)]


def test_random_numbers_go_on_as_if_no_check_had_been_made():
    def draws() -> list[float]:
        return [random.random(), np.random.rand(), torch.rand(1).item()]

    def seeded():
        random.seed(1), np.random.seed(1), torch.manual_seed(1)

    seeded()
    expected = draws()
    seeded()
    judge(DOUBLE, lambda x: 2 * x + 0 * torch.rand(1) * np.random.rand() * random.random())
    assert draws() == expected


def test_what_the_learner_hands_in_stays_as_it_was():
    value = Exercise("00.value", "free", 1, answer=[[2.0]], mistakes=(), hints=(), observe=lambda given: given)
    mine = [torch.ones(1, requires_grad=True)]
    judge(value, mine)
    assert mine[0].item() == 1 and mine[0].requires_grad and mine[0].grad is None


def test_every_attempt_gets_the_same_random_numbers():
    exercise = Exercise("00.x", "free", 1, answer=lambda: torch.rand(3), mistakes=(), hints=())
    assert judge(exercise, lambda: torch.rand(3)).state == RIGHT


def test_what_an_attempt_prints_is_not_shown(capsys):
    judge(DOUBLE, print)
    assert capsys.readouterr().out == ""


def test_it_shows_itself_in_words_and_in_html():
    shown = Verdict(WRONG, "`a < b` is a claim.")
    assert str(shown) == repr(shown) == "✗ wrong, because `a < b` is a claim."
    assert "✗ <b>wrong</b>, because <code>a &lt; b</code> is a claim." in shown._repr_html_()
    symbols = {str(Verdict(state))[0] for state in (NOT_TRIED, WRONG, ALMOST, RIGHT)}
    assert len(symbols) == 4


def test_check_displays_exactly_one_verdict(monkeypatch):
    shown = []
    monkeypatch.setattr(course_lib.classroom.check, "display", shown.append)
    assert check("04.mean_of_layers", ...) is None
    assert shown == [Verdict(NOT_TRIED, "there is still a `...` to replace.")]


def test_hints_come_one_at_a_time(monkeypatch, capsys):
    monkeypatch.setattr(course_lib.classroom.check, "_hints_given", {})
    for _ in range(3):
        hint("04.mean_of_layers")
    first, second, last = capsys.readouterr().out.splitlines()
    assert first.startswith("Hint 1 of 2: ") and second.startswith("Hint 2 of 2: ")
    assert last == "That was the last hint. The solution is folded below the exercise."


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(ValueError, match=r"no exercise '04.normalize'; the nearest names are 04.normalise"):
        find("04.normalize")
    with pytest.raises(ValueError, match=r"no exercise 'offset'; the nearest names are 03.offset"):
        find("offset")


def test_lines_are_accepted_in_every_order_that_computes_the_right_thing():
    lines = Lines({"A": "y = 2 * x", "B": "z = x + 1", "C": "y = y * z"}, parameters=("x",), result="y")
    exercise = Exercise(
        "00.lines", "free", 1, "ABC", (), (), lambda: {"3": (3.0,)}, observe=lines.observe, diagnose=lines.diagnose
    )
    assert judge(exercise, "BAC").state == judge(exercise, ["a", "b", "c"]).state == RIGHT
    assert "line C uses `y` before another line gives it a value." in str(judge(exercise, "BCA"))
    assert "your order leaves out: C. Use each of A, B, C once." in str(judge(exercise, "AB"))
    assert "uses twice: A" in str(judge(exercise, "ABCA"))
    assert "names an unknown line: D" in str(judge(exercise, "ABCD"))
    assert "an order is a text of letters" in str(judge(exercise, 3))


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (torch.tensor([1.0, 2.0]), np.array([1.0, 2.0]), True),
        (torch.tensor([1.0, 2.0]), torch.tensor([1.0, 2.0 + 1e-6]), True),
        (torch.tensor([1.0, 2.0]), torch.tensor([1, 2]), False),
        (torch.tensor([1.0, 2.0]), torch.tensor([1.0, 2.1]), False),
        (torch.tensor([1.0, 2.0]), [1.0, 2.0], False),
        (torch.tensor(1.0), 1, True),
        (float("nan"), float("nan"), True),
        (torch.eye(2).to_sparse(), torch.eye(2), True),
        ({"a": [1, 2.0]}, {"a": [1, 2.0]}, True),
        ({"a": 1}, {"b": 1}, False),
        ("ABC", "ABC", True),
        ("ABC", ["A", "B", "C"], False),
        (None, 0.0, False),
        (2**100, 1, False),
        (np.str_("A"), 1.0, False),
        (pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}), pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}), True),
        (pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}), pd.DataFrame({"a": [1, 2], "b": ["x", "z"]}), False),
        (pd.Series([1, 2]), torch.tensor([1, 2]), True),
    ],
)
def test_sameness(first, second, expected):
    assert same(first, second) is same(second, first) is expected


def test_interactions_are_compared_by_what_they_hold(paper):
    from course_lib.party import little_party, paper_party

    _ = paper.keys  # a cached property changes nothing
    assert same(paper, paper_party()) and not same(paper, little_party())


def test_numbers_may_agree_where_shapes_do_not():
    assert same_numbers([[1, 2]], torch.tensor([1.0, 2.0]))
    assert not same_numbers("word", torch.tensor([1.0])) and not same_numbers([1, 2, 3], torch.tensor([1.0, 2.0]))


def test_a_value_is_described_without_addresses_and_a_difference_with_its_place():
    assert describe(lambda x: x) == "the function <lambda>"
    assert describe(object()) == "object" and describe(2 / 3) == "0.667" and describe(7) == "7"
    zeros = torch.zeros(3, 4)
    other = zeros.clone()
    other[1, 2] = 5
    assert difference(other, zeros) == "at [1, 2] it expected 0.000 and got 5.000"
    assert difference({"a": 1, "b": 2}, {"a": 1, "b": 3}) == "for 'b' it expected 3 and got 2"


def test_a_case_that_runs_out_of_time_is_the_last():
    def attempt(x):
        while len(x) == 1:
            pass
        return 2 * x

    assert list(run(DOUBLE, attempt, seconds=0.2)) == ["two numbers", "a third"]
    assert "on a third" in verdict(attempt, seconds=0.2)


def test_an_endless_loop_is_stopped_also_where_interrupts_are_ignored():
    def endless(x):
        while True:
            pass

    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        verdict = judge(DOUBLE, endless, seconds=0.2)
        assert "was still running after 0.2 seconds" in verdict.reason
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
