"""What is of another kind than a function asks for is refused in one sentence, by every public function at once."""

import inspect
import sys
import types
import warnings

import numpy as np
import pandas as pd
import pytest
import torch

from course_lib.baselines import ease, graph_filter, item_knn, popularity, random_scorer, untrained_gossip
from course_lib.bpr import sample_negatives
from course_lib.classroom.guest import find_films
from course_lib.evaluation import evaluate, top_k
from course_lib.graph import adjacency, propagate, sparse_matrix
from course_lib.influence import reach_by_hop
from course_lib.interactions import Interactions, to_likes
from course_lib.kinds import check_kinds
from course_lib.lightgcn import LightGCN
from course_lib.softmax import softmax_loss
from course_lib.training import TrainConfig, fit, train
from course_lib.what_if import damp_popularity, pair_margins


def model():
    return LightGCN(3, 4, 8, 2)


WRONG = [
    (lambda paper: adjacency(None), "interactions must be of the kind Interactions, got NoneType; such as the `fit`"),
    (lambda paper: to_likes([[1]]), "ratings must be of the kind DataFrame, got list; make it one by pd.DataFrame"),
    (lambda paper: fit(pd.DataFrame()), "split must be of the kind Split, got DataFrame; make it by `split_per_user`"),
    (lambda paper: train(model(), paper, config=None), "config must be of the kind TrainConfig, got NoneType"),
    (lambda paper: train(model(), paper, 3), "validation must be of the kind Interactions, got int"),
    (lambda paper: top_k(None, torch.tensor([0]), paper, 2), "scorer must be of the kind Callable, got NoneType"),
    (lambda paper: top_k(popularity(paper), [0], paper, 2), "users must be of the kind Tensor, got list; make it one"),
    (lambda paper: paper.rows([0]), "users must be of the kind Tensor, got list; make it one by torch.tensor"),
    (lambda paper: paper.rows(torch.tensor([0.5])), "users must be whole numbers"),
    (lambda paper: model()(None), "graph must be of the kind Tensor, got NoneType; make it by `adjacency"),
    (lambda paper: evaluate(popularity(paper), paper, None), "seen must be of the kind Interactions, got NoneType"),
    (lambda paper: sample_negatives([0], paper), "user must be of the kind Tensor, got list"),
    (lambda paper: propagate(adjacency(paper), torch.ones(7, 2).long()), r"propagate cannot use graph \(7, 7\) "
     r"torch.float32, x \(7, 2\) torch.int64 together \(Expected tensor"),
    (lambda paper: softmax_loss(torch.ones(2, 4), paper.user, paper.item, paper.dense().bool(), temperature=1),
     r"softmax_loss cannot use scores \(2, 4\) torch.float32, .*, liked \(3, 4\) torch.bool, temperature 1 "),
    (lambda paper: reach_by_hop(None), "interactions must be of the kind Interactions, got NoneType"),
    (lambda paper: pair_margins(model(), paper, paper, 0), "graph must be of the kind Tensor, got Interactions"),
    (lambda paper: damp_popularity(popularity(paper), torch.tensor([0, 1]), 1.0)(torch.tensor([0])),
     "item_degree has 2 items, the scorer 4; take its own"),
    (lambda paper: find_films(None, ["Alien (1979)"]), "query must be of the kind str, got NoneType"),
    (lambda paper: TrainConfig(decay="yes"), "decay must be one of False, True, got 'yes'"),
    (lambda paper: random_scorer(paper, "a")(torch.tensor([0])), "seed must be a whole number"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "message"), WRONG)
def test_what_is_of_another_kind_is_named_with_what_was_wanted(paper, call, message):
    with pytest.raises(ValueError, match=f"^{message}") as error:
        call(paper)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("make", [item_knn, ease, untrained_gossip, graph_filter])
def test_who_is_not_there_is_refused_by_every_scorer(paper, make):
    for who in (-1, 3):
        with pytest.raises(ValueError, match=rf"must lie in \[0, 3\), got {who} to {who}"):
            make(paper)(torch.tensor([who]))
    for liked in (-1, 4):  # an index beyond the end once ended the process
        with pytest.raises(ValueError, match=rf"a liked item must lie in \[0, 4\), got {liked} to {liked}"):
            make(paper).newcomer(torch.tensor([liked]))


def test_a_model_does_not_score_the_last_user_for_a_negative_index(paper):
    with pytest.raises(ValueError, match=r"users must lie in \[0, 3\), got -1 to -1"):
        model().scorer(adjacency(paper))(torch.tensor([-1]))


def test_a_matrix_refuses_what_kills_the_process(paper):
    for edges in (torch.tensor([[0, 9999999], [0, 9999999]]), torch.tensor([[-5], [0]])):
        with pytest.raises(ValueError, match=r"edges must lie in \[0, 3\)"):
            sparse_matrix(edges, torch.ones(edges.size(1)), 3)


def test_a_set_counts_in_whole_numbers_and_joins_only_its_like(paper):
    with pytest.raises(ValueError, match=r"n_users must be a whole number, at least 0, got 2.5"):
        Interactions(torch.tensor([0]), torch.tensor([0]), 2.5, 3)
    with pytest.raises(ValueError, match=r"the one set counts \(users, items\) = \(3, 4\), the other counts \(9, 9\)"):
        paper.union(Interactions(torch.tensor([0]), torch.tensor([3]), 9, 9))


def test_lists_arrays_and_tables_are_as_good_as_sequences(split):
    by = [evaluate(popularity(split.fit), split.test, split.fit, k=k) for k in ((5, 10), [5, 10], np.array([5, 10]))]
    assert by[0].equals(by[1]) and by[0].equals(by[2])


def test_what_goes_wrong_in_a_function_of_the_callers_own_is_left_as_it_is(paper):
    def scorer(users):
        raise IndexError("mine")

    with pytest.raises(IndexError, match=r"^mine$"):
        top_k(scorer, torch.tensor([0]), paper, 2)


def test_only_public_functions_look_and_they_keep_what_they_say_of_themselves():
    source = (
        "import torch\nfrom torch import Tensor\n"
        "def public(x: Tensor, n: int = 1, *, y: Tensor | None = None) -> Tensor:\n    'What it does.'\n    return x\n"
        "def _private(x: Tensor): return x\n"
        "class Thing:\n    def method(self, x: Tensor): return x\n    def _own(self, x: Tensor): return x\n"
    )
    namespace = {"__name__": "kinds_tried", "check_kinds": check_kinds}
    module = types.ModuleType("kinds_tried")
    vars(module).update(namespace)
    sys.modules["kinds_tried"] = module
    exec(source + "check_kinds(__name__)", vars(module))
    x = torch.ones(2)
    assert module.public(x) is x and module.public(x=x, y=None) is x
    assert module.public.__doc__ == "What it does." and list(inspect.signature(module.public).parameters) == [
        "x",
        "n",
        "y",
    ]
    assert module._private(3) == 3 and module.Thing()._own(3) == 3
    for call in (lambda: module.public(3), lambda: module.public(x=3), lambda: module.public(x, y=3),
                 lambda: module.Thing().method(3)):  # fmt: skip
        with pytest.raises(ValueError, match=r"^[xy] must be of the kind Tensor, got int; make it"):
            call()
    with pytest.raises(TypeError, match="missing 1 required positional argument"):
        module.public()
    del sys.modules["kinds_tried"]


def test_the_warning_about_a_silent_film_names_the_line_of_the_caller(paper):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model().fold_in(adjacency(paper), [0, 3])
    assert [warning.filename for warning in caught] == [__file__]
