import pandas as pd
import pytest

from course_lib.influence import RULES
from course_lib.widgets.loudness import MAX_ROUNDS, LoudnessWidget
from tests.drawings import alt, drawing, shapes, words

TITLES = pd.Series(["Alien", "Brazil", "Casablanca", "Dune"])


@pytest.fixture
def widget(paper) -> LoudnessWidget:
    """Cleo's tag on the paper party: she raved about Casablanca only."""
    return LoudnessWidget(paper, TITLES, user=2)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("n_rounds", range(MAX_ROUNDS + 1))
def test_every_state_can_be_reached_and_says_its_rule(widget, rule, n_rounds):
    widget.rule.value, widget.rounds.value = rule, n_rounds
    assert f"rule {rule}, {n_rounds} round" in widget.summary()
    assert widget.summary() in widget.view.value
    assert ("no film has reached" in widget.summary()) == (n_rounds == 0)
    bars = [bar for bar in shapes(widget.view.value, "rect") if bar.get("fill").startswith("#")]
    assert len(bars) == len(widget.loudest()) == {0: 0, 1: 1, 2: 1}.get(n_rounds, 3)


def test_the_bars_are_the_numbers_on_the_tag(widget):
    widget.rule.value, widget.rounds.value = "row mean", 3
    table = widget.loudest()
    assert table["title"].tolist() == ["Casablanca", "Alien", "Brazil"]
    assert table["raved"].tolist() == [True, False, False]
    assert table["amount"].tolist() == pytest.approx([5 / 3, 1 / 6, 1 / 6])
    assert words(widget.view.value)[1:] == ["Casablanca", "1.7, raved", "Alien", "0.17, new", "Brazil", "0.17, new"]


def test_the_rules_differ_in_the_summary(widget):
    widget.rounds.value = 3
    summaries = set()
    for rule in RULES:
        widget.rule.value = rule
        summaries.add(widget.summary().split(": ", 1)[1])
    assert len(summaries) == 3


def test_it_starts_at_three_symmetric_rounds(widget):
    assert "Loudness rule symmetric, 3 rounds" in widget.summary()
    assert (widget.gossip.row, widget.gossip.round) == (RULES.index("symmetric"), 3)


def test_every_page_of_the_party_says_its_rule_and_has_the_same_shapes(widget):
    pages = [page for row in widget.gossip.pages for page in row]
    assert len(set(pages)) == len(RULES) * (MAX_ROUNDS + 1)
    assert len({tuple(shape.tag for shape in drawing(page).iter()) for page in pages}) == 1
    for rule, row in zip(RULES, widget.gossip.pages, strict=True):
        for n_rounds, page in enumerate(row):
            assert f"loudness {rule}, {n_rounds} round" in alt(page)
    assert "Cleo holds Alien 0.17, Brazil 0.17, Casablanca 1.67" in alt(widget.gossip.pages[1][3])
