"""The opening of 01: who ticks gets a list, each film with the walk that brought it; nothing that is kept gets lost."""

import json
import subprocess
import sys
from html import escape

import numpy as np
import pytest

from course_lib.baselines import untrained_gossip
from course_lib.classroom.guest import protagonist, writer
from course_lib.graph import adjacency
from course_lib.influence import strongest_walks
from course_lib.plots.colours import ACCENT, FILM
from course_lib.plots.opening import Arrival, plot_arrivals
from course_lib.recommendation import recommend
from course_lib.widgets.arrival import ArrivalWidget
from course_lib.widgets.film_picker import FilmPicker
from tests.drawings import alt, shapes, words


@pytest.fixture(autouse=True)
def file(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_LIB_GUEST", str(tmp_path / "guest.json"))
    return tmp_path / "guest.json"


@pytest.fixture
def widget(party, split) -> ArrivalWidget:
    return ArrivalWidget(party, split)


@pytest.fixture
def famous(split) -> list[int]:
    return split.fit.item_degree().topk(9).indices.tolist()


def tick(widget, items) -> None:
    for item in items:
        widget.films.search.value = widget._names[item]
        widget.films.found[0].value = True


def test_it_opens_on_the_writers_list_and_does_not_say_what_was_hidden(widget, split):
    guest = widget.guest()
    assert guest.name == "the writer" and "hid" not in widget.summary() and "★" not in widget.view.value
    expected = recommend(untrained_gossip(split.fit), split, user=28)["item_id"].tolist()
    assert split.item_ids[[walk.item for walk in widget.walks()]].tolist() == expected


def test_each_tick_is_answered_with_your_list_and_its_walks_and_is_kept(widget, party, split, famous, file):
    tick(widget, famous[:3])
    mine = split.item_ids[sorted(famous[:3])]
    expected = recommend(untrained_gossip(split.fit), split, liked=mine)["item_id"]
    assert split.item_ids[[walk.item for walk in widget.walks()]].tolist() == expected.tolist()
    items = [walk.item for walk in widget.walks()]
    assert widget.walks() == strongest_walks(adjacency(split.fit), split.fit.n_users, sorted(famous[:3]), items)
    assert widget.summary().startswith("You raved about 3 films. Tick 8 or more, and later notebooks hide 3")
    first = widget.walks()[0]
    names = widget._names
    walk = f"1. you – {names[first.liked]} – guest {split.user_ids[first.peer]} – {names[first.item]}"
    assert walk in widget.summary()
    assert set(json.loads(file.read_text())["liked"]) == set(map(str, mine))
    assert protagonist(party, split).shown.tolist() == sorted(famous[:3])
    again = ArrivalWidget(party, split)  # in a fresh kernel
    assert again.summary() == widget.summary()


def test_of_eight_ticks_all_are_told_here_and_three_are_hidden_later(widget, party, split, famous):
    tick(widget, famous[:8])
    assert widget.summary().startswith("You raved about 8 films.\n1. you – ")
    assert len(widget.guest().shown) == 8 and len(protagonist(party, split).shown) == 5


def test_the_picture_lights_one_walk(widget, famous):
    tick(widget, famous[:4])
    before = widget.view.value
    assert alt(before) == widget.summary().replace("\n", " ")
    most = max(widget.walks(), key=lambda walk: walk.n_walks)
    assert widget.place.value == widget.walks().index(most) + 1  # where most walks lead is lit first
    widget.place.value = 3 if widget.place.value != 3 else 4
    assert widget.view.value != before
    walk = widget.walks()[widget.place.value - 1]
    title, peer = widget._names[walk.item], widget._peer(walk)
    bold = [text.text for text in shapes(widget.view.value, "text") if text.get("font-weight") == "bold"]
    assert peer in bold and any(title.split(" (")[0] in words for words in bold)
    assert f"brought only {walk.share:.0%}." in widget.view.value
    assert len(shapes(widget.view.value, "polyline", stroke=ACCENT)) == 3


def test_a_walk_is_drawn_station_by_station():
    arrivals = [
        Arrival("Star Wars", "guest 276", "Blade Runner"),
        Arrival("Star Wars", "guest 5", "Alien"),
    ]
    page = plot_arrivals("you", arrivals, 0).svg("words")
    assert words(page)[:4] == ["you", "raved about", "so did", "who also raved about"]
    assert words(page)[4:] == ["Star Wars", "guest 276", "guest 5", "1  Blade Runner", "2  Alien"]
    lit = [shape for shape in shapes(page, "rect") if shape.get("fill") == FILM]
    assert len(lit) == 2 and len(shapes(page, "polyline")) == 6
    assert plot_arrivals("you", [], -1).svg("nothing")


def test_all_unticked_is_the_writer_again_and_forgetting_deletes_the_file(widget, famous, file):
    tick(widget, famous[:2])
    assert widget.forget.layout.display == "" and "kept on this computer" in widget._kept.note.value
    widget.forget.click()
    assert not file.exists() and widget.guest().name == "the writer" and widget.forget.layout.display == "none"
    tick(widget, famous[:1])
    assert widget.guest().name == "you" and file.exists()


@pytest.mark.parametrize("text", ["nonsense", '{"liked": {"1": "Matrix, The (1999)"}}'])
def test_a_file_that_cannot_be_used_stays_as_it_is(party, split, file, famous, text):
    file.write_text(text)
    widget = ArrivalWidget(party, split)
    assert "could not be read, and what you tick here is not kept: guest.json" in widget._kept.note.value
    tick(widget, famous[:2])
    assert widget.guest().name == "you" and file.read_text() == text
    widget.forget.click()  # on purpose
    tick(widget, famous[:2])
    assert json.loads(file.read_text())["liked"]


def test_a_full_disk_is_a_sentence(widget, famous, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("course_lib.widgets.film_picker.save_guest", full)
    tick(widget, famous[:1])
    assert "not kept: No space left on device." in widget._kept.note.value and widget.guest().name == "you"


def test_where_it_is_off_nothing_is_kept(party, split, famous, monkeypatch, file):
    monkeypatch.setenv("COURSE_LIB_GUEST", "off")
    widget = ArrivalWidget(party, split)
    tick(widget, famous[:2])
    assert widget.guest().name == "you" and not file.exists() and widget._kept.note.value == ""


def test_every_film_ticked_leaves_a_sentence(widget, split):
    widget.films.tick(range(split.fit.n_items))
    widget._answer()
    assert widget.walks() == [] and "nothing left to recommend" in widget.view.value
    widget.place.value = 10
    assert widget.view.value


def test_a_searched_film_is_ticked_unticked_and_put_back():
    told = []
    films = FilmPicker(["Alien (1979)", "Aliens (1986)", "Brazil (1985)"], [2], lambda: told.append(films.ticked()))
    films.search.value = "alien"
    assert [box.description for box in films.found[:2]] == ["Alien (1979)", "Aliens (1986)"]
    assert [box.layout.display for box in films.found[:3]] == ["", "", "none"]
    films.found[1].value = True
    assert told == [[2, 1]]
    films._raves[2].value = False
    assert told[-1] == [1] and len(films._row.children) == 2
    films.search.value = "brazil"
    assert films.found[0].value is False and films.ticked() == [1] and len(told) == 2  # a search ticks nothing
    films.found[0].value = True
    assert films.ticked() == [2, 1] and films._raves[2].value
    films.search.value = "zzz"
    assert "No title holds these words." in films._note.value
    films.tick([0])
    assert films.ticked() == [0] and len(told) == 3


def test_it_is_shown_live_with_its_words_and_its_picture(widget, monkeypatch):
    shown = []
    monkeypatch.setattr("course_lib.widgets.live.display", lambda data, **_: shown.append(data))
    widget._ipython_display_()
    assert shown[0]["text/plain"] == widget.summary() and shown[1]["image/png"]
    liked = {walk.liked for walk in widget.walks()}
    caption = shown[2]["text/plain"]
    assert caption.startswith("The writer raved about ") and escape(caption) in widget.view.value
    n = len(widget.guest().shown)
    assert f"of the writer's {n} raves are drawn" in caption and len(liked) < n


def test_how_loudly_films_arrive_is_told_and_drawn(widget, split, famous):
    tick(widget, famous[:4])
    plot = widget.how_loud()
    scores = widget.guest().scores(untrained_gossip(split.fit))
    others = [item for item in (split.fit.item_degree() > 0).nonzero().flatten().tolist() if item not in famous[:4]]
    heard = int((scores[others] > 0).sum())
    assert plot.caption.startswith(f"Gossip brings {heard} of the {len(others)} films that others raved about and you ")
    first = widget.walks()[0].item
    fans = [user for user, item in zip(split.fit.user.tolist(), split.fit.item.tolist(), strict=True) if item == first]
    raves = [split.fit.items_of(fan).tolist() for fan in fans]
    shared = sum(len({*mine} & {*famous[:4]}) / len(mine) for mine in raves) / len(fans)
    assert f"On average {shared:.0%} of its fans' raves are yours too, at " in plot.caption
    assert [len(dots.get_offsets()) for dots in plot.figure.axes[0].collections] == [heard - 10, 10]
    assert plot.figure.axes[0].collections[1].get_array()[0] == pytest.approx(shared)


def test_a_film_is_louder_the_more_of_its_fans_raves_are_the_writers(real_data, real_split):
    plot = ArrivalWidget(real_data, real_split).how_loud()
    others, listed = plot.figure.axes[0].collections
    fame, loud = np.vstack([others.get_offsets(), listed.get_offsets()]).T
    shared = np.concatenate([others.get_array(), listed.get_array()])
    famous = fame >= 150
    assert famous.sum() == 39 and np.corrcoef(shared[famous], (loud / fame**0.5)[famous])[0, 1] > 0.9
    assert np.corrcoef(fame, loud)[0, 1] > 0.8  # the dots climb
    assert (fame == 250).sum() == 1 and "Bordello of Blood (1996), with 12 raves" in plot.caption
    assert loud[fame == 12].max() > loud[fame == 250].item()
    fit, titles = real_split.fit, real_data.films["title"]
    gossip = untrained_gossip(fit)
    wrong = writer(real_split).top(lambda users: gossip(users).roll(1, dims=1)).tolist()
    (odd,) = [film for film in wrong if titles.iloc[film].startswith("Amityville 1992")]
    assert fit.item_degree()[odd] == 0  # so no walk leads there
    assert int((fit.item_degree() == 0).sum()) == 266 and len(real_split.test.user.unique()) == 942


def test_with_one_rave_all_gossip_comes_through_it(widget, famous):
    tick(widget, famous[:1])
    assert "No single rave" not in widget._lit() and "drawn" not in widget._lit()


@pytest.mark.parametrize(
    ("title", "drawn"),
    [
        ("Alien (1979)", "Alien (1979)"),
        ("Empire Strikes Back, The (1980)", "Empire Strikes Back, The (1980)"),
        ("Adventures of Body Snatchers, The (1993) no. 573", "Adventures of Body Snatchers (1993)"),
        ("Monty Python and the Holy Grail (1974)", "Monty Python and the Holy Grail"),
        ("A title without a year that is far too long", "A title without a year that is far…"),
    ],
)
def test_a_long_title_keeps_its_year(title, drawn):
    page = plot_arrivals("you", [Arrival("Star Wars", "guest 276", title)], 0).svg("words")
    assert words(page)[-1] == f"1  {drawn}"


def test_the_first_list_needs_no_slow_import():
    code = (
        "import sys; from course_lib.data import load_movielens; from course_lib.widgets.arrival import ArrivalWidget; "
        "data = load_movielens('party'); ArrivalWidget(data, data.split()); "
        "print(sorted({m.split('.')[0] for m in sys.modules} & {'matplotlib', 'sklearn', 'torch_geometric'}))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
