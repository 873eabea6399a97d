"""The exercises of notebook 08: a newcomer's tag, what a score loses without one rave, and two masks."""

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.classroom.check.exercise import Exercise, Mistake
from course_lib.classroom.museum import toy_split
from course_lib.classroom.parties import random_party
from course_lib.classroom.question import Question
from course_lib.graph import adjacency
from course_lib.interactions import Interactions
from course_lib.lightgcn import LightGCN
from course_lib.party import little_party, paper_party


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


def _parts() -> dict[str, tuple]:
    """What each rave brings into a newcomer's tag, and a film's tag."""
    generator = torch.Generator().manual_seed(0)
    return {
        "two raves at right angles": (torch.eye(2), torch.tensor([1.0, 0.0])),
        "three raves that say the same": (torch.tensor([[1.0, 2.0]]).expand(3, -1).clone(), torch.tensor([2.0, 1.0])),
        "five random raves": (torch.randn(5, 3, generator=generator), torch.randn(3, generator=generator)),
    }


def _cosine(tags: Tensor, film: Tensor) -> Tensor:
    return F.cosine_similarity(tags, film, dim=-1)


def _ratings() -> dict[str, tuple]:
    """Scores, what was learned from, what was rated (hidden raves and few stars too), and the length of a list."""
    generator = torch.Generator().manual_seed(0)
    many = random_party(n_likes=16)
    some = Interactions(many.user[:8], many.item[:8], many.n_users, many.n_items)
    parts = {"the little party": (toy_split().fit, little_party()), "a random party": (some, many)}
    return {
        name: (torch.randn(learned.n_users, learned.n_items, generator=generator) - 1, learned, rated, 2)
        for name, (learned, rated) in parts.items()
    }


def _best(scores: Tensor, hide: Interactions | None, k: int, value: float = -torch.inf) -> Tensor:
    return (scores if hide is None else scores.masked_fill(hide.dense().bool(), value)).topk(k).indices


EXERCISES = (
    Exercise(
        name="08.new_tag",
        level="worked",
        minutes=6,
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
                "you count yourself among the fans. The films do not know you yet: their degrees stay as they are.",
            ),
            Mistake(
                lambda layers, degree, liked: _tag(layers, torch.ones(len(liked)), liked),
                "every film is heard at full loudness: who raves about everything would have the longest tag.",
            ),
        ),
        hints=(
            "A step along a rave has the loudness 1 / √(d_u d_j). What is d_u of somebody with n raves?",
            "`degree[liked]` are the fans of your films, `len(liked)` is your own degree.",
        ),
    ),
    Exercise(
        name="08.without_one",
        level="faded",
        minutes=8,
        answer=lambda parts, film: _cosine(parts.sum(dim=0), film) - _cosine(parts.sum(dim=0) - parts, film),
        cases=_parts,
        mistakes=(
            Mistake(
                lambda parts, film: parts @ film / (parts.sum(dim=0).norm() * film.norm()),
                "these are the shares: you divide by the length of the whole tag. Each tag without a rave has a "
                "length of its own.",
            ),
            Mistake(
                lambda parts, film: parts @ film,
                "these are dot products. The score is a cosine: divide by the lengths of both tags.",
            ),
            Mistake(
                lambda parts, film: _cosine(parts.sum(dim=0) - parts, film),
                "this is the score that is left. What was lost is the difference to the score with everything.",
            ),
            Mistake(
                lambda parts, film: _cosine(parts.sum(dim=0) - parts, film) - _cosine(parts.sum(dim=0), film),
                "the sign is the other way round: a loss is positive where the score falls.",
            ),
            Mistake(
                lambda parts, film: _cosine(parts.sum(dim=0), film) - _cosine(parts, film),
                "you keep one rave and take all the others away. Take one away and keep the others.",
            ),
        ),
        hints=(
            "The tag is the sum of the parts. What is the sum without row j? `tag - parts` does it for all rows.",
            "`F.cosine_similarity(rest, film, dim=-1)` gives one score per row of `rest`.",
        ),
    ),
    Exercise(
        name="08.two_masks",
        level="free",
        minutes=8,
        answer=lambda scores, learned, rated, k: (_best(scores, rated, k), _best(scores, learned, k)),
        cases=_ratings,
        mistakes=(
            Mistake(
                lambda scores, learned, rated, k: (_best(scores, rated, k), _best(scores, rated, k)),
                "the list for the test hides every rated film, and with them all hidden raves: it can hit nothing, "
                "and every metric reads 0.",
            ),
            Mistake(
                lambda scores, learned, rated, k: (_best(scores, learned, k), _best(scores, learned, k)),
                "the list for the guest holds films that they have rated, some with few stars.",
            ),
            Mistake(
                lambda scores, learned, rated, k: (_best(scores, learned, k), _best(scores, rated, k)),
                "the two lists are in each other's place: first the guest's, then the test's.",
            ),
            Mistake(
                lambda scores, learned, rated, k: (_best(scores, None, k), _best(scores, None, k)),
                "nothing is hidden. A model scores the films highest that it learned from.",
            ),
            Mistake(
                lambda scores, learned, rated, k: (_best(scores, rated, k, 0), _best(scores, learned, k, 0)),
                "a score of 0 is not hidden: scores can be negative, and then 0 comes first. Use `-torch.inf`.",
            ),
            Mistake(
                lambda scores, learned, rated, k: (_best(-scores, rated, k), _best(-scores, learned, k)),
                "these are the films with the smallest scores.",
            ),
        ),
        hints=(
            "`learned.dense().bool()` is (n_users, n_items), True at the raves that were learned from.",
            "`scores.masked_fill(hide, -torch.inf)` leaves `scores` as they are; `topk(k).indices` gives the films.",
            "What should a guest not see again? And what must a test be able to find?",
        ),
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
        "From 06: you judge a list that hides every film the guest has rated. What do you read?",
        (
            ("0 for every metric", None),
            ("the honest value", "It is the right mask for a list and the wrong one for a test."),
            ("a value that is too high", "Fewer films compete, but the hidden raves are among those that went."),
            ("the value of popularity", "Popularity is masked in the same way, and hits nothing either."),
        ),
        "Hidden raves are rated films. The mask removes all right answers.",
    ),
    Question(
        "A newcomer ticks four films, and nothing is trained again. What is their tag made of?",
        (
            (
                "a random tag that is improved while they tick",
                "There is no gradient step. The tag is a closed form of what the four films pass on.",
            ),
            (
                "the tag of the most similar guest",
                "Nobody searches for a guest. The films' tags were shaped by their fans, and they alone are used.",
            ),
            ("the average of the four films' final tags", "Weights are 1/√(d_u d_j), and the last round is not heard."),
            ("what the four films pass on in each round, and a zero for the own tag", None),
        ),
        "(X_0 + ... + X_{K-1})[j] / √(d_u d_j) / (K + 1), summed over the four films. Round 0 brings nothing.",
    ),
    Question(
        "One of your raves has a share of 0.2 in a score. You take it back. What does the score lose?",
        (
            ("0.2", "A share is bookkeeping on one tag. Without the rave your tag is another one, of another length."),
            ("another amount, perhaps nothing at all", None),
            ("nothing, because tags are trained", "A newcomer's tag is made of raves and nothing else."),
            ("more than 0.2, the others get softer", "They get louder: 1/√d_u grows when d_u falls."),
        ),
        "What is left makes a tag with a direction and a length of its own. Where the other raves say the same as the "
        "one that went, the score hardly falls.",
    ),
    Question(
        "The parts of a score sum to it up to the fifth decimal. What does that show?",
        (
            ("that the reasons are good", "It says nothing about what the guest, or another training, would say."),
            ("that the bookkeeping is right", None),
            ("that the model knows why", "What training did to the films' tags is in the parts and has no name."),
            ("that each film caused its part", "Cause is what changes when you take the film away."),
        ),
        "The sum is the same sum in another order, of terms divided by the same lengths. Good reasons are another "
        "question.",
    ),
)
