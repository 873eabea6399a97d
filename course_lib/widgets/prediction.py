"""Guess first: a question whose answer, with its picture, appears in place once there is a guess, and not before."""

import re
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

import ipywidgets as widgets

from course_lib.classroom.predictions import can_keep_predictions, keep_prediction, kept_predictions
from course_lib.classroom.progress_file import note_prediction
from course_lib.plots.text import markdown
from course_lib.widgets import live

if TYPE_CHECKING:
    from course_lib.plots.style import Plot


class Predict:
    """One question, one guess, and then the truth with its picture.

    A number may be off by `tolerance` and still be right; with `options` one of them is chosen. "Show me" gives the
    answer without a guess. Nothing waits for it, so that a notebook runs from top to bottom.

    Args:
        key: the notebook and a word, `"01.hits"`: under it a guess is remembered, if the learner wants that.
        question: what is asked, one or two sentences.
        truth: a number, or the text of the right option.
        tolerance: how far a guess may be from the truth and still be right.
        options: what can be chosen, instead of a number.
        unit: of the number: "raves", "%".
        reveal: what appears with the truth: a picture with its caption, or a sentence.

    Attributes:
        guess: the control: a field for a number, or a button per option.
        show_me: the button for those who only want to know.
        remember: the box that keeps the guess on this computer, shown with the answer.

    Raises:
        ValueError: the truth is not one of the options, or is neither a number nor has options.
    """

    def __init__(
        self,
        key: str,
        question: str,
        truth: float | str,
        *,
        tolerance: float = 0.0,
        options: Sequence[str] = (),
        unit: str = "",
        reveal: "Plot | str | None" = None,
    ) -> None:
        if options and truth not in options:
            raise ValueError(f"the truth {truth!r} is not among the options {list(options)}; add it")
        self.key, self.question = key, question
        self.truth = truth if options else float(truth)
        self.tolerance, self.unit, self.reveal = tolerance, unit, reveal
        self._shown = False
        self.guess: widgets.ToggleButtons | widgets.Text
        if options:
            self.guess = widgets.ToggleButtons(options=list(options), value=None, description=question)
            self.guess.layout = {"width": "auto", "flex_flow": "column"}
            self.guess.add_class("course-quiz")
            asked = [self.guess]
        else:
            name = f"your guess ({unit})" if unit else "your guess"
            self.guess = widgets.Text(description=name, placeholder="a number", continuous_update=False)
            self.guess.style, self.guess.layout = {"description_width": "auto"}, {"width": "18em", "max_width": "100%"}
            asked = [widgets.HTML(f"<b>{escape(question)}</b>").add_class("course-quiet"), self.guess]
        self.show_me = widgets.Button(description="Show me")
        self.remember = widgets.Checkbox(False, description="remember my guesses on this computer", indent=False)
        self.remember.layout = {"width": "auto", "display": "none"}
        self.view = widgets.HTML()
        kept = kept_predictions()
        if key in kept and (not options or kept[key] in options):
            self.guess.value = kept[key] if options else str(kept[key])
        self.remember.value = bool(kept)
        self.guess.observe(self._answer, "value")
        self.show_me.on_click(self._show)
        self.remember.observe(self._keep, "value")
        self.box = widgets.VBox([*asked, self.show_me, self.view, self.remember])
        if self.guess.value:
            self._answer()

    def summary(self) -> str:
        """What is on screen, in words."""
        return f"{self.question} {self._verdict()} {self._finding()}".strip() if self._shown else self.question

    def _verdict(self) -> str:
        """The truth, and what the guess was worth if there is one."""
        words = self.guess.value
        if isinstance(self.truth, str):
            if not words:
                return f"The answer is “{self.truth}”."
            return f"You said “{words}”" + (
                ", and that's right." if words == self.truth else f". The answer is “{self.truth}”."
            )
        guess, truth = _number(words), f"it's {self._with_unit(self.truth)}"
        if guess is None:
            return f"I{truth[1:]}."
        said = f"You said {self._with_unit(guess)}"
        if guess == self.truth:
            return f"{said}, and that's right."
        return f"{said}, and {truth}: close enough." if self._is_right() else f"{said}, but {truth}."

    def _guessed(self) -> float | str | None:
        words = self.guess.value
        return _number(words) if isinstance(self.truth, float) else words

    def _is_right(self) -> bool:
        guess = self._guessed()
        if isinstance(self.truth, str) or not isinstance(guess, float):
            return guess == self.truth
        return abs(guess - self.truth) <= self.tolerance * (1 + 1e-9)

    def _with_unit(self, value: float) -> str:
        number = f"{value:,.0f}" if value == int(value) or abs(value) >= 100 else f"{value:.3g}"
        return f"{number} {self.unit}".strip()

    def _finding(self) -> str:
        return self.reveal if isinstance(self.reveal, str) else self.reveal.caption if self.reveal else ""

    def _answer(self, _change: dict | None = None) -> None:
        words = self.guess.value
        if not words:
            return
        if isinstance(self.truth, float) and _number(words) is None:
            self.view.value = f"<p>“{escape(words)}” is no number. Write one such as 12 or 0.4.</p>"
            return
        self.show_me.layout.display = "none"
        if not self._shown:  # a guess after the answer is none
            note_prediction(self.key, self._guessed(), self._is_right())
        self._show()
        if self.remember.value:
            self._keep()

    def _show(self, _button: widgets.Button | None = None) -> None:
        self._shown = True
        self.remember.layout.display = "" if can_keep_predictions() else "none"
        finding, told = escape(self._finding()), escape(self._verdict())
        if self.reveal is None or isinstance(self.reveal, str):
            self.view.value = f"<p>{told} {finding}</p>"
            return
        from course_lib.plots.style import png

        self.view.value = (
            f'<p>{told}</p><figure style="margin:0"><img style="max-width:100%" alt="{finding}" '
            f'src="data:image/png;base64,{png(self.reveal.figure)}"><figcaption>{finding}</figcaption></figure>'
        )

    def _keep(self, _change: dict | None = None) -> None:
        guess = self._guessed()
        try:
            keep_prediction(self.key, guess if self.remember.value else None)
        except OSError as error:
            self.view.value += f"<p>Your guess could not be kept: {escape(str(error.strerror or error))}.</p>"

    def _ipython_display_(self) -> None:
        truth = f"“{self.truth}”" if isinstance(self.truth, str) else self._with_unit(self.truth)
        answer = f"{truth}. {self._finding()}".strip()
        fold = f"<details><summary>Answer</summary>{escape(answer)}</details>"
        words = f"{self.question}\nAnswer: {answer}"
        chosen = self.guess.options if isinstance(self.guess, widgets.ToggleButtons) else ()
        asked = "\n".join([f"**{markdown(self.question)}**\n", *(f"- {markdown(option)}" for option in chosen)])
        twin = {"text/markdown": f"{asked.rstrip()}\n\n{fold}", "text/plain": words}
        live.wake(self.box, "Guess first:", [(twin, {})])


def _number(words: str | None) -> float | None:
    """A number as people write it: with a unit behind, thousands in groups, and a point or a comma before decimals."""
    match = re.match(r"\s*([-+]?[\d.,\s]*\d)", (words or "").replace("−", "-"))
    if match is None:
        return None
    digits = re.sub(r"\s", "", match[1])
    digits = re.sub(r"(?<=[1-9]),(?=\d{3}\b)|(?<=\d\d),(?=\d{3}\b)", "", digits).replace(",", ".")
    try:
        return float(digits)
    except ValueError:
        return None
