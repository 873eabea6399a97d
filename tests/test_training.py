"""Training: equal to a loop written the slow way, blind to the test, and able to stop and go on."""

import inspect
import itertools
import math
import re
from dataclasses import asdict, replace

import pandas as pd
import pytest
import torch

from course_lib import bpr, evaluation, softmax, training
from course_lib.evaluation import Matchmaker, evaluate
from course_lib.graph import adjacency
from course_lib.interactions import Interactions, Split, split_per_user, to_likes
from course_lib.lightgcn import LightGCN
from course_lib.training import BPR_CONFIG, NEWCOMER_CONFIG, TrainConfig, build, fit, steady_epoch, train
from course_lib.what_if import damp_popularity

# Every field that BPR reads, so that better defaults change no test.
CONFIG = TrainConfig(
    embedding_dim=8,
    n_layers=2,
    scoring="dot",
    loss="bpr",
    learning_rate=0.02,
    weight_decay=0.0,
    reg_weight=1e-3,
    n_epochs=6,
    batch_size=128,
    validate_every=1,
    patience=6,
    seed=3,
)
SOFTMAX = replace(
    CONFIG, loss="softmax", scoring="cosine", learning_rate=0.05, weight_decay=0.1, temperature=0.2, n_epochs=12
)


@pytest.fixture(scope="module")
def small() -> Split:
    """40 guests of two tastes and 60 films: each likes 12 of 30."""
    generator = torch.Generator().manual_seed(0)
    films = [user % 2 * 30 + torch.randperm(30, generator=generator)[:12] for user in range(40)]
    likes = pd.DataFrame({"user_id": [u for u in range(40) for _ in range(12)], "item_id": torch.cat(films).numpy()})
    return split_per_user(likes, pd.RangeIndex(40), pd.RangeIndex(60))


def run(split: Split, config: TrainConfig = CONFIG, **arguments) -> tuple[LightGCN, training.TrainResult]:
    model = build(split.train, config)
    return model, train(model, split.train, split.validation, config, **arguments)


def columns_that_repeat(history: pd.DataFrame) -> pd.DataFrame:
    return history.drop(columns="seconds")


def same_weights(first: dict, second: dict) -> bool:
    return first.keys() == second.keys() and all(torch.equal(first[key], second[key]) for key in first)


def moved(hidden: Interactions, split: Split) -> Interactions:
    """Each hidden pair replaced by another film that the same user neither learned from nor hides."""
    free = ~(split.fit.dense().bool() | split.test.dense().bool())
    item = torch.empty_like(hidden.item)
    for user in hidden.user.unique().tolist():
        mine = hidden.user == user
        item[mine] = free[user].nonzero().squeeze(1)[: int(mine.sum())]
    poisoned = Interactions(hidden.user, item, hidden.n_users, hidden.n_items)
    assert not hidden.contains(poisoned.user, poisoned.item).any()
    return poisoned


def test_training_equals_a_loop_written_the_slow_way(small):
    config = replace(CONFIG, n_layers=2, n_epochs=3, reg_weight=0.05)
    _, result = run(small, config)

    n_users, likes = small.train.n_users, small.train.dense()
    a = torch.zeros(100, 100)
    a[:n_users, n_users:], a[n_users:, :n_users] = likes, likes.T
    scale = a.sum(dim=1).clamp_min(1).rsqrt()
    a = scale[:, None] * a * scale
    tags = build(small.train, config).embedding.weight.detach().clone().requires_grad_()
    optimizer = torch.optim.Adam([tags], lr=config.learning_rate)
    generator = torch.Generator().manual_seed(config.seed)
    losses = []
    for _ in range(config.n_epochs):
        total = 0.0
        for batch in torch.randperm(len(small.train), generator=generator).split(config.batch_size):
            user, positive = small.train.user[batch], small.train.item[batch]
            negative = bpr.sample_negatives(user, small.train, generator)
            final = (tags + a @ tags + a @ (a @ tags)) / 3
            loss, penalty = 0.0, 0.0
            for u, i, j in zip(user.tolist(), positive.tolist(), negative.tolist(), strict=True):
                difference = final[u] @ final[n_users + i] - final[u] @ final[n_users + j]
                loss = loss - torch.log(torch.sigmoid(difference)) / len(batch)
                ego = torch.cat([tags[u], tags[n_users + i], tags[n_users + j]])
                penalty = penalty + ego @ ego / 2 / len(batch)
            gradient = torch.autograd.grad(loss + config.reg_weight * penalty, tags)[0]
            tags.grad = gradient
            optimizer.step()
            total += loss.item() * len(batch)
        losses.append(total / len(small.train))
    assert result.history["loss"].tolist() == pytest.approx(losses, abs=1e-5)
    torch.testing.assert_close(result.state["model"]["embedding.weight"], tags.detach(), atol=2e-4, rtol=1e-3)


def test_the_loss_falls_and_the_two_tastes_are_told_apart(small):
    model = build(small.train, CONFIG)
    result = train(model, small.train, config=replace(CONFIG, n_epochs=30))
    assert result.history["loss"].iloc[0] == pytest.approx(math.log(2), abs=0.02)
    assert result.history["loss"].iloc[-1] < 0.45
    users, items = (part.detach() for part in model(adjacency(small.train)))
    same_taste = (torch.arange(40)[:, None] % 2) == (torch.arange(60) // 30)
    scores = users @ items.T
    assert scores[same_taste].mean() > scores[~same_taste].mean() + 0.5


def test_the_history_has_a_row_per_epoch_with_the_documented_columns(small):
    _, result = run(small, replace(CONFIG, n_epochs=2))
    assert list(result.history) == ["epoch", "loss", "seconds", "ndcg@10"]
    assert result.history["epoch"].tolist() == [1, 2]
    assert result.history["seconds"].between(0, 60).all()
    without = train(build(small.train, CONFIG), small.train, config=replace(CONFIG, n_epochs=2))
    assert list(without.history) == ["epoch", "loss", "seconds"]
    assert without.best_epoch == 2


def test_the_same_seed_repeats_a_run_and_another_seed_does_not(small):
    (_, first), (_, again), (_, other) = (run(small, replace(CONFIG, n_epochs=2, seed=s)) for s in (1, 1, 2))
    assert same_weights(first.state["model"], again.state["model"])
    assert not same_weights(first.state["model"], other.state["model"])


@pytest.mark.parametrize("teacher", [CONFIG, SOFTMAX], ids=["bpr", "softmax"])
def test_poisoned_test_pairs_change_no_bit_of_history_and_weights(small, teacher):
    poisoned = Split(small.train, small.validation, moved(small.test, small), small.user_ids, small.item_ids)
    (model, clean), (other, dirty) = run(small, teacher), run(poisoned, teacher)
    assert columns_that_repeat(clean.history).equals(columns_that_repeat(dirty.history))
    assert same_weights(model.state_dict(), other.state_dict())


@pytest.mark.parametrize("teacher", [CONFIG, SOFTMAX], ids=["bpr", "softmax"])
def test_poisoned_test_pairs_change_no_bit_of_what_fit_returns(small, teacher):
    poisoned = Split(small.train, small.validation, moved(small.test, small), small.user_ids, small.item_ids)
    assert same_weights(fit(small, teacher).state_dict(), fit(poisoned, teacher).state_dict())


@pytest.mark.parametrize("teacher", [CONFIG, SOFTMAX], ids=["bpr", "softmax"])
def test_validation_decides_when_to_stop_and_is_never_learned_from(small, teacher):
    poisoned = Split(small.train, moved(small.validation, small), small.test, small.user_ids, small.item_ids)
    config = replace(teacher, patience=teacher.n_epochs)
    (_, clean), (_, dirty) = run(small, config), run(poisoned, config)
    without = train(build(small.train, config), small.train, config=config)
    assert not clean.history["ndcg@10"].equals(dirty.history["ndcg@10"])
    for other in (dirty, without):
        assert clean.history["loss"].equals(other.history["loss"])
        assert same_weights(clean.state["model"], other.state["model"])


def test_early_stopping_leaves_the_model_at_its_best_validation_epoch(small):
    config = replace(CONFIG, learning_rate=0.3, n_epochs=40, patience=3)
    model, result = run(small, config)
    ndcg = result.history["ndcg@10"]
    assert result.best_epoch == ndcg.idxmax() + 1
    assert len(ndcg) == result.best_epoch + 3 < 40, "stopped after `patience` epochs without a better one"
    now = evaluate(model.scorer(adjacency(small.train)), small.validation, seen=small.train, k=(10,))
    assert now["ndcg@10"].mean() == ndcg.max()
    assert not same_weights(model.state_dict(), result.state["model"])


def test_fit_trains_anew_on_train_and_validation_for_as_many_epochs(small):
    config = replace(CONFIG, learning_rate=0.3, n_epochs=40, patience=3)
    model = fit(small, config)
    _, chosen = run(small, config)
    again = build(small.fit, config)
    train(again, small.fit, config=replace(config, n_epochs=steady_epoch(chosen.history)))
    assert same_weights(model.state_dict(), again.state_dict())


@pytest.mark.parametrize("teacher", [CONFIG, SOFTMAX], ids=["bpr", "softmax"])
def test_a_run_that_was_stopped_goes_on_as_if_it_never_had(small, teacher):
    whole_model, whole = run(small, teacher)
    model, first = run(small, replace(teacher, n_epochs=3))
    for _ in range(2):  # a state can be used more than once
        second = train(model, small.train, small.validation, teacher, state=first.state)
        assert columns_that_repeat(second.history).equals(columns_that_repeat(whole.history))
        assert same_weights(second.state["model"], whole.state["model"])
        assert same_weights(model.state_dict(), whole_model.state_dict())
        assert second.best_epoch == whole.best_epoch
    assert len(first.history) == 3 and len(first.state["history"]) == 3


def press_ctrl_c_at(n: int, function):
    """The function, but its n-th call is Ctrl-C."""
    calls = []

    def pressed(*arguments, **named):
        calls.append(1)
        if len(calls) == n:
            raise KeyboardInterrupt
        return function(*arguments, **named)

    return pressed


@pytest.mark.parametrize("teacher", [CONFIG, SOFTMAX], ids=["bpr", "softmax"])
def test_ctrl_c_in_on_epoch_keeps_what_was_learnt_and_says_so(small, teacher, capsys):
    model, result = run(small, teacher, on_epoch=press_ctrl_c_at(2, lambda history: None))
    assert result.interrupted
    printed = f"Interrupted after 2 of {teacher.n_epochs} epochs; to go on: state=result.state"
    assert capsys.readouterr().out.strip() == printed
    expected_model, expected = run(small, replace(teacher, n_epochs=2))
    assert not expected.interrupted and capsys.readouterr().out == ""
    assert columns_that_repeat(result.history).equals(columns_that_repeat(expected.history))
    assert same_weights(model.state_dict(), expected_model.state_dict())


@pytest.mark.parametrize("teacher", [CONFIG, SOFTMAX], ids=["bpr", "softmax"])
@pytest.mark.parametrize("where", ["on_epoch", "evaluate", "loss", "backward"])
def test_ctrl_c_anywhere_goes_on_to_the_same_bits(small, teacher, where, monkeypatch):
    whole_model, whole = run(small, teacher)
    on_epoch, nth = None, 8 if teacher is CONFIG else 4  # three steps an epoch, or one
    if where == "on_epoch":
        on_epoch = press_ctrl_c_at(3, lambda history: None)
    elif where == "evaluate":
        monkeypatch.setattr(training, "evaluate", press_ctrl_c_at(3, training.evaluate))
    elif where == "loss":
        name, module = ("bpr_loss", bpr) if teacher is CONFIG else ("softmax_loss", softmax)
        monkeypatch.setattr(module, name, press_ctrl_c_at(nth, getattr(module, name)))
    else:
        monkeypatch.setattr(torch.Tensor, "backward", press_ctrl_c_at(nth, torch.Tensor.backward))
    model, first = run(small, teacher, on_epoch=on_epoch)
    monkeypatch.undo()
    assert first.interrupted and 2 <= len(first.history) < teacher.n_epochs
    again = build(small.train, teacher)  # a fresh model: all there is to know is in the state
    for learner in (model, again):
        second = train(learner, small.train, small.validation, teacher, state=first.state)
        assert not second.interrupted and second.best_epoch == whole.best_epoch
        assert columns_that_repeat(second.history).equals(columns_that_repeat(whole.history))
        assert same_weights(second.state["model"], whole.state["model"])
        assert same_weights(learner.state_dict(), whole_model.state_dict())


def test_an_error_in_on_epoch_is_raised_and_the_model_keeps_its_best_epoch(small):
    def broken(history: pd.DataFrame) -> None:
        if len(history) == 2:
            raise ZeroDivisionError

    model = build(small.train, CONFIG)
    with pytest.raises(ZeroDivisionError):
        train(model, small.train, small.validation, CONFIG, on_epoch=broken)
    expected, _ = run(small, replace(CONFIG, n_epochs=2))
    assert same_weights(model.state_dict(), expected.state_dict())


@pytest.mark.parametrize("n", [1, 2, 7])
def test_a_fit_that_was_interrupted_returns_nothing(small, n, monkeypatch):
    # The seventh call is in the second training, of the number of epochs that the first has chosen.
    config = replace(CONFIG, n_epochs=6, patience=6, batch_size=1024)
    monkeypatch.setattr(bpr, "bpr_loss", press_ctrl_c_at(n, bpr.bpr_loss))
    with pytest.raises(KeyboardInterrupt, match="fit was interrupted, so there is no finished model; run it again"):
        fit(small, config)


def test_ctrl_c_inside_an_epoch_goes_back_to_the_last_whole_one(small, monkeypatch):
    draws, draw = [], bpr.sample_negatives

    def press_ctrl_c(*arguments):
        draws.append(1)
        if len(draws) == 9:  # three batches an epoch: the last batch of the third
            raise KeyboardInterrupt
        return draw(*arguments)

    monkeypatch.setattr(bpr, "sample_negatives", press_ctrl_c)
    model, result = run(small)
    monkeypatch.undo()
    assert len(result.history) == 2
    _, expected = run(small, replace(CONFIG, n_epochs=2))
    assert same_weights(result.state["model"], expected.state["model"])
    _, whole = run(small)
    second = train(model, small.train, small.validation, CONFIG, state=result.state)
    assert same_weights(second.state["model"], whole.state["model"])


@pytest.mark.parametrize("teacher", [CONFIG, SOFTMAX], ids=["bpr", "softmax"])
def test_ctrl_c_on_the_way_into_no_grad_does_not_switch_learning_off_for_good(small, teacher, monkeypatch):
    _, whole = run(small, teacher)

    def pressed(*arguments, **named):
        torch.set_grad_enabled(False)  # as `with torch.no_grad():` does before it can promise to undo it
        raise KeyboardInterrupt

    monkeypatch.setattr(training, "evaluate", pressed)
    try:
        model, first = run(small, teacher)
        assert first.interrupted and torch.is_grad_enabled()
        monkeypatch.undo()
        second = train(model, small.train, small.validation, teacher, state=first.state)
        assert same_weights(second.state["model"], whole.state["model"])
        with torch.no_grad():
            assert same_weights(run(small, teacher)[1].state["model"], whole.state["model"])
    finally:
        torch.set_grad_enabled(True)


def test_ctrl_c_before_the_first_epoch_leaves_the_model_as_it_was(small, monkeypatch):
    def press_ctrl_c(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(bpr, "sample_negatives", press_ctrl_c)
    model, result = run(small)
    assert result.history.empty and result.best_epoch == 0 and result.interrupted
    assert same_weights(model.state_dict(), build(small.train, CONFIG).state_dict())


def test_a_run_that_ends_before_its_first_validation_keeps_what_it_learnt(small):
    config = replace(SOFTMAX, validate_every=5)
    model, result = run(small, config, on_epoch=lambda history: len(history) == 4)
    expected = build(small.train, config)
    train(expected, small.train, config=replace(config, n_epochs=4))
    assert result.best_epoch == 4 and "ndcg@10" not in result.history
    assert same_weights(model.state_dict(), expected.state_dict())


def test_patience_waits_for_a_validation(small):
    _, result = run(small, replace(SOFTMAX, validate_every=5, patience=3))
    assert len(result.history) >= 10  # not 3, where nothing was validated yet


COUNTS = {
    "embedding_dim": 1,
    "n_epochs": 1,
    "batch_size": 1,
    "validate_every": 1,
    "patience": 1,
    "n_layers": 0,
    "seed": 0,
}
NUMBERS = ("learning_rate", "temperature", "weight_decay", "reg_weight", "ego_dropout")


@pytest.mark.parametrize("wrong", [-1, 1.5, math.nan, math.inf, "10", True, None])
@pytest.mark.parametrize("field", COUNTS)
def test_a_config_refuses_what_is_no_count(field, wrong):
    with pytest.raises(ValueError, match=f"^{field} must be a whole number, at least {COUNTS[field]}, got {wrong!r}$"):
        TrainConfig(**{field: wrong})
    TrainConfig(**{field: COUNTS[field]})
    if COUNTS[field]:
        with pytest.raises(ValueError, match=f"^{field} must be a whole number, at least 1, got 0$"):
            TrainConfig(**{field: 0})


@pytest.mark.parametrize("wrong", [-1e-9, math.nan, math.inf, -math.inf, "0.1", True, None, 1j])
@pytest.mark.parametrize("field", NUMBERS)
def test_a_config_refuses_what_is_no_number(field, wrong):
    with pytest.raises(ValueError, match=f"^{field} must be a number .*, got {re.escape(repr(wrong))}$"):
        TrainConfig(**{field: wrong})


@pytest.mark.parametrize(
    ("change", "message"),
    [({"learning_rate": 0}, "learning_rate must be a number above 0, got 0"),
     ({"temperature": 0.0}, "temperature must be a number above 0, scores are divided by it, got 0.0"),
     ({"ego_dropout": 1.5}, "ego_dropout must be a number 0 to 1, a probability, got 1.5"),
     ({"loss": None}, "loss must be one of 'bpr', 'softmax', got None"),
     ({"scoring": 3}, "scoring must be one of 'dot', 'cosine', got 3")],
)  # fmt: skip
def test_a_config_refuses_numbers_that_mean_nothing(change, message):
    with pytest.raises(ValueError, match=message):
        TrainConfig(**change)


def test_the_default_is_the_best_measured_setting_and_the_others_are_named():
    assert (TrainConfig().loss, TrainConfig().scoring) == ("softmax", "cosine")
    assert (BPR_CONFIG.loss, BPR_CONFIG.scoring) == ("bpr", "dot")
    assert replace(NEWCOMER_CONFIG, ego_dropout=0.0) == TrainConfig()


def test_bpr_refuses_a_model_that_scores_by_cosine(small):
    with pytest.raises(ValueError, match='got a model scored by cosine; build it with "dot"'):
        train(build(small.train, SOFTMAX), small.train, config=CONFIG)
    with pytest.raises(ValueError, match='BPR compares dot products, got scoring "cosine"; use "dot", or the loss'):
        replace(CONFIG, scoring="cosine")


def test_on_epoch_sees_the_history_so_far_and_stops_the_run_by_returning_true(small):
    lengths = []

    def stop_at_three(history: pd.DataFrame) -> bool:
        lengths.append(len(history))
        return len(history) == 3

    _, result = run(small, on_epoch=stop_at_three)
    assert lengths == [1, 2, 3] and len(result.history) == 3
    _, whole = run(small, on_epoch=lambda history: None)
    assert len(whole.history) == CONFIG.n_epochs


@pytest.mark.parametrize("n_layers", [0, 1])
def test_the_config_decides_the_model(small, n_layers):
    model = build(small.fit, replace(CONFIG, n_layers=n_layers))
    assert (model.n_users, model.n_items, model.n_layers) == (40, 60, n_layers)
    assert model.embedding.weight.shape == (100, 8)
    other, again = (build(small.fit, replace(CONFIG, n_layers=n_layers, seed=seed)) for seed in (4, CONFIG.seed))
    assert same_weights(model.state_dict(), again.state_dict())
    assert not same_weights(model.state_dict(), other.state_dict())


def test_a_model_of_another_size_is_refused_with_both_sizes(small):
    with pytest.raises(
        ValueError, match=r"the model counts .* = \(60, 40\), the likes counts \(40, 60\); take both from one"
    ):
        train(LightGCN(60, 40, 8, 2), small.train)


def test_a_validation_of_another_size_is_refused(small, split):
    with pytest.raises(ValueError, match=r"= \(300, 500\).* \(40, 60\); "):
        train(build(small.train, CONFIG), small.train, split.validation, CONFIG)


def test_there_must_be_a_like_to_learn_from():
    nothing = Interactions(torch.tensor([], dtype=torch.int64), torch.tensor([], dtype=torch.int64), 3, 4)
    with pytest.raises(ValueError, match="no like to learn from; train needs at least one pair"):
        train(LightGCN(3, 4, 8, 2), nothing)


def test_a_user_who_likes_everything_is_refused_by_number():
    likes = Interactions(torch.tensor([0, 1, 1]), torch.tensor([0, 0, 1]), 3, 2)
    with pytest.raises(ValueError, match="user 1 likes all 2 items"):
        train(LightGCN(3, 2, 8, 2), likes, config=replace(BPR_CONFIG, n_epochs=1))


def test_fit_refuses_a_split_without_a_validation_part(party):
    split = split_per_user(to_likes(party.ratings), validation=0)
    with pytest.raises(ValueError, match="there is no hidden like to look for; hide a larger share in the split"):
        fit(split, TrainConfig(n_epochs=1))


@pytest.mark.parametrize(
    ("hidden", "message"),
    [
        (lambda split: split.train, r"\d+ hidden likes are also in seen and would be masked; pass only what"),
        (lambda split: Interactions(*torch.zeros(2, 0).long(), *split.train.sizes), "no hidden like to look for; hide"),
        (
            lambda split: Interactions(*torch.zeros(2, 0).long(), 3, 4),
            r"what is hidden counts .* = \(3, 4\), seen .* \(40",
        ),
    ],
    ids=["learned from", "empty", "of another party"],
)
def test_a_validation_that_cannot_be_looked_for_is_refused_before_the_first_epoch(small, hidden, message):
    model = build(small.train, SOFTMAX)
    with pytest.raises(ValueError, match=message):
        train(model, small.train, hidden(small), replace(SOFTMAX, validate_every=2))
    assert same_weights(model.state_dict(), build(small.train, SOFTMAX).state_dict())


@pytest.mark.parametrize("teacher", [CONFIG, SOFTMAX], ids=["bpr", "softmax"])
def test_of_fewer_than_ten_items_the_top_ten_are_all(teacher):
    pairs = [(user, item) for user in range(6) for item in range(7) if (user + item) % 3]
    split = split_per_user(pd.DataFrame(pairs, columns=["user_id", "item_id"]), validation=0.3)
    model, result = run(split, teacher)
    graph = adjacency(split.train)
    judged = evaluate(model.scorer(graph), split.validation, split.train, k=(7,))["ndcg@7"].mean()
    assert result.history["ndcg@10"].max() == float(judged)


def test_the_softmax_teacher_equals_a_loop_over_guests_and_films(small):
    """One step of AdamW, its gradient from a loss written pair by pair over a dense graph."""
    config = replace(SOFTMAX, n_epochs=1)
    model = build(small.train, config)
    weight = model.embedding.weight.detach().clone().requires_grad_()
    graph = adjacency(small.train).to_dense()
    tags = (weight + graph @ weight + graph @ graph @ weight) / 3
    users, items = tags[:40], tags[40:]
    liked, losses = small.train.dense().bool(), []
    for u, i in zip(small.train.user.tolist(), small.train.item.tolist(), strict=True):
        cosine = torch.cosine_similarity(users[u][None], items) / config.temperature
        among = torch.cat([cosine[i][None], cosine[~liked[u]]])
        losses.append(-torch.log_softmax(among, dim=0)[0])
    loss = torch.stack(losses).mean()
    loss.backward()
    optimizer = torch.optim.AdamW([weight], lr=config.learning_rate, weight_decay=config.weight_decay)
    optimizer.step()
    result = train(model, small.train, config=config)
    assert result.history["loss"][0] == pytest.approx(loss.item(), rel=1e-5)
    assert torch.allclose(model.embedding.weight, weight, atol=1e-4)


def test_the_softmax_teacher_tells_two_tastes_apart(small):
    model, result = run(small, replace(SOFTMAX, n_epochs=30))
    assert result.history["loss"].iloc[-1] < result.history["loss"].iloc[0] - 0.5
    scores = model.scorer(adjacency(small.train))(torch.arange(40))
    own, other = scores[::2, :30].mean(), scores[::2, 30:].mean()
    assert own > other + 0.3


def test_validation_is_looked_at_every_few_epochs_and_at_no_other(small):
    _, result = run(small, replace(SOFTMAX, n_epochs=8, validate_every=3))
    assert result.history["ndcg@10"].notna().tolist() == [False, False, True, False, False, True, False, False]
    assert result.best_epoch in (3, 6)


def test_an_unknown_teacher_is_refused_by_name():
    with pytest.raises(ValueError, match="loss must be one of 'bpr', 'softmax', got 'hinge'"):
        replace(CONFIG, loss="hinge")


def test_softmax_refuses_a_user_who_likes_everything():
    likes = Interactions(torch.tensor([1, 1, 1, 0]), torch.tensor([0, 1, 2, 0]), 2, 3)
    with pytest.raises(ValueError, match="user 1 likes all 3 items: none to compare with; leave them out"):
        train(build(likes, SOFTMAX), likes, config=SOFTMAX)


def test_without_ego_dropout_nothing_is_drawn_and_with_it_the_run_differs(split):
    # The generator goes on to the order of likes and the negatives, so one more draw would change a history.
    short = TrainConfig(n_epochs=3, embedding_dim=8)
    states = {}
    for probability in (0.0, 0.5):
        config = replace(short, ego_dropout=probability)
        model = build(split.train, config)
        states[probability] = train(model, split.train, config=config).state["generator"]
    expected = torch.Generator().manual_seed(short.seed)
    for _ in range(3):
        torch.randperm(len(split.train), generator=expected)
    assert torch.equal(states[0.0], expected.get_state())
    assert not torch.equal(states[0.5], expected.get_state())


@pytest.mark.parametrize("config", [BPR_CONFIG, TrainConfig()], ids=["bpr", "softmax"])
def test_with_all_ego_tags_dropped_guests_teach_nothing_to_their_own(split, config):
    # Zeroed, a guest's layer-0 tag gets no gradient: it stays where it started, while the films' tags move.
    config = replace(config, n_epochs=1, embedding_dim=8, ego_dropout=1.0, weight_decay=0.0, reg_weight=0.0)
    model = build(split.train, config)
    start = model.embedding.weight.detach().clone()
    train(model, split.train, config=config)
    assert torch.equal(model.embedding.weight[:300], start[:300])
    assert not torch.equal(model.embedding.weight[300:], start[300:])


@pytest.mark.parametrize("teacher", [CONFIG, SOFTMAX, replace(SOFTMAX, scoring="dot")], ids=["bpr", "softmax", "dot"])
@pytest.mark.parametrize("rate", [1e20, 1e38, 1e300])
@pytest.mark.parametrize("validated", [True, False])
def test_a_step_that_leaves_the_numbers_ends_the_run_with_the_epoch_and_the_fix(small, teacher, rate, validated):
    config = replace(teacher, learning_rate=rate)
    model = build(small.train, config)
    start = {name: weight.clone() for name, weight in model.state_dict().items()}
    with pytest.raises(ValueError, match=r"^at epoch 1 the loss is .*; lower learning_rate, now 1e\+"):
        train(model, small.train, small.validation if validated else None, config)
    assert same_weights(model.state_dict(), start)


@pytest.mark.parametrize("teacher", [CONFIG, SOFTMAX], ids=["bpr", "softmax"])
def test_after_a_loss_that_is_no_number_the_model_holds_its_best_finite_weights(small, teacher, monkeypatch):
    name, module = ("bpr_loss", bpr) if teacher is CONFIG else ("softmax_loss", softmax)
    losses, loss = [], getattr(module, name)

    def spoilt(*arguments):
        losses.append(1)
        return loss(*arguments) * (math.nan if len(losses) == (7 if teacher is CONFIG else 3) else 1)

    monkeypatch.setattr(module, name, spoilt)
    model = build(small.train, teacher)
    with pytest.raises(
        ValueError, match=f"at epoch 3 the loss is nan .*; lower learning_rate, now {teacher.learning_rate}"
    ):
        train(model, small.train, small.validation, teacher)
    monkeypatch.undo()
    expected, _ = run(small, replace(teacher, n_epochs=2))
    assert same_weights(model.state_dict(), expected.state_dict())


@pytest.mark.parametrize(
    ("field", "now"),
    [("learning_rate", 0.03), ("loss", "softmax"), ("reg_weight", 0.0), ("temperature", 0.5), ("batch_size", 64),
     ("validate_every", 2), ("ego_dropout", 0.5), ("seed", 4), ("weight_decay", 0.1), ("embedding_dim", 16)],
)  # fmt: skip
def test_a_state_of_other_settings_is_refused_by_name(small, field, now):
    _, first = run(small, replace(CONFIG, n_epochs=1))
    before = getattr(CONFIG, field)
    with pytest.raises(ValueError, match=f"trained with {field}={before!r}, got {now!r}; keep it, or start anew"):
        train(build(small.train, CONFIG), small.train, config=replace(CONFIG, **{field: now}), state=first.state)


def test_a_state_is_refused_for_a_model_of_another_size_and_for_what_is_no_state(small):
    _, first = run(small, replace(CONFIG, n_epochs=1))
    with pytest.raises(ValueError, match="the state is of a model of another size"):
        train(LightGCN(40, 60, 9, 2), small.train, config=CONFIG, state=first.state)
    for nothing in (first, {}, {"config": 3}, {"config": CONFIG}):
        with pytest.raises(ValueError, match="the `state` of an earlier TrainResult"):
            train(build(small.train, CONFIG), small.train, config=CONFIG, state=nothing)


@pytest.mark.parametrize("teacher", [CONFIG, SOFTMAX], ids=["bpr", "softmax"])
@pytest.mark.parametrize("stop", [2, 4, 5])
def test_a_run_stopped_between_two_validations_goes_on_as_if_it_never_had(small, teacher, stop):
    config = replace(teacher, n_epochs=9, validate_every=3, patience=9)
    whole_model, whole = run(small, config)
    model, first = run(small, replace(config, n_epochs=stop))
    assert first.history.get("ndcg@10", pd.Series(dtype=float)).notna().sum() == stop // 3
    second = train(model, small.train, small.validation, config, state=first.state)
    assert columns_that_repeat(second.history).equals(columns_that_repeat(whole.history))
    assert second.best_epoch == whole.best_epoch
    assert same_weights(model.state_dict(), whole_model.state_dict())


@pytest.mark.parametrize("teacher", [CONFIG, replace(SOFTMAX, scoring="dot"), SOFTMAX], ids=["bpr", "dot", "cosine"])
def test_what_validation_says_is_what_evaluate_says_of_the_models_scorer(small, teacher):
    said, graph, model = [], adjacency(small.train), build(small.train, teacher)

    def ask(history: pd.DataFrame) -> None:
        judged = evaluate(model.scorer(graph), small.validation, small.train, k=(10,))
        said.append(float(judged["ndcg@10"].mean()))

    result = train(model, small.train, small.validation, teacher, on_epoch=ask)
    assert result.history["ndcg@10"].tolist() == said and len(set(said)) > 1


def test_a_step_with_half_of_the_guests_tags_dropped_equals_a_slow_loop(small):
    config = replace(SOFTMAX, n_epochs=1, ego_dropout=0.5, seed=11)
    generator = torch.Generator().manual_seed(config.seed)
    torch.randperm(len(small.train), generator=generator)  # the order of the likes is drawn first
    kept = [float(draw) >= 0.5 for draw in torch.rand(40, 1, generator=generator)]
    assert 10 < sum(kept) < 30
    weight = build(small.train, config).embedding.weight.detach().clone().requires_grad_()
    ego = torch.stack([weight[n] * (1.0 if n >= 40 or kept[n] else 0.0) for n in range(100)])
    graph = adjacency(small.train).to_dense()
    tags = (ego + graph @ ego + graph @ graph @ ego) / 3
    liked, loss = small.train.dense().bool(), 0.0
    for u, i in zip(small.train.user.tolist(), small.train.item.tolist(), strict=True):
        cosine = torch.cosine_similarity(tags[u][None], tags[40:]) / config.temperature
        among = torch.cat([cosine[i][None], cosine[~liked[u]]])
        loss = loss - torch.log_softmax(among, dim=0)[0] / len(small.train)
    loss.backward()
    torch.optim.AdamW([weight], lr=config.learning_rate, weight_decay=config.weight_decay).step()
    model = build(small.train, config)
    result = train(model, small.train, config=config)
    assert result.history["loss"][0] == pytest.approx(loss.item(), rel=1e-5)
    # Adam's first step has the size of the learning rate whatever the gradient, so zeros must be told from small ones.
    far = weight.grad.abs() > 1e-6
    assert far.float().mean() > 0.5 and torch.equal(weight.grad[:40].any(dim=1), torch.tensor(kept))
    assert torch.allclose(model.embedding.weight[far], weight[far], atol=1e-4)


@pytest.mark.parametrize("device", ["meta", "cuda", "mps", "nonsense"])
def test_a_device_that_cannot_is_refused_by_fit_in_one_sentence(small, device, monkeypatch):
    if device in ("cuda", "mps") and getattr(torch, device).is_available():
        pytest.skip(f"there is a device {device} here")
    with pytest.raises(ValueError, match=rf"the device '{device}' cannot gossip \(.+\); use device='cpu'") as error:
        fit(small, replace(CONFIG, n_epochs=1), device=device)
    assert "\n" not in str(error.value)


def test_fit_asks_the_device_for_the_graph_and_the_model(small, monkeypatch):
    asked = []
    monkeypatch.setattr(training, "to_device", lambda graph, device: asked.append(str(device)) or graph)
    monkeypatch.setattr(LightGCN, "to", lambda model, device: asked.append(f"model {device}") or model)
    fit(small, replace(CONFIG, n_epochs=1), device="cpu")
    assert asked == ["cpu", "model cpu", "cpu", "model cpu", "cpu"]


def test_metrics_and_damping_stay_on_the_device_of_what_they_are_given(monkeypatch):
    # The meta device computes nothing, but it refuses to be mixed with another.
    with pytest.raises(RuntimeError):
        torch.zeros(3, device="meta") + torch.arange(3.0)
    monkeypatch.setattr(evaluation, "check_hits", lambda hits, n_relevant: None)  # it reads values, which meta has not
    hits, n_relevant = (
        torch.zeros(2, 5, dtype=torch.bool, device="meta"),
        torch.ones(2, dtype=torch.int64, device="meta"),
    )
    for metric in (evaluation.hit_rate_at_k, evaluation.recall_at_k, evaluation.ndcg_at_k):
        value = metric(hits, n_relevant)
        assert value.device.type == "meta" and value.shape == (2,)
    scores = torch.zeros(2, 4, device="meta")
    damped = damp_popularity(lambda users: scores, torch.tensor([3, 0, 1, 9]), 0.5)(torch.arange(2))
    assert damped.device.type == "meta" and damped.shape == (2, 4)
    damped = damp_popularity(Matchmaker(lambda users: scores, lambda liked: scores[0]), torch.tensor([3, 0, 1, 9]), 0.5)
    assert damped.newcomer(torch.tensor([0])).device.type == "meta"


def test_the_steady_epoch_is_the_middle_of_the_highest_stretch_and_no_lucky_peak():
    curve = [0.1, 0.5, 0.1, 0.2, 0.3, 0.31, 0.3, 0.2]  # the peak of 0.5 stands alone
    history = pd.DataFrame({"epoch": range(1, 9), "ndcg@10": curve})
    assert steady_epoch(history, width=3) == 6  # (0.3 + 0.31 + 0.3) / 3 is the highest mean of three
    assert steady_epoch(history, width=1) == 2
    every_second = pd.DataFrame({"epoch": range(1, 9), "ndcg@10": [None, 0.1, None, 0.3, None, 0.3, None, 0.1]})
    assert steady_epoch(every_second, width=3) == 4
    assert steady_epoch(pd.DataFrame({"epoch": [1, 2, 3]})) == 3, "never validated"


def test_with_decay_the_steps_shrink_to_nothing(small):
    config = replace(CONFIG, n_epochs=4, decay=True)
    model = build(small.train, config)
    weights = [model.embedding.weight.detach().clone()]
    train(model, small.train, config=config, on_epoch=lambda _: weights.append(model.embedding.weight.detach().clone()))
    moved = [float((after - before).norm()) for before, after in itertools.pairwise(weights)]
    plain = build(small.train, config)
    train(plain, small.train, config=replace(config, decay=False, n_epochs=1))
    assert torch.equal(plain.embedding.weight, weights[1]), "the first epoch has the whole step"
    assert moved[3] < 0.75 * moved[0]


def test_the_defaults_are_the_settings_that_the_course_measured_with():
    shared = {"embedding_dim": 64, "n_layers": 2, "decay": False, "reg_weight": 3e-3, "temperature": 0.25,
              "batch_size": 1024, "ego_dropout": 0.0, "seed": 0}  # fmt: skip
    softmax_teacher = {"scoring": "cosine", "loss": "softmax", "learning_rate": 0.05, "weight_decay": 0.1,
                       "n_epochs": 200, "validate_every": 5, "patience": 100}  # fmt: skip
    bpr_teacher = {"scoring": "dot", "loss": "bpr", "learning_rate": 0.01, "weight_decay": 0.0, "n_epochs": 60,
                   "validate_every": 1, "patience": 10}  # fmt: skip
    assert asdict(TrainConfig()) == shared | softmax_teacher
    assert asdict(BPR_CONFIG) == shared | bpr_teacher
    assert asdict(NEWCOMER_CONFIG) == shared | softmax_teacher | {"ego_dropout": 0.5}
    assert inspect.signature(steady_epoch).parameters["width"].default == 9
