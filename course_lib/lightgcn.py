"""LightGCN: name tags, and rounds of gossip that blend them along the likes.

He et al. 2020, "LightGCN: Simplifying and Powering Graph Convolution Network for Recommendation",
https://arxiv.org/abs/2002.02126.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.border import check_count, check_kinds, check_option, check_range
from course_lib.evaluation import Matchmaker
from course_lib.graph import check_matrix, gossip_rounds, newcomer_hears


class LightGCN(nn.Module):
    """Embeddings of users and items, averaged over rounds 0 to `n_layers` of gossip.

    With `n_layers=0` it *is* matrix factorisation. The graph is an argument of every call and never stored, so what
    a model can see is visible where it is called.

    Args:
        n_users: number of users.
        n_items: number of items.
        embedding_dim: numbers on a name tag.
        n_layers: rounds of gossip.
        scoring: how two final tags become a score, `"dot"` or `"cosine"`.
        seed: of the initial tags (Xavier uniform).

    Raises:
        ValueError: another scoring, or a count below 1 (of layers, below 0).
    """

    def __init__(
        self, n_users: int, n_items: int, embedding_dim: int, n_layers: int, scoring: str = "dot", seed: int = 0
    ) -> None:
        super().__init__()
        check_option("scoring", scoring, ("dot", "cosine"))
        for name, count in (("n_users", n_users), ("n_items", n_items), ("embedding_dim", embedding_dim)):
            check_count(name, count)
        for name, count in (("n_layers", n_layers), ("seed", seed)):
            check_count(name, count, 0)
        self.n_users, self.n_items, self.n_layers, self.scoring = n_users, n_items, n_layers, scoring
        self.embedding = nn.Embedding(n_users + n_items, embedding_dim)
        nn.init.xavier_uniform_(self.embedding.weight, generator=torch.Generator().manual_seed(seed))

    def layers(self, graph: Tensor) -> list[Tensor]:
        """The tags after 0, 1, ..., `n_layers` rounds: each `(N, d)`, users first.

        Args:
            graph: the matrix of `graph.adjacency`.

        Raises:
            ValueError: the graph is of another party.
        """
        check_graph(self, graph)
        return list(gossip_rounds(graph, self.embedding.weight, self.n_layers))

    def tags(self, graph: Tensor, ego: Tensor | None = None) -> Tensor:
        """The final tags of all nodes in one table, `(N, d)`, users first: what `forward` returns in two parts.

        Args:
            graph: the matrix of `graph.adjacency`.
            ego: `(N, d)` to begin with, instead of the model's own layer-0 tags.
        """
        check_graph(self, graph)
        rounds = gossip_rounds(graph, self.embedding.weight if ego is None else ego, self.n_layers)
        total = next(rounds).clone()
        for heard in rounds:
            total.add_(heard)  # in place: at 1e7 likes a table more is a tenth of the way there and back
        return total.div_(self.n_layers + 1)

    def forward(self, graph: Tensor) -> tuple[Tensor, Tensor]:
        """The final tags, the mean of all layers (He et al. 2020, Eq. 4 with weights 1 / (n_layers + 1)).

        They are returned as they are, whatever the scoring.

        Shapes:
            graph: `(N, N)` from `graph.adjacency`.
            returns: users `(n_users, d)`, items `(n_items, d)`.
        """
        tags = self.tags(graph)
        return tags[: self.n_users], tags[self.n_users :]

    def scorer(self, graph: Tensor) -> Matchmaker:
        """Scores for users of the model, and for newcomers, in the model's own scoring.

        The tags are computed once, now: train on, and the scorer stays as it is.
        """
        with torch.no_grad():
            users, items = (self.normalised(tags) for tags in self(graph))
            told = self.told(graph)

        def newcomer(liked: Tensor) -> Tensor:
            return (self.normalised(self.fold_in(graph, liked, told)) @ items.T)[0]

        # The range is checked, as a negative index would score for the last user.
        return Matchmaker(lambda who: users[check_range("users", who, len(users)).to(users.device)] @ items.T, newcomer)

    def normalised(self, tags: Tensor) -> Tensor:
        """Tags whose dot products are the model's scores: of length 1 under cosine scoring, else as they are."""
        return F.normalize(tags) if self.scoring == "cosine" else tags

    def told(self, graph: Tensor) -> Tensor:
        """What each item passes on in all rounds together, `(X_0 + ... + X_{K-1}) / (K+1)`: `(n_items, d)`."""
        layers = self.layers(graph)
        return sum(layers[:-1], start=torch.zeros_like(layers[0]))[self.n_users :] / len(layers)

    def fold_in(self, graph: Tensor, liked: Sequence[int] | Tensor, told: Tensor | None = None) -> Tensor:
        """The tag of a guest whom the model was not trained on, in closed form: from likes alone, nothing is retrained.

        The convention: the likes are added as edges item -> new guest only, so the items' tags and degrees d_j stay
        as they are; d_u is the number of likes; the guest's own layer-0 tag is zero. With X_k the tags after k
        rounds and K = n_layers

            e_u = sum over liked j of  (X_0 + ... + X_{K-1})[j] / sqrt(d_u d_j) / (K+1).

        Args:
            graph: the matrix of `graph.adjacency`.
            liked: item indices of one guest, `(n,)`.
            told: what `told` returned for this graph; found anew if left out.

        Returns:
            `(1, d)`: raw, as `forward` returns tags.

        Raises:
            ValueError: what `newcomer_hears` refuses; or `n_layers=0`, where no gossip would reach the guest.
        """
        if self.n_layers == 0:
            raise ValueError("with n_layers=0 no gossip reaches a new guest, got such a model; use n_layers >= 1")
        with torch.no_grad():
            items, loudness = newcomer_hears(graph, self.n_users, liked)
            return (loudness @ (self.told(graph) if told is None else told)[items])[None]


def check_graph(model: LightGCN, graph: Tensor) -> None:
    """Refuse, by a ValueError, a graph that is not of the model's party: other nodes, or other users among them."""
    check_matrix(graph)
    n_nodes, n_entries = model.n_users + model.n_items, len(graph.col_indices())
    heard = graph.col_indices()[: int(graph.crow_indices()[min(model.n_users, graph.size(0))])]  # by users: items only
    divides = 2 * len(heard) == n_entries and not (n_entries and int(heard.min()) < model.n_users)
    if graph.size(0) != n_nodes or not divides:
        ours = f"{model.n_users} users + {model.n_items} items = {n_nodes}"
        raise ValueError(f"the graph has {graph.size(0)} nodes, the model {ours}; build both from the same split")


check_kinds(__name__)
