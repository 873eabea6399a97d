"""The ladder of honest baselines. Each is a function of the likes and returns a `Scorer`.

Matrix factorisation has no function of its own: it is `LightGCN(n_layers=0)` under the same loss. `item_knn` and `ease`
hold an item-by-item matrix: made for catalogues of some thousand items.
"""

import torch
from torch import Tensor

from course_lib.border import check_count, check_number
from course_lib.evaluation import Matchmaker, Scorer
from course_lib.graph import adjacency, gossip_rounds, newcomer_hears
from course_lib.interactions import Interactions


def random_scorer(interactions: Interactions, seed: int = 0) -> Scorer:
    """A random score for every pair, the same at every call: the floor of every table."""
    scores = torch.rand(interactions.n_users, interactions.n_items, generator=torch.Generator().manual_seed(seed))
    return lambda users: scores[users]


def popularity(interactions: Interactions) -> Matchmaker:
    """Score an item by its number of likes, the same for everybody."""
    degree = interactions.item_degree().float()
    return Matchmaker(lambda users: degree.expand(len(users), -1), lambda liked: degree)


def item_knn(interactions: Interactions, n_neighbours: int = 200) -> Matchmaker:
    """Score an item by its similarity to the user's likes: the sum of their rows of `item_similarity`."""
    # Summed in double precision: films with the same fans then tie on every machine, and not as rounding has it.
    return _from_likes(interactions, item_similarity(interactions, n_neighbours).double())


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
    check_count("n_neighbours", n_neighbours)
    likes = interactions.dense()
    shared = likes.T @ likes  # whole numbers, so that ties among neighbours fall the same way on every machine
    fans = shared.diagonal().clamp_min(1)
    similarity = (shared / (fans[:, None] * fans).sqrt()).fill_diagonal_(0)
    threshold = similarity.topk(min(n_neighbours, interactions.n_items), dim=0).values[-1]
    similarity[similarity < threshold] = 0
    return similarity


def untrained_gossip(interactions: Interactions, n_layers: int = 3) -> Matchmaker:
    """Gossip without learning: one-hot tags, `n_layers` rounds, and how much of item i arrived at the user.

    With one number per node as tag, the tags after k rounds are the rows of Â^k, so the score is the (user, item)
    entry of Â + Â^3 + ... up to `n_layers` (even powers lead from users to users). As Â is symmetric, a row is found
    by sending gossip out from the user. A newcomer's first step goes to the liked items, as in `LightGCN.fold_in`.

    Raises:
        ValueError: `n_layers` is below 1: nothing would have arrived.
    """
    check_count("n_layers", n_layers, why="without a round nothing arrives")
    graph, n_users = adjacency(interactions), interactions.n_users

    def arrived(start: Tensor) -> Tensor:  # from what the first step reaches, (N, B), to (B, n_items)
        return sum(list(gossip_rounds(graph, start, n_layers - 1))[::2], torch.zeros(()))[n_users:].T

    def known(users: Tensor) -> Tensor:
        one_hot = torch.zeros(graph.size(0), len(users))
        one_hot[users, torch.arange(len(users))] = 1
        return arrived(list(gossip_rounds(graph, one_hot, 1))[1])

    def newcomer(liked: Tensor) -> Tensor:
        items, loudness = newcomer_hears(graph, n_users, liked)
        start = torch.zeros(graph.size(0), 1)
        start[n_users + items, 0] = loudness
        return arrived(start)[0]

    return Matchmaker(known, newcomer)


def ease(interactions: Interactions, reg_weight: float = 300.0) -> Matchmaker:
    """A linear model from likes to likes in closed form: a user's likes times `ease_weights`."""
    return _from_likes(interactions, ease_weights(interactions, reg_weight))


def ease_weights(interactions: Interactions, reg_weight: float = 300.0) -> Tensor:
    """`B = I - P / diag(P)` with `P = (XᵀX + reg_weight I)^-1`: one matrix inverse, `(n_items, n_items)`.

    A row of likes times it is that user's scores, whether the user was there before or not. 300 is the best
    `reg_weight` that `tests/benchmarks/search.py` finds on validation.

    References:
        Steck 2019, "Embarrassingly Shallow Autoencoders for Sparse Data", https://arxiv.org/abs/1905.03375, Eq. 8.

    Raises:
        ValueError: `reg_weight` is not above 0.
    """
    check_number("reg_weight", reg_weight, above_zero=True, why="or the matrix could not be inverted")
    likes = interactions.dense()
    gram = likes.T @ likes
    gram.diagonal().add_(reg_weight)
    precision = torch.cholesky_inverse(torch.linalg.cholesky(gram))
    return (-precision / precision.diagonal()).fill_diagonal_(0)


def _from_likes(interactions: Interactions, weights: Tensor) -> Matchmaker:
    """Score by a row of likes times a matrix `(n_items, n_items)`."""
    return Matchmaker(
        lambda users: (interactions.rows(users).to(weights.dtype) @ weights).float(),
        lambda liked: weights[liked].sum(dim=0).float(),
    )
