"""How far gossip travels: who is reached by how many hops, and how much of a score each hop carries."""

import pandas as pd
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.graph import neighbours
from course_lib.interactions import Interactions
from course_lib.lightgcn import LightGCN


def reach_by_hop(interactions: Interactions, max_hops: int = 3) -> pd.DataFrame:
    """How many guests or films a walk of 1, 2, ... hops from a guest can end at, mean over guests with a like.

    Odd hops end at films, even hops at guests. The guest itself is not counted, and films nobody likes cannot be
    reached, so they are not counted either.

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
        total = n_films if hop % 2 else interactions.n_users - 1
        ends_at = "films" if hop % 2 else "guests"
        mean = float(count.mean())
        rows.append({"hop": hop, "ends_at": ends_at, "mean_count": mean, "mean_share": mean / max(total, 1)})
    return pd.DataFrame(rows)


def score_by_hop(model: LightGCN, graph: Tensor, user: Tensor, item: Tensor) -> Tensor:
    """Split scores by the round of gossip in which the guest's tag received them.

    The guest's final tag is the mean of its tags after 0, ..., K rounds, so a score is a sum of K + 1 dot products

        score(u, i) = sum over k of  X_k[u] · e_i / (K + 1),

    with e_i the film's final tag. A part can be negative.

    Args:
        graph: the matrix of `graph.adjacency`.
        user, item: `(B,)` indices.

    Returns:
        `(B, K + 1)`: the rows sum to the scores.
    """
    with torch.no_grad():
        layers = model.layers(graph)
        item_tag = sum(layers)[model.n_users + item] / len(layers)  # (B, d)
        return torch.stack([(tags[user] * item_tag).sum(dim=1) / len(layers) for tags in layers], dim=1)


def peers_between(graph: Tensor, n_users: int, user: int, film: int, item: int) -> pd.DataFrame:
    """The peers on the walks user - film - peer - item, one row per walk: `user, weight`, loudest first.

    The weight is Â[user, film] Â[film, peer] Â[peer, item]; the weights sum to what `films_between` says of `film`.
    Empty if the guest has not raved about `film`, or if nobody raved about both.
    """
    films, loudness = neighbours(graph, user)
    first = loudness[films == n_users + film].sum()  # 0 if there is no such rave
    peers, second = neighbours(graph, n_users + film)
    last = torch.zeros(graph.size(0), device=graph.device)
    fans, third = neighbours(graph, n_users + item)
    last[fans] = third
    weight = first * second * last[peers]
    table = pd.DataFrame({"user": peers.cpu().numpy(), "weight": weight.cpu().numpy()})
    return table[table["weight"] > 0].sort_values("weight", ascending=False, ignore_index=True)


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
