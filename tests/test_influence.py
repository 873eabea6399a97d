import pytest
import torch

from course_lib.graph import adjacency
from course_lib.influence import mean_cosine, peers_between, reach_by_hop, score_by_hop
from course_lib.interactions import Interactions
from course_lib.lightgcn import LightGCN
from course_lib.party import little_party, paper_party
from course_lib.recommendation import films_between, scorer


def test_reach_by_hand():
    # Ada: films Alien, Brazil; peer Ben; with Ben also Casablanca. Cleo: Casablanca; Ben; all three. Dune has no fan.
    reach = reach_by_hop(paper_party(), max_hops=4)
    assert reach["ends_at"].tolist() == ["films", "guests", "films", "guests"]
    assert reach["mean_count"].tolist() == pytest.approx([(2 + 3 + 1) / 3, (1 + 2 + 1) / 3, 3, 2])
    assert reach["mean_share"].tolist() == pytest.approx([2 / 3, 2 / 3, 1, 1])


def test_reach_leaves_out_guests_without_a_rave_and_bad_input():
    lonely = Interactions(torch.tensor([0]), torch.tensor([0]), n_users=2, n_items=2)
    assert reach_by_hop(lonely, 2)["mean_count"].tolist() == [1, 0]
    with pytest.raises(ValueError, match="max_hops must be at least 1, got 0"):
        reach_by_hop(lonely, 0)
    nothing = Interactions(torch.tensor([], dtype=torch.long), torch.tensor([], dtype=torch.long), 2, 2)
    with pytest.raises(ValueError, match="no like to walk along"):
        reach_by_hop(nothing)


@pytest.mark.parametrize("n_layers", [0, 1, 3])
def test_the_parts_of_a_score_sum_to_it(n_layers):
    party = little_party()
    graph, model = adjacency(party), LightGCN(4, 5, embedding_dim=8, n_layers=n_layers)
    user, item = torch.tensor([0, 1, 3]), torch.tensor([4, 0, 2])
    parts = score_by_hop(model, graph, user, item)
    scores = scorer(*model(graph))(user)[torch.arange(3), item]
    assert parts.shape == (3, n_layers + 1)
    torch.testing.assert_close(parts.sum(dim=1), scores)


def test_own_tag_is_the_first_part():
    party = little_party()
    graph, model = adjacency(party), LightGCN(4, 5, embedding_dim=8, n_layers=2)
    item_tag = model(graph)[1][4]
    own = model.embedding.weight[0] @ item_tag / 3
    torch.testing.assert_close(score_by_hop(model, graph, torch.tensor([0]), torch.tensor([4]))[0, 0], own.detach())


def test_peers_sum_to_the_film_between_and_match_a_hand_value():
    party = paper_party()
    graph = adjacency(party)
    # Ada - Alien - Ben - Casablanca: d = 2, 2, 3, 2.
    peers = peers_between(graph, 3, user=0, film=0, item=2)
    assert peers["user"].tolist() == [1]
    assert peers["weight"].tolist() == pytest.approx([(2 * 2 * 2 * 3 * 3 * 2) ** -0.5])
    between = films_between(graph, 3, 0, 2).set_index("item")
    for film in (0, 1):
        assert peers_between(graph, 3, 0, film, 2)["weight"].sum() == pytest.approx(between.loc[film, "weight"])
    assert peers_between(graph, 3, user=0, film=2, item=1).empty  # Ada has not raved about Casablanca
    assert peers_between(graph, 3, user=0, film=0, item=3).empty  # nobody raved about Dune


def test_mean_cosine():
    assert mean_cosine(torch.tensor([[1.0, 0], [2, 0], [0, 3]])) == pytest.approx(1 / 3)
    assert mean_cosine(torch.tensor([[1.0, 0], [-1, 0]])) == pytest.approx(-1)
    with pytest.raises(ValueError, match="row 1 is zero"):
        mean_cosine(torch.tensor([[1.0, 0], [0, 0]]))
    with pytest.raises(ValueError, match="at least two rows"):
        mean_cosine(torch.ones(1, 2))
