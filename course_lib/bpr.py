"""Teaching by comparison: the film a guest raved about should score above a random one.

Rendle et al. 2009, "BPR: Bayesian Personalized Ranking from Implicit Feedback", https://arxiv.org/abs/1205.2618.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.interactions import Interactions


def bpr_loss(positive: Tensor, negative: Tensor) -> Tensor:
    """`mean(-log sigmoid(positive - negative))`, finite for any difference: both `(B,)`, returns a scalar.

    Written as softplus, because in float32 `log(sigmoid(x))` is -inf once x is near -90 or below, and its gradient is
    lost.
    """
    return F.softplus(negative - positive).mean()


def l2_penalty(user: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
    """`1/2 (|e_u|^2 + |e_i|^2 + |e_j|^2)` per triple, mean over the batch.

    Of the layer-0 embeddings of the batch only, each `(B, d)`, as the LightGCN authors do; not of the whole table.
    """
    return (user.square().sum() + positive.square().sum() + negative.square().sum()) / (2 * len(user))


def sample_negatives(user: Tensor, interactions: Interactions, generator: torch.Generator | None = None) -> Tensor:
    """For each user one item that is not among their `interactions`, uniformly: `(B,)` int64 to `(B,)` int64.

    Draws all at once and draws again where a liked item came up. Hidden likes can be drawn, as they must: whoever
    knows which items to avoid knows the test.

    Raises:
        ValueError: a user has every item, so that there is nothing to draw.
    """
    degree = interactions.user_degree()
    full = (degree >= interactions.n_items)[user]
    if full.any():
        raise ValueError(
            f"user {int(user[full][0])} has all {interactions.n_items} items, so no negative is left to draw; "
            "leave that user out of training"
        )
    item = torch.randint(interactions.n_items, user.shape, generator=generator)
    redraw = interactions.contains(user, item).nonzero().squeeze(1)
    while len(redraw):
        item[redraw] = torch.randint(interactions.n_items, redraw.shape, generator=generator)
        redraw = redraw[interactions.contains(user[redraw], item[redraw])]
    return item
