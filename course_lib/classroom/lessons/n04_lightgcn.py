"""The exercises of notebook 04: loudness, the mean of all rounds, and a loudness rule of one's own."""

from functools import cache
from typing import Any

import torch
from torch import Tensor

from course_lib.classroom.check.exercise import Exercise, Mistake
from course_lib.classroom.parties import random_party
from course_lib.classroom.question import Question
from course_lib.data import load_movielens
from course_lib.evaluation import evaluate
from course_lib.graph import edge_index, edge_weight
from course_lib.interactions import Interactions, Split
from course_lib.party import little_party, paper_party

SEEDS = (0, 1, 2)  # of the splits that a rule is measured on
GOOD = (0.25, 0.5)  # exponents that beat 1/2, 1/2 on all of them


def _graphs() -> dict[str, tuple]:
    made = {"the paper party": paper_party(), "the little party": little_party(), "a random party": random_party()}
    return {name: (edge_index(party), party.n_users + party.n_items) for name, party in made.items()}


def _layers() -> dict[str, tuple]:
    generator = torch.Generator().manual_seed(0)
    return {
        "four layers of 3 nodes": (list(torch.arange(24.0).view(4, 3, 2) ** 2),),
        "three random layers": (list(torch.randn(3, 5, 4, generator=generator)),),
        "layer 0 alone, which is matrix factorisation": (list(torch.randn(1, 5, 4, generator=generator)),),
    }


def three_rounds(likes: Interactions, a: float, b: float) -> Tensor:
    """How much of each film has reached each guest if j is heard by i at `1 / (d_i^a d_j^b)`: `(n_users, n_items)`."""
    raves = likes.dense()
    guests, films = raves.sum(dim=1, keepdim=True).clamp_min(1), raves.sum(dim=0).clamp_min(1)
    guest_hears = raves / guests**a / films**b
    film_hears = (raves / guests**b / films**a).T
    return guest_hears + guest_hears @ (film_hears @ guest_hears)


@cache
def _splits() -> list[Split]:
    """Of the notebook's data; where there is none, of the made-up party."""
    try:
        data = load_movielens()
    except OSError:
        data = load_movielens("party")
    return [data.split(seed) for seed in SEEDS]


@cache
def on_validation(a: float, b: float) -> list[float]:
    """NDCG@10 of a loudness rule on the validation raves, one number per split; nothing hidden is looked at."""
    found = []
    for split in _splits():
        scores = three_rounds(split.train, a, b)
        judged = evaluate(scores.__getitem__, split.validation, seen=split.train, k=(10,))
        found.append(float(judged["ndcg@10"].mean()))
    return found


def _exponents(attempt: Any) -> tuple[float, float] | None:
    numbers = list(attempt) if isinstance(attempt, tuple | list) else []
    if len(numbers) != 2 or not all(isinstance(x, int | float) and abs(x) <= 3 for x in numbers):
        return None
    return float(numbers[0]), float(numbers[1])


def _beats(attempt: Any) -> bool | Any:
    """Whether a pair of exponents passes the bar on every split; whatever is no pair is handed back."""
    pair = _exponents(attempt)
    if pair is None:
        return attempt
    if pair == GOOD or pair in _KNOWN:
        return pair == GOOD  # measured by the tests: an untouched cell need not wait for it
    return _n_above(pair) == len(SEEDS)


def _n_above(pair: tuple[float, float]) -> int:
    """On how many splits a pair finds more than the rule of LightGCN."""
    return sum(mine > bar for mine, bar in zip(on_validation(*pair), on_validation(0.5, 0.5), strict=True))


_NO_PAIR = "the check needs two numbers from -3 to 3, such as `(0.5, 0.5)`: a for the listener, b for the speaker."
_KNOWN = {
    (0.5, 0.5): "that's the rule of LightGCN, and so it is the bar. You have to pass it.",
    (1.0, 0.0): "that's the row mean. Every listener takes an average, and famous films stay as loud as they are.",
    (0.0, 0.0): "that's no rule at all. Each walk counts as much as any other, and most walks end at the charts.",
    (0.0, 1.0): "a film with a single fan is now as loud as Star Wars with hundreds, so the lists fill up with films "
    "that hardly anybody has raved about.",
    (1.0, 1.0): "both ends are turned down by all their raves, and that's too much: films with two or three fans lead "
    "the lists.",
}


def _too_low(attempt: Any) -> str | None:
    """What is wrong with a pair of exponents, by measurement."""
    pair = _exponents(attempt)
    if pair is None:
        return _NO_PAIR
    if pair in _KNOWN:
        return _KNOWN[pair]
    mine, bar = on_validation(*pair), on_validation(0.5, 0.5)
    numbers, others = (", ".join(f"{value:.3f}" for value in values) for values in (mine, bar))
    return (
        f"with these exponents NDCG@10 is {numbers} on the validation raves of three splits, and with ½, ½ it's "
        f"{others}. You're above on {_n_above(pair)} of 3, and the bar is all three."
    )


def _ends(edges: Tensor, n_nodes: int) -> tuple[Tensor, Tensor]:
    """The degrees at both ends of every edge."""
    degree = torch.bincount(edges[0], minlength=n_nodes).float()
    return degree[edges[0]], degree[edges[1]]


def _product(edges: Tensor, n_nodes: int) -> Tensor:
    source, target = _ends(edges, n_nodes)
    return source * target


EXERCISES = (
    Exercise(
        name="04.normalise",
        level="worked",
        minutes=3,
        remember="A rave is loud if both its ends have few raves.",
        answer=lambda edges, n_nodes: edge_weight(edges, n_nodes),
        cases=_graphs,
        mistakes=(
            Mistake(
                lambda edges, n_nodes: 1 / _ends(edges, n_nodes)[1],
                "you divide by the degree of the listener only: that is the row mean. "
                "The symmetric rule takes both ends.",
            ),
            Mistake(
                lambda edges, n_nodes: 1 / _ends(edges, n_nodes)[0],
                "you divide by the degree of the speaker only. The symmetric rule takes both ends.",
            ),
            Mistake(lambda edges, n_nodes: 1 / _product(edges, n_nodes), "the square root is missing."),
            Mistake(
                lambda edges, n_nodes: _product(edges, n_nodes).sqrt(),
                "this is √(d_i d_j). The loudness is one over it: who has many raves is heard less, not more.",
            ),
            Mistake(
                lambda edges, n_nodes: torch.stack(_ends(edges, n_nodes)).sum(dim=0).rsqrt(),
                "you add the two degrees. They are multiplied.",
            ),
            Mistake(
                lambda edges, n_nodes: torch.ones(edges.size(1)),
                "every edge has loudness 1: that is the sum without any turning down.",
            ),
        ),
        hints=(
            "`degree[source]` is one number per edge: the degree of the node that speaks.",
            "1 / √(d_i d_j): multiply the degrees at both ends, take the root, then one over it.",
        ),
    ),
    Exercise(
        name="04.mean_of_layers",
        level="faded",
        minutes=2,
        remember="After K rounds there are K + 1 tags, because the one you came with counts too.",
        answer=lambda layers: torch.stack(layers).mean(dim=0),
        cases=_layers,
        mistakes=(
            Mistake(
                lambda layers: layers[-1],
                "this is the last round alone, a much-copied slip. LightGCN takes the mean of all rounds.",
            ),
            Mistake(
                lambda layers: sum(layers),
                "this is the sum. Divide by the number of layers, or tags grow with every round.",
            ),
            Mistake(
                lambda layers: torch.stack(layers[1:] or layers).mean(dim=0),
                "round 0 is missing: the mean keeps each node's own tag.",
            ),
            Mistake(
                lambda layers: sum(layers) / max(1, len(layers) - 1),
                "you divide by the number of rounds K. With round 0 there are K + 1 layers.",
            ),
            Mistake(
                lambda layers: torch.stack(layers).mean(dim=1),
                "you took the mean over the nodes. Each node keeps a tag of its own; the mean is over the rounds.",
            ),
            Mistake(
                lambda layers: torch.cat(layers, dim=1),
                "you laid the rounds side by side, as NGCF does. LightGCN adds them up and divides.",
            ),
        ),
        hints=(
            "How many tensors are in the list after K rounds? K + 1: round 0 counts.",
            "`torch.stack(layers)` is (K + 1, N, d). Over which dimension do you take the mean?",
        ),
    ),
    Exercise(
        name="04.exponents",
        level="make",
        minutes=6,
        remember="Half and half is a convention. Other exponents find more here, and only measuring could tell.",
        answer=GOOD,
        observe=_beats,
        diagnose=_too_low,
        mistakes=tuple(Mistake(pair, reason) for pair, reason in _KNOWN.items()),
        hints=(
            "Begin at (0.5, 0.5) and change one of the two by 0.1. Does NDCG@10 rise or fall?",
            "Move only a for a few tries, then only b. One of the two is far more sensitive, so leave that one in "
            "peace.",
        ),
    ),
)


QUESTIONS = (
    Question(
        "From 02: to the model, what is the difference between a film rated 1 and a film never seen?",
        (
            (
                "the first pushes its neighbours away",
                "There are no edges that push. A low rating makes no edge at all.",
            ),
            ("there is none", None),
            ("the first has a weaker edge", "Stars don't become weights, because an edge is there or it isn't."),
        ),
        "Ratings below 4 make no edge. Unseen isn't disliked, and here disliked looks unseen.",
    ),
    Question(
        "From 03: why are two blocks of the adjacency matrix empty?",
        (
            (
                "raves are rare, so most blocks are",
                "The other two are sparse as well, but these are empty in any data.",
            ),
            ("nobody is a neighbour of themselves", "That empties the diagonal only, and not whole blocks."),
            ("a rave joins a guest and a film", None),
            ("the raves in them are hidden for the test", "Hidden raves too join a guest and a film."),
        ),
        "No rave joins two guests or two films. That's what bipartite says.",
    ),
    Question(
        "What is on your tag after one round of gossip?",
        (
            (
                "the average of your neighbours' tags",
                "An average of ones is one, but after one round most nodes are far from 1.",
            ),
            (
                "your own tag and those of your neighbours, added up",
                "A round forgets your own tag. Only the mean over the rounds brings it back.",
            ),
            ("a mix that training has learned", "Nothing in a round is learned. All that's learned is round 0."),
            ("your neighbours' tags, added up at 1/√(d_i d_j)", None),
        ),
        "It's a sum, and the degrees at both ends decide how loud each part is.",
    ),
    Question(
        "Untrained gossip ranks well with one-hot tags and like dice with 64 random numbers. Why?",
        (
            ("random tags overlap, and that drowns the films", None),
            ("only one-hot tags hear all three rounds of gossip", "The rounds are the same, whatever travels in them."),
            (
                "one-hot tags know which films the party loves best",
                "They know nothing, each is 1 at its own place. The raves come in through the gossip, in both cases.",
            ),
        ),
        "Two random tags of 64 numbers overlap a little, 2,625 of them speak at once, and the signal is smaller still.",
    ),
    Question(
        "What is training for, once gossip works without it?",
        (
            ("to let tags overlap where films share fans", None),
            ("to learn how loud each edge should be", "The loudness is counted, 1/√(d_i d_j), and never learned."),
            (
                "to make the tags of all films as different as possible",
                "One-hot tags do that already. In 64 numbers there isn't room for it, and it isn't needed either.",
            ),
        ),
        "Films with the same fans may share directions; films without must be kept apart.",
    ),
)
