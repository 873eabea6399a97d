"""One round of gossip as PyTorch Geometric writes it: the readable layer of notebook 04.

Training takes the same step by `graph.propagate`; this module alone imports PyTorch Geometric.
"""

import torch
from torch import Tensor
from torch_geometric.nn import MessagePassing

from course_lib.graph import edge_weight, propagate


class LightGCNConv(MessagePassing):
    """One round of gossip: `x_i <- sum over neighbours j of x_j / sqrt(d_i d_j)` (He et al. 2020, Eq. 3).

    The graph may be an `edge_index` `(2, 2E)`, which takes the readable way through `message`, or the sparse matrix
    of `graph.adjacency`, which does the same in one product. Both give the numbers of PyG's `LGConv`.

    Shapes:
        x: `(N, d)`; returns `(N, d)`.
    """

    def __init__(self) -> None:
        super().__init__(aggr="add")

    def forward(self, x: Tensor, graph: Tensor) -> Tensor:
        """One round: `(N, d)` to `(N, d)`."""
        weight = None if graph.layout == torch.sparse_csr else edge_weight(graph, x.size(0))
        # PyG finds out what a layer needs by reading this call, so it may stand here only once.
        return self.propagate(graph, x=x, weight=weight)

    def message(self, x_j: Tensor, weight: Tensor) -> Tensor:
        """What travels along each edge: the neighbour's tag, softened by both degrees, `(2E, d)`."""
        return weight.view(-1, 1) * x_j

    def message_and_aggregate(self, edge_index: Tensor, x: Tensor) -> Tensor:
        """All messages and their sums in one sparse product; PyG calls it when the graph is a matrix."""
        return propagate(edge_index, x)
