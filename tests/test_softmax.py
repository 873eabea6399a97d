"""The softmax teacher: values by hand, gradients against autograd, and what must not enter the denominator."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from course_lib.interactions import Interactions
from course_lib.lightgcn import LightGCN
from course_lib.softmax import softmax_loss


def loss_of(scores: torch.Tensor, likes: Interactions, temperature: float = 1.0) -> torch.Tensor:
    return softmax_loss(scores, likes.user, likes.item, likes.dense().bool(), temperature)


def test_the_loss_on_paper(paper):
    # Equal scores: Ada has 2 likes against 2 films each, Ben 3 against 1, Cleo 1 against 3.
    expected = (2 * math.log(3) + 3 * math.log(2) + math.log(4)) / 6
    assert loss_of(torch.zeros(3, 4), paper).item() == pytest.approx(expected)


def test_the_temperature_divides_the_scores(paper):
    scores = torch.arange(12.0).view(3, 4)
    assert loss_of(scores, paper, 0.5).item() == pytest.approx(loss_of(2 * scores, paper).item())


def test_another_like_of_the_same_guest_is_no_competitor(paper):
    scores = torch.zeros(3, 4, requires_grad=True)
    softmax_loss(scores, torch.tensor([1]), torch.tensor([0]), paper.dense().bool(), 1.0).backward()
    # Ben likes films 0, 1 and 2: only film 3 pushes back, and 1 and 2 feel nothing.
    assert scores.grad[1].tolist() == pytest.approx([-0.5, 0.0, 0.0, 0.5])


def test_it_stays_finite_and_teaches_at_any_difference(paper):
    for size in (100.0, 1e4):
        scores = torch.zeros(3, 4)
        scores[:, 3] = size
        scores.requires_grad_()
        loss = loss_of(scores, paper)
        loss.backward()
        assert loss.item() == pytest.approx(size, rel=1e-2)
        assert scores.grad.isfinite().all() and scores.grad[0, 0].item() == pytest.approx(-1 / 6)


@given(st.integers(0, 1000), st.floats(0.1, 2.0))
def test_it_equals_log_softmax_over_the_like_and_the_unliked(seed, temperature):
    generator = torch.Generator().manual_seed(seed)
    scores = torch.randn(3, 5, generator=generator)
    likes = Interactions(torch.tensor([0, 0, 2]), torch.tensor([1, 3, 4]), 3, 5)
    liked = likes.dense().bool()
    slow = []
    for u, i in zip(likes.user.tolist(), likes.item.tolist(), strict=True):
        among = torch.cat([scores[u, i][None], scores[u][~liked[u]]]) / temperature
        slow.append(-torch.log_softmax(among, dim=0)[0])
    assert loss_of(scores, likes, temperature).item() == pytest.approx(torch.stack(slow).mean().item(), rel=1e-5)


def test_scoring_must_be_known():
    with pytest.raises(ValueError, match="scoring must be one of 'dot', 'cosine', got 'euclid'"):
        LightGCN(3, 4, embedding_dim=2, n_layers=1, scoring="euclid")
