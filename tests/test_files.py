"""A file is written whole or not at all, also on a full disk and under kill -9; a lock is held by one."""

import os
import subprocess
import sys
import threading
import time

import pytest

from course_lib import files
from course_lib.files import locked, set_aside, write_whole


def test_text_and_bytes_come_back_as_they_were(tmp_path):
    path = tmp_path / "new" / "folder" / "me.json"
    write_whole(path, "Misérables\n")
    assert path.read_bytes() == "Misérables\n".encode()
    write_whole(str(path), b"\x00\r\n")
    assert path.read_bytes() == b"\x00\r\n"
    assert [file.name for file in path.parent.iterdir()] == ["me.json"]


@pytest.mark.parametrize("moment", ["fsync", "replace"])
@pytest.mark.parametrize("error", [OSError("no space left on device"), KeyboardInterrupt()], ids=["full", "interrupt"])
def test_what_goes_wrong_leaves_the_old_file_and_no_litter(tmp_path, monkeypatch, moment, error):
    path = tmp_path / "me.json"
    write_whole(path, "old")

    def fails(*_):
        raise error

    monkeypatch.setattr(os, moment, fails)
    with pytest.raises(type(error)):
        write_whole(path, "new")
    assert path.read_text() == "old" and [file.name for file in tmp_path.iterdir()] == ["me.json"]


def test_text_that_has_no_bytes_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(ValueError, match="surrogates not allowed"):
        write_whole(tmp_path / "folder" / "me.json", "\ud800")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("moment", "left"), [("fsync", "old"), ("replace", "old"), ("after replace", "new")])
def test_killed_at_a_bad_moment_it_leaves_the_old_file_or_the_new(tmp_path, moment, left):
    path = tmp_path / "me.json"
    write_whole(path, "old")
    before = "" if moment != "after replace" else "true_replace(*arguments)"
    program = f"""
import os, sys
from course_lib.files import write_whole
true_replace = os.replace
def dies(*arguments):
    {before}
    os.kill(os.getpid(), 9)
os.{moment.split()[-1]} = dies
write_whole(sys.argv[1], "new")
"""
    assert subprocess.run([sys.executable, "-c", program, str(path)]).returncode != 0
    assert path.read_text() == left


def test_what_a_killed_process_left_is_removed_an_hour_later(tmp_path):
    old, young, other = (tmp_path / name for name in ("a.json.1.draft", "a.json.2.draft", "b.json.1.draft"))
    for draft, age in ((old, 4000), (young, 3000), (other, 4000)):
        draft.write_text("half")
        os.utime(draft, (time.time() - age,) * 2)
    write_whole(tmp_path / "a.json", "whole")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.json", young.name, other.name]


def test_killed_while_it_writes_it_leaves_a_whole_file(tmp_path):
    path = tmp_path / "table.csv"
    write_whole(path, "a" * 10_000_000)
    program = """
import itertools, sys
from course_lib.files import write_whole
for letter in itertools.cycle("bcd"):
    write_whole(sys.argv[1], letter * 10_000_000)
"""
    writer = subprocess.Popen([sys.executable, "-c", program, str(path)])
    for _ in range(2000):
        if any(draft.suffix == ".draft" for draft in tmp_path.iterdir()):
            break
        time.sleep(0.01)
    writer.kill()
    assert writer.wait() != 0  # it would go on for ever
    content = path.read_text()
    assert len(content) == 10_000_000 and len(set(content)) == 1


def test_a_lock_is_waited_for_and_leaves_nothing_behind(tmp_path):
    path = tmp_path / "folder" / "me.json"
    taken, order = threading.Event(), []

    def keeps():
        with locked(path):
            taken.set()
            time.sleep(0.2)
            order.append("first")

    thread = threading.Thread(target=keeps)
    thread.start()
    taken.wait()
    with locked(path):
        order.append("second")
    thread.join()
    assert order == ["first", "second"] and not list(path.parent.iterdir())
    with locked(tmp_path / "other.json"), locked(path, seconds=0):  # another file is another lock
        pass


def test_a_lock_that_stays_taken_is_given_up(tmp_path):
    path = tmp_path / "me.json"
    start = time.monotonic()
    with (
        locked(path),
        pytest.raises(TimeoutError, match=r"another program has kept me\.json locked for 0\.1 seconds"),
        locked(path, seconds=0.1),
    ):
        pass
    assert 0.1 <= time.monotonic() - start < 2
    with locked(path, seconds=0):
        pass


def test_a_lock_falls_with_the_process_that_held_it(tmp_path):
    path = tmp_path / "me.json"
    program = """
import os, sys
from course_lib.files import locked
with locked(sys.argv[1]):
    os.kill(os.getpid(), 9)
"""
    assert subprocess.run([sys.executable, "-c", program, str(path)]).returncode != 0
    assert [file.name for file in tmp_path.iterdir()] == ["me.json.lock"]
    with locked(path, seconds=0):
        pass
    assert not list(tmp_path.iterdir())


def test_an_error_or_an_interrupt_gives_the_lock_back(tmp_path):
    for error in (ValueError, KeyboardInterrupt):
        with pytest.raises(error), locked(tmp_path / "me.json"):
            raise error
    with locked(tmp_path / "me.json", seconds=0):
        pass


def test_four_processes_that_count_in_one_file_lose_nothing(tmp_path):
    program = """
import sys
from pathlib import Path
from course_lib.files import locked, write_whole
path = Path(sys.argv[1])
for _ in range(50):
    with locked(path, seconds=60):
        write_whole(path, str(int(path.read_text()) + 1))
"""
    path = tmp_path / "count"
    path.write_text("0")
    writers = [subprocess.Popen([sys.executable, "-c", program, str(path)]) for _ in range(4)]
    assert [writer.wait() for writer in writers] == [0] * 4
    assert path.read_text() == "200"


def test_what_is_set_aside_takes_nobodys_place(tmp_path):
    names = []
    for content in "abc":
        (tmp_path / "me.json").write_text(content)
        names.append(set_aside(tmp_path / "me.json").name)
    assert names == ["me.json.broken", "me.json.2.broken", "me.json.3.broken"]
    assert [(tmp_path / name).read_text() for name in names] == ["a", "b", "c"]


def test_a_lock_whose_file_was_removed_meanwhile_is_taken_again(tmp_path, monkeypatch):
    path, lock, taken = tmp_path / "me.json", tmp_path / "me.json.lock", []

    def take(handle):  # whoever had it lets go, and a third makes the file anew, just before we have it
        if not taken:
            lock.unlink()
            lock.write_bytes(b"")
        taken.append(handle)
        real(handle)

    real = files._take
    monkeypatch.setattr(files, "_take", take)
    with locked(path), pytest.raises(TimeoutError), locked(path, seconds=0):
        pass
    assert not list(tmp_path.iterdir())
