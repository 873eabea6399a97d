"""Where the data comes from: GroupLens, or RecBole, which carries MovieLens 100K as example data; and GitHub.

Every file is checked against its published hash before it is read and kept in the user's cache folder; a kept file that
fails its hash is fetched again. A download that breaks off leaves no half file. Where nothing can be kept, the data is
read all the same, and fetched again the next time.
"""

import errno
import hashlib
import io
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import warnings
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple, TypeVar

T = TypeVar("T")
ReadFile = Callable[[str], bytes]

TIME_LIMIT = 180  # seconds for one source and each 18 MB of it, from the first byte asked for to the last one got
MEMORY = Path("/dev/shm")  # a folder in memory, on Linux
NO_ROOM = {errno.ENOENT, errno.EACCES, errno.EEXIST, errno.ENOTDIR, errno.ENOSPC, errno.EROFS, errno.EDQUOT}
LEFT_BEHIND = 7200  # seconds after which a download that is still there has been killed

FILE_MD5 = {
    "u.data": "6e47046882bad158b0efbb84cd5cb987",
    "u.user": "1b53539edc13caad0282c8500608a319",
    "u.item": "c9e7f390115d79079537301d5204f3f7",
}
ZIP = "ml-100k.zip"
WHEEL = "recbole-1.2.1-py3-none-any.whl"
RECBOLE_FOLDER = "recbole/dataset_example/ml-100k"
INSIDE = {  # the folder in an archive that has the files
    ZIP: "ml-100k",
    WHEEL: RECBOLE_FOLDER,
    "ml-1m.zip": "ml-1m",
    "ml-10m.zip": "ml-10M100K",
    "ml-25m.zip": "ml-25m",
    "ml-32m.zip": "ml-32m",
}
HASHES = {  # the md5 as GroupLens publishes them beside its archives
    ZIP: "md5:0e33842e24a9c977be4e0107933c0723",
    WHEEL: "sha256:9c9948202011f37eb0a7c6768129313f00d6403ad221ec940d5e2d5d5f33a407",
    "ml-100k.inter": "sha256:4edb74e2a81178c2ba9ff381495f754f996c4aea351b1272ca36b43da0935eff",
    "ml-100k.user": "sha256:4f670007d9cfbeb9807e757209af1555b9bcc186bde25e767f67cb67c6dd5972",
    "ml-100k.item": "sha256:51d7cdf777ce5c0f5b32c1d947a4a81fe07d75e78abbe761e0cd4d0756064532",
    "ml-1m.zip": "md5:c4d9eecfca2ab87c1945afe126590906",
    "ml-10m.zip": "md5:ce571fd55effeba0271552578f2648bd",
    "ml-25m.zip": "md5:6b51fb2759a8657d3bfcbfc42b592ada",
    "ml-32m.zip": "md5:d472be332d4daa821edc399621853b57",
    "train.txt": "sha256:0f086326b28a56c2e6dcb81d86ee72d4ccb7eed3a8d26788392356d8f51111cc",
    "test.txt": "sha256:099a2a73924e4b754dc6efd730d764f492321b53c38eb93298850c83acf57be3",
}
MEGABYTES = {"ml-100k": 5, "ml-1m": 6, "ml-10m": 66, "ml-25m": 262, "ml-32m": 239, "ml-latest-small": 1, "gowalla": 6}


class Source(NamedTuple):
    """One place to ask: a name, the address ("pip" for the package index), the files, and what format they are in."""

    name: str
    address: str
    files: tuple[str, ...]
    layout: str


GROUPLENS = "https://files.grouplens.org/datasets/movielens"
GITHUB = "https://raw.githubusercontent.com"
LARGER = ("1m", "10m", "25m", "32m")
GOWALLA = ("train.txt", "test.txt")
# In the order they are asked. The files of Gowalla are in the repositories of the authors of LightGCN. GroupLens
# replaces ml-latest-small now and then, so that no hash is known: it is read from a folder only.
SOURCES = {
    "ml-100k": (
        Source("GroupLens", GROUPLENS, (ZIP,), "ml-100k"),
        Source("the package recbole-1.2.1", "pip", (WHEEL,), "recbole"),
        Source(
            "the repository of recbole-1.2.1",
            f"{GITHUB}/RUCAIBox/RecBole/v1.2.1/{RECBOLE_FOLDER}",
            ("ml-100k.inter", "ml-100k.user", "ml-100k.item"),
            "recbole",
        ),
    ),
    **{f"ml-{size}": (Source("GroupLens", GROUPLENS, (f"ml-{size}.zip",), f"ml-{size}"),) for size in LARGER},
    "ml-latest-small": (),
    "gowalla": tuple(
        Source(folder.split("/")[1], f"{GITHUB}/{folder}", GOWALLA, "pairs")
        for folder in ("kuandeng/LightGCN/master/Data/gowalla", "gusye1234/LightGCN-PyTorch/master/data/gowalla")
    ),
}

# pip is asked for the package, not a URL: it knows the user's own index, proxy and certificates.
_PIP = ["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--retries", "1", "--timeout", "15"]
_POOCH = (
    "import sys, pooch\n"
    "address, folder, *files = sys.argv[1:]\n"
    "for file, known_hash in zip(files[::2], files[1::2]):\n"
    "    downloader = pooch.HTTPDownloader(timeout=10)\n"
    "    pooch.retrieve(f'{address}/{file}', known_hash, file, folder, downloader=downloader)\n"
)


def read_from_folder(folder: Path, file: str) -> bytes:
    """A file of a MovieLens archive from a folder of the user's; a warning if it is known to be another one.

    Raises:
        ValueError: the file is cut.
    """
    content = (folder / file).read_bytes()
    if not content.endswith(b"\n"):
        raise ValueError(f"{folder / file} is cut: its last line has no end; take it from the original archive again")
    md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
    if md5 != FILE_MD5.get(file, md5):
        warnings.warn(
            f"{folder / file} is not the file GroupLens published (md5 {md5}, expected {FILE_MD5[file]}): "
            "the course's figures may not match; take it from ml-100k.zip again",
            stacklevel=7,  # the line that called load_movielens
        )
    return content


def fetch(data: str, title: str, parse: Callable[[ReadFile, str], T], advice: str) -> tuple[T, str]:
    """What a parser makes of the first source: what an earlier download kept, else the order above.

    Args:
        data: the name in `SOURCES`.
        title: what the data is called in sentences.
        parse: gets a function from a file's name to its bytes, and the name of the format.
        advice: the other way to the data, for the sentence of the error.

    Returns:
        What the parser returned, and the sentence that names the source and the reason for it.

    Raises:
        OSError: no source has the data; the sentence has each one's reason, and the way out.
    """
    import pooch

    cache = Path(pooch.os_cache("course_lib"), *(["gowalla"] if data == "gowalla" else []))
    limit = TIME_LIMIT * max(1, MEGABYTES[data] // 18)
    reasons = [] if SOURCES[data] else [f"GroupLens replaces {GROUPLENS}/{data}.zip now and then: take it by hand"]
    for kept in (True, False):
        for source in SOURCES[data]:
            try:
                if kept:
                    contents = {file: _checked(cache / file) for file in source.files}
                    why = "kept from an earlier download"
                else:
                    print(f"Fetching {title} from {source.name} (at most {MEGABYTES[data]} MB) ...", file=sys.stderr)
                    contents, refused = _download(source, cache, limit)
                    why = "; ".join(["downloaded", *reasons])
                    if refused:
                        why += f"; not kept, because {refused}"
                        print(f"It could not be kept, and is fetched again the next time: {refused}", file=sys.stderr)
                (*_, last) = source.files
                read = _inside(contents[last], INSIDE[last]) if last in INSIDE else contents.__getitem__
                return parse(read, source.layout), f"{title} from {source.name} ({why})"
            except (OSError, ValueError, KeyError, zipfile.BadZipFile, subprocess.SubprocessError) as error:
                if not kept:
                    reasons.append(f"{source.name}: {_reason(error)}")
    raise OSError(
        f"{title} could not be loaded (nothing usable in {cache}; {'; '.join(reasons)}). Connect to the network "
        f"and try again; or {advice}."
    )


def _download(source: Source, cache: Path, limit: float) -> tuple[dict[str, bytes], str]:
    """The files of a source, which the cache now keeps; where it cannot, they come by another way, and the reason."""
    refused = ""
    for room in (cache, None, MEMORY):  # None is the system's own folder for what need not last
        try:
            if room == cache:
                _make(cache)
            with tempfile.TemporaryDirectory(prefix="download-", dir=room, ignore_cleanup_errors=True) as folder:
                contents = _transfer(source, folder, limit)
                try:
                    for file in contents if room == cache else ():
                        Path(folder, file).replace(cache / file)
                except OSError as error:
                    refused = _reason(error)
                return contents, refused
        except (OSError, subprocess.CalledProcessError) as error:
            reason = _reason(error)
            if not NO_ROOM & {getattr(error, "errno", None), *map(int, re.findall(r"\[Errno (\d+)\]", reason))}:
                raise
            refused = refused or reason
    raise OSError(refused)


def _make(cache: Path) -> None:
    cache.mkdir(parents=True, exist_ok=True)
    for left in cache.glob("download-*"):  # by a process that was killed
        if time.time() - left.stat().st_mtime > LEFT_BEHIND:
            shutil.rmtree(left, ignore_errors=True)


def _transfer(source: Source, folder: str, limit: float) -> dict[str, bytes]:
    """Let the files of a source be written to a folder, and read them."""
    if source.address == "pip":
        command = [*_PIP, "--dest", folder, "==".join(WHEEL.split("-")[:2])]
    else:
        wanted = (word for file in source.files for word in (file, HASHES[file]))
        command = ["-c", _POOCH, source.address, folder, *wanted]
    try:  # in a process of its own, which can be ended: no timeout of a single read stops a server that drips
        with _progress(Path(folder)):
            subprocess.run([sys.executable, *command], check=True, capture_output=True, text=True, timeout=limit)
    except subprocess.TimeoutExpired:
        raise TimeoutError(f"not finished after {limit} seconds") from None
    return {file: _checked(Path(folder, file)) for file in source.files}


@contextmanager
def _progress(folder: Path) -> Iterator[None]:
    """Say every second how much has come, on one line; pip keeps its half file elsewhere, so that only time passes."""
    started, done = time.monotonic(), threading.Event()

    def tell() -> None:
        while not done.wait(1):
            with suppress(OSError):  # a file may be moved while it is looked at
                come = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6
                told = f"\r{come:.1f} MB after {time.monotonic() - started:.0f} s "
                print(told, end="", file=sys.stderr, flush=True)

    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield
    finally:
        done.set()
        teller.join()
        if time.monotonic() - started > 1:
            print(file=sys.stderr)


def _checked(path: Path) -> bytes:
    content = path.read_bytes()
    if fails_hash(path.name, content):
        raise ValueError(f"{path.name} fails its {HASHES[path.name].split(':')[0]}")
    return content


def fails_hash(file: str, content: bytes) -> bool:
    """Whether a file of this name has another hash than the published one."""
    algorithm, known = HASHES[file].split(":")
    return hashlib.new(algorithm, content, usedforsecurity=False).hexdigest() != known


def _inside(archive: bytes, folder: str) -> ReadFile:
    # Read inside the archive: its hash vouches for every byte, and no unpacked copy can be half-written.
    opened = zipfile.ZipFile(io.BytesIO(archive))
    return lambda file: opened.read(f"{folder}/{file}")


def _reason(error: Exception) -> str:
    text = getattr(error, "stderr", None) or str(error)
    last_line = (text.strip() or type(error).__name__).splitlines()[-1]
    return re.sub(r".*\(Caused by (.*)\)$", r"\1", last_line)  # requests wraps the reason in two others
