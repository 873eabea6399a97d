"""Notebook 04: how much of each film reaches one guest, by rounds of gossip and by loudness rule."""

from dataclasses import dataclass

import ipywidgets as widgets
import pandas as pd
import torch
from torch import Tensor

from course_lib.interactions import Interactions
from course_lib.plots.gossip import plot_loudest
from course_lib.plots.style import img, new_axes
from course_lib.widgets import static

RULES = ("none", "row mean", "symmetric")
MAX_ROUNDS = 6


def arrivals(interactions: Interactions, rule: str, n_rounds: int = MAX_ROUNDS) -> list[Tensor]:
    """One-hot film tags after 0, 1, ..., `n_rounds` rounds of gossip: how much of each film is on each guest's tag.

    The tag is the sum over the rounds, so with the symmetric rule the last entry is what
    `baselines.untrained_gossip` scores with. Even rounds bring guests nothing: they end at films.

    Args:
        interactions: who raved about what.
        rule: `"none"`, every neighbour at full volume, A; `"row mean"`, the average of the neighbours, D^-1 A;
            `"symmetric"`, LightGCN's D^-1/2 A D^-1/2.
        n_rounds: rounds of gossip.

    Returns:
        For 0, 1, ..., `n_rounds` rounds: `(n_users, n_items)` float32.

    Raises:
        ValueError: the rule is none of the three.
    """
    # Double precision, rounded at the end: equal numbers stay equal on every machine, and ties keep their order.
    likes = interactions.dense().double()
    user_degree = likes.sum(dim=1, keepdim=True).clamp_min(1)
    item_degree = likes.sum(dim=0, keepdim=True).clamp_min(1)
    if rule == "none":
        to_user, to_item = likes, likes.T
    elif rule == "row mean":
        to_user, to_item = likes / user_degree, (likes / item_degree).T
    elif rule == "symmetric":
        to_user = likes * (user_degree * item_degree).rsqrt()
        to_item = to_user.T
    else:
        raise ValueError(f"the loudness rules are {', '.join(RULES)}, got {rule!r}")
    term, total = to_user, torch.zeros_like(likes)
    rounds = [total.float()]
    for n in range(1, n_rounds + 1):
        if n % 2:
            term = term @ to_item @ to_user if n > 1 else term
            total = total + term
            rounds.append(total.float())
        else:
            rounds.append(rounds[-1])
    return rounds


@dataclass(frozen=True)
class Spread:
    """How evenly films arrive.

    Attributes:
        reached: share of all films of which anything has arrived at the guest.
        top_share: share of the guest's whole tag that is its ten loudest films.
        n_lists: number of different films in the ten loudest new films of all guests together.
        total: sum of the guest's tag.
    """

    reached: float
    top_share: float
    n_lists: int
    total: float


def spread(arrived: Tensor, user: int, seen: Interactions) -> Spread:
    """Measure the tags `(n_users, n_items)` of all guests, of one guest in particular, after some rounds."""
    mine = arrived[user]
    total = mine.sum()
    top = mine.topk(min(10, len(mine))).values.sum()
    best = arrived.masked_fill(seen.dense() > 0, 0).sort(dim=1, descending=True, stable=True)
    n_lists = len(best.indices[:, :10][best.values[:, :10] > 0].unique())
    top_share = float(top / total) if total > 0 else 0.0
    return Spread(float((mine > 0).float().mean()), top_share, n_lists, float(total))


class LoudnessWidget:
    """Rounds 0 to 6 and a loudness rule; the loudest films on one guest's tag.

    Args:
        interactions: who raved about what.
        titles: of each item index.
        user: the guest.
    """

    def __init__(self, interactions: Interactions, titles: pd.Series, user: int) -> None:
        self.interactions, self.titles, self.user = interactions, list(titles), user
        self.tags, self.spreads = {}, {}  # by rule and rounds: this guest's tag, and how evenly films arrive
        for rule in RULES:
            for n, arrived in enumerate(arrivals(interactions, rule)):
                even = n > 0 and n % 2 == 0
                self.tags[rule, n] = arrived[user].clone()  # a copy: the tags of all guests are freed
                self.spreads[rule, n] = self.spreads[rule, n - 1] if even else spread(arrived, user, interactions)
        self.rounds = widgets.IntSlider(value=3, min=0, max=MAX_ROUNDS, description="rounds")
        typed = widgets.BoundedIntText(value=3, min=0, max=MAX_ROUNDS, description="rounds")
        widgets.link((self.rounds, "value"), (typed, "value"))
        self.rule = widgets.ToggleButtons(options=RULES, value="symmetric", description="loudness")
        self.view = widgets.HTML()
        self.box = widgets.VBox([widgets.HBox([self.rounds, typed]), self.rule, self.view])
        self.axes = new_axes(8, 4)
        self.rounds.observe(self._redraw, "value")
        self.rule.observe(self._redraw, "value")
        self._redraw()

    def loudest(self, k: int = 5) -> pd.DataFrame:
        """The `k` loudest raved films on the tag, then the `k` loudest new ones: `title, amount, raved`."""
        amount, item = self.tags[self.rule.value, self.rounds.value].sort(descending=True, stable=True)
        mine = torch.isin(item, self.interactions.items_of(self.user))
        place = torch.arange(len(item))
        chosen = torch.cat([place[mine & (amount > 0)][:k], place[~mine & (amount > 0)][:k]])
        titles = [self.titles[i] for i in item[chosen].tolist()]
        return pd.DataFrame({"title": titles, "amount": amount[chosen].numpy(), "raved": mine[chosen].numpy()})

    def summary(self) -> str:
        """The numbers on screen, in words."""
        n, measured = self.rounds.value, self.spreads[self.rule.value, self.rounds.value]
        start = f"Loudness rule {self.rule.value}, {n} {'round' if n == 1 else 'rounds'}: "
        if not measured.total:
            return start + "no film has reached any guest yet."
        return start + (
            f"{measured.reached:.0%} of all films have reached this guest, and the ten loudest are "
            f"{measured.top_share:.0%} of the tag, whose numbers sum to {measured.total:.3g}. "
            f"The ten loudest new films of every guest together are {measured.n_lists} different films."
        )

    def _redraw(self, _change: dict | None = None) -> None:
        table = self.loudest()
        self.axes.clear()
        plot_loudest(table["title"], table["amount"], table["raved"], ax=self.axes)
        self.view.value = f'{img(self.axes.figure, self.summary())}<p aria-live="polite">{self.summary()}</p>'

    def _repr_mimebundle_(self, **kwargs) -> dict[str, str]:
        return static.bundle(self.box, self.summary(), self.axes.figure)
