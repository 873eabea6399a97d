"""The exercises of notebook 05: the gradient of BPR, a loss that survives float32, a sampler and a test for it."""

from collections.abc import Callable

import pandas as pd
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.bpr import bpr_loss, sample_negatives
from course_lib.checks.compare import kind
from course_lib.checks.exercise import Exercise, Mistake
from course_lib.interactions import Interactions, Split
from course_lib.museum import negatives_know_the_test, unknown_negatives
from course_lib.party import little_party


def _scores() -> dict[str, tuple]:
    generator = torch.Generator().manual_seed(0)
    return {
        "a pair with margin 1 and a tie": (torch.tensor([2.0, 0.5]), torch.tensor([1.0, 0.5])),
        "five random pairs": tuple(torch.randn(2, 5, generator=generator)),
        "pairs with margins of -30 and -110": (torch.tensor([-10.0, -50.0]), torch.tensor([20.0, 60.0])),
    }


def _loss_and_gradient(loss: Callable[[Tensor, Tensor], Tensor], positive: Tensor, negative: Tensor) -> dict | None:
    """The loss of a batch, and what it teaches the scores of the raved films."""
    positive = positive.clone().requires_grad_()
    value = loss(positive, negative)
    if not isinstance(value, Tensor) or value.dim() or not value.requires_grad:
        return value if value is None else {"the loss": value, "its gradient on the raved films": None}
    return {"the loss": value.item(), "its gradient on the raved films": torch.autograd.grad(value, positive)[0]}


def _gradient(positive: Tensor, negative: Tensor) -> Tensor:
    positive = positive.clone().requires_grad_()
    return torch.autograd.grad(bpr_loss(positive, negative), positive)[0]


def _parties() -> dict[str, tuple]:
    few = Interactions(torch.tensor([1, 1, 1, 1, 1, 0]), torch.tensor([0, 2, 5, 8, 10, 4]), 5, 11)
    most = Interactions(torch.zeros(7, dtype=torch.int64), torch.tensor([0, 1, 2, 4, 6, 7, 9]), 6, 10)
    return {"a guest with 5 of 11 films": (few, 1), "a guest with 7 of 10 films": (most, 0)}


def _facts(draw: Callable, likes: Interactions, guest: int) -> dict | None:
    """What one can say of 2,000 random films for a guest, drawn in turn with another's, without knowing which."""
    user = torch.tensor([guest, 1 - guest]).repeat(2000)
    item, again, other = (draw(user, likes, torch.Generator().manual_seed(seed)) for seed in (0, 0, 1))
    if not isinstance(item, Tensor) or item.shape != user.shape or item.is_floating_point():
        return None if item is None else {"what it returns": kind(item)}
    returned, (user, item, again, other) = kind(item), (x[::2] for x in (user, item, again, other))
    count = torch.bincount(item, minlength=likes.n_items).float()
    allowed = ~likes.rows(torch.tensor([guest]))[0]
    expected = len(user) / int(allowed.sum())
    raves = likes.contains(user, item).float().mean().item()
    by_chance = 1 - int(allowed.sum()) / likes.n_items
    return {
        "what it returns": returned,
        "visible raves drawn": "none" if raves == 0 else "fewer than by chance" if raves < 0.95 * by_chance else "many",
        "films that are never drawn": int((count[: likes.n_items][allowed] == 0).sum()),
        "all of the others equally often": bool(
            ((count[: likes.n_items][allowed] - expected) ** 2).sum() < 40 * expected
        ),
        "the same films with the same seed": torch.equal(item, again),
        "other films with another seed": not torch.equal(item, other) or int(allowed.sum()) == 1,
    }


def _once_again(user: Tensor, likes: Interactions, generator: torch.Generator) -> Tensor:
    item = torch.randint(likes.n_items, user.shape, generator=generator)
    again = torch.randint(likes.n_items, user.shape, generator=generator)
    return torch.where(likes.contains(user, item), again, item)


def _next_free(user: Tensor, likes: Interactions, generator: torch.Generator) -> Tensor:
    item = torch.randint(likes.n_items, user.shape, generator=generator)
    for _ in range(likes.n_items):
        item = torch.where(likes.contains(user, item), (item + 1) % likes.n_items, item)
    return item


def _first_free(user: Tensor, likes: Interactions, generator: torch.Generator) -> Tensor:
    return (~likes.rows(user)).int().argmax(dim=1)


def _samples() -> dict[str, tuple]:
    """Many negatives of guests who hide a rave, from samplers of which some are wrong."""
    party = little_party()

    def part(*rows: int) -> Interactions:
        return Interactions(party.user[list(rows)], party.item[list(rows)], party.n_users, party.n_items)

    # Guest 1 has a rave in each part, guest 3 one to train on and one hidden.
    split = Split(part(0, 1, 2, 5, 6, 7), part(3), part(4, 8), pd.RangeIndex(4), pd.RangeIndex(5))

    def drawn(sampler: Callable, *guests: int) -> tuple[Tensor, Tensor, Split]:
        user = torch.tensor(guests).repeat(100)
        return user, sampler(user, split, torch.Generator().manual_seed(0)), split

    return {
        "a right sampler": drawn(unknown_negatives, 1, 3),
        "a right sampler and one guest": drawn(unknown_negatives, 3),
        "a sampler that knows the test": drawn(negatives_know_the_test, 1, 3),
        "a sampler that draws any film": drawn(lambda user, split, g: torch.randint(5, user.shape, generator=g), 1, 3),
        "a sampler that avoids the train part only": drawn(
            lambda user, split, g: sample_negatives(user, split.train, g), 1, 3
        ),
    }


def _is_fair(user: Tensor, negative: Tensor, split: Split) -> bool:
    seen, hidden = (part.contains(user, negative).any() for part in (split.fit, split.test))
    return bool(hidden and not seen)


EXERCISES = (
    Exercise(
        name="05.gradient",
        level="worked",
        minutes=5,
        answer=_gradient,
        cases=_scores,
        mistakes=(
            Mistake(
                lambda positive, negative: -_gradient(positive, negative),
                "the sign is the other way round: a higher score of the raved film makes the loss smaller.",
            ),
            Mistake(
                lambda positive, negative: -torch.sigmoid(positive - negative) / len(positive),
                "you took σ(x). The push is σ(-x): a pair in the wrong order must push more, not less.",
            ),
            Mistake(
                lambda positive, negative: -torch.sigmoid(negative - positive),
                "the loss is a mean over the batch, so each pair's gradient is divided by the number of pairs.",
            ),
            Mistake(
                lambda positive, negative: -F.softplus(negative - positive) / len(positive),
                "this is the loss of each pair. Its derivative is a sigmoid.",
            ),
        ),
        hints=(
            "The margin is positive - negative, so its derivative by the raved film's score is +1, "
            "by the random film's -1.",
            "The two gradients of a pair are equally large and point in opposite directions.",
        ),
    ),
    Exercise(
        name="05.stable_loss",
        level="faded",
        minutes=6,
        answer=bpr_loss,
        cases=_scores,
        observe=_loss_and_gradient,
        mistakes=(
            Mistake(
                lambda positive, negative: -torch.log(torch.sigmoid(positive - negative)).mean(),
                "at x = -110 the loss is infinite and its gradient is no number or 0: `sigmoid(x)` has underflowed to "
                "0, or `exp(-x)` has overflowed.",
            ),
            Mistake(
                lambda positive, negative: -torch.log(torch.sigmoid(positive - negative) + 1e-10).mean(),
                "the small number keeps the loss finite, but at x = -30 the gradient is gone: the pairs that are most "
                "wrong stop teaching.",
            ),
            Mistake(
                lambda positive, negative: F.softplus(positive - negative).mean(),
                "the sign of the margin is the other way round: it rewards random films.",
            ),
            Mistake(
                lambda positive, negative: F.softplus(negative - positive).sum(),
                "this is the sum over the batch. With the mean, a batch twice as large has the same loss.",
            ),
            Mistake(
                lambda positive, negative: F.logsigmoid(positive - negative).mean(),
                "the minus is missing: this loss would be minimised by getting every pair wrong.",
            ),
            Mistake(
                lambda positive, negative: (negative - positive).clamp_min(0).mean(),
                "this is a hinge: pairs in the right order teach nothing at all, and the others all push the same.",
            ),
        ),
        hints=(
            "-log σ(x) = log(1 + e^-x). PyTorch has log(1 + e^z) as one function.",
            "`F.softplus(z)` is log(1 + e^z). What is z for a pair?",
        ),
    ),
    Exercise(
        name="05.sampler",
        level="free",
        minutes=10,
        answer=sample_negatives,
        cases=_parties,
        observe=_facts,
        mistakes=(
            Mistake(
                lambda user, likes, generator: torch.randint(likes.n_items, user.shape, generator=generator),
                "visible raves of the guest are drawn as if they were random films.",
            ),
            Mistake(
                _once_again,
                "visible raves become rarer and are still drawn. Replacing once, or a smaller weight, is not enough: "
                "for a guest with 7 of 10 films the replacement mostly is one too.",
            ),
            Mistake(
                lambda user, likes, generator: torch.multinomial(
                    (~likes.rows(user))[:, : likes.n_users].float() + 1e-9, 1, generator=generator
                ).squeeze(1),
                "only the first n_users films can be drawn: the number of films is n_items.",
            ),
            Mistake(
                _next_free,
                "you move from a visible rave to the next free film, so that films after many raves are drawn too "
                "often. All must be equally likely.",
            ),
            Mistake(_first_free, "it is the same film every time. A random film is a fresh draw."),
            Mistake(
                lambda user, likes, generator: sample_negatives(user, likes),
                "the generator is not used: the same seed must draw the same films.",
            ),
            Mistake(
                lambda user, likes, generator: torch.multinomial(likes.rows(user).float(), 1, generator=generator)[
                    :, 0
                ],
                "you draw among the visible raves. Turn the mask over with `~`.",
            ),
        ),
        almost=(
            Mistake(
                lambda user, likes, generator: torch.multinomial((~likes.rows(user)).float(), 1, generator=generator),
                "the films are right, but `torch.multinomial` returns a column (B, 1): the check needs (B,).",
            ),
        ),
        hints=(
            "`likes.rows(user)` is (B, n_items), True at the visible raves. Which films have weight 1, which weight 0?",
            "`torch.multinomial(weight, 1, generator=generator)` draws one column per row, in proportion to `weight`.",
            "It returns (B, 1); `squeeze(1)` makes (B,) of it.",
        ),
    ),
    Exercise(
        name="05.catch",
        level="free",
        minutes=6,
        answer=_is_fair,
        cases=_samples,
        mistakes=(
            Mistake(lambda user, negative, split: True, "a test that no sampler can fail tests nothing."),
            Mistake(lambda user, negative, split: False, "a right sampler must pass."),
            Mistake(
                lambda user, negative, split: not split.fit.contains(user, negative).any(),
                "a sampler that knows the test passes: it avoids the visible raves as well.",
            ),
            Mistake(
                lambda user, negative, split: not split.test.contains(user, negative).any(),
                "you demand that no hidden rave is drawn. Only a sampler that knows the test can promise that.",
            ),
            Mistake(
                lambda user, negative, split: split.test.contains(user, negative).any(),
                "a sampler that draws any film passes, visible raves too. Two things must hold.",
            ),
            Mistake(
                lambda user, negative, split: (
                    not split.train.contains(user, negative).any() and split.test.contains(user, negative).any()
                ),
                "a sampler that draws validation raves passes. What may be learned from is `split.fit`, both parts.",
            ),
        ),
        hints=(
            "`split.fit.contains(user, negative)` is True where a visible rave was drawn. "
            "The hidden ones are in `split.test`.",
            "In many draws, what must never happen, and what must happen at least once?",
        ),
    ),
)
