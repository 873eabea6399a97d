"""You at the party: what you tick is what is folded in, and what is shown adds up."""

import re
from dataclasses import replace

import pytest
import torch

from course_lib.evaluation import coverage_at_k
from course_lib.graph import adjacency
from course_lib.influence import total
from course_lib.interactions import Interactions, Split
from course_lib.lightgcn import LightGCN
from course_lib.plots.receipts import plot_receipts
from course_lib.recommendation import OWN_TAG, explain, recommend, split_scores
from course_lib.what_if import damp_popularity
from course_lib.widgets.matchmaker import STRENGTHS, MatchmakerWidget


@pytest.fixture(params=["cosine", "dot"])
def model(split, request) -> LightGCN:
    return LightGCN(split.fit.n_users, split.fit.n_items, embedding_dim=8, n_layers=2, scoring=request.param)


@pytest.fixture
def liked(split) -> list[int]:
    return split.fit.item_degree().topk(12).indices.tolist()


@pytest.fixture
def widget(party, split, model, liked, tmp_path) -> MatchmakerWidget:
    return MatchmakerWidget(model, adjacency(split.fit), split, party, liked[:5], tmp_path / "me.json")


def rows_on_screen(widget) -> list[tuple[float, list[float]]]:
    """Score and parts of each film as a reader finds them in the page."""
    rows = re.findall(r'class="score">([-\d.]+)</td>.*?class="reasons"[^>]*>(.*?)</div>', widget.view.value)
    numbers = [re.findall(r"(?:^|([-+]) )(\d+\.\d{3})(?= )", words) for _, words in rows]
    return [
        (float(score), [-float(n) if sign == "-" else float(n) for sign, n in parts])
        for (score, _), parts in zip(rows, numbers, strict=True)
    ]


def test_the_list_is_that_of_a_folded_in_guest(widget, party, split, model, liked):
    graph, mine = adjacency(split.fit), split.item_ids[liked[:5]]
    expected = recommend(model.scorer(graph), split, liked=mine, items=party.titles)
    names, receipts = widget.top()
    assert names == expected["title"].tolist()
    assert [total(receipt) for receipt in receipts] == pytest.approx(expected["score"].tolist(), abs=6e-4)
    reasons = explain(model, graph, split, expected["item_id"].iloc[0], liked=mine)
    largest = reasons.loc[reasons["item_id"] != OWN_TAG, "share"].iloc[0]
    assert receipts[0][0][1] == pytest.approx(largest, abs=6e-4)


@pytest.mark.parametrize("strength", STRENGTHS)
@pytest.mark.parametrize("n", [1, 3, 12])
def test_the_numbers_on_screen_add_up_to_the_score_on_screen(widget, liked, n, strength):
    widget.like(liked[:n])
    widget.damping.value = strength
    rows = rows_on_screen(widget)
    assert len(rows) == 10
    for score, parts in rows:
        assert round(sum(parts), 3) == score
        assert len(parts) == min(n, 3) + (strength > 0) + 1


def test_every_control_changes_list_words_and_picture(widget, liked):
    for change in (
        lambda: setattr(widget.damping, "value", 1.0),
        lambda: setattr(widget.first, "value", False),
        lambda: widget.like([*widget.liked(), liked[-1]]),
    ):
        before = widget.summary(), widget.view.value, widget.top()
        change()
        assert all(
            was != now for was, now in zip(before, (widget.summary(), widget.view.value, widget.top()), strict=True)
        )


def test_ticking_a_film_that_was_found_likes_it_and_ticking_again_takes_it_back(widget, party, liked):
    item = next(item for item in range(500) if item not in liked)
    title = party.films["title"][item]
    widget.search.value = title.upper()
    box = widget.found[0]
    assert box.description == title and box.value is False and box.layout.display == ""
    box.value = True
    assert widget.liked() == [*liked[:5], item] and widget._row.children[-1].description == title
    assert title not in widget.top()[0]
    box.value = False
    assert widget.liked() == liked[:5] and widget._row.children[-1].value is False  # it can be put back
    widget.search.value = "no film has this"
    assert all(box.layout.display == "none" for box in widget.found)
    assert "No title holds" in widget._note.value


def test_a_found_film_shows_whether_it_is_ticked_and_follows_your_raves(widget):
    widget.search.value = widget.first.description
    assert widget.found[0].value is True
    widget.first.value = False
    assert widget.found[0].value is False and len(widget.liked()) == 4


def test_another_search_ticks_nothing(widget, liked, party):
    for words in ("made-up", widget.first.description, "film 1", "", "made-up film 2"):
        widget.search.value = words
        assert widget.liked() == liked[:5]
        shown = [box for box in widget.found if box.layout.display == ""]
        assert all(box.value == (box.description in [party.films["title"][i] for i in liked[:5]]) for box in shown)


def test_who_came_and_who_left_is_the_difference_of_two_lists(widget, liked):
    before = widget.top()[0]
    widget.like(liked[:1])
    came, left = widget.changes()
    after = widget.top()[0]
    assert set(came) == set(after) - set(before) and set(left) == set(before) - set(after) and left
    assert f"Gone: {left[0]}" in widget.view.value
    assert [line.split(": ")[0] for line in widget.listed()] == [name.split(": ")[0] for name in after]


def test_a_score_that_is_not_the_sum_of_its_reasons_is_counted(widget, monkeypatch):
    assert widget.n_inexact() == 0
    monkeypatch.setattr("course_lib.widgets.matchmaker.split_scores", lambda *args: 1.01 * split_scores(*args))
    widget.like(widget.liked())
    assert widget.n_inexact() == 10
    monkeypatch.setattr("course_lib.widgets.matchmaker.split_scores", lambda *args: torch.nan * split_scores(*args))
    widget.like(widget.liked())
    assert widget.n_inexact() == 10  # what is no number is no sum either


@pytest.mark.parametrize("n_liked", [1, 2, 20, 40])
def test_the_contract_holds_for_whatever_films_a_reader_opens_with(party, split, model, tmp_path, n_liked):
    silent = (split.fit.item_degree() == 0).nonzero()[0].tolist()
    films = torch.randperm(split.fit.n_items, generator=torch.Generator().manual_seed(n_liked))[:n_liked].tolist()
    mine = [*silent, *(film for film in films if split.fit.item_degree()[film] > 0), 0]
    widget = MatchmakerWidget(model, adjacency(split.fit), split, party, mine, tmp_path / "me.json")
    for promise in widget.contract[:2]:
        widget.first.value = promise.start
        before = getattr(widget, promise.quantity)()
        widget.first.value = promise.end
        assert promise.holds(before, getattr(widget, promise.quantity)()), promise.quantity


def test_without_raves_the_popular_list_is_shown_and_called_so(widget, split):
    widget.like([])
    assert widget.summary().startswith("You have ticked nothing yet. This is the popular list, the same for everybody.")
    names, receipts = widget.top()
    degree = split.fit.item_degree()
    shown = [degree[widget._names.index(name)].item() for name in names]
    assert receipts == [] and shown == sorted(degree.tolist(), reverse=True)[:10]


def test_a_film_nobody_raved_about_is_named_and_weighs_nothing(party, split, model, tmp_path, liked):
    keep = split.fit.item != liked[0]
    train = Interactions(split.fit.user[keep], split.fit.item[keep], 300, 500)
    none = Interactions(train.user[:0], train.item[:0], 300, 500)
    quiet = Split(train, none, none, split.user_ids, split.item_ids)
    widget = MatchmakerWidget(model, adjacency(train), quiet, party, liked[:2], tmp_path / "me.json")
    name = widget._names[liked[0]]
    assert f"Nobody else raved about {name}, so it weighs nothing." in widget.summary()
    assert all(reason != name for receipt in widget.top()[1] for reason, _ in receipt)
    widget.like(liked[:1])
    assert "This is the popular list" in widget.summary()


def test_with_every_film_ticked_there_is_nothing_left(widget):
    widget.like(range(500))
    assert widget.summary() == "You raved about 500 films. Those are all films there are: nothing is left to recommend."
    assert widget.top() == ([], []) and plot_receipts(*widget.top()).figure


def test_coverage_is_that_of_the_trained_guests_lists(widget, split, model):
    score = model.scorer(adjacency(split.fit))
    for strength in (0.0, 1.0):
        widget.damping.value = strength
        damped = damp_popularity(score, split.fit.item_degree(), strength)
        assert widget.coverage() == coverage_at_k(damped, split.fit, 10)
        assert f"{widget.coverage():.0%} of the films" in widget.view.value


def test_a_guest_is_saved_and_reloaded(widget, liked):
    widget.save.click()
    assert "Saved 5 films in me.json" in widget._note.value
    widget.like([])
    widget.reload.click()
    assert widget.liked() == liked[:5] and "Reloaded 5 films" in widget._note.value
    widget._file.write_text("nonsense")
    widget.reload.click()
    assert widget.liked() == liked[:5] and "me.json is not a saved guest" in widget._note.value


def test_a_file_that_cannot_be_read_is_a_sentence(widget, monkeypatch):
    def locked(*_):
        raise PermissionError(13, "Permission denied")

    widget.save.click()
    monkeypatch.setattr("course_lib.widgets.matchmaker.load_guest", locked)
    widget.reload.click()
    assert widget._note.value == "Not reloaded: Permission denied."


def test_a_folder_that_cannot_be_written_is_a_sentence(widget):
    widget._file.write_text("a file")
    widget._file = widget._file / "me.json"
    widget.save.click()
    assert "Not saved: " in widget._note.value


def test_two_films_of_one_title_are_told_apart(party, split, model, tmp_path):
    films = party.films.assign(title=["Twin (1990)", "Twin (1990)", *party.films["title"].iloc[2:]])
    widget = MatchmakerWidget(model, adjacency(split.fit), split, replace(party, films=films), [0, 1], tmp_path / "me")
    assert [box.description for box in widget._row.children] == ["Twin (1990) no. 1", "Twin (1990) no. 2"]
    assert widget.liked() == [0, 1]


def test_nobody_reads_where_the_file_of_a_guest_lies(widget):
    widget.save.click()
    assert str(widget._file.parent) not in widget.summary() + widget._note.value + widget.view.value


def test_a_widget_that_would_open_without_reasons_is_refused(party, split, model, tmp_path):
    with pytest.raises(ValueError, match="got no liked film"):
        MatchmakerWidget(model, adjacency(split.fit), split, party, [], tmp_path / "me.json")
