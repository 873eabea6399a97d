"""The exercises of notebook 06: NDCG, a rung of the ladder, a paired bootstrap, and which test finds which bug."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from course_lib.baselines import item_knn
from course_lib.classroom import museum
from course_lib.classroom.check.exercise import Exercise, Mistake
from course_lib.classroom.museum import MUSEUM, passes
from course_lib.classroom.parties import parties
from course_lib.classroom.question import Question
from course_lib.evaluation import ndcg_at_k
from course_lib.interactions import Interactions

TESTS = {
    "A": museum.an_oracle_scores_one,
    "B": museum.a_constant_scorer_does_not_know_film_0,
    "C": museum.the_last_film_can_be_found,
    "D": museum.one_of_two_likes_found_is_not_perfect,
    "E": museum.a_like_at_rank_40_is_not_in_the_top_ten,
    "F": museum.knowing_the_seen_likes_takes_no_place,
}
_BUGS = {bug.name: bug for bug in MUSEUM if bug.right is museum.ndcg}
_MATCHES = dict(zip(_BUGS, "AFDECB", strict=True))
_IT_TAKES = {
    "hidden_likes_masked": "a scorer that must find hidden raves",
    "seen_not_masked": "seen raves that score higher than the hidden ones",
    "idcg_of_the_hits": "a guest who hides more than the list finds",
    "against_99_others": "a hidden rave below rank ten of all films that is among the best ten of a hundred",
    "candidates_counted_in_users": "a hidden film whose number is higher than that of any guest",
    "ties_in_index_order": "equal scores",
}


def _lists() -> dict[str, tuple]:
    return {
        "hits at ranks 1 and 3 of 5, with 3 raves hidden": (torch.tensor([1, 0, 1, 0, 0]).bool(), 3),
        "hits at ranks 2 and 3 of 5, with 2 raves hidden": (torch.tensor([0, 1, 1, 0, 0]).bool(), 2),
        "a list of 3 for a guest who hides 10": (torch.tensor([1, 0, 1]).bool(), 10),
        "a list without a hit": (torch.zeros(4).bool(), 2),
    }


def _dcg(hits: Tensor) -> Tensor:
    return (hits / torch.arange(2, len(hits) + 2).log2()).sum()


def _cosine(likes: Tensor, fans: Tensor) -> Tensor:
    return (likes.T @ likes) / (fans[:, None] * fans).sqrt()


def _knn(similarity: Callable[[Tensor, Tensor], Tensor]) -> Callable[[Interactions], Tensor]:
    """Scores from a similarity that is made of the likes and the fans of each film; the diagonal is emptied."""

    def scores(party: Interactions) -> Tensor:
        likes = party.dense()
        return likes @ similarity(likes, party.item_degree()).fill_diagonal_(0)

    return scores


def _two_models() -> dict[str, tuple]:
    generator = torch.Generator().manual_seed(0)
    first, second = torch.rand(2, 12, generator=generator)
    draws = torch.randint(12, (200, 12), generator=generator)
    return {
        "two models and 12 guests": (first, second, draws),
        "two models that differ by 0.1 on every guest": (first, first - 0.1, draws),
        "7 guests": (first[:7], second[:7], torch.randint(7, (50, 7), generator=generator)),
    }


def _middle(values: Tensor, share: float = 0.95, between: str = "linear") -> Tensor:
    return values.quantile(torch.tensor([(1 - share) / 2, (1 + share) / 2]), interpolation=between)


BETWEEN_TWO_DRAWS = "at each end you take the {} of two draws, which is fine; `torch.quantile` goes between the two."


def _normal(first: Tensor, second: Tensor, draws: Tensor) -> Tensor:
    difference = first - second
    return difference.mean() + torch.tensor([-1.96, 1.96]) * difference.std() / len(difference) ** 0.5


def _is_caught(matches: dict[str, str]) -> dict[str, bool]:
    """Whether each bug fails the test it was given: the tests are really run."""
    return {name: not passes(TESTS[matches[name].upper()], bug.wrong) for name, bug in _BUGS.items()}


def _look(matches: Any) -> str | None:
    """The first thing that is wrong with the pairs of bug and test."""
    if not isinstance(matches, dict) or set(matches) != set(_BUGS):
        return f"the check needs a dict with a letter for each of {', '.join(_BUGS)}."
    for name, letter in matches.items():
        if not isinstance(letter, str) or letter.upper() not in TESTS:
            return f"{name} has the test {letter!r}; the tests are {', '.join(TESTS)}."
    missed = [name for name, caught in _is_caught(matches).items() if not caught]
    return _not_seen_by(matches[missed[0]].upper(), missed[0]) if missed else None


def _not_seen_by(letter: str, name: str) -> str:
    return f"test {letter} passes with {name}. To see that bug, a test needs {_IT_TAKES[name]}."


EXERCISES = (
    Exercise(
        name="06.ndcg",
        level="worked",
        minutes=5,
        answer=lambda hits, n_hidden: ndcg_at_k(hits[None], torch.tensor([n_hidden]))[0],
        cases=_lists,
        mistakes=(
            Mistake(
                lambda hits, n_hidden: _dcg(hits) / _dcg(hits.sort(descending=True).values),
                "your perfect list holds only the raves that were found, so a single hit at rank 1 gives 1, whatever "
                "was missed. The perfect list knows all hidden raves.",
            ),
            Mistake(
                lambda hits, n_hidden: _dcg(hits) / _dcg(torch.ones(len(hits))),
                "your perfect list has hits at all K ranks. A guest who hides 2 raves cannot have 5 hits, "
                "and even an oracle would stay below 1.",
            ),
            Mistake(
                lambda hits, n_hidden: _dcg(hits) / _dcg(torch.ones(n_hidden)),
                "your perfect list has a place for every hidden rave, but it is K long, like the list it is held "
                "against.",
            ),
            Mistake(
                lambda hits, n_hidden: _dcg(hits),
                "this is the DCG. Your perfect list is worth 1: a single hit at rank 1.",
            ),
            Mistake(lambda hits, n_hidden: hits.sum() / n_hidden, "this is the recall: it does not see the ranks."),
        ),
        hints=(
            "Where would an oracle put the hidden raves, and how many of them fit on a list of K?",
            "The first min(hidden, K) ranks are hits. `torch.arange(K)` numbers the ranks from 0.",
        ),
    ),
    Exercise(
        name="06.item_knn",
        level="faded",
        minutes=7,
        answer=lambda party: item_knn(party)(torch.arange(party.n_users)),
        cases=parties,
        mistakes=(
            Mistake(
                _knn(_cosine),
                "a film without fans divides 0 by 0, which is no number, and no ranking can be made of it. Count at "
                "least one fan: `clamp_min(1)`.",
            ),
            Mistake(
                _knn(lambda likes, fans: likes.T @ likes),
                "these are shared fans, not cosines: a film that everybody raved about is similar to everything.",
            ),
            Mistake(
                _knn(lambda likes, fans: likes.T @ likes / fans.clamp_min(1)),
                "you divide by the fans of one film only. The cosine divides by the root of both counts.",
            ),
            Mistake(
                _knn(lambda likes, fans: likes.T @ likes / (fans[:, None] * fans).clamp_min(1)),
                "the square root is missing: √(fans of one · fans of the other).",
            ),
            Mistake(
                _knn(lambda likes, fans: likes.T @ likes / (fans[:, None] + fans - likes.T @ likes).clamp_min(1)),
                "this is the Jaccard similarity, shared fans over all fans of the two. The cosine was asked for.",
            ),
            Mistake(
                lambda party: party.dense() @ _cosine(party.dense(), party.item_degree().clamp_min(1)),
                "each film speaks for itself with similarity 1, so the guests get back what they raved about. "
                "Set the diagonal to 0.",
            ),
        ),
        hints=(
            "`raved` is (n_users, n_items). Which product with its transpose is (n_items, n_items)?",
            "`fans[:, None] * fans` holds the product of the fans of every two films, (n_items, n_items).",
            "Nobody raved about Dune. What is 0 / 0?",
        ),
    ),
    Exercise(
        name="06.paired",
        level="free",
        minutes=8,
        answer=lambda first, second, draws: _middle((first - second)[draws].mean(dim=1)),
        cases=_two_models,
        mistakes=(
            Mistake(
                lambda first, second, draws: _middle((first - second)[draws].flatten()),
                "this is where single guests lie. The interval is about the mean: average each draw first.",
            ),
            Mistake(
                lambda first, second, draws: _middle((first - second)[draws].mean(dim=0)),
                "you average over the draws. One draw is a row, one party of guests: average along it.",
            ),
            Mistake(
                lambda first, second, draws: _middle((first - second)[draws].mean(dim=1), 0.9),
                "between the quantiles 0.05 and 0.95 lie 90 %. For 95 % leave 2.5 % on each side.",
            ),
            Mistake(
                lambda first, second, draws: _middle((second - first)[draws].mean(dim=1)),
                "the sign is the other way round: first minus second was asked for.",
            ),
            Mistake(
                lambda first, second, draws: _middle(first[draws].mean(dim=1)) - _middle(second[draws].mean(dim=1)),
                "these are two intervals subtracted. Subtract guest by guest, then look at one distribution.",
            ),
            Mistake(
                lambda first, second, draws: _middle((first - second)[draws].mean(dim=1)).flip(0),
                "the lower end comes first.",
            ),
        ),
        almost=(
            Mistake(
                _normal,
                "mean ± 1.96 standard errors is close, and assumes a bell curve. The bootstrap reads the ends off the "
                "draws.",
            ),
            *(
                Mistake(
                    lambda first, second, draws, how=how: _middle((first - second)[draws].mean(dim=1), between=how),
                    BETWEEN_TWO_DRAWS.format(how),
                )
                for how in ("lower", "higher", "nearest")
            ),
        ),
        hints=(
            "Subtract first: one difference per guest, (n,).",
            "`difference[draws]` is (R, n): each row is a party of guests drawn with replacement. What do you do with "
            "a row?",
            "`torch.quantile(values, torch.tensor([low, high]))` gives both ends. The middle 95 % leave 2.5 % on each "
            "side.",
        ),
    ),
    Exercise(
        name="06.bug_and_test",
        level="free",
        minutes=8,
        answer=_MATCHES,
        observe=_is_caught,
        diagnose=_look,
        mistakes=tuple(
            Mistake({**_MATCHES, name: letter}, _not_seen_by(letter, name))
            for name, letter in (
                ("hidden_likes_masked", "B"),
                ("seen_not_masked", "A"),
                ("idcg_of_the_hits", "A"),
                ("against_99_others", "C"),
                ("candidates_counted_in_users", "E"),
                ("ties_in_index_order", "A"),
            )
        ),
        hints=(
            "Do not ask what the bug does to a good model. Ask on which party, with which scorer, the wrong line gives "
            "another list or another number than the right one.",
            "In A the seen raves score 0. So whether they are masked makes no difference.",
            "`passes(test, bug.wrong)` of `course_lib.classroom.museum` runs a test on a bug.",
        ),
    ),
)


QUESTIONS = (
    Question(
        "From 02: a guest gave a film 2 stars. What does the evaluation do with it?",
        (
            ("it hides it as a rave", "Only ratings of 4 and 5 are raves, and only raves are hidden."),
            ("it masks it, the guest has seen it", "The mask holds the raves learned from. A 2 never was a rave."),
            ("it leaves it among the candidates", None),
            ("it counts it as a dislike that was avoided", "The test knows no dislikes, only raves and the rest."),
        ),
        "A film rated 2 is neither learned from nor hidden. It stays a candidate, and to recommend it is a miss.",
    ),
    Question(
        "From 05: a random film may be one that the guest hides a rave for. Should the sampler avoid those?",
        (
            ("yes, they are wrong negatives", "They are, and only somebody who knows the test can tell which."),
            ("no", None),
            ("yes, but only when the number is reported", "Then the reported model has learned from the test."),
        ),
        "To avoid them the sampler would have to know the test, and that knowledge would leak into the training.",
    ),
    Question(
        "A guest hides 3 raves. The list has hits at ranks 1 and 3. What is NDCG@5?",
        (
            ("1.5 / 2.131 = 0.704", None),
            ("1.5 / 1.631 = 0.920", "You held it against a perfect list of the two raves found. Three were hidden."),
            ("1.5 / 2.948 = 0.509", "A perfect list has three hits here, not five: there are no more raves to find."),
            ("2 / 3 = 0.667", "That is recall@5: it does not see the ranks."),
        ),
        "DCG is 1/log2(2) + 1/log2(4) = 1.5. The perfect list earns 1 + 0.631 + 0.5 = 2.131.",
    ),
    Question(
        "An evaluation prints 0.0000 for a trained model. What do you do first?",
        (
            ("train longer", "A random scorer is above zero. Exactly zero is not a weak model, it is a broken test."),
            ("try another split", "The same broken test gives the same zero on every split."),
            ("give it an oracle and a random scorer", None),
            ("report it: honest numbers are low", "Low is what you can explain. Not one hit at all, nobody can."),
        ),
        "The oracle must score 1, the random scorer must be low but not exactly zero. Both take a second.",
    ),
    Question(
        "A beats B by 0.01 NDCG@10, and the paired interval runs from -0.002 to 0.022. What do you write?",
        (
            ("A is better: the mean difference is positive", "Another set of guests might have turned the sign."),
            ("A and B are equally good", "Not told from zero is not zero: 0.022 lies inside as well."),
            ("on these guests the difference is not told from zero", None),
            ("A is better with 95 % probability", "The interval is about draws of guests, not about the models."),
        ),
        "Zero lies inside. More guests or more splits may tell; one more decimal does not.",
    ),
)
