"""Notebook 02: which films the charts lift, how long the tail is, and charts of one's own that beat the charts."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from course_lib.classroom.check.compare import kind
from course_lib.classroom.check.exercise import Exercise, Mistake, outcome
from course_lib.classroom.question import Question
from course_lib.data import GENRES, MovieLens, load_movielens
from course_lib.evaluation import Matchmaker
from course_lib.interactions import Split, split_per_user, to_likes

Charts = Callable[[Tensor], Tensor]
"""Stars `(n_users, n_items)`, 0 where there is no rating, to scores `(n_items,)` or `(n_users, n_items)`."""


def half_point(degree: np.ndarray) -> int:
    """The smallest number of entries of `degree` `(n,)` that add up to at least half of its sum."""
    cumulative = np.cumsum(np.sort(degree)[::-1])
    return int(np.searchsorted(cumulative, cumulative[-1] / 2) + 1)


def hidden_ratings_found(data: MovieLens, charts: Mapping[str, Charts], n_splits: int = 20) -> pd.DataFrame:
    """What top tens find of hidden ratings, by the stars they turn out to have.

    Of each guest's ratings, high and low, a random fifth is hidden. Charts are made from the others, and each guest
    gets the ten best films among those not rated in plain sight; equal scores are ordered by lot.

    Returns:
        One row per `split_seed` and `charts`, its index; the columns 1 to 5 count the hidden ratings of so many stars
        that the guests' top tens hold.
    """
    likes, found = to_likes(data.ratings, min_rating=1), {}
    row, column = (pd.Index(data.users["user_id"]), pd.Index(data.films["item_id"]))
    stars = torch.zeros(len(row), len(column))
    given = torch.tensor(data.ratings["rating"].to_numpy(), dtype=stars.dtype)
    stars[row.get_indexer(data.ratings["user_id"]), column.get_indexer(data.ratings["item_id"])] = given
    for seed in range(n_splits):
        test = split_per_user(likes, row, column, validation=0, seed=seed).test
        shown = stars.index_put((test.user, test.item), torch.tensor(0.0))
        for name, score in charts.items():
            items = _top_ten(score(shown), shown > 0)
            listed = torch.where(shown > 0, 0, stars).gather(1, items)
            found[seed, name] = torch.bincount(listed.flatten().long(), minlength=6)[1:].tolist()
    table = pd.DataFrame.from_dict(found, orient="index", columns=range(1, 6))
    return table.set_index(pd.MultiIndex.from_tuples(found, names=["split_seed", "charts"]))


class Gains(NamedTuple):
    """How many more hidden raves some charts find than others."""

    beside: str
    """The charts that the others are held against."""
    percent: pd.DataFrame
    """A row per `party` and `split_seed`, a column per charts."""
    told: list[str]
    """The best at the last party, and what finds more at one party and less at another."""
    odd: int
    """So many entries of `percent` have another sign than their mean at the party."""


def gains(found: Mapping[str, pd.DataFrame]) -> Gains:
    """What charts find beside the first ones, in per cent of it.

    Args:
        found: by party, what `hidden_ratings_found` returns for the same charts.
    """
    beside, *others = next(iter(found.values())).index.unique("charts")
    by_party = {}
    for party, counts in found.items():
        raves = counts[[4, 5]].sum(axis=1).unstack("charts")
        by_party[party] = 100 * (raves[others].div(raves[beside], axis=0) - 1)
    percent = pd.concat(by_party, names=["party"])
    of_party = percent.groupby("party", sort=False)
    means, odd = of_party.mean(), int((percent * of_party.transform("mean") < 0).to_numpy().sum())
    told = [str(name) for name in percent if name == means.iloc[-1].idxmax() or (means[name] >= 0).nunique() > 1]
    return Gains(beside, percent, told, odd)


def _top_ten(scores: Tensor, seen: Tensor) -> Tensor:
    """The ten best items of each user that are not `seen`, both `(n_users, n_items)`; equal scores are ordered by lot.

    The lot is the same every time, and less than any difference that is not a matter of rounding.
    """
    lot = torch.rand(seen.size(1), generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    scores = scores.double() + 1e-9 * scores.abs().max().clamp_min(1) * lot
    return scores.expand(seen.shape).masked_fill(seen, -torch.inf).topk(10).indices


def taste_charts(raves: Tensor, genres: Tensor, weights: Tensor | float = 1.0, guests: Tensor | None = None) -> Tensor:
    """Fame times taste: a film's raves times how often a guest raves about its genres, added up over the genres.

    Args:
        raves: `(n_users, n_items)` of 0 and 1.
        genres: `(n_items, n_genres)` of 0 and 1.
        weights: of what is added up, one number, `(n_genres,)`, `(n_items, 1)`, or `(n_items, n_genres)`.
        guests: the raves of those who get scores, `(..., n_items)`, newcomers perhaps; without it those of all.

    Returns:
        `(n_users, n_items)` scores, or of the shape of `guests`.
    """
    return raves.sum(dim=0) * ((raves if guests is None else guests) @ genres @ (genres * weights).T)


def charts_by_taste(data: MovieLens, own: Any = None) -> dict[str, Charts]:
    """The charts of raves, and three ways to give each guest charts of their own: `taste_charts` with other weights.

    Args:
        own: a reader's answer to 02.own_charts, which comes last if it gives scores at all.
    """
    genres = _genres(data.films)

    def of_raves(score: Callable[[Tensor], Tensor]) -> Charts:
        return lambda stars: score((stars >= 4).float())

    charts = {
        "the charts": of_raves(lambda raves: raves.sum(dim=0)),
        "fame × taste": of_raves(lambda raves: taste_charts(raves, genres)),
        "fame × taste, divided": of_raves(lambda raves: taste_charts(raves, genres, _divided(genres))),
        "fame × rare taste": of_raves(lambda raves: taste_charts(raves, genres, _rare(raves, genres))),
    }
    if _gives_scores(own):
        charts["your own charts"] = of_raves(lambda raves: own(raves, genres.clone()).nan_to_num())
    return charts


def _gives_scores(own: Any) -> bool:
    """Whether an answer to 02.own_charts can be measured at another party."""
    try:
        return callable(own) and len(_measured(own, *(table.clone() for table in _made_up()[:2]))) == 2
    except Exception:  # whatever a reader's code does; the check says what
        return False


def only_drama(data: MovieLens, split: Split) -> dict[str, float]:
    """By `charts_by_taste`: how much of all top tens are films of the genre Drama and no other."""
    genres, shown = _genres(data.films), split.fit.dense()
    only = (genres[:, GENRES.index("Drama")] == 1) & (genres.sum(dim=1) == 1)
    return {
        name: float(only[_top_ten(score(4 * shown), shown > 0)].float().mean())
        for name, score in charts_by_taste(data).items()
    }


def by_taste(data: MovieLens, split: Split, rare: bool = False) -> Matchmaker:
    """Charts of one's own, from the raves that are shown: fame times taste, also for newcomers.

    Args:
        rare: whether a film's genres share its score, and those that are often raved about count less.
    """
    raves = split.fit.dense()
    genres = _genres(data.films.set_index("item_id").loc[split.item_ids])
    weights = _rare(raves, genres) if rare else 1.0
    return Matchmaker(
        lambda users: taste_charts(raves, genres, weights, raves[users]),
        lambda liked: taste_charts(raves, genres, weights, torch.zeros(len(genres)).index_fill(0, liked, 1)),
    )


def _genres(films: pd.DataFrame) -> Tensor:
    """Of 0 and 1, `(n_items, n_genres)`."""
    return torch.tensor(films[list(GENRES)].to_numpy(), dtype=torch.float32)


def _divided(genres: Tensor) -> Tensor:
    """Weights `(n_items, 1)`: one over a film's genres."""
    return 1 / genres.sum(dim=1, keepdim=True).clamp_min(1)


def _rare(raves: Tensor, genres: Tensor) -> Tensor:
    """Weights `(n_items, n_genres)`: one over a film's genres, and over the raves that everybody has for a genre."""
    return _divided(genres) / (raves.sum(dim=0) @ genres).clamp_min(1)


def in_the_charts(ratings: pd.DataFrame, films: pd.DataFrame) -> pd.DataFrame:
    """Of each film, by `item_id`: its `ratings` and `raves`, its places `rated` and `raved` by either, its `title`."""
    raves = ratings[ratings["rating"] >= 4]
    counts = {name: rows["item_id"].value_counts() for name, rows in (("ratings", ratings), ("raves", raves))}
    table = pd.DataFrame(counts).reindex(films["item_id"]).fillna(0).astype(int)
    places = table.rank(ascending=False, method="first").astype(int)
    table[["rated", "raved"]] = places[["ratings", "raves"]]
    return table.assign(title=films.set_index("item_id")["title"])


def guests_without_raves(ratings: pd.DataFrame) -> str:
    """A sentence on each guest who never gave more than three stars."""
    harsh = ratings.groupby("user_id")["rating"].agg(["size", "max"]).query("max < 4")
    told = "Guest {} vanishes too, after {} ratings of at most {} stars."
    return " ".join(told.format(*guest) for guest in harsh.itertuples())


def testable(data: MovieLens) -> dict[str, int]:
    """Guests with a hidden rave and a rave to learn from, by how a fifth is hidden.

    Either what came after one moment, when four fifths of all ratings were in, or the course's split.
    """
    late = data.ratings["timestamp"] > data.ratings["timestamp"].quantile(0.8)
    raved = data.ratings["rating"] >= 4
    both = set(data.ratings.loc[raved & late, "user_id"]) & set(data.ratings.loc[raved & ~late, "user_id"])
    split = data.split(seed=0)
    dealt = (split.fit.user_degree() > 0) & (split.test.user_degree() > 0)
    return {"the latest fifth of the log": len(both), "a random fifth of each guest's raves": int(dealt.sum())}


def _charts() -> dict[str, tuple]:
    rng = np.random.default_rng(0)
    rows: list[tuple[int, int]] = []  # (film, stars)
    films, times = (10, 20, 30, 40, 50, 60), ("5411", "0125", "1151", "0612", "2104", "0001")
    for film, counts in zip(films, times, strict=True):  # of 1, 3, 4 and 5 stars
        for stars, count in zip((1, 3, 4, 5), counts, strict=True):
            rows += [(film, stars)] * int(count)
    rows = [rows[place] for place in rng.permutation(len(rows))]
    log = pd.DataFrame(rows, columns=["item_id", "rating"])
    log.insert(0, "user_id", log.groupby("item_id").cumcount() + 1)
    return {"a log of six films": (log, 3, 4), "the same log from 5 stars on": (log.copy(), 2, 5)}


def _most(ratings: pd.DataFrame, k: int) -> list[int]:
    return [int(film) for film in ratings["item_id"].value_counts().index[:k]]


def _guests_and_raves() -> dict[str, tuple]:
    raves = torch.tensor(
        [
            [1.0, 1, 0, 0, 1, 0],
            [1, 0, 1, 0, 1, 0],
            [1, 1, 0, 1, 0, 0],
            [1, 0, 1, 0, 1, 0],
            [0, 0, 1, 0, 0, 0],
            [1, 0, 1, 0, 1, 0],
            [1, 0, 1, 0, 0, 0],
        ]
    )  # no two films have equally many raves
    return {
        "a guest who raved about half of the films": (raves, 0, 2),
        "a guest with one rave": (raves, 4, 3),
        "a guest who is left with few films": (raves, 2, 3),
        "the same guest, with the films the other way round": (raves.flip(1), 2, 3),
    }


@cache
def _made_up() -> tuple[Tensor, Tensor, Tensor]:
    """Of the made-up party: raves to learn from, genres, and hidden raves, all of 0 and 1."""
    data = load_movielens("party")
    likes = to_likes(data.ratings)
    split = split_per_user(likes, data.users["user_id"], data.films["item_id"], validation=0, seed=0)
    return split.fit.dense(), _genres(data.films), split.test.dense()


def _raves_and_genres() -> dict[str, tuple]:
    return {"the made-up party": _made_up()[:2]}


def _unraved(raves: Tensor, guest: int) -> Tensor:
    """Raves of each film; less than none for those that the guest has raved about."""
    return raves.sum(dim=0).masked_fill(raves[guest] > 0, -1)


def _as_list(attempt: Any, raves: Tensor, guest: int, k: int) -> Any:
    films = outcome(attempt, raves, guest, k)
    return films.tolist() if isinstance(films, Tensor | np.ndarray) else films


def raves_found(scores: Tensor) -> int:
    """How many hidden raves of the made-up party stand in the top tens of scores, `(n_users, n_items)`."""
    raves, _, hidden = _made_up()
    return int(hidden.gather(1, _top_ten(scores, raves > 0)).sum())


CHARTS_FIND, BAR = 357, 400
"""Hidden raves of the made-up party in the top tens of the charts, which a test counts again; and what to reach."""


def _measured(attempt: Any, raves: Tensor, genres: Tensor) -> Any:
    """How many hidden raves an attempt finds; what reaches the bar is as good as anything else that does."""
    scores = outcome(attempt, raves, genres)
    wanted = f"a score for each of {raves.size(0)} guests and {raves.size(1)} films"
    if scores is None or scores is ...:
        return scores
    if not isinstance(scores, Tensor) or scores.shape not in (raves.shape, raves.shape[1:]) or scores.is_complex():
        return {"what it returns": kind(scores)}
    if not scores.double().isfinite().all():
        return {"what it returns": "scores of which some are no finite number: something was divided by 0"}
    found = raves_found(scores)
    reached = f"{BAR} or more" if found >= BAR else str(found)
    return {"what it returns": wanted, f"hidden raves in the top tens (the charts find {CHARTS_FIND})": reached}


EXERCISES = (
    Exercise(
        name="02.charts",
        level="worked",
        minutes=2,
        answer=lambda ratings, k, min_rating: _most(ratings[ratings["rating"] >= min_rating], k),
        cases=_charts,
        mistakes=(
            Mistake(
                lambda ratings, k, min_rating: _most(ratings, k),
                "these are the charts of all ratings. Keep the raves first, and count then.",
            ),
            Mistake(
                lambda ratings, k, min_rating: _most(ratings[ratings["rating"] > min_rating], k),
                "a rating of exactly `min_rating` is a rave too: at 4 stars yours begins at 5.",
            ),
            Mistake(
                lambda ratings, k, min_rating: _most(ratings[ratings["rating"] >= 4], k),
                "the threshold is written into your function, and with `min_rating=5` it must keep less.",
            ),
            Mistake(
                lambda ratings, k, min_rating: _most(ratings[ratings["rating"] <= min_rating], k),
                "the sign is the other way round, so these are the films with the most ratings *up to* the threshold.",
            ),
            Mistake(
                lambda ratings, k, min_rating: [
                    int(film) for film in ratings.groupby("item_id")["rating"].mean().sort_values().index[::-1][:k]
                ],
                "you order by the mean rating. A film with a single 5 then leads the charts.",
            ),
            Mistake(
                lambda ratings, k, min_rating: [
                    int(film) for film in ratings.groupby("item_id")["rating"].sum().sort_values().index[::-1][:k]
                ],
                "you add up the stars, so five ratings of 1 star count as much as one of 5. Count raves.",
            ),
        ),
        almost=(
            Mistake(
                lambda ratings, k, min_rating: _most(ratings[ratings["rating"] >= min_rating], len(ratings)),
                "the order is right, but the list is too long: only the first `k` are asked for.",
            ),
        ),
        hints=(
            "The worked function counts the rows of each film. Which rows should be there before you count?",
            '`ratings[ratings["rating"] >= min_rating]` are the raves. The rest is the line above.',
        ),
        remember="Decide what counts as success before you count.",
    ),
    Exercise(
        name="02.for_you",
        level="faded",
        minutes=3,
        answer=lambda raves, guest, k: _unraved(raves, guest).topk(k).indices.tolist(),
        cases=_guests_and_raves,
        observe=_as_list,
        mistakes=(
            Mistake(
                lambda raves, guest, k: raves.sum(dim=0).topk(k).indices.tolist(),
                "these are the charts for everybody. Some of these films the guest has raved about already.",
            ),
            Mistake(
                lambda raves, guest, k: (raves.sum(dim=0) * (1 - raves[guest])).topk(k).indices.tolist(),
                "a film with a 0 still stands before nothing, so where few films are left the known ones come back. "
                "They need less than any film can have.",
            ),
            Mistake(
                lambda raves, guest, k: (raves.sum(dim=0) * raves[guest]).topk(k).indices.tolist(),
                "it's the other way round: you kept what the guest has raved about and left out the rest.",
            ),
            Mistake(
                lambda raves, guest, k: _unraved(raves, guest).topk(k).values.tolist(),
                "these are the raves of the films. Their numbers are asked for.",
            ),
            Mistake(
                lambda raves, guest, k: (
                    (-_unraved(raves, guest).masked_fill(raves[guest] > 0, torch.inf)).topk(k).indices.tolist()
                ),
                "your list begins with the films that hardly anybody raved about.",
            ),
        ),
        hints=(
            "`raves` has a row for each guest and a column for each film. Along which of the two do you add up?",
            "The films to leave out need a number that no other film can fall below. How few raves can a film have?",
        ),
        remember="Before you look at a list, leave out what the guest has told you.",
    ),
    Exercise(
        name="02.own_charts",
        level="make",
        minutes=7,
        answer=taste_charts,
        cases=_raves_and_genres,
        observe=_measured,
        mistakes=(
            Mistake(
                lambda raves, genres: raves.sum(dim=0).expand_as(raves),
                "these are the charts, the same list for everybody. Let a guest's own raves change it.",
            ),
            Mistake(
                lambda raves, genres: raves @ genres @ genres.T,
                "taste alone finds less than the charts, because it doesn't know which films are famous. Use both.",
            ),
            Mistake(
                lambda raves, genres: raves.sum(dim=0) @ genres @ genres.T,
                "these are the films of the commonest genres, the same for all. Add up each guest's own raves instead.",
            ),
            Mistake(
                lambda raves, genres: raves.sum(dim=0) / 1000 + raves @ genres @ genres.T,
                "fame hardly counts in your sum, because it is so much smaller than taste. Multiply them.",
            ),
            Mistake(
                lambda raves, genres: raves,
                "a film that a guest has raved about gets a 1, and the list leaves those films out.",
            ),
        ),
        hints=(
            "`raves @ genres` counts how often each guest raved about each genre: one row per guest.",
            "Those counts times `genres.T` say how well each film's genres suit each guest: one row per guest again.",
            "By itself that finds fewer than the charts do. How can a film come first only if it's famous *and* suits?",
        ),
        remember="Fame times taste beats fame alone at this party. Is it so at the next?",
    ),
)


QUESTIONS = (
    Question(
        "From 01: ten films found you. What had the gossip been told about you?",
        (
            ("your age, your job and your ticks", "No step of the recommender reads the guest list."),
            ("which films you had ticked", None),
            ("which genres and actors you like", "No plot, genre or actor was read, only who raved about what."),
        ),
        "It knows who raved about what. That was enough for a list, and it's all that the next eight notebooks use.",
    ),
    Question(
        "From 01: a list shows ten well-known films, and there was no red text. Is it a good list?",
        (
            (
                "yes, because a mistake in the program would have stopped it",
                "The program of 01 that was one film off ran to its end, and listed ten titles too.",
            ),
            ("probably, if the scores fall slowly", "Scores have no unit, and those of a wrong list fall as nicely."),
            ("nobody knows before it is measured", None),
        ),
        "Hide raves, count how many the list finds, and put a list by chance or the charts beside it.",
    ),
    Question(
        "Whoever counts every rating as a like finds more hidden ratings. What did you see behind that?",
        (
            ("more of the hidden raves", "Of those it found as many as charts of raves did, or a few less."),
            ("films that guests rated and didn't love", None),
            (
                "an error, because fewer ratings can't be better than more",
                "There was none. It finds more ratings, as it should, and they're the wrong ones to look for.",
            ),
        ),
        "Its lead was made of one, two and three stars. It guesses what people talk about, and not what they love.",
    ),
    Question(
        "At four stars, hundreds of films vanish and nearly no guest does. Why?",
        (
            ("a guest came with 20 ratings or more, a film perhaps with one", None),
            (
                "guests are generous, and films are not",
                "Each rating belongs to a guest and to a film, so both lose the same ones.",
            ),
            (
                "because there are more films than guests, and so more of them can be lost",
                "Then the shares would be alike, and films lose a far larger one.",
            ),
        ),
        "Whoever has one rating is gone when it's too low. That guests had 20 is a rule of those who collected them.",
    ),
    Question(
        "The charts know nobody, and still get half as far as gossip. How do they get that far, and no further?",
        (
            (
                "their films are better, but older",
                "Nobody has looked at a year. They lead because many raved about them.",
            ),
            ("they know each guest's taste, but not the age", "They know nobody. The order is the same for all."),
            ("a few films hold half of the raves, and everybody is offered them", None),
        ),
        "A guess among the famous is right now and then. But the order is the same for all, and the tail never comes.",
    ),
)
