"""The writer's lists, which close every notebook: `python -m tests.benchmarks.writer_lists` writes them.

MovieLens 100K, split seed 0: the ten films by each method of `classroom.progress_list`, and NDCG@10 over all guests,
by the protocol of the ladder. Takes about a minute.
"""

from pathlib import Path

import pandas as pd

from course_lib.classroom.guest import writer
from course_lib.classroom.progress_list import METHODS, K, fingerprint, overall
from course_lib.data import load_movielens
from course_lib.interactions import Split

TABLE = Path(__file__).parents[2] / "course_lib" / "tables" / "writer_lists.csv"


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
    data = load_movielens()
    if data.source.startswith("MADE-UP DATA"):  # COURSE_LIB_DATA=party asks for it
        raise SystemExit(f"This is measured on MovieLens 100K, and the data at hand is {data.source}.")
    split = data.split(seed=0)
    table = pd.DataFrame([row(method, split) for method in METHODS])
    table.to_csv(TABLE, index=False)
    print(table.to_string(index=False))


if __name__ == "__main__":
    main()
