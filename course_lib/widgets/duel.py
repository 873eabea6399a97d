"""Notebook 05: two scores, one raved film against one random film, and what BPR does about them."""

import ipywidgets
import torch

from course_lib.bpr import bpr_loss
from course_lib.plots.learning import plot_bpr_loss, plot_duel
from course_lib.plots.style import img, new_axes
from course_lib.widgets import static

_LIMIT = 4.0  # the scores go from -4 to 4


def duel(raved: float, random: float) -> tuple[float, float, float]:
    """Margin, loss and push of one pair of scores.

    The push is the gradient's size on either score: `-d loss / d raved = d loss / d random = sigmoid(-margin)`.
    """
    scores = torch.tensor([[raved], [random]], dtype=torch.float64, requires_grad=True)
    loss = bpr_loss(scores[0], scores[1])
    (gradient,) = torch.autograd.grad(loss, scores)
    return raved - random, loss.item(), gradient[1].item()


class DuelWidget:
    """Two scores as controls; the loss, the push and who moves as the view.

    Args:
        raved: score of the film the guest raved about, -4 to 4 in steps of 0.5.
        random: score of the random film, likewise.

    Attributes:
        raved, random: the two controls.
    """

    def __init__(self, raved: float = 0.5, random: float = 1.0) -> None:
        self.raved, first = _score(raved, "raved film")
        self.random, second = _score(random, "random film")
        self._axes = new_axes(9.0, 3.7, ncols=2, width_ratios=(2, 3))
        self._view = ipywidgets.HTML()
        self._draw()
        for control in (self.raved, self.random):
            control.observe(self._draw, "value")
        self.box = ipywidgets.VBox([first, second, self._view])

    def summary(self) -> str:
        """What is on screen, in words."""
        margin, loss, push = duel(self.raved.value, self.random.value)
        if push > 0.75:
            verdict = "The order is badly wrong: both films move almost as far as a pair can push them."
        elif push > 0.5:
            verdict = "The order is wrong: the raved film moves up and the random film down, equally far."
        elif push == 0.5:
            verdict = "A tie: the pair pushes with half its strength."
        elif push > 0.1:
            verdict = "The order is right, and the pair still pushes."
        else:
            verdict = "An easy pair: it has almost stopped teaching."
        return (
            f"Raved film {self.raved.value:+.1f}, random film {self.random.value:+.1f}: margin {margin:+.1f}, "
            f"loss {loss:.3f}, push {push:.3f}. {verdict}"
        )

    def _draw(self, _change: dict | None = None) -> None:
        margin, loss, push = duel(self.raved.value, self.random.value)
        for ax in self._axes:
            ax.clear()
        plot_duel(self.raved.value, self.random.value, push, self._axes[0], _LIMIT).set_title("who moves")
        plot_bpr_loss({"loss": margin}, self._axes[1], 2 * _LIMIT).set_title(f"slope of the loss: −{push:.3f}")
        numbers = f"margin = <b>{margin:+.1f}</b> &emsp; loss = <b>{loss:.3f}</b> &emsp; push = <b>{push:.3f}</b>"
        self._view.value = f"<p>{numbers}</p>{img(self._axes[0].figure, self.summary())}"

    def _repr_mimebundle_(self, **kwargs) -> dict[str, str]:
        return static.bundle(self.box, self.summary(), self._axes[0].figure)


def _score(value: float, name: str) -> tuple[ipywidgets.BoundedFloatText, ipywidgets.HBox]:
    # A slider has no name that a screen reader could say, so a labelled number field goes with it.
    span = {"min": -_LIMIT, "max": _LIMIT, "step": 0.5}
    field = ipywidgets.BoundedFloatText(
        value, description=name, style={"description_width": "7em"}, layout={"width": "13em"}, **span
    )
    slider = ipywidgets.FloatSlider(value, readout=False, layout={"width": "22em"}, **span)
    ipywidgets.link((field, "value"), (slider, "value"))
    return field, ipywidgets.HBox([field, slider])
