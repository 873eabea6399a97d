"""Every exhibit of the museum is a bug: its test passes on the right code and fails on it, and nobody else's fails."""

import inspect

import pytest
import torch

from course_lib.museum import MUSEUM, ndcg, passes


@pytest.fixture(params=MUSEUM, ids=lambda bug: bug.name)
def bug(request):
    return request.param


def test_its_test_passes_on_the_right_code_and_fails_on_the_bug(bug):
    bug.exposes(bug.right)
    with pytest.raises(AssertionError):
        bug.exposes(bug.wrong)
    assert passes(bug.exposes, bug.right) and not passes(bug.exposes, bug.wrong)


def test_the_wrong_code_takes_the_same_arguments_as_the_right(bug):
    assert len(inspect.signature(bug.wrong).parameters) == len(inspect.signature(bug.right).parameters)


def test_every_exhibit_says_what_it_does_and_where_it_was_seen(bug):
    assert bug.what and bug.seen_in and bug.wrong.__doc__ and bug.exposes.__doc__
    assert sum(other.name == bug.name for other in MUSEUM) == 1


def test_there_are_at_least_ten():
    assert len(MUSEUM) >= 10


def test_ndcg_is_that_of_scikit_learn(split):
    from sklearn.metrics import ndcg_score

    generator = torch.Generator().manual_seed(0)
    scores = torch.rand(split.fit.n_users, split.fit.n_items, generator=generator)
    users = split.test.user.unique()
    masked = scores[users].masked_fill(split.fit.rows(users), -1)
    expected = ndcg_score(split.test.rows(users).numpy(), masked.numpy(), k=10)
    assert ndcg(lambda u: scores[u], split.test, split.fit).mean().item() == pytest.approx(expected, abs=1e-6)
