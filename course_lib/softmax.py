"""Teaching by choosing: the film a guest raved about against all films they did not, at once.

The full softmax of Liang et al. 2018, "Variational Autoencoders for Collaborative Filtering"
(https://arxiv.org/abs/1802.05814, Eq. 2), with the cosine scores and the temperature of Wu et al. 2024, "On the
Effectiveness of Sampled Softmax Loss for Item Recommendation" (https://arxiv.org/abs/2201.02327). On a catalogue of
some thousand films nothing has to be sampled. Beyond `FULL` scores, a step takes `N_USERS` guests and `N_FILMS` films
drawn uniformly, and the sum over the drawn films is scaled up to all of them, which is the correction that importance
sampling asks for (Bengio and Senécal 2008, doi:10.1109/TNN.2007.912312).
"""

import math
from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.border import check_kinds, check_number
from course_lib.interactions import Interactions, check_room
from course_lib.lightgcn import LightGCN

FULL, N_USERS, N_FILMS = 2**24, 2048, 4096


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


def softmax_batches(likes: Interactions, generator: torch.Generator) -> Sequence[Tensor]:
    """The likes of each step, as places in `likes`: all at once, or beyond `FULL` scores those of `N_USERS` guests."""
    if likes.n_users * likes.n_items <= FULL:
        return [torch.randperm(len(likes), generator=generator)]
    of_like = (torch.randperm(likes.n_users, generator=generator) // N_USERS)[likes.user]  # the step of its guest
    return [batch for batch in of_like.sort().indices.split(of_like.bincount().tolist()) if len(batch)]


def softmax_objective(
    model: LightGCN, graph: Tensor, likes: Interactions, temperature: float, generator: torch.Generator
) -> Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """What a step of training lowers: of a batch of likes and the ego tags, the loss, twice: nothing is added to it.

    Raises:
        ValueError: a user likes every item, so that the softmax has nothing to compare with.
    """
    check_room(likes, torch.arange(likes.n_users))
    liked = likes.dense().bool().to(graph.device) if likes.n_users * likes.n_items <= FULL else None

    def objective(batch: Tensor, ego: Tensor) -> tuple[Tensor, Tensor]:
        tags = model.normalised(model.tags(graph, ego))
        users, films = tags[: model.n_users], tags[model.n_users :]
        user, item = likes.user[batch].to(ego.device), likes.item[batch].to(ego.device)
        if liked is not None:
            loss = softmax_loss(users @ films.T, user, item, liked, temperature)
            return loss, loss
        present, row = user.unique(return_inverse=True)
        drawn = torch.randperm(likes.n_items, generator=generator)[:N_FILMS]
        told = likes.rows(present.cpu())[:, drawn].to(ego.device)
        scores = users.index_select(0, present) @ films.index_select(0, drawn.to(ego.device)).T / temperature
        own = (users.index_select(0, user) * films.index_select(0, item)).sum(dim=1) / temperature
        rest = scores.masked_fill(told, -torch.inf).logsumexp(dim=1) + math.log(likes.n_items / len(drawn))
        loss = F.softplus(rest[row] - own).mean()
        return loss, loss

    return objective


check_kinds(__name__)
