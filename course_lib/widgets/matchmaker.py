"""Notebook 08: you are a guest. Search and tick films; the top ten answers, and every score shows its reasons."""

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import ClassVar

import pandas as pd
import torch
from ipywidgets import HTML, Button, Checkbox, HBox, Layout, Text, VBox
from torch import Tensor

from course_lib.classroom.guest import find_films, load_guest, save_guest
from course_lib.data import MovieLens
from course_lib.evaluation import coverage_at_k, top_k
from course_lib.influence import Receipt, fold_reasons
from course_lib.interactions import Interactions, Split
from course_lib.lightgcn import LightGCN
from course_lib.plots.receipts import in_words, plot_receipts, receipts_html
from course_lib.recommendation import OWN_TAG, split_scores, tag_parts
from course_lib.what_if import damp_popularity
from course_lib.widgets import live
from course_lib.widgets.contract import Promise

N_FOUND, N_LISTED, N_REASONS = 8, 10, 3
STRENGTHS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


class MatchmakerWidget:
    """Tick films and read your top ten: folded in from your raves alone, each score split into its reasons.

    Args:
        model: trained, with at least one round of gossip.
        graph: the matrix of `graph.adjacency` of the likes the model learned from.
        split: where the ids come from; `split.fit` is what the model learned from.
        data: the titles.
        liked: item indices ticked at the start, at least one.
        file: where the guest is saved.

    Attributes:
        search: words of a title; the films found get a box to tick.
        first: the box of the first film ticked at the start that has a rave; take it away to see who leaves the list.
        damping: how much the most famous film loses (see `damp_popularity`).

    Raises:
        ValueError: no film is ticked at the start.
    """

    contract: ClassVar = (
        Promise("first", True, False, "listed", "differs",
                "The list is made of your raves and nothing else, so each of them has a say.", {"damping": 0.0}),
        Promise("first", True, False, "n_inexact", "stays",
                "The model is linear: a score is the sum of its reasons, whatever you tick.", {"damping": 0.0}),
        Promise("damping", 0.0, 0.8, "coverage", "rises",
                "Undamped, all guests share few famous films; damped, the lists spread over more of the catalogue.",
                {"first": True}),
    )  # fmt: skip

    def __init__(
        self, model: LightGCN, graph: Tensor, split: Split, data: MovieLens, liked: Sequence[int], file: str | Path
    ) -> None:
        if not len(liked):
            raise ValueError("the widget opens on a list with reasons, got no liked film; tick at least one")
        self._model, self._graph, self._likes = model, graph, split.fit
        self._item_ids, self._file, self._degree = split.item_ids, Path(file), split.fit.item_degree()
        self._scorer = model.scorer(graph)
        with torch.no_grad():
            self._items = model(graph)[1]
        self._coverage = {
            strength: coverage_at_k(damp_popularity(self._scorer, self._degree, strength), split.fit, N_LISTED)
            for strength in STRENGTHS
        }
        self._titles = data.films.set_index("item_id")["title"].loc[split.item_ids].tolist()
        twice = pd.Series(self._titles).duplicated(keep=False)  # a few films stand in the catalogue under two ids
        names = zip(split.item_ids, self._titles, twice, strict=True)
        self._names = [f"{title} no. {item_id}" if again else title for item_id, title, again in names]

        style, wide = {"description_width": "9em"}, Layout(width="34em", max_width="100%")
        self.search = Text(description="search", placeholder="a word of a title", style=style, layout=wide)
        self.found = [Checkbox(indent=False, layout=Layout(width="auto", display="none")) for _ in range(N_FOUND)]
        self._hits: list[int] = []  # what the first of these boxes stand for
        self._raves: dict[int, Checkbox] = {}  # a box of each film that was ever ticked, so that it can be put back
        self._row = HBox(layout=Layout(flex_flow="row wrap"))
        self.damping = live.buttons("damp fame by", STRENGTHS, 0.0)
        self.save, self.reload = Button(description="Save my films"), Button(description="Reload them")
        self._note, self.view = HTML(), HTML()
        self._tick(liked)
        self.first = self._raves[next((item for item in liked if self._degree[item] > 0), liked[0])]
        self._rank()
        self._before = self._names_listed()
        self.search.observe(self._search, "value")
        for box in self.found:
            box.observe(self._tick_found, "value")
        self.damping.observe(self._answer, "value")
        self.save.on_click(self._save)
        self.reload.on_click(self._reload)
        found = VBox(self.found, layout=Layout(margin="0 0 0 9em"))
        buttons = HBox([self.save, self.reload, self._note], layout=Layout(flex_flow="row wrap"))
        self.box = VBox([self.search, found, HTML("<b>Your raves</b>"), self._row, self.damping, self.view, buttons])
        self._draw()

    def liked(self) -> list[int]:
        """The item indices of the ticked films."""
        return [item for item, box in self._raves.items() if box.value]

    def like(self, items: Iterable[int]) -> None:
        """Tick these films, by item index, and no others."""
        self._tick(items)
        self._answer()

    def top(self) -> tuple[list[str], list[Receipt]]:
        """The list on screen, best first: names, and receipts as `fold_reasons` makes them.

        As long as nobody raved about any ticked film it is the popular list, and there are no receipts.
        """
        return self._names_listed(), self._receipts

    def listed(self) -> list[str]:
        """Which films are on the list, and for which reasons."""
        names, receipts = self.top()
        reasons = [in_words(receipt) for receipt in receipts] or [""] * len(names)
        return [f"{name}: {reason}" for name, reason in zip(names, reasons, strict=True)]

    def n_inexact(self) -> int:
        """How many of the scores are not the sum of their reasons."""
        return self._n_inexact

    def coverage(self) -> float:
        """How much of the catalogue stands in at least one guest's top ten."""
        return self._coverage[self.damping.value]

    def changes(self) -> tuple[list[str], list[str]]:
        """Who came onto the list with the last change, and who left it."""
        before, now = self._before, self._names_listed()
        return [name for name in now if name not in before], [name for name in before if name not in now]

    def summary(self) -> str:
        """What is on screen, in words."""
        names, receipts = self.top()
        if not names:
            return self._sentence()
        first = in_words(receipts[0]) if receipts else "by the number of raves"
        return f"{self._sentence()} No. 1 of {len(names)}: {names[0]}, {first}. {self._breadth()}"

    def _names_listed(self) -> list[str]:
        return [self._names[item] for item in self._listed]

    def _heard(self) -> list[int]:
        return [item for item in self.liked() if self._degree[item] > 0]

    def _rank(self) -> None:
        liked, heard = self.liked(), self._heard()
        score = self._scorer.newcomer(torch.tensor(heard)) if heard else self._degree.float()
        strength, nobody = self.damping.value if heard else 0.0, torch.tensor([0])
        damped = damp_popularity(lambda _: score[None], self._degree, strength)
        seen = Interactions(torch.zeros(len(liked), dtype=torch.int64), torch.tensor(liked).long(), 1, len(self._names))
        best, damped_scores = top_k(damped, nobody, seen, min(N_LISTED, len(self._names)))
        unseen = damped_scores > -torch.inf
        items, finals = best[unseen], damped_scores[unseen].tolist()
        self._listed, self._receipts, self._n_inexact = items.tolist(), [], 0
        if not heard:
            return
        films, parts = tag_parts(self._model, self._graph, heard)
        shares = split_scores(self._model, parts, self._items[items])  # (k, 1 + n liked), the own tag first
        gap = (shares.sum(dim=1) - score[items]).abs()
        self._n_inexact = int((~(gap <= 1e-5 * shares.abs().sum(dim=1))).sum())  # to within what rounding does
        reasons = [OWN_TAG, *(self._names[film] for film in films.tolist())]
        for row, final in zip(shares.tolist(), finals, strict=True):
            fame = final - sum(row) if strength else None
            self._receipts.append(fold_reasons(reasons[1:], row[1:], N_REASONS, fame))

    def _sentence(self) -> str:
        liked, heard = self.liked(), self._heard()
        silent = [self._names[item] for item in liked if item not in heard]
        raves = f"You raved about {_films(len(liked))}."
        if len(liked) == len(self._names):
            return f"{raves} Those are all films there are: nothing is left to recommend."
        if silent:
            raves += f" Nobody else raved about {', '.join(silent)}, so it weighs nothing."
        if not heard:
            raves = raves if liked else "You have ticked nothing yet."
            return f"{raves} This is the popular list, the same for everybody."
        return raves

    def _breadth(self) -> str:
        return (
            f"Fame damped by {self.damping.value:g}: the lists of all {self._likes.n_users} guests hold "
            f"{self.coverage():.0%} of the films (coverage@{N_LISTED})."
        )

    def _search(self, _change: dict) -> None:
        self._hits = find_films(self.search.value, self._names, N_FOUND)
        self._show_found()
        nothing = self.search.value.strip() and not self._hits
        self._say(f"No title holds {self.search.value!r}." if nothing else "")

    def _show_found(self) -> None:
        liked = self.liked()
        for box, item in zip(self.found, self._hits, strict=False):
            box.description, box.value = self._names[item], item in liked
        for place, box in enumerate(self.found):
            box.layout.display = "" if place < len(self._hits) else "none"

    def _tick_found(self, change: dict) -> None:
        place = self.found.index(change["owner"])
        if place < len(self._hits) and change["new"] != (self._hits[place] in self.liked()):
            self._box(self._hits[place]).value = change["new"]

    def _box(self, item: int) -> Checkbox:
        """The film's box among your raves."""
        if item not in self._raves:
            box = Checkbox(False, description=self._names[item], indent=False, layout=Layout(width="auto"))
            box.observe(self._answer, "value")
            self._raves[item] = box
            self._row.children = tuple(self._raves.values())
        return self._raves[item]

    def _tick(self, items: Iterable[int]) -> None:
        ticked = list(items)
        for item in ticked:
            self._box(item)
        for item, box in self._raves.items():
            box.unobserve(self._answer, "value")
            box.value = item in ticked
            box.observe(self._answer, "value")

    def _answer(self, _change: dict | None = None) -> None:
        self._show_found()
        self._say("")
        self._before = self._names_listed()
        self._rank()
        self._draw()

    def _draw(self) -> None:
        came, left = self.changes()
        moved = f"New on the list: {', '.join(came) or 'none'}. Gone: {', '.join(left) or 'none'}."
        words = f"<p>{escape(self.summary())}</p><p>{escape(moved)}</p>"
        self.view.value = f"{words}{receipts_html(*self.top())}"

    def _say(self, words: str) -> None:
        self._note.value = escape(words)

    def _save(self, _button: Button) -> None:
        liked = self.liked()
        try:
            save_guest(self._file, {int(self._item_ids[item]): self._titles[item] for item in liked})
        except OSError as error:
            return self._say(f"Not saved: {error.strerror}.")
        self._say(f"Saved {_films(len(liked))} in {self._file.name}.")

    def _reload(self, _button: Button) -> None:
        try:
            titles = dict(zip(self._item_ids.tolist(), self._titles, strict=True))
            items = [list(titles).index(item_id) for item_id in load_guest(self._file, titles)]
        except ValueError as error:
            return self._say(f"Not reloaded: {error}.")
        except OSError as error:
            return self._say(f"Not reloaded: {error.strerror}.")
        self.like(items)
        self._say(f"Reloaded {_films(len(items))}.")

    def _ipython_display_(self) -> None:
        live.show(self.box, self.summary(), plot_receipts(*self.top()).get_figure(root=True))


def _films(n: int) -> str:
    return f"{n} film{'' if n == 1 else 's'}"
