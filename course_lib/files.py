"""Files of the learner's: written whole, changed by one program at a time, and set aside rather than thrown away."""

import errno
import glob
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

LEFT_BEHIND = 3600  # seconds after which a draft that is still there belongs to a process that was killed


def write_whole(path: str | Path, content: str | bytes) -> None:
    """Write a file, and make the folder it lies in if there is none; text goes as UTF-8, line ends as they are.

    The content first goes to a draft beside the file, as far as the disk itself, and the draft then takes the file's
    place in one step: whoever opens the file finds what was there before or what is there now, never a part. If
    anything goes wrong before that step the old file stays and the draft goes; a process that is killed leaves its
    draft behind, and a later one removes it after an hour. Only the owner may read the file.

    Raises:
        OSError: the disk is full, the folder may not be written to, and the like.
    """
    path = Path(path)
    data = content.encode() if isinstance(content, str) else content
    path.parent.mkdir(parents=True, exist_ok=True)
    for left in path.parent.glob(f"{glob.escape(path.name)}.*.draft"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > LEFT_BEHIND:
                left.unlink()
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


@contextmanager
def locked(path: str | Path, seconds: float = 10) -> Iterator[None]:
    """Nobody else who asks for the same lock is between reading this file and writing it meanwhile.

    The lock is the operating system's, on a file beside it that ends in `.lock`: it falls with the process that holds
    it, also when that is killed. Threads exclude each other too.

    Args:
        path: of the file to read and write; its folder is made if there is none.
        seconds: how long to wait for whoever has it.

    Raises:
        TimeoutError: another program kept it all that time.
        OSError: the folder may not be written to, and the like.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = path.with_name(f"{path.name}.lock")
    deadline = time.monotonic() + seconds
    while True:
        handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _take(handle)
            # Whoever had it before has removed the file; another may stand in its place, which locks nothing of ours.
            if os.path.samestat(os.fstat(handle), os.stat(lock)):
                break
        except FileNotFoundError:
            pass
        except OSError as error:
            if error.errno not in (errno.EACCES, errno.EAGAIN, errno.EDEADLK):
                os.close(handle)
                raise
            if time.monotonic() > deadline:
                os.close(handle)
                raise TimeoutError(f"another program has kept {path.name} locked for {seconds:g} seconds") from None
            time.sleep(0.01)
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)
    try:
        yield
    finally:
        with suppress(OSError):  # Windows removes no open file: it stays, which harms nobody
            os.unlink(lock)
        os.close(handle)


def _take(handle: int) -> None:
    if sys.platform == "win32":
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def set_aside(path: str | Path) -> Path:
    """Rename a file that cannot be read to a free name that ends in `.broken`, and return that.

    Raises:
        OSError: the folder may not be written to, and the like.
    """
    path = Path(path)
    aside, number = path.with_name(f"{path.name}.broken"), 1
    while aside.exists():
        number += 1
        aside = path.with_name(f"{path.name}.{number}.broken")
    os.replace(path, aside)
    return aside
