"""A progress bar that leaves no trace: nothing of it stays in a saved notebook."""

import builtins
import threading
from collections.abc import Iterable

from tqdm.std import tqdm


def progress(iterable: Iterable, description: str, total: int | None = None) -> tqdm:
    """tqdm's bar for the place the code runs in: a widget in a notebook, text on a terminal; gone when it ends.

    In a background thread it shows nothing: a bar would land in whatever cell happens to run at that moment.
    """
    if threading.current_thread() is not threading.main_thread():
        return tqdm(iterable, total=total, disable=True)
    shell = getattr(builtins, "get_ipython", lambda: None)()  # put there by IPython; with a kernel it is a notebook's
    if getattr(shell, "kernel", None) is None:
        return tqdm(iterable, desc=description, total=total, leave=False, disable=None)

    from IPython.display import display
    from tqdm.notebook import tqdm as notebook_tqdm

    bar = notebook_tqdm(iterable, desc=description, total=total, leave=False, display=False)
    view = {"model_id": bar.container.model_id, "version_major": 2, "version_minor": 0}
    # Only the view, no text twin: a text twin would stay behind in the saved outputs as "0%|  | 0/20".
    display({"application/vnd.jupyter.widget-view+json": view}, raw=True)
    bar.displayed = True
    return bar
