"""The exercises of notebook 07: gradients that pile up, the loop, early stopping, and a paired comparison."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from course_lib.bpr import bpr_loss, sample_negatives
from course_lib.classroom.check.exercise import Exercise, Mistake
from course_lib.classroom.check.lines import Lines
from course_lib.classroom.lessons.n06_evaluation import BETWEEN_TWO_DRAWS
from course_lib.classroom.parties import random_party
from course_lib.classroom.question import Question
from course_lib.graph import adjacency
from course_lib.interactions import Interactions
from course_lib.lightgcn import LightGCN
from course_lib.party import little_party

STEP = Lines(
    {
        "A": "optimizer.step()",
        "B": "loss = bpr_loss((users[user] * items[raved]).sum(dim=1), (users[user] * items[random]).sum(dim=1))",
        "C": "user, raved = likes.user[batch], likes.item[batch]",
        "D": "loss.backward()",
        "E": "users, items = model(graph)",
        "F": "random = sample_negatives(user, likes, generator)",
        "G": "optimizer.zero_grad()",
    },
    parameters=("batch", "likes", "model", "graph", "optimizer", "generator", "sample_negatives", "bpr_loss"),
    result="loss",
)


def _slopes() -> dict[str, tuple]:
    return {
        "three steps down a slope of 1": ([1.0, 1.0, 1.0], 1.0),
        "a slope that turns": ([0.5, -1.0, 2.0, 0.25], 0.1),
        "a single step": ([3.0], 0.5),
    }


def _without_zero_grad(add: Callable[[float, float, int], float]) -> Callable[[list[float], float], float]:
    """Walk along what piles up: `add` takes the pile, the next gradient and the number of the step."""

    def moved(gradients: list[float], rate: float) -> float:
        x, pile = 0.0, 0.0
        for step, gradient in enumerate(gradients, start=1):
            pile = add(pile, gradient, step)
            x = x - rate * pile
        return x

    return moved


def _rehearsed(order: str, likes: Interactions) -> Tensor:
    """The first tags after three batches, each one pass over the lines in this order."""
    model = LightGCN(likes.n_users, likes.n_items, embedding_dim=2, n_layers=2)
    graph, optimizer = adjacency(likes), torch.optim.SGD(model.parameters(), lr=1.0)
    generator = torch.Generator().manual_seed(0)
    for batch in torch.arange(len(likes)).tensor_split(3):
        STEP.observe(order, batch, likes, model, graph, optimizer, generator, sample_negatives, bpr_loss)
    return model.embedding.weight.detach().clone()


def _curves() -> dict[str, tuple]:
    return {
        "a curve that rises and falls": ([0.10, 0.13, 0.14, 0.12, 0.13, 0.11, 0.10, 0.09], 3),
        "a curve with a tie": ([0.10, 0.20, 0.20, 0.15, 0.19, 0.18], 2),
        "a curve that recovers": ([0.10, 0.14, 0.12, 0.13, 0.15, 0.11, 0.12, 0.10, 0.16], 3),
        "a curve that falls at first": ([0.12, 0.09, 0.08, 0.15, 0.10, 0.11, 0.12, 0.13], 3),
        "a curve that rises to the end": ([0.10, 0.20, 0.25], 2),
    }


def _stop(
    scores: list[float],
    patience: int,
    better: Callable[[list[float], int, int], bool] = lambda scores, epoch, best: scores[epoch - 1] > scores[best - 1],
    over: Callable[[int, int, bool, int], bool] = lambda epoch, best, better, patience: epoch - best >= patience,
) -> tuple[int, int]:
    """Epochs count from 1: the best so far when patience is over, and the last one trained."""
    best = 1
    for epoch in range(1, len(scores) + 1):
        if is_better := better(scores, epoch, best):
            best = epoch
        if over(epoch, best, is_better, patience):
            return best, epoch
    return best, len(scores)


def _misses_in_all(scores: list[float], patience: int) -> tuple[int, int]:
    best, misses = 1, 0
    for epoch in range(2, len(scores) + 1):
        if scores[epoch - 1] > scores[best - 1]:
            best = epoch
        else:
            misses += 1
        if misses == patience:
            return best, epoch
    return best, len(scores)


def _two_models() -> dict[str, tuple]:
    generator = torch.Generator().manual_seed(0)

    def models(n_splits: int, n_guests: int, lead: float, luck: float) -> tuple[Tensor, Tensor, Tensor]:
        """Guests are easy or hard for both models; the first leads by a little, up to luck."""
        guest = torch.rand(n_guests, generator=generator)
        first, second = guest + luck * torch.randn(2, n_splits, n_guests, generator=generator)
        return first + lead, second, torch.randint(n_guests, (200, n_guests), generator=generator)

    return {
        "a small lead for every guest": models(3, 30, lead=0.05, luck=0.02),
        "two equal models": models(5, 20, lead=0.0, luck=0.1),
    }


def _interval(first: Tensor, second: Tensor, draws: Tensor, between: str = "linear") -> Tensor:
    gap = (first - second).mean(dim=0)  # (G,)
    return gap[draws].mean(dim=1).quantile(torch.tensor([0.025, 0.975]), interpolation=between)


def _both_ends(interval: Callable, first: Tensor, second: Tensor, draws: Tensor) -> Any:
    """Two numbers, as a tensor or as a pair."""
    ends = interval(first, second, draws)
    return torch.stack([torch.as_tensor(end) for end in ends]) if isinstance(ends, tuple | list) else ends


def _around_the_mean(first: Tensor, second: Tensor, width: float) -> Tensor:
    gap = (first - second).mean(dim=0)
    return gap.mean() + width * gap.std() * torch.tensor([-1.0, 1.0])


EXERCISES = (
    Exercise(
        name="07.pile",
        level="worked",
        minutes=4,
        answer=_without_zero_grad(lambda pile, gradient, step: pile + gradient),
        cases=_slopes,
        mistakes=(
            Mistake(
                _without_zero_grad(lambda pile, gradient, step: gradient),
                "this is the walk with `zero_grad`: the old gradients are gone before each step.",
            ),
            Mistake(
                _without_zero_grad(lambda pile, gradient, step: 0.9 * pile + gradient),
                "old gradients fade in your pile: that is momentum. Without `zero_grad` they stay whole, for ever.",
            ),
            Mistake(
                _without_zero_grad(lambda pile, gradient, step: pile + (gradient - pile) / step),
                "you take the mean of the gradients so far. `backward` adds.",
            ),
            Mistake(
                _without_zero_grad(lambda pile, gradient, step: pile - gradient),
                "you subtract twice, so x walks uphill: the step already goes against the pile.",
            ),
            Mistake(
                _without_zero_grad(lambda pile, gradient, step: pile),
                "nothing is ever put on the pile, so x stays where it is.",
            ),
        ),
        hints=(
            "`backward` adds the new gradient to what is already there.",
            "On a slope of 1 the pile is 1, then 2, then 3: x goes to -1, -3, -6.",
        ),
    ),
    Exercise(
        name="07.loop",
        level="faded",
        minutes=6,
        answer="CFEBGDA",
        cases=lambda: {"the little party": (little_party(),), "a random party": (random_party(),)},
        observe=_rehearsed,
        diagnose=STEP.diagnose,
        mistakes=(
            Mistake(
                "CFEBDGA",
                "no tag ever moves: on the way from D to the next A, line G sets the gradient to zero.",
            ),
            Mistake(
                "ACFEBGD",
                "each step comes before the gradient of its batch: the first has nothing to walk along, "
                "and the last batch teaches nothing.",
            ),
            Mistake(
                "CFEBAGD",
                "the step comes before `loss.backward()`, so it walks along the gradient of the batch before, "
                "and the loss was computed with tags that are no longer there.",
            ),
            Mistake("CFBEGDA", "the loss needs the final tags: the gossip of E comes before B."),
            Mistake("CEBFGDA", "the loss compares with random films: they are drawn in F, so F comes before B."),
            Mistake("CFEGDBA", "there is no loss yet that D could take the gradient of: B comes before D."),
            Mistake("FCEBGDA", "the random films are drawn for the guests of the batch: C comes before F."),
        ),
        hints=(
            "First what the loss needs: the batch, its random films, the final tags. Then the loss.",
            "Three lines are left. `backward` adds a gradient to what is there, `step` walks along what is there.",
            "`zero_grad` may stand anywhere but between `backward` and `step`.",
        ),
    ),
    Exercise(
        name="07.early_stopping",
        level="faded",
        minutes=8,
        answer=lambda scores, patience: _stop(scores, patience),
        cases=_curves,
        mistakes=(
            Mistake(
                lambda scores, patience: (_stop(scores, patience)[1],) * 2,
                "you keep the epoch at which training stopped, as a published library does. Keep the best one.",
            ),
            Mistake(
                lambda scores, patience: _stop(
                    scores, patience, better=lambda scores, epoch, best: scores[epoch - 1] >= scores[best - 1]
                ),
                "an epoch that only ties is not better: with `>` the earlier of the two is kept.",
            ),
            Mistake(
                lambda scores, patience: _stop(
                    scores,
                    patience,
                    better=lambda scores, epoch, best: epoch > 1 and scores[epoch - 1] > scores[epoch - 2],
                ),
                "you compare with the epoch before. Better means better than the best so far.",
            ),
            Mistake(
                lambda scores, patience: _stop(
                    scores, patience, better=lambda scores, epoch, best: scores[epoch - 1] < scores[best - 1]
                ),
                "you keep the lowest value. That is right for a loss; of NDCG@10 more is better.",
            ),
            Mistake(
                lambda scores, patience: _stop(
                    scores, patience, better=lambda scores, epoch, best: scores[epoch - 1] == max(scores)
                ),
                "you compare with the highest score of the whole curve. At epoch 5 nobody knows the scores of epoch 6.",
            ),
            Mistake(
                lambda scores, patience: _stop(
                    scores, patience, better=lambda scores, epoch, best: scores[epoch - 1] > scores[best]
                ),
                "lists count from 0: `scores[best_epoch]` is the score of the epoch after the best.",
            ),
            Mistake(
                lambda scores, patience: _stop(scores, patience, better=lambda scores, epoch, best: False),
                "no epoch ever counts as better, so the first is kept. Compare `score` with the best score so far.",
            ),
            Mistake(
                lambda scores, patience: _stop(
                    scores, patience, over=lambda epoch, best, better, patience: epoch - best > patience
                ),
                "you train one epoch too many: with patience 3 the third epoch without a better one is the last.",
            ),
            Mistake(
                lambda scores, patience: _stop(scores, patience, over=lambda epoch, best, better, patience: not better),
                "you stop at the first epoch that is no better. A rough curve needs patience.",
            ),
            Mistake(
                lambda scores, patience: _stop(
                    scores, patience, over=lambda epoch, best, better, patience: epoch >= patience
                ),
                "you stop after `patience` epochs in all. Patience counts from the best epoch.",
            ),
            Mistake(
                _misses_in_all,
                "you count all epochs that were no better. A new best epoch starts the count afresh.",
            ),
            Mistake(
                lambda scores, patience: (max(range(len(scores)), key=scores.__getitem__) + 1, len(scores)),
                "you look at the whole curve, also at epochs after the stop. A run that has stopped never sees them.",
            ),
        ),
        almost=(
            Mistake(
                lambda scores, patience: tuple(epoch - 1 for epoch in _stop(scores, patience)),
                "epochs count from 1 here, and yours count from 0.",
            ),
        ),
        hints=(
            "Epochs count from 1 and lists from 0: the score of the best epoch so far is `scores[best_epoch - 1]`.",
            "How many epochs ago was the best one? Compare that with `patience`.",
            "When training stops, the model holds the weights of `epoch`. Which ones do you want to keep?",
        ),
    ),
    Exercise(
        name="07.interval",
        level="free",
        minutes=10,
        answer=_interval,
        cases=_two_models,
        observe=_both_ends,
        mistakes=(
            Mistake(
                lambda first, second, draws: (
                    first.mean(dim=0)[draws].mean(dim=1) - second.mean(dim=0)[draws.flip(0)].mean(dim=1)
                ).quantile(torch.tensor([0.025, 0.975])),
                "the two models are judged by different guests, so that easy guests against hard ones make the "
                "interval wide. Paired means: the same drawn guests for both.",
            ),
            Mistake(
                lambda first, second, draws: _interval(first[:1], second[:1], draws),
                "you use the first split only. One run is an anecdote: average each guest's difference over splits.",
            ),
            Mistake(
                lambda first, second, draws: (first - second).mean(dim=0).quantile(torch.tensor([0.025, 0.975])),
                "this is where 95 % of the guests lie. The question is where their mean lies: "
                "take the mean of each drawn party first.",
            ),
            Mistake(
                lambda first, second, draws: torch.stack(
                    [(first - second).mean(dim=1).min(), (first - second).mean(dim=1).max()]
                ),
                "this is the range over the splits. It says nothing about other guests: draw guests.",
            ),
            Mistake(
                lambda first, second, draws: (
                    (first - second).mean(dim=0)[draws].mean(dim=1).quantile(torch.tensor([0.05, 0.95]))
                ),
                "this interval holds 90 %: 5 % lie below it and 5 % above.",
            ),
            Mistake(
                lambda first, second, draws: _interval(second, first, draws),
                "you take second - first. The sign says who is ahead.",
            ),
            Mistake(
                lambda first, second, draws: _around_the_mean(first, second, 1.96),
                "1.96 standard deviations of the guests are not those of their mean: the mean of G guests varies "
                "less, by √G.",
            ),
        ),
        almost=(
            Mistake(
                lambda first, second, draws: _around_the_mean(first, second, 1.96 / first.size(1) ** 0.5),
                "1.96 standard errors around the mean is a good approximation. The check wants the quantiles "
                "of the drawn parties.",
            ),
            *(
                Mistake(
                    lambda first, second, draws, how=how: _interval(first, second, draws, how),
                    BETWEEN_TWO_DRAWS.format(how),
                )
                for how in ("lower", "higher", "nearest")
            ),
        ),
        hints=(
            "First one number per guest: the difference of the two models, averaged over the splits, (G,).",
            "`gap[draws]` is (R, G): the differences in each drawn party. Its mean over guests is (R,).",
            "`.quantile(torch.tensor([0.025, 0.975]))` cuts off 2.5 % at each end.",
        ),
    ),
)


QUESTIONS = (
    Question(
        "From 05: the BPR loss falls more and more slowly, long before it overfits. Why?",
        (
            ("the learning rate shrinks", "Nobody changes it. Adam scales steps, but not because epochs go by."),
            ("the random films run out", "They are drawn afresh in every step, and there are far more than needed."),
            ("most pairs have become easy", None),
            (
                "the tags have reached their greatest length",
                "Nothing bounds them under BPR; L2 only makes length cost.",
            ),
        ),
        "The push of a pair is σ(-x), almost 0 for an easy one. A few hard pairs still teach.",
    ),
    Question(
        "From 06: validation is scored during training. Which raves are masked in the ranking?",
        (
            ("those of train", None),
            ("those of train and validation", "Then no validation rave can be found, and every score is 0."),
            ("those of train and test", "To mask a test rave, the training would have to know it."),
            ("none", "The model learned the train raves: they would fill the list and leave no place for others."),
        ),
        "What was learned is masked. Test raves stay in the ranking and count as misses.",
    ),
    Question(
        "After some epoch the training loss still falls, and so does validation NDCG@10. Which weights do you keep?",
        (
            (
                "those of the lowest training loss",
                "That loss is about seen raves. Seen raves learned by heart help nobody.",
            ),
            ("those of the last epoch", "Early stopping ends there, some epochs after the best: a published slip."),
            (
                "those of the best test NDCG@10",
                "Then the test has taken part in the training, and its value is too good.",
            ),
            ("those of the best validation epoch", None),
        ),
        "This is overfitting, and validation is the part that may choose.",
    ),
    Question(
        "LightGCN with softmax beats matrix factorisation with BPR, on every split. What do you know about the graph?",
        (
            ("it helps", "Two things changed. The teacher alone may have done it."),
            ("nothing yet", None),
            ("it helps under softmax only", "For that you need matrix factorisation under softmax beside it."),
            ("it needs more layers", "Depth was not varied, so nothing here speaks about it."),
        ),
        "Teacher and network changed at once. A third corner is needed: MF with softmax, or LightGCN with BPR.",
    ),
    Question(
        "A is 0.004 ahead of B on one split. What do you need before you say that A is better?",
        (
            (
                "the difference on several splits, per guest, and its interval",
                None,
            ),
            ("a fourth decimal", "Decimals say how finely it was printed. Another split may turn the winner."),
            ("the same split again with more epochs", "The same hidden raves again: one run stays one run."),
            (
                "two intervals, one for A and one for B, that do not overlap",
                "Guests differ far more than models do. The paired difference is the finer tool.",
            ),
        ),
        "A paired interval without zero, over guests and averaged over splits. Then ask whether 0.004 matters.",
    ),
)
