import torch
from matplotlib.colors import to_rgba

from course_lib.graph import edge_index
from course_lib.party import GUESTS, TOPICS, little_party
from course_lib.plots import tables
from course_lib.plots.colours import MUTED
from course_lib.plots.three_views import plot_one_rave
from tests import drawings


def words(ax) -> list[str]:
    return [text.get_text() for text in ax.texts]


def test_matrix_grid_marks_the_entries_that_join_two_of_a_kind():
    matrix = torch.zeros(3, 3)
    matrix[0, 2] = matrix[2, 0] = 1
    matrix[0, 1] = 2  # two guests
    ax = tables.plot_matrix_grid(matrix, n_users=2)
    colors = {patch.get_xy(): patch.get_facecolor() for patch in ax.patches}
    assert set(colors) == {(1.5, -0.5), (-0.5, 1.5), (0.5, -0.5)}
    assert colors[0.5, -0.5] == to_rgba(MUTED) != colors[1.5, -0.5]
    assert sorted(words(ax)) == ["1", "1", "2"]


def test_bipartite_draws_a_line_per_rave_and_numbers_films_after_guests():
    ax = tables.plot_bipartite(little_party(), GUESTS, TOPICS)
    assert len(ax.lines) == 9
    assert {word for word in words(ax) if word.isdigit()} == set("012345678")
    place = {text.get_text(): text.get_position()[1] for text in ax.texts}
    assert place["4"] == place["Alien"] and place["0"] == place["Ada"]


def test_one_rave_is_in_all_three_dresses():
    matrix = torch.zeros(9, 9)
    matrix[tuple(edge_index(little_party()))] = 1
    svg = plot_one_rave(little_party(), matrix, GUESTS, TOPICS, [(1, 2)]).svg("alt")
    assert drawings.words(svg).count("1  Ben") == 3 and "4  Emma" in drawings.words(svg)
    assert drawings.words(svg).count("1") == 18 + 1 + 1  # a one per rave and way, the column 1, the node 1
    assert len(drawings.shapes(svg, "polyline", stroke=MUTED)) == 9
    assert len(drawings.shapes(svg, "circle")) == 4


def test_block_density_counts_the_entries_of_a_tile():
    party = little_party()
    image = tables.plot_block_density(edge_index(party), n_users=4, n_nodes=9, bins=9).images[0].get_array()
    assert image.sum() == 18 and image[1, 6] == 1
    assert image.mask[:4, :4].all() and image.mask[4:, 4:].all()
