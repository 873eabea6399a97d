"""Answers that are not a function of the library agree with it; and what the checks say to unforeseen attempts."""

import pytest
import torch

from course_lib.classroom.check.exercise import find
from course_lib.classroom.check.verdict import judge
from course_lib.influence import tags_by_round
from course_lib.interactions import Interactions
from course_lib.party import GUESTS, TOPICS, little_party


def test_films_reach_fay_in_the_rounds_that_the_exercise_expects():
    party, fay = little_party(), len(GUESTS)  # who raves about Emma alone
    user, item = torch.cat([party.user, torch.tensor([fay])]), torch.cat([party.item, torch.tensor([4])])
    by_round = tags_by_round(Interactions(user, item, fay + 1, len(TOPICS)), "symmetric", 7)
    for film, first in find("01.arrival").answer.items():
        arrived = [float(tags[fay, TOPICS.index(film)]) for tags in by_round[: first + 1]]
        assert all(share == 0 for share in arrived[:-1]) and arrived[-1] > 0, film


def test_no_message_about_a_wrong_round_gives_the_right_one_away():
    exercise = find("01.arrival")
    for film in ("Dune", "Casablanca", "Brazil", "Alien"):
        for wrong in {0, 1, 2, 3, 4, 5, 6, 7, 9} - {exercise.answer[film]}:
            message = exercise.diagnose({**exercise.answer, film: wrong})
            assert film in message and f" {exercise.answer[film]} " not in message.replace("1, 3, 5, ...", "")


def marked_in_place(ratings, k, min_rating):
    ratings["rave"] = ratings["rating"] >= min_rating
    return ratings.loc[ratings["rave"], "item_id"].value_counts().index[:k].tolist()


def shifted_in_place(party):
    film_node = party.item
    film_node += party.n_users
    return torch.stack([torch.cat([party.user, film_node]), torch.cat([film_node, party.user])])


def flipped(axis):
    def edges(party):
        there = torch.stack([party.user, party.item + party.n_users])
        return torch.cat([there, there.flip(axis)], dim=1).numpy()

    return edges


def any_unseen(user, likes, scores, generator):
    return torch.multinomial((~likes.rows(user)).float(), 1, generator=generator)[:, 0]


def hardest_of_a_few(user, likes, scores, generator):
    free = (~likes.rows(user)).float()
    films = torch.multinomial(free, 6, replacement=True, generator=generator)  # (B, 6)
    return films[torch.arange(len(user)), scores[user[:, None], films].argmax(dim=1)]


def undivided(party):
    raved = party.dense()
    shared = raved.T @ raved
    fans = shared.diagonal()
    return raved @ (shared / (fans[..., None] * fans).sqrt()).fill_diagonal_(0)


def left_blank(party, film):
    fans = ...
    return fans


@pytest.mark.parametrize(
    ("name", "attempt", "words"),
    [
        (
            "02.charts",
            lambda ratings, k, min_rating: ratings["item_id"],
            "✗ wrong, because it expected [20, 30, 50] and got Series",
        ),
        ("02.charts", marked_in_place, "≈ almost: the result is right, but your function changes the object"),
        ("02.for_you", lambda raves, guest, k: raves.sum(0), "✗ wrong, because it expected [2, 3] and got [6.0, "),
        ("02.own_charts", lambda raves, genres: raves.sum(0) * (raves @ genres @ genres.T), "✓ right. Fame times"),
        (
            "02.own_charts",
            lambda raves, genres: raves.sum(0) * (raves @ genres @ genres.T) / genres.sum(1),
            "✓ right. Fame times",
        ),
        (
            "02.own_charts",
            lambda raves, genres: raves.sum(0) + (raves @ genres @ genres.T),
            "✗ wrong, because for 'hidden raves in the top tens (the charts find 357)' it expected '400 or more'",
        ),
        ("02.own_charts", lambda raves, genres: raves / 0, "✗ wrong, because for 'what it returns' it expected"),
        ("02.own_charts", lambda raves, genres: raves @ genres, "✗ wrong, because for 'what it returns' it expected"),
        ("03.offset", shifted_in_place, "≈ almost: the result is right, but your function changes the object"),
        ("03.offset", flipped(0), "✓ right"),
        ("03.offset", flipped(1), "✗ wrong, because both halves lead from guests to films"),
        (
            "05.sampler",
            any_unseen,
            "✗ wrong, because for 'NDCG@10 on validation' it expected '0.12 or more' and got 'on",
        ),
        ("05.sampler", hardest_of_a_few, "✓ right. Harder random films teach more"),
        ("06.item_knn", undivided, "✗ wrong, because a film without fans divides 0 by 0"),
        ("04.exponents", (0.5, 0.75), "✗ wrong, because with these exponents NDCG@10 is 0."),
        ("04.exponents", (0.5, "b"), "✗ wrong, because the check needs two numbers"),
        ("04.exponents", 0.5, "✗ wrong, because the check needs two numbers"),
        ("04.exponents", [0.2, 0.5], "✓ right"),
        ("01.fans", lambda party, film: party.user[party.item == film].numpy(), "✓ right"),
        ("01.fans", lambda party, film: [None], "✗ wrong, because it expected [0, 1] and got [None]"),
        ("01.fans", left_blank, "○ not tried yet"),
    ],
)
def test_what_learners_write_and_no_list_foresaw(name, attempt, words):
    assert str(judge(find(name), attempt)).startswith(words)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("hidden_likes_masked", "a scorer that must find hidden raves."),
        ("seen_not_masked", "seen raves that score higher than the hidden ones."),
        ("idcg_of_the_hits", "a guest who hides more than the list finds."),
        ("against_99_others", "a hidden rave below rank ten of all films that is among the best ten of a hundred."),
        ("candidates_counted_in_users", "a hidden film whose number is higher than that of any guest."),
        ("ties_in_index_order", "equal scores."),
    ],
)
def test_each_missed_bug_is_told_with_what_it_takes_to_see_it(name, words):
    exercise = find("06.bug_and_test")
    missed = 0
    for letter in set("ABCDEF") - {exercise.answer[name]}:
        reason = judge(exercise, {**exercise.answer, name: letter}).reason
        assert not reason or reason == f"test {letter} passes with {name}. To see that bug, a test needs {words}"
        missed += bool(reason)
    assert missed >= 2
