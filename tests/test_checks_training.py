"""The answers of notebook 07's exercises, held against what the library does."""

from dataclasses import replace

import pytest
import torch

from course_lib.classroom.check.exercise import find
from course_lib.classroom.check.verdict import judge
from course_lib.classroom.lessons.n07_training import BAR, _learnt, one_random_film, softmax_at
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
    assert float(softmax_at(0.25)(scores, raved)) == pytest.approx(float(expected))


def test_the_teacher_of_the_exercise_passes_its_bar_with_room_and_the_courses_own_temperature_does_not():
    (parties,) = find("07.teacher").cases().values()
    figure = "NDCG@10 on validation"
    for t, passes in ((0.4, True), (0.5, True), (0.6, True), (0.2, False), (3.0, False)):
        assert (_learnt(softmax_at(t), *parties)[figure] == f"{BAR} or more") is passes, t
    assert 0.13 < float(_learnt(one_random_film, *parties)[figure].split()[-1]) < 0.17


def test_a_teacher_without_a_gradient_is_told_so():
    (parties,) = find("07.teacher").cases().values()
    verdict = judge(find("07.teacher"), lambda scores, raved: torch.tensor(1.0))
    assert verdict.state == "wrong" and "depends on the scores" in verdict.reason
    assert _learnt(lambda scores, raved: None, *parties) is None
