"""What a graph is worth: the same models with and without it, on two data sets (notebook 10)."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, cast

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from course_lib.plots.colours import ACCENT, GUEST, INK, MUTED
from course_lib.plots.style import Plot, new_axes, new_grid, styled

PUBLISHED = (
    ("LightGCN, 2020", 0.1830, 0.1554),
    ("NESCL, 2023", 0.1917, 0.1617),
    ("BSPM, 2023", 0.1920, 0.1597),
)
"""Name, recall@20 and NDCG@20 on Gowalla as printed in arXiv:2002.02126, 2402.11523 and 2211.09324; the last two are
the highest that were found for this split."""
_KINDS = {"graph": (ACCENT, "D"), "no graph": (GUEST, "o"), "several": (INK, "s")}


class Rung(NamedTuple):
    """A line of the two ladders."""

    name: str
    """As it is written at the left."""
    kind: str
    """ "graph", "no graph" or "several"."""
    here: str
    """The model in the table of MovieLens."""
    there: str
    """The model in the table of Gowalla."""


RUNGS = (
    Rung("popularity", "no graph", "popularity", "popularity"),
    Rung("item-kNN", "no graph", "item-kNN", "item-kNN"),
    Rung("untrained gossip", "graph", "untrained gossip", "untrained gossip"),
    Rung("graph filter (right: tuned)", "graph", "graph filter", "graph filter"),
    Rung("EASE (right: local)", "no graph", "EASE", "local EASE"),
    Rung("MF-softmax", "no graph", "MF-softmax", "MF-softmax"),
    Rung("LightGCN-softmax", "graph", "LightGCN-softmax", "LightGCN-softmax"),
    Rung(
        "EASE + LightGCN + MF (right: filter)",
        "several",
        "EASE + MF + LightGCN",
        "graph filter + local EASE + LightGCN-softmax",
    ),
)


@styled
def plot_with_and_without(differences: pd.DataFrame, pairs: Mapping[str, tuple[str, str]]) -> Plot:
    """What the graph adds on MovieLens, with 95 % intervals; filled where the interval leaves out zero.

    Args:
        differences: a table `first, second, difference, low, high`.
        pairs: by what is written at the left, with and without; the caption tells of the first two, by what stands
            before the colon, and of the last one if more models are added up on one side: then it is not the graph
            that differs.
    """
    ax, told = new_axes(9, 0.6 * len(pairs) + 1.1), []
    ax.axvline(0, color=MUTED, linewidth=1.5, linestyle=":")
    for place, (name, pair) in enumerate(pairs.items()):
        found = differences[(differences["first"] == pair[0]) & (differences["second"] == pair[1])]
        difference, low, high = found[["difference", "low", "high"]].to_numpy(dtype=float)[0].tolist()
        certain, colour = low > 0 or high < 0, ACCENT if pair[0].count("+") == pair[1].count("+") else INK
        ax.plot([low, high], [place, place], color=colour, linewidth=3)
        ax.plot(difference, place, "D", color=colour, markersize=8, markerfacecolor=colour if certain else "white")
        ax.annotate(f"{difference:+z.4f}", (high, place), (10, 0), textcoords="offset points", va="center")
        told.append(f"{name.split(':')[0]} it adds {difference:+z.4f}, which its interval tells from zero")
        told[-1] = told[-1] if certain else told[-1].replace("which its interval tells", "which nobody can tell")
    ax.set_yticks(range(len(pairs)), list(pairs))
    ax.set(xlabel="difference of NDCG@10 on MovieLens, twenty splits", ylim=(len(pairs) - 0.4, -0.6))
    ax.margins(x=0.14)
    sums = f" Adding all up brings {difference:+z.4f} (black)." if certain and colour == INK else ""
    return Plot(
        cast(Figure, ax.figure),
        f"What the graph is worth on MovieLens: {told[0]}, and {told[1]}.{sums}",
    )


@styled
def plot_two_ladders(results: pd.DataFrame, gowalla: pd.DataFrame) -> Plot:
    """The same rungs on MovieLens and on Gowalla, a dot per split or seed, and what others have published.

    Args:
        results: `model, split_seed, ndcg@10`.
        gowalla: `model, seed, recall@20`.
    """
    left, right = new_grid(11, 4.6)
    _ladder(left, results.groupby("model")["ndcg@10"], [rung.here for rung in RUNGS])
    means = _ladder(right, gowalla.groupby("model")["recall@20"], [rung.there for rung in RUNGS])
    left.set_yticks(range(len(RUNGS)), [rung.name for rung in RUNGS])
    right.set_yticks([])
    left.set(title="MovieLens", xlabel="NDCG@10, a dot per split")
    right.set(title="Gowalla", xlabel="recall@20, a dot per seed")
    for (name, value, _), line, side in zip(PUBLISHED[::2], ("--", ":"), ("right", "left"), strict=True):
        right.axvline(value, color=INK, linewidth=1, linestyle=line)
        right.annotate(name, (value, 1), (0, 4), ("data", "axes fraction"), "offset points", ha=side, va="bottom",
                       size=10, annotation_clip=False)  # fmt: skip
    for kind, (colour, marker) in _KINDS.items():
        left.plot([], [], marker, color=colour, label=kind)
    left.figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=3, handletextpad=0)
    filtered, theirs = means[3], PUBLISHED[0][1]
    side = "above" if filtered > theirs else "below"
    return Plot(
        cast(Figure, left.figure),
        f"On Gowalla a graph filter that trains nothing finds {filtered:.3f} of what is hidden, {side} the "
        f"{theirs:.3f} printed in the paper for the trained LightGCN.",
    )


def _ladder(ax: Axes, values: "pd.api.typing.SeriesGroupBy", models: Sequence[str]) -> list[float]:
    """One side: dots, and a bar and a number for each mean."""
    means = []
    for place, (rung, model) in enumerate(zip(RUNGS, models, strict=True)):
        if model not in values.groups:
            ax.annotate("not measured", (0, place), (6, 0), textcoords="offset points", va="center", color="#5f6d6b")
            means.append(0.0)
            continue
        found, (colour, marker) = values.get_group(model), _KINDS[rung.kind]
        up = place + 0.2 * (np.arange(len(found)) * 0.618 % 1 - 0.5)
        ax.plot(found, up, marker, color=colour, markersize=6, alpha=0.6)
        ax.plot([found.mean()] * 2, [place - 0.32, place + 0.32], color=INK, linewidth=2)
        ax.annotate(f"{found.mean():.3f}", (found.max(), place), (10, 0), textcoords="offset points", va="center",
                    zorder=5, bbox={"color": "white", "pad": 1})  # fmt: skip
        means.append(float(found.mean()))
    ax.set(ylim=(len(models) - 0.5, -0.5), xlim=(0, 1.18 * max(means)))
    return means
