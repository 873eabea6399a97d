"""A museum of real bugs: each was published, looks right, and gives a number. Beside each hangs the test it fails.

A bug is the wrong variant of a small function with the same arguments. What it does to NDCG@10 on MovieLens 100K is
in `course_lib/tables/museum.csv`, measured by `tests/benchmarks/museum.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from course_lib.bpr import bpr_loss, sample_negatives
from course_lib.classroom.parties import dealt
from course_lib.evaluation import Scorer, evaluate, ndcg_at_k, top_k
from course_lib.graph import adjacency, edge_index
from course_lib.interactions import Interactions, Split
from course_lib.lightgcn import LightGCN
from course_lib.party import little_party


@dataclass(frozen=True)
class Bug:
    """One exhibit.

    Args:
        name: how the exercises call it.
        what: what the wrong code does.
        seen_in: where it was published.
        right: the right function.
        wrong: the bug, with the same arguments.
        exposes: the smallest test. Called with the right function it does nothing, with the wrong one it raises an
            `AssertionError`.
    """

    name: str
    what: str
    seen_in: str
    right: Callable
    wrong: Callable
    exposes: Callable[[Callable], None]


def passes(test: Callable[[Callable], None], implementation: Callable) -> bool:
    """Whether an implementation passes a test."""
    try:
        test(implementation)
    except AssertionError:
        return False
    return True


def toy_split() -> Split:
    """The little party in three parts: 6 raves to train on, 1 to validate, 2 hidden. 4 guests, 5 films."""
    return dealt(little_party(), train=(0, 2, 3, 5, 6, 7), validation=(1,), test=(4, 8))


# The graph


def shared_indices(likes: Interactions) -> Tensor:
    """Film 5 and guest 5 share node 5: the offset is missing."""
    return torch.stack([torch.cat([likes.user, likes.item]), torch.cat([likes.item, likes.user])])


def no_edge_inside_a_block(make_edges: Callable[[Interactions], Tensor]) -> None:
    """Every edge joins a guest and a film."""
    party = little_party()
    source, target = make_edges(party)
    assert ((source < party.n_users) != (target < party.n_users)).all()


def one_way_edges(likes: Interactions) -> Tensor:
    """Edges lead from guests to films only: the degree of every guest is 0, and with it every weight."""
    return torch.stack([likes.user, likes.item + likes.n_users])


def every_edge_has_a_way_back(make_edges: Callable[[Interactions], Tensor]) -> None:
    """The set of edges is the set of edges turned over."""
    edges = make_edges(little_party())
    assert set(map(tuple, edges.T.tolist())) == set(map(tuple, edges.flip(0).T.tolist()))


def graph_of_fit(split: Split) -> Tensor:
    """The right graph: what may be learned from."""
    return adjacency(split.fit)


def hidden_likes_in_the_graph(split: Split) -> Tensor:
    """The graph is built before the split, or with its edges: the hidden likes are in it."""
    return adjacency(split.fit.union(split.test))


def two_entries_per_like_to_learn_from(make_graph: Callable[[Split], Tensor]) -> None:
    """The matrix has exactly 2 len(fit) entries."""
    split = toy_split()
    assert make_graph(split).values().numel() == 2 * len(split.fit)


# Learning


def unknown_negatives(user: Tensor, split: Split, generator: torch.Generator) -> Tensor:
    """The right sampler: it avoids what may be learned from, and knows no more."""
    return sample_negatives(user, split.fit, generator)


def negatives_know_the_test(user: Tensor, split: Split, generator: torch.Generator) -> Tensor:
    """Negatives avoid the hidden likes too, so a film that is never a negative is likely to be one."""
    return sample_negatives(user, split.fit.union(split.test), generator)


def a_hidden_like_can_be_drawn(draw: Callable[[Tensor, Split, torch.Generator], Tensor]) -> None:
    """In many draws for a guest who hides a like, that like comes up."""
    split = toy_split()
    user = split.test.user[:1].repeat(200)
    assert (draw(user, split, torch.Generator().manual_seed(0)) == split.test.item[0]).any()


def log_of_sigmoid(positive: Tensor, negative: Tensor) -> Tensor:
    """The formula as it stands in the paper, with a small number against log 0."""
    return -torch.log(torch.sigmoid(positive - negative) + 1e-10).mean()


def a_pair_in_the_wrong_order_still_teaches(loss: Callable[[Tensor, Tensor], Tensor]) -> None:
    """At a margin of -100 the gradient on the raved film's score is -1."""
    positive = torch.zeros(1, requires_grad=True)
    (gradient,) = torch.autograd.grad(loss(positive, torch.full((1,), 100.0)), positive)
    assert torch.allclose(gradient, torch.tensor([-1.0]))


def step(loss: Tensor, optimizer: torch.optim.Optimizer) -> None:
    """The right step: the old gradient goes before the new one comes."""
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def no_zero_grad(loss: Tensor, optimizer: torch.optim.Optimizer) -> None:
    """Gradients are never set to zero: each step walks along the sum of all gradients so far."""
    loss.backward()
    optimizer.step()


def the_same_loss_twice_gives_the_same_step(take_step: Callable) -> None:
    """Two steps down a slope of 1 with a learning rate of 1 lead from 0 to -2."""
    x = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=1.0)
    for _ in range(2):
        take_step(x.sum(), optimizer)
    assert x.item() == -2


def final_tags(model: LightGCN, graph: Tensor) -> tuple[Tensor, Tensor]:
    """The right tags: after the gossip."""
    return model(graph)


def scores_from_layer_0(model: LightGCN, graph: Tensor) -> tuple[Tensor, Tensor]:
    """Trained on the tags after the gossip, recommended with the tags before it."""
    return model.embedding.weight[: model.n_users], model.embedding.weight[model.n_users :]


def the_tags_depend_on_the_graph(tags: Callable[[LightGCN, Tensor], tuple[Tensor, Tensor]]) -> None:
    """Another graph, other tags."""
    split = toy_split()
    model = LightGCN(4, 5, embedding_dim=3, n_layers=3)
    assert not torch.equal(tags(model, adjacency(split.train))[0], tags(model, adjacency(split.fit))[0])


# Judging. The right function is `ndcg`, one NDCG@k per user.


def ndcg(scorer: Scorer, truth: Interactions, seen: Interactions, k: int = 10) -> Tensor:
    """NDCG@k of each user with hidden likes: all items are ranked, those learned from are masked."""
    return torch.from_numpy(evaluate(scorer, truth, seen, k=(k,))[f"ndcg@{k}"].to_numpy(copy=True))


def hidden_likes_masked(scorer: Scorer, truth: Interactions, seen: Interactions, k: int = 10) -> Tensor:
    """Everything the guest ever raved about is masked, the hidden likes too: nothing is left to find."""
    return _ndcg_of_top(scorer, truth, seen.union(truth), k)


def an_oracle_scores_one(metric: Callable) -> None:
    """Whoever knows the hidden likes gets 1."""
    split = toy_split()
    hidden = split.test.dense()
    assert torch.allclose(metric(lambda users: hidden[users], split.test, split.fit, 1), torch.ones(2))


def seen_not_masked(scorer: Scorer, truth: Interactions, seen: Interactions, k: int = 10) -> Tensor:
    """The films a model learned from stand at the top of its list and leave no place for others."""
    nothing = torch.zeros(0, dtype=torch.int64)
    return _ndcg_of_top(scorer, truth, Interactions(nothing, nothing, *seen.sizes), k)


def knowing_the_seen_likes_takes_no_place(metric: Callable) -> None:
    """First all seen likes, then the hidden ones: still 1."""
    split = toy_split()
    scores = 2 * split.fit.dense() + split.test.dense()
    assert torch.allclose(metric(lambda users: scores[users], split.test, split.fit, 1), torch.ones(2))


def idcg_of_the_hits(scorer: Scorer, truth: Interactions, seen: Interactions, k: int = 10) -> Tensor:
    """The ideal list holds only the likes that were found: a hit at rank 1 gives 1, whatever was missed."""
    users = truth.user.unique()
    hits = truth.rows(users).gather(1, top_k(scorer, users, seen, k)[0])
    return torch.where(hits.any(dim=1), ndcg_at_k(hits, hits.sum(dim=1).clamp_min(1)), 0.0)


def one_of_two_likes_found_is_not_perfect(metric: Callable) -> None:
    """A guest hides two likes, the list of two finds one at rank 1: 1 / (1 + 1 / log2(3)) = 0.613."""
    truth = Interactions(torch.tensor([0, 0]), torch.tensor([1, 4]), 2, 5)
    seen = Interactions(torch.tensor([0]), torch.tensor([0]), 2, 5)
    scores = torch.tensor([[0.0, 9, 5, 0, 1]]).expand(2, -1)
    assert torch.allclose(
        metric(lambda users: scores[users], truth, seen, 2).float(), torch.tensor([0.6131]), atol=1e-4
    )


def against_99_others(scorer: Scorer, truth: Interactions, seen: Interactions, k: int = 10) -> Tensor:
    """Each hidden like is ranked among 99 random films instead of all, and the values are averaged."""
    generator = torch.Generator().manual_seed(0)
    users, place = truth.user.unique(return_inverse=True)
    free = ~(seen.rows(users) | truth.rows(users))  # (B, n_items)
    others = torch.multinomial(free[place].float(), min(99, int(free.sum(dim=1).min())), generator=generator)
    scores = scorer(users)
    above = (scores[place].gather(1, others) > scores[place, truth.item][:, None]).sum(dim=1)  # (E,)
    value = torch.where(above < k, 1 / (above + 2.0).log2(), 0.0)
    return torch.zeros(len(users)).index_add(0, place, value) / truth.user_degree()[users]


def a_like_at_rank_40_is_not_in_the_top_ten(metric: Callable) -> None:
    """One hidden like among 400 films, 39 of them score higher: NDCG@10 is 0."""
    truth, seen = (Interactions(torch.tensor([0]), torch.tensor([item]), 2, 401) for item in (39, 400))
    scores = -torch.arange(401.0).expand(2, -1)
    assert metric(lambda users: scores[users], truth, seen, 10).item() == 0


def candidates_counted_in_users(scorer: Scorer, truth: Interactions, seen: Interactions, k: int = 10) -> Tensor:
    """`range(n_users)` where `range(n_items)` was meant: films with higher numbers are never recommended."""

    def scores(users: Tensor) -> Tensor:
        return scorer(users).index_fill(1, torch.arange(seen.n_users, seen.n_items), -1e9)

    return ndcg(scores, truth, seen, k)


def the_last_film_can_be_found(metric: Callable) -> None:
    """4 guests, 5 films: film 4 has a higher number than any guest, and whoever knows that it is hidden gets 1."""
    truth, seen = (Interactions(torch.tensor([3]), torch.tensor([item]), 4, 5) for item in (4, 3))
    hidden = truth.dense()
    assert torch.allclose(metric(lambda users: hidden[users], truth, seen, 1), torch.ones(1))


def ties_in_index_order(scorer: Scorer, truth: Interactions, seen: Interactions, k: int = 10) -> Tensor:
    """Equal scores are ranked by the number of the film, and low numbers are popular films."""
    users = truth.user.unique()
    scores = scorer(users).masked_fill(seen.rows(users), -torch.inf)
    items = scores.argsort(dim=1, descending=True, stable=True)[:, :k]
    relevant = truth.rows(users)
    return ndcg_at_k(relevant.gather(1, items), relevant.sum(dim=1))


def a_constant_scorer_does_not_know_film_0(metric: Callable) -> None:
    """All scores equal, film 0 hidden, a list of one: a fixed shuffle of 200 films does not begin with it."""
    truth, seen = (Interactions(torch.tensor([0]), torch.tensor([item]), 2, 200) for item in (0, 199))
    assert metric(lambda users: torch.zeros(len(users), 200), truth, seen, 1).item() == 0


def _ndcg_of_top(scorer: Scorer, truth: Interactions, masked: Interactions, k: int) -> Tensor:
    users = truth.user.unique()
    relevant = truth.rows(users)
    hits = relevant.gather(1, top_k(scorer, users, masked, k)[0])
    return ndcg_at_k(hits, relevant.sum(dim=1))


MUSEUM = (
    Bug("shared_indices", "guests and films share node numbers", "a course's LightGCN tutorial (CS224W)",
        edge_index, shared_indices, no_edge_inside_a_block),
    Bug("one_way_edges", "edges lead from guests to films only", "LensKit 2025.8 and several tutorials",
        edge_index, one_way_edges, every_edge_has_a_way_back),
    Bug("hidden_likes_in_the_graph", "held-out edges are in the training graph", "RandomLinkSplit on bipartite graphs",
        graph_of_fit, hidden_likes_in_the_graph, two_entries_per_like_to_learn_from),
    Bug("negatives_know_the_test", "negatives avoid the hidden likes", "several NCF-style repositories",
        unknown_negatives, negatives_know_the_test, a_hidden_like_can_be_drawn),
    Bug("log_of_sigmoid", "the loss is log(sigmoid(x) + 1e-10)", "RecBole, and in d2l without the 1e-10",
        bpr_loss, log_of_sigmoid, a_pair_in_the_wrong_order_still_teaches),
    Bug("no_zero_grad", "gradients are never set to zero", "LensKit 2025.8",
        step, no_zero_grad, the_same_loss_twice_gives_the_same_step),
    Bug("scores_from_layer_0", "scores come from the tags before the gossip", "a much-copied PyG tutorial",
        final_tags, scores_from_layer_0, the_tags_depend_on_the_graph),
    Bug("hidden_likes_masked", "hidden likes are masked in the ranking", "the notebook that this course grew from",
        ndcg, hidden_likes_masked, an_oracle_scores_one),
    Bug("seen_not_masked", "seen films stay in the ranking", "PyG's LightGCN.recommend",
        ndcg, seen_not_masked, knowing_the_seen_likes_takes_no_place),
    Bug("idcg_of_the_hits", "the ideal list holds only the likes that were found", "NGCF's metrics file",
        ndcg, idcg_of_the_hits, one_of_two_likes_found_is_not_perfect),
    Bug("against_99_others", "99 sampled films are read as a full ranking", "NCF and its children",
        ndcg, against_99_others, a_like_at_rank_40_is_not_in_the_top_ten),
    Bug("candidates_counted_in_users", "candidates are range(n_users)", "d2l's NeuMF chapter",
        ndcg, candidates_counted_in_users, the_last_film_can_be_found),
    Bug("ties_in_index_order", "ties favour low numbers, and a constant scorer looks good", "RecBole issue 622",
        ndcg, ties_in_index_order, a_constant_scorer_does_not_know_film_0),
)  # fmt: skip
