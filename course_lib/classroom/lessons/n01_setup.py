"""The exercises of notebook 01: read a list of raves, count rounds of gossip, bring a party closer together."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from course_lib.classroom.check.exercise import Exercise, Mistake
from course_lib.classroom.parties import random_party
from course_lib.classroom.question import Question
from course_lib.influence import film_shares
from course_lib.interactions import Interactions
from course_lib.party import GUESTS, TOPICS, little_party


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


_FIRST_HEARD = {"Emma": 1, "Dune": 3, "Casablanca": 5, "Brazil": 7, "Alien": 7}  # the round in which Fay hears of it


def _look(rounds: dict[str, int]) -> str:
    """What is wrong with the rounds in which films reach Fay; never the right number."""
    if not isinstance(rounds, dict) or rounds.keys() != _FIRST_HEARD.keys():
        return f"the check needs a round for each of {', '.join(_FIRST_HEARD)}."
    film = next(film for film in _FIRST_HEARD if rounds[film] != _FIRST_HEARD[film])
    number = rounds[film]
    if not isinstance(number, int):
        return f"a round is a whole number, and for {film} the check got {number!r}."
    if number % 2 == 0:
        return (
            f"round {number} cannot be: a walk from a film to a guest has 1, 3, 5, ... lines. Walk from {film} to Fay "
            "and count them."
        )
    if number == 1:
        return f"in round 1 a guest hears of films of their own, and Fay did not rave about {film}."
    if number < _FIRST_HEARD[film]:
        return f"no walk of {number} lines leads from {film} to Fay. Look who raved about {film}, and about what else."
    return f"there is a shorter way: a walk of fewer than {number} lines leads from {film} to Fay."


def _rounds(dune: int, casablanca: int, brazil: int, alien: int) -> dict[str, int]:
    return {"Emma": 1, "Dune": dune, "Casablanca": casablanca, "Brazil": brazil, "Alien": alien}


_PAIRS = len(GUESTS) * len(TOPICS)


def _heard(extra: tuple[str, str] | None = None) -> int:
    """How many pairs of a guest and a film three rounds join at the little party, with one more rave."""
    party = little_party()
    user, item = party.user, party.item
    if extra is not None:
        user = torch.cat([user, torch.tensor([GUESTS.index(extra[0])])])
        item = torch.cat([item, torch.tensor([TOPICS.index(extra[1])])])
    told = film_shares(Interactions(user, item, *party.sizes), n_rounds=3)
    return int((told[: len(GUESTS)] > 0).sum())


def _is_rave(rave: Any) -> bool:
    return isinstance(rave, tuple | list) and len(rave) == 2 and rave[0] in GUESTS and rave[1] in TOPICS


def _is_old(rave: tuple[str, str]) -> bool:
    return bool(little_party().contains(torch.tensor([GUESTS.index(rave[0])]), torch.tensor([TOPICS.index(rave[1])])))


def _measured(rave: Any) -> Any:
    """Whether everybody has heard of everything; what cannot be measured is left as it is."""
    return _heard(tuple(rave)) == _PAIRS if _is_rave(rave) and not _is_old(rave) else rave


def _shortcoming(rave: Any) -> str | None:
    """What is wrong with a new rave, by measurement."""
    if not _is_rave(rave):
        return (
            f"the check needs a guest ({', '.join(GUESTS)}) and a film ({', '.join(TOPICS)}), each in quotation marks, "
            f"and got {rave!r}."
        )
    if _is_old(rave):
        return f"the rave {rave[0]} – {rave[1]} is in the picture already. The new line must be one that isn't."
    return (
        f"with {rave[0]} – {rave[1]} three rounds join {_heard(tuple(rave))} of the {_PAIRS} pairs of a guest and a "
        f"film; without it they join {_heard()}, and the bar is {_PAIRS}."
    )


EXERCISES = (
    Exercise(
        name="01.fans",
        level="worked",
        minutes=1,
        remember="Who raved about what is all the data there is, in two columns of numbers.",
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
            "In which rows does the film stand? Compare its column with `film`, as `films_of` does for a guest.",
            "The guest of row e is `party.user[e]`. What do you put between the brackets to choose rows?",
        ),
    ),
    Exercise(
        name="01.arrival",
        level="faded",
        minutes=2,
        remember="A film reaches a guest after as many rounds as there are lines between them.",
        answer=_FIRST_HEARD,
        diagnose=_look,
        mistakes=tuple(
            Mistake(rounds, _look(rounds))
            for rounds in (
                _rounds(2, 3, 4, 4),  # the guests on the way are counted, not the lines
                _rounds(1, 1, 1, 1),  # gossip is taken for a loudspeaker
                _rounds(3, 4, 6, 6),  # two rounds per guest on the way, and none for the last line
                _rounds(3, 3, 3, 3),  # "three rounds reach everything"
                _rounds(3, 5, 7, 9),  # every film further to the left takes longer
            )
        ),
        hints=(
            "A round carries news over one line. Draw Fay at the right of the picture, with one line to Emma.",
            "From Fay you get to Emma, from there to Dev, and from Dev to Dune. How many lines is that?",
        ),
    ),
    Exercise(
        name="01.shortcut",
        level="make",
        minutes=3,
        answer=("Ada", "Emma"),
        observe=_measured,
        diagnose=_shortcoming,
        mistakes=tuple(
            Mistake(rave, str(_shortcoming(rave)))
            for rave in (
                ("Ada", "Casablanca"),  # towards the middle, and Emma is still far
                ("Ben", "Dune"),  # joins two who are close
                ("Ben", "Emma"),  # a rave that the task names
                ("Cleo", "Alien"),  # the busiest guest gets one more
                ("Ada", "Alien"),  # is there already
                ("Emma", "Ada"),  # the wrong way round
            )
        ),
        hints=(
            "Who hasn't heard of what after three rounds? Choose each guest in the picture above, or count lines.",
            "Three rounds reach three lines far. Which pairs are five or seven lines apart, and what would a new line "
            "have to join to help them all?",
        ),
        remember="One rave between strangers brings everybody closer, so yours matter to guests you never met.",
    ),
)


QUESTIONS = (
    Question(
        "What does the gossip know about a guest?",
        (
            (
                "age, gender and occupation",
                "They stand in the guest list, and no step reads them. Notebook 06 uses them to compare groups.",
            ),
            ("which films the guest raved about", None),
            ("how many stars the guest gave each film", "The stars decide what is a rave. After that they are gone."),
            ("the genres of the raved films", "No genre and no title is read. They are printed for you."),
        ),
        "It's who raved about what and nothing else: pairs of a user and an item.",
    ),
    Question(
        "Why does one film head your list, and not another?",
        (
            ("It resembles the films you ticked.", "Nothing here knows what a film is like, only who raved about it."),
            (
                "It's the film with the most raves.",
                "Fame makes a film loud, but then everybody's list would begin in the same way. Look again where the "
                "first of the ten stands in the picture of all films.",
            ),
            ("Its news arrives loudest: many love it, and much else that they love is yours too.", None),
            (
                "It's one of the few that three rounds can bring you.",
                "Three rounds bring nearly every film that anybody raved about. They differ in how loudly they arrive.",
            ),
        ),
        "Nearly every film can arrive. Fame makes it loud, and so do fans whose other raves are yours too.",
    ),
    Question(
        "Guests start empty. What is on a guest's tag after two rounds?",
        (
            ("the guest's own raves", None),
            ("what guests with a shared rave love", "That arrives in round 3: film, guest, film, guest."),
            ("nothing at all, because guests start empty", "Round 1 has brought the guest's own raves."),
            ("every film of the party, more or less loud", "In the little party Emma needs seven rounds to reach Ada."),
        ),
        "Films reach guests in odd rounds. In round 2 the guests talk and the films listen.",
    ),
    Question(
        "A list of ten finds three of ten hidden raves. What makes that a lot?",
        (
            ("Three is nearly a third of the list.", "A share says nothing until you know what was to be expected."),
            ("Random lists would find one in about sixteen tries.", None),
            (
                "The films are good ones that many people would love.",
                "Maybe, but nobody asked whether they are good. The hidden raves did the judging.",
            ),
        ),
        "A number means something beside another one: 3 against 0.06.",
    ),
    Question(
        "A notebook runs to the end without red text and shows ten films. What do you know?",
        (
            ("that the recommender works as it should", "So it looked with every film taken for its neighbour."),
            (
                "that the films suit the guest, for they are well known",
                "Well known or not, only hidden raves can say that.",
            ),
            ("nothing at all", "A little: the code ran, on the data that it names."),
            ("that no line raised an error", None),
        ),
        "Whether the numbers are right, a measurement tells.",
    ),
)
