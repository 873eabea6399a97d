"""A notebook run from the middle says that the set-up cell comes first: an extension of IPython, for all notebooks.

The kernels of an environment load it once `python -m course_lib.classroom.order` has been run there, as `make lab` and
Binder do. It looks only where a name is missing, and speaks only of notebooks that have a cell tagged `setup`.
"""

import json
import os
import symtable
import sys
from collections.abc import Collection
from pathlib import Path
from types import TracebackType
from typing import Any

CONFIG = 'c.InteractiveShellApp.extensions.append("course_lib.classroom.order")\n'


def load_ipython_extension(ip: Any) -> None:
    """What IPython calls as a kernel starts."""
    ip.set_custom_exc((NameError,), _show)


def _show(ip: Any, kind: type, error: NameError, trace: TracebackType, tb_offset: int | None = None) -> None:
    """The error: a sentence where the set-up cell has not run, else as always. Either way the cell has failed."""
    first = waiting_for(Path.cwd(), ip.history_manager.input_hist_raw[-1], ip.user_ns)
    if first:
        advice = f"{error.name} is not there yet. Run the set-up cell first, at the top: it is folded, and begins"
        error._render_traceback_ = lambda: [advice, first]  # type: ignore[attr-defined]  # IPython asks for it
    ip.showtraceback((kind, error, trace), tb_offset=tb_offset, running_compiled_code=True)


def waiting_for(folder: Path, code: str, there: Collection[str]) -> str:
    """The first line of a notebook's set-up cell, if that has not run; else an empty text.

    Args:
        folder: where the notebook is. Which it is, JupyterLab says; elsewhere it is one that has the cell `code`,
            and if several have it, as the last, none of them has been set up.
        there: the names that the kernel has.
    """
    first, name = "", Path(os.environ.get("JPY_SESSION_NAME", "")).name
    for path in [folder / name] if name.endswith(".ipynb") else sorted(folder.glob("*.ipynb")):
        try:
            cells = json.loads(path.read_text("utf-8"))["cells"]
            (setup,) = ["".join(cell["source"]) for cell in cells if "setup" in cell["metadata"].get("tags", ())]
            missing = needed(setup) - set(there)
            known = name == path.name or code in ["".join(cell["source"]) for cell in cells]
        except (OSError, ValueError, LookupError, TypeError, AttributeError, SyntaxError):
            continue  # none of these notebooks
        if known and (code == setup or not missing):
            return ""
        if known:
            first = first or setup.splitlines()[0]
    return first


def needed(code: str) -> set[str]:
    """The names that a set-up cell makes for the cells below; those that begin with _ are its own."""
    names = symtable.symtable(code, "the set-up cell", "exec").get_symbols()
    made = {name.get_name() for name in names if name.is_assigned() or name.is_imported()}
    return {name for name in made if not name.startswith("_")}


def main(prefix: str = sys.prefix) -> None:
    """Tell the kernels of this environment to load the extension, unless somebody else has told them something."""
    path = Path(prefix, "etc", "ipython", "ipython_kernel_config.py")
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(CONFIG, "utf-8")


if __name__ == "__main__":
    main()
