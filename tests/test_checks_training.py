"""The answers of notebook 07's exercises, held against what the library does."""

from dataclasses import replace

import pytest
import torch

from course_lib.classroom.check.exercise import find
from course_lib.classroom.check.verdict import judge
from course_lib.classroom.lessons.n07_training import BAR, _learnt, all_alike, by_strength
from course_lib.softmax import softmax_loss
from course_lib.training import BPR_CONFIG, build, train


@pytest.mark.parametrize("patience", [1, 2, 5])
def test_the_epochs_of_early_stopping_are_those_of_the_library(split, patience):
    wanted = {"embedding_dim": 8, "n_epochs": 12, "learning_rate": 0.05, "batch_size": 2048}
    config = replace(BPR_CONFIG, **wanted, patience=patience)
    result = train(build(split.train, config), split.train, split.validation, config)
    # The whole curve, so that the exercise has to stop by itself.
    whole = train(build(split.train, config), split.train, split.validation, replace(config, patience=99)).history
    best, last = find("07.early_stopping").answer(whole["ndcg@10"].tolist(), patience)
    assert (best, last) == (result.best_epoch, len(result.history))


def test_the_loss_of_a_guest_is_that_of_the_library():
    raved = torch.tensor([[True, False, False, True, False]])
    scores = torch.tensor([[0.4, 0.1, -0.3, 0.8, 0.7]])
    user, item = raved.nonzero().T
    expected = softmax_loss(scores, user, item, raved, temperature=0.25)
    assert find("07.against_all").answer(scores[0], raved[0], 0.25) == pytest.approx(float(expected))


def test_strong_rivals_weighed_more_pass_the_bar_with_room_and_neither_all_alike_nor_too_steep_do():
    (parties,) = find("07.weights").cases().values()
    figure = "NDCG@10 on validation"
    for t, passes in ((0.5, True), (0.7, True), (0.2, False), (-0.5, False)):
        assert (_learnt(by_strength(t), *parties)[figure] == f"{BAR} or more") is passes, t
    halves = _learnt(lambda scores, raved: scores > scores.median(dim=1, keepdim=True).values, *parties)
    assert halves[figure] == f"{BAR} or more"
    assert 0.165 < float(_learnt(all_alike, *parties)[figure].split()[-1]) < 0.175  # "0.170" in the notebook


def test_weights_that_are_none_are_told_so():
    (parties,) = find("07.weights").cases().values()
    verdict = judge(find("07.weights"), lambda scores, raved: torch.zeros_like(scores))
    assert verdict.state == "wrong" and "all 0" in verdict.reason
    assert _learnt(lambda scores, raved: None, *parties) is None
