"""Guests nobody knew: `python -m tests.benchmarks.newcomers`, about 25 minutes, writes `newcomers.csv`.

Protocol: MovieLens 100K, a like is a rating >= 4. Per seed (0-2) a fifth of the guests with at least 30 likes is held
out whole, drawn from every second of them. A third of each one's likes is hidden; 1, 2, 3, 5, 10, 20 or all of the
rest, in random order, are shown. Ranked are all films but that rest, shown or not, so that every row of a seed has
the same candidates and the same hidden likes; recall@20 and NDCG@10, mean over the held-out guests. Everything is
learned from all likes of all other guests. "folded in": nothing is retrained when the newcomers come. "trained on":
the same model, trained anew for the same number of epochs with the shown likes among the others. The number of epochs
is chosen on a tenth of the other guests' likes.

`choose()` picked the probability of ego dropout, before, on the other half of those guests: recall@20 of the tags
folded in from 3 likes and from all, mean of the same three seeds.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.baselines import ease_weights, item_similarity
from course_lib.data import MovieLens
from course_lib.evaluation import Scorer, evaluate
from course_lib.graph import adjacency
from course_lib.interactions import Interactions, Split, split_per_user, to_interactions, to_likes
from course_lib.lightgcn import LightGCN
from course_lib.training import NEWCOMER_CONFIG, TrainConfig, build, train
from tests.benchmarks.ladder import ROOT, real_movielens
from tests.tables import replace_table

RESULTS = ROOT / "course_lib" / "tables" / "newcomers.csv"
SEEDS = (0, 1, 2)
SHOWN = (1, 2, 3, 5, 10, 20, None)  # None: all
MIN_LIKES = 30
MF_CONFIG = TrainConfig(n_layers=0)


@dataclass(frozen=True)
class HoldOut:
    """Guests held out whole.

    Attributes:
        others: all likes of the other guests, in two parts, the second to choose the number of epochs on.
        newcomers: indices of the guests held out.
        rest: their likes in the order in which they are shown, one tensor per newcomer.
        hidden: the third of their likes that is looked for.
    """

    others: Split
    newcomers: Tensor
    rest: list[Tensor]
    hidden: Interactions

    def shown(self, n: int | None) -> list[Tensor]:
        """The first n of each newcomer's likes."""
        return [films[:n] for films in self.rest]

    def pairs(self, films: Sequence[Tensor]) -> Interactions:
        """Likes of the newcomers as pairs."""
        user = torch.repeat_interleave(self.newcomers, torch.tensor([len(mine) for mine in films]))
        return Interactions(user, torch.cat(list(films)), self.hidden.n_users, self.hidden.n_items)


def hold_out(data: MovieLens, seed: int, choosing: bool = False) -> HoldOut:
    """A fifth of the guests with at least `MIN_LIKES` likes, and what is shown and hidden of each.

    They come from one half of these guests where a setting is chosen, from the other where results are measured.
    """
    rng = np.random.default_rng(seed)
    likes = to_likes(data.ratings)
    ids = data.users["user_id"], data.films["item_id"]
    every = to_interactions(likes, *ids)
    fans = (every.user_degree() >= MIN_LIKES).nonzero().flatten().numpy()
    newcomers = torch.from_numpy(np.sort(rng.choice(fans[choosing::2], size=len(fans) // 5, replace=False)))
    films = [torch.from_numpy(rng.permutation(every.items_of(user).numpy())) for user in newcomers.tolist()]
    hidden = [mine[: len(mine) // 3] for mine in films]
    user = torch.repeat_interleave(newcomers, torch.tensor([len(mine) for mine in hidden]))
    known = likes[~likes["user_id"].isin(data.users["user_id"].to_numpy()[newcomers.numpy()])]
    others = split_per_user(known, *ids, test=0.0, validation=0.1, seed=seed)
    truth = Interactions(user, torch.cat(hidden), every.n_users, every.n_items)
    return HoldOut(others, newcomers, [mine[len(mine) // 3 :] for mine in films], truth)


def judge(score: Scorer, held: HoldOut) -> dict[str, float]:
    """recall@20 and NDCG@10 of a scorer of all guests, mean over the newcomers."""
    mean = evaluate(score, held.hidden, seen=held.pairs(held.rest), k=(10, 20)).astype("float64").mean()
    return {name: round(float(mean[name]), 4) for name in ("recall@20", "ndcg@10")}


def of_newcomers(scores: Tensor, held: HoldOut) -> Scorer:
    """A scorer from one row of scores per newcomer."""
    table = torch.zeros(held.hidden.n_users, held.hidden.n_items)
    table[held.newcomers] = scores
    return lambda users: table[users]


def folded(model: LightGCN, held: HoldOut, n: int | None) -> Scorer:
    """The newcomers by `fold_in`; one whose shown films nobody else raved about gets the popular list."""
    scorer, fame = model.scorer(adjacency(held.others.fit)), held.others.fit.item_degree()
    # Films without another fan weigh nothing, under cosine not even in d_u.
    likes = [films[fame[films] > 0] for films in held.shown(n)]
    scores = [scorer.newcomer(films) if len(films) else fame.float() for films in likes]
    return of_newcomers(torch.stack(scores), held)


def fitted(split: Split, config: TrainConfig) -> tuple[LightGCN, int]:
    """A model of the other guests and its number of epochs, chosen on validation: `training.fit`, but with both."""
    first = train(build(split.train, config), split.train, split.validation, config)
    return trained(split.fit, config, first.best_epoch), first.best_epoch


def trained(likes: Interactions, config: TrainConfig, n_epochs: int) -> LightGCN:
    """Trained for a fixed number of epochs."""
    model = build(likes, config)
    train(model, likes, config=replace(config, n_epochs=n_epochs))
    return model


def trained_on(held: HoldOut, config: TrainConfig, n_epochs: int, n: int | None) -> Scorer:
    """Trained on the other guests' likes and the newcomers' shown ones."""
    both = held.others.fit.union(held.pairs(held.shown(n)))
    return trained(both, config, n_epochs).scorer(adjacency(both))


def linear(make: Callable[[Interactions], Tensor]) -> Callable[[HoldOut], Callable[[int | None], Scorer]]:
    """A baseline that multiplies a row of likes by an item-by-item matrix."""

    def prepared(held: HoldOut) -> Callable[[int | None], Scorer]:
        weights = make(held.others.fit)
        return lambda n: of_newcomers(held.pairs(held.shown(n)).rows(held.newcomers).float() @ weights, held)

    return prepared


def popular(held: HoldOut) -> Callable[[int | None], Scorer]:
    """The same list for everybody."""
    fame = held.others.fit.item_degree().float()
    return lambda n: of_newcomers(fame.expand(len(held.newcomers), -1), held)


def averaged(held: HoldOut) -> Callable[[int | None], Scorer]:
    """Matrix factorisation knows no fold-in; the mean of the liked films' tags, each of length 1, stands in for one."""
    model, _ = fitted(held.others, MF_CONFIG)
    with torch.no_grad():
        items = F.normalize(model(adjacency(held.others.fit))[1])

    def curve(n: int | None) -> Scorer:
        tags = torch.stack([items[films].mean(dim=0) for films in held.shown(n)])
        return of_newcomers(F.normalize(tags) @ items.T, held)

    return curve


BASELINES = {
    "popularity": popular,
    "item-kNN": linear(lambda likes: torch.from_numpy(item_similarity(likes).toarray())),
    "EASE": linear(ease_weights),
}


def rows(data: MovieLens, seed: int) -> Iterator[dict[str, object]]:
    """All rows of one seed."""
    held = hold_out(data, seed)
    curves = {name: make(held) for name, make in BASELINES.items()}
    curves["MF, mean of the liked films"] = averaged(held)
    for name, config in (("LightGCN", TrainConfig()), ("LightGCN, ego dropout", NEWCOMER_CONFIG)):
        model, n_epochs = fitted(held.others, config)
        curves[f"{name}, folded in"] = lambda n, model=model: folded(model, held, n)
        curves[f"{name}, trained on"] = lambda n, c=config, e=n_epochs: trained_on(held, c, e, n)
    for name, curve in curves.items():
        for n in SHOWN:
            shown = "all" if n is None else n
            yield {"model": name, "seed": seed, "shown": shown, **judge(curve(n), held)}


def choose(data: MovieLens) -> pd.DataFrame:
    """recall@20 of folded-in tags for each probability of ego dropout: what `NEWCOMER_CONFIG` was chosen by."""
    table = []
    for probability, seed in itertools.product((0.0, 0.25, 0.5, 0.75), SEEDS):
        held = hold_out(data, seed, choosing=True)
        model, _ = fitted(held.others, TrainConfig(ego_dropout=probability))
        recall = {f"{n or 'all'} shown": judge(folded(model, held, n), held)["recall@20"] for n in (3, None)}
        table.append({"ego dropout": probability, "seed": seed, **recall})
        print(table[-1], flush=True)
    return pd.DataFrame(table).groupby("ego dropout").mean().drop(columns="seed")


def markdown(results: pd.DataFrame) -> str:
    """The table of RESULTS.md: recall@20 by likes shown, mean over seeds."""
    means = results.pivot_table(index="model", columns="shown", values="recall@20", sort=False)
    lines = ["| likes shown | " + " | ".join(map(str, means.columns)) + " |", "|---" * (1 + means.shape[1]) + "|"]
    lines += ["| " + " | ".join([model, *(f"{mean:.3f}" for mean in row)]) + " |" for model, *row in means.itertuples()]
    return "\n".join(lines)


def main() -> None:
    """Choose, measure, write the table, into RESULTS.md too, and print its means."""
    data = real_movielens()
    print(choose(data).round(4).to_string())
    table = []
    for seed in SEEDS:
        for row in rows(data, seed):
            table.append(row)
            print(row, flush=True)
    results = pd.DataFrame(table)
    results.to_csv(RESULTS, index=False)
    replace_table("newcomers", markdown(results), "RESULTS.md")
    print(results.pivot_table(index="model", columns="shown", values="recall@20", sort=False).round(3).to_string())


if __name__ == "__main__":
    main()
