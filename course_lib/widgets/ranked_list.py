"""Notebook 06: one guest's list. Move a hit, cut the list, change what is masked, and read the metrics."""

from collections.abc import Sequence
from typing import ClassVar

import ipywidgets
import torch
from torch import Tensor

from course_lib.evaluation import hit_rate_at_k, ndcg_at_k, recall_at_k, top_k
from course_lib.interactions import Interactions
from course_lib.plots.ranking import Place, plot_ranked_list
from course_lib.plots.sketch import Sketch
from course_lib.what_if import move_item
from course_lib.widgets import live
from course_lib.widgets.contract import Promise

_SHOWN = 20  # places on screen
_LOWEST = 25  # how far down the hit can be moved at least: a few places below the list


class RankedListWidget:
    """One guest's ranked list with the hidden raves marked, and Hit, recall and NDCG at K.

    Args:
        scores: `(n_items,)`, what a matchmaker thinks of every film for this guest.
        shown, hidden: item indices of the raves that the matchmaker was told, and of those it was not.
        low: item indices of films that the guest rated 1 to 3.
        titles: the title of each item index.

    Attributes:
        rank: at which place of the list on screen the movable hit stands: the hidden rave that scores highest. A new
            mask puts it back to where the matchmaker has it.
        k: where the list is cut.
        mask: what is kept off the list: nothing, the shown raves, or these and the low ratings.

    Raises:
        ValueError: nothing is hidden.
    """

    contract: ClassVar = (
        Promise("rank", 1, 2, "ndcg", "falls",
                "NDCG feels every slip, and the first one most. Hit and recall don't notice.",
                {"k": 10, "mask": "raves"}),
        Promise("k", 5, 10, "recall", "rises",
                "A longer list holds more hits, so numbers at different K don't compare.",
                {"mask": "raves", "rank": 10}),
        Promise("mask", "raves", "nothing", "n_told", "rises",
                "Without a mask the matchmaker repeats what it was told, and that leaves less room for news.",
                {"k": 10}),
    )  # fmt: skip

    def __init__(self, scores: Tensor, shown: Tensor, hidden: Tensor, low: Tensor, titles: Sequence[str]) -> None:
        if not len(hidden):
            raise ValueError("nothing is hidden, so there is no hit to move; take a guest with hidden raves")
        nothing = Interactions(shown[:0], shown[:0], 1, len(scores))
        self._titles = titles
        self._order = top_k(lambda _: scores[None], torch.tensor([0]), nothing, len(scores))[0][0].tolist()
        self._kinds = {item: "hit" for item in hidden.tolist()} | {item: "learned" for item in shown.tolist()}
        self._kinds |= {item: "low" for item in low.tolist() if item not in self._kinds}
        self._moved = next(item for item in self._order if self._kinds.get(item) == "hit")
        masks = {"nothing": (), "raves": ("learned",), "raves and low ratings": ("learned", "low")}
        if "low" not in self._kinds.values():
            del masks["raves and low ratings"]
        self._lists = {
            name: [item for item in self._order if self._kinds.get(item) not in gone] for name, gone in masks.items()
        }
        lowest = max(_LOWEST, *(ranking.index(self._moved) + 1 for ranking in self._lists.values()))

        self.mask = live.buttons("mask", [(name, name) for name in masks], "raves")
        self.rank, row = live.number("place of the hit", self._place(), 1, min(lowest, len(self._order)))
        self.k = live.buttons("K", [5, 10, 20], 10, "5em")
        self.view = ipywidgets.HTML()
        self.box = ipywidgets.VBox([row, self.k, self.mask, self.view])
        self.mask.observe(self._put_back, "value")
        for control in (self.rank, self.k):
            control.observe(self._draw, "value")
        self._draw()

    def _place(self) -> int:
        """Where the matchmaker has the movable hit on the list that the mask leaves, from 1."""
        return self._lists[self.mask.value].index(self._moved) + 1

    def _list(self) -> list[int]:
        return move_item(self._lists[self.mask.value], self._moved, self.rank.value)

    def _top(self) -> list[str]:
        """What stands at the first K places."""
        return [self._kinds.get(item, "") for item in self._list()[: self.k.value]]

    def metrics(self) -> dict[str, float]:
        """Hit, recall and NDCG of the list on screen, by the functions of `course_lib.evaluation`."""
        k, n_relevant = self.k.value, torch.tensor([list(self._kinds.values()).count("hit")])
        hits = torch.tensor([[kind == "hit" for kind in self._top()]])
        functions = {"Hit": hit_rate_at_k, "recall": recall_at_k, "NDCG": ndcg_at_k}
        return {f"{name}@{k}": float(function(hits, n_relevant)) for name, function in functions.items()}

    def ndcg(self) -> float:
        """NDCG@K of the list on screen."""
        return self.metrics()[f"NDCG@{self.k.value}"]

    def recall(self) -> float:
        """Recall@K of the list on screen."""
        return self.metrics()[f"recall@{self.k.value}"]

    def n_told(self) -> int:
        """How many of the first K films the matchmaker had been told about."""
        return self._top().count("learned")

    def summary(self) -> str:
        """What is on screen, in words."""
        k, top = self.k.value, self._top()
        places = [str(place) for place, kind in enumerate(top, start=1) if kind == "hit"]
        found = f"hidden raves at place{'s' * (len(places) > 1)} {', '.join(places)}" if places else "no hidden rave"
        numbers = ", ".join(f"{name} = {value:.3f}" for name, value in self.metrics().items())
        mask = {"nothing": "Nothing is masked", "raves": "The shown raves are masked"}
        return (
            f"{mask.get(self.mask.value, 'Shown raves and low ratings are masked')}. The first {k} films hold {found}. "
            f"{numbers}. {self._titles[self._moved]}, the hit that you move, stands at place {self.rank.value}."
        )

    def picture(self) -> Sketch:
        """What is on screen: the first places, and the movable hit wherever it is."""
        ranking = list(enumerate(self._list(), start=1))
        shown = ranking[:_SHOWN] + [ranking[self.rank.value - 1]] * (self.rank.value > _SHOWN)
        places = [
            Place(rank, self._titles[item], self._kinds.get(item, ""), item == self._moved) for rank, item in shown
        ]
        return plot_ranked_list(places, self.k.value)

    def _put_back(self, _change: dict) -> None:
        self.rank.value = self._place()
        self._draw()

    def _draw(self, _change: dict | None = None) -> None:
        numbers = " &emsp; ".join(f"{name} = <b>{value:.3f}</b>" for name, value in self.metrics().items())
        self.view.value = f"<p>{numbers}</p>{self.picture().svg(self.summary())}"

    def _ipython_display_(self) -> None:
        live.show(self.box, self.summary(), lambda: self.picture().figure)
