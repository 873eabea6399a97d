"""The exercises of notebook 09: the popularity axis, what a map keeps, one more number, and what a map may say."""

from collections.abc import Callable
from typing import Any

import numpy as np

from course_lib.classroom.check.compare import kind
from course_lib.classroom.check.exercise import Exercise, Mistake
from course_lib.classroom.question import Question
from course_lib.tsne import nearest

_MAY_NOT = {
    "B": "the distance between islands moves with the perplexity: the three clubs showed it.",
    "C": "size and density of an island are made by t-SNE, which gives every dot about as many neighbours.",
    "E": "a t-SNE map has no axes. Turned by 90 degrees it is the same map.",
    "F": "a recommendation is a dot product, and a map shows distances.",
}
_MAY = {
    "A": "close neighbours are what t-SNE keeps, and the trustworthiness says how well.",
    "D": "the group was measured in the 64 numbers, and held against chance.",
}


def _main_axis(tags: np.ndarray) -> np.ndarray:
    centred = tags - tags.mean(axis=0)
    return centred @ np.linalg.svd(centred, full_matrices=False)[2][0]


def _films() -> dict[str, tuple]:
    rng = np.random.default_rng(0)
    raves = np.array([1, 2, 3, 5, 8, 20, 60, 300])
    tags = rng.normal(size=(8, 4)) + np.outer(np.log(raves), [2, 0, 1, 0])
    return {
        "8 films whose tags follow their fame": (tags, raves),
        "the same films with their fame turned round": (tags, raves[::-1].copy()),
        "10 films with random tags": (rng.normal(size=(10, 5)), rng.integers(1, 400, 10)),
    }


def _correlation(tags: np.ndarray, raves: np.ndarray) -> float:
    return np.corrcoef(_main_axis(tags), raves)[0, 1]


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


def _letters(read: Any) -> str:
    return "".join(sorted({letter.upper() for letter in read if letter not in ", "}))


def _look(read: Any) -> str | None:
    """The first thing that is wrong with the claims that were chosen."""
    if not isinstance(read, str | list | tuple) or not all(isinstance(letter, str) for letter in read):
        return 'the check needs a text of letters, such as "AB".'
    letters = _letters(read)
    unknown = [letter for letter in letters if letter not in _MAY | _MAY_NOT]
    if unknown:
        return f"there is no claim {unknown[0]}; they are A to F."
    wrong = [letter for letter in letters if letter in _MAY_NOT]
    if wrong:
        return f"{wrong[0]} may not be read: {_MAY_NOT[wrong[0]]}"
    missing = next((letter for letter in _MAY if letter not in letters), None)
    return f"{missing} may be read: {_MAY[missing]}" if missing else None


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


EXERCISES = (
    Exercise(
        name="09.popularity_axis",
        level="worked",
        minutes=5,
        answer=lambda tags, raves: abs(_correlation(tags, np.log(raves))),
        cases=_films,
        mistakes=(
            Mistake(
                lambda tags, raves: abs(_correlation(tags, raves)),
                "you took the raves as they are. From 1 to 300 raves a few famous films decide; take the logarithm.",
            ),
            Mistake(
                lambda tags, raves: _correlation(tags, np.log(raves)),
                "the sign says nothing: an axis may point either way, so take the absolute value.",
            ),
            Mistake(
                lambda tags, raves: _correlation(tags, np.log(raves)) ** 2,
                "this is the share of variance explained, R². The correlation itself was asked for.",
            ),
            Mistake(
                lambda tags, raves: abs(np.corrcoef(tags[:, 0], np.log(raves))[0, 1]),
                "this is the first of the numbers in a tag. The main axis is a direction across all of them.",
            ),
            Mistake(
                lambda tags, raves: abs(np.corrcoef(np.linalg.norm(tags, axis=1), np.log(raves))[0, 1]),
                "this is the length of a tag, not its place on the main axis.",
            ),
        ),
        almost=(
            Mistake(
                lambda tags, raves: abs(np.corrcoef(_main_axis(tags), np.log(raves))),
                "`np.corrcoef` returns the table of all pairs, 2 by 2. You want its entry [0, 1].",
            ),
        ),
        hints=(
            "`np.corrcoef(a, b)[0, 1]` is the correlation of two columns.",
            "Fame spans a factor of hundreds, and an axis may point either way: logarithm inside, absolute value "
            "outside.",
        ),
    ),
    Exercise(
        name="09.neighbours_kept",
        level="faded",
        minutes=8,
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
            "`distance.argsort(axis=1)` holds, row by row, the other dots from near to far. Who comes first?",
            "Column 0 is the dot itself, so the k nearest others are the columns 1 to k.",
            "`np.intersect1d(a, b)` holds what two lists share, whatever the order.",
        ),
    ),
    Exercise(
        name="09.one_more_number",
        level="free",
        minutes=10,
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
                "all films are equally long now, but at the price of their length: this is the order of the cosine, "
                "not of the score.",
            ),
            Mistake(
                lambda films: _fill_up(np.linalg.norm(films, axis=1)),
                "these are the new numbers alone. Return the films with them as the last column, (n_films, d + 1).",
            ),
        ),
        hints=(
            "Write the distance out: |g - f|² = |g|² - 2 g·f + |f|². Which term differs from film to film and is not "
            "the score?",
            "If all films had the same length, the nearest would be the best. One more number can make them equally "
            "long.",
            "The longest film gets 0. What must be added to |f|² to reach the longest |f|²?",
        ),
    ),
    Exercise(
        name="09.reading",
        level="free",
        minutes=4,
        answer="AD",
        observe=_letters,
        diagnose=_look,
        mistakes=(
            *(Mistake(f"AD{letter}", f"{letter} may not be read: {why}") for letter, why in _MAY_NOT.items()),
            *(Mistake("AD".replace(letter, ""), f"{letter} may be read: {why}") for letter, why in _MAY.items()),
        ),
        hints=(
            "Ask of each claim: would it still be there on the map of the three clubs, or at another perplexity?",
            "A claim that was measured in the 64 numbers does not need the map. How many such claims are there?",
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
        "What does PCA keep that t-SNE does not?",
        (
            ("close neighbours", "The other way round: t-SNE keeps neighbours from all 64 directions."),
            ("all of the variance", "Two axes keep a part, and the title of the map says which."),
            ("islands", "PCA makes no islands where there are none. t-SNE does."),
            ("true lengths along the directions of largest variance", None),
        ),
        "PCA turns the tags and looks at them from one side: what it shows is to scale, what lies behind is lost.",
    ),
    Question(
        "A colleague shows islands in a map at perplexity 5. What do you ask for?",
        (
            ("a higher trustworthiness", "One value is worth little without that of random tags."),
            ("the map of random tags, and the groups measured in the 64 numbers", None),
            (
                "the same map with another seed",
                "Another seed draws other islands, and does not tell whether noise would draw them, too.",
            ),
            ("the distances between the islands", "They follow the perplexity, not the taste."),
        ),
        "Only beside random tags does a map tell structure from noise: at perplexity 2 they form islands, too. What is "
        "real can be measured without a map.",
    ),
)
