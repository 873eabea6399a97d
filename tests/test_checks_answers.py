"""Answers that are not a function of the library agree with it; and what the checks say to unforeseen attempts."""

import pytest
import torch

from course_lib.classroom.check.exercise import find
from course_lib.classroom.check.verdict import judge
from course_lib.classroom.lessons.n06_evaluation import _IT_TAKES
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


def sharp(**other):
    return {**find("06.sharp_party").answer, **other}


def two_guests():
    return [[9, 8, 7, 6, 5, 1, 1, 1, 1, 1], [9, 1, 1, 1, 1, 1, 1, 1, 1, 1]]


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
        ("06.sharp_party", {"scores": [[3, 2, 1]]}, "✗ wrong, because the check needs a dict with scores, learned"),
        ("06.sharp_party", sharp(scores=[[1, 2], [3]]), "✗ wrong, because scores must be rows of numbers"),
        ("06.sharp_party", sharp(scores=[[0.5] * 13]), "✗ wrong, because scores needs 1 to 3 rows, one per guest, of"),
        ("06.sharp_party", sharp(scores=[[float("nan")] * 9]), "✗ wrong, because every score must be a finite number."),
        ("06.sharp_party", sharp(scores=[[1, 2]] * 2), "✗ wrong, because a party needs more films than guests."),
        ("06.sharp_party", sharp(hidden=[]), "✗ wrong, because hidden must be a list with at least one pair"),
        (
            "06.sharp_party",
            sharp(hidden=[(0, 10)]),
            "✗ wrong, because hidden names a guest or a film that has no score",
        ),
        ("06.sharp_party", sharp(hidden=[(0, n) for n in range(1, 10)]), "✗ wrong, because every guest needs a film"),
        (
            "06.sharp_party",
            sharp(scores=two_guests(), hidden=[(0, 3), (0, 5), (1, 5)]),
            "✓ right. An evaluation is code",
        ),
        ("04.rule", lambda i, j: 1 / (i**0.5 * j**0.75), "✗ wrong, because with this rule NDCG@10 is 0."),
        ("04.rule", lambda i, j: 0.5, "✗ wrong, because the check needs one loudness per rave"),
        ("04.rule", lambda i, j: 2 / i, "✗ wrong, because that's the row mean"),
        ("04.rule", lambda i, j: 1 / (i**0.05 * j**0.63), "✓ right"),
        ("01.fans", lambda party, film: party.user[party.item == film].numpy(), "✓ right"),
        ("01.fans", lambda party, film: [None], "✗ wrong, because it expected [0, 1] and got [None]"),
        ("01.fans", left_blank, "○ not tried yet"),
    ],
)
def test_what_learners_write_and_no_list_foresaw(name, attempt, words):
    assert str(judge(find(name), attempt)).startswith(words)


def test_a_party_that_lets_a_ruler_pass_is_told_what_it_takes_and_the_takings_are_enough():
    """Each of these parties was made by what the message says that it lacks."""
    for name, party in CATCHES.items():
        caught = find("06.sharp_party").observe(party)
        assert caught[name], name
        missed = [other for other, found in caught.items() if not found]
        told = f"your party catches {6 - len(missed)} of 6 broken tests. To catch {missed[0]} it needs"
        assert find("06.sharp_party").diagnose(party) == f"{told} {_IT_TAKES[missed[0]]}."


def test_what_is_hidden_is_not_learned_from_and_a_list_may_hold_every_film():
    diagnose = find("06.sharp_party").diagnose
    party = {"scores": [[3, 2, 1]], "learned": [(0, 2)], "hidden": [(0, 2)], "k": 1}
    assert diagnose(party) == "no pair may come twice: what is hidden isn't learned from."
    assert diagnose({**party, "hidden": [(0, 0)], "k": 3}).startswith("your party catches ")
    assert diagnose({**party, "hidden": [(0, 0)], "k": 4}) == "k must be from 1 to 3, the number of films."


CATCHES = {
    "hidden_likes_masked": {"scores": [[3, 2, 1]], "learned": [(0, 2)], "hidden": [(0, 0)], "k": 1},
    "seen_not_masked": {"scores": [[3, 2, 1]], "learned": [(0, 0)], "hidden": [(0, 1)], "k": 1},
    "idcg_of_the_hits": {"scores": [[3, 2, 1, 0]], "learned": [(0, 3)], "hidden": [(0, 0), (0, 2)], "k": 2},
    "against_99_others": {"scores": [[4, 3, 2, 1]], "learned": [(0, 3)], "hidden": [(0, 1), (0, 2)], "k": 3},
    "candidates_counted_in_users": {"scores": [[1, 2, 3, 4]], "learned": [(0, 1)], "hidden": [(0, 3)], "k": 1},
    "ties_in_index_order": {"scores": [[1] * 9], "learned": [(0, 8)], "hidden": [(0, 1)], "k": 2},
}
