"""Pictures of notebook 06: what lists hold, rungs of a ladder, intervals, and judges who disagree."""

from collections.abc import Mapping, Sequence
from typing import cast

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from course_lib.plots.colours import ACCENT, FAINT, FILM, GUEST, INK, MUTED, PALETTE
from course_lib.plots.style import Plot, new_axes, new_grid, styled
from course_lib.plots.text import count


@styled
def plot_list_contents(shares: pd.DataFrame, told_of: str, beside: str, n_guests: int) -> Plot:
    """What the guests' top tens are made of, one bar per model.

    Args:
        shares: of all places, 0 to 1; index the models, columns `hit, low`: hidden raves, and films rated 1 to 3.
        told_of, beside: the model that the caption is about, and one to hold it against.
        n_guests: how many guests have a top ten.
    """
    ax, place = new_axes(9, 0.55 * len(shares) + 1.5), np.arange(len(shares))
    parts = {"hidden raves": (shares["hit"], FILM, ""), "rated 1 to 3 before": (shares["low"], ACCENT, "xx"),
             "never rated": (1 - shares["hit"] - shares["low"], FAINT, "")}  # fmt: skip
    left = np.zeros(len(shares))
    for name, (part, colour, hatch) in parts.items():
        width = 100 * part.to_numpy()
        ax.barh(place, width, 0.66, left, color=colour, hatch=hatch, edgecolor="white", label=name)
        for y, start, size in zip(place.tolist(), left.tolist(), width.tolist(), strict=True):
            if size < 2:
                continue
            ax.text(start + size / 2, y, f"{size:.0f}", ha="center", va="center",
                    bbox={"boxstyle": "round,pad=0.15", "fc": "white", "ec": "none"} if hatch else None)  # fmt: skip
        left += width
    ax.set_yticks(place, shares.index)
    ax.set(xlabel="of a hundred films in the top tens", xlim=(0, 100), ylim=(len(shares) - 0.5, -0.6))
    ax.legend(ncols=3, loc="lower left", bbox_to_anchor=(0, 1))
    (hit, low), (_, other) = 100 * shares.loc[[told_of, beside], ["hit", "low"]].to_numpy()
    return Plot(
        cast(Figure, ax.figure),
        f"Of a hundred films in the top tens of {told_of} for {n_guests:,} guests, {hit:.0f} are hidden raves, and "
        f"their guest has rated {low:.0f} with 1 to 3 stars. On {beside} lists it's {other:.0f}.",
    )


@styled
def plot_lifts(low: pd.DataFrame, models: Sequence[str], told_of: str) -> Plot:
    """NDCG@10 of some models, and what it becomes once known low ratings are kept off the list; mean over the splits.

    Args:
        low: the stored table, with `model, ndcg@10, hidden`.
        models: worst first.
        told_of: the model that the caption is about.
    """
    table = low.groupby("model")[["ndcg@10", "hidden"]].mean().loc[list(models)]
    ax = new_axes(9, 0.5 * len(table) + 1.1)
    for place, (before, after) in enumerate(table.itertuples(index=False)):
        arrow = {"arrowstyle": "-|>", "color": ACCENT, "lw": 2.5, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", (after, place), (before, place), arrowprops=arrow)
        ax.plot(before, place, "o", color=INK, markersize=7)
        ax.annotate(f"{before:.3f}", (before, place), (-9, 0), textcoords="offset points", ha="right", va="center")
        ax.annotate(f"{after:.3f}", (after, place), (7, 0), textcoords="offset points", va="center", color=ACCENT)
    ax.set_yticks(range(len(table)), table.index)
    ax.set(xlabel="NDCG@10, as it is, and with known low ratings kept off the list", ylim=(-0.6, len(table) - 0.4))
    ax.set_xlim(0, 1.15 * float(table["hidden"].max()))
    before, after = table.loc[told_of]
    return Plot(
        cast(Figure, ax.figure),
        f"With known low ratings kept off the list, the NDCG@10 of {told_of} rises from {before:.3f} to {after:.3f}, "
        f"and all {len(table)} models gain. (MovieLens, mean of {low['split_seed'].nunique()} splits)",
    )


@styled
def plot_rungs(results: pd.DataFrame, models: Sequence[str], network: str) -> Plot:
    """NDCG@10 of some models, best on top: a dot per split, a bar at the mean, and the mean in figures.

    Args:
        results: a table with `model, split_seed, ndcg@10`.
        models: those to draw.
        network: one of them, to stand out.
    """
    table = results.pivot(index="split_seed", columns="model", values="ndcg@10")[list(models)]
    order = table.mean().sort_values()
    ax = new_axes(9, 0.5 * len(order) + 1.0)
    for place, (model, mean) in enumerate(order.items()):
        dots = table[model].to_numpy()
        colour = PALETTE[4] if model == network else GUEST
        up = place + 0.34 * (np.arange(len(dots)) * 0.618 % 1 - 0.5)
        ax.plot(dots, up, "o", color=colour, markersize=5, alpha=0.55)
        ax.plot([mean, mean], [place - 0.34, place + 0.34], color=INK, linewidth=2.5)
        ax.annotate(f"{mean:.3f}", (dots.max(), place), (10, 0), textcoords="offset points", va="center", weight="bold")
    ax.set_yticks(range(len(order)), order.index)
    ax.set(xlabel="NDCG@10 on the hidden raves, a dot per split", ylim=(-0.6, len(order) - 0.4))
    ax.set_xlim(0, 1.14 * float(table.max().max()))
    return Plot(
        cast(Figure, ax.figure),
        f"Over {len(table)} splits of MovieLens {order.index[-1]} comes out on top with {order.iloc[-1]:.3f}, and our "
        f"network (purple) gets {order[network]:.3f}.",
    )


@styled
def plot_told_apart(rows: Mapping[str, tuple[float, float, float]], n_alone: int, what: str) -> Plot:
    """Differences with their intervals, one row each, first on top: filled where zero is left out, hollow where not.

    Args:
        rows: by name the difference, and the lower and the upper end of its interval.
        n_alone: how many of the first rows are about one split each; the last row is about the most splits.
        what: is subtracted from what: "A minus B".
    """
    ax = new_axes(9, 0.46 * len(rows) + 1.1)
    ax.axvline(0, color=INK, linewidth=1.5, linestyle=":")
    for place, (difference, low, high) in enumerate(rows.values()):
        clear = low > 0 or high < 0
        colour = GUEST if clear else INK
        ax.plot([low, high], [place, place], color=colour, linewidth=3)
        ax.plot(difference, place, "D", color=colour, markersize=8, markerfacecolor=colour if clear else "white")
        words = "zero is left out" if clear else "zero is inside"
        ax.annotate(words, (high, place), (10, 0), textcoords="offset points", va="center", color=colour)
    ends = np.array(list(rows.values()))
    ax.set_yticks(range(len(rows)), list(rows))
    ax.set(xlabel=f"NDCG@10, {what}, with its 95 % interval", ylim=(len(rows) - 0.4, -0.6))
    ax.set_xlim(min(0, ends.min()) - 0.002, max(0, ends.max()) + 0.3 * np.ptp(ends))
    inside = sum(low <= 0 <= high for _, low, high in list(rows.values())[:n_alone])
    name, (difference, low, high) = list(rows.items())[-1]
    verdict = "leaves zero out" if low > 0 or high < 0 else "holds zero too"
    return Plot(
        cast(Figure, ax.figure),
        f"On {inside} of {n_alone} single splits the interval holds zero. Over {name} it runs from {low:+.4f} to "
        f"{high:+.4f} and {verdict}.",
    )


@styled
def plot_judges(table: pd.DataFrame, metrics: Sequence[str], judges: Sequence[str]) -> Plot:
    """One and the same list by several judges: a panel per metric, a bar per judge, dark if not as the first.

    Args:
        table: the stored passport, with `metric, judge, value`.
        metrics: such as "recall@10".
        judges: the first is the one to differ from.
    """
    axes = new_grid(9.5, 0.42 * len(judges) + 1.2, len(metrics))
    values = table.pivot(index="judge", columns="metric", values="value").loc[list(judges), list(metrics)]
    for ax, metric in zip(axes, metrics, strict=True):
        for place, value in enumerate(values[metric]):
            other = abs(value - values[metric].iloc[0]) > 5e-4
            ax.barh(place, value, 0.66, color=INK if other else MUTED)
            ax.text(value, place, f" {value:.3f}", va="center", color=INK,
                    weight="bold" if other else "normal")  # fmt: skip
        ax.set_yticks(range(len(judges)), [_judge(judge) for judge in judges] if ax is axes[0] else [""] * len(judges))
        ax.tick_params(axis="y", length=0)
        ax.set(title=_name(metric), ylim=(len(judges) - 0.4, -0.6), xlim=(0, 1.3 * float(values[metric].max())))
        ax.set_xticks([])
        ax.spines["bottom"].set_visible(False)
    spread = (values.max() / values.min() - 1).sort_values()
    worst = str(spread.index[-1])
    low, high = str(values[worst].idxmin()), str(values[worst].idxmax())
    return Plot(
        cast(Figure, axes[0].figure),
        f"One list, the charts on MovieLens, and {count(len(judges))} judges. For {_name(worst)} {_judge(low)} says "
        f"{values[worst].min():.3f} and {_judge(high)} says {values[worst].max():.3f}. Dark bars differ from "
        "the first judge's.",
    )


@styled
def plot_protocols(values: pd.DataFrame, weak: str, strong: str) -> Plot:
    """The same models under two protocols, a bar each.

    Args:
        values: index the models, one column per protocol.
        weak, strong: the caption sets the weak model under the second protocol against the strong one under the first.
    """
    first, second = values.columns
    ax, place = new_axes(9, 0.75 * len(values) + 1.3), np.arange(len(values))
    for shift, name, colour in ((-0.2, first, INK), (0.2, second, MUTED)):
        ax.barh(place + shift, values[name], 0.38, color=colour, label=name)
        for y, value in zip(place + shift, values[name], strict=True):
            ax.text(value, y, f" {value:.3f}", va="center")
    ax.set_yticks(place, values.index)
    ax.set(xlabel="NDCG@10", ylim=(len(values) - 0.4, -0.6), xlim=(0, 1.12 * float(values.max().max())))
    ax.legend(ncols=2, loc="lower left", bbox_to_anchor=(0, 1))
    high, low = float(values[second][weak]), float(values[first][strong])
    verdict = "more than" if high > low else "less than"
    return Plot(
        cast(Figure, ax.figure),
        f"{weak[0].upper()}{weak[1:]} reads {high:.3f} with {second}, {verdict} the {low:.3f} that {strong} reads with "
        f"{first}.",
    )


@styled
def plot_by_activity(table: pd.DataFrame, spans: Sequence[str]) -> Plot:
    """Each metric by groups of guests, quiet ones first: a panel per metric.

    Args:
        table: a row per group, a column per metric.
        spans: what the groups are called, two lines each.
    """
    axes = new_grid(9.5, 3.0, table.shape[1])
    for ax, metric in zip(axes, table.columns, strict=True):
        values = table[metric].to_numpy()
        ax.bar(range(len(values)), values, 0.72, color=GUEST)
        for place, value in enumerate(values):
            ax.text(place, value, f"{value:.2f}", ha="center", va="bottom")
        ax.set_xticks(range(len(values)), spans)
        ax.set(title=_name(metric), ylim=(0, 1.15 * float(table.max().max())))
        ax.tick_params(axis="y", labelleft=ax is axes[0])
    axes[len(axes) // 2].set_xlabel("raves that the matchmaker knew of the guest")
    first, last = (dict(zip(map(str, table), table.iloc[row].tolist(), strict=True)) for row in (0, -1))
    steps = table.diff().iloc[1:]
    ways = {"rise": (steps > 0).all(), "fall": (steps < 0).all()}
    told = []
    for metric in first:
        end = "ends higher" if last[metric] > first[metric] else "ends lower"
        told.append(f"{_name(metric)} {next((f'{way}s' for way, clear in ways.items() if clear[metric]), end)}")
    metric = min(first, key=lambda name: last[name] - first[name])
    return Plot(
        cast(Figure, axes[0].figure),
        f"From the quietest to the busiest quarter of the guests {', '.join(told[:-1])} and {told[-1]}. For "
        f"{_name(metric)} that's from {first[metric]:.2f} to {last[metric]:.2f}.",
    )


@styled
def plot_by_fame(found: pd.DataFrame, told_of: str) -> Plot:
    """The share of the hidden raves that models find, by the fame of the film.

    Args:
        found: index the groups of films, famous first; one column per model; shares, 0 to 1.
        told_of: the model that the caption is about.
    """
    ax, n = new_axes(9, 3.4), found.shape[1]
    for bar, (name, colour) in enumerate(zip(found, (MUTED, PALETTE[7], GUEST, FILM), strict=False)):
        place = np.arange(len(found)) + (bar - (n - 1) / 2) * 0.8 / n
        ax.bar(place, 100 * found[name], 0.76 / n, color=colour, label=name)
        for x, value in zip(place, 100 * found[name], strict=True):
            ax.text(x, value, f"{value:.0f}" if value >= 10 else f"{value:.1f}", ha="center", va="bottom")
    ax.set_xticks(range(len(found)), list(found.index))
    ax.set(ylabel="of 100 hidden raves, found\nin lists of twenty films", ylim=(0, 115 * float(found.max().max())))
    ax.legend(loc="upper right")
    first, last = found[told_of].iloc[0], found[told_of].iloc[-1]
    return Plot(
        cast(Figure, ax.figure),
        f"{told_of} finds {first:.0%} of the hidden raves about the best-known films, and {last:.1%} of those about "
        "the least known.",
    )


@styled
def plot_which_part(table: pd.DataFrame, told_of: str) -> Plot:
    """How alike validation and test rank the same settings, by how the test was hidden; a dot per seed, the mean.

    Args:
        table: the stored one, with `test, validation, seed, kendall`; validation is hidden at random or as the test is.
        told_of: the way of hiding a test that the caption is about.
    """
    ways = list(dict.fromkeys(table["test"]))
    ax, rows = new_axes(9, 0.62 * len(ways) + 2.2), {}
    random, alike = (-0.17, MUTED, "validation hidden at random"), (0.17, GUEST, "validation hidden as the test was")
    for place, test in enumerate(ways):
        for validation, (shift, colour, words) in (("at random", random), (test, alike)):
            if shift > 0 and test == "at random":
                continue
            dots = table.query("test == @test and validation == @validation")["kendall"].to_numpy()
            up = place + shift + 0.16 * (np.arange(len(dots)) * 0.618 % 1 - 0.5)
            ax.plot(dots, up, "o", color=colour, markersize=5, alpha=0.6, label=words if test == told_of else None)
            rows[test, validation] = mean = dots.mean()
            ax.plot([mean, mean], [place + shift - 0.14, place + shift + 0.14], color=INK, linewidth=2.5)
            ax.text(1.01, place + shift, f"{mean:.2f}", va="center", color=colour if shift > 0 else INK, weight="bold")
    ax.set_yticks(range(len(ways)), [f"test hidden\n{test}" for test in ways])
    ax.set(xlabel="agreement of validation and test (1: they rank all settings alike)", xlim=(0, 1))
    ax.set_ylim(len(ways) - 0.5, -0.6)
    ax.legend(ncols=2, loc="lower left", bbox_to_anchor=(0, 1))
    return Plot(
        cast(Figure, ax.figure),
        f"With {told_of} in the test, validation agrees with it at {rows[told_of, told_of]:.2f} if it was hidden in "
        f"the same way, and at {rows[told_of, 'at random']:.2f} if it was hidden at random.",
    )


def _name(metric: str) -> str:
    """How the prose writes a metric that a table has in small letters."""
    return metric.replace("hit", "Hit").replace("ndcg", "NDCG")


def _judge(name: str) -> str:
    return "this course" if name == "course" else name
