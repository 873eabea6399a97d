"""What the benchmarks measured, as tables: each is written by one command of `tests/benchmarks`."""

from importlib.resources import files

import pandas as pd


def stored(name: str) -> pd.DataFrame:
    """A stored table by its name, such as `stored("results")`.

    Raises:
        ValueError: there is none of this name.
    """
    names = sorted(path.name[:-4] for path in files(__name__).iterdir() if path.name.endswith(".csv"))
    if name not in names:
        raise ValueError(f"the stored tables are {', '.join(names)}, got {name!r}")
    return pd.read_csv(str(files(__name__) / f"{name}.csv"))
