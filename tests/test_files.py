"""A file is written whole or not at all, also where the disk is full or the process is killed."""

import os
import subprocess
import sys
import time

import pytest

from course_lib.files import write_whole


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
