"""The exercises of notebook 07: early stopping, a teacher who asks about all films at once, and whom to push harder."""

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

BAR = 0.178  # NDCG@10 on validation that weights have to reach; equal ones come to 0.170
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


def by_strength(t: float) -> Callable[[Tensor, Tensor], Tensor]:
    """Weights of rivals that rise with the score, as under softmax at this temperature."""
    return lambda scores, raved: (scores / t).exp()


def all_alike(scores: Tensor, raved: Tensor) -> Tensor:
    """The weights of notebook 05's teacher, who draws each film equally often."""
    return torch.ones_like(scores)


def only_the_strongest(scores: Tensor, raved: Tensor) -> Tensor:
    """All weight on the film that scores highest among those not raved about."""
    rivals = scores.masked_fill(raved, -torch.inf)
    return (rivals == rivals.amax(dim=1, keepdim=True)).float()


def by_fame(scores: Tensor, raved: Tensor) -> Tensor:
    """A weight for each film that counts its raves."""
    return raved.float().sum(dim=0).expand_as(scores)


def _learnt(weigh: Callable, *parties: tuple[Interactions, Interactions]) -> dict | None:
    """What `weigh` returns, and NDCG@10 on validation after a short BPR training with it, mean over the parties.

    On one thread: at this size two that wait for each other on a busy computer take many times as long.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return _measured(weigh, parties)
    finally:
        torch.set_num_threads(threads)


def _measured(weigh: Callable, parties: tuple[tuple[Interactions, Interactions], ...]) -> dict | None:
    found, returned = [], ""
    for likes, validation in parties:
        generator, raved = torch.Generator().manual_seed(0), likes.dense().bool()
        films = likes.item[likes.user.argsort(stable=True)].view(likes.n_users, -1)  # (n_users, 12) raves of each
        tags = (0.1 * torch.randn(likes.n_users + likes.n_items, 16, generator=generator)).requires_grad_()
        optimizer = torch.optim.AdamW([tags], lr=0.05, weight_decay=0.0)
        for _ in range(_STEPS):
            users, items = F.normalize(tags).split([likes.n_users, likes.n_items])
            score = users @ items.T
            weight = weigh(score.detach().clone(), raved.clone())
            if not isinstance(weight, Tensor):
                return weight if weight is None else {"what it returns": kind(weight)}
            weight = weight.detach().float()
            returned = kind(weight)
            if weight.shape != score.shape:
                return {"what it returns": returned}
            weight = weight.masked_fill(raved, 0.0)
            whole = weight.sum(dim=1, keepdim=True)
            if not (weight >= 0).all() or not whole.isfinite().all() or (whole == 0).any():
                wrong = "some are below 0" if (weight < 0).any() else "all 0, or not finite"
                return {"what it returns": returned, "the weights of a guest's rivals": wrong}
            # The slope of BPR's loss: each rave meets all rivals, and each pair pushes by its weight and its margin.
            raves = score.detach().gather(1, films)
            push = torch.sigmoid(score.detach()[:, None] - raves[:, :, None]) * (weight / whole)[:, None]
            slope = push.sum(dim=1).scatter_add(1, films, -push.sum(dim=2)) / len(likes)
            optimizer.zero_grad()
            ((score * slope).sum() + 1e-3 * tags.square().sum() / len(likes)).backward()
            optimizer.step()
        users, items = F.normalize(tags.detach()).split([likes.n_users, likes.n_items])
        found.append(float(evaluate((users @ items.T).__getitem__, validation, likes, k=(10,))["ndcg@10"].mean()))
    mean = sum(found) / len(found)
    return {
        "what it returns": returned,
        "the weights of a guest's rivals": "0 or more, and not all 0",
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
                "you keep the epoch at which training stopped. Keep the best one.",
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
        name="07.weights",
        level="make",
        minutes=4,
        answer=by_strength(0.5),
        cases=lambda: {"three made-up parties": tuple(party_of_tastes(seed) for seed in range(_PARTIES))},
        observe=_learnt,
        mistakes=(
            Mistake(
                all_alike,
                "with equal weights every rival counts as much as any other, as in 05. That's the 0.170 to beat.",
            ),
            Mistake(
                only_the_strongest,
                "you only push the one strongest rival, and that's often a film the guest would love. NDCG@10 is 0.04 "
                "with it.",
            ),
            Mistake(
                lambda scores, raved: by_strength(-0.5)(scores, raved),
                "your weights are largest for the films that score lowest. Those pairs are in the right order already.",
            ),
            Mistake(
                by_fame,
                "you push famous films hardest. Most guests would love those, so the lists lose them.",
            ),
            Mistake(
                lambda scores, raved: scores,
                "a cosine can be below 0, and a weight can't. Turn the scores into numbers of 0 or more.",
            ),
        ),
        almost=(
            Mistake(
                lambda scores, raved: by_strength(0.5)(scores, raved)[0],
                "the check needs a weight per guest and film, (n_users, n_films), and got one row.",
            ),
        ),
        hints=(
            "Equal weights are too even, and all weight on the strongest rival is far too much. What lies between?",
            "A weight may rise with the score, slowly or steeply, or be 0 for films that are far behind already.",
            "How steep is right for these parties, only the bar can tell. Try two or three, and keep the best.",
        ),
        remember="Push strong rivals harder, but not only the strongest; how much harder, validation has to say.",
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
        "Validation reads 0.12, 0.14, 0.13, 0.15, 0.14, 0.13, and the patience is two. Whose weights do you keep?",
        (
            (
                "those of epoch 2: the next one was worse",
                "One epoch isn't two. Patience was there to wait for epoch 4.",
            ),
            ("those of epoch 4", None),
            ("those of epoch 6: training stopped there", "It stops there, and then it goes back to the best."),
        ),
        "Epochs 5 and 6 bring nothing better, so training stops, and 0.15 at epoch 4 is the best so far.",
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
        "On twenty splits A has 0.300 (interval 0.291 to 0.309), B 0.296 (0.287 to 0.305), and A minus B is 0.004 "
        "(0.001 to 0.007). Is A better?",
        (
            (
                "nobody can tell, the two intervals overlap",
                "Guests differ far more than models do, so both intervals are wide. The difference is the finer tool.",
            ),
            ("yes: 0.300 is more than 0.296", "So it would be if A had been lucky. A mean alone doesn't tell."),
            ("yes, by a little", None),
            ("only a single run can tell", "One run has one draw of hidden raves, and the next may turn the winner."),
        ),
        "The interval of the difference leaves out zero. Whether 0.004 matters to anybody is the next question.",
    ),
)
