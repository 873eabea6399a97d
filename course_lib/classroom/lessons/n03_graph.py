"""The exercises of notebook 03: walks between guests, the offset, and a check that no wrong graph passes."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from course_lib.classroom.check.exercise import Exercise, Mistake
from course_lib.classroom.museum import one_way_edges, shared_indices
from course_lib.classroom.parties import parties, random_party
from course_lib.classroom.question import Question
from course_lib.classroom.wrong_graphs import fans_swapped, leads_across, two_for_each_rave
from course_lib.graph import edge_index
from course_lib.interactions import Interactions
from course_lib.party import little_party


def silent_party() -> Interactions:
    """The little party before Dev, its last guest, has said a word; nobody has raved about Emma either."""
    party = little_party()
    return Interactions(party.user[:7], party.item[:7], *party.sizes)


def _raved(party: Interactions) -> Tensor:
    """R, a row per guest and a column per film."""
    return torch.zeros(*party.sizes).index_put_((party.user, party.item), torch.ones(len(party)))


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


def _there_and_there(party: Interactions) -> Tensor:
    return one_way_edges(party).repeat(1, 2)


def _those_who_spoke(party: Interactions) -> Tensor:
    """The offset counts the guests up to the last one who raved, not all of them."""
    return _both_ways(party.user, party.item + int(party.user.max()) + 1)


class Graph(NamedTuple):
    """One graph that a check is measured on."""

    what: str
    """The end of "a graph ..."."""
    edges: Tensor
    party: Interactions
    right: bool


def graphs() -> list[Graph]:
    """Four right graphs and eight wrong ones."""
    party, other, silent = little_party(), random_party(), silent_party()
    right, rave = edge_index(party), torch.tensor([[0, 8], [8, 0]])  # Ada and Emma
    forgotten = Interactions(party.user[1:], party.item[1:], *party.sizes)
    return [
        Graph("of the little party", right, party, True),
        Graph("whose columns stand in another order", right.flip(1), party, True),
        Graph("of a random party whose last film has no fan", edge_index(other), other, True),
        Graph("of a party whose last guest hasn't raved yet", edge_index(silent), silent, True),
        Graph("without the offset", shared_indices(party), party, False),
        Graph("with one direction only", one_way_edges(party), party, False),
        Graph("with the way there twice and no way back", _there_and_there(party), party, False),
        Graph("with a rave too many", torch.cat([right, rave], dim=1), party, False),
        Graph("with a rave forgotten", edge_index(forgotten), party, False),
        Graph("in which two films have swapped their fans", edge_index(fans_swapped(party)), party, False),
        Graph("whose offset counts only the guests who have raved", _those_who_spoke(silent), silent, False),
        Graph("with one line written down twice", torch.cat([right, right[:, :1]], dim=1), party, False),
    ]


def measured(is_sound: Any, tried: list[Graph]) -> Any:
    """What a check is worth, in words; an answer that is neither yes nor no is handed back as it is."""
    caught, passed = list[Graph](), list[Graph]()
    if not callable(is_sound):
        return is_sound
    for graph in tried:
        said = is_sound(graph.edges.clone(), graph.party)
        if not (isinstance(said, bool | np.bool_) or (isinstance(said, Tensor) and said.numel() == 1)):
            return said
        (passed if said else caught).append(graph)
    slipped = [graph.what for graph in passed if not graph.right]
    refused = [graph.what for graph in caught if graph.right]
    words = (
        f"{sum(not graph.right for graph in caught)} of {sum(not graph.right for graph in tried)} wrong graphs caught "
        f"and {sum(graph.right for graph in passed)} of {sum(graph.right for graph in tried)} right ones passed"
    )
    words += f"; slipped through: a graph {_some(slipped)}" * bool(slipped)
    return words + f"; refused: the right graph {_some(refused)}" * bool(refused)


def _some(whats: list[str]) -> str:
    """The first two, and how many more."""
    return ", ".join(whats[:2]) + f" and {len(whats) - 2} more" * (len(whats) > 2)


def _raves(party: Interactions, offset: int) -> set[tuple[int, int]]:
    """The lines that the raves of a party make, where films start at `offset`."""
    user, film = party.user.tolist(), (party.item + offset).tolist()
    return {*zip(user, film, strict=True), *zip(film, user, strict=True)}


def _lines(edges: Tensor) -> set[tuple[int, int]]:
    return set(map(tuple, edges.T.tolist()))


def _is_sound(edges: Tensor, party: Interactions) -> bool:
    return _lines(edges) == _raves(party, party.n_users) and edges.size(1) == 2 * len(party)


def _across_and_counted(edges: Tensor, party: Interactions) -> bool:
    """What the first edition of this notebook took for enough."""
    return leads_across(edges, party) and two_for_each_rave(edges, party)


def _of_those_who_spoke(edges: Tensor, party: Interactions) -> bool:
    return _lines(edges) == _raves(party, int(party.user.max()) + 1) and edges.size(1) == 2 * len(party)


def _mistake(check: Callable[[Tensor, Interactions], Any], reason: str) -> Mistake:
    """A typical check that falls short: what it was worth, and why."""
    return Mistake(check, f"{str(measured(check, graphs())).split(';')[0]}, and the bar is all of them: {reason}")


EXERCISES = (
    Exercise(
        name="03.walks",
        level="worked",
        minutes=2,
        remember="R Rᵀ counts the walks of two lines between guests, and on its diagonal stand the degrees.",
        answer=lambda party: _raved(party) @ _raved(party).T,
        cases=parties,
        mistakes=(
            Mistake(
                lambda party: _raved(party).T @ _raved(party),
                "this counts the guests that two films share. For the films that two guests share, the films have to "
                "be summed over.",
            ),
            Mistake(
                _raved,
                "this is R itself, and R holds single lines. A walk of two lines takes R and then R turned over.",
            ),
            Mistake(
                lambda party: ((_raved(party) @ _raved(party).T) > 0).float(),
                "this says whether two guests share a film, but not how many they share.",
            ),
            Mistake(
                lambda party: (_raved(party) @ _raved(party).T).fill_diagonal_(0),
                "from a guest to a film and straight back is a walk of two lines too, so the diagonal isn't empty.",
            ),
            Mistake(
                lambda party: _raved(party).sum(dim=1),
                "this is one number per guest. Asked for is one per pair of guests.",
            ),
        ),
        hints=(
            "Ada and Ben share a film where both of their rows hold a 1. Multiply the rows film by film and add up.",
            "That's a dot product of two rows. A matrix product pairs rows of its first factor with columns of its "
            "second. How do you make columns of rows?",
        ),
    ),
    Exercise(
        name="03.offset",
        level="faded",
        minutes=3,
        remember="Guests first, then films, and every rave in both directions.",
        answer=lambda party: edge_index(party),
        cases=lambda: {**parties(), "the little party before Dev has raved about anything": (silent_party(),)},
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
                _those_who_spoke,
                "your offset counts the guests up to the last one who has raved. A guest without a rave has a node "
                "too, so the offset is `party.n_users`.",
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
                _there_and_there,
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
        level="make",
        minutes=7,
        remember="A sound check compares the lines themselves with the party, because wrong graphs can count right.",
        answer=_is_sound,
        cases=lambda: {"": (graphs(),)},
        observe=measured,
        mistakes=(
            _mistake(lambda edges, party: True, "a check that no graph can fail checks nothing."),
            _mistake(lambda edges, party: False, "a right graph has to pass."),
            _mistake(
                _across_and_counted,
                "the way there twice has the right number of lines, all across, and so has a party in which two films "
                "have swapped their fans. Compare the lines with the raves.",
            ),
            _mistake(
                two_for_each_rave,
                "the number of lines doesn't say which lines they are.",
            ),
            _mistake(
                leads_across,
                "lines across are not enough. They can lead one way only, or to the wrong film.",
            ),
            _mistake(
                lambda edges, party: _lines(edges) == _lines(edges.flip(0)),
                "a graph without the offset is symmetric too. Symmetry doesn't see who is a guest.",
            ),
            _mistake(
                _of_those_who_spoke,
                "your offset counts the guests up to the last one who has raved, but Dev, who hasn't, keeps a node. "
                "Take `party.n_users`.",
            ),
            _mistake(
                lambda edges, party: _lines(edges) <= _raves(party, party.n_users),
                "no line is invented, but some may be missing. Two sets are the same only if neither has more.",
            ),
            Mistake(
                lambda edges, party: (edges[0] < party.n_users) != (edges[1] < party.n_users),
                "this is one answer per line. The graph needs one answer, yes or no.",
            ),
        ),
        almost=(
            _mistake(
                lambda edges, party: _lines(edges) == _raves(party, party.n_users),
                "a set forgets how often something is in it, so a line that's written down twice slips through. Look "
                "at the number of columns as well.",
            ),
        ),
        hints=(
            "A count forgets which lines it has counted. What could you compare, so that each single line matters?",
            "`set(map(tuple, edges.T.tolist()))` is the set of lines that are there. It doesn't know how often.",
        ),
    ),
)


QUESTIONS = (
    Question(
        "From 02: a guest gave a film 3 stars. What does the graph hold?",
        (
            (
                "a line that weighs 3",
                "Lines carry no stars. The stars decide whether there is a line, then they're gone.",
            ),
            ("a line like any other", "A rating is not a rave. Only 4 and 5 stars are."),
            ("no line", None),
            ("a line that counts as a dislike", "The graph has no dislikes. A missing line is unknown, not a no."),
        ),
        "A rave is a rating of 4 or more, so 3 stars and a film never seen look the same to the graph.",
    ),
    Question(
        "From 01: how many lines are in the shortest walk that brings a guest a new film?",
        (
            ("one", "One line leads to a film that the guest has raved about already."),
            ("two", "Two lines lead from a guest to a guest: to the film and back across."),
            ("three", None),
            ("four", "Four lines end at a guest again, because every line changes sides."),
        ),
        "You, a film you love, a guest who loves it too, and another film of that guest.",
    ),
    Question(
        "There are 943 guests. Which row of the matrix belongs to item 5, counted from 0?",
        (
            ("row 948", None),
            ("row 947", "You're one short. Item 0 has row 943, so item 5 comes five rows later."),
            ("row 943 and row 5", "A node has one row. Row 943 is item 0, and row 5 is a guest's."),
            ("row 5", "Row 5 is a guest's, and two nodes can't share a row."),
        ),
        "Films start where the guests end: 943 + 5.",
    ),
    Question(
        "Why does every rave stand in the edge index twice?",
        (
            ("so that it counts double", "Both copies together are one line that can be walked both ways."),
            ("so that films hear of guests and guests of films", None),
            (
                "so that the matrix has as many rows as it has columns",
                "It's square because all nodes are on both sides, with one way or two.",
            ),
            ("so that no film is left alone", "A film without a fan has no rave to write down, not even once."),
        ),
        "Gossip runs from the first row to the second, so one direction alone would leave all guests without news.",
    ),
    Question(
        "A graph has the right number of lines, all of them across, and the right number at every node. What's left?",
        (
            ("nothing can be wrong", "Two films with equally many fans can swap them, and no count changes."),
            ("the guests could share rows with films", "Then some lines would join two guests, and none does."),
            ("who raved about what", None),
            ("it could lead one way only", "With one direction only there would be half as many lines."),
        ),
        "Only the lines themselves, compared with the raves, tell whether it's this party.",
    ),
)
