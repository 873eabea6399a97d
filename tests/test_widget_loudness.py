import pandas as pd
import pytest
import torch

from course_lib.influence import RULES
from course_lib.widgets.loudness import MAX_ROUNDS, LoudnessWidget
from tests.drawings import alt, shapes, words

TITLES = pd.Series(["Alien", "Brazil", "Casablanca", "Dune"])


@pytest.fixture
def widget(paper) -> LoudnessWidget:
    """Ada and Cleo of the paper party, and somebody new who likes Casablanca."""
    return LoudnessWidget(paper, TITLES, {"Ada": 0, "Cleo": 2, "You": torch.tensor([2])})


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("n_rounds", range(1, MAX_ROUNDS + 1))
def test_every_state_can_be_reached_and_says_its_rule(widget, rule, n_rounds):
    widget.rule.value, widget.rounds.value = rule, n_rounds
    assert widget.summary().startswith(f"Loudness {rule}, {n_rounds} round")
    assert alt(widget.view.value) == widget.summary()
    expected = {"Ada": [], "Cleo": [], "You": []}
    if n_rounds >= 3:
        expected = {"Ada": ["Casablanca"], "Cleo": ["Alien", "Brazil"], "You": ["Alien", "Brazil"]}
    assert widget.lists() == expected
    assert widget.n_different_films() == (3 if n_rounds >= 3 else 0)


def test_films_on_several_lists_are_tinted_and_bold(widget):
    widget.rounds.value = 3
    svg = widget.view.value
    tinted = [rect for rect in shapes(svg, "rect") if rect.get("fill") == "#ffe0a8"]
    assert len(tinted) == 4  # Alien and Brazil, for Cleo and for you
    bold = [text.text for text in shapes(svg, "text") if text.get("font-weight")]
    assert bold == ["3", "Ada", "Cleo", "Alien", "Brazil", "You", "Alien", "Brazil"]
    assert "different films in the top tens of all 3 guests" in words(svg)


def test_before_anything_new_has_arrived_it_says_so(widget):
    widget.rounds.value = 1
    assert words(widget.view.value).count("nothing new yet") == 3 and "You: nothing new yet" in widget.summary()


def test_the_loudest_new_films_are_those_of_untrained_gossip(split, party):
    from course_lib.baselines import untrained_gossip
    from course_lib.evaluation import top_k

    widget = LoudnessWidget(split.fit, party.films["title"], {"one": 7, "other": 12})
    widget.rule.value = "symmetric"
    items, _ = top_k(untrained_gossip(split.fit), torch.tensor([7, 12]), split.fit, 5)
    assert list(widget.lists().values()) == [[party.films["title"][i] for i in row] for row in items.tolist()]
