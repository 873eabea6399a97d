"""Between a guest and a film: bars as long as the walks are loud, empty ones for the muted peer, parts that add up."""

import pytest

from course_lib.plots.colours import ACCENT, FILM, GUEST, MUTED
from course_lib.plots.walks import NOTHING, Others, Walk, plot_between
from tests.drawings import shapes, words

TWO = [Walk("Alien", 5, 2.0), Walk("Brazil", 3, 1.0)]


def bars(view: str, **attributes: str) -> list[float]:
    return [float(bar.get("width")) for bar in shapes(view, "rect", **attributes) if bar.get("x") == "478.0"]


def test_the_walks_read_from_top_to_bottom_and_are_as_long_as_they_are_loud():
    view = plot_between(TWO, Others(7, 0.5), [1.0]).svg("alt")
    assert bars(view) == [250, 125, 62.5]
    assert bars(view, fill=MUTED) == [62.5]
    told = words(view)
    assert told[2:11] == ["Alien", "guest 5", "2.000", "Brazil", "guest 3", "1.000", "all 7 others", "0.500",
                             "the score 1.00, by hop"]  # fmt: skip
    assert "nobody is muted" in told
    assert len(shapes(view, "circle", fill=GUEST)) == 2


def test_what_is_longer_than_the_axis_is_an_arrow_with_its_number():
    view = plot_between(TWO, Others(9, 9.0), [1.0]).svg("alt")
    assert bars(view, fill=MUTED) == [234] and len(shapes(view, "polygon", fill=MUTED)) == 1
    assert "9.000" in words(view)


def test_the_walks_of_a_muted_peer_are_empty_and_those_not_among_the_loudest_have_a_row():
    view = plot_between(TWO, NOTHING, [1.0], peer=3, more=Others(4, 0.25), scores=(2.5, 2.25, 2.75)).svg("alt")
    assert bars(view, fill="white") == [125, 31.2] and bars(view, fill=FILM) == [250]
    told = words(view)
    assert "1.000 muted" in told and "0.250 muted" in told and "4 more over" in told


def test_the_three_scores_of_muting_stand_in_order_on_one_scale():
    view = plot_between([], NOTHING, [2.5], peer=3, scores=(2.5, 2.25, 2.75)).svg("alt")
    everybody, gone = (float(dot.get("cx")) for dot in shapes(view, "circle"))
    (share,) = (float(dot.get("x")) + 7 for dot in shapes(view, "rect", width="14.0"))
    assert [share, everybody, gone] == [650, 710, 770]
    assert words(view)[-6:] == ["everybody there", "2.500", "minus the share", "2.250", "peer gone", "2.750"]
    assert shapes(view, "circle")[1].get("fill") == ACCENT


def test_the_parts_of_a_score_start_at_zero_negative_ones_to_the_left():
    view = plot_between([], NOTHING, [2.0, -0.5]).svg("alt")
    own, one_hop = [bar for bar in shapes(view, "rect") if bar.get("height") == "18.0" and bar.get("x") != "478.0"]
    assert float(own.get("width")) == pytest.approx(4 * float(one_hop.get("width")), abs=0.2)
    assert float(one_hop.get("x")) + float(one_hop.get("width")) == pytest.approx(float(own.get("x")), abs=0.1)
    told = words(view)
    assert "the score 1.50, by hop" in told and "+2.00" in told and "-0.50" in told


def test_where_no_walk_leads_the_picture_says_so():
    assert "no walk of 1 or 3 hops leads here" in words(plot_between([], NOTHING, [1.0]).svg("alt"))


def test_a_rave_has_neither_film_nor_peer_in_between():
    view = plot_between([Walk("", -1, 500.0)], NOTHING, [1.0]).svg("alt")
    assert bars(view, fill=ACCENT) == [250] and not shapes(view, "circle")
