"""The message-passing picture's JavaScript, in a bare page of Chromium with a stand-in for the widget's model."""

import pytest

from course_lib.influence import told_by_round
from course_lib.plots.gossip import FILM_COLOURS, blend
from course_lib.widgets.gossip_picture import GossipPicture
from course_lib.widgets.little_party import LittlePartyWidget
from tests.drawings import alt, drawing

MODEL = """([script, state]) => {
    const listeners = [];
    window.model = {
        get: name => state[name],
        set: (name, value) => { state[name] = value; },
        save_changes: () => listeners.forEach(listener => listener()),
        on: (_, listener) => listeners.push(listener),
        off: () => listeners.pop(),
    };
    const url = URL.createObjectURL(new Blob([script], {type: 'text/javascript'}));
    return import(url).then(module => { window.leave = module.default.render({model, el: document.body}); });
}"""
TURN = "round => { model.set('round', round); model.save_changes(); }"


@pytest.fixture
def pages() -> list[str]:
    return LittlePartyWidget().gossip.pages[0]


SAID = "() => [...document.querySelectorAll('.course-message')].map(dot => dot.getAttribute('fill'))"


@pytest.fixture(params=["no-preference", "reduce"])
def page(chromium, pages, request):
    """The picture at round 0, for readers who like motion and for those who do not."""
    opened = chromium.new_page(reduced_motion=request.param)
    opened.motion = request.param == "no-preference"
    opened.evaluate(MODEL, [str(GossipPicture._esm), {"pages": [pages], "row": 0, "round": 0}])
    yield opened
    opened.close()


def shapes(svg: str) -> list[tuple]:
    return [(shape.tag, sorted(shape.attrib.items()), shape.text) for shape in drawing(svg).iter() if shape.get("x")]


def test_every_turn_ends_at_the_page_drawn_in_python(page, pages):
    for n_rounds in (1, 3, 2, 0):
        page.evaluate(TURN, n_rounds)
        shown = page.locator("svg").evaluate("svg => svg.outerHTML")
        assert shapes(shown) == shapes(pages[n_rounds])
        assert page.locator("svg").get_attribute("aria-label").split() == alt(pages[n_rounds]).split()


def test_a_message_runs_along_each_line_both_ways_unless_motion_is_unwelcome(page):
    page.evaluate(TURN, 1)
    assert page.locator(".course-message").count() == (18 if page.motion else 0)
    page.evaluate(TURN, 0)  # back in time nobody speaks
    assert page.locator(".course-message").count() == 0


def test_what_runs_along_a_line_has_the_colour_of_what_is_told_and_the_empty_say_nothing(chromium):
    widget = LittlePartyWidget()
    opened = chromium.new_page(reduced_motion="no-preference")
    state = {"pages": widget.gossip.pages, "row": 0, "round": 0, "told": widget.gossip.told}
    opened.evaluate(MODEL, [str(GossipPicture._esm), state])
    opened.evaluate(TURN, 1)
    films = widget.party.item.tolist()
    assert opened.evaluate(SAID) == [FILM_COLOURS[film] for film in films]  # only films have anything to say yet
    opened.evaluate(TURN, 2)
    heard = told_by_round(widget.party, "symmetric", 1)[1].numpy()
    assert opened.evaluate(SAID) == [blend(heard[guest]) for guest in widget.party.user]
    opened.close()


def test_play_walks_to_the_last_round_and_can_be_stopped(page):
    page.clock.install()
    play = page.get_by_role("button", name="Play the rounds")
    play.press("Enter")
    assert page.evaluate("model.get('round')") == 1
    page.get_by_role("button", name="Stop").press("Enter")
    page.clock.run_for(10_000)
    assert page.evaluate("model.get('round')") == 1
    play.press("Enter")
    page.clock.run_for(10_000)
    assert page.evaluate("model.get('round')") == 3 and play.inner_text() == "Play the rounds"
    play.press("Enter")  # again from the start
    assert page.evaluate("model.get('round')") == 0


def test_a_closed_picture_stops_playing(page):
    page.clock.install()
    page.get_by_role("button", name="Play the rounds").press("Enter")
    page.evaluate("leave()")
    page.clock.run_for(10_000)
    assert page.evaluate("model.get('round')") == 1
