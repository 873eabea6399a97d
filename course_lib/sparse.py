"""The arithmetic on SciPy's sparse matrices that the baselines share, in blocks of users or items."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import torch
from torch import Tensor

from course_lib.border import check_kinds, check_range
from course_lib.evaluation import Matchmaker
from course_lib.interactions import Interactions
from course_lib.interop import to_scipy

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Sparse: TypeAlias = "csr_array"


def normalised(interactions: Interactions, user_exponent: float = 0.5) -> csr_array:
    """`D_u^-user_exponent R D_i^-1/2`, `(n_users, n_items)` float32; with 1/2 the upper right block of `adjacency`."""
    by_user = interactions.user_degree().clamp_min(1).float() ** -user_exponent
    by_item = interactions.item_degree().clamp_min(1).float().rsqrt()
    return to_scipy(interactions, by_user[interactions.user] * by_item[interactions.item])


def rows_of(matrix: csr_array, users: Tensor) -> csr_array:
    """The rows of some users, `(B, n_items)`.

    Raises:
        ValueError: a user's index is out of range.
    """
    check_range("users", users, matrix.shape[0])  # SciPy would count from the end
    return matrix[users.numpy()]


def row_with(items: Tensor, values: Tensor, n_items: int) -> csr_array:
    """One row `(1, n_items)` with the values `(n,)` at the items `(n,)`."""
    from scipy.sparse import csr_array

    check_range("a liked item", items, n_items)  # SciPy does not look, and an index beyond the end kills the process
    return csr_array((values.numpy(), items.numpy(), [0, len(items)]), (1, n_items))


def from_likes(interactions: Interactions, score: Callable[[csr_array], Tensor]) -> Matchmaker:
    """What turns rows of likes, `(B, n_items)`, into scores, asked for the rows of users or for a new one."""
    likes = to_scipy(interactions)
    return Matchmaker(
        lambda users: score(rows_of(likes, users)),
        lambda liked: score(row_with(liked, torch.ones(len(liked)), interactions.n_items))[0],
    )


def there_and_back(rows: csr_array | np.ndarray, matrix: csr_array) -> np.ndarray:
    """`rows SᵀS`, `(B, n_items)`, by way of the users: SᵀS would have an entry for each two items with a common fan."""
    users = rows @ matrix.T
    return (users if isinstance(users, np.ndarray) else users.toarray()) @ matrix


def nearest_by_cosine(interactions: Interactions, n_neighbours: int) -> csr_array:
    """The cosines of items by their fans, 0 for an item with itself: `(n_items, n_items)` float32.

    Column `i` has only the `n_neighbours` largest, and those that tie with the last of them. They are made of whole
    numbers, so that items with as many common fans and as many fans tie exactly.
    """
    from scipy.sparse import csr_array, vstack

    likes, fans = to_scipy(interactions), interactions.item_degree().float()
    by_item, kept = likes.T.tocsr(), []
    for start in range(0, interactions.n_items, 1024):  # in blocks: most of what is counted is not kept
        shared = by_item[start : start + 1024] @ likes
        item = start + np.repeat(np.arange(shared.shape[0]), np.diff(shared.indptr))
        shared.data /= (fans[item] * fans[shared.indices]).sqrt().numpy()
        shared.data[item == shared.indices] = 0
        for first, end in zip(shared.indptr[:-1], shared.indptr[1:], strict=True):
            if end - first > n_neighbours:
                cosines = shared.data[first:end]
                cosines[cosines < np.partition(cosines, -n_neighbours)[-n_neighbours]] = 0
        shared.eliminate_zeros()
        kept.append(shared)
    return csr_array(vstack(kept).T)


check_kinds(__name__)
