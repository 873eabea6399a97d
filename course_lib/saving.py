"""A trained model in one file, with all that it needs to recommend, to explain and to go on training elsewhere.

The file holds tensors, numbers and texts, and is read without unpickling (`torch.load` with `weights_only`): a file
from somebody else can be wrong, but it runs nothing.
"""

import io
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path
from pickle import UnpicklingError

import pandas as pd
import torch

from course_lib.border import check_kinds, check_same_sizes
from course_lib.files import write_whole
from course_lib.interactions import Interactions, Split
from course_lib.lightgcn import LightGCN
from course_lib.training import TrainConfig

WHAT, VERSION = "a model of course_lib", 1


@dataclass(frozen=True, eq=False)
class Saved:
    """What `load` finds in a file.

    Attributes:
        model: on the CPU.
        split: the ids and the likes, seen and hidden, that it was saved with.
        config: the settings it was trained with, if they were saved.
        state: for `train`, to go on from there, if it was saved.
        source: where the data came from, in words.
    """

    model: LightGCN
    split: Split
    config: TrainConfig | None
    state: dict | None
    source: str


def save(
    path: str | Path,
    model: LightGCN,
    split: Split,
    config: TrainConfig | None = None,
    state: dict | None = None,
    source: str = "",
) -> None:
    """Write a model, and the ids and likes it belongs to, into one file: whole, or not at all.

    Args:
        path: such as "party.model"; a file that is there is replaced at the very end.
        split: what the model was trained on; its ids must be whole numbers or texts.
        config: the settings; those of the state, if there is one.
        state: of a `TrainResult`, to be able to go on training.
        source: where the data came from, such as `load_movielens().source`.

    Raises:
        ValueError: model and split count other users or items, or an id is neither a whole number nor a text.
        OSError: the file cannot be written, as on a full disk; what was there before is still there.
    """
    check_same_sizes("the model", (model.n_users, model.n_items), "the split", split.train.sizes)
    for name, ids in (("user", split.user_ids), ("item", split.item_ids)):
        other = [raw for raw in ids.tolist() if type(raw) not in (int, str)]
        if other:
            raise ValueError(f"a saved {name} id must be a whole number or a text, got {other[0]!r}; convert the ids")
    settings = state["config"] if state else config
    content = {
        "what": WHAT,
        "version": VERSION,
        "source": source,
        "model": [model.n_users, model.n_items, model.embedding.embedding_dim, model.n_layers, model.scoring],
        "weights": model.embedding.weight.detach().cpu(),
        "ids": {"user": split.user_ids.tolist(), "item": split.item_ids.tolist()},
        "dtypes": {"user": str(split.user_ids.dtype), "item": str(split.item_ids.dtype)},
        "likes": {name: torch.stack([part.user, part.item]) for name, part in _parts(split).items()},
        "config": asdict(settings) if settings else None,
        "state": {key: value for key, value in state.items() if key != "config"} if state else None,
    }
    file = io.BytesIO()
    torch.save(content, file)
    try:
        write_whole(path, file.getvalue())
    except OSError as error:
        raise OSError(f"{Path(path).name} was not saved, and nothing changed: {error.strerror or error}") from error


def load(path: str | Path, split: Split | None = None) -> Saved:
    """What `save` wrote: the same model to the last bit, on the CPU.

    Args:
        split: what you work with, if the model must belong to it.

    Raises:
        ValueError: the file is damaged, no saved model, of another version of the library, or of another split.
        OSError: there is no such file, or it cannot be read.
    """
    data, name = Path(path).read_bytes(), Path(path).name
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        if sum(part.file_size for part in archive.infolist()) > len(data) or archive.testzip():
            raise ValueError("its parts are not those that were written")
        content = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
        if content["what"] == WHAT and content["version"] != VERSION:
            wrong = f"{name} is of version {content['version']} of the file, and this library reads {VERSION}"
        else:
            saved, wrong = _read(content), ""
    except (ArithmeticError, AttributeError, EOFError, LookupError, NotImplementedError, RuntimeError, TypeError,
            UnpicklingError, ValueError, zipfile.BadZipFile) as error:  # fmt: skip
        reason = (str(error).splitlines() or [type(error).__name__])[0][:200]
        raise ValueError(f"{name} is no saved model, or it is damaged ({reason}); save it again") from error
    if wrong:
        raise ValueError(f"{wrong}; take the library that wrote it, or save the model again")
    if split is not None and not _same(saved.split, split):
        raise ValueError(f"{name} is of other data than the split you gave ({saved.source or 'no source named'})")
    return saved


def _read(content: dict) -> Saved:
    if content["what"] != WHAT:
        raise ValueError(f"it says it is {content['what']!r}")
    model, weights, state = LightGCN(*content["model"]), content["weights"], content["state"]
    if state is not None:  # tried, so that `train` need not say what does not fit
        model.load_state_dict(state["model"])
        model.load_state_dict(state["best_weights"])
        torch.optim.AdamW(model.parameters()).load_state_dict(state["optimizer"])
        torch.Generator().set_state(state["generator"])
    model.load_state_dict({"embedding.weight": weights})
    if weights.dtype != torch.float32 or not weights.isfinite().all():
        raise ValueError("a tag is no finite number")
    ids = {who: pd.Index(content["ids"][who], dtype=content["dtypes"][who]) for who in ("user", "item")}
    if not (ids["user"].is_unique and ids["item"].is_unique):
        raise ValueError("an id stands more than once")
    sizes = len(ids["user"]), len(ids["item"])
    check_same_sizes("the model", (model.n_users, model.n_items), "the list of ids", sizes)
    likes = {part: Interactions(user, item, *sizes) for part, (user, item) in content["likes"].items()}
    if not isinstance(content["source"], str):
        raise ValueError("the source is no text")
    config = None if content["config"] is None else TrainConfig(**content["config"])
    state = None if state is None else {**state, "config": config}
    return Saved(model, Split(**likes, user_ids=ids["user"], item_ids=ids["item"]), config, state, content["source"])


def _parts(split: Split) -> dict[str, Interactions]:
    return {"train": split.train, "validation": split.validation, "test": split.test}


def _same(split: Split, other: Split) -> bool:
    """Whether two splits have the same ids and hide the same likes."""
    ids = split.user_ids.equals(other.user_ids) and split.item_ids.equals(other.item_ids)
    pairs = zip(_parts(split).values(), _parts(other).values(), strict=True)
    return ids and all(torch.equal(one.keys, another.keys) for one, another in pairs)


check_kinds(__name__)
