"""The exercises of notebook 07: early stopping, a teacher who asks about all films at once, and one of your own."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.classroom.check.compare import kind
from course_lib.classroom.check.exercise import Exercise, Mistake
from course_lib.classroom.lessons.n05_bpr import party_of_tastes
from course_lib.classroom.question import Question
from course_lib.evaluation import evaluate
from course_lib.interactions import Interactions

BAR = 0.185  # NDCG@10 on validation that a teacher has to reach
_PARTIES, _STEPS = 3, 25


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


def _one_guest() -> dict[str, tuple]:
    generator = torch.Generator().manual_seed(0)
    raved = torch.rand(40, generator=generator) < 0.2
    return {
        "a guest with two raves and four other films": (
            torch.tensor([0.9, 0.2, 0.6, -0.1, 0.4, 0.0]),
            torch.tensor([True, False, True, False, False, False]),
            0.25,
        ),
        "a guest with one rave and one other film": (torch.tensor([0.3, 0.5]), torch.tensor([True, False]), 1.0),
        "a guest of forty films": (torch.rand(40, generator=generator) * 2 - 1, raved, 0.5),
    }


def _against_all(scores: Tensor, raved: Tensor, t: float, rivals: Tensor | None = None) -> Tensor:
    strength = (scores / t).exp()
    against = strength[~raved if rivals is None else rivals].sum()
    return -(strength[raved] / (strength[raved] + against)).log().mean()


def softmax_at(t: float) -> Callable[[Tensor, Tensor], Tensor]:
    """A teacher: each rave against all films that the guest did not rave about, at this temperature."""

    def loss(scores: Tensor, raved: Tensor) -> Tensor:
        rivals = (scores / t).masked_fill(raved, -torch.inf).logsumexp(dim=1, keepdim=True)
        return F.softplus(rivals - scores / t)[raved].mean()

    return loss


def one_random_film(scores: Tensor, raved: Tensor) -> Tensor:
    """The teacher of notebook 05: each rave against one film, whichever comes."""
    guest, film = raved.nonzero().T
    generator = torch.Generator().manual_seed(int(1e6 * float(scores.detach().abs().mean())))
    random = torch.multinomial((~raved).float(), int(raved.sum(dim=1).max()), generator=generator)
    place = torch.cat([torch.arange(n) for n in raved.sum(dim=1).tolist()])
    return F.softplus(scores[guest, random[guest, place]] - scores[guest, film]).mean()


def strongest_rival(scores: Tensor, raved: Tensor) -> Tensor:
    """Each rave against the one film that scores highest among the others."""
    rival = scores.masked_fill(raved, -torch.inf).amax(dim=1, keepdim=True)
    return F.softplus(rival - scores)[raved].mean()


def _learnt(teacher: Callable, *parties: tuple[Interactions, Interactions]) -> dict | None:
    """What a teacher returns, and NDCG@10 on validation after a short training with it, mean over the parties."""
    found, returned = [], ""
    for likes, validation in parties:
        generator, raved = torch.Generator().manual_seed(0), likes.dense().bool()
        tags = (0.1 * torch.randn(likes.n_users + likes.n_items, 16, generator=generator)).requires_grad_()
        optimizer = torch.optim.AdamW([tags], lr=0.05, weight_decay=0.0)
        for _ in range(_STEPS):
            users, items = F.normalize(tags).split([likes.n_users, likes.n_items])
            loss = teacher(users @ items.T, raved)
            returned = kind(loss)
            if not isinstance(loss, Tensor) or loss.numel() != 1:
                return loss if loss is None else {"what it returns": returned}
            if not loss.requires_grad:
                return {"what it returns": returned, "how it depends on the scores": "not at all"}
            optimizer.zero_grad()
            (loss.sum() + 1e-3 * tags.square().sum() / len(likes)).backward()
            optimizer.step()
        users, items = F.normalize(tags.detach()).split([likes.n_users, likes.n_items])
        judged = evaluate((users @ items.T).nan_to_num().__getitem__, validation, likes, k=(10,))
        found.append(float(judged["ndcg@10"].mean()))
    mean = sum(found) / len(found)
    return {
        "what it returns": returned,
        "how it depends on the scores": "it has a gradient",
        "NDCG@10 on validation": f"{BAR} or more" if mean >= BAR else f"only {mean:.3f}",
    }


EXERCISES = (
    Exercise(
        name="07.early_stopping",
        level="worked",
        minutes=3,
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
                "you look at the whole curve, also at epochs after the stop. A run that has stopped never sees those.",
            ),
        ),
        almost=(
            Mistake(
                lambda scores, patience: tuple(epoch - 1 for epoch in _stop(scores, patience)),
                "epochs count from 1 here, and yours count from 0.",
            ),
        ),
        hints=(
            "How many epochs ago was the best one? Compare that with `patience`.",
            "When training stops, the model holds the weights of `epoch`. Which ones do you want to keep?",
        ),
        remember="Stop when patience is over, and keep the best weights, which are not the last ones.",
    ),
    Exercise(
        name="07.against_all",
        level="faded",
        minutes=3,
        answer=_against_all,
        cases=_one_guest,
        mistakes=(
            Mistake(
                lambda scores, raved, t: _against_all(scores, raved, t, torch.ones_like(raved)),
                "all films are among your rivals, the guest's raves too. Those are no wrong answers.",
            ),
            Mistake(
                lambda scores, raved, t: -((scores / t).exp()[raved] / (scores / t).exp()[~raved].sum()).log().mean(),
                "the rave itself is missing below the line, so your shares can be larger than 1.",
            ),
            Mistake(
                lambda scores, raved, t: _against_all(scores, raved, t, raved),
                "you added up the strengths of the raves. The rivals are the films that weren't raved about.",
            ),
            Mistake(
                lambda scores, raved, t: -_against_all(scores, raved, t),
                "the minus is missing: this loss is lowest when the rivals win.",
            ),
            Mistake(
                lambda scores, raved, t: _against_all(scores, raved, t) * raved.sum(),
                "this is the sum over the raves. Take the mean, or who raves a lot counts for more.",
            ),
            Mistake(
                lambda scores, raved, t: 1 - (-_against_all(scores, raved, t)).exp(),
                "the logarithm is missing. With it, a rave with hardly any share costs a lot.",
            ),
        ),
        almost=(
            Mistake(
                lambda scores, raved, t: torch.stack(
                    [
                        _against_all(scores, raved & (torch.arange(len(raved)) == film), t, ~raved)
                        for film in raved.nonzero().flatten()
                    ]
                ),
                "these are the losses of the single raves, and they're right. Return their mean.",
            ),
        ),
        hints=(
            "`~raved` picks the films that weren't raved about, and `.sum()` adds their strengths up.",
            "A rave's share is its own strength over its own strength plus that of all rivals.",
        ),
        remember="Softmax asks about all films at once, and a strong rival counts for more than a weak one.",
    ),
    Exercise(
        name="07.teacher",
        level="make",
        minutes=4,
        answer=softmax_at(0.5),
        cases=lambda: {"three made-up parties": tuple(party_of_tastes(seed) for seed in range(_PARTIES))},
        observe=_learnt,
        mistakes=(
            Mistake(
                one_random_film,
                "that's one random film per rave, the teacher of BPR. It reaches about 0.15, and most of its questions "
                "are too easy to teach much.",
            ),
            Mistake(
                strongest_rival,
                "you only ask about the one strongest rival, and that's often a film the guest would love. NDCG@10 is "
                "0.04 with it.",
            ),
            Mistake(
                lambda scores, raved: -softmax_at(0.5)(scores, raved),
                "your loss is lowest when the raves come last. Training makes a loss smaller, so turn the sign round.",
            ),
            Mistake(
                lambda scores, raved: F.binary_cross_entropy_with_logits(scores, raved.float()),
                "you ask of each film whether it was raved about. Nearly all of them weren't, so your teacher spends "
                "its time on those, and no rave is compared with anything.",
            ),
        ),
        almost=(
            Mistake(
                lambda scores, raved: softmax_at(0.5)(scores, raved)[None].expand(2),
                "a loss is one number. Yours returns several, so take their mean.",
            ),
        ),
        hints=(
            "Begin with exercise 7.2: `(scores / t).masked_fill(raved, -torch.inf).logsumexp(dim=1)` is the logarithm "
            "of the rivals' strength, one number per guest.",
            "`torch.nn.functional.softplus(rivals - own)` is the loss of a rave, with both as logarithms.",
            "The course's own t = 0.25 just misses the bar at these parties, so try others.",
        ),
        remember="The right temperature depends on the party, so it's chosen on validation, like everything else.",
    ),
)


QUESTIONS = (
    Question(
        "From 05: the BPR loss falls more and more slowly, long before it overfits. Why?",
        (
            ("most pairs have become easy", None),
            ("the learning rate shrinks as epochs go by", "Nobody changes it. It's the same in each epoch."),
            ("the random films run out", "They're drawn afresh in each step, and there are far more than needed."),
        ),
        "The push of a pair is σ(−x), almost 0 for an easy one. A few hard pairs still teach.",
    ),
    Question(
        "From 06: validation is scored during training. Which raves are left out of the ranking?",
        (
            ("those of train and validation", "Then no validation rave could be found, and each score would be 0."),
            ("those of train and test", "To leave a test rave out, training would have to know it."),
            ("those of train", None),
            ("none", "Then the raves that were learnt would fill the list and leave no place for others."),
        ),
        "What was learnt is left out. Test raves stay in the ranking and count as misses.",
    ),
    Question(
        "The training loss still falls, but NDCG@10 on validation falls too. Which weights do you keep?",
        (
            ("those of the last epoch", "Early stopping ends there, some epochs after the best: a published slip."),
            ("those of the best validation epoch", None),
            (
                "those of the epoch with the best test NDCG@10",
                "Then the test has taken part in the training, and its value is too good.",
            ),
        ),
        "This is overfitting, and validation is the part that may choose.",
    ),
    Question(
        "LightGCN with softmax beats matrix factorisation with BPR. What do you know about the graph?",
        (
            ("it helps", "Two things changed. The teacher alone may have done it."),
            ("it helps under softmax only", "For that you need matrix factorisation under softmax beside it."),
            ("it needs more layers", "Depth wasn't varied, so nothing here speaks about it."),
            ("nothing yet", None),
        ),
        "Teacher and network changed at once. A third corner is needed: MF with softmax, or LightGCN with BPR.",
    ),
    Question(
        "A is 0.004 ahead of B on one split. What do you need before you say that A is better?",
        (
            ("a fourth decimal", "Decimals say how finely it was printed. Another split may turn the winner."),
            ("many splits and the interval of the difference", None),
            ("the same split again with more epochs", "The same hidden raves again: one run stays one run."),
            (
                "two intervals, one for A and one for B, that don't overlap",
                "Guests differ far more than models do. The paired difference is the finer tool.",
            ),
        ),
        "The interval of the difference has to leave out zero. Then ask whether 0.004 matters to anybody.",
    ),
)
