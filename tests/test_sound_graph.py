"""Notebook 03: the check of a graph is measured on graphs that fool counts, and you have a row in the matrix."""

import numpy as np
import pytest
import torch

from course_lib.baselines import popularity, untrained_gossip
from course_lib.classroom.check.exercise import find
from course_lib.classroom.check.verdict import judge
from course_lib.classroom.guest import Guest, writer
from course_lib.classroom.lessons.n03_graph import QUESTIONS, graphs, silent_party
from course_lib.classroom.progress_list import overall
from course_lib.classroom.wrong_graphs import (
    COUNTS,
    equally_famous,
    fans_swapped,
    gossip_along,
    ruined_lines,
    stays_silent,
    suspects,
    with_guest,
)
from course_lib.graph import edge_index, edge_weight
from course_lib.party import little_party


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
    assert passed == {"with the way there twice and no way back", "in which two films have swapped their fans"}
    assert judge(find("03.catch"), is_sound).reason.startswith("6 of 8 wrong graphs caught and 4 of 4 right ones")


def test_sorted_lists_do_as_well_and_yes_may_come_as_a_tensor():
    def is_sound(edges, party):
        film = party.item + party.n_users
        expected = torch.stack([torch.cat([party.user, film]), torch.cat([film, party.user])])
        return torch.tensor(sorted(edges.T.tolist()) == sorted(expected.T.tolist()))

    assert judge(find("03.catch"), is_sound).state == "right"
    assert judge(find("03.catch"), lambda edges, party: np.bool_(is_sound(edges, party))).state == "right"


def test_two_films_swap_their_fans_and_no_degree_changes():
    party, other = little_party(), fans_swapped(little_party())
    assert torch.equal(party.user_degree(), other.user_degree())
    assert torch.equal(party.item_degree(), other.item_degree())
    assert not torch.equal(party.keys, other.keys)


def test_of_the_three_terms_only_the_offset_can_be_left_out_without_an_error():
    party = little_party()
    assert torch.equal(suspects(party)["+ party.n_users"], ruined_lines(party))
    assert stays_silent(edge_index(party), party)
    assert [term for term, edges in suspects(party).items() if stays_silent(edges, party)] == ["+ party.n_users"]
    assert suspects(party)["dim=1"].size(0) == 4
    with pytest.raises(ValueError, match="has no way back"):
        edge_weight(suspects(party)[".flip(0)"], 9)


def test_two_films_of_movielens_that_swap_their_fans_leave_the_writers_list_and_cost_everybody_a_little(real_split):
    fit, guest, pair = real_split.fit, writer(real_split), equally_famous(real_split.fit)
    assert all(passes(edge_index(fans_swapped(fit, *pair)), fit) for passes in COUNTS.values())
    right, swapped = (
        gossip_along(make, fit, guest) for make in (edge_index, lambda likes: edge_index(fans_swapped(likes, *pair)))
    )
    assert guest.top(right).tolist() == guest.top(swapped).tolist()
    assert 0.04 < 1 - overall(swapped, real_split) / overall(right, real_split) < 0.08
    users = torch.arange(fit.n_users)
    first = swapped(users).masked_fill(fit.dense() > 0, -torch.inf).argmax(dim=1)
    for film, other in (pair, pair[::-1]):  # whoever raved about one of them only is offered the other first
        only = fit.contains(users, torch.full_like(users, film)) & ~fit.contains(users, torch.full_like(users, other))
        assert only.sum() > 50 and (first[only] == other).all()


def test_the_two_that_swap_are_the_most_famous_pair_with_equally_many_fans(split):
    fans, (one, other) = split.fit.item_degree(), equally_famous(split.fit)
    assert one != other and fans[one] == fans[other]
    assert fans[fans > fans[one]].unique().numel() == (fans > fans[one]).sum()  # no two of the more famous


def test_films_got_their_numbers_guest_by_guest(real_data):
    assert real_data.ratings.groupby("item_id")["user_id"].min().is_monotonic_increasing


def test_you_are_the_last_guest_and_the_films_make_room():
    you = Guest("you", torch.tensor([1, 4]), torch.tensor([]), n_items=5)
    crowd, row = with_guest(little_party(), you)
    assert (row, crowd.sizes) == (4, (5, 5)) and crowd.items_of(4).tolist() == [1, 4]
    assert edge_index(crowd)[1, edge_index(crowd)[0] == row].tolist() == [5 + 1, 5 + 4]
    writer = Guest("the writer", torch.tensor([0, 1]), torch.tensor([]), n_items=5, user=28, index=0)
    party = silent_party()
    assert with_guest(party, writer) == (party, 0)


def test_no_count_notices_swapped_fans_and_each_catches_something():
    party = little_party()
    wrong = [graph.edges for graph in graphs() if not graph.right and graph.party.sizes == party.sizes]
    for passes in COUNTS.values():
        assert passes(edge_index(party), party) and passes(edge_index(fans_swapped(party)), party)
        assert not all(passes(edges, party) for edges in wrong)


def test_gossip_along_the_right_lines_is_untrained_gossip(real_split):
    guest, users = writer(real_split), torch.arange(real_split.fit.n_users)
    right = gossip_along(edge_index, real_split.fit, guest)(users)
    torch.testing.assert_close(right, untrained_gossip(real_split.fit)(users))


def test_along_shared_rows_it_is_far_behind_the_charts(real_split):
    broken = gossip_along(ruined_lines, real_split.fit, writer(real_split))
    assert overall(broken, real_split) < overall(popularity(real_split.fit), real_split) / 5


def test_the_first_films_of_the_file_are_the_famous_ones(real_split):
    fit = real_split.fit
    assert (fit.item < 60).float().mean() > 1.5 * 60 / fit.n_items and (fit.item < fit.n_users).float().mean() > 0.9


def test_you_hear_gossip_as_the_last_guest():
    party = little_party()
    you = Guest("you", torch.tensor([0, 1]), torch.tensor([], dtype=torch.int64), n_items=5)  # what Ada raved about
    scores = you.scores(gossip_along(edge_index, party, you))
    assert scores.shape == (5,) and scores.argsort(descending=True)[:2].sort().values.tolist() == [0, 1]


def test_the_longest_option_is_right_no_more_often_than_by_chance():
    longest = [
        max(range(len(question.options)), key=lambda place: len(question.options[place][0])) for question in QUESTIONS
    ]
    right = [question.options[place][1] is None for question, place in zip(QUESTIONS, longest, strict=True)]
    assert sum(right) <= 5 / 4


def test_gossip_along_the_right_lines_is_untrained_gossip_for_you_too(split):
    you = Guest("you", split.fit.items_of(7)[:5], torch.tensor([], dtype=torch.int64), n_items=500)
    crowd, row = with_guest(split.fit, you)
    expected = untrained_gossip(crowd)(torch.arange(301))
    scorer = gossip_along(edge_index, split.fit, you)
    torch.testing.assert_close(scorer(torch.arange(301)), expected)
    torch.testing.assert_close(you.scores(scorer), expected[row])


def test_both_ends_of_the_lines_are_counted():
    party = little_party()
    lines = edge_index(party)
    for end in (0, 1):
        wrong = lines.clone()
        wrong[end] = 0  # all lines begin, or end, at Ada
        assert not COUNTS["each node has as many lines as it has raves or fans"](wrong, party)
