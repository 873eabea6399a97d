"""What each bug of the museum does: `python -m tests.benchmarks.museum` writes `course_lib/tables/museum.csv`.

Protocol: likes are ratings >= 4; 20 % of each user's likes hidden at random (split seeds 0-2); fitted on train +
validation, judged on the test pairs, full ranking with train + validation masked, mean over users, NDCG@10. One
model, LightGCN with BPR as in the ladder, but for 40 epochs always, so that nothing but the bug differs. A bug of the
graph or of the learning has a run of its own and is judged the right way; a bug of the judging gets the right model.
Two exhibits are measured on something else, and `on` says so: ties need a scorer that has them, and the pipeline with
three bugs is a model of its own, with 20 epochs.
"""

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import torch
from torch import Tensor

from course_lib.bpr import l2_penalty
from course_lib.classroom.museum import MUSEUM, ndcg
from course_lib.classroom.three_bugs import THREE_BUGS, pipeline_with_three_bugs, repaired
from course_lib.evaluation import Scorer
from course_lib.graph import sparse_matrix
from course_lib.interactions import Interactions, Split
from course_lib.training import BPR_CONFIG, TrainConfig, build
from tests.benchmarks.ladder import ROOT, real_movielens

TABLE = ROOT / "course_lib" / "tables" / "museum.csv"
SEEDS = (0, 1, 2)
CONFIG = replace(BPR_CONFIG, n_epochs=40, batch_size=4096)
RIGHT = {bug.right.__name__: bug.right for bug in MUSEUM}
WRONG = {bug.name: {**RIGHT, bug.right.__name__: bug.wrong} for bug in MUSEUM}


def matrix(edges: Tensor, n_nodes: int) -> Tensor:
    """The normalised adjacency of any edge index, as PyG makes it: a node that nobody speaks to has weight 0."""
    source, target = edges
    root = torch.bincount(target, minlength=n_nodes).rsqrt().nan_to_num(posinf=0)
    return sparse_matrix(edges, root[source] * root[target], n_nodes)


def graph(split: Split, parts: dict[str, Callable]) -> Tensor:
    """From edges if the bug is in the edges, else from the split."""
    if parts["edge_index"] is RIGHT["edge_index"]:
        return parts["graph_of_fit"](split)
    return matrix(parts["edge_index"](split.fit), split.fit.n_users + split.fit.n_items)


def rehearse(split: Split, parts: dict[str, Callable], config: TrainConfig = CONFIG) -> Scorer:
    """The loop of `course_lib.training.train`, with every part that a bug can sit in left open."""
    fit, model, adjacency = split.fit, build(split.fit, config), graph(split, parts)
    generator = torch.Generator().manual_seed(config.seed)
    optimizer = torch.optim.AdamW(model.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay)
    for _ in range(config.n_epochs):
        for batch in torch.randperm(len(fit), generator=generator).split(config.batch_size):
            user, positive = fit.user[batch], fit.item[batch]
            negative = parts["unknown_negatives"](user, split, generator)
            users, items = model(adjacency)
            ego = model.embedding.weight
            loss = parts["bpr_loss"]((users[user] * items[positive]).sum(1), (users[user] * items[negative]).sum(1))
            penalty = l2_penalty(ego[user], ego[fit.n_users + positive], ego[fit.n_users + negative])
            parts["step"](loss + config.reg_weight * penalty, optimizer)
    users, items = (tags.detach() for tags in parts["final_tags"](model, adjacency))
    return lambda indices: users[indices] @ items.T


def constant(interactions: Interactions) -> Scorer:
    """The same score for everything."""
    return lambda users: torch.zeros(len(users), interactions.n_items)


def measure(split: Split, config: TrainConfig = CONFIG) -> list[dict]:
    """NDCG@10 without a bug, and with each."""
    judged = (split.test, split.fit)
    right = rehearse(split, RIGHT, config)
    rows = [{"bug": "none", "on": "LightGCN-BPR", "ndcg@10": ndcg(right, *judged).mean()}]
    for bug in MUSEUM:
        model, on = right, "LightGCN-BPR"
        if bug.right is not ndcg:
            model = rehearse(split, WRONG[bug.name], config)
        elif bug.name == "ties_in_index_order":
            model, on = constant(split.fit), "a constant scorer"
            rows.append({"bug": "none", "on": on, "ndcg@10": ndcg(model, *judged).mean()})
        rows.append({"bug": bug.name, "on": on, "ndcg@10": WRONG[bug.name]["ndcg"](model, *judged).mean()})
    return rows + pipeline_rows(split)


def pipeline_rows(split: Split) -> list[dict]:
    """The pipeline of notebook 10 as it is, and with its bugs repaired."""
    on = "the pipeline of notebook 10"
    return [
        {"bug": "none", "on": on, "ndcg@10": repaired(*THREE_BUGS)(split)},
        {"bug": "three at once", "on": on, "ndcg@10": pipeline_with_three_bugs(split)},
    ]


def main() -> None:
    """Measure all and write the table."""
    data = real_movielens()
    rows = []
    for seed in SEEDS:
        split = data.split(seed)
        rows += [{"split_seed": seed, **row, "ndcg@10": round(float(row["ndcg@10"]), 4)} for row in measure(split)]
        print(pd.DataFrame(rows).query("split_seed == @seed").to_string(), flush=True)
    table = pd.DataFrame(rows)[["bug", "on", "split_seed", "ndcg@10"]]
    table.to_csv(TABLE, index=False)
    print(table.groupby(["bug", "on"], sort=False)["ndcg@10"].agg(["mean", "min", "max"]).round(3).to_string())


if __name__ == "__main__":
    main()
