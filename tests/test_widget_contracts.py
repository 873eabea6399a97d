"""Every widget keeps its promises on the real classes: set a control, read the quantity, look at the view."""

import re
import tracemalloc
from dataclasses import replace
from html import escape

import ipywidgets
import numpy as np
import pytest
import torch

from course_lib.baselines import untrained_gossip
from course_lib.classroom.wrong_graphs import COUNTS, fans_swapped, ruined_lines
from course_lib.evaluation import top_k
from course_lib.graph import adjacency, edge_index
from course_lib.lightgcn import LightGCN
from course_lib.party import GUESTS, TOPICS, little_party
from course_lib.training import BPR_CONFIG, TrainConfig, build, train
from course_lib.tsne import random_tags, seating_plan
from course_lib.widgets.between import BetweenWidget
from course_lib.widgets.contract import CHANGES, Promise, controls, label, look_for
from course_lib.widgets.duel import DuelWidget
from course_lib.widgets.little_party import LittlePartyWidget
from course_lib.widgets.loudness import LoudnessWidget
from course_lib.widgets.matchmaker import MatchmakerWidget
from course_lib.widgets.one_rave import OneRaveWidget
from course_lib.widgets.ranked_list import RankedListWidget
from course_lib.widgets.rehearsal import RehearsalWidget
from course_lib.widgets.seating import PERPLEXITIES, RANDOM, REAL, SeatingWidget
from course_lib.widgets.threshold import ThresholdWidget

CLASSES = [
    LittlePartyWidget, ThresholdWidget, OneRaveWidget, LoudnessWidget,
    DuelWidget, RankedListWidget, RehearsalWidget, MatchmakerWidget, SeatingWidget, BetweenWidget,
]  # fmt: skip
PROMISES = [(widget, promise) for widget in CLASSES for promise in widget.contract]


@pytest.fixture(scope="module")
def make(party, split, tmp_path_factory):
    """Widgets of each class on the made-up party, one of each class for all its promises."""
    made = {}

    def threshold() -> ThresholdWidget:
        titles = party.films.set_index("item_id")["title"]
        places = ThresholdWidget(party.ratings, titles, marked=titles.index[0]).places
        return ThresholdWidget(party.ratings, titles, marked=int((places[4] - places[1]).idxmax()))

    def one_rave() -> OneRaveWidget:
        right, swapped = edge_index(little_party()), edge_index(fans_swapped(little_party()))
        graphs = {"right": (right, 4), "without": (ruined_lines(little_party()), 0), "swapped": (swapped, 4)}
        return OneRaveWidget(little_party(), graphs, COUNTS, GUESTS, TOPICS)

    def ranked_list() -> RankedListWidget:
        user = int(split.test.user_degree().argmax())
        rated = set(party.ratings.query("user_id == @split.user_ids[@user] and rating < 4")["item_id"])
        low = torch.tensor([item for item, raw in enumerate(split.item_ids) if raw in rated])
        parts = split.fit.items_of(user), split.test.items_of(user), low
        return RankedListWidget(split.fit.item_degree().float(), *parts, party.films["title"].tolist())

    def rehearsal() -> RehearsalWidget:
        bpr = replace(BPR_CONFIG, n_epochs=30, learning_rate=0.02, reg_weight=0.0, patience=30)
        configs = {"bpr": bpr, "softmax": TrainConfig()}
        histories = {
            loss: train(build(split.train, config), split.train, split.validation, config).history
            for loss, config in configs.items()
        }
        return RehearsalWidget(split, configs, histories)

    def seating() -> SeatingWidget:
        rng = np.random.default_rng(0)
        tags = rng.normal(size=(60, 2)) @ rng.normal(size=(2, 12))  # twelve numbers that fit on a plane
        tables = {REAL: tags, RANDOM: random_tags(tags)}
        plans = {(kind, p): seating_plan(table, p) for kind, table in tables.items() for p in PERPLEXITIES}
        return SeatingWidget(plans, [f"dot {n}" for n in range(60)], n_guests=25)

    def trained(n_layers: int) -> LightGCN:
        config = TrainConfig(n_layers=n_layers, n_epochs=10)
        model = build(split.fit, config)
        train(model, split.fit, config=config)
        return model

    def matchmaker() -> MatchmakerWidget:
        famous = split.fit.item_degree().topk(5).indices.tolist()
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("COURSE_LIB_GUEST", "off")
            return MatchmakerWidget(trained(2), adjacency(split.fit), split, party, famous)

    def between() -> BetweenWidget:
        best = top_k(untrained_gossip(split.fit), torch.tensor([27]), split.fit, 5)[0][0].tolist()
        names = [f"guest {user}" for user in split.user_ids]
        return BetweenWidget(split.fit, 27, "the writer", party.films["title"].tolist(), names, best)

    makers = {
        LittlePartyWidget: LittlePartyWidget,
        ThresholdWidget: threshold,
        OneRaveWidget: one_rave,
        LoudnessWidget: lambda: LoudnessWidget(split.fit, party.films["title"], {"Ada": 5, "Ben": 90, "Cleo": 201}),
        DuelWidget: DuelWidget,
        RankedListWidget: ranked_list,
        RehearsalWidget: rehearsal,
        MatchmakerWidget: matchmaker,
        SeatingWidget: seating,
        BetweenWidget: between,
    }

    def get(of: type) -> object:
        if of not in made:
            made[of] = makers[of]()
        return made[of]

    return get


def move(widget: object, control: str, value: object) -> None:
    getattr(widget, control).value = value
    assert getattr(widget, control).value == value


@pytest.mark.parametrize(("of", "promise"), PROMISES, ids=[f"{w.__name__}-{p.control}-{p.end}" for w, p in PROMISES])
def test_a_widget_keeps_its_promise(make, of, promise):
    widget = make(of)
    for control, value in promise.given.items():
        move(widget, control, value)
    move(widget, promise.control, promise.start)
    before, view = getattr(widget, promise.quantity)(), widget.view.value
    move(widget, promise.control, promise.end)
    after = getattr(widget, promise.quantity)()
    assert promise.holds(before, after), f"{promise.quantity}: {before} -> {after}, promised: {promise.change}"
    assert widget.view.value != view
    assert escape(widget.summary()) in widget.view.value


@pytest.mark.parametrize("of", CLASSES)
def test_every_control_has_a_promise_and_a_label(make, of):
    widget = make(of)
    assert set(controls(widget)) == {promise.control for promise in of.contract}
    assert all(control.description for control in controls(widget).values())


def ends(control: ipywidgets.ValueWidget) -> list:
    """The lowest and the highest value of a number, or every option."""
    if isinstance(control, ipywidgets.Checkbox):
        return [False, True]
    return list(control._options_values) if hasattr(control, "options") else [control.min, control.max]


@pytest.mark.parametrize("of", [of for of in CLASSES if of is not RehearsalWidget])
def test_every_end_of_every_control_is_drawn(make, of):
    # The rehearsal's controls choose the next run, which its own tests look at.
    widget = make(of)
    for control in controls(widget).values():
        pictures = set()
        for value in ends(control):
            control.value = value
            assert escape(widget.summary()) in widget.view.value
            pictures.add(widget.view.value)
        assert len(pictures) == len(ends(control))


@pytest.mark.parametrize("of", CLASSES)
def test_what_to_look_for_is_the_contract(make, of, monkeypatch):
    shown = []
    monkeypatch.setattr("course_lib.widgets.contract.display", lambda bundle, raw: shown.append(bundle))
    widget = make(of)
    look_for(widget)
    (bundle,) = shown
    for number, promise in enumerate(of.contract, start=1):
        control = getattr(widget, promise.control).description
        for twin in bundle.values():
            assert f"{number}. " in twin and control in twin and CHANGES[promise.change] in twin
        assert promise.sentence in bundle["text/plain"]
    assert bundle["text/markdown"].count("<details>") == len(of.contract)


@pytest.mark.parametrize("of", CLASSES)
def test_a_widget_is_shown_live_as_picture_and_in_words(make, of, monkeypatch):
    shown = []
    monkeypatch.setattr("course_lib.widgets.live.display", lambda data, **how: shown.append((data, how)))
    widget = make(of)
    widget._ipython_display_()
    live, *below, line = shown
    pictures = [(data, how) for data, how in below if "image/png" in data]
    assert "application/vnd.jupyter.widget-view+json" in live[0]
    assert live[0]["text/plain"].startswith(widget.summary())  # and what else those read who cannot press
    told = [data["text/plain"] for data, _ in pictures]
    if of is not LittlePartyWidget:  # its rounds are stored, because before the first there is nothing to see
        assert told[0] == live[0]["text/plain"]
    captions = [data["text/plain"] for data, _ in below if "image/png" not in data]
    assert told and all(re.search(r"\d.*\.$", caption) for caption in captions), "a finding with its number"
    assert all(how["metadata"]["image/png"]["alt"] == data["text/plain"] for data, how in pictures)
    assert "Run All Cells" in line[0]["text/markdown"]


@pytest.mark.parametrize("of", CLASSES)
def test_200_moves_take_no_memory(make, of):
    # A figure that is not freed, or a view that is not replaced, is some 100 kB a move.
    widget = make(of)
    tracemalloc.start()
    moved = list(controls(widget).values())
    for step in range(200):
        control = moved[step % len(moved)]
        control.value = ends(control)[step // len(moved) % len(ends(control))]
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 5e6


@pytest.mark.parametrize(
    ("change", "before", "after", "kept"),
    [("rises", 1, 2, True), ("rises", 2, 2, False), ("falls", 2, 1, True), ("falls", 1, 1, False),
     ("stays", 1, 1, True), ("stays", 1, 2, False), ("differs", "a", "b", True), ("differs", "a", "a", False)],
)  # fmt: skip
def test_what_counts_as_kept(change, before, after, kept):
    assert Promise("x", 0, 1, "y", change, "z").holds(before, after) is kept


def test_an_unknown_change_is_refused():
    with pytest.raises(ValueError, match="got 'grows'"):
        Promise("x", 0, 1, "y", "grows", "z")


def test_a_value_that_is_not_on_offer_is_a_sentence(make):
    with pytest.raises(ValueError, match=r"rule has no option 'loud', which the contract asks for; it has \['none'"):
        label(make(LoudnessWidget), "rule", "loud")


def test_a_title_with_stars_is_shown_as_it_is(make, monkeypatch):
    shown = []
    monkeypatch.setattr("course_lib.widgets.contract.display", lambda bundle, raw: shown.append(bundle))
    widget = make(MatchmakerWidget)
    monkeypatch.setattr(widget.first, "description", "M*A*S*H (1970)")
    look_for(widget)
    assert "move M*A*S*H (1970) from ticked" in shown[0]["text/plain"]
    assert r"move **M\*A\*S\*H (1970)** from ticked" in shown[0]["text/markdown"]
