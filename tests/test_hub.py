"""The hub's files say what is measured and what exists; the load test asks kernels what it says it asks."""

import re
import runpy
from types import SimpleNamespace

import pytest
import yaml

from tests.benchmarks import load
from tests.jupyterlab import ROOT

VALUES = yaml.safe_load((ROOT / "hub/values.yaml").read_text())
PAGE = (ROOT / "hub/README.md").read_text()


def measured() -> list[list[float]]:
    return [[float(x) for x in line.strip("| ").split("|")] for line in PAGE.splitlines() if re.match(r"\| \d", line)]


def test_both_hubs_give_every_learner_the_same():
    c = SimpleNamespace(Spawner=SimpleNamespace())
    runpy.run_path(str(ROOT / "hub/tljh_config.py"), init_globals={"c": c})
    assert c.Spawner.environment == VALUES["singleuser"]["extraEnv"]
    assert c.Spawner.default_url == VALUES["singleuser"]["defaultUrl"]
    assert (ROOT / c.Spawner.default_url.removeprefix("/lab/tree/course/")).is_file()
    assert c.Spawner.environment["COURSE_LIB_DATA"] in PAGE
    assert f"limits.memory {VALUES['singleuser']['memory']['limit']}" in PAGE
    assert f"services.cull.timeout {VALUES['cull']['timeout']}" in PAGE
    (mount,) = VALUES["singleuser"]["storage"]["extraVolumeMounts"]
    assert mount["readOnly"] and mount["mountPath"] == c.Spawner.environment["COURSE_LIB_DATA"]


def test_the_limits_hold_what_was_measured():
    rows = measured()
    assert [row[0] for row in rows][:1] == [1] and rows[-1][0] >= 10 and not any(row[1] for row in rows)
    each = max(row[5] for row in rows)
    memory = VALUES["singleuser"]["memory"]
    assert each <= float(memory["guarantee"][:-1]) and 2 * each <= float(memory["limit"][:-1])


@pytest.mark.parametrize("name", load.NAMES)
def test_the_core_of_a_notebook_has_its_widget_and_no_exercise(name):
    code = "\n".join(load.core(name))
    assert "Widget(" in code and "import" in code and "check(" not in code


def test_a_table_is_written_between_its_marks(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- load: x -->\nold\n<!-- /load -->\nb\n")
    load.write([load.row([load.Learner(12.0, [0.1, 0.3], ""), load.Learner(14.0, [0.2], "E: x")], 1.0)], page)
    assert (
        "| 2 | 1 | 13 | 14 | 1.0 | 0.50 | 200 | 200 |\n<!-- /load -->\nb" in page.read_text()
        and "old" not in page.read_text()
    )
