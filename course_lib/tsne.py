"""The seating plan: tags of many numbers drawn as dots on a plane, and numbers that say what the plane kept.

Thin wrappers over scikit-learn, which is imported only when a map is made.
"""

import time
from typing import NamedTuple

import numpy as np

from course_lib.border import check_count, check_number


def tsne(tags: np.ndarray, perplexity: float = 30.0, seed: int = 0) -> np.ndarray:
    """Place each tag on a plane so that close tags stay close: t-SNE, started from PCA.

    The same machine gives the same map for the same seed. Another machine may not: rounding differs, and small
    differences grow. Report what holds for the map, never its coordinates.

    Args:
        tags: `(n, d)` one row per guest or film.
        perplexity: about how many neighbours each dot tries to keep; below `n`.
        seed: of scikit-learn's randomness, of which a start from PCA leaves next to nothing: other seeds, same map.

    Returns:
        `(n, 2)` positions, without unit.

    Raises:
        ValueError: `tags` is not a finite table with at least two columns, or its rows are all the same, or
            `perplexity` does not fit `n`.
        KeyboardInterrupt: it was interrupted; it says after how long, and nothing of the map is kept.

    References:
        van der Maaten and Hinton 2008, "Visualizing Data using t-SNE",
        https://www.jmlr.org/papers/v9/vandermaaten08a.html.
    """
    from sklearn.manifold import TSNE

    tags = _with_spread(tags)
    check_number("perplexity", perplexity)
    check_count("seed", seed, 0, 2**32 - 1)
    if not 1 <= perplexity < len(tags):
        raise ValueError(
            f"perplexity must be at least 1 and below the {len(tags)} rows of tags, got {perplexity}; "
            "choose a smaller perplexity or map more rows"
        )
    # 500 steps: with some hundred dots the map has settled by then, in half the time of the default.
    started, plan = time.perf_counter(), TSNE(perplexity=perplexity, init="pca", max_iter=500, random_state=seed)
    try:
        return plan.fit_transform(tags)
    except KeyboardInterrupt:
        spent = f"after {time.perf_counter() - started:.0f} seconds of its {plan.max_iter} steps"
        how = "half a map says nothing and is not kept: run it again, or map fewer rows, which is quicker"
        raise KeyboardInterrupt(f"tsne was interrupted {spent}; {how}") from None


def pca(tags: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Project the tags on the two directions along which they differ most: `(n, d)`.

    Returns:
        positions `(n, 2)`, and the share `(2,)` of the total variance that each axis keeps.

    Raises:
        ValueError: `tags` is not a finite table with at least two columns, or its rows are all the same.
    """
    from sklearn.decomposition import PCA

    model = PCA(n_components=2, svd_solver="full")
    return model.fit_transform(_with_spread(tags)), model.explained_variance_ratio_


def nearest(points: np.ndarray, k: int = 10) -> np.ndarray:
    """The `k` nearest other points of each point, by straight-line distance: `(n, d)` to `(n, k)` indices.

    Raises:
        ValueError: `points` is not a finite table, or `k` does not fit its length.
    """
    from sklearn.neighbors import NearestNeighbors

    points = _check(points)
    check_count("k", k, 1, len(points) - 1, "the number of other points")
    return NearestNeighbors(n_neighbors=k).fit(points).kneighbors(return_distance=False)


def shared_label_rate(points: np.ndarray, labels: np.ndarray, k: int = 10) -> float:
    """How often a point and one of its `k` nearest share a label: the mean over points and neighbours.

    Args:
        points: `(n, d)`.
        labels: `(n, L)` bool, one column per label; a point may have several.

    Raises:
        ValueError: the two have different lengths, and what `nearest` refuses.
    """
    if len(labels) != len(points):
        raise ValueError(f"labels has {len(labels)} rows and points {len(points)}; give one row of labels per point")
    neighbours = labels[nearest(points, k)]  # (n, k, L)
    return float((neighbours & labels[:, None]).any(axis=2).mean())


def neighbours_kept(tags: np.ndarray, positions: np.ndarray, k: int = 10) -> float:
    """Of the `k` nearest dots on a map, what share are among the `k` nearest in the tags: the mean over the dots.

    Raises:
        ValueError: the two have different lengths, and what `nearest` refuses.
    """
    if len(tags) != len(positions):
        raise ValueError(f"there are {len(tags)} tags and {len(positions)} positions; give one position per tag")
    true, drawn = nearest(tags, k), nearest(positions, k)
    return float((true[:, :, None] == drawn[:, None]).any(axis=1).mean())


def best_among_nearest(points: np.ndarray, scores: np.ndarray, k: int = 10) -> float:
    """Of the `k` films with the highest scores, how many are among the `k` nearest films: the mean over the guests.

    Args:
        points: `(n_guests + n_films, d)` tags or positions, guests first.
        scores: `(n_guests, n_films)`.

    Raises:
        ValueError: the points are not as many as the guests and films of `scores`, or `k` does not fit the films.
    """
    n_guests, n_films = scores.shape
    if len(points) != n_guests + n_films:
        raise ValueError(
            f"there are {len(points)} points and {n_guests + n_films} guests and films in scores; give all"
        )
    check_count("k", k, 1, n_films, "the number of films")
    gaps = np.linalg.norm(points[:n_guests, None] - points[n_guests:], axis=2)
    near, best = (order.argsort(axis=1)[:, :k] for order in (gaps, -scores))
    return float((near[:, :, None] == best[:, None]).sum(axis=(1, 2)).mean())


def clumping(positions: np.ndarray) -> float:
    """Mean distance to the nearest dot, divided by what dots scattered evenly over as wide an ellipse would have.

    About 1 for dots without structure, well below 1 where dots huddle in clumps. Clark and Evans 1954,
    "Distance to Nearest Neighbor as a Measure of Spatial Relationships in Populations", doi:10.2307/1931034, with
    the area taken from the spread of the dots: `4 pi sqrt(det(covariance))`, exact for an even ellipse.

    Raises:
        ValueError: `positions` is not a finite `(n, 2)` table, or all dots lie on one line.
    """
    positions = _check(positions)
    if positions.shape[1] != 2:
        raise ValueError(f"positions must be (n, 2), a map, got {positions.shape}; make one with tsne() or pca()")
    gaps = np.linalg.norm(positions - positions[nearest(positions, 1)[:, 0]], axis=1)
    # The root of the determinant, by singular values: as a determinant it would lose half of its digits.
    long, short = np.linalg.svd(positions - positions.mean(axis=0), compute_uv=False)
    if not short > 1e-12 * long:
        raise ValueError(f"the {len(positions)} dots lie on one line, which has no area to be scattered over; map them")
    area = 4 * np.pi * long * short / (len(positions) - 1)
    return float(gaps.mean() / (0.5 * np.sqrt(area / len(positions))))


class SeatingPlan(NamedTuple):
    """One map and what it is worth."""

    positions: np.ndarray
    """`(n, 2)`, without unit."""
    kept: float
    """What share of the ten nearest on the map are among the ten nearest in the tags."""
    trustworthiness: float
    """scikit-learn's, over 10 neighbours: 1 if no dot has a false neighbour on the map."""
    clumping: float
    """Below 1 where dots huddle."""


def seating_plan(tags: np.ndarray, perplexity: float, seed: int = 0) -> SeatingPlan:
    """The map that `tsne` makes, measured against its tags `(n, d)`; it refuses what `tsne` refuses."""
    return measured(tags, tsne(tags, perplexity, seed))


def measured(tags: np.ndarray, positions: np.ndarray) -> SeatingPlan:
    """Any map of the tags `(n, d)`, `positions` `(n, 2)`, measured against them over ten neighbours."""
    from sklearn.manifold import trustworthiness

    trust = float(trustworthiness(tags, positions, n_neighbors=10))
    return SeatingPlan(positions, neighbours_kept(tags, positions), trust, clumping(positions))


def random_tags(tags: np.ndarray, seed: int = 0) -> np.ndarray:
    """As many tags that say nothing: normal numbers in the shape of `tags`."""
    return np.random.default_rng(seed).normal(size=tags.shape)


def _with_spread(tags: np.ndarray) -> np.ndarray:
    """The tags, checked; scikit-learn divides by their spread in single precision, and kills the process on 0."""
    tags = _check(tags)
    with np.errstate(over="ignore"):
        spread = float(tags.std(axis=0).max())
    if not 1e-15 < spread < 1e15:
        raise ValueError(f"the rows of tags must differ, got a spread of {spread:.3g}; bring them to about 1")
    return tags


def _check(tags: np.ndarray) -> np.ndarray:
    try:
        tags = np.asarray(tags, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"tags must be a table of numbers, got a {type(tags).__name__} of something else") from None
    if tags.ndim != 2 or tags.shape[1] < 2 or len(tags) < 2:
        raise ValueError(f"tags must be (n, d) with n >= 2 and d >= 2, got shape {tags.shape}; stack one row per tag")
    if not np.isfinite(tags).all():
        row = int(np.flatnonzero(~np.isfinite(tags).all(axis=1))[0])
        raise ValueError(f"tags must be finite numbers, got {tags[row].tolist()[:4]} ... in row {row}; drop that row")
    return tags
