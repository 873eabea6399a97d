"""LightGCN, against hand-computed gossip and PyTorch Geometric's own layers."""

from math import sqrt

import pytest
import torch
from torch_geometric.nn import LGConv
from torch_geometric.nn.models import LightGCN as ReferenceLightGCN

from course_lib.graph import adjacency, edge_index
from course_lib.interactions import Interactions
from course_lib.lightgcn import LightGCN, LightGCNConv


def model_of(interactions: Interactions, n_layers: int = 3) -> LightGCN:
    return LightGCN(interactions.n_users, interactions.n_items, embedding_dim=5, n_layers=n_layers)


@pytest.mark.parametrize("graph_of", [adjacency, edge_index])
def test_one_round_of_gossip_is_what_one_gets_on_paper(paper, graph_of):
    tags = torch.tensor([[1.0], [2.0], [3.0], [10.0], [20.0], [30.0], [40.0]])
    ada = (10 + 20) / 2
    ben = (10 + 20 + 30) / sqrt(6)
    cleo = 30 / sqrt(2)
    alien = 1 / 2 + 2 / sqrt(6)
    casablanca = 2 / sqrt(6) + 3 / sqrt(2)
    expected = torch.tensor([[ada], [ben], [cleo], [alien], [alien], [casablanca], [0.0]])
    torch.testing.assert_close(LightGCNConv()(tags, graph_of(paper)), expected)


def test_the_readable_and_the_fused_way_equal_the_layer_of_pytorch_geometric(split):
    edges, matrix = edge_index(split.train), adjacency(split.train)
    tags = torch.randn(matrix.size(0), 4, generator=torch.Generator().manual_seed(0))
    expected = LGConv()(tags, edges)
    torch.testing.assert_close(LightGCNConv()(tags, edges), expected)
    torch.testing.assert_close(LightGCNConv()(tags, matrix), expected)


@pytest.mark.parametrize("n_layers", [0, 1, 2, 3])
@pytest.mark.parametrize("graph_of", [adjacency, edge_index])
def test_final_tags_equal_the_model_of_pytorch_geometric(split, n_layers, graph_of):
    model = model_of(split.train, n_layers)
    n_nodes = model.n_users + model.n_items
    reference = ReferenceLightGCN(n_nodes, embedding_dim=5, num_layers=n_layers, alpha=1 / (n_layers + 1))
    reference.embedding.weight = model.embedding.weight
    users, items = model(graph_of(split.train))
    assert users.shape == (300, 5) and items.shape == (500, 5)
    torch.testing.assert_close(torch.cat([users, items]), reference.get_embedding(edge_index(split.train)))


def test_the_gradient_on_the_tags_is_the_same_on_both_ways_through_the_model(split):
    model = model_of(split.train)
    weight = torch.randn(300, 5, generator=torch.Generator().manual_seed(1))
    gradients = []
    for graph in (adjacency(split.train), edge_index(split.train)):
        users, items = model(graph)
        (gradient,) = torch.autograd.grad((users * weight).sum() + items.square().sum(), model.embedding.weight)
        gradients.append(gradient)
    assert gradients[1].abs().max() > 0.01
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
    first = LightGCN(3, 4, seed=1).embedding.weight
    torch.rand(5)
    again, other = (LightGCN(3, 4, seed=seed).embedding.weight for seed in (1, 2))
    assert torch.equal(first, again) and not torch.equal(first, other)
    assert first.shape == (7, 64)


def test_a_graph_of_another_size_is_refused_with_both_sizes(paper):
    model = LightGCN(3, 3)
    message = r"the graph has 7 nodes, the model 3 users \+ 3 items = 6; build both from the same split"
    with pytest.raises(ValueError, match=message):
        model(adjacency(paper))
    larger = Interactions(torch.tensor([2]), torch.tensor([3]), 3, 4)
    with pytest.raises(ValueError, match=message):
        model(edge_index(larger))
    with pytest.raises(ValueError, match="the graph has 7 nodes, the model 4 users"):
        LightGCN(4, 4)(adjacency(paper))


def test_an_edge_index_may_lack_the_last_nodes_which_then_hear_nothing(paper):
    model = model_of(paper, n_layers=1)  # film 3 has no edge, so the edge index ends at node 5
    _, items = model(edge_index(paper))
    torch.testing.assert_close(items[3], model.embedding.weight[6] / 2)


def test_fewer_than_no_layers_are_refused():
    with pytest.raises(ValueError, match="n_layers must be at least 0, got -2"):
        LightGCN(3, 4, n_layers=-2)
