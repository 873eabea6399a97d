import numpy as np
import pytest

from course_lib.plots.sketch import Plane, Sketch, ink_on
from course_lib.plots.style import new_axes
from tests.drawings import alt, shapes, words


def pixels(figure) -> np.ndarray:
    figure.canvas.draw()
    return np.asarray(figure.canvas.buffer_rgba())


def test_a_plane_maps_its_corners():
    plane = Plane(10, 20, 100, 50, (0, 4), (-1, 1))
    assert plane.at(0, -1) == (10, 70) and plane.at(4, 1) == (110, 20) and plane.at(1, 0) == (35, 45)


def test_both_twins_hold_the_same_shapes():
    sketch = Sketch(200, 100)
    sketch.rect(20, 10, 60, 40, "#ff0000")
    sketch.circle(150, 50, 20, "#0000ff")
    sketch.text(5, 80, "words")
    (rect,), (circle,) = shapes(sketch.svg("alt"), "rect"), shapes(sketch.svg("alt"), "circle")
    assert [rect.get(name) for name in ("x", "y", "width", "height")] == ["20.0", "10.0", "60.0", "40.0"]
    assert [circle.get(name) for name in ("cx", "cy", "r")] == ["150.0", "50.0", "20"]
    image = pixels(sketch.figure)
    height, width = image.shape[:2]
    at = lambda x, y: image[int(y / 100 * height), int(x / 200 * width), :3].tolist()  # noqa: E731
    assert at(50, 30) == [255, 0, 0] and at(150, 50) == [0, 0, 255] and at(100, 50) == [255, 255, 255]
    assert sketch.figure.axes[0].texts[0].get_text() == "words" == words(sketch.svg("alt"))[0]


def test_the_later_shape_lies_on_top_in_both_twins():
    sketch = Sketch(100, 100)
    sketch.circle(50, 50, 30, "#0000ff")
    sketch.rect(40, 40, 20, 20, "#ff0000")
    image = pixels(sketch.figure)
    assert image[len(image) // 2, len(image) // 2, :3].tolist() == [255, 0, 0]


def test_words_and_titles_are_escaped():
    sketch = Sketch(100, 100)
    sketch.text(0, 0, "<Romeo & Juliet> $5")
    sketch.rect(0, 0, 1, 1, "red", title='"quoted" <title>')
    svg = sketch.svg('say "hi" & <bye>')
    assert words(svg) == ["<Romeo & Juliet> $5"] and alt(svg) == 'say "hi" & <bye>'
    assert shapes(svg, "rect")[0].find("title").text == '"quoted" <title>'
    sketch.figure.canvas.draw()  # a dollar starts no formula


def test_axes_have_round_numbers_inside_their_span():
    sketch = Sketch(400, 300)
    sketch.axes(Plane(50, 50, 300, 180, (0, 0.17), (-2, 2)), "across", "up")
    assert words(sketch.svg("alt")) == ["0", "0.05", "0.1", "0.15", "−2", "−1", "0", "1", "2", "across", "up"]


def test_an_arrow_is_never_shorter_than_its_head():
    sketch = Sketch(100, 100)
    sketch.arrow((50, 80), (50, 76), "red")
    (head,) = shapes(sketch.svg("alt"), "polygon")
    y = [float(point.split(",")[1]) for point in head.get("points").split()]
    assert max(y) == 80 and min(y) == 76


def test_two_drawings_on_a_page_share_no_id():
    ids = []
    for _ in range(2):
        sketch = Sketch(10, 10)
        sketch.rect(0, 0, 5, 5, "red", hatched=True)
        svg = sketch.svg("alt")
        ids.append(svg[svg.index('pattern id="') + 12 :].split('"')[0])
        assert f"url(#{ids[-1]})" in svg
    assert ids[0] != ids[1]


@pytest.mark.parametrize(("colour", "ink"), [("#ffffff", "#222222"), ("#ffa90e", "#222222"), ("#832db6", "#ffffff")])
def test_ink_reads_on_its_ground(colour, ink):
    assert ink_on(colour) == ink


def test_a_figure_is_a_white_card_with_round_corners():
    image = pixels(new_axes(3, 2).figure)
    assert image[0, 0, 3] == 0 and image[2, image.shape[1] // 2].tolist() == [255, 255, 255, 255]
