import numpy as np
import pandas as pd

from course_lib.party import GUESTS, TOPICS
from course_lib.plots.colours import ACCENT
from course_lib.plots.rounds import (
    plot_by_hand,
    plot_crosstalk,
    plot_finders,
    plot_forgotten,
    plot_lists,
    plot_overlap,
    plot_paper,
    plot_row_sums,
    plot_rules,
    plot_tag,
)
from tests.drawings import words


def texts(plot) -> list[str]:
    return [text.get_text() for ax in plot.figure.axes for text in ax.texts]


def test_the_paper_party_has_a_line_per_rave_and_circles_above_squares(paper):
    plot = plot_paper(paper, GUESTS[:3], TOPICS[:4])
    (ax,) = plot.figure.axes
    assert len(ax.lines) == 6
    assert [float(nodes.get_offsets()[0][1]) for nodes in ax.collections] == [1, 1, 1, 0, 0, 0, 0]
    assert texts(plot) == [
        "Ada",
        "2",
        "Ben",
        "3",
        "Cleo",
        "1",
        "Alien",
        "2",
        "Brazil",
        "2",
        "Casablanca",
        "2",
        "Dune",
        "0",
    ]
    assert plot.caption.startswith("6 raves join 3 guests and 4 films.") and "raved about Dune" in plot.caption


def test_by_hand_has_a_cell_per_tag_and_round_and_frames_the_last():
    rounds = [[0.0, 1.0], [0.5, 0.0]]
    plot = plot_by_hand(rounds, ["Cleo", "Alien"], watched=0)
    assert texts(plot) == ["0", "0.500", "1.000", "0"]
    assert plot.caption == "Alien reaches Cleo in round 1, at 0.500."
    (frame,) = plot.figure.axes[0].patches
    assert (round(frame.get_x() + 0.5), round(frame.get_y() + 0.5)) == (1, 0)
    mean = plot_by_hand(rounds, ["Cleo", "Alien"], watched=0, mean=[0.25, 0.5])
    assert len(texts(mean)) == 6 and mean.caption.endswith("Alien is on Cleo's tag at 0.250.")


def test_a_tag_counts_the_films_and_the_hidden_raves_among_the_loudest_new_ones():
    amount = np.linspace(1, 0, 31)  # the last film has not arrived
    shown, hidden = np.arange(31) < 3, np.isin(np.arange(31), [4, 12, 20])
    plot = plot_tag(amount, shown, hidden, "your", n_raved=40)
    assert plot.caption == (
        "After three rounds 30 of the 40 films that anybody raved about are on your tag. The quietest of your own "
        "raves is 1.0 times as loud as the loudest new film. 2 of the ten loudest new ones were hidden raves."
    )
    assert [len(dots.get_offsets()) for dots in plot.figure.axes[0].collections] == [24, 3, 3]
    alone = plot_tag(amount, shown, hidden & False, "your", n_raved=40)
    assert alone.caption == plot.caption.removesuffix(" 2 of the ten loudest new ones were hidden raves.")


def test_row_sums_draws_every_node_and_the_line_at_one():
    plot = plot_row_sums(np.array([1, 2, 3]), np.array([0.5, 1.05, 2.0]), np.array([True, False, True]))
    (ax,) = plot.figure.axes
    films, guests = ax.collections
    assert films.get_offsets().tolist() == [[2, 1.05]] and guests.get_offsets().tolist() == [[1, 0.5], [3, 2]]
    assert list(ax.lines[0].get_ydata()) == [1, 1]
    assert "33% come close, and the others lie between 0.50 and 2.00" in plot.caption


def test_finders_labels_its_bars_and_compares_two():
    plot = plot_finders({"dice": 0.01, "the charts": 0.2, "gossip": 0.35}, "gossip")
    assert texts(plot) == ["1%", "20%", "35%"]
    assert plot.caption == "Hidden raves found in twenty films: dice 1%, the charts 20% and gossip 35%."


def test_crosstalk_says_how_many_of_the_loudest_are_left():
    amount, new = np.arange(30.0), np.arange(30) < 28  # of the new films 18 to 27 are the loudest
    heard = {64: -amount, 1024: np.where(amount < 23, 0, amount)}
    plot = plot_crosstalk(amount, heard, {"one-hot": 0.32, 64: 0.01, 1024: 0.03}, new, "your")
    assert plot.caption.startswith(
        "Of the ten loudest new films on your tag, these still seem to be among the ten loudest: none with 64 random "
    )
    assert plot.caption.endswith("they find 1% and 3% of the validation raves in twenty films, one-hot tags 32%.")
    assert len(plot.figure.axes) == 2


def test_overlap_has_a_line_for_random_and_one_for_chosen_tags():
    table = pd.DataFrame(
        {"shared": ["none", "over 30 %"], "pairs": [9, 1], "overlap": [-0.05, 0.7], "spread": [0.1, 0.2]}
    )
    plot = plot_overlap(table.assign(overlap=0.0), table)
    assert [line.get_ydata()[-1] for line in plot.figure.axes[0].lines] == [0, 0.7, 0]
    assert len(plot.figure.axes[0].collections) == 2  # a band each
    assert "0.10 up or down" in plot.caption and "from −0.05" in plot.caption and "to 0.70" in plot.caption
    assert "deviation), whoever their fans are" in plot.caption
    assert "almost whoever their fans are" in plot_overlap(table.assign(overlap=[0.0, 0.03]), table).caption


def test_rules_has_two_panels_and_compares_the_symmetric_rule_with_none():
    plot = plot_rules({"none": 6, "row mean": 9, "symmetric": 30}, {"none": 0.2, "row mean": 0.3, "symmetric": 0.4})
    assert texts(plot) == ["30", "9", "6", "40%", "30%", "20%"]
    assert "(30% and 40%)" in plot.caption and "9 different films and not 30" in plot.caption


def test_forgotten_says_what_is_left():
    plot = plot_forgotten({"right": [0.3, 0.5], "bug": [0.1, 0.1]}, "bug")
    assert plot.caption == "With tags that never heard any gossip, 25% of the NDCG@10 is left."
    assert texts(plot) == ["0.10", "0.40"]


def test_lists_tint_what_stands_on_several_and_not_what_stands_twice_on_one():
    svg = plot_lists(7, "films", {"Ada": ["Alien", "Dune", "Dune"], "Ben": ["Alien"], "Cleo": []}).svg("alt")
    assert svg.count("#ffe0a8") == 2 and words(svg)[:2] == ["7", "films"] and "nothing new yet" in words(svg)
    assert ACCENT not in svg
