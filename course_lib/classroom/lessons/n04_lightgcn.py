"""The exercises of notebook 04: loudness, one round of gossip, the mean of all rounds, and a test for a bug."""

from collections.abc import Callable

import torch
from torch import Tensor

from course_lib.classroom.check.exercise import Exercise, Mistake
from course_lib.classroom.check.lines import Lines
from course_lib.classroom.museum import final_tags, scores_from_layer_0, toy_split
from course_lib.classroom.parties import random_party
from course_lib.classroom.question import Question
from course_lib.graph import adjacency, edge_index, edge_weight
from course_lib.lightgcn import LightGCN
from course_lib.party import little_party, paper_party

Tags = Callable[[LightGCN, Tensor], tuple[Tensor, Tensor]]

PROPAGATE = Lines(
    {
        "A": "new = torch.zeros_like(x)",
        "B": "new.index_add_(0, target, message)  # each node adds up what arrives",
        "C": "message = message / (degree[source] * degree[target]).sqrt()[:, None]",
        "D": "source, target = edges",
        "E": "message = x[source]",
        "F": "degree = torch.bincount(target, minlength=len(x))",
    },
    parameters=("edges", "x"),
    result="new",
)


def _graphs() -> dict[str, tuple]:
    made = {"the paper party": paper_party(), "the little party": little_party(), "a random party": random_party()}
    return {name: (edge_index(party), party.n_users + party.n_items) for name, party in made.items()}


def _tags() -> dict[str, tuple]:
    generator = torch.Generator().manual_seed(0)
    return {name: (edges, torch.randn(n_nodes, 2, generator=generator)) for name, (edges, n_nodes) in _graphs().items()}


def _layers() -> dict[str, tuple]:
    generator = torch.Generator().manual_seed(0)
    return {
        "four layers of 3 nodes": (list(torch.arange(24.0).view(4, 3, 2) ** 2),),
        "three random layers": (list(torch.randn(3, 5, 4, generator=generator)),),
        "layer 0 alone, which is matrix factorisation": (list(torch.randn(1, 5, 4, generator=generator)),),
    }


def _guests_from_layer_0(model: LightGCN, graph: Tensor) -> tuple[Tensor, Tensor]:
    return scores_from_layer_0(model, graph)[0], final_tags(model, graph)[1]


def _films_from_layer_0(model: LightGCN, graph: Tensor) -> tuple[Tensor, Tensor]:
    return final_tags(model, graph)[0], scores_from_layer_0(model, graph)[1]


def _ways_to_final_tags() -> dict[str, tuple]:
    split = toy_split()
    ways = {
        "the right tags": final_tags,
        "the bug, all tags from layer 0": scores_from_layer_0,
        "half the bug, guests from layer 0": _guests_from_layer_0,
        "half the bug, films from layer 0": _films_from_layer_0,
    }
    model = LightGCN(split.fit.n_users, split.fit.n_items, embedding_dim=3, n_layers=3)
    return {name: (tags, model, adjacency(split.train), adjacency(split.fit)) for name, tags in ways.items()}


def _changes(tags: Tags, model: LightGCN, graph: Tensor, other: Tensor) -> list[bool]:
    """Whether another graph changes the guests' tags, and the films'."""
    return [not torch.equal(a, b) for a, b in zip(tags(model, graph), tags(model, other), strict=True)]


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
        minutes=5,
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
        name="04.propagate",
        level="faded",
        minutes=6,
        answer="DFECAB",
        cases=_tags,
        observe=PROPAGATE.observe,
        diagnose=PROPAGATE.diagnose,
        mistakes=(
            Mistake(
                "DFEABC",
                "you add up the messages before they are turned down (B before C): the sum is of full loudness.",
            ),
            Mistake("FDECAB", "the degree is counted before the edges are taken apart: F needs `target` from D."),
            Mistake("DFCEAB", "a message is turned down before it is there: C needs the `message` that E makes."),
            Mistake("DECFAB", "messages are turned down before anybody counted the degrees: C needs F."),
            Mistake("DFECBA", "there is nothing to add to: B needs the empty `new` that A makes."),
        ),
        hints=(
            "Begin with the line that needs nothing but `edges` and `x`, and is needed by most others.",
            "Two lines make `message`. Which of them needs a message that is already there?",
            "A message is turned down on its way, before the listener adds it up.",
        ),
    ),
    Exercise(
        name="04.mean_of_layers",
        level="free",
        minutes=6,
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
        name="04.catch",
        level="free",
        minutes=6,
        answer=lambda tags, model, graph, other: all(_changes(tags, model, graph, other)),
        cases=_ways_to_final_tags,
        mistakes=(
            Mistake(lambda tags, model, graph, other: True, "a test that no code can fail tests nothing."),
            Mistake(lambda tags, model, graph, other: False, "the right code must pass."),
            Mistake(
                lambda tags, model, graph, other: _changes(tags, model, graph, other)[0],
                "you compare the tags of the guests only. Code that takes the films from layer 0 passes.",
            ),
            Mistake(
                lambda tags, model, graph, other: _changes(tags, model, graph, other)[1],
                "you compare the tags of the films only. Code that takes the guests from layer 0 passes.",
            ),
            Mistake(
                lambda tags, model, graph, other: any(_changes(tags, model, graph, other)),
                "one changed half is enough for your test. Guests and films must both change.",
            ),
            Mistake(
                lambda tags, model, graph, other: not any(_changes(tags, model, graph, other)),
                "it is the other way round: code that hears the gossip gives other tags on another graph.",
            ),
        ),
        hints=(
            "What may not happen if the tags come from layer 0? Call `tags` with both graphs.",
            "`tags(model, graph)` returns two tensors, guests and films. `torch.equal` compares two tensors.",
        ),
    ),
)


QUESTIONS = (
    Question(
        "From 02: to the model, what is the difference between a film rated 1 and a film never seen?",
        (
            ("the first pushes its neighbours away", "There are no negative edges. Low ratings make no edge at all."),
            ("there is none", None),
            ("the first has a weaker edge", "Stars do not become weights: an edge is there or not."),
        ),
        "Ratings below 4 make no edge. Unseen is not disliked, and here disliked looks unseen.",
    ),
    Question(
        "From 03: why are two blocks of the adjacency matrix empty?",
        (
            ("the data is sparse", "The other two blocks are sparse, these are empty whatever the data."),
            ("self-loops were removed", "Self-loops would fill the diagonal only, not the whole blocks."),
            ("edges run only between guests and films", None),
            ("the split hides those edges", "The split hides raves, and every rave joins a guest and a film."),
        ),
        "Guest-guest and film-film blocks are empty: that is what bipartite says.",
    ),
    Question(
        "What is a node's tag after one round of gossip?",
        (
            (
                "the average of its neighbours' tags",
                "Row sums of the matrix are not 1: they run from far below 1 to almost 4.",
            ),
            (
                "its own tag plus its neighbours'",
                "A round forgets the own tag. Only the mean over rounds brings it back.",
            ),
            ("the sum of its neighbours' tags, each divided by √(d_i d_j)", None),
            ("a learned mix of its neighbours' tags", "Nothing in a round is learned. All that is learned is round 0."),
        ),
        "A weighted sum, with the degrees at both ends in the weight.",
    ),
    Question(
        "Untrained gossip ranks well with one-hot tags and like dice with 64 random numbers. Why?",
        (
            ("64 numbers overlap: films drown each other", None),
            ("the random tags were not trained", "Nor were the one-hot tags. The gossip is the same."),
            (
                "one-hot tags know which films are popular",
                "They know nothing: each is 1 at its own place. Counts enter through the gossip, in both cases.",
            ),
            (
                "64 numbers make gossip reach fewer films",
                "What is reached depends on the graph alone, not on the tags.",
            ),
        ),
        "Crosstalk: 2,625 directions in 64 dimensions overlap. Training must choose which: those of films that "
        "the same guests rave about.",
    ),
    Question(
        "A layer with a weight matrix and a ReLU ended with a higher training loss than LightGCN. What is that?",
        (
            ("overfitting", "Overfitting has a lower training loss and a worse test."),
            ("harder training", None),
            ("regularisation", "Nothing was penalised. The model has more parameters and fits its own data worse."),
            ("proof that weights are useless", "One layer, one split, four epochs, one learning rate: no proof."),
        ),
        "More parameters, and a worse fit to what it saw: it is harder to train. He et al. found the same for NGCF.",
    ),
)
