import numpy as np
import pytest
from sklearn.manifold import trustworthiness

from course_lib.widgets.seating import PERPLEXITIES, RANDOM, REAL, SeatingWidget
from tests.drawings import alt, shapes


@pytest.fixture(scope="module")
def tags():
    rng = np.random.default_rng(0)
    return np.vstack([rng.normal(size=(30, 6)) * 0.1 + centre for centre in (0, 5)])


@pytest.fixture
def widget(tags):
    return SeatingWidget(tags, [f"name <{n}>" for n in range(60)], n_guests=20)


def test_every_plan_is_ready_and_measured_against_its_own_tags(widget, tags):
    assert set(widget.plans) == {(kind, p) for kind in (REAL, RANDOM) for p in PERPLEXITIES}
    for (kind, _), plan in widget.plans.items():
        expected = trustworthiness(widget.tables[kind], plan.positions, n_neighbors=10)
        assert plan.trustworthiness == pytest.approx(expected)
    assert widget.tables[REAL] is tags
    assert widget.plans[REAL, 5].trustworthiness > widget.plans[RANDOM, 5].trustworthiness


def test_a_click_swaps_words_and_picture(widget):
    before_words, before_view = widget.summary(), widget.view.value
    widget.tags.value = RANDOM
    widget.perplexity.value = 5
    assert widget.plan is widget.plans[RANDOM, 5]
    assert "random tags, perplexity 5" in widget.summary()
    assert f"trustworthiness {widget.plan.trustworthiness:.2f}" in widget.summary()
    assert widget.summary() != before_words and widget.view.value != before_view


def test_the_dots_are_the_plan_guests_are_circles_and_each_says_its_name(widget):
    guests = shapes(widget.view.value, "circle", r="6")[:-20:-1]
    films = shapes(widget.view.value, "rect", height="11.0")[1:]  # the first square is the legend's
    assert len(films) == 40 and films[0].find("title").text == "name <20>"
    assert guests[0].find("title").text == "name <19>"
    drawn = np.array([[float(film.get("x")), -float(film.get("y"))] for film in films])
    for axis in (0, 1):  # the same places up to scale and shift
        line = np.polyfit(widget.plan.positions[20:, axis], drawn[:, axis], 1)
        assert np.polyval(line, widget.plan.positions[20:, axis]) == pytest.approx(drawn[:, axis], abs=0.1)
    assert alt(widget.view.value).startswith("20 guests and 40 films, real tags, perplexity 30")
