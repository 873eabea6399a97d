"""Rehearsals: one flat training loop, early stopping, and the honest way to use a validation set."""

import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace

import pandas as pd
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.func import functional_call

from course_lib.bpr import bpr_loss, l2_penalty, sample_negatives
from course_lib.evaluation import evaluate
from course_lib.graph import adjacency, propagate
from course_lib.interactions import Interactions, Split
from course_lib.lightgcn import LightGCN
from course_lib.progress import progress
from course_lib.recommendation import scorer
from course_lib.softmax import check_competitors, softmax_loss


@dataclass(frozen=True)
class TrainConfig:
    """Everything that decides a training run.

    Raises:
        ValueError: a number is outside the range in which it means something.
    """

    embedding_dim: int = 64
    """Numbers on a name tag."""
    n_layers: int = 2
    """Rounds of gossip; 0 is matrix factorisation."""
    scoring: str = "dot"
    """How two tags become a score: "dot" or, with softmax, "cosine"."""
    loss: str = "bpr"
    """The teacher: "bpr" compares pairs, "softmax" compares with all films at once."""
    learning_rate: float = 0.01
    """AdamW's step size."""
    weight_decay: float = 0.0
    """AdamW's pull of all tags towards zero; under cosine scores, which ignore length, it keeps the length put."""
    reg_weight: float = 3e-3
    """BPR only: weight of the L2 penalty on the batch's layer-0 tags, beside a loss that is a mean over the batch."""
    temperature: float = 0.25
    """Softmax only: scores are divided by it."""
    n_epochs: int = 60
    """At most so many passes over the likes."""
    batch_size: int = 1024
    """BPR only: likes per step, each with one fresh negative. Softmax takes all likes in one step."""
    validate_every: int = 1
    """Epochs between two looks at the validation part."""
    patience: int = 10
    """Stop after so many epochs without a better validation NDCG@10."""
    ego_dropout: float = 0.0
    """Probability that a guest's layer-0 tag is zeroed in a training step: what `fold_in` will do to a newcomer."""
    seed: int = 0
    """Of initial tags, order of likes, negatives and dropped tags."""

    def __post_init__(self) -> None:
        for name in ("batch_size", "validate_every", "patience"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
        if self.temperature <= 0:
            raise ValueError(f"temperature must be above 0: scores are divided by it; got {self.temperature}")
        if not 0 <= self.ego_dropout <= 1:
            raise ValueError(f"ego_dropout is a probability, 0 to 1, got {self.ego_dropout}")


SOURCE_CONFIG = TrainConfig(n_layers=3, learning_rate=0.001, reg_weight=0.0, n_epochs=50, batch_size=1024)
"""How the notebook that this course grew from trains, without its L2 term, which weighs the whole table."""


SOFTMAX_CONFIG = TrainConfig(
    scoring="cosine", loss="softmax", learning_rate=0.05, weight_decay=0.1, n_epochs=200, validate_every=5, patience=25
)
"""The other teacher: a softmax over all films (see `softmax.py`). One step per epoch. Chosen by the search in
`tests/benchmarks`, the same for every number of layers."""


NEWCOMER_CONFIG = replace(SOFTMAX_CONFIG, ego_dropout=0.5)
"""For parties that new guests join: `fold_in` gives them no layer-0 tag, and training with half of the guests' own tags
missing gets the films used to that. Chosen and measured by `tests/benchmarks/newcomers.py`."""


@dataclass(frozen=True)
class TrainResult:
    """What a run leaves behind.

    Attributes:
        history: one row per epoch: `epoch` (from 1), `loss`, `seconds`, and with validation `ndcg@10`.
        best_epoch: the epoch whose weights the model holds.
        state: give it to `train` to go on where the run stopped.
    """

    history: pd.DataFrame
    best_epoch: int
    state: dict


def pick_device() -> torch.device:
    """CUDA, else Apple's MPS, else the CPU: the first that can gossip over a sparse CSR matrix, with a line if not."""
    for name, available in (("cuda", torch.cuda.is_available()), ("mps", torch.backends.mps.is_available())):
        if not available:
            continue
        try:
            one = Interactions(torch.tensor([0]), torch.tensor([0]), 1, 1)
            _ = propagate(adjacency(one).to(name), torch.ones(2, 1, device=name))
            return torch.device(name)
        except (RuntimeError, NotImplementedError):
            print(f"This machine has {name}, but it cannot work with sparse CSR matrices: the course runs on the CPU.")
    return torch.device("cpu")


def train(
    model: LightGCN,
    train: Interactions,
    validation: Interactions | None = None,
    config: TrainConfig = TrainConfig(),
    on_epoch: Callable[[pd.DataFrame], bool | None] | None = None,
    state: dict | None = None,
) -> TrainResult:
    """Train, and leave the model at its best validation epoch, or at its last epoch if it was never validated.

    It never sees the test: graph, negatives and mask all come from `train`. Ctrl-C (or a kernel interrupt) ends the
    run after the last whole epoch and returns what was learnt so far.

    Args:
        model: trained in place, on the device it is on.
        train: the likes to learn from.
        validation: hidden likes; NDCG@10 on them decides when to stop and which epoch to keep.
        config: `embedding_dim`, `n_layers` and `scoring` are the model's own and are not read here.
        on_epoch: called after each epoch with the history so far; return True to stop.
        state: of an earlier `TrainResult`, to go on from there up to `config.n_epochs`.

    Raises:
        ValueError: the model and the likes count other users or items, there is nothing to learn from, or the
            loss is unknown or does not go with the model's scoring.
    """
    if (model.n_users, model.n_items) != (train.n_users, train.n_items):
        raise ValueError(
            f"the model is for (users, items) = {(model.n_users, model.n_items)}, the likes are for "
            f"{(train.n_users, train.n_items)}; build both from the same split"
        )
    if not len(train):
        raise ValueError("there is no like to learn from; train needs at least one pair")
    if config.loss not in ("bpr", "softmax"):
        raise ValueError(f'loss must be "bpr" or "softmax", got {config.loss!r}')
    if config.loss == "bpr" and model.scoring != "dot":
        raise ValueError(f'BPR compares dot products, got a model scored by {model.scoring}; build it with "dot"')
    device = model.embedding.weight.device
    graph = adjacency(train).to(device)
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay, fused=True
    )
    generator = torch.Generator().manual_seed(config.seed)
    history, best_epoch, best_weights = [], 0, deepcopy(model.state_dict())
    if state is not None:
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(deepcopy(state["optimizer"]))  # Adam would go on in the state's own tensors
        generator.set_state(state["generator"])
        history, best_epoch, best_weights = list(state["history"]), state["best_epoch"], state["best_weights"]
    best_ndcg = max((row.get("ndcg@10", -1.0) for row in history), default=-1.0)

    def snapshot() -> dict:
        weights, steps = deepcopy(model.state_dict()), deepcopy(optimizer.state_dict())
        return {"model": weights, "optimizer": steps, "generator": generator.get_state()}

    last = snapshot()

    def final_tags() -> Tensor:  # (N, d)
        if not config.ego_dropout:
            return model.tags(graph)
        keep = torch.ones(model.n_users + model.n_items, 1)
        keep[: model.n_users] = (torch.rand(model.n_users, 1, generator=generator) >= config.ego_dropout).float()
        ego = model.embedding.weight * keep.to(device)
        return torch.cat(functional_call(model, {"embedding.weight": ego}, (graph,)))

    def bpr(user: Tensor, positive: Tensor) -> tuple[Tensor, Tensor]:
        negative = sample_negatives(user, train, generator)
        nodes = torch.cat([user, model.n_users + positive, model.n_users + negative]).to(device)  # (3B,)
        tag, raved, random = final_tags().index_select(0, nodes).chunk(3)  # one propagation serves all three
        penalty = l2_penalty(*model.embedding.weight.index_select(0, nodes).chunk(3))
        loss = bpr_loss((tag * raved).sum(dim=1), (tag * random).sum(dim=1))
        return loss, loss + config.reg_weight * penalty

    def softmax(user: Tensor, positive: Tensor) -> tuple[Tensor, Tensor]:
        tags = final_tags()
        if model.scoring == "cosine":
            tags = F.normalize(tags)
        users, items = tags[: model.n_users], tags[model.n_users :]
        loss = softmax_loss(users @ items.T, user.to(device), positive.to(device), liked, config.temperature)
        return loss, loss

    if config.loss == "softmax":
        check_competitors(train)
        liked, objective, batch_size = train.dense().bool().to(device), softmax, len(train)
    else:
        objective, batch_size = bpr, config.batch_size

    def run_epoch(epoch: int) -> dict:
        started = time.perf_counter()
        losses = []
        for batch in torch.randperm(len(train), generator=generator).split(batch_size):
            loss, total = objective(train.user[batch], train.item[batch])
            optimizer.zero_grad()
            total.backward()
            optimizer.step()
            losses.append(loss.detach() * len(batch))
        row = {"epoch": epoch, "loss": float(torch.stack(losses).sum()) / len(train)}
        row["seconds"] = time.perf_counter() - started
        if validation is not None and (epoch % config.validate_every == 0 or epoch == config.n_epochs):
            with torch.no_grad():
                score = scorer(*model(graph), model.scoring)
            row["ndcg@10"] = float(evaluate(score, validation, seen=train, k=(10,))["ndcg@10"].mean())
        return row

    bar = progress(range(len(history), config.n_epochs), "training", config.n_epochs - len(history))
    try:
        for epoch in bar:
            row = run_epoch(epoch + 1)
            history.append(row)
            last = snapshot()
            bar.set_postfix_str(", ".join(f"{key} {row[key]:.3f}" for key in ("loss", "ndcg@10") if key in row))
            if row.get("ndcg@10", -1.0) > best_ndcg:
                best_ndcg, best_epoch, best_weights = row["ndcg@10"], row["epoch"], last["model"]
            if on_epoch is not None and on_epoch(pd.DataFrame(history)):
                break
            if "ndcg@10" in row and row["epoch"] - best_epoch >= config.patience:
                break
    except KeyboardInterrupt:
        pass
    finally:
        bar.close()
    if best_ndcg < 0 and history:  # never validated, or stopped before the first time
        best_epoch, best_weights = history[-1]["epoch"], last["model"]
    state = {**last, "history": history, "best_epoch": best_epoch, "best_weights": best_weights}
    model.load_state_dict(best_weights)
    return TrainResult(pd.DataFrame(history), best_epoch, state)


def fit(split: Split, config: TrainConfig = TrainConfig()) -> tuple[LightGCN, pd.DataFrame]:
    """Choose the number of epochs on validation, then train anew on train + validation for as many.

    Returns:
        the model, to be used with `adjacency(split.fit)`, and the history of the first run.

    Raises:
        ValueError: the split has no validation part; and whatever `train` refuses.
    """
    if not len(split.validation):
        raise ValueError("the split has no validation part to choose the epochs on; split with validation > 0")
    model = build(split.train, config)
    first = train(model, split.train, split.validation, config)
    model = build(split.fit, config)
    train(model, split.fit, config=replace(config, n_epochs=first.best_epoch))
    return model, first.history


def build(interactions: Interactions, config: TrainConfig) -> LightGCN:
    """An untrained model of the right size, on the CPU."""
    return LightGCN(
        interactions.n_users, interactions.n_items, config.embedding_dim, config.n_layers, config.scoring, config.seed
    )
