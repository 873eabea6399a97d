"""Recommendations and their reasons."""

import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from course_lib import recommendation
from course_lib.data import GENRES
from course_lib.graph import adjacency, edge_index
from course_lib.interactions import Interactions, to_interactions
from course_lib.lightgcn import LightGCN
from course_lib.party import little_party
from course_lib.recommendation import (
    OWN_TAG,
    damp_popularity,
    explain,
    fold_in,
    recommend,
    scorer,
    split_scores,
    tag_parts,
)


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


def is_additive(table: pd.DataFrame, score: float) -> bool:
    """Whether the shares sum to the score, as closely as float32 can."""
    return abs(table["share"].sum() - score) <= 1e-5 * table["share"].abs().sum()


def dense_newcomer(model: LightGCN, graph: torch.Tensor, liked: list[int]) -> torch.Tensor:
    """The oracle: one more row in the dense matrix, with the edges film -> new guest only, and a tag of zeros."""
    n_nodes = graph.size(0)
    matrix = torch.zeros(n_nodes + 1, n_nodes + 1, dtype=torch.float64)
    matrix[:-1, :-1] = graph.to_dense()
    degree = (matrix[:-1, :-1] > 0).sum(dim=1)
    for film in liked:
        if degree[model.n_users + film]:
            matrix[-1, model.n_users + film] = (len(liked) * degree[model.n_users + film]) ** -0.5
    layers = [torch.cat([model.embedding.weight.detach(), torch.zeros(1, model.embedding.embedding_dim)]).double()]
    for _ in range(model.n_layers):
        layers.append(matrix @ layers[-1])
    return (sum(layers) / len(layers))[-1]


@pytest.mark.parametrize("n_layers", [0, 1, 2, 3])
@pytest.mark.parametrize("scoring", ["dot", "cosine"])
def test_the_shares_of_an_explanation_sum_to_the_score(split, n_layers, scoring):
    model = LightGCN(300, 500, embedding_dim=8, n_layers=n_layers, scoring=scoring)
    graph = adjacency(split.train)
    score_of = scorer(*model(graph), scoring)
    for user, item in ((0, 0), (7, 499), (299, 123)):
        table = explain(model, graph, user, item)
        assert is_additive(table, score_of(torch.tensor([user]))[0, item].item())
        liked = split.train.items_of(user).tolist() if n_layers else []
        assert sorted(table["item"]) == [OWN_TAG, *liked]
        assert table["share"].is_monotonic_decreasing


@pytest.mark.parametrize("n_layers", [1, 2, 3])
@pytest.mark.parametrize("scoring", ["dot", "cosine"])
@pytest.mark.parametrize("n_liked", [1, 3, 400])
def test_the_shares_of_a_newcomer_sum_to_the_score_of_the_oracles_tag(split, n_layers, scoring, n_liked):
    model = LightGCN(300, 500, embedding_dim=8, n_layers=n_layers, scoring=scoring)
    graph = adjacency(split.train)
    liked = torch.randperm(500, generator=torch.Generator().manual_seed(n_liked))[:n_liked]
    liked = liked[split.train.item_degree()[liked] > 0]
    tag = dense_newcomer(model, graph, liked.tolist()).float()
    score = scorer(tag[None], model(graph)[1], scoring)(torch.tensor([0]))[0]
    for item in (0, 123, 499):
        table = explain(model, graph, liked, item)
        assert is_additive(table, score[item].item())
        assert sorted(table["item"]) == [OWN_TAG, *sorted(liked.tolist())]
        assert table.set_index("item")["share"][OWN_TAG] == 0


@pytest.mark.parametrize("scoring", ["dot", "cosine"])
def test_a_mutated_loudness_is_noticed_by_additivity(split, scoring, monkeypatch):
    model = LightGCN(300, 500, embedding_dim=8, n_layers=2, scoring=scoring)
    graph, liked = adjacency(split.train), split.train.items_of(7)[:5]
    tag = dense_newcomer(model, graph, liked.tolist()).float()[None]
    users, items = model(graph)
    trained = scorer(users, items, scoring)(torch.tensor([7]))[0, 20].item()
    folded = scorer(tag, items, scoring)(torch.tensor([0]))[0, 20].item()
    assert is_additive(explain(model, graph, 7, 20), trained) and is_additive(explain(model, graph, liked, 20), folded)

    def squared(function):  # 1 / (d_u d_j) for 1 / sqrt(d_u d_j)
        return lambda *arguments: (function(*arguments)[0], function(*arguments)[1].square())

    for name in ("neighbours", "_newcomer"):
        monkeypatch.setattr(recommendation, name, squared(getattr(recommendation, name)))
    assert not is_additive(explain(model, graph, 7, 20), trained)
    assert not is_additive(explain(model, graph, liked, 20), folded)


def test_the_shares_of_one_round_are_what_one_gets_by_hand(paper):
    model, graph = LightGCN(3, 4, embedding_dim=1, n_layers=1), adjacency(paper)
    with torch.no_grad():
        model.embedding.weight[:] = torch.tensor([[2.0], [0.0], [4.0], [3.0], [5.0], [0.0], [0.0]])
    # Casablanca's tag is (0 + 0 / sqrt 6 + 4 / sqrt 2) / 2; Ada's (2 + 3/2 + 5/2) / 2.
    casablanca = 4 / 2**0.5 / 2
    table = explain(model, graph, 0, item=2)
    assert table["item"].tolist() == [1, OWN_TAG, 0]
    assert table["share"].tolist() == pytest.approx([casablanca * part / 2 for part in (5 / 2, 2, 3 / 2)])


def test_a_guest_without_a_like_is_explained_by_their_own_tag():
    likes = Interactions(torch.tensor([0, 0]), torch.tensor([0, 1]), 2, 3)
    model, graph = LightGCN(2, 3, embedding_dim=4), adjacency(likes)
    users, items = model(graph)
    table = explain(model, graph, 1, item=0)
    assert table["item"].tolist() == [OWN_TAG]
    assert table["share"].item() == pytest.approx((users[1] @ items[0]).item())


@pytest.mark.parametrize(("user", "item", "message"), [(3, 0, "user .* 0 to 2, got 3"), (0, -1, "item .* 3, got -1")])
def test_reasons_are_refused_for_indices_that_do_not_exist(paper, user, item, message):
    graph = adjacency(paper)
    with pytest.raises(ValueError, match=message):
        explain(LightGCN(3, 4), graph, user, item)


def test_an_explanation_refuses_a_graph_of_another_size(paper):
    with pytest.raises(ValueError, match="the graph has 7 nodes, the model 4 users"):
        explain(LightGCN(4, 4), adjacency(paper), 0, 0)


def test_cosine_scores_are_those_of_scikit_learn():
    from sklearn.metrics.pairwise import cosine_similarity

    users, items = torch.randn(3, 5), torch.randn(4, 5)
    score = scorer(users, items, "cosine")(torch.arange(3))
    assert torch.allclose(score, torch.from_numpy(cosine_similarity(users, items)), atol=1e-6)


@given(st.integers(1, 3), st.sets(st.integers(0, 4), min_size=1))
def test_a_newcomers_tag_is_that_of_a_dense_matrix_with_one_more_row(n_layers, liked):
    party = little_party()
    model, graph = LightGCN(4, 5, embedding_dim=3, n_layers=n_layers), adjacency(party)
    assert torch.allclose(fold_in(model, graph, sorted(liked))[0].double(), dense_newcomer(model, graph, sorted(liked)))


def test_a_newcomers_tag_by_hand(paper):
    # Alien and Casablanca have 2 fans each: their tags arrive with 1 / sqrt(2 * 2), halved by the mean of two rounds.
    model, graph = LightGCN(3, 4, embedding_dim=1, n_layers=1), adjacency(paper)
    with torch.no_grad():
        model.embedding.weight[:] = torch.tensor([[2.0], [0.0], [4.0], [3.0], [5.0], [7.0], [0.0]])
    assert fold_in(model, graph, [0, 2]).tolist() == [[pytest.approx((3 + 7) / 2 / 2)]]


def test_a_batch_of_newcomers_is_each_of_them_alone(split):
    model, graph = LightGCN(300, 500, embedding_dim=8), adjacency(split.train)
    liked = split.train.item.unique()
    batch = [liked[:1], liked[:300], liked[5:8].tolist()]
    tags = fold_in(model, graph, batch)
    assert tags.shape == (3, 8)
    for tag, one in zip(tags, batch, strict=True):
        assert torch.equal(tag, fold_in(model, graph, one)[0])
        assert torch.allclose(tag, tag_parts(model, graph, one)[1].sum(dim=0), atol=1e-6)


def test_folding_in_leaves_the_party_as_it_is(paper):
    model, graph = LightGCN(3, 4), adjacency(paper)
    before = [tags.clone() for tags in model(graph)]
    fold_in(model, graph, [0, 2])
    assert all(torch.equal(*tags) for tags in zip(before, model(graph), strict=True))


def test_a_film_nobody_raved_about_weighs_nothing_and_is_named(paper):
    model, graph = LightGCN(3, 4, n_layers=2), adjacency(paper)
    with pytest.warns(UserWarning, match=r"nobody raved about items \[3\]: they weigh nothing"):
        tag = fold_in(model, graph, [0, 3])[0]
    assert torch.allclose(tag.double(), dense_newcomer(model, graph, [0, 3]))
    with pytest.warns(UserWarning, match="items"):
        assert explain(model, graph, [0, 3], 1).set_index("item")["share"][3] == 0


@pytest.mark.parametrize(
    ("liked", "message"),
    [
        ([], "at least one like, got none; without likes, offer the popular films"),
        ([[0], []], "at least one like"),
        ([4], "a liked item must be an index from 0 to 3, got 4"),
        ([0, -1], "from 0 to 3, got -1"),
        ([2, 1, 2], "item 2 is liked more than once"),
        ([3], r"nobody raved about the liked items \[3\], so they tell nothing"),
        (torch.tensor([[0, 1]]), r"\(n,\) int64 item indices, got \(1, 2\)"),
        (torch.tensor([0.0]), "int64 item indices, got .* torch.float32"),
    ],
)
def test_likes_that_say_nothing_are_refused(paper, liked, message):
    with pytest.raises(ValueError, match=message):
        fold_in(LightGCN(3, 4), adjacency(paper), liked)


def test_a_model_without_gossip_folds_to_nothing(paper):
    with pytest.raises(ValueError, match="with n_layers=0 no gossip reaches a new guest"):
        fold_in(LightGCN(3, 4, n_layers=0), adjacency(paper), [0])


def test_a_newcomer_who_likes_everything_gets_an_empty_list(split, party):
    model, graph = LightGCN(300, 500, embedding_dim=8), adjacency(split.fit)
    liked = split.fit.item.unique()
    score = scorer(fold_in(model, graph, liked), model(graph)[1])
    everything = Interactions(torch.zeros(500, dtype=torch.int64), torch.arange(500), 1, 500)
    assert recommend(score, 0, everything, split.item_ids, party.films).empty


def test_damping_takes_most_from_the_most_famous_film(paper):
    flat = lambda users: torch.ones(len(users), 4)  # noqa: E731
    degree = paper.item_degree()  # 2, 2, 2, 0
    assert damp_popularity(flat, degree, 0.5)(torch.tensor([0, 1])).tolist() == [[0.5, 0.5, 0.5, 1.0]] * 2
    assert damp_popularity(flat, degree, 0.0)(torch.tensor([0])).tolist() == [[1.0] * 4]
    half = damp_popularity(flat, torch.tensor([0, 1, 3, 0]), 1.0)(torch.tensor([0]))[0].tolist()
    assert half == pytest.approx([1, 0.5, 0, 1])  # log 2 is half of log 4


def test_an_unknown_scoring_is_refused():
    with pytest.raises(ValueError, match=r"scoring must be .* got 'cosin'"):
        scorer(torch.zeros(2, 4), torch.zeros(3, 4), "cosin")
    with pytest.raises(ValueError, match=r"scoring must be .* got 'cosin'"):
        split_scores(torch.zeros(2, 4), torch.zeros(3, 4), "cosin")


@pytest.mark.parametrize("who", [0, [0]])
def test_an_explanation_refuses_an_edge_index(paper, who):
    with pytest.raises(ValueError, match=r"the graph must be the matrix of `graph\.adjacency`, got a torch\.strided"):
        explain(LightGCN(3, 4, embedding_dim=8), edge_index(paper), who, 1)
