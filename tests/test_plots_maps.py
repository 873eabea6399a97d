import json
from pathlib import Path

import numpy as np
import pytest

from course_lib.plots import maps
from tests.drawings import shapes

POSITIONS = np.arange(20, dtype=float).reshape(10, 2)


def test_the_chair_is_a_star_and_its_nearest_films_are_named_once_each():
    names = [f"dot {n}" for n in range(10)]
    rank = np.array([0, 11, 12, 13, 14, 1, 2, 3, 4, 5])  # dot 4 is not among the ten nearest
    plot = maps.plot_chair(POSITIONS, 4, names, "your", rank, k=3)
    room, corner = plot.figure.axes
    assert room.collections[2].get_offsets().tolist() == [[0, 1]]
    assert sorted(text.get_text() for text in corner.texts) == ["dot 4", "dot 5", "dot 6"]
    assert plot.caption == "The plan puts the films dot 4 and dot 5 near your chair. Can you believe the two?"
    assert maps.true_and_false(POSITIONS, rank, 4) == (5, 4)
    assert maps.true_and_false(POSITIONS, rank + 10, 4) == (5, 4)  # no true one: the one that comes closest


def test_two_maps_draw_guests_first_and_say_what_they_keep():
    both = {"t-SNE": POSITIONS, "PCA": -POSITIONS}
    plot = maps.plot_two_maps(both, 4, {"t-SNE": 0.5, "PCA": 0.25})
    guests, films, _ = plot.figure.axes[1].collections
    np.testing.assert_array_equal(guests.get_offsets(), -POSITIONS[:4])
    np.testing.assert_array_equal(films.get_offsets(), -POSITIONS[4:])
    assert not np.array_equal(guests.get_paths()[0].vertices, films.get_paths()[0].vertices)
    assert "t-SNE map 50% are true neighbours, and on the PCA map 25%" in plot.caption


def test_genres_are_counted_on_the_map_in_the_tags_and_by_chance():
    flags = np.zeros((20, 3), dtype=bool)
    flags[:10, 0] = flags[10:, 1] = flags[0, 2] = True  # the third genre has one film, which has no other beside it
    apart = np.where(flags[:, :1], 0, 100) + np.random.default_rng(0).normal(size=(20, 2))
    plot = maps.plot_genres({"on the map": apart, "in the tags": apart}, flags, ("War", "Horror", "Western"))
    (ax,) = plot.figure.axes
    assert [label.get_text() for label in ax.get_xticklabels()] == ["War", "Horror", "any genre"]
    assert ax.containers[0][0].get_height() == pytest.approx(90)  # nine of the ten nearest
    assert ax.containers[2][0].get_height() == pytest.approx(100 * 9 / 19)
    assert [round(bars[-1].get_height()) for bars in ax.containers] == [90, 90, 47]  # what the caption says
    assert "in 90% of cases on the map, in 90% in the tags, and in 47% with" in plot.caption


def test_popularity_axis_points_towards_fame():
    plot = maps.plot_popularity_axis(np.array([1.0, -0.5]), np.array([1, 40]), 0.24)
    (ax,) = plot.figure.axes
    assert ax.collections[0].get_offsets().tolist() == [[1, -1], [40, 0.5]]
    assert ax.get_xscale() == "log" and ax.get_xticks().tolist() == [1, 3, 10, 30]
    assert "holds 24%" in plot.caption and "is 1.00" in plot.caption


def test_a_riddle_does_not_say_which_room_is_real():
    plot = maps.plot_riddle([POSITIONS, -POSITIONS])
    assert [ax.get_title("left") for ax in plot.figure.axes] == ["left", "right"]
    assert all(len(ax.collections) == 1 for ax in plot.figure.axes)  # guests and films have one colour
    assert "10 dots" in plot.caption and "random" not in plot.caption


def test_real_and_random_stand_in_a_grid():
    kept = {("real", 2): 0.9, ("real", 30): 0.8, ("random", 2): 0.7, ("random", 30): 0.6}
    mixed = POSITIONS[[0, 2, 4, 6, 1, 3, 5, 7, 8, 9]]  # each guest's nearest is a film
    rooms = {(kind, p): ((POSITIONS if kind == "real" else mixed) + p, share) for (kind, p), share in kept.items()}
    plot = maps.plot_real_and_random(rooms, 4)
    axes = plot.figure.axes
    assert [ax.get_title("left") for ax in axes[::2]] == [
        "real, perplexity 2: 90% true",
        "random, perplexity 2: 70% true",
    ]
    np.testing.assert_array_equal(axes[1].collections[0].get_offsets(), POSITIONS[:4] + 30)
    assert "80% of the ten nearest are true against 60%" in plot.caption


def test_a_far_film_with_a_long_tag_wins_by_dot_product():
    films = np.array([[1.5, 0.0, 0.0], [2.0, 3.0, 0.0], [0.1, 0.1, 0.0]])
    plot = maps.plot_far_and_near(np.array([1.0, 0.0, 0.0]), films, ["near", "far", "other"], "your")
    assert plot.caption.startswith("far lies") and "your chair" in plot.caption
    words = [text.get_text() for text in plot.figure.axes[0].texts]
    assert "far\ndot product 2.00, distance 3.16" in words and "all tags\nbegin here" in words
    assert plot.caption.endswith("Only the gap between the two films isn't to scale.")


def test_clubs_carry_their_letters_and_the_ratio():
    ratio = {"truth": 10.0, "one": 1.5, "two": 2.5}
    plot = maps.plot_clubs({name: POSITIONS * side for name, side in zip(ratio, (1, -1, 1), strict=True)},
                           np.array(list("AAABBBBCCC")), ratio)  # fmt: skip
    assert [text.get_text() for text in plot.figure.axes[1].texts] == ["A", "B", "C"]
    np.testing.assert_array_equal(plot.figure.axes[1].collections[0].get_offsets(), -POSITIONS[:3])
    assert "10 times as far" in plot.caption and "The two maps make it 1.5 and 2.5 times" in plot.caption


def test_words_on_a_seating_plan_do_not_hide_each_other():
    rng = np.random.default_rng(0)
    sketch = maps.plot_seating_plan(rng.normal(size=(60, 2)), 20, [f"name {n}" for n in range(60)], "t", range(20, 32))
    heights = [(float(t.get("x")), float(t.get("y"))) for t in shapes(sketch.svg("alt"), "text") if "name" in t.text]
    named = heights[1:]  # the first stands in the legend
    for i, (x, y) in enumerate(named):
        assert all(abs(y - other) > 15 or abs(x - left) > 50 for left, other in named[:i])


def test_the_recommender_of_notebook_10_is_at_most_50_lines():
    notebook = json.loads((Path(__file__).parent.parent / "notebooks" / "10_peer_influence.ipynb").read_text())
    source = "".join(next(cell for cell in notebook["cells"] if cell["id"] == "fifty-lines")["source"])
    code = [line for line in source.splitlines() if line.strip() and not line.strip().startswith("#")]
    assert len(code) <= 50
