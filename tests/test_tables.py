"""The stored tables are found by name, wherever the package is installed."""

import pytest

from course_lib.tables import stored


def test_a_table_is_read_by_its_name():
    assert {"model", "split_seed", "ndcg@10"} <= set(stored("results"))


def test_an_unknown_name_gets_the_names_there_are():
    with pytest.raises(ValueError, match=r"the stored tables are .*museum, .*results.*, got 'ladder'"):
        stored("ladder")
