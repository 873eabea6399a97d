"""Recommendations and their reasons."""

import pandas as pd
import pytest
import torch

from course_lib.data import GENRES
from course_lib.graph import adjacency
from course_lib.interactions import Interactions, to_interactions
from course_lib.lightgcn import LightGCN
from course_lib.recommendation import OWN_TAG, explain, films_between, recommend, scorer


def film_table(titles: list[str], ids: list[int], genres: dict[int, list[str]] | None = None) -> pd.DataFrame:
    flags = {genre: [genre in (genres or {}).get(film, []) for film in ids] for genre in GENRES}
    return pd.DataFrame({"film_id": ids, "title": titles, **flags})


@pytest.fixture
def shop() -> tuple[pd.Index, pd.DataFrame]:
    """Four films whose ids are no indices, two of one title, in a table of another order."""
    films = film_table(["Dune", "Dune", "Emma", "Alien"], [40, 30, 20, 10], {40: ["Sci-Fi", "Action"], 30: ["Drama"]})
    return pd.Index([10, 20, 30, 40]), films


def test_a_scorer_is_the_dot_product_of_final_tags():
    users, items = torch.tensor([[1.0, 2.0], [0.0, 1.0]], requires_grad=True), torch.tensor([[3.0, 4.0], [5.0, -1.0]])
    scores = scorer(users, items)(torch.tensor([1, 0]))
    assert scores.tolist() == [[4, -1], [11, 3]]
    assert not scores.requires_grad


def test_recommendations_are_unseen_ranked_and_titled_by_id(paper, shop):
    scores = torch.tensor([[9.0, 8.0, 1.0, 2.0]])
    table = recommend(lambda users: scores, 0, paper, *shop, k=2)
    assert table.to_dict("list") == {
        "rank": [1, 2],
        "film_id": [40, 30],
        "title": ["Dune", "Dune"],
        "genres": ["Action, Sci-Fi", "Drama"],
        "score": [2, 1],
    }


def test_there_are_fewer_rows_where_fewer_films_are_unseen(paper, shop):
    table = recommend(lambda users: torch.ones(1, 4), 1, paper, *shop, k=4)
    assert table["film_id"].tolist() == [40]
    full = Interactions(torch.zeros(4, dtype=torch.int64), torch.arange(4), 3, 4)
    assert recommend(lambda users: torch.ones(1, 4), 0, full, *shop, k=2).empty


def test_nothing_a_guest_has_rated_is_recommended_and_every_title_is_the_films_own(party, split):
    model = LightGCN(300, 500, embedding_dim=8)
    scores = scorer(*model(adjacency(split.fit)))
    rated = to_interactions(party.ratings, split.user_ids, split.item_ids)
    title_of = party.films.set_index("film_id")["title"]
    for user in range(0, 300, 60):
        table = recommend(scores, user, rated, split.item_ids, party.films, k=15)
        mine = party.ratings.loc[party.ratings["user_id"] == split.user_ids[user], "film_id"]
        assert not set(table["film_id"]) & set(mine)
        assert table["title"].tolist() == title_of[table["film_id"]].tolist()
        assert table["score"].is_monotonic_decreasing and len(table) == 15
        for film, score in zip(table["film_id"], table["score"], strict=True):
            item = split.item_ids.get_loc(film)
            assert score == pytest.approx(scores(torch.tensor([user]))[0, item].item())


def test_recommend_refuses_unknown_users_and_impossible_lengths(paper, shop):
    for user in (-1, 3):
        with pytest.raises(ValueError, match=f"user must be an index from 0 to 2, got {user}"):
            recommend(lambda users: torch.ones(1, 4), user, paper, *shop)
    with pytest.raises(ValueError, match="k must be 1 to 4, the number of items, got 10"):
        recommend(lambda users: torch.ones(1, 4), 0, paper, *shop)


@pytest.mark.parametrize("n_layers", [0, 1, 2, 3])
@pytest.mark.parametrize("scoring", ["dot", "cosine"])
def test_the_shares_of_an_explanation_sum_to_the_score(split, n_layers, scoring):
    model = LightGCN(300, 500, embedding_dim=8, n_layers=n_layers, scoring=scoring)
    graph = adjacency(split.train)
    score_of = scorer(*model(graph), scoring)
    for user, item in ((0, 0), (7, 499), (299, 123)):
        table = explain(model, graph, user, item)
        score = score_of(torch.tensor([user]))[0, item].item()
        assert abs(table["share"].sum() - score) <= 1e-5 * table["share"].abs().sum()
        liked = split.train.items_of(user).tolist() if n_layers else []
        assert sorted(table["item"]) == [OWN_TAG, *liked]
        assert table["share"].is_monotonic_decreasing


def test_the_shares_of_one_round_are_what_one_gets_by_hand(paper):
    model, graph = LightGCN(3, 4, embedding_dim=1, n_layers=1), adjacency(paper)
    with torch.no_grad():
        model.embedding.weight[:] = torch.tensor([[2.0], [0.0], [4.0], [3.0], [5.0], [0.0], [0.0]])
    # Casablanca's tag is (0 + 0 / sqrt 6 + 4 / sqrt 2) / 2; Ada's (2 + 3/2 + 5/2) / 2.
    casablanca = 4 / 2**0.5 / 2
    table = explain(model, graph, user=0, item=2)
    assert table["item"].tolist() == [1, OWN_TAG, 0]
    assert table["share"].tolist() == pytest.approx([casablanca * part / 2 for part in (5 / 2, 2, 3 / 2)])


def test_a_guest_without_a_like_is_explained_by_their_own_tag():
    likes = Interactions(torch.tensor([0, 0]), torch.tensor([0, 1]), 2, 3)
    model, graph = LightGCN(2, 3, embedding_dim=4), adjacency(likes)
    users, items = model(graph)
    table = explain(model, graph, user=1, item=0)
    assert table["item"].tolist() == [OWN_TAG]
    assert table["share"].item() == pytest.approx((users[1] @ items[0]).item())


def test_the_films_between_carry_exactly_the_entry_of_the_third_power(split):
    graph = adjacency(split.train)
    dense = graph.to_dense().double()
    cube = dense @ dense @ dense
    for user, item in ((0, 0), (7, 499), (299, 123)):
        table = films_between(graph, 300, user, item)
        assert table["weight"].sum() == pytest.approx(cube[user, 300 + item].item(), rel=1e-5, abs=1e-9)
        assert sorted(table["item"]) == split.train.items_of(user).tolist()
        assert table["weight"].is_monotonic_decreasing
        fans = {film: set(split.train.user[split.train.item == film].tolist()) for film in [item, *table["item"]]}
        assert table["n_peers"].tolist() == [len(fans[film] & fans[item]) for film in table["item"]]


def test_on_paper_ben_carries_casablanca_to_ada_through_both_of_her_films(paper):
    table = films_between(adjacency(paper), 3, user=0, item=2)
    walk = 1 / 2 * 1 / 6**0.5 * 1 / 6**0.5
    assert sorted(table["item"]) == [0, 1]
    assert table["n_peers"].tolist() == [1, 1]
    assert table["weight"].tolist() == pytest.approx([walk, walk])


@pytest.mark.parametrize(("user", "item", "message"), [(3, 0, "user .* 0 to 2, got 3"), (0, -1, "item .* 3, got -1")])
def test_reasons_are_refused_for_indices_that_do_not_exist(paper, user, item, message):
    graph = adjacency(paper)
    with pytest.raises(ValueError, match=message):
        explain(LightGCN(3, 4), graph, user, item)
    with pytest.raises(ValueError, match=message):
        films_between(graph, 3, user, item)


def test_an_explanation_refuses_a_graph_of_another_size(paper):
    with pytest.raises(ValueError, match="the graph has 7 nodes, the model 4 users"):
        explain(LightGCN(4, 4), adjacency(paper), 0, 0)


def test_cosine_scores_are_those_of_scikit_learn():
    from sklearn.metrics.pairwise import cosine_similarity

    users, items = torch.randn(3, 5), torch.randn(4, 5)
    score = scorer(users, items, "cosine")(torch.arange(3))
    assert torch.allclose(score, torch.from_numpy(cosine_similarity(users, items)), atol=1e-6)
