"""Likes and their split: what a model may see, and what stays hidden."""

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from course_lib import interactions as interactions_module
from course_lib.interactions import Interactions, Split, check_room, split_per_user, to_interactions, to_likes

N_USERS, N_ITEMS = 5, 13
USER_IDS, ITEM_IDS = pd.Index(range(100, 100 + N_USERS)), pd.Index(range(900, 900 + N_ITEMS))
PAIRS = st.lists(st.tuples(st.integers(0, N_USERS - 1), st.integers(0, N_ITEMS - 1)), unique=True)
LIKES = st.lists(st.tuples(st.integers(0, N_USERS - 1), st.integers(0, N_ITEMS - 1)), unique=True, min_size=1)
SHARE = st.floats(0, 0.99)


def table(pairs: list[tuple[int, int]]) -> pd.DataFrame:
    return pd.DataFrame(
        {"user_id": [100 + user for user, _ in pairs], "item_id": [900 + item for _, item in pairs]}, dtype=np.int64
    )


def pairs_of(interactions: Interactions) -> set[tuple[int, int]]:
    return set(zip(interactions.user.tolist(), interactions.item.tolist(), strict=True))


def parts_of(split: Split) -> list[set[tuple[int, int]]]:
    return [pairs_of(part) for part in (split.train, split.validation, split.test)]


def test_the_paper_party_reads_as_hand_counted(paper):
    assert len(paper) == 6
    assert paper.user_degree().tolist() == [2, 3, 1]
    assert paper.item_degree().tolist() == [2, 2, 2, 0]
    assert paper.keys.tolist() == [0, 1, 4, 5, 6, 10]
    assert paper.items_of(1).tolist() == [0, 1, 2]
    assert paper.dense().tolist() == [[1, 1, 0, 0], [1, 1, 1, 0], [0, 0, 1, 0]]
    assert paper.dense().dtype == torch.float32


def test_rows_follow_the_users_asked_for_also_when_one_is_asked_twice(paper):
    assert paper.rows(torch.tensor([2, 0, 2])).tolist() == [
        [False, False, True, False],
        [True, True, False, False],
        [False, False, True, False],
    ]


def test_pairs_of_a_block_stand_user_by_user_in_order_of_index(paper):
    row, item = paper.pairs_of(torch.tensor([2, 1, 2]))
    assert (row.tolist(), item.tolist()) == ([0, 1, 1, 1, 2], [2, 0, 1, 2, 2])
    assert [part.tolist() for part in paper.pairs_of(torch.tensor([], dtype=torch.int64))] == [[], []]
    assert paper.rows(torch.tensor([], dtype=torch.int64)).shape == (0, 4)


def test_a_table_of_everybody_that_would_be_too_large_is_refused_with_what_to_use():
    large = Interactions(torch.tensor([0]), torch.tensor([40_980]), 29_858, 40_981)
    with pytest.raises(ValueError, match=r"29858 users and 40981 items is larger than .* use `rows` for a block"):
        large.dense()
    assert large.rows(torch.tensor([0, 7])).sum() == 1


def test_a_table_as_large_as_may_be_is_made(paper, monkeypatch):
    monkeypatch.setattr(interactions_module, "MAX_DENSE", paper.n_users * paper.n_items)
    assert paper.dense().shape == (paper.n_users, paper.n_items)
    monkeypatch.setattr(interactions_module, "MAX_DENSE", paper.n_users * paper.n_items - 1)
    with pytest.raises(ValueError, match="use `rows` for a block"):
        paper.dense()


@given(PAIRS)
def test_contains_and_rows_know_exactly_the_pairs_of_the_set(pairs):
    user, item = torch.tensor(pairs, dtype=torch.int64).reshape(-1, 2).T
    interactions = Interactions(user, item, N_USERS, N_ITEMS)
    every_user, every_item = torch.cartesian_prod(torch.arange(N_USERS), torch.arange(N_ITEMS)).T
    expected = torch.tensor([pair in set(pairs) for pair in np.ndindex(N_USERS, N_ITEMS)])
    assert torch.equal(interactions.contains(every_user, every_item), expected)
    assert torch.equal(interactions.rows(torch.arange(N_USERS)).flatten(), expected)


@pytest.mark.parametrize(
    ("user", "item", "message"),
    [
        ([0, 1, 0], [2, 3, 2], r"\(user, item\) = \(0, 2\) stands more than once; keep it once"),
        ([0, 3], [0, 0], r"user must lie in \[0, 3\), got 0 to 3"),
        ([0, 1], [0, 4], r"item must lie in \[0, 4\), got 0 to 4"),
        ([0, -1], [0, 1], r"user must lie in \[0, 3\), got -1 to 0"),
        ([0, 1], [0], r"of one length, got \(2,\) and \(1,\)"),
        ([[0, 1]], [[0, 1]], r"two 1-d tensors.*got \(1, 2\)"),
    ],
)
def test_interactions_refuse_what_is_not_a_set_of_pairs(user, item, message):
    with pytest.raises(ValueError, match=message):
        Interactions(torch.tensor(user), torch.tensor(item), n_users=3, n_items=4)


def test_interactions_refuse_indices_that_are_not_int64():
    with pytest.raises(ValueError, match=r"item must be int64 \(call .long\(\) on it\), got torch.int32"):
        Interactions(torch.tensor([0]), torch.tensor([0], dtype=torch.int32), 3, 4)


def test_a_like_is_a_rating_of_at_least_four():
    ratings = pd.DataFrame({"user_id": [1] * 5, "item_id": [1, 2, 3, 4, 5], "rating": [1, 2, 3, 4, 5]})
    assert to_likes(ratings)["item_id"].tolist() == [4, 5]
    assert to_likes(ratings, min_rating=3)["item_id"].tolist() == [3, 4, 5]
    assert list(to_likes(ratings)) == ["user_id", "item_id"]


def test_likes_refuse_a_missing_column_and_a_film_rated_twice():
    ratings = pd.DataFrame({"user_id": [7, 7], "item_id": [2, 2], "rating": [4, 5]})
    with pytest.raises(ValueError, match=r"column 'rating' is not there; .* rating=, out of \['user_id', 'item_id'\]"):
        to_likes(ratings.drop(columns="rating"))
    with pytest.raises(ValueError, match=r"'user_id': 7, 'item_id': 2\} is rated more than once; keep one rating"):
        to_likes(ratings)


def test_indices_are_positions_in_the_lists_of_ids():
    likes = pd.DataFrame({"user_id": [30, 10], "item_id": [5, 7]})
    interactions = to_interactions(likes, pd.Series([10, 20, 30]), pd.Index([7, 6, 5, 4]))
    assert pairs_of(interactions) == {(2, 2), (0, 0)}
    assert (interactions.n_users, interactions.n_items) == (3, 4)


def test_an_unknown_or_repeated_id_is_refused_by_name():
    likes = table([(0, 0)])
    with pytest.raises(ValueError, match="user 100 is not among the 4 user ids, which begin 101, 102, 103"):
        to_interactions(likes, USER_IDS[1:], ITEM_IDS)
    with pytest.raises(ValueError, match=r"the table has no column \['item_id'\]; got \['user_id', 'item'\]"):
        to_interactions(likes.rename(columns={"item_id": "item"}), USER_IDS, ITEM_IDS)
    with pytest.raises(ValueError, match="item 900 is not among the 12 item ids, which begin 901"):
        to_interactions(likes, USER_IDS, ITEM_IDS[1:])
    with pytest.raises(ValueError, match="item id 902 stands more than once"):
        to_interactions(likes, USER_IDS, ITEM_IDS.append(ITEM_IDS[2:3]))


@given(LIKES, SHARE, SHARE, st.integers(0, 3))
def test_the_split_is_a_partition_that_follows_the_rule_for_every_user(pairs, test, validation, seed):
    split = split_per_user(table(pairs), USER_IDS, ITEM_IDS, test, validation, seed)
    parts = parts_of(split)
    assert sorted(pair for part in parts for pair in part) == sorted(pairs)  # nothing lost, nothing twice
    for user in range(N_USERS):
        n = sum(pair[0] == user for pair in pairs)
        n_test = max(1, int(n * test)) if test > 0 and n > 1 else 0
        rest = n - n_test
        n_validation = max(1, int(rest * validation)) if validation > 0 and rest > 1 else 0
        in_parts = [sum(pair[0] == user for pair in part) for part in parts]
        assert in_parts == [rest - n_validation, n_validation, n_test]
        assert in_parts[0] >= 1 or n == 0, "a user's last like stays in train"


@given(LIKES, st.randoms(use_true_random=False))
def test_the_split_depends_on_the_likes_and_not_on_the_order_of_rows(pairs, random):
    shuffled = random.sample(pairs, len(pairs))
    one, other = (split_per_user(table(rows), USER_IDS, ITEM_IDS, seed=5) for rows in (pairs, shuffled))
    for part in ("train", "validation", "test"):
        first, second = getattr(one, part), getattr(other, part)
        assert torch.equal(first.user, second.user) and torch.equal(first.item, second.item)


@pytest.mark.parametrize("seed", [-1, 0.5, True, "1"])
def test_a_seed_that_is_no_whole_number_is_refused(party, seed):
    with pytest.raises(ValueError, match="seed must be a whole number, at least 0, got"):
        split_per_user(to_likes(party.ratings), seed=seed)


def test_a_seed_gives_one_split_and_another_seed_another(party):
    first, again, other = (party.split(seed) for seed in (1, 1, 2))
    assert parts_of(first) == parts_of(again)
    assert pairs_of(first.test) != pairs_of(other.test)


def test_every_like_of_a_user_is_hidden_about_equally_often():
    likes = table([(0, item) for item in range(5)])
    hidden = [int(split_per_user(likes, USER_IDS, ITEM_IDS, seed=seed).test.item) for seed in range(400)]
    count = np.bincount(hidden, minlength=5)
    assert count.sum() == 400
    assert ((count - 80) ** 2 / 80).sum() < 18.5  # chi-square with 4 degrees of freedom, p = 0.001


def test_every_id_keeps_its_node_liked_or_not():
    split = split_per_user(table([(1, 2), (1, 3), (3, 2)]), USER_IDS, ITEM_IDS)
    for part in (split.train, split.validation, split.test, split.fit):
        assert (part.n_users, part.n_items) == (N_USERS, N_ITEMS)
    assert split.user_ids.equals(USER_IDS) and split.item_ids.equals(ITEM_IDS)


@pytest.mark.parametrize("share", [-0.1, 1.0, 20])
def test_a_share_outside_0_to_1_is_refused(share):
    with pytest.raises(ValueError, match=f"test must be a number 0 to 0.99, a share of each user's likes, got {share}"):
        split_per_user(table([(0, 0)]), USER_IDS, ITEM_IDS, test=share)
    with pytest.raises(ValueError, match=f"validation must be a number 0 to 0.99.* got {share}"):
        split_per_user(table([(0, 0)]), USER_IDS, ITEM_IDS, validation=share)


def test_fit_is_train_and_validation_together(split):
    assert pairs_of(split.fit) == pairs_of(split.train) | pairs_of(split.validation)
    assert not pairs_of(split.fit) & pairs_of(split.test)


@pytest.mark.parametrize(("first", "second"), [("train", "validation"), ("train", "test"), ("validation", "test")])
def test_a_split_refuses_a_pair_in_two_parts(first, second):
    parts = {
        name: Interactions(torch.tensor([0]), torch.tensor([item]), N_USERS, N_ITEMS)
        for item, name in enumerate(("train", "validation", "test"))
    }
    Split(**parts, user_ids=USER_IDS, item_ids=ITEM_IDS)
    parts[second] = parts[first]
    with pytest.raises(ValueError, match=f"1 pairs are in both {first} and {second}"):
        Split(**parts, user_ids=USER_IDS, item_ids=ITEM_IDS)


def test_a_split_refuses_parts_of_other_sizes_than_its_ids(split):
    with pytest.raises(ValueError, match=r"train counts .* = \(300, 500\), the lists of ids counts \(300, 499"):
        Split(split.train, split.validation, split.test, split.user_ids, split.item_ids[1:])


def test_the_real_split_has_the_published_counts(real_data, real_split):
    likes = to_likes(real_data.ratings)
    assert (len(real_split.user_ids), len(real_split.item_ids), len(likes)) == (943, 1_682, 55_375)
    assert (len(real_split.fit), len(real_split.test)) == (44_675, 10_700)
    assert len(set(real_data.films["item_id"]) - set(likes["item_id"])) == 235
    assert set(real_data.users["user_id"]) - set(likes["user_id"]) == {685}


def test_interactions_refuse_lists(paper):
    with pytest.raises(ValueError, match="item must be a tensor, got list; make it one"):
        Interactions(paper.user, paper.item.tolist(), 3, 4)


def test_an_item_out_of_range_is_not_taken_for_the_next_users_first(paper):
    # As numbers, (2, -2) reads like (1, 2), which is there, and so does (0, 5) like (1, 1).
    assert not paper.contains(torch.tensor([0, 1, 2, 0]), torch.tensor([4, -1, -2, 5])).any()


def test_a_table_with_ratings_is_no_table_of_likes():
    likes = table([(0, 0), (1, 1)])
    with pytest.raises(ValueError, match=r"likes must be the table user_id, item_id of `to_likes`, got columns"):
        split_per_user(likes.assign(rating=[1, 5]), USER_IDS, ITEM_IDS)


def test_a_film_rated_twice_is_refused_whatever_the_ratings():
    ratings = pd.DataFrame({"user_id": [7, 7], "item_id": [2, 2], "rating": [5, 1]})
    with pytest.raises(ValueError, match=r"'item_id': 2.* is rated more than once; keep one rating"):
        to_likes(ratings)


def test_a_union_holds_the_pairs_of_both_and_refuses_a_shared_one(split):
    both = split.train.union(split.test)
    assert pairs_of(both) == pairs_of(split.train) | pairs_of(split.test)
    with pytest.raises(ValueError, match="stands more than once"):
        split.train.union(split.train)


def test_two_sets_or_splits_can_be_compared_and_hashed(split, paper):
    assert split == split and paper == paper
    assert split.train != split.test and split != paper
    assert len({split, split.train, split.test}) == 3


def test_raw_ids_and_indices_go_both_ways(split):
    assert [split.user_index(raw) for raw in split.user_ids[[0, 7, 299]]] == [0, 7, 299]
    assert split.item_indices(split.item_ids[[4, 0, 4]]).tolist() == [4, 0, 4]
    assert split.item_indices([]).tolist() == []


@given(LIKES)
def test_without_lists_of_ids_those_of_the_likes_are_taken_in_order(pairs):
    likes = table(pairs)
    if likes["user_id"].nunique() > 1 and likes["item_id"].nunique() > 1:
        split = split_per_user(likes)
        assert split.user_ids.tolist() == sorted(likes["user_id"].unique())
        assert split.item_ids.tolist() == sorted(likes["item_id"].unique())
        back = {(split.user_ids[user], split.item_ids[item]) for part in parts_of(split) for user, item in part}
        assert back == set(likes.itertuples(index=False, name=None))


@pytest.mark.parametrize(
    ("users", "items", "named"), [([7, 8, 7], [1, 2], "user id 7"), ([7, 8], ["a", "a"], "item id 'a'")]
)
def test_a_split_refuses_an_id_that_stands_for_two(users, items, named):
    nothing = Interactions(*torch.zeros(2, 0).long(), len(users), len(items))
    with pytest.raises(ValueError, match=f"^the {named} stands more than once; an id names one"):
        Split(nothing, nothing, nothing, pd.Index(users), pd.Index(items))


def test_the_split_of_the_course_hides_a_fifth_and_then_a_tenth():
    likes = table([(user, item) for user in range(N_USERS) for item in range(13)])
    named = split_per_user(likes, USER_IDS, ITEM_IDS, test=0.2, validation=0.1, seed=0)
    assert parts_of(split_per_user(likes, USER_IDS, ITEM_IDS)) == parts_of(named)
    assert [len(part) for part in parts_of(named)] == [10 * N_USERS, 1 * N_USERS, 2 * N_USERS]
    other = split_per_user(likes, USER_IDS, ITEM_IDS, validation=0.2)
    assert [len(part) for part in parts_of(other)] == [9 * N_USERS, 2 * N_USERS, 2 * N_USERS]


def test_a_user_who_likes_all_items_but_one_has_room_and_one_who_likes_all_has_none():
    likes = Interactions(torch.tensor([0, 0, 1, 1, 1]), torch.tensor([0, 2, 0, 1, 2]), 3, 3)
    check_room(likes, torch.tensor([0, 2]))
    with pytest.raises(ValueError, match="user 1 likes all 3 items: none to compare with; leave them out"):
        check_room(likes, torch.tensor([0, 1]))
