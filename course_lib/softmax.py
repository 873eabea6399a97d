"""Teaching by choosing: the film a guest raved about against all films they did not, at once.

The full softmax of Liang et al. 2018, "Variational Autoencoders for Collaborative Filtering"
(https://arxiv.org/abs/1802.05814, Eq. 2), with the cosine scores and the temperature of Wu et al. 2024, "On the
Effectiveness of Sampled Softmax Loss for Item Recommendation" (https://arxiv.org/abs/2201.02327). On a catalogue of
some thousand films nothing has to be sampled.
"""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.border import check_number
from course_lib.interactions import Interactions, check_room
from course_lib.lightgcn import LightGCN


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

    Raises:
        ValueError: the temperature is not above 0.
    """
    check_number("temperature", temperature, above_zero=True, why="scores are divided by it")
    scaled = scores / temperature
    competitors = scaled.masked_fill(liked, -torch.inf).logsumexp(dim=1)  # (n_users,)
    return F.softplus(competitors[user] - scaled[user, item]).mean()


def softmax_objective(
    model: LightGCN, graph: Tensor, likes: Interactions, temperature: float
) -> Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """What a step of training lowers: of a batch of likes and the ego tags, the loss, twice: nothing is added to it.

    Raises:
        ValueError: a user likes every item, so that the softmax has nothing to compare with.
    """
    check_room(likes, torch.arange(likes.n_users))
    liked = likes.dense().bool().to(graph.device)

    def objective(batch: Tensor, ego: Tensor) -> tuple[Tensor, Tensor]:
        tags = model.normalised(model.tags(graph, ego))
        scores = tags[: model.n_users] @ tags[model.n_users :].T
        user, item = likes.user[batch].to(ego.device), likes.item[batch].to(ego.device)
        loss = softmax_loss(scores, user, item, liked, temperature)
        return loss, loss

    return objective
