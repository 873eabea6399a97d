import pandas as pd
import pytest
import torch

from course_lib.baselines import untrained_gossip
from course_lib.influence import RULES, arrivals, spread, tags_by_round
from course_lib.widgets.loudness import MAX_ROUNDS, LoudnessWidget
from tests.drawings import alt, drawing, shapes, words

TITLES = pd.Series(["Alien", "Brazil", "Casablanca", "Dune"])


@pytest.fixture
def widget(paper) -> LoudnessWidget:
    """Cleo's tag on the paper party: she raved about Casablanca only."""
    return LoudnessWidget(paper, TITLES, user=2)


def test_the_symmetric_rule_is_untrained_gossip(split):
    for n_rounds in (1, 3, 5):
        expected = untrained_gossip(split.fit, n_layers=n_rounds)(torch.arange(split.fit.n_users))
        torch.testing.assert_close(arrivals(split.fit, "symmetric", n_rounds)[n_rounds], expected)


def test_without_a_rule_walks_are_counted(paper):
    # Three steps from Cleo: Casablanca, then Cleo or Ben, then their films.
    counts = arrivals(paper, "none", 3)
    assert counts[0].sum() == 0
    assert counts[1].tolist() == paper.dense().tolist()
    assert counts[2].tolist() == counts[1].tolist()
    assert counts[3][2].tolist() == [1, 1, 1 + 2, 0]


def test_the_row_mean_is_an_average(paper):
    # Every odd round adds tags that sum to 1: an average of averages of one-hot tags.
    for n_rounds, arrived in enumerate(arrivals(paper, "row mean", 6)):
        torch.testing.assert_close(arrived.sum(dim=1), torch.full((3,), float((n_rounds + 1) // 2)))
    # Cleo: Casablanca, which averages Ben (1/3 each) and herself: (1/6, 1/6, 2/3), after 1 in round 1.
    torch.testing.assert_close(arrivals(paper, "row mean", 3)[3][2], torch.tensor([1 / 6, 1 / 6, 1 + 2 / 3, 0]))


def test_arrivals_refuse_an_unknown_rule(paper):
    with pytest.raises(ValueError, match="'symmetric', got 'loud'"):
        arrivals(paper, "loud", 3)


def test_spread_by_hand(paper):
    after_3 = spread(arrivals(paper, "none", 3)[3], user=2, seen=paper)
    assert after_3.reached == 3 / 4 and after_3.total == 5 and after_3.top_share == 1
    assert after_3.n_lists == 3  # Ada is told Casablanca, Cleo Alien and Brazil; Dune reaches nobody
    after_1 = spread(arrivals(paper, "none", 1)[1], user=2, seen=paper)
    assert after_1.reached == 1 / 4 and after_1.n_lists == 0


def test_top_share_is_of_the_ten_loudest(split):
    arrived = arrivals(split.fit, "symmetric", 3)[3]
    mine = arrived[7].sort(descending=True).values
    assert spread(arrived, 7, split.fit).top_share == pytest.approx(float(mine[:10].sum() / mine.sum()), abs=1e-5)


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


@pytest.mark.parametrize("rule", RULES)
def test_the_tags_of_the_little_party_are_the_arrivals(paper, rule):
    for tags, arrived in zip(tags_by_round(paper, rule, 6), arrivals(paper, rule, 6), strict=True):
        torch.testing.assert_close(tags[:3].float(), arrived)
    assert tags_by_round(paper, rule, 0)[0][3:].tolist() == torch.eye(4).tolist()  # films start with one-hot tags


def test_a_film_holds_what_its_fans_told_it(paper):
    # Casablanca after two rounds at full volume: itself, and what Ben (A, B, C) and Cleo (C) told it.
    assert tags_by_round(paper, "none", 2)[2][3 + 2].tolist() == [1, 1, 1 + 2, 0]


def test_every_page_of_the_party_says_its_rule_and_has_the_same_shapes(widget):
    pages = [page for row in widget.gossip.pages for page in row]
    assert len(set(pages)) == len(RULES) * (MAX_ROUNDS + 1)
    assert len({tuple(shape.tag for shape in drawing(page).iter()) for page in pages}) == 1
    for rule, row in zip(RULES, widget.gossip.pages, strict=True):
        for n_rounds, page in enumerate(row):
            assert f"loudness {rule}, {n_rounds} round" in alt(page)
    assert "Cleo holds Alien 0.17, Brazil 0.17, Casablanca 1.67" in alt(widget.gossip.pages[1][3])
