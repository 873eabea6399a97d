"""The exercises of notebook 03: degrees, the offset, and a test that a graph without it does not pass."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from course_lib.classroom.check.exercise import Exercise, Mistake
from course_lib.classroom.museum import one_way_edges, shared_indices
from course_lib.classroom.parties import parties, random_party
from course_lib.classroom.question import Question
from course_lib.graph import edge_index
from course_lib.interactions import Interactions
from course_lib.party import little_party


def _sorted_edges(make_edges: Callable[[Interactions], Tensor], party: Interactions) -> Tensor:
    """An edge index with its columns sorted: their order means nothing."""
    edges = make_edges(party)
    if isinstance(edges, np.ndarray) and edges.dtype.kind in "iuf":
        edges = torch.tensor(edges)
    if isinstance(edges, Tensor) and edges.dim() == 2 and edges.size(0) == 2:
        return edges[:, (edges[0] * 10_000 + edges[1]).argsort()]
    return edges


def _both_ways(user: Tensor, item: Tensor) -> Tensor:
    return torch.stack([torch.cat([user, item]), torch.cat([item, user])])


def _graphs() -> dict[str, tuple]:
    party, other = little_party(), random_party()
    hidden_too = Interactions(torch.tensor([*party.user, 0]), torch.tensor([*party.item, 4]), 4, 5)
    return {
        "the right graph of the little party": (edge_index(party), party),
        "the right graph of a random party": (edge_index(other), other),
        "a graph without the offset": (shared_indices(party), party),
        "a graph with one direction only": (one_way_edges(party), party),
        "a graph with one rave too many": (edge_index(hidden_too), party),
    }


def _is_sound(edges: Tensor, party: Interactions) -> bool:
    source, target = edges
    across = (source < party.n_users) != (target < party.n_users)
    return bool(across.all()) and edges.size(1) == 2 * len(party)


EXERCISES = (
    Exercise(
        name="03.degree",
        level="worked",
        minutes=4,
        answer=lambda party: torch.bincount(party.item, minlength=party.n_items),
        cases=parties,
        mistakes=(
            Mistake(
                lambda party: torch.bincount(party.item),
                "without `minlength` the count stops at the last film that somebody raved about: "
                "films after it lose their place.",
            ),
            Mistake(
                lambda party: torch.bincount(party.user, minlength=party.n_users),
                "these are the raves of each guest. The fans of a film are counted in `party.item`.",
            ),
            Mistake(
                lambda party: torch.bincount(party.item, minlength=party.n_users),
                "there is one place per film, so `minlength` is `party.n_items`, not `party.n_users`.",
            ),
            Mistake(
                lambda party: torch.bincount(party.item + party.n_users, minlength=party.n_users + party.n_items),
                "these are counts per node. Film 0 is node n_users, but in the table of films it has place 0.",
            ),
        ),
        hints=(
            "Which of the two columns of the log names films?",
            "A last film without a fan still needs a place: what does `minlength` do?",
        ),
    ),
    Exercise(
        name="03.offset",
        level="faded",
        minutes=6,
        answer=lambda party: edge_index(party),
        cases=parties,
        observe=_sorted_edges,
        mistakes=(
            Mistake(
                shared_indices,
                "the offset is missing: film 0 and guest 0 share node 0. Films start where the guests end.",
            ),
            Mistake(
                lambda party: _both_ways(party.user, party.item + party.n_items),
                "the films start after the guests, so the offset is the number of guests, not of films.",
            ),
            Mistake(
                lambda party: _both_ways(party.user, party.item + party.n_users - 1),
                "you are one short: guests have the nodes 0 to n_users - 1, so film 0 is node n_users.",
            ),
            Mistake(
                lambda party: _both_ways(party.user + party.n_items, party.item),
                "you put the films first. In this course the guests come first and the films are shifted.",
            ),
            Mistake(
                one_way_edges,
                "every rave is there in one direction only: films would hear from guests, and no guest from anybody.",
            ),
            Mistake(
                lambda party: one_way_edges(party).repeat(1, 2),
                "both halves lead from guests to films: `flip(0)` swaps the two rows, `flip(1)` only turns the order "
                "of the columns.",
            ),
            Mistake(
                lambda party: _both_ways(party.user, party.item + party.n_users).repeat_interleave(2, dim=1),
                "every edge is there twice: both directions of a rave make two columns, not four.",
            ),
            Mistake(
                lambda party: torch.stack([torch.cat([party.user, party.item + party.n_users])] * 2),
                "each edge leads from a node to itself: the second row must hold the other end.",
            ),
        ),
        almost=(
            Mistake(
                lambda party: edge_index(party).T,
                "the edges are right, but an edge index has two rows and one column per direction: transpose it.",
            ),
        ),
        hints=(
            "The guests take the nodes 0 to n_users - 1. Which node is film 0?",
            "The second direction is the first with the rows swapped: `torch.cat` joins the two.",
        ),
    ),
    Exercise(
        name="03.catch",
        level="free",
        minutes=10,
        answer=_is_sound,
        cases=_graphs,
        mistakes=(
            Mistake(lambda edges, party: True, "a test that no graph can fail tests nothing."),
            Mistake(lambda edges, party: False, "the right graph must pass."),
            Mistake(
                lambda edges, party: (
                    bool(edges.max() < party.n_users + party.n_items) and edges.size(1) == 2 * len(party)
                ),
                "a graph without the offset passes: its numbers are in range and it has the right number of edges.",
            ),
            Mistake(
                lambda edges, party: bool(((edges[0] < party.n_users) != (edges[1] < party.n_users)).all()),
                "a graph with one direction only passes, and one with a rave too many. Lines across are not enough.",
            ),
            Mistake(
                lambda edges, party: set(map(tuple, edges.T.tolist())) == set(map(tuple, edges.flip(0).T.tolist())),
                "a graph without the offset passes: it is symmetric too. Symmetry does not see who is a guest.",
            ),
            Mistake(
                lambda edges, party: int(edges.max()) == party.n_users + party.n_items - 1,
                "a right graph fails: nobody raved about the last film of the random party, so the largest number "
                "is smaller.",
            ),
            Mistake(
                lambda edges, party: (edges[0] < party.n_users) != (edges[1] < party.n_users),
                "this is one answer per edge. The graph needs one answer: `all()` of them.",
            ),
        ),
        hints=(
            "An edge leads from a guest to a film or back: exactly one of its ends is smaller than n_users.",
            "How many columns do `len(party)` raves make? Without a way back there are fewer, with a hidden rave more.",
        ),
    ),
)


QUESTIONS = (
    Question(
        "From 02: a guest gave a film 3 stars. What does the graph hold?",
        (
            (
                "an edge with weight 3",
                "Edges here carry no stars: a rave is there or not. Stars are explicit feedback.",
            ),
            ("an edge like any other", "A rating is not a like. Only 4 and 5 stars are raves."),
            ("no edge", None),
            ("an edge that counts as a dislike", "The graph has no dislikes. A missing edge is unknown, not a no."),
        ),
        "A rave is a rating of 4 or more. Lower ratings and films never seen look the same to the graph.",
    ),
    Question(
        "From 02: which raves may be in the graph that a model learns from?",
        (
            (
                "all of them, the split is for the metric",
                "A hidden rave that sits in the graph is not hidden: gossip carries it to the guest.",
            ),
            ("those of split.fit", None),
            ("those of split.test", "Then the model learns the answers and nothing else."),
            ("all, if the loss never uses the hidden ones", "The loss is not the only way in. Gossip uses every edge."),
        ),
        "Train and validation. The graph must have exactly twice as many entries as raves to learn from.",
    ),
    Question(
        "The edges lead from guests to films only, and every loudness becomes 0. What is trained then?",
        (
            ("nothing, it stops with an error", "No shape is wrong and no number is infinite, so nothing stops it."),
            ("a gossip of half the reach", "Not half of it: with a loudness of 0 no message arrives anywhere."),
            ("matrix factorisation", None),
            ("a list of random films", "The tags of round 0 are still trained. Only the gossip is gone."),
        ),
        "Guests hear nobody, so their degree is 0, and so is the loudness of each edge. What is left is round 0.",
    ),
    Question(
        "A guest with 4 raves and a film with 25 fans share an edge. How loud is it?",
        (
            ("1/100", "The square root is missing: 1/√(4 · 25)."),
            ("1/4", "That divides by the guest's degree alone: the row mean."),
            ("1/√29", "The degrees are multiplied, not added."),
            ("1/10", None),
        ),
        "1/√(4 · 25) = 1/10.",
    ),
    Question(
        "A matrix over all nodes is symmetric, and a model trained on it beats popularity. What do you look at first?",
        (
            (
                "nothing, it works",
                "A plausible number is no proof: training hides a wrong graph, because tags can move.",
            ),
            ("the two blocks on the diagonal", None),
            ("whether more rounds help", "Settings come after the graph. On a wrong graph no setting is right."),
            ("whether each row sums to 1", "It does not, in the right matrix either: the rule is no average."),
        ),
        "Any entry there joins two guests or two films. Symmetry and size say nothing about it.",
    ),
)
