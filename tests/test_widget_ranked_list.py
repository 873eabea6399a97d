import pytest
import torch

from course_lib.interactions import Interactions
from course_lib.widgets.ranked_list import RankedListWidget
from tests import drawings

TITLES = [f"Film {letter}" for letter in "ABCDEFGHIJ"]


def one_guest(*films: int) -> Interactions:
    return Interactions(torch.zeros(len(films), dtype=torch.int64), torch.tensor(films, dtype=torch.int64), 1, 10)


@pytest.fixture
def widget() -> RankedListWidget:
    """One guest; scores fall from film 0 to 9; 0 and 3 were learned from; 2, 5 and 9 are hidden likes."""
    return RankedListWidget(lambda users: -torch.arange(10.0)[None], 0, one_guest(2, 5, 9), one_guest(0, 3), TITLES)


def test_it_opens_on_the_list_of_the_scorer(widget):
    # Unseen: 1, 2, 4, 5, 6, 7, 8, 9, so the hidden likes stand at ranks 2, 4 and 8.
    assert widget.rank.value == 2
    assert "Mask on, K = 10, 3 hidden likes: hits at ranks 2, 4, 8." in widget.summary()
    dcg, ideal = 0.6309 + 0.4307 + 0.3155, 1 + 0.6309 + 0.5
    assert widget.metrics() == pytest.approx({"Hit@10": 1, "recall@10": 1, "NDCG@10": dcg / ideal}, abs=1e-4)


def test_moving_the_hit_changes_ndcg_and_nothing_else(widget):
    before, picture = widget.metrics(), widget.view.value
    widget.rank.value = 1
    after = widget.metrics()
    assert after["NDCG@10"] == pytest.approx((1 + 0.4307 + 0.3155) / 2.1309, abs=1e-4)
    assert (after["Hit@10"], after["recall@10"]) == (before["Hit@10"], before["recall@10"])
    assert widget.view.value != picture and widget.summary() in widget.view.value


def test_a_shorter_list_loses_the_hits_below_it(widget):
    widget.k.value = 5
    assert "hits at ranks 2, 4." in widget.summary()
    assert widget.metrics()["recall@5"] == pytest.approx(2 / 3)


def test_without_the_mask_the_learned_films_push_the_hits_down(widget):
    widget.mask.value = False
    assert "Mask off" in widget.summary() and "hits at ranks 3, 6, 10." in widget.summary()
    assert drawings.words(widget.view.value).count("already raved about") == 2


def test_no_state_of_the_controls_raises(widget):
    for rank in (1, 25):
        for k in (5, 10, 20):
            for mask in (True, False):
                widget.rank.value, widget.k.value, widget.mask.value = rank, k, mask
                assert 0 <= widget.metrics()[f"NDCG@{k}"] <= 1


def test_a_guest_who_hides_nothing_is_refused():
    with pytest.raises(ValueError, match="user 0 hides no like"):
        RankedListWidget(lambda users: torch.zeros(1, 10), 0, one_guest(), one_guest(0), TITLES)
