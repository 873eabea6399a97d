"""Exercise 4.3 on MovieLens and on the made-up party: which rule beats 1/2, 1/2 and which does not was measured."""

import pytest
import torch

from course_lib.baselines import untrained_gossip
from course_lib.classroom.lessons import n04_lightgcn as lesson


def test_half_and_half_is_untrained_gossip(split):
    scores = lesson.three_rounds(split.fit, lesson.half)
    torch.testing.assert_close(scores, untrained_gossip(split.fit)(torch.arange(split.fit.n_users)))


@pytest.mark.parametrize("data", ["party", "real_data"])
def test_the_model_answer_passes_the_bar_and_the_typical_mistakes_do_not(request, monkeypatch, data):
    splits = [request.getfixturevalue(data).split(seed) for seed in lesson.SEEDS]
    monkeypatch.setattr(lesson, "_splits", lambda: splits)
    lesson._bar.cache_clear()
    lesson.measured.cache_clear()
    assert lesson._above(*lesson.measured(lesson.good))
    for rule, _ in lesson._KNOWN.values():
        assert not lesson._above(*lesson.measured(rule))
    for a, b in ((0.4, 0.5), (0.5, 0.4), (0.25, 0.5)):  # more raves found, but fewer different films
        assert not lesson._above(*lesson.measured(lambda i, j, a=a, b=b: 1 / (i**a * j**b)))
    alone, films = lesson.measured(lambda i, j: 1 / (i**0.5 * j**0.62))  # as the solution says
    assert films > lesson._bar()[1] and all(mine < bar for mine, bar in zip(alone, lesson._bar()[0], strict=True))
    lesson._bar.cache_clear()
    lesson.measured.cache_clear()


def test_a_rule_is_known_whatever_its_factor_and_what_is_no_loudness_is_told():
    assert lesson._name(lambda i, j: 3 / i) == "row mean" and lesson._name(lambda i, j: 1 / (i + j)) is None
    assert lesson._too_low(lambda i, j: 0.5).startswith("the check needs one loudness per rave")
    assert lesson._too_low(lambda i, j: 1 - i).startswith("a loudness has to be a positive number")
    assert lesson._too_low(lambda i, j: i / "b") is None


def test_where_films_of_few_fans_lead_the_lists(real_split):
    # What the check says of the rules that look at the speaker alone, and at both ends in full.
    fans, seen = real_split.fit.item_degree(), real_split.fit.dense() > 0

    def median_fans(name: str) -> float:
        best = lesson.three_rounds(real_split.fit, lesson._KNOWN[name][0]).masked_fill(seen, -1).topk(10).indices
        return float(fans[best].float().median())

    assert median_fans("speaker") == 1 and median_fans("both") <= 3 and median_fans("half and half") > 100
