"""`make fuzz`: the calls of test_fuzz.py, twenty thousand of them, and the count for tests/README.md."""

import os
import sys

from tests.tables import replace_table

EXAMPLES = os.environ.setdefault("COURSE_LIB_FUZZ", "20000")  # test_fuzz.py reads it, and draws others every time

if __name__ == "__main__":
    import pytest

    # No time limit: one test makes all the calls.
    code = pytest.main(["-q", "tests/test_fuzz.py", "-p", "no:cacheprovider", "--timeout=0"])
    tried = sys.modules["tests.test_fuzz"]
    outcomes = ", ".join(f"{number:,} {outcome}" for outcome, number in sorted(tried.OUTCOMES.items()))
    verdict = "none broke a promise" if code == 0 else "SOME BROKE A PROMISE"
    replace_table(
        "fuzz", f"{int(EXAMPLES):,} examples over {len(tried.FUNCTIONS)} functions; calls: {outcomes}; {verdict}."
    )
    sys.exit(code)
