"""One file with a trained model: it comes back to the last bit, or a sentence says why not."""

import errno
import io
import os
import pickle
import random
import zipfile
from dataclasses import replace

import pandas as pd
import pytest
import torch

import course_lib
from course_lib.graph import adjacency
from course_lib.interactions import Interactions, split_per_user
from course_lib.lightgcn import LightGCN
from course_lib.recommendation import explain, recommend
from course_lib.saving import load, save
from course_lib.training import BPR_CONFIG, TrainConfig, build, train

SOFTMAX = TrainConfig(embedding_dim=8, n_epochs=4, validate_every=2)
BPR = replace(BPR_CONFIG, embedding_dim=8, n_epochs=4)


@pytest.fixture(scope="module")
def shop():
    """A party with texts and numbers for ids, as many as a test of every byte can bear."""
    numbers = random.Random(0)
    pairs = {(f"c{user}", 10 * numbers.randrange(12)) for user in range(6) for _ in range(9)}
    return split_per_user(pd.DataFrame(sorted(pairs), columns=["user_id", "item_id"]), validation=0.3)


def trained(split, config, **options):
    model = build(split.train, config)
    return model, train(model, split.train, split.validation, config, **options)


@pytest.fixture(scope="module")
def file(shop, tmp_path_factory):
    """A saved model of the shop, with its state."""
    path = tmp_path_factory.mktemp("saved") / "shop.model"
    model, result = trained(shop, SOFTMAX)
    save(path, model, shop, state=result.state, source="a shop")
    return path


def test_a_loaded_model_recommends_and_explains_to_the_last_bit(shop, tmp_path):
    model, _ = trained(shop, SOFTMAX)
    course_lib.save(tmp_path / "shop.model", model, shop, SOFTMAX, source="a shop")
    saved = course_lib.load(tmp_path / "shop.model", shop)
    assert (saved.source, saved.config, saved.state) == ("a shop", SOFTMAX, None)
    lists = []
    for made, split in ((model, shop), (saved.model, saved.split)):
        graph = adjacency(split.fit)
        known = recommend(made.scorer(graph), split, user="c3", k=3)
        new = recommend(made.scorer(graph), split, liked=[10, 40], k=3)
        lists.append([known, new, explain(made, graph, split, 20, user="c2")])
    for mine, loaded in zip(*lists, strict=True):
        pd.testing.assert_frame_equal(mine, loaded, check_exact=True)
    assert saved.split.user_ids.dtype == shop.user_ids.dtype and saved.split.item_ids.dtype == shop.item_ids.dtype


@pytest.mark.parametrize("config", [SOFTMAX, BPR], ids=["softmax", "bpr"])
def test_a_loaded_model_goes_on_training_as_if_it_had_never_stopped(shop, tmp_path, config):
    whole, result = trained(shop, config)
    model, half = trained(shop, config, on_epoch=lambda history: len(history) == 2)
    save(tmp_path / "half.model", model, shop, state=half.state)
    saved = load(tmp_path / "half.model")
    rest = train(saved.model, saved.split.train, saved.split.validation, saved.config, state=saved.state)
    assert torch.equal(saved.model.embedding.weight, whole.embedding.weight)
    columns = ["epoch", "loss", "ndcg@10"]
    pd.testing.assert_frame_equal(rest.history[columns], result.history[columns], check_exact=True)


def test_nothing_but_the_file_is_left_and_a_second_save_takes_its_place(shop, tmp_path):
    model = LightGCN(*shop.train.sizes, 4, 2, "cosine")
    for seed in (0, 1):
        model = LightGCN(*shop.train.sizes, 4, 2, "cosine", seed)
        save(tmp_path / "a folder" / "shop.model", model, shop)
    assert [path.name for path in (tmp_path / "a folder").iterdir()] == ["shop.model"]
    assert torch.equal(load(tmp_path / "a folder" / "shop.model").model.embedding.weight, model.embedding.weight)


def test_a_full_disk_is_a_sentence_and_the_old_file_stays(shop, file, tmp_path, monkeypatch):
    path = tmp_path / "shop.model"
    path.write_bytes(file.read_bytes())

    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=r"^shop.model was not saved, and nothing changed: No space left on device$"):
        save(path, LightGCN(*shop.train.sizes, 4, 2), shop)
    assert path.read_bytes() == file.read_bytes() and len(list(tmp_path.iterdir())) == 1


def test_a_truncated_file_is_a_sentence(file, tmp_path):
    data = file.read_bytes()
    for length in (0, 1, 100, len(data) // 2, len(data) - 1):
        (tmp_path / "cut.model").write_bytes(data[:length])
        with pytest.raises(ValueError, match=r"^cut.model is no saved model, or it is damaged \(.+\); save it again$"):
            load(tmp_path / "cut.model")


def test_a_changed_byte_is_a_sentence_or_changes_nothing(file, tmp_path):
    data, model = file.read_bytes(), load(file).model
    numbers = random.Random(0)
    for _ in range(150):
        place, damaged = numbers.randrange(len(data)), bytearray(data)
        damaged[place] ^= 1 << numbers.randrange(8)
        (tmp_path / "hurt.model").write_bytes(damaged)
        try:
            assert torch.equal(load(tmp_path / "hurt.model").model.embedding.weight, model.embedding.weight)
        except ValueError as error:
            assert str(error).startswith("hurt.model ") and "\n" not in str(error)


class Hostile:
    def __reduce__(self):
        return os.mkdir, ("was here",)


def test_a_hostile_file_runs_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    torch.save({"what": Hostile()}, tmp_path / "torch.model")
    (tmp_path / "pickle.model").write_bytes(pickle.dumps(Hostile()))
    with zipfile.ZipFile(tmp_path / "bomb.model", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("bomb/data.pkl", bytes(10_000_000))
    torch.save([1, 2], tmp_path / "list.model")
    for name in ("torch", "pickle", "bomb", "list"):
        with pytest.raises(ValueError, match=rf"^{name}.model is no saved model, or it is damaged \("):
            load(tmp_path / f"{name}.model")
    assert not (tmp_path / "was here").exists()


def changed(file, path, **changes):
    content = torch.load(io.BytesIO(file.read_bytes()), weights_only=True)
    if "best" in changes:
        content["state"]["best_weights"] = {"embedding.weight": changes.pop("best")}
    torch.save({**content, **changes}, path)
    return path


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"version": 2}, r"x.model is of version 2 of the file, and this library reads 1; take the library"),
        ({"what": "a song"}, r"damaged \(it says it is 'a song'\)"),
        ({"weights": torch.zeros(3, 8)}, r"damaged \(Error\(s\) in loading state_dict for LightGCN"),
        ({"weights": torch.full((18, 8), torch.nan)}, r"damaged \(a tag is no finite number"),
        ({"model": [7, 11, 8, 2, "cosine"]}, r"damaged \(the model counts \(users, items\) = \(7, 11\)"),
        ({"model": [6, 12, 8, 2, "euclid"]}, r"damaged \(scoring must be one of"),
        ({"likes": {}}, "damaged"),
        ({"ids": {"user": ["c0"] * 6, "item": list(range(12))}}, r"damaged \(an id stands more than once"),
        ({"dtypes": {"user": "nonsense", "item": "int64"}}, "damaged"),
        ({"config": {"loss": "hinge"}}, r"damaged \(loss must be one of"),
        ({"config": {"n_worlds": 3}}, r"damaged \(.*n_worlds"),
        ({"state": {"model": 3}}, "damaged"),
        ({"best": torch.zeros(3, 8)}, r"damaged \(Error\(s\) in loading state_dict for LightGCN"),
        ({"source": 3}, r"damaged \(the source is no text"),
    ],
    ids=lambda value: "" if isinstance(value, str) else next(iter(value)),
)
def test_a_file_that_does_not_fit_together_is_a_sentence(file, tmp_path, changes, message):
    with pytest.raises(ValueError, match=message):
        load(changed(file, tmp_path / "x.model", **changes))


def test_a_model_of_other_data_is_refused_where_a_split_is_given(shop, file):
    assert load(file, shop).split is not shop
    other = replace(shop, user_ids=shop.user_ids[::-1])
    part = shop.test
    fewer = replace(shop, test=Interactions(part.user[1:], part.item[1:], *part.sizes))
    things = replace(shop, item_ids=shop.item_ids[::-1])
    exchanged = replace(shop, train=shop.validation, validation=shop.train)
    free = (shop.train.dense() + shop.validation.dense() + part.dense() == 0).nonzero()[: len(part)]
    others = replace(shop, test=Interactions(*free.T, *part.sizes))  # as many, none the same
    for split in (other, fewer, things, exchanged, others):
        with pytest.raises(ValueError, match=r"^shop.model is of other data than the split you gave \(a shop\)$"):
            load(file, split)


def test_what_cannot_be_saved_is_refused_before_anything_is_written(shop, tmp_path):
    with pytest.raises(ValueError, match=r"the model counts .* the split counts"):
        save(tmp_path / "x", LightGCN(12, 6, 8, 2), shop)
    dates = replace(shop, user_ids=pd.date_range("2024", periods=6))
    with pytest.raises(ValueError, match="a saved user id must be a whole number or a text, got Timestamp"):
        save(tmp_path / "x", LightGCN(*shop.train.sizes, 8, 2), dates)
    assert not (tmp_path / "x").exists()


def test_the_root_has_save_and_load_and_nothing_else_appears_there():
    assert course_lib.save is save and course_lib.load is load
    with pytest.raises(AttributeError, match="module 'course_lib' has no attribute 'lod'"):
        course_lib.lod  # noqa: B018


def test_a_file_that_somebody_has_packed_is_no_saved_model(file, tmp_path):
    with zipfile.ZipFile(file) as plain, zipfile.ZipFile(tmp_path / "x.model", "w", zipfile.ZIP_DEFLATED) as packed:
        for part in plain.infolist():
            packed.writestr(part.filename, plain.read(part) + bytes(100_000 * part.filename.endswith("byteorder")))
    with pytest.raises(ValueError, match=r"damaged \(its parts are not those that were written"):
        load(tmp_path / "x.model")
