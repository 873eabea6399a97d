"""Notebook 03: the check of a graph is measured on graphs that fool counts, and you have a row in the matrix."""

import numpy as np
import pytest
import torch

from course_lib.classroom.check.exercise import find
from course_lib.classroom.check.verdict import judge
from course_lib.classroom.guest import Guest
from course_lib.classroom.lessons.n03_graph import QUESTIONS, films_changed_places, graphs, silent_party, with_guest
from course_lib.graph import edge_index
from course_lib.party import little_party
from course_lib.tables import stored


def with_offset(offset):
    """The model solution with another offset than the number of guests."""

    def is_sound(edges, party):
        user, film = party.user.tolist(), (party.item + offset(party)).tolist()
        expected = {*zip(user, film, strict=True), *zip(film, user, strict=True)}
        return set(map(tuple, edges.T.tolist())) == expected and edges.size(1) == len(expected)

    return is_sound


def test_eight_graphs_are_wrong_and_four_are_right():
    assert [graph.right for graph in graphs()] == [True] * 4 + [False] * 8
    for graph in graphs():
        same = sorted(graph.edges.T.tolist()) == sorted(edge_index(graph.party).T.tolist())
        assert same == graph.right, graph.what


@pytest.mark.parametrize(
    "offset", [lambda party: int(party.user.max()) + 1, lambda party: len(party.user.unique())], ids=["max", "unique"]
)
def test_an_offset_that_counts_only_those_who_raved_is_refused(offset):
    assert judge(find("03.catch"), with_offset(lambda party: party.n_users)).state == "right"
    verdict = judge(find("03.catch"), with_offset(offset))
    assert verdict.state == "wrong" and "Dev" in verdict.reason

    def edges_of(party):
        there = torch.stack([party.user, party.item + offset(party)])
        return torch.cat([there, there.flip(0)], dim=1)

    verdict = judge(find("03.offset"), edges_of)
    assert verdict.state == "wrong" and "the offset is `party.n_users`" in verdict.reason


def test_the_check_of_the_first_edition_lets_two_wrong_graphs_through():
    def is_sound(edges, party):
        across = (edges[0] < party.n_users) != (edges[1] < party.n_users)
        return bool(across.all()) and edges.size(1) == 2 * len(party)

    passed = {graph.what for graph in graphs() if not graph.right and is_sound(graph.edges, graph.party)}
    assert passed == {"with the way there twice and no way back", "in which two films have changed places"}
    assert judge(find("03.catch"), is_sound).reason.startswith("6 of 8 wrong graphs caught and 4 of 4 right ones")


def test_sorted_lists_do_as_well_and_yes_may_come_as_a_tensor():
    def is_sound(edges, party):
        film = party.item + party.n_users
        expected = torch.stack([torch.cat([party.user, film]), torch.cat([film, party.user])])
        return torch.tensor(sorted(edges.T.tolist()) == sorted(expected.T.tolist()))

    assert judge(find("03.catch"), is_sound).state == "right"
    assert judge(find("03.catch"), lambda edges, party: np.bool_(is_sound(edges, party))).state == "right"


def test_two_films_change_places_and_no_count_notices():
    party, other = little_party(), films_changed_places(little_party())
    assert torch.equal(party.user_degree(), other.user_degree())
    assert torch.equal(party.item_degree(), other.item_degree())
    assert not torch.equal(party.keys, other.keys)


def test_you_are_the_last_guest_and_the_films_make_room():
    you = Guest("you", torch.tensor([1, 4]), torch.tensor([]), n_items=5)
    crowd, row = with_guest(little_party(), you)
    assert (row, crowd.sizes) == (4, (5, 5)) and crowd.items_of(4).tolist() == [1, 4]
    assert edge_index(crowd)[1, edge_index(crowd)[0] == row].tolist() == [5 + 1, 5 + 4]
    writer = Guest("the writer", torch.tensor([0, 1]), torch.tensor([]), n_items=5, user=28, index=0)
    party = silent_party()
    assert with_guest(party, writer) == (party, 0)


def test_trained_on_shared_rows_a_model_still_beats_the_charts():
    measured = stored("museum").query("bug == 'shared_indices' and on == 'LightGCN-BPR'").set_index("split_seed")
    charts = stored("results").query("model == 'popularity'").set_index("split_seed")
    difference = measured["ndcg@10"] - charts["ndcg@10"].reindex(measured.index)
    assert len(difference) >= 3 and (difference > 0).all()


def test_the_longest_option_is_right_no_more_often_than_by_chance():
    longest = [
        max(range(len(question.options)), key=lambda place: len(question.options[place][0])) for question in QUESTIONS
    ]
    right = [question.options[place][1] is None for question, place in zip(QUESTIONS, longest, strict=True)]
    assert sum(right) <= 5 / 4
