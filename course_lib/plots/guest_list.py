"""Pictures of notebook 02: the guest list, charts of ratings and of raves, the long tail, and the order of the log."""

from collections.abc import Sequence
from typing import cast

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from course_lib.plots.colours import ACCENT, FAINT, FILM, FILM_MARKER, GUEST, GUEST_MARKER, INK, MUTED, PALETTE
from course_lib.plots.sketch import Plane, Sketch
from course_lib.plots.style import Plot, new_axes, new_grid, styled
from course_lib.plots.text import count, shorten

KINDS = {"ratings": (PALETTE[4], "D"), "films": (FILM, FILM_MARKER), "guests": (GUEST, GUEST_MARKER)}


def plot_threshold(counts: pd.Series, threshold: int, left: pd.Series, total: pd.Series,
                   charts: Sequence[tuple[int, str, bool]]) -> Sketch:  # fmt: skip
    """How often each rating was given, the raves filled and the rest hatched; beside it what the raves leave.

    Args:
        counts: number of ratings, indexed by rating 1 to 5.
        threshold: the lowest rating that counts as a rave.
        left: counts indexed by `ratings, films, guests`.
        total: the same counts before anything was left out.
        charts: place, title, and whether the film is the marked one, best first, at most six.
    """
    sketch, plane = Sketch(860, 384), Plane(10, 60, 380, 264, (0.5, 5.5), (0, 1.1 * counts.max()))
    sketch.text(10, 18, f"a rave is a rating of {threshold} or more", bold=True)
    for rating, given in zip(counts.index.tolist(), counts.tolist(), strict=True):
        x, y = plane.at(rating - 0.4, given)
        keep = rating >= threshold
        sketch.rect(x, y, 61, 324 - y, KINDS["ratings"][0] if keep else MUTED, hatched=not keep)
        sketch.text(x + 30, y - 12, f"{100 * given / counts.sum():.1f} %", "middle")
        sketch.text(x + 30, 340, str(rating), "middle")
    sketch.line([plane.at(0.5, 0), plane.at(5.5, 0)])
    x, _ = plane.at(threshold - 0.5, 0)
    sketch.line([(x, 36), (x, 346)], ACCENT, 2.5, "7 5")
    sketch.text(200, 366, "stars", "middle")
    sketch.text(450, 18, "what is left of the party", bold=True)
    for row, (name, (colour, _)) in enumerate(KINDS.items()):
        y, gone = 46 + 52 * row, total[name] - left[name]
        sketch.text(450, y, f"{left[name]:,} of {total[name]:,} {name}, {gone:,} gone")
        sketch.rect(450, y + 12, 400, 18, FAINT)
        sketch.rect(450, y + 12, 400 * left[name] / total[name], 18, colour)
    sketch.text(450, 214, "and the charts then", bold=True)
    for row, (place, title, is_marked) in enumerate(charts):
        colour = ACCENT if is_marked else INK
        sketch.text(478, 240 + 24 * row, str(place), "end", colour, is_marked)
        sketch.text(490, 240 + 24 * row, shorten(title, 40), colour=colour, bold=is_marked)
    return sketch


@styled
def plot_stars(titles: Sequence[str], stars: Sequence[int], who: str) -> Plot:
    """The stars that one guest gave some films, best first; raves stand out.

    Args:
        titles, stars: one per film, in any order.
        who: "the writer".
    """
    ax = new_axes(7.2, 0.36 * len(titles) + 0.5)
    given = sorted(zip(titles, stars, strict=True), key=lambda film: -film[1])
    for row, (title, n) in enumerate(given):
        is_rave = n >= 4
        ax.text(0.72, row, shorten(title, 48), ha="right", va="center", weight="bold" if is_rave else "normal",
                parse_math=False)  # fmt: skip
        ax.text(0.75, row, "★" * n, va="center", size=17, color=FILM if is_rave else MUTED)
    ax.set(xlim=(0, 1), ylim=(max(len(given), 1) - 0.4, -0.6))
    ax.axis("off")
    ends = f", from {count(max(stars))} stars down to {count(min(stars))}" if given else ""
    n_raves = sum(n >= 4 for n in stars)
    return Plot(
        cast(Figure, ax.figure),
        f"{who.capitalize()} rated {count(len(given))} films of one series{ends}. {count(n_raves).capitalize()} of "
        "these ratings are raves.",
    )


@styled
def plot_ages(users: pd.DataFrame, marked: int | None = None, name: str = "") -> Plot:
    """Guests by five years of age, women and men stacked.

    Args:
        users: columns `age` (years) and `gender` (F, M).
        marked: the row of a guest to point at, called `name`; None for nobody.
    """
    ax = new_axes(9, 3.3)
    table = pd.crosstab(users["age"] // 5 * 5, users["gender"]).reindex(columns=["F", "M"], fill_value=0)
    bottom = np.zeros(len(table))
    for gender, word, colour in (("F", "women", PALETTE[4]), ("M", "men", PALETTE[7])):
        ax.bar(table.index + 2.5, table[gender], 4.5, bottom, color=colour, edgecolor="white", label=word)
        bottom += table[gender].to_numpy()
    ax.set(xlabel="age (years)", ylabel="guests", ylim=(0, bottom.max() * 1.3))
    ax.legend(loc="upper right")
    women, middle = (users["gender"] == "F").mean(), users["age"].between(20, 39).mean()
    caption = f"Of the guests, {middle:.0%} are between 20 and 39 years old, and only {women:.0%} are women."
    if marked is not None:
        age = int(users["age"].iloc[marked])
        place, height = age // 5 * 5 + 2.5, bottom[table.index.get_loc(age // 5 * 5)]
        ax.annotate(f"{name}, {age}", (place, height), (place, bottom.max() * 1.15), ha="center", color=ACCENT,
                    arrowprops={"arrowstyle": "-|>", "color": ACCENT, "lw": 2})  # fmt: skip
    return Plot(cast(Figure, ax.figure), caption)


@styled
def plot_charts(places: pd.DataFrame, k: int = 10) -> Plot:
    """The top k by all ratings beside the top k by raves; a line joins the two places of a film, bold are the others.

    Args:
        places: one row per film: its places `rated` and `raved`, from 1, and its `title`.
    """
    rated, raved = (places[places[name] <= k].sort_values(name) for name in ("rated", "raved"))
    fallen = rated[rated["raved"] > k].sort_values("raved")
    below = {title: k + 1.5 + row for row, title in enumerate(fallen["title"])}  # where a fallen film stands
    ax = new_axes(9, 0.4 * (k + 1.5 + len(below)) + 0.5)
    for film in rated.to_dict("records"):
        falls = film["raved"] > k
        ax.text(-0.04, film["rated"], f"{shorten(film['title'], 34)}  {film['rated']}", ha="right", va="center",
                color=ACCENT if falls else INK, weight="bold" if falls else "normal", parse_math=False)  # fmt: skip
        end = below.get(film["title"], film["raved"])
        ax.plot([0, 1], [film["rated"], end], color=ACCENT if falls else MUTED, lw=2.5, ls="--" if falls else "-")
    for film in raved.to_dict("records"):
        ax.text(1.04, film["raved"], f"{film['raved']}  {shorten(film['title'], 34)}", va="center", parse_math=False,
                weight="bold" if film["rated"] > k else "normal")  # fmt: skip
    for film in fallen.to_dict("records"):
        ax.text(1.04, below[film["title"]], f"{film['raved']}  {shorten(film['title'], 34)}", va="center", color=ACCENT,
                weight="bold", parse_math=False)  # fmt: skip
    for x, ha, words in ((-0.04, "right", "most rated"), (1.04, "left", "most raved about")):
        ax.text(x, 0, words, ha=ha, va="center", weight="bold")
    ax.set(xlim=(-1.15, 2.15), ylim=(k + 1 + len(below), -0.5))
    ax.axis("off")
    caption = f"Of the {k} most rated films, {len(fallen)} are not among the {k} most raved about"
    if len(fallen):
        worst = fallen.iloc[-1]
        caption += f": {worst['title']} falls from place {worst['rated']} to {worst['raved']}"
    return Plot(cast(Figure, ax.figure), f"{caption}.")


_STARS = ((["1", "2"], "1 or 2 stars", ACCENT, "xx"), (["3"], "3 stars", MUTED, "//"),
          (["4", "5"], "raves: 4 or 5 stars", PALETTE[4], ""))  # fmt: skip


@styled
def plot_found(found: pd.DataFrame, more: str, less: str) -> Plot:
    """Hidden ratings that the guests' top tens held, by charts and by stars; mean over the splits.

    Args:
        found: counts in the columns 1 to 5, indexed by `split_seed` and `charts`.
        more, less: the charts that find more hidden ratings, and those that the caption compares them with.

    The bars are means over the splits.
    """
    mean = found.groupby("charts", sort=False).mean().rename(columns=str)
    ax = new_axes(9, 0.75 * len(mean) + 1.3)
    left = np.zeros(len(mean))
    for columns, words, colour, hatch in reversed(_STARS):
        width = mean[columns].sum(axis=1).to_numpy()
        ax.barh(range(len(mean)), width, 0.62, left, color=colour, hatch=hatch, edgecolor="white", label=words)
        for place, (start, size) in enumerate(zip(left, width, strict=True)):
            box = {"boxstyle": "round,pad=0.15", "fc": "white", "ec": "none"} if hatch else None
            ax.text(start + size / 2, place, f"{size:,.0f}", bbox=box, color=INK if hatch else "white", ha="center",
                    va="center")  # fmt: skip
        left += width
    for place, end in enumerate(left):
        ax.text(end * 1.01, place, f"{end:,.0f}", va="center", weight="bold")
    ax.set_yticks(range(len(mean)), mean.index)
    n_draws = found.index.get_level_values("split_seed").nunique()
    ax.set(xlabel=f"hidden ratings in the guests' top tens, mean of {n_draws} draws", xlim=(0, left.max() * 1.08),
           ylim=(len(mean) - 0.5, -0.6))  # fmt: skip
    ax.legend(ncols=3, loc="lower left", bbox_to_anchor=(0, 1))
    total, raved = mean.sum(axis=1), mean[["4", "5"]].sum(axis=1)
    return Plot(
        cast(Figure, ax.figure),
        f"If every hidden rating counts as found, charts of {more} lead by {total[more]:,.0f} to {total[less]:,.0f}. "
        f"If only hidden raves count, charts of {less} have {raved[less]:,.0f} and the others {raved[more]:,.0f}.",
    )


@styled
def plot_raves_found(beside: str, percent: pd.DataFrame, told: Sequence[str], odd: int) -> Plot:
    """How many more hidden raves some charts find than others, at each party: a bar to the mean, a dot a draw.

    Args:
        beside: the charts that the others are held against.
        percent: a row per `party` and draw, a column per charts.
        told: the charts that the caption is about.
        odd: in how many draws charts are ahead where they are behind in the mean, or the other way round.
    """
    means = percent.groupby("party", sort=False).mean()
    axes = new_grid(10, 0.7 * percent.shape[1] + 1.2, len(means))
    low, high = percent.to_numpy().min(), percent.to_numpy().max()
    for ax, party in zip(axes, means.index, strict=True):
        for place, (name, mean) in enumerate(means.loc[party].items()):
            draws = percent.loc[party][name]
            ax.barh(place, mean, 0.5, color=PALETTE[4], alpha=0.6)
            ax.scatter(draws, [place] * len(draws), s=16, color=INK, zorder=3)
            ax.text(mean, place - 0.36, f"{mean:+.0f}%".replace("-", "−"), ha="center", weight="bold")
        ax.axvline(0, color=INK, linewidth=1)
        ax.set_yticks(range(percent.shape[1]), percent.columns if ax is axes[0] else [""] * percent.shape[1])
        ax.set(xlabel=f"hidden raves, beside {beside} (%)", ylim=(percent.shape[1] - 0.5, -0.7), title=party,
               xlim=(min(low, 0) - 3, max(high, 0) + 3))  # fmt: skip
    words = (
        f"“{name}” "
        + " and ".join(
            f"{abs(mean):.0f}% {'more' if mean >= 0 else 'fewer'} at {party}" for party, mean in means[name].items()
        )
        for name in told
    )
    return Plot(
        cast(Figure, axes[0].figure),
        f"Hidden raves found, beside {beside}: {', '.join(words)}. Of the {percent.size} draws {odd or 'none'} "
        f"point{'s' * (odd < 2)} the other way.",
    )


@styled
def plot_long_tail(degree: np.ndarray, head: int, mine: Sequence[int], titles: Sequence[str], possessive: str) -> Plot:
    """Raves per film, films ordered by fame, with a dot for each film that one guest raved about.

    Args:
        degree: `(n_films,)` raves of each film, in any order.
        head: how many films hold half of all raves.
        mine: the films of the guest.
        titles: one per film.
        possessive: "your" or "the writer's".
    """
    ax = new_axes(9, 4)
    order = np.argsort(-degree, kind="stable")
    ordered, rank = degree[order], np.arange(1, len(degree) + 1)
    place = np.empty_like(rank)
    place[order] = rank
    ax.fill_between(rank[:head], ordered[:head], color=FILM, step="mid")
    ax.fill_between(rank[head - 1 :], ordered[head - 1 :], color=FAINT, step="mid")
    ax.plot(rank, ordered, color=INK, linewidth=1)
    films = sorted(mine, key=lambda film: place[film])
    ax.scatter(place[films], degree[films], s=46, color=GUEST, marker=GUEST_MARKER, edgecolor="white", zorder=3)
    n_head, top = int((place[films] <= head).sum()), int(ordered[0])
    ax.text(len(degree) * 0.3, top * 0.8, f"{head:,} films hold half of all raves", color=INK, va="center",
            bbox={"boxstyle": "round,pad=0.3", "fc": FILM, "ec": "none"})  # fmt: skip
    ax.text(len(degree) * 0.3, top * 0.66, f"{len(degree) - head:,} films share the other half", va="center",
            bbox={"boxstyle": "round,pad=0.3", "fc": FAINT, "ec": "none"})  # fmt: skip
    ax.scatter([len(degree) * 0.31], [top * 0.52], s=46, color=GUEST, marker=GUEST_MARKER)
    ax.text(len(degree) * 0.325, top * 0.52, f"{possessive} raves", va="center")
    last = films[-1]
    top_one = films[0]
    ax.annotate(f"{shorten(titles[top_one], 36)}, {degree[top_one]} raves", (place[top_one], degree[top_one]), (14, 0),
                textcoords="offset points", va="center", parse_math=False)  # fmt: skip
    ax.annotate(f"{shorten(titles[last], 36)}, {degree[last]} raves", (place[last], degree[last]), (18, 40),
                textcoords="offset points", arrowprops={"arrowstyle": "-", "color": INK}, va="center",
                ha="left" if place[last] < len(degree) * 0.7 else "right", parse_math=False)  # fmt: skip
    ax.set(xlabel="films, the most raved about first", ylabel="raves", xlim=(-8, len(degree)), ylim=(0, top * 1.05))
    return Plot(
        cast(Figure, ax.figure),
        f"{head:,} of {len(degree):,} films hold half of all raves. {n_head} of {possessive} {len(films)} raves are "
        f"among them, and the least known of all {len(films)}, {titles[last]}, has {degree[last]}.",
    )


@styled
def plot_sessions(minutes: pd.Series) -> Plot:
    """Time between the first and the last rating of each guest, on a logarithmic axis; `minutes` one per guest."""
    ax = new_axes(9, 3.3)
    ticks = {1: "1 minute", 60: "1 hour", 60 * 24: "1 day", 60 * 24 * 7: "1 week", 60 * 24 * 30: "1 month"}
    ax.hist(minutes.clip(lower=1), np.geomspace(1, max(minutes.max(), 2), 36).tolist(), color=GUEST, edgecolor="white")
    half = minutes.median()
    ax.axvline(half, color=ACCENT, linewidth=2)
    ax.text(half * 1.15, ax.get_ylim()[1], f"half of the guests:\n{half:.0f} minutes or less", color=ACCENT, va="top")
    ax.set_xscale("log")
    ax.set_xticks(list(ticks), list(ticks.values()))
    ax.minorticks_off()
    ax.set(xlabel="time from first to last rating", ylabel="guests")
    day, month = (minutes <= 24 * 60).mean(), (minutes > 30 * 24 * 60).mean()
    return Plot(
        cast(Figure, ax.figure),
        f"Half of the guests gave all of their ratings within {half:.0f} minutes, and {day:.0%} within a day. But "
        f"{month:.0%} came back for more than a month.",
    )
