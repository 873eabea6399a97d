"""What a question of a quiz is: each wrong option has the misconception behind it. `lessons` holds the questions."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Question:
    """A multiple-choice question.

    Args:
        text: what is asked.
        options: what can be chosen, in the order shown, and the misconception that leads there; None for the answer.
        explanation: why the answer is right.

    Raises:
        ValueError: an option repeats, or not exactly one is the answer.
    """

    text: str
    options: tuple[tuple[str, str | None], ...]
    explanation: str

    def __post_init__(self) -> None:
        if len(dict(self.options)) < len(self.options):
            raise ValueError(f"two options of {self.text!r} read the same; make them differ")
        answers = [option for option, misconception in self.options if misconception is None]
        if len(answers) != 1:
            raise ValueError(f"{self.text!r} has {len(answers)} options without a misconception; exactly one is right")
