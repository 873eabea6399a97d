import math

import numpy as np
import pandas as pd
import pytest

from course_lib.plots.colours import ACCENT, GUEST, INK
from course_lib.plots.pairs import (
    plot_leak,
    plot_loss_and_push,
    plot_margins,
    plot_order_and_error,
    plot_pair_of_models,
    plot_pull,
    plot_pushes,
    plot_random_films,
    plot_slopes,
)
from tests import drawings

PAIR = ("Star Wars (1977)", "Sliding Doors (1998)")


def dots(ax) -> int:
    return sum(
        len(line.get_xdata()) for line in ax.lines if line.get_linestyle() == "None" and line.get_markersize() < 9
    )


def test_one_group_of_margins_says_how_close_to_zero_they_are():
    plot = plot_margins({"before": [0.001, -0.004, 0.002]}, PAIR, place=1)
    assert plot.caption == (
        "Star Wars (1977) or Sliding Doors (1998)? The margin is -0.0040. 2 of 3 pairs are in the right order, but no "
        "margin is further from zero than 0.004."
    )
    assert dots(plot.figure.axes[0]) == 3


def test_three_groups_of_margins_say_what_was_learnt_and_what_was_never_taught():
    plot = plot_margins({"before": [0.0, 0.1], "after": [6.7, 2.0], "hidden": [1.0, -1.0, 3.0]}, PAIR, place=0)
    assert plot.caption == (
        "Star Wars (1977) now leads Sliding Doors (1998) by 6.7, and 2 of 2 pairs are in the right order; before "
        "training it was 1 of 2. Of the hidden raves, which no step pulled for this guest, 2 of 3 lead their random "
        "film."
    )
    ax = plot.figure.axes[0]
    assert dots(ax) == 7 and [label.get_text() for label in ax.get_yticklabels()] == ["before", "after", "hidden"]


def test_who_hides_nothing_has_two_groups():
    caption = plot_margins({"before": [0.0, 0.1], "after": [6.7, 2.0]}, PAIR, place=0).caption
    assert caption.endswith("before training it was 1 of 2.")


def test_the_matchmaker_with_the_smaller_error_can_rank_worse():
    scores = {"A": [0.3, 0.2, 0.1, 0.0], "B": [0.9, 0.4, 0.5, 0.1]}
    caption = plot_order_and_error(scores, [True, True, False, False]).caption
    assert "B comes closer" in caption and "mean squared error of 0.16 against 0.29" in caption  # 0.63 / 4 and 1.14 / 4
    assert caption.endswith("it gets 1 of 4 pairs wrong and A gets none wrong.")


def test_a_lead_of_five_pushes_forty_times_less_than_a_lead_of_one():
    left, right = plot_loss_and_push(1.0, 5.0).figure.axes
    push = [1 / (1 + math.exp(margin)) for margin in (1, 5)]
    assert f"{push[0] / push[1]:.0f} times less" in plot_loss_and_push(1.0, 5.0).caption
    marked = [line.get_ydata() for ax in (left, right) for line in ax.lines if line.get_marker() == "o"]
    assert marked[0] == pytest.approx([math.log1p(math.exp(-margin)) for margin in (1, 5)])
    assert marked[1] == pytest.approx(push)


def test_pushes_are_shares_of_the_pairs():
    plot = plot_pushes([0.5] * 10, [0.01] * 9 + [0.91])
    before, after = [patch.get_data().values for patch in plot.figure.axes[0].patches]
    assert before.max() == 1 and after[0] == pytest.approx(0.9) and after.sum() == pytest.approx(1)
    assert "0.50 before training and pushes with 0.010 after it" in plot.caption
    assert "hardest tenth of the pairs now holds 91% of all push" in plot.caption


def test_a_hundred_squares_for_a_hundred_random_films():
    plot = plot_random_films(hidden=0.014, rated=0.051)
    assert dots(plot.figure.axes[0]) == 0 and sum(len(line.get_xdata()) for line in plot.figure.axes[0].lines) == 100
    assert plot.caption == (
        "Of 100 random films 1.4 are raves that we hid and 5.1 got one to three stars. The other 93.5 were never rated."
    )


@pytest.mark.parametrize(
    ("low", "high", "verdict"), [(0.005, 0.02, "leaves out zero"), (-0.005, 0.02, "nobody can say"), (-2, -1, "leaves")]
)
def test_two_models_are_told_apart_only_by_their_interval(low, high, verdict):
    results = pd.DataFrame(
        {"model": ["a", "b", "c"] * 2, "split_seed": [0, 0, 0, 7, 7, 7], "ndcg@10": [0.3, 0.2, 0.1, 0.2, 0.3, 0.1]}
    )
    row = {"first": ["c", "a"], "second": ["b", "b"], "difference": [9, 0.01], "low": [9, low], "high": [9, high]}
    plot = plot_pair_of_models(results, pd.DataFrame(row), "a", "b", ("c",))
    assert plot.caption.startswith("a is ahead of b on 1 of 2 splits. The mean difference is +0.010")
    assert verdict in plot.caption
    left, right = plot.figure.axes
    assert [label.get_text() for label in left.get_yticklabels()] == ["a", "b", "c"]
    per_split = next(
        line.get_xdata() for line in right.lines if len(line.get_xdata()) == 2 and line.get_marker() == "o"
    )
    assert list(per_split) == pytest.approx([0.1, -0.1])  # what the caption counts is what is drawn
    more = pd.concat([results, results.query("model == 'b'").assign(model="d")])
    both = plot_pair_of_models(more, pd.DataFrame(row), "a", "b", ("d", "c")).caption
    assert both.endswith("d comes to 0.250, and c to 0.100.")


def test_a_slope_that_is_no_number_ends_its_line():
    x = np.array([-110.0, -30.0, 0.0])
    slopes = {"plain": np.array([np.nan, -1.0, -0.5]), "patched": np.array([-0.0, -0.001, -0.5])}
    plot = plot_slopes(x, slopes | {"safe": np.array([-1.0, -1.0, -0.5])}, at=-110)
    assert plot.caption == (
        "A pair at −110 is badly wrong, so its slope should be close to −1. With safe it's −1.000, with patched it's "
        "0.000, and with plain it's no number."
    )
    (mark,) = [line for line in plot.figure.axes[0].lines if line.get_marker() == "X"]
    assert (mark.get_xdata()[0], mark.get_ydata()[0]) == (-30, -1)


def test_a_leak_is_judged_split_by_split():
    plot = plot_leak([0.28, 0.29, 0.30], [0.29, 0.285, 0.31])
    assert "looks better on 2 of 3, by -0.0050 to 0.0100" in plot.caption


def test_a_pull_is_an_arrow_along_it_and_no_pull_is_none():
    tags = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
    pulls = np.array([[0.0, 0.0], [1.0, 0.0], [-1.0, 0.0]])
    svg = plot_pull(["you", "a", "b"], [tags], pulls, 0.0, math.log(2), 0.5).svg("alt")
    tips = [head.get("points").split()[-1].split(",") for head in drawings.shapes(svg, "polygon")]
    boxes = [
        (float(box.get("x")) + 9, float(box.get("y")) + 9)
        for box in drawings.shapes(svg, "rect")
        if box.get("width") == "18.0"
    ]
    assert len(tips) == 2
    moved = [(float(x) - box[0], float(y) - box[1]) for (x, y), box in zip(tips, boxes, strict=True)]
    assert moved[0][0] > 10 and moved[1][0] == pytest.approx(-moved[0][0], abs=0.2)
    assert all(down == pytest.approx(0, abs=0.2) for _, down in moved)
    assert {"loss 0.69, push 0.50", "you"} <= set(drawings.words(svg))


def test_the_margin_is_a_thick_stretch_between_the_landings_of_the_films():
    tags = np.array([[2.0, 0.0], [1.0, 1.0], [-0.5, -1.0]])
    svg = plot_pull(["you", "a", "b"], [tags], np.zeros((3, 2)), 3.0, 0.05, 0.05).svg("alt")
    (thick,) = [line for line in drawings.shapes(svg, "polyline") if line.get("stroke-width") == "7"]
    (x, up), (x2, up2) = [[float(n) for n in point.split(",")] for point in thick.get("points").split()]
    assert up == up2 and x - x2 == pytest.approx(1.5 * 320 / 3.5, abs=0.3)  # the landings are 1.5 apart
    assert "thick length × tag length = how far the rave leads, 3.00" in drawings.words(svg)


def test_level_films_are_in_no_right_order():
    caption = plot_order_and_error({"A": [0.5, 0.5], "B": [0.9, 0.1]}, [True, False]).caption
    assert "B comes closer" in caption and caption.endswith("it gets 0 of 1 pairs wrong and A gets 1 wrong.")
    (ax,) = plot_margins({"before": [0.0, 0.1]}, PAIR, place=0).figure.axes
    right, wrong = (line for line in ax.lines if line.get_label() in ("right order", "wrong order"))
    assert list(right.get_xdata()) == [0.1] and list(wrong.get_xdata()) == [0.0]


@pytest.mark.parametrize(("margin", "colour"), [(1.0, GUEST), (-1.0, ACCENT)])
def test_the_line_at_the_loss_falls_as_the_margin_grows_and_a_wrong_order_is_red(margin, colour):
    loss, push = math.log1p(math.exp(-margin)), 1 / (1 + math.exp(margin))
    svg = plot_pull(["you", "a", "b"], [np.eye(3)[:, :2]], np.zeros((3, 2)), margin, loss, push).svg("alt")
    (thick,) = [line for line in drawings.shapes(svg, "polyline") if line.get("stroke-width") == "7"]
    assert thick.get("stroke") == colour
    tangents = [line for line in drawings.shapes(svg, "polyline", stroke=INK) if line.get("stroke-width") == "3"]
    (x, y), (x2, y2) = [[float(n) for n in point.split(",")] for point in tangents[-1].get("points").split()]
    assert x2 - x == pytest.approx(2 * 235 / 12, abs=0.2) and y2 - y == pytest.approx(2 * push * 236 / 5.2, abs=0.2)


def test_right_and_wrong_pairs_are_told_apart_where_all_margins_are_close_to_zero():
    (ax,) = plot_margins({"before": [0.001, -0.001, 0.0]}, PAIR, place=0).figure.axes
    right, wrong = (line.get_ydata() for line in ax.lines if line.get_label() in ("right order", "wrong order"))
    assert min(right) > 0 > max(wrong)
