"""Rehearsals: one flat training loop, early stopping, and the honest way to use a validation set."""

import math
import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, fields, replace

import pandas as pd
import torch
from torch import Tensor

from course_lib.border import check_count, check_kinds, check_number, check_option, check_same_sizes
from course_lib.bpr import bpr_objective
from course_lib.evaluation import check_hidden, evaluate
from course_lib.graph import adjacency, to_device
from course_lib.interactions import Interactions, Split
from course_lib.lightgcn import LightGCN
from course_lib.memory import kept_memory
from course_lib.progress import progress
from course_lib.softmax import softmax_batches, softmax_objective


@dataclass(frozen=True)
class TrainConfig:
    """Everything that decides a training run. The default is the best setting measured for MovieLens 100K.

    Raises:
        ValueError: a field is outside the range in which it means something.
    """

    embedding_dim: int = 64
    """Numbers on a name tag."""
    n_layers: int = 2
    """Rounds of gossip; 0 is matrix factorisation."""
    scoring: str = "cosine"
    """How two tags become a score: "dot" or, with softmax, "cosine"."""
    loss: str = "softmax"
    """The teacher: "bpr" compares pairs, "softmax" compares with all films at once."""
    learning_rate: float = 0.05
    """AdamW's step size."""
    decay: bool = False
    """Whether the step size falls to 0 on the way to `n_epochs`, as sqrt(1 - epoch / n_epochs)."""
    weight_decay: float = 0.1
    """AdamW's pull of all tags towards zero; under cosine scores, which ignore length, it keeps tags from growing."""
    reg_weight: float = 3e-3
    """BPR only: weight of the L2 penalty on the batch's layer-0 tags, beside a loss that is a mean over the batch."""
    temperature: float = 0.25
    """Softmax only: scores are divided by it."""
    n_epochs: int = 200
    """At most so many passes over the likes."""
    batch_size: int = 1024
    """BPR only: likes per step, each with one fresh negative. Softmax takes its own (see `softmax.py`)."""
    validate_every: int = 5
    """Epochs between two looks at the validation part."""
    patience: int = 100
    """Stop after so many epochs without a better validation NDCG@10."""
    ego_dropout: float = 0.0
    """Probability that a guest's layer-0 tag is zeroed in a training step: what `fold_in` will do to a newcomer."""
    seed: int = 0
    """Of initial tags, order of likes, negatives and dropped tags."""

    def __post_init__(self) -> None:
        for name in ("embedding_dim", "n_epochs", "batch_size", "validate_every", "patience", "n_layers", "seed"):
            check_count(name, getattr(self, name), 0 if name in ("n_layers", "seed") else 1)
        check_number("learning_rate", self.learning_rate, above_zero=True)
        check_number("temperature", self.temperature, above_zero=True, why="scores are divided by it")
        check_number("weight_decay", self.weight_decay)
        check_number("reg_weight", self.reg_weight)
        check_number("ego_dropout", self.ego_dropout, high=1, why="a probability")
        check_option("loss", self.loss, ("bpr", "softmax"))
        check_option("scoring", self.scoring, ("dot", "cosine"))
        check_option("decay", self.decay, (False, True))
        if self.loss == "bpr" and self.scoring == "cosine":
            raise ValueError('BPR compares dot products, got scoring "cosine"; use "dot", or the loss "softmax"')


BPR_CONFIG = TrainConfig(
    scoring="dot", loss="bpr", learning_rate=0.01, weight_decay=0.0, n_epochs=60, validate_every=1, patience=10
)
"""The other teacher: BPR (see `bpr.py`)."""


NEWCOMER_CONFIG = TrainConfig(ego_dropout=0.5)
"""For parties that new guests join: `fold_in` gives them no layer-0 tag, and training with half of the guests' own tags
missing gets the films used to that. Chosen and measured by `tests/benchmarks/newcomers.py`."""


@dataclass(frozen=True)
class TrainResult:
    """What a run leaves behind.

    Attributes:
        history: one row per epoch: `epoch` (from 1), `loss`, `seconds`, and with validation `ndcg@10`.
        best_epoch: the epoch whose weights the model holds.
        interrupted: whether Ctrl-C (or a kernel interrupt) ended the run.
        state: give it to `train` to go on where the run stopped.
    """

    history: pd.DataFrame
    best_epoch: int
    interrupted: bool
    state: dict


@kept_memory()
@torch.enable_grad()  # and not as an interrupt of `no_grad`, of all moments, has left it: off for whatever comes later
def train(
    model: LightGCN,
    likes: Interactions,
    validation: Interactions | None = None,
    config: TrainConfig = TrainConfig(),
    on_epoch: Callable[[pd.DataFrame], bool | None] | None = None,
    state: dict | None = None,
) -> TrainResult:
    """Train, and leave the model at its best validation epoch, or at its last epoch if it was never validated.

    It never sees the test: graph, negatives and mask all come from `likes`. An interrupt ends the run after the last
    whole epoch, says so, and keeps what was learnt so far; so does an error in `on_epoch`, which is then raised.

    Args:
        model: trained in place, on the device it is on.
        likes: what to learn from.
        validation: hidden likes, which `evaluate` could look for; NDCG@10 on them decides when to stop and which epoch
            to keep.
        config: `embedding_dim`, `n_layers` and `scoring` are the model's own and are not read here.
        on_epoch: called after each epoch with the history so far; return True to stop.
        state: of an earlier `TrainResult` of the same settings, to go on from there up to `config.n_epochs`.

    Raises:
        ValueError: the model and the likes count other users or items, there is nothing to learn from, the loss does
            not go with the model's scoring, the state is of another run, or the loss is no longer a finite number; and
            whatever `check_hidden` refuses of the validation.
    """
    _check(model, likes, config, state)
    if validation is not None:
        check_hidden(validation, likes)  # now, and not after the epochs until the first look
    device = model.embedding.weight.device
    graph = to_device(adjacency(likes), device)
    generator = torch.Generator().manual_seed(config.seed)
    if config.loss == "bpr":
        objective = bpr_objective(model, graph, likes, config.reg_weight, generator)
    else:
        objective = softmax_objective(model, graph, likes, config.temperature, generator)
    rate = config.learning_rate
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=config.weight_decay, fused=True)
    if state is not None:
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(deepcopy(state["optimizer"]))  # Adam would go on in the state's own tensors
        generator.set_state(state["generator"])

    def reached(history: list[dict], best_epoch: int, best_weights: dict | None) -> dict:
        now = {"model": deepcopy(model.state_dict()), "optimizer": deepcopy(optimizer.state_dict())}
        return {**now, "generator": generator.get_state(), "config": config, "history": history,
                "best_epoch": best_epoch, "best_weights": best_weights or now["model"]}  # fmt: skip

    def ego_tags() -> Tensor:  # (N, d)
        if not config.ego_dropout:
            return model.embedding.weight
        keep = torch.ones(model.n_users + model.n_items, 1)
        keep[: model.n_users] = (torch.rand(model.n_users, 1, generator=generator) >= config.ego_dropout).float()
        return model.embedding.weight * keep.to(device)

    # `state` is replaced whole after each epoch: an interrupt finds the last epoch or this one, never a mixture.
    state = {**state, "config": config} if state is not None else reached([], 0, None)
    bar, interrupted = progress(range(len(state["history"]), config.n_epochs), "training"), False
    try:
        for epoch in bar:
            started, losses = time.perf_counter(), []
            optimizer.param_groups[0]["lr"] = rate * math.sqrt(1 - epoch / config.n_epochs) if config.decay else rate
            if config.loss == "bpr":
                steps = torch.randperm(len(likes), generator=generator).split(config.batch_size)
            else:
                steps = softmax_batches(likes, generator)
            for batch in steps:
                loss, total = objective(batch, ego_tags())
                optimizer.zero_grad()
                total.backward()
                optimizer.step()
                losses.append(loss.detach() * len(batch))
            row = {"epoch": epoch + 1, "loss": float(torch.stack(losses).sum()) / len(likes)}
            row["seconds"] = time.perf_counter() - started
            size = float(model.embedding.weight.detach().square().sum())  # the step may have spoilt the next loss
            if not math.isfinite(row["loss"] + size):
                got = f"the loss is {row['loss']} and the squared tags sum to {size}"
                raise ValueError(f"at epoch {row['epoch']} {got}; lower learning_rate, now {rate}")
            if validation is not None and row["epoch"] % config.validate_every == 0:
                k = min(10, likes.n_items)  # of fewer than ten items the top ten are all
                row["ndcg@10"] = float(evaluate(model.scorer(graph), validation, likes, k=(k,))[f"ndcg@{k}"].mean())
            best = max((earlier.get("ndcg@10", -1.0) for earlier in state["history"]), default=-1.0)
            is_best = row["ndcg@10"] > best if "ndcg@10" in row else best < 0  # the last epoch, until validated
            keep = (row["epoch"], None) if is_best else (state["best_epoch"], state["best_weights"])
            state = reached([*state["history"], row], *keep)
            bar.set_postfix_str(", ".join(f"{key} {row[key]:.3f}" for key in ("loss", "ndcg@10") if key in row))
            out_of_patience = "ndcg@10" in row and row["epoch"] - state["best_epoch"] >= config.patience
            if (on_epoch is not None and on_epoch(pd.DataFrame(state["history"]))) or out_of_patience:
                break
    except KeyboardInterrupt:
        interrupted = True
        print(f"Interrupted after {len(state['history'])} of {config.n_epochs} epochs; to go on: state=result.state")
    finally:
        bar.close()
        model.load_state_dict(state["best_weights"])
    return TrainResult(pd.DataFrame(state["history"]), state["best_epoch"], interrupted, state)


def fit(split: Split, config: TrainConfig = TrainConfig(), device: torch.device | str = "cpu") -> LightGCN:
    """Choose the number of epochs on validation, then train anew on train + validation for as many.

    The best of many noisy values is an epoch of luck, so the choice is made on their running mean (`steady_epoch`).

    Returns:
        the model, on `device`, to be used with `adjacency(split.fit)`.

    Raises:
        ValueError: the split has no validation part to choose the epochs on; and whatever `train` refuses.
        KeyboardInterrupt: it was interrupted; there is no half-finished model to return.
    """
    to_device(adjacency(split.train), device)  # before the model, which would say less
    first = train(build(split.train, config).to(device), split.train, split.validation, config)
    model = build(split.fit, config).to(device)
    n_epochs = first.best_epoch if first.interrupted else steady_epoch(first.history)
    if first.interrupted or train(model, split.fit, config=replace(config, n_epochs=n_epochs)).interrupted:
        raise KeyboardInterrupt("fit was interrupted, so there is no finished model; run it again")
    return model


def steady_epoch(history: pd.DataFrame, width: int = 9) -> int:
    """The epoch around which validation is best: of the running mean over `width` validations, centred, at the peak."""
    if "ndcg@10" not in history:
        return int(history["epoch"].iloc[-1])
    curve = history.dropna().set_index("epoch")["ndcg@10"].rolling(width, center=True, min_periods=1).mean()
    return int(curve.index[int(curve.argmax())])


def build(interactions: Interactions, config: TrainConfig) -> LightGCN:
    """An untrained model of the right size, on the CPU."""
    return LightGCN(*interactions.sizes, config.embedding_dim, config.n_layers, config.scoring, config.seed)


def _check(model: LightGCN, likes: Interactions, config: TrainConfig, state: dict | None) -> None:
    check_same_sizes("the model", (model.n_users, model.n_items), "the likes", likes.sizes)
    if not len(likes):
        raise ValueError("there is no like to learn from; train needs at least one pair")
    if config.loss == "bpr" and model.scoring != "dot":
        raise ValueError(f'BPR compares dot products, got a model scored by {model.scoring}; build it with "dot"')
    if state is None:
        return
    if not isinstance(state.get("config"), TrainConfig) or "model" not in state:
        raise ValueError("state must be the `state` of an earlier TrainResult")
    for field in fields(config):
        before, now = getattr(state["config"], field.name), getattr(config, field.name)
        if before != now and field.name not in ("n_epochs", "patience"):
            raise ValueError(f"the state was trained with {field.name}={before!r}, got {now!r}; keep it, or start anew")
    if state["model"]["embedding.weight"].shape != model.embedding.weight.shape:
        raise ValueError("the state is of a model of another size; build the model as it was built for that run")


check_kinds(__name__)
