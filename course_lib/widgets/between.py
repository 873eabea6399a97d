"""Notebook 10: which walks lead from a film to a guest, and what happens when a peer leaves the party."""

from collections.abc import Sequence

import pandas as pd
import torch
from ipywidgets import HTML, Dropdown, ToggleButtons, VBox
from torch import Tensor

from course_lib.evaluation import top_k
from course_lib.influence import Muted, mute, path_ledger, score_by_hop
from course_lib.interactions import Interactions
from course_lib.lightgcn import LightGCN
from course_lib.plots.maps import plot_mute, plot_score_parts, plot_walks
from course_lib.plots.ranking import shorten
from course_lib.plots.style import img, new_axes
from course_lib.recommendation import scorer
from course_lib.widgets import static

N_RECOMMENDED, N_RAVED, N_WALKS, N_PEERS = 7, 3, 8, 5
NOBODY = -1


class BetweenWidget:
    """Choose a guest and a film: the strongest walks between them. Mute a peer: what becomes of the score?

    Args:
        model: a trained model.
        graph: the matrix of `graph.adjacency` for `seen`.
        seen: the likes the model learned from.
        titles: one per item index.
        users: the guests to choose from, as indices; each needs a like.

    Attributes:
        guest: the guest, an index.
        film: an item index: the guest's top films, then some they raved about.
        peer: who is muted, an index, or `NOBODY`.

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
            self._scorer = scorer(*model(graph), model.scoring)
        # Buttons rather than lists where there are few choices: JupyterLab takes the arrow keys from a focused list.
        style = {"button_width": "auto"}
        guests = [(f"guest {user}, {int(degree[user])} raves", int(user)) for user in users]
        self.guest = ToggleButtons(options=guests, description="Guest", style=style)
        self.film = Dropdown(options=self._films(), description="Film", layout={"width": "32em"})
        self.peer = ToggleButtons(options=self._peers(), description="Mute", style=style)
        self.view = HTML()
        self.box = VBox([self.guest, self.film, self.peer, self.view])
        self._axes = new_axes(11.5, 3.9, ncols=3, width_ratios=[2.1, 1, 1])
        self._axes[0].figure.set_layout_engine(None)  # a fixed layout redraws in half the time
        self._axes[0].figure.subplots_adjust(left=0.24, right=0.985, top=0.9, bottom=0.14, wspace=0.45)
        self.guest.observe(self._change_guest, names="value")
        self.film.observe(self._change_film, names="value")
        self.peer.observe(self._redraw, names="value")
        self._redraw()

    def ledger(self, top: int | None = N_WALKS) -> pd.DataFrame:
        """The walks on screen, as `path_ledger` returns them; they and the last row sum to the matrix entry."""
        return path_ledger(self._graph, self._seen.n_users, self.guest.value, self.film.value, top=top)

    def by_hop(self) -> list[float]:
        """The parts of the score by the round in which the guest heard them; they sum to the score."""
        pair = torch.tensor([self.guest.value]), torch.tensor([self.film.value])
        return score_by_hop(self._model, self._graph, *pair)[0].tolist()

    def muted(self) -> Muted:
        """The score with everybody, minus the peer's share, and without the peer; three times the same for nobody."""
        if self.peer.value == NOBODY:
            return Muted(*[sum(self.by_hop())] * 3)
        return mute(self._model, self._graph, self.peer.value, self.guest.value, self.film.value)

    def summary(self) -> str:
        """The pair on screen, the walks between the two, the score by hop, and what muting does to it."""
        ledger, parts = self.ledger(), self.by_hop()
        told = "No walk of 1 or 3 hops leads from it to the guest."
        if len(ledger) > 1:
            told = f"{int(ledger['n_walks'].sum()):,} walks, together {1000 * ledger['weight'].sum():.1f} thousandths; "
            told += f"loudest: {self._name(ledger.iloc[0])}."
        names = ["own tag", *(f"{hop} hop{'s' if hop > 1 else ''}" for hop in range(1, len(parts)))]
        split = ", ".join(f"{name} {part:+.2f}" for name, part in zip(names, parts, strict=True))
        words = (
            f"Guest {self.guest.value} and {self._titles[self.film.value]}. {told} Score {sum(parts):.2f} = {split}."
        )
        if self.peer.value != NOBODY:
            score, estimate, muted = self.muted()
            words += f" Guest {self.peer.value}'s share of the score is {score - estimate:+z.3f}; without them it "
            words += f"changes by {muted - score:+z.3f}."
        return words

    def _name(self, walk: pd.Series) -> str:
        if walk["hops"] == 1:
            return "the rave itself"
        return f"{shorten(self._titles[int(walk['film'])], 26)}, guest {int(walk['peer'])}"

    def _films(self) -> list[tuple[str, int]]:
        user = self.guest.value
        items, scores = top_k(self._scorer, torch.tensor([user]), self._seen, min(N_RECOMMENDED, self._seen.n_items))
        unseen = items[0][scores[0] > -torch.inf].tolist()
        raved = self._seen.items_of(user)[:N_RAVED].tolist()
        options = [(f"recommended {rank}: {self._titles[item]}", item) for rank, item in enumerate(unseen, start=1)]
        return options + [(f"raved: {self._titles[item]}", item) for item in raved]

    def _peers(self) -> list[tuple[str, int]]:
        ledger = self.ledger(top=None)
        ledger = ledger[~ledger["peer"].isin([-1, self.guest.value])]
        loudest = ledger.groupby("peer")["weight"].sum().sort_values(ascending=False, kind="stable").index[:N_PEERS]
        return [*((f"guest {peer}", int(peer)) for peer in loudest), ("nobody", NOBODY)]  # a first choice with a story

    def _change_guest(self, _change: dict) -> None:
        # Redrawn once, by hand: a new list may or may not change the value of `film`.
        self.film.unobserve(self._change_film, names="value")
        self.film.options = self._films()
        self.film.observe(self._change_film, names="value")
        self._change_film()

    def _change_film(self, _change: dict | None = None) -> None:
        self.peer.unobserve(self._redraw, names="value")
        self.peer.options = self._peers()
        self.peer.observe(self._redraw, names="value")
        self._redraw()

    def _redraw(self, _change: dict | None = None) -> None:
        left, middle, right = self._axes
        for ax in self._axes:
            ax.clear()
        ledger, parts = self.ledger(), self.by_hop()
        others = f"all {int(ledger['n_walks'].iloc[-1]):,} others"
        names = [*(self._name(walk) for _, walk in ledger.iloc[:-1].iterrows()), others]
        walks = ledger.assign(name=names, weight=1000 * ledger["weight"])
        plot_walks(walks, None if self.peer.value == NOBODY else self.peer.value, left)
        left.set_title("The walks between")
        plot_score_parts(parts, middle)
        middle.set_title(f"Score {sum(parts):.2f} by hop")
        plot_mute(self.muted(), right)
        right.set_title("Nobody muted" if self.peer.value == NOBODY else f"Guest {self.peer.value} muted")
        self.view.value = img(left.figure, self.summary())

    def _repr_mimebundle_(self, **_kwargs) -> dict[str, str]:
        return static.bundle(self.box, self.summary(), self._axes[0].figure)
