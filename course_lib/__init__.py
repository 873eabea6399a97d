"""From a table of ratings to recommendations one can explain, and the course that teaches it.

Read the library in the order of the notebooks: `data`, `interactions`, `graph`, `lightgcn`, `bpr`, `evaluation`,
`baselines`, `softmax`, `training`, `recommendation`, `tsne`, `influence`. It takes anybody's ratings; `formats` reads
files, `saving` keeps a trained model in one, and `interop` leads to other libraries and back. `ensemble` adds
matchmakers up. `plots` draw what it computes and `widgets` let one play with it. What only lessons need is in
`classroom`.
"""

import os
from typing import Any

# OpenMP's threads spin while they wait for one that has no core: beside one other busy process a step of training was
# seen to take eighteen times as long (tests/benchmarks/threads.py). It has to be said before PyTorch is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def __getattr__(name: str) -> Any:
    """`save` and `load` are here too, but PyTorch is not loaded before one of them is asked for."""
    if name in ("load", "save"):
        from course_lib import saving

        return getattr(saving, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
