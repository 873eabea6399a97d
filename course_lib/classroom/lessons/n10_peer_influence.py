"""The exercises of notebook 10: a walk by hand, what each peer carries, and whom to listen to."""

from collections.abc import Callable
from functools import cache
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import normalize

from course_lib.classroom.check.compare import kind
from course_lib.classroom.check.exercise import Exercise, Mistake
from course_lib.classroom.parties import random_party
from course_lib.classroom.question import Question
from course_lib.data import load_movielens
from course_lib.evaluation import evaluate
from course_lib.graph import adjacency
from course_lib.interactions import Interactions, Split
from course_lib.party import little_party, paper_party

SEEDS = (0, 1, 2)  # of the splits that a choice of peers is measured on


def _walks() -> dict[str, tuple]:
    """The degrees of all nodes and a walk over four of them."""
    return {
        "Ada, Brazil, Ben, Casablanca on the paper party": (_degrees(paper_party()), [0, 4, 1, 5]),
        "Ben, Casablanca, Cleo, Dune on the little party": (_degrees(little_party()), [1, 6, 2, 7]),
        "a walk on a random party": (_degrees(random_party()), [0, 7, 3, 11]),
    }


def _degrees(party: Interactions) -> Tensor:
    return torch.cat([party.user_degree(), party.item_degree()])


def _pairs() -> dict[str, tuple]:
    """The guests-by-films block of Â, a guest, and a film."""
    made = {
        "Ada and Casablanca on the paper party": (paper_party(), 0, 2),
        "Ada and Alien, which she raved about": (paper_party(), 0, 0),
        "a pair at a random party": (random_party(), 2, 4),
    }
    return {
        name: (adjacency(party).to_dense()[: party.n_users, party.n_users :], user, item)
        for name, (party, user, item) in made.items()
    }


def _ends(degree: Tensor, walk: list[int]) -> Tensor:
    """The product of the degrees at both ends of each step, `(3,)`."""
    return (degree[walk[:-1]] * degree[walk[1:]]).float()


@cache
def measured_on() -> list[tuple[Split, Tensor]]:
    """Splits of the notebook's data, of the made-up party where there is none, each with its S."""
    try:
        data = load_movielens()
    except OSError:
        data = load_movielens("party")
    return [(split, _block(split.train)) for split in map(data.split, SEEDS)]


def _block(likes: Interactions) -> Tensor:
    """The guests-by-films block of Â."""
    return adjacency(likes).to_dense()[: likes.n_users, likes.n_users :]


def on_validation(listen: Callable[[Tensor], Tensor]) -> list[float] | Any:
    """NDCG@10 of `listen(S) @ S` on the validation raves, one number per split; or what came back if it is no table."""
    found = []
    for split, S in measured_on():
        peers = listen(S.clone())
        n = split.train.n_users
        if not isinstance(peers, Tensor) or peers.shape != (n, n) or not peers.isfinite().all():
            return peers
        scores = peers.float() @ S
        judged = evaluate(scores.__getitem__, split.validation, seen=split.train, k=(10,))
        found.append(float(judged["ndcg@10"].mean()))
    return found


@cache
def _bar() -> list[float]:
    return on_validation(lambda S: S @ S.T)


def _measured(listen: Callable[[Tensor], Tensor]) -> dict | None:
    """On how many splits a choice of peers is above S Sᵀ; and how good it is if not on all."""
    found = on_validation(listen)
    if not isinstance(found, list):
        return found if found is None else {"what it returns": kind(found)}
    above = sum(mine > bar for mine, bar in zip(found, _bar(), strict=True))
    told = "above the bar" if above == len(SEEDS) else ", ".join(f"{value:.3f}" for value in found)
    bar = ", ".join(f"{value:.3f}" for value in _bar())
    return {"above S Sᵀ on": f"{above} of {len(SEEDS)} splits", f"NDCG@10 on validation (the bar is {bar})": told}


def like_minded(S: Tensor) -> Tensor:
    """The model solution: the cosine of two guests' raves, to the power 1.5, so that near ones count for more."""
    raves = normalize((S > 0).float())
    return (raves @ raves.T).fill_diagonal_(0) ** 1.5


def _loudest(S: Tensor, n: int) -> Tensor:
    """S Sᵀ, of which each guest hears the n loudest peers alone."""
    peers = (S @ S.T).fill_diagonal_(0)
    loudest = peers.topk(n, dim=1)
    return torch.zeros_like(peers).scatter(1, loudest.indices, loudest.values)


EXERCISES = (
    Exercise(
        name="10.walk",
        level="worked",
        minutes=2,
        remember="A walk gets quieter at every step, most of all where everybody talks.",
        answer=lambda degree, walk: _ends(degree, walk).rsqrt().prod(),
        cases=_walks,
        mistakes=(
            Mistake(
                lambda degree, walk: _ends(degree, walk).rsqrt().sum(),
                "you add the three steps. Gossip is softened by each step in turn, so they are multiplied.",
            ),
            Mistake(
                lambda degree, walk: degree[walk].prod().float().rsqrt(),
                "each degree is there once. The film and the peer in the middle are the end of one step and the start "
                "of the next: theirs count twice.",
            ),
            Mistake(
                lambda degree, walk: _ends(degree, walk)[:2].rsqrt().prod(),
                "the last step is missing: the peer has heard of the film at the far end.",
            ),
            Mistake(
                lambda degree, walk: (degree[walk[0]] * degree[walk[-1]]).float().rsqrt(),
                "this is one step from end to end, and there is no such rave. The walk leads through a film and a "
                "peer.",
            ),
            Mistake(lambda degree, walk: 1 / _ends(degree, walk).prod(), "the square roots are missing."),
        ),
        hints=(
            "The walk has three steps: guest to film, film to peer, peer to film.",
            "`step_loudness(degree, guest_a, film_x)` is the first. Each step softens what the one before has left.",
        ),
    ),
    Exercise(
        name="10.carried",
        level="faded",
        minutes=3,
        remember="Similar guests are there in S Sᵀ, although nobody went to look for them.",
        answer=lambda S, user, item: (S @ S[user]) * S[:, item],
        cases=_pairs,
        mistakes=(
            Mistake(
                lambda S, user, item: S @ S[user],
                "this is how loudly the guest hears each other guest in two steps. The third step, from the peer to "
                "the film, is missing.",
            ),
            Mistake(
                lambda S, user, item: S[:, item].clone(),
                "this is how loudly each guest hears of the film. The guest must also hear them.",
            ),
            Mistake(
                lambda S, user, item: ((S @ S[user]) * S[:, item]).sum(),
                "this is the sum over all peers, the entry of Â³. Asked for is how much of it each peer carries.",
            ),
            Mistake(
                lambda S, user, item: S[user] * (S.T @ S[:, item]),
                "this is one number per film: what each film between the two carries. Peers are the other end of the "
                "middle step.",
            ),
            Mistake(
                lambda S, user, item: ((S > 0).float() @ (S > 0)[user].float()) * (S[:, item] > 0),
                "you count walks, each as loud as any other. A talkative peer is heard less: keep the weights in S.",
            ),
            Mistake(
                lambda S, user, item: ((S @ S[user]) * S[:, item]).index_fill(0, torch.tensor([user]), 0),
                "some walks to a film that the guest raved about lead back through the guest. Without them the parts "
                "do not sum to the entry of Â³.",
            ),
        ),
        hints=(
            "`S[user]` is (n_items,): how loudly the guest hears each film. `S @ S[user]` is (n_users,).",
            "How loudly does each guest hear of the film? It is a column of S.",
        ),
    ),
    Exercise(
        name="10.listen",
        level="make",
        minutes=5,
        remember="S Sᵀ is one answer to the question whom you should listen to, and better ones can be found.",
        answer=like_minded,
        observe=_measured,
        mistakes=(
            Mistake(
                lambda S: S @ S.T,
                "the lists are those of S Sᵀ, and so that's the bar. Change whom a guest listens to, or how much. The "
                "diagonal alone changes nothing, because a walk through yourself ends at a film you know.",
            ),
            Mistake(
                lambda S: (S @ S.T) ** 2,
                "you square S Sᵀ, so that the loudest peers drown all others. They're mostly people with few raves, "
                "and a list can't live on these.",
            ),
            Mistake(
                lambda S: torch.ones(len(S), len(S)),
                "everybody listens to everybody alike, so all lists are the same, and they're close to the charts.",
            ),
            Mistake(
                lambda S: _loudest(S, 20),
                "you keep the twenty loudest peers. That's too few, because the other guests together carry most.",
            ),
            Mistake(
                lambda S: torch.eye(len(S)),
                "everybody listens to themselves alone, and so nobody hears of a new film.",
            ),
        ),
        almost=(
            Mistake(
                lambda S: like_minded(S) @ S,
                "the check needs the peers, one row and one column per guest, and takes the last step to the films "
                "itself.",
            ),
        ),
        hints=(
            "Begin with `peers = S @ S.T` and change one thing. `peers ** 0.9`? The quietest set to 0?",
            "`S > 0` says who raved about what. How many raves two guests share is `R @ R.T` with R = (S > 0).float().",
            "Two guests with hundreds of raves share many by chance. A cosine divides by the roots of both numbers.",
        ),
    ),
)


QUESTIONS = (
    Question(
        "From 06: to say that A beats B, what must you show?",
        (
            ("that A is ahead on the split that everybody uses", "One split can be lucky, for everybody at once."),
            ("that the interval of their difference leaves out zero", None),
            (
                "that the intervals of A and of B don't touch each other at all",
                "That asks too much. On the same guests the two go up and down together, so look at the difference.",
            ),
        ),
        "The guests are the same for both, so the difference is far steadier than either number.",
    ),
    Question(
        "From 05: why may a sampler of random films not spare the hidden raves?",
        (
            ("because it would know the test", None),
            ("because hidden raves are the hardest films of all", "Some are, but that's no reason for or against it."),
            ("because drawing again would take too long", "A few more draws cost nothing. What they know does."),
        ),
        "A rave that's never pushed away, though nobody has shown it, is one that the test has given away.",
    ),
    Question(
        "Which peer is loudest on the way from a film to you?",
        (
            ("the one with the most raves", "They're on many walks, but each of these is divided by all their raves."),
            (
                "the one who shares the most raves with you",
                "It helps, but sharing counts for little if they rave about everything, or if everybody shares it.",
            ),
            ("one who raves rarely, and about films of yours that few know", None),
        ),
        "A walk weighs 1/(d_film · d_peer), so a shared rave is loud where both have few lines.",
    ),
    Question(
        "A peer carries 4 % of what you hear of a film, and stays at home. What happens?",
        (
            ("it gets quieter by 4 %", "That would be so if all the others spoke as before."),
            (
                "it gets quieter by more, because their friends fall silent too",
                "They get louder: a film has a fan less.",
            ),
            ("less than 4 % is lost, because the others are heard louder", None),
        ),
        "The films that the peer raved about have one fan less, so every other walk over them gets louder.",
    ),
    Question(
        "On which of the two data sets was the graph worth it?",
        (
            (
                "on both, because a graph model is at the top of each",
                "On MovieLens it's level with the same model without a graph.",
            ),
            ("on Gowalla, where it beats the same model without a graph", None),
            ("on neither, because a filter that trains nothing is as good", "That filter is made of the graph, too."),
        ),
        "MovieLens can't tell the two apart. On Gowalla LightGCN is ahead of MF, and a filter of the graph is ahead of "
        "both.",
    ),
)
