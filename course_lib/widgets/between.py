"""Notebook 10: which walks lead from a film to a guest, and what happens when a peer leaves the party."""

from collections.abc import Sequence
from html import escape
from typing import ClassVar

import ipywidgets
import pandas as pd
import torch
from torch import Tensor

from course_lib.evaluation import top_k
from course_lib.influence import Muted, loudest_peers, mute, path_ledger, score_by_hop
from course_lib.interactions import Interactions
from course_lib.lightgcn import LightGCN
from course_lib.plots.sketch import Sketch
from course_lib.plots.walks import Others, Walk, plot_between
from course_lib.widgets import live
from course_lib.widgets.contract import Promise

_RECOMMENDED, _RAVED, _WALKS = 7, 3, 8
_PEERS = ("nobody", "loudest", "2nd", "3rd", "4th", "5th")


class BetweenWidget:
    """Choose a guest and a film: the strongest walks between them. Mute a peer: what becomes of the score?

    Args:
        model: a trained model.
        graph: the matrix of `graph.adjacency` for `seen`.
        seen: the likes the model learned from.
        titles: one per item index.
        users: the guests to choose from, as indices; each needs a like.

    Attributes:
        guest: the place in `users`.
        film: "1", "2", ... for the guest's top films, "rave 1", ... for some they raved about.
        peer: "nobody", or which of the peers is muted, in order of the loudness of their walks.

    Raises:
        ValueError: no guest to choose from, or one without a like.
    """

    contract: ClassVar = (
        Promise("film", "1", "rave 1", "loudest", "rises",
                "Your own rave is one hop long. A walk over a film and a peer is divided at every step.",
                {"guest": 0, "peer": "nobody"}),
        Promise("guest", 0, 3, "n_walks", "rises",
                "Who raves about more films is reached by more walks.", {"film": "1", "peer": "nobody"}),
        Promise("guest", 0, 3, "loudest", "falls",
                "Every one of them is quieter: a guest divides by the root of their number of raves.",
                {"film": "1", "peer": "nobody"}),
        Promise("peer", "nobody", "loudest", "heard", "falls",
                "Their walks are empty. Look how little of all gossip that is.", {"guest": 3, "film": "1"}),
        Promise("peer", "nobody", "loudest", "score_without", "differs",
                "One peer among hundreds moves the score a little, and not always down: where they are gone, the "
                "other fans of their films are heard louder.", {"guest": 3, "film": "1"}),
    )  # fmt: skip

    def __init__(
        self, model: LightGCN, graph: Tensor, seen: Interactions, titles: Sequence[str], users: Sequence[int]
    ) -> None:
        degree = seen.user_degree()
        silent = [user for user in users if degree[user] == 0]
        if not len(users) or silent:
            raise ValueError(f"each guest on offer needs a like, got {silent or 'no guest'}; choose others")
        self._model, self._graph, self._n_users, self._titles = model, graph, seen.n_users, titles
        self._users = [int(user) for user in users]
        self._films = self._on_offer(seen)
        self._parts = self._by_hop()

        n_raved = min(_RAVED, int(degree[self._users].min()))
        places = [str(rank) for rank in range(1, len(self._films[0]) - n_raved + 1)]
        places += [f"rave {n}" for n in range(1, n_raved + 1)]
        guests = [(f"{user}, {int(degree[user])} raves", place) for place, user in enumerate(self._users)]
        self.guest = live.buttons("guest", guests, 0)
        self.film = live.buttons("film", places, places[0])
        self.peer = live.buttons("mute the peer", _PEERS, _PEERS[1])
        self.view = ipywidgets.HTML()
        self.box = ipywidgets.VBox([self.guest, self.film, self.peer, self.view])
        for control in (self.guest, self.film, self.peer):
            control.observe(self._draw, "value")
        self._draw()

    def pair(self) -> tuple[int, int]:
        """The indices of the guest and the film."""
        return self._users[self.guest.value], self._films[self.guest.value][self.film.index]

    def ledger(self) -> pd.DataFrame:
        """All walks between the two, as `path_ledger` returns them."""
        return self._ledger

    def muted_peer(self) -> int | None:
        """The index of the muted peer; None for nobody, also where fewer peers stand in between."""
        return self._peers[self.peer.index - 1] if 0 < self.peer.index <= len(self._peers) else None

    def by_hop(self) -> list[float]:
        """The parts of the score by the round in which the guest heard them; they sum to the score."""
        return self._parts[self.guest.value][self.film.index]

    def muted(self) -> Muted:
        """The score with everybody, minus the peer's share, and without the peer; three times the same for nobody."""
        return self._muted

    def n_walks(self) -> int:
        """How many walks of one or three hops lead from the film to the guest."""
        return len(self._ledger) - 1

    def loudest(self) -> float:
        """How loud the loudest walk is."""
        return float(self._ledger["weight"].iloc[0]) if self.n_walks() else 0.0

    def heard(self) -> float:
        """How loud all walks together are, without those of the muted peer."""
        return float(self._ledger.loc[self._ledger["peer"] != self.muted_peer(), "weight"].sum())

    def score_without(self) -> float:
        """The score of the film if the muted peer had never come."""
        return self._muted.muted

    def summary(self) -> str:
        """The pair on screen, the walks between the two, the score by hop, and what muting does to it."""
        (user, item), parts, peer = self.pair(), self.by_hop(), self.muted_peer()
        told = "No walk of 1 or 3 hops leads from it to the guest."
        if self.n_walks():
            first = self._ledger.iloc[0]
            over = f"{self._titles[int(first['item'])]}, guest {int(first['peer'])}"
            told = f"{self.n_walks():,} walks, together {1000 * self._ledger['weight'].sum():.1f} thousandths; "
            told += f"loudest: {'the rave itself' if first['hops'] == 1 else over}."
        names = ["own tag", *(f"{hop} hop{'s' if hop > 1 else ''}" for hop in range(1, len(parts)))]
        split = ", ".join(f"{name} {part:+.2f}" for name, part in zip(names, parts, strict=True))
        words = f"Guest {user} and {self._titles[item]}. {told} Score {sum(parts):.2f} = {split}."
        if peer is None and self.peer.index:
            return f"{words} Nobody is muted: there is no {self.peer.value} peer on these walks."
        if peer is None:
            return f"{words} Nobody is muted."
        score, estimate, muted = self.muted()
        words += f" Guest {peer}'s share of the score is {score - estimate:+z.3f}; without them it "
        return words + f"changes by {muted - score:+z.3f}."

    def picture(self) -> Sketch:
        """What is on screen."""
        peer, walks = self.muted_peer(), self._ledger.iloc[:-1]
        first = [walks[column].head(_WALKS).tolist() for column in ("item", "peer", "weight")]
        shown = [
            Walk("" if item < 0 else self._titles[item], over, 1000 * weight)
            for item, over, weight in zip(*first, strict=True)
        ]
        rest = walks.iloc[_WALKS:]
        over = rest["peer"] == peer
        others, more = (
            Others(len(weights), 1000 * float(weights.sum()))
            for weights in (rest["weight"][~over], rest["weight"][over])
        )
        return plot_between(shown, others, self.by_hop(), peer, more, self.muted())

    def _on_offer(self, seen: Interactions) -> list[list[int]]:
        """For each guest their top unseen films, then some raves; equally many for all, so that the buttons stay."""
        score = self._model.scorer(self._graph)
        degree = seen.user_degree()[self._users]
        n_best = min(_RECOMMENDED, seen.n_items - int(degree.max()))
        best = top_k(score, torch.tensor(self._users), seen, max(n_best, 1))[0][:, :n_best].tolist()
        n_raved = min(_RAVED, int(degree.min()))
        return [films + seen.items_of(user)[:n_raved].tolist() for films, user in zip(best, self._users, strict=True)]

    def _by_hop(self) -> list[list[list[float]]]:
        """`score_by_hop` for every pair on offer: gossip for all at once costs as much as for one."""
        films = torch.tensor(self._films)
        users = torch.tensor(self._users).repeat_interleave(films.size(1))
        parts = score_by_hop(self._model, self._graph, users, films.flatten())
        return parts.view(*films.shape, -1).tolist()

    def _draw(self, change: dict | None = None) -> None:
        user, item = self.pair()
        if change is None or change["owner"] is not self.peer:
            self._ledger = path_ledger(self._graph, self._n_users, user, item, top=None)
            self._peers = loudest_peers(self._ledger, user)
        peer = self.muted_peer()
        if peer is None:
            self._muted = Muted(*[sum(self.by_hop())] * 3)
        else:
            self._muted = mute(self._model, self._graph, peer, user, item)
        title = f"From <b>{escape(self._titles[item])}</b> to <b>guest {user}</b>"
        if self.film.value.startswith("rave"):
            title += ", who raved about it"
        self.view.value = f"<p>{title}</p>{self.picture().svg(self.summary())}"

    def _ipython_display_(self) -> None:
        live.show(self.box, self.summary(), self.picture().figure)
