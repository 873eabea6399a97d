"""The guest of the course: you from your ticks, else the writer; a file that cannot be used is a sentence."""

import pytest
import torch

from course_lib.baselines import ease, item_knn, popularity, random_scorer, untrained_gossip
from course_lib.classroom.guest import guest_file, newcomer, protagonist, save_guest, seated, writer
from course_lib.graph import adjacency
from course_lib.interactions import Interactions, Split, split_per_user, to_likes
from course_lib.lightgcn import LightGCN
from course_lib.recommendation import recommend


@pytest.fixture(autouse=True)
def file(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_LIB_GUEST", str(tmp_path / "guest.json"))
    return tmp_path / "guest.json"


def tick(file, party, items) -> None:
    films = party.films.iloc[items]
    save_guest(file, dict(zip(films["item_id"].tolist(), films["title"], strict=True)))


def test_until_you_tick_the_guest_is_the_writer_and_nothing_is_said(party, split, capsys):
    guest = protagonist(party, split)
    assert (guest.name, guest.title, guest.possessive, guest.user) == ("the writer", "The writer", "the writer's", 28)
    assert guest.shown.tolist() == split.fit.items_of(27).tolist()
    assert guest.hidden.tolist() == split.test.items_of(27).tolist()
    assert capsys.readouterr().out == ""


def test_the_writer_is_a_guest_of_32_who_writes_with_40_raves_shown_and_10_hidden(real_data, real_split):
    who, guest = real_data.users.set_index("user_id").loc[28], writer(real_split)
    assert (who["age"], who["occupation"], len(guest.shown), len(guest.hidden)) == (32, "writer", 40, 10)
    found = {
        make.__name__: int(guest.hits(guest.top(make(real_split.fit))).sum())
        for make in (untrained_gossip, popularity, ease)
    }
    assert found == {"untrained_gossip": 3, "popularity": 1, "ease": 3}


def test_you_take_a_seat_as_the_last_guest_and_the_writer_keeps_theirs(party, split, file):
    assert seated(protagonist(party, split), split) == (split.fit, 27)
    tick(file, party, [4, 2, 9])
    likes, row = seated(protagonist(party, split), split)
    assert (row, likes.n_users, likes.n_items) == (split.fit.n_users, split.fit.n_users + 1, split.fit.n_items)
    assert likes.items_of(row).tolist() == [2, 4, 9] and len(likes) == len(split.fit) + 3


def test_you_are_your_ticks_and_of_eight_three_are_hidden(party, split, file):
    famous = split.fit.item_degree().topk(9).indices.tolist()
    tick(file, party, famous[:7])
    guest = protagonist(party, split)
    assert (guest.name, guest.title, guest.possessive, guest.user) == ("you", "You", "your", None)
    assert guest.shown.tolist() == sorted(famous[:7]) and len(guest.hidden) == 0
    tick(file, party, famous[:8])
    eight = protagonist(party, split)
    assert (len(eight.shown), len(eight.hidden)) == (5, 3)
    assert sorted([*eight.shown.tolist(), *eight.hidden.tolist()]) == sorted(famous[:8])
    assert protagonist(party, split).hidden.tolist() == eight.hidden.tolist()
    tick(file, party, famous)  # one more moves at most one
    assert len(set(protagonist(party, split).hidden.tolist()) & set(eight.hidden.tolist())) >= 2


def test_every_matchmaker_takes_you_in_but_those_that_know_only_their_own(split):
    you = newcomer(split, split.fit.item_degree().topk(5).indices.tolist())
    graph = adjacency(split.fit)
    model = LightGCN(*split.fit.sizes, embedding_dim=8, n_layers=2)
    for scorer in (*(make(split.fit) for make in (untrained_gossip, item_knn, ease, popularity)), model.scorer(graph)):
        top = you.top(scorer)
        expected = recommend(scorer, split, liked=split.item_ids[you.shown.numpy()])["item_id"]
        assert split.item_ids[top.numpy()].tolist() == expected.tolist()
    matrix_factorisation = LightGCN(*split.fit.sizes, embedding_dim=8, n_layers=0).scorer(graph)
    with pytest.raises(ValueError, match="n_layers=0 no gossip reaches a new guest"):
        you.scores(matrix_factorisation)
    with pytest.raises(ValueError, match="knows only the guests it was made for"):
        you.scores(random_scorer(split.fit))


def test_the_writer_is_scored_as_a_guest_of_the_party(split):
    guest = writer(split)
    for scorer in (random_scorer(split.fit), untrained_gossip(split.fit)):
        expected = recommend(scorer, split, user=28, k=7)["item_id"].tolist()
        assert split.item_ids[guest.top(scorer, 7).numpy()].tolist() == expected
    assert guest.hits(torch.cat([guest.hidden[:2], guest.shown[:1]])).tolist() == [True, True, False]


def test_stars_are_what_the_guest_rated_by_item_index_and_you_have_rated_nothing(party, split):
    rated = party.ratings.query("user_id == 28").set_index("item_id")["rating"]
    expected = {split.item_ids.get_loc(item): given for item, given in rated.items()}
    stars = writer(split).stars(party, split)
    assert stars == expected and {given >= 4 for given in stars.values()} == {True, False}
    assert {type(given) for given in stars.values()} == {int}  # "2 stars", and not "2.0"
    assert newcomer(split, [3, 4, 5]).stars(party, split) == {}


def test_a_film_that_the_split_does_not_know_has_no_stars(party):
    rated = party.ratings.query("user_id == 28")["item_id"]
    unknown = rated.iloc[0]
    fewer = party.ratings[party.ratings["item_id"] != unknown]
    known = party.films.loc[party.films["item_id"] != unknown, "item_id"]
    small = split_per_user(to_likes(fewer), party.users["user_id"], known)
    stars = writer(small).stars(party, small)
    assert sorted(small.item_ids[list(stars)]) == sorted(rated.iloc[1:])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("nonsense", "guest.json is not a saved guest"),
        ('{"liked": {"1": "Matrix, The (1999)"}}', "names film 1 as 'Matrix, The (1999)', which this catalogue lacks"),
        ('{"liked": {"99999": "Gone (1990)"}}', "names film 99999"),
    ],
)
def test_a_broken_or_foreign_file_is_a_sentence_and_the_writer_and_stays_as_it_is(
    party, split, file, capsys, text, sentence
):
    file.write_text(text)
    assert protagonist(party, split).name == "the writer"
    out = capsys.readouterr().out
    assert out.startswith("Your films could not be read, so the writer is the guest here: ") and sentence in out
    assert out.count("\n") == 1 and file.read_text() == text


def test_no_ticks_are_the_writer(party, split, file, capsys):
    tick(file, party, [])
    assert protagonist(party, split).name == "the writer" and capsys.readouterr().out == ""


def test_films_that_nobody_else_raved_about_connect_you_with_nobody(party, split, file, capsys):
    keep = split.fit.item != 5
    train = Interactions(split.fit.user[keep], split.fit.item[keep], *split.fit.sizes)
    none = Interactions(train.user[:0], train.item[:0], *train.sizes)
    quiet = Split(train, none, none, split.user_ids, split.item_ids)
    tick(file, party, [5, 7])
    assert protagonist(party, quiet).shown.tolist() == [7]
    tick(file, party, [5])
    assert protagonist(party, quiet).name == "the writer"
    assert "Nobody else raved about any of your films" in capsys.readouterr().out


def test_off_means_nothing_is_read_and_by_default_your_ticks_lie_with_your_data(party, split, file, monkeypatch):
    tick(file, party, [3, 4])
    assert protagonist(party, split).name == "you" and guest_file() == file
    monkeypatch.setenv("COURSE_LIB_GUEST", "off")
    assert protagonist(party, split).name == "the writer" and guest_file() is None
    monkeypatch.delenv("COURSE_LIB_GUEST")
    assert guest_file().name == "guest.json" and guest_file().parent.name == "course_lib"
    assert "cache" not in str(guest_file()).lower()
