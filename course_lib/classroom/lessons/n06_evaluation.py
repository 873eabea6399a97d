"""The exercises of notebook 06: the perfect list, a paired interval, and a party that no broken test survives."""

from typing import Any

import torch
from torch import Tensor

from course_lib.classroom import museum
from course_lib.classroom.check.exercise import Exercise, Mistake
from course_lib.classroom.museum import MUSEUM
from course_lib.classroom.question import Question
from course_lib.evaluation import ndcg_at_k
from course_lib.interactions import Interactions

RULERS = {bug.name: bug for bug in MUSEUM if bug.right is museum.ndcg}
MAX_GUESTS, MAX_FILMS = 3, 12
_IT_TAKES = {
    "hidden_likes_masked": "a hidden film that a right test finds",
    "seen_not_masked": "a film that was learned from and scores higher than a hidden one",
    "idcg_of_the_hits": "a guest with a hit on the list and a hidden film that isn't on it",
    "against_99_others": "two hidden films of one guest, with a film above them that is neither hidden nor learned",
    "candidates_counted_in_users": "a hidden film on the list whose number isn't below the number of guests",
    "ties_in_index_order": "more films with equal scores than the list has room for, one of them hidden (try another)",
}
_KEYS = ("scores", "learned", "hidden", "k")


def _lists() -> dict[str, tuple]:
    return {
        "hits at places 1 and 3 of 5, with 3 raves hidden": (torch.tensor([1, 0, 1, 0, 0]).bool(), 3),
        "hits at places 2 and 3 of 5, with 2 raves hidden": (torch.tensor([0, 1, 1, 0, 0]).bool(), 2),
        "a list of 3 for a guest who hides 10": (torch.tensor([1, 0, 1]).bool(), 10),
        "a list without a hit": (torch.zeros(4).bool(), 2),
    }


def _dcg(hits: Tensor) -> Tensor:
    return (hits / torch.arange(2, len(hits) + 2).log2()).sum()


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


def values(party: dict) -> dict[str, Tensor]:
    """NDCG@k of each guest of a small party: `right`, and as each broken test has it.

    Args:
        party: `scores`, a row per guest and a number per film; `learned` and `hidden`, pairs (guest, film); and `k`.
    """
    scores = torch.as_tensor(party["scores"], dtype=torch.float32)
    learned, hidden = (
        Interactions(*torch.as_tensor(party[name], dtype=torch.int64).reshape(-1, 2).T, *scores.shape)
        for name in ("learned", "hidden")
    )
    metrics = {"right": museum.ndcg} | {name: bug.wrong for name, bug in RULERS.items()}
    return {name: metric(scores.__getitem__, hidden, learned, int(party["k"])) for name, metric in metrics.items()}


def _is_caught(party: Any) -> dict[str, bool] | None:
    """Whether each broken test gives some guest of the party another value than the right one. All are applied."""
    if _out_of_form(party):
        return None
    found = values(party)
    return {name: not torch.allclose(found[name].double(), found["right"].double(), atol=1e-4) for name in RULERS}


def _look(party: Any) -> str | None:
    """The first thing that is wrong with a party, or which broken tests it lets pass."""
    if reason := _out_of_form(party):
        return reason
    missed = [name for name, caught in (_is_caught(party) or {}).items() if not caught]
    return _not_caught(len(RULERS) - len(missed), missed[0]) if missed else None


def _not_caught(n_caught: int, name: str) -> str:
    return f"your party catches {n_caught} of {len(RULERS)} broken tests. To catch {name} it needs {_IT_TAKES[name]}."


def _out_of_form(party: Any) -> str | None:
    if not isinstance(party, dict) or set(party) != set(_KEYS):
        return f"the check needs a dict with {', '.join(_KEYS)}."
    try:
        scores = torch.as_tensor(party["scores"], dtype=torch.float32)
        pairs = {name: torch.as_tensor(party[name], dtype=torch.int64) for name in ("learned", "hidden")}
        k = int(party["k"])
    except (TypeError, ValueError, RuntimeError, OverflowError):
        return "scores must be rows of numbers, learned and hidden lists of pairs (guest, film), and k a whole number."
    if scores.dim() != 2 or not (1 <= len(scores) <= MAX_GUESTS and 2 <= scores.size(1) <= MAX_FILMS):
        return f"scores needs 1 to {MAX_GUESTS} rows, one per guest, of 2 to {MAX_FILMS} numbers each, one per film."
    if not scores.isfinite().all():
        return "every score must be a finite number."
    n_users, n_items = scores.shape
    if n_users >= n_items:
        return "a party needs more films than guests."
    for name, table in pairs.items():
        if table.dim() != 2 or table.size(-1) != 2 or not len(table):
            return f"{name} must be a list with at least one pair (guest, film)."
        if table.min() < 0 or table[:, 0].max() >= n_users or table[:, 1].max() >= n_items:
            return f"{name} names a guest or a film that has no score; both are counted from 0."
    both = [tuple(pair) for table in pairs.values() for pair in table.tolist()]
    if len(set(both)) < len(both):
        return "no pair may come twice: what is hidden isn't learned from."
    if any(sum(guest == user for guest, _ in both) >= n_items for user in range(n_users)):
        return "every guest needs a film that is neither learned from nor hidden."
    return None if 1 <= k <= n_items else f"k must be from 1 to {n_items}, the number of films."


SHARP = {"scores": [[9, 8, 7, 6, 5, 1, 1, 1, 1, 1]], "learned": [(0, 0)], "hidden": [(0, 3), (0, 5)], "k": 5}


EXERCISES = (
    Exercise(
        name="06.ndcg",
        level="worked",
        minutes=3,
        answer=lambda hits, n_hidden: ndcg_at_k(hits[None], torch.tensor([n_hidden]))[0],
        cases=_lists,
        remember="NDCG holds a list against the best one that was possible for this guest.",
        mistakes=(
            Mistake(
                lambda hits, n_hidden: _dcg(hits) / _dcg(hits.sort(descending=True).values),
                "your perfect list holds only the raves that were found, so a single hit at place 1 gives 1, whatever "
                "was missed. The perfect list knows all hidden raves.",
            ),
            Mistake(
                lambda hits, n_hidden: _dcg(hits) / _dcg(torch.ones(len(hits))),
                "your perfect list has hits at all K places. A guest who hides 2 raves can't have 5 hits, so even "
                "whoever knows the hidden raves would stay below 1.",
            ),
            Mistake(
                lambda hits, n_hidden: _dcg(hits) / _dcg(torch.ones(n_hidden)),
                "your perfect list has a place for every hidden rave, but it's K long, like the list it is held "
                "against.",
            ),
            Mistake(
                lambda hits, n_hidden: _dcg(hits),
                "this is the DCG. Your perfect list is worth 1: a single hit at place 1.",
            ),
            Mistake(lambda hits, n_hidden: hits.sum() / n_hidden, "this is the recall: it doesn't see the places."),
        ),
        hints=(
            "Where would somebody who knows the hidden raves put them, and how many of them fit on a list of K?",
            "The first min(hidden, K) places are hits. `torch.arange(K)` numbers the places from 0.",
        ),
    ),
    Exercise(
        name="06.paired",
        level="faded",
        minutes=3,
        answer=lambda first, second, draws: _middle((first - second)[draws].mean(dim=1)),
        cases=_two_models,
        remember="Subtract first, guest by guest: then it no longer matters who is easy to guess.",
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
        ),
    ),
    Exercise(
        name="06.sharp_party",
        level="make",
        minutes=6,
        answer=SHARP,
        observe=_is_caught,
        diagnose=_look,
        remember="An evaluation is code, so test it on a party whose result you can work out by hand.",
        mistakes=(
            Mistake(
                {**SHARP, "scores": [[9, 8, 7, 6, 5, 4, 3, 2, 1, 0]], "k": 4}, _not_caught(5, "ties_in_index_order")
            ),
            Mistake({**SHARP, "scores": [[0, 8, 7, 6, 5, 1, 1, 1, 1, 1]]}, _not_caught(5, "seen_not_masked")),
            Mistake({**SHARP, "hidden": [(0, 5)]}, _not_caught(3, "hidden_likes_masked")),
            Mistake({**SHARP, "k": 0}, "k must be from 1 to 10, the number of films."),
            Mistake(
                {**SHARP, "hidden": [(0, 0), (0, 5)]}, "no pair may come twice: what is hidden isn't learned from."
            ),
        ),
        hints=(
            "Start with one guest who has learned film 0 and hides two films, one on the list and one below it. Which "
            "of the six does that catch?",
            "There are few guests, so give the hidden films high numbers. What a test does with films that the guest "
            "learned from shows only if these score high.",
            "For the ties, give many films the same score, let the list end among them, and hide the first of them.",
        ),
    ),
)


QUESTIONS = (
    Question(
        "From 02: charts of all ratings find more hidden ratings than charts of raves. What are the extra ones?",
        (
            ("mostly raves", "The two charts were level on raves."),
            ("ratings of 1, 2 or 3", None),
            ("films that hardly anybody has rated", "Either way charts hold the films that most people rated."),
            ("half raves, half lower ratings", "Then they'd find more raves too, and they don't."),
        ),
        "Charts of all ratings guess better what people will talk about, and no better what they'll love.",
    ),
    Question(
        "From 05: a random film may be a rave that we hid. Should the sampler of training pairs avoid those?",
        (
            ("yes, because they are taught the wrong way round", "They are, but only whoever knows the test can tell."),
            ("yes, but only for the reported number", "Then the reported model has learned from the test."),
            ("no", None),
        ),
        "To avoid them the sampler would have to know the test, and that knowledge would leak into the training.",
    ),
    Question(
        "A guest hides 3 raves. The list has hits at places 1 and 3. What is NDCG@5?",
        (
            ("1.5 / 2.131 = 0.704", None),
            ("1.5 / 1.631 = 0.920", "You held it against a perfect list of the two raves found. Three were hidden."),
            ("1.5 / 2.948 = 0.509", "A perfect list has three hits here, not five: there are no more raves to find."),
            ("2 / 3 = 0.667", "That is recall@5: it doesn't see the places."),
        ),
        "DCG is 1/log2(2) + 1/log2(4) = 1.5. The perfect list earns 1 + 0.631 + 0.5 = 2.131.",
    ),
    Question(
        "An evaluation prints 0.0000 for a trained model. What do you do first?",
        (
            ("train for longer", "Random lists are above zero. Exactly zero is no weak model, it's a broken test."),
            ("report it, because honest numbers are often low", "Low can be explained. No single hit at all can't."),
            ("hand it an oracle", None),
            ("try it on another split", "The same broken test gives the same zero on every split."),
        ),
        "An oracle must reach 1. It takes a second, and you needn't read any code.",
    ),
    Question(
        "A beats B by 0.01 NDCG@10, and the interval of the difference runs from -0.002 to 0.022. What do you write?",
        (
            ("A is better, because the mean difference is positive", "Other guests might have turned the sign."),
            ("A and B are equally good", "That zero is inside doesn't make it zero: 0.022 is inside as well."),
            ("we can't tell them apart", None),
            ("A is better with 95 % probability", "The interval is about draws of guests, and not about the models."),
        ),
        "Zero is inside. More guests or more splits may tell, but one more decimal doesn't.",
    ),
)
