"""Search films and tick them: a field for words of a title, a box for each film found, and one for each rave."""

from collections.abc import Callable, Iterable, Sequence

from ipywidgets import HTML, Checkbox, HBox, Layout, Text, VBox

from course_lib.classroom.guest import find_films
from course_lib.data import MovieLens
from course_lib.interactions import Split

N_FOUND = 8


def film_names(data: MovieLens, split: Split) -> list[str]:
    """The title of each item index; the few titles that stand twice in the catalogue with their number."""
    titles = data.films.set_index("item_id")["title"].loc[split.item_ids]
    twice = titles.duplicated(keep=False)
    return [
        f"{title} no. {item}" if again else title
        for item, title, again in zip(titles.index, titles, twice, strict=True)
    ]


class FilmPicker:
    """Controls for ticking films.

    Args:
        names: the film of each item index.
        ticked: item indices that are ticked at the start.
        changed: called when ticks have changed.

    Attributes:
        search: words of a title.
        box: all of it.
    """

    def __init__(self, names: Sequence[str], ticked: Iterable[int], changed: Callable[[], None]) -> None:
        self._names, self._changed = names, changed
        wide = Layout(width="34em", max_width="100%")
        self.search = Text(description="search", placeholder="a word of a title, such as alien", layout=wide)
        self.found = [Checkbox(indent=False, layout=Layout(width="auto", display="none")) for _ in range(N_FOUND)]
        self._hits: list[int] = []  # what the first of these boxes stand for
        self._raves: dict[int, Checkbox] = {}  # a box of each film that was ever ticked, so that it can be put back
        self._row = HBox(layout=Layout(flex_flow="row wrap"))
        self._note = HTML()
        found = VBox(self.found, layout=Layout(margin="0 0 0 90px"))
        self.box = VBox([self.search, self._note, found, self._row])
        self.tick(ticked)
        self.search.observe(self._search, "value")
        for box in self.found:
            box.observe(self._tick_found, "value")

    def ticked(self) -> list[int]:
        """The item indices of the ticked films."""
        return [item for item, box in self._raves.items() if box.value]

    def tick(self, items: Iterable[int]) -> None:
        """Tick these films and no others; `changed` is not called."""
        wanted = list(items)
        for item in wanted:
            self._box(item)
        for item, box in self._raves.items():
            box.unobserve(self._tell, "value")
            box.value = item in wanted
            box.observe(self._tell, "value")
        self._show_found()

    def _box(self, item: int) -> Checkbox:
        """The film's box among the raves."""
        if item not in self._raves:
            layout = Layout(width="auto", margin="2px 14px 2px 2px")
            box = Checkbox(False, description=self._names[item], indent=False, layout=layout)
            box.observe(self._tell, "value")
            self._raves[item] = box
            self._row.children = tuple(self._raves.values())
        return self._raves[item]

    def _search(self, _change: dict) -> None:
        words = self.search.value
        self._hits = find_films(words, self._names, N_FOUND)
        self._show_found()
        self._note.value = "" if self._hits or not words.strip() else "No title holds these words."

    def _show_found(self) -> None:
        ticked = self.ticked()
        for box, item in zip(self.found, self._hits, strict=False):
            box.description, box.value = self._names[item], item in ticked
        for place, box in enumerate(self.found):
            box.layout.display = "" if place < len(self._hits) else "none"

    def _tick_found(self, change: dict) -> None:
        place = self.found.index(change["owner"])
        if place < len(self._hits) and change["new"] != (self._hits[place] in self.ticked()):
            self._box(self._hits[place]).value = change["new"]

    def _tell(self, _change: dict) -> None:
        self._show_found()
        self._changed()
