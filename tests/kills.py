"""`make kills`: end a process at a random moment of what it does, and read what it leaves behind.

Each kind of run is done again and again in a process of its own, and ended there by SIGKILL or by an interrupt. Then
somebody else looks: what lies there must be whole, of one of the states that were written, and never a mixture; and
what training reached must go on to the same bits as a run that nobody stopped. Training is interrupted a thousand times
more without leaving the process, as in a notebook. The table goes into tests/README.md.

    python -m tests.kills [share]      a share of the runs, such as 0.1
"""

import hashlib
import io
import json
import os
import random
import signal
import sys
import tempfile
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from contextlib import redirect_stdout, suppress
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pandas as pd
import torch

from course_lib import download
from course_lib.classroom.guest import load_guest, save_guest
from course_lib.classroom.predictions import keep_prediction
from course_lib.interactions import Split, split_per_user
from course_lib.lightgcn import LightGCN
from course_lib.saving import load, save
from course_lib.training import BPR_CONFIG, TrainConfig, build, train
from tests.tables import replace_table

CONFIG = TrainConfig(embedding_dim=8, n_epochs=40, validate_every=2)
WHOLE, NONE, WRONG = "whole", "none yet", "WRONG"
DICE = random.Random()


def ended(work: Callable[[], None], longest: float, how: int) -> None:
    """Do the work in a process of its own, which gets the signal after a random part of `longest` seconds."""
    process = os.fork()
    if not process:
        os.setsid()
        signal.signal(signal.SIGINT, signal.default_int_handler)  # in a background job it would be ignored
        for stream in (1, 2):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
        try:
            work()
        finally:
            os._exit(0)
    time.sleep(DICE.random() * longest)
    if how == signal.SIGKILL:
        with suppress(ProcessLookupError):  # it has not begun
            os.killpg(process, how)  # with the process that it may have started
        os.kill(process, how)
    else:
        os.kill(process, how)
    os.waitpid(process, 0)


def for_ever(step: Callable[[int], None]) -> None:
    number = 1
    while True:
        step(number)
        number += 1


def party() -> Split:
    from course_lib.data import load_movielens

    return load_movielens("party").split()


def saving(folder: Path, split: Split, how: int) -> str:
    """Models whose tags are all 1, all 2, ..., saved one over the other."""
    path = folder / "party.model"

    def step(number: int) -> None:
        model = LightGCN(*split.train.sizes, 8, 2)
        torch.nn.init.constant_(model.embedding.weight, float(number))
        save(path, model, split)

    ended(partial(for_ever, step), 0.3, how)
    if not path.exists():
        return NONE
    weight = load(path, split).model.embedding.weight.detach()
    return WHOLE if bool((weight == weight[0, 0]).all()) and float(weight[0, 0]) >= 1 else WRONG


def films(folder: Path, split: Split, how: int) -> str:
    """The learner's films: 1, then 1 and 2, ... up to 500, and again."""
    path, titles = folder / "guest.json", {number: f"Film {number}" for number in range(1, 501)}
    ended(partial(for_ever, lambda n: save_guest(path, {i: titles[i] for i in range(1, n % 500 + 2)})), 0.1, how)
    if not path.exists():
        return NONE
    liked = load_guest(path, titles)
    return WHOLE if liked == list(range(1, len(liked) + 1)) and liked else WRONG


def guesses(folder: Path, split: Split, how: int) -> str:
    """Guesses of one notebook, 1, then 1 and 2, ..., kept beside one of another, which must still be there."""
    os.environ["COURSE_LIB_GUEST"] = str(folder / "guest.json")
    keep_prediction("01.hits", "three")
    ended(partial(for_ever, lambda n: keep_prediction(f"02.{n}", n)), 0.3, how)
    kept = json.loads((folder / "predictions.json").read_text())
    mine = {f"02.{n}": n for n in range(1, len(kept))}
    return (WHOLE if mine else NONE) if kept == {"01.hits": "three", **mine} else WRONG


def rehearsal(folder: Path, split: Split, how: int) -> str:
    """A training run that saves itself after every epoch, or when it is interrupted; then somebody goes on."""
    path = folder / "half.model"
    keep = partial(save, path, split=split)

    def work() -> None:
        model = build(split.train, CONFIG)
        state = None
        for n in range(1, CONFIG.n_epochs + 1):
            result = train(model, split.train, split.validation, CONFIG, lambda h, n=n: len(h) >= n, state)
            state = result.state
            if result.interrupted or how == signal.SIGKILL:
                keep(model=model, state=state)
            if result.interrupted:
                return
        keep(model=model, state=state)

    ended(work, 1.2, how)
    if not path.exists():
        return NONE
    saved = load(path, split)
    train(saved.model, split.train, split.validation, CONFIG, state=saved.state)
    return WHOLE if torch.equal(saved.model.embedding.weight, unbroken(split)) else WRONG


_UNBROKEN: list[torch.Tensor] = []


def unbroken(split: Split) -> torch.Tensor:
    """The tags of the run that nobody stopped."""
    if not _UNBROKEN:
        model = build(split.train, CONFIG)
        train(model, split.train, split.validation, CONFIG)
        _UNBROKEN.append(model.embedding.weight.detach())
    return _UNBROKEN[0]


QUICK = TrainConfig(embedding_dim=8, n_epochs=12, validate_every=5, ego_dropout=0.5)
TEACHERS = (replace(QUICK, decay=True), replace(BPR_CONFIG, embedding_dim=8, n_epochs=12, validate_every=5))


def quick() -> Split:
    """Forty users and sixty items, whose twelve epochs take a tenth of a second."""
    pairs = [(user, item) for user in range(40) for item in range(60) if (7 * user + 3 * item) % 5 in (0, user % 3)]
    return split_per_user(pd.DataFrame(pairs, columns=["user_id", "item_id"]))


def same(one: Any, other: Any) -> bool:
    """Whether two states of training are equal to the last bit, but for the seconds that it took."""
    if isinstance(one, torch.Tensor):
        return torch.equal(one, other)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one if key != "seconds")
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other


def on_the_spot(times: int) -> Counter[str]:
    """SIGINT at random moments of `train`, here: whatever came back is gone on with, and interrupted again."""
    split, found, sent = quick(), Counter[str](), []

    def press(*_: object) -> None:
        sent.append(1)
        os.kill(os.getpid(), signal.SIGINT)

    signal.signal(signal.SIGALRM, press)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    go = partial(train, likes=split.train, validation=split.validation)
    known = []
    for config in TEACHERS:
        untouched, started = build(split.train, config), time.perf_counter()
        known.append((config, untouched, go(untouched, config=config), time.perf_counter() - started))
    while found.total() < times:
        config, untouched, whole, longest = DICE.choice(known)
        model, result, reached, broken = build(split.train, config), None, [], False
        sent.clear()
        while result is None or result.interrupted:
            state = result and result.state
            try:
                signal.setitimer(signal.ITIMER_REAL, max(DICE.random() * longest, 1e-5))
                result = go(model, config=config, state=state)
                signal.setitimer(signal.ITIMER_REAL, 0)
            except KeyboardInterrupt:  # before the first epoch or after the last one: what was known is still known
                signal.setitimer(signal.ITIMER_REAL, 0)
                reached.append(bool(state))
                if state is None:
                    model = build(split.train, config)
                continue
            n = len(result.history)
            broken |= not same(result.state["history"], whole.state["history"][:n])
            broken |= not same(dict(model.state_dict()), dict(result.state["best_weights"]))
            reached += [n > 0] * result.interrupted
        broken |= not same(result.state, whole.state) or result.best_epoch != whole.best_epoch
        broken |= not torch.equal(model.embedding.weight, untouched.embedding.weight) or len(reached) != len(sent)
        found.update(WRONG if broken else WHOLE if something else NONE for something in reached)
    return found


def stopped_by_epochs(times: int) -> Counter[str]:
    """The same by `n_epochs`, mostly between two validations."""
    split, found = quick(), Counter[str]()
    for config in (replace(config, decay=False) for config in TEACHERS):
        whole = train(build(split.train, config), split.train, split.validation, config)
        for _ in range(-(-times // 2)):
            model, state = build(split.train, config), None
            for n in (*sorted(DICE.sample(range(1, config.n_epochs), DICE.randint(1, 3))), config.n_epochs):
                state = train(model, split.train, split.validation, replace(config, n_epochs=n), state=state).state
            right = same(state, whole.state) and same(dict(model.state_dict()), dict(whole.state["best_weights"]))
            found[WHOLE if right else WRONG] += 1
    return found


def fetching(address: str, folder: Path, split: Split, how: int) -> str:
    """A download of an archive of two megabytes from a server next door, which sends it in pieces."""
    source = download.Source("next door", address, (download.ZIP,), "ml-100k")
    ended(partial(download._download, source, folder, 60), 2.5, how)
    path = folder / download.ZIP
    if not path.exists():
        return NONE
    return WRONG if download.fails_hash(download.ZIP, path.read_bytes()) else WHOLE


class Slow(SimpleHTTPRequestHandler):
    """Sends what it has in pieces, with a pause after each."""

    content = b""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.content)))
        self.end_headers()
        try:
            for start in range(0, len(self.content), 100_000):
                self.wfile.write(self.content[start : start + 100_000])
                time.sleep(0.02)
        except OSError:
            pass  # who asked is gone

    def log_message(self, *_: object) -> None:
        pass


def next_door() -> str:
    """A server with an archive, whose hash is now the published one; its address."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("ml-100k/u.data", random.Random(0).randbytes(2_000_000))
    Slow.content = archive.getvalue()
    download.HASHES[download.ZIP] = f"sha256:{hashlib.sha256(Slow.content).hexdigest()}"
    server = ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}"


def main(share: float) -> int:
    """All runs, and the table."""
    torch.set_num_threads(1)
    split = party()
    unbroken(split)  # before the first fork: the optimizer takes long to load
    kinds = (
        ("a model saved over another", saving, signal.SIGKILL, 100),
        ("the learner's films", films, signal.SIGKILL, 80),
        ("the learner's guesses", guesses, signal.SIGKILL, 80),
        ("a training run, saved at every epoch", rehearsal, signal.SIGKILL, 60),
        ("a training run, interrupted", rehearsal, signal.SIGINT, 60),
        ("a download", partial(fetching, next_door()), signal.SIGKILL, 60),
        ("a download, interrupted", partial(fetching, next_door()), signal.SIGINT, 20),
    )
    lines = [
        "| what was stopped | by | times | whole | none yet | wrong | with litter |",
        "|---|---|---|---|---|---|---|",
    ]
    count = Counter[str]()

    def tell(name: str, by: str, found: Counter[str]) -> None:
        row = (found[key] for key in (WHOLE, NONE, WRONG, "litter"))
        runs = found[WHOLE] + found[NONE] + found[WRONG]
        lines.append(f"| {name} | {by} | {runs} | {' | '.join(map(str, row))} |")
        print(lines[-1], flush=True)
        replace_table("kills", "\n".join(lines))
        count.update(found)

    with redirect_stdout(io.StringIO()):  # each time it says how far it came
        interrupted = on_the_spot(round(1000 * share))
    tell("`train`, interrupted and gone on with", "SIGINT", interrupted)
    tell("`train`, stopped and gone on with", "`n_epochs`", stopped_by_epochs(round(200 * share)))
    for name, run, how, times in kinds:
        found = Counter[str]()
        for _ in range(max(1, round(times * share))):
            with tempfile.TemporaryDirectory() as folder:
                try:
                    outcome = run(Path(folder), split, how)
                except (ValueError, OSError, KeyError) as error:
                    print(f"{name}: {error}")
                    outcome = WRONG
                found[outcome] += 1
                names = {"party.model", "guest.json", "predictions.json", "half.model", download.ZIP}
                found["litter"] += any(path.name not in names for path in Path(folder).iterdir())
        tell(name, signal.Signals(how).name, found)
    return int(count[WRONG] > 0)


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0))
