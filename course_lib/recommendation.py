"""Matchmaking: the best unseen items for a guest, old or new, and the exact reasons behind each score.

Here raw ids go in and tables come out; the modules below count users and items by index.
"""

from collections.abc import Hashable, Sequence

import pandas as pd
import torch
from torch import Tensor

from course_lib.border import check_index, check_kinds
from course_lib.evaluation import Matchmaker, Scorer, top_k
from course_lib.graph import neighbours, newcomer_hears
from course_lib.interactions import Ids, Interactions, Split
from course_lib.lightgcn import LightGCN, check_graph

OWN_TAG = "own tag"  # stands where `explain` names an item: the part of a score that no item explains


def recommend(
    scorer: Scorer | Matchmaker,
    split: Split,
    *,
    user: Hashable | None = None,
    liked: Ids | None = None,
    k: int = 10,
    seen: Interactions | None = None,
    items: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The top k for one user, or for a newcomer who likes some items.

    Args:
        scorer: such as `model.scorer(graph)` or `ease(split.fit)`; for a newcomer it must be a `Matchmaker`.
        split: whose ids are used, and whose `fit` part is hidden.
        user: a raw id of the split.
        liked: raw ids of what a newcomer likes; instead of `user`.
        k: length of the list; it is shorter if fewer items are unseen.
        seen: what to hide instead of `split.fit`, such as the interactions of all ratings: a person does not want to
            see again what they rated low.
        items: a table with a column `item_id`, such as titles; its other columns are joined.

    Returns:
        `rank, item_id, score` and the joined columns, best first.

    Raises:
        ValueError: both or neither of `user` and `liked`, an unknown or a repeated id, `k` outside 1 to the number of
            items, a scorer that cannot take in newcomers, or a table that does not name each item once.
    """
    index, new_likes = _who(split, user, liked)
    if new_likes is None:
        best, scores = top_k(scorer, torch.tensor([index]), split.fit if seen is None else seen, k)
    else:
        if not isinstance(scorer, Matchmaker):
            raise ValueError("this scorer knows only the users it was made for; for a newcomer pass a Matchmaker")
        score = scorer.newcomer(new_likes)
        mine = Interactions(torch.zeros_like(new_likes), new_likes, 1, len(split.item_ids))
        best, scores = top_k(lambda _: score[None], torch.tensor([0]), mine, k)
    unseen = scores[0] > -torch.inf
    ids = split.item_ids[best[0][unseen].numpy()]
    table = pd.DataFrame({"rank": range(1, len(ids) + 1), "item_id": ids, "score": scores[0][unseen].numpy()})
    if items is None:
        return table
    if list(items.columns).count("item_id") != 1 or items["item_id"].duplicated().any():
        raise ValueError(f"items must have a column item_id that names each item once, got {list(items.columns)}")
    if not items["item_id"].isin(split.item_ids).any():
        known = split.item_ids[:3].tolist()
        raise ValueError(f"items names no item of the split, whose ids begin {known}; are both texts, or both numbers?")
    if "rank" in items or "score" in items:
        raise ValueError(f"items must leave the names rank and score to the list, got {list(items.columns)}; rename")
    return table.merge(items, on="item_id", how="left")


def explain(
    model: LightGCN,
    graph: Tensor,
    split: Split,
    item: Hashable,
    *,
    user: Hashable | None = None,
    liked: Ids | None = None,
) -> pd.DataFrame:
    """Split the score of one pair exactly into the guest's own tag and one share per liked item.

    The last step of every round of gossip enters the guest through one liked item j, so with X_k the tags after k
    rounds and K = n_layers

        e_u = X_0[u] / (K+1)  +  sum over liked j of  Â[u, j] (X_0 + ... + X_{K-1})[j] / (K+1),

    and each term times e_i is a share of the score e_u · e_i; under cosine scoring each is divided by |e_u| |e_i|, the
    lengths of the whole tags. A share is not what the score would lose if the like were removed: removal also
    changes degrees (and |e_u|), and with them every other share.

    Args:
        graph: the matrix of `graph.adjacency`, such as that of `split.fit`.
        split: whose ids are used.
        item: a raw id, whose score is explained.
        user, liked: a raw id; or the raw ids that a newcomer likes, whose own tag is zero.

    Returns:
        `item_id, share`: the raw id of each liked item, or `OWN_TAG`; largest share first. The shares sum to the
        score. With `n_layers=0` the own tag is all there is.

    Raises:
        ValueError: both or neither of `user` and `liked`, an unknown id; and whatever `LightGCN.fold_in` refuses.
    """
    index, new_likes = _who(split, user, liked)
    wanted = split.item_indices([item])
    items, parts = tag_parts(model, graph, index if new_likes is None else new_likes)
    with torch.no_grad():
        share = split_scores(model, parts, model(graph)[1][wanted])[0]
    table = pd.DataFrame({"item_id": [OWN_TAG, *split.item_ids[items.cpu().numpy()]], "share": share.cpu().numpy()})
    return table.sort_values("share", ascending=False, ignore_index=True)


def tag_parts(model: LightGCN, graph: Tensor, guest: int | Sequence[int] | Tensor) -> tuple[Tensor, Tensor]:
    """A final tag as the exact sum of the guest's own tag and what each liked item brought in.

    Args:
        graph: the matrix of `graph.adjacency`.
        guest: the index of a user of the model; or the likes of a new one, as in `LightGCN.fold_in`.

    Returns:
        The item indices `(n,)`, and the parts `(1 + n, d)`, the own tag first: their sum over rows is the tag.

    Raises:
        ValueError: an index is out of range; and whatever `LightGCN.fold_in` refuses.
    """
    check_graph(model, graph)
    with torch.no_grad():
        if isinstance(guest, Sequence | Tensor):
            own = torch.zeros_like(model.embedding.weight[0])
            items, loudness = newcomer_hears(graph, model.n_users, guest)
        else:
            check_index("user", guest, model.n_users)
            own = model.embedding.weight[guest] / (model.n_layers + 1)
            nodes, loudness = neighbours(graph, guest)
            heard = len(nodes) if model.n_layers else 0
            items, loudness = nodes[:heard] - model.n_users, loudness[:heard]
        return items, torch.cat([own[None], loudness[:, None] * model.told(graph)[items]])


def split_scores(model: LightGCN, parts: Tensor, item_tags: Tensor) -> Tensor:
    """Scores of one guest, each split by the parts of the guest's tag: `(n, d)` and `(k, d)` to `(k, n)`.

    The rows sum to the scores that the model gives the sum of the parts. Under cosine scoring the lengths are those
    of the whole tags.
    """
    if model.scoring == "cosine":
        parts = parts / parts.sum(dim=0).norm().clamp_min(1e-12)
    return model.normalised(item_tags) @ parts.T


def _who(split: Split, user: Hashable | None, liked: Ids | None) -> tuple[int, Tensor | None]:
    """The index of a user who was there, or the likes of a newcomer, as indices."""
    if (user is None) == (liked is None):
        raise ValueError(f"name either a user or what a newcomer liked, got user={user!r} and liked={liked!r}")
    if liked is None:
        return split.user_index(user), None
    if not pd.api.types.is_list_like(liked) or not len(list(liked)):
        raise ValueError(f"liked must be a list of at least one item id, got {liked!r}")
    likes = split.item_indices(liked)
    if len(likes.unique()) < len(likes):
        raise ValueError(f"liked must name each item once, got {list(liked)!r}")
    return -1, likes


check_kinds(__name__)
