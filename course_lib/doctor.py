"""`python -m course_lib doctor`: is everything here that the course needs, and what to do about what is not.

It asks nobody on the network, changes nothing, and takes less than five seconds. It also runs where packages are
missing or broken: only the standard library is imported here, and whether the large packages can be loaded is tried in
processes of their own.
"""

from __future__ import annotations  # a Python that is too old for the course must get as far as saying so

import hashlib
import importlib.metadata
import importlib.util
import json
import operator
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from course_lib import download

SECONDS = 4.0  # for loading packages; everything else is done meanwhile
MEMORY = 1.0  # GB that a notebook may take
DISK = 0.1  # GB for the data, its download and the notebooks
MODULES = {"scikit-learn": "sklearn"}  # where a package is imported by another name
PIP = f"{sys.executable} -m pip install"
_LOAD_OTHERS = """
import importlib, sys
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
    except Exception as error:
        print(name, str(error).splitlines()[-1] if str(error) else type(error).__name__, flush=True)
"""
_LOAD_TORCH = """
import torch
cuda = torch.cuda.is_available()
mps = torch.backends.mps.is_available()
print(torch.get_num_threads(), torch.cuda.get_device_name() if cuda else "Apple GPU (mps)" if mps else "CPU", sep="|")
"""


class Finding(NamedTuple):
    """One line of the report: something to mend, or, without a way to mend it, how things are.

    Args:
        sure: False for what may be as it should, or not.
    """

    what: str
    fix: str | None = None
    sure: bool = True


def main() -> int:
    """Print the report; 1 if something is to be mended, else 0."""
    loading = _start_loading()
    findings: list[Finding] = []
    for look in (_python, _packages, _kernel, _widgets, _front_end, _data, _memory, _disk):
        findings.extend(look())
    findings.extend(_loaded(*loading))
    for what, fix, sure in findings:
        print(f"{'ok' if sure else '? '}  {what}" if fix is None else f"!!  {what}\n    Mend it: {fix}")
    wrong = sum(finding.fix is not None for finding in findings)
    print(f"{wrong} to mend; begin with the first." if wrong else "Nothing is wrong that can be seen from here.")
    return int(wrong > 0)


def _python() -> Iterator[Finding]:
    what = f"Python {platform.python_version()} ({sys.executable}), {platform.system()} {platform.machine()}"
    try:
        needed = importlib.metadata.metadata("course_lib")["Requires-Python"]
    except importlib.metadata.PackageNotFoundError:
        needed = ">=3.11"
    if _inside(platform.python_version(), needed):
        yield Finding(what)
    else:
        yield Finding(f"{what}: the course needs {needed}", "install Python 3.11, then make lab PYTHON=python3.11")


def _packages() -> Iterator[Finding]:
    try:
        lines = importlib.metadata.requires("course_lib") or []
    except importlib.metadata.PackageNotFoundError:
        yield Finding("course_lib is not installed in this Python", f"in the course's folder: {PIP} --editable .")
        return
    missing, other, fine = [], [], []
    for line in lines:
        name, limits = re.match(r"([\w.-]+)\s*\(?([^;()]*)", line).groups()  # type: ignore[union-attr]
        needed = f"{name}{limits.strip()}"
        if "extra ==" in line:
            continue
        if (found := _version(name)) is None:
            missing.append(Finding(f"{name} is missing", f'{PIP} "{needed}"'))
        elif not _inside(found, limits):
            other.append(Finding(f"{name} is {found}, the course needs {limits.strip()}", f'{PIP} "{needed}"'))
        else:
            fine.append(f"{name} {found}")
    if len(missing) > 4:
        what = ", ".join(finding.what.split()[0] for finding in missing)
        missing = [Finding(f"{what} are missing: is this the course's Python?", f"in its folder: {PIP} --editable .")]
    yield from missing
    yield from other
    yield Finding(f"packages as needed: {', '.join(fine) or 'none'}")


def _kernel() -> Iterator[Finding]:
    """The kernel that JupyterLab starts, and the JupyterLab that the terminal starts, are this environment's."""
    version = _version("ipykernel")
    first = next((path for path in _jupyter("kernels/python3/kernel.json") if path.is_file()), None)
    command = (_json(first).get("argv") or ["python"])[0] if first else "python"
    if version is None:
        yield Finding("ipykernel is missing: no notebook can run in this Python", f"{PIP} ipykernel")
    elif first and os.path.dirname(command) and not _of_this_environment(command):  # a bare name is JupyterLab's Python
        mine = Path(sys.prefix) in first.parents
        yield Finding(
            f"JupyterLab offers a kernel of another environment: {command}, by {first}",
            f"{sys.executable} -m ipykernel install --sys-prefix" if mine else f"move {first.parent} away",
        )
    else:
        yield Finding(f"kernel: ipykernel {version}, of this environment")
    other = shutil.which("jupyter-lab")
    if other and _version("jupyterlab") and not _of_this_environment(other):
        what = f"in this terminal, jupyter lab is {other}, of another environment; make lab takes this one's"
        yield Finding(what, sure=False)


def _widgets() -> Iterator[Finding]:
    for package, extension in (("jupyterlab_widgets", "@jupyter-widgets/jupyterlab-manager"), ("anywidget",) * 2):
        version = _version(package)
        if version is None:
            if package == "jupyterlab_widgets":  # the other is one of the course's own packages
                yield Finding(f"{package} is missing: widgets do not show", f'{PIP} "{package}>=3,<4"')
        elif not any(path.is_file() for path in _jupyter(f"labextensions/{extension}/package.json")):
            fix = f"{PIP} --force-reinstall --no-deps {package}=={version}, then reload JupyterLab's page"
            yield Finding(f"{package} {version} is there, its part for JupyterLab is not: widgets do not show", fix)
        elif off := _switched_off(extension):
            fix = f"{sys.executable} -m jupyter labextension enable {extension}"
            yield Finding(f"{extension} is switched off in {off}: widgets do not show", fix)
        elif package == "jupyterlab_widgets" and not _inside(version, ">=3,<4"):
            yield Finding(f"{package} {version} does not fit ipywidgets 8", f'{PIP} "{package}>=3,<4"')
        else:
            yield Finding(f"widgets: {package} {version}, and JupyterLab has its part")


def _front_end() -> Iterator[Finding]:
    marks = {"COLAB_RELEASE_TAG": "Colab", "KAGGLE_KERNEL_RUN_TYPE": "Kaggle", "VSCODE_PID": "VS Code"}
    where = next((name for mark, name in marks.items() if mark in os.environ), None)
    if where:
        yield Finding(f"front end: {where}, with a widget manager of its own; the course is tested in JupyterLab")
    elif version := _version("jupyterlab"):
        yield Finding(f"front end: JupyterLab {version}; if widgets stay empty, reload its page")
    else:
        what = f'front end: no JupyterLab in this Python; {PIP} "jupyterlab>=4.4,<5", or open the notebooks elsewhere'
        yield Finding(what, sure=False)


def _data() -> Iterator[Finding]:
    wish = os.environ.get("COURSE_LIB_DATA")
    if wish == "party":
        yield Finding("data: MADE-UP, as COURSE_LIB_DATA is party; no figure of the course will match", sure=False)
    elif wish:
        folder = Path(wish).expanduser()
        states = {file: _state(folder / file, f"md5:{md5}") for file, md5 in download.FILE_MD5.items()}
        if missing := [file for file, state in states.items() if state == "missing"]:
            yield Finding(
                f"data: COURSE_LIB_DATA is {folder}, which has no {', '.join(missing)}",
                "set it to the folder that ml-100k.zip unpacks to, or unset it",
            )
        elif damaged := [file for file, state in states.items() if state == "damaged"]:
            yield Finding(
                f"data: {', '.join(damaged)} in {folder} (COURSE_LIB_DATA) is not as published: figures may not match",
                "take it from ml-100k.zip again, or unset COURSE_LIB_DATA",
            )
        else:
            yield Finding(f"data: MovieLens 100K in {folder} (COURSE_LIB_DATA), hash right")
    elif cache := _user_folder("cache"):
        whole = None
        for source in download.SOURCES["ml-100k"]:
            states = {file: _state(cache / file, download.HASHES[file]) for file in source.files}
            for file in source.files:
                if states[file] == "damaged":
                    yield Finding(f"data: {cache / file} fails its hash", "delete it; it is fetched again when needed")
            if set(states.values()) == {"whole"}:
                whole = whole or source.name
        if whole:
            yield Finding(f"data: MovieLens 100K from {whole}, kept in {cache}, hash right")
        else:
            what = f"data: none in {cache} yet; {sys.executable} -m course_lib fetches it (2 to 5 MB)"
            yield Finding(what, sure=False)


def _memory() -> Iterator[Finding]:
    free = _free_memory()
    if free is None:
        yield Finding("memory: this system does not say how much is free", sure=False)
    elif free < MEMORY:
        what = f"memory: {free:.1f} GB are free, a notebook may take {MEMORY:g}"
        yield Finding(what, "close other programs, and in JupyterLab Kernel > Shut Down All Kernels")
    else:
        yield Finding(f"memory: {free:.1f} GB are free, a notebook takes less than {MEMORY:g}")


def _disk() -> Iterator[Finding]:
    free = {}
    for what, folder in (
        ("downloaded data", _user_folder("cache")),
        ("what you keep", _user_folder("data")),
        ("drafts", _temporary()),
        ("notebooks", Path.cwd()),
    ):
        if folder is None:
            yield Finding(
                f"disk: no folder for {what}", "set HOME (or TMPDIR, for drafts) to a folder you may write to"
            )
            continue
        there = next(path for path in (folder, *folder.parents) if path.exists())
        if not os.access(there, os.W_OK):
            yield Finding(f"disk: {there}, for {what}, may not be written to", "give yourself the right to write to it")
        else:
            free[what] = shutil.disk_usage(there).free / 2**30
            if free[what] < DISK:
                fix = f"make room on the disk of {there}"
                yield Finding(f"disk: {free[what]:.2f} GB are free for {what}, {DISK:g} are needed", fix)
    if free and min(free.values()) >= DISK:
        yield Finding(f"disk: {min(free.values()):.1f} GB are free")


def _start_loading() -> tuple[list[str], subprocess.Popen | None, subprocess.Popen | None, float]:
    """Begin to import the large packages that are there, each of two lots in a process of its own."""
    names = ["numpy", "pandas", "matplotlib", "scikit-learn"]
    names = [name for name in names if _version(name)] if _version("numpy") else []  # the others need the first
    settings: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    others = [MODULES.get(name, name) for name in names]
    return (
        names,
        subprocess.Popen([sys.executable, "-c", _LOAD_OTHERS, *others], **settings) if others else None,
        subprocess.Popen([sys.executable, "-c", _LOAD_TORCH], **settings) if _version("torch") else None,
        time.monotonic() + SECONDS,
    )


def _loaded(
    names: list[str], others: subprocess.Popen | None, torch: subprocess.Popen | None, deadline: float
) -> Iterator[Finding]:
    again = "not loaded in time, as the first time after installing: ask the doctor again"
    if others is not None:
        code, out, _ = _end_of(others, deadline)
        if code is None:
            yield Finding(f"{', '.join(names)}: {again}", sure=False)
        for line in out.splitlines():
            module, _, why = line.partition(" ")
            package = next(name for name in names if MODULES.get(name, name) == module)
            fix = f"{PIP} --force-reinstall {package}=={_version(package)}"
            yield Finding(f"{package} cannot be loaded: {why}", fix)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    if torch is not None:
        code, out, error = _end_of(torch, deadline)
        if code is None:
            yield Finding(f"torch: {again}", sure=False)
        elif code:
            why = (error.strip() or "it crashes").splitlines()[-1]
            yield Finding(f"torch cannot be loaded: {why}", f"{PIP} --force-reinstall torch=={_version('torch')}")
        else:
            threads, device = out.strip().splitlines()[-1].split("|")
            yield Finding(f"threads: torch uses {threads}, on {cores} cores")
            yield Finding(f"device: {device}" + (", which is all the course needs" if device == "CPU" else ""))


def _end_of(process: subprocess.Popen, deadline: float) -> tuple[int | None, str, str]:
    """Exit code (None: it took too long), output and errors."""
    try:
        out, error = process.communicate(timeout=max(deadline - time.monotonic(), 0.01))
    except subprocess.TimeoutExpired:
        process.kill()
        return None, *process.communicate()
    return process.returncode, out, error


def _version(package: str) -> str | None:
    """The version that is installed and would be found by `import`."""
    try:
        found = importlib.util.find_spec(MODULES.get(package, package.replace("-", "_")))
        return importlib.metadata.version(package) if found else None
    except (ImportError, ValueError):
        return None


def _inside(version: str, limits: str) -> bool:
    """Whether a version keeps limits such as ">=2.6,<3": the forms that `pyproject.toml` uses.

    >>> _inside("2.10.0+cpu", ">=2.6,<3"), _inside("3.0", ">=2.6,<3"), _inside("0.11.4", "==0.11.*")
    (True, False, True)
    """
    rules = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt, "==": operator.eq}
    for rule, limit in re.findall(r"(>=|<=|==|>|<)\s*([\d.]+)", limits):
        bound = [int(number) for number in limit.strip(".").split(".")]
        numbers = [int(number) for number in re.findall(r"\d+", re.split(r"[^\d.]", version)[0])]
        length = len(bound) if f"{rule}{limit}*" in limits else max(len(bound), len(numbers))
        if not rules[rule](*((part + [0] * length)[:length] for part in (numbers, bound))):
            return False
    return True


def _jupyter(relative: str) -> list[Path]:
    """The places where Jupyter looks for a file, in its order."""
    try:
        from jupyter_core.paths import jupyter_path

        folders = jupyter_path()
    except ImportError:
        folders = [os.path.join(sys.prefix, "share", "jupyter")]
    return [Path(folder, relative) for folder in folders]


def _switched_off(extension: str) -> Path | None:
    """The settings in which a part of JupyterLab is switched off."""
    try:
        from jupyter_core.paths import jupyter_config_path

        folders = jupyter_config_path()
    except ImportError:
        return None
    for path in (Path(folder, "labconfig", "page_config.json") for folder in folders):
        off = _json(path).get("disabledExtensions") if path.is_file() else None
        if off and (off.get(extension) if isinstance(off, dict) else extension in off):
            return path
    return None


def _json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _of_this_environment(program: str) -> bool:
    here = Path(sys.prefix).resolve()
    return Path(program).parent.resolve() in (here, here / "bin", here / "Scripts")


def _user_folder(kind: str) -> Path | None:
    """The course's folder for `"cache"` or `"data"`, whether there or not; None if this account has no home folder."""
    try:
        import platformdirs

        folder = Path(getattr(platformdirs, f"user_{kind}_dir")("course_lib"))
    except ImportError:  # it comes with pooch, which then is missing
        folder = Path("~", ".cache" if kind == "cache" else ".local/share", "course_lib").expanduser()
    except RuntimeError:
        return None
    return folder if folder.is_absolute() else None


def _temporary() -> Path | None:
    try:
        return Path(tempfile.gettempdir())
    except OSError:
        return None


def _state(path: Path, known: str) -> str:
    algorithm, digest = known.split(":")
    try:
        content = path.read_bytes()
    except OSError:
        return "damaged" if path.exists() else "missing"
    return "whole" if hashlib.new(algorithm, content, usedforsecurity=False).hexdigest() == digest else "damaged"


def _free_memory() -> float | None:
    """In GB: what the system can give, or the container, if that is less; None if neither says."""
    free = []
    try:
        lines = Path("/proc/meminfo").read_text()
        free.append(int(re.search(r"MemAvailable:\s+(\d+) kB", lines)[1]) * 1024)  # type: ignore[index]
    except (OSError, TypeError):
        if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
            free.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    try:
        group = Path("/sys/fs/cgroup")
        used = int((group / "memory.current").read_text())
        cached = int(re.search(r"^inactive_file (\d+)", (group / "memory.stat").read_text(), re.M)[1])  # type: ignore[index]
        free.append(int((group / "memory.max").read_text()) - used + cached)
    except (OSError, TypeError, ValueError):  # no container, or one without a limit ("max")
        pass
    return min(free) / 2**30 if free else None
