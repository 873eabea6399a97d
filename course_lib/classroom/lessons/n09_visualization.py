"""The exercises of notebook 09: what a map keeps, one more number for each film, and a map of one's own."""

from collections.abc import Callable
from typing import Any

import numpy as np

from course_lib.classroom.check.compare import kind
from course_lib.classroom.check.exercise import Exercise, Mistake
from course_lib.classroom.question import Question
from course_lib.tsne import nearest, neighbours_kept, pca

BAR = 0.62  # share of true neighbours that a map of one's own has to keep


def _maps() -> dict[str, tuple]:
    rng = np.random.default_rng(0)
    tags = rng.normal(size=(14, 6))
    flat = np.hstack([rng.normal(size=(9, 2)), np.zeros((9, 3))])
    return {
        "14 tags and their first two numbers": (tags, tags[:, :2].copy(), 3),
        "9 tags that lie on a plane, and that plane": (flat, flat[:, :2].copy(), 2),
        "14 tags and a map that has nothing to do with them": (tags, rng.normal(size=(14, 2)), 4),
    }


def _shared(true: np.ndarray, drawn: np.ndarray) -> float:
    return float(np.mean([len(set(a) & set(b)) / len(a) for a, b in zip(true, drawn, strict=True)]))


def _by_distance(points: np.ndarray) -> np.ndarray:
    """`(n, n)` all points, the nearest first: each point itself, then the others."""
    return np.linalg.norm(points[:, None] - points, axis=2).argsort(axis=1)


def _guests_and_films() -> dict[str, tuple]:
    rng = np.random.default_rng(0)
    films = rng.normal(size=(7, 3)) * np.array([[0.3], [0.5], [0.8], [1], [1.5], [2], [4]])
    return {
        "5 guests and 7 films": (rng.normal(size=(5, 3)), films),
        "6 guests and 9 films": (rng.normal(size=(6, 4)), rng.exponential(size=(9, 1)) * rng.normal(size=(9, 4))),
    }


def _nearest_first(lengthen: Callable[[np.ndarray], np.ndarray], guests: np.ndarray, films: np.ndarray) -> Any:
    """For each guest all films, the nearest first, once the films have one more number and the guests a 0."""
    longer = lengthen(films.copy())
    if not isinstance(longer, np.ndarray) or longer.shape != (len(films), films.shape[1] + 1):
        return longer if longer is None else {"what it returns": kind(longer)}
    padded = np.hstack([guests, np.zeros((len(guests), 1))])
    distance = np.linalg.norm(padded[:, None] - longer, axis=2)
    return {"what it returns": kind(longer), "films by distance": distance.argsort(axis=1).tolist()}


def _lengthen(films: np.ndarray, extra: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """The films with one more number, made from their lengths."""
    return np.column_stack([films, extra(np.linalg.norm(films, axis=1))])


def _fill_up(length: np.ndarray) -> np.ndarray:
    return np.sqrt(length.max() ** 2 - length**2)


def tables() -> list[np.ndarray]:
    """Three tables of 80 tags with 16 numbers: eight tastes, and fame along one direction, as in trained tags."""
    found = []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        taste = rng.normal(size=(8, 16))[rng.integers(8, size=80)]
        fame = rng.exponential(size=(80, 1)) * rng.normal(size=16)
        found.append(taste + fame + 0.6 * rng.normal(size=(80, 16)))
    return found


def _measured(project: Callable[[np.ndarray], Any], *made_up: np.ndarray) -> Any:
    """What a projection returns, and the share of true neighbours on its maps, mean over the tables."""
    kept, returned = [], ""
    for tags in made_up:
        positions = project(tags.copy())
        returned = kind(positions)
        if not isinstance(positions, np.ndarray) or positions.shape != (len(tags), 2):
            return positions if positions is None else {"what it returns": returned}
        if not np.isfinite(positions).all():
            return {"what it returns": returned, "positions": "some are no finite numbers"}
        kept.append(neighbours_kept(tags, positions))
    mean = float(np.mean(kept))
    share = f"{BAR:.0%} or more" if mean >= BAR else f"only {mean:.0%}"
    return {"what it returns": returned, "positions": "finite", "true neighbours among the ten nearest": share}


def pull_and_push(tags: np.ndarray, push: float = 0.1) -> np.ndarray:
    """Start from PCA; then every step draws a dot to its ten neighbours and pushes it off all others."""
    near, here = nearest(tags, 10), pca(tags)[0]
    for _ in range(200):
        apart = here[:, None] - here
        away = (apart / (0.1 + (apart**2).sum(axis=2, keepdims=True))).mean(axis=1)
        here = here + 0.1 * (here[near].mean(axis=1) - here) + push * away
    return here


EXERCISES = (
    Exercise(
        name="09.neighbours_kept",
        level="worked",
        minutes=3,
        remember="A map is worth what it keeps, and that can be counted.",
        answer=lambda tags, positions, k: _shared(nearest(tags, k), nearest(positions, k)),
        cases=_maps,
        mistakes=(
            Mistake(
                lambda tags, positions, k: _shared(_by_distance(tags)[:, :k], _by_distance(positions)[:, :k]),
                "the nearest dot of a dot is the dot itself, at distance 0. Leave it out: others only.",
            ),
            Mistake(
                lambda tags, positions, k: _shared(_by_distance(tags)[:, -k:], _by_distance(positions)[:, -k:]),
                "these are the dots farthest away. `argsort` puts small numbers first.",
            ),
            Mistake(
                lambda tags, positions, k: (nearest(tags, k) == nearest(positions, k)).mean(),
                "you count a neighbour only if it keeps its place among the k. Third nearest before and second nearest "
                "after is still a neighbour.",
            ),
            Mistake(
                lambda tags, positions, k: _shared(nearest(tags, k), nearest(positions, k)) * k,
                "this is the number of neighbours kept. The share of the k was asked for.",
            ),
            Mistake(
                lambda tags, positions, k: _shared(nearest(positions, k), nearest(positions, k)),
                "every map keeps everything for you: either both lists come from the map, or the neighbours of a dot "
                "are looked for among everybody's. Compare row with row.",
            ),
        ),
        hints=(
            "`before` and `after` have a row for every dot. Compare row with row.",
            "`np.intersect1d(a, b)` holds what two lists share, whatever the order. How long is it?",
        ),
    ),
    Exercise(
        name="09.one_more_number",
        level="faded",
        minutes=3,
        remember="The nearest film is the best one only where all films are equally long.",
        answer=lambda films: _lengthen(films, _fill_up),
        cases=_guests_and_films,
        observe=_nearest_first,
        mistakes=(
            Mistake(
                lambda films: _lengthen(films, np.zeros_like),
                "with the same number for every film, no order changes.",
            ),
            Mistake(
                lambda films: _lengthen(films, lambda length: length),
                "you give long films the large number, so they move away. It is the short ones that must.",
            ),
            Mistake(
                lambda films: _lengthen(films, lambda length: length.max() - length),
                "the right films move, by the wrong amount: lengths add up in squares. Subtract the squares, then take "
                "the root.",
            ),
            Mistake(
                lambda films: _lengthen(films, lambda length: length.max() ** 2 - length**2),
                "the root is missing: the new number is squared in the distance.",
            ),
            Mistake(
                lambda films: np.column_stack([films / np.linalg.norm(films, axis=1)[:, None], np.zeros(len(films))]),
                "all films are equally long now, but at the price of their length. That's right for a cosine, but "
                "here the score is the dot product, in which length counts: fill up instead of cutting.",
            ),
            Mistake(
                lambda films: _fill_up(np.linalg.norm(films, axis=1)),
                "these are the new numbers alone. Return the films with them as the last column, (n_films, d + 1).",
            ),
        ),
        hints=(
            "The longest film lacks nothing. What must be added to |f|² to reach the longest |f|²?",
            "`missing` is a square, so the new number is its root. `np.column_stack([films, column])` adds a column.",
        ),
    ),
    Exercise(
        name="09.map",
        level="make",
        minutes=4,
        answer=pull_and_push,
        cases=lambda: {"three made-up tables of 80 tags": tuple(tables())},
        observe=_measured,
        remember="A map that only looks after neighbours keeps more of them, and gives up the distances.",
        mistakes=(
            Mistake(
                lambda tags: pca(tags)[0],
                "this is PCA. Take it as the start, and then move the dots towards their neighbours.",
            ),
            Mistake(
                lambda tags: tags[:, :2].copy(),
                "you keep two of the numbers and forget the others. The neighbours come from all of them.",
            ),
            Mistake(
                lambda tags: np.random.default_rng(0).normal(size=(len(tags), 2)),
                "these are random places. The map has to look at the tags.",
            ),
            Mistake(
                lambda tags: pull_and_push(tags, push=0.0),
                "you only pull, so neighbours fall onto each other. Push every dot off the others as well.",
            ),
            Mistake(
                lambda tags: pull_and_push(tags).T,
                "dots are rows here: return `(n, 2)` and not `(2, n)`.",
            ),
        ),
        hints=(
            "`here[near].mean(axis=1)` is where the ten neighbours of each dot sit on average. Going there in small "
            "steps pulls, but only pulling makes it all collapse.",
            "`here[:, None] - here` points from every other dot to each dot. Divide by the squared distance, so that "
            "the close ones push harder.",
        ),
    ),
)


QUESTIONS = (
    Question(
        "From 06: why may a hidden rave not be masked when a guest's list is ranked?",
        (
            ("the list would be too short", "A mask moves others up. The list keeps its length."),
            ("then no hit is possible", None),
            ("the model would learn it", "Nothing is learned when a list is ranked."),
            ("popular films would be missing", "They may be. But hidden raves of any fame could no longer be found."),
        ),
        "A masked film cannot appear in the list, so every metric is 0. Only what was learned from is masked.",
    ),
    Question(
        "From 04: what does a round of gossip compute for one node?",
        (
            ("the mean of its neighbours' tags", "The weights 1/√(d_i d_j) of a row do not sum to 1."),
            ("the tag of its nearest neighbour", "It hears everybody it shares a rave with, near or far."),
            ("the sum of its neighbours' tags, each divided by √(d_i d_j)", None),
        ),
        "A weighted sum, with the numbers of raves at both ends in the weight.",
    ),
    Question(
        "Why are the axes of a t-SNE map not labelled?",
        (
            ("a turned or mirrored map is as good", None),
            ("they hold the same numbers on both sides", "Equal scales are a matter of drawing, and say nothing."),
            ("they are the first two of the 64 numbers", "Nobody picks two numbers: every dot is placed anew."),
            ("they are the two main axes of the tags", "That is PCA, whose axes can be named."),
        ),
        "Positions have no unit and no direction. Turning the map changes nothing in what t-SNE optimises.",
    ),
    Question(
        "On a map, of the ten dots nearest to a dot five are true on average. Trustworthiness says 0.94. How come?",
        (
            ("one of the two is wrong", "Both are right. They count different things."),
            ("it counts a false neighbour lightly if it is nearly a true one", None),
            (
                "it looks at all the dots of the map, and not only at the ten that are nearest to each",
                "It looks at the ten nearest, too. But those that are nearly true cost little.",
            ),
        ),
        "The penalty grows with the rank in the tags: the eleventh nearest costs almost nothing.",
    ),
    Question(
        "A colleague shows islands in a map at perplexity 2. What do you ask for?",
        (
            ("a higher trustworthiness", "One value is worth little without that of random tags."),
            ("the same map for random tags", None),
            (
                "the same map with another seed",
                "A map that starts from PCA, as ours does, comes out the same with every seed. And whether noise "
                "would draw islands too, no seed of this map can tell.",
            ),
            ("the distances between the islands", "They follow the perplexity, not the taste."),
        ),
        "At perplexity 2 random tags form islands, too. Only beside them does a map tell structure from noise.",
    ),
)
