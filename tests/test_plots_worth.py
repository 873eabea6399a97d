"""With and without a graph: the intervals, and the two ladders."""

import pandas as pd
import pytest

from course_lib.plots.worth import RUNGS, plot_two_ladders, plot_with_and_without
from course_lib.tables import stored


def table(first: float, second: float) -> pd.DataFrame:
    rows = [("LightGCN-BPR", "MF-BPR", first), ("LightGCN-softmax", "MF-softmax", second), ("A + B + C", "A", 0.02)]
    found = pd.DataFrame(rows, columns=["first", "second", "difference"])
    return found.assign(low=found["difference"] - 0.01, high=found["difference"] + 0.01)


PAIRS = {"weak": ("LightGCN-BPR", "MF-BPR"), "strong": ("LightGCN-softmax", "MF-softmax"), "sum": ("A + B + C", "A")}


def test_an_interval_that_leaves_out_zero_is_filled():
    plot = plot_with_and_without(table(0.03, 0.001), PAIRS)
    weak, strong = (line for line in plot.figure.axes[0].lines[1:5] if line.get_marker() == "D")
    assert weak.get_markerfacecolor() != "white" and strong.get_markerfacecolor() == "white"
    assert plot.caption == (
        "What the graph is worth on MovieLens: weak it adds +0.0300, which its interval tells from zero, and strong it "
        "adds +0.0010, which nobody can tell from zero. Adding all up brings +0.0200 (black)."
    )


@pytest.mark.parametrize(("value", "side"), [(0.19, "above"), (0.17, "below")])
def test_both_ladders_have_the_same_rungs(value, side):
    here = pd.DataFrame({"model": [rung.here for rung in RUNGS], "ndcg@10": 0.3})
    there = pd.DataFrame({"model": [rung.there for rung in RUNGS], "recall@20": value})
    plot = plot_two_ladders(here, there)
    left, right = plot.figure.axes
    assert len(left.get_yticklabels()) == len(RUNGS) and left.get_ylim() == right.get_ylim()
    assert f"finds {value:.3f} of what is hidden, {side} the 0.183 printed in the paper" in plot.caption


def test_every_rung_stands_in_the_table_of_movielens():
    assert {rung.here for rung in RUNGS} <= set(stored("results")["model"])


def test_what_the_graph_takes_away_is_told_from_zero_too():
    caption = plot_with_and_without(table(-0.03, -0.001), PAIRS).caption
    assert "weak it adds -0.0300, which its interval tells from zero, and strong it adds -0.0010, which no" in caption
