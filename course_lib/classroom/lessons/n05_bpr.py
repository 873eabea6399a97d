"""The exercises of notebook 05: where a step takes two films, the loss of a batch, and random films that teach more."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.bpr import bpr_loss, sample_negatives
from course_lib.classroom.check.compare import kind
from course_lib.classroom.check.exercise import Exercise, Mistake
from course_lib.classroom.question import Question
from course_lib.evaluation import evaluate
from course_lib.interactions import Interactions

BAR = 0.12  # NDCG@10 on validation that a sampler has to reach
_PARTIES, _STEPS = 3, 25


def _tags() -> dict[str, tuple]:
    generator = torch.Generator().manual_seed(0)
    pair = torch.tensor([1.0, 0.5]), torch.tensor([0.2, 0.4]), torch.tensor([0.8, 0.6])
    return {
        "a pair in the wrong order": (*pair, 0.1),
        "a pair in the right order": (pair[0], pair[2], pair[1], 0.1),
        "three random tags of 64 numbers": (*torch.randn(3, 64, generator=generator), 0.5),
    }


def _push(e_u: Tensor, e_i: Tensor, e_j: Tensor) -> Tensor:
    return torch.sigmoid(e_u @ e_j - e_u @ e_i)


def _films_after(e_u: Tensor, e_i: Tensor, e_j: Tensor, rate: float) -> tuple[Tensor, Tensor]:
    move = rate * _push(e_u, e_i, e_j) * e_u
    return e_i + move, e_j - move


def _triples() -> dict[str, tuple]:
    generator = torch.Generator().manual_seed(0)
    users, items = torch.randn(4, 8, generator=generator), torch.randn(6, 8, generator=generator)
    triples = torch.tensor([0, 2, 2, 3, 1]), torch.tensor([5, 0, 1, 3, 3]), torch.tensor([1, 4, 5, 0, 2])
    badly = torch.tensor([[1.0, 0.0]]), torch.tensor([[-10.0, 1.0], [20.0, 2.0], [100.0, 3.0]])
    two = torch.tensor([0, 0]), torch.tensor([0, 0]), torch.tensor([1, 2])
    return {
        "five triples": (users, items, *triples),
        "two triples with margins of -30 and -110": (*badly, *two),
    }


def _margins(users: Tensor, items: Tensor, user: Tensor, raved: Tensor, random: Tensor) -> Tensor:
    return (users[user] * (items[raved] - items[random])).sum(dim=1)


def _batch_loss(users: Tensor, items: Tensor, user: Tensor, raved: Tensor, random: Tensor) -> Tensor:
    return F.softplus(-_margins(users, items, user, raved, random)).mean()


def party_of_tastes(seed: int) -> tuple[Interactions, Interactions]:
    """200 guests who like 16 of 600 films by taste and fame: 12 likes each to learn from, and 4 for validation."""
    n_users, n_items, n_likes, generator = 200, 600, 16, torch.Generator().manual_seed(seed)
    guests, films = torch.randn(n_users, 3, generator=generator), torch.randn(n_items, 3, generator=generator)
    appeal = guests @ films.T + torch.randn(n_items, generator=generator)
    appeal -= torch.rand(n_users, n_items, generator=generator).log().neg().log()  # a draw in proportion to exp(appeal)
    liked = appeal.topk(n_likes).indices
    liked = liked.gather(1, torch.rand(n_users, n_likes, generator=generator).argsort(dim=1))

    def part(items: Tensor) -> Interactions:
        return Interactions(torch.arange(n_users).repeat_interleave(items.size(1)), items.flatten(), n_users, n_items)

    return part(liked[:, 4:]), part(liked[:, :4])


def _measured(draw: Callable, *parties: tuple[Interactions, Interactions]) -> dict | None:
    """What a sampler returns, and NDCG@10 on validation after a short training with it, mean over the parties."""
    found, returned = [], ""
    for likes, validation in parties:
        generator = torch.Generator().manual_seed(0)
        tags = (0.1 * torch.randn(likes.n_users + likes.n_items, 16, generator=generator)).requires_grad_()
        optimizer = torch.optim.AdamW([tags], lr=0.05, weight_decay=0.0)
        for _ in range(_STEPS):
            users, items = tags.split([likes.n_users, likes.n_items])
            item = draw(likes.user, likes, (users @ items.T).detach(), generator)
            returned = kind(item)
            if not isinstance(item, Tensor) or item.shape != likes.user.shape or item.is_floating_point():
                return item if item is None else {"what it returns": returned}
            if likes.contains(likes.user, item).any():
                return {"what it returns": returned, "visible raves drawn": "some"}
            guest, raved, random = users[likes.user], items[likes.item], items[item]
            loss = bpr_loss((guest * raved).sum(dim=1), (guest * random).sum(dim=1))
            optimizer.zero_grad()
            (loss + 1e-3 * tags.square().sum() / len(likes)).backward()
            optimizer.step()
        users, items = tags.detach().split([likes.n_users, likes.n_items])
        judged = evaluate((users @ items.T).__getitem__, validation, likes, k=(10,))
        found.append(judged["ndcg@10"].mean())
    mean = float(sum(found) / len(found))
    return {
        "what it returns": returned,
        "visible raves drawn": "none",
        "NDCG@10 on validation": f"{BAR} or more" if mean >= BAR else f"only {mean:.3f}",
    }


def uniform(user: Tensor, likes: Interactions, scores: Tensor, generator: torch.Generator) -> Tensor:
    """Any unseen film, whatever its score: what the library does."""
    return sample_negatives(user, likes, generator)


def best_of(n: int, best: Callable[[Tensor], Tensor] = lambda scores: scores.argmax(dim=0)) -> Callable:
    """A sampler that draws `n` unseen films per rave and keeps the one that scores highest."""

    def draw(user: Tensor, likes: Interactions, scores: Tensor, generator: torch.Generator) -> Tensor:
        films = torch.stack([sample_negatives(user, likes, generator) for _ in range(n)])  # (n, B)
        return films.gather(0, best(scores[user, films])[None])[0]

    return draw


def hardest_of_all(user: Tensor, likes: Interactions, scores: Tensor, generator: torch.Generator) -> Tensor:
    """The unseen film with the highest score of all."""
    return scores[user].masked_fill(likes.rows(user), -torch.inf).argmax(dim=1)


EXERCISES = (
    Exercise(
        name="05.step",
        level="worked",
        minutes=2,
        answer=_films_after,
        cases=_tags,
        mistakes=(
            Mistake(
                lambda e_u, e_i, e_j, rate: _films_after(e_u, e_i, e_j, -rate),
                "the two signs are swapped: the raved film goes in the direction of the guest's tag, the random one "
                "against it.",
            ),
            Mistake(
                lambda e_u, e_i, e_j, rate: _films_after(e_u, e_i, e_j, rate * float(torch.exp(e_u @ (e_i - e_j)))),
                "you took σ(x). The push is σ(-x), because a pair in the wrong order must push more, not less.",
            ),
            Mistake(
                lambda e_u, e_i, e_j, rate: tuple(sign * rate * _push(e_u, e_i, e_j) * e_u for sign in (1, -1)),
                "this is how far the films move. Add it to where they are.",
            ),
            Mistake(
                lambda e_u, e_i, e_j, rate: _films_after(e_u, e_i, e_j, 1.0),
                "the rate is missing: a step goes only a part of the way.",
            ),
            Mistake(
                lambda e_u, e_i, e_j, rate: (
                    e_i + rate * _push(e_u, e_i, e_j) * (e_i - e_j),
                    e_j - rate * _push(e_u, e_i, e_j) * (e_i - e_j),
                ),
                "both films move along the guest's tag. The line between the films is where the guest moves.",
            ),
            Mistake(
                lambda e_u, e_i, e_j, rate: _films_after(
                    e_u + rate * _push(e_u, e_i, e_j) * (e_i - e_j), e_i, e_j, rate
                ),
                "you used the guest's tag after its own step. All three tags move at once, from where they stood.",
            ),
        ),
        almost=(
            Mistake(
                lambda e_u, e_i, e_j, rate: _films_after(e_u, e_i, e_j, rate)[::-1],
                "the two tags are right, but the raved film comes first.",
            ),
        ),
        hints=(
            "`push * e_u` points in the direction of the guest's tag. One film goes that way, the other goes the "
            "opposite way.",
            "As for the guest: where the film is, plus or minus `rate * push` times the direction.",
        ),
        remember="Both films move along the guest's tag, equally far and in opposite directions.",
    ),
    Exercise(
        name="05.batch",
        level="faded",
        minutes=3,
        answer=_batch_loss,
        cases=_triples,
        mistakes=(
            Mistake(
                lambda users, items, user, raved, random: F.softplus(
                    -users[user] @ (items[raved] - items[random]).T
                ).mean(),
                "`@` compares every guest with every pair. Multiply row by row and sum over the numbers of a tag.",
            ),
            Mistake(
                lambda *triples: F.softplus(_margins(*triples)).mean(),
                "the sign of the margin is the other way round: this loss rewards random films.",
            ),
            Mistake(
                lambda *triples: F.softplus(-_margins(*triples)).sum(),
                "this is the sum over the batch. With the mean, a batch twice as large has the same loss.",
            ),
            Mistake(
                lambda *triples: -torch.log(torch.sigmoid(_margins(*triples)) + 1e-10).mean(),
                "the small number keeps the loss finite, but no loss goes beyond 23 then, however wrong the pair.",
            ),
            Mistake(
                lambda *triples: F.logsigmoid(_margins(*triples)).mean(),
                "the minus is missing: this loss is lowest when every pair is wrong.",
            ),
            Mistake(
                lambda *triples: F.softplus(-_margins(*triples).mean()),
                "you averaged the margins first, so an easy pair pays for a hard one. Average the losses.",
            ),
        ),
        almost=(
            Mistake(
                lambda *triples: -torch.log(torch.sigmoid(_margins(*triples))).mean(),
                "right where margins are small, but at -110 `sigmoid` is 0 and the loss infinite. Use `softplus`.",
            ),
        ),
        hints=(
            "`(tag * items[raved]).sum(dim=1)` is the score of each raved film. What is the margin?",
            "`torch.nn.functional.softplus(z)` is log(1 + e^z). What is z for a pair, and what is done with B losses?",
        ),
        remember="A batch is many small questions, and its loss is the mean of their losses, not the loss of a mean.",
    ),
    Exercise(
        name="05.sampler",
        level="make",
        minutes=5,
        answer=best_of(8),
        cases=lambda: {"three made-up parties": tuple(party_of_tastes(seed) for seed in range(_PARTIES))},
        observe=_measured,
        mistakes=(
            Mistake(uniform, "with any unseen film NDCG@10 is 0.096, because most of them are too easy to teach much."),
            Mistake(
                hardest_of_all,
                "the hardest of all are the films that the guest would like best. With them NDCG@10 is 0.066, below "
                "the 0.096 of any unseen film.",
            ),
            Mistake(
                best_of(8, lambda scores: scores.argmin(dim=0)),
                "you keep the lowest score, which is the easiest film, and easy pairs teach nothing.",
            ),
            Mistake(
                lambda user, likes, scores, generator: scores[user].argmax(dim=1),
                "raves that the guest has shown are drawn as if they were random films.",
            ),
        ),
        almost=(
            Mistake(
                lambda user, likes, scores, generator: best_of(8)(user, likes, scores, generator)[:, None],
                "the check needs one film per rave, (B,), and got a column (B, 1).",
            ),
        ),
        hints=(
            "An easy film is one that's already far behind. Which of the things you're given tells you how far "
            "behind a film is?",
            "The hardest film of all is often one that the guest would love. So how many films should be in the "
            "running?",
            "`scores[user, films]` also takes films of shape `(n, B)`, and `films.gather(0, place[None])[0]` takes one "
            "of n.",
        ),
        remember="Harder random films teach more, until the hardest are the ones the guest would love.",
    ),
)


QUESTIONS = (
    Question(
        "From 04: what is a guest's final tag made of?",
        (
            ("its tag after the last round", "A much-copied slip. LightGCN takes the mean of all rounds."),
            ("the mean of its tags from round 0 to round K", None),
            ("the average of its films' tags", "A round divides by √(d_u d_i), and there are K + 1 of them."),
        ),
        "Rounds 0 to K count alike, so one pair moves the first tags of many guests and films.",
    ),
    Question(
        "From 03: in one table of tags, guests first, which row belongs to film i?",
        (
            ("row i", "Row i is guest i. A loss that reads row i trains guests against guests."),
            ("row n_items + i", "The shift is the number of guests, because they come first."),
            ("row n_users + i", None),
        ),
        "Guests and films share one numbering, and the guests come first.",
    ),
    Question(
        "One pair has a margin of −3, another of +4. Which one teaches more?",
        (
            ("the one with −3", None),
            ("the one with +4", "It's an easy pair: the push σ(−4) is about 0.02."),
            (
                "both teach the same",
                "A loss that is a straight line would say so. Here the push depends on the margin.",
            ),
        ),
        "The push is σ(−x): about 0.95 at −3 and 0.02 at +4.",
    ),
    Question(
        "A hidden rave is drawn as a random film. What do you do?",
        (
            ("draw again, because it is a rave", "To know that, the sampler would have to know the test."),
            ("remove it from the hidden raves", "Then the test would shrink to films that training happened to miss."),
            ("nothing", None),
            ("give this pair no weight in the loss", "That's the same leak: the weight tells training what is hidden."),
        ),
        "Whoever avoids hidden raves knows them. Unseen means unknown, and a few pairs are taught the wrong way round.",
    ),
    Question(
        "Two matchmakers rank films alike, but the second one's scores are ten times as large. Whose list is better?",
        (
            (
                "the first one's, because its scores are closer to 0 and 1",
                "A list is an order. Nobody sees the scores.",
            ),
            ("neither, because the lists are the same", None),
            ("the second one's, because its margins are larger", "Larger margins make the loss smaller, not the list."),
        ),
        "Only the order is shown. BPR's loss differs, but no list does.",
    ),
)
