import pytest
import torch

from course_lib.widgets.ranked_list import RankedListWidget
from tests import drawings

TITLES = [f"Film {n}" for n in range(60)]


def films(*items: int) -> torch.Tensor:
    return torch.tensor(items, dtype=torch.int64)


def make(shown=(0, 3), hidden=(2, 5, 9), low=(4,)) -> RankedListWidget:
    """Scores fall from film 0 to 59; two films were learned from, three are hidden raves, one was rated low."""
    return RankedListWidget(-torch.arange(60.0), films(*shown), films(*hidden), films(*low), TITLES)


@pytest.fixture
def widget() -> RankedListWidget:
    return make()


def test_it_opens_on_the_list_of_the_matchmaker(widget):
    # Not learned from: 1, 2, 4, 5, 6, 7, 8, 9, so the hidden raves stand at places 2, 4 and 8.
    assert widget.rank.value == 2
    assert "The first 10 films hold hidden raves at places 2, 4, 8." in widget.summary()
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
    assert "hidden raves at places 2, 4." in widget.summary()
    assert widget.metrics()["recall@5"] == pytest.approx(2 / 3)


def test_without_a_mask_the_learned_films_push_the_hits_down(widget):
    widget.mask.value = "nothing"
    assert "hidden raves at places 3, 6, 10." in widget.summary() and widget.n_told() == 2
    assert drawings.words(widget.view.value).count("learned from") == 2


def test_known_low_ratings_can_be_masked_too(widget):
    assert "rated 1 to 3" in drawings.words(widget.view.value)
    widget.mask.value = "raves and low ratings"
    assert "hidden raves at places 2, 3, 7." in widget.summary()
    assert "rated 1 to 3" not in drawings.words(widget.view.value)


def test_whoever_rated_nothing_low_is_not_asked():
    assert [name for name, _ in make(low=()).mask.options] == ["nothing", "raves"]


def place_on_the_picture(widget: RankedListWidget) -> int:
    """The number that stands beside the title of the film that is marked to be moved, in the drawing."""
    words = drawings.words(widget.view.value)
    note = next(n for n, word in enumerate(words) if word.endswith("↕"))
    return int(words[note - 1].lstrip("…"))


@pytest.mark.parametrize("mask", ["nothing", "raves", "raves and low ratings"])
@pytest.mark.parametrize("rank", [1, 7, 20, 21, 25])
def test_the_control_and_the_picture_agree_on_the_place(widget, mask, rank):
    widget.mask.value = mask
    assert place_on_the_picture(widget) == widget.rank.value
    widget.rank.value = rank
    assert place_on_the_picture(widget) == widget.rank.value == rank
    assert sum(word.endswith("↕") for word in drawings.words(widget.view.value)) == 1
    assert f"stands at place {rank}." in widget.summary()


def test_a_hit_far_below_the_list_is_still_in_the_picture():
    widget = make(shown=range(40), hidden=(43,))
    assert widget.rank.value == place_on_the_picture(widget) == 4
    widget.mask.value = "nothing"
    assert widget.rank.value == place_on_the_picture(widget) == 44
    assert widget.metrics() == {"Hit@10": 0, "recall@10": 0, "NDCG@10": 0}
    widget.mask.value = "raves"
    assert widget.rank.value == 4


def test_whoever_hides_nothing_is_refused():
    with pytest.raises(ValueError, match="nothing is hidden, so there is no hit to move"):
        make(hidden=())


def test_a_hidden_rave_right_below_the_list_is_no_hit_and_only_told_films_on_it_are_counted():
    widget = make(shown=(0, 3, 7), hidden=(5, 30), low=())
    widget.mask.value = "nothing"
    widget.k.value = 5  # films 0 to 4; film 5 is the sixth
    assert widget.metrics() == {"Hit@5": 0, "recall@5": 0, "NDCG@5": 0}
    assert widget.n_told() == 2
    widget.k.value = 10
    assert widget.n_told() == 3 and widget.recall() == 0.5  # film 30 is hidden too, and not on the list


def test_a_hidden_rave_that_was_rated_low_is_a_hit_all_the_same():
    widget = make(hidden=(2, 4), low=(4, 6))
    widget.mask.value = "raves and low ratings"
    assert "hidden raves at places 2, 3." in widget.summary() and widget.recall() == 1
