"""The list so far: what every method that the course has met recommends to the protagonist.

The writer's lists on MovieLens, split seed 0, are stored, and so is NDCG@10 over all guests; `python -m
tests.benchmarks.writer_lists` writes them. Everything else is computed when it is asked for.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

import pandas as pd
import torch
from torch import Tensor

from course_lib.baselines import ease, item_knn, popularity, untrained_gossip
from course_lib.classroom.guest import Guest
from course_lib.data import MovieLens
from course_lib.evaluation import Matchmaker, Scorer, evaluate
from course_lib.graph import adjacency
from course_lib.interactions import Split
from course_lib.tables import stored
from course_lib.training import BPR_CONFIG, NEWCOMER_CONFIG, TrainConfig, build, train

K = 10

# The settings of the ladder, with as many epochs as validation chose on split seed 0.
BPR = replace(BPR_CONFIG, batch_size=4096, n_epochs=78)
MF_BPR = replace(BPR_CONFIG, n_layers=0, learning_rate=0.003, reg_weight=1e-2, n_epochs=30)
SOFTMAX = TrainConfig(n_epochs=90)


NEWCOMER = replace(NEWCOMER_CONFIG, n_epochs=90)


@dataclass(frozen=True)
class Method:
    """A way to make a list.

    Attributes:
        notebook: where the course meets it.
        make: a split to a scorer; it may train for some seconds.
    """

    notebook: str
    make: Callable[[Split], Scorer | Matchmaker]


def trained(config: TrainConfig) -> Callable[[Split], Matchmaker]:
    """Train on all that is shown, for the epochs of the config."""

    def make(split: Split) -> Matchmaker:
        model = build(split.fit, config)
        train(model, split.fit, config=config)
        return model.scorer(adjacency(split.fit))

    return make


def as_newcomers(model: Matchmaker, split: Split) -> Matchmaker:
    """A matchmaker that takes everybody for a newcomer, also the guests that it was trained on."""

    def known(users: Tensor) -> Tensor:
        return torch.stack([model.newcomer(split.fit.items_of(int(user))) for user in users])

    return Matchmaker(known, model.newcomer)


def folded_in(split: Split) -> Matchmaker:
    """A model that rehearsed for newcomers and takes everybody for one."""
    return as_newcomers(trained(NEWCOMER)(split), split)


METHODS = {
    "untrained gossip": Method("01", lambda split: untrained_gossip(split.fit)),
    "popularity": Method("02", lambda split: popularity(split.fit)),
    "LightGCN-BPR": Method("05", trained(BPR)),
    "item-kNN": Method("06", lambda split: item_knn(split.fit)),
    "MF-BPR": Method("06", trained(MF_BPR)),
    "EASE": Method("06", lambda split: ease(split.fit)),
    "LightGCN-softmax": Method("07", trained(SOFTMAX)),
    "LightGCN, folded in": Method("08", folded_in),
}
"""In the order in which the course meets them, by the names they have everywhere."""
ONLY_KNOWN = {"MF-BPR": "knows only guests it was trained on: no gossip brings you a tag"}
"""Methods that cannot take you in, and why."""


class Listed(NamedTuple):
    """What one method lists."""

    method: str
    """Its name, the same in every notebook."""
    titles: list[str]
    """Its top ten, best first; empty where it has no list for this guest."""
    hits: list[bool]
    """Which of them are hidden raves."""
    ndcg: float
    """NDCG@10, mean over all guests."""
    reason: str
    """Why there is no list."""


def lists_so_far(
    guest: Guest,
    data: MovieLens,
    split: Split,
    upto: str = "10",
    fresh: Mapping[str, Scorer | Matchmaker] = MappingProxyType({}),
) -> list[Listed]:
    """The protagonist's top ten by every method that the course has met, and how each does overall.

    Args:
        guest: of `guest.protagonist`.
        upto: number of the notebook, "04": methods that come later are left out.
        fresh: by name, scorers that the notebook has made already: they need not be made again for your lists; names
            that are not in `METHODS` are methods of its own.
    """
    titles = data.films.set_index("item_id")["title"].loc[split.item_ids].tolist()
    kept, you = stored_lists(split), guest.user is None

    @cache
    def scorer(name: str) -> Scorer | Matchmaker:
        return fresh[name] if name in fresh else METHODS[name].make(split)

    found = []
    met = [name for name, method in METHODS.items() if method.notebook <= upto]
    for name in [*met, *(name for name in fresh if name not in METHODS)]:
        reason, items = ONLY_KNOWN.get(name, "") if you else "", []
        if name in kept.index and not you:
            items = split.item_indices([int(item) for item in kept["films"].loc[name].split()]).tolist()
        elif not reason:
            items = guest.top(scorer(name), K).tolist()
        ndcg = float(kept["ndcg@10"].loc[name]) if name in kept.index else overall(scorer(name), split)
        hits = guest.hits(torch.tensor(items, dtype=torch.int64)).tolist()
        found.append(Listed(name, [titles[item] for item in items], hits, ndcg, reason))
    return found


def stored_lists(split: Split) -> pd.DataFrame:
    """The stored table if it is of this split, else one without rows: index `method`, columns `ndcg@10, films`."""
    table = stored("writer_lists").set_index("method")
    return table[table["hidden_pairs"] == fingerprint(split)]


def fingerprint(split: Split) -> int:
    """A number that tells a split from others: the sum of its hidden pairs as numbers."""
    return int(split.test.keys.sum())


def overall(scorer: Scorer, split: Split) -> float:
    """NDCG@10, mean over all guests."""
    return round(float(evaluate(scorer, split.test, seen=split.fit, k=(K,))[f"ndcg@{K}"].mean()), 4)
