"""The exercises of notebook 05: the gradient of BPR, a loss that survives float32, a sampler and a test for it."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.bpr import bpr_loss, sample_negatives
from course_lib.classroom.check.compare import kind
from course_lib.classroom.check.exercise import Exercise, Mistake
from course_lib.classroom.museum import negatives_know_the_test, unknown_negatives
from course_lib.classroom.parties import dealt
from course_lib.classroom.question import Question
from course_lib.interactions import Interactions, Split
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
    # Guest 1 has a rave in each part, guest 3 one to train on and one hidden.
    split = dealt(little_party(), train=(0, 1, 2, 5, 6, 7), validation=(3,), test=(4, 8))

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


QUESTIONS = (
    Question(
        "From 04: what is a guest's final tag made of?",
        (
            ("the tags after the last round", "A much-copied slip. LightGCN takes the mean of all rounds."),
            ("the mean of the tags after 0 to K rounds", None),
            ("the mean of the raved films' tags", "A round divides by √(d_i d_j), and there are K + 1 of them."),
            ("64 numbers of its own", "That is round 0, and all of it only with K = 0: matrix factorisation."),
        ),
        "Rounds 0 to K, 1/(K + 1) each. So one pair moves the first tags of many nodes.",
    ),
    Question(
        "From 03: which row of the table of tags belongs to film i?",
        (
            ("i", "Row i is guest i. A loss that reads row i trains guests against guests."),
            ("n_items + i", "The shift is the number of guests: they come first."),
            ("n_users + i", None),
        ),
        "One index space, guests first.",
    ),
    Question(
        "The margin of a pair is -3, of another +4. Which one teaches more?",
        (
            ("the one with -3", None),
            ("the one with +4", "It is an easy pair: the push σ(-4) is about 0.02."),
            ("both the same", "A loss that is a straight line would say so. The push of BPR depends on the margin."),
            (
                "neither, the scores are not between 0 and 1",
                "Only the difference of the scores counts, not their range.",
            ),
        ),
        "The push is σ(-x): about 0.95 at -3 and 0.02 at +4.",
    ),
    Question(
        "A hidden rave is drawn as a random film. What do you do?",
        (
            ("draw again, it is a rave", "To know that, the sampler would have to know the test."),
            ("nothing", None),
            ("remove it from the test", "Then the test shrinks to films the training happened not to draw."),
            ("give it weight 0 in the loss", "That is the same leak: the weight tells the training what is hidden."),
        ),
        "Whoever avoids hidden raves knows them. Unseen means unknown, and some pairs are taught the wrong way round.",
    ),
    Question(
        "The loss is finite, and the worst pairs never improve. Where do you look?",
        (
            ("at the learning rate", "A rate moves all pairs. Here the pairs that are most wrong stand still."),
            ("at the number of rounds", "Depth changes which tags move, not whether a wrong pair pushes."),
            ("at a small number inside the logarithm", None),
            ("at the L2 penalty", "It pulls on every tag of a batch, right pairs and wrong ones alike."),
        ),
        "-log(σ(x) + 1e-10) has almost no gradient where σ(x) is far below 1e-10. Use softplus(-x).",
    ),
)
