"""The exercises of notebook 02: what a rave is, how long the tail is, and a fifth of each guest's raves to hide."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from course_lib.classroom.check.compare import kind
from course_lib.classroom.check.exercise import Exercise, Mistake
from course_lib.classroom.question import Question
from course_lib.interactions import Interactions, to_likes

_KEYS = ["user_id", "item_id"]


def half_point(degree: np.ndarray) -> int:
    """The smallest number of entries of `degree` `(n,)` that add up to at least half of its sum."""
    cumulative = np.cumsum(np.sort(degree)[::-1])
    return int(np.searchsorted(cumulative, cumulative[-1] / 2) + 1)


def _ratings() -> dict[str, tuple]:
    rng = np.random.default_rng(0)
    pairs = [(user, film) for user in range(1, 7) for film in range(1, 10) if rng.random() < 0.5]
    log = pd.DataFrame(pairs, columns=_KEYS).assign(rating=rng.integers(1, 6, len(pairs)), timestamp=880_000_000)
    little = pd.DataFrame(
        {"user_id": [1, 1, 2, 2, 3], "item_id": [10, 20, 10, 30, 20], "rating": [5, 4, 3, 4, 1], "timestamp": 0}
    )
    return {
        "five ratings from 4 stars on": (little, 4),
        "a random log from 4 stars on": (log, 4),
        "a random log from 3 stars on": (log.copy(), 3),
    }


def _above_own_mean(ratings: pd.DataFrame, min_rating: int) -> pd.DataFrame:
    mean = ratings.groupby("user_id")["rating"].transform("mean")
    return ratings.loc[ratings["rating"] > mean, _KEYS]


def _degrees() -> dict[str, tuple]:
    tail = (1000 / np.arange(1, 41)).astype(int)
    return {
        "5 films with 2, 0, 6, 3 and 1 raves": (np.array([2, 0, 6, 3, 1]),),
        "4 films with 3 raves each": (np.array([3, 3, 3, 3]),),
        "40 films with a long tail": (np.random.default_rng(0).permutation(tail),),
        "3 films with 2, 2 and 1 raves": (np.array([2, 2, 1]),),
        "one film": (np.array([7]),),
    }


def n_hidden(n_raves: int) -> int:
    """How many of a guest's raves are hidden: a fifth, at least one, but never the only one."""
    return max(1, int(n_raves * 0.2)) if n_raves > 1 else 0


def deal(party: Interactions, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Row numbers of the raves to learn from and of the hidden ones: a random fifth of each guest's raves."""
    return _deal(party, generator, n_hidden)


def _deal(party: Interactions, generator: torch.Generator, size: Callable[[int], int]) -> tuple[Tensor, Tensor]:
    learn, hidden = [], []
    for guest in range(party.n_users):
        rows = (party.user == guest).nonzero().squeeze(1)
        rows = rows[torch.randperm(len(rows), generator=generator)]
        hidden.append(rows[: size(len(rows))])
        learn.append(rows[size(len(rows)) :])
    return torch.cat(learn), torch.cat(hidden)


def _party() -> dict[str, tuple]:
    raves = (11, 9, 4, 1, 0, 23)  # by guest: the rule, its minimum, a guest's only rave, nothing, the rule
    user = torch.tensor([guest for guest, count in enumerate(raves) for _ in range(count)])
    item = torch.tensor([film for count in raves for film in range(count)])
    order = torch.randperm(len(user), generator=torch.Generator().manual_seed(0))
    return {"guests with 11, 9, 4, 1, 0 and 23 raves": (Interactions(user[order], item[order], 6, 25),)}


def _facts(deal_out: Callable, party: Interactions) -> Any:
    """What one can say of a deal without knowing which raves it should hide."""
    hands = [deal_out(party, torch.Generator().manual_seed(seed)) for seed in (0, 0, 1)]
    if not all(isinstance(hand, tuple | list) and len(hand) == 2 and all(map(_are_rows, hand)) for hand in hands):
        hand = hands[0]
        parts = ", ".join(map(kind, hand)) if isinstance(hand, tuple | list) else kind(hand)
        return None if hand is None else {"what it returns": parts}
    (learn, hidden), again, other = hands
    sizes = torch.bincount(party.user[hidden], minlength=party.n_users).tolist()
    return {
        "what it returns": "two tensors of whole row numbers, one dimension each",
        "raves in both parts": int(torch.isin(learn, hidden).sum()),
        "raves in neither part": len(party) - len(torch.cat([learn, hidden]).unique()),
        "hidden raves by guest": sizes,
        "the same deal with the same seed": torch.equal(hidden.sort().values, again[1].sort().values),
        "another deal with another seed": not torch.equal(hidden.sort().values, other[1].sort().values),
    }


def _are_rows(rows: Any) -> bool:
    return isinstance(rows, Tensor) and rows.dim() == 1 and rows.dtype == torch.int64


def _cut(order: Tensor) -> tuple[Tensor, Tensor]:
    return order[len(order) // 5 :], order[: len(order) // 5]


def _first_of_each(party: Interactions, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    rows = [(party.user == guest).nonzero().squeeze(1) for guest in range(party.n_users)]
    return (torch.cat([r[n_hidden(len(r)) :] for r in rows]), torch.cat([r[: n_hidden(len(r))] for r in rows]))


def _coins(party: Interactions, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    heads = torch.rand(len(party), generator=generator) < 0.2
    return (~heads).nonzero().squeeze(1), heads.nonzero().squeeze(1)


EXERCISES = (
    Exercise(
        name="02.likes",
        level="worked",
        minutes=4,
        answer=lambda ratings, min_rating: to_likes(ratings, min_rating),
        cases=_ratings,
        mistakes=(
            Mistake(
                lambda ratings, min_rating: ratings.loc[ratings["rating"] > min_rating, _KEYS],
                "a rating of exactly `min_rating` is a rave too: at 4 stars yours begins at 5.",
            ),
            Mistake(
                lambda ratings, min_rating: ratings.loc[ratings["rating"] == min_rating, _KEYS],
                "you keep one number of stars. 5 stars are a rave as well as 4.",
            ),
            Mistake(
                lambda ratings, min_rating: ratings.loc[ratings["rating"] >= 4, _KEYS],
                "the threshold is written into your function: with `min_rating=3` it must keep more.",
            ),
            Mistake(
                lambda ratings, min_rating: ratings[_KEYS],
                "you keep every rating. A rating is not a like.",
            ),
            Mistake(
                lambda ratings, min_rating: ratings.loc[ratings["rating"] <= min_rating, _KEYS],
                "the sign is the other way round: these are the ratings up to the threshold.",
            ),
            Mistake(
                lambda ratings, min_rating: ratings["rating"] >= min_rating,
                "this says for each row whether it is a rave. Use it to choose rows, and keep the two columns of ids.",
            ),
            Mistake(
                _above_own_mean,
                "you compare with the guest's own mean. It is a fair idea and another rule: this one is the same for "
                "all guests.",
            ),
        ),
        almost=(
            Mistake(
                lambda ratings, min_rating: ratings[ratings["rating"] >= min_rating],
                "the rows are right, but a rave has no stars any more: keep `user_id` and `item_id`.",
            ),
        ),
        hints=(
            "The worked function keeps the low ratings. Only the condition is another one.",
            "A rave is a rating *of at least* `min_rating`.",
        ),
    ),
    Exercise(
        name="02.half_point",
        level="faded",
        minutes=6,
        answer=half_point,
        cases=_degrees,
        mistakes=(
            Mistake(
                lambda degree: int((degree.cumsum() < degree.sum() / 2).sum()) + 1,
                "you add up the films in the order of the file. The fewest films are the most raved ones: sort first.",
            ),
            Mistake(
                lambda degree: int((np.sort(degree).cumsum() < degree.sum() / 2).sum()) + 1,
                "this counts films of the tail: you begin with the least raved ones, or count those after half is "
                "reached.",
            ),
            Mistake(
                lambda degree: int((np.sort(degree)[::-1].cumsum() < degree.sum() / 2).sum()),
                "you count the films before half is reached, and the one that reaches it belongs to them: place 2 is "
                "the third film.",
            ),
            Mistake(
                lambda degree: int((np.sort(degree)[::-1].cumsum() <= degree.sum() / 2).sum()) + 1,
                "where the sum is exactly half, you take one film too many: half is already held.",
            ),
            Mistake(
                lambda degree: int((np.sort(degree)[::-1].cumsum() < degree.sum() // 2).sum()) + 1,
                "half of 5 raves is 2.5, and `//` rounds it down.",
            ),
            Mistake(
                lambda degree: len(degree) // 2, "this is half of the films. The question is about half of the raves."
            ),
            Mistake(
                lambda degree: int((degree >= degree.mean()).sum()),
                "these are the films above the mean. How much they hold together, you have not asked.",
            ),
        ),
        almost=(
            Mistake(
                lambda degree: half_point(degree) / len(degree),
                "this is the share of the films. The check asks for their number.",
            ),
        ),
        hints=(
            "Which films do you take first to need few of them? `np.sort` sorts upwards, and `[::-1]` turns it over.",
            "`held[n - 1]` is what the n most raved films hold together. For how many films is it less than half?",
            "One film more than those reaches half.",
        ),
    ),
    Exercise(
        name="02.deal",
        level="free",
        minutes=12,
        answer=deal,
        cases=_party,
        observe=_facts,
        mistakes=(
            Mistake(
                lambda party, generator: _cut(torch.randperm(len(party), generator=generator)),
                "you hide a fifth of the whole log. Some guests then hide almost all of their raves and others none: "
                "deal guest by guest.",
            ),
            Mistake(
                _coins,
                "you toss a coin for every rave. How many a guest hides is then luck, and one may lose the last rave.",
            ),
            Mistake(
                lambda party, generator: (torch.arange(len(party)), deal(party, generator)[1]),
                "the hidden raves are still among those to learn from. A rave is in one part.",
            ),
            Mistake(
                lambda party, generator: (deal(party, generator)[0], deal(party, generator)[1]),
                "you shuffle once for each part, so that raves are in both and others in neither. Shuffle once, cut "
                "once.",
            ),
            Mistake(
                _first_of_each,
                "it is the same deal whatever the seed. Shuffle the raves of each guest before you cut, and with the "
                "generator that you are given.",
            ),
            Mistake(
                lambda party, generator: deal(party, torch.default_generator),
                "the generator is not used: the same seed must hide the same raves.",
            ),
            Mistake(
                lambda party, generator: _deal(party, generator, lambda n: int(n * 0.2)),
                "a guest with 4 raves hides none: a fifth of 4, rounded down, is 0. At least one is hidden.",
            ),
            Mistake(
                lambda party, generator: _deal(party, generator, lambda n: max(1, int(n * 0.2))),
                "the guest with one rave loses it, and nothing is left to learn from. The last one stays.",
            ),
            Mistake(
                lambda party, generator: _deal(party, generator, lambda n: max(1, round(n * 0.2)) if n > 1 else 0),
                "you round to the nearest. This course rounds down: of 9 raves it hides 1.",
            ),
            Mistake(
                lambda party, generator: deal(party, generator)[::-1],
                "the two parts are swapped: first the raves to learn from, then the hidden ones.",
            ),
        ),
        hints=(
            "`(party.user == guest).nonzero().squeeze(1)` are the rows of one guest.",
            "`rows[torch.randperm(len(rows), generator=generator)]` is the same rows in random order.",
            "Then the first `n_hidden(len(rows))` of them are hidden, and the others are to learn from. "
            "`torch.cat` joins the guests.",
        ),
    ),
)


QUESTIONS = (
    Question(
        "From 01: what goes into the recommender, and what comes out?",
        (
            ("the guest's age and job; ten films", "No step of the recommender reads the guest list."),
            ("the guest's raves; films not shown before, ranked by a score", None),
            (
                "the guest's stars; predicted stars for other films",
                "That is rating prediction. Here stars are gone after the threshold, and a score has no unit.",
            ),
        ),
        "Raves in; out comes a ranking of the films the guest did not rave about, with reasons.",
    ),
    Question(
        "From 01: every film is taken for its neighbour in the table. How would you notice?",
        (
            ("an error is raised", "Every number is a valid row, so nothing is raised."),
            ("the list looks odd", "It held known titles, sorted by score. Nobody sees it in one list."),
            ("by comparing with popularity, or with a case whose answer you know", None),
            ("the scores fall to zero", "The shifted run still beat random lists: neighbours in the file are alike."),
        ),
        "It ran without red text and was far below the same popular films for everybody. Only a measurement tells.",
    ),
    Question(
        "You join the ratings with the films. Which column do you join by?",
        (
            ("the title", "Some titles stand on two ids: two films become one, or one rating becomes two."),
            ("title and year", "The title already holds the year, and both entries of a film carry the same."),
            ("the row number", "Ids start at 1, rows at 0. After sorting or filtering rows mean nothing at all."),
            ("item_id", None),
        ),
        "An id names one film in every table. Titles are for people.",
    ),
    Question(
        "You raise the threshold from 4 to 5 stars. Why do films vanish rather than guests?",
        (
            ("a film may have one rating, a guest has at least 20", None),
            (
                "guests are generous, films are not",
                "Stars belong to a guest and a film at once: both lose the same ratings.",
            ),
            (
                "there are more films than guests",
                "Then the shares would be alike. They are not: films lose many times as much.",
            ),
        ),
        "A film with one rating is gone when that one is too low. The guests' minimum is a rule of the collection.",
    ),
    Question(
        "Why does this course hide a random fifth of each guest's raves, not the last ones?",
        (
            ("random is always fairer", "Where order means something, hiding the future is the honest test."),
            ("the timestamps are wrong", "They are right. They say when a rating was typed, not when a film was seen."),
            ("most guests typed everything in one sitting", None),
            (
                "so that the model may use later raves",
                "That is the price, not the purpose: no live system can use them.",
            ),
        ),
        "Within one sitting the order says little. So read every score as filling gaps in the log.",
    ),
)
