"""Pictures of notebook 06: their captions say what is drawn, whichever way the numbers fall."""

import pandas as pd
import pytest
from matplotlib.colors import to_hex

from course_lib.plots import judging
from course_lib.plots.colours import GUEST, INK, MUTED, PALETTE
from course_lib.plots.ranking import plot_hits


def words(plot) -> list[str]:
    return [text.get_text() for ax in plot.figure.axes for text in ax.texts]


def test_the_hits_of_a_list_are_counted():
    plot = plot_hits(["A", "B", "C"], [False, True, True], 10, "the writer's")
    assert plot.caption == ("The list holds two of the writer's ten hidden raves, the highest of them at place two.")
    assert plot_hits(["A"], [False], 3, "your").caption == "The list holds none of your three hidden raves."
    assert "0.63  ★ hidden rave" in words(plot) and "0.50  ★ hidden rave" in words(plot)


def test_what_lists_hold_adds_up_to_a_hundred():
    shares = pd.DataFrame({"hit": [0.2, 0.1], "low": [0.25, 0.005]}, index=["gossip", "charts"])
    plot = judging.plot_list_contents(shares, "gossip", "charts", 942)
    assert plot.caption == (
        "Of a hundred films in the top tens of gossip for 942 guests, 20 are hidden raves, and their guest has rated "
        "25 with 1 to 3 stars. On charts lists it's 0."
    )
    assert words(plot) == ["20", "10", "25", "55", "90"]  # half a film is too small for its number
    widths = [patch.get_width() for patch in plot.figure.axes[0].patches]
    assert sum(widths) == pytest.approx(200)


def test_lifts_are_means_over_the_splits():
    rows = [("a", 100, 0.1, 0.2), ("a", 101, 0.3, 0.4), ("b", 100, 0.2, 0.2), ("b", 101, 0.2, 0.3)]
    table = pd.DataFrame(rows, columns=["model", "split_seed", "ndcg@10", "hidden"])
    plot = judging.plot_lifts(table, ["a", "b"], "a")
    assert "the NDCG@10 of a rises from 0.200 to 0.300, and all 2 models gain. (MovieLens, mean of 2" in plot.caption


def test_rungs_stand_in_order_and_the_network_stands_out():
    rows = [
        (model, seed, value + seed / 100) for model, value in (("x", 0.1), ("net", 0.3), ("y", 0.2)) for seed in (0, 1)
    ]
    plot = judging.plot_rungs(pd.DataFrame(rows, columns=["model", "split_seed", "ndcg@10"]), ["x", "net", "y"], "y")
    (ax,) = plot.figure.axes
    assert [label.get_text() for label in ax.get_yticklabels()] == ["x", "y", "net"]
    assert [line.get_color() for line in ax.lines[::2]].count(PALETTE[4]) == 1 and words(plot) == [
        "0.105",
        "0.205",
        "0.305",
    ]
    assert (
        plot.caption
        == "Over 2 splits of MovieLens net comes out on top with 0.305, and our network (purple) gets 0.205."
    )


@pytest.mark.parametrize(
    ("last", "verdict"), [((0.3, 0.1, 0.5), "leaves zero out"), ((0.3, -0.1, 0.5), "holds zero too")]
)
def test_what_holds_zero_is_hollow_and_the_caption_says_so(last, verdict):
    rows = {"split 0": (0.1, -0.1, 0.3), "split 1": (0.2, 0.1, 0.3), "all": last}
    plot = judging.plot_told_apart(rows, 2, "a minus b")
    assert plot.caption.startswith("On 1 of 2 single splits the interval holds zero. Over all it runs from ")
    assert plot.caption.endswith(f"to +0.5000 and {verdict}.")
    fills = [line.get_markerfacecolor() for line in plot.figure.axes[0].lines if line.get_marker() == "D"]
    assert fills == ["white", GUEST, GUEST if last[1] > 0 else "white"]
    assert words(plot).count("zero is inside") == fills.count("white")


def test_judges_who_differ_from_the_first_stand_out():
    rows = [
        ("recall@10", "course", 0.1),
        ("recall@10", "LensKit", 0.2),
        ("hit@10", "course", 0.5),
        ("hit@10", "LensKit", 0.5),
    ]
    table = pd.DataFrame(rows, columns=["metric", "judge", "value"])
    plot = judging.plot_judges(table, ["hit@10", "recall@10"], ["course", "LensKit"])
    dark = [to_hex(patch.get_facecolor()) == INK for ax in plot.figure.axes for patch in ax.patches]
    assert dark == [False, False, False, True]
    assert plot.caption == (
        "One list, the charts on MovieLens, and two judges. For recall@10 this course says 0.100 and LensKit says "
        "0.200. Dark bars differ from the first judge's."
    )


def test_protocols_are_compared_across():
    table = pd.DataFrame({"all": [0.3, 0.1], "drawn": [0.5, 0.35]}, index=["EASE", "popularity"])
    plot = judging.plot_protocols(table, "popularity", "EASE")
    assert plot.caption == "Popularity reads 0.350 with drawn, more than the 0.300 that EASE reads with all."


def test_groups_of_guests_may_disagree():
    table = pd.DataFrame({"hit@10": [0.5, 0.8, 0.9], "ndcg@10": [0.2, 0.2, 0.4], "recall@20": [0.5, 0.3, 0.25]})
    plot = judging.plot_by_activity(table, ["1 to\n2", "3 to\n9", "10 to\n20"])
    assert plot.caption == (
        "From the quietest to the busiest quarter of the guests Hit@10 rises, NDCG@10 ends higher and recall@20 falls. "
        "For recall@20 that's from 0.50 to 0.25."
    )


def test_fame_is_read_from_the_left():
    plot = judging.plot_by_fame(pd.DataFrame({"EASE": [0.66, 0.2, 0.015]}, index=["famous", "between", "tail"]), "EASE")
    assert plot.caption == (
        "EASE finds 66% of the hidden raves about the best-known films, and 1.5% of those about the least known."
    )


def test_validation_of_either_kind_is_drawn_below_each_test():
    rows = [("at random", "at random", 0.7), ("by fame", "at random", 0.6), ("by fame", "by fame", 0.8)]
    rows = [(test, validation, seed, value) for test, validation, value in rows for seed in (0, 1)]
    plot = judging.plot_which_part(pd.DataFrame(rows, columns=["test", "validation", "seed", "kendall"]), "by fame")
    assert words(plot) == ["0.70", "0.60", "0.80"]
    assert {line.get_color() for line in plot.figure.axes[0].lines} == {MUTED, GUEST, INK}
    assert plot.caption.startswith(
        "With by fame in the test, validation agrees with it at 0.80 if it was hidden in the"
    )


def test_an_interval_below_zero_leaves_zero_out_and_a_weak_model_may_stay_below():
    plot = judging.plot_told_apart({"split 0": (-0.2, -0.3, -0.1), "all": (-0.3, -0.5, -0.1)}, 1, "a minus b")
    assert plot.caption.startswith("On 0 of 1 single splits") and plot.caption.endswith("and leaves zero out.")
    assert words(plot) == ["zero is left out"] * 2
    table = pd.DataFrame({"all": [0.3, 0.1], "drawn": [0.5, 0.25]}, index=["EASE", "popularity"])
    assert "0.250 with drawn, less than the 0.300" in judging.plot_protocols(table, "popularity", "EASE").caption
