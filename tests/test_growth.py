"""The cheapest row of the growth table, as ratios found in one run, and what the table says."""

from pathlib import Path

import pytest
import torch

from course_lib.graph import adjacency
from course_lib.memory import kept_memory
from course_lib.tables import stored
from tests.benchmarks.growth import (
    BEFORE,
    CSR,
    DIM,
    LGCONV,
    OURS,
    coalesced,
    layers_of,
    long_tailed,
    markdown,
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


def test_a_step_in_kept_memory_gives_the_same_numbers_and_an_error_leaves_it(likes):
    # How many pages the system clears depends on what the process has freed before: that is for the benchmark.
    graph = adjacency(likes)
    x = torch.ones(graph.size(0), DIM)
    with kept_memory():
        within = graph @ x
    assert torch.equal(within, graph @ x)
    with pytest.raises(ValueError, match="on purpose"), kept_memory():
        raise ValueError("on purpose")


def test_other_systems_are_left_as_they_are(monkeypatch):
    monkeypatch.setattr("course_lib.memory.sys.platform", "darwin")
    monkeypatch.setattr("course_lib.memory.ctypes.CDLL", lambda name: pytest.fail("it must not be asked"))
    with kept_memory():
        pass


def test_the_stored_table_holds_what_the_library_and_its_notes_claim():
    taken = stored("growth").set_index(["what", "memory", "who", "likes"]).sort_index()["ms"]
    layer = taken["one layer, there and back", "given back"]
    assert layer[CSR, 1_000_000] >= 5 * layer[OURS, 1_000_000]
    assert layer[LGCONV, 1_000_000] >= 40 * layer[OURS, 1_000_000]
    for what in ("training step", "two layers, there and back"):  # as it was, and as `train` does it now
        assert taken[what, "given back", BEFORE, 10_000_000] >= 2 * taken[what, "kept", OURS, 10_000_000]
    build = taken["build", "given back"]
    assert build[BEFORE, 1_000_000] >= 2 * build[OURS, 1_000_000]


def test_the_page_shows_the_stored_table_and_concludes_no_more():
    assert markdown(stored("growth")) in (Path(__file__).parents[1] / "RESULTS.md").read_text("utf-8")
    steps = stored("growth").query("what == 'training step' and who == @OURS and memory == 'kept'").set_index("likes")
    above_paper = steps["ms"] / steps["paper_ms"]
    assert above_paper[1_000_000] == pytest.approx(1.5, abs=0.1)  # half as long again
    assert above_paper[10_000_000] == pytest.approx(1.2, abs=0.05)  # a fifth
