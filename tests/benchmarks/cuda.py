"""The same numbers on a CUDA GPU, and how fast: `make cuda`, five minutes; it says so where there is no GPU.

- `fit` with the default setting on MovieLens, on both devices: NDCG@10 on the test part within .003 of each other (the
  sums of a GPU come in another order, and two hundred epochs carry the difference on).
- The trained part of the Gowalla table on the GPU: recall@20 within .003 of the row that a CPU wrote.
- One layer, there and back, at 1e4 to 1e7 likes: the CPU's numbers to 1e-4, and the milliseconds of ours,
  `torch.sparse.mm` and PyG's LGConv.

Nothing in the course needs a GPU.
"""

import sys
import time

import torch

from course_lib.data import load_gowalla, load_movielens
from course_lib.evaluation import evaluate
from course_lib.graph import adjacency, edge_index, propagate, to_device
from course_lib.tables import stored
from course_lib.training import build, fit, train
from tests.benchmarks import gowalla
from tests.benchmarks.growth import CSR, DIM, LGCONV, OURS, SIZES, long_tailed, there_and_back

CLOSE = 0.003


def the_fit() -> float:
    """How far apart the two devices end on MovieLens."""
    split = load_movielens().split(seed=0)
    found = {}
    for device in ("cpu", "cuda"):
        started = time.perf_counter()
        model = fit(split, device=device)
        seconds = time.perf_counter() - started
        scorer = gowalla.on_cpu(model.scorer(to_device(adjacency(split.fit), device)))
        found[device] = float(evaluate(scorer, split.test, split.fit, k=(10,))["ndcg@10"].mean())
        print(f"fit on {device}: NDCG@10 {found[device]:.4f} in {seconds:.1f} s", flush=True)
    return abs(found["cpu"] - found["cuda"])


def the_places() -> float:
    """How far the trained part of the Gowalla table is from its stored row."""
    split = load_gowalla()
    started = time.perf_counter()
    model = build(split.train, gowalla.SOFTMAX).to("cuda")
    train(model, split.train, config=gowalla.SOFTMAX)
    seconds = time.perf_counter() - started
    power = gowalla.POWER["LightGCN-softmax"]
    tags = gowalla.by_length(model, to_device(adjacency(split.train), "cuda"), power)
    recall, ndcg = gowalla.figures(gowalla.on_cpu(tags), split.test, split.train)
    print(
        f"Gowalla, LightGCN-softmax on cuda: recall@20 {recall}, NDCG@20 {ndcg}, trained in {seconds:.0f} s", flush=True
    )
    table = stored("gowalla")
    return abs(recall - float(table.loc[table["model"] == "LightGCN-softmax", "recall@20"].iloc[0]))


def the_growth() -> float:
    """The largest difference of a layer's output or gradient between the devices; prints the times."""
    from torch_geometric.nn import LGConv

    furthest = 0.0
    for n_likes in SIZES:
        likes = long_tailed(n_likes)
        graph, x = adjacency(likes), torch.randn(sum(likes.sizes), DIM, generator=torch.Generator().manual_seed(0))
        moved, there, edges, conv = to_device(graph, "cuda"), x.cuda(), edge_index(likes).cuda(), LGConv().cuda()
        furthest = max(furthest, float((propagate(moved, there).cpu() - propagate(graph, x)).abs().max()))
        contestants = {
            OURS: lambda x, graph=moved: propagate(graph, x),
            CSR: lambda x, graph=moved: torch.sparse.mm(graph, x),
            LGCONV: lambda x, edges=edges, conv=conv: conv(x, edges),
        }
        taken = []
        for name, layer in contestants.items():
            run = there_and_back(layer, there)
            run()
            torch.cuda.synchronize()
            started = time.perf_counter()
            for _ in range(10):
                run()
            torch.cuda.synchronize()
            taken.append(f"{name} {100 * (time.perf_counter() - started):.2f} ms")
        print(f"{n_likes:>10,} likes, one layer there and back: " + ", ".join(taken), flush=True)
    return furthest


def main() -> None:
    """Run all three and exit with 1 if one of them is not close."""
    if not torch.cuda.is_available():
        sys.exit("there is no CUDA GPU here, so nothing was checked; the course does not need one")
    print(torch.cuda.get_device_name(), torch.__version__)
    apart = {"fit": the_fit() < CLOSE, "Gowalla": the_places() < CLOSE, "growth": the_growth() < 1e-4}
    sys.exit("; ".join(f"{name} is not close" for name, close in apart.items() if not close) or None)


if __name__ == "__main__":
    main()
