"""The answers of notebook 07's exercises, held against what the library does."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from course_lib.classroom.check.exercise import find
from course_lib.classroom.museum import no_zero_grad, step
from course_lib.evaluation import paired_bootstrap
from course_lib.training import BPR_CONFIG, build, train


def test_the_pile_of_gradients_is_what_torch_makes_without_zero_grad():
    gradients, rate = [0.5, -1.0, 2.0], 0.1
    ends = {}
    for take_step in (step, no_zero_grad):
        x = torch.zeros(1, requires_grad=True)
        optimizer = torch.optim.SGD([x], lr=rate)
        for gradient in gradients:
            take_step(gradient * x.sum(), optimizer)
        ends[take_step] = x.item()
    pile = find("07.pile")
    assert pile.answer(gradients, rate) == pytest.approx(ends[no_zero_grad])
    assert pile.mistakes[0].attempt(gradients, rate) == pytest.approx(ends[step])


@pytest.mark.parametrize("patience", [1, 2, 5])
def test_the_epochs_of_early_stopping_are_those_of_the_library(split, patience):
    wanted = {"embedding_dim": 8, "n_epochs": 12, "learning_rate": 0.05, "batch_size": 2048}
    config = replace(BPR_CONFIG, **wanted, patience=patience)
    result = train(build(split.train, config), split.train, split.validation, config)
    # The whole curve, so that the exercise has to stop by itself.
    whole = train(build(split.train, config), split.train, split.validation, replace(config, patience=99)).history
    best, last = find("07.early_stopping").answer(whole["ndcg@10"].tolist(), patience)
    assert (best, last) == (result.best_epoch, len(result.history))


def test_the_interval_is_that_of_the_paired_bootstrap():
    first, second = torch.rand(2, 3, 40, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    draws = torch.from_numpy(np.random.default_rng(0).integers(40, size=(2000, 40)))
    quantiles = find("07.interval").answer(first.float(), second.float(), draws)
    _, *ends = paired_bootstrap(pd.Series(first.mean(dim=0).numpy()), pd.Series(second.mean(dim=0).numpy()))
    assert quantiles.tolist() == pytest.approx(ends, abs=1e-6)
