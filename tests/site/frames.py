"""Message passing that plays in a page without a kernel: its frames are drawings made here, on the made-up parties."""

import re
from dataclasses import dataclass

import torch
from torch import Tensor

from course_lib.influence import RULES, film_shares, loudness, tags_by_round, told_by_round
from course_lib.interactions import Interactions
from course_lib.party import GUESTS, TOPICS, little_party, paper_party
from course_lib.plots.gossip import blend, plot_message_passing
from course_lib.widgets.little_party import LittlePartyWidget


@dataclass(frozen=True)
class Book:
    """A picture to play.

    Attributes:
        after: id of the cell that it stands below.
        replaces: whether that cell's stored pictures show the same; they are then folded below it.
        title: one line.
        words: what stands above it where it comes beside what the notebook shows.
        choice: what the rows are, and `rows` what each is called.
        pages: per row, an SVG text per round, with its own alternative text.
        told: per row and round, per line of the drawing the colours of what both ends say, "" for nothing.
    """

    after: str
    replaces: bool
    title: str
    choice: str
    rows: list[str]
    pages: list[list[str]]
    told: list[list[list[list[str]]]]
    words: str = ""


def colours(party: Interactions, told: Tensor) -> list[list[str]]:
    """Per rave the colours of what its guest and its film say, "" for nothing."""
    said = [blend(tag) or "" for tag in told.numpy()]
    lines = zip(party.user.tolist(), (party.item + party.n_users).tolist(), strict=True)
    return [[said[guest], said[film]] for guest, film in lines]


def colours_travel() -> Book:
    """Notebook 01: the colours of five films, and what is on each guest's tag."""
    widget = LittlePartyWidget()
    told = [[], *(colours(widget.party, heard) for heard in told_by_round(widget.party, "symmetric", 2))]
    return Book(
        "widget", True, "Play the rounds", "told about", list(GUESTS), widget.gossip.pages, [told] * len(GUESTS)
    )


def alien_travels() -> Book:
    """Notebook 04: how loud Alien is on each tag after each round by hand, under three loudness rules."""
    party, guests, films = paper_party(), GUESTS[:3], TOPICS[:4]
    pages, told = [], []
    for rule in RULES:
        matrix = loudness(party, rule).to_dense()
        heard = matrix[party.user, party.n_users + party.item]  # how loudly the guest hears the film
        rounds = [only(tags, 0) for tags in told_by_round(party, rule, 3)]
        pages.append([])
        for n, tags in enumerate(rounds):
            sketch = plot_message_passing(
                party, guests, films, tags.numpy(), f"round {n}: how much of Alien has come", heard.numpy()
            )
            amounts = zip((*guests, *films), tags.sum(dim=1).tolist(), strict=True)
            on = ", ".join(f"{name} {amount:.3g}" for name, amount in amounts if amount)
            words = f"Loudness {rule}. In round {n} Alien is on these tags: {on}."
            pages[-1].append(unlit(sketch.svg(words)))
        told.append([[], *(colours(party, tags) for tags in rounds[:-1])])
    words = (
        "On this page the rounds by hand can be played, under three loudness rules. Watch how much of Alien arrives."
    )
    return Book("rule-formula", False, "The rounds by hand", "loudness", list(RULES), pages, told, words)


def peers_are_muted(n_rounds: int = 6) -> Book:
    """Notebook 10: six rounds at the party of notebook 01, with everybody and with one guest sent home."""
    party, pages, told = little_party(), [], []
    gone = (None, 1, 2)
    for peer in gone:
        stays = party.user != (-1 if peer is None else peer)
        left = Interactions(party.user[stays], party.item[stays], *party.sizes)
        matrix = loudness(left, "symmetric").to_dense()
        heard = matrix[party.user, party.n_users + party.item]
        who = "everybody is here" if peer is None else f"{GUESTS[peer]} has gone home"
        pages.append([])
        for n, tags in enumerate(tags_by_round(left, "symmetric", n_rounds)):
            shares = film_shares(left, n)[0]
            title = f"round {n}, and {who}"
            sketch = plot_message_passing(party, GUESTS, TOPICS, tags.numpy(), title, heard.numpy())
            on = [f"{share:.1%} {film}" for share, film in zip(shares.tolist(), TOPICS, strict=True) if share]
            words = f"After {n} rounds, and {who}: Ada's tag is {', '.join(on) or 'empty'}."
            pages[-1].append(unlit(sketch.svg(words)))
        heard_by_round = told_by_round(left, "symmetric", n_rounds - 1)
        told.append([[], *(colours(party, tags) for tags in heard_by_round)])
    rows = ["everybody" if peer is None else f"without {GUESTS[peer]}" for peer in gone]
    words = "The same question can be played on this page at the little party of 01, where nobody has trained anything."
    return Book("widget", False, "Six rounds, and a peer who leaves", "party", rows, pages, told, words)


def only(tags: Tensor, film: int) -> Tensor:
    """Tags without what they say of other films."""
    kept = torch.zeros_like(tags)
    kept[:, film] = tags[:, film]
    return kept


def unlit(svg: str) -> str:
    """A drawing whose loudest lines are not mistaken for walks that light up."""
    return re.sub(r'(<polyline[^>]*stroke-width=)"7"', r'\1"6.9"', svg)


BOOKS = {"01_setup": colours_travel, "04_lightgcn": alien_travels, "10_peer_influence": peers_are_muted}
