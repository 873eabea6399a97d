"""The softmax teacher: values by hand, gradients against autograd, and what must not enter the denominator."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from course_lib import softmax as softmax_module
from course_lib.graph import adjacency
from course_lib.interactions import Interactions
from course_lib.lightgcn import LightGCN
from course_lib.softmax import softmax_batches, softmax_loss, softmax_objective
from course_lib.training import TrainConfig, build, train


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


def sampled(split, monkeypatch, n_users, n_films):
    monkeypatch.setattr(softmax_module, "FULL", 0)
    monkeypatch.setattr(softmax_module, "N_USERS", n_users)
    monkeypatch.setattr(softmax_module, "N_FILMS", n_films)
    likes, generator = split.train, torch.Generator().manual_seed(0)
    model, graph = LightGCN(*likes.sizes, 8, 2, "cosine"), adjacency(likes)
    return likes, generator, model, softmax_objective(model, graph, likes, 0.25, generator)


def test_drawing_all_films_is_the_full_softmax(split, monkeypatch):
    every = torch.arange(len(split.train))
    model = LightGCN(*split.train.sizes, 8, 2, "cosine")
    full = softmax_objective(model, adjacency(split.train), split.train, 0.25, torch.Generator())
    whole, _ = full(every, model.embedding.weight)
    *_, drawn = sampled(split, monkeypatch, 10**6, 10**6)
    assert drawn(every, model.embedding.weight)[0].item() == pytest.approx(whole.item(), rel=1e-6)


def test_a_sum_over_drawn_films_stands_for_all_of_them(split, monkeypatch):
    # Without the correction the competitors of 100 of 500 films would weigh a fifth, and the loss be lower.
    likes, _, model, objective = sampled(split, monkeypatch, 10**6, 100)
    every = torch.arange(len(likes))
    with torch.no_grad():
        drawn = torch.stack([objective(every, model.embedding.weight)[0] for _ in range(40)]).mean()
        monkeypatch.setattr(softmax_module, "FULL", 2**24)
        whole = softmax_objective(model, adjacency(likes), likes, 0.25, torch.Generator())(
            every, model.embedding.weight
        )[0]
    assert drawn.item() == pytest.approx(whole.item(), abs=0.02)


def test_the_steps_of_an_epoch_hold_every_like_once_and_whole_guests(split, monkeypatch):
    likes, generator, *_ = sampled(split, monkeypatch, 64, 100)
    steps = softmax_batches(likes, generator)
    assert torch.cat(list(steps)).sort().values.tolist() == list(range(len(likes)))
    guests = [set(likes.user[step].tolist()) for step in steps]
    assert len(steps) == -(-likes.n_users // 64) and sum(map(len, guests)) == len(set.union(*guests))


def test_a_sampled_run_learns(split, monkeypatch):
    sampled(split, monkeypatch, 64, 100)
    config = TrainConfig(embedding_dim=16, n_epochs=15, validate_every=15, decay=True)
    result = train(build(split.train, config), split.train, split.validation, config)
    assert result.history["loss"].iloc[-1] < 0.9 * result.history["loss"].iloc[0]
    (group,) = result.state["optimizer"]["param_groups"]
    assert group["lr"] == pytest.approx(config.learning_rate * (1 / 15) ** 0.5)  # of the last epoch: the decay's root


def test_who_shares_a_step_is_drawn_anew_in_each_epoch(split, monkeypatch):
    likes, generator, *_ = sampled(split, monkeypatch, 64, 100)
    first, second = (set(likes.user[softmax_batches(likes, generator)[0]].tolist()) for _ in range(2))
    assert first != second and set(range(64)) not in (first, second)
