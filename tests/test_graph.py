"""The graph, against the numbers one gets on paper and the formula written with dense matrices."""

from math import sqrt

import pytest
import torch
from torch_geometric.nn.conv.gcn_conv import gcn_norm

from course_lib.graph import (
    adjacency,
    edge_index,
    edge_weight,
    gossip_rounds,
    neighbours,
    propagate,
    sparse_matrix,
    to_device,
)
from course_lib.interactions import Interactions


def dense_adjacency(interactions: Interactions) -> torch.Tensor:
    """D^-1/2 A D^-1/2 the slow way: one like after another, degrees counted from the matrix."""
    n_users, n_nodes = interactions.n_users, interactions.n_users + interactions.n_items
    a = torch.zeros(n_nodes, n_nodes, dtype=torch.float64)
    for user, item in zip(interactions.user.tolist(), interactions.item.tolist(), strict=True):
        a[user, n_users + item] = a[n_users + item, user] = 1
    degree = a.sum(dim=1)
    scale = torch.where(degree > 0, degree.clamp_min(1) ** -0.5, 0)
    return scale[:, None] * a * scale


def test_every_like_is_two_edges_and_films_follow_the_guests(paper):
    assert edge_index(paper).tolist() == [
        [0, 0, 1, 1, 1, 2, 3, 4, 3, 4, 5, 5],
        [3, 4, 3, 4, 5, 5, 0, 0, 1, 1, 1, 2],
    ]


def test_the_adjacency_of_the_paper_party_has_the_numbers_of_the_page(paper):
    ada, ben, cleo = 1 / sqrt(2 * 2), 1 / sqrt(3 * 2), 1 / sqrt(1 * 2)
    expected = torch.zeros(7, 7)
    expected[0, [3, 4]] = ada
    expected[1, [3, 4, 5]] = ben
    expected[2, 5] = cleo
    torch.testing.assert_close(adjacency(paper).to_dense(), expected + expected.T)


def test_the_adjacency_equals_the_dense_formula_and_is_symmetric(split):
    matrix = adjacency(split.train)
    dense = matrix.to_dense()
    torch.testing.assert_close(dense.double(), dense_adjacency(split.train), atol=1e-6, rtol=1e-5)
    assert torch.equal(dense, dense.T)
    assert matrix.layout == torch.sparse_csr and matrix.dtype == torch.float32


def test_the_graph_holds_each_training_like_twice_and_nothing_hidden(split):
    matrix = adjacency(split.train)
    dense = matrix.to_dense()
    assert matrix.values().numel() == 2 * len(split.train)
    for hidden in (split.validation, split.test):
        assert not dense[hidden.user, hidden.n_users + hidden.item].any()


def test_guests_never_hear_guests_directly_nor_films_films(split):
    dense = adjacency(split.train).to_dense()
    n_users = split.train.n_users
    assert not dense[:n_users, :n_users].any()
    assert not dense[n_users:, n_users:].any()
    assert dense[:n_users, n_users:].count_nonzero() == len(split.train)


def test_a_node_without_a_like_has_an_empty_row(paper):
    assert not adjacency(paper).to_dense()[3 + 3].any()  # film 3, Dune


def test_edge_weights_equal_those_of_pytorch_geometric(split):
    edges = edge_index(split.train)
    n_nodes = split.train.n_users + split.train.n_items
    _, expected = gcn_norm(edges, num_nodes=n_nodes, add_self_loops=False)
    torch.testing.assert_close(edge_weight(edges, n_nodes), expected)


@pytest.mark.parametrize("kept", [range(6), range(6, 12), range(11), [0, 1, *range(3, 12)]])
def test_an_edge_without_a_way_back_is_refused(paper, kept):
    edges = edge_index(paper)[:, list(kept)]
    with pytest.raises(ValueError, match=r"an edge of node \d has no way back; .* both directions"):
        edge_weight(edges, 7)


def test_the_gradient_of_the_fused_round_equals_autograd_through_the_dense_formula(split):
    matrix = adjacency(split.train)
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(matrix.size(0), 3, generator=generator, requires_grad=True)
    weight = torch.randn(matrix.size(0), 3, generator=generator)
    (fused,) = torch.autograd.grad((propagate(matrix, propagate(matrix, x)).square() * weight).sum(), x)
    dense = dense_adjacency(split.train).float()
    (expected,) = torch.autograd.grad(((dense @ (dense @ x)).square() * weight).sum(), x)
    assert expected.abs().max() > 0.01
    torch.testing.assert_close(fused, expected, atol=1e-5, rtol=1e-4)


def test_the_rounds_of_gossip_are_powers_of_the_matrix(split):
    matrix = adjacency(split.train)
    x = torch.randn(matrix.size(0), 3, generator=torch.Generator().manual_seed(0))
    rounds = list(gossip_rounds(matrix, x, 3))
    dense = dense_adjacency(split.train)
    assert len(rounds) == 4 and rounds[0] is x
    for power, arrived in enumerate(rounds):
        expected = torch.linalg.matrix_power(dense, power) @ x.double()
        torch.testing.assert_close(arrived.double(), expected, atol=1e-5, rtol=1e-4)


def test_neighbours_are_a_row_of_the_matrix(paper):
    graph = adjacency(paper)
    for node in range(7):
        nodes, loudness = neighbours(graph, node)
        row = torch.zeros(7)
        row[nodes] = loudness
        assert torch.equal(row, graph.to_dense()[node])
    for node in (-1, 7):
        with pytest.raises(ValueError, match=f"node must be an index from 0 to 6, got {node}"):
            neighbours(graph, node)


def test_an_edge_index_is_refused_where_the_matrix_is_meant(paper):
    for wrong in (edge_index(paper), adjacency(paper).to_dense()):
        with pytest.raises(ValueError, match=r"the graph must be the matrix of `graph.adjacency`, got a torch.strided"):
            propagate(wrong, torch.ones(7, 1))
    with pytest.raises(ValueError, match=r"graph must be of the kind Tensor, got Interactions; make it by `adjacency"):
        propagate(paper, torch.ones(7, 1))


@pytest.mark.parametrize("shape", [(6, 2), (8, 2), (7,)])
def test_tags_of_another_party_are_refused(paper, shape):
    with pytest.raises(ValueError, match=r"tags must be \(7, d\), one row per node of the graph, got \("):
        propagate(adjacency(paper), torch.ones(shape))


def test_a_matrix_refuses_an_edge_beyond_its_end():
    with pytest.raises(ValueError, match=r"edges must lie in \[0, 2\), got 0 to 2"):
        sparse_matrix(torch.tensor([[0], [2]]), torch.ones(1), 2)


def test_a_device_that_cannot_gossip_is_named_in_one_sentence(paper):
    class NoSparse(torch.Tensor):
        """A graph on a device without sparse matrices, as Apple's was."""

        def to(self, device):
            raise NotImplementedError("Could not run 'aten::empty' with arguments from the 'SparseMPS' backend.\nMore")

    for graph, device in ((NoSparse(), "mps"), (adjacency(paper), "meta"), (adjacency(paper), "nonsense")):
        with pytest.raises(ValueError, match=rf"the device '{device}' cannot gossip \(.+\); use device='cpu'") as error:
            to_device(graph, device)
        assert "\n" not in str(error.value)
    graph = adjacency(paper)
    assert torch.equal(to_device(graph, "cpu").to_dense(), graph.to_dense())
