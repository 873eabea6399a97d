"""Who likes what: likes as indices, the split into what a model may see and what stays hidden, and the ids outside."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from course_lib.border import check_count, check_index, check_kinds, check_number, check_range, check_same_sizes

Ids = pd.Series | pd.Index | Sequence[Hashable]
MAX_DENSE = 200_000_000  # numbers, 0.8 GB


@dataclass(frozen=True, eq=False)
class Interactions:
    """A set of (user, item) pairs, as indices.

    Args:
        user: `(E,)` int64 in `[0, n_users)`.
        item: `(E,)` int64 in `[0, n_items)`, the item of the same pair.
        n_users: number of users, with or without a pair.
        n_items: number of items, with or without a pair.

    Raises:
        ValueError: shapes or types differ from the above, an index is out of range, a pair stands twice.
    """

    user: Tensor
    item: Tensor
    n_users: int
    n_items: int

    def __post_init__(self) -> None:
        for name, index, n in (("user", self.user, self.n_users), ("item", self.item, self.n_items)):
            if not isinstance(index, Tensor):
                raise ValueError(f"{name} must be a tensor, got {type(index).__name__}; make it one by torch.tensor")
            if index.dtype != torch.int64:
                raise ValueError(f"{name} must be int64 (call .long() on it), got {index.dtype}")
            check_count(f"n_{name}s", n, 0)
            check_range(name, index, n)
        if self.user.shape != self.item.shape or self.user.dim() != 1:
            shapes = f"{tuple(self.user.shape)} and {tuple(self.item.shape)}"
            raise ValueError(f"user and item must be two 1-d tensors of one length, got {shapes}")
        same = self.keys[1:] == self.keys[:-1]
        if same.any():
            pair = divmod(int(self.keys[1:][same][0]), self.n_items)
            raise ValueError(f"the pair (user, item) = {pair} stands more than once; keep it once")

    def __len__(self) -> int:
        return len(self.user)

    @property
    def sizes(self) -> tuple[int, int]:
        """`(n_users, n_items)`."""
        return self.n_users, self.n_items

    @cached_property
    def keys(self) -> Tensor:
        """`(E,)` the pairs as sorted numbers `user * n_items + item`: made for fast look-up."""
        # By NumPy: PyTorch sorts on all cores, and each of its threads waits for a core that another program has.
        return torch.from_numpy(np.sort((self.user * self.n_items + self.item).numpy()))

    @cached_property
    def starts(self) -> Tensor:
        """`(n_users + 1,)` where each user's pairs begin in `keys`, and the end."""
        return torch.searchsorted(self.keys, torch.arange(self.n_users + 1) * self.n_items)

    def contains(self, user: Tensor, item: Tensor) -> Tensor:
        """Which of the pairs `(user, item)`, both `(B,)`, are in the set: `(B,)` bool."""
        if not len(self):
            return torch.zeros_like(user, dtype=torch.bool)
        wanted = user * self.n_items + item
        place = torch.searchsorted(self.keys, wanted).clamp_max(len(self) - 1)
        return (self.keys[place] == wanted) & (item >= 0) & (item < self.n_items)

    def rows(self, users: Tensor) -> Tensor:
        """The pairs of some users as a dense block: `(B, n_items)` bool.

        Raises:
            ValueError: a user's index is out of range.
        """
        row, item = self.pairs_of(users)
        block = torch.zeros(len(users), self.n_items, dtype=torch.bool)
        block[row, item] = True
        return block

    def pairs_of(self, users: Tensor) -> tuple[Tensor, Tensor]:
        """The pairs of some users `(B,)`, one user after the other: the place in `users` and the item, both `(P,)`."""
        count = self.starts.diff()[check_range("users", users, self.n_users)]
        row = torch.arange(len(users)).repeat_interleave(count)
        place = torch.arange(len(row)) + (self.starts[users] - count.cumsum(0) + count)[row]
        return row, self.keys[place] % self.n_items

    def dense(self) -> Tensor:
        """The whole matrix R, `(n_users, n_items)` float32 of 0 and 1: for catalogues of some thousand items.

        Raises:
            ValueError: it would hold more than 200 million numbers.
        """
        if self.n_users * self.n_items > MAX_DENSE:
            table = f"a table of {self.n_users} users and {self.n_items} items is larger than {MAX_DENSE} numbers"
            raise ValueError(f"{table}; use `rows` for a block of users, or the sparse matrix of `interop.to_scipy`")
        return self.rows(torch.arange(self.n_users)).float()

    def items_of(self, user: int) -> Tensor:
        """The items of one user, ascending."""
        return self.pairs_of(torch.tensor([check_index("user", user, self.n_users)]))[1]

    def user_degree(self) -> Tensor:
        """`(n_users,)` number of pairs of each user."""
        return torch.bincount(self.user, minlength=self.n_users)

    def item_degree(self) -> Tensor:
        """`(n_items,)` number of pairs of each item."""
        return torch.bincount(self.item, minlength=self.n_items)

    def union(self, other: Interactions) -> Interactions:
        """The pairs of two disjoint sets, over the same users and items."""
        check_same_sizes("the one set", self.sizes, "the other", other.sizes)
        return Interactions(torch.cat([self.user, other.user]), torch.cat([self.item, other.item]), *self.sizes)


@dataclass(frozen=True, eq=False)
class Split:
    """Likes in three parts that share users and items but no pair.

    Args:
        train: what a model learns from.
        validation: what settings and the number of epochs are chosen on.
        test: what results are reported on, once.
        user_ids: the raw id of user index 0, 1, ...
        item_ids: the raw id of item index 0, 1, ...

    Raises:
        ValueError: parts of different sizes, a pair in two parts, or an id that stands twice.
    """

    train: Interactions
    validation: Interactions
    test: Interactions
    user_ids: pd.Index
    item_ids: pd.Index

    def __post_init__(self) -> None:
        _once(self.user_ids, "user")
        _once(self.item_ids, "item")
        parts = {"train": self.train, "validation": self.validation, "test": self.test}
        for name, part in parts.items():
            check_same_sizes(name, part.sizes, "the lists of ids", (len(self.user_ids), len(self.item_ids)))
        for first, second in (("train", "validation"), ("train", "test"), ("validation", "test")):
            shared = parts[first].contains(parts[second].user, parts[second].item)
            if shared.any():
                raise ValueError(f"{int(shared.sum())} pairs are in both {first} and {second}; a pair may be in one")

    @cached_property
    def fit(self) -> Interactions:
        """Train and validation together: what the final model learns from, once its settings are chosen."""
        return self.train.union(self.validation)

    def user_index(self, user_id: Hashable) -> int:
        """The index of a raw user id.

        Raises:
            ValueError: the split does not know it.
        """
        return int(_positions(pd.Series([user_id]), self.user_ids, "user")[0])

    def item_indices(self, item_ids: Ids) -> Tensor:
        """The indices of raw item ids, `(n,)` int64.

        Raises:
            ValueError: the split does not know one of them.
        """
        return torch.from_numpy(_positions(pd.Series(list(item_ids)), self.item_ids, "item"))


def to_likes(
    ratings: pd.DataFrame, min_rating: float = 4, user: str = "user_id", item: str = "item_id", rating: str = "rating"
) -> pd.DataFrame:
    """Keep the likes: ratings of at least `min_rating`, as a table `user_id, item_id`.

    Args:
        ratings: one row per rating, with any further columns.
        min_rating: the lowest rating that is a like; half stars are fine.
        user, item, rating: the names of the three columns. Ids may be strings or whole numbers.

    Raises:
        ValueError: a column is missing or there twice, an id or a rating is missing, a rating is no number, or a user
            has rated an item twice.
    """
    columns = list(ratings.columns)
    if not len(ratings):
        raise ValueError("the table of ratings is empty; it needs one row per rating")
    check_number("min_rating", min_rating, why="the lowest rating that is a like")
    for name in (user, item, rating):
        if columns.count(name) != 1:
            there = "not there" if name not in columns else "there more than once"
            raise ValueError(f"the column {name!r} is {there}; name one by user=, item=, rating=, out of {columns}")
        if ratings[name].isna().any():
            row = ratings.index[ratings[name].isna()].tolist()[0]
            raise ValueError(f"{name!r} is missing in row {row!r}; drop that row or fill it in")
    values = ratings[rating]
    if not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        raise ValueError(f"ratings must be numbers, got {values.iloc[0]!r} in {rating!r}; convert by pd.to_numeric")
    pairs = ratings[[user, item]].set_axis(["user_id", "item_id"], axis=1)
    if pairs.duplicated().any():
        raise ValueError(f"{pairs[pairs.duplicated()].iloc[0].to_dict()} is rated more than once; keep one rating")
    return pairs[(values >= min_rating).to_numpy()].reset_index(drop=True)


def to_interactions(table: pd.DataFrame, user_ids: Ids, item_ids: Ids) -> Interactions:
    """The pairs `user_id, item_id` of a table as indices: position in `user_ids`, position in `item_ids`.

    Raises:
        ValueError: a column is missing, an id in the lists repeats, a pair names an unknown id or stands twice.
    """
    if missing := [column for column in ("user_id", "item_id") if column not in table]:
        raise ValueError(f"the table has no column {missing}; got {list(table.columns)}")
    user_ids, item_ids = pd.Index(user_ids), pd.Index(item_ids)
    user, item = _positions(table["user_id"], user_ids, "user"), _positions(table["item_id"], item_ids, "item")
    return Interactions(torch.from_numpy(user), torch.from_numpy(item), len(user_ids), len(item_ids))


def split_per_user(
    likes: pd.DataFrame,
    user_ids: Ids | None = None,
    item_ids: Ids | None = None,
    test: float = 0.2,
    validation: float = 0.1,
    seed: int = 0,
) -> Split:
    """Hide a share of each user's likes, at random.

    Of `n` likes `max(1, int(n * test))` are hidden for the test, and the same rule with `validation` is applied to
    what is left; a user's last like always stays in train. Every id keeps its index, liked or not. The result
    depends on the set of likes and on `seed`, not on the order of rows.

    Args:
        likes: the table `user_id, item_id` that `to_likes` returns.
        user_ids, item_ids: every id there is, in the order of the indices; those of the likes, sorted, if left out.
        test, validation: shares of each user's likes.
        seed: of the lottery.

    Raises:
        ValueError: other columns, no like, fewer than two users or items, a share outside [0, 1), an id that repeats,
            or a like whose id is unknown.
    """
    check_count("seed", seed, 0)
    for name, share in (("test", test), ("validation", validation)):
        check_number(name, share, high=0.99, why="a share of each user's likes")
    if set(likes.columns) != {"user_id", "item_id"}:
        raise ValueError(f"likes must be the table user_id, item_id of `to_likes`, got columns {list(likes.columns)}")
    if not len(likes):
        raise ValueError("there is no like to split; lower min_rating in `to_likes`, or check the ratings")
    users = _sorted_ids(likes["user_id"], "user") if user_ids is None else pd.Index(user_ids)
    items = _sorted_ids(likes["item_id"], "item") if item_ids is None else pd.Index(item_ids)
    if len(users) < 2 or len(items) < 2:
        raise ValueError(f"a recommender needs two users and two items, got {len(users)} and {len(items)}; add likes")
    user, item = np.divmod(to_interactions(likes, users, items).keys.numpy(), len(items))  # in order of index
    lottery = np.random.default_rng(seed).random(len(user))
    order = np.lexsort((lottery, user))  # each user's likes together, in random order
    user, item = user[order], item[order]
    count = np.bincount(user, minlength=len(users))
    rank = np.arange(len(user)) - np.repeat(np.cumsum(count) - count, count)  # 0, 1, ... within the user
    n_test = _share(count, test)
    n_validation = _share(count - n_test, validation)
    is_test = rank < n_test[user]
    is_validation = ~is_test & (rank < (n_test + n_validation)[user])

    def part(chosen: np.ndarray) -> Interactions:
        return Interactions(torch.from_numpy(user[chosen]), torch.from_numpy(item[chosen]), len(users), len(items))

    return Split(part(~is_test & ~is_validation), part(is_validation), part(is_test), users, items)


def check_room(likes: Interactions, users: Tensor) -> None:
    """Refuse, by a ValueError, users who like every item: there is nothing to compare their likes with."""
    full = users[(likes.user_degree() >= likes.n_items)[users]]
    if len(full):
        raise ValueError(f"user {int(full[0])} likes all {likes.n_items} items: none to compare with; leave them out")


def _share(count: np.ndarray, share: float) -> np.ndarray:
    wanted = np.maximum(1, (count * share).astype(np.int64)) if share > 0 else np.zeros_like(count)
    return np.where(count > 1, wanted, 0)


def _sorted_ids(values: pd.Series, name: str) -> pd.Index:
    try:
        return pd.Index(values.unique()).sort_values()
    except TypeError:
        kinds = sorted({type(value).__name__ for value in values})
        raise ValueError(f"the {name} ids are of several kinds, {' and '.join(kinds)}; make them all strings") from None


def _once(ids: pd.Index, name: str) -> None:
    if twice := ids[ids.duplicated()].tolist():
        raise ValueError(f"the {name} id {twice[0]!r} stands more than once; an id names one {name}")


def _positions(values: pd.Series, ids: pd.Index, name: str) -> np.ndarray:
    _once(ids, name)
    try:
        index = ids.get_indexer(pd.Index(values))
    except TypeError:  # a list or a dict is no id
        index = np.full(len(values), -1)
    if (index < 0).any():
        unknown, known = values[index < 0].tolist()[0], ", ".join(map(repr, ids[:3].tolist()))
        raise ValueError(f"{name} {unknown!r} is not among the {len(ids)} {name} ids, which begin {known}")
    return index.astype(np.int64)


check_kinds(__name__)
