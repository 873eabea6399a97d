"""LightGCN with BPR on more than one machine, by PyTorch's own engine:

    torchrun --nproc-per-node 2 -m course_lib.distributed pairs.txt

Each line of the file is `user item item ...`, whole numbers from 0, as the authors of LightGCN write it. Every process
(a rank) keeps the likes of a share of the users, and all tags. A round of gossip is a sum over likes, so each rank adds
up what its own likes carry and one `all_reduce` adds the ranks' sums; on the way back it adds their gradients. Ranks
speak by NCCL if there is a GPU for each, else by Gloo. All draws are made for the whole batch, from the seed, the epoch
and the step, and each rank takes those of its users: any number of ranks learns the same weights, up to rounding. After
each epoch the checkpoint beside the file is replaced as a whole; the same command goes on from it, also with another
number of ranks, and `LightGCN.load_state_dict(torch.load(path)["model"])` reads the tags.

What MovieLens 32M needs, on paper. 200,948 guests and 87,585 films are N = 288,533 tags; of 32,000,204 ratings about
half are likes, E = 16 million. With d = 64 and 2 rounds:

- Memory while it learns: a table of tags is 4 N d bytes = 74 MB; weights, gradient and Adam's two are 4 of them, the
  rounds and the way back about 6 more, a batch's tags 0.3 GB: 1.1 GB on every rank, however many there are. The matrix
  (24 E bytes) and the likes with their look-up (24 E) are shared: 0.8 GB over the number of ranks.
- Memory at the start, which is the peak: 80 E bytes = 1.3 GB to read the file, on every rank, and 135 E = 2.2 GB over
  the number of ranks to make the matrix (as measured at 4 million likes). 3.7 GB alone, 2.6 GB each for two.
- Work: a round reads a tag per direction of each like, 8 E d bytes = 8 GB; a step has 4 rounds, there and back, and so
  33 GB, over the number of ranks, whatever the batch. So the batch must be large: at 65,536 an epoch has 245 steps. At
  the 130 ns per like and step that one core took for 4 million, a step is 2.1 s and an epoch 8.5 minutes.
- Moved: 5 tables per step, one per round and one for the weights' gradient: 370 MB, of which each of W ranks sends
  2 (W - 1) / W. On a 10-gigabit line that is 0.3 s for two ranks: an epoch of two one-core machines is 5.5 minutes.

The other cut, a share of each tag's numbers per rank, would move no tags at all, but every rank would hold every like.
"""

import argparse
import io
import math
import os
import pickle
import resource
import sys
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import Tensor

from course_lib.files import write_whole
from course_lib.formats import read_pairs
from course_lib.graph import propagate, sparse_matrix, to_device
from course_lib.interactions import Interactions, check_room
from course_lib.lightgcn import LightGCN
from course_lib.training import BPR_CONFIG, TrainConfig

SETTINGS = ("embedding_dim", "n_layers", "learning_rate", "weight_decay", "reg_weight", "batch_size", "seed")
"""The fields of a `TrainConfig` that decide what is learned here; with other ones a checkpoint is of another run."""


@dataclass(frozen=True)
class Share:
    """What one rank holds: some users' likes, and what they carry in a round of gossip.

    Attributes:
        likes: those of its users only.
        start: the place of its first like among all, which are sorted by user.
        n_likes: of all ranks.
        checksum: of all ranks' likes.
        graph: the cells of the normalised adjacency matrix that its likes fill, `(N, N)` sparse CSR, symmetric. The
            sum over the ranks is the matrix of `graph.adjacency`.
    """

    likes: Interactions
    start: int
    n_likes: int
    checksum: int
    graph: Tensor


def share_of(likes: Interactions, rank: int, n_ranks: int) -> Share:
    """The share of one rank: whole users, in order, with about as many likes as any other rank's.

    Args:
        likes: sorted by user, as `read_pairs` returns them.

    Raises:
        ValueError: a user likes every item, so that there is no negative.
    """
    cuts = likes.user[[len(likes) * other // n_ranks for other in range(n_ranks)]]
    starts = [*torch.searchsorted(likes.user, cuts).tolist(), len(likes)]
    mine = slice(starts[rank], starts[rank + 1])
    user, item = likes.user[mine].clone(), likes.item[mine].clone()  # copies, so that the others' likes can go
    check_room(likes, user)
    weight = (likes.user_degree()[user] * likes.item_degree()[item]).float().rsqrt()
    to_item = torch.stack([user, likes.n_users + item])
    edges = torch.cat([to_item, to_item.flip(0)], dim=1)
    graph = sparse_matrix(edges, weight.repeat(2), likes.n_users + likes.n_items)
    checksum = zlib.crc32(likes.keys.numpy().data)
    return Share(Interactions(user, item, *likes.sizes), mine.start, len(likes), checksum, graph)


def triples(share: Share, batch_size: int, seed: int, epoch: int) -> Iterator[tuple[Tensor, int]]:
    """The steps of one epoch: this rank's `(3, b)` users, liked items and negatives, and the size B of the whole batch.

    The order of the likes and all candidates for a negative are drawn for all ranks; b is 0 where no like of the
    batch is this rank's. A negative is the first candidate that its user does not like.
    """
    order = torch.from_numpy(np.random.default_rng([seed, epoch]).permutation(share.n_likes))
    for step, batch in enumerate(order.split(batch_size)):
        place = batch - share.start
        mine = (place >= 0) & (place < len(share.likes))
        user, liked = share.likes.user[place[mine]], share.likes.item[place[mine]]
        draws = np.random.default_rng([seed, epoch, step])
        negative, again = torch.zeros_like(user), torch.ones_like(user, dtype=torch.bool)
        while again.any():
            candidates = torch.from_numpy(draws.integers(share.likes.n_items, size=len(batch)))[mine]
            negative = torch.where(again, candidates, negative)
            again = share.likes.contains(user, negative)
        yield torch.stack([user, liked, negative]), len(batch)


class _SharedGossip(torch.autograd.Function):
    """A round of gossip through a matrix that is the sum of the ranks' parts.

    Tags are whole on every rank, and gradients are the rank's own part, until they are added up: on the way back here,
    and at last before the optimizer's step.
    """

    @staticmethod
    def forward(ctx, part: Tensor, x: Tensor) -> Tensor:
        ctx.part = part
        heard = propagate(part, x)
        dist.all_reduce(heard)
        return heard

    @staticmethod
    def backward(ctx, *gradients: Tensor) -> tuple[None, Tensor]:
        gradient = gradients[0].clone()  # others may read the one that was given
        dist.all_reduce(gradient)
        return None, propagate(ctx.part, gradient)


def share_of_objective(
    model: LightGCN, graph: Tensor, batch: Tensor, n_batch: int, reg_weight: float
) -> tuple[Tensor, Tensor]:
    """This rank's part of what `bpr.bpr_objective` returns: over all ranks they add up to its loss and objective.

    Args:
        graph: of the rank's share.
        batch: `(3, b)` of `triples`.
        n_batch: B, the size of the whole batch.
    """
    ego = model.embedding.weight
    layers = [ego]
    for _ in range(model.n_layers):
        layers.append(_SharedGossip.apply(graph, layers[-1]))
    tags = sum(layers[1:], start=ego) / len(layers)
    nodes = (batch + torch.tensor([[0], [model.n_users], [model.n_users]])).to(ego.device)
    tag, raved, random = F.embedding(nodes, tags)
    loss = F.softplus((tag * random).sum(dim=1) - (tag * raved).sum(dim=1)).sum() / n_batch
    return loss, loss + reg_weight * F.embedding(nodes, ego).square().sum() / (2 * n_batch)


def train_distributed(
    share: Share, config: TrainConfig, checkpoint: Path, device: torch.device | str = "cpu"
) -> LightGCN:
    """Train with the other ranks of the process group, or go on from the checkpoint; every rank returns the same model.

    Args:
        share: this rank's.
        config: its fields in `SETTINGS`, and `n_epochs`.
        checkpoint: a file that every rank can read; rank 0 writes it after each epoch.

    Raises:
        ValueError: the checkpoint is of another run, or the loss is no finite number.
    """
    model = LightGCN(*share.likes.sizes, config.embedding_dim, config.n_layers, seed=config.seed).to(device)
    optimizer = torch.optim.AdamW(
        model.parameters(), config.learning_rate, weight_decay=config.weight_decay, fused=True
    )
    run = {"checksum of the likes": share.checksum, **{name: getattr(config, name) for name in SETTINGS}}
    n_done = _load(checkpoint, model, optimizer, run)
    dist.barrier()  # nobody replaces the checkpoint before all have read it
    if dist.get_rank() == 0 and n_done:
        print(f"going on from {checkpoint}, after epoch {n_done} of {config.n_epochs}", flush=True)
    graph = to_device(share.graph, device)
    for epoch in range(n_done, config.n_epochs):
        started, total = time.perf_counter(), torch.zeros((), device=device)
        for batch, n_batch in triples(share, config.batch_size, config.seed, epoch):
            loss, objective = share_of_objective(model, graph, batch, n_batch, config.reg_weight)
            optimizer.zero_grad()
            objective.backward()
            dist.all_reduce(model.embedding.weight.grad)
            optimizer.step()
            total += loss.detach() * n_batch / share.n_likes
        dist.all_reduce(total)
        if not math.isfinite(float(total)):
            raise ValueError(f"at epoch {epoch + 1} the loss is {float(total)}; lower the learning rate")
        if dist.get_rank() == 0:
            file = io.BytesIO()
            torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "run": run,
                        "n_epochs": epoch + 1}, file)  # fmt: skip
            write_whole(checkpoint, file.getvalue())
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 if sys.platform == "darwin" else 1024)
            seconds = time.perf_counter() - started
            print(f"epoch {epoch + 1}: loss {float(total):.4f}, {seconds:.2f} s, peak {peak:.0f} MB", flush=True)
    return model


def _load(checkpoint: Path, model: LightGCN, optimizer: torch.optim.Optimizer, run: dict) -> int:
    """The number of epochs that the checkpoint has behind it, 0 if there is none."""
    if not checkpoint.exists():
        return 0
    advice = "move it away to start anew, or name another by --checkpoint"
    try:
        saved = torch.load(checkpoint, map_location="cpu", weights_only=True)
        if not isinstance(saved, dict):
            raise TypeError
        before, weights = saved["run"], saved["model"]["embedding.weight"]
    except (pickle.UnpicklingError, RuntimeError, EOFError, LookupError, TypeError) as error:
        raise ValueError(f"{checkpoint} is no checkpoint of this program ({type(error).__name__}); {advice}") from error
    if weights.shape != model.embedding.weight.shape:
        sizes = f"{tuple(weights.shape)} tags, this run {tuple(model.embedding.weight.shape)}"
        raise ValueError(f"{checkpoint} is of other sizes: it holds {sizes}; {advice}")
    for name, value in run.items():
        if before.get(name) != value:
            raise ValueError(f"{checkpoint} was made with {name} = {before.get(name)}, this run has {value}; {advice}")
    model.load_state_dict(saved["model"])
    optimizer.load_state_dict(saved["optimizer"])
    return saved["n_epochs"]


def main() -> None:
    """The command line; whatever is wrong ends it with one sentence."""
    parser = argparse.ArgumentParser(prog="torchrun --nproc-per-node N -m course_lib.distributed", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("pairs", type=Path, help="a file of lines `user item item ...`")
    parser.add_argument(
        "--checkpoint", type=Path, help="where to keep the state; pairs.pt beside pairs.txt if left out"
    )
    parser.add_argument("--epochs", type=int, default=BPR_CONFIG.n_epochs)
    parser.add_argument("--batch-size", type=int, default=65_536, help="likes per step, over all ranks")
    parser.add_argument("--layers", type=int, default=BPR_CONFIG.n_layers, help="rounds of gossip")
    parser.add_argument("--dim", type=int, default=BPR_CONFIG.embedding_dim, help="numbers on a tag")
    args = parser.parse_args()
    rank, n_ranks = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
    try:
        config = replace(BPR_CONFIG, n_epochs=args.epochs, batch_size=args.batch_size, n_layers=args.layers,
                         embedding_dim=args.dim)  # fmt: skip
        share = share_of(read_pairs(args.pairs), rank, n_ranks)
        local = int(os.environ.get("LOCAL_RANK", 0))
        on_gpu = torch.cuda.device_count() >= int(os.environ.get("LOCAL_WORLD_SIZE", 1))
        device = torch.device("cuda", local) if on_gpu else torch.device("cpu")
        if on_gpu:
            torch.cuda.set_device(device)
        backend = "nccl" if on_gpu else "gloo"
        if "RANK" in os.environ:
            dist.init_process_group(backend)
        else:  # without torchrun
            dist.init_process_group(backend, store=dist.HashStore(), rank=0, world_size=1)
        try:
            train_distributed(share, config, args.checkpoint or args.pairs.with_suffix(".pt"), device)
        finally:
            dist.destroy_process_group()
    except OSError as error:
        sys.exit(f"{error.filename or args.pairs} cannot be used: {error.strerror or error}")
    except ValueError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
    # Gloo's threads may still hold the last all_reduce's tensors. Where they let go of them while Python is being taken
    # down, the process aborts ("terminate called without an active exception"), after all is done and written.
    sys.stdout.flush()
    os._exit(0)
