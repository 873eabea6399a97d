"""What notebook 02 measures: hidden ratings by stars, charts by taste, and who can be tested."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
import torch

from course_lib.baselines import popularity, untrained_gossip
from course_lib.classroom.lessons import n02_data
from course_lib.classroom.progress_list import overall
from course_lib.data import GENRES, MovieLens


@pytest.mark.parametrize(
    ("degree", "expected"),
    [([6, 1, 1, 1, 1], 1), ([5, 5], 1), ([3, 3, 3, 3], 2), ([1, 4, 2, 3], 2), ([1], 1), ([2, 0, 0, 2, 2], 2)],
)
def test_half_point_is_the_fewest_entries_with_half_of_the_sum(degree, expected):
    assert n02_data.half_point(np.array(degree)) == expected


def every(stars):
    return (stars > 0).sum(0)


def raved(stars):
    return (stars >= 4).sum(0)


def test_charts_never_see_what_is_hidden_and_find_at_most_all_of_it(party):
    seen = []

    def spy(stars):
        seen.append(stars.clone())
        return every(stars)

    found = n02_data.hidden_ratings_found(party, {"spy": spy}, n_splits=2)
    n_hidden = party.ratings.groupby("user_id").size().floordiv(5).sum()
    assert [int((stars > 0).sum()) for stars in seen] == [len(party.ratings) - n_hidden] * 2
    assert not torch.equal(*seen)
    assert (found.sum(axis=1) <= n_hidden).all() and (found.sum(axis=1) > 0).all()
    assert found.index.names == ["split_seed", "charts"] and list(found) == [1, 2, 3, 4, 5]


def test_charts_that_know_the_stars_find_as_many_raves_as_a_top_ten_holds(party):
    stars = torch.zeros(len(party.users), len(party.films))
    stars[party.ratings["user_id"].to_numpy() - 1, party.ratings["item_id"].to_numpy() - 1] = torch.tensor(
        party.ratings["rating"].to_numpy(), dtype=torch.float32
    )
    found = n02_data.hidden_ratings_found(party, {"oracle": lambda shown: stars - shown}, n_splits=1)
    assert found.loc[0, "oracle"].sum() == party.ratings.groupby("user_id").size().floordiv(5).clip(upper=10).sum()


def test_equal_scores_are_ordered_by_lot_and_not_as_they_stand_in_the_file():
    (items,) = n02_data._top_ten(torch.zeros(100), torch.zeros(1, 100, dtype=torch.bool)).tolist()
    assert sorted(items) != list(range(10)) and len(set(items)) == 10


def test_the_charts_of_the_exercise_find_what_its_messages_say_and_the_bar_is_above():
    raves, genres, hidden = n02_data._made_up()
    assert not (raves * hidden).any()
    assert n02_data.raves_found(raves.sum(0)) == n02_data.CHARTS_FIND < n02_data.BAR
    assert n02_data.raves_found(n02_data.taste_charts(raves, genres)) >= n02_data.BAR * 1.05
    divided = n02_data.taste_charts(raves, genres, 1 / genres.sum(1, keepdim=True))
    assert n02_data.raves_found(divided) > n02_data.raves_found(n02_data.taste_charts(raves, genres)) * 1.05


def test_taste_charts_by_hand():
    raves = torch.tensor([[1.0, 1, 0], [0, 1, 0]])
    genres = torch.tensor([[1.0, 0], [1, 1], [0, 1]])  # the first guest: 2 raves of genre 0, 1 of genre 1
    assert n02_data.taste_charts(raves, genres).tolist() == [[2, 6, 0], [1, 4, 0]]
    assert n02_data.taste_charts(raves, genres, torch.tensor([1.0, 0.5])).tolist() == [[2, 5, 0], [1, 3, 0]]


def test_one_moment_for_everybody_separates_guests():
    log = [(user, film, 5, 100 * user + film) for user in (1, 2, 3, 4, 5) for film in (1, 2, 3, 4)]
    flags = dict.fromkeys(GENRES, [False] * 4)
    data = MovieLens(
        pd.DataFrame(log, columns=["user_id", "item_id", "rating", "timestamp"]),
        pd.DataFrame({"user_id": range(1, 6), "age": 20, "gender": "F", "occupation": "", "zip_code": ""}),
        pd.DataFrame({"item_id": range(1, 5), "title": list("abcd"), "year": 1990, **flags}),
        "made up",
    )
    assert list(n02_data.testable(data).values()) == [0, 5]


def test_on_movielens_all_ratings_find_more_ratings_and_no_more_raves(real_data):
    found = n02_data.hidden_ratings_found(real_data, {"every": every, "raved": raved})
    total, raves = (found[stars].sum(axis=1).unstack("charts") for stars in (list(found), [4, 5]))
    assert (total["every"] > total["raved"]).all()
    assert raves["every"].mean() <= raves["raved"].mean()
    assert (raves["every"] < raves["raved"]).sum() == 14


def test_charts_by_taste_are_those_of_the_exercise_and_two_variants(party):
    stars = torch.zeros(len(party.users), len(party.films))
    stars[:, 0], stars[0, 1] = 5, 4
    charts = n02_data.charts_by_taste(party)
    plain, of_taste, each, rarer = (score(stars) for score in charts.values())
    genres = torch.tensor(party.films[list(GENRES)].to_numpy(), dtype=torch.float32)
    assert torch.equal(plain, (stars >= 4).sum(0))
    assert torch.equal(of_taste, n02_data.taste_charts((stars >= 4).float(), genres))
    assert torch.allclose(each * genres.sum(1), of_taste) and not torch.allclose(rarer, each)


def test_fame_times_taste_is_the_same_for_a_newcomer_with_the_same_raves(party):
    split = party.split(seed=0)
    charts, shown = n02_data.by_taste(party, split), split.fit.items_of(3)
    torch.testing.assert_close(charts.newcomer(shown), charts(torch.tensor([3]))[0])
    rare = n02_data.by_taste(party, split, rare=True)
    torch.testing.assert_close(rare.newcomer(shown), rare(torch.tensor([3]))[0])
    stars = 4 * split.fit.dense()  # of the same raves, in the order of the split
    films = party.films.set_index("item_id").loc[split.item_ids].reset_index()
    score = n02_data.charts_by_taste(dataclasses.replace(party, films=films))["fame × rare taste"]
    torch.testing.assert_close(rare(torch.arange(split.fit.n_users)), score(stars))


def test_gains_are_in_per_cent_of_the_first_charts_and_tell_of_the_best_and_of_what_turns_round():
    index = pd.MultiIndex.from_product([[0, 1], ["the charts", "b", "a", "c"]], names=["split_seed", "charts"])
    one = pd.DataFrame([[9, 9, 9, n, 5] for n in (5, 9, 9, 4, 5, 4, 9, 3)], index, range(1, 6))
    two = pd.DataFrame([[0, 0, 0, n, 5] for n in (5, 4, 6, 4, 5, 4, 7, 2)], index, range(1, 6))
    beside, percent, told, odd = n02_data.gains({"one party": one, "at MovieLens": two})
    assert beside == "the charts" and list(percent) == ["b", "a", "c"]
    assert percent.index.tolist() == [("one party", 0), ("one party", 1), ("at MovieLens", 0), ("at MovieLens", 1)]
    expected = [[40, 40, -10], [-10, 40, -20], [-10, 10, -10], [-10, 20, -30]]
    assert percent.to_numpy() == pytest.approx(np.array(expected))
    assert told == ["b", "a"] and odd == 1  # once b is behind at the first party, where it is ahead in the mean


def test_places_in_the_charts_and_guests_without_raves():
    ratings = pd.DataFrame({"user_id": [1, 1, 2, 2], "item_id": [7, 8, 7, 9], "rating": [5, 4, 3, 1]})
    films = pd.DataFrame({"item_id": [6, 7, 8, 9], "title": list("abcd")})
    table = n02_data.in_the_charts(ratings, films)
    assert table["ratings"].tolist() == [0, 2, 1, 1] and table["raves"].tolist() == [0, 1, 1, 0]
    assert table.loc[7, ["rated", "raved"]].tolist() == [1, 1]
    assert n02_data.guests_without_raves(ratings) == "Guest 2 vanishes too, after 2 ratings of at most 3 stars."


def test_what_notebook_02_says_of_movielens(real_data):
    ratings, films = real_data.ratings, real_data.films.set_index("item_id")
    stars = ratings.assign(title=ratings["item_id"].map(films["title"])).set_index(["user_id", "title"])["rating"]
    liar = stars.xs("Liar Liar (1997)", level="title")
    assert (liar <= 3).mean() > 0.5 and liar[28] == 3
    trek = stars.loc[28].filter(like="Star Trek")
    assert sorted(trek) == [1, 2, 2, 4, 4, 4, 5, 5]
    assert stars.loc[685].max() == 3 and len(stars.loc[685]) == 20
    assert 0.5 < len(liar) / len(real_data.users) < 0.53
    span = ratings.groupby("user_id")["timestamp"].agg(["min", "max"])
    assert ((span["max"] - span["min"]) <= 24 * 60 * 60).mean() > 0.6  # most guests stayed a day or less
    assert (liar.size, ratings.groupby("user_id").size().min()) == (485, 20)


def test_dividing_by_a_films_genres_lists_drama_and_nothing_else(real_data, real_split):
    genres = torch.tensor(real_data.films[list(GENRES)].to_numpy(), dtype=torch.float32)
    raves, drama = real_split.fit.dense(), GENRES.index("Drama")
    assert (raves @ genres).argmax(1).eq(drama).float().mean() > 0.6  # the favourite of most
    assert (raves.sum(0) @ genres).argmax() == drama  # the commonest genre
    charts, taste, divided, rare = n02_data.only_drama(real_data, real_split).values()
    assert charts < 0.1 and taste < 0.1 and 0.4 < divided < 0.5 and rare < 0.15


def test_the_charts_offer_nobody_anything_from_the_tail(real_split):
    shown = real_split.fit.dense()
    listed = n02_data._top_ten(shown.sum(0), shown > 0)
    place = shown.sum(0).argsort(descending=True, stable=True).argsort()
    assert 30 < int(place[listed].max()) < 40


def test_charts_of_ones_own_are_measured_with_the_others_once_they_give_scores(party):
    for own in (lambda raves, genres: ..., lambda raves, genres: 1 / 0, lambda raves, genres: raves[:3], None, 3):
        assert "your own charts" not in n02_data.charts_by_taste(party, own)
    own = n02_data.charts_by_taste(party, n02_data.taste_charts)
    stars = torch.zeros(len(party.users), len(party.films))
    stars[:, 0] = 5
    assert torch.equal(own["your own charts"](stars), own["fame × taste"](stars))


def test_the_best_charts_of_notebook_02_stay_far_below_gossip(real_data, real_split):
    charts, gossip = popularity(real_split.fit), untrained_gossip(real_split.fit)
    plain, taste, rare, best = (
        overall(scorer, real_split)
        for scorer in (charts, n02_data.by_taste(real_data, real_split),
                       n02_data.by_taste(real_data, real_split, rare=True), gossip)
    )  # fmt: skip
    assert plain < taste < rare < 0.65 * best and 0.5 < plain / best < 0.56 and taste - plain < 0.01
