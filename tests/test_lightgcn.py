"""LightGCN, against dense matrices and PyTorch Geometric's own model."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics.pairwise import cosine_similarity
from torch_geometric.nn.models import LightGCN as ReferenceLightGCN

from course_lib.graph import adjacency, edge_index
from course_lib.interactions import Interactions
from course_lib.lightgcn import LightGCN
from course_lib.party import little_party


def model_of(interactions: Interactions, n_layers: int = 3) -> LightGCN:
    return LightGCN(interactions.n_users, interactions.n_items, embedding_dim=5, n_layers=n_layers)


@pytest.mark.parametrize("n_layers", [0, 1, 2, 3])
def test_final_tags_equal_the_model_of_pytorch_geometric(split, n_layers):
    model = model_of(split.train, n_layers)
    n_nodes = model.n_users + model.n_items
    reference = ReferenceLightGCN(n_nodes, embedding_dim=5, num_layers=n_layers, alpha=1 / (n_layers + 1))
    reference.embedding.weight = model.embedding.weight
    users, items = model(adjacency(split.train))
    assert users.shape == (300, 5) and items.shape == (500, 5)
    torch.testing.assert_close(torch.cat([users, items]), reference.get_embedding(edge_index(split.train)))


def test_the_gradient_equals_that_of_the_model_of_pytorch_geometric(split):
    model = model_of(split.train)
    reference = ReferenceLightGCN(800, embedding_dim=5, num_layers=3, alpha=1 / 4)
    reference.embedding.weight = model.embedding.weight
    weight = torch.randn(800, 5, generator=torch.Generator().manual_seed(1))
    ours, theirs = model.tags(adjacency(split.train)), reference.get_embedding(edge_index(split.train))
    gradients = [
        torch.autograd.grad((tags.square() * weight).sum(), model.embedding.weight)[0] for tags in (ours, theirs)
    ]
    assert gradients[1].abs().max() > 1e-3
    torch.testing.assert_close(*gradients, atol=1e-6, rtol=1e-4)


def test_layers_are_the_tags_after_each_round_and_their_mean_is_the_final_tag(paper):
    model, graph = model_of(paper, n_layers=2), adjacency(paper)
    dense, tags = graph.to_dense(), model.embedding.weight
    layers = model.layers(graph)
    for power, layer in enumerate(layers):
        torch.testing.assert_close(layer, torch.linalg.matrix_power(dense, power) @ tags)
    users, items = model(graph)
    torch.testing.assert_close(torch.cat([users, items]), torch.stack(layers).mean(dim=0))
    assert len(layers) == 3


def test_without_layers_the_model_is_matrix_factorisation(paper):
    model = model_of(paper, n_layers=0)
    users, items = model(adjacency(paper))
    assert torch.equal(torch.cat([users, items]), model.embedding.weight)


def test_scores_change_when_the_graph_does(paper):
    model = model_of(paper)
    rewired = Interactions(paper.user, torch.tensor([0, 3, 0, 1, 2, 2]), 3, 4)
    scores = [users @ items.T for users, items in (model(adjacency(paper)), model(adjacency(rewired)))]
    assert (scores[0] - scores[1]).abs().max() > 1e-3


def test_the_seed_decides_the_tags_whatever_the_global_generator_does():
    first = LightGCN(3, 4, 64, 2, seed=1).embedding.weight
    torch.rand(5)
    again, other = (LightGCN(3, 4, 64, 2, seed=seed).embedding.weight for seed in (1, 2))
    assert torch.equal(first, again) and not torch.equal(first, other)
    assert first.shape == (7, 64)
    bound = (6 / (7 + 64)) ** 0.5  # Xavier's, of a uniform draw
    assert 0.95 * bound < first.abs().max() <= bound and first.abs().mean().item() == pytest.approx(bound / 2, rel=0.1)


def test_a_graph_of_another_size_is_refused_with_both_sizes(paper):
    model = LightGCN(3, 3, 8, 2)
    message = r"the graph has 7 nodes, the model 3 users \+ 3 items = 6; build both from the same split"
    with pytest.raises(ValueError, match=message):
        model(adjacency(paper))
    with pytest.raises(ValueError, match="the graph has 7 nodes, the model 4 users"):
        LightGCN(4, 4, 8, 2)(adjacency(paper))


def test_a_graph_that_divides_as_many_nodes_otherwise_is_refused(paper):
    # 7 nodes too, but the guest whom the model counts as number 3 is a film of the graph.
    for n_users in (2, 4):
        with pytest.raises(ValueError, match=f"the graph has 7 nodes, the model {n_users} users .* = 7; build both"):
            LightGCN(n_users, 7 - n_users, 8, 2)(adjacency(paper))


def test_a_graph_without_a_like_is_a_graph_of_any_party():
    nothing = torch.zeros(0, dtype=torch.int64)
    model = LightGCN(3, 4, 8, 2)
    users, items = model(adjacency(Interactions(nothing, nothing, 3, 4)))
    torch.testing.assert_close(torch.cat([users, items]), model.embedding.weight / 3)


def test_an_edge_index_is_refused(paper):
    with pytest.raises(ValueError, match=r"the graph must be the matrix of `graph.adjacency`, got a torch.strided"):
        model_of(paper)(edge_index(paper))


@pytest.mark.parametrize(
    ("change", "message"),
    [({"n_layers": -2}, "n_layers must be a whole number, at least 0, got -2"),
     ({"n_layers": 1.5}, "n_layers must be a whole number, at least 0, got 1.5"),
     ({"n_users": 0}, "n_users must be a whole number, at least 1, got 0"),
     ({"n_items": True}, "n_items must be a whole number, at least 1, got True"),
     ({"embedding_dim": "64"}, "embedding_dim must be a whole number, at least 1, got '64'"),
     ({"scoring": "cosin"}, "scoring must be one of 'dot', 'cosine', got 'cosin'")],
)  # fmt: skip
def test_a_model_that_cannot_be_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        LightGCN(**({"n_users": 3, "n_items": 4, "embedding_dim": 8, "n_layers": 2} | change))


def set_tags(model: LightGCN, tags: list[list[float]]) -> LightGCN:
    with torch.no_grad():
        model.embedding.weight[:] = torch.tensor(tags)
    return model


@pytest.mark.parametrize("scoring", ["dot", "cosine"])
def test_a_scorer_scores_as_the_model_is_taught(split, scoring):
    model, graph = LightGCN(300, 500, 8, 2, scoring), adjacency(split.train)
    users, items = (tags.detach() for tags in model(graph))
    expected = users @ items.T if scoring == "dot" else torch.from_numpy(cosine_similarity(users, items))
    scores = model.scorer(graph)(torch.tensor([7, 0, 7]))
    torch.testing.assert_close(scores, expected[[7, 0, 7]], atol=1e-6, rtol=1e-5)
    assert not scores.requires_grad


def test_a_scorer_stays_as_it_is_when_the_model_learns_on(paper):
    for n_layers in (0, 2):
        model, graph = LightGCN(3, 4, 8, n_layers), adjacency(paper)
        scorer, everybody = model.scorer(graph), torch.arange(3)
        known = scorer(everybody).clone()
        new = scorer.newcomer(torch.tensor([0, 2])).clone() if n_layers else None
        set_tags(model, torch.ones(7, 8).tolist())
        assert torch.equal(scorer(everybody), known)
        assert new is None or torch.equal(scorer.newcomer(torch.tensor([0, 2])), new)


@pytest.mark.parametrize("scoring", ["dot", "cosine"])
def test_a_scorer_takes_in_a_newcomer_by_the_folded_tag(split, scoring):
    model, graph = LightGCN(300, 500, 8, 2, scoring), adjacency(split.train)
    liked = split.train.items_of(7)[:4]
    tag, items = model.fold_in(graph, liked), model(graph)[1].detach()
    expected = tag @ items.T if scoring == "dot" else torch.cosine_similarity(tag, items)[None]
    torch.testing.assert_close(model.scorer(graph).newcomer(liked)[None], expected, atol=1e-6, rtol=1e-4)


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


@given(st.integers(1, 3), st.sets(st.integers(0, 4), min_size=1))
def test_a_newcomers_tag_is_that_of_a_dense_matrix_with_one_more_row(n_layers, liked):
    model, graph = LightGCN(4, 5, embedding_dim=3, n_layers=n_layers), adjacency(little_party())
    tag = model.fold_in(graph, sorted(liked))
    assert tag.shape == (1, 3)
    assert torch.allclose(tag[0].double(), dense_newcomer(model, graph, sorted(liked)))


def test_a_newcomers_tag_by_hand(paper):
    # Alien and Casablanca have 2 fans each: their tags arrive with 1 / sqrt(2 * 2), halved by the mean of two rounds.
    model = set_tags(LightGCN(3, 4, 1, n_layers=1), [[2.0], [0.0], [4.0], [3.0], [5.0], [7.0], [0.0]])
    assert model.fold_in(adjacency(paper), [0, 2]).tolist() == [[pytest.approx((3 + 7) / 2 / 2)]]


def test_likes_may_be_a_list_a_tuple_or_a_tensor(split):
    model, graph = LightGCN(300, 500, 8, 2), adjacency(split.train)
    liked = split.train.items_of(7)[:5]
    for same in (liked.tolist(), tuple(liked.tolist())):
        assert torch.equal(model.fold_in(graph, same), model.fold_in(graph, liked))


def test_folding_in_leaves_the_party_as_it_is(paper):
    model, graph = LightGCN(3, 4, 8, 2), adjacency(paper)
    before = [tags.clone() for tags in model(graph)]
    model.fold_in(graph, [0, 2])
    assert all(torch.equal(*tags) for tags in zip(before, model(graph), strict=True))


def test_a_film_nobody_raved_about_weighs_nothing_and_is_named(paper):
    model, graph = LightGCN(3, 4, 8, 2), adjacency(paper)
    with pytest.warns(UserWarning, match=r"nobody else likes items \[3\]: they weigh nothing for the new guest"):
        tag = model.fold_in(graph, [0, 3])[0]
    assert torch.allclose(tag.double(), dense_newcomer(model, graph, [0, 3]))


@pytest.mark.parametrize(
    ("liked", "message"),
    [
        ([], "at least one like, got none; without likes, offer the popular items"),
        ([4], r"a liked item must lie in \[0, 4\), got 4 to 4"),
        ([0, -1], r"in \[0, 4\), got -1 to 0"),
        ([2, 1, 2], "item 2 is liked more than once"),
        ([3], r"nobody else likes the liked items \[3\], so they tell nothing"),
        (torch.tensor([[0, 1]]), r"\(n,\) int64 item indices, got \(1, 2\)"),
        (torch.tensor([0.0]), "int64 item indices, got .* torch.float32"),
    ],
)
def test_likes_that_say_nothing_are_refused(paper, liked, message):
    model, graph = LightGCN(3, 4, 8, 2), adjacency(paper)
    for ask in (model.fold_in, lambda graph, liked: model.scorer(graph).newcomer(liked)):
        with pytest.raises(ValueError, match=message):
            ask(graph, liked)


def test_a_model_without_gossip_folds_to_nothing(paper):
    model, graph = LightGCN(3, 4, 8, n_layers=0), adjacency(paper)
    for ask in (model.fold_in, lambda graph, liked: model.scorer(graph).newcomer(liked)):
        with pytest.raises(ValueError, match="with n_layers=0 no gossip reaches a new guest"):
            ask(graph, [0])


def test_what_is_told_is_the_mean_tag_without_the_last_round(split):
    model, graph = LightGCN(300, 500, 8, 3), adjacency(split.train)
    layers = model.layers(graph)
    torch.testing.assert_close(model.told(graph), sum(layers[:3])[300:] / 4)
    assert not LightGCN(300, 500, 8, 0).told(graph).any()


def test_other_ego_tags_may_be_given(split):
    model, graph = LightGCN(300, 500, 8, 2), adjacency(split.train)
    ego = torch.randn(800, 8, generator=torch.Generator().manual_seed(0))
    dense = graph.to_dense()
    torch.testing.assert_close(model.tags(graph, ego), (ego + dense @ ego + dense @ (dense @ ego)) / 3)
