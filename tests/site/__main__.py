"""`python -m tests.site`: write the site to `build/site`; `python -m tests.site FOLDER` elsewhere."""

import sys
from pathlib import Path

from tests.site.check import broken
from tests.site.pages import ROOT, write

if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "site"
    pages = write(folder)
    wrong = broken(folder)
    print("\n".join(wrong) or f"{len(pages)} pages, and no link is broken: open {folder / 'index.html'}")
    sys.exit(bool(wrong))
