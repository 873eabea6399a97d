"""Search films and tick them: a field for words of a title, a box for each film found, and one for each rave."""

from collections.abc import Callable, Iterable, Sequence
from html import escape

from ipywidgets import HTML, Button, Checkbox, HBox, Layout, Text, VBox

from course_lib.classroom.guest import find_films, guest_file, load_guest, save_guest
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
            self.rave(item)
        for item, box in self._raves.items():
            box.unobserve(self._tell, "value")
            box.value = item in wanted
            box.observe(self._tell, "value")
        self._show_found()

    def ever_ticked(self) -> list[int]:
        """The item indices of the films that have a box among the raves, ticked or not, in the order of the boxes."""
        return list(self._raves)

    def rave(self, item: int) -> Checkbox:
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
            self.rave(self._hits[place]).value = change["new"]

    def _tell(self, _change: dict) -> None:
        self._show_found()
        self._changed()


class KeptFilms:
    """A picker whose ticks are kept for the other notebooks (see `guest.guest_file`).

    A file that cannot be used stays as it is: what is ticked then is not kept, and a sentence says so.

    Args:
        example: item indices of somebody else's films, ticked as long as the learner has ticked none. They are not
            kept, and with the first film beyond them they are unticked.
        changed: called when ticks have changed.

    Attributes:
        films: the picker.
        forget: deletes the file and the ticks.
        note: what happens to the ticks, in words.
        row: the button and the words.
    """

    def __init__(self, data: MovieLens, split: Split, changed: Callable[[], None], example: Sequence[int] = ()) -> None:
        self._titles = dict(zip(data.films["item_id"], data.films["title"], strict=True))
        self._item_ids, self._changed, self._example = split.item_ids, changed, list(example)
        self._file, self._trouble, ticked = guest_file(), "", []
        if self._file is not None and self._file.is_file():
            try:
                ticked = split.item_indices(load_guest(self._file, self._titles)).tolist()
            except (ValueError, OSError) as error:
                self._trouble = f"Your films could not be read, and what you tick here is not kept: {error}."
        self.films = FilmPicker(film_names(data, split), ticked or self._example, self._tell)
        self.forget = Button(description="Forget my films", tooltip="deletes the file on this computer")
        self.forget.on_click(self._forget)
        self.note = HTML()
        self.row = HBox([self.forget, self.note], layout=Layout(flex_flow="row wrap"))
        self.is_example = not ticked and bool(self._example)
        self._say()

    def _tell(self) -> None:
        ticked = self.films.ticked()
        own = [item for item in ticked if item not in self._example]
        if self.is_example and own:
            self.is_example = False
            self.films.tick(own)
        if not self.is_example:
            self._save()
        self._say()
        self._changed()

    def _say(self) -> None:
        mine = self.films.ticked() and not self.is_example
        note = "Your films are kept on this computer, for the other notebooks." if self._file and mine else ""
        self.note.value = escape(self._trouble or note)
        self.forget.layout.display = "" if self.note.value else "none"

    def _save(self) -> None:
        if self._file is None or self._trouble:
            return
        try:
            save_guest(self._file, {int(item): self._titles[item] for item in self._item_ids[self.films.ticked()]})
        except OSError as error:
            self._trouble = f"What you tick here is not kept: {error.strerror}."

    def _forget(self, _button: Button) -> None:
        try:
            if self._file is not None:
                self._file.unlink(missing_ok=True)
            self._trouble = ""
        except OSError as error:
            self._trouble = f"The file of your films could not be deleted: {error.strerror}."
        self.is_example = bool(self._example)
        self.films.tick(self._example)
        self._say()
        self._changed()
