"""The doctor: what is wrong is found, with one way to mend it, also where packages are missing or broken."""

import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from course_lib import doctor, download
from course_lib.doctor import Finding

ROOT = Path(__file__).parents[1]


def ask(folder: Path, hidden: tuple[str, ...] = (), **environment: str) -> tuple[int, str, float]:
    """Exit code, report and seconds of the doctor, where some modules cannot be imported."""
    (folder / "sitecustomize.py").write_text(f"""
import sys
class Hides:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {hidden!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Hides())
""")
    variables = {**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}", "COURSE_LIB_DATA": "party", **environment}
    start = time.monotonic()
    asked = subprocess.run(
        [sys.executable, "-m", "course_lib", "doctor"], capture_output=True, text=True, env=variables, cwd=folder
    )
    assert not asked.stderr
    return asked.returncode, asked.stdout, time.monotonic() - start


def only(findings, begin: str) -> Finding:
    """The one finding whose words begin so."""
    (found,) = [finding for finding in findings if finding.what.startswith(begin)]
    return found


@pytest.fixture
def cache(tmp_path, monkeypatch) -> Path:
    monkeypatch.delenv("COURSE_LIB_DATA", raising=False)
    monkeypatch.setattr(doctor, "_user_folder", lambda kind: tmp_path)
    return tmp_path


def test_where_everything_is_there_nothing_is_to_be_mended(tmp_path):
    code, report, seconds = ask(tmp_path)
    assert code == 0 and "!!" not in report, report
    assert report.endswith("Nothing is wrong that can be seen from here.\n")
    for word in (
        "Python 3",
        "torch 2",
        "kernel: ipykernel",
        "anywidget 0",
        "JupyterLab 4",
        "MADE-UP",
        "memory",
        "disk",
    ):
        assert word in report
    assert seconds < 8  # five, on a machine that does nothing else


@pytest.mark.parametrize("hidden", [("torch",), ("ipywidgets",), ("pandas",), ("torch", "pandas", "numpy", "pooch")])
def test_it_works_without_a_package_and_says_how_to_get_it(tmp_path, hidden):
    code, report, _ = ask(tmp_path, hidden)
    assert code == 1 and "Traceback" not in report
    for name in hidden:
        assert f'!!  {name} is missing\n    Mend it: {sys.executable} -m pip install "{name}' in report
    assert report.count("!!") == report.count("Mend it: ") == len(hidden)
    assert f"{len(hidden)} to mend; begin with the first." in report


def test_in_another_python_it_does_not_list_every_package(tmp_path):
    every = ("torch", "pandas", "numpy", "pooch", "anywidget", "matplotlib", "sklearn", "platformdirs", "jupyter_core")
    code, report, _ = ask(tmp_path, every)
    assert code == 1 and report.count("!!") == 1
    assert "scikit-learn" in report and "are missing: is this the course's Python?" in report


@pytest.mark.parametrize("package", ["torch", "pandas"])
def test_a_package_that_cannot_be_loaded_is_found(tmp_path, package):
    (tmp_path / package).mkdir()
    (tmp_path / package / "__init__.py").write_text("raise OSError('libgomp.so.1: cannot open shared object file')")
    code, report, _ = ask(tmp_path)
    assert code == 1  # what needs the package may be found broken with it
    assert f"!!  {package} cannot be loaded: " in report and "libgomp.so.1: cannot open shared object file" in report
    assert f"install --force-reinstall {package}==" in report


def test_it_imports_nothing_but_the_standard_library():
    program = """
import sys
before = set(sys.modules)
import course_lib.doctor, course_lib.__main__
print({name.split(".")[0] for name in set(sys.modules) - before} - sys.stdlib_module_names)
"""
    asked = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert asked.stdout == "{'course_lib'}\n"


def test_versions_are_held_against_the_pins_of_the_installed_metadata(monkeypatch):
    monkeypatch.setattr(
        importlib.metadata, "requires", lambda name: ["numpy<3,>=99", "torch (>=1)", 'pytest>=999; extra == "dev"']
    )
    wrong, right = doctor._packages()
    assert wrong.what == f"numpy is {importlib.metadata.version('numpy')}, the course needs <3,>=99"
    assert wrong.fix == f'{sys.executable} -m pip install "numpy<3,>=99"'
    assert right.fix is None and right.what.startswith("packages as needed: torch ") and "numpy" not in right.what


@pytest.mark.parametrize(
    ("version", "limits", "inside"),
    [
        ("2.6", ">=2.6,<3", True),
        ("2.6.0", ">=2.6.0.0", True),
        ("2.5.9", ">=2.6", False),
        ("2.10.1+cpu", ">=2.6,<3", True),
        ("3.0.0rc1", "<3", False),
        ("0.11.4", "==0.11.*", True),
        ("0.12", "==0.11.*", False),
        ("3", "<=3.0", True),
        ("3.0.1", ">3", True),
        ("1.0", "", True),
    ],
)
def test_versions_and_limits(version, limits, inside):
    assert doctor._inside(version, limits) is inside


def test_a_python_that_is_too_old_is_told(monkeypatch):
    monkeypatch.setattr(doctor.platform, "python_version", lambda: "3.10.2")
    (finding,) = doctor._python()
    assert "Python 3.10.2" in finding.what and "the course needs >=3.11" in finding.what
    assert finding.fix == "install Python 3.11, then make lab PYTHON=python3.11"


@pytest.mark.parametrize("look", [doctor._python, doctor._packages])
def test_where_the_course_is_not_installed_it_still_looks(look, monkeypatch):
    def none(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "requires", none)
    monkeypatch.setattr(importlib.metadata, "metadata", none)
    (finding,) = look()
    assert (
        look is doctor._python or finding.fix == f"in the course's folder: {sys.executable} -m pip install --editable ."
    )


def kernel_spec(tmp_path, monkeypatch, *argv: str) -> Path:
    path = tmp_path / "kernels" / "python3" / "kernel.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"argv": argv}))
    monkeypatch.setattr(doctor, "_jupyter", lambda relative: [tmp_path / relative, Path(sys.prefix, "share", relative)])
    return path


def test_a_kernel_of_another_environment_is_found(tmp_path, monkeypatch):
    path = kernel_spec(tmp_path, monkeypatch, "/elsewhere/bin/python", "-m", "ipykernel_launcher")
    finding = only(doctor._kernel(), "JupyterLab offers a kernel of another environment: /elsewhere/bin/python")
    assert str(path) in finding.what and finding.fix == f"move {path.parent} away"
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    assert only(doctor._kernel(), "JupyterLab offers").fix == f"{sys.executable} -m ipykernel install --sys-prefix"


@pytest.mark.parametrize("command", ["python", sys.executable])
def test_a_kernel_of_this_environment_is_fine(tmp_path, monkeypatch, command):
    kernel_spec(tmp_path, monkeypatch, command, "-m", "ipykernel_launcher")
    monkeypatch.setattr(shutil, "which", lambda name: str(Path(sys.executable).with_name(name)))
    (finding,) = doctor._kernel()
    assert finding.fix is None and "of this environment" in finding.what
    monkeypatch.setattr(shutil, "which", lambda name: f"/elsewhere/bin/{name}")
    _, finding = doctor._kernel()
    assert finding.fix is None and not finding.sure and "jupyter lab is /elsewhere/bin/jupyter-lab" in finding.what


def test_without_a_kernel_no_notebook_runs(monkeypatch):
    monkeypatch.setattr(doctor, "_version", lambda name: None)
    (finding,) = doctor._kernel()
    assert finding.fix == f"{sys.executable} -m pip install ipykernel"


def test_a_widget_manager_that_is_missing_switched_off_or_too_old_is_found(tmp_path, monkeypatch):
    real = doctor._jupyter
    monkeypatch.setattr(doctor, "_jupyter", lambda relative: [tmp_path / relative])
    lab, own = doctor._widgets()
    assert (
        "its part for JupyterLab is not" in lab.what and "--force-reinstall --no-deps jupyterlab_widgets==" in lab.fix
    )
    assert own.what.startswith("anywidget") and own.fix
    monkeypatch.setattr(doctor, "_jupyter", real)
    (tmp_path / "labconfig").mkdir()
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path))
    for off in ({"anywidget": True, "@jupyter-widgets/jupyterlab-manager": False}, ["anywidget"]):
        (tmp_path / "labconfig" / "page_config.json").write_text(json.dumps({"disabledExtensions": off}))
        lab, own = doctor._widgets()
        assert lab.fix is None and own.fix == f"{sys.executable} -m jupyter labextension enable anywidget"
    for broken in ("{", "[]", '{"disabledExtensions": null}'):
        (tmp_path / "labconfig" / "page_config.json").write_text(broken)
        assert not any(finding.fix for finding in doctor._widgets())
    version = doctor._version
    monkeypatch.setattr(doctor, "_version", lambda name: "1.1.11" if name == "jupyterlab_widgets" else version(name))
    assert only(doctor._widgets(), "jupyterlab_widgets 1.1.11 does not fit").fix.endswith('"jupyterlab_widgets>=3,<4"')
    monkeypatch.setattr(doctor, "_version", lambda name: None)
    (finding,) = doctor._widgets()
    assert finding.what == "jupyterlab_widgets is missing: widgets do not show" and finding.fix


def test_another_front_end_is_named(monkeypatch):
    monkeypatch.setenv("VSCODE_PID", "1")
    (finding,) = doctor._front_end()
    assert finding.what.startswith("front end: VS Code") and finding.fix is None


def test_a_python_without_jupyterlab_is_told_how_to_have_one_and_not_that_something_is_wrong(monkeypatch):
    for mark in ("COLAB_RELEASE_TAG", "KAGGLE_KERNEL_RUN_TYPE", "VSCODE_PID"):
        monkeypatch.delenv(mark, raising=False)
    monkeypatch.setattr(doctor, "_version", lambda name: None)
    (finding,) = doctor._front_end()
    assert "no JupyterLab in this Python" in finding.what and "pip install" in finding.what
    assert finding.fix is None and not finding.sure


def test_the_kept_data_is_held_against_its_hash(cache, monkeypatch):
    (finding,) = doctor._data()
    assert finding.what.startswith(f"data: none in {cache} yet") and finding.fix is None
    source, _, files, _ = download.SOURCES["ml-100k"][-1]
    for file in files:
        (cache / file).write_text(file)
    assert [f.what for f in doctor._data()][:3] == [f"data: {cache / file} fails its hash" for file in files]
    assert all(f.fix == "delete it; it is fetched again when needed" for f in list(doctor._data())[:3])
    for file in files:
        content = file.encode()
        monkeypatch.setitem(download.HASHES, file, f"sha256:{doctor.hashlib.sha256(content).hexdigest()}")
    (finding,) = doctor._data()
    assert finding == Finding(f"data: MovieLens 100K from {source}, kept in {cache}, hash right")


def test_a_folder_of_the_learners_is_looked_into(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_LIB_DATA", str(tmp_path))
    (finding,) = doctor._data()
    assert finding.what.endswith("which has no u.data, u.user, u.item") and "or unset it" in finding.fix
    for file in download.FILE_MD5:
        (tmp_path / file).write_text(file)
    (finding,) = doctor._data()
    assert f"u.data, u.user, u.item in {tmp_path} (COURSE_LIB_DATA) is not as published" in finding.what and finding.fix
    for file in download.FILE_MD5:
        monkeypatch.setitem(download.FILE_MD5, file, doctor.hashlib.md5(file.encode()).hexdigest())
    (finding,) = doctor._data()
    assert finding == Finding(f"data: MovieLens 100K in {tmp_path} (COURSE_LIB_DATA), hash right")


@pytest.mark.parametrize(("free", "wrong"), [(0.9, True), (1.1, False), (None, False)])
def test_too_little_memory_is_told(free, wrong, monkeypatch):
    monkeypatch.setattr(doctor, "_free_memory", lambda: free)
    (finding,) = doctor._memory()
    assert bool(finding.fix) is wrong and finding.what.startswith("memory: ")


def test_the_memory_that_is_free_is_a_number_that_can_be():
    assert 0 < doctor._free_memory() < 100_000


def test_a_full_or_closed_disk_or_no_home_is_told(monkeypatch, cache):
    assert [finding.fix for finding in doctor._disk()] == [None]
    monkeypatch.setattr(shutil, "disk_usage", lambda path: os_usage(0.05 * 2**30))
    assert [f.what.split(" for ")[0] for f in doctor._disk()] == ["disk: 0.05 GB are free"] * 4
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert all("may not be written to" in f.what and f.fix for f in doctor._disk())
    monkeypatch.setattr(doctor, "_user_folder", lambda kind: None)
    assert only(doctor._disk(), "disk: no folder for what you keep").fix.startswith("set HOME")


def os_usage(free: float):
    return shutil._ntuple_diskusage(2**40, 2**40 - free, free)


def test_what_takes_too_long_to_load_is_no_fault(monkeypatch):
    monkeypatch.setattr(doctor, "SECONDS", 0)
    findings = list(doctor._loaded(*doctor._start_loading()))
    assert [finding.fix for finding in findings] == [None, None] and not any(finding.sure for finding in findings)


def test_threads_and_device_are_told():
    names, others, torch, _ = doctor._start_loading()
    findings = list(doctor._loaded(names, others, torch, time.monotonic() + 60))
    assert [finding.what.split()[0] for finding in findings] == ["threads:", "device:"]


def test_another_word_is_refused_and_no_word_says_where_the_data_is_from(tmp_path):
    asked = subprocess.run([sys.executable, "-m", "course_lib", "docter"], capture_output=True, text=True, cwd=ROOT)
    assert asked.returncode == 1 and asked.stderr == "python -m course_lib takes no word but doctor, got docter\n"
    (tmp_path / "torch.py").write_text("raise ImportError('no torch here')")
    variables = {**os.environ, "PYTHONPATH": str(tmp_path), "COURSE_LIB_DATA": "party"}
    asked = subprocess.run(
        [sys.executable, "-m", "course_lib"], capture_output=True, text=True, cwd=ROOT, env=variables
    )
    assert asked.returncode == 2
    assert asked.stderr.endswith(f"how to mend it: {sys.executable} -m course_lib doctor\n")
