"""A loop that works the way the notebook this course grew from does, for comparison only.

Written anew with the same costs: degrees and norms computed in every layer, one propagation for the positives and
one for the negatives of every batch, negatives drawn one by one in Python against all likes of the user (the hidden
ones too), and an L2 term over the whole table. Only its evaluation is the course's own: the original masks the hidden
likes and prints 0.
"""

from dataclasses import replace

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch_geometric.nn import MessagePassing
from torch_geometric.utils import degree

from course_lib.graph import edge_index
from course_lib.interactions import Interactions, Split
from course_lib.training import BPR_CONFIG

SOURCE_CONFIG = replace(BPR_CONFIG, n_layers=3, learning_rate=0.001, reg_weight=0.0, n_epochs=50)
"""The settings of that notebook, for a run of the course's own loop."""


class SourceConv(MessagePassing):
    def __init__(self):
        super().__init__(aggr="add")

    def forward(self, x: Tensor, edges: Tensor) -> Tensor:
        source, target = edges
        inverse_root = degree(target, x.size(0), dtype=x.dtype).pow(-0.5)
        inverse_root[inverse_root == float("inf")] = 0
        return self.propagate(edges, x=x, norm=inverse_root[source] * inverse_root[target])

    def message(self, x_j: Tensor, norm: Tensor) -> Tensor:
        return norm.view(-1, 1) * x_j


class SourceLightGCN(nn.Module):
    def __init__(self, n_users: int, n_items: int, embedding_dim: int = 64, n_layers: int = 3):
        super().__init__()
        self.n_users = n_users
        self.embedding = nn.Embedding(n_users + n_items, embedding_dim)
        nn.init.xavier_uniform_(self.embedding.weight)
        self.convs = nn.ModuleList(SourceConv() for _ in range(n_layers))

    def forward(self, edges: Tensor) -> tuple[Tensor, Tensor]:
        tags = [self.embedding.weight]
        for conv in self.convs:
            tags.append(conv(tags[-1], edges))
        mean = torch.stack(tags, dim=1).mean(dim=1)
        return mean[: self.n_users], mean[self.n_users :]

    def predict(self, user: Tensor, item: Tensor, edges: Tensor) -> Tensor:
        users, items = self(edges)
        return (users[user] * items[item]).sum(dim=1)


def all_likes(split: Split) -> list[set[int]]:
    """Each user's likes, hidden ones included: what the source draws its negatives against."""
    likes = [set() for _ in range(split.fit.n_users)]
    for part in (split.fit, split.test):
        for user, item in zip(part.user.tolist(), part.item.tolist(), strict=True):
            likes[user].add(item)
    return likes


def source_epoch(
    model: SourceLightGCN, optimizer: torch.optim.Optimizer, train: Interactions, likes: list[set[int]],
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """One epoch of batches of 1024."""
    edges = edge_index(train)
    for batch in torch.randperm(len(train)).split(1024):
        user, positive = train.user[batch], train.item[batch]
        negative = []
        for u in user.tolist():
            draw = int(rng.integers(train.n_items))
            while draw in likes[u]:
                draw = int(rng.integers(train.n_items))
            negative.append(draw)
        difference = model.predict(user, positive, edges) - model.predict(user, torch.tensor(negative), edges)
        penalty = 1e-4 * model.embedding.weight.norm(2) ** 2 / len(user)
        optimizer.zero_grad()
        (penalty - F.logsigmoid(difference).mean()).backward()
        optimizer.step()
