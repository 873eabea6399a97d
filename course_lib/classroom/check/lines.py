"""Lines to put in order: every order that computes the right thing is accepted, because the lines are really run."""

import traceback
from dataclasses import dataclass
from typing import Any

import torch


@dataclass(frozen=True)
class Lines:
    """Shuffled lines of code. Give `observe` and `diagnose` to the `Exercise`; the attempt is a text of letters.

    Args:
        lines: a letter for each line of code; a line inside a loop carries its indentation.
        parameters: names that the arguments of a case get.
        result: the name that holds what is compared.
    """

    lines: dict[str, str]
    parameters: tuple[str, ...]
    result: str

    def observe(self, order: str, *arguments: Any) -> Any:
        """What the lines compute in this order.

        Raises:
            NameError: a line uses a name before another gives it a value.
        """
        letters = self._letters(order)
        names = {"torch": torch, **dict(zip(self.parameters, arguments, strict=True))}
        try:
            exec("\n".join(self.lines[letter] for letter in letters), names)
        except NameError as error:
            *_, (_, number) = traceback.walk_tb(error.__traceback__)
            line = f"line {letters[number - 1]}"
            raise NameError(f"{line} uses `{error.name}` before another line gives it a value.") from None
        return names[self.result]

    def diagnose(self, order: str) -> str | None:
        """Letters that are missing, unknown, or there twice."""
        if not isinstance(order, str | list | tuple) or not all(isinstance(letter, str) for letter in order):
            return f'an order is a text of letters such as "{"".join(self.lines)}".'
        used = self._letters(order)
        for what, letters in (
            ("leaves out", sorted(set(self.lines) - set(used))),
            ("names an unknown line", sorted(set(used) - set(self.lines))),
            ("uses twice", sorted({letter for letter in used if used.count(letter) > 1})),
        ):
            if letters:
                return f"your order {what}: {', '.join(letters)}. Use each of {', '.join(self.lines)} once."
        return None

    @staticmethod
    def _letters(order: str) -> list[str]:
        return [letter.upper() for letter in order if letter not in ", "]
