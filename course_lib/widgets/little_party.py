"""Notebook 01: colours blend along the raves of a party of 4 guests and 5 films."""

from html import escape

import ipywidgets as widgets
import torch
from matplotlib.figure import Figure
from torch import Tensor

from course_lib.graph import adjacency, propagate
from course_lib.interactions import Interactions
from course_lib.party import GUESTS, TOPICS, little_party
from course_lib.plots.gossip import plot_party
from course_lib.plots.style import PALETTE, new_axes
from course_lib.widgets import static

COLOURS = (PALETTE[0], PALETTE[1], PALETTE[2], PALETTE[3], PALETTE[4])  # one per film
MAX_ROUNDS = 3


def film_shares(interactions: Interactions, n_rounds: int) -> Tensor:
    """What every tag is made of when only films begin with a colour.

    Film i starts with the one-hot tag i, guests with an empty tag. The tag after `n_rounds` of gossip is the mean over
    rounds 0 to `n_rounds`, as in LightGCN, here divided by its sum.

    Returns:
        `(N, n_items)`: the share of each film in the tag of each node, guests first. Rows sum to 1, or to 0 where
        nothing has arrived.
    """
    tags = torch.cat([torch.zeros(interactions.n_users, interactions.n_items), torch.eye(interactions.n_items)])
    graph, total = adjacency(interactions), tags.clone()
    for _ in range(n_rounds):
        tags = propagate(graph, tags)
        total += tags
    amount = total.sum(dim=1, keepdim=True)
    return total / amount.where(amount > 0, 1)


def blend(shares: Tensor, colours: tuple[str, ...] = COLOURS) -> str | None:
    """Mix `#rrggbb` colours by shares `(n_colours,)` that sum to 1; None if all are 0."""
    if not shares.any():
        return None
    rgb = torch.tensor([[int(colour[k : k + 2], 16) for k in (1, 3, 5)] for colour in colours], dtype=torch.float)
    return "#" + "".join(f"{round(value):02x}" for value in (shares @ rgb).tolist())


def captions(shares: Tensor) -> list[str]:
    """The name of each node of the little party, and below it the first letters of the films on its tag."""
    letters = [" ".join(TOPICS[item][0] for item in row.nonzero().squeeze(1).tolist()) for row in shares]
    return [f"{name}\n{text or '(empty)'}" for name, text in zip((*GUESTS, *TOPICS), letters, strict=True)]


class LittlePartyWidget:
    """A slider of rounds 0 to 3, and the party with its tags after so many rounds of gossip."""

    def __init__(self) -> None:
        self.party = little_party()
        self.shares = [film_shares(self.party, n) for n in range(MAX_ROUNDS + 1)]
        self.rounds = widgets.IntSlider(value=3, min=0, max=MAX_ROUNDS, description="rounds")
        typed = widgets.BoundedIntText(value=3, min=0, max=MAX_ROUNDS, description="rounds")
        widgets.link((self.rounds, "value"), (typed, "value"))
        self.view = widgets.HTML()
        self.text = widgets.HTML()
        self.box = widgets.VBox([widgets.HBox([self.rounds, typed]), self.view, self.text])
        self.rounds.observe(self._redraw, "value")
        self._redraw()

    def heard_of(self, guest: int) -> list[str]:
        """The films on a guest's tag that the guest did not rave about, after the rounds on the slider."""
        heard = (self.shares[self.rounds.value][guest] > 0).nonzero().squeeze(1).tolist()
        return [TOPICS[item] for item in heard if item not in self.party.items_of(guest).tolist()]

    def summary(self) -> str:
        """What has arrived where, in words."""
        n, n_users = self.rounds.value, self.party.n_users
        shares = self.shares[n]
        lines = [f"After {n} {'round' if n == 1 else 'rounds'} of gossip:"]
        for node, name in enumerate((*GUESTS, *TOPICS)):
            parts = [f"{TOPICS[i]} {shares[node, i]:.0%}" for i in range(self.party.n_items) if shares[node, i] > 0]
            line = f"{name} ({'guest' if node < n_users else 'film'}): {', '.join(parts) or 'nothing yet'}"
            news = self.heard_of(node) if node < n_users else []
            lines.append(line + (f". New to {name}: {', '.join(news)}" if news else ""))
        return "\n".join(lines)

    def figure(self) -> Figure:
        """The party after the rounds on the slider, for readers without a kernel."""
        ax = new_axes(6.5, 3.2)
        shares = self.shares[self.rounds.value]
        names = captions(shares)
        plot_party(self.party, names[:4], names[4:], [blend(row) for row in shares], ax=ax)
        ax.set_title(f"rounds of gossip: {self.rounds.value}")
        return ax.figure

    def _redraw(self, _change: dict | None = None) -> None:
        self.view.value = self._svg()
        self.text.value = f'<div aria-live="polite" style="white-space:pre-line">{escape(self.summary())}</div>'

    def _svg(self) -> str:
        n_users, n_items = self.party.n_users, self.party.n_items
        guest_x = [90 + 180 * u for u in range(n_users)]
        film_x = [80 + 140 * i for i in range(n_items)]
        parts = [
            f'<svg role="img" aria-label="{escape(self.summary())}" viewBox="0 0 720 340" '
            'style="width:100%;max-width:720px;font-family:sans-serif;font-size:14px">'
        ]
        for user, item in zip(self.party.user.tolist(), self.party.item.tolist(), strict=True):
            parts.append(f'<line x1="{guest_x[user]}" y1="98" x2="{film_x[item]}" y2="232" stroke="#94a4a2"/>')
        for node, name in enumerate((*GUESTS, *TOPICS)):
            shares = self.shares[self.rounds.value][node]
            colour = blend(shares)
            rim = 'stroke="#333" stroke-width="1.5"' + ("" if colour else ' stroke-dasharray="5 4"')
            if node < n_users:
                x, name_y, strip_y = guest_x[node], 18, 26
                parts.append(f'<circle cx="{x}" cy="82" r="25" fill="{colour or "white"}" {rim}/>')
            else:
                x, name_y, strip_y = film_x[node - n_users], 334, 296
                parts.append(f'<rect x="{x - 24}" y="232" width="48" height="48" fill="{colour or "white"}" {rim}/>')
            parts.append(f'<text x="{x}" y="{name_y}" text-anchor="middle">{escape(name)}</text>')
            parts.append(self._strip(x - 55, strip_y, shares))
        return "".join(parts) + "</svg>"

    def _strip(self, x: float, y: float, shares: Tensor) -> str:
        # What the tag is made of, 110 wide: a piece per film, named by its first letter where it fits.
        parts = []
        for item, share in enumerate(shares.tolist()):
            width = 110 * share
            if not width:
                continue
            parts.append(
                f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="20" fill="{COLOURS[item]}" stroke="white"/>'
            )
            if width > 12:
                parts.append(
                    f'<text x="{x + width / 2:.1f}" y="{y + 15}" text-anchor="middle" font-weight="bold" '
                    f'stroke="white" stroke-width="3" paint-order="stroke">{TOPICS[item][0]}</text>'
                )
            x += width
        return "".join(parts)

    def _repr_mimebundle_(self, **kwargs) -> dict[str, str]:
        return static.bundle(self.box, self.summary(), self.figure())
