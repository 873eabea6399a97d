"""Searching films, and keeping a guest's list."""

import json

import pytest

from course_lib.classroom.guest import find_films, guest_file, load_guest, save_guest

TITLES = [
    "Matrix, The (1999)",
    "Misérables, Les (1995)",
    "Enfer, L' (1994)",
    "E.T. the Extra-Terrestrial (1982)",
    "Blue Angel, The (Blaue Engel, Der) (1930)",
    "Schindler's List (1993)",
    "Truth About Cats & Dogs, The (1996)",
    "Shall We Dance? (1996)",
    "Shall We Dance? (1937)",
    "Stargate (1994)",
    "Star Trek: Generations (1994)",
    "Kiss Me, Guido (1997)",
]


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("matrix", "Matrix, The (1999)"),
        ("THE MATRIX", "Matrix, The (1999)"),
        ("Matrix, The", "Matrix, The (1999)"),
        ("the matrix (1999)", "Matrix, The (1999)"),
        ("les miserables", "Misérables, Les (1995)"),
        ("MISÉRABLES", "Misérables, Les (1995)"),
        ("Mise\u0301rables", "Misérables, Les (1995)"),  # the accent as a character of its own
        ("l'enfer", "Enfer, L' (1994)"),
        ("enfer", "Enfer, L' (1994)"),
        ("et", "E.T. the Extra-Terrestrial (1982)"),
        ("der blaue engel", "Blue Angel, The (Blaue Engel, Der) (1930)"),
        ("the blue angel", "Blue Angel, The (Blaue Engel, Der) (1930)"),
        ("schindlers", "Schindler's List (1993)"),
        ("schindler’s list", "Schindler's List (1993)"),
        ("cats and dogs", "Truth About Cats & Dogs, The (1996)"),
        ("shall we dance 1937", "Shall We Dance? (1937)"),
        ("  kiss   me guido ", "Kiss Me, Guido (1997)"),
    ],
)
def test_a_film_is_found_however_one_writes_it(query, title):
    assert TITLES[find_films(query, TITLES)[0]] == title


def test_whole_words_come_before_beginnings_and_the_list_ends_at_its_limit():
    assert [TITLES[i] for i in find_films("star", TITLES)] == ["Star Trek: Generations (1994)", "Stargate (1994)"]
    assert len(find_films("the", TITLES, limit=2)) == 2
    assert find_films("alien", ["Aliens (1986)", "Alien: Resurrection (1997)", "Alien (1979)"]) == [2, 1, 0]


@pytest.mark.parametrize(
    "titles",  # in the order in which "alien" must find them; each order is that of one rule alone
    [
        ["Alien (1979)", "Alien 3 (1992)"],  # the query itself before what only begins so, although
        ["Alien (1979) (Director's Cut of Many Words)", "Alien 3 (1992)"],  # it is longer,
        ["Alien Nation (1988)", "My Alien (1990)"],  # a beginning before what holds the word, although
        ["Alien Nation: Body and Soul (1995)", "My Alien (1990)"],  # it is longer,
        ["Alien 3 (1992)", "Alien Nation (1988)"],  # and the shorter one of two that begin so.
    ],
)
def test_each_rule_of_the_order_counts(titles):
    for shown in (titles, titles[::-1]):
        assert [shown[i] for i in find_films("alien", shown)] == titles


def test_the_variable_may_name_a_file_at_home(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("COURSE_LIB_GUEST", "~/me.json")
    assert guest_file() == tmp_path / "me.json"


@pytest.mark.parametrize("query", ["", "  ", "?!", "zzz", "matrix 1998"])
def test_nothing_is_found_for_nothing(query):
    assert find_films(query, TITLES) == []


def test_every_title_of_the_catalogue_finds_its_own_film(real_data):
    titles = real_data.films["title"].tolist()
    for title in titles[::40]:
        assert title in [titles[i] for i in find_films(title, titles)]
        assert title in [titles[i] for i in find_films(title.swapcase(), titles)]


def test_a_saved_guest_comes_back(tmp_path):
    path = tmp_path / "new folder" / "me.json"
    save_guest(path, {7: "Misérables, Les (1995)", 3: "Alien (1979)"})
    assert json.loads(path.read_text("utf-8")) == {"liked": {"7": "Misérables, Les (1995)", "3": "Alien (1979)"}}
    assert load_guest(path, {3: "Alien (1979)", 7: "Misérables, Les (1995)", 9: "Dune"}) == [7, 3]
    save_guest(path, {})
    assert load_guest(path, {}) == []


def test_a_guest_is_saved_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "me.json"
    save_guest(path, {3: "Alien (1979)"})

    def full_disk(*_):
        raise OSError("no space left on device")

    monkeypatch.setattr("os.replace", full_disk)
    with pytest.raises(OSError, match="no space"):
        save_guest(path, {7: "Dune (1984)"})
    assert load_guest(path, {3: "Alien (1979)"}) == [3]
    assert [file.name for file in tmp_path.iterdir()] == ["me.json"]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"liked": [1, 2]}', '{"liked": {"x": "Alien"}}', '{"liked"', "[" * 100_000]
)
def test_a_file_that_is_no_guest_is_refused(tmp_path, text):
    path = tmp_path / "me.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"me\.json is not a saved guest; delete it and save again"):
        load_guest(path, {})


def test_a_guest_of_another_party_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"there is no saved guest at me\.json; save one first"):
        load_guest(tmp_path / "me.json", {})
    (tmp_path / "me.json").write_text('{"liked": {"9": null}}')
    with pytest.raises(ValueError, match="names film 9 as None, which this catalogue lacks"):
        load_guest(tmp_path / "me.json", {3: "Alien (1979)"})
    save_guest(tmp_path / "me.json", {3: "Alien (1979)"})
    with pytest.raises(ValueError, match=r"names film 3 as 'Alien .1979.', which this catalogue lacks"):
        load_guest(tmp_path / "me.json", {3: "Made-up film 3 (1950)"})
