"""Checks that answer like a teacher: four states, and a sentence for whatever a learner hands in."""

import contextlib
import dataclasses
import functools
import hashlib
import inspect
import itertools
import operator
import random
import re
import signal
import sys
import threading
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import torch
from matplotlib import pyplot

import course_lib.classroom.check
from course_lib.classroom.check import attempts, check, hint
from course_lib.classroom.check.attempts import Outcome, is_blank, run
from course_lib.classroom.check.compare import describe, difference, same, same_numbers
from course_lib.classroom.check.exercise import Exercise, Mistake, find
from course_lib.classroom.check.verdict import ALMOST, NOT_TRIED, RIGHT, WRONG, Verdict, judge

DOUBLE = Exercise(
    name="00.double",
    level="make",
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


def test_what_is_a_mistake_and_almost_right_is_a_mistake():
    exercise = dataclasses.replace(DOUBLE, almost=(Mistake(lambda x: x + 0, "never said."), *DOUBLE.almost))
    assert str(judge(exercise, lambda x: x)) == "✗ wrong, because nothing is doubled."


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
    value = Exercise("00.value", "make", 1, answer=[2, 1], mistakes=(), hints=())
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
    words = Exercise("00.word", "make", 1, answer=["a", 1], mistakes=DOUBLE.mistakes, hints=())
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


def endless(x):
    while True:
        x = x + 1


def sleeps(x):
    time.sleep(1000)


def waits(x):
    threading.Event().wait()


def swallows_while_it_works(x):
    while True:
        try:
            x = x + 1
        except BaseException:
            x = 0


def swallows_while_it_sleeps(x):
    while True:
        try:
            try:
                sleeps(x)
            except BaseException:
                sleeps(x)
        except:  # noqa: E722
            pass


def suppresses(x):
    while True:
        with contextlib.suppress(BaseException):
            time.sleep(1000)


def answers_when_interrupted(x):
    try:
        time.sleep(1000)
    except BaseException:
        return 2 * x


def goes_on_after_the_interrupt(x):
    for i in itertools.count():
        try:
            time.sleep(i)
        finally:
            continue  # noqa: B012


def recurses_when_recursion_fails(x):
    try:
        return recurses_when_recursion_fails(x)
    except BaseException:
        return recurses_when_recursion_fails(x)


def wants_no_interrupt(x):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    time.sleep(1000)


NEVER_DONE = [
    endless, sleeps, waits, swallows_while_it_works, swallows_while_it_sleeps, suppresses, answers_when_interrupted,
    goes_on_after_the_interrupt, recurses_when_recursion_fails, wants_no_interrupt,
]  # fmt: skip


ENDLESS = "A loop without an end? If it has one, let whole tensors do its work."
IDLE = re.compile(r"It was at work for 0\.[01] of them: it waits, or the computer is busy; then try again\.$")


@pytest.mark.parametrize(("worked", "told"), [(0.09, IDLE), (0.11, re.compile(re.escape(ENDLESS)))])
def test_what_waits_or_is_kept_waiting_is_not_called_endless(worked, told, monkeypatch):
    assert verdict(DOUBLE.answer) == "✓ right"  # from here on the clock is read for the attempt alone
    clock = itertools.chain((0.0, worked), itertools.repeat(0.0))
    monkeypatch.setattr(attempts.time, "thread_time", lambda: next(clock))
    assert told.match(verdict(endless, seconds=0.2).split("enough. ")[1])


@pytest.mark.parametrize("attempt", NEVER_DONE)
@pytest.mark.parametrize("handler", [signal.default_int_handler, signal.SIG_IGN, lambda *_: None])
def test_what_does_not_end_is_stopped_and_told(attempt, handler):
    before = signal.signal(signal.SIGINT, handler)
    try:
        start = time.monotonic()
        start_of_it, end = verdict(attempt, seconds=0.1).split("enough. ")
        assert start_of_it == (
            "✗ wrong, because your function was still running after 0.1 seconds on two numbers, where a moment is "
        )
        assert end == ENDLESS or IDLE.match(end)
        assert time.monotonic() - start < 3 and signal.getsignal(signal.SIGINT) is handler
    finally:
        signal.signal(signal.SIGINT, before)
    time.sleep(0.02)  # nothing arrives later
    assert verdict(lambda x: x + x) == "✓ right"


def test_nothing_takes_longer_than_ten_seconds():
    seconds = inspect.signature(judge).parameters["seconds"].default
    assert seconds + 2 < 10  # one second each for comparing and for the words


def test_a_slow_right_answer_is_right():
    assert verdict(lambda x: time.sleep(0.2) or 2 * x, seconds=2) == "✓ right"


def test_right_until_the_time_was_over_is_almost_right():
    words = verdict(lambda x: 2 * x if len(x) == 2 else sleeps(x), seconds=0.1)
    assert words.startswith(
        "≈ almost: right on two numbers, but your function was still running after 0.1 seconds on a"
    )


def test_a_long_call_into_which_python_cannot_break_says_so(capsys, monkeypatch):
    monkeypatch.setattr(attempts, "_LONG_CALL_AFTER", 0)
    words = verdict(lambda x: hashlib.pbkdf2_hmac("sha256", b"word", b"salt", 3_000_000), seconds=0.05)
    assert "still running after 0.05 seconds" in words
    said = capsys.readouterr().out
    assert said.startswith("The check waits for one long call in your function, into which Python")
    assert said.count("The check waits") == 1


class Strange:
    """Whatever is done with it does something."""

    def __init__(self, does):
        self.does = does

    def __repr__(self, *_):
        return self.does()

    __str__ = __len__ = __iter__ = __eq__ = __bool__ = __getitem__ = __repr__
    __hash__ = None


def leaves():
    raise SystemExit


def has_its_own_error():
    raise BaseException


def calls_itself():
    return calls_itself()


def loops():
    while True:
        pass


@pytest.mark.parametrize("does", [leaves, has_its_own_error, calls_itself, loops, lambda: sleeps(0), lambda: 3])
def test_whatever_a_result_does_when_it_is_looked_at_there_is_a_verdict(does, monkeypatch):
    monkeypatch.setattr(course_lib.classroom.check.verdict, "_TO_LOOK", 0.1)

    class StrangeList(list):
        __len__ = __iter__ = __eq__ = __getitem__ = lambda self, *_: does()

    class StrangeError(Exception):
        __str__ = __repr__ = lambda self: does()

    def fails(x):
        raise StrangeError

    strange = Strange(does)
    for attempt in (strange, lambda x: strange, lambda x: [strange], lambda x: StrangeList([1]), fails):
        judged = judge(DOUBLE, attempt, seconds=0.5)
        assert judged.state == WRONG and judged.reason.endswith((".", "without brackets."))


def test_an_error_that_is_no_exception_is_an_error():
    class Mine(BaseException):
        pass

    def attempt(x):
        raise Mine

    assert "your function raised Mine in its line 2 (`raise Mine`) on two numbers" in verdict(attempt)


def test_an_error_deep_inside_of_a_package_is_placed_in_the_learners_line():
    def attempt(x):
        return pd.DataFrame({"a": [1]})["b"]  # raised some 4,000 lines down in pandas

    assert """raised KeyError in its line 2 (`return pd.DataFrame({"a": [1]})["b"]""" in verdict(attempt)


def test_an_error_in_the_first_line_has_a_place_and_one_in_a_builtin_has_none():
    assert "raised TypeError in its line 1 (" in verdict(lambda x: x + "a")
    words = verdict(operator.index)
    assert "your function raised TypeError on two numbers" in words and "must take" not in words


def test_a_list_that_is_given_may_not_be_changed():
    exercise = Exercise("00.list", "make", 1, answer=len, mistakes=(), hints=(), cases=lambda: {"": ([1, 2],)})
    assert judge(exercise, lambda x: len(x)).state == RIGHT
    for changes in (lambda x: x.append(3) or 2, lambda x: x.clear() or 2, lambda x: x.reverse() or 2):
        verdict = judge(exercise, changes)
        assert str(verdict).startswith("≈ almost: the result is right, but your function changes the object"), verdict


def test_two_errors_are_the_same_by_kind_and_words():
    errors = KeyError("b"), KeyError("b"), KeyError("c"), ValueError("'b'"), None
    one, again, *others = (Outcome(error=error) for error in errors)
    assert one.equals(again) and not any(one.equals(other) or other.equals(one) for other in others)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("daemon", [False, True])
def test_a_thread_that_is_left_behind_is_told_and_ended(daemon):
    threads = []

    def leaves_one(x):
        threads.append(threading.Thread(target=endless, args=(x,), daemon=daemon))
        threads[-1].start()
        return 2 * x

    def joins(x):
        thread = threading.Thread(target=time.sleep, args=(0.05,))
        thread.start()
        thread.join()
        return 2 * x

    assert verdict(joins) == "✓ right"
    assert verdict(leaves_one) == (
        "≈ almost: the result is right, but your function leaves a thread running: "
        "end every thread that you start, with `join`."
    )
    for thread in threads:
        thread.join(2)
        assert not thread.is_alive()


def test_the_kernel_goes_on_after_an_attempt_that_wants_to_end_it():
    from jupyter_client.manager import start_new_kernel

    shown = []
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        for code in (
            """
import time
from course_lib.classroom.check import check
from course_lib.classroom.check.exercise import find
from course_lib.classroom.check.verdict import judge
exercise = find("04.normalise")
def swallows(*arguments):
    while True:
        try:
            time.sleep(1000)
        except BaseException:
            pass
judge(exercise, swallows, seconds=0.3)
""",
            "judge(exercise, lambda *arguments: exit())",
            "judge(exercise, lambda *arguments: display('hello'))",
            "time.sleep(0.3); 'still here'",
        ):
            reply = client.execute_interactive(code, timeout=60, output_hook=shown.append)
            assert reply["content"]["status"] == "ok" and not reply["content"]["payload"]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    texts = [message["content"]["data"]["text/plain"] for message in shown if "data" in message["content"]]
    swallowed, left, displayed, last = texts
    assert "still running after 0.3 seconds" in swallowed and "raised SystemExit" in left
    assert "returned None" in displayed and last == "'still here'"


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


def draws() -> list[float]:
    return [random.random(), np.random.rand(), torch.rand(1).item()]


def test_what_is_global_goes_on_as_if_no_check_had_been_made():
    def seeded(seed=1):
        random.seed(seed), np.random.seed(seed), torch.manual_seed(seed)

    def settings() -> tuple:
        return torch.is_grad_enabled(), torch.get_default_dtype(), torch.get_num_threads(), np.geterr()["divide"]

    def careless(x):
        seeded(7), torch.set_grad_enabled(False), torch.set_default_dtype(torch.float64), torch.set_num_threads(2)
        np.seterr(all="raise"), sys.setrecursionlimit(5000), pyplot.figure().gca().plot([1, 2])
        return 2 * x

    before, limit = settings(), sys.getrecursionlimit()
    mine = pyplot.figure()
    seeded()
    expected = draws()
    seeded()
    assert judge(DOUBLE, careless).state == RIGHT
    judge(DOUBLE, lambda x: draws())
    assert draws() == expected
    assert settings() == before and sys.getrecursionlimit() == limit
    assert pyplot.get_fignums() == [mine.number]
    pyplot.close(mine)


def test_what_the_learner_hands_in_stays_as_it_was():
    value = Exercise("00.value", "make", 1, answer=[[2.0]], mistakes=(), hints=(), observe=lambda given: given)
    mine = [torch.ones(1, requires_grad=True)]
    judge(value, mine)
    assert mine[0].item() == 1 and mine[0].requires_grad and mine[0].grad is None


@pytest.mark.parametrize("draw", [random.random, np.random.rand, lambda: torch.rand(3)])
def test_every_attempt_gets_the_same_random_numbers(draw):
    exercise = Exercise("00.x", "make", 1, answer=lambda: draw(), mistakes=(), hints=())
    first = run(exercise, exercise.answer)
    draw()  # wherever the learner's own sequence is
    assert first[""].equals(run(exercise, exercise.answer)[""])


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
    assert difference(0.12346, 0.12349) == "it expected 0.123490 and got 0.123460"  # the two must not read the same


def test_a_case_that_runs_out_of_time_is_the_last():
    def attempt(x):
        while len(x) == 1:
            pass
        return 2 * x

    assert list(run(DOUBLE, attempt, seconds=0.2)) == ["two numbers", "a third"]
    assert "on a third" in verdict(attempt, seconds=0.2)


def test_what_is_worth_remembering_is_said_with_right_and_not_before():
    exercise = Exercise("00.word", "make", 1, answer=2, mistakes=(), hints=(), remember="Two is enough.")
    assert str(judge(exercise, 2)) == "✓ right. Two is enough."
    assert "Two" not in str(judge(exercise, 3)) + str(judge(exercise, ...))


def test_the_mistake_that_explains_every_case_comes_before_one_that_explains_some_and_else_the_first():
    mistakes = (
        Mistake(lambda x: 0 if x == 1 else x, "one is lost."),
        Mistake(lambda x: 5 if x == 2 else x, "two is five."),
        Mistake(lambda x: 0, "all is lost."),
    )
    exercise = Exercise("00.x", "make", 1, lambda x: x, mistakes, (), lambda: {"one": (1,), "two": (2,)})
    assert judge(exercise, lambda x: 0).reason == "all is lost."
    assert judge(exercise, lambda x: {1: 0, 2: 5}[x]).reason == "one is lost."


def test_a_blank_in_a_line_that_no_case_reaches_is_a_blank():
    def attempt(x):
        if len(x) > 100:
            return ...
        return 3 * x

    assert judge(DOUBLE, attempt).state == NOT_TRIED
