"""Notebook 08: tick films; your top ten answers, each score beside what each rave brings to it."""

from collections.abc import Sequence
from html import escape
from typing import ClassVar

import ipywidgets
import numpy as np
import torch
from torch import Tensor

from course_lib.data import MovieLens
from course_lib.evaluation import top_k
from course_lib.interactions import Interactions, Split
from course_lib.lightgcn import LightGCN
from course_lib.plots.receipts import N_COLUMNS, beyond_average, plot_receipts
from course_lib.plots.sketch import Sketch
from course_lib.recommendation import split_scores, tag_parts
from course_lib.what_if import places_lost
from course_lib.widgets import live
from course_lib.widgets.contract import Promise
from course_lib.widgets.film_picker import KeptFilms, film_names

N_LISTED = 10
WHOLE, BEYOND, LOST = "whole shares", "shares beyond the average", "and what taking it back does"


class MatchmakerWidget:
    """Tick films and read your top ten: folded in from your raves alone, each score split by rave.

    A column keeps its place as long as there are few raves, so that only what changes moves.

    Args:
        model: trained, with at least one round of gossip.
        graph: the matrix of `graph.adjacency` of the likes the model learned from.
        split: where the ids come from; `split.fit` is what the model learned from.
        data: the titles.
        example: item indices that are ticked until the learner has ticked a film, at least one.

    Attributes:
        films: the boxes to tick.
        first: the box of the first ticked film that somebody else raved about; take it away to see who leaves.
        show: whole shares, or what goes beyond a rave's average over the list, without or with the places that films
            fall if the rave is taken back.

    Raises:
        ValueError: there is no example.
    """

    contract: ClassVar = (
        Promise("show", WHOLE, BEYOND, "n_left", "rises",
                "Whole shares all point to the right. Against its own average, a rave speaks for some films of the "
                "list and less for others.", {"first": True}),
        Promise("first", True, False, "listed", "differs",
                "The list is made of these raves and nothing else. Where the bar of this one was orange, a film "
                "mostly falls further than where it was grey.", {"show": LOST}),
    )  # fmt: skip

    def __init__(self, model: LightGCN, graph: Tensor, split: Split, data: MovieLens, example: Sequence[int]) -> None:
        if not len(example):
            raise ValueError("the widget opens on a list with receipts, got no example; give at least one film")
        self._model, self._graph, self._degree, self._example = model, graph, split.fit.item_degree(), example
        self._scorer, self._names = model.scorer(graph), film_names(data, split)
        with torch.no_grad():
            self._items = model(graph)[1]
        self._kept = KeptFilms(data, split, self._answer, example)
        self.films, ticked = self._kept.films, self._kept.films.ticked()
        self.first = self.films.rave(next((item for item in ticked if self._degree[item] > 0), ticked[0]))
        self.show = live.buttons("show", (WHOLE, BEYOND, LOST), LOST)
        self.view = ipywidgets.HTML()
        self.show.observe(self._draw, "value")
        self.box = ipywidgets.VBox([self.films.box, self.show, self.view, self._kept.row])
        self._rank()
        self._before = self._listed
        self._draw()

    def listed(self) -> list[str]:
        """Which films are on the list, and with which scores."""
        return [f"{self._names[item]}: {score:.3f}" for item, score in zip(self._listed, self._scores, strict=True)]

    def n_left(self) -> int:
        """How many bars point to the left."""
        return int((self._bars() < 0).sum())

    def n_inexact(self) -> int:
        """How many of the scores are not the sum of their shares."""
        if not self._shares.size:
            return 0
        gap = np.abs(np.nansum(self._shares, axis=1) - self._scores)
        return int((~(gap <= 1e-5 * np.nansum(np.abs(self._shares), axis=1))).sum())  # to within what rounding does

    def changes(self) -> tuple[list[str], list[str]]:
        """Who came onto the list with the last change of ticks, and who left it."""
        came = [self._names[item] for item in self._listed if item not in self._before]
        return came, [self._names[item] for item in self._before if item not in self._listed]

    def summary(self) -> str:
        """What is on screen, in words."""
        if not self._listed:
            return self._sentence()
        first = f"Number one is {self._names[self._listed[0]]}"
        if not self._columns:
            return f"{self._sentence()} {first}."
        bars = self._bars()[0]
        loudest = int(np.nanargmax(bars))
        if self.show.value == LOST and np.isfinite(self._lost).any():
            film, rave = divmod(int(np.nanargmax(self._lost)), len(self._columns))
            far, gone = int(self._lost[film, rave]), self._names[self._columns[rave]]
            places = f"{far} place{'' if far == 1 else 's'}"
            return f"{self._sentence()} {first}. Without {gone} {self._names[self._listed[film]]} falls {places}."
        told = f"{self._names[self._columns[loudest]]} brings {bars[loudest]:.3f}"
        more = f"{told} more to it than to the list on average" if self.show.value != WHOLE else f"{told} of it"
        return f"{self._sentence()} {first}, with a score of {self._scores[0]:.3f}. {more}, the most of all."

    def picture(self) -> Sketch:
        """What is on screen."""
        films, raves = ([self._names[item] for item in items] for items in (self._listed, self._columns))
        lost = np.nan_to_num(self._lost) if self.show.value == LOST else None
        return plot_receipts(films, self._scores, raves, self._shares, self.show.value != WHOLE, lost=lost)

    def _bars(self) -> np.ndarray:
        return self._shares if self.show.value == WHOLE else beyond_average(self._shares)

    def _rank(self) -> None:
        ticked, gone = self.films.ticked(), [] if self._kept.is_example else self._example
        heard = [item for item in ticked if self._degree[item] > 0]
        score = self._scorer.newcomer(torch.tensor(heard)) if heard else self._degree.float()
        seen = Interactions(torch.zeros(len(ticked), dtype=torch.int64), torch.tensor(ticked).long(), 1, len(score))
        best, scores = top_k(lambda _: score[None], torch.tensor([0]), seen, min(N_LISTED, len(score)))
        unseen = scores[0] > -torch.inf
        items = best[0][unseen]
        self._listed, self._scores = items.tolist(), scores[0][unseen].tolist()
        boxes = [item for item in self.films.ever_ticked() if item in ticked or item not in gone]
        drawn = [item for item in boxes if self._degree[item] > 0]
        self._columns = drawn if heard and len(drawn) <= N_COLUMNS + 1 else heard if len(items) else []
        self._shares, self._lost = (np.full((len(items), len(self._columns)), np.nan) for _ in range(2))
        if self._columns:
            films, parts = tag_parts(self._model, self._graph, heard)
            shares = split_scores(self._model, parts[1:], self._items[items])  # a newcomer has no own tag
            places = [self._columns.index(film) for film in films.tolist()]
            self._shares[:, places] = shares.numpy()
            if len(heard) > 1:  # without the only rave there is no tag
                tags = self._model.normalised(self._items)
                self._lost[:, places] = places_lost(parts[1:], tags, torch.tensor(ticked), items).numpy()

    def _sentence(self) -> str:
        ticked = self.films.ticked()
        n, who = len(ticked), "The writer" if self._kept.is_example else "You"
        silent = [self._names[item] for item in ticked if self._degree[item] == 0]
        raves = f"{who} raved about {n} film{'' if n == 1 else 's'}."
        if n == len(self._names):
            return f"{raves} Those are all films there are, so nothing is left to recommend."
        if silent:
            raves += f" Nobody else raved about {', '.join(silent)}, so it weighs nothing."
        if len(silent) == n:
            raves = raves if n else "Nothing is ticked."
            return f"{raves} This is the popular list, the same for everybody."
        return raves

    def _answer(self) -> None:
        self._before = self._listed
        self._rank()
        self._draw()

    def _draw(self, _change: dict | None = None) -> None:
        came, left = self.changes()
        moved = f"New on the list: {', '.join(came) or 'none'}. Gone: {', '.join(left) or 'none'}."
        words = f"<p>{escape(self.summary())}</p>{f'<p>{escape(moved)}</p>' if came or left else ''}"
        self.view.value = words + self.picture().svg(self.summary())

    def _ipython_display_(self) -> None:
        live.show(self.box, self.summary(), lambda: self.picture().figure)
