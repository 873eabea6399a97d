"""Anybody's ratings in five lines: raw ids in, a table out, and a sentence for each thing that cannot be."""

import math
import shutil
import subprocess
import sys
from dataclasses import replace
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from course_lib.baselines import ease, item_knn, popularity, untrained_gossip
from course_lib.graph import adjacency
from course_lib.interactions import Split, split_per_user, to_likes
from course_lib.recommendation import OWN_TAG, explain, recommend
from course_lib.training import TrainConfig, fit

ROOT = Path(__file__).parents[1]
QUICK = TrainConfig(embedding_dim=8, n_epochs=20)
NAMES = {"user": "customer", "item": "product", "rating": "stars"}


def shop(customer=lambda n: f"c{n}", product=lambda n: f"p{n}") -> pd.DataFrame:
    """Ratings in half stars of 40 customers with two tastes and 30 products, with a column nobody asked for."""
    rng = np.random.default_rng(0)
    rows = []
    for n in range(40):
        for m in rng.choice(30, size=12, replace=False).tolist():
            stars = 4.5 - 2 * (n % 2 != m % 2) + rng.choice([-0.5, 0, 0.5])
            rows.append((product(m), f"2024-01-{n % 28 + 1:02}", float(stars), customer(n)))
    return pd.DataFrame(rows, columns=["product", "day", "stars", "customer"])


IDS = {
    "texts": (lambda n: f"c{n}", lambda n: f"p{n}"),
    "dense numbers": (lambda n: n, lambda n: n),
    "sparse numbers": (lambda n: 10**12 + 977 * n, lambda n: 5 - 31 * n),
    "numbers and texts": (lambda n: 1000 - n, lambda n: f"ISBN {n}"),
}


@pytest.fixture(scope="module", params=IDS)
def case(request) -> tuple[pd.DataFrame, Split, object, object]:
    """A table, its split, the fitted model and a function from the number of a product to its id."""
    ratings = shop(*IDS[request.param])
    split = split_per_user(to_likes(ratings, user="customer", item="product", rating="stars"))
    return ratings, split, fit(split, QUICK), IDS[request.param]


def test_the_lines_of_the_readme_run_on_a_table_of_other_names():
    ratings = shop()
    split = split_per_user(to_likes(ratings, user="customer", item="product", rating="stars"))
    model = fit(split)
    table = recommend(model.scorer(adjacency(split.fit)), split, user="c3", k=10)
    assert list(table) == ["rank", "item_id", "score"] and table["rank"].tolist() == list(range(1, 11))
    known = {split.item_ids[item] for item in split.fit.items_of(split.user_index("c3")).tolist()}
    assert not known & set(table["item_id"]) and set(table["item_id"]) <= set(ratings["product"])
    # c3 is of the odd taste: of the odd products that c3 has not seen, the hidden ones among them, most come first.
    assert sum(int(raw[1:]) % 2 for raw in table["item_id"][:5]) >= 4


def test_a_known_user_gets_a_list_and_reasons_that_sum_to_the_score(case):
    _, split, model, (customer, _) = case
    graph = adjacency(split.fit)
    table = recommend(model.scorer(graph), split, user=customer(3), k=5)
    assert len(table) == 5
    for row in table.itertuples():
        reasons = explain(model, graph, split, row.item_id, user=customer(3))
        assert reasons["share"].sum() == pytest.approx(row.score, abs=1e-5)
        liked = set(split.item_ids[split.fit.items_of(split.user_index(customer(3))).numpy()])
        assert set(reasons["item_id"]) == {OWN_TAG} | liked


def test_a_newcomer_gets_a_list_and_reasons_that_sum_to_the_score(case):
    _, split, model, (_, product) = case
    graph, liked = adjacency(split.fit), [product(7), product(9)]
    table = recommend(model.scorer(graph), split, liked=liked, k=5)
    assert len(table) == 5 and not set(liked) & set(table["item_id"])
    number = {product(m): m for m in range(30)}
    assert sum(number[raw] % 2 for raw in table["item_id"]) >= 4
    reasons = explain(model, graph, split, table["item_id"][0], liked=liked)
    assert reasons["share"].sum() == pytest.approx(table["score"][0], abs=1e-5)
    assert set(reasons["item_id"]) == {OWN_TAG, *liked}


@pytest.mark.parametrize("baseline", [popularity, item_knn, untrained_gossip, ease])
def test_a_baseline_recommends_in_the_same_words(case, baseline):
    _, split, _, (customer, product) = case
    scorer = baseline(split.fit)
    assert len(recommend(scorer, split, user=customer(3), k=5)) == 5
    assert len(recommend(scorer, split, liked=[product(7), product(9)], k=5)) == 5


def test_the_callers_own_table_of_items_is_joined(case):
    _, split, model, (_, product) = case
    items = pd.DataFrame({"item_id": [product(m) for m in range(30)], "name": [f"thing {m}" for m in range(30)]})
    items = items.sample(frac=1, random_state=0).assign(price=1.5)
    table = recommend(model.scorer(adjacency(split.fit)), split, liked=[product(7)], k=5, items=items)
    assert list(table) == ["rank", "item_id", "score", "name", "price"]
    for row in table.itertuples():
        assert product(int(row.name.split()[1])) == row.item_id


def test_half_stars_divide_where_they_are_asked_to():
    ratings = pd.DataFrame({"customer": ["a"] * 4, "product": list("wxyz"), "stars": [3.0, 3.5, 4.0, 4.5]})
    for min_rating, kept in ((4, ["y", "z"]), (3.5, ["x", "y", "z"]), (4.25, ["z"])):
        likes = to_likes(ratings, min_rating, **NAMES)
        assert likes["item_id"].tolist() == kept and list(likes) == ["user_id", "item_id"]


def test_the_callers_table_stays_as_it_is():
    ratings = shop()
    before = ratings.copy(deep=True)
    split_per_user(to_likes(ratings, **NAMES))
    pd.testing.assert_frame_equal(ratings, before)


def test_a_table_with_another_index_is_read_row_by_row():
    ratings = shop()
    moved = ratings.set_axis([5] * len(ratings))
    pd.testing.assert_frame_equal(to_likes(moved, **NAMES), to_likes(ratings, **NAMES))


def spoilt(column: str, value: object) -> pd.DataFrame:
    ratings = shop().astype({column: object})
    ratings.loc[2, column] = value
    return ratings


@pytest.mark.parametrize(
    ("ratings", "names", "message"),
    [
        (
            shop(),
            {},
            r"the column 'user_id' is not there; name one by user=, item=, rating=, out of \['product', 'day',",
        ),
        (shop(), {**NAMES, "item": "film"}, "the column 'film' is not there; name one by user=, item=, rating="),
        (shop(), {**NAMES, "rating": "Stars"}, "the column 'Stars' is not there"),
        (shop().rename(columns={"day": "stars"}), NAMES, "the column 'stars' is there more than once; name one by"),
        (shop().rename(columns={"day": "customer"}), NAMES, "the column 'customer' is there more than once"),
        (
            shop().astype({"stars": str}),
            NAMES,
            "ratings must be numbers, got '[0-9.]+' in 'stars'; convert by pd.to_num",
        ),
        (shop().assign(stars=True), NAMES, "ratings must be numbers, got .*True.* in 'stars'"),
        (spoilt("stars", "five"), NAMES, "ratings must be numbers, got .* in 'stars'; convert by pd.to_numeric"),
        (spoilt("customer", None), NAMES, "'customer' is missing in row 2; drop that row or fill it in"),
        (spoilt("customer", math.nan), NAMES, "'customer' is missing in row 2; drop that row or fill it in"),
        (spoilt("product", math.nan), NAMES, "'product' is missing in row 2; drop that row or fill it in"),
        (spoilt("stars", math.nan), NAMES, "'stars' is missing in row 2; drop that row or fill it in"),
        (shop().iloc[:0], NAMES, "the table of ratings is empty; it needs one row per rating"),
        (shop().to_dict("list"), NAMES, "ratings must be of the kind DataFrame, got dict; make it one by pd.DataFrame"),
        (pd.concat([shop(), shop()]), NAMES, "'user_id': 'c0', 'item_id': .* is rated more than once; keep one rating"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused(ratings, names, message):
    with pytest.raises(ValueError, match=message):
        to_likes(ratings, **names)


@pytest.mark.parametrize("min_rating", [math.nan, math.inf, "4", None, True, -1])
def test_a_bar_that_is_no_number_is_refused(min_rating):
    with pytest.raises(
        ValueError, match="min_rating must be a number at least 0, the lowest rating that is a like, got"
    ):
        to_likes(shop(), min_rating, **NAMES)


def test_one_user_and_one_item_are_refused():
    ratings = shop()
    with pytest.raises(ValueError, match=r"needs two users and two items, got 1 and [0-9]+; add likes"):
        split_per_user(to_likes(ratings[ratings["customer"] == "c3"], **NAMES))
    one = ratings[ratings["product"] == "p7"].drop_duplicates("customer")
    with pytest.raises(ValueError, match=r"needs two users and two items, got [0-9]+ and 1; add likes"):
        split_per_user(to_likes(one, **NAMES))


def test_a_bar_that_nothing_reaches_is_named():
    with pytest.raises(ValueError, match="there is no like to split; lower min_rating in `to_likes`"):
        split_per_user(to_likes(shop(), min_rating=6, **NAMES))


def test_ids_of_several_kinds_are_refused():
    with pytest.raises(ValueError, match="the user ids are of several kinds, int and str; make them all strings"):
        split_per_user(to_likes(spoilt("customer", 77), min_rating=0, **NAMES))


def test_ratings_that_are_no_likes_are_refused_by_the_split():
    with pytest.raises(
        ValueError, match=r"likes must be the table user_id, item_id of `to_likes`, got columns \['prod"
    ):
        split_per_user(shop())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"user": "c99"}, "user 'c99' is not among the 40 user ids, which begin 'c0', 'c1', 'c10'"),
        ({"user": 3}, "user 3 is not among the 40 user ids"),
        ({"user": math.nan}, "user nan is not among the 40 user ids"),
        ({"liked": ["p7", "p99"]}, "item 'p99' is not among the 30 item ids, which begin 'p0', 'p1', 'p10'"),
        ({"liked": "p7"}, "liked must be a list of at least one item id, got 'p7'"),
        ({"liked": []}, r"liked must be a list of at least one item id, got \[\]"),
        ({"liked": ["p7", "p7"]}, r"liked must name each item once, got \['p7', 'p7'\]"),
        ({}, "name either a user or what a newcomer liked, got user=None and liked=None"),
        ({"user": "c3", "liked": ["p7"]}, r"name either a user or .*, got user='c3' and liked=\['p7'\]"),
    ],
)
def test_raw_ids_that_are_unknown_and_who_is_not_said_once_are_refused(arguments, message):
    split = split_per_user(to_likes(shop(), **NAMES))
    model, graph = fit(split, replace(QUICK, n_epochs=5)), adjacency(split.fit)
    with pytest.raises(ValueError, match=message):
        recommend(model.scorer(graph), split, **arguments)
    with pytest.raises(ValueError, match=message):
        explain(model, graph, split, "p1", **arguments)


FIVE_LINES = """
import pandas as pd
import course_lib
from course_lib.graph import adjacency
from course_lib.interactions import split_per_user, to_likes
from course_lib.recommendation import explain, recommend
from course_lib.training import fit

ratings = pd.read_csv("ratings.csv")
split = split_per_user(to_likes(ratings, user="customer", item="product", rating="stars"))
model = fit(split)
table = recommend(model.scorer(adjacency(split.fit)), split, user="c3", k=10)
assert len(table) == 10, table
assert len(recommend(model.scorer(adjacency(split.fit)), split, liked=["p7", "p9"], k=3)) == 3
assert len(explain(model, adjacency(split.fit), split, table["item_id"][0], user="c3")) > 1
print(course_lib.__file__)
"""


def test_the_five_lines_run_from_a_wheel_in_an_empty_folder(tmp_path):
    source, wheels, home, desk = (tmp_path / name for name in ("source", "wheels", "home", "desk"))
    desk.mkdir()
    shutil.copytree(ROOT / "course_lib", source / "course_lib", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        (source / name).write_bytes((ROOT / name).read_bytes())
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    # As [build-system] asks; else pip fetches one.
    at_hand = find_spec("setuptools") is not None and int(version("setuptools").split(".")[0]) >= 77
    isolation = ["--no-build-isolation"] if at_hand else []
    subprocess.run([*pip, "wheel", "--no-deps", *isolation, "--wheel-dir", wheels, source], check=True)
    (wheel,) = wheels.glob("course_lib-*.whl")
    subprocess.run([*pip, "install", "--no-deps", "--no-index", "--target", home, wheel], check=True)
    shop().to_csv(desk / "ratings.csv", index=False)
    script = f"import sys; sys.path.insert(0, {str(home)!r})\n{FIVE_LINES}"
    ran = subprocess.run([sys.executable, "-c", script], cwd=desk, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert Path(ran.stdout.splitlines()[-1]) == home / "course_lib" / "__init__.py"
    assert [path.name for path in desk.iterdir()] == ["ratings.csv"]
