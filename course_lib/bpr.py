"""Teaching by comparison: the film a guest raved about should score above a random one.

Rendle et al. 2009, "BPR: Bayesian Personalized Ranking from Implicit Feedback", https://arxiv.org/abs/1205.2618.
"""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.border import check_kinds, check_range
from course_lib.interactions import Interactions, check_room
from course_lib.lightgcn import LightGCN


def bpr_loss(positive: Tensor, negative: Tensor) -> Tensor:
    """`mean(-log sigmoid(positive - negative))`, finite for any difference: both `(B,)`, returns a scalar.

    Written as softplus, because in float32 `log(sigmoid(x))` is -inf once x is near -90 or below, and its gradient is
    lost.

    Raises:
        ValueError: the two differ in shape, or are empty.
    """
    if positive.shape != negative.shape or not positive.numel():
        shapes = f"{tuple(positive.shape)} and {tuple(negative.shape)}"
        raise ValueError(f"positive and negative must be scores of the same pairs, at least one, got {shapes}")
    return F.softplus(negative - positive).mean()


def l2_penalty(user: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
    """`1/2 (|e_u|^2 + |e_i|^2 + |e_j|^2)` per triple, mean over the batch.

    Of the layer-0 embeddings of the batch only, each `(B, d)`, as the LightGCN authors do; not of the whole table.
    """
    return (user.square().sum() + positive.square().sum() + negative.square().sum()) / (2 * max(len(user), 1))


def sample_negatives(user: Tensor, interactions: Interactions, generator: torch.Generator | None = None) -> Tensor:
    """For each user one item that is not among their `interactions`, uniformly: `(B,)` int64 to `(B,)` int64.

    Draws all at once and draws again where a liked item came up. Hidden likes can be drawn, as they must: whoever
    knows which items to avoid knows the test.

    Raises:
        ValueError: a user has every item, so that there is nothing to draw.
    """
    check_room(interactions, check_range("user", user, interactions.n_users))
    item = torch.randint(interactions.n_items, user.shape, generator=generator)
    redraw = interactions.contains(user, item).nonzero().squeeze(1)
    while len(redraw):
        item[redraw] = torch.randint(interactions.n_items, redraw.shape, generator=generator)
        redraw = redraw[interactions.contains(user[redraw], item[redraw])]
    return item


def bpr_objective(
    model: LightGCN, graph: Tensor, likes: Interactions, reg_weight: float, generator: torch.Generator
) -> Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """What a step of training lowers: of a batch of likes and the ego tags, the loss alone and with its penalty.

    Each like of the batch, `(B,)` places in `likes`, meets one fresh negative.
    """

    def objective(batch: Tensor, ego: Tensor) -> tuple[Tensor, Tensor]:
        user, positive = likes.user[batch], likes.item[batch]
        negative = sample_negatives(user, likes, generator)
        nodes = torch.cat([user, model.n_users + positive, model.n_users + negative]).to(ego.device)  # (3B,)
        tag, raved, random = model.tags(graph, ego).index_select(0, nodes).chunk(3)  # one propagation serves all three
        loss = bpr_loss((tag * raved).sum(dim=1), (tag * random).sum(dim=1))
        return loss, loss + reg_weight * l2_penalty(*model.embedding.weight.index_select(0, nodes).chunk(3))

    return objective


check_kinds(__name__)
