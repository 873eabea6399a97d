import inspect
import signal

import numpy as np
import pytest
from sklearn.manifold import trustworthiness

from course_lib.tsne import (
    best_among_nearest,
    clumping,
    measured,
    nearest,
    neighbours_kept,
    pca,
    random_tags,
    seating_plan,
    shared_label_rate,
    tsne,
)


def two_clubs():
    rng = np.random.default_rng(0)
    return np.vstack([rng.normal(size=(15, 8)), rng.normal(size=(15, 8)) + 20])


def test_tsne_keeps_close_neighbours_and_repeats_itself():
    tags, club = two_clubs(), np.repeat([True, False], 15)[:, None]
    positions = tsne(tags, perplexity=5, seed=3)
    assert positions.shape == (30, 2)
    assert shared_label_rate(positions, np.hstack([club, ~club]), k=5) == 1.0
    np.testing.assert_array_equal(positions, tsne(tags, perplexity=5, seed=3))


@pytest.mark.parametrize("perplexity", [0.5, 30, 31])
def test_tsne_refuses_a_perplexity_that_does_not_fit(perplexity):
    with pytest.raises(ValueError, match=rf"below the 30 rows of tags, got {perplexity}; choose a smaller"):
        tsne(two_clubs(), perplexity)


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        (np.zeros(5), r"got shape \(5,\)"),
        (np.zeros((1, 4)), r"got shape \(1, 4\)"),
        (np.zeros((4, 1)), r"got shape \(4, 1\)"),
        (np.array([[0.0, 1.0], [np.nan, 2.0], [1.0, 1.0]]), r"in row 1; drop that row"),
    ],
)
def test_what_is_no_table_of_tags_is_refused(tags, message):
    for function in (lambda x: tsne(x, perplexity=1), pca, nearest, clumping):
        with pytest.raises(ValueError, match=message):
            function(tags)


ALL_THE_SAME = {
    "zeros": np.zeros((12, 8)),
    "one row, many times": np.tile(np.arange(8.0), (12, 1)),
    "too large for single precision": 1e300 * np.random.default_rng(0).random((12, 8)),
    "too small for single precision": 1e-300 * np.random.default_rng(0).random((12, 8)),
}


@pytest.mark.parametrize("tags", ALL_THE_SAME.values(), ids=ALL_THE_SAME)
def test_rows_without_spread_are_refused_before_scikit_learn_ends_the_process(tags):
    for function in (lambda tags: tsne(tags, perplexity=3), pca):
        with pytest.raises(ValueError, match="the rows of tags must differ, got a spread of "):
            function(tags)


def test_what_is_no_number_of_tsne_is_refused():
    for change in ({"perplexity": "3"}, {"perplexity": np.nan}, {"seed": -1}, {"seed": "a"}):
        with pytest.raises(ValueError, match=f"^{next(iter(change))} must be "):
            tsne(two_clubs(), **{"perplexity": 5, **change})
    with pytest.raises(ValueError, match="tags must be a table of numbers, got a list of something else"):
        tsne([["a", "b"], ["c", "d"]])


def test_a_map_starts_from_pca_whatever_the_seed():
    tags = np.random.default_rng(1).normal(size=(40, 6))
    np.testing.assert_allclose(tsne(tags, perplexity=5, seed=0), tsne(tags, perplexity=5, seed=7), rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("dots", [np.zeros((12, 2)), np.c_[np.arange(12.0), 3 * np.arange(12.0)]])
def test_dots_on_one_line_have_no_area(dots):
    with pytest.raises(ValueError, match="the 12 dots lie on one line"):
        clumping(dots)


@pytest.mark.parametrize("size", [1e-6, 1, 1e6])
def test_how_large_the_map_is_does_not_decide_whether_it_is_a_line(size):
    thin = size * np.c_[np.arange(12.0), 1e-3 * np.arange(12.0) ** 2]
    assert clumping(thin) == pytest.approx(clumping(thin / size))
    with pytest.raises(ValueError, match="lie on one line"):
        clumping(size * np.c_[np.arange(12.0), 3 * np.arange(12.0)])


def test_infinite_tags_are_refused_as_missing_ones_are():
    with pytest.raises(ValueError, match=r"tags must be finite numbers, got \[1.0, inf\] ... in row 1"):
        nearest(np.array([[0.0, 1.0], [1.0, np.inf], [2.0, 2.0]]), k=1)


def test_pca_finds_the_line_the_points_lie_on():
    points = np.array([[0.0, 0.0, 0.0], [3.0, 4.0, 0.0], [6.0, 8.0, 0.0]])  # on one line, 5 apart
    positions, kept = pca(points)
    assert kept == pytest.approx([1, 0], abs=1e-12)
    assert np.abs(np.diff(positions[:, 0])) == pytest.approx([5, 5])


def test_nearest_and_shared_labels_by_hand():
    points = np.array([[0.0, 0.0], [1.0, 0.0], [5.0, 0.0], [7.0, 0.0]])
    assert nearest(points, 1).tolist() == [[1], [0], [3], [2]]
    labels = np.array([[1, 0], [1, 1], [0, 1], [1, 0]], dtype=bool)
    # 0-1 and 1-0 share the first label; 2-3 and 3-2 share none.
    assert shared_label_rate(points, labels, k=1) == 0.5
    line = np.arange(24.0)[:, None].repeat(2, axis=1)
    of_two = np.eye(2, dtype=bool)[np.arange(24) // 12]
    assert shared_label_rate(line, of_two) == shared_label_rate(line, of_two, k=10) < 1
    with pytest.raises(ValueError, match="k must be a whole number, 1 to 3, the number of other points, got 4"):
        nearest(points, 4)
    with pytest.raises(ValueError, match="labels has 3 rows and points 4"):
        shared_label_rate(points, labels[:3], k=1)


def test_neighbours_kept_by_hand():
    line = np.array([[0.0, 0.0], [1.0, 0.0], [5.0, 0.0], [7.0, 0.0]])
    assert neighbours_kept(line, line[:, ::-1], k=1) == 1
    swapped = line[[0, 2, 1, 3]]  # now 0 sits beside 2, and 1 beside 3
    assert neighbours_kept(line, swapped, k=1) == 0
    assert neighbours_kept(line, swapped, k=3) == 1
    with pytest.raises(ValueError, match="there are 4 tags and 3 positions"):
        neighbours_kept(line, line[:3], k=1)


def test_the_best_film_need_not_be_the_nearest():
    points = np.array([[1.0, 0.0], [2.0, 0.0], [3.0, 3.0], [0.5, 1.0]])  # a guest, a near, a far and a third film
    assert best_among_nearest(points, points[:1] @ points[1:].T, k=1) == 0
    assert best_among_nearest(points, -points[:1] @ points[1:].T, k=1) == 0
    assert best_among_nearest(points, points[:1] @ points[1:].T, k=2) == 1
    rng = np.random.default_rng(0)
    tags = rng.normal(size=(30, 5))
    tags /= np.linalg.norm(tags, axis=1, keepdims=True)
    assert best_among_nearest(tags, tags[:10] @ tags[10:].T) == 10  # all of one length
    with pytest.raises(ValueError, match="there are 3 points and 4 guests and films in scores"):
        best_among_nearest(points[:3], np.ones((1, 3)))
    with pytest.raises(ValueError, match="k must be a whole number, 1 to 3, the number of films, got 4"):
        best_among_nearest(points, np.ones((1, 3)), k=4)


def test_clumping_by_hand_and_on_scattered_and_huddled_dots():
    # Corners of a square of side 2: gap 2, covariance 4/3 on both axes, area 16 pi / 3.
    square = np.array([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]])
    assert clumping(square) == pytest.approx(2 / (0.5 * np.sqrt(16 * np.pi / 3 / 4)))
    rng = np.random.default_rng(0)
    scattered = rng.uniform(-1, 1, size=(4000, 2))
    scattered = scattered[np.hypot(*scattered.T) < 1]
    assert clumping(scattered) == pytest.approx(1, abs=0.05)
    assert clumping(scattered * [5, 1]) == pytest.approx(1, abs=0.35)  # width is allowed for
    assert clumping(np.repeat(scattered[:50], 10, axis=0) + rng.normal(0, 0.01, (500, 2))) < 0.4
    with pytest.raises(ValueError, match=r"must be \(n, 2\), a map, got \(30, 8\)"):
        clumping(two_clubs())


def test_a_seating_plan_is_the_map_and_what_it_is_worth():
    plan = seating_plan(two_clubs(), perplexity=5, seed=3)
    np.testing.assert_array_equal(plan.positions, tsne(two_clubs(), perplexity=5, seed=3))
    assert plan.clumping == clumping(plan.positions)
    assert plan.kept == neighbours_kept(two_clubs(), plan.positions) == measured(two_clubs(), plan.positions).kept
    assert plan.trustworthiness == trustworthiness(two_clubs(), plan.positions, n_neighbors=10) > 0.8


def test_random_tags_have_the_shape_of_the_real_ones_and_are_the_same_every_time():
    tags = random_tags(two_clubs())
    assert tags.shape == (30, 8) and abs(tags.mean()) < 0.3
    np.testing.assert_array_equal(tags, random_tags(two_clubs()))


def test_an_interrupted_map_says_that_nothing_is_kept_and_what_to_do(monkeypatch):
    from sklearn.manifold import TSNE

    def pressed(self, tags):
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(TSNE, "fit_transform", pressed)
    with pytest.raises(
        KeyboardInterrupt, match=r"^tsne was interrupted after 0 seconds of its 500 steps; .* run it again"
    ):
        tsne(np.random.default_rng(0).normal(size=(20, 3)), perplexity=5)


def test_another_seed_draws_other_random_tags_and_a_map_keeps_thirty_neighbours_unless_told():
    assert not np.array_equal(random_tags(two_clubs(), seed=1), random_tags(two_clubs()))
    assert inspect.signature(tsne).parameters["perplexity"].default == 30.0
