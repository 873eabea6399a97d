"""Notebook 10: what lies between a guest and a film."""

from collections.abc import Sequence

import torch
from ipywidgets import HTML, Dropdown, ToggleButtons, VBox
from torch import Tensor

from course_lib.evaluation import top_k
from course_lib.influence import score_by_hop
from course_lib.interactions import Interactions
from course_lib.lightgcn import LightGCN
from course_lib.plots.maps import plot_films_between, plot_score_parts
from course_lib.plots.style import img, new_axes
from course_lib.recommendation import films_between, scorer
from course_lib.widgets import static

N_RECOMMENDED, N_RAVED, N_BARS = 7, 3, 8


class BetweenWidget:
    """Choose a guest, a film and a number of hops: which films carry gossip from the film to the guest?

    Args:
        model: a trained model.
        graph: the matrix of `graph.adjacency` for `seen`.
        seen: the likes the model learned from.
        titles: one per item index.
        users: the guests to choose from, as indices; each needs a like.

    Raises:
        ValueError: no guest to choose from, or one without a like.
    """

    def __init__(
        self, model: LightGCN, graph: Tensor, seen: Interactions, titles: Sequence[str], users: Sequence[int]
    ) -> None:
        degree = seen.user_degree()
        silent = [user for user in users if degree[user] == 0]
        if not len(users) or silent:
            raise ValueError(f"each guest on offer needs a like, got {silent or 'no guest'}; choose others")
        self._model, self._graph, self._seen, self._titles = model, graph, seen, titles
        with torch.no_grad():
            self._scorer = scorer(*model(graph))
        # Buttons rather than lists where there are few choices: JupyterLab takes the arrow keys from a focused list.
        self.hops = ToggleButtons(
            options=[("1 hop: a rave", 1), ("3 hops: film, peer, film", 3)],
            value=3,
            description="Hops",
            style={"button_width": "auto"},
        )
        guests = [(f"guest {user}, {int(degree[user])} raves", int(user)) for user in users]
        self.guest = ToggleButtons(options=guests, description="Guest", style={"button_width": "auto"})
        films = self._films(self.guest.value)
        self.film = Dropdown(options=films, description="Film", layout={"width": "32em"})
        self.view = HTML()
        self.box = VBox([self.hops, self.guest, self.film, self.view])
        self._axes = new_axes(9.5, 3.8, ncols=2, width_ratios=[2, 1])
        self.guest.observe(self._change_guest, names="value")
        self.film.observe(self._redraw, names="value")
        self.hops.observe(self._redraw, names="value")
        self._redraw()

    def summary(self) -> str:
        """The pair on screen, the films between the two, and the score by hop."""
        guest, title = self.guest.value, self._titles[self.film.value]
        if self.hops.value == 1:
            raved = bool(self._weight)
            told = (
                f"1 hop: a rave, loudness {1000 * self._weight:.1f} thousandths."
                if raved
                else "1 hop: no rave, so nothing arrives."
            )
        else:
            table = self._between
            carriers = table[table["weight"] > 0]
            told = f"3 hops: {len(carriers)} of the guest's {len(table)} raves carry gossip from it, "
            told += f"together {1000 * self._weight:.1f} thousandths"
            told += f"; loudest {self._titles[carriers['item'].iloc[0]]}." if len(carriers) else "."
        names = ["own tag", *(f"{hop} hop{'s' if hop > 1 else ''}" for hop in range(1, len(self._parts)))]
        parts = ", ".join(f"{name} {part:+.2f}" for name, part in zip(names, self._parts, strict=True))
        return f"Guest {guest} and {title}. {told} Score {sum(self._parts):.2f} = {parts}."

    def _films(self, user: int) -> list[tuple[str, int]]:
        items, scores = top_k(self._scorer, torch.tensor([user]), self._seen, min(N_RECOMMENDED, self._seen.n_items))
        unseen = items[0][scores[0] > -torch.inf].tolist()
        raved = self._seen.items_of(user)[:N_RAVED].tolist()
        options = [(f"recommended {rank}: {self._titles[item]}", item) for rank, item in enumerate(unseen, start=1)]
        return options + [(f"raved: {self._titles[item]}", item) for item in raved]

    def _change_guest(self, _change: dict) -> None:
        # Redrawn once, by hand: a new list may or may not change the value of `film`.
        self.film.unobserve(self._redraw, names="value")
        self.film.options = self._films(self.guest.value)
        self.film.observe(self._redraw, names="value")
        self._redraw()

    def _redraw(self, _change: dict | None = None) -> None:
        user, item = self.guest.value, self.film.value
        pair = torch.tensor([user]), torch.tensor([item])
        self._parts = score_by_hop(self._model, self._graph, *pair)[0].tolist()
        left, right = self._axes
        left.clear()
        right.clear()
        if self.hops.value == 1:
            raved = bool(self._seen.contains(*pair))
            degrees = self._seen.user_degree()[user] * self._seen.item_degree()[item]
            self._weight = float(degrees.float().rsqrt()) if raved else 0.0
            plot_films_between(["the rave itself" if raved else "no rave"], [1000 * self._weight], left)
            left.set_ylim(-2, 2)
            left.set_xlim(0, max(1200 * self._weight, 1))
        else:
            self._between = films_between(self._graph, self._seen.n_users, user, item)
            self._weight = float(self._between["weight"].sum())
            loudest = self._between.head(N_BARS)
            plot_films_between([self._titles[film] for film in loudest["item"]], 1000 * loudest["weight"], left)
        left.set_title("What lies between")
        plot_score_parts(self._parts, right)
        right.set_title(f"Score {sum(self._parts):.2f} by hop")
        self.view.value = img(left.figure, self.summary())

    def _repr_mimebundle_(self, **_kwargs) -> dict[str, str]:
        return static.bundle(self.box, self.summary(), self._axes[0].figure)
