import numpy as np
import pytest
from sklearn.manifold import trustworthiness

from course_lib.widgets.seating import PERPLEXITIES, RANDOM, REAL, SeatingWidget


@pytest.fixture(scope="module")
def tags():
    rng = np.random.default_rng(0)
    return np.vstack([rng.normal(size=(30, 6)) * 0.1 + centre for centre in (0, 5)])


@pytest.fixture
def widget(tags):
    return SeatingWidget(tags, n_guests=20)


def test_every_plan_is_ready_and_measured_against_its_own_tags(widget, tags):
    assert set(widget.plans) == {(kind, p) for kind in (REAL, RANDOM) for p in PERPLEXITIES}
    for (kind, _), plan in widget.plans.items():
        expected = trustworthiness(widget.tables[kind], plan.positions, n_neighbors=10)
        assert plan.trustworthiness == pytest.approx(expected)
    assert widget.tables[REAL] is tags
    assert widget.plans[REAL, 5].trustworthiness > widget.plans[RANDOM, 5].trustworthiness


def test_a_click_swaps_words_picture_and_dots(widget):
    before_words, before_view = widget.summary(), widget.view.value
    widget.tags.value = RANDOM
    widget.perplexity.value = 5
    assert widget.plan is widget.plans[RANDOM, 5]
    assert "random tags, perplexity 5" in widget.summary()
    assert f"trustworthiness {widget.plan.trustworthiness:.2f}" in widget.summary()
    assert widget.summary() != before_words and widget.view.value != before_view
    guests, films = widget._ax.collections
    np.testing.assert_allclose(guests.get_offsets(), widget.plan.positions[:20])
    np.testing.assert_allclose(films.get_offsets(), widget.plan.positions[20:])


def test_twins(widget):
    bundle = widget._repr_mimebundle_()
    assert bundle["text/plain"] == widget.summary()
    assert {"image/png", "application/vnd.jupyter.widget-view+json"} <= set(bundle)
    assert 'alt="20 guests and 40 films, real tags, perplexity 30' in widget.view.value
