"""A wheel has what the notebooks read, and a notebook that came alone runs on it. `make lonely` tries all ten."""

import zipfile

import pytest

from tests.lonely import NOTEBOOKS, alone, build_wheel, copied, missing


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return build_wheel(copied(tmp_path_factory.mktemp("source")), tmp_path_factory.mktemp("wheel"))


def test_the_wheel_has_every_file_of_the_library_and_every_table_that_a_notebook_names(wheel):
    assert missing(wheel) == []


@pytest.mark.parametrize("taken", ["tables/museum.csv", "widgets/live.css"])
def test_a_file_that_is_taken_out_is_missed(taken, tmp_path):
    source, into = tmp_path / "source", tmp_path / "wheel"
    source.mkdir()
    into.mkdir()
    (copied(source) / "course_lib" / taken).unlink()
    assert missing(build_wheel(source, into)) == [f"course_lib/{taken}"]


def test_a_table_that_the_package_data_forget_is_missed(tmp_path):
    source, into = tmp_path / "source", tmp_path / "wheel"
    source.mkdir()
    into.mkdir()
    pyproject = copied(source) / "pyproject.toml"
    pyproject.write_text(pyproject.read_text().replace('"tables/*.csv", ', ""))
    assert "course_lib/tables/results.csv" in missing(build_wheel(source, into))


def test_a_notebook_runs_in_an_empty_folder_on_the_wheel_alone(wheel, tmp_path, monkeypatch, real_data):
    zipfile.ZipFile(wheel).extractall(tmp_path / "installed")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "installed"))
    (notebook,) = [path for path in NOTEBOOKS if path.stem == "03_graph"]
    origin, files = alone(notebook, tmp_path / "folder").splitlines()[0].split(" ", 1)
    assert origin == str(tmp_path / "installed/course_lib/__init__.py") and files == "['03_graph.ipynb']"
