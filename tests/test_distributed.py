"""Training on several ranks: two real processes learn what one does, and one learns what the course's BPR says."""

import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.distributed as dist

from course_lib.bpr import bpr_loss, l2_penalty
from course_lib.distributed import main, read_pairs, share_of, train_distributed, triples
from course_lib.graph import adjacency
from course_lib.interactions import Interactions
from course_lib.lightgcn import LightGCN
from course_lib.training import BPR_CONFIG

CONFIG = replace(BPR_CONFIG, n_epochs=3, batch_size=50, embedding_dim=16, reg_weight=0.1)
ARGUMENTS = ["--batch-size", "50", "--dim", "16"]
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}


@pytest.fixture
def pairs(tmp_path) -> Path:
    """30 users, of whom 7 has no line, and 20 items."""
    rng = np.random.default_rng(0)
    lines = [[user, *rng.choice(20, rng.integers(1, 12), replace=False)] for user in range(30) if user != 7]
    path = tmp_path / "pairs.txt"
    path.write_text("".join(" ".join(map(str, line)) + "\n" for line in reversed(lines)))
    return path


@pytest.fixture
def alone():
    """A process group of this process only."""
    dist.init_process_group("gloo", store=dist.HashStore(), rank=0, world_size=1)
    yield
    dist.destroy_process_group()


def run(pairs: Path, checkpoint: Path, n_ranks: int, n_epochs: int) -> str:
    """The command of the docstring, in processes of their own."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(n_ranks),
               "-m", "course_lib.distributed", str(pairs), "--checkpoint", str(checkpoint), *ARGUMENTS,
               "--epochs", str(n_epochs)]  # fmt: skip
    return subprocess.run(command, check=True, capture_output=True, text=True, env=ENVIRONMENT).stdout


def weights(checkpoint: Path) -> torch.Tensor:
    return torch.load(checkpoint, weights_only=True)["model"]["embedding.weight"]


def test_two_processes_go_on_from_a_checkpoint_and_learn_what_one_does_in_one_go(pairs, tmp_path, alone):
    share, config = share_of(read_pairs(pairs), 0, 1), replace(CONFIG, reg_weight=BPR_CONFIG.reg_weight, n_epochs=6)
    one = train_distributed(share, config, tmp_path / "one.pt").embedding.weight
    train_distributed(share, replace(config, n_epochs=1), tmp_path / "two.pt")
    said = run(pairs, tmp_path / "two.pt", 2, n_epochs=6).splitlines()
    assert said[0] == f"going on from {tmp_path / 'two.pt'}, after epoch 1 of 6"
    assert all(re.fullmatch(r"epoch [2-6]: loss 0\.\d{4}, \d+\.\d\d s, peak \d+ MB", line) for line in said[1:])
    assert (one - weights(tmp_path / "two.pt")).abs().max() < 1e-5
    assert torch.equal(one, weights(tmp_path / "one.pt"))


def test_one_process_goes_on_from_a_checkpoint_to_the_same_bits(pairs, tmp_path, alone):
    share = share_of(read_pairs(pairs), 0, 1)
    for n_epochs in (1, 2, 3):
        train_distributed(share, replace(CONFIG, n_epochs=n_epochs), tmp_path / "steps.pt")
    in_one_go = train_distributed(share, CONFIG, tmp_path / "one.pt")
    assert torch.equal(in_one_go.embedding.weight, weights(tmp_path / "steps.pt"))


def test_one_process_learns_what_the_objective_of_the_course_says(pairs, tmp_path, alone):
    likes = read_pairs(pairs)
    share = share_of(likes, 0, 1)
    model, graph = LightGCN(*likes.sizes, 16, CONFIG.n_layers), adjacency(likes)
    optimizer = torch.optim.AdamW(model.parameters(), CONFIG.learning_rate, weight_decay=0)
    for epoch in range(CONFIG.n_epochs):
        for (user, liked, negative), _ in triples(share, CONFIG.batch_size, 0, epoch):
            users, items = model(graph)
            ego_users, ego_items = model.embedding.weight.split(likes.sizes)
            loss = bpr_loss((users[user] * items[liked]).sum(dim=1), (users[user] * items[negative]).sum(dim=1))
            loss = loss + CONFIG.reg_weight * l2_penalty(ego_users[user], ego_items[liked], ego_items[negative])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    trained = train_distributed(share, CONFIG, tmp_path / "one.pt")
    assert (trained.embedding.weight - model.embedding.weight).abs().max() < 1e-5


@pytest.mark.parametrize("n_ranks", [1, 2, 3, 50])
def test_the_shares_add_up_to_the_whole(pairs, n_ranks):
    likes = read_pairs(pairs)
    shares = [share_of(likes, rank, n_ranks) for rank in range(n_ranks)]
    assert torch.equal(torch.cat([share.likes.user for share in shares]), likes.user)
    assert torch.equal(torch.cat([share.likes.item for share in shares]), likes.item)
    assert torch.allclose(sum(share.graph.to_dense() for share in shares), adjacency(likes).to_dense())
    owners = torch.cat([share.likes.user.unique() for share in shares])
    assert len(owners) == len(owners.unique())  # no user is torn apart
    if n_ranks < 4:
        assert all(abs(len(share.likes) - len(likes) / n_ranks) <= 11 for share in shares)


@pytest.mark.parametrize("n_ranks", [2, 3, 50])
def test_the_draws_do_not_depend_on_the_number_of_ranks(pairs, n_ranks):
    likes = read_pairs(pairs)
    steps = list(triples(share_of(likes, 0, 1), 50, seed=3, epoch=2))
    parts = zip(*(triples(share_of(likes, rank, n_ranks), 50, seed=3, epoch=2) for rank in range(n_ranks)), strict=True)
    for (whole, n_batch), part in zip(steps, parts, strict=True):
        together = torch.cat([batch for batch, _ in part], dim=1)
        assert sorted(together.T.tolist()) == sorted(whole.T.tolist())
        assert {n for _, n in part} == {n_batch} == {whole.size(1)}


def test_an_epoch_meets_each_like_once_each_with_a_negative_and_another_epoch_other_ones(pairs):
    likes = read_pairs(pairs)
    epochs = [torch.cat([batch for batch, _ in triples(share_of(likes, 0, 1), 50, 0, epoch)], 1) for epoch in (0, 1)]
    for user, liked, negative in epochs:
        assert torch.equal((user * likes.n_items + liked).sort().values, likes.keys)
        assert not likes.contains(user, negative).any()
    assert not torch.equal(*epochs)


def test_negatives_are_drawn_evenly():
    likes = Interactions(torch.zeros(2, dtype=torch.int64), torch.tensor([1, 3]), 1, 5)
    drawn = [batch[2] for epoch in range(1500) for batch, _ in triples(share_of(likes, 0, 1), 2, 0, epoch)]
    count = torch.cat(drawn).bincount(minlength=5)
    assert count[[1, 3]].tolist() == [0, 0]
    assert count[[0, 2, 4]].tolist() == pytest.approx([1000] * 3, abs=100)


def test_a_file_is_read_whatever_the_order_of_its_lines(tmp_path):
    (tmp_path / "pairs.txt").write_bytes(b"4 2 0\r\n\n0 1\n2\n")
    likes = read_pairs(tmp_path / "pairs.txt")
    assert (likes.user.tolist(), likes.item.tolist(), likes.sizes) == ([0, 4, 4], [1, 0, 2], (5, 3))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0 1 2\n1 2 x\n", r"pairs.txt, line 2: '1 2 x' must be whole numbers from 0, between blanks"),
        ("0,1,2\n", r"line 1: '0,1,2' must be whole numbers from 0"),
        ("0 1.5\n", r"line 1: '0 1.5' must be"),
        ("0 1\n1 -2\n", r"line 2: '1 -2' must be"),
        ("-1 2\n", r"line 1: '-1 2' must be"),
        ("0 99999999999999999999\n", r"line 1: '0 9{20}' must be"),
        ("99999999999999999999 0\n", r"line 1: '9{20} 0' must be"),
        ("0 1\n1 2\n0 3\n", r"line 3: user 0 has line 1 already; make it one line"),
        ("0 1 2 1\n", r"the pair \(user, item\) = \(0, 1\) stands more than once"),
        ("", r"has no like; each line must be `user item item ...`"),
        ("0\n1\n", r"has no like"),
        ("0 1\n1 2000000000\n", r"names user 1 and item 2000000000 in 2 likes; count from 0"),
        ("0 1 2\n1 0 1 2\n", r"user 1 likes all 3 items"),
        ("\x00\x01\x02\n", r"line 1: .* must be whole numbers"),
    ],
)
def test_a_bad_file_ends_in_a_sentence(tmp_path, monkeypatch, text, message):
    path = tmp_path / "pairs.txt"
    path.write_text(text)
    monkeypatch.setattr(sys, "argv", ["", str(path)])
    with pytest.raises(SystemExit, match=message):
        main()
    assert list(tmp_path.iterdir()) == [path]


def test_a_missing_file_and_a_bad_setting_end_in_a_sentence(tmp_path, monkeypatch, pairs):
    monkeypatch.setattr(sys, "argv", ["", str(tmp_path / "nothing.txt")])
    with pytest.raises(SystemExit, match=r"nothing.txt cannot be used: No such file or directory"):
        main()
    monkeypatch.setattr(sys, "argv", ["", str(pairs), "--batch-size", "0"])
    with pytest.raises(SystemExit, match="batch_size must be a whole number, at least 1, got 0"):
        main()


def test_a_checkpoint_of_another_run_is_refused_and_left_alone(pairs, tmp_path, alone):
    share, checkpoint = share_of(read_pairs(pairs), 0, 1), tmp_path / "one.pt"
    train_distributed(share, replace(CONFIG, n_epochs=1), checkpoint)
    before = checkpoint.read_bytes()
    with pytest.raises(ValueError, match=r"is of other sizes: it holds \(50, 16\) tags, this run \(50, 8\)"):
        train_distributed(share, replace(CONFIG, embedding_dim=8), checkpoint)
    with pytest.raises(ValueError, match=r"was made with n_layers = 2, this run has 1; move it away to start anew"):
        train_distributed(share, replace(CONFIG, n_layers=1), checkpoint)
    pairs.write_text(pairs.read_text().rsplit(" ", 1)[0])  # one like fewer
    other = share_of(read_pairs(pairs), 0, 1)
    with pytest.raises(ValueError, match="was made with checksum of the likes = "):
        train_distributed(other, CONFIG, checkpoint)
    assert checkpoint.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"no checkpoint", b"PK\x03\x04 half of one"])
def test_a_broken_checkpoint_is_refused(pairs, tmp_path, alone, content):
    (tmp_path / "one.pt").write_bytes(content)
    with pytest.raises(ValueError, match=r"one.pt is no checkpoint of this program .*; move it away to start anew"):
        train_distributed(share_of(read_pairs(pairs), 0, 1), CONFIG, tmp_path / "one.pt")


def test_a_file_of_something_else_is_no_checkpoint(pairs, tmp_path, alone):
    for something in ([1, 2], {"model": 3}, {"run": {}, "model": {}}, torch.ones(2)):
        torch.save(something, tmp_path / "one.pt")
        with pytest.raises(ValueError, match="is no checkpoint of this program"):
            train_distributed(share_of(read_pairs(pairs), 0, 1), CONFIG, tmp_path / "one.pt")


def test_a_run_that_leaves_the_numbers_ends_in_a_sentence(pairs, tmp_path, alone):
    with pytest.raises(ValueError, match=r"at epoch \d+ the loss is (nan|inf); lower the learning rate"):
        train_distributed(share_of(read_pairs(pairs), 0, 1), replace(CONFIG, learning_rate=1e30), tmp_path / "one.pt")


def test_another_seed_draws_other_negatives_and_the_loss_of_an_epoch_is_a_mean_over_likes(
    pairs, tmp_path, alone, capsys
):
    share = share_of(read_pairs(pairs), 0, 1)
    ((first, _),), ((other, _),) = (list(triples(share, 10_000, seed, epoch=0)) for seed in (0, 1))
    assert (first[2] == other[2]).float().mean() < 0.3
    train_distributed(share, replace(CONFIG, n_epochs=1, learning_rate=1e-9), tmp_path / "one.pt")
    loss = float(capsys.readouterr().out.split("loss ")[1].split(",")[0])
    assert loss == pytest.approx(0.693, abs=0.02)  # log 2, as nothing has been learned
