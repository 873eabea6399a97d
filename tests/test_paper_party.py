"""The numbers of the page: notebook 04 works the party of 3 guests and 4 films by hand, and so does this file."""

from math import sqrt

import pytest
import torch

from course_lib.conv import LightGCNConv
from course_lib.graph import adjacency, edge_index, propagate
from course_lib.lightgcn import LightGCN

# Rows and columns: Ada, Ben, Cleo, Alien, Brazil, Casablanca, Dune, with 2, 3, 1, 2, 2, 2 and 0 raves.
a, b, c = 1 / 2, 1 / sqrt(6), 1 / sqrt(2)  # 1/√(2·2), 1/√(3·2), 1/√(1·2)
ADJACENCY = [
    [0, 0, 0, a, a, 0, 0],
    [0, 0, 0, b, b, b, 0],
    [0, 0, 0, 0, 0, c, 0],
    [a, b, 0, 0, 0, 0, 0],
    [a, b, 0, 0, 0, 0, 0],
    [0, b, c, 0, 0, 0, 0],
    [0, 0, 0, 0, 0, 0, 0],
]
# Alien's tag is 1, all others are 0.
ROUND_0 = [0, 0, 0, 1, 0, 0, 0]
ROUND_1 = [1 / 2, 1 / sqrt(6), 0, 0, 0, 0, 0]
ROUND_2 = [0, 0, 0, 5 / 12, 5 / 12, 1 / 6, 0]
ROUND_3 = [5 / 12, 1 / sqrt(6), sqrt(2) / 12, 0, 0, 0, 0]
MEAN_OF_2 = [1 / 6, 1 / (3 * sqrt(6)), 0, 17 / 36, 5 / 36, 1 / 18, 0]
MEAN_OF_3 = [11 / 48, 1 / (2 * sqrt(6)), sqrt(2) / 48, 17 / 48, 5 / 48, 1 / 24, 0]


def column(values: list[float]) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float32)[:, None]


def test_the_dense_adjacency(paper):
    torch.testing.assert_close(adjacency(paper).to_dense(), torch.tensor(ADJACENCY, dtype=torch.float32))


@pytest.mark.parametrize("before, after", [(ROUND_0, ROUND_1), (ROUND_1, ROUND_2), (ROUND_2, ROUND_3)])
def test_one_round_after_another(paper, before, after):
    torch.testing.assert_close(propagate(adjacency(paper), column(before)), column(after))
    torch.testing.assert_close(LightGCNConv()(column(before), edge_index(paper)), column(after))


@pytest.mark.parametrize("n_layers, mean", [(0, ROUND_0), (2, MEAN_OF_2), (3, MEAN_OF_3)])
def test_lightgcn_is_the_mean_of_the_rounds(paper, n_layers, mean):
    model = LightGCN(n_users=3, n_items=4, embedding_dim=1, n_layers=n_layers)
    model.embedding.weight.data = column(ROUND_0)
    torch.testing.assert_close(torch.cat(model(adjacency(paper))), column(mean))


def test_the_row_sums_are_no_average(paper):
    # Ada hears 1/2 twice: by chance exactly 1. Cleo hears one neighbour at 1/√2, Ben three at 1/√6, Dune nobody.
    expected = column(
        [1, 3 / sqrt(6), 1 / sqrt(2), 1 / 2 + 1 / sqrt(6), 1 / 2 + 1 / sqrt(6), 1 / sqrt(6) + 1 / sqrt(2), 0]
    )
    torch.testing.assert_close(propagate(adjacency(paper), torch.ones(7, 1)), expected)


def test_without_the_root_alien_fades(paper):
    def left(graph: torch.Tensor) -> float:
        return float((torch.linalg.matrix_power(graph, 3) @ column(ROUND_0)).sum())

    graph = adjacency(paper).to_dense()
    assert (round(left(graph), 2), round(left(graph.square()), 2)) == (0.94, 0.09)  # what the notebook says
