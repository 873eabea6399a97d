"""The exercises of notebook 01: read a list of raves, count rounds of gossip, catch a bug that raises nothing."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from course_lib.classroom.check.exercise import Exercise, Mistake
from course_lib.classroom.parties import random_party
from course_lib.classroom.question import Question
from course_lib.interactions import Interactions
from course_lib.party import TOPICS, little_party


def _films() -> dict[str, tuple]:
    party, other = little_party(), random_party()
    return {
        "Alien, raved about by Ada and Ben": (party, 0),
        "Casablanca": (party, 2),
        "Emma, which only Dev raved about": (party, 4),
        "film 3 of a random party": (other, 3),
        "a film without fans": (other, 8),
    }


def _in_any_order(fans_of: Callable[[Interactions, int], Any], party: Interactions, film: int) -> Any:
    fans = fans_of(party, film)
    if isinstance(fans, Tensor | np.ndarray) and fans.ndim == 1 and fans.dtype not in (torch.bool, np.bool_):
        fans = fans.tolist()
    return sorted(fans) if isinstance(fans, list | set) and all(isinstance(fan, int) for fan in fans) else fans


_FIRST_HEARD = {"Emma": 1, "Dune": 1, "Casablanca": 3, "Brazil": 5, "Alien": 5}  # the round in which Dev hears of it


def _look(rounds: dict[str, int]) -> str:
    """What is wrong with the rounds in which films reach Dev; never the right number."""
    if not isinstance(rounds, dict) or rounds.keys() != _FIRST_HEARD.keys():
        return f"the check needs a round for each of {', '.join(_FIRST_HEARD)}."
    film = next(film for film in _FIRST_HEARD if rounds[film] != _FIRST_HEARD[film])
    number = rounds[film]
    if not isinstance(number, int):
        return f"a round is a whole number, and for {film} the check got {number!r}."
    if number % 2 == 0:
        return (
            f"round {number} cannot be: a walk from a film to a guest has 1, 3, 5, ... lines. Walk from {film} to Dev "
            "and count them."
        )
    if number == 1:
        return f"in round 1 a guest hears of films of their own, and Dev did not rave about {film}."
    if number < _FIRST_HEARD[film]:
        return f"no walk of {number} lines leads from {film} to Dev. Look who raved about {film}, and about what else."
    return f"there is a shorter way: a walk of fewer than {number} lines leads from {film} to Dev."


def _rounds(casablanca: int, brazil: int, alien: int) -> dict[str, int]:
    return {"Emma": 1, "Dune": 1, "Casablanca": casablanca, "Brazil": brazil, "Alien": alien}


def titles_of(item_ids: Iterable[int], films: pd.DataFrame) -> list[str]:
    """The right look-up: the title of each id, in the order of the ids."""
    return films.set_index("item_id")["title"].loc[list(item_ids)].tolist()


def one_off(item_ids: Iterable[int], films: pd.DataFrame) -> list[str]:
    """Ids start at 1 and rows at 0; here one is taken off twice, and -1 is Python's last row."""
    return [films["title"].iloc[item_id - 2] for item_id in item_ids]


def in_the_order_of_the_table(item_ids: Iterable[int], films: pd.DataFrame) -> list[str]:
    """A filter knows no order: rank 1 is whatever stands first in the table."""
    return films.loc[films["item_id"].isin(list(item_ids)), "title"].tolist()


def the_first_titles(item_ids: Iterable[int], films: pd.DataFrame) -> list[str]:
    """As many titles as ids, from the top of the table."""
    return films["title"].head(len(list(item_ids))).tolist()


def _look_ups() -> dict[str, tuple]:
    films = pd.DataFrame({"item_id": range(1, 6), "title": TOPICS})
    return {
        "the right look-up": (titles_of, films),
        "a look-up that is off by one": (one_off, films),
        "a look-up in the order of the table": (in_the_order_of_the_table, films),
        "a look-up that returns the first titles": (the_first_titles, films),
    }


EXERCISES = (
    Exercise(
        name="01.fans",
        level="worked",
        minutes=3,
        answer=lambda party, film: party.user[party.item == film],
        cases=_films,
        observe=_in_any_order,
        mistakes=(
            Mistake(
                lambda party, film: party.item[party.user == film],
                "these are the films of the guest with that number. You ask in which rows the film stands, and who "
                "stands there.",
            ),
            Mistake(
                lambda party, film: party.item[party.item == film],
                "this is the number of the film, once per fan. The fans stand in the other column.",
            ),
            Mistake(
                lambda party, film: (party.item == film).nonzero().squeeze(1),
                "these are the rows in which the film stands. The guests of these rows are asked for.",
            ),
            Mistake(
                lambda party, film: party.item == film,
                "this says for each row whether it is about the film. Use it to choose from the column of guests.",
            ),
            Mistake(
                lambda party, film: (party.item == film).sum(),
                "this is how many fans the film has. The question is who they are.",
            ),
            Mistake(
                lambda party, film: party.user[party.item == film + 1],
                "you look for the next film. Films are counted from 0 here: Alien is film 0.",
            ),
        ),
        hints=(
            "In which rows does the film stand? `party.item == film` says it for each row.",
            "The guest of row e is `party.user[e]`. A tensor of True and False between the brackets chooses rows.",
        ),
    ),
    Exercise(
        name="01.arrival",
        level="faded",
        minutes=5,
        answer=_FIRST_HEARD,
        diagnose=_look,
        mistakes=tuple(
            Mistake(rounds, _look(rounds))
            for rounds in (
                _rounds(2, 3, 3),  # the guests on the way are counted, not the lines
                _rounds(1, 1, 1),  # gossip is taken for a loudspeaker
                _rounds(3, 4, 4),  # two rounds per guest on the way, and none for the last line
                _rounds(3, 3, 3),  # "three rounds reach everything"
                _rounds(3, 5, 7),  # every film further to the left takes longer
            )
        ),
        hints=(
            "A round carries news over one line. Draw the walk from the film to Dev: film, guest, film, guest.",
            "Cleo joins Casablanca and Dune, and Dune is a rave of Dev. How many lines is that?",
            "Ben raved about Brazil, Alien and Casablanca.",
        ),
    ),
    Exercise(
        name="01.look_up",
        level="free",
        minutes=7,
        answer=lambda look_up, films: look_up([5, 1, 3], films) == ["Emma", "Alien", "Casablanca"],
        cases=_look_ups,
        mistakes=(
            Mistake(
                lambda look_up, films: len(look_up([5, 1, 3], films)) == 3,
                "every look-up passes, the wrong ones too: none raises, and each returns as many titles as were asked "
                "for. Compare with titles that you know.",
            ),
            Mistake(
                lambda look_up, films: False,
                "the right look-up does not pass. It returns a list of titles, one per id, in the order of the ids.",
            ),
            Mistake(
                lambda look_up, films: look_up([1, 2, 3], films) == ["Alien", "Brazil", "Casablanca"],
                "you ask for the first films in the order of the table. There the table itself looks like the answer.",
            ),
            Mistake(
                lambda look_up, films: set(look_up([5, 1, 3], films)) == {"Emma", "Alien", "Casablanca"},
                "a look-up that loses the order passes, and rank 1 is then any film of the list. Ask for several ids, "
                "not in ascending order, and compare lists.",
            ),
            Mistake(
                lambda look_up, films: look_up([5, 1, 3], films) != look_up([1, 3, 5], films),
                "a look-up that is off by one passes. That two answers differ does not say that one is right.",
            ),
        ),
        hints=(
            "Which titles do you know beforehand? Film 1 is Alien, film 5 is Emma.",
            "Which ids would give the right titles by accident? Those that are the table's own order.",
            "One call and one comparison are enough: `look_up([...], films) == [...]`.",
        ),
    ),
)


QUESTIONS = (
    Question(
        "What does the machine know about a guest?",
        (
            (
                "age, gender and occupation",
                "They stand in the guest list, and no step reads them. Notebook 06 uses them to compare groups.",
            ),
            ("which films the guest raved about", None),
            ("how many stars each film got", "The stars decide what is a rave. After that they are gone."),
            ("the genres of the raved films", "No genre and no title is read; they are printed for you."),
        ),
        "Who raved about what: pairs of a user and an item, implicit positive interactions.",
    ),
    Question(
        "A film has a score of 6 for a guest. What is the 6 made of?",
        (
            (
                "the mean of the stars that similar guests gave it",
                "No star is averaged, and nobody looked for similar guests.",
            ),
            ("the probability of a rave, scaled", "A score is a dot product. It has no unit and may be negative."),
            ("the guest's own tag and one part per rave", None),
        ),
        "The parts sum to the score without remainder, because gossip only adds and scales tags.",
    ),
    Question(
        "Films carry colours, guests are empty. What has a guest heard after two rounds of gossip?",
        (
            ("the guest's own raves", None),
            ("the raves of everybody with a rave in common", "Those arrive in round 3: film, guest, film, guest."),
            ("nothing", "Round 1 brings the guest's own raves, and the mean of all rounds keeps them."),
            ("every film of the party", "In the little party Emma needs seven rounds to reach Ada."),
        ),
        "Films reach guests in odd rounds. Round 2 only mixes films.",
    ),
    Question(
        "Two runs of the same code print different numbers. What do you compare first?",
        (
            ("the learning rates", "The code is the same, so its settings are."),
            ("the number of epochs", "It stands in the code, and the code is the same."),
            (
                "nothing, random numbers differ",
                "Seeded random numbers do not. What you cannot repeat you cannot check.",
            ),
            ("seed, data source and versions", None),
        ),
        "What is not in the code: which raves are hidden, which data was found, which libraries ran. Then the device.",
    ),
    Question(
        "A notebook runs to the end without red text and prints ten films. What is shown?",
        (
            ("that the recommender works", "So did the run that took every film for its neighbour."),
            ("that no line raised an error", None),
            (
                "that the films suit the guest, for they are well known",
                "Popular films look right in any list, in wrong ones too.",
            ),
            ("nothing at all", "A little: the code ran, and on the data it names."),
        ),
        "Not that the numbers are right. Compare with popularity, and with a case whose answer you know.",
    ),
)
