"""How far gossip travels: who is reached by how many hops, along which walks, and what a score owes to each."""

from typing import NamedTuple

import pandas as pd
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.graph import edge_weight, neighbours, propagate
from course_lib.interactions import Interactions, check_range
from course_lib.lightgcn import LightGCN
from course_lib.recommendation import scorer


def reach_by_hop(interactions: Interactions, max_hops: int = 3) -> pd.DataFrame:
    """How many guests or films a walk of 1, 2, ... hops from a guest can end at, mean over guests with a like.

    Odd hops end at films, even hops at guests. The guest itself is not counted, and neither are films and guests
    without a like, who cannot be reached.

    Returns:
        one row per hop: `hop, ends_at` ("films" or "guests"), `mean_count`, `mean_share` of those that count.

    Raises:
        ValueError: `max_hops` below 1, or there is no like.
    """
    if max_hops < 1:
        raise ValueError(f"max_hops must be at least 1, got {max_hops}")
    if not len(interactions):
        raise ValueError("there is no like to walk along; reach needs at least one pair")
    likes = interactions.dense()
    active = likes.sum(dim=1) > 0
    n_films = int((likes.sum(dim=0) > 0).sum())
    rows, reached = [], likes
    for hop in range(1, max_hops + 1):
        if hop > 1:
            reached = (reached @ (likes.T if hop % 2 == 0 else likes) > 0).float()
        itself = 1 if hop % 2 == 0 else 0
        count = reached[active].sum(dim=1) - itself
        total = n_films if hop % 2 else int(active.sum()) - 1
        ends_at = "films" if hop % 2 else "guests"
        mean = float(count.mean())
        rows.append({"hop": hop, "ends_at": ends_at, "mean_count": mean, "mean_share": mean / max(total, 1)})
    return pd.DataFrame(rows)


def score_by_hop(model: LightGCN, graph: Tensor, user: Tensor, item: Tensor) -> Tensor:
    """Split scores by the round of gossip in which the guest's tag received them.

    The guest's final tag is the mean of its tags after 0, ..., K rounds, so a score is a sum of K + 1 dot products

        score(u, i) = sum over k of  X_k[u] · e_i / (K + 1),

    with e_i the film's final tag; under cosine scoring each is divided by |e_u| |e_i|. A part can be negative.

    Args:
        graph: the matrix of `graph.adjacency`.
        user, item: `(B,)` indices.

    Returns:
        `(B, K + 1)`: the rows sum to the scores.

    Raises:
        ValueError: an index is out of range.
    """
    check_range("user", user, model.n_users)
    check_range("item", item, model.n_items)
    with torch.no_grad():
        layers = model.layers(graph)
        final = sum(layers) / len(layers)
        item_tag = final[model.n_users + item]  # (B, d)
        if model.scoring == "cosine":
            item_tag = F.normalize(item_tag) / final[user].norm(dim=1, keepdim=True).clamp_min(1e-12)
        return torch.stack([(tags[user] * item_tag).sum(dim=1) / len(layers) for tags in layers], dim=1)


def path_ledger(
    graph: Tensor, n_users: int, user: int, item: int, max_hops: int = 3, top: int | None = 20
) -> pd.DataFrame:
    """The strongest walks that carry gossip from a film to a guest: the rave itself, and guest - film - peer - film.

    A walk weighs the product of its steps: Â[u, i], or Â[u, film] Â[film, peer] Â[peer, i]. A guest who raved about
    the film is their own peer on some of the walks.

    Args:
        graph: the matrix Â of `graph.adjacency`.
        max_hops: 3, or 1 for the rave alone; the walks of 5 hops are too many to list.
        top: so many walks get a row of their own; None for all.

    Returns:
        `hops, film, peer, n_walks, weight`, strongest walk first, -1 where there is no film or peer. The last row,
        with `hops` 0, holds all other walks together. The weights sum to the (u, i) entry of Â + Â^3, or of Â.

    Raises:
        ValueError: an index is out of range, `max_hops` is not 1 or 3, or `top` is below 1.
    """
    for name, index, n in (("user", user, n_users), ("item", item, graph.size(0) - n_users)):
        if not 0 <= index < n:
            raise ValueError(f"{name} must be an index from 0 to {n - 1}, got {index}")
    if max_hops not in (1, 3):
        raise ValueError(f"max_hops must be 1 or 3: walks from a guest end at films after odd hops; got {max_hops}")
    if top is not None and top < 1:
        raise ValueError(f"top must be at least 1, or None for all walks, got {top}")
    raved, first = neighbours(graph, user)
    fans, last = neighbours(graph, n_users + item)
    rave = raved == n_users + item
    nobody = torch.full((int(rave.sum()),), -1, device=graph.device)
    film, peer, weight = [nobody], [nobody], [first[rave]]
    if max_hops == 3:
        rows, columns, values = _edges(graph)
        arriving, leaving = torch.zeros(2, graph.size(0), device=graph.device)
        arriving[raved], leaving[fans] = first, last
        on_the_way = (arriving[rows] > 0) & (leaving[columns] > 0)  # edges film -> peer between the two ends
        rows, columns, values = rows[on_the_way], columns[on_the_way], values[on_the_way]
        film.append(rows - n_users)
        peer.append(columns)
        weight.append(arriving[rows] * values * leaving[columns])
    film, peer, weight = torch.cat(film), torch.cat(peer), torch.cat(weight)
    order = weight.argsort(descending=True, stable=True)
    named, others = order[:top], order[len(order[:top]) :]
    columns = {"film": film, "peer": peer, "weight": weight}
    table = pd.DataFrame({name: values[named].cpu().numpy() for name, values in columns.items()})
    table = table.assign(hops=3, n_walks=1)[["hops", "film", "peer", "n_walks", "weight"]]
    table.loc[table["film"] < 0, "hops"] = 1
    rest = {"hops": 0, "film": -1, "peer": -1, "n_walks": len(others), "weight": float(weight[others].sum())}
    return pd.concat([table, pd.DataFrame([rest])], ignore_index=True)


class Muted(NamedTuple):
    """A score with and without one peer."""

    score: float
    """With everybody."""
    estimate: float
    """Without the walks through the peer, all others as loud as before: the score minus the peer's share."""
    muted: float
    """With the peer gone from the party: the films they raved about have one fan less, so others get louder."""


def mute(model: LightGCN, graph: Tensor, peer: int, user: int, item: int) -> Muted:
    """The score of one pair if one other guest had never come, beside the estimate from the peer's share.

    Nothing is trained again: the tags that training left go through gossip once on the graph as it is, once without
    the peer's edges at unchanged weights, and once on the graph without them.

    Args:
        graph: the matrix of `graph.adjacency`.
        peer, user, item: indices.

    Raises:
        ValueError: an index is out of range, or `peer` is the user.
    """
    for name, index, n in (("peer", peer, model.n_users), ("user", user, model.n_users), ("item", item, model.n_items)):
        if not 0 <= index < n:
            raise ValueError(f"{name} must be an index from 0 to {n - 1}, got {index}")
    if peer == user:
        raise ValueError(f"a guest is not their own peer, got {peer} for both; mute another guest")
    rows, columns, values = _edges(graph)
    keep = (rows != peer) & (columns != peer)
    alone = torch.zeros_like(values)
    alone[keep] = edge_weight(torch.stack([rows, columns])[:, keep], graph.size(0))
    scores = []
    for loudness in (values, values * keep, alone):
        party = torch.sparse_csr_tensor(
            graph.crow_indices(), graph.col_indices(), loudness, graph.shape, check_invariants=False
        )
        scores.append(_score(model, party, user, item))
    return Muted(*scores)


def _score(model: LightGCN, graph: Tensor, user: int, item: int) -> float:
    """The score of one pair, found from its two ends.

    Row u of Â^k is what k rounds make of a tag that says "u" and nothing else: two numbers per node travel, not d.
    """
    walks = torch.zeros(graph.size(0), 2, device=graph.device)
    walks[user, 0] = walks[model.n_users + item, 1] = 1
    total = walks
    for _ in range(model.n_layers):
        walks = propagate(graph, walks)
        total = total + walks
    with torch.no_grad():
        tags = total.T @ model.embedding.weight / (model.n_layers + 1)  # (2, d): the final tags of guest and film
        return scorer(tags[:1], tags[1:], model.scoring)(torch.tensor([0]))[0, 0].item()


def _edges(graph: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Rows, columns and values of a sparse CSR matrix, each `(2E,)`."""
    rows = torch.repeat_interleave(torch.arange(graph.size(0), device=graph.device), graph.crow_indices().diff())
    return rows, graph.col_indices(), graph.values()


def mean_cosine(tags: Tensor) -> float:
    """Mean cosine similarity of all pairs of different rows: `(n, d)`; 1 where all tags point the same way.

    Raises:
        ValueError: fewer than two rows, or a row of zeros, which points nowhere.
    """
    if tags.dim() != 2 or len(tags) < 2:
        raise ValueError(f"tags must be (n, d) with at least two rows, got {tuple(tags.shape)}")
    if (tags.norm(dim=1) == 0).any():
        raise ValueError(f"row {int((tags.norm(dim=1) == 0).nonzero()[0])} is zero and has no direction; leave it out")
    n, tags = len(tags), tags.detach()
    total = F.normalize(tags, dim=1).sum(dim=0).square().sum()  # the sum over all pairs, each row with itself too
    return float((total - n) / (n * (n - 1)))
