"""Files that are written whole: whoever opens one finds what was there before or what is there now, never a part."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path


def write_whole(path: str | Path, content: str | bytes) -> None:
    """Write a file, and make the folder it lies in if there is none; text goes as UTF-8, line ends as they are.

    The content first goes to a draft beside the file, as far as the disk itself, and the draft then takes the file's
    place in one step. If anything goes wrong before that step the old file stays and the draft goes; a process that
    is killed leaves its draft behind. Only the owner may read the file.

    Raises:
        OSError: the disk is full, the folder may not be written to, and the like.
    """
    path = Path(path)
    data = content.encode() if isinstance(content, str) else content
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.", suffix=".draft")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(draft)
        raise
