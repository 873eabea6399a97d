import json
from pathlib import Path

import numpy as np
import pytest

from course_lib.plots import maps
from tests.drawings import shapes

POSITIONS = np.arange(20, dtype=float).reshape(10, 2)


def test_the_chair_is_a_star_and_its_nearest_films_are_named_once_each():
    names = [f"dot {n}" for n in range(10)]
    plot = maps.plot_chair(POSITIONS, 4, names, "your", k=3)
    room, corner = plot.figure.axes
    assert room.collections[2].get_offsets().tolist() == [[0, 1]]
    assert sorted(text.get_text() for text in corner.texts) == ["dot 4", "dot 5", "dot 6"]
    assert plot.caption == "The two films nearest to your chair are dot 4 and dot 5."


def test_two_maps_draw_guests_first_and_say_what_they_keep():
    both = {"t-SNE": POSITIONS, "PCA": -POSITIONS}
    plot = maps.plot_two_maps(both, 4, {"t-SNE": 0.5, "PCA": 0.25}, {"t-SNE": 0.94, "PCA": 0.8})
    guests, films, _ = plot.figure.axes[1].collections
    np.testing.assert_array_equal(guests.get_offsets(), -POSITIONS[:4])
    np.testing.assert_array_equal(films.get_offsets(), -POSITIONS[4:])
    assert not np.array_equal(guests.get_paths()[0].vertices, films.get_paths()[0].vertices)
    assert "t-SNE map 50% are true neighbours, and on the PCA map 25%" in plot.caption and "0.94" in plot.caption


def test_genres_have_their_own_markers():
    plot = maps.plot_genres(POSITIONS, ["War", "Horror", "other", "War", *["other"] * 6], 0.6, 0.4)
    (ax,) = plot.figure.axes
    shapes = {c.get_label(): c.get_paths()[0].vertices.tobytes() for c in ax.collections}
    assert list(shapes) == ["other", "Horror", "War"] and len(set(shapes.values())) == 3
    counts = {c.get_label(): len(c.get_offsets()) for c in ax.collections}
    assert counts == {"other": 7, "Horror": 1, "War": 2}
    assert "In 60% of cases" in plot.caption and "shuffled it's 40%" in plot.caption
    with pytest.raises(ValueError, match="at most 6 genres can be told apart, got 10"):
        maps.plot_genres(POSITIONS, list("abcdefghij"), 0.6, 0.4)


def test_popularity_axis_points_towards_fame():
    plot = maps.plot_popularity_axis(np.array([1.0, -0.5]), np.array([1, 40]))
    (ax,) = plot.figure.axes
    assert ax.collections[0].get_offsets().tolist() == [[1, -1], [40, 0.5]]
    assert ax.get_xscale() == "log" and ax.get_xticks().tolist() == [1, 3, 10, 30]
    assert "correlation is 1.00" in plot.caption


def test_a_riddle_does_not_say_which_room_is_real():
    plot = maps.plot_riddle([(POSITIONS, 0.4), (-POSITIONS, 0.6)], 4)
    assert [ax.get_title("left") for ax in plot.figure.axes] == ["left", "right"]
    assert "0.40 and 0.60" in plot.caption and "random" not in plot.caption


def test_real_and_random_stand_in_a_grid():
    gaps = {("real", 2): 0.1, ("real", 30): 0.2, ("random", 2): 0.3, ("random", 30): 0.4}
    plot = maps.plot_real_and_random({key: (POSITIONS + key[1], gap, 1 - gap) for key, gap in gaps.items()}, 4)
    axes = plot.figure.axes
    assert [ax.get_title("left") for ax in axes[::2]] == [
        "real, perplexity 2: 90% true",
        "random, perplexity 2: 70% true",
    ]
    np.testing.assert_array_equal(axes[3].collections[0].get_offsets(), POSITIONS[:4] + 30)
    assert "is 0.10 for real and 0.30 for random" in plot.caption and "80% of the neighbours" in plot.caption


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
