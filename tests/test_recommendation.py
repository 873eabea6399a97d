"""Recommendations and their reasons."""

import pandas as pd
import pytest
import torch

from course_lib import recommendation
from course_lib.baselines import ease, item_knn, popularity, random_scorer, untrained_gossip
from course_lib.evaluation import Matchmaker
from course_lib.graph import adjacency, edge_index
from course_lib.interactions import Interactions, Split, to_interactions
from course_lib.lightgcn import LightGCN
from course_lib.recommendation import OWN_TAG, explain, recommend, split_scores, tag_parts
from course_lib.what_if import damp_popularity
from tests.test_lightgcn import dense_newcomer, set_tags

NOTHING = torch.zeros(0, dtype=torch.int64)


@pytest.fixture
def shop(paper) -> Split:
    """The paper party with ids that are no indices, as a split that hides nothing."""
    none = Interactions(NOTHING, NOTHING, 3, 4)
    return Split(paper, none, none, pd.Index(["ada", "ben", "cleo"]), pd.Index([10, 20, 30, 40]))


@pytest.fixture
def films() -> pd.DataFrame:
    """Four films, two of one title, in a table of another order."""
    return pd.DataFrame({"item_id": [40, 30, 20, 10], "title": ["Dune", "Dune", "Emma", "Alien"], "year": [1, 2, 3, 4]})


def fixed(*scores: float) -> Matchmaker:
    """The same scores for everybody."""
    row = torch.tensor(scores, dtype=torch.float32)
    return Matchmaker(lambda users: row.expand(len(users), -1), lambda liked: row)


def test_recommendations_are_unseen_ranked_and_joined_by_id(shop, films):
    table = recommend(fixed(9, 8, 1, 2), shop, user="ada", k=2, items=films)
    assert table.to_dict("list") == {
        "rank": [1, 2], "item_id": [40, 30], "score": [2, 1], "title": ["Dune", "Dune"], "year": [1, 2],
    }  # fmt: skip
    assert list(recommend(fixed(9, 8, 1, 2), shop, user="ada", k=2)) == ["rank", "item_id", "score"]


def test_for_a_newcomer_what_they_like_is_hidden_and_nothing_else(shop):
    assert recommend(fixed(9, 8, 1, 2), shop, liked=[20], k=4)["item_id"].tolist() == [10, 40, 30]


def test_there_are_fewer_rows_where_fewer_items_are_unseen(shop):
    assert recommend(fixed(1, 1, 1, 1), shop, user="ben", k=4)["item_id"].tolist() == [40]
    full = Interactions(torch.zeros(4, dtype=torch.int64), torch.arange(4), 3, 4)
    empty = recommend(fixed(1, 1, 1, 1), shop, user="ada", k=2, seen=full)
    assert empty.empty and list(empty) == ["rank", "item_id", "score"]


def test_an_item_that_the_table_does_not_name_is_listed_without_its_columns(shop, films):
    table = recommend(fixed(9, 8, 1, 2), shop, user="ada", k=2, items=films.iloc[1:])
    assert table["item_id"].tolist() == [40, 30] and table["title"].isna().tolist() == [True, False]


def test_nothing_a_guest_has_rated_is_recommended_and_every_title_is_the_films_own(party, split):
    scores = LightGCN(300, 500, 8, 2).scorer(adjacency(split.fit))
    rated = to_interactions(party.ratings, split.user_ids, split.item_ids)
    title_of = party.films.set_index("item_id")["title"]
    for user in range(0, 300, 60):
        raw = split.user_ids[user]
        table = recommend(scores, split, user=raw, k=15, seen=rated, items=party.titles)
        mine = party.ratings.loc[party.ratings["user_id"] == raw, "item_id"]
        assert not set(table["item_id"]) & set(mine)
        assert table["title"].tolist() == title_of[table["item_id"]].tolist()
        assert table["score"].is_monotonic_decreasing and len(table) == 15
        for film, score in zip(table["item_id"], table["score"], strict=True):
            item = split.item_ids.get_loc(film)
            assert score == pytest.approx(scores(torch.tensor([user]))[0, item].item())


@pytest.mark.parametrize("baseline", [popularity, item_knn, untrained_gossip, ease])
def test_every_baseline_takes_in_a_newcomer_with_the_likes_of_a_guest(split, baseline):
    """Whoever likes what a guest likes is offered what that guest is offered."""
    scorer = baseline(split.fit)
    for user in (7, 42):
        liked = split.item_ids[split.fit.items_of(user).numpy()]
        old = recommend(scorer, split, user=split.user_ids[user], k=20)
        new = recommend(scorer, split, liked=list(liked), k=20)
        assert new["item_id"].tolist() == old["item_id"].tolist()
        assert new["score"].tolist() == pytest.approx(old["score"].tolist(), rel=1e-4)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"user": "dev"}, "user 'dev' is not among the 3 user ids, which begin 'ada', 'ben', 'cleo'"),
        ({"user": 0}, "user 0 is not among the 3 user ids"),
        ({"liked": [10, 11]}, "item 11 is not among the 4 item ids, which begin 10, 20, 30"),
        ({"liked": ["10"]}, "item '10' is not among the 4 item ids"),
        ({"liked": [10, 20, 10]}, r"liked must name each item once, got \[10, 20, 10\]"),
        ({"liked": []}, r"liked must be a list of at least one item id, got \[\]"),
        ({"liked": "10"}, "liked must be a list of at least one item id, got '10'"),
        ({"liked": 10}, "liked must be a list of at least one item id, got 10"),
        ({}, "either a user or what a newcomer liked, got user=None and liked=None"),
        ({"user": "ada", "liked": [10]}, r"either a user or .* got user='ada' and liked=\[10\]"),
        ({"user": ["ada"]}, r"user \['ada'\] is not among the 3 user ids"),
        ({"user": "ada", "k": 10}, "k must be a whole number, 1 to 4, the number of items, got 10"),
        ({"user": "ada", "k": 0}, "k must be a whole number, 1 to 4, the number of items, got 0"),
        ({"user": "ada", "k": 2.0}, "k must be a whole number, 1 to 4, the number of items, got 2.0"),
    ],
)
def test_what_cannot_be_recommended_is_refused(shop, arguments, message):
    with pytest.raises(ValueError, match=message):
        recommend(fixed(1, 2, 3, 4), shop, **arguments)


def test_a_scorer_of_known_users_is_refused_for_a_newcomer(shop):
    with pytest.raises(
        ValueError, match="this scorer knows only the users it was made for; for a newcomer pass a Match"
    ):
        recommend(random_scorer(shop.fit), shop, liked=[10])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda films: films.drop(columns="item_id"),
            r"column item_id that names each item once, got \['title', 'year'\]",
        ),
        (lambda films: pd.concat([films, films]), "items must have a column item_id that names each item once"),
        (
            lambda films: films.assign(item_id=films["item_id"].astype(str)),
            r"items names no item of the split, whose ids begin \[10, 20, 30\]; are both texts, or",
        ),
        (
            lambda films: films.rename(columns={"title": "score"}),
            r"must leave the names rank and score to the list, got .*'score'.*; rename",
        ),
    ],
)
def test_a_table_that_cannot_be_joined_is_refused(shop, films, change, message):
    with pytest.raises(ValueError, match=message):
        recommend(fixed(1, 2, 3, 4), shop, user="ada", k=2, items=change(films))


def is_additive(table: pd.DataFrame, score: float) -> bool:
    """Whether the shares sum to the score, as closely as float32 can."""
    return abs(table["share"].sum() - score) <= 1e-5 * table["share"].abs().sum()


@pytest.mark.parametrize("n_layers", [0, 1, 2, 3])
@pytest.mark.parametrize("scoring", ["dot", "cosine"])
def test_the_shares_of_an_explanation_sum_to_the_score(split, n_layers, scoring):
    model = LightGCN(300, 500, 8, n_layers, scoring)
    graph = adjacency(split.train)
    score_of = model.scorer(graph)
    for user, item in ((0, 0), (7, 499), (299, 123)):
        table = explain(model, graph, split, split.item_ids[item], user=split.user_ids[user])
        assert is_additive(table, score_of(torch.tensor([user]))[0, item].item())
        liked = split.item_ids[split.train.items_of(user).numpy()].tolist() if n_layers else []
        assert table["item_id"].tolist().count(OWN_TAG) == 1
        assert sorted(raw for raw in table["item_id"] if raw != OWN_TAG) == sorted(liked)
        assert table["share"].is_monotonic_decreasing


@pytest.mark.parametrize("n_layers", [1, 2, 3])
@pytest.mark.parametrize("scoring", ["dot", "cosine"])
@pytest.mark.parametrize("n_liked", [1, 3, 400])
def test_the_shares_of_a_newcomer_sum_to_the_score_of_the_oracles_tag(split, n_layers, scoring, n_liked):
    model = LightGCN(300, 500, 8, n_layers, scoring)
    graph = adjacency(split.train)
    liked = torch.randperm(500, generator=torch.Generator().manual_seed(n_liked))[:n_liked]
    liked = liked[split.train.item_degree()[liked] > 0]
    tag = dense_newcomer(model, graph, liked.tolist()).float()
    score = model.normalised(tag[None]) @ model.normalised(model(graph)[1].detach()).T
    raw = split.item_ids[liked.numpy()]
    torch.testing.assert_close(model.scorer(graph).newcomer(liked)[None], score, atol=1e-5, rtol=1e-4)
    for item in (0, 123, 499):
        table = explain(model, graph, split, split.item_ids[item], liked=raw)
        assert is_additive(table, score[0, item].item())
        shares = table.set_index("item_id")["share"]
        assert shares[OWN_TAG] == 0 and sorted(shares.index.drop(OWN_TAG)) == sorted(raw)


@pytest.mark.parametrize("scoring", ["dot", "cosine"])
def test_a_mutated_loudness_is_noticed_by_additivity(split, scoring, monkeypatch):
    model = LightGCN(300, 500, 8, 2, scoring)
    graph, liked = adjacency(split.train), split.train.items_of(7)[:5]
    score = model.scorer(graph)
    trained, folded = score(torch.tensor([7]))[0, 20].item(), score.newcomer(liked)[20].item()

    def reasons() -> tuple[pd.DataFrame, pd.DataFrame]:
        who = {"user": split.user_ids[7]}, {"liked": split.item_ids[liked.numpy()]}
        return tuple(explain(model, graph, split, split.item_ids[20], **one) for one in who)

    assert is_additive(reasons()[0], trained) and is_additive(reasons()[1], folded)

    def squared(function):  # 1 / (d_u d_j) for 1 / sqrt(d_u d_j)
        return lambda *arguments: (function(*arguments)[0], function(*arguments)[1].square())

    for name in ("neighbours", "newcomer_hears"):
        monkeypatch.setattr(recommendation, name, squared(getattr(recommendation, name)))
    assert not is_additive(reasons()[0], trained)
    assert not is_additive(reasons()[1], folded)


def test_the_shares_of_one_round_are_what_one_gets_by_hand(paper, shop):
    model = set_tags(LightGCN(3, 4, 1, n_layers=1), [[2.0], [0.0], [4.0], [3.0], [5.0], [0.0], [0.0]])
    # Casablanca's tag is (0 + 0 / sqrt 6 + 4 / sqrt 2) / 2; Ada's (2 + 3/2 + 5/2) / 2.
    casablanca = 4 / 2**0.5 / 2
    table = explain(model, adjacency(paper), shop, 30, user="ada")
    assert table["item_id"].tolist() == [20, OWN_TAG, 10]
    assert table["share"].tolist() == pytest.approx([casablanca * part / 2 for part in (5 / 2, 2, 3 / 2)])


def test_a_guest_without_a_like_is_explained_by_their_own_tag(shop):
    likes = Interactions(torch.tensor([0, 0]), torch.tensor([0, 1]), 3, 4)
    model, graph = LightGCN(3, 4, 4, 2), adjacency(likes)
    users, items = model(graph)
    table = explain(model, graph, shop, 10, user="ben")
    assert table["item_id"].tolist() == [OWN_TAG]
    assert table["share"].item() == pytest.approx((users[1] @ items[0]).item())


@pytest.mark.parametrize(
    ("item", "who", "message"),
    [
        (10, {"user": "dev"}, "user 'dev' is not among the 3 user ids"),
        (11, {"user": "ada"}, "item 11 is not among the 4 item ids"),
        (11, {"liked": [10]}, "item 11 is not among the 4 item ids"),
        (10, {"liked": [11]}, "item 11 is not among the 4 item ids"),
        (10, {}, "either a user or what a newcomer liked"),
        (10, {"user": "ada", "liked": [10]}, "either a user or what a newcomer liked"),
        (10, {"liked": [20, 20]}, r"liked must name each item once, got \[20, 20\]"),
        (10, {"liked": [40]}, r"nobody else likes the liked items \[3\]"),
    ],
)
def test_reasons_are_refused_for_ids_that_do_not_exist(paper, shop, item, who, message):
    with pytest.raises(ValueError, match=message):
        explain(LightGCN(3, 4, 8, 2), adjacency(paper), shop, item, **who)


def test_a_newcomers_film_that_nobody_raved_about_has_no_share(paper, shop):
    with pytest.warns(UserWarning, match="nobody else likes items"):
        table = explain(LightGCN(3, 4, 8, 2), adjacency(paper), shop, 20, liked=[10, 40])
    assert table.set_index("item_id")["share"][40] == 0


def test_an_explanation_refuses_a_graph_of_another_size_and_an_edge_index(paper, shop):
    for who in ({"user": "ada"}, {"liked": [10]}):
        with pytest.raises(ValueError, match="the graph has 7 nodes, the model 4 users"):
            explain(LightGCN(4, 4, 8, 2), adjacency(paper), shop, 10, **who)
        with pytest.raises(
            ValueError, match=r"the graph must be the matrix of `graph\.adjacency`, got a torch\.strided"
        ):
            explain(LightGCN(3, 4, 8, 2), edge_index(paper), shop, 10, **who)


@pytest.mark.parametrize("who", [-1, 3, 1.0, True, "ada"])
def test_parts_are_refused_for_an_index_that_does_not_exist(paper, who):
    if who == "ada":  # a text is a sequence, so it is taken for likes
        with pytest.raises((ValueError, TypeError)):
            tag_parts(LightGCN(3, 4, 8, 2), adjacency(paper), who)
    else:
        with pytest.raises(ValueError, match=f"user must be an index from 0 to 2, got {who}"):
            tag_parts(LightGCN(3, 4, 8, 2), adjacency(paper), who)


@pytest.mark.parametrize("n_layers", [1, 2, 3])
def test_the_parts_of_a_tag_sum_to_it(split, n_layers):
    model, graph = LightGCN(300, 500, 8, n_layers), adjacency(split.train)
    items, parts = tag_parts(model, graph, 7)
    assert parts.shape == (1 + len(items), 8)
    torch.testing.assert_close(parts.sum(dim=0), model(graph)[0][7].detach(), atol=1e-6, rtol=1e-4)
    liked = items[:5]
    items, parts = tag_parts(model, graph, liked)
    assert torch.equal(items, liked) and not parts[0].any()
    torch.testing.assert_close(parts.sum(dim=0), model.fold_in(graph, liked)[0], atol=1e-6, rtol=1e-4)


@pytest.mark.parametrize("scoring", ["dot", "cosine"])
def test_split_scores_of_many_items_are_the_shares_of_each(split, scoring):
    model, graph = LightGCN(300, 500, 8, 2, scoring), adjacency(split.train)
    _, parts = tag_parts(model, graph, 7)
    shares = split_scores(model, parts, model(graph)[1].detach())
    torch.testing.assert_close(shares.sum(dim=1), model.scorer(graph)(torch.tensor([7]))[0], atol=1e-6, rtol=1e-4)


def test_a_newcomer_who_likes_everything_gets_an_empty_list(split):
    scorer = LightGCN(300, 500, 8, 2).scorer(adjacency(split.fit))
    with pytest.warns(UserWarning, match="nobody else likes"):
        assert recommend(scorer, split, liked=split.item_ids).empty


def test_damping_takes_most_from_the_most_famous_film(paper):
    flat = lambda users: torch.ones(len(users), 4)  # noqa: E731
    degree = paper.item_degree()  # 2, 2, 2, 0
    assert damp_popularity(flat, degree, 0.5)(torch.tensor([0, 1])).tolist() == [[0.5, 0.5, 0.5, 1.0]] * 2
    assert damp_popularity(flat, degree, 0.0)(torch.tensor([0])).tolist() == [[1.0] * 4]
    half = damp_popularity(flat, torch.tensor([0, 1, 3, 0]), 1.0)(torch.tensor([0]))[0].tolist()
    assert half == pytest.approx([1, 0.5, 0, 1])  # log 2 is half of log 4


def test_damping_a_matchmaker_damps_newcomers_alike(split):
    scorer = popularity(split.fit)
    damped = damp_popularity(scorer, split.fit.item_degree(), 3.0)
    assert torch.equal(damped.newcomer(torch.tensor([0])), damped(torch.tensor([5]))[0])
    assert not torch.equal(damped(torch.tensor([5])), scorer(torch.tensor([5])))
    assert not isinstance(damp_popularity(random_scorer(split.fit), split.fit.item_degree(), 3.0), Matchmaker)


def test_where_nobody_likes_anything_damping_changes_nothing():
    flat = lambda users: torch.ones(len(users), 2)  # noqa: E731
    assert damp_popularity(flat, torch.zeros(2), 0.5)(torch.tensor([0])).tolist() == [[1.0, 1.0]]


def test_a_tag_of_nothing_scores_nothing():
    model, items = LightGCN(3, 4, 8, 2, "cosine"), torch.ones(2, 8)
    assert split_scores(model, torch.zeros(3, 8), items).tolist() == [[0.0] * 3] * 2


def test_a_list_has_ten_items_unless_another_length_is_asked_for(split):
    assert len(recommend(popularity(split.fit), split, user=split.user_ids[0])) == 10


def test_an_item_of_however_low_a_score_is_listed(shop):
    assert recommend(fixed(-3e38, -1e10, 5, 5), shop, user="cleo", k=3)["item_id"].tolist() == [40, 20, 10]
