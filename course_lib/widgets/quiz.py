"""Recall at the end of a notebook: a wrong choice is answered with the misconception behind it."""

from collections.abc import Sequence
from html import escape

import ipywidgets as widgets

from course_lib.classroom.question import Question
from course_lib.widgets import live

_BELOW = {"width": "auto", "flex_flow": "column"}  # the options stand below their question, one to a line


class Quiz:
    """Questions with one right option each; choosing answers at once, and may be repeated.

    Args:
        questions: what is asked, in order.

    Attributes:
        choices: the controls, a group of buttons per question; the value is the index of the option. Not radio
            buttons: those of ipywidgets are made anew when the kernel answers, and the keyboard loses its place.
    """

    def __init__(self, questions: Sequence[Question]) -> None:
        self.questions = questions
        self.choices, self._answers, rows = [], [], []
        for number, question in enumerate(questions, start=1):
            options = [(option, place) for place, (option, _) in enumerate(question.options)]
            name = f"{number}. {question.text}"  # a screen reader says it with each option
            choice = widgets.ToggleButtons(options=options, value=None, description=name, layout=_BELOW)
            choice.add_class("course-quiz")
            answer = widgets.HTML()
            choice.observe(self._answer, "value")
            self.choices.append(choice)
            self._answers.append(answer)
            rows += [choice, answer]
        self._score = widgets.HTML()
        self.box = widgets.VBox([*rows, self._score])
        self._answer()

    def summary(self) -> str:
        """What is on screen, in words: the questions, and what was answered to the chosen options."""
        lines = [f"Quiz of {len(self.questions)} questions. {self._right()}"]
        for number, (question, choice) in enumerate(zip(self.questions, self.choices, strict=True), start=1):
            lines += [f"{number}. {question.text}", *(f"   - {option}" for option, _ in question.options)]
            if choice.value is not None:
                lines.append(f"   {self._feedback(question, choice.value)}")
        return "\n".join(lines)

    def _right(self) -> str:
        pairs = zip(self.questions, self.choices, strict=True)
        right = sum(c.value is not None and q.options[c.value][1] is None for q, c in pairs)
        return f"Right so far: {right} of {len(self.questions)}."

    @staticmethod
    def _feedback(question: Question, place: int) -> str:
        misconception = question.options[place][1]
        return f"✓ Right. {question.explanation}" if misconception is None else f"✗ Not quite. {misconception}"

    def _answer(self, change: dict | None = None) -> None:
        for question, choice, answer in zip(self.questions, self.choices, self._answers, strict=True):
            if choice.value is not None:
                answer.value = f"<div>{escape(self._feedback(question, choice.value))}</div>"
        self._score.value = f"<i>{self._right()}</i>"

    def _ipython_display_(self) -> None:
        live.show(self.box, self.summary())
