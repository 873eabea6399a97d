"""Exercise 4.3 on MovieLens and on the made-up party: what beats 1/2, 1/2 and what does not was measured."""

import pytest
import torch

from course_lib.baselines import untrained_gossip
from course_lib.classroom.lessons import n04_lightgcn as lesson


def test_half_and_half_is_untrained_gossip(split):
    scores = lesson.three_rounds(split.fit, 0.5, 0.5)
    torch.testing.assert_close(scores, untrained_gossip(split.fit)(torch.arange(split.fit.n_users)))


@pytest.mark.parametrize("data", ["party", "real_data"])
def test_the_model_answer_passes_the_bar_and_the_typical_mistakes_do_not(request, monkeypatch, data):
    splits = [request.getfixturevalue(data).split(seed) for seed in lesson.SEEDS]
    monkeypatch.setattr(lesson, "_splits", lambda: splits)
    lesson.on_validation.cache_clear()
    assert lesson._n_above(lesson.GOOD) == len(splits)
    assert all(lesson._n_above(pair) < len(splits) for pair in lesson._KNOWN)
    lesson.on_validation.cache_clear()


def test_where_films_of_few_fans_lead_the_lists(real_split):
    # What the check says of (0, 1) and (1, 1).
    fans, seen = real_split.fit.item_degree(), real_split.fit.dense() > 0

    def median_fans(*pair: float) -> float:
        best = lesson.three_rounds(real_split.fit, *pair).masked_fill(seen, -1).topk(10).indices
        return float(fans[best].float().median())

    assert median_fans(0, 1) == 1 and median_fans(1, 1) <= 3 and median_fans(0.5, 0.5) > 100
