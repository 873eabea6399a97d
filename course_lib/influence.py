"""How far gossip travels: who is reached by how many hops, along which walks, and what a score owes to each."""

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

import pandas as pd
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.baselines import popularity
from course_lib.border import check_count, check_index, check_number, check_option, check_range
from course_lib.evaluation import evaluate, top_k
from course_lib.graph import (
    adjacency,
    check_matrix,
    edge_index,
    gossip_rounds,
    neighbours,
    newcomer_hears,
    sparse_matrix,
)
from course_lib.interactions import Interactions
from course_lib.kinds import check_kinds


def reach_by_hop(interactions: Interactions, max_hops: int = 3) -> pd.DataFrame:
    """How many guests or films a walk of 1, 2, ... hops from a guest can end at, mean over guests with a like.

    Odd hops end at films, even hops at guests. The guest itself is not counted, and neither are films and guests
    without a like, who cannot be reached.

    Returns:
        one row per hop: `hop, ends_at` ("films" or "guests"), `mean_count`, `mean_share` of those that count.

    Raises:
        ValueError: `max_hops` below 1, or there is no like.
    """
    check_count("max_hops", max_hops)
    if not len(interactions):
        raise ValueError("there is no like to walk along; reach needs at least one pair")
    n_users, active = interactions.n_users, (interactions.user_degree() > 0).nonzero().squeeze(1)
    n_films = int((interactions.item_degree() > 0).sum())
    start = torch.zeros(n_users + interactions.n_items, len(active))
    start[active, torch.arange(len(active))] = 1
    rows = []
    for hop, arrived in enumerate(gossip_rounds(adjacency(interactions), start, max_hops)):
        if not hop:
            continue
        ends_at, total = ("films", n_films) if hop % 2 else ("guests", len(active) - 1)
        mean = float((arrived > 0).sum(dim=0).float().mean()) - (ends_at == "guests")  # the guest is no find
        rows.append({"hop": hop, "ends_at": ends_at, "mean_count": mean, "mean_share": mean / max(total, 1)})
    return pd.DataFrame(rows)


ALONE, SUMMED = "walks of this length", "all up to this length"


def lists_by_hops(likes: Interactions, hidden: Interactions, max_hops: int = 15) -> pd.DataFrame:
    """What top tens made of walks of 1, 3, 5, ... hops are worth, and how many of their films are the charts.

    The walks of k hops weigh the entries of Â^k; their sum over k is what `baselines.untrained_gossip` scores with.

    Args:
        likes: what the walks are made of, and left out of the lists.
        hidden: what is looked for.

    Returns:
        `rule, hops, ndcg@10, shared`: `ALONE` or `SUMMED`, and the films that a list shares with popularity's, as a
        mean over all users.
    """
    everybody = torch.arange(likes.n_users)
    charts, _ = top_k(popularity(likes), everybody, likes, 10)
    block = adjacency(likes).to_dense()[: likes.n_users, likes.n_users :]
    walks, further, total, rows = block, block.T @ block, torch.zeros_like(block), []
    for hops in range(1, max_hops + 1, 2):
        total = total + walks
        for rule, scores in ((ALONE, walks), (SUMMED, total)):
            best, _ = top_k(scores.__getitem__, everybody, likes, 10)
            shared = (best[:, :, None] == charts[:, None]).any(dim=2).sum(dim=1).float().mean()
            found = evaluate(scores.__getitem__, hidden, seen=likes, k=(10,))["ndcg@10"].mean()
            rows.append({"rule": rule, "hops": hops, "ndcg@10": float(found), "shared": float(shared)})
        walks = walks @ further
    return pd.DataFrame(rows)


RULES = ("none", "row mean", "symmetric")


def loudness(interactions: Interactions, rule: str) -> Tensor:
    """The graph under one of `RULES`: `(N, N)` sparse CSR, double precision; row i holds what node i hears.

    Args:
        rule: `"none"`, every neighbour at full volume, A; `"row mean"`, the average of the neighbours, D^-1 A;
            `"symmetric"`, LightGCN's D^-1/2 A D^-1/2.

    Raises:
        ValueError: the rule is none of the three.
    """
    check_option("rule", rule, RULES)
    edges, n_nodes = edge_index(interactions), interactions.n_users + interactions.n_items
    degree = torch.bincount(edges[0], minlength=n_nodes).double()
    hears, told = degree[edges[0]], degree[edges[1]]
    weight = {"none": torch.ones_like(hears), "row mean": 1 / hears, "symmetric": (hears * told).rsqrt()}[rule]
    return sparse_matrix(edges, weight, n_nodes)


def told_by_round(interactions: Interactions, rule: str, n_rounds: int) -> list[Tensor]:
    """What every node heard in rounds 0, 1, ..., `n_rounds` and passes on in the next: each `(N, n_items)` float64.

    Films start with one-hot tags and guests with nothing, so films speak in round 1, guests in round 2, and so on.
    """
    check_count("n_rounds", n_rounds, 0)
    start = torch.zeros(interactions.n_users + interactions.n_items, interactions.n_items, dtype=torch.float64)
    start[interactions.n_users :].fill_diagonal_(1)
    return list(gossip_rounds(loudness(interactions, rule), start, n_rounds))


def tags_by_round(interactions: Interactions, rule: str, n_rounds: int) -> list[Tensor]:
    """The tags after 0, 1, ..., `n_rounds` rounds, the sum of what each round brought: each `(N, n_items)` float64.

    Even rounds bring guests nothing: they end at films. With the symmetric rule the rows of the guests are what
    `baselines.untrained_gossip` scores with.
    """
    return list(accumulate(told_by_round(interactions, rule, n_rounds)))


def arrivals(interactions: Interactions, rule: str, n_rounds: int) -> list[Tensor]:
    """The guests' rows of `tags_by_round`, for parties of any size: each `(n_users, n_items)` float32.

    Gossip is followed back from the guests, who are fewer than the films on MovieLens: half the work.
    """
    check_count("n_rounds", n_rounds, 0)
    n_users = interactions.n_users
    start = torch.zeros(n_users + interactions.n_items, n_users, dtype=torch.float64).fill_diagonal_(1)
    total, rounds = torch.zeros(interactions.n_items, n_users, dtype=torch.float64), []
    for arrived in gossip_rounds(loudness(interactions, rule).t().to_sparse_csr(), start, n_rounds):
        total = total + arrived[n_users:]
        rounds.append(total.T.float())
    return rounds


def film_shares(interactions: Interactions, n_rounds: int) -> Tensor:
    """What every tag is made of after some rounds when only films begin with a colour.

    Returns:
        `(N, n_items)` float32: the share of each film in the tag of each node, guests first. Rows sum to 1, or to 0
        where nothing has arrived. LightGCN's mean over the rounds has the same shares as the sum.
    """
    total = tags_by_round(interactions, "symmetric", n_rounds)[-1]
    amount = total.sum(dim=1, keepdim=True)
    return (total / amount.where(amount > 0, 1)).float()


def arrivals_at(
    interactions: Interactions, rule: str, n_rounds: int, guests: Sequence[int | Tensor]
) -> tuple[list[Tensor], list[int]]:
    """What has arrived at some guests after 0, 1, ..., `n_rounds` rounds, and how different the party's lists are.

    Args:
        guests: each an index, or the liked items of somebody new, who hears the party without being heard.

    Returns:
        per number of rounds, the tags of the guests `(n, n_items)`, and how many different items stand in the ten
        loudest new ones of all guests of the party.

    Raises:
        ValueError: a guest or an item is not there, or `n_rounds` is below 0.
    """
    for guest in guests:
        if isinstance(guest, Tensor):
            check_range("a liked item", guest, interactions.n_items)
        else:
            check_index("a guest", guest, interactions.n_users)
    everybody = arrivals(interactions, rule, n_rounds)
    rows = [
        _told(interactions, rule, n_rounds, guest) if isinstance(guest, Tensor) else [tags[guest] for tags in everybody]
        for guest in guests
    ]
    return [torch.stack(tags) for tags in zip(*rows, strict=True)], _different(everybody, interactions)


def _told(interactions: Interactions, rule: str, n_rounds: int, liked: Tensor) -> list[Tensor]:
    """The tag `(n_items,)` of somebody new after 0, 1, ..., `n_rounds` rounds."""
    heard = torch.zeros(interactions.n_users + interactions.n_items, 1, dtype=torch.float64)
    degree = interactions.item_degree()[liked].double()
    each = {"none": torch.ones_like(degree), "row mean": torch.full_like(degree, 1 / max(len(liked), 1)),
            "symmetric": (len(liked) * degree).rsqrt()}[rule]  # fmt: skip
    heard[interactions.n_users + liked, 0] = each.masked_fill(degree == 0, 0)
    back = loudness(interactions, rule).t().to_sparse_csr()
    steps = [torch.zeros_like(heard), *gossip_rounds(back, heard, max(n_rounds - 1, 0))][: n_rounds + 1]
    return [total[interactions.n_users :, 0].float() for total in accumulate(steps)]


def _different(rounds: Sequence[Tensor], seen: Interactions) -> list[int]:
    """How many different items are among the ten loudest new ones of all guests, after 0, 1, ... rounds."""
    counts: list[int] = []
    for n, arrived in enumerate(rounds):
        if n and n % 2 == 0:
            counts.append(counts[-1])  # nothing has arrived
            continue
        counts.append(n_different(arrived, seen))
    return counts


def n_different(arrived: Tensor, seen: Interactions) -> int:
    """How many different items are among the ten loudest new ones of all guests: of amounts `(n_users, n_items)`."""
    best = arrived.masked_fill(seen.dense() > 0, 0).sort(dim=1, descending=True, stable=True)
    return len(best.indices[:, :10][best.values[:, :10] > 0].unique())


def strangers(interactions: Interactions, liked: Tensor, n: int = 2, at_least: int = 20) -> list[int]:
    """Guests who share the fewest likes with somebody and with each other: indices, `n` of them.

    Args:
        liked: the items that somebody likes.
        at_least: who likes fewer items is not asked, unless there are not enough others.

    Raises:
        ValueError: an item is not there.
    """
    check_range("a liked item", liked, interactions.n_items)
    check_number("at_least", at_least)
    likes, degree = interactions.dense(), interactions.user_degree()
    shared = likes[:, liked].sum(dim=1)
    shared[(shared == len(liked)) & (degree == len(liked))] = torch.inf  # that is the same somebody
    found: list[int] = []
    for _ in range(min(n, len(likes))):
        cost = shared - degree / (degree.max() + 1) + len(liked) * (degree < at_least) * 10
        cost[found] = torch.inf
        found.append(int(cost.argmin()))
        shared = shared + likes @ likes[found[-1]]
    return found


def shared_with_fans(likes: Interactions, liked: Tensor) -> Tensor:
    """Of each item `(n_items,)` float64: the part of its fans' likes that somebody has too, mean over the fans.

    Two rounds of averaging from the liked items: a fan hears which part of their likes is liked, an item what its fans
    heard. It is 0 for an item without a fan.

    Args:
        liked: the items that somebody likes.

    Raises:
        ValueError: an item is not there.
    """
    check_range("a liked item", liked, likes.n_items)
    start = torch.zeros(likes.n_users + likes.n_items, 1, dtype=torch.float64)
    start[likes.n_users + liked] = 1
    *_, heard = gossip_rounds(loudness(likes, "row mean"), start, 2)
    return heard[likes.n_users :, 0]


def overlap_by_fans(interactions: Interactions, tags: Tensor, at_least: int = 20) -> pd.DataFrame:
    """How far the tags of two items point the same way, by how many fans they have in common.

    Args:
        tags: one row per item, `(n_items, d)`.
        at_least: items with fewer fans are left out, as a share of a handful of fans says little.

    Returns:
        one row per class of pairs, with pairs in it: `shared` of their fans (in words), `pairs`, and of their cosines
        the mean `overlap` and the standard deviation `spread`.

    Raises:
        ValueError: there is a NaN among the tags, or there are not as many as items.
    """
    if tags.dim() != 2 or len(tags) != interactions.n_items:
        raise ValueError(f"tags must be ({interactions.n_items}, d), one row per item, got {tuple(tags.shape)}")
    _check_no_nan("tags", tags.isnan().any(dim=1))
    likes = interactions.dense()[:, interactions.item_degree() >= at_least]
    chosen = F.normalize(tags[interactions.item_degree() >= at_least], dim=1)
    both, fans = likes.T @ likes, likes.sum(dim=0)
    share = both / (fans[:, None] + fans - both).clamp_min(1)
    cosine, pair = chosen @ chosen.T, torch.ones_like(share).triu(1) > 0
    classes = {"none": share == 0, "up to 10 %": (share > 0) & (share <= 0.1)}
    classes |= {f"{low} to {low + 10} %": (share > low / 100) & (share <= low / 100 + 0.1) for low in (10, 20)}
    classes["over 30 %"] = share > 0.3
    kinds = ((name, cosine[pair & of]) for name, of in classes.items())
    rows = [(name, len(some), float(some.mean()), float(some.std(correction=0))) for name, some in kinds if len(some)]
    return pd.DataFrame(rows, columns=["shared", "pairs", "overlap", "spread"])


def path_ledger(graph: Tensor, n_users: int, user: int, item: int, top: int | None = 20) -> pd.DataFrame:
    """The strongest walks that carry gossip from a film to a guest: the rave itself, and guest - film - peer - film.

    A walk weighs the product of its steps: Â[u, i], or Â[u, film] Â[film, peer] Â[peer, i]. A guest who raved about
    the film is their own peer on some of the walks.

    Args:
        graph: the matrix Â of `graph.adjacency`.
        top: so many walks get a row of their own; None for all.

    Returns:
        `hops, item, peer, n_walks, weight`, strongest walk first, -1 where there is no item or peer in between. The
        last row, with `hops` 0, holds all other walks together. The weights sum to the (u, i) entry of Â + Â^3.

    Raises:
        ValueError: an index is out of range, the graph does not have that many users, or `top` is below 1.
    """
    _check_users(graph, n_users)
    check_index("user", user, n_users)
    check_index("item", item, graph.size(0) - n_users)
    if top is not None:
        check_count("top", top, why="or None for all walks")
    raved, first = neighbours(graph, user)
    fans, last = neighbours(graph, n_users + item)
    rave = raved == n_users + item
    nobody = torch.full((int(rave.sum()),), -1, device=graph.device)
    rows, columns, values = _edges(graph)
    arriving, leaving = torch.zeros(2, graph.size(0), device=graph.device)
    arriving[raved], leaving[fans] = first, last
    on_the_way = (arriving[rows] > 0) & (leaving[columns] > 0)  # edges item -> peer between the two ends
    rows, columns, values = rows[on_the_way], columns[on_the_way], values[on_the_way]
    between = torch.cat([nobody, rows - n_users])
    peer = torch.cat([nobody, columns])
    weight = torch.cat([first[rave], arriving[rows] * values * leaving[columns]])
    order = weight.argsort(descending=True, stable=True)
    named, others = order[:top], order[len(order[:top]) :]
    steps = {"item": between, "peer": peer, "weight": weight}
    table = pd.DataFrame({name: values[named].cpu().numpy() for name, values in steps.items()})
    table = table.assign(hops=3, n_walks=1)[["hops", "item", "peer", "n_walks", "weight"]]
    table.loc[table["item"] < 0, "hops"] = 1
    rest = {"hops": 0, "item": -1, "peer": -1, "n_walks": len(others), "weight": float(weight[others].sum())}
    return pd.concat([table, pd.DataFrame([rest])], ignore_index=True)


_EQUAL = 1 + 1e-5  # weights whose ratio is below this are equal but for rounding, which differs between machines


class Walk(NamedTuple):
    """How an item came to a guest: guest - liked item - peer - item."""

    liked: int
    """The item of the guest whose walks to the new item are the loudest together."""
    peer: int
    """The other guest, who likes both: the loudest walk among them leads through this one."""
    item: int
    """Where it ends."""
    weight: float
    """The product of the three steps."""
    share: float
    """What all walks through `liked` are of all walks to the item, and so of its score under untrained gossip."""
    n_walks: int
    """How many walks of three steps lead to the item in all."""


def strongest_walks(graph: Tensor, n_users: int, liked: Sequence[int] | Tensor, items: Sequence[int]) -> list[Walk]:
    """How each of some items came to a guest who likes others: by which like, and by which peer.

    A walk weighs `1 / sqrt(n d_j) · 1 / sqrt(d_j d_b) · 1 / sqrt(d_b d_i)`, with n likes, over item j and peer b. The
    single loudest of all walks mostly leads through the guest's most obscure item, so the item j is chosen first, by
    the sum of its walks, and then the peer.

    Args:
        graph: the matrix of `graph.adjacency`.
        liked: item indices of the guest, who may be new to the party.
        items: none of them liked by the guest. An item that no walk leads to is left out.

    Raises:
        ValueError: whatever `newcomer_hears` refuses, another number of users, or an item that is out of range.
    """
    _check_users(graph, n_users)
    check_range("an item", torch.as_tensor(list(items), dtype=torch.int64), graph.size(0) - n_users)
    mine, loudness = newcomer_hears(graph, n_users, liked)
    mine, order = mine.sort()
    arriving = loudness[order, None] * _heard_by_users(graph, n_users, mine.tolist())  # (n, n_users)
    leaving = _heard_by_users(graph, n_users, items)  # (k, n_users)
    sums, n_walks = arriving @ leaving.T, (arriving > 0).float() @ (leaving > 0).float().T  # (n, k)
    walks = []
    for place, item in enumerate(items):
        if n_walks[:, place].any():
            best = _first_largest(sums[:, place])
            steps = arriving[best] * leaving[place]
            peer = _first_largest(steps)
            share, n = float(sums[best, place] / sums[:, place].sum()), int(n_walks[:, place].sum())
            walks.append(Walk(int(mine[best]), peer, item, float(steps[peer]), share, n))
    return walks


def _heard_by_users(graph: Tensor, n_users: int, items: Sequence[int]) -> Tensor:
    """How loudly each user hears each of some items: `(k, n_users)`."""
    rows = torch.zeros(len(items), n_users, device=graph.device)
    for row, item in zip(rows, items, strict=True):
        fans, volume = neighbours(graph, n_users + item)
        row[fans] = volume
    return rows


def _first_largest(values: Tensor) -> int:
    return int((values * _EQUAL >= values.max()).nonzero()[0])


def carriers(ledger: pd.DataFrame, step: str) -> list[int]:
    """The items or the peers between a user and an item by how loud their walks are together, loudest first.

    Args:
        ledger: of `path_ledger`, with all walks.
        step: `"item"` or `"peer"`.
    """
    there = ledger[ledger["peer"] >= 0]
    return there.groupby(step)["weight"].sum().sort_values(ascending=False, kind="stable").index.tolist()


def bundle(ledger: pd.DataFrame, items: Sequence[int], peers: Sequence[int]) -> Tensor:
    """What the walks of a ledger weigh together by the item and by the peer that they lead over.

    Returns:
        `(len(items) + 1, len(peers) + 1)` float64: the last row holds all other items, the last column all other peers.
    """
    there, weight = ledger[ledger["peer"] >= 0], torch.zeros(len(items) + 1, len(peers) + 1, dtype=torch.float64)
    places = []
    for step, named in (("item", items), ("peer", peers)):
        place = {index: at for at, index in enumerate(named)}
        places.append(torch.tensor([place.get(index, len(named)) for index in there[step]], dtype=torch.int64))
    return weight.index_put_(tuple(places), torch.tensor(there["weight"].to_numpy(dtype="float64")), accumulate=True)


def without_users(interactions: Interactions, users: Sequence[int]) -> Interactions:
    """The likes if some users had stayed at home: all others keep theirs, and the items of those have fans fewer.

    Raises:
        ValueError: a user's index is out of range.
    """
    away = torch.tensor([check_index("a user", user, interactions.n_users) for user in users], dtype=torch.int64)
    there = ~torch.isin(interactions.user, away)
    return Interactions(interactions.user[there], interactions.item[there], *interactions.sizes)


def heard_of(graph: Tensor, n_users: int, user: int, n_rounds: int = 3) -> Tensor:
    """How much of each item has arrived at one user: their row of `baselines.untrained_gossip`, `(n_items,)`.

    Args:
        graph: the matrix of `graph.adjacency`.

    Raises:
        ValueError: the index is out of range, or the graph does not have that many users.
    """
    _check_users(graph, n_users)
    check_count("n_rounds", n_rounds, 0)
    check_index("user", user, n_users)
    start = torch.zeros(graph.size(0), 1, device=graph.device)
    start[user] = 1
    return sum(list(gossip_rounds(graph, start, n_rounds)), start=torch.zeros_like(start))[n_users:, 0]


def place_of(scores: Tensor, item: int, seen: Tensor) -> int:
    """The place of an item on the list of a user, from 1: all items but the seen ones, by `scores` `(n_items,)`.

    Raises:
        ValueError: an item is not there, or there is a NaN among the scores.
    """
    check_index("item", item, len(scores))
    _check_no_nan("scores", scores.isnan())
    check_range("seen", seen, len(scores))
    rivals = torch.ones(len(scores), dtype=torch.bool).index_fill(0, seen, False)
    return 1 + int((scores[rivals] > scores[item]).sum())


def _check_no_nan(name: str, nan: Tensor) -> None:
    if nan.any():
        raise ValueError(f"{name} must be numbers, got NaN for item {int(nan.nonzero()[0])}; look where it arises")


class Peers(NamedTuple):
    """What each peer carries of an item to a user, and what it would lose without them; both `(n,)`."""

    peer: Tensor
    """Indices of the users in between, ascending."""
    share: Tensor
    """The walks through the peer, as a part of all."""
    lost: Tensor
    """The part that is missing if the peer stays at home: below 0 where the others gain more than the peer carried."""


def weigh_peers(interactions: Interactions, user: int, item: int) -> Peers:
    """Each peer's share of all walks user - item - peer - item, beside what would be lost without the peer.

    A peer who stays at home leaves a fan less to the item and to all they share with the user, so every walk there
    gets louder: `1 / (d_j d_b sqrt(d_u d_i))` over item j and peer b, with d_j and d_i one lower.

    Raises:
        ValueError: an index is out of range, the user likes the item, or no walk leads to it.
    """
    check_index("user", user, interactions.n_users)
    check_index("item", item, interactions.n_items)
    liked, fans = interactions.items_of(user), interactions.user[interactions.item == item].sort().values
    both = interactions.rows(fans)[:, liked].double()  # (fans, liked)
    fans, both = fans[both.any(dim=1)], both[both.any(dim=1)]
    if not len(fans) or bool((liked == item).any()):
        raise ValueError(
            f"no walk over a peer leads from item {item} to user {user}; choose an item they have not liked"
        )
    voice, degree = 1 / interactions.user_degree()[fans].double(), interactions.item_degree().double()
    walks = both * voice[:, None] / degree[liked]  # (peers, liked), but for a factor that all have
    fewer = degree[liked] - both  # the fans of each liked item without this peer: the user is left, and so at least 1
    others = both.T @ voice - both * voice[:, None]  # (peers, liked): how loud the other peers on it are together
    left = (others / fewer).sum(dim=1) * (degree[item] / (degree[item] - 1).clamp_min(1)).sqrt()
    return Peers(fans, walks.sum(dim=1) / walks.sum(), 1 - left / walks.sum())


def _check_users(graph: Tensor, n_users: int) -> None:
    """Refuse, by a ValueError, a number of users with which the users of this graph would hear users."""
    check_matrix(graph)
    check_count("n_users", n_users, 0, graph.size(0), "the number of nodes")
    ends = _edges(graph)[:2]
    if ((ends[0] < n_users) == (ends[1] < n_users)).any():
        raise ValueError(f"the graph has other users than the first {n_users} of its nodes; take likes.n_users")


def _edges(graph: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Rows, columns and values of a sparse CSR matrix, each `(2E,)`."""
    rows = torch.repeat_interleave(torch.arange(graph.size(0), device=graph.device), graph.crow_indices().diff())
    return rows, graph.col_indices(), graph.values()


check_kinds(__name__)
