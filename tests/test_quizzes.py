"""Quizzes: every wrong option has a misconception of its own, and the widget answers each choice."""

import re

import nbformat
import pytest
import torch

from course_lib.classroom.check.exercise import LESSONS, lesson
from course_lib.classroom.question import Question
from course_lib.widgets.quiz import Quiz
from tests.execute_notebooks import NOTEBOOKS


@pytest.fixture(params=LESSONS)
def number(request) -> int:
    return int(request.param)


@pytest.fixture
def questions(number) -> tuple[Question, ...]:
    return lesson(f"{number:02}").QUESTIONS


def test_there_are_five_questions_two_of_them_about_earlier_notebooks(questions, number):
    assert len(questions) == 5
    earlier = [question for question in questions if question.text.startswith("From ")]
    assert len(earlier) == (2 if number > 1 else 0)
    assert all(int(question.text[5:7]) < number for question in earlier)


def test_every_wrong_option_has_a_misconception_of_its_own(questions):
    said = [misconception for question in questions for _, misconception in question.options if misconception]
    assert len(set(said)) == len(said) and all(text.endswith(".") for text in said)
    assert all(len(question.options) >= 3 and question.explanation for question in questions)


def test_the_answer_is_not_always_at_the_same_place(questions):
    places = [[misconception for _, misconception in question.options].index(None) for question in questions]
    assert len(set(places)) >= 3


def test_the_longest_option_is_not_the_answer_more_often_than_chance(questions):
    longest = [max(question.options, key=lambda option: len(option[0]))[1] is None for question in questions]
    assert sum(longest) <= 2


def test_the_list_of_notebook_06_has_the_ndcg_that_the_quiz_says():
    from course_lib.classroom.lessons.n06_evaluation import QUESTIONS
    from course_lib.evaluation import ndcg_at_k

    value = ndcg_at_k(torch.tensor([[True, False, True, False, False]]), torch.tensor([3])).item()
    (question,) = (question for question in QUESTIONS if "places 1 and 3" in question.text)
    assert [option for option, misconception in question.options if misconception is None] == [
        f"1.5 / 2.131 = {value:.3f}"
    ]


TWO = (
    Question("2 + 2?", (("5", "You added one."), ("4", None), ("22", "You wrote them side by side.")), "2 + 2 = 4."),
    Question(
        "1 < 2?", (("yes", None), ("no", "You read it from the right."), ("maybe", "It is certain.")), "By counting."
    ),
)


def test_nothing_is_chosen_at_first():
    quiz = Quiz(TWO)
    assert quiz.summary() == (
        "Quiz of 2 questions. Right so far: 0 of 2.\n"
        "1. 2 + 2?\n   - 5\n   - 4\n   - 22\n2. 1 < 2?\n   - yes\n   - no\n   - maybe"
    )


def test_every_option_of_every_question_is_answered_and_may_be_changed():
    quiz = Quiz(TWO)
    for question, choice in zip(TWO, quiz.choices, strict=True):
        for place, (_, misconception) in enumerate(question.options):
            choice.value = place
            assert (misconception or f"Right. {question.explanation}") in quiz.summary()
    assert "✗ Not quite. It is certain." in quiz.summary() and "Right so far: 0 of 2." in quiz.summary()
    quiz.choices[0].value, quiz.choices[1].value = 1, 0
    assert "Right so far: 2 of 2." in quiz.summary()


def test_each_group_of_options_is_named_by_its_question():
    assert [choice.description for choice in Quiz(TWO).choices] == ["1. 2 + 2?", "2. 1 < 2?"]


def test_an_answer_is_shown_as_it_is_written():
    quiz = Quiz((Question("?", (("a", None), ("b", "x < y."), ("c", "z.")), ""),))
    quiz.choices[0].value = 1
    assert "Not quite. x &lt; y." in "".join(
        child.value for child in quiz.box.children if hasattr(child, "placeholder")
    )


def test_it_is_shown_live_in_words_and_with_how_to_start_it(monkeypatch):
    shown = []
    monkeypatch.setattr("course_lib.widgets.live.display", lambda data, **how: shown.append(data))
    quiz = Quiz(TWO)
    quiz._ipython_display_()
    live, line = shown
    assert "application/vnd.jupyter.widget-view+json" in live and live["text/plain"] == quiz.summary()
    assert line["text/plain"].startswith("To bring it to life")


def test_a_question_without_exactly_one_answer_is_refused():
    with pytest.raises(ValueError, match="has 0 options without a misconception"):
        Question("?", (("a", "x."), ("b", "y.")), "")
    with pytest.raises(ValueError, match="two options of '\\?' read the same"):
        Question("?", (("a", None), ("a", "y.")), "")


def test_a_notebook_asks_the_questions_of_its_lesson(number):
    (path,) = NOTEBOOKS.glob(f"{number:02}_*.ipynb")
    cells = nbformat.read(path, as_version=4).cells
    assert any("Quiz(QUESTIONS)" in cell.source for cell in cells)
    lesson = f"course_lib.classroom.lessons.{LESSONS[path.stem[:2]]}"
    assert any(re.search(rf"from {lesson} import (\([^)]*)?\bQUESTIONS\b", cell.source) for cell in cells)
