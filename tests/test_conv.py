"""The readable layer, against hand-computed gossip and PyTorch Geometric's own layer."""

from math import sqrt

import pytest
import torch
from torch_geometric.nn import LGConv

from course_lib.conv import LightGCNConv
from course_lib.graph import adjacency, edge_index


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


def test_the_gradient_on_the_tags_is_the_same_on_both_ways(split):
    weight = torch.randn(800, 5, generator=torch.Generator().manual_seed(1))
    tags = torch.randn(800, 5, generator=torch.Generator().manual_seed(2), requires_grad=True)
    conv, gradients = LightGCNConv(), []
    for graph in (adjacency(split.train), edge_index(split.train)):
        (gradient,) = torch.autograd.grad((conv(conv(tags, graph), graph).square() * weight).sum(), tags)
        gradients.append(gradient)
    assert gradients[1].abs().max() > 0.01
    torch.testing.assert_close(*gradients, atol=1e-5, rtol=1e-4)
