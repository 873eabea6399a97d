"""Notebook 08: choose a guest, read the top ten, and take one score apart."""

from html import escape

import ipywidgets
import pandas as pd
import torch
from torch import Tensor

from course_lib.data import MovieLens
from course_lib.interactions import Split, to_interactions
from course_lib.lightgcn import LightGCN
from course_lib.plots.ranking import fold_reasons, plot_reasons, plot_top_films
from course_lib.plots.style import img, new_axes
from course_lib.recommendation import explain, recommend, scorer
from course_lib.widgets import static


class MatchmakerWidget:
    """One guest's top ten among the films they have not rated, and the exact parts of one of the scores.

    Args:
        model: trained.
        graph: the matrix of `graph.adjacency` of the likes the model learned from.
        split: where the ids come from.
        data: who the guests are, the titles, and all ratings, whose films are hidden from the list.
        user: the guest shown first, as an index.

    Attributes:
        guest: the number of the guest, from 1: the index + 1.
        film: which of the recommended films to explain, from 1.
    """

    def __init__(self, model: LightGCN, graph: Tensor, split: Split, data: MovieLens, user: int = 0):
        self._model, self._graph, self._split, self._films = model, graph, split, data.films
        with torch.no_grad():
            self._scorer = scorer(*model(graph))
        self._rated = to_interactions(data.ratings, split.user_ids, split.item_ids)
        self._titles = data.films.set_index("film_id")["title"].loc[split.item_ids].tolist()
        who = data.users.set_index("user_id").loc[split.user_ids]
        self._labels = [f"{i}: {age}, {gender}, {job}" for i, age, gender, job in who.iloc[:, :3].itertuples()]

        # A slider and a number, not a drop-down: JupyterLab keeps the arrow keys of a focused <select> for itself.
        style, wide = {"description_width": "6em"}, ipywidgets.Layout(width="24em")
        self.guest = ipywidgets.BoundedIntText(
            user + 1, min=1, max=len(who), description="guest no.", style=style, layout=ipywidgets.Layout(width="12em")
        )
        slider = ipywidgets.IntSlider(
            user + 1, min=1, max=len(who), readout=False, continuous_update=False, layout=wide
        )
        ipywidgets.link((self.guest, "value"), (slider, "value"))
        self.film = ipywidgets.ToggleButtons(
            options=list(range(1, min(10, len(self._titles)) + 1)), description="film no.", style=style
        )
        self.film.style.button_width = "3.4em"
        self._view = ipywidgets.HTML()
        self._axes = new_axes(10.5, 4.3, ncols=2)
        self._axes[0].figure.set_layout_engine(None)  # a fixed layout redraws in half the time
        self._axes[0].figure.subplots_adjust(left=0.01, right=0.985, top=0.99, bottom=0.125, wspace=0.62)
        self._draw()
        for control in (self.guest, self.film):
            control.observe(self._draw, "value")
        self.box = ipywidgets.VBox([ipywidgets.HBox([self.guest, slider]), self.film, self._view])

    def top(self) -> pd.DataFrame:
        """The list on screen, as `recommend` returns it."""
        return recommend(
            self._scorer, self.guest.value - 1, self._rated, self._split.item_ids, self._films, len(self.film.options)
        )

    def reasons(self) -> pd.DataFrame:
        """`reason, share`: the bars on screen."""
        item = self._split.item_ids.get_loc(self.top()["film_id"].iloc[self._position()])
        return fold_reasons(explain(self._model, self._graph, self.guest.value - 1, item), self._titles)

    def _position(self) -> int:
        return min(self.film.value, len(self.top())) - 1  # a guest who rated almost everything has a shorter list

    def summary(self) -> str:
        """What is on screen, in words."""
        top, reasons, position = self.top(), self.reasons(), self._position()
        parts = " + ".join(f"{share:.2f} {reason}" for reason, share in reasons.itertuples(index=False))
        return (
            f"Guest {self._labels[self.guest.value - 1]}. "
            f"No. {position + 1} of {len(top)}: {top['title'].iloc[position]}, "
            f"score {top['score'].iloc[position]:.2f} = {parts}."
        )

    def _draw(self, _change: dict | None = None) -> None:
        for ax in self._axes:
            ax.clear()
        top = self.top()
        plot_top_films(top["title"].tolist(), top["score"].tolist(), self._position(), self._axes[0])
        plot_reasons(self.reasons(), self._axes[1])
        who = f"<p>Guest <b>{escape(self._labels[self.guest.value - 1])}</b></p>"
        self._view.value = who + img(self._axes[0].figure, self.summary())

    def _repr_mimebundle_(self, **kwargs) -> dict[str, str]:
        return static.bundle(self.box, self.summary(), self._axes[0].figure)
