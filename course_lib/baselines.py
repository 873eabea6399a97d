"""The ladder of honest baselines. Each is a function of the likes and returns a `Scorer`.

Matrix factorisation has no function of its own: it is `LightGCN(n_layers=0)` under the same loss. All but `ease` work
on sparse matrices and in blocks of users, so that catalogues of some hundred thousand items are fine.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from course_lib.border import check_count, check_kinds, check_number
from course_lib.evaluation import Matchmaker, Scorer
from course_lib.graph import adjacency, newcomer_hears
from course_lib.interactions import Interactions
from course_lib.interop import to_scipy
from course_lib.sparse import Sparse, from_likes, nearest_by_cosine, normalised, row_with, rows_of, there_and_back

MAX_EASE = 20_000  # items: a matrix of 1.6 GB, three of which are held while it is inverted


def random_scorer(interactions: Interactions, seed: int = 0) -> Scorer:
    """A random score for every pair, the same at every call: the floor of every table."""

    def score(users: Tensor) -> Tensor:
        lotteries = (np.random.default_rng([check_count("seed", seed, 0), user]) for user in users.tolist())
        rows = [lottery.random(interactions.n_items, dtype=np.float32) for lottery in lotteries]
        return torch.from_numpy(np.reshape(rows, (len(users), interactions.n_items)))

    return score


def popularity(interactions: Interactions) -> Matchmaker:
    """Score an item by its number of likes, the same for everybody."""
    degree = interactions.item_degree().float()
    return Matchmaker(lambda users: degree.expand(len(users), -1), lambda liked: degree)


def item_knn(interactions: Interactions, n_neighbours: int = 200) -> Matchmaker:
    """Score an item by its similarity to the user's likes: the sum of their rows of `item_similarity`."""
    # Summed in double precision: films with the same fans then tie on every machine, and not as rounding has it.
    similarity = item_similarity(interactions, n_neighbours).astype("float64")
    return from_likes(interactions, lambda rows: torch.from_numpy((rows @ similarity).toarray()).float())


def item_similarity(interactions: Interactions, n_neighbours: int = 200) -> Sparse:
    """Cosine of two items, shared fans / sqrt(fans of one * fans of the other), each item's nearest only.

    Item `i` listens to its `n_neighbours` most similar items and those that tie with the last of them; 200 lies
    on the plateau that `tests/benchmarks/search.py` finds on validation.

    Returns:
        `(n_items, n_items)` float32, a sparse matrix of SciPy: column `i` holds the neighbours of item `i`. A row of
        likes times it is that user's scores, whether the user was there before or not.

    Raises:
        ValueError: `n_neighbours` is below 1.

    References:
        Sarwar et al. 2001, "Item-based collaborative filtering recommendation algorithms",
        doi:10.1145/371920.372071; Deshpande and Karypis 2004, doi:10.1145/963770.963776.
    """
    check_count("n_neighbours", n_neighbours)
    return nearest_by_cosine(interactions, n_neighbours)


def untrained_gossip(interactions: Interactions, n_layers: int = 3) -> Matchmaker:
    """Gossip without learning: one-hot tags, `n_layers` rounds, and how much of item i arrived at the user.

    With one number per node as tag, the tags after k rounds are the rows of Â^k, so the score is the (user, item)
    entry of Â + Â^3 + ... up to `n_layers` (even powers lead from users to users). With S, the users x items block of
    Â, that is a row of S + S SᵀS + ... A newcomer's first step goes to the liked items, as in `LightGCN.fold_in`.

    Raises:
        ValueError: `n_layers` is below 1: nothing would have arrived.
    """
    check_count("n_layers", n_layers, why="without a round nothing arrives")
    matrix, graph = normalised(interactions), adjacency(interactions)

    def arrived(first: Sparse) -> Tensor:
        heard: Sparse | np.ndarray = first
        total = first.toarray()
        for _ in range((n_layers - 1) // 2):
            heard = there_and_back(heard, matrix)
            total += heard
        return torch.from_numpy(total)

    def newcomer(liked: Tensor) -> Tensor:
        items, loudness = newcomer_hears(graph, interactions.n_users, liked)
        return arrived(row_with(items, loudness, interactions.n_items))[0]

    return Matchmaker(lambda users: arrived(rows_of(matrix, users)), newcomer)


def graph_filter(
    interactions: Interactions, n_factors: int = 256, low_pass: float = 0.3, user_exponent: float = 0.5, seed: int = 0
) -> Matchmaker:
    """Two filters of the item graph, and no training: one round of gossip between items, and an ideal low pass.

    With `S = D_u^-user_exponent R D_i^-1/2`, a row r of likes has the scores `r SᵀS + low_pass * s_1² * r D_i^-1/2 V Vᵀ
    D_i^1/2`: V holds the `n_factors` strongest right singular vectors of S, its slowest waves over the items, and s_1
    is the largest singular value.

    The first part differs from three rounds of `untrained_gossip` in the reader's end alone. There the reader's likes
    are heard as any edge of the graph is, by 1/√d_i, and SᵀS divides by √d_i once more: a like counts 1/d_i, and
    famous items hardly speak. Here r is read as it is, and a like counts 1/√d_i.

    Args:
        n_factors: at most; fewer where S has no more.
        low_pass: weight of the second part.
        user_exponent: of the users' degrees; below 1/2 those with many likes speak louder.
        seed: of the random start of the decomposition.

    References:
        Shen et al. 2021, "How Powerful is Graph Convolution for Recommendation?", https://arxiv.org/abs/2108.07567
        (GF-CF), with the defaults of the paper. Halko et al. 2011, doi:10.1137/090771806, for the decomposition.

    Raises:
        ValueError: a setting is out of range.
    """
    from sklearn.utils.extmath import randomized_svd

    check_count("n_factors", n_factors)
    check_number("low_pass", low_pass)
    check_number("user_exponent", user_exponent)
    matrix = normalised(interactions, user_exponent)
    root = interactions.item_degree().clamp_min(1).float().sqrt().numpy()
    _, strength, waves = randomized_svd(matrix, min(n_factors, *matrix.shape), n_iter=3, random_state=seed)
    waves = waves[strength > 1e-5 * strength[0]]  # the others are no part of S: any direction would do
    back = low_pass * strength[0] ** 2 * waves * root

    def score(rows: Sparse) -> Tensor:
        return torch.from_numpy(there_and_back(rows, matrix) + (rows / root) @ waves.T @ back)

    return from_likes(interactions, score)


def ease(interactions: Interactions, reg_weight: float = 300.0) -> Matchmaker:
    """A linear model from likes to likes in closed form: a user's likes times `ease_weights`."""
    weights = ease_weights(interactions, reg_weight)
    return from_likes(interactions, lambda rows: torch.from_numpy(rows.toarray()) @ weights)


def ease_weights(interactions: Interactions, reg_weight: float = 300.0) -> Tensor:
    """`B = I - P / diag(P)` with `P = (XᵀX + reg_weight I)^-1`: one matrix inverse, `(n_items, n_items)`.

    A row of likes times it is that user's scores, whether the user was there before or not. 300 is the best
    `reg_weight` that `tests/benchmarks/search.py` finds on validation.

    References:
        Steck 2019, "Embarrassingly Shallow Autoencoders for Sparse Data", https://arxiv.org/abs/1905.03375, Eq. 8.

    Raises:
        ValueError: `reg_weight` is not above 0; or there are more than 20,000 items.
    """
    check_number("reg_weight", reg_weight, above_zero=True, why="or the matrix could not be inverted")
    if interactions.n_items > MAX_EASE:
        n_items = f"{interactions.n_items} items, more than the {MAX_EASE} it is made for"
        raise ValueError(f"EASE inverts a matrix of {n_items}; use `graph_filter`, which is sparse")
    likes = to_scipy(interactions)
    gram = torch.from_numpy((likes.T @ likes).toarray())
    gram.diagonal().add_(reg_weight)
    precision = torch.cholesky_inverse(torch.linalg.cholesky(gram))
    return (-precision / precision.diagonal()).fill_diagonal_(0)


check_kinds(__name__)
