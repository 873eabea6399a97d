"""Likes to and from pandas, SciPy and PyTorch Geometric: there and back is the same set."""

import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import coo_array, csr_array
from torch_geometric.data import Data, HeteroData

from course_lib.graph import edge_index
from course_lib.interactions import Interactions
from course_lib.interop import (
    from_data,
    from_frame,
    from_heterodata,
    from_scipy,
    to_data,
    to_frame,
    to_heterodata,
    to_scipy,
)


@st.composite
def likes(draw) -> Interactions:
    """Any set of pairs, in any order, also an empty one."""
    n_users, n_items = draw(st.integers(1, 6)), draw(st.integers(1, 9))
    pair = st.tuples(st.integers(0, n_users - 1), st.integers(0, n_items - 1))
    user, item = torch.tensor(draw(st.lists(pair, unique=True)), dtype=torch.int64).reshape(-1, 2).T
    return Interactions(user, item, n_users, n_items)


def same(first: Interactions, second: Interactions) -> bool:
    return first.sizes == second.sizes and torch.equal(first.keys, second.keys)


@given(likes())
def test_there_and_back_is_the_same_set(set_of_likes):
    n_users, n_items = set_of_likes.sizes
    people, things = [f"u{9 * user}" for user in range(n_users)], [100 - item for item in range(n_items)]
    assert same(from_frame(to_frame(set_of_likes), range(n_users), range(n_items)), set_of_likes)
    assert same(from_frame(to_frame(set_of_likes, people, things), people, things), set_of_likes)
    assert same(from_scipy(to_scipy(set_of_likes)), set_of_likes)
    assert same(from_data(to_data(set_of_likes)), set_of_likes)
    assert same(from_heterodata(to_heterodata(set_of_likes)), set_of_likes)


def test_a_frame_holds_raw_ids_or_indices(paper):
    named = to_frame(paper, ["ada", "ben", "cleo"], pd.Index([10, 20, 30, 40]))
    assert named.iloc[0].tolist() == ["ada", 10] and named.iloc[-1].tolist() == ["cleo", 30]
    assert to_frame(paper).to_dict("list") == {"user_id": paper.user.tolist(), "item_id": paper.item.tolist()}


def test_scipy_holds_the_matrix_r(paper):
    matrix = to_scipy(paper)
    assert isinstance(matrix, csr_array) and matrix.shape == (3, 4) and matrix.dtype == "float32"
    assert matrix.toarray().tolist() == paper.dense().tolist()
    valued = to_scipy(paper, torch.arange(1.0, 7.0)).toarray()
    assert valued.tolist() == [[1, 2, 0, 0], [3, 4, 5, 0], [0, 0, 6, 0]]
    weighted = coo_array(([5.0, 0.0, 3.0], ([0, 1, 2], [1, 1, 3])), shape=(3, 4)).tocsr()
    assert same(from_scipy(weighted), Interactions(torch.tensor([0, 2]), torch.tensor([1, 3]), 3, 4))


def test_data_is_the_graph_of_the_course_in_the_convention_of_pyg(paper):
    data = to_data(paper)
    data.validate()
    assert data.num_nodes == 7 and data.n_users == 3 and data.is_undirected()
    assert torch.equal(data.edge_index, edge_index(paper))
    assert same(from_data(Data(edge_index=data.edge_index, num_nodes=7), n_users=3), paper)
    one_way = data.edge_index[:, data.edge_index[0] < 3]  # users to items only is enough
    assert same(from_data(Data(edge_index=one_way, num_nodes=7), n_users=3), paper)


def test_heterodata_may_name_its_nodes_and_edges_otherwise(paper):
    data = to_heterodata(paper)
    data.validate()
    other = HeteroData()
    other["customer"].num_nodes, other["product"].num_nodes = 3, 4
    other["customer", "buys", "product"].edge_index = data["user", "likes", "item"].edge_index
    assert same(from_heterodata(other, ("customer", "buys", "product")), paper)
    with pytest.raises(ValueError, match=r"no edges \('user', 'likes', 'item'\); it has \[\('customer', 'buys'"):
        from_heterodata(other)


def test_what_cannot_be_read_is_refused(paper):
    frame = to_frame(paper)
    with pytest.raises(ValueError, match=r"no column \['item_id'\]; got \['user_id', 'film'\]"):
        from_frame(frame.rename(columns={"item_id": "film"}), range(3), range(4))
    with pytest.raises(ValueError, match="item 2 is not among the 2 item ids, which begin 0, 1"):
        from_frame(frame, range(3), range(2))
    with pytest.raises(ValueError, match=r"\(0, 0\) stands more than once"):
        from_frame(pd.concat([frame, frame]), range(3), range(4))
    with pytest.raises(ValueError, match=r"does not say which nodes are users; pass n_users"):
        from_data(Data(edge_index=edge_index(paper), num_nodes=7))
    with pytest.raises(ValueError, match=r"item must lie in \[0, 3\), got -4 to 1"):
        from_data(to_data(paper), n_users=4)  # film 0 is taken for a user, whom others then like
    with pytest.raises(ValueError, match="no edge leaves a user, that is a node before 3; turn the edges round"):
        from_data(Data(edge_index=edge_index(paper)[:, 6:], num_nodes=7), n_users=3)
    with pytest.raises(ValueError, match=r"n_users must be a whole number, 0 to 7, the number of nodes, got 8"):
        from_data(to_data(paper), n_users=8)
    twice = csr_array(to_scipy(paper))
    for wrong, got in ((twice.toarray(), "ndarray"), (frame, "DataFrame")):
        with pytest.raises(ValueError, match=f"must be a sparse matrix of SciPy, got {got}"):
            from_scipy(wrong)
