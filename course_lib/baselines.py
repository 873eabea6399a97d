"""The ladder of honest baselines. Each is a function of the likes and returns a `Scorer`.

Matrix factorisation has no function of its own: it is `LightGCN(n_layers=0)` under the same loss. All but the first
two hold an item-by-item matrix: made for catalogues of some thousand items.
"""

import torch
from torch import Tensor

from course_lib.evaluation import Scorer
from course_lib.interactions import Interactions


def random_scorer(interactions: Interactions, seed: int = 0) -> Scorer:
    """A random score for every pair, the same at every call: the floor of every table."""
    scores = torch.rand(interactions.n_users, interactions.n_items, generator=torch.Generator().manual_seed(seed))
    return lambda users: scores[users]


def popularity(interactions: Interactions) -> Scorer:
    """Score an item by its number of likes, the same for everybody."""
    degree = interactions.item_degree().float()
    return lambda users: degree.expand(len(users), -1)


def item_knn(interactions: Interactions, n_neighbours: int = 200) -> Scorer:
    """Score an item by its similarity to the user's likes: the sum of their rows of `item_similarity`."""
    # Summed in double precision: films with the same fans then tie on every machine, and not as rounding has it.
    likes, similarity = interactions.dense().double(), item_similarity(interactions, n_neighbours).double()
    return lambda users: (likes[users] @ similarity).float()


def item_similarity(interactions: Interactions, n_neighbours: int = 200) -> Tensor:
    """Cosine of two items, shared fans / sqrt(fans of one * fans of the other), each item's nearest only.

    Item `i` listens to its `n_neighbours` most similar items and those that tie with the last of them; 200 lies
    on the plateau that `tests/benchmarks/search.py` finds on validation.

    Returns:
        `(n_items, n_items)`: column `i` holds the neighbours of item `i`. A row of likes times it is that user's
        scores, whether the user was there before or not.

    Raises:
        ValueError: `n_neighbours` is below 1.

    References:
        Sarwar et al. 2001, "Item-based collaborative filtering recommendation algorithms",
        doi:10.1145/371920.372071; Deshpande and Karypis 2004, doi:10.1145/963770.963776.
    """
    if n_neighbours < 1:
        raise ValueError(f"n_neighbours must be at least 1, got {n_neighbours}")
    likes = interactions.dense()
    shared = likes.T @ likes  # whole numbers, so that ties among neighbours fall the same way on every machine
    fans = shared.diagonal().clamp_min(1)
    similarity = (shared / (fans[:, None] * fans).sqrt()).fill_diagonal_(0)
    n_neighbours = min(n_neighbours, interactions.n_items)
    threshold = similarity.topk(n_neighbours, dim=0).values[-1]
    similarity[similarity < threshold] = 0
    return similarity


def untrained_gossip(interactions: Interactions, n_layers: int = 3) -> Scorer:
    """Gossip without learning: one-hot tags, `n_layers` rounds, and how much of item i arrived at the user.

    With one number per node as tag, the tags after k rounds are the rows of Â^k, so the score is the (user, item)
    entry of Â + Â^3 + ... up to `n_layers` (even powers lead from users to users). Written with the user-item block
    S of Â: S + S SᵀS + ...

    Raises:
        ValueError: `n_layers` is below 1: nothing would have arrived.
    """
    if n_layers < 1:
        raise ValueError(f"n_layers must be at least 1, got {n_layers}: without a round nothing arrives")
    likes = interactions.dense()
    degrees = likes.sum(dim=1, keepdim=True) * likes.sum(dim=0, keepdim=True)
    step = likes * degrees.clamp_min(1).rsqrt()  # (n_users, n_items): S
    term, total = step, torch.zeros_like(step)
    for power in range(1, n_layers + 1, 2):
        if power > 1:
            term = term @ (step.T @ step)
        total = total + term
    return lambda users: total[users]


def ease(interactions: Interactions, reg_weight: float = 300.0) -> Scorer:
    """A linear model from likes to likes in closed form: a user's likes times `ease_weights`."""
    likes, weights = interactions.dense(), ease_weights(interactions, reg_weight)
    return lambda users: likes[users] @ weights


def ease_weights(interactions: Interactions, reg_weight: float = 300.0) -> Tensor:
    """`B = I - P / diag(P)` with `P = (XᵀX + reg_weight I)^-1`: one matrix inverse, `(n_items, n_items)`.

    A row of likes times it is that user's scores, whether the user was there before or not. 300 is the best
    `reg_weight` that `tests/benchmarks/search.py` finds on validation.

    References:
        Steck 2019, "Embarrassingly Shallow Autoencoders for Sparse Data", https://arxiv.org/abs/1905.03375, Eq. 8.

    Raises:
        ValueError: `reg_weight` is not above 0.
    """
    if reg_weight <= 0:
        raise ValueError(f"reg_weight must be above 0, got {reg_weight}: the matrix could not be inverted")
    likes = interactions.dense()
    gram = likes.T @ likes
    gram.diagonal().add_(reg_weight)
    precision = torch.cholesky_inverse(torch.linalg.cholesky(gram))
    return (-precision / precision.diagonal()).fill_diagonal_(0)
