"""Maps of tags, training curves, and how far gossip travels: the figures of notebooks 09 and 10."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from course_lib.plots.colours import ACCENT, FILM, FILM_MARKER, GUEST, GUEST_MARKER, INK, MUTED, PALETTE
from course_lib.plots.sketch import Plane, Sketch
from course_lib.plots.style import new_axes, new_grid, styled

_GENRE_MARKERS = ("o", "s", "^", "D", "v", "P")
_MAP_AXES = "no unit"


@styled
def plot_training_curves(history: pd.DataFrame, reference: float | None = None) -> list[Axes]:
    """Loss per epoch beside validation NDCG@10 per epoch; the best epoch is marked.

    Args:
        history: of a `TrainResult` with validation: `epoch, loss, ndcg@10`.
        reference: NDCG@10 of popularity on the same hidden likes, drawn as a dashed line.
    """
    axes = new_grid(9, 3.4)
    best = history.iloc[int(history["ndcg@10"].argmax())]
    axes[0].plot(history["epoch"], history["loss"], "o-", color=GUEST, markersize=4)
    axes[0].set(title="What training lowers", xlabel="epoch", ylabel="BPR loss, train", ylim=(0, None))
    axes[1].plot(history["epoch"], history["ndcg@10"], "s-", color=ACCENT, markersize=4)
    axes[1].plot(best["epoch"], best["ndcg@10"], "o", markersize=13, fillstyle="none", color="black")
    words = f"best: epoch {best['epoch']:.0f}"
    axes[1].annotate(words, (best["epoch"], best["ndcg@10"]), (0, -24), textcoords="offset points", ha="right")
    if reference is not None:
        axes[1].axhline(reference, color="black", linestyle="--", linewidth=1)
        axes[1].annotate("popularity", (1, reference), xycoords=("axes fraction", "data"), ha="right", va="bottom")
    axes[1].set(title="What you want", xlabel="epoch", ylabel="NDCG@10, validation", ylim=(0, 1.12 * best["ndcg@10"]))
    return axes


@styled
def plot_tsne(positions: np.ndarray, n_guests: int, title: str = "", *, ax: Axes | None = None) -> Axes:
    """Guests (circles) and films (squares) in one map: `positions` is `(n, 2)`, guests first."""
    ax = ax or new_axes(5.6, 4.6)
    for name, part, colour, marker in (
        ("guest", positions[:n_guests], GUEST, GUEST_MARKER),
        ("film", positions[n_guests:], FILM, FILM_MARKER),
    ):
        ax.scatter(part[:, 0], part[:, 1], 22, colour, marker=marker, label=name, alpha=0.85, linewidths=0.4,
                   edgecolors="black", zorder=2)  # fmt: skip
    _no_unit(ax, title)
    return ax


def plot_seating_plan(positions: np.ndarray, n_guests: int, names: Sequence[str], title: str) -> Sketch:
    """As `plot_tsne`, drawn fast: a name shows when the pointer rests on a dot.

    Args:
        positions: `(n, 2)`, guests first.
        names: one per dot.
    """
    sketch, middle = Sketch(860, 570), (positions.min(axis=0) + positions.max(axis=0)) / 2
    # The same scale along both sides, as large as fits.
    scale = max(np.abs(positions - middle).max(axis=0) / (410, 240))
    (x, y), (wide, high) = middle, (410 * scale, 240 * scale)
    plane = Plane(20, 75, 820, 480, (x - wide, x + wide), (y - high, y + high))
    sketch.text(10, 18, title, bold=True)
    sketch.circle(22, 48, 6, GUEST, INK)
    sketch.text(36, 48, "guest")
    sketch.rect(108, 42, 11, 11, FILM, INK)
    sketch.text(128, 48, "film")
    for dot, (place, name) in enumerate(zip(positions, names, strict=True)):
        x, y = plane.at(*place)
        if dot < n_guests:
            sketch.circle(x, y, 6, GUEST, INK, 0.6, title=name)
        else:
            sketch.rect(x - 5.5, y - 5.5, 11, 11, FILM, INK, 0.6, title=name)
    return sketch


@styled
def plot_genres(positions: np.ndarray, genre: Sequence[str], title: str = "") -> Axes:
    """Films of a map by genre, each genre with its own marker and colour; `"other"` stays grey and small.

    Args:
        positions: `(n, 2)`.
        genre: one name per film; at most six names besides `"other"`.

    Raises:
        ValueError: more genres than can be told apart.
    """
    ax = new_axes(7.5, 4.6)
    genres, names = np.asarray(genre), sorted(set(genre) - {"other"})
    if len(names) > len(_GENRE_MARKERS):
        raise ValueError(f"at most {len(_GENRE_MARKERS)} genres can be told apart, got {len(names)}; merge some")
    other = positions[genres == "other"]
    ax.scatter(other[:, 0], other[:, 1], 12, MUTED, marker=".", label="other")
    colours = [colour for colour in PALETTE if colour != MUTED]
    for name, colour, marker in zip(names, colours, _GENRE_MARKERS, strict=False):
        part = positions[genres == name]
        ax.scatter(part[:, 0], part[:, 1], 38, colour, marker=marker, label=name, linewidths=0.4, edgecolors="black")
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    _no_unit(ax, title)
    return ax


@styled
def plot_pca(
    positions: np.ndarray, n_guests: int, kept: Sequence[float], title: str = "", *, ax: Axes | None = None
) -> Axes:
    """The PCA map of guests and films; the axes carry the share of the variance they keep (`kept`, two shares)."""
    ax = plot_tsne(positions, n_guests, title, ax=ax)
    ax.set_xlabel(f"PC1, {kept[0]:.0%} of the variance")
    ax.set_ylabel(f"PC2, {kept[1]:.0%} of the variance")
    ax.set_aspect("equal", adjustable="datalim")
    return ax


@styled
def plot_popularity_axis(first_axis: np.ndarray, n_raves: np.ndarray, *, ax: Axes | None = None) -> Axes:
    """Each film's place on the first principal axis against its number of raves; both `(n,)`."""
    ax = ax or new_axes(5, 4.2)
    ax.scatter(n_raves, first_axis, s=14, c=FILM, marker=FILM_MARKER, linewidths=0.3, edgecolors="black", alpha=0.7)
    ax.set_xscale("log")
    ticks = [tick for tick in (1, 3, 10, 30, 100, 300) if tick <= n_raves.max()]
    ax.set_xticks(ticks, [str(tick) for tick in ticks])
    ax.minorticks_off()
    ax.set(title="One axis of taste, or of fame?", xlabel="raves per film (log scale)", ylabel="place on PC1")
    return ax


@styled
def plot_seating(
    maps: Mapping[tuple[str, int], np.ndarray], n_guests: int, notes: Mapping[tuple[str, int], str]
) -> list[Axes]:
    """All seating plans of the widget: one row per kind of tags, one column per perplexity.

    Args:
        maps: `(tags, perplexity)` to positions `(n, 2)`, row by row.
        n_guests: guests come first in every map.
        notes: one short line per map, written below its title.
    """
    n_kinds = len({kind for kind, _ in maps})
    axes = new_grid(9.5, 6.4, len(maps) // n_kinds, n_kinds)
    for ax, ((kind, perplexity), positions) in zip(axes, maps.items(), strict=True):
        plot_tsne(positions, n_guests, f"{kind}, perplexity {perplexity}\n{notes[kind, perplexity]}", ax=ax)
        _small(ax)
        handles, labels = ax.get_legend_handles_labels()
        ax.legend().remove()
    axes[0].figure.legend(handles, labels, loc="outside lower center", ncols=2, handletextpad=0)
    return axes


@styled
def plot_clubs(panels: Sequence[tuple[str, np.ndarray]], club: np.ndarray) -> list[Axes]:
    """Maps of the same dots side by side, each club with its letter above it.

    Args:
        panels: title and positions `(n, 2)` of each map.
        club: `(n,)` the letter of each dot.
    """
    axes = new_grid(10, 2.9, len(panels))
    for ax, (title, positions) in zip(axes, panels, strict=True):
        for letter, colour, marker in zip(sorted(set(club)), PALETTE[:3], _GENRE_MARKERS[:3], strict=True):
            part = positions[club == letter]
            ax.scatter(part[:, 0], part[:, 1], 14, colour, marker=marker, alpha=0.6)
            ax.annotate(letter, (part[:, 0].mean(), part[:, 1].max()), (0, 4), textcoords="offset points",
                        ha="center", va="bottom", weight="bold")  # fmt: skip
        _no_unit(ax, title)
        _small(ax)
        ax.set_aspect("equal", adjustable="datalim")
        ax.margins(y=0.15)
    return axes


@styled
def plot_hops(reach: pd.DataFrame, share: Sequence[float]) -> list[Axes]:
    """Reach by hop beside the share of the score by hop, as labelled bars.

    Args:
        reach: of `reach_by_hop`: `hop, ends_at, mean_share`.
        share: share of the score that came with hop 0, 1, ...; sums to 1.
    """
    axes = new_grid(9.5, 3.6)
    colours = [FILM if kind == "films" else GUEST for kind in reach["ends_at"]]
    hops = zip(reach["hop"], reach["ends_at"], strict=True)
    names = [f"{hop} hop{'s' if hop > 1 else ''}:\n{kind}" for hop, kind in hops]
    _bars(axes[0], names, reach["mean_share"].tolist(), colours)
    axes[0].set(title="Who is within reach", ylabel="share reached, mean over guests")
    colours = ["black"] + [FILM if hop % 2 else GUEST for hop in range(1, len(share))]
    names = ["0:\nown tag"] + [f"{hop}:\n{'films' if hop % 2 else 'guests'}" for hop in range(1, len(share))]
    _bars(axes[1], names, share, colours)
    axes[1].set(title="How loud it is", ylabel="share of the score, top 10", xlabel="round in which the guest heard it")
    return axes


@styled
def plot_oversmoothing(table: pd.DataFrame, popularity: float) -> list[Axes]:
    """NDCG@10 of gossip without learning, and how much its lists are popularity's, by number of hops.

    Args:
        table: `rule, hops, ndcg@10, shared`, the last the number of films a top 10 shares with popularity's.
        popularity: its NDCG@10, drawn as a dashed line.
    """
    axes = new_grid(9.5, 3.8)
    for (rule, rows), colour, marker in zip(table.groupby("rule", sort=False), (ACCENT, GUEST), "so", strict=False):
        for ax, column in zip(axes, ("ndcg@10", "shared"), strict=True):
            ax.plot(rows["hops"], rows[column], f"{marker}-", color=colour, label=rule)
    axes[0].axhline(popularity, color="black", linestyle="--", linewidth=1)
    axes[0].annotate("popularity", (1, popularity), (0, -4), ("axes fraction", "data"), "offset points",
                     ha="right", va="top")  # fmt: skip
    axes[0].set(title="First better, then worse", ylabel="NDCG@10, test", ylim=(0, None))
    axes[1].set(title="More and more the same for all", ylabel="films shared with\npopularity's top 10", ylim=(0, 10.4))
    axes[1].legend(loc="lower right")
    for ax in axes:
        ax.set_xlabel("hops the gossip travels")
        ax.set_xticks(sorted(set(table["hops"])))
    return axes


def _bars(ax: Axes, names: Sequence[str], shares: Sequence[float], colours: Sequence[str]) -> None:
    bars = ax.bar(range(len(names)), shares, color=colours, edgecolor="black", linewidth=0.5)
    ax.bar_label(bars, [f"{share:.0%}" for share in shares], padding=2)
    ax.set_xticks(range(len(names)), names)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ax.margins(y=0.12)


def _small(ax: Axes) -> None:
    # One of several maps in a row.
    ax.set(xlabel="", ylabel="")
    ax.title.set_fontsize(12)


def _no_unit(ax: Axes, title: str) -> None:
    # A t-SNE map has neither directions nor lengths, so ticks would promise what it lacks.
    ax.set(xticks=[], yticks=[], title=title, xlabel=_MAP_AXES, ylabel=_MAP_AXES)
    if ax.get_legend() is None and ax.get_legend_handles_labels()[1]:
        ax.legend(loc="best", handletextpad=0)
