"""Notebook 06: one guest's list. Move a hit, cut the list, lift the mask, and read the metrics."""

from collections.abc import Sequence
from typing import ClassVar

import ipywidgets
import torch

from course_lib.evaluation import Scorer, hit_rate_at_k, ndcg_at_k, recall_at_k, top_k
from course_lib.interactions import Interactions
from course_lib.plots.ranking import plot_ranked_list
from course_lib.plots.sketch import Sketch
from course_lib.what_if import move_item
from course_lib.widgets import live
from course_lib.widgets.contract import Promise

_SHOWN = 20  # ranks on screen
_LOWEST = 25  # how far down the hit can be moved: a few ranks below the list


class RankedListWidget:
    """One guest's ranked list with the hidden likes marked, and Hit, recall and NDCG at K.

    Args:
        scorer: ranks the items.
        user: index of a guest who hides at least one like.
        truth: the hidden likes.
        seen: the likes that were learned from.
        titles: the title of each item index.

    Attributes:
        rank: where the best-ranked hidden like stands among the films not learned from.
        k: where the list is cut.
        mask: whether the films learned from are hidden.

    Raises:
        ValueError: the guest hides no like.
    """

    contract: ClassVar = (
        Promise("rank", 1, 2, "ndcg", "falls",
                "NDCG feels every slip, and the first one most.", {"k": 10, "mask": True}),
        Promise("rank", 1, 2, "recall", "stays",
                "Hit and recall count hits and do not look where in the list they stand.", {"k": 10, "mask": True}),
        Promise("k", 5, 10, "recall", "rises",
                "A longer list holds more hits: numbers at different K do not compare.", {"rank": 10, "mask": True}),
        Promise("mask", True, False, "n_told", "rises",
                "Without the mask the list fills with films that the matchmaker was told about.", {"k": 10}),
    )  # fmt: skip

    def __init__(self, scorer: Scorer, user: int, truth: Interactions, seen: Interactions, titles: Sequence[str]):
        self._hidden, self._seen = set(truth.items_of(user).tolist()), set(seen.items_of(user).tolist())
        if not self._hidden:
            raise ValueError(f"user {user} hides no like, so there is no hit to move; choose another")
        self._titles = titles
        nothing = Interactions(truth.user[:0], truth.item[:0], truth.n_users, truth.n_items)
        self._order = top_k(scorer, torch.tensor([user]), nothing, truth.n_items)[0][0].tolist()
        unseen = [item for item in self._order if item not in self._seen]
        self._moved = next(item for item in unseen if item in self._hidden)
        start = min(unseen.index(self._moved) + 1, _LOWEST)

        self.rank, row = live.number("the hit's rank", start, 1, _LOWEST)
        self.k = live.buttons("K", [5, 10, 20], 10, "5em")
        self.mask = live.buttons("mask", [("on", True), ("off", False)], True, "5em")
        self.view = ipywidgets.HTML()
        self._draw()
        for control in (self.rank, self.k, self.mask):
            control.observe(self._draw, "value")
        self.box = ipywidgets.VBox([row, self.k, self.mask, self.view])

    def _list(self) -> list[int]:
        order = move_item(self._order, self._moved, self.rank.value, self._seen)
        return [item for item in order if not (self.mask.value and item in self._seen)]

    def metrics(self) -> dict[str, float]:
        """Hit, recall and NDCG of the list on screen, by the functions of `course_lib.evaluation`."""
        k, n_relevant = self.k.value, torch.tensor([len(self._hidden)])
        hits = torch.tensor([[item in self._hidden for item in self._list()[:k]]])
        functions = {"Hit": hit_rate_at_k, "recall": recall_at_k, "NDCG": ndcg_at_k}
        return {f"{name}@{k}": float(function(hits, n_relevant)) for name, function in functions.items()}

    def ndcg(self) -> float:
        """NDCG@K of the list on screen."""
        return self.metrics()[f"NDCG@{self.k.value}"]

    def recall(self) -> float:
        """Recall@K of the list on screen."""
        return self.metrics()[f"recall@{self.k.value}"]

    def n_told(self) -> int:
        """How many of the first K films the matchmaker learned from."""
        return sum(item in self._seen for item in self._list()[: self.k.value])

    def summary(self) -> str:
        """What is on screen, in words."""
        ranking = self._list()
        ranks = [rank for rank, item in enumerate(ranking[: self.k.value], start=1) if item in self._hidden]
        found = f"hit{'s' * (len(ranks) > 1)} at rank{'s' * (len(ranks) > 1)} {', '.join(map(str, ranks))}"
        numbers = ", ".join(f"{name} = {value:.3f}" for name, value in self.metrics().items())
        return (
            f"Mask {'on' if self.mask.value else 'off'}, K = {self.k.value}, {len(self._hidden)} hidden likes: "
            f"{found if ranks else 'no hit'}. {numbers}. The movable hit, {self._titles[self._moved]}, stands at rank "
            f"{ranking.index(self._moved) + 1} of the whole list."
        )

    def picture(self) -> Sketch:
        """What is on screen."""
        top = self._list()[:_SHOWN]
        hit, seen = [item in self._hidden for item in top], [item in self._seen for item in top]
        return plot_ranked_list([self._titles[item] for item in top], hit, seen, self.k.value)

    def _draw(self, _change: dict | None = None) -> None:
        numbers = " &emsp; ".join(f"{name} = <b>{value:.3f}</b>" for name, value in self.metrics().items())
        self.view.value = f"<p>{numbers}</p>{self.picture().svg(self.summary())}"

    def _ipython_display_(self) -> None:
        live.show(self.box, self.summary(), self.picture().figure)
