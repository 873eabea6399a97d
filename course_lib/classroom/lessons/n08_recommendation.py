"""The exercises of notebook 08: a newcomer's tag, what a rave brings beyond its average, and raves that are missed."""

from collections.abc import Callable
from functools import cache
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.classroom.check.compare import kind
from course_lib.classroom.check.exercise import Exercise, Mistake
from course_lib.classroom.parties import random_party
from course_lib.classroom.question import Question
from course_lib.graph import adjacency
from course_lib.lightgcn import LightGCN
from course_lib.party import little_party, paper_party
from course_lib.what_if import places_lost

BAR = 8.3  # places that a film has to fall without the rave that an attempt names


def _newcomers() -> dict[str, tuple]:
    """The films' tags after each round, their fans, and what a newcomer raves about."""
    cases = {}
    for name, party, liked in (
        ("the paper party", paper_party(), [0, 2]),
        ("the little party", little_party(), [0, 2, 4]),
        ("a random party", random_party(), [1, 3, 4, 6]),
    ):
        model = LightGCN(party.n_users, party.n_items, embedding_dim=3, n_layers=2)
        with torch.no_grad():
            layers = [tags[party.n_users :] for tags in model.layers(adjacency(party))]
        cases[name] = layers, party.item_degree(), torch.tensor(liked)
    return cases


def _tag(layers: list[Tensor], loudness: Tensor, liked: Tensor) -> Tensor:
    return loudness @ torch.stack(layers[:-1]).sum(dim=0)[liked] / len(layers)


def _tags_and_lists() -> dict[str, tuple]:
    """What each rave brings into a newcomer's tag, and the tags of the films on a list."""
    generator = torch.Generator().manual_seed(0)
    return {
        "two raves at right angles": (torch.eye(2), torch.tensor([[1.0, 0.0], [0.6, 0.8]])),
        "three raves and two films, longer than 1": (torch.tensor([[1.0, 2], [2, 0], [1, 1]]), 3 * torch.eye(2)),
        "five random raves and four films": tuple(torch.randn(n, 3, generator=generator) for n in (5, 4)),
    }


def _shares(parts: Tensor, films: Tensor) -> Tensor:
    return films @ parts.T / (parts.sum(dim=0).norm() * films.norm(dim=1, keepdim=True))


def _beyond(shares: Tensor) -> Tensor:
    return shares - shares.mean(dim=0)


@cache
def newcomers(n_guests: int = 60, n_films: int = 300, dim: int = 8, n_raves: int = 8) -> list[tuple]:
    """Made-up newcomers: what each rave brings into the tag, all films' tags, the raves, and the best ten new films."""
    generator, fame = torch.Generator().manual_seed(0), torch.eye(dim)[0]
    films = F.normalize(torch.randn(n_films, dim, generator=generator) + 3 * fame)
    found = []
    for _ in range(n_guests):
        taste = F.normalize(torch.randn(dim, generator=generator) + 1.5 * fame, dim=0)
        lot = torch.rand(n_films, generator=generator).log().neg().log()
        liked = (4 * films @ taste - lot).topk(n_raves).indices  # a draw in proportion to exp(4 taste)
        parts = films[liked] * (0.7 + 0.6 * torch.rand(n_raves, 1, generator=generator))
        scores = films @ parts.sum(dim=0)
        scores[liked] = -torch.inf
        found.append((parts, films, liked, scores.topk(10).indices))
    return found


def _measured(name: Callable, guests: list[tuple]) -> Any:
    """What a rule that names raves returns, and how far films fall without them, mean over guests and lists."""
    fallen = []
    for guest in guests:
        raves = name(*(tensor.clone() for tensor in guest))
        returned, n_raves = kind(raves), len(guest[0])
        if not isinstance(raves, Tensor) or raves.shape != guest[-1].shape or raves.is_floating_point():
            return raves if raves is None else {"what it returns": returned}
        if (raves < 0).any() or (raves >= n_raves).any():
            return {"what it returns": returned, "places of raves named": f"some outside 0 to {n_raves - 1}"}
        fallen.append(places_lost(*guest).gather(1, raves[:, None]).float().mean())
    mean = float(sum(fallen) / len(fallen))
    far = f"{BAR} places or more" if mean >= BAR else f"only {mean:.2f} places"
    return {"what it returns": returned, "a film falls by": far}


def name_missed(parts: Tensor, films: Tensor, liked: Tensor, listed: Tensor) -> Tensor:
    """For each listed film the rave without which most other films overtake it: `(k,)`."""
    return places_lost(parts, films, liked, listed).argmax(dim=1)


EXERCISES = (
    Exercise(
        name="08.new_tag",
        level="worked",
        minutes=3,
        answer=lambda layers, degree, liked: _tag(layers, (len(liked) * degree[liked]).sqrt() ** -1, liked),
        cases=_newcomers,
        mistakes=(
            Mistake(
                lambda layers, degree, liked: _tag(layers, degree[liked].sqrt() ** -1, liked),
                "your own degree is missing. Both ends soften a rave: the fans of the film, and your number of raves.",
            ),
            Mistake(
                lambda layers, degree, liked: _tag(layers, torch.full((len(liked),), 1 / len(liked)), liked),
                "this is the average of the tags. The rule divides by √(d_u d_j): a famous film is heard less.",
            ),
            Mistake(
                lambda layers, degree, liked: _tag(layers, 1 / (len(liked) * degree[liked]), liked),
                "the square root is missing.",
            ),
            Mistake(
                lambda layers, degree, liked: _tag(layers, (len(liked) * (degree[liked] + 1)).sqrt() ** -1, liked),
                "you count yourself among the fans. The films don't know you yet, so their degrees stay as they are.",
            ),
            Mistake(
                lambda layers, degree, liked: _tag(layers, torch.ones(len(liked)), liked),
                "every film is heard at full loudness, so whoever raves about everything would have the longest tag.",
            ),
        ),
        hints=(
            "A step along a rave has the loudness 1 / √(d_u d_j). What is d_u of somebody with n raves?",
            "`degree[liked]` are the fans of your films, `len(liked)` is your own degree.",
        ),
        remember="A newcomer's tag is a sum over raves, and nothing in it is trained.",
    ),
    Exercise(
        name="08.beyond",
        level="faded",
        minutes=3,
        answer=lambda parts, films: _beyond(_shares(parts, films)),
        cases=_tags_and_lists,
        mistakes=(
            Mistake(
                lambda parts, films: _beyond(F.normalize(films) @ F.normalize(parts).T),
                "each rave is divided by its own length, so the shares of a film no longer add up to its score. "
                "Divide by the length of the whole tag.",
            ),
            Mistake(
                lambda parts, films: _beyond(films @ parts.T),
                "these are parts of a dot product. The score is a cosine, so divide by the lengths of both tags.",
            ),
            Mistake(
                lambda parts, films: _beyond(films @ parts.T / parts.sum(dim=0).norm()),
                "the films' tags have lengths too, and a cosine divides by both.",
            ),
            Mistake(_shares, "these are the whole shares. Take each rave's average over the list away."),
            Mistake(
                lambda parts, films: _shares(parts, films) - _shares(parts, films).mean(dim=1, keepdim=True),
                "you compare the raves of one film with each other. Compare what one rave gives to all the films.",
            ),
            Mistake(
                lambda parts, films: _shares(parts, films) - _shares(parts, films).mean(),
                "you take the same number from all shares. Each rave, so each column, has an average of its own.",
            ),
        ),
        hints=(
            "A cosine divides by two lengths: of the whole tag, `tag.norm()`, and of each film's tag, "
            "`film_tags.norm(dim=1, keepdim=True)`.",
            "A rave is a column, and the list runs along its rows: `shares.mean(dim=0)` has one number per rave.",
        ),
        remember="A share says what a rave brings. What it says about this film is what it brings beyond its average.",
    ),
    Exercise(
        name="08.missed",
        level="make",
        minutes=4,
        answer=name_missed,
        cases=lambda: {"sixty made-up newcomers": (newcomers(),)},
        observe=_measured,
        mistakes=(
            Mistake(
                lambda parts, films, liked, listed: (films[listed] @ parts.T).argmax(dim=1),
                "without the rave with the largest share a film falls 4.5 places. Much of a share goes to all "
                "ten films, so they lose it together.",
            ),
            Mistake(
                lambda parts, films, liked, listed: _beyond(films[listed] @ parts.T).argmax(dim=1),
                "without the rave that stands out from the list a film falls 8.0 places, just below the bar. It "
                "compares ten films, but a film is overtaken by others too.",
            ),
            Mistake(
                lambda parts, films, liked, listed: (films[listed] @ parts.T - (films @ parts.T).mean(dim=0)).argmax(
                    dim=1
                ),
                "you took the average over all films, and most of them are far from any list. Without this rave "
                "a film falls 7.1 places.",
            ),
            Mistake(
                lambda parts, films, liked, listed: (films[listed] @ parts.T).argmin(dim=1),
                "you name the rave that speaks least for the film. Without it most films rise.",
            ),
            Mistake(
                lambda parts, films, liked, listed: liked[(films[listed] @ parts.T).argmax(dim=1)],
                "these are the numbers of films. Say at which place among the raves each of them stands, from 0.",
            ),
        ),
        hints=(
            "Don't reason about receipts, but try it. `parts.sum(dim=0) - parts` has in row j the tag without rave j.",
            "Those tags times `film_tags.T` are all scores without rave j. Put the raves at `-torch.inf`.",
            "How many films score higher than each listed one, in each row? Name the row where there are most.",
        ),
        remember="What would be missed is found by taking it away, and not by looking at its share.",
    ),
)


QUESTIONS = (
    Question(
        "From 04: a guest raved about two films, one with 5 fans and one with 500. How much louder is the first?",
        (
            ("as loud as the other, both are raves", "An edge is there or not, but its loudness depends on both ends."),
            ("100 times", "The square root is missing: the loudness is 1/√(d_u d_j)."),
            ("10 times", None),
            ("not at all, the famous film is louder", "Fame is divided away: many fans make each edge softer."),
        ),
        "√(500/5) = 10. The guest's own degree is the same for both.",
    ),
    Question(
        "From 06: you judge a list that keeps off every film the guest has rated. What do you read?",
        (
            ("0 for every metric", None),
            ("the honest value", "It's the right mask for a list, but the wrong one for a test."),
            ("a value that is too high", "Fewer films compete, but the hidden raves are among those that went."),
            ("the value of popularity", "Popularity is masked in the same way, and hits nothing either."),
        ),
        "Hidden raves are rated films, so the mask removes all the right answers.",
    ),
    Question(
        "A newcomer ticks four films, and nothing is trained again. What is their tag made of?",
        (
            ("random numbers that improve while they tick", "There's no gradient step. The tag is a plain sum."),
            ("the tag of the guest who is most like them", "Nobody searches for a guest. Only the films are heard."),
            ("the average of the films' final tags", "It's a sum with weights 1/√(d_u d_j), without the last round."),
            ("a sum of what the four films pass on", None),
        ),
        "Four terms, one per rave, and zero for the own tag.",
    ),
    Question(
        "Your rave for Psycho brings a quarter to each of the ten scores. What does that say about one of the films?",
        (
            ("nothing much, it says the same about all ten", None),
            ("that the film resembles Psycho", "Then a film that's nothing like it would get less, and none does."),
            (
                "that without Psycho it would fall further than the other nine",
                "Psycho brings them as much, so this share can't tell it from them. To know who falls, take it back.",
            ),
        ),
        "What tells films apart is how far a share lies above or below the rave's average over the list.",
    ),
    Question(
        "The parts of a score add up to it, to the last decimal. What does that show?",
        (
            ("that the film will suit you", "The Shining's receipt added up, too."),
            ("that the bookkeeping is right", None),
            (
                "that each rave would be missed if it were gone",
                "That's another question, and taking it back answers it.",
            ),
        ),
        "It's the same sum in another order. Whether the guest will like the film is not in it.",
    ),
)
