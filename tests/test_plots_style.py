"""The course's look comes and goes: every drawing has it, and the learner's settings are as they were."""

import inspect

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from course_lib.graph import edge_index
from course_lib.party import GUESTS, TOPICS, little_party
from course_lib.plots import (
    gossip,
    graph_views,
    guest_list,
    judging,
    learning,
    list_so_far,
    maps,
    pairs,
    ranking,
    receipts,
    rounds,
    walks,
    worth,
)
from course_lib.plots.sketch import Sketch
from course_lib.plots.style import Plot, new_axes, new_figure, new_grid, png, show

PARTY = little_party()
POSITIONS = np.arange(20, dtype=float).reshape(10, 2)
TWO = [(net, how) for net in ("MF", "LightGCN") for how in ("BPR", "softmax")]
DEPTH = pd.DataFrame(
    {"loss": "bpr", "n_layers": [1, 2, 8, 8], "split_seed": 0, "ndcg@10": [0.3, 0.3, 0.2, None], "shared": 1.0,
     "difference": [None, None, None, -0.1], "low": -0.2, "high": -0.05}
)  # fmt: skip
LADDER = pd.DataFrame({"model": ["LightGCN", "EASE"], "split_seed": [0, 0], "ndcg@10": [0.3, 0.2]})
OVERLAP = pd.DataFrame({"shared": ["none", "all"], "pairs": [9, 1], "overlap": [0.0, 0.7], "spread": [0.1, 0.1]})
PLOTS = {
    gossip.plot_flow: [{"load": "100 ratings", "graph": "3 guests"}],
    gossip.plot_how_loud: [
        np.array([3.0, 2.0, 1.0, 0.0]),
        np.array([5, 9, 8, 1]),
        np.ones(4),
        ["Alien", "Brazil", "Dune", "Emma"],
        [0, 1],
        "the writer",
        "the writer's",
    ],
    graph_views.plot_between_guests: [PARTY, GUESTS, TOPICS, 0, 1],
    graph_views.plot_seats: [GUESTS, TOPICS],
    graph_views.plot_row_and_column: [edge_index(PARTY), 4, 9, 1, "Ben's"],
    graph_views.plot_wrong_lines: [edge_index(PARTY), edge_index(PARTY) // 2, 4, 9],
    graph_views.plot_who_speaks: [5, 4, list("abcde"), [1, 2, 3, 4, 5]],
    graph_views.plot_changed_lines: [PARTY, PARTY, GUESTS, TOPICS],
    guest_list.plot_ages: [pd.DataFrame({"age": [21, 25], "gender": ["F", "M"]}), 0, "the writer"],
    guest_list.plot_charts: [pd.DataFrame({"rated": [1, 2], "raved": [2, 1], "title": ["Alien", "Brazil"]}), 1],
    guest_list.plot_found: [
        pd.DataFrame(
            [[1, 2, 3, 4, 5], [0, 1, 2, 4, 5]],
            pd.MultiIndex.from_product([[0], ["every rating", "raves only"]], names=["split_seed", "charts"]),
            range(1, 6),
        ),
        "every rating",
        "raves only",
    ],
    guest_list.plot_long_tail: [np.array([1, 6, 1]), 1, [0], ["Alien", "Brazil", "Dune"], "your"],
    guest_list.plot_raves_found: [
        "a",
        pd.DataFrame({"b": [-10.0]}, pd.MultiIndex.from_tuples([("a party", 0)], names=["party", "split_seed"])),
        ["b"],
        0,
    ],
    guest_list.plot_sessions: [pd.Series([0.0, 10.0])],
    guest_list.plot_stars: [["Alien", "Brazil"], [5, 2], "the writer"],
    learning.plot_climb: [
        np.array([[3.0, 2, 1], [1, 2, 3]]),
        np.array([3, 1, 2]),
        np.array([0]),
        np.array([2]),
        list("abc"),
        "your",
    ],
    learning.plot_depth: [DEPTH],
    learning.plot_depth_by_teacher: [pd.concat([DEPTH, DEPTH.assign(loss="softmax")])],
    learning.plot_overfitting: [
        pd.DataFrame({"reg_weight": [0.0, 0.1], "split_seed": 0, "epoch": 1, "loss": 0.5, "ndcg@10": [0.1, 0.2]})
    ],
    learning.plot_rivals: [{"a": np.arange(20.0), "b": np.ones(20)}, "your"],
    learning.plot_turning: [
        pd.DataFrame({"model": list("aabb"), "split_seed": [0, 1] * 2, "ndcg@10": [3, 1, 2.001, 1.998]})
    ],
    learning.plot_two_by_two: [
        pd.DataFrame({"model": [f"{net}-{how}" for net, how in TWO], "split_seed": 0, "ndcg@10": 0.3}),
        pd.DataFrame(
            [(f"LightGCN-{how}", f"MF-{how}", 0.1, 0.0, 0.2) for how in ("BPR", "softmax")]
            + [("MF-softmax", "MF-BPR", 0.1, 0.0, 0.2)],
            columns=["first", "second", "difference", "low", "high"],
        ),
    ],
    learning.plot_gowalla: [
        pd.DataFrame({"MF-softmax": [0.17, 0.18], "LightGCN-softmax": [0.18, 0.19]}),
        pd.DataFrame(
            [("LightGCN-softmax", "MF-softmax", "recall@20", 0.01, 0.0, 0.02)],
            columns=["first", "second", "figure", "difference", "low", "high"],
        ),
        pd.DataFrame({"model": [f"{net}-{how}" for net, how in TWO], "split_seed": 0, "ndcg@10": 0.3}),
        pd.DataFrame(
            [(f"LightGCN-{how}", f"MF-{how}", 0.1, 0.0, 0.2) for how in ("BPR", "softmax")],
            columns=["first", "second", "difference", "low", "high"],
        ),
    ],
    judging.plot_by_activity: [pd.DataFrame({"hit@10": [0.5, 0.9], "recall@20": [0.4, 0.2]}), ["1 to 2", "3 to 9"]],
    judging.plot_by_fame: [pd.DataFrame({"EASE": [0.6, 0.1]}, index=["famous", "the tail"]), "EASE"],
    judging.plot_judges: [
        pd.DataFrame({"metric": ["hit@10"] * 2, "judge": ["course", "PyG"], "value": [0.5, 0.6]}),
        ["hit@10"],
        ["course", "PyG"],
    ],
    judging.plot_lifts: [
        pd.DataFrame({"model": ["EASE"], "split_seed": [0], "ndcg@10": [0.3], "hidden": [0.4]}),
        ["EASE"],
        "EASE",
    ],
    judging.plot_list_contents: [pd.DataFrame({"hit": [0.2], "low": [0.3]}, index=["EASE"]), "EASE", "EASE", 9],
    judging.plot_protocols: [pd.DataFrame({"all": [0.3], "drawn": [0.5]}, index=["EASE"]), "EASE", "EASE"],
    judging.plot_rungs: [LADDER, ["LightGCN", "EASE"], "LightGCN"],
    judging.plot_told_apart: [{"split 0": (0.1, -0.1, 0.3), "all": (0.1, 0.05, 0.2)}, 1, "a minus b"],
    judging.plot_which_part: [
        pd.DataFrame({"test": ["a"] * 2, "validation": ["a", "at random"], "seed": [0, 0], "kendall": [0.8, 0.6]}),
        "a",
    ],
    list_so_far.plot_list_so_far: [
        "you",
        "your",
        3,
        [list_so_far.Column("gossip", ["Alien", "Brazil"], [True, False], 0.3)],
    ],
    maps.plot_chair: [POSITIONS, 4, [f"dot {n}" for n in range(10)], "your", 2 * np.arange(10), 3],
    maps.plot_two_maps: [{"a": POSITIONS, "b": POSITIONS}, 4, {"a": 0.5, "b": 0.2}],
    maps.plot_far_and_near: [np.ones(2), POSITIONS[1:], [f"film {n}" for n in range(9)], "your"],
    maps.plot_genres: [{"on the map": np.eye(12), "in the tags": np.eye(12)}, np.ones((12, 1), dtype=bool), ["War"]],
    maps.plot_popularity_axis: [POSITIONS[:, 0], np.arange(1, 11), 0.24],
    maps.plot_rooms: [[("a", POSITIONS), ("b", POSITIONS)], 4],
    maps.plot_riddle: [[POSITIONS, POSITIONS]],
    maps.plot_real_and_random: [{(kind, p): (POSITIONS, 0.5) for kind in ("real", "random") for p in (2, 30)}, 4],
    maps.plot_clubs: [
        {"truth": POSITIONS, "a": POSITIONS, "b": POSITIONS},
        np.array(list("AAABBBBCCC")),
        {"truth": 10.0, "a": 1.0, "b": 2.0},
    ],
    pairs.plot_leak: [[0.28, 0.29], [0.29, 0.30]],
    pairs.plot_loss_and_push: [1.0, 5.0],
    pairs.plot_margins: [{"before": [0.1, -0.2]}, ("Alien", "Brazil"), 0],
    pairs.plot_order_and_error: [{"A": [0.3, 0.1], "B": [0.9, 0.0]}, [True, False]],
    pairs.plot_pair_of_models: [
        pd.DataFrame({"model": list("abc"), "split_seed": 0, "ndcg@10": [0.3, 0.2, 0.1]}),
        pd.DataFrame({"first": ["a"], "second": ["b"], "difference": [0.1], "low": [0.0], "high": [0.2]}),
        "a",
        "b",
        ("c",),
    ],
    pairs.plot_slopes: [np.array([-110.0, 0.0]), dict.fromkeys(("plain", "patched", "safe"), np.array([-1, -0.5])), 0],
    pairs.plot_pushes: [[0.5, 0.4], [0.1, 0.2]],
    pairs.plot_random_films: [0.01, 0.05],
    ranking.plot_against_chance: [[True, False], 10, 400, "your"],
    ranking.plot_hits: [["Alien", "Brazil"], [True, False], 10, "your"],
    receipts.plot_fold_in: ["you", ["Jaws"], [9], ["Alien", "Brazil"], [0.5, 0.3]],
    receipts.plot_shares: [["Alien"], [0.5], ["Jaws", "Psycho"], np.array([[0.4, 0.1]])],
    receipts.plot_beyond: [["Alien", "Brazil"], [0.5, 0.3], ["Jaws", "Psycho"], np.array([[0.4, 0.1], [0.1, 0.2]])],
    receipts.plot_falls: [pd.DataFrame({"a": [1.0, 2.0], "b": [2.0, 3.0]}), "a", "b"],
    receipts.plot_halves: [["Alien"], np.array([[0.3, 0.1, 0.1]]), "your"],
    receipts.plot_either_half: [
        {"rehearsed": {"a": 8.0, "b": 9.0}},
        {"rehearsed": {"the whole": 0.3, "a": 0.2, "b": 0.2}},
        "a",
    ],
    receipts.plot_newcomers: [
        pd.DataFrame({"model": ["EASE"] * 2, "seed": [0, 0], "shown": ["3", "all"], "recall@20": [0.2, 0.4]}),
        {"EASE": "EASE"},
        "EASE",
        "EASE",
    ],
    receipts.plot_damped: [pd.DataFrame({"coverage": [0.2, 0.4], "ndcg": [0.3, 0.2]}, index=[0.0, 1.0])],
    rounds.plot_paper: [PARTY, GUESTS, TOPICS],
    rounds.plot_by_hand: [[[0.0, 1.0], [0.5, 0.0]], ["Cleo", "Alien"], 0],
    rounds.plot_tag: [np.array([3.0, 2.0, 1.0]), np.arange(3) < 1, np.arange(3) == 1, "your", 3],
    rounds.plot_row_sums: [np.array([1, 2]), np.array([0.5, 1.0]), np.array([True, False])],
    rounds.plot_finders: [{"dice": 0.01, "gossip": 0.35}, "gossip"],
    rounds.plot_crosstalk: [
        np.arange(5.0),
        {64: np.ones(5), 1024: np.arange(5.0)},
        {"one-hot": 0.3, 64: 0.02, 1024: 0.05},
        np.ones(5, bool),
        "your",
    ],
    rounds.plot_overlap: [OVERLAP, OVERLAP],
    rounds.plot_rules: [{"row mean": 6, "symmetric": 30}, {"row mean": 0.2, "symmetric": 0.4}],
    rounds.plot_forgotten: [{"right": [0.3, 0.5], "bug": [0.1, 0.1]}, "bug"],
    walks.plot_walks: ["you", "Dune", [walks.Walk("Alien", "Ben", 1.0)]],
    walks.plot_similar: ["your", ["Ben"], [0.5], 0, 1, 2, 3],
    walks.plot_far: [
        pd.DataFrame({"hop": [1], "ends_at": ["films"], "mean_share": [0.1]}),
        pd.DataFrame({"rule": ["a"], "hops": [1], "ndcg@10": [0.1], "shared": [1]}),
        0.15,
    ],
    walks.plot_peers: [[0.5, 0.2], [0.4, -0.1], "Dune"],
    worth.plot_with_and_without: [
        pd.DataFrame([["a", "b", 0.1, 0.0, 0.2]] * 2, columns=["first", "second", "difference", "low", "high"])[:1],
        {"weak": ("a", "b"), "strong": ("a", "b")},
    ],
    worth.plot_two_ladders: [
        pd.DataFrame({"model": [rung.here for rung in worth.RUNGS], "ndcg@10": 0.3}),
        pd.DataFrame({"model": [rung.there for rung in worth.RUNGS], "recall@20": 0.2}),
    ],
}


def words(figure) -> list[tuple]:
    """Font and size of every text of a figure that is drawn, ticks and legends too."""
    return [
        (text.get_text(), text.get_fontsize(), text.get_fontfamily(), text.get_ha())
        for text in figure.findobj(mpl.text.Text)
        if text.get_text()
    ]


def test_every_plot_function_is_tried_and_is_called_so():
    modules = (gossip, graph_views, guest_list, judging, learning, list_so_far, maps, pairs, ranking, receipts, rounds,
               walks, worth)  # fmt: skip
    drawing = {
        function
        for module in modules
        for _, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and "Plot" in str(inspect.signature(function).return_annotation)
    }
    assert drawing == set(PLOTS)
    assert all(function.__name__.startswith("plot_") for function in drawing)


@pytest.mark.parametrize("plot", PLOTS, ids=lambda plot: plot.__name__)
def test_a_plot_leaves_the_settings_alone_and_looks_the_same_under_any(plot):
    before = dict(mpl.rcParams)
    figure = plot(*PLOTS[plot]).figure
    picture = png(figure)
    assert dict(mpl.rcParams) == before
    with mpl.rc_context({"font.size": 30, "font.family": "serif", "axes.titlelocation": "right", "axes.grid": True,
                         "axes.titlesize": 40, "legend.frameon": True, "figure.dpi": 50}):  # fmt: skip
        changed = dict(mpl.rcParams)
        again = plot(*PLOTS[plot]).figure
        assert png(again) == picture
        assert dict(mpl.rcParams) == changed
    assert words(again) == words(figure)


def test_a_sketch_and_bare_axes_leave_the_settings_alone():
    before = dict(mpl.rcParams)
    sketch = Sketch(100, 50)
    sketch.text(10, 10, "words")
    for figure in (sketch.figure, new_figure(2, 2), new_axes(2, 2).figure, new_grid(4, 2, 2, 2)[3].figure):
        assert png(figure)
    assert dict(mpl.rcParams) == before


def test_a_grid_is_read_row_by_row():
    axes = new_grid(6, 4, ncols=3, nrows=2)
    places = [(ax.get_subplotspec().rowspan.start, ax.get_subplotspec().colspan.start) for ax in axes]
    assert places == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]


def test_a_caption_is_shown_below_its_picture_and_is_its_text_twin(monkeypatch):
    shown = []
    monkeypatch.setattr("course_lib.plots.style.display", lambda data, **how: shown.append((data, how)))
    plot = Plot(new_axes(3, 2).figure, "M*A*S*H finds 3 of 10 [hidden] raves.")
    for arguments in ((plot,), (plot.figure, plot.caption)):
        shown.clear()
        show(*arguments)
        (picture, how), (below, _) = shown
        assert picture["text/plain"] == below["text/plain"] == how["metadata"]["image/png"]["alt"] == plot.caption
        assert below["text/markdown"] == r"*M\*A\*S\*H finds 3 of 10 \[hidden\] raves.*"
