"""A complete recommender in one function, with three bugs of the museum in it and a number that looks fine."""

import inspect
from collections.abc import Callable

import torch
from torch import Tensor

from course_lib.bpr import bpr_loss, l2_penalty, sample_negatives
from course_lib.evaluation import ndcg_at_k
from course_lib.graph import propagate, sparse_matrix
from course_lib.interactions import Split

THREE_BUGS = ("one_way_edges", "negatives_know_the_test", "candidates_counted_in_users")
_REPAIRS = {
    "one_way_edges": (
        "source, target = learn.user, learn.item + n_users",
        "source, target = torch.cat([learn.user, learn.item + n_users]), torch.cat([learn.item + n_users, learn.user])",
    ),
    "negatives_know_the_test": ("sample_negatives(user, raves, generator)", "sample_negatives(user, learn, generator)"),
    "candidates_counted_in_users": ("torch.arange(n_users)", "torch.arange(n_items)"),
}


def pipeline_with_three_bugs(split: Split, n_epochs: int = 20, seed: int = 0) -> float:
    """NDCG@10 on the hidden likes of a LightGCN with two rounds, trained with BPR. Three lines are wrong."""
    learn, hidden = split.fit, split.test
    n_users, n_items = learn.n_users, learn.n_items
    generator = torch.Generator().manual_seed(seed)

    # The graph: films follow the guests, and every edge has the loudness 1 / sqrt(d_i d_j)
    source, target = learn.user, learn.item + n_users
    root = torch.bincount(target, minlength=n_users + n_items).rsqrt().nan_to_num(posinf=0)
    graph = sparse_matrix(torch.stack([source, target]), root[source] * root[target], n_users + n_items)

    def gossip(tags: Tensor) -> tuple[Tensor, Tensor]:
        first = propagate(graph, tags)
        return ((tags + first + propagate(graph, first)) / 3).split([n_users, n_items])

    # Rehearsals: each rave against a random film that is no rave
    raves = learn.union(hidden)
    tags = (0.05 * torch.randn(n_users + n_items, 64, generator=generator)).requires_grad_()
    optimizer = torch.optim.Adam([tags], lr=0.02)
    for _ in range(n_epochs):
        for batch in torch.randperm(len(learn), generator=generator).split(4096):
            user, raved = learn.user[batch], learn.item[batch]
            other = sample_negatives(user, raves, generator)
            guests, films = gossip(tags)
            loss = bpr_loss((guests[user] * films[raved]).sum(dim=1), (guests[user] * films[other]).sum(dim=1))
            loss = loss + 3e-3 * l2_penalty(tags[user], tags[n_users + raved], tags[n_users + other])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    # The test: each guest who hides a rave gets a list of ten, without the films learned from
    guests, films = gossip(tags.detach())
    tested, candidates = hidden.user.unique(), torch.arange(n_users)
    scores = (guests @ films.T).masked_fill(learn.dense().bool(), -torch.inf)
    best = scores[tested][:, candidates].topk(10).indices
    return ndcg_at_k(hidden.rows(tested).gather(1, best), hidden.user_degree()[tested]).mean().item()


def repaired(*bugs: str) -> Callable[[Split], float]:
    """The pipeline with some of its bugs repaired, each in one line; its arguments stay the same.

    Raises:
        ValueError: a name is not among `THREE_BUGS`.
    """
    source = inspect.getsource(pipeline_with_three_bugs)
    for bug in bugs:
        if bug not in _REPAIRS:
            raise ValueError(f"{bug!r} is not in the pipeline; its bugs are {', '.join(THREE_BUGS)}")
        wrong, right = _REPAIRS[bug]
        assert source.count(wrong) == 1, f"{wrong!r} does not stand in the pipeline once; adapt _REPAIRS[{bug!r}]"
        source = source.replace(wrong, right)
    names = dict(globals())
    exec(source, names)
    return names["pipeline_with_three_bugs"]
