"""Receipts add up on screen, and bars are as long as the shares."""

import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.influence import fold_reasons, total
from course_lib.plots.colours import MUTED
from course_lib.plots.receipts import in_words, plot_receipts, plot_share_and_loss, receipts_html
from course_lib.recommendation import OWN_TAG

SHARES = st.lists(st.floats(-1, 1), min_size=1, max_size=12)


def test_fold_reasons_by_hand():
    reasons, shares = ["Casablanca", OWN_TAG, "Alien", "Brazil"], [0.5, 0.3, 0.2, -0.1]
    short = fold_reasons(reasons, shares, n=1)
    assert short == [("own tag", 0.3), ("Casablanca", 0.5), ("rest (2 raves)", pytest.approx(0.1))]
    assert fold_reasons(reasons, shares, n=2)[-1] == ("rest (1 rave)", -0.1)
    assert fold_reasons(reasons, shares, n=3, fame=-0.4)[-2:] == [("fame", -0.4), ("rest (rounding)", 0.0)]


def test_fold_reasons_of_a_guest_without_raves():
    assert fold_reasons([OWN_TAG], [0.25]) == [("own tag", 0.25), ("rest (rounding)", 0)]


@given(SHARES, st.integers(1, 5), st.none() | st.floats(-1, 0))
def test_the_numbers_of_a_receipt_add_up_as_printed(shares, n, fame):
    receipt = fold_reasons([f"film {i}" for i in range(len(shares))], shares, n, fame)
    score, terms = in_words(receipt).split(" = ")
    numbers = [
        float(sign.strip() + n) for sign, n in re.findall(r"(?:^|([-+]) )(\d+\.\d+)(?= (?:film|fame|rest))", terms)
    ]
    assert round(sum(numbers), 3) == float(score)
    assert float(score) == pytest.approx(sum(shares) + (fame or 0), abs=6e-4)
    assert len(numbers) == len(receipt)


def test_in_words_by_hand():
    assert in_words([("own tag", -0.5), ("Alien", 2.0), ("rest (3 raves)", 1.0)]) == (
        "2.500 = - 0.500 own tag + 2.000 Alien + 1.000 rest (3 raves)"
    )


def test_the_page_has_a_row_per_film_and_bars_that_fill_the_span():
    receipts = [[("Alien", 0.6), ("fame", -0.2), ("rest (1 rave)", 0.2)], [("Alien", 0.3), ("rest (1 rave)", 0.1)]]
    page = receipts_html(["A & B", "C"], receipts)
    assert page.count("<tr>") == 3 and "A &amp; B" in page
    assert re.findall(r'class="score">(.*?)<', page) == ["0.600", "0.400"]
    widths = [float(width) for width in re.findall(r'width="([\d.]+)%"', page)]
    assert widths == pytest.approx([60, 20, 20, 30, 10])  # of -0.2 to 0.8
    colours = re.findall(r'fill="(.*?)"', page)
    assert colours[0] == colours[3] and colours[2] == colours[4] == MUTED and colours[1] == "black"


def test_a_list_without_reasons_has_ranks_and_films_only():
    page = receipts_html(["Alien"], [])
    assert "because" not in page and "<svg" not in page and "Alien" in page
    assert plot_receipts(["Alien"], []).get_yticklabels()[0].get_text() == "Alien"


def test_receipt_bars_start_where_the_last_one_ended():
    ax = plot_receipts(["A"], [[("Alien", 0.5), ("Brazil", 0.25), ("fame", -0.125), ("rest (2 raves)", 0.125)]])
    assert [(bar.get_x(), bar.get_width()) for bar in ax.patches] == [
        (0, 0.5),
        (0.5, 0.25),
        (-0.125, 0.125),
        (0.75, 0.125),
    ]
    assert [text.get_text() for text in ax.texts] == ["0.750"]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["Alien", "Brazil", "fame", "rest"]


@pytest.mark.parametrize(("loss", "side"), [(0.1, "left"), (0.5, "right")])
def test_share_and_loss_name_the_two_ends_outwards(loss, side):
    ax = plot_share_and_loss(pd.DataFrame({"share": [0.3], "loss": [loss]}, index=["Alien"]))
    assert [line.get_xdata()[0] for line in ax.lines[:2]] == [0.3, loss]
    assert [text.get_ha() for text in ax.texts] == [side, "right" if side == "left" else "left"]


def test_reasons_beyond_the_colours_are_other_raves_and_a_list_without_reasons_has_no_scale():
    receipts = [[(f"film {n}", 0.1), (f"film {n + 1}", 0.1), ("rest (1 rave)", 0.1)] for n in range(0, 16, 2)]
    legend = [text.get_text() for text in plot_receipts(list("ABCDEFGH"), receipts).get_legend().get_texts()]
    assert legend[-2:] == ["other raves", "rest"] and len(set(legend)) == len(legend)
    empty = plot_receipts(["A"], [])
    assert empty.get_xlabel() == "no reasons" and not len(empty.get_xticks())


def test_the_score_is_the_sum():
    assert total([("Alien", 0.25), ("rest (1 rave)", -0.5)]) == -0.25
