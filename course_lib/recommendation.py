"""Matchmaking: the best unseen films for a guest, old or new, and the exact reasons behind each score."""

import warnings
from collections.abc import Sequence
from numbers import Integral

import pandas as pd
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.data import GENRES
from course_lib.evaluation import Scorer, top_k
from course_lib.graph import check_matrix, neighbours
from course_lib.interactions import Interactions
from course_lib.lightgcn import LightGCN, check_scoring

OWN_TAG = -1  # stands where `explain` names an item: the part of a score that no film explains


def scorer(user_embedding: Tensor, item_embedding: Tensor, scoring: str = "dot") -> Scorer:
    """Dot products or cosines of final tags, `(n_users, d)` and `(n_items, d)`, as a `Scorer`.

    Raises:
        ValueError: another scoring.
    """
    check_scoring(scoring)
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


def damp_popularity(scorer: Scorer, item_degree: Tensor, strength: float) -> Scorer:
    """Lower the score of film i by `strength * log(1 + d_i) / log(1 + max d)`: 0 changes nothing.

    What is taken away is the same for every guest, so it is one more line on the receipt of a score.

    Args:
        item_degree: `(n_items,)` raves per film, d.
        strength: what the most famous film loses, in units of the score.
    """
    fame = item_degree.float().log1p()
    penalty = strength * fame / fame.max().clamp_min(1e-12)
    return lambda users: scorer(users) - penalty


def fold_in(model: LightGCN, graph: Tensor, liked: Sequence[int] | Tensor | Sequence[Tensor]) -> Tensor:
    """The tag of a guest whom the model was not trained on, in closed form: from likes alone, nothing is retrained.

    The convention: the likes are added as edges film -> new guest only, so the films' tags and degrees d_j stay as
    they are; d_u is the number of likes; the guest's own layer-0 tag is zero. With X_k the tags after k rounds and
    K = n_layers

        e_u = sum over liked j of  (X_0 + ... + X_{K-1})[j] / sqrt(d_u d_j) / (K+1).

    A film that nobody raved about has heard nothing and weighs nothing; a warning names it.

    Args:
        graph: the matrix of `graph.adjacency`.
        liked: item indices of one guest, `(n,)`; or a list of such tensors or lists, one per guest.

    Returns:
        `(B, d)`, B = 1 for one guest: raw, as `LightGCN.forward` returns tags.

    Raises:
        ValueError: no like, an unknown or a repeated film, no liked film that anybody raved about; or `n_layers=0`,
            where no gossip would reach the guest.
    """
    one = isinstance(liked, Tensor) or all(isinstance(film, Integral) for film in liked)
    with torch.no_grad():
        told = _told(model, graph)
        heard = [_newcomer(model, graph, films) for films in ([liked] if one else liked)]
        return torch.stack([loudness @ told[films] for films, loudness in heard])


def tag_parts(model: LightGCN, graph: Tensor, user_or_liked: int | Sequence[int] | Tensor) -> tuple[list[int], Tensor]:
    """A final tag as the exact sum of the guest's own tag and what each liked film brought in.

    Args:
        graph: the matrix of `graph.adjacency`.
        user_or_liked: the index of a guest of the model; or the likes of a new one, as in `fold_in`.

    Returns:
        The item indices, `OWN_TAG` first, and the parts, `(1 + n, d)`: their sum over rows is the tag.

    Raises:
        ValueError: the index is out of range; and whatever `fold_in` refuses.
    """
    with torch.no_grad():
        if isinstance(user_or_liked, Integral):
            _check_index("user", user_or_liked, model.n_users)
            own = model.embedding.weight[user_or_liked] / (model.n_layers + 1)
            films, loudness = neighbours(graph, user_or_liked)
            if model.n_layers == 0:
                films, loudness = films[:0], loudness[:0]  # nobody gossips
            films = films - model.n_users
        else:
            own = torch.zeros_like(model.embedding.weight[0])
            films, loudness = _newcomer(model, graph, user_or_liked)
        parts = torch.cat([own[None], loudness[:, None] * _told(model, graph)[films]])
    return [OWN_TAG, *films.tolist()], parts


def split_scores(parts: Tensor, item_tags: Tensor, scoring: str = "dot") -> Tensor:
    """Scores of one guest, each split by the parts of the guest's tag: `(n, d)` and `(k, d)` to `(k, n)`.

    The rows sum to the scores that `scorer` gives the sum of the parts. Under cosine scoring the lengths are those
    of the whole tags.

    Raises:
        ValueError: another scoring.
    """
    check_scoring(scoring)
    if scoring == "cosine":
        parts = parts / parts.sum(dim=0).norm().clamp_min(1e-12)
        item_tags = F.normalize(item_tags)
    return item_tags @ parts.T


def explain(model: LightGCN, graph: Tensor, user_or_liked: int | Sequence[int] | Tensor, item: int) -> pd.DataFrame:
    """Split the score of one pair exactly into the guest's own tag and one share per liked film.

    The last step of every round of gossip enters the guest through one liked film j, so with X_k the tags after k
    rounds and K = n_layers

        e_u = X_0[u] / (K+1)  +  sum over liked j of  Â[u, j] (X_0 + ... + X_{K-1})[j] / (K+1),

    and each term times e_i is a share of the score e_u · e_i; under cosine scoring each is divided by |e_u| |e_i|, the
    lengths of the whole tags. A share is not what the score would lose if the like were removed: removal also
    changes degrees (and |e_u|), and with them every other share.

    Args:
        graph: the matrix of `graph.adjacency`.
        user_or_liked: the index of a guest of the model; or the likes of a new one, whose own tag is zero.
        item: an index.

    Returns:
        `item, share`: the item index of each liked film, or `OWN_TAG`; largest share first. The shares sum to the
        score. With `n_layers=0` the own tag is all there is.

    Raises:
        ValueError: an index is out of range; and whatever `fold_in` refuses.
    """
    _check_index("item", item, model.n_items)
    films, parts = tag_parts(model, graph, user_or_liked)
    with torch.no_grad():
        share = split_scores(parts, model(graph)[1][item : item + 1], model.scoring)[0]
    table = pd.DataFrame({"item": films, "share": share.cpu().numpy()})
    return table.sort_values("share", ascending=False, ignore_index=True)


def _told(model: LightGCN, graph: Tensor) -> Tensor:
    """What each film passes on in all rounds together, `(X_0 + ... + X_{K-1}) / (K+1)`: `(n_items, d)`."""
    layers = model.layers(graph)
    return sum(layers[:-1], start=torch.zeros_like(layers[0]))[model.n_users :] / len(layers)


def _newcomer(model: LightGCN, graph: Tensor, liked: Sequence[int] | Tensor) -> tuple[Tensor, Tensor]:
    """The likes of a new guest, checked, and how loudly each is heard: both `(n,)`."""
    check_matrix(graph)
    films = torch.as_tensor(liked, device=graph.device)
    if not films.numel():
        raise ValueError("a new guest needs at least one like, got none; without likes, offer the popular films")
    if films.dim() != 1 or films.dtype != torch.int64:
        raise ValueError(f"liked must be (n,) int64 item indices, got {tuple(films.shape)} {films.dtype}")
    for film in films.tolist():
        _check_index("a liked item", film, model.n_items)
    unique, count = films.unique(return_counts=True)
    if (count > 1).any():
        raise ValueError(f"item {int(unique[count > 1][0])} is liked more than once; keep it once")
    if model.n_layers == 0:
        raise ValueError("with n_layers=0 no gossip reaches a new guest, got such a model; fold in with n_layers >= 1")
    degree = graph.crow_indices().diff()[model.n_users + films]
    silent = films[degree == 0].tolist()
    if len(silent) == len(films):
        raise ValueError(f"nobody raved about the liked items {silent}, so they tell nothing; like a film with raves")
    if silent:
        warnings.warn(f"nobody raved about items {silent}: they weigh nothing in the new tag", stacklevel=3)
    loudness = (len(films) * degree).float().rsqrt()
    return films, loudness.masked_fill(degree == 0, 0.0)


def _check_index(name: str, index: int, n: int) -> None:
    if not 0 <= index < n:
        raise ValueError(f"{name} must be an index from 0 to {n - 1}, got {index}")
