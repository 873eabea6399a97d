import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from course_lib.plots import maps
from course_lib.plots.colours import FILM, GUEST
from course_lib.plots.style import show

POSITIONS = np.arange(20, dtype=float).reshape(10, 2)


def test_training_curves_mark_the_best_epoch_and_can_be_saved(tmp_path):
    history = pd.DataFrame({"epoch": [1, 2, 3], "loss": [0.6, 0.4, 0.3], "ndcg@10": [0.1, 0.3, 0.2]})
    axes = maps.plot_training_curves(history, reference=0.15)
    curve, ring, floor = axes[1].lines
    assert curve.get_ydata().tolist() == [0.1, 0.3, 0.2]
    assert (ring.get_xdata()[0], ring.get_ydata()[0]) == (2, 0.3)
    assert list(floor.get_ydata()) == [0.15, 0.15]
    show(axes[0].figure, "alt", save=tmp_path / "training_curves.png")
    assert (tmp_path / "training_curves.png").read_bytes().startswith(b"\x89PNG")


def test_tsne_map_draws_guests_first_and_apart_without_colour():
    ax = maps.plot_tsne(POSITIONS, n_guests=4)
    guests, films = ax.collections
    np.testing.assert_array_equal(guests.get_offsets(), POSITIONS[:4])
    np.testing.assert_array_equal(films.get_offsets(), POSITIONS[4:])
    assert not np.array_equal(guests.get_paths()[0].vertices, films.get_paths()[0].vertices)
    assert not len(ax.get_xticks()) and ax.get_xlabel() == "no unit"


def test_genres_have_their_own_markers():
    ax = maps.plot_genres(POSITIONS, ["War", "Horror", "other", "War", *["other"] * 6])
    shapes = {c.get_label(): c.get_paths()[0].vertices.tobytes() for c in ax.collections}
    assert list(shapes) == ["other", "Horror", "War"] and len(set(shapes.values())) == 3
    counts = {c.get_label(): len(c.get_offsets()) for c in ax.collections}
    assert counts == {"other": 7, "Horror": 1, "War": 2}
    with pytest.raises(ValueError, match="at most 6 genres can be told apart, got 10"):
        maps.plot_genres(POSITIONS, list("abcdefghij"))


def test_pca_axes_say_what_they_keep():
    ax = maps.plot_pca(POSITIONS, 4, [0.25, 0.125])
    assert ax.get_xlabel() == "PC1, 25% of the variance" and ax.get_ylabel() == "PC2, 12% of the variance"


def test_popularity_axis():
    ax = maps.plot_popularity_axis(np.array([-1.0, 0.5]), np.array([1, 40]))
    assert ax.collections[0].get_offsets().tolist() == [[1, -1], [40, 0.5]]
    assert ax.get_xscale() == "log" and ax.get_xticks().tolist() == [1, 3, 10, 30]


def test_seating_plans_stand_in_a_grid():
    plans = {(kind, p): POSITIONS + p for kind in ("real", "random") for p in (5, 30)}
    axes = maps.plot_seating(plans, 4, {key: f"note {key[1]}" for key in plans})
    assert len(axes) == 4
    assert axes[2].get_title("left") == "random, perplexity 5\nnote 5"
    np.testing.assert_array_equal(axes[1].collections[0].get_offsets(), POSITIONS[:4] + 30)


def test_clubs_carry_their_letters():
    axes = maps.plot_clubs([("one", POSITIONS), ("two", -POSITIONS)], np.array(list("AAABBBBCCC")))
    assert [text.get_text() for text in axes[1].texts] == ["A", "B", "C"]
    np.testing.assert_array_equal(axes[1].collections[0].get_offsets(), -POSITIONS[:3])


def test_hops_are_labelled_bars():
    reach = pd.DataFrame({"hop": [1, 2], "ends_at": ["films", "guests"], "mean_share": [0.1, 0.8]})
    axes = maps.plot_hops(reach, [0.5, 0.3, 0.2])
    assert [bar.get_height() for bar in axes[1].patches] == [0.5, 0.3, 0.2]
    assert [text.get_text() for text in axes[0].texts] == ["10%", "80%"]
    first, second = (bar.get_facecolor() for bar in axes[0].patches)
    assert first != second and FILM != GUEST


def test_oversmoothing_draws_both_rules_and_popularity():
    table = pd.DataFrame({"rule": ["a", "a", "b", "b"], "hops": [1, 3, 1, 3]})
    table["ndcg@10"], table["shared"] = [0.1, 0.2, 0.3, 0.4], [1, 2, 3, 4]
    axes = maps.plot_oversmoothing(table, 0.15)
    assert [line.get_ydata().tolist() for line in axes[1].lines] == [[1, 2], [3, 4]]
    assert list(axes[0].lines[2].get_ydata()) == [0.15, 0.15]


def test_the_recommender_of_notebook_10_is_at_most_50_lines():
    notebook = json.loads((Path(__file__).parent.parent / "notebooks" / "10_peer_influence.ipynb").read_text())
    source = "".join(next(cell for cell in notebook["cells"] if cell["id"] == "fifty-lines")["source"])
    code = [line for line in source.splitlines() if line.strip() and not line.strip().startswith("#")]
    assert len(code) <= 50
    names = {line.split()[1].split(".")[0] for line in code if line.startswith(("import", "from"))}
    assert names <= {"torch", "course_lib"}
