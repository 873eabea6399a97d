"""Every public function of the library with arguments of every kind, right and wrong.

What comes back keeps its invariants, or a `ValueError` or `TypeError` says in a sentence what was wrong. Anything else,
an `IndexError` from inside, a silent NaN, a dead process, is a bug. `COURSE_LIB_FUZZ` is the number of examples.
"""

import inspect
import math
import os
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

import course_lib
from course_lib.baselines import popularity
from course_lib.evaluation import Matchmaker
from course_lib.graph import adjacency, edge_index
from course_lib.interactions import Interactions, Split, split_per_user, to_likes
from course_lib.lightgcn import LightGCN
from course_lib.party import paper_party
from course_lib.training import BPR_CONFIG, TrainConfig, train

EXAMPLES = int(os.environ.get("COURSE_LIB_FUZZ", "500"))
SLOW = {"tsne", "seating_plan", "measured"}  # seconds a call: their own tests try what they refuse
OUTCOMES = Counter[str]()  # which `make fuzz` reads
TINY = TrainConfig(embedding_dim=4, n_epochs=1, validate_every=1)


def shop() -> Split:
    """Three users, twelve items, half of the likes hidden."""
    pairs = [(user, item) for user in range(3) for item in range(12) if (user + 2 * item) % 3]
    table = pd.DataFrame(pairs, columns=["user_id", "item_id"]).assign(rating=5.0)
    return split_per_user(to_likes(table), test=0.3, validation=0.3)


@cache
def pool() -> dict[str, list]:
    """What is handed over, by kind; made once, as no function may change what it is given."""
    paper, split = paper_party(), shop()
    model, other = LightGCN(3, 4, 4, 2), LightGCN(3, 12, 4, 2, "cosine")
    flat = LightGCN(3, 12, 4, 0)
    graph = adjacency(split.fit)
    ratings = pd.DataFrame({"user_id": [1, 1, 2], "item_id": ["a", "b", "a"], "rating": [5, 2, 4.5]})
    state = train(LightGCN(3, 12, 4, 2, "cosine"), split.train, config=TINY).state
    index = [torch.tensor(x) for x in ([0], [0, 1], [2, 0, 1], [3], [-1], [11], [0, 0], [99])]
    one = torch.ones
    tensors = [torch.zeros(0), torch.zeros(0, 4), one(3, 12), one(15, 4), torch.eye(4), one(3, 12).bool(), one(2, 2, 2),
               one(2, 3).bool(), torch.zeros(2, 3).bool(), torch.arange(12.0), torch.tensor(1), one(3, 12).long(),
               torch.tensor([math.nan, 1.0]), torch.tensor([math.inf, 0.0]), edge_index(paper), one(15, 4).double(),
               *torch.randn(2, 12, generator=torch.Generator().manual_seed(0)), torch.tensor([1.0 + 1j]),
               torch.zeros(0, dtype=torch.int64), paper.user, paper.item]  # fmt: skip
    scalars = [None, True, False, -1, 0, 1, 2, 3, 11, 12, 50, 0.5, 2.0, -0.5, math.nan, math.inf, "a", "", b"a", 1j]
    lists = [[], [0], [0, 1], [0, 0], (1, 2), {0, 1}, ["a"], [None], [0.5], [[0]], np.arange(3), np.eye(3), range(2),
             {}, pd.Series([0.5, 1.0]), pd.Series([0.25, math.nan]), pd.Series([], dtype=float), {"a": 1}]  # fmt: skip
    scorers = [popularity(split.fit), popularity(paper), other.scorer(graph), lambda users: one(len(users), 12),
               lambda users: one(3), lambda users: None, lambda users: one(len(users), 12) * math.nan]  # fmt: skip
    tables = [ratings, to_likes(ratings), pd.DataFrame(), ratings.assign(rating=math.nan), ratings.iloc[:, ::-1],
              pd.DataFrame({"item_id": [0, 1], "title": ["A", "B"]}), pd.DataFrame({"item_id": [0, 0]}),
              pd.DataFrame({"a": [object()]})]  # fmt: skip
    return {
        "Interactions": [paper, split.fit, split.train, split.test, Interactions(*torch.zeros(2, 0).long(), 3, 12)],
        "Split": [split],
        "LightGCN": [model, other, flat],
        "graph": [graph, adjacency(paper), graph.to_dense(), adjacency(Interactions(*torch.zeros(2, 0).long(), 3, 12))],
        "Tensor": index + tensors,
        "DataFrame": tables,
        "Scorer": scorers,
        "TrainConfig": [TINY, replace(BPR_CONFIG, embedding_dim=4, n_epochs=1)],
        "dict": [state, {}, {"config": TINY}],
        "scalar": scalars,
        "list": lists,
    }  # fmt: skip


def functions() -> dict[str, tuple]:
    """The public functions of every module that looks at kinds, by name, and the methods of three classes."""
    found = {}
    for path in sorted(Path(course_lib.__file__).parent.glob("*.py")):
        if path.read_text().endswith("check_kinds(__name__)\n"):
            module = import_module(f"course_lib.{path.stem}")
            for name, thing in vars(module).items():
                ours = getattr(thing, "__module__", "") == module.__name__ and not name.startswith("_")
                if ours and inspect.isfunction(thing) and name not in SLOW and path.stem not in ("saving", "sparse"):
                    found[f"{path.stem}.{name}"] = (thing, None)
                elif ours and thing in (Interactions, Split, LightGCN):
                    for method, function in vars(thing).items():
                        if inspect.isfunction(function) and not method.startswith("_"):
                            found[f"{name}.{method}"] = (function, name)
    return found


FUNCTIONS = functions()


def right_kinds(name: str, note: str) -> list[str]:
    """Keys of the pool that fit a parameter, by its name and what its annotation says."""
    if name == "graph":
        return ["graph"]
    kinds = [kind for kind in ("Interactions", "Split", "LightGCN", "DataFrame", "TrainConfig", "dict") if kind in note]
    kinds += ["Tensor"] * ("Tensor" in note) + ["Scorer"] * ("Scorer" in note or "Callable" in note)
    kinds += ["list"] * any(word in note for word in ("Sequence", "Ids", "Iterable", "Collection", "ndarray", "Series"))
    return kinds + ["scalar"] * (not kinds or "None" in note or "int" in note or "Hashable" in note)


class TheirOwn(Exception):
    """An error in a function that the caller handed over, or in taking the truth of what it returned."""


def marked(theirs: Callable) -> Callable:
    """The caller's `on_epoch`, whose errors are told from the library's."""

    def on_epoch(history: pd.DataFrame):
        try:
            answer = theirs(history)
            bool(answer)  # of a tensor of two there is none
        except Exception as error:
            raise TheirOwn from error
        return answer

    return on_epoch


def call(choose) -> tuple[str, Callable, list]:
    """A function's name, a call of it and what is handed over, all by a function that chooses from a list."""
    name = choose(sorted(FUNCTIONS))
    function, owner = FUNCTIONS[name]
    args, kwargs = [], {}
    for parameter in inspect.signature(function).parameters.values():
        kinds = [owner] if parameter.name == "self" else right_kinds(parameter.name, str(parameter.annotation))
        if parameter.name != "self" and choose(range(6)) == 0:
            kinds = list(pool())
        elif parameter.default is not parameter.empty and choose((False, True)):
            continue
        value = choose(pool()[choose(kinds)])
        if parameter.kind is parameter.VAR_POSITIONAL:
            args.append(value)
        else:
            kwargs[parameter.name] = value
    given = [*args, *kwargs.values()]
    if callable(kwargs.get("on_epoch")):
        kwargs["on_epoch"] = marked(kwargs["on_epoch"])
    return name, partial(function, *args, **kwargs), given


@st.composite
def calls(draw):
    return call(lambda options: draw(st.sampled_from(options)))


def numbers(value) -> list[Tensor]:
    """All decimals that a value holds."""
    if isinstance(value, Tensor):
        value = value.values() if value.layout == torch.sparse_csr else value
        return [value.detach().flatten()] if value.is_floating_point() else []
    if isinstance(value, float | np.floating):
        return [torch.tensor([float(value)])]
    if isinstance(value, np.ndarray | pd.Series | pd.Index):
        return [torch.tensor(np.asarray(value, dtype=float).ravel())] if np.asarray(value).dtype.kind == "f" else []
    if isinstance(value, pd.DataFrame):
        return [part for column in value for part in numbers(value[column])]
    if isinstance(value, list | tuple):
        return [part for each in value for part in numbers(each)]
    return []


def finite(value) -> bool:
    return all(part.isfinite().all() for part in numbers(value))


SHARES = ("hit_rate_at_k", "recall_at_k", "ndcg_at_k", "coverage_at_k", "evaluate")


def check(name: str, result, given_finite: bool) -> None:
    """What holds for every result, and for some more."""
    if isinstance(result, Matchmaker):
        for who in (torch.tensor([0]), torch.tensor([-1]), [0]):
            said(name, partial(result, who), given_finite)
        for liked in (torch.tensor([0]), torch.tensor([99]), torch.tensor([-1])):
            said(name, partial(result.newcomer, liked), given_finite)
    elif name != "evaluation.top_k" and given_finite:  # seen items are marked by -inf
        assert finite(result), f"{name} returned {result}, and nothing but finite numbers went in"
    if name.split(".")[1] in SHARES:
        assert all(((part >= 0) & (part <= 1)).all() for part in numbers(result)), f"{name} returned {result}"
    if name == "recommendation.recommend":
        assert result["rank"].tolist() == list(range(1, len(result) + 1)) and result["item_id"].is_unique
        assert result["score"].is_monotonic_decreasing
    if name == "graph.adjacency":
        assert torch.equal(result.to_dense(), result.to_dense().T)
    if name == "interactions.split_per_user":
        assert not result.fit.contains(result.test.user, result.test.item).any()


def said(name: str, tried: Callable, given_finite: bool) -> None:
    """A result that holds what it should, or an error that says something."""
    try:
        result = tried()
        if inspect.isgenerator(result):
            result = list(result)
        OUTCOMES["came back"] += 1
    except (ValueError, TypeError) as error:
        OUTCOMES["refused"] += 1
        assert len(str(error).split()) >= 3, f"{name} said only {error!r}"
        return
    except TheirOwn:
        return
    check(name, result, given_finite)


@settings(max_examples=EXAMPLES, derandomize="COURSE_LIB_FUZZ" not in os.environ)
@given(calls())
def test_a_call_keeps_its_promise_or_says_what_was_wrong(called):
    name, tried, arguments = called
    sane = finite(arguments) and not any(value is pool()["Scorer"][-1] for value in arguments)  # which says NaN
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        said(name, tried, sane)


def test_what_is_tried_is_every_function_of_the_library():
    assert len(FUNCTIONS) > 60
    assert {
        "graph.adjacency",
        "training.fit",
        "recommendation.explain",
        "Interactions.rows",
        "LightGCN.fold_in",
    } <= set(FUNCTIONS)
