"""The three descriptions of the environment agree, and Binder's own build tool reads the one it should."""

import itertools
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from tests import resolve

ROOT = Path(__file__).parents[1]
CONDA_NAMES = {"matplotlib": "matplotlib-base", "torch": "pytorch-cpu", "torch-geometric": "pytorch_geometric"}


def requirements() -> list[str]:
    """What the library needs, and the front end that both make commands install beside it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return project["dependencies"] + project["optional-dependencies"]["lab"]


def name(requirement: str) -> str:
    return re.split(r"[<>=!~]", requirement)[0]


def test_the_library_alone_brings_no_front_end():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert not [needed for needed in project["dependencies"] if needed.startswith("jupyter")]
    installed = re.findall(r"--editable (.*?)(?: \|\||$)", (ROOT / "Makefile").read_text(), re.M)
    assert len(installed) >= 3 and all('".[lab' in what for what in installed)


def test_environment_yml_lists_pyprojects_dependencies_with_the_same_ranges():
    expected = {CONDA_NAMES.get(name(r), name(r)) + r.removeprefix(name(r)) for r in requirements()}
    listed = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    assert set(listed) - {"python=3.11", "pip"} == expected


def test_binders_environment_is_the_root_one_byte_for_byte():
    assert (ROOT / "binder/environment.yml").read_bytes() == (ROOT / "environment.yml").read_bytes()


def test_every_dependency_is_pinned_inside_its_range():
    from packaging.requirements import Requirement

    pins = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text().split())
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"].values()
    for requirement in map(Requirement, [*requirements(), *itertools.chain(*extras)]):
        assert requirement.specifier.contains(pins[requirement.name]), requirement


def test_pins_are_resolved_from_the_oldest_python_on_and_compared_as_the_index_spells_them():
    assert resolve.pythons('[project]\nrequires-python = ">=3.11"') == ["3.11.0", "3.12", "3.13", "3.14"]
    assert resolve.pythons('[project]\nrequires-python = ">=3.11.5"')[0] == "3.11.5"
    assert resolve.names("# a comment\nipython_pygments_lexers==1.1.1\nruamel.yaml==0.19.1 ; x\n    # via y\n") == {
        "ipython-pygments-lexers", "ruamel-yaml",
    }  # fmt: skip


def test_a_pin_that_a_python_cannot_have_is_said_with_uvs_reason(tmp_path, monkeypatch):
    reason = "No solution found:\n  soupsieve==4.1.2 depends on Python>=3.11.5"
    answers = iter([SimpleNamespace(returncode=1, stderr=reason), SimpleNamespace(returncode=0, stderr="")])

    def uv(command, **more):
        Path(command[command.index("--output-file") + 1]).write_text(
            "Torch==2.13.0\nnvidia-nvtx==13.0\nappnope==1.0.0\n"
        )
        return next(answers)

    monkeypatch.setattr(subprocess, "run", uv)
    constraints = tmp_path / "constraints.txt"
    constraints.write_text("torch==2.13.0\n")
    assert resolve.complaint("3.11.0", "any", tmp_path, constraints) == reason.replace("\n ", "")
    assert resolve.complaint("3.11.0", "any", tmp_path, constraints) == "not pinned: appnope"


def test_repo2docker_chooses_conda_with_python_3_11_and_runs_post_build(monkeypatch):
    from repo2docker.app import Repo2Docker
    from repo2docker.buildpacks import CondaBuildPack

    monkeypatch.chdir(ROOT)
    app = Repo2Docker()
    packs = [kind(base_image=app.base_image) for kind in app.buildpacks]
    pack = next(pack for pack in packs if pack.detect())  # as the app itself chooses
    pack.platform = "linux/amd64"
    assert isinstance(pack, CondaBuildPack)
    assert pack.python_version == "3.11"
    assert pack.get_post_build_scripts() == ["binder/postBuild"]
    assert os.access(ROOT / "binder/postBuild", os.X_OK)
    rendered = pack.render(build_args={"REPO_DIR": "/srv/repo"})
    assert "binder/environment.yml" in rendered and "binder/start" in rendered


@pytest.mark.skipif(os.name != "posix", reason="Binder's steps are for its own Linux")
def test_binders_steps_open_the_first_notebook_and_put_no_data_into_the_image(tmp_path):
    home, programs = tmp_path / "home", tmp_path / "bin"
    home.mkdir()
    programs.mkdir()
    pip = programs / "pip"
    pip.write_text(f"#!/bin/sh\necho $* > {tmp_path}/asked\n")  # this environment has the course
    pip.chmod(0o755)
    path = os.pathsep.join([str(programs), str(Path(sys.executable).parent), os.environ["PATH"]])
    variables = {"HOME": str(home), "PATH": path, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run([ROOT / "binder/postBuild"], cwd=tmp_path, env=variables, check=True)
    assert (tmp_path / "asked").read_text().split() == ["install", "--no-deps", "--editable", "."]
    settings = home / ".jupyter/jupyter_server_config.json"
    address = json.loads(settings.read_text())["ServerApp"]["default_url"]
    assert (ROOT / address.removeprefix("/lab/tree/")).is_file()
    assert not [file for file in home.rglob("*") if "course_lib" in file.parts]  # where downloads are kept
    said = subprocess.run(
        [ROOT / "binder/start", "sh", "-c", "echo $OMP_WAIT_POLICY"], env=variables, capture_output=True, text=True
    )
    assert said.stdout == "PASSIVE\n"


VERBS = [
    "lab", "test", "test-browser", "test-kernel", "test-notebooks", "lint", "resolve", "lonely", "stamp", "release",
    "notebooks", "instructor", "clean-edition",
    "html", "check-html", "workshop", "slides", "guide", "bench", "growth", "load", "mutants", "kills", "fuzz",
    "budgets", "test-oldest", "test-newest", "clean",
]  # fmt: skip


@pytest.mark.parametrize("verb", VERBS)
def test_contributing_and_the_makefile_name_the_same_verbs(verb):
    assert re.search(rf"^{verb}:.*##", (ROOT / "Makefile").read_text(), re.M)
    assert f"`make {verb}`" in (ROOT / "CONTRIBUTING.md").read_text()


def test_contributing_names_no_other_verb():
    named = set(re.findall(r"`make ([\w-]+)", (ROOT / "CONTRIBUTING.md").read_text()))
    assert named == set(re.findall(r"^([\w-]+):.*##", (ROOT / "Makefile").read_text(), re.M))
