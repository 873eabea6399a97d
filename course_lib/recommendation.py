"""Matchmaking: the best unseen films for a guest, and the exact reasons behind each score."""

import pandas as pd
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.data import GENRES
from course_lib.evaluation import Scorer, top_k
from course_lib.graph import neighbours
from course_lib.interactions import Interactions
from course_lib.lightgcn import LightGCN

OWN_TAG = -1  # stands where `explain` names an item: the part of a score that no film explains


def scorer(user_embedding: Tensor, item_embedding: Tensor, scoring: str = "dot") -> Scorer:
    """Dot products or cosines of final tags, `(n_users, d)` and `(n_items, d)`, as a `Scorer`."""
    user_embedding, item_embedding = user_embedding.detach(), item_embedding.detach()
    if scoring == "cosine":
        user_embedding, item_embedding = F.normalize(user_embedding), F.normalize(item_embedding)
    return lambda users: user_embedding[users.to(user_embedding.device)] @ item_embedding.T


def recommend(
    scorer: Scorer, user: int, seen: Interactions, item_ids: pd.Index, films: pd.DataFrame, k: int = 10
) -> pd.DataFrame:
    """The top k for one user as a table `rank, film_id, title, genres, score`; fewer rows if fewer are unseen.

    Args:
        seen: what to hide. The evaluation hides what was learned from; a person also wants films rated 1 to 3
            hidden, so pass the interactions of all ratings.
        item_ids: the film id of each item index, as in `Split.item_ids`.
        films: the film table of `MovieLens`.

    Raises:
        ValueError: unknown user, or `k` outside 1 to the number of items.
    """
    if not 0 <= user < seen.n_users:
        raise ValueError(f"user must be an index from 0 to {seen.n_users - 1}, got {user}")
    items, scores = top_k(scorer, torch.tensor([user]), seen, k)
    unseen = scores[0] > -torch.inf
    film_ids = item_ids[items[0][unseen].numpy()]
    chosen = films.set_index("film_id").loc[film_ids]
    return pd.DataFrame(
        {
            "rank": range(1, len(film_ids) + 1),
            "film_id": film_ids,
            "title": chosen["title"].to_numpy(),
            "genres": [", ".join(g for g in GENRES if flags[g]) for _, flags in chosen.iterrows()],
            "score": scores[0][unseen].numpy(),
        }
    )


def explain(model: LightGCN, graph: Tensor, user: int, item: int) -> pd.DataFrame:
    """Split the score of one pair exactly into the user's own tag and one share per liked film.

    The last step of every round of gossip enters the user through one liked film j, so with X_k the tags after k
    rounds and K = n_layers

        e_u = X_0[u] / (K+1)  +  sum over liked j of  Â[u, j] (X_0 + ... + X_{K-1})[j] / (K+1),

    and each term times e_i is a share of the score e_u · e_i; under cosine scoring each is divided by |e_u| |e_i|, the
    lengths of the whole tags. A share is not what the score would lose if the like
    were removed: removal also changes degrees, and with them every other share.

    Args:
        graph: the matrix of `graph.adjacency`.
        user, item: indices.

    Returns:
        `item, share`: the item index of each liked film, or `OWN_TAG`; largest share first. The shares sum to the
        score. With `n_layers=0` the own tag is all there is.

    Raises:
        ValueError: an index is out of range.
    """
    for name, index, n in (("user", user, model.n_users), ("item", item, model.n_items)):
        if not 0 <= index < n:
            raise ValueError(f"{name} must be an index from 0 to {n - 1}, got {index}")
    with torch.no_grad():
        layers = model.layers(graph)
        user_tag, item_tag = sum(layers)[[user, model.n_users + item]] / len(layers)
        if model.scoring == "cosine":
            item_tag = item_tag / (user_tag.norm() * item_tag.norm()).clamp_min(1e-12)
        own = layers[0][user] @ item_tag / len(layers)
        if model.n_layers == 0:
            return pd.DataFrame({"item": [OWN_TAG], "share": [own.item()]})
        heard, loudness = neighbours(graph, user)
        told = sum(layers[:-1])[heard] @ item_tag / len(layers)
        share = torch.cat([own[None], loudness * told])
        liked = torch.cat([torch.tensor([OWN_TAG]), heard.cpu() - model.n_users])
    table = pd.DataFrame({"item": liked.numpy(), "share": share.cpu().numpy()})
    return table.sort_values("share", ascending=False, ignore_index=True)


def films_between(graph: Tensor, n_users: int, user: int, item: int) -> pd.DataFrame:
    """The films that carry gossip from `item` to `user` in three hops: user - film - peer - item.

    Args:
        graph: the matrix Â of `graph.adjacency`.

    Returns:
        `item, n_peers, weight`: each liked film, the number of peers who like both it and `item`, and the summed
        weight Â[u, film] Â[film, peer] Â[peer, item] of the walks through it. Largest first; the weights sum to
        the entry of Â^3.

    Raises:
        ValueError: an index is out of range.
    """
    n_items = graph.size(0) - n_users
    for name, index, n in (("user", user, n_users), ("item", item, n_items)):
        if not 0 <= index < n:
            raise ValueError(f"{name} must be an index from 0 to {n - 1}, got {index}")
    films, first = neighbours(graph, user)
    peers, last = neighbours(graph, n_users + item)
    reach = torch.zeros(graph.size(0), 2, device=graph.device)
    reach[peers, 0] = last
    reach[peers, 1] = 1.0
    weight = first * (graph @ reach[:, :1])[films, 0]
    n_peers = [int(reach[neighbours(graph, film)[0], 1].sum()) for film in films.tolist()]
    table = pd.DataFrame({"item": films.cpu().numpy() - n_users, "n_peers": n_peers, "weight": weight.cpu().numpy()})
    return table.sort_values("weight", ascending=False, ignore_index=True)
