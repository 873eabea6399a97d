"""Teaching by choosing: the film a guest raved about against all films they did not, at once.

The full softmax of Liang et al. 2018, "Variational Autoencoders for Collaborative Filtering"
(https://arxiv.org/abs/1802.05814, Eq. 2), with the cosine scores and the temperature of Wu et al. 2024, "On the
Effectiveness of Sampled Softmax Loss for Item Recommendation" (https://arxiv.org/abs/2201.02327). On a catalogue of
some thousand films nothing has to be sampled.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.interactions import Interactions


def softmax_loss(scores: Tensor, user: Tensor, item: Tensor, liked: Tensor, temperature: float) -> Tensor:
    """Mean over likes of `-log( e^(s_ui/t) / (e^(s_ui/t) + sum over films j not liked by u of e^(s_uj/t)) )`.

    A user's other likes are left out of the denominator: they are not wrong answers. Written as softplus of a
    difference, so that it stays finite for any scores.

    Args:
        scores: `(n_users, n_items)`.
        user, item: `(E,)` the likes, as indices.
        liked: `(n_users, n_items)` bool, True at the likes.
        temperature: t; smaller looks harder at the strongest competitors.

    Returns:
        A scalar.
    """
    scaled = scores / temperature
    competitors = scaled.masked_fill(liked, -torch.inf).logsumexp(dim=1)  # (n_users,)
    return F.softplus(competitors[user] - scaled[user, item]).mean()


def check_competitors(interactions: Interactions) -> None:
    """Refuse a user who has every item: the softmax would have nothing to compare with.

    Raises:
        ValueError: there is such a user.
    """
    full = (interactions.user_degree() >= interactions.n_items).nonzero()
    if len(full):
        raise ValueError(
            f"user {int(full[0])} has all {interactions.n_items} items, so nothing is left to compare them with; "
            "leave that user out of training"
        )
