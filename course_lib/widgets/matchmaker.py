"""Notebook 08: you are a guest. Search and tick films; the top ten answers, and every score shows its reasons."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

import pandas as pd
import torch
from ipywidgets import HTML, Button, Checkbox, HBox, Layout, SelectionSlider, TagsInput, Text, VBox
from torch import Tensor

from course_lib.baselines import popularity
from course_lib.data import MovieLens
from course_lib.evaluation import coverage_at_k, top_k
from course_lib.guest import find_films, load_guest, save_guest
from course_lib.interactions import Interactions, Split
from course_lib.lightgcn import LightGCN
from course_lib.plots.receipts import Receipt, fold_reasons, in_words, plot_receipts, receipts_html
from course_lib.recommendation import damp_popularity, scorer, split_scores, tag_parts
from course_lib.widgets import static

N_FOUND, N_LISTED, N_REASONS = 8, 10, 3
STRENGTHS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


class MatchmakerWidget:
    """Tick films and read your top ten: folded in from your raves alone, each score split into its reasons.

    Args:
        model: trained, with at least one round of gossip.
        graph: the matrix of `graph.adjacency` of the likes the model learned from.
        split: where the ids come from; `split.fit` is what the model learned from.
        data: the titles.
        liked: item indices ticked at the start.
        file: where the guest is saved.

    Attributes:
        search: words of a title.
        found: one box per film found, to tick.
        liked: the ticked films by name; take one away to see who leaves the list.
        damping: how much the most famous film loses (see `damp_popularity`).
    """

    def __init__(
        self, model: LightGCN, graph: Tensor, split: Split, data: MovieLens, liked: Sequence[int], file: str | Path
    ) -> None:
        self._model, self._graph, self._likes = model, graph, split.fit
        self._item_ids, self._file, self._fame = split.item_ids, Path(file), split.fit.item_degree()
        with torch.no_grad():
            users, self._items = model(graph)
        everybody = scorer(users, self._items, model.scoring)
        self._coverage = {
            strength: coverage_at_k(damp_popularity(everybody, self._fame, strength), split.fit, N_LISTED)
            for strength in STRENGTHS
        }
        self._titles = data.films.set_index("film_id")["title"].loc[split.item_ids].tolist()
        twice = pd.Series(self._titles).duplicated(keep=False)  # a few films stand in the catalogue under two ids
        names = zip(split.item_ids, self._titles, twice, strict=True)
        self._names = [f"{title} no. {film_id}" if again else title for film_id, title, again in names]
        self._index = {name: item for item, name in enumerate(self._names)}

        style, wide = {"description_width": "9em"}, Layout(width="34em")
        self.search = Text(description="search", placeholder="a word of a title", style=style, layout=wide)
        self.found = [Checkbox(indent=False, layout=Layout(width="44em", display="none")) for _ in range(N_FOUND)]
        self.liked = TagsInput(
            value=[self._names[item] for item in liked], allowed_tags=self._names, allow_duplicates=False
        )
        self.damping = SelectionSlider(options=STRENGTHS, description="damp fame by", style=style, layout=wide)
        self.save, self.reload = Button(description="Save my films"), Button(description="Reload them")
        self._note, self._view = HTML(), HTML()
        self._now = self._rank()
        self._before = self._now
        self.search.observe(self._search, "value")
        for box in self.found:
            box.observe(self._tick, "value")
        self.liked.observe(self._answer, "value")
        self.damping.observe(self._answer, "value")
        self.save.on_click(self._save)
        self.reload.on_click(self._reload)
        your_films = HBox([HTML("<b>Your raves</b>", layout=Layout(min_width="8em")), self.liked])
        buttons = HBox([self.save, self.reload, self._note])
        self.box = VBox([self.search, *self.found, your_films, self.damping, self._view, buttons])
        self._draw()

    def liked_items(self) -> list[int]:
        """The item indices of the ticked films."""
        return [self._index[name] for name in self.liked.value]

    def top(self) -> tuple[list[str], list[Receipt]]:
        """The list on screen, best first: names, and receipts as `fold_reasons` makes them.

        As long as nobody raved about any ticked film it is the popular list, and there are no receipts.
        """
        return self._now

    def _rank(self) -> tuple[list[str], list[Receipt]]:
        liked, heard = self.liked_items(), self._heard()
        if heard:
            films, parts = tag_parts(self._model, self._graph, heard)
            score = scorer(parts.sum(dim=0, keepdim=True), self._items, self._model.scoring)
        else:
            score = popularity(self._likes)
        strength = self.damping.value if heard else 0.0
        seen = Interactions(torch.zeros(len(liked), dtype=torch.int64), torch.tensor(liked).long(), 1, len(self._names))
        damped = damp_popularity(score, self._fame, strength)
        items, scores = top_k(damped, torch.tensor([0]), seen, min(N_LISTED, len(self._names)))
        items, scores = items[scores > -torch.inf], scores[scores > -torch.inf]
        names = [self._names[item] for item in items.tolist()]
        if not heard:
            return names, []
        shares = split_scores(parts, self._items[items], self._model.scoring)  # (k, 1 + n liked), the own tag first
        receipts = []
        for row, final in zip(shares.numpy(), scores.tolist(), strict=True):
            fame = final - float(row.sum()) if strength else None
            receipts.append(fold_reasons(films[1:], row[1:], self._names, N_REASONS, fame))
        return names, receipts

    def coverage(self) -> float:
        """Share of all films that stand in at least one guest's top ten, with fame damped as it is now."""
        return self._coverage[self.damping.value]

    def changes(self) -> tuple[list[str], list[str]]:
        """Who came onto the list with the last change, and who left it."""
        before, now = self._before[0], self._now[0]
        return [name for name in now if name not in before], [name for name in before if name not in now]

    def summary(self) -> str:
        """What is on screen, in words."""
        names, receipts = self.top()
        if not names:
            return self._sentence()
        first = in_words(receipts[0]) if receipts else "by the number of raves"
        return f"{self._sentence()} No. 1 of {len(names)}: {names[0]}, {first}. {self._breadth()}"

    def _heard(self) -> list[int]:
        return [item for item in self.liked_items() if self._fame[item] > 0]

    def _sentence(self) -> str:
        liked, heard = self.liked_items(), self._heard()
        silent = [self._names[item] for item in liked if item not in heard]
        raves = f"You raved about {len(liked)} film{'' if len(liked) == 1 else 's'}."
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
        hits = find_films(self.search.value, self._names, N_FOUND)
        for box in self.found:
            box.unobserve(self._tick, "value")
        for place, box in enumerate(self.found):
            box.layout.display = "" if place < len(hits) else "none"
            if place < len(hits):
                box.description = self._names[hits[place]]
                box.value = box.description in self.liked.value
        for box in self.found:
            box.observe(self._tick, "value")
        nothing = self.search.value.strip() and not hits
        self._note.value = f"No title holds {escape(repr(self.search.value))}." if nothing else ""

    def _tick(self, change: dict) -> None:
        others = [name for name in self.liked.value if name != change["owner"].description]
        self.liked.value = [*others, change["owner"].description] if change["new"] else others

    def _answer(self, _change: dict) -> None:
        for box in self.found:  # a film may have been taken away, or reloaded, elsewhere
            box.unobserve(self._tick, "value")
            box.value = box.description in self.liked.value
            box.observe(self._tick, "value")
        self._note.value = ""
        self._before, self._now = self._now, self._rank()
        self._draw()

    def _draw(self) -> None:
        names, receipts = self.top()
        came, left = self.changes()
        moved = f"New on the list: {', '.join(came) or 'none'}. Gone: {', '.join(left) or 'none'}."
        words = "".join(f"<p>{escape(text)}</p>" for text in (self._sentence(), moved, self._breadth()))
        self._view.value = words + receipts_html(names, receipts)

    def _save(self, _button: Button) -> None:
        try:
            save_guest(self._file, {int(self._item_ids[item]): self._titles[item] for item in self.liked_items()})
        except OSError as error:
            self._note.value = f"Not saved: {escape(str(error.strerror))}."
            return
        self._note.value = f"Saved {len(self.liked.value)} films in {escape(self._file.name)}."

    def _reload(self, _button: Button) -> None:
        try:
            film_ids = load_guest(self._file, dict(zip(self._item_ids.tolist(), self._titles, strict=True)))
        except ValueError as error:
            self._note.value = f"Not reloaded: {escape(str(error))}."
            return
        self.liked.value = [self._names[self._item_ids.get_loc(film_id)] for film_id in film_ids]
        self._note.value = f"Reloaded {len(film_ids)} films."

    def _repr_mimebundle_(self, **_kwargs) -> dict[str, str]:
        names, receipts = self.top()
        figure = plot_receipts(names, receipts).figure
        return static.bundle(self.box, self.summary(), figure)
