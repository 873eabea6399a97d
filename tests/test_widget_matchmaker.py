from dataclasses import replace

import pandas as pd
import pytest

from course_lib.graph import adjacency
from course_lib.interactions import Interactions, to_interactions
from course_lib.lightgcn import LightGCN
from course_lib.recommendation import recommend, scorer
from course_lib.widgets.matchmaker import MatchmakerWidget


@pytest.fixture
def model(split) -> LightGCN:
    return LightGCN(split.fit.n_users, split.fit.n_items, embedding_dim=8, n_layers=2)


@pytest.fixture
def widget(party, split, model) -> MatchmakerWidget:
    return MatchmakerWidget(model, adjacency(split.fit), split, party)


def test_the_list_is_that_of_recommend_and_holds_no_rated_film(widget, party, split, model):
    widget.guest.value = 8
    rated = to_interactions(party.ratings, split.user_ids, split.item_ids)
    expected = recommend(scorer(*model(adjacency(split.fit))), 7, rated, split.item_ids, party.films)
    assert widget.top().equals(expected)
    mine = party.ratings.loc[party.ratings["user_id"] == split.user_ids[7], "film_id"]
    assert not set(widget.top()["film_id"]) & set(mine)


@pytest.mark.parametrize(("guest", "film"), [(0, 1), (0, 10), (42, 3), (299, 7)])
def test_the_bars_add_up_to_the_score(widget, guest, film):
    widget.guest.value, widget.film.value = guest + 1, film
    drawn = [patch.get_width() for patch in widget._axes[1].patches]
    assert drawn == pytest.approx(widget.reasons()["share"].tolist())
    assert sum(drawn) == pytest.approx(widget.top()["score"].iloc[film - 1], abs=1e-5)
    assert widget.reasons()["reason"].iloc[-1].startswith("rest (")


def test_a_move_of_either_control_changes_words_and_picture(widget, party):
    assert widget.summary().startswith(f"Guest 1: {party.users['age'].iloc[0]}, ")
    for control, value, start in ((widget.film, 4, "Guest 1: "), (widget.guest, 6, "Guest 6: ")):
        before = widget._view.value
        control.value = value
        assert widget.summary().startswith(start)
        assert f"No. 4 of 10: {widget.top()['title'].iloc[3]}" in widget.summary()
        assert widget._view.value != before
        assert len(widget._axes[0].patches) == 10  # the last picture was cleared


def test_a_guest_without_raves_gets_one_bar(party, split, model):
    keep = split.fit.user != 3
    quiet = Interactions(split.fit.user[keep], split.fit.item[keep], split.fit.n_users, split.fit.n_items)
    widget = MatchmakerWidget(model, adjacency(quiet), split, party, user=3)
    assert widget.reasons()["reason"].tolist() == ["own tag", "rest (0 raves)"]
    assert widget.reasons()["share"].iloc[0] == pytest.approx(widget.top()["score"].iloc[0], abs=1e-6)


def test_a_guest_who_rated_almost_everything_has_a_short_list(party, split, model):
    everything = party.films[["film_id"]].iloc[:-2].assign(user_id=1, rating=2, timestamp=0)
    others = party.ratings[party.ratings["user_id"] != 1]
    ratings = pd.concat([others, everything], ignore_index=True)
    widget = MatchmakerWidget(model, adjacency(split.fit), split, replace(party, ratings=ratings))
    widget.film.value = 10
    assert "No. 2 of 2" in widget.summary()


def test_its_twins_are_the_words_and_a_picture(widget):
    bundle = widget._repr_mimebundle_()
    assert bundle["text/plain"] == widget.summary() and bundle["image/png"]
    assert f'alt="{widget.summary()[:20]}' in widget._view.value


def test_the_slider_and_its_number_move_together(widget):
    number, slider = widget.box.children[0].children
    slider.value = 300
    assert number.value == 300 and widget.guest is number
    assert widget.summary().startswith("Guest 300: ")
