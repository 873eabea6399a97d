import numpy as np
import pandas as pd
import pytest

from course_lib.plots.learning import (
    SLOTS,
    plot_climb,
    plot_depth,
    plot_depth_by_teacher,
    plot_gowalla,
    plot_overfitting,
    plot_rehearsals,
    plot_rivals,
    plot_turning,
    plot_two_by_two,
)
from tests import drawings


def pixels(line) -> np.ndarray:
    return np.array([[float(x) for x in point.split(",")] for point in line.get("points").split()])


def test_rehearsals_share_a_clock_and_skip_epochs_without_validation():
    bpr = pd.DataFrame({"step": [2, 6], "loss": [0.8, 0.4], "ndcg@10": [0.1, 0.2]})
    softmax = pd.DataFrame({"step": [1, 2, 3], "loss": [8.0, 6.0, 4.0], "ndcg@10": [np.nan, 0.3, np.nan]})
    svg = plot_rehearsals({"bpr": (2, bpr), "softmax": (0, softmax)}).svg("alt")
    lines = [line for line in drawings.shapes(svg, "polyline") if line.get("stroke-width") == "3"]
    left, right = 320 / (1.02 * 6), 190 / (1.12 * 0.3)  # pixels per step, pixels per NDCG
    losses = [(55 + left * t, 246 - 190 / 1.05 * x) for t, x in ((1, 1), (2, 0.75), (3, 0.5))]
    assert pixels(lines[3]) == pytest.approx(np.array(losses), abs=0.1)  # two curves and a line of the legend before
    assert pixels(lines[4]) == pytest.approx(np.array([(485 + 2 * left, 246 - 0.3 * right)] * 2), abs=0.1)
    assert [line.get("stroke") for line in lines[::3]] == [SLOTS[2][0], SLOTS[0][0]]
    assert len(drawings.shapes(svg, "polygon")) == 2  # a diamond for each best epoch
    assert "a: softmax, best NDCG@10 0.300" in drawings.words(svg)
    assert "c: bpr, best NDCG@10 0.200" in drawings.words(svg)


@pytest.mark.parametrize("losses", [[1.0, 40.0, 3.0], [1.0, 1.2, 1.3], [1.0, 0.5, 0.1]])
def test_no_loss_leaves_the_axes_however_far_it_rises(losses):
    run = pd.DataFrame({"step": [1, 2, 3], "loss": losses, "ndcg@10": [0.1, 0.4, 0.2]})
    svg = plot_rehearsals({"wild": (1, run)}).svg("alt")
    curves = [pixels(line) for line in drawings.shapes(svg, "polyline") if line.get("stroke-width") == "3"][:2]
    for curve in curves:
        assert (curve[:, 1] >= 56).all() and (curve[:, 1] <= 246).all()


def test_letters_of_runs_that_end_level_do_not_lie_on_each_other():
    run = pd.DataFrame({"step": [1, 2], "loss": [1.0, 0.5], "ndcg@10": [0.1, 0.2]})
    svg = plot_rehearsals({"one": (0, run), "two": (1, run)}).svg("alt")
    bases = [float(text.get("y")) for text in drawings.shapes(svg, "text") if text.text in ("a", "b")]
    assert np.diff(bases)[[0, 2]] == pytest.approx([16, 16], abs=0.2)  # on the left, and on the right


SCORES = np.array([[9.0, 1, 3, 2, 0], [9.0, 4, 3, 2, 1]])  # of five films, the first of them shown
CHARTS = np.array([5.0, 3, 1, 4, 2])


def names(plot) -> list[str]:
    (ax,) = plot.figure.axes
    return [text.get_text() for text in ax.texts if text.get_text() != "the top ten"]


def test_climbing_films_are_named_by_where_they_end_and_the_caption_counts_them():
    films = ["Alien", "Brazil", "Casablanca", "Dune", "E.T."]
    plot = plot_climb(SCORES, CHARTS, np.array([0]), np.array([3, 1, 4]), films, "your")
    assert names(plot) == ["1  Brazil", "3  Dune", "4  E.T."]  # the film that was shown takes no place
    assert [line.get_ydata().tolist() for line in plot.figure.axes[0].lines[:3]] == [[3, 1], [2, 3], [4, 4]]
    circles = [dot.get_offsets().tolist() for dot in plot.figure.axes[0].collections]
    assert circles == [[[1, 2]], [[1, 1]], [[1, 3]]]  # in the charts, without the film that was shown
    assert plot.caption == (
        "Before training three of your three hidden raves stood in the top ten, and after 1 epochs three do. After "
        "the first epoch the list has four of the charts' four films, and in the end four."
    )


def test_a_film_that_was_in_the_top_ten_and_left_it_is_drawn_as_lost():
    scores = np.stack([np.arange(20.0), np.roll(np.arange(20.0), 3), np.arange(20.0)[::-1]])  # the last becomes first
    none, films = np.array([], dtype=int), [f"film {n}" for n in range(20)]
    plot = plot_climb(scores, np.arange(20.0), none, np.array([19, 18]), films, "your")
    assert {line.get_linestyle() for line in plot.figure.axes[0].lines[:2]} == {"--"}
    assert "after 2 epochs none do. Two more were there for a while (dashed)." in plot.caption
    assert plot.caption.endswith("the list has seven of the charts' ten films, and in the end none.")


def test_without_hidden_raves_the_last_top_ten_is_followed():
    plot = plot_climb(SCORES, CHARTS, np.array([0]), np.array([], dtype=int), list("abcde"), "your")
    assert names(plot)[:4] == ["1  b", "2  c", "3  d", "4  e"] and "of your last top ten stood" in plot.caption


def test_names_at_one_height_are_moved_apart():
    level = np.ones((2, 4)), np.ones(4)
    (ax,) = plot_climb(*level, np.array([0]), np.array([1, 2, 3]), list("abcd"), "your").figure.axes
    heights = [text.xyann[1] for text in ax.texts if text.get_text() != "the top ten"]
    assert np.diff(np.log(heights)).min() >= 0.3


def test_overfitting_is_read_from_the_mean_of_the_splits():
    rows = [
        (penalty, seed, epoch, 1 / epoch, value + seed / 100)
        for penalty, values in ((0.0, (0.1, 0.3, 0.2)), (0.01, (0.1, 0.3, 0.4)))
        for seed in (0, 1)
        for epoch, value in enumerate(values, start=1)
    ]
    plot = plot_overfitting(pd.DataFrame(rows, columns=["reg_weight", "split_seed", "epoch", "loss", "ndcg@10"]))
    assert "peak of 0.305 at epoch 2 and is down to 0.205" in plot.caption and "ends at 0.405" in plot.caption
    (star,) = [line for line in plot.figure.axes[1].lines if line.get_marker() == "*"]
    assert star.get_xydata()[0] == pytest.approx([2, 0.305])


def test_rivals_are_added_up_from_the_strongest():
    even, steep = np.full(200, 0.01), np.r_[np.zeros(190), np.full(10, 0.1)]
    plot = plot_rivals({"even": even, "steep": steep}, "your")
    widths = [bar.get_width() for bar in plot.figure.axes[0].patches]
    assert widths == pytest.approx([5, 100, 45, 0, 50, 0])  # ten, ninety, the rest; of each the two teachers
    told = "Your ten strongest rivals, one film in 20, get 5.0% of all push with “even”, 100.0% with “steep”. The pupil"
    assert plot.caption == f"{told} is the same each time."


def test_depth_shows_each_split_and_says_the_interval():
    runs = [("bpr", depth, seed, 0.3 - depth / 100 + seed / 1000, depth / 2) for depth in (1, 2, 8) for seed in (0, 1)]
    runs += [("softmax", depth, 0, 0.4 - depth / 1000, 1.0) for depth in (2, 8)]
    table = pd.DataFrame(runs, columns=["loss", "n_layers", "split_seed", "ndcg@10", "shared"])
    pair = {"loss": "bpr", "n_layers": 8, "split_seed": "all", "difference": -0.06, "low": -0.07, "high": -0.05}
    table = pd.concat([table, pd.DataFrame([pair, {**pair, "loss": "softmax", "difference": -0.01}])])
    plot = plot_depth(table)
    assert "eight rounds are 0.060 below two (interval 0.050 to 0.070), and 4.0 films" in plot.caption
    assert plot.caption.endswith("instead of 1.0.") and len(plot.figure.axes[0].lines) == 2
    assert plot.figure.axes[0].lines[0].get_ydata() == pytest.approx([0.2905, 0.2805, 0.2205])
    both = plot_depth_by_teacher(table)
    assert "Under BPR eight rounds cost 0.060, and the charts' films go from 1.0 to 4.0 of ten; under" in both.caption
    assert "softmax eight rounds cost 0.010" in both.caption
    assert both.figure.axes[0].lines[0].get_xydata() == pytest.approx(np.array([[2, 0.398], [8, 0.392]]))
    assert [ax.get_ylabel() for ax in both.figure.axes] == [
        "NDCG@10, hidden raves",
        "films of ten that the charts have",
    ]
    legend = [text.get_text() for text in both.figure.axes[0].get_legend().get_texts()]
    assert legend == ["softmax, trained at 2 and 8 only", "BPR"]


def two_by_two() -> tuple[pd.DataFrame, pd.DataFrame]:
    found = {"MF-BPR": [0.1, 0.3], "LightGCN-BPR": [0.4, 0.6], "MF-softmax": [0.6, 0.8], "LightGCN-softmax": [0.7, 0.7]}
    results = pd.DataFrame(
        [(model, seed, value) for model, values in found.items() for seed, value in enumerate(values)],
        columns=["model", "split_seed", "ndcg@10"],
    )
    pairs = [("LightGCN-BPR", "MF-BPR", 0.3), ("LightGCN-softmax", "MF-softmax", 0.0), ("MF-softmax", "MF-BPR", 0.5)]
    differences = pd.DataFrame(pairs, columns=["first", "second", "difference"])
    return results, differences.assign(low=differences["difference"] - 0.01, high=differences["difference"] + 0.01)


def test_two_by_two_joins_the_means_of_each_teacher_and_shows_every_split():
    plot = plot_two_by_two(*two_by_two())
    (ax,) = plot.figure.axes
    means = [line.get_ydata() for line in ax.lines if line.get_linewidth() == 2.5]
    assert means[0] == pytest.approx([0.7, 0.7]) and means[1] == pytest.approx([0.2, 0.5])
    dots = [list(line.get_ydata()) for line in ax.lines if line.get_alpha() == 0.45]
    assert dots == [[0.6, 0.8], [0.7, 0.7], [0.1, 0.3], [0.4, 0.6]]
    assert {"0.200", "0.500", "BPR", "softmax"} <= {text.get_text() for text in ax.texts}
    assert "adds +0.300 (+0.290 to +0.310) to NDCG@10, and under softmax +0.000 (" in plot.caption
    assert plot.caption.endswith("The better teacher adds +0.500 without any graph.")


def test_a_pair_turns_where_the_lower_mean_wins_a_split():
    found = {"a": [0.3, 0.2], "b": [0.2, 0.28], "c": [0.1, 0.1], "d": [0.102, 0.101]}
    rows = [(model, seed, value) for model, values in found.items() for seed, value in enumerate(values)]
    plot = plot_turning(pd.DataFrame(rows, columns=["model", "split_seed", "ndcg@10"]))
    assert plot.caption.startswith("Of 6 pairs 1 have a split") and "more than 0.010 apart" in plot.caption
    assert plot.caption.endswith("closer than 0.003 it happens on 0% of the splits.")


FIGURES = ("recall@20", 0.0), ("ndcg@20", 0.01)


def test_what_the_graph_adds_is_measured_against_the_same_without_it():
    there = pd.DataFrame({"LightGCN-softmax": [0.18, 0.19], "MF-softmax": [0.13, 0.15]})
    rows = [("LightGCN-softmax", "MF-softmax", figure, 0.045, 0.04, 0.05 + more) for figure, more in FIGURES]
    table = pd.DataFrame(rows, columns=["first", "second", "figure", "difference", "low", "high"])
    here = pd.DataFrame({"model": ["MF-BPR", "MF-BPR", "MF-softmax"], "ndcg@10": [0.1, 0.3, 0.5]})
    added = [("LightGCN-BPR", "MF-BPR", 0.02, 0.01, 0.03), ("LightGCN-softmax", "MF-softmax", 0.0, -0.01, 0.01)]
    plot = plot_gowalla(
        there, table, here, pd.DataFrame(added, columns=["first", "second", "difference", "low", "high"])
    )
    (ax,) = plot.figure.axes
    assert [label.get_text() for label in ax.get_yticklabels()] == [
        "MovieLens, BPR", "MovieLens, softmax", "Gowalla, softmax",
    ]  # fmt: skip
    intervals = [list(line.get_xdata()) for line in ax.lines[1::2]]
    assert intervals == [pytest.approx([5, 15]), pytest.approx([-2, 2]), pytest.approx([4 / 0.14, 5 / 0.14])]
    assert [float(line.get_xdata()[0]) for line in ax.lines[2::2]] == pytest.approx([10, 0, 4.5 / 0.14])
    assert plot.caption == (
        "On Gowalla, under softmax, LightGCN finds 0.185 of a guest's hidden places within twenty, and matrix "
        "factorisation 0.140. The graph adds +0.0450 (+0.0400 to +0.0500), 32.1% of the latter."
    )


def test_the_tenth_place_is_in_the_top_ten():
    scores, none = np.stack([-np.arange(14.0)] * 2), np.array([], dtype=int)  # film 9 at place 10, film 10 at 11
    plot = plot_climb(scores, scores[0], none, np.array([9, 10, 2, 12]), [f"film {n}" for n in range(14)], "your")
    assert plot.caption == (
        "Before training two of your four hidden raves stood in the top ten, and after 1 epochs two do. After the "
        "first epoch the list has ten of the charts' ten films, and in the end ten."
    )
    red = [line.get_ydata()[0] for line in plot.figure.axes[0].lines if line.get_linewidth() > 2]
    assert sorted(red) == [3, 10]
