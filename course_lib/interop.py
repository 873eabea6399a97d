"""`Interactions` to and from what others hold likes in: pandas, SciPy's sparse matrices, PyTorch Geometric."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import torch
from torch import Tensor

from course_lib.border import check_count, check_kinds
from course_lib.graph import edge_index
from course_lib.interactions import Ids, Interactions, to_interactions

if TYPE_CHECKING:
    from scipy.sparse import csr_array
    from torch_geometric.data import Data, HeteroData

LIKES = ("user", "likes", "item")

from_frame = to_interactions


def to_frame(likes: Interactions, user_ids: Ids | None = None, item_ids: Ids | None = None) -> pd.DataFrame:
    """The pairs as a table `user_id, item_id`: raw ids, or indices where no ids are given."""
    users = pd.RangeIndex(likes.n_users) if user_ids is None else pd.Index(user_ids)
    items = pd.RangeIndex(likes.n_items) if item_ids is None else pd.Index(item_ids)
    return pd.DataFrame({"user_id": users[likes.user.numpy()], "item_id": items[likes.item.numpy()]})


def to_scipy(likes: Interactions, values: Tensor | None = None) -> csr_array:
    """The matrix R as SciPy's CSR: `(n_users, n_items)`, float32 ones at the likes, or `values` `(E,)`."""
    from scipy.sparse import csr_array

    values = torch.ones(len(likes)) if values is None else values
    return csr_array((values.numpy(), (likes.user.numpy(), likes.item.numpy())), likes.sizes)


def from_scipy(matrix: csr_array) -> Interactions:
    """A pair for each cell of a sparse matrix, users x items, that is not zero."""
    if not hasattr(matrix, "tocsr"):
        raise ValueError(f"the matrix must be a sparse matrix of SciPy, got {type(matrix).__name__}; wrap in csr_array")
    user, item = matrix.nonzero()
    return Interactions(torch.from_numpy(user).long(), torch.from_numpy(item).long(), *matrix.shape)


def to_data(likes: Interactions) -> Data:
    """PyG's `Data`: users before items in one index space, both directions of each like, and `n_users`."""
    from torch_geometric.data import Data

    return Data(edge_index=edge_index(likes), num_nodes=likes.n_users + likes.n_items, n_users=likes.n_users)


def from_data(data: Data, n_users: int | None = None) -> Interactions:
    """The pairs of PyG's `Data`, read along the edges that leave a user.

    Args:
        n_users: the nodes before it are users, those from it on items; `data.n_users` if left out.
    """
    if n_users is None:
        if "n_users" not in data:
            raise ValueError("the data does not say which nodes are users; pass n_users, the number of them")
        n_users = data.n_users
    check_count("n_users", n_users, 0, data.num_nodes, "the number of nodes")
    source, target = data.edge_index
    away = source < n_users
    if len(source) and not away.any():
        raise ValueError(f"no edge leaves a user, that is a node before {n_users}; turn the edges round")
    return Interactions(source[away], target[away] - n_users, n_users, data.num_nodes - n_users)


def to_heterodata(likes: Interactions) -> HeteroData:
    """PyG's `HeteroData` with the edge type `("user", "likes", "item")`."""
    from torch_geometric.data import HeteroData

    data = HeteroData()
    data["user"].num_nodes, data["item"].num_nodes = likes.n_users, likes.n_items
    data[LIKES].edge_index = torch.stack([likes.user, likes.item])
    return data


def from_heterodata(data: HeteroData, edge_type: tuple[str, str, str] = LIKES) -> Interactions:
    """The pairs of one edge type of PyG's `HeteroData`, whose source are users and whose target are items."""
    if edge_type not in data.edge_types:
        raise ValueError(f"the data has no edges {edge_type}; it has {data.edge_types}")
    user, item = data[edge_type].edge_index
    return Interactions(user, item, data[edge_type[0]].num_nodes, data[edge_type[2]].num_nodes)


check_kinds(__name__)
