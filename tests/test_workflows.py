"""What a host of the repository runs, shows and asks: the workflows, the forms, the hooks, the container."""

import re
import tomllib

import pytest
import yaml

from tests.jupyterlab import ROOT
from tests.stamp import feedback, released

GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
PINS = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text().split())


def steps(workflow: dict) -> list[dict]:
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_may_only_read_keeps_no_password_and_ends(path):
    workflow = yaml.safe_load(path.read_text())
    assert workflow["permissions"] == {"contents": "read"} and "secrets." not in path.read_text()
    assert all(job["timeout-minutes"] <= 90 for job in workflow["jobs"].values())
    for step in steps(workflow):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


def test_the_workflows_run_what_the_repository_has():
    verbs = set(re.findall(r"^([\w-]+):.*##", (ROOT / "Makefile").read_text(), re.M))
    nightly = yaml.safe_load((GITHUB / "workflows/nightly.yml").read_text())
    assert set(nightly["jobs"]["tests"]["strategy"]["matrix"]["verb"]) <= verbs
    ci = yaml.safe_load((GITHUB / "workflows/ci.yml").read_text())
    runs = [step.get("run", "") for step in steps(ci)]
    assert ".ci/run" in runs
    named = re.findall(r"[\w./]+\.(?:ipynb|py|txt)", "\n".join(runs))
    assert len(named) >= 3 and all((ROOT / name).exists() for name in named)
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    for asked in re.findall(r'"\.\[(.*?)\]"', "\n".join(runs)):
        assert set(asked.split(",")) <= set(extras)


def test_the_forms_ask_for_the_doctor_and_for_notebook_and_section():
    forms = {path.stem: yaml.safe_load(path.read_text()) for path in (GITHUB / "ISSUE_TEMPLATE").glob("*.yml")}
    required = {
        name: {field["id"] for field in form["body"] if field.get("validations", {}).get("required")}
        for name, form in forms.items()
        if "body" in form
    }
    assert "doctor" in required["bug"] and {"notebook", "section"} <= required["confused"]
    if released().home:  # the link of a notebook fills in a field of the form
        assert "template=confused.yml&notebook=" in feedback(released(), "01_setup")


def test_the_hooks_are_of_the_pinned_versions_and_keep_the_outputs():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    found = {repo["repo"].split("/")[-1].removesuffix("-pre-commit"): repo for repo in hooks}
    assert {name: repo["rev"].removeprefix("v") for name, repo in found.items()} == {
        name: PINS[name] for name in ("ruff", "nbstripout")
    }
    (strip,) = found["nbstripout"]["hooks"]
    makefile = re.sub(r'\\\n\s*|"', "", (ROOT / "Makefile").read_text())
    assert f"nbstripout {' '.join(strip['args'])} notebooks" in makefile  # as make lint asks


def test_the_container_opens_on_the_first_notebook_and_holds_no_data():
    text = re.sub(r"^\s*//.*$", "", (ROOT / ".devcontainer/devcontainer.json").read_text(), flags=re.M)
    container = yaml.safe_load(text)  # JSON is YAML
    assert container["customizations"]["codespaces"]["openFiles"] == ["notebooks/01_setup.ipynb"]
    assert re.search(r"^\.venv/\.course:", (ROOT / "Makefile").read_text(), re.M)
    assert container["postCreateCommand"] == "make .venv/.course"


def test_the_version_is_the_same_wherever_it_stands():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert cited["cff-version"] == "1.2.0" and {"message", "title", "authors"} <= set(cited)
    assert cited["version"] == released().version
    assert "## Unreleased" in (ROOT / "CHANGELOG.md").read_text()
