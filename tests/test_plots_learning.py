import numpy as np
import pandas as pd
import pytest

from course_lib.plots.learning import (
    plot_depth,
    plot_differences,
    plot_histories,
    plot_ladder,
    plot_rehearsals,
    plot_two_by_two,
)
from tests import drawings


def test_histories_mark_the_best_epoch_and_draw_the_newest_run_first():
    old = pd.DataFrame({"epoch": [1, 2], "loss": [0.7, 0.6], "ndcg@10": [0.1, 0.2]})
    new = pd.DataFrame({"epoch": [1, 2, 3], "loss": [0.5, 0.4, 0.3], "ndcg@10": [0.1, 0.3, 0.2]})
    axes = plot_histories({"old": old, "new": new})
    assert [line.get_label() for line in axes[0].lines if len(line.get_xdata()) > 1] == ["new", "old"]
    stars = [line.get_xydata()[0].tolist() for line in axes[1].lines if line.get_marker() == "*"]
    assert stars == [[2.0, 0.3], [2.0, 0.2]]
    assert [text.get_text() for text in axes[0].get_legend().get_texts()] == ["new", "old"]


def test_labels_of_splits_that_end_level_do_not_lie_on_each_other():
    heights = sorted(
        text.xy[1] for text in plot_depth({0: [0.0, 0.1], 1: [0.2, 0.2]}).texts if "split" in text.get_text()
    )
    assert heights == pytest.approx([0.2, 0.21])


def test_histories_without_validation_leave_the_right_panel_empty():
    axes = plot_histories({"run": pd.DataFrame({"epoch": [1, 2], "loss": [0.7, 0.6]})})
    assert len(axes[0].lines) == 2 and not axes[1].lines


def test_the_ladder_is_sorted_by_the_mean_and_shows_every_seed():
    table = pd.DataFrame(
        {"model": ["weak", "weak", "strong", "strong"], "split_seed": [0, 1, 0, 1], "ndcg@10": [0.1, 0.3, 0.2, 0.4]}
    )
    ax = plot_ladder(table)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["weak", "strong"]
    assert sorted(ax.lines[0].get_xdata()) == [0.1, 0.3]
    assert ax.lines[1].get_xdata() == pytest.approx([0.2, 0.2])  # the mean of the lower row
    assert [text.get_text() for text in ax.texts] == ["0.200", "0.300"]


def test_depth_keeps_the_seeds_apart_and_draws_the_mean():
    ax = plot_depth({0: [0.1, 0.2], 1: [0.3, 0.2]})
    lower, higher, mean = [line.get_ydata() for line in ax.lines]  # by where they end, so that no label covers another
    assert list(lower) == [0.2, 0.2] and list(higher) == [0.1, 0.3]
    assert mean == pytest.approx([0.15, 0.25])


def pixels(line) -> np.ndarray:
    return np.array([[float(x) for x in point.split(",")] for point in line.get("points").split()])


def test_rehearsals_share_a_clock_and_skip_epochs_without_validation():
    bpr = pd.DataFrame({"epoch": [1, 2], "loss": [0.8, 0.4], "ndcg@10": [0.1, 0.2], "seconds": [1.0, 2.0]})
    softmax = pd.DataFrame(
        {"epoch": [1, 2, 3], "loss": [8.0, 6.0, 4.0], "ndcg@10": [np.nan, 0.3, np.nan], "seconds": [0.5, 0.5, 0.5]}
    )
    svg = plot_rehearsals({"bpr": bpr, "softmax": softmax}).svg("alt")
    curves = [pixels(line) for line in drawings.shapes(svg, "polyline") if line.get("stroke-width") == "3"]
    left, right = 320 / (1.02 * 3), 190 / (1.12 * 0.3)  # pixels per second, pixels per NDCG
    # The newest run first: its losses as a share of the first one, its one validation, its line in the legend.
    losses = [(55 + left * t, 246 - 190 / 1.05 * x) for t, x in ((0.5, 1), (1, 0.75), (1.5, 0.5))]
    assert curves[0] == pytest.approx(np.array(losses), abs=0.1)
    assert curves[1] == pytest.approx(np.array([(485 + left, 246 - 0.3 * right)] * 2), abs=0.1)
    assert len(drawings.shapes(svg, "polygon")) == 2  # a diamond for each best epoch
    assert "a: softmax, best NDCG@10 0.300" in drawings.words(svg)
    assert "b: bpr, best NDCG@10 0.200" in drawings.words(svg)


def test_two_by_two_joins_the_means_of_each_teacher_and_shows_every_seed():
    cells = {"weak": {"none": [0.1, 0.3], "graph": [0.4, 0.6]}, "strong": {"none": [0.6, 0.8], "graph": [0.7, 0.7]}}
    ax = plot_two_by_two(cells, ("EASE", 0.65))
    means = [line.get_ydata() for line in ax.lines if line.get_linewidth() == 2.5]
    assert means[0] == pytest.approx([0.2, 0.5])
    assert means[1] == pytest.approx([0.7, 0.7])
    dots = [(list(line.get_xdata()), list(line.get_ydata())) for line in ax.lines if line.get_alpha() == 0.5]
    assert dots[0] == ([0, 0], [0.1, 0.3]) and dots[-1] == ([1, 1], [0.7, 0.7])
    assert list(ax.lines[0].get_ydata()) == [0.65, 0.65]
    assert {"EASE 0.650", "0.200", "0.500", "weak", "strong"} <= {text.get_text() for text in ax.texts}
    assert [label.get_text() for label in ax.get_xticklabels()] == ["none", "graph"]


def test_differences_are_filled_only_where_the_interval_leaves_zero_out():
    table = pd.DataFrame(
        {"name": ["a", "b", "c"], "difference": [0.03, 0.001, -0.02], "low": [0.02, 0.0, -0.03],
         "high": [0.04, 0.002, -0.01]}
    )  # fmt: skip
    ax = plot_differences(table)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["c", "b", "a"]
    spans = [list(line.get_xdata()) for line in ax.lines if line.get_linewidth() == 3]
    assert spans == [[-0.03, -0.01], [0.0, 0.002], [0.02, 0.04]]
    assert [line.get_markerfacecolor() == "white" for line in ax.lines if line.get_marker() == "D"] == [0, 1, 0]
