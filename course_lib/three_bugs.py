"""A complete recommender in one function, with three bugs of the museum in it and a number that looks fine."""

import inspect
from collections.abc import Callable

import torch

from course_lib.bpr import bpr_loss, l2_penalty
from course_lib.evaluation import ndcg_at_k
from course_lib.interactions import Split

THREE_BUGS = ("one_way_edges", "negatives_know_the_test", "candidates_counted_in_users")
_REPAIRS = {
    "one_way_edges": (
        "guest, film = learn.user, learn.item + n_users",
        "guest = torch.cat([learn.user, learn.item + n_users]); film = guest.roll(len(learn))",
    ),
    "negatives_know_the_test": ("1 - learn.dense() - hidden.dense()", "1 - learn.dense()"),
    "candidates_counted_in_users": ("torch.arange(n_users)", "torch.arange(n_items)"),
}


def pipeline_with_three_bugs(split: Split, n_epochs: int = 40, seed: int = 0) -> float:
    """NDCG@10 on the hidden likes of a LightGCN with two rounds, trained with BPR. Three lines are wrong."""
    learn, hidden = split.fit, split.test
    n_users, n_items = learn.n_users, learn.n_items
    generator = torch.Generator().manual_seed(seed)

    # The graph: films follow the guests, and every edge has the loudness 1 / sqrt(d_i d_j)
    guest, film = learn.user, learn.item + n_users
    degree = torch.bincount(film, minlength=n_users + n_items)
    weight = (degree[guest] * degree[film]).rsqrt().nan_to_num(posinf=0)
    graph = torch.sparse_coo_tensor(
        torch.stack([film, guest]), weight, (n_users + n_items,) * 2, check_invariants=False
    )

    # Rehearsals: each rave against a random film that is no rave
    tags = (0.05 * torch.randn(n_users + n_items, 64, generator=generator)).requires_grad_()
    optimizer = torch.optim.Adam([tags], lr=0.01)
    not_liked = 1 - learn.dense() - hidden.dense()
    for _ in range(n_epochs):
        for batch in torch.randperm(len(learn), generator=generator).split(4096):
            user, raved = learn.user[batch], learn.item[batch]
            other = torch.multinomial(not_liked[user], 1, generator=generator).squeeze(1)
            final = (tags + graph @ tags + graph @ (graph @ tags)) / 3
            u, i, j = final[user], final[n_users + raved], final[n_users + other]
            penalty = l2_penalty(tags[user], tags[n_users + raved], tags[n_users + other])
            loss = bpr_loss((u * i).sum(dim=1), (u * j).sum(dim=1)) + 3e-3 * penalty
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    # The test: each guest who hides a rave gets a list of ten, without the films learned from
    final = ((tags + graph @ tags + graph @ (graph @ tags)) / 3).detach()
    scores = (final[:n_users] @ final[n_users:].T).masked_fill(learn.dense().bool(), -torch.inf)
    tested, candidates = hidden.user.unique(), torch.arange(n_users)
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
        source = source.replace(*_REPAIRS[bug])
    names = dict(globals())
    exec(source, names)
    return names["pipeline_with_three_bugs"]
