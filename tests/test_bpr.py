"""The loss, its penalty and the negatives."""

from math import log

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from course_lib.bpr import bpr_loss, l2_penalty, sample_negatives
from course_lib.interactions import Interactions


def test_the_loss_is_what_one_gets_by_hand():
    # sigmoid(0) = 1/2 and sigmoid(log 3) = 3/4
    loss = bpr_loss(torch.tensor([1.0, log(3)]), torch.tensor([1.0, 0.0]))
    assert loss.item() == pytest.approx((log(2) + log(4 / 3)) / 2, abs=1e-6)


def test_the_loss_stays_finite_and_teaches_at_any_difference():
    positive = torch.tensor([-100.0], requires_grad=True)
    loss = bpr_loss(positive, torch.tensor([100.0]))
    loss.backward()
    assert loss.item() == 200
    assert positive.grad.item() == -1

    negative = torch.tensor([100.0], requires_grad=True)
    loss = bpr_loss(torch.tensor([0.0]), negative)
    loss.backward()
    assert loss.item() == 100
    assert negative.grad.item() == 1

    for far in (100.0, 1e4):
        assert 0 <= bpr_loss(torch.tensor([far]), torch.tensor([0.0])).item() < 1e-30


@given(st.lists(st.floats(-200, 200, width=32), min_size=1, max_size=8))
def test_the_loss_equals_the_formula_in_double_precision(differences):
    difference = torch.tensor(differences, dtype=torch.float32)
    expected = torch.log1p(torch.exp(-difference.double())).mean()
    loss = bpr_loss(difference, torch.zeros_like(difference))
    torch.testing.assert_close(loss.double(), expected, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize(("positive", "negative"), [([1.0, 2.0], [[1.0], [2.0]]), ([1.0], [1.0, 2.0]), ([], [])])
def test_scores_of_other_pairs_are_not_stretched_to_fit_and_nothing_has_no_loss(positive, negative):
    with pytest.raises(ValueError, match="positive and negative must be scores of the same pairs, at least one, got"):
        bpr_loss(torch.tensor(positive), torch.tensor(negative))


def test_a_duplicated_batch_changes_neither_loss_nor_penalty():
    generator = torch.Generator().manual_seed(0)
    positive, negative = torch.randn(2, 6, generator=generator)
    assert bpr_loss(positive, negative).item() == pytest.approx(
        bpr_loss(positive.repeat(2), negative.repeat(2)).item(), rel=1e-6
    )
    tags = torch.randn(3, 6, 5, generator=generator)
    once, twice = l2_penalty(*tags), l2_penalty(*tags.repeat(1, 2, 1))
    assert once.item() == pytest.approx(twice.item(), rel=1e-6)


def test_the_penalty_is_half_the_squared_tags_of_a_triple_averaged_over_the_batch():
    user, positive, negative = torch.tensor(
        [[[1.0, 2.0], [0.0, 1.0]], [[3.0, 0.0], [1.0, 1.0]], [[0.0, 0.0], [2.0, 2.0]]]
    )
    first, second = (1 + 4) + 9 + 0, 1 + 2 + 8
    assert l2_penalty(user, positive, negative).item() == (first / 2 + second / 2) / 2


def test_a_negative_is_never_a_liked_item(split):
    user = split.train.user.repeat(3)
    negative = sample_negatives(user, split.train, torch.Generator().manual_seed(0))
    assert negative.shape == user.shape and negative.dtype == torch.int64
    assert not split.train.contains(user, negative).any()
    assert int(negative.min()) >= 0 and int(negative.max()) < split.train.n_items


def test_a_held_out_pair_can_be_drawn_because_nobody_knows_it(split):
    user = split.test.user.repeat(40)
    negative = sample_negatives(user, split.train, torch.Generator().manual_seed(0))
    # Uniform over the unliked films: the expected share of hidden ones, counted exactly.
    hidden = split.test.user_degree() / (split.train.n_items - split.train.user_degree())
    expected = hidden[user].mean().item()
    drawn = split.test.contains(user, negative).float().mean().item()
    assert drawn == pytest.approx(expected, rel=0.1)


def test_negatives_are_uniform_over_all_items_a_user_has_not_liked():
    # 3 users, 11 items: whoever draws from range(n_users) finds item 1 too often.
    liked = torch.tensor([0, 2, 5, 8, 10])
    likes = Interactions(torch.tensor([1] * 5 + [0]), torch.cat([liked, torch.tensor([4])]), 3, 11)
    negative = sample_negatives(torch.ones(6000, dtype=torch.int64), likes, torch.Generator().manual_seed(0))
    count = torch.bincount(negative, minlength=11)
    rest = torch.tensor([1, 3, 4, 6, 7, 9])
    assert count[liked].sum() == 0
    assert ((count[rest] - 1000.0) ** 2 / 1000).sum() < 20.5  # chi-square, 5 degrees of freedom, p = 0.001


def test_the_only_item_left_is_found():
    likes = Interactions(torch.zeros(6, dtype=torch.int64), torch.arange(6), 2, 7)
    assert sample_negatives(torch.zeros(50, dtype=torch.int64), likes).tolist() == [6] * 50


def test_a_generator_decides_the_draw(split):
    draws = [sample_negatives(split.train.user, split.train, torch.Generator().manual_seed(s)) for s in (1, 1, 2)]
    assert torch.equal(draws[0], draws[1]) and not torch.equal(draws[0], draws[2])


def test_a_user_who_has_everything_is_refused_by_number():
    likes = Interactions(torch.tensor([1, 1, 1, 0]), torch.tensor([0, 1, 2, 0]), 2, 3)
    assert set(sample_negatives(torch.zeros(40, dtype=torch.int64), likes).tolist()) == {1, 2}
    with pytest.raises(ValueError, match="user 1 likes all 3 items: none to compare with; leave them out"):
        sample_negatives(torch.tensor([0, 1]), likes)
