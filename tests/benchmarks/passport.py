"""One list, five judges: `python -m tests.benchmarks.passport` writes the metric passport, in about half a minute.

The list is popularity on MovieLens 100K (split seed 0, learned from train + validation, full ranking), which the
course, PyTorch Geometric, LensKit, RecTools and implicit judge by their own code and defaults. Every value of every
user must equal what `course_lib/passport.py` says of it, or the run ends there.

LensKit and RecTools ask for older versions of NumPy and pandas than the course, so they get an environment of their
own, which is why they are in no extra of the course: `build/judges`, made at the first run (1.5 GB, minutes), or that
of the Python named as argument. implicit is the `pm-implicit` that RecTools brings.

It also writes `tests/passport_party.csv`, what they say of 40 guests of the made-up party, which the tests hold the
formulas to without the libraries.
"""

import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torch import Tensor
from torch_geometric.metrics import (
    LinkPredHitRatio,
    LinkPredMAP,
    LinkPredMRR,
    LinkPredNDCG,
    LinkPredPrecision,
    LinkPredRecall,
)

from course_lib.baselines import popularity
from course_lib.data import load_movielens
from course_lib.evaluation import evaluate, top_k
from course_lib.interactions import Split
from course_lib.passport import CONVENTIONS, mean_by_findable

ROOT = Path(__file__).parents[2]
PASSPORT = ROOT / "course_lib" / "tables" / "passport.csv"
PARTY = ROOT / "tests" / "passport_party.csv"
JUDGES = ROOT / "build" / "judges"
PACKAGES = ("lenskit==2025.8.1", "rectools==0.19.0", "pyarrow==22.0.0")  # a later pyarrow wants NumPy 2, RecTools 1
K = (10, 20)
PYG = {"hit": LinkPredHitRatio, "recall": LinkPredRecall, "ndcg": LinkPredNDCG, "precision": LinkPredPrecision,
       "map": LinkPredMAP, "mrr": LinkPredMRR}  # fmt: skip


def lists_of(split: Split) -> tuple[Tensor, Tensor, Tensor]:
    """Users with hidden likes `(B,)`, their popular films `(B, 20)`, which of all films they like `(B, n_items)`."""
    users = split.test.user.unique()
    return users, top_k(popularity(split.fit), users, split.fit, max(K))[0], split.test.rows(users)


def by_course_and_pyg(split: Split) -> tuple[dict[str, dict[str, list[float]]], dict[str, dict[str, float]]]:
    """Judge -> `metric@k` -> one value per user, and -> their mean, of the two that live here."""
    _, items, liked = lists_of(split)
    course = evaluate(popularity(split.fit), split.test, split.fit, K)
    values = {"course": {name: course[name].tolist() for name in course}, "PyG": {}}
    means = {"course": course.mean().to_dict(), "PyG": {}}
    for k in K:
        for name, kind in PYG.items():
            metric, single = kind(k), []
            metric.update(items, liked.nonzero().T)
            means["PyG"][f"{name}@{k}"] = float(metric.compute())
            for row, truth in zip(items, liked, strict=True):  # it keeps sums only, so users come one at a time
                metric.reset()
                metric.update(row[None], truth[None].nonzero().T)
                single.append(float(metric.compute()))
            values["PyG"][f"{name}@{k}"] = single
    return values, means


def by_others(python: Path, split: Split) -> dict[str, dict]:
    """What `judges.py` answers."""
    _, items, liked = lists_of(split)
    truth = [row.nonzero().squeeze(1).tolist() for row in liked]
    task = json.dumps({"k": K, "lists": items.tolist(), "truth": truth})
    script = Path(__file__).with_name("judges.py")
    return json.loads(
        subprocess.run([python, script], input=task, check=True, stdout=subprocess.PIPE, text=True).stdout
    )


def check(split: Split, values: dict, means: dict) -> None:
    """Every user's value, and every mean, is what the formula of its convention gives."""
    _, items, liked = lists_of(split)
    hits, n_relevant = liked.gather(1, items), liked.sum(dim=1)
    for (name, judge), (formula, _) in CONVENTIONS.items():
        for k in K:
            expected = formula(hits[:, :k], n_relevant)
            np.testing.assert_allclose(values[judge][f"{name}@{k}"], expected, atol=1e-6, err_msg=f"{judge} {name}@{k}")
            pooled = (name, judge) == ("precision", "implicit")
            mean = mean_by_findable(expected, hits[:, :k], n_relevant) if pooled else expected.mean()
            np.testing.assert_allclose(means[judge][f"{name}@{k}"], mean, atol=1e-6, err_msg=f"mean {judge} {name}@{k}")


def judges_python() -> Path:
    """The Python that has the judges: the argument, or the environment made for them."""
    if len(sys.argv) > 1:
        return Path(sys.argv[1])
    python = JUDGES / "bin" / "python"
    if not (JUDGES / ".done").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", JUDGES], check=True)
        same_torch = f"torch=={version('torch').split('+')[0]}"
        subprocess.run([python, "-m", "pip", "install", "--quiet", same_torch, *PACKAGES], check=True)
        (JUDGES / ".done").touch()
    return python


def judge_all(python: Path, split: Split) -> tuple[dict, dict, dict]:
    """Versions, values and means of all five judges, checked."""
    values, means = by_course_and_pyg(split)
    others = by_others(python, split)
    versions = {"course": version("course_lib"), "PyG": version("torch_geometric"), **others["versions"]}
    values, means = values | others["values"], means | others["means"]
    check(split, values, means)
    return versions, values, means


def main() -> None:
    """Write both tables and print the passport."""
    data = load_movielens()
    if data.source.startswith("MADE-UP DATA"):
        raise SystemExit(f"The passport is of MovieLens 100K, and the data at hand is: {data.source}.")
    python = judges_python()
    versions, _, means = judge_all(python, data.split(0))
    rows = [
        (f"{name}@{k}", judge, versions[judge], f"{means[judge][f'{name}@{k}']:.6f}", text)
        for k in K
        for (name, judge), (_, text) in CONVENTIONS.items()
    ]
    table = pd.DataFrame(rows, columns=["metric", "judge", "version", "value", "convention"])
    PASSPORT.parent.mkdir(exist_ok=True)
    table.to_csv(PASSPORT, index=False, lineterminator="\n")

    party = load_movielens("party").split(0)
    _, values, _ = judge_all(python, party)
    columns = {f"{judge} {name}": value for judge in values for name, value in values[judge].items()}
    users = lists_of(party)[0]
    by_user = pd.DataFrame(columns, index=pd.Index(users.numpy(), name="user")).iloc[:40]
    by_user.drop(columns=[name for name in by_user if name.startswith(("course", "PyG"))]).round(6).to_csv(
        PARTY, lineterminator="\n"
    )
    print(table.to_string(index=False))


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
