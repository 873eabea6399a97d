"""Pictures of rounds of gossip: by hand, on one tag, through crowded tags, under a loudness rule (notebook 04)."""

from collections.abc import Mapping, Sequence
from typing import cast

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import PercentFormatter, StrMethodFormatter

from course_lib.interactions import Interactions
from course_lib.plots.colours import ACCENT, FAINT, FILM, FILM_MARKER, GUEST, GUEST_MARKER, INK, MUTED
from course_lib.plots.sketch import Sketch
from course_lib.plots.style import Plot, new_axes, new_grid, styled
from course_lib.plots.text import count, shorten

TINT = "#ffe0a8"  # the colour of films, softened: a film on more than one list


@styled
def plot_paper(interactions: Interactions, guests: Sequence[str], films: Sequence[str]) -> Plot:
    """A small bipartite graph: guests as circles on top, films as squares below, a line for each rave.

    Args:
        guests, films: their names. Each node holds its number of raves.
    """
    ax = new_axes(9, 3.2)
    n_users, n_items = interactions.sizes
    wide, degree = max(n_users, n_items), [*interactions.user_degree().tolist(), *interactions.item_degree().tolist()]
    x = [wide * (u + 0.5) / n_users for u in range(n_users)] + [wide * (i + 0.5) / n_items for i in range(n_items)]
    for user, item in zip(interactions.user.tolist(), interactions.item.tolist(), strict=True):
        ax.plot([x[user], x[n_users + item]], [1, 0], color=MUTED, linewidth=1.6, zorder=1)
    for node, name in enumerate([*guests, *films]):
        up = node < n_users
        ax.scatter(x[node], float(up), s=640, marker=GUEST_MARKER if up else FILM_MARKER, zorder=2,
                   facecolor=GUEST if up else FILM, edgecolor="#333333")  # fmt: skip
        ax.text(x[node], 1.3 if up else -0.3, name, ha="center", va="bottom" if up else "top", size=14)
        ax.text(x[node], float(up), str(degree[node]), ha="center", va="center", zorder=3, size=13)
    ax.set(xlim=(-0.1, wide + 0.1), ylim=(-0.75, 1.75))
    ax.axis("off")
    silent = [name for name, d in zip([*guests, *films], degree, strict=True) if not d]
    return Plot(
        cast(Figure, ax.figure),
        f"{len(interactions)} raves join {n_users} guests and {n_items} films. The number in a node is how many raves "
        f"it has" + (f", and nobody has raved about {silent[0]}." if silent else "."),
    )


@styled
def plot_by_hand(
    rounds: Sequence[Sequence[float]], names: Sequence[str], watched: int, mean: Sequence[float] | None = None
) -> Plot:
    """How loud one film is on every tag, round by round: a cell per tag and round, darker where louder.

    Args:
        rounds: per round, the number on each tag.
        watched: the row in a frame.
        mean: of all rounds, as a last column.
    """
    columns = [f"round {n}" for n in range(len(rounds))] + (["mean"] if mean is not None else [])
    values = np.array([*rounds, *([mean] if mean is not None else [])]).T
    ax = new_axes(9, 3.6)
    ax.imshow(np.sqrt(values), cmap="Blues", aspect="auto", vmin=0, vmax=1.6)
    for (row, column), value in np.ndenumerate(values):
        ax.text(column, row, f"{value:.3f}" if value else "0", ha="center", va="center", size=13)
    ax.set_xticks(range(len(columns)), columns)
    ax.set_yticks(range(len(names)), names)
    ax.xaxis.tick_top()
    ax.tick_params(length=0, labelsize=13)
    last = len(columns) - 1
    ax.add_patch(Rectangle((last - 0.47, watched - 0.45), 0.94, 0.9, fill=False, ec=ACCENT, lw=2.5))
    ax.spines[:].set_visible(False)
    film, told = names[int(np.argmax(rounds[0]))], names[watched]
    if mean is None:
        return Plot(
            cast(Figure, ax.figure), f"{film} reaches {told} in round {len(rounds) - 1}, at {values[watched, -1]:.3f}."
        )
    return Plot(
        cast(Figure, ax.figure),
        f"Each round alone holds one side of the party. Their mean holds both, and {film} is on {told}'s tag "
        f"at {values[watched, -1]:.3f}.",
    )


@styled
def plot_tag(amount: np.ndarray, shown: np.ndarray, hidden: np.ndarray, whose: str, n_raved: int) -> Plot:
    """How much of the loudest films is on one guest's tag: one dot per film, as far as the last hidden rave.

    Args:
        amount: per film.
        shown, hidden: which films the guest raved about, and which of those are kept back.
        whose: "your" or "the writer's".
        n_raved: how many films anybody raved about, and so could arrive.
    """
    order = np.argsort(-amount, kind="stable")
    order = order[amount[order] > 0]
    place, ax = np.arange(1, len(order) + 1), new_axes(9, 3.8)
    kinds = (
        (~shown & ~hidden, MUTED, FILM_MARKER, 12, "new"),
        (shown, FILM, FILM_MARKER, 46, "raved about"),
        (hidden, ACCENT, "*", 100, "raved about, hidden"),
    )
    for chosen, colour, marker, size, name in kinds:
        here = chosen[order]
        if here.any():
            ax.scatter(
                place[here], amount[order][here], s=size, color=colour, marker=marker, label=name, lw=0, zorder=3
            )
    new = place[~shown[order]]
    ax.axvspan(new[0] - 0.5, new[:10][-1] + 0.5, color=FAINT, lw=0, zorder=0)
    ax.annotate("the ten loudest new films", (new[:10][-1], 1), (6, -4), xycoords=("data", "axes fraction"),
                textcoords="offset points", va="top")  # fmt: skip
    last = min(len(order), max([100, 2 * int(shown.sum()), *(place[hidden[order]] + 5)]))
    ax.set_xlim(0, last + 1)
    ax.set_yscale("log")
    ax.set_ylim(bottom=amount[order[last - 1]] / 2)
    ax.set(xlabel="place of the film on the tag, loudest first", ylabel="how much of it arrived")
    ax.legend(loc="upper right", markerscale=1)
    found = int(hidden[order[~shown[order]][:10]].sum())
    stars = f" {found} of the ten loudest new ones were hidden raves." if hidden.any() else ""
    cliff = float(amount[shown].min() / amount[~shown].max())
    quiet = f" The quietest of {whose} own raves is {cliff:.1f} times as loud as the loudest new film." * (cliff > 1)
    return Plot(
        cast(Figure, ax.figure),
        f"After three rounds {len(order):,} of the {n_raved:,} films that anybody raved about are on {whose} tag."
        f"{quiet}{stars}",
    )


@styled
def plot_row_sums(degree: np.ndarray, row_sum: np.ndarray, is_guest: np.ndarray) -> Plot:
    """Row sums of the normalised adjacency against degree, per node, with the line at 1 that an average would keep.

    Args:
        degree: raves of each node, at least 1.
        row_sum: sum of the node's row.
        is_guest: guests are circles, films squares.
    """
    ax = new_axes(9, 3.8)
    for chosen, colour, marker, name in (
        (~is_guest, FILM, FILM_MARKER, "film"),
        (is_guest, GUEST, GUEST_MARKER, "guest"),
    ):
        ax.scatter(degree[chosen], row_sum[chosen], s=14, alpha=0.6, color=colour, marker=marker, label=name, lw=0)
    ax.axhline(1, color="#333333", linewidth=1.2)
    ax.annotate("1: an average", (degree.max(), 1), (0, 4), textcoords="offset points", ha="right")
    ax.set_xscale("log")
    ax.xaxis.set_major_formatter(StrMethodFormatter("{x:.0f}"))
    ax.set(xlabel="raves of the node (log scale)", ylabel="new tag, if all tags are 1")
    ax.set_ylim(bottom=0)
    ax.legend(loc="upper left", markerscale=2)
    near = float((np.abs(row_sum - 1) < 0.1).mean())
    return Plot(
        cast(Figure, ax.figure),
        f"If a new tag were an average, every dot would sit at 1. {near:.0%} come close, and the others lie between "
        f"{row_sum.min():.2f} and {row_sum.max():.2f}.",
    )


@styled
def plot_finders(found: Mapping[str, float], ours: str) -> Plot:
    """What share of the hidden raves each method finds: a bar per method.

    Args:
        found: recall@20 per method, best last.
        ours: the method whose bar has the colour.
    """
    ax = new_axes(9, 0.5 + 0.55 * len(found))
    bars = ax.barh(list(found), list(found.values()), color=[GUEST if name == ours else MUTED for name in found])
    ax.bar_label(bars, [f"{value:.0%}" for value in found.values()], padding=5)
    ax.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.set_xlim(right=1.15 * max(found.values()))
    ax.set(xlabel="hidden raves among the first twenty films (recall@20)")
    first, *middle, last = (f"{name} {value:.0%}" for name, value in found.items())
    return Plot(
        cast(Figure, ax.figure),
        f"Hidden raves found in twenty films: {', '.join([first, *middle])} and {last}.",
    )


@styled
def plot_crosstalk(
    amount: np.ndarray, heard: Mapping[int, np.ndarray], found: Mapping[object, float], new: np.ndarray, whose: str
) -> Plot:
    """How loud each new film is on one guest's tag, and how loud it seems through random tags, a panel per length.

    Args:
        amount: per film, how much of it has arrived.
        heard: the same as read back through random tags, by how many numbers they hold.
        found: recall@20 over all guests, by that number, and under "one-hot" of tags that do not overlap.
        new: which films the guest has not raved about.
        whose: "your" or "the writer's".
    """
    axes, true = new_grid(10, 3.6, ncols=len(heard)), amount[new]
    loud = np.argsort(-true, kind="stable")[:10]
    kept, tall = {}, 1.1 * max(float(np.abs(read[new]).max()) for read in heard.values())
    for ax, (size, read) in zip(axes, heard.items(), strict=True):
        seems = read[new]
        kept[size] = len(set(loud) & set(np.argsort(-seems, kind="stable")[:10]))
        ax.scatter(true, seems, s=9, color=MUTED, marker=FILM_MARKER, lw=0)
        ax.scatter(true[loud], seems[loud], s=42, color=FILM, marker=FILM_MARKER, lw=0, label="the ten loudest")
        ax.plot([0, true.max()], [0, true.max()], color=GUEST, linewidth=2.5, label="one-hot tags")
        ax.set_title(f"{size:,} random numbers", size=13)
        ax.set(xlabel="how loud a new film is", ylim=(-tall, tall))
    axes[0].set(ylabel="how loud it seems")
    axes[-1].legend(loc="upper right")
    of = ", and ".join(f"{count(n) if n else 'none'} with {size:,} random numbers" for size, n in kept.items())
    shares = " and ".join(f"{found[size]:.0%}" for size in heard)
    return Plot(
        cast(Figure, axes[0].figure),
        f"Of the ten loudest new films on {whose} tag, these still seem to be among the ten loudest: {of}. Over all "
        f"guests they find {shares} of the validation raves in twenty films, one-hot tags {found['one-hot']:.0%}.",
    )


@styled
def plot_overlap(before: pd.DataFrame, after: pd.DataFrame, names: tuple[str, str] = ("random", "chosen")) -> Plot:
    """How far two films' tags point the same way, by how many fans they share: mean and one standard deviation.

    Args:
        before, after: of `influence.overlap_by_fans`; the first are tags that overlap by lot.
        names: what kinds of tags they are.
    """
    ax = new_axes(9, 3.6)
    for table, colour, marker, name in ((before, MUTED, "s", names[0]), (after, GUEST, "o", names[1])):
        low, high = table["overlap"] - table["spread"], table["overlap"] + table["spread"]
        ax.fill_between(table["shared"], low, high, color=colour, alpha=0.2, lw=0)
        ax.plot(table["shared"], table["overlap"], color=colour, marker=marker)
        ax.annotate(name, (len(table) - 1, table["overlap"].iloc[-1]), (9, 9), textcoords="offset points",
                    color=colour, va="center")  # fmt: skip
    ax.axhline(0, color="#333333", linewidth=1)
    ax.set(xlabel="of all fans of either film, those who are fans of both", ylabel="overlap of their tags (cosine)")
    ax.set_xlim(right=len(after) - 0.4)
    first, last, wide = after["overlap"].iloc[0], after["overlap"].iloc[-1], before["spread"].iloc[0]
    nearly = "almost " if float(np.ptp(before["overlap"])) >= 0.02 else ""
    return Plot(
        cast(Figure, ax.figure),
        f"Two {names[0]} tags overlap by lot, {wide:.2f} up or down (band: one standard deviation), {nearly}whoever "
        f"their fans are. {names[1].capitalize()} ones go from {first:.2f} without a common fan to {last:.2f} where "
        f"{after['shared'].iloc[-1]} of the fans are fans of both.".replace("-", "−"),
    )


@styled
def plot_rules(different: Mapping[str, int], found: Mapping[str, float]) -> Plot:
    """Two bars per loudness rule after three rounds: different films in all lists, and validation raves found.

    Args:
        different: films per rule.
        found: recall@20 per rule, on the validation raves.
    """
    axes, rules = new_grid(10, 2.4), list(different)[::-1]
    told = (different, "different films in all top tens", "{:.0f}"), (found, "validation raves found", "{:.0%}")
    for ax, (values, label, form) in zip(axes, told, strict=True):
        colours = [GUEST if rule == "symmetric" else MUTED for rule in rules]
        bars = ax.barh(rules, [values[rule] for rule in rules], color=colours)
        ax.bar_label(bars, [form.format(values[rule]) for rule in rules], padding=5)
        ax.set(xlabel=label)
        ax.set_xlim(right=1.2 * max(values.values()))
        ax.set_xticks([])
    return Plot(
        cast(Figure, axes[0].figure),
        f"On the training part the row mean finds nearly as much as the symmetric rule ({found['row mean']:.0%} and "
        f"{found['symmetric']:.0%}), but tells the guests {different['row mean']} different films and not "
        f"{different['symmetric']}.",
    )


@styled
def plot_forgotten(kept: Mapping[str, Sequence[float]], bug: str) -> Plot:
    """NDCG@10 of the right tags, of a bug, and of baselines: a bar per method, a dot per split.

    Args:
        kept: per method its values, one per split.
        bug: the method with the mistake.
    """
    ax, means = new_axes(9, 0.6 + 0.55 * len(kept)), {name: float(np.mean(values)) for name, values in kept.items()}
    names = sorted(means, key=means.__getitem__)
    ax.barh(names, [means[name] for name in names], color=[ACCENT if name == bug else MUTED for name in names])
    for place, name in enumerate(names):
        ax.scatter(kept[name], [place] * len(kept[name]), color=INK, s=14, zorder=3)
        ax.annotate(f"{means[name]:.2f}", (max(kept[name]), place), (9, 0), textcoords="offset points", va="center")
    ax.set_xlim(0, 1.12 * max(means.values()))
    ax.set(xlabel=f"NDCG@10, a dot for each of {len(kept[bug])} splits")
    share = means[bug] / max(means.values())
    return Plot(cast(Figure, ax.figure), f"With tags that never heard any gossip, {share:.0%} of the NDCG@10 is left.")


def plot_lists(number: int, told: str, lists: Mapping[str, Sequence[str]]) -> Sketch:
    """A big counter, and the loudest new films of some guests side by side: tinted where several hear the same.

    Args:
        number: the counter; `told` says beside it what it counts.
        lists: per guest, at most five titles.
    """
    sketch, width = Sketch(860, 300), 860 / len(lists)
    sketch.text(14, 34, str(number), bold=True, size=44)
    sketch.text(36 + 27 * len(str(number)), 38, told)
    for column, (name, titles) in enumerate(lists.items()):
        left = 14 + column * (width - 6)
        sketch.text(left, 86, shorten(name, 28), bold=True)
        for row, title in enumerate(titles):
            shared = sum(title in other for other in lists.values()) > 1
            sketch.rect(left, 104 + 34 * row, width - 22, 29, TINT if shared else "#ffffff", FILM if shared else FAINT)
            sketch.text(left + 8, 119 + 34 * row, shorten(title, 31), bold=shared, size=14)
        if not titles:
            sketch.text(left + 8, 119, "nothing new yet", colour="#666666")
    sketch.text(14, 285, "tinted and bold: on more than one of these lists", colour="#555555")
    return sketch
