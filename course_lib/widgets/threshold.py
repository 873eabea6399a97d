"""Notebook 02: where a like begins, and who vanishes."""

import ipywidgets as widgets
import pandas as pd

from course_lib.plots.style import img, new_axes
from course_lib.plots.tables import left_bars, rating_bars
from course_lib.widgets import static


class ThresholdWidget:
    """Choose the lowest rating that counts as a rave; see which ratings, films and guests are left.

    Args:
        table: counts of `ratings, films, guests` left, indexed by threshold 1 to 5, the first row complete.

    Attributes:
        threshold: the control, a slider.
    """

    def __init__(self, table: pd.DataFrame) -> None:
        self.table = table
        self.threshold = widgets.IntSlider(4, min=1, max=5, description="a rave is ≥", readout=False)
        number = widgets.BoundedIntText(4, min=1, max=5, description="stars", layout={"width": "10em"})
        widgets.link((self.threshold, "value"), (number, "value"))  # a slider has no accessible name, a number has
        self.axes = new_axes(10, 3.6, ncols=2)
        self.view = widgets.HTML()
        self.box = widgets.VBox([widgets.HBox([self.threshold, number]), self.view])
        self.threshold.observe(self._draw, "value")
        self._draw()

    def summary(self) -> str:
        """What is on screen, in words."""
        all_, left = self.table.iloc[0], self.table.loc[self.threshold.value]
        return (
            f"A rave is a rating of {self.threshold.value} or more: {left['ratings']:,} of {all_['ratings']:,} ratings "
            f"are left ({100 * left['ratings'] / all_['ratings']:.1f} %). {all_['films'] - left['films']:,} of "
            f"{all_['films']:,} films and {all_['guests'] - left['guests']:,} of {all_['guests']:,} guests vanish."
        )

    def _draw(self, change: dict | None = None) -> None:
        for ax in self.axes:
            ax.clear()
        at_least = self.table["ratings"]
        rating_bars(at_least - at_least.shift(-1, fill_value=0), self.threshold.value, self.axes[0])
        left_bars(self.table.loc[self.threshold.value], self.table.iloc[0], self.axes[1])
        figure = self.axes[0].figure
        self.view.value = img(figure, self.summary())
        figure.set_layout_engine("none")  # the places are found once; the next drawings are faster without

    def _repr_mimebundle_(self, **kwargs) -> dict[str, str]:
        return static.bundle(self.box, self.summary(), self.axes[0].figure)
