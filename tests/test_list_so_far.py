"""The list so far: the writer's columns are those that the code gives, yours are computed, and the caption counts."""

import re

import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import FancyBboxPatch, Rectangle

from course_lib.baselines import ease, popularity, untrained_gossip
from course_lib.classroom.guest import newcomer, writer
from course_lib.classroom.progress_list import METHODS, ONLY_KNOWN, lists_so_far, stored_lists
from course_lib.plots.colours import FILM
from course_lib.plots.list_so_far import Column, plot_list_so_far
from course_lib.plots.style import png
from course_lib.tables import stored
from course_lib.widgets.so_far import list_so_far
from tests.benchmarks.writer_lists import row


@pytest.fixture(scope="module")
def you(split):
    return newcomer(split, split.fit.item_degree().topk(9).indices.tolist())


def test_the_table_has_a_list_of_ten_for_every_method():
    table = stored("writer_lists")
    assert table["method"].tolist() == list(METHODS)
    assert all(len(set(films.split())) == 10 for films in table["films"])


@pytest.mark.parametrize("method", ["untrained gossip", "popularity", "item-kNN", "EASE"])
def test_a_stored_list_is_the_one_the_code_gives(real_split, method):
    kept = stored("writer_lists").set_index("method").loc[method]
    again = row(method, real_split)
    assert again["films"] == kept["films"]
    assert again["ndcg@10"] == pytest.approx(kept["ndcg@10"], abs=2e-4)


def test_a_stored_list_holds_no_film_the_writer_has_shown(real_split):
    shown = set(real_split.item_ids[writer(real_split).shown.numpy()].astype(str))
    assert all(not shown & set(films.split()) for films in stored_lists(real_split)["films"])


def test_the_stored_ndcg_is_that_of_the_ladder():
    ladder = stored("results").query("split_seed == 0").set_index("model")["ndcg@10"]
    kept = stored("writer_lists").set_index("method")["ndcg@10"]
    for method in kept.index.intersection(ladder.index):
        assert kept[method] == pytest.approx(ladder[method], abs=2e-3), method  # the ladder chooses its epochs
    assert set(kept.index) - set(ladder.index) == {"LightGCN, folded in"}


@pytest.mark.parametrize(
    ("upto", "names"),
    [
        ("01", ["untrained gossip"]),
        ("04", ["untrained gossip", "popularity"]),
        ("05", ["untrained gossip", "popularity", "LightGCN-BPR"]),
        ("10", list(METHODS)),
    ],
)
def test_a_notebook_shows_the_methods_met_so_far_and_trains_nothing_for_the_writer(
    real_data, real_split, monkeypatch, upto, names
):
    monkeypatch.setattr("course_lib.classroom.progress_list.train", None)
    shown = lists_so_far(writer(real_split), real_data, real_split, upto)
    assert [column.method for column in shown] == names
    assert sum(shown[0].hits) == 3 and shown[0].ndcg == pytest.approx(0.2827, abs=2e-4)


def test_your_columns_are_computed_from_your_films(real_data, real_split):
    you = newcomer(real_split, real_split.item_indices([50, 56, 98, 100, 89, 64, 313, 12, 7]).tolist())
    gossip, charts = lists_so_far(you, real_data, real_split, "04")
    titles = real_data.films["title"]
    assert list(gossip.titles) == titles[you.top(untrained_gossip(real_split.fit)).numpy()].tolist()
    assert gossip.hits == you.hits(you.top(untrained_gossip(real_split.fit))).tolist() and sum(charts.hits)
    assert gossip.ndcg == pytest.approx(0.2827, abs=2e-4)  # over all guests: it is not yours alone


def test_another_split_and_another_party_are_computed(party, split, real_data):
    other = real_data.split(seed=1)
    assert len(stored_lists(other)) == len(stored_lists(split)) == 0
    (column,) = lists_so_far(writer(other), real_data, other, "01")
    hidden = set(real_data.films["title"][writer(other).hidden.numpy()])
    assert column.hits == [title in hidden for title in column.titles]
    (column,) = lists_so_far(writer(split), party, split, "01")
    assert len(column.titles) == 10 and 0 < column.ndcg < 1


def test_what_the_notebook_has_made_is_not_made_again_and_what_is_its_own_gets_a_column(party, split, you, monkeypatch):
    monkeypatch.setattr("course_lib.classroom.progress_list.train", None)
    fresh = {"LightGCN-BPR": ease(split.fit), "yours": popularity(split.fit)}
    shown = lists_so_far(you, party, split, "05", fresh)
    assert [column.method for column in shown] == ["untrained gossip", "popularity", "LightGCN-BPR", "yours"]
    assert list(shown[2].titles) == party.films["title"][you.top(ease(split.fit)).numpy()].tolist()
    assert shown[3].titles == shown[1].titles and shown[3].ndcg == shown[1].ndcg


def test_matrix_factorisation_says_why_it_has_no_list_for_you(party, split, you):
    fresh = {name: popularity(split.fit) for name in METHODS}
    column = lists_so_far(you, party, split, "06", fresh)[4]
    assert column.method == "MF-BPR" and column.titles == [] and column.reason == ONLY_KNOWN["MF-BPR"]
    assert list_so_far(you, party, split, "06", fresh).figure
    assert lists_so_far(writer(split), party, split, "06", fresh)[4].titles


def test_a_trained_column_is_trained_where_nothing_is_stored(party, split, you, monkeypatch):
    trained = []
    monkeypatch.setattr("course_lib.classroom.progress_list.train", lambda model, likes, config: trained.append(config))
    lists_so_far(you, party, split, "05")
    assert [config.loss for config in trained] == ["bpr"]


FILMS = [f"Film {n} (1990)" for n in range(10)]


def column(method: str, n_hits: int, ndcg: float, titles=FILMS) -> Column:
    return Column(method, titles, [place < n_hits for place in range(len(titles))], ndcg)


@pytest.mark.parametrize(
    ("n_hidden", "shown", "caption"),
    [
        (10, [column("gossip", 3, 0.283)],
         "Of your 10 hidden raves (★) gossip finds 3 within ten films. Over all guests (bars) its NDCG@10 is 0.283."),
        (3, [column("gossip", 0, 0.2), column("EASE", 2, 0.3), column("kNN", 2, 0.1)],
         "Of your 3 hidden raves (★) EASE and kNN find 2 and gossip finds none within ten films. Over all guests "
         "(bars) EASE leads with an NDCG@10 of 0.300."),
        (3, [column("a", 0, 0.2), column("b", 1, 0.3), column("c", 2, 0.1), column("d", 2, 0.1)],
         "Of your 3 hidden raves (★) c and d find 2 and a finds none within ten films. Over all guests (bars) b leads "
         "with an NDCG@10 of 0.300."),
        (0, [column("gossip", 0, 0.283)],
         "The ten films that gossip has for you. Over all guests (bars) its NDCG@10 is 0.283."),
        (0, [column("gossip", 0, 0.2), column("EASE", 0, 0.3, ["Alien", *FILMS[1:]]), Column("MF", [], [], 0.1, "no")],
         "2 lists for you: 9 films stand on all of them, and 2 on only one. Over all guests (bars) EASE leads with an "
         "NDCG@10 of 0.300."),
    ],
)  # fmt: skip
def test_the_caption_says_who_found_how_many(n_hidden, shown, caption):
    assert plot_list_so_far("you", "your", n_hidden, shown).caption == caption


LONG = ["Dr. Strangelove or: How I Learned to Stop Worrying and Love the Bomb (1963)", *FILMS[1:]]


@pytest.mark.parametrize(("n", "full"), [(1, 1), (4, 4), (5, 5), (6, 4), (9, 4)])
def test_hits_are_lit_and_starred_and_long_titles_stay_in_their_cell(n, full):
    plot = plot_list_so_far("you", "your", 10, [column(f"method {i}", 1, 0.3, LONG) for i in range(n)])
    png(plot.figure)
    (ax,) = plot.figure.axes
    cells = [patch for patch in ax.patches if isinstance(patch, FancyBboxPatch)]
    assert len(cells) == 10 * n and sum(to_hex(cell.get_facecolor()) == FILM for cell in cells) == n
    starred = [text for text in ax.texts if text.get_text().startswith("★")]
    assert len(starred) == n and sum("Strangelove" in text.get_text() for text in starred) == full
    for text in ax.texts[10:]:
        box = text.get_window_extent().transformed(ax.transData.inverted())
        inside = [cell for cell in cells if cell.get_x() <= text.get_position()[0] <= cell.get_x() + cell.get_width()]
        notes = ("over all", "found", "narrow")
        assert any(note in text.get_text() for note in notes) or box.width <= inside[0].get_width() + 0.1, text


def test_of_many_columns_the_first_the_newest_and_the_best_two_name_their_films_and_no_bar_is_longer_than_its_share():
    films = [[f"{letter} {n}" for n in range(10)] for letter in "ABCDEFGH"]
    shown = [column(f"method {i}", 1, 0.9 - i / 10, titles) for i, titles in enumerate(films)]
    (ax,) = plot_list_so_far("you", "your", 10, shown).figure.axes
    named = {text.get_text().removeprefix("★ ")[0] for text in ax.texts if re.search(r"[A-H] \d$", text.get_text())}
    assert named == set("ABCH")
    (all_named,) = plot_list_so_far("you", "your", 0, shown).figure.axes  # a place without a hit would say nothing
    assert sum(bool(re.search(r"[A-H] \d$", text.get_text())) for text in all_named.texts) == 80
    bars = [patch.get_width() for patch in ax.patches if isinstance(patch, Rectangle)]
    whole, shares = bars[::2], bars[1::2]
    assert len(set(whole)) == 1 and shares == pytest.approx([whole[0] * one.ndcg for one in shown])
