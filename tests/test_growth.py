"""The cheapest row of the growth table, as ratios found in one run, and what the table says."""

import platform
import subprocess
import sys

import pytest
import torch

from course_lib.graph import adjacency
from course_lib.tables import stored
from tests.benchmarks.growth import (
    CSR,
    DIM,
    LGCONV,
    OURS,
    coalesced,
    layers_of,
    long_tailed,
    milliseconds,
    there_and_back,
)


@pytest.fixture(scope="module")
def likes():
    return long_tailed(100_000)


def test_a_layer_there_and_back_is_faster_than_the_peers_by_more_than_a_busy_machine_can_hide(likes):
    x = torch.randn(sum(likes.sizes), DIM, generator=torch.Generator().manual_seed(0))
    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        layers = layers_of(likes, adjacency(likes))
        taken = milliseconds({name: there_and_back(layer, x) for name, layer in layers.items()}, 5)
    finally:
        torch.set_num_threads(n_threads)
    assert taken[CSR] > 2 * taken[OURS]  # the table says 5
    assert taken[LGCONV] > 4 * taken[OURS]  # the table says more than 12


def test_what_is_compared_computes_the_same(likes):
    x = torch.randn(sum(likes.sizes), DIM, generator=torch.Generator().manual_seed(0))
    graph = adjacency(likes)
    made = {name: layer(x) for name, layer in layers_of(likes, graph).items()}
    largest = float(made[OURS].abs().max())
    for other in (CSR, LGCONV):
        torch.testing.assert_close(made[other], made[OURS], rtol=0, atol=1e-5 * largest)
    before = coalesced(likes)
    for part in ("crow_indices", "col_indices", "values"):
        assert torch.equal(getattr(before, part)(), getattr(graph, part)())


def test_the_made_up_party_has_the_size_it_says_and_long_tails(likes):
    assert len(likes) == 100_000 and likes.sizes == (100_000 // 27, 100_000 // 20)
    for degree in (likes.user_degree(), likes.item_degree()):
        assert float(degree.max()) > 10 * float(degree.float().mean())


PAGES = """
import resource, torch
from course_lib.memory import kept_memory

def new_pages():  # that the system clears for a table of 64 MB which is made after another one was freed
    for _ in range(2):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        torch.ones(16_000_000)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

with kept_memory():
    within = new_pages()
print(within, new_pages())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries are left as they are")
def test_kept_memory_is_used_again_and_given_back_at_the_end():
    # In a process of its own: what others have freed before is used again as well.
    told = subprocess.run([sys.executable, "-c", PAGES], capture_output=True, text=True, check=True).stdout
    within, after = map(int, told.split())
    assert within < 1000 and after > 10_000  # pages of 4 KB


def test_the_stored_table_holds_what_the_library_and_its_notes_claim():
    table = stored("growth").set_index(["what", "memory", "likes", "who"])
    layer = table.loc["one layer, there and back"]["times_course_lib"]
    assert layer["given back", 1_000_000, CSR] >= 5 and layer["given back", 1_000_000, LGCONV] >= 40
    step = table.loc["training step"]["times_course_lib"]
    assert step["given back", 10_000_000, "before"] >= 1.25
    assert table.loc["build"]["times_course_lib"]["given back", 1_000_000, "before"] >= 2
