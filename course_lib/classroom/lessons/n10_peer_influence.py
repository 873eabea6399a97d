"""The exercises of notebook 10: walks by hand, the peer who matters most, and three bugs in a pipeline that runs."""

from collections.abc import Callable

import torch
from torch import Tensor

from course_lib.classroom.check.exercise import Exercise, Mistake
from course_lib.classroom.museum import MUSEUM
from course_lib.classroom.parties import random_party
from course_lib.classroom.question import Question
from course_lib.classroom.three_bugs import THREE_BUGS
from course_lib.graph import adjacency
from course_lib.influence import Muted, mute
from course_lib.interactions import Interactions
from course_lib.lightgcn import LightGCN
from course_lib.party import little_party, paper_party

_NAMES = tuple(bug.name for bug in MUSEUM)
_INNOCENT = {
    "shared_indices": "films do follow the guests: `target = learn.item + n_users`.",
    "hidden_likes_in_the_graph": "`source` and `target` come from `learn` alone, which is `split.fit`.",
    "log_of_sigmoid": "`bpr_loss` is the library's, with softplus.",
    "no_zero_grad": "`optimizer.zero_grad()` stands before `loss.backward()`.",
    "scores_from_layer_0": "the scores come from `gossip(tags.detach())`, the mean of the rounds.",
    "hidden_likes_masked": "only `learn` is masked, and `hidden` stays.",
    "seen_not_masked": "`masked_fill(learn.dense().bool(), -torch.inf)` masks them.",
    "idcg_of_the_hits": "`ndcg_at_k` gets the number of hidden raves, not of hits.",
    "against_99_others": "nothing is sampled when it is tested.",
    "ties_in_index_order": "trained scores have no ties to speak of.",
}


def _look(names: list[str]) -> str | None:
    """What is wrong with a list of names."""
    if not isinstance(names, list | tuple | set) or not all(isinstance(name, str) for name in names):
        return f"the check needs a list of names, such as {list(_NAMES[:2])}."
    unknown = [name for name in names if name not in _NAMES]
    if unknown:
        return f"the museum has no {unknown[0]!r}. Its exhibits are {', '.join(_NAMES)}."
    innocent = [name for name in names if name in _INNOCENT]
    if innocent:
        return f"{innocent[0]} is not in it: {_INNOCENT[innocent[0]]}"
    return f"you have found {len(set(names))} of the three. The other lines are still wrong."


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


def _models() -> dict[str, tuple]:
    """A model that was not trained, its graph, a guest and a film."""
    paper, other = paper_party(), random_party()
    return {
        "Ada and Casablanca, one-hot tags, on the paper party": (_one_hot(paper), adjacency(paper), 0, 2),
        "a random party with one-hot tags": (_one_hot(other), adjacency(other), 0, 1),
        "a random party with random tags": (LightGCN(6, 9, embedding_dim=4, n_layers=2), adjacency(other), 3, 2),
    }


def _one_hot(party: Interactions) -> LightGCN:
    n_nodes = party.n_users + party.n_items
    model = LightGCN(party.n_users, party.n_items, embedding_dim=n_nodes, n_layers=2)
    with torch.no_grad():
        model.embedding.weight.copy_(torch.eye(n_nodes))
    return model


def _ends(degree: Tensor, walk: list[int]) -> Tensor:
    """The product of the degrees at both ends of each step, `(3,)`."""
    return (degree[walk[:-1]] * degree[walk[1:]]).float()


def _change(muted: Muted) -> float:
    return abs(muted.score - muted.muted)


def _peer(by: Callable[[Muted], float], model: LightGCN, graph: Tensor, user: int, item: int) -> int:
    """The peer for whom what muting gives is largest."""
    peers = [peer for peer in range(model.n_users) if peer != user]
    return max(peers, key=lambda peer: by(mute(model, graph, peer, user, item)))


def _raves(model: LightGCN, graph: Tensor) -> Tensor:
    return (graph.to_dense()[: model.n_users] > 0).float()


def _most(values: Tensor, user: int) -> int:
    """The guest with the largest value, the user aside."""
    return int(values.index_fill(0, torch.tensor([user]), -1).argmax())


EXERCISES = (
    Exercise(
        name="10.walk",
        level="worked",
        minutes=5,
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
        minutes=8,
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
        name="10.influential",
        level="free",
        minutes=10,
        answer=lambda model, graph, user, item: _peer(_change, model, graph, user, item),
        cases=_models,
        mistakes=(
            Mistake(
                lambda model, graph, user, item: _peer(lambda m: abs(m.score - m.estimate), model, graph, user, item),
                "you go by the share. When the peer leaves, the films they raved about have one fan less, and all "
                "others get louder: compare `score` with `muted`.",
            ),
            Mistake(
                lambda model, graph, user, item: _peer(lambda m: m.score - m.muted, model, graph, user, item),
                "you look at falling scores only. Who holds a score down has influence too: take the size of the "
                "change.",
            ),
            Mistake(
                lambda model, graph, user, item: _peer(lambda m: -_change(m), model, graph, user, item),
                "this is the peer whose absence changes least.",
            ),
            Mistake(
                lambda model, graph, user, item: _most(_raves(model, graph).sum(dim=1), user),
                "this is the peer with the most raves. Each rave of a talkative guest is softer.",
            ),
            Mistake(
                lambda model, graph, user, item: _most(_raves(model, graph) @ _raves(model, graph)[user], user),
                "this is the peer who shares most raves with the guest. Whether they know the film, and how loudly "
                "they are heard, you have not asked.",
            ),
        ),
        hints=(
            "`mute(model, graph, peer, user, item)` has `.score` and `.muted`. Call it for each peer.",
            "A guest is not their own peer: leave out `user`.",
            "`max(peers, key=change)` is the peer for whom `change(peer)` is largest.",
        ),
    ),
    Exercise(
        name="10.three_bugs",
        level="free",
        minutes=15,
        answer=sorted(THREE_BUGS),
        observe=lambda names: sorted(set(names)),
        diagnose=_look,
        mistakes=(
            *(Mistake([name], f"{name} is not in it: {why}") for name, why in _INNOCENT.items()),
            Mistake([THREE_BUGS[0]], "you have found 1 of the three. The other lines are still wrong."),
        ),
        hints=(
            "Go through it in the order of the notebooks: graph, negatives, loss, training, ranking, metric.",
            "How many edges does each rave make, and what is the degree of a guest?",
            "`hidden` is for the last paragraph. Where else is it used?",
            "There are more films than guests. Which films can be recommended?",
        ),
    ),
)


QUESTIONS = (
    Question(
        "From 03: the 50 lines add n_users to every film index. What happens if you forget it?",
        (
            ("an IndexError", "Every index is still a valid row, so nothing stops."),
            ("the loss stays at log 2", "It falls: mixed tags can be trained too."),
            ("guest 5 and film 5 share a tag, and the numbers look plausible", None),
            ("nothing, films and guests are told apart by type", "Both are numbers of nodes in one table."),
        ),
        "Their raves and tags are mixed. All rows are valid, the code runs and prints a number.",
    ),
    Question(
        "From 05: the 50 lines draw a negative again while seen[u, j] holds. Why may seen not hold hidden raves?",
        (
            ("the sampler would learn from the test which films to spare", None),
            ("a hidden rave is a good negative", "It is a wrong one, and yet nobody may know that."),
            ("it would take too long to draw", "A few more draws cost nothing. What they know does."),
            ("hidden raves are masked in the ranking", "They must not be: that was the bug of notebook 06."),
        ),
        "Whoever knows which films to avoid knows the test.",
    ),
    Question(
        "Which peer carries most gossip from one film to one guest?",
        (
            ("one with very many raves", "Such a peer is on many walks, and each walk is softened by 1/d_B."),
            (
                "the one whose tag is closest to the guest's",
                "Walks are made of raves. Tags come in when they become a score.",
            ),
            ("one with few raves who shares some with the guest and raved about the film", None),
            ("the one who rated most like the guest", "Low ratings make no edge. Only shared raves count."),
        ),
        "The peer enters each walk twice, with 1/√d_B each time. Who raves about everything says little.",
    ),
    Question(
        "A peer's share of a score is +0.02. The peer leaves the party. What happens to the score?",
        (
            ("it falls by 0.02", "That is the estimate with all other weights as they were."),
            ("what the others then say louder has to be added", None),
            ("nothing until the model is trained again", "Gossip is computed from the graph; the graph has changed."),
            ("it falls by more, the peer's friends fall silent too", "They get louder: their films have a fan less."),
        ),
        "The films the peer raved about have one fan less, so every other edge there gets louder. The score may even "
        "rise.",
    ),
    Question(
        "What do everybody's lists tend to as the number of rounds grows?",
        (
            ("more and more personal lists", "More rounds collect more of the party, and it is the same party."),
            ("random lists", "The limit is a definite one: the eigenvector of the largest eigenvalue."),
            ("each guest's own raves, ranked", "One round finds those. They are masked."),
            ("the list of popularity", None),
        ),
        "Only the eigenvalues 1 and −1 of Â do not fade, and both eigenvectors hold √d, up to the sign. That is "
        "over-smoothing.",
    ),
)
