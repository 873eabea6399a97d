"""The exercises of notebook 04: loudness, the mean of all rounds, and a loudness rule of one's own."""

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

import torch
from torch import Tensor

from course_lib.classroom.check.compare import describe
from course_lib.classroom.check.exercise import Exercise, Mistake
from course_lib.classroom.parties import random_party
from course_lib.classroom.question import Question
from course_lib.data import load_movielens
from course_lib.evaluation import evaluate
from course_lib.graph import edge_index, edge_weight
from course_lib.interactions import Interactions, Split
from course_lib.party import little_party, paper_party

Rule = Callable[[Tensor, Tensor], Tensor]

SEEDS = (0, 1, 2)  # of the splits that a rule is measured on


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


def three_rounds(likes: Interactions, rule: Rule) -> Tensor:
    """How much of each film has reached each guest under a loudness rule: `(n_users, n_items)`."""
    guests, films = likes.user_degree().float()[likes.user], likes.item_degree().float()[likes.item]
    guest_hears, film_hears = torch.zeros(likes.sizes), torch.zeros(likes.sizes).T.contiguous()
    guest_hears[likes.user, likes.item] = rule(guests, films)
    film_hears[likes.item, likes.user] = rule(films, guests)
    return guest_hears + guest_hears @ (film_hears @ guest_hears)


@cache
def _splits() -> list[Split]:
    """Of the notebook's data; where there is none, of the made-up party."""
    try:
        data = load_movielens()
    except OSError:
        data = load_movielens("party")
    return [data.split(seed) for seed in SEEDS]


@lru_cache(maxsize=4)
def measured(rule: Rule) -> tuple[list[float], int]:
    """NDCG@10 on the validation raves of each split, and how many different films all top tens hold, summed."""
    found, films = [], 0
    for split in _splits():
        scores = three_rounds(split.train, rule)
        judged = evaluate(scores.__getitem__, split.validation, seen=split.train, k=(10,))
        found.append(float(judged["ndcg@10"].mean()))
        best = scores.masked_fill(split.train.dense() > 0, 0).topk(10)  # no stable order: a tie matters little here
        films += len(best.indices[best.values > 0].unique())
    return found, films


def good(d_listener: Tensor, d_speaker: Tensor) -> Tensor:
    """Passes the bar on MovieLens and on the made-up party, which the tests measure."""
    return 1 / (d_listener**0.1 * d_speaker**0.62)


def half(d_listener: Tensor, d_speaker: Tensor) -> Tensor:
    """The rule of LightGCN."""
    return (d_listener * d_speaker).rsqrt()


_KNOWN: dict[str, tuple[Rule, str]] = {
    "half and half": (half, "that's the rule of LightGCN, and so it is the bar. You have to pass it."),
    "row mean": (
        lambda d_listener, d_speaker: 1 / d_listener,
        "that's the row mean. Every listener takes an average, and famous films stay as loud as they are.",
    ),
    "none": (
        lambda d_listener, d_speaker: torch.ones_like(d_speaker),
        "that's no rule at all. Each walk counts as much as any other, and most walks end at the charts.",
    ),
    "speaker": (
        lambda d_listener, d_speaker: 1 / d_speaker,
        "a film with a single fan is now as loud as Star Wars with hundreds, so the lists fill up with films that "
        "hardly anybody has raved about.",
    ),
    "both": (
        lambda d_listener, d_speaker: 1 / (d_listener * d_speaker),
        "both ends are turned down by all their raves, and that's too much: films with two or three fans lead the "
        "lists.",
    ),
}
_TRIED = torch.cartesian_prod(*[torch.tensor([1.0, 2.0, 7.0, 30.0, 200.0])] * 2).unbind(dim=1)


@cache
def _bar() -> tuple[list[float], int]:
    return measured(half)


def _name(rule: Rule) -> str | None:
    """Which of the rules that were measured beforehand this is, up to a factor, which changes no list."""
    said = rule(*_TRIED).float()
    for name, (other, _) in {**_KNOWN, "good": (good, "")}.items():
        expected = other(*_TRIED)
        if torch.allclose(said / said[0], expected / expected[0]):
            return name
    return None


def _not_loudness(rule: Rule) -> str | None:
    """What is wrong with what a rule returns, before anything is measured."""
    said = rule(*_TRIED)
    if not isinstance(said, Tensor) or said.shape != _TRIED[0].shape:
        return f"the check needs one loudness per rave, a tensor as long as the other two, and got {describe(said)}."
    if not (said.isfinite() & (said > 0)).all():
        return "a loudness has to be a positive number for any two numbers of raves from 1 on."
    return None


def _passes(rule: Rule) -> Any:
    """Whether a rule passes the bar; the name of one that was measured beforehand and does not."""
    if reason := _not_loudness(rule):
        return reason
    if name := _name(rule):
        _splits()  # so that the time an attempt has is for its measuring
        return True if name == "good" else name
    return _above(*measured(rule))


def _above(found: list[float], films: int) -> bool:
    return films >= _bar()[1] and all(mine > bar for mine, bar in zip(found, _bar()[0], strict=True))


def _too_low(rule: Any) -> str | None:
    """What is wrong with a rule, by measurement."""
    try:
        if (reason := _not_loudness(rule)) or _name(rule):
            return reason
        found, films = measured(rule)
    except Exception:  # the check says it better
        return None
    (bar, enough) = _bar()
    numbers, others = (", ".join(f"{value:.3f}" for value in values) for values in (found, bar))
    ahead = sum(mine > other for mine, other in zip(found, bar, strict=True))
    return (
        f"with this rule NDCG@10 is {numbers} on three splits, and with LightGCN's it's {others}, so you're ahead on "
        f"{ahead} of 3. All top tens hold {films:,} different films, and with LightGCN's {enough:,}. You need all "
        "three splits, and no fewer films."
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
            "`total + tags` makes a new tensor, where `total += tags` would change `layers[0]`.",
        ),
    ),
    Exercise(
        name="04.rule",
        level="make",
        minutes=6,
        remember="Half and half is a convention. Another rule finds more here, and only measuring could tell.",
        answer=good,
        observe=_passes,
        diagnose=_too_low,
        mistakes=tuple(Mistake(rule, reason) for rule, reason in _KNOWN.values()),
        hints=(
            "Begin at `1 / (d_listener**0.5 * d_speaker**0.5)`, change one of the two exponents, and see which of the "
            "two numbers follows it.",
            "One exponent rules how many different films there are. Raise it a little, and win back with the other "
            "one what that costs.",
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
        "Two random tags of 64 numbers overlap a little, all films speak at once, and a new film is quieter than that.",
    ),
    Question(
        "What would tags of 64 numbers have to do so that gossip ranks well on them?",
        (
            ("overlap most where films share fans", None),
            ("learn how loud each edge should be", "The loudness is counted, 1/√(d_i d_j), and never learned."),
            (
                "be as different as possible for all films",
                "One-hot tags do that already. In 64 numbers there isn't room for it, and it isn't needed either.",
            ),
        ),
        "Films that share fans may share directions, because a mix-up costs less there. 05 looks at whether "
        "training does that.",
    ),
)
