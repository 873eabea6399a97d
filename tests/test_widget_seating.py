import numpy as np
import pytest

from course_lib.tsne import random_tags, seating_plan
from course_lib.widgets.seating import PERPLEXITIES, RANDOM, REAL, SeatingWidget
from tests.drawings import alt, shapes, words


@pytest.fixture(scope="module")
def plans():
    rng = np.random.default_rng(0)
    tags = np.vstack([rng.normal(size=(30, 6)) * 0.1 + centre for centre in (0, 5)])
    tables = {REAL: tags, RANDOM: random_tags(tags)}
    return {(kind, p): seating_plan(table, p) for kind, table in tables.items() for p in PERPLEXITIES}


@pytest.fixture
def widget(plans):
    return SeatingWidget(plans, [f"name <{n}>" for n in range(60)], n_guests=20, always=[30, 50])


def test_a_click_swaps_words_and_picture(widget):
    before_words, before_view = widget.summary(), widget.view.value
    widget.tags.value = RANDOM
    widget.perplexity.value = 2
    assert widget.plan is widget.plans[RANDOM, 2]
    assert "random tags, perplexity 2." in widget.summary()
    assert f"{widget.plan.kept:.0%} are true" in widget.summary()
    assert widget.summary() != before_words and widget.view.value != before_view


def test_the_dots_are_the_plan_guests_are_circles_and_each_says_its_name(widget):
    guests = shapes(widget.view.value, "circle", r="6")[1:]  # the first circle is the legend's
    films = shapes(widget.view.value, "rect", height="11.0")[1:]
    (chair,) = shapes(widget.view.value, "polygon")[1:]  # the first star is the legend's
    assert len(guests) == 19 and guests[-1].find("title").text == "name <19>"
    assert len(films) == 40 and films[0].find("title").text == "name <20>"
    assert chair.find("title").text == "name <0>"
    drawn = np.array([[float(film.get("x")), -float(film.get("y"))] for film in films])
    for axis in (0, 1):  # the same places up to scale and shift
        line = np.polyfit(widget.plan.positions[20:, axis], drawn[:, axis], 1)
        assert np.polyval(line, widget.plan.positions[20:, axis]) == pytest.approx(drawn[:, axis], abs=0.1)
    assert alt(widget.view.value).startswith("20 guests and 40 films, real tags, perplexity 30")


def test_some_names_are_always_there(widget):
    for perplexity in PERPLEXITIES:
        widget.perplexity.value = perplexity
        assert {"name <30>", "name <50>", "name <0>"} <= set(words(widget.view.value))
        assert "name <31>" not in words(widget.view.value)


def test_who_sits_beside_the_chair_stands_below_the_map(widget):
    gaps = np.linalg.norm(widget.plan.positions[1:] - widget.plan.positions[0], axis=1)
    assert widget.company()[0] == f"name <{1 + gaps.argmin()}>"
    assert f"Beside name <0>: {', '.join(widget.company())}" in words(widget.view.value)
    assert ", ".join(widget.company()) in widget.summary()


@pytest.mark.parametrize("perplexity", PERPLEXITIES)
def test_the_words_are_those_of_the_plan_on_screen(widget, perplexity):
    widget.perplexity.value = perplexity
    gaps = np.linalg.norm(widget.plan.positions - widget.plan.positions[0], axis=1)
    assert widget.company() == tuple(f"name <{dot}>" for dot in gaps.argsort()[1:4])
    assert widget.clumping() == widget.plan.clumping
    assert f"Dots sit {widget.plan.clumping:.2f} times as far from the nearest dot" in widget.summary()
