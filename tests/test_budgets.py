"""What `make budgets` hears of a notebook, and what it says of one that costs too much."""

import sys

import nbformat
import pytest

from tests.budgets import Cost, cost, table

linux = pytest.mark.skipif(sys.platform != "linux", reason="the most memory it had, a process can read on Linux only")
FRUGAL = Cost(processor=14.9, clock=60, megabytes=700, files=[], sockets=[], processes=[])


def notebook(path, *cells):
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbformat.write(book, path)
    return path


@linux
def test_what_stays_in_its_own_folder_and_on_this_computer_is_nobody_else_s_business(tmp_path):
    found = cost(
        notebook(
            tmp_path / "quiet.ipynb",
            "from pathlib import Path\nPath('kept.txt').write_text('mine')\nPath('folder').mkdir()",
            "import os, pooch\nopen(os.devnull, 'w').close()\nos.makedirs(pooch.os_cache('course_lib'), exist_ok=True)",
            "import socket\nserver = socket.create_server(('127.0.0.1', 0))\n"
            "socket.create_connection(server.getsockname()).close()",
            "import time\nstart = time.process_time()\nwhile time.process_time() < start + 0.2: pass",
        )
    )
    assert found.broken() == [] and found.files == []
    assert 0.2 <= found.processor < 10 and found.clock >= 0.2 and 20 < found.megabytes < 1000


@linux
def test_a_file_elsewhere_a_connection_and_a_process_are_heard(tmp_path):
    away = tmp_path / "away"
    away.mkdir()
    found = cost(
        notebook(
            tmp_path / "loud.ipynb",
            f"away = {str(away)!r}\nopen(f'{{away}}/by_open.txt', 'w').close()",
            "import os\nos.mkdir(f'{away}/by_mkdir')\nopen('here.txt', 'w').close()\n"
            "os.rename('here.txt', f'{away}/by_rename.txt')",
            "import os, tempfile\nhandle, draft = tempfile.mkstemp(dir=away, prefix='by_mkstemp')\nos.close(handle)",
            # To an address that is nobody's, and without a packet: connecting a datagram socket sends nothing.
            "import contextlib, socket\nwith contextlib.suppress(OSError):\n"
            "    socket.socket(type=socket.SOCK_DGRAM).connect(('192.0.2.1', 9))",
            "import subprocess, sys\nsubprocess.run([sys.executable, '-c', ''])",
        )
    )
    names = [name.removeprefix(f"{away.resolve()}/") for name in found.files]
    assert names[:2] == ["by_mkdir", names[1]] and names[1].startswith("by_mkstemp")
    assert names[2:] == ["by_open.txt", "by_rename.txt"]
    assert found.sockets == ["192.0.2.1:9"] and len(found.processes) >= 1
    assert {word.split()[0] for word in found.broken()} == {"wrote", "connected", "started"}


@pytest.mark.parametrize(
    ("spent", "said"),
    [
        ({"processor": 15.0}, "15 s of the processor, more than 15"),
        ({"megabytes": 2000.0}, "2000 MB, more than 2000"),
        ({"files": ["/elsewhere/list.csv"]}, "wrote /elsewhere/list.csv"),
        ({"sockets": ["192.0.2.1:9"]}, "connected to 192.0.2.1:9"),
    ],
)
def test_each_budget_can_be_broken(spent, said):
    assert FRUGAL.broken() == [] and FRUGAL._replace(**spent).broken() == [said]


def test_what_pyg_leaves_in_the_temporary_folder_is_counted_apart():
    found = FRUGAL._replace(files=["/tmp/torch_geometric.nn.conv.lg_conv_LGConv_propagate_x.py"])
    assert found.broken() == []
    assert "| 0, and 1 of PyG's | 0 |" in table({"04": found}) and "| 0 | 0 |" in table({"03": FRUGAL})
