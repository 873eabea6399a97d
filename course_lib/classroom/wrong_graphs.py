"""Notebook 03: graphs right and wrong, the protagonist in them, what gossip makes of them, and what counts see."""

from collections.abc import Callable

import torch
from torch import Tensor

from course_lib.classroom.guest import Guest
from course_lib.classroom.museum import one_way_edges, shared_indices
from course_lib.evaluation import Matchmaker
from course_lib.graph import edge_weight, gossip_rounds, sparse_matrix
from course_lib.interactions import Interactions


def with_guest(likes: Interactions, guest: Guest) -> tuple[Interactions, int]:
    """The party with the protagonist in it, and the protagonist's row: you come in as one more guest, the last."""
    if guest.index is not None:
        return likes, guest.index
    user = torch.cat([likes.user, torch.full_like(guest.shown, likes.n_users)])
    return Interactions(user, torch.cat([likes.item, guest.shown]), likes.n_users + 1, likes.n_items), likes.n_users


def gossip_along(
    make_edges: Callable[[Interactions], Tensor], likes: Interactions, guest: Guest, n_rounds: int = 3
) -> Matchmaker:
    """Untrained gossip over any list of lines, right or wrong: each film wears a tag of its own, and guests listen.

    With `graph.edge_index` it says what `baselines.untrained_gossip` says, which trusts its graph and is faster.
    """
    crowd, row = with_guest(likes, guest)
    edges, n_nodes = make_edges(crowd), crowd.n_users + crowd.n_items
    tags = torch.zeros(n_nodes, crowd.n_items)
    tags[crowd.n_users :] = torch.eye(crowd.n_items)
    _, *rounds = gossip_rounds(sparse_matrix(edges, edge_weight(edges, n_nodes), n_nodes), tags, n_rounds)
    heard = torch.stack([tags[: crowd.n_users] for tags in rounds]).sum(0)
    return Matchmaker(lambda users: heard[users], lambda liked: heard[row])


def ruined_lines(likes: Interactions) -> Tensor:
    """The lines behind the ruined list, `(2, 2E)`: what is wrong with them is what notebook 03 finds out."""
    return shared_indices(likes)


def suspects(party: Interactions) -> dict[str, Tensor]:
    """The edge index of exercise 3.2, by the term that is left out of it."""
    there = one_way_edges(party)
    return {
        ".flip(0)": torch.cat([there, there], dim=1),
        "+ party.n_users": shared_indices(party),
        "dim=1": torch.cat([there, there.flip(0)]),
    }


def stays_silent(edges: Tensor, party: Interactions) -> bool:
    """Whether gossip runs along these lines without an error."""
    try:
        edge_weight(edges, party.n_users + party.n_items)
    except ValueError:
        return False
    return True


def fans_swapped(party: Interactions, one: int = 0, other: int = 3) -> Interactions:
    """One film's fans are the other's and the other way round: Alien's and Dune's, if nothing is said.

    Where both have equally many fans, no count of anything changes.
    """
    place = torch.arange(party.n_items)
    place[[one, other]] = place[[other, one]]
    return Interactions(party.user, place[party.item], *party.sizes)


def equally_famous(party: Interactions) -> tuple[int, int]:
    """The two most famous films with equally many fans, which they may swap without any count noticing."""
    fans, order = party.item_degree().sort(descending=True, stable=True)
    first = int((fans[1:] == fans[:-1]).nonzero()[0])
    return int(order[first]), int(order[first + 1])


def leads_across(edges: Tensor, party: Interactions) -> bool:
    """Whether each line joins a guest and a film."""
    source, target = edges
    return bool(((source < party.n_users) != (target < party.n_users)).all())


def two_for_each_rave(edges: Tensor, party: Interactions) -> bool:
    """Whether there are as many lines as there should be."""
    return edges.size(1) == 2 * len(party)


def _degrees(edges: Tensor, party: Interactions) -> bool:
    n_nodes = party.n_users + party.n_items
    source, target = (torch.bincount(row, minlength=n_nodes) for row in edges)
    expected = torch.cat([party.user_degree(), party.item_degree()])
    return torch.equal(source, expected) and torch.equal(target, expected)


COUNTS = {
    "each line leads across": leads_across,
    "there are two lines for each rave": two_for_each_rave,
    "each node has as many lines as it has raves or fans": _degrees,
}
"""Checks that come to mind first, in words: whether a list of lines passes for the graph of a party."""
