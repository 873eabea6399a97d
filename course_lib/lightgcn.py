"""LightGCN: name tags, and rounds of gossip that blend them along the likes.

He et al. 2020, "LightGCN: Simplifying and Powering Graph Convolution Network for Recommendation",
https://arxiv.org/abs/2002.02126.
"""

import torch
from torch import Tensor, nn
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
        return self.propagate(graph, x=x, weight=weight)  # one call: PyG reads its arguments off the source

    def message(self, x_j: Tensor, weight: Tensor) -> Tensor:
        """What travels along each edge: the neighbour's tag, softened by both degrees, `(2E, d)`."""
        return weight.view(-1, 1) * x_j

    def message_and_aggregate(self, graph: Tensor, x: Tensor) -> Tensor:
        """All messages and their sums in one sparse product; PyG calls it when the graph is a matrix."""
        return propagate(graph, x)


class LightGCN(nn.Module):
    """Embeddings of users and items, averaged over rounds 0 to `n_layers` of gossip.

    With `n_layers=0` it *is* matrix factorisation. The graph is an argument of every call and never stored, so what
    a model can see is visible where it is called.

    Args:
        n_users: number of users.
        n_items: number of items.
        embedding_dim: numbers on a name tag.
        n_layers: rounds of gossip.
        scoring: how two final tags become a score, `"dot"` or `"cosine"` (see `recommendation.scorer`).
        seed: of the initial tags (Xavier uniform).

    Raises:
        ValueError: another scoring, or fewer than 0 layers.
    """

    def __init__(
        self,
        n_users: int,
        n_items: int,
        embedding_dim: int = 64,
        n_layers: int = 3,
        scoring: str = "dot",
        seed: int = 0,
    ) -> None:
        super().__init__()
        check_scoring(scoring)
        if n_layers < 0:
            raise ValueError(f"n_layers must be at least 0, got {n_layers}")
        self.scoring = scoring
        self.n_users, self.n_items, self.n_layers = n_users, n_items, n_layers
        self.embedding = nn.Embedding(n_users + n_items, embedding_dim)
        nn.init.xavier_uniform_(self.embedding.weight, generator=torch.Generator().manual_seed(seed))
        self.conv = LightGCNConv()

    def layers(self, graph: Tensor) -> list[Tensor]:
        """The tags after 0, 1, ..., `n_layers` rounds: each `(N, d)`, users first.

        Raises:
            ValueError: the graph has another number of nodes than the model.
        """
        n_nodes = self.n_users + self.n_items
        if graph.layout == torch.sparse_csr:
            fits, nodes = graph.size(0) == n_nodes, graph.size(0)
        else:  # an edge index does not know about nodes without edges
            nodes = int(graph.max()) + 1 if graph.numel() else 0
            fits = nodes <= n_nodes
        if not fits:
            raise ValueError(
                f"the graph has {nodes} nodes, the model {self.n_users} users + {self.n_items} items = {n_nodes}; "
                "build both from the same split"
            )
        tags = [self.embedding.weight]
        for _ in range(self.n_layers):
            tags.append(self.conv(tags[-1], graph))
        return tags

    def tags(self, graph: Tensor) -> Tensor:
        """The final tags of all nodes in one table, `(N, d)`, users first: what `forward` returns in two parts."""
        layers = self.layers(graph)
        return sum(layers[1:], start=layers[0]) / len(layers)

    def forward(self, graph: Tensor) -> tuple[Tensor, Tensor]:
        """The final tags, the mean of all layers (He et al. 2020, Eq. 4 with weights 1 / (n_layers + 1)).

        They are returned as they are, whatever the scoring.

        Shapes:
            graph: `(N, N)` from `graph.adjacency`, or `(2, 2E)` from `graph.edge_index`.
            returns: users `(n_users, d)`, items `(n_items, d)`.
        """
        tags = self.tags(graph)
        return tags[: self.n_users], tags[self.n_users :]


def check_scoring(scoring: str) -> None:
    """Refuse, by a ValueError, any other way to make a score of two tags."""
    if scoring not in ("dot", "cosine"):
        raise ValueError(f'scoring must be "dot" or "cosine", got {scoring!r}')
