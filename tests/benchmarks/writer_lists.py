"""The writer's lists, which close every notebook: `python -m tests.benchmarks.writer_lists` writes them.

MovieLens 100K, split seed 0: the ten films by each method of `classroom.progress_list`, and NDCG@10 over all guests,
by the protocol of the ladder. Takes about a minute.
"""

from pathlib import Path

import pandas as pd

from course_lib.classroom.guest import writer
from course_lib.classroom.progress_list import METHODS, STORED, K, fingerprint, overall
from course_lib.interactions import Split
from tests.benchmarks.ladder import real_movielens


def row(method: str, split: Split) -> dict[str, object]:
    """What is stored of one method."""
    scorer = METHODS[method].make(split)
    films = split.item_ids[writer(split).top(scorer, K).numpy()]
    return {
        "method": method,
        "ndcg@10": overall(scorer, split),
        "hidden_pairs": fingerprint(split),
        "films": " ".join(map(str, films)),
    }


def main() -> None:
    """Write the table."""
    split = real_movielens().split(seed=0)
    table = pd.DataFrame([row(method, split) for method in METHODS])
    table.to_csv(Path(str(STORED)), index=False)
    print(table.to_string(index=False))


if __name__ == "__main__":
    main()
