"""The bipartite graph: users and items as nodes of one index space, likes as edges in both directions.

Node `u` is user `u`; node `n_users + i` is item `i`.
"""

import warnings

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.interactions import Interactions


def edge_index(interactions: Interactions) -> Tensor:
    """Every like twice, once per direction: `(2, 2E)` int64, sources above targets (PyG's convention)."""
    user, item = interactions.user, interactions.item + interactions.n_users
    return torch.stack([torch.cat([user, item]), torch.cat([item, user])])


def edge_weight(edge_index: Tensor, n_nodes: int) -> Tensor:
    """The loudness of each edge, `1 / sqrt(d_i d_j)`: `(2E,)` float32 (He et al. 2020, Eq. 3).

    Raises:
        ValueError: an edge has no way back, so that the degrees of its two ends contradict each other.
    """
    source, target = edge_index
    degree = torch.bincount(target, minlength=n_nodes)
    one_way = degree != torch.bincount(source, minlength=n_nodes)
    if one_way.any():
        node = int(one_way.nonzero()[0])
        raise ValueError(f"an edge of node {node} has no way back; an edge index holds every like in both directions")
    degree = degree.float()
    return (degree[source] * degree[target]).rsqrt()


def adjacency(interactions: Interactions) -> Tensor:
    """The normalised adjacency matrix D^-1/2 A D^-1/2, with A = [[0, R], [R^T, 0]].

    Returns:
        `(N, N)` sparse CSR float32, `N = n_users + n_items`: symmetric, no self-loops, `2E` entries. A node
        without a like has an empty row.

    References:
        He et al. 2020, "LightGCN", https://arxiv.org/abs/2002.02126, Eq. 8.
    """
    n_nodes = interactions.n_users + interactions.n_items
    edges = edge_index(interactions)
    return sparse_matrix(edges, edge_weight(edges, n_nodes), n_nodes)


def sparse_matrix(edges: Tensor, weight: Tensor, n_nodes: int) -> Tensor:
    """The matrix with `weight` `(E,)` in the cells `edges` `(2, E)`: `(n_nodes, n_nodes)` sparse CSR."""
    coo = torch.sparse_coo_tensor(edges, weight, (n_nodes, n_nodes), check_invariants=False)
    with warnings.catch_warnings():
        # "Sparse CSR tensor support is in beta": the two operations used here are tested against dense ones.
        warnings.filterwarnings("ignore", message="Sparse CSR")
        return coo.coalesce().to_sparse_csr()


class _SymmetricProduct(torch.autograd.Function):
    """`A @ x` for a symmetric sparse A, whose gradient is `A @ grad`: autograd would transpose A at every step."""

    @staticmethod
    def forward(ctx, matrix: Tensor, x: Tensor) -> Tensor:
        ctx.matrix = matrix
        return _product(matrix, x)

    @staticmethod
    def backward(ctx, gradient: Tensor) -> tuple[None, Tensor]:
        return None, _product(ctx.matrix, gradient)


def _product(matrix: Tensor, x: Tensor) -> Tensor:
    # Each row of A x is a weighted sum of a bag of rows of x. PyTorch's embedding bag does that two to four times as
    # fast as its CSR product (tests/benchmarks/propagation.py).
    columns, starts = matrix.col_indices(), matrix.crow_indices()[:-1]
    return F.embedding_bag(columns, x, starts, mode="sum", per_sample_weights=matrix.values())


def propagate(adjacency: Tensor, x: Tensor) -> Tensor:
    """One round of gossip, `adjacency @ x`: `(N, N)` sparse and symmetric times `(N, d)`, fast in both directions."""
    return _SymmetricProduct.apply(adjacency, x)


def neighbours(adjacency: Tensor, node: int) -> tuple[Tensor, Tensor]:
    """The nodes that one node hears, and how loudly: a row of the matrix of `adjacency`, both `(degree,)`."""
    check_matrix(adjacency)
    row = slice(int(adjacency.crow_indices()[node]), int(adjacency.crow_indices()[node + 1]))
    return adjacency.col_indices()[row], adjacency.values()[row]


def check_matrix(graph: Tensor) -> None:
    """Refuse an edge index, by a ValueError, where the matrix of `adjacency` is meant."""
    if graph.layout != torch.sparse_csr:
        raise ValueError(f"the graph must be the matrix of `graph.adjacency`, got a {graph.layout} tensor")
