"""You at the party: what you tick is what is folded in, what is shown adds up, and ticks are kept as in 01."""

import json
from dataclasses import replace
from html import escape

import numpy as np
import pytest
import torch

from course_lib.graph import adjacency
from course_lib.interactions import Interactions, Split
from course_lib.lightgcn import LightGCN
from course_lib.recommendation import explain, recommend, split_scores
from course_lib.widgets.matchmaker import BEYOND, LOST, WHOLE, MatchmakerWidget
from tests.drawings import alt, shapes, words


@pytest.fixture(autouse=True)
def file(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_LIB_GUEST", str(tmp_path / "guest.json"))
    return tmp_path / "guest.json"


@pytest.fixture(params=["cosine", "dot"])
def model(split, request) -> LightGCN:
    return LightGCN(split.fit.n_users, split.fit.n_items, embedding_dim=8, n_layers=2, scoring=request.param)


@pytest.fixture
def liked(split) -> list[int]:
    return split.fit.item_degree().topk(12).indices.tolist()


@pytest.fixture
def widget(party, split, model, liked) -> MatchmakerWidget:
    return MatchmakerWidget(model, adjacency(split.fit), split, party, liked[:5])


def only(widget, items) -> None:
    """Tick these films and no others, one by one, as a reader does."""
    for item in [*widget.films.ever_ticked(), *items]:
        widget.films.rave(item).value = item in items


def test_the_list_is_that_of_a_folded_in_guest_with_the_shares_of_explain(widget, party, split, model, liked):
    graph, mine = adjacency(split.fit), split.item_ids[liked[:5]]
    expected = recommend(model.scorer(graph), split, liked=mine, items=party.titles)
    assert widget.listed() == [f"{t}: {s:.3f}" for t, s in zip(expected["title"], expected["score"], strict=True)]
    for place in (0, 9):
        shares = explain(model, graph, split, expected["item_id"][place], liked=mine).set_index("item_id")["share"]
        assert widget._shares[place] == pytest.approx(shares.loc[mine].to_numpy(), abs=1e-6)


def test_until_one_ticks_the_films_are_the_writers_and_are_not_kept(widget, split, liked, file):
    assert widget.summary().startswith("The writer raved about 5 films.")
    widget.first.value = False
    assert widget.summary().startswith("The writer raved about 4 films.") and not file.exists()
    widget.films.rave(liked[7]).value = True
    assert widget.summary().startswith("You raved about 1 film.") and widget.films.ticked() == [liked[7]]
    assert list(json.loads(file.read_text())["liked"]) == [str(split.item_ids[liked[7]])]
    assert widget._columns == [liked[7]]  # the writer's columns are gone, and come back with a tick
    widget.films.rave(liked[0]).value = True
    assert len(json.loads(file.read_text())["liked"]) == 2 and widget._columns == [liked[0], liked[7]]
    widget._kept.forget.click()
    assert widget.summary().startswith("The writer raved about 5 films.") and not file.exists()


def test_what_was_ticked_elsewhere_is_ticked_here(party, split, model, liked, file):
    first = MatchmakerWidget(model, adjacency(split.fit), split, party, liked[:2])
    only(first, liked[5:9])
    again = MatchmakerWidget(model, adjacency(split.fit), split, party, liked[:2])
    assert again.films.ticked() == liked[5:9] and again.first.description == again._names[liked[5]]
    assert again.summary().startswith("You raved about 4 films.")


def test_every_control_changes_words_and_picture(widget, liked):
    for change in (
        lambda: setattr(widget.show, "value", WHOLE),
        lambda: setattr(widget.first, "value", False),
        lambda: setattr(widget.films.rave(liked[-1]), "value", True),
    ):
        before = widget.summary(), widget.view.value
        change()
        assert all(was != now for was, now in zip(before, (widget.summary(), widget.view.value), strict=True))
        assert alt(widget.view.value) == widget.summary()


def test_a_column_keeps_its_place_when_its_film_is_taken_back(widget, liked):
    names = [widget._names[item] for item in liked[:5]]
    before = [text.get("x") for text in shapes(widget.view.value, "text") if text.text in names]
    widget.first.value = False
    after = [text.get("x") for text in shapes(widget.view.value, "text") if text.text in names]
    assert before == after and np.isnan(widget._shares[:, 0]).all()
    assert len(shapes(widget.view.value, "rect", height="16.0")) == 10 * 4


def test_who_came_and_who_left_is_the_difference_of_two_lists(widget, liked):
    before = [line.split(": ")[0] for line in widget.listed()]
    widget.first.value = False
    came, left = widget.changes()
    after = [line.split(": ")[0] for line in widget.listed()]
    assert set(came) == set(after) - set(before) and set(left) == set(before) - set(after) and left
    assert escape(f"Gone: {left[0]}") in widget.view.value
    widget.show.value = WHOLE
    assert escape(f"Gone: {left[0]}") in widget.view.value  # another view is no change of the list


def test_a_score_that_is_not_the_sum_of_its_shares_is_counted(widget, monkeypatch):
    assert widget.n_inexact() == 0
    monkeypatch.setattr("course_lib.widgets.matchmaker.split_scores", lambda *args: 1.01 * split_scores(*args))
    widget._answer()
    assert widget.n_inexact() == 10


@pytest.mark.parametrize("n_liked", [1, 2, 20, 40])
def test_the_contract_holds_for_whatever_films_a_reader_opens_with(party, split, model, n_liked):
    silent = (split.fit.item_degree() == 0).nonzero()[0].tolist()
    films = torch.randperm(split.fit.n_items, generator=torch.Generator().manual_seed(n_liked))[:n_liked].tolist()
    mine = [*silent, *(film for film in films if split.fit.item_degree()[film] > 0), 0]
    widget = MatchmakerWidget(model, adjacency(split.fit), split, party, mine)
    for promise in widget.contract[1:]:
        widget.first.value = promise.start
        before = getattr(widget, promise.quantity)()
        widget.first.value = promise.end
        assert promise.holds(before, getattr(widget, promise.quantity)()), promise.quantity


def test_without_raves_the_popular_list_is_shown_and_called_so(widget, split):
    only(widget, [])
    assert widget.summary().startswith("Nothing is ticked. This is the popular list, the same for everybody.")
    assert widget._listed == split.fit.item_degree().topk(10).indices.tolist() or (
        sorted(split.fit.item_degree()[widget._listed].tolist()) == sorted(split.fit.item_degree().topk(10).values)
    )
    assert "score" not in words(widget.view.value)


def test_a_film_nobody_raved_about_is_named_and_weighs_nothing(party, split, model, liked):
    keep = split.fit.item != liked[0]
    train = Interactions(split.fit.user[keep], split.fit.item[keep], 300, 500)
    none = Interactions(train.user[:0], train.item[:0], 300, 500)
    quiet = Split(train, none, none, split.user_ids, split.item_ids)
    widget = MatchmakerWidget(model, adjacency(train), quiet, party, liked[:2])
    name = widget._names[liked[0]]
    assert f"Nobody else raved about {name}, so it weighs nothing." in widget.summary()
    assert widget._columns == liked[1:2] and widget.first.description == widget._names[liked[1]]
    widget.first.value = False
    assert "This is the popular list" in widget.summary()


def test_with_every_film_ticked_there_is_nothing_left(widget):
    widget.films.tick(range(500))
    widget._answer()
    assert widget.summary() == (
        "The writer raved about 500 films. Those are all films there are, so nothing is left to recommend."
    )
    assert widget.listed() == [] and widget.n_left() == widget.n_inexact() == 0 and widget.picture().figure


def test_two_films_of_one_title_are_told_apart(party, split, model):
    films = party.films.assign(title=["Twin (1990)", "Twin (1990)", *party.films["title"].iloc[2:]])
    widget = MatchmakerWidget(model, adjacency(split.fit), split, replace(party, films=films), [0, 1])
    assert [widget.films.rave(item).description for item in (0, 1)] == ["Twin (1990) no. 1", "Twin (1990) no. 2"]


def test_a_widget_that_would_open_without_receipts_is_refused(party, split, model):
    with pytest.raises(ValueError, match="got no example"):
        MatchmakerWidget(model, adjacency(split.fit), split, party, [])


def test_it_opens_on_what_taking_back_does_and_a_film_falls_as_far_as_it_says(widget, liked):
    assert widget.show.value == LOST and widget.n_left() > 0
    item, lost = widget._listed[0], widget._lost[0, 0]
    parts = widget._scorer.newcomer(torch.tensor(liked[1:5]))
    parts[liked[:5]] = -torch.inf
    assert int((parts > parts[item]).sum()) == lost  # from place 0
    assert "Without " in widget.summary() and any("▼" in word for word in words(widget.view.value))
    widget.show.value = BEYOND
    assert "more to it than to the list on average" in widget.summary()
    assert not any("▼" in word for word in words(widget.view.value))


def test_the_words_name_the_loudest_rave_and_the_furthest_fall(widget):
    names, first = [widget._names[item] for item in widget._columns], widget._names[widget._listed[0]]
    shares, lost = widget._shares, widget._lost
    film, rave = np.unravel_index(lost.argmax(), lost.shape)
    falls = f"Without {names[rave]} {widget._names[widget._listed[film]]} falls {int(lost.max())} place"
    assert falls in widget.summary() and lost.max() > 0
    widget.show.value = WHOLE
    told = f"Number one is {first}, with a score of {widget._scores[0]:.3f}. {names[shares[0].argmax()]} brings "
    assert f"{told}{shares[0].max():.3f} of it, the most of all." in widget.summary()
    assert widget.n_left() == (shares < 0).sum()
    widget.show.value = BEYOND
    bars = shares - shares.mean(axis=0)
    told = f"{names[bars[0].argmax()]} brings {bars[0].max():.3f} more to it than to the list on average, the most"
    assert told in widget.summary() and widget.n_left() == (bars < 0).sum()


def test_blanks_are_no_search_that_finds_nothing(widget):
    widget.films.search.value = "no such film"
    assert widget.films._note.value == "No title holds these words."
    widget.films.search.value = "  "
    assert widget.films._note.value == "" and not any(box.layout.display == "" for box in widget.films.found)


def test_a_search_shows_eight_films_at_most(widget):
    widget.films.search.value = "made-up"
    found = [box.description for box in widget.films.found if box.layout.display == ""]
    assert len(found) == len(set(found)) == 8 and all("Made-up" in title for title in found)
