"""The bipartite graph: users and items as nodes of one index space, likes as edges in both directions.

Node `u` is user `u`; node `n_users + i` is item `i`.
"""

import warnings
from collections.abc import Iterator, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.border import check_index, check_kinds, check_range
from course_lib.interactions import Interactions


def edge_index(interactions: Interactions) -> Tensor:
    """Every like twice, once per direction: `(2, 2E)` int64, sources above targets (PyG's convention)."""
    user, item = interactions.user, interactions.item + interactions.n_users
    return torch.stack([torch.cat([user, item]), torch.cat([item, user])])


def edge_weight(edges: Tensor, n_nodes: int) -> Tensor:
    """The loudness of each edge, `1 / sqrt(d_i d_j)`: `(2E,)` float32 (He et al. 2020, Eq. 3).

    Raises:
        ValueError: an edge names a node outside `[0, n_nodes)`; or it has no way back, so that the degrees of its two
            ends contradict each other.
    """
    check_range("edges", edges, n_nodes)
    source, target = edges
    degree = torch.bincount(target, minlength=n_nodes)
    one_way = degree != torch.bincount(source, minlength=n_nodes)
    if one_way.any():
        node = int(one_way.nonzero()[0])
        raise ValueError(f"an edge of node {node} has no way back; an edge index holds every like in both directions")
    return (degree[source] * degree[target]).float().rsqrt()


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
    """The matrix with `weight` `(E,)` in the cells `edges` `(2, E)`, each named once: `(n_nodes, n_nodes)` sparse CSR.

    Raises:
        ValueError: an edge names a node outside `[0, n_nodes)`.
    """
    check_range("edges", edges, n_nodes)  # PyTorch does not look, and an index beyond the end kills the process
    row, column = edges
    # NumPy's sort makes the whole up to two and a half times as fast as `coalesce` (tests/benchmarks/growth.py).
    order = torch.from_numpy(np.argsort((row * n_nodes + column).numpy()))
    starts = F.pad(torch.bincount(row, minlength=n_nodes).cumsum(0), (1, 0))
    with warnings.catch_warnings():
        # "Sparse CSR tensor support is in beta": the two operations used here are tested against dense ones.
        warnings.filterwarnings("ignore", message="Sparse CSR")
        return torch.sparse_csr_tensor(starts, column[order], weight[order], (n_nodes, n_nodes), check_invariants=False)


class _SymmetricProduct(torch.autograd.Function):
    """`A @ x` for a symmetric sparse A, whose gradient is `A @ grad`: autograd would transpose A at every step."""

    @staticmethod
    def forward(ctx, matrix: Tensor, x: Tensor) -> Tensor:
        ctx.matrix = matrix
        return _product(matrix, x)

    @staticmethod
    def backward(ctx, *gradients: Tensor) -> tuple[None, Tensor]:
        return None, _product(ctx.matrix, gradients[0])


def _product(matrix: Tensor, x: Tensor) -> Tensor:
    # Each row of A x is a weighted sum of a bag of rows of x. PyTorch's embedding bag reads them about as fast as a
    # plain sum reads a table, and is five times as fast as its CSR product, there and back eight times
    # (tests/benchmarks/growth.py).
    columns, starts = matrix.col_indices(), matrix.crow_indices()[:-1]
    return F.embedding_bag(columns, x, starts, mode="sum", per_sample_weights=matrix.values())


def propagate(graph: Tensor, x: Tensor) -> Tensor:
    """One round of gossip, `graph @ x`: `(N, N)` sparse and symmetric times `(N, d)`, fast in both directions.

    Raises:
        ValueError: the graph is no sparse CSR matrix, or the two do not fit.
    """
    check_matrix(graph)
    if x.dim() != 2 or len(x) != graph.size(1):
        raise ValueError(f"tags must be ({graph.size(1)}, d), one row per node of the graph, got {tuple(x.shape)}")
    return _SymmetricProduct.apply(graph, x)


def gossip_rounds(graph: Tensor, x: Tensor, n_rounds: int) -> Iterator[Tensor]:
    """The tags after 0, 1, ..., `n_rounds` rounds of gossip: x, Âx, ÂÂx, ... each `(N, d)`.

    The one recurrence of the course: it makes the layers of LightGCN, untrained gossip (one-hot tags) and reach. A
    graph that is not symmetric may be used, but not be learned through.
    """
    yield x
    for _ in range(n_rounds):
        yield (x := propagate(graph, x))


def neighbours(graph: Tensor, node: int) -> tuple[Tensor, Tensor]:
    """The nodes that one node hears, and how loudly: a row of the matrix of `adjacency`, both `(degree,)`."""
    check_matrix(graph)
    check_index("node", node, graph.size(0))
    row = slice(int(graph.crow_indices()[node]), int(graph.crow_indices()[node + 1]))
    return graph.col_indices()[row], graph.values()[row]


def newcomer_hears(graph: Tensor, n_users: int, liked: Sequence[int] | Tensor) -> tuple[Tensor, Tensor]:
    """The liked items of a guest who is not in the graph, checked, and how loudly each is heard: both `(n,)`.

    The likes count as edges item -> new guest only, so the items' degrees d_j stay as they are, and with n likes the
    loudness is `1 / sqrt(n d_j)`. An item that nobody likes has heard nothing and weighs nothing; a warning names it.

    Raises:
        ValueError: no like, an unknown or a repeated item, no liked item that anybody else likes.
    """
    check_matrix(graph)
    items = torch.as_tensor(liked if isinstance(liked, Tensor) else list(liked), device=graph.device)
    if not items.numel():
        raise ValueError("a new guest needs at least one like, got none; without likes, offer the popular items")
    if items.dim() != 1 or items.dtype != torch.int64:
        raise ValueError(f"liked must be (n,) int64 item indices, got {tuple(items.shape)} {items.dtype}")
    check_range("a liked item", items, graph.size(0) - n_users)
    unique, count = items.unique(return_counts=True)
    if (count > 1).any():
        raise ValueError(f"item {int(unique[count > 1][0])} is liked more than once; keep it once")
    degree = graph.crow_indices().diff()[n_users + items]
    silent = items[degree == 0].tolist()
    if len(silent) == len(items):
        raise ValueError(f"nobody else likes the liked items {silent}, so they tell nothing; like a more popular one")
    if silent:
        warnings.warn(f"nobody else likes items {silent}: they weigh nothing for the new guest", stacklevel=5)
    return items, (len(items) * degree).float().rsqrt().masked_fill(degree == 0, 0.0)


def to_device(graph: Tensor, device: torch.device | str) -> Tensor:
    """The graph on another device, where one round of gossip was tried.

    Raises:
        ValueError: there is no such device, or it cannot work with sparse CSR matrices.
    """
    try:
        moved = graph.to(device)
        _product(moved, torch.ones(graph.size(0), 1, device=device)).cpu()  # an answer must come back
        return moved
    except (RuntimeError, NotImplementedError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise ValueError(f"the device {str(device)!r} cannot gossip ({reason}); use device='cpu'") from error


def check_matrix(graph: Tensor) -> None:
    """Refuse an edge index, by a ValueError, where the matrix of `adjacency` is meant."""
    if graph.layout != torch.sparse_csr:
        raise ValueError(f"the graph must be the matrix of `graph.adjacency`, got a {graph.layout} tensor")


check_kinds(__name__)
