"""Pictures of notebook 07: learning curves, seeds and depth; and of how models compare."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from course_lib.plots.colours import ACCENT, GUEST, INK, MUTED, PALETTE
from course_lib.plots.sketch import Plane, Sketch
from course_lib.plots.style import new_axes, new_grid, styled

_RUNS = ("#111111", ""), (PALETTE[0], "8 4"), (PALETTE[6], "8 4 2 4"), (PALETTE[4], "2 4")
_HELD = ("#111111", "-", "o"), (PALETTE[0], "--", "s"), (PALETTE[6], "-.", "^"), (PALETTE[4], ":", "D")


@styled
def plot_histories(histories: Mapping[str, pd.DataFrame]) -> list[Axes]:
    """Training loss on the left, validation NDCG@10 on the right, over epochs; a star marks each best epoch.

    Args:
        histories: `TrainResult.history` by name, at most four; the last one is drawn strongest.
    """
    axes = new_grid(9.5, 3.8)
    labels = {"loss": "training loss (mean)", "ndcg@10": "validation NDCG@10"}
    for ax, (column, label) in zip(axes, labels.items(), strict=True):
        for (name, history), (colour, line, marker) in zip(reversed(list(histories.items())), _HELD, strict=False):
            if column not in history:
                continue
            values = history[column].dropna()
            epoch = history["epoch"][values.index]
            ax.plot(epoch, values, color=colour, linestyle=line, linewidth=2.2, label=name)
            if column == "ndcg@10":
                ax.plot(epoch.iloc[int(values.argmax())], values.max(), "*", color=colour, markersize=16)
            ax.plot(epoch.iloc[-1:], values.iloc[-1:], marker, color=colour, markersize=6)
        ax.set(xlabel="epoch", ylabel=label, xlim=(0, None), ylim=(0, 1.06 * ax.get_ylim()[1]))
        ax.xaxis.set_major_locator(MaxNLocator("auto", steps=[1, 2, 2.5, 5, 10], integer=True))
    axes[0].legend(loc="upper right")
    return axes


def plot_rehearsals(histories: Mapping[str, pd.DataFrame]) -> Sketch:
    """Loss and validation NDCG@10 of runs of different teachers, over seconds of training without those of validating.

    The losses of two teachers are different quantities, so each is drawn as a share of its first epoch's. The newest
    run is drawn strongest, a diamond marks each best epoch, and each run has a letter at the end of its lines.

    Args:
        histories: `TrainResult.history` by name, at most four; the last one is the newest.
    """
    sketch = Sketch(860, 320 + 24 * len(histories))
    runs = list(histories.items())[::-1]
    seconds = max((float(run["seconds"].sum()) for _, run in runs), default=1)
    found = [float(run["ndcg@10"].max()) for _, run in runs if run.get("ndcg@10", pd.Series()).notna().any()]
    left = Plane(55, 56, 320, 190, (0, 1.02 * seconds), (0, 1.05))
    right = Plane(485, 56, 320, 190, left.x, (0, 1.12 * max(found, default=0.2)))
    sketch.axes(left, "seconds of training", "training loss (first epoch = 1)")
    sketch.axes(right, "seconds of training", "validation NDCG@10")
    for row, ((name, run), (colour, dash)) in enumerate(zip(runs, _RUNS, strict=False)):
        clock, letter = run["seconds"].cumsum(), "abcd"[row]
        losses = run["loss"] / run["loss"].iloc[0]
        _curve(sketch, left, clock, losses, colour, dash, letter)
        values = run["ndcg@10"].dropna() if "ndcg@10" in run else pd.Series(dtype=float)
        best = "not validated yet"
        if len(values):
            _curve(sketch, right, clock[values.index], values, colour, dash, letter)
            x, y = right.at(clock[values.index].iloc[int(values.argmax())], values.max())
            sketch.polygon([(x - 9, y), (x, y - 9), (x + 9, y), (x, y + 9)], colour)
            best = f"best NDCG@10 {values.max():.3f}"
        y = 318 + 24 * row
        sketch.line([(14, y), (54, y)], colour, 3, dash)
        sketch.text(64, y, f"{letter}: {name}, {best}", bold=row == 0)
    return sketch


def _curve(sketch: Sketch, plane: Plane, x: pd.Series, y: pd.Series, colour: str, dash: str, letter: str) -> None:
    points = [plane.at(*point) for point in zip(x.tolist(), y.tolist(), strict=True)]
    sketch.line(points if len(points) > 1 else points * 2, colour, 3, dash)
    sketch.text(points[-1][0] + 12, points[-1][1], letter, colour=colour, bold=True)


@styled
def plot_ladder(results: pd.DataFrame) -> Axes:
    """One row per model, best on top: a dot per split seed, the mean as a bar, and the mean in figures.

    Args:
        results: a table with `model, split_seed, ndcg@10`, as `course_lib/tables/results.csv`.
    """
    means = results.groupby("model")["ndcg@10"].mean().sort_values()
    ax = new_axes(8.0, 0.42 * len(means) + 1.0)
    for place, (model, mean) in enumerate(zip(means.index.tolist(), means.tolist(), strict=True)):
        values = results.loc[results["model"] == model, "ndcg@10"]
        colour, marker = (ACCENT, "D") if "LightGCN" in model else (GUEST, "o")
        ax.plot(values, [place] * len(values), marker, color=colour, markersize=7, alpha=0.8)
        ax.plot([mean, mean], [place - 0.32, place + 0.32], color=INK, linewidth=2)
        ax.annotate(f"{mean:.3f}", (values.max(), place), (9, 0), textcoords="offset points", va="center")
    ax.set_yticks(range(len(means)), means.index)
    ax.set(xlabel="NDCG@10 on the test part, one dot per split seed", ylim=(-0.6, len(means) - 0.4))
    ax.set_xlim(0, 1.12 * results["ndcg@10"].max())
    return ax


@styled
def plot_depth(values: Mapping[int, Sequence[float]]) -> Axes:
    """A metric by number of rounds: a line per split seed, so that the seeds stay paired, and the mean on top.

    Args:
        values: for each number of layers the metric on every split seed, in the same order.
    """
    ax = new_axes(7.0, 3.8)
    depth, table = list(values), np.array(list(values.values()))  # (n_depths, n_seeds)
    gap, height = 0.05 * np.ptp(table), -np.inf  # labels of splits that end level would lie on each other
    for seed in table[-1].argsort():
        column, marker = table[:, seed], "osD^v"[seed % 5]
        ax.plot(depth, column, marker + "--", color=MUTED, markersize=7, linewidth=1.2)
        height = max(column[-1], height + gap)
        ax.annotate(f"split {seed}", (depth[-1], height), (9, 0), textcoords="offset points", va="center",
                    color="#5f6d6b")  # fmt: skip
    ax.plot(depth, table.mean(axis=1), "-", color=ACCENT, linewidth=3)
    ax.annotate("mean", (depth[0], table[0].mean()), (-8, 0), textcoords="offset points", ha="right", va="center",
                color=ACCENT)  # fmt: skip
    ax.set(xlabel="rounds of gossip (layers)", ylabel="test NDCG@10", xlim=(min(depth) - 0.5, max(depth) + 0.6))
    ax.set_xticks(depth)
    return ax


@styled
def plot_two_by_two(
    cells: Mapping[str, Mapping[str, Sequence[float]]],
    reference: tuple[str, float],
) -> Axes:
    """An experiment of teachers times networks: a line per teacher through the means, a dot per split seed.

    Parallel lines would say that the network brings the same under every teacher.

    Args:
        cells: teacher -> network -> test NDCG@10 on every split seed, in the same order; two networks each.
        reference: name and mean of a model that is neither, drawn as a line across.
    """
    ax = new_axes(7.5, 4.2)
    name, level = reference
    ax.axhline(level, color=MUTED, linewidth=1.5, linestyle=":")
    ax.annotate(f"{name} {level:.3f}", (0.5, level), (0, -6), textcoords="offset points", ha="center", va="top",
                color="#5f6d6b")  # fmt: skip
    networks = list(next(iter(cells.values())))
    styles = (GUEST, "--", "o"), (ACCENT, "-", "D")
    # A white ground, because the reference line may run behind the words.
    words: dict[str, Any] = {"textcoords": "offset points", "va": "center", "bbox": {"color": "white", "pad": 1}}
    for (teacher, by_network), (colour, line, marker) in zip(cells.items(), styles, strict=True):
        means = [float(np.mean(by_network[network])) for network in networks]
        ax.plot([0, 1], means, color=colour, linestyle=line, linewidth=2.5, marker=marker, markersize=10, zorder=4)
        for place, network in enumerate(networks):
            values = by_network[network]
            ax.plot([place] * len(values), values, marker, color=colour, markersize=5, alpha=0.5)
        ax.annotate(f"{means[0]:.3f}", (0, means[0]), (-12, 0), ha="right", color=colour, **words)
        ax.annotate(f"{means[1]:.3f}", (1, means[1]), (12, 0), color=colour, **words)
        ax.annotate(teacher, (1, means[1]), (58, 0), color=colour, weight="bold", **words)
    ax.set(ylabel="test NDCG@10", xlim=(-0.35, 1.6))
    ax.set_xticks([0, 1], networks)
    return ax


@styled
def plot_differences(differences: pd.DataFrame) -> Axes:
    """One row per comparison, first on top: the difference, its 95 % interval, and a line where there is none.

    Filled where the interval lies on one side of zero, hollow where it does not.

    Args:
        differences: a table `name, difference, low, high`.
    """
    ax = new_axes(8.5, 0.5 * len(differences) + 1.1)
    ax.axvline(0, color=MUTED, linewidth=1.5, linestyle=":")
    rows = differences[["difference", "low", "high"]].to_numpy(dtype=float)[::-1]
    for place, (difference, low, high) in enumerate(rows.tolist()):
        colour, filled = (ACCENT, ACCENT) if low > 0 or high < 0 else (INK, "white")
        ax.plot([low, high], [place, place], color=colour, linewidth=3)
        ax.plot(difference, place, "D", color=colour, markersize=7, markerfacecolor=filled)
        ax.annotate(f"{difference:+z.3f}", (high, place), (10, 0), textcoords="offset points", va="center")
    ax.set_yticks(range(len(differences)), list(differences["name"])[::-1])
    low, high = min(0, differences["low"].min()), max(0, differences["high"].max())
    ax.set(xlabel="difference of test NDCG@10, with 95 % interval", ylim=(-0.6, len(differences) - 0.4))
    ax.set_xlim(low - 0.05 * (high - low), high + 0.16 * (high - low))
    return ax
