"""Pictures of notebook 07: hidden raves that climb, learning curves, rivals, depth; and of how models compare."""

import itertools
from collections.abc import Mapping, Sequence
from typing import cast

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from course_lib.plots.colours import ACCENT, FILM, GUEST, INK, MUTED, PALETTE
from course_lib.plots.sketch import Plane, Sketch
from course_lib.plots.style import Plot, new_axes, new_grid, styled
from course_lib.plots.text import count, shorten

SLOTS = (("#111111", ""), (PALETTE[0], "8 4"), (PALETTE[6], "8 4 2 4"), (PALETTE[4], "2 4"))
"""Colour and dashes of a run in a rehearsal, by the slot that it keeps for as long as it is on screen."""
_TEACHERS = {"softmax": (ACCENT, "-", "D"), "BPR": (GUEST, "--", "o")}
_LOST = PALETTE[4]  # of a film that was in the top ten and is there no more
_TOP = 1.5  # the highest loss that is drawn, as a share of the first epoch's


@styled
def plot_climb(
    scores: np.ndarray,
    charts: np.ndarray,
    shown: np.ndarray,
    hidden: np.ndarray,
    titles: Sequence[str],
    possessive: str,
) -> Plot:
    """Where a guest's hidden raves stand among all unseen films, epoch by epoch, with the first place on top.

    A circle at the first epoch is the film's place in the charts.

    Args:
        scores: `(n_epochs + 1, n_items)`; the first row is before training.
        charts: `(n_items,)`, the scores of popularity.
        shown: the films that the guest has shown and that are left out.
        hidden: the films to follow; if there are none, the top ten of the last epoch.
        titles: of all films.
        possessive: "your", or "the writer's".
    """
    unseen = np.vstack([scores, charts]).astype(float)
    unseen[:, shown] = -np.inf
    *tops, famous = (-unseen).argsort(axis=1, kind="stable")[:, : min(10, unseen.shape[1] - len(shown))]
    films = hidden if len(hidden) else tops[-1]
    *rows, fame = 1 + (unseen[:, None, :] > unseen[:, films, None]).sum(axis=2)
    places = np.array(rows)  # (n_epochs + 1, n_films)
    ax, last = new_axes(9.5, 4.4), places[-1]
    epochs, order = np.arange(len(places)), last.argsort(kind="stable")
    heights = _apart(np.log(last[order].astype(float)), 0.36)
    for height, film in zip(heights, order, strict=True):
        found, lost = last[film] <= 10, places[:, film].min() <= 10 < last[film]
        colour, line = (ACCENT, "-") if found else (_LOST, "--") if lost else (MUTED, "-")
        ax.plot(epochs, places[:, film], color=colour, linestyle=line, linewidth=2.2 if found or lost else 1.4)
        ax.scatter(epochs[1], fame[film], 45, facecolors="white", edgecolors=colour, linewidths=1.6, zorder=3)
        ax.annotate(f"{last[film]}  {shorten(titles[films[film]], 24)}", (epochs[-1], last[film]),
                    (1.02, np.exp(height)), xycoords="data", textcoords=ax.get_yaxis_transform(), va="center", size=10,
                    annotation_clip=False, color=colour if found or lost else INK, parse_math=False)  # fmt: skip
    ax.axhspan(0.8, 10.5, color=FILM, alpha=0.18, linewidth=0)
    ax.text(0.985 * epochs[-1], 1.06, "the top ten", ha="right", va="center", size=10)
    ax.set(yscale="log", xlabel="epochs of training", ylabel="place on the list", xlim=(0, epochs[-1]))
    ax.set_ylim(1.3 * float(max(places.max(), np.exp(heights[-1]))), 0.8)
    ax.set_yticks([1, 10, 100, 1000], ["1", "10", "100", "1,000"])
    ax.minorticks_off()
    ax.plot([], [], "o", color="white", markeredgecolor=INK, markeredgewidth=1.6, label="its place in the charts")
    ax.legend(loc="lower right")
    what = f"{possessive} {count(len(films))} hidden raves" if len(hidden) else f"{possessive} last top ten"
    first, end = (int((row <= 10).sum()) for row in (places[0], last))
    lost = int(((places.min(axis=0) <= 10) & (last > 10)).sum())
    gone = (
        f" {count(lost).capitalize()} more {'was' if lost == 1 else 'were'} there for a while (dashed)." if lost else ""
    )
    shared = [len(set(tops[epoch]) & set(famous)) for epoch in (1, -1)]
    return Plot(
        cast(Figure, ax.figure),
        f"Before training {_of(first)} of {what} stood in the top ten, and after {epochs[-1]} epochs {_of(end)} "
        f"{'does' if end == 1 else 'do'}.{gone} After the first epoch the list has {_of(shared[0])} of the charts' "
        f"{count(len(famous))} films, and in the end {_of(shared[1])}.",
    )


def _of(n: int) -> str:
    """A number before "of"."""
    return count(n) if n else "none"


def _apart(heights: np.ndarray, gap: float) -> np.ndarray:
    """Ascending heights moved up just so far that neighbours are `gap` apart."""
    moved = [float(heights[0])]
    for height in heights[1:]:
        moved.append(max(float(height), moved[-1] + gap))
    return np.array(moved)


@styled
def plot_overfitting(table: pd.DataFrame) -> Plot:
    """Training loss and validation NDCG@10 over epochs, with and without L2: a faint line per split, and their mean.

    Args:
        table: `reg_weight, split_seed, epoch, loss, ndcg@10`, as `course_lib/tables/overfitting.csv`.
    """
    axes, peaks = new_grid(9.5, 3.8), {}
    for penalty, colour, line in ((0.0, ACCENT, "-"), (float(table["reg_weight"].max()), GUEST, "--")):
        runs, name = table[table["reg_weight"] == penalty], "with L2" if penalty else "without L2"
        for ax, column in zip(axes, ("loss", "ndcg@10"), strict=True):
            wide = runs.pivot(index="epoch", columns="split_seed", values=column)
            ax.plot(wide, color=colour, linewidth=0.8, alpha=0.35)
            ax.plot(wide.mean(axis=1), color=colour, linewidth=2.8, linestyle=line, label=name)
            if column == "ndcg@10":
                mean = wide.mean(axis=1)
                top = int(mean.index[int(mean.argmax())])
                peaks[penalty] = top, float(mean.max()), float(mean.iloc[-1])
                if not penalty:
                    ax.plot(top, mean.max(), "*", color=colour, markersize=17)
    axes[0].set(xlabel="epoch", ylabel="training loss", ylim=(0, None), xlim=(0, None))
    axes[1].set(xlabel="epoch", ylabel="NDCG@10, validation raves", ylim=(0, None), xlim=(0, None))
    axes[0].legend(loc="upper right")
    (epoch, best, end), (_, _, held) = peaks.values()
    return Plot(
        cast(Figure, axes[0].figure),
        f"Without L2 the loss falls all the way, but NDCG@10 on validation has its peak of {best:.3f} at epoch {epoch} "
        f"and is down to {end:.3f} in the end. With L2 it ends at {held:.3f}. Thin lines are the "
        f"{count(table['split_seed'].nunique())} splits.",
    )


@styled
def plot_rivals(pushes: Mapping[str, np.ndarray], possessive: str) -> Plot:
    """How a guest's push is spread over the films they have not raved about: a bar per teacher, the strongest first.

    Args:
        pushes: by the name of the teacher, how much of the push each film gets, up to a factor; all of one pupil.
        possessive: "your", or "the writer's".
    """
    ax, left, n = new_axes(9.0, 1.2 + 0.75 * len(pushes)), np.zeros(len(pushes)), len(next(iter(pushes.values())))
    falling = [-np.sort(-np.asarray(push, dtype=float)) for push in pushes.values()]
    parts = {"the ten strongest": slice(10), "the next ninety": slice(10, 100), "all others": slice(100, None)}
    for (name, part), colour in zip(parts.items(), (ACCENT, FILM, "#dfe3e6"), strict=True):
        shares = np.array([100 * push[part].sum() / push.sum() for push in falling])
        bars = ax.barh(range(len(shares)), shares, left=left, color=colour, label=name, height=0.6)
        dark = {"color": "white", "weight": "bold"} if colour == ACCENT else {"color": INK}
        ax.bar_label(bars, [f"{share:.1f}" if share >= 6 else "" for share in shares], label_type="center", **dark)
        left = left + shares
    ax.set_yticks(range(len(pushes)), list(pushes))
    ax.set(xlabel="share of all push, in %", xlim=(0, 100), ylim=(len(pushes) - 0.5, -0.5))
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3)
    (name, first), *rest = zip(pushes, [push[:10].sum() / push.sum() for push in falling], strict=True)
    more = " and ".join(f"{share:.1%} with “{name}”" for name, share in rest)
    return Plot(
        cast(Figure, ax.figure),
        f"{possessive.capitalize()} ten strongest rivals, one film in {n / 10:.0f}, get {first:.1%} of all push with "
        f"“{name}”, {more}. The pupil is the same each time.",
    )


def plot_rehearsals(runs: Mapping[str, tuple[int, pd.DataFrame]]) -> Sketch:
    """Loss and validation NDCG@10 of runs of different teachers, over steps of training.

    The losses of two teachers are different quantities, so each is drawn as a share of its first epoch's, and one that
    rises far is drawn along the upper edge. A diamond marks each best epoch. A run has the colour, the dashes and the
    letter of its slot, whatever comes and goes beside it.

    Args:
        runs: by name, the slot of a run, 0 to 3, and its history with `step, loss` and perhaps `ndcg@10`; the newest
            is the last and is printed in bold.
    """
    sketch = Sketch(860, 320 + 24 * len(runs))
    histories = [run for _, run in runs.values()]
    steps = max((float(run["step"].max()) for run in histories), default=1)
    found = [float(run["ndcg@10"].max()) for run in histories if run.get("ndcg@10", pd.Series()).notna().any()]
    high = max((float((run["loss"] / run["loss"].iloc[0]).max()) for run in histories), default=1.0)
    left = Plane(55, 56, 320, 190, (0, 1.02 * steps), (0, 1.05 * min(high, _TOP)))
    right = Plane(485, 56, 320, 190, left.x, (0, 1.12 * max(found, default=0.2)))
    sketch.axes(left, "steps of training", "training loss (first epoch = 1)")
    sketch.axes(right, "steps of training", "validation NDCG@10")
    ends: tuple[list, list] = [], []
    for row, (name, (slot, run)) in enumerate(runs.items()):
        (colour, dash), letter = SLOTS[slot], "abcd"[slot]
        losses = (run["loss"] / run["loss"].iloc[0]).clip(upper=_TOP)
        ends[0].append((*_curve(sketch, left, run["step"], losses, colour, dash), letter, colour))
        values = run["ndcg@10"].dropna() if "ndcg@10" in run else pd.Series(dtype=float)
        best = "not validated yet"
        if len(values):
            ends[1].append((*_curve(sketch, right, run["step"][values.index], values, colour, dash), letter, colour))
            x, y = right.at(run["step"][values.index].iloc[int(values.argmax())], values.max())
            sketch.polygon([(x - 9, y), (x, y - 9), (x + 9, y), (x, y + 9)], colour)
            best = f"best NDCG@10 {values.max():.3f}"
        y = 318 + 24 * row
        sketch.line([(14, y), (54, y)], colour, 3, dash)
        sketch.text(64, y, f"{letter}: {name}, {best}", bold=row == len(runs) - 1)
    for side in (sorted(side, key=lambda end: end[1]) for side in ends if side):  # letters never lie on each other
        for (x, _, letter, colour), y in zip(side, _apart(np.array([end[1] for end in side]), 16), strict=True):
            sketch.text(x + 12, float(y), letter, colour=colour, bold=True)
    return sketch


def _curve(sketch: Sketch, plane: Plane, x: pd.Series, y: pd.Series, colour: str, dash: str) -> tuple[float, float]:
    """Draw it, and say where it ends."""
    points = [plane.at(*point) for point in zip(x.tolist(), y.tolist(), strict=True)]
    sketch.line(points if len(points) > 1 else points * 2, colour, 3, dash)
    return points[-1]


@styled
def plot_depth(table: pd.DataFrame) -> Plot:
    """NDCG@10 by rounds of gossip under BPR, and how many films of a top ten are from the charts: a dot per split.

    Args:
        table: `loss, n_layers, split_seed, ndcg@10, shared, difference, low, high`, as `course_lib/tables/depth.csv`.
    """
    figure, shared = _depths(table, ["BPR"])
    cost = _cost(table)["bpr"]
    return Plot(
        figure,
        f"Under BPR eight rounds are {-cost['difference']:.3f} below two (interval {-cost['high']:.3f} to "
        f"{-cost['low']:.3f}), and {shared['bpr', 8]:.1f} films of a top ten are from the charts instead of "
        f"{shared['bpr', 2]:.1f}.",
    )


@styled
def plot_depth_by_teacher(table: pd.DataFrame) -> Plot:
    """As `plot_depth`, with the softmax teacher beside BPR.

    Args:
        table: `loss, n_layers, split_seed, ndcg@10, shared, difference, low, high`, as `course_lib/tables/depth.csv`.
    """
    figure, shared = _depths(table, ["softmax", "BPR"])
    cost = _cost(table)
    told = [
        f"{name} eight rounds cost {-cost[loss]['difference']:.3f}, and the charts' films go from "
        f"{shared[loss, 2]:.1f} to {shared[loss, 8]:.1f} of ten"
        for name, loss in (("Under BPR", "bpr"), ("under softmax", "softmax"))
    ]
    return Plot(figure, f"{'; '.join(told)}.")


def _cost(table: pd.DataFrame) -> dict[str, dict[str, float]]:
    """The paired difference of eight rounds to two, with its interval, by teacher."""
    rows = table[table["difference"].notna() & (table["n_layers"] == 8)]
    columns = ["difference", "low", "high"]
    return {
        str(loss): dict(zip(columns, map(float, row), strict=True)) for loss, *row in rows[["loss", *columns]].values
    }


def _depths(table: pd.DataFrame, teachers: Sequence[str]) -> tuple[Figure, pd.Series]:
    """Both panels, and the mean number of films from the charts, by teacher and rounds."""
    runs, axes = table[table["ndcg@10"].notna()], new_grid(9.5, 3.7)
    depths = sorted(runs["n_layers"].unique())
    labels = ("ndcg@10", "NDCG@10, hidden raves"), ("shared", "films of ten that the charts have")
    for ax, (column, label) in zip(axes, labels, strict=True):
        for teacher in teachers:
            colour, line, marker = _TEACHERS[teacher]
            own = runs[runs["loss"] == teacher.lower()]
            means = own.groupby("n_layers")[column].mean()
            few = len(means) < len(depths)  # what lies between them was not trained
            told = f"{teacher}, trained at {' and '.join(map(str, means.index))} only" if few else teacher
            ax.plot(means, color=colour, linestyle=":" if few else line, linewidth=1.6 if few else 2.8, label=told)
            ax.plot(own["n_layers"], own[column], marker, color=colour, markersize=6, alpha=0.5, linewidth=0)
        ax.set_xticks(depths, depths)
        ax.set(xlabel="rounds of gossip", ylabel=label, ylim=(0, 1.12 * float(runs[column].max())))
    if len(teachers) > 1:
        axes[0].legend(loc="lower left")
    return cast(Figure, axes[0].figure), runs.groupby(["loss", "n_layers"])["shared"].mean()


@styled
def plot_two_by_two(results: pd.DataFrame, differences: pd.DataFrame) -> Plot:
    """Two teachers times two networks: a line per teacher through the means, a dot per split.

    Parallel lines would say that the network brings the same under each teacher.

    Args:
        results: a table with `model, split_seed, ndcg@10`.
        differences: a table with `first, second, difference, low, high`.
    """
    ax = new_axes(8.0, 4.2)
    _teachers(ax, results.pivot(index="split_seed", columns="model", values="ndcg@10"))
    ax.set(ylabel="NDCG@10, hidden raves\n(the axis does not begin at 0)")
    rows = differences[["difference", "low", "high"]].to_numpy(dtype=float).tolist()
    pair = dict(zip(zip(differences["first"], differences["second"], strict=True), rows, strict=True))
    told = {}
    for teacher in _TEACHERS:
        added, low, high = pair[f"LightGCN-{teacher}", f"MF-{teacher}"]
        told[teacher] = f"{added:+z.3f} ({low:+z.3f} to {high:+z.3f})"
    return Plot(
        cast(Figure, ax.figure),
        f"Under BPR the graph adds {told['BPR']} to NDCG@10, and under softmax {told['softmax']}. The better teacher "
        f"adds {pair['MF-softmax', 'MF-BPR'][0]:+.3f} without any graph.",
    )


def _teachers(ax: Axes, table: pd.DataFrame) -> None:
    """A line per teacher, from matrix factorisation to LightGCN; the rows of the table are runs."""
    for teacher, (colour, line, marker) in _TEACHERS.items():
        both = table[[f"MF-{teacher}", f"LightGCN-{teacher}"]]
        means = both.mean().tolist()
        ax.plot([0, 1], means, color=colour, linestyle=line, linewidth=2.5, marker=marker, markersize=10, zorder=4)
        sideways = 0.05 * (np.arange(len(both)) * 0.618 % 1 - 0.5)
        for place in (0, 1):
            ax.plot(place + sideways, both.iloc[:, place], marker, color=colour, markersize=5, alpha=0.45)
            ax.annotate(f"{means[place]:.3f}", (place, means[place]), (-18 if place == 0 else 18, 0), va="center",
                        textcoords="offset points", ha="right" if place == 0 else "left", color=colour)  # fmt: skip
        ax.annotate(teacher, (1, means[1]), (68, 0), textcoords="offset points", va="center", color=colour,
                    weight="bold")  # fmt: skip
    ax.set_xlim(-0.35, 1.6)
    ax.set_xticks([0, 1], ["no graph:\nmatrix factorisation", "gossip:\nLightGCN"])


@styled
def plot_turning(results: pd.DataFrame) -> Plot:
    """Each pair of models: how far apart their means lie, and how often the lower one wins on a single split.

    Args:
        results: a table with `model, split_seed, ndcg@10`.
    """
    table = results.pivot(index="split_seed", columns="model", values="ndcg@10")
    gaps, wins = [], []
    for first, second in itertools.combinations(table.columns, 2):
        lead = (table[first] - table[second]).to_numpy()
        gaps.append(abs(float(lead.mean())))
        wins.append(float((lead * np.sign(lead.mean()) <= 0).mean()))
    gap, lost = np.array(gaps), 100 * np.array(wins)
    ax = new_axes(8.5, 3.6)
    ax.plot(gap, lost, "o", color=ACCENT, markersize=8, alpha=0.6)
    ax.set(xscale="log", xlabel="how far the means of two models lie apart, in NDCG@10", ylim=(-3, 60))
    ax.set(ylabel="splits on which the\nlower one wins, in %")
    ticks = [tick for tick in (0.0001, 0.001, 0.003, 0.01, 0.03, 0.1) if gap.min() <= 2 * tick <= 4 * gap.max()]
    ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    ax.minorticks_off()
    close = gap < 0.003
    return Plot(
        cast(Figure, ax.figure),
        f"Of {len(gap)} pairs {int((lost > 0).sum())} have a split on which the lower model wins. It never happens to "
        f"models more than {gap[lost > 0].max():.3f} apart; closer than 0.003 it happens on {lost[close].mean():.0f}% "
        "of the splits.",
    )


@styled
def plot_gowalla(
    there: pd.DataFrame, there_differences: pd.DataFrame, here: pd.DataFrame, here_differences: pd.DataFrame
) -> Plot:
    """What the graph adds on MovieLens and on Gowalla, in percent of what matrix factorisation has, with intervals.

    Args:
        there: recall@20 on Gowalla, a row per initial seed, with the columns `MF-softmax, LightGCN-softmax`.
        there_differences: `first, second, figure, difference, low, high`, as in
            `course_lib/tables/gowalla_differences.csv`.
        here: of MovieLens, `model, split_seed, ndcg@10`.
        here_differences: of MovieLens, `first, second, difference, low, high`.
    """
    means = here.groupby("model")["ndcg@10"].mean()
    found = there_differences[there_differences["figure"] == "recall@20"]
    rows = [
        (f"MovieLens, {teacher}", teacher, here_differences, float(means[f"MF-{teacher}"]))
        for teacher in ("BPR", "softmax")
    ]
    rows.append(("Gowalla, softmax", "softmax", found, float(there["MF-softmax"].mean())))
    ax = new_axes(8.5, 2.6)
    ax.axvline(0, color=MUTED, linewidth=1.5, linestyle=":")
    adds = {}
    for place, (name, teacher, table, without) in enumerate(rows):
        pair = table[(table["first"] == f"LightGCN-{teacher}") & (table["second"] == f"MF-{teacher}")]
        added, low, high = pair[["difference", "low", "high"]].to_numpy(dtype=float)[0].tolist()
        adds[name] = added, low, high, without
        colour, _, marker = _TEACHERS[teacher]
        ax.plot([100 * low / without, 100 * high / without], [place, place], color=colour, linewidth=3)
        ax.plot(100 * added / without, place, marker, color=colour, markersize=9)
        ax.annotate(f"{100 * added / without:+z.1f}%", (100 * high / without, place), (10, 0),
                    textcoords="offset points", va="center")  # fmt: skip
    ax.set_yticks(range(len(rows)), list(adds))
    ax.set(xlabel="what the graph adds, in % of matrix factorisation's score", ylim=(len(rows) - 0.5, -0.5))
    ax.margins(x=0.14)
    added, low, high, without = adds["Gowalla, softmax"]
    return Plot(
        cast(Figure, ax.figure),
        f"On Gowalla, under softmax, LightGCN finds {there['LightGCN-softmax'].mean():.3f} of a guest's hidden places "
        f"within twenty, and matrix factorisation {there['MF-softmax'].mean():.3f}. The graph adds {added:+.4f} "
        f"({low:+.4f} to {high:+.4f}), {100 * added / without:.1f}% of the latter.",
    )
