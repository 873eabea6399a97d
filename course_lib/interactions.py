"""Who raved about what: likes, and the split into what a model may see and what stays hidden."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import torch
from torch import Tensor


@dataclass(frozen=True)
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
        for name, index in (("user", self.user), ("item", self.item)):
            if not isinstance(index, Tensor):
                raise ValueError(f"{name} must be a tensor, got {type(index).__name__}; make it one by torch.tensor")
        if self.user.shape != self.item.shape or self.user.dim() != 1:
            raise ValueError(
                f"user and item must be two 1-d tensors of one length, got {tuple(self.user.shape)} and "
                f"{tuple(self.item.shape)}"
            )
        for name, index, n in (("user", self.user, self.n_users), ("item", self.item, self.n_items)):
            if index.dtype != torch.int64:
                raise ValueError(f"{name} must be int64 (call .long() on it), got {index.dtype}")
            check_range(name, index, n)
        same = self.keys[1:] == self.keys[:-1]
        if same.any():
            key = int(self.keys[1:][same][0])
            pair = (key // self.n_items, key % self.n_items)
            raise ValueError(f"the pair (user, item) = {pair} stands more than once; keep it once")

    def __len__(self) -> int:
        return len(self.user)

    @cached_property
    def keys(self) -> Tensor:
        """`(E,)` the pairs as sorted numbers `user * n_items + item`: made for fast look-up."""
        return (self.user * self.n_items + self.item).sort().values

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
        check_range("users", users, self.n_users)
        unique, inverse = users.unique(return_inverse=True)
        row = torch.full((self.n_users,), -1)
        row[unique] = torch.arange(len(unique))
        mine = row[self.user] >= 0
        block = torch.zeros(len(unique), self.n_items, dtype=torch.bool)
        block[row[self.user[mine]], self.item[mine]] = True
        return block[inverse]

    def dense(self) -> Tensor:
        """The whole matrix R, `(n_users, n_items)` float32 of 0 and 1: for catalogues of some thousand items."""
        return self.rows(torch.arange(self.n_users)).float()

    def items_of(self, user: int) -> Tensor:
        """The items of one user, ascending."""
        return self.item[self.user == user].sort().values

    def user_degree(self) -> Tensor:
        """`(n_users,)` number of pairs of each user."""
        return torch.bincount(self.user, minlength=self.n_users)

    def item_degree(self) -> Tensor:
        """`(n_items,)` number of pairs of each item."""
        return torch.bincount(self.item, minlength=self.n_items)


@dataclass(frozen=True)
class Split:
    """Likes in three parts that share users and items but no pair.

    Args:
        train: what a model learns from.
        validation: what settings and the number of epochs are chosen on.
        test: what results are reported on, once.
        user_ids: the raw id of user index 0, 1, ...
        item_ids: the raw id of item index 0, 1, ...

    Raises:
        ValueError: parts of different sizes, or a pair in two parts.
    """

    train: Interactions
    validation: Interactions
    test: Interactions
    user_ids: pd.Index
    item_ids: pd.Index

    def __post_init__(self) -> None:
        parts = {"train": self.train, "validation": self.validation, "test": self.test}
        for name, part in parts.items():
            sizes, expected = (part.n_users, part.n_items), (len(self.user_ids), len(self.item_ids))
            if sizes != expected:
                raise ValueError(f"{name} counts (users, items) = {sizes}, but the ids count {expected}")
        for first, second in (("train", "validation"), ("train", "test"), ("validation", "test")):
            shared = parts[first].contains(parts[second].user, parts[second].item)
            if shared.any():
                raise ValueError(f"{int(shared.sum())} pairs are in both {first} and {second}; a pair may be in one")

    @cached_property
    def fit(self) -> Interactions:
        """Train and validation together: what the final model learns from, once its settings are chosen."""
        user = torch.cat([self.train.user, self.validation.user])
        item = torch.cat([self.train.item, self.validation.item])
        return Interactions(user, item, self.train.n_users, self.train.n_items)


def to_likes(ratings: pd.DataFrame, min_rating: int = 4) -> pd.DataFrame:
    """Keep the raves: ratings of at least `min_rating`, as a table `user_id, film_id`.

    Raises:
        ValueError: a column is missing, or a user has rated a film twice.
    """
    missing = [column for column in ("user_id", "film_id", "rating") if column not in ratings]
    if missing:
        raise ValueError(f"the ratings have no column {missing}; got {list(ratings.columns)}")
    pairs = ratings[["user_id", "film_id"]]
    if pairs.duplicated().any():
        raise ValueError(f"{pairs[pairs.duplicated()].iloc[0].to_dict()} is rated more than once; keep one rating")
    return pairs[ratings["rating"] >= min_rating].reset_index(drop=True)


def to_interactions(
    table: pd.DataFrame, user_ids: pd.Series | pd.Index, item_ids: pd.Series | pd.Index
) -> Interactions:
    """The pairs `user_id, film_id` of a table as indices: position in `user_ids`, position in `item_ids`.

    Raises:
        ValueError: an id in the lists repeats, a pair names an unknown id, a pair stands twice.
    """
    user_ids, item_ids = pd.Index(user_ids), pd.Index(item_ids)
    user, item = _indices(table["user_id"], user_ids, "user"), _indices(table["film_id"], item_ids, "item")
    return Interactions(torch.from_numpy(user), torch.from_numpy(item), len(user_ids), len(item_ids))


def split_per_user(
    likes: pd.DataFrame,
    user_ids: pd.Series | pd.Index,
    item_ids: pd.Series | pd.Index,
    test: float = 0.2,
    validation: float = 0.1,
    seed: int = 0,
) -> Split:
    """Hide a share of each user's likes, at random.

    Of `n` likes `max(1, int(n * test))` are hidden for the test, and the same rule with `validation` is applied to
    what is left; a user's last like always stays in train. Every id keeps its index, liked or not. The result
    depends on the set of likes and on `seed`, not on the order of rows.

    Raises:
        ValueError: a share outside [0, 1), an id that repeats, or a like whose id is unknown.
    """
    for name, share in (("test", test), ("validation", validation)):
        if not 0 <= share < 1:
            raise ValueError(f"{name} is a share of each user's likes, 0 <= {name} < 1, got {share}")
    user_ids, item_ids = pd.Index(user_ids), pd.Index(item_ids)
    every = to_interactions(likes, user_ids, item_ids)
    user, item = every.user.numpy(), every.item.numpy()

    order = np.lexsort((item, user))
    user, item = user[order], item[order]
    lottery = np.random.default_rng(seed).random(len(user))
    order = np.lexsort((lottery, user))  # each user's likes together, in random order
    user, item = user[order], item[order]
    count = np.bincount(user, minlength=len(user_ids))
    rank = np.arange(len(user)) - np.repeat(np.cumsum(count) - count, count)  # 0, 1, ... within the user
    n_test = _share(count, test)
    n_validation = _share(count - n_test, validation)
    is_test = rank < n_test[user]
    is_validation = ~is_test & (rank < (n_test + n_validation)[user])

    def part(chosen: np.ndarray) -> Interactions:
        return Interactions(
            torch.from_numpy(user[chosen]), torch.from_numpy(item[chosen]), len(user_ids), len(item_ids)
        )

    return Split(part(~is_test & ~is_validation), part(is_validation), part(is_test), user_ids, item_ids)


def check_range(name: str, index: Tensor, n: int) -> None:
    """Refuse, by a ValueError, indices outside `[0, n)`."""
    if len(index) and not 0 <= int(index.min()) <= int(index.max()) < n:
        raise ValueError(f"{name} must lie in [0, {n}), got {int(index.min())} to {int(index.max())}")


def _share(count: np.ndarray, share: float) -> np.ndarray:
    wanted = np.maximum(1, (count * share).astype(np.int64)) if share > 0 else np.zeros_like(count)
    return np.where(count > 1, wanted, 0)


def _indices(values: pd.Series, ids: pd.Index, name: str) -> np.ndarray:
    if not ids.is_unique:
        raise ValueError(f"the {name} id {ids[ids.duplicated()][0]} stands more than once; an id names one {name}")
    index = ids.get_indexer(values)
    if (index < 0).any():
        raise ValueError(f"the likes name {name} {values[index < 0].iloc[0]}, which is not among the {name} ids")
    return index.astype(np.int64)
