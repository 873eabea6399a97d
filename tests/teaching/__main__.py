"""`python -m tests.teaching workshop 90min`, `... walk 90min`, `... guide`, `... slides`: see CONTRIBUTING.md."""

import sys

from tests.site import animation
from tests.teaching import guide, slides, walk, workshop

if __name__ == "__main__":
    verb, *rest = sys.argv[1:]
    try:
        if verb == "workshop":
            print(f"The edition for the room is in {workshop.write(*(rest or ['']))}: begin with 00_start.ipynb.")
        elif verb == "walk":
            print(walk.walk(*(rest or [""])))
        elif verb == "guide":
            animation.write()
            print(guide.write())
        else:
            print("\n".join(map(str, slides.write(rest or None))))
    except ValueError as error:
        sys.exit(f"{error}")
