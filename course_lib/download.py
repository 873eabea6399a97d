"""Where MovieLens 100K comes from: GroupLens, or RecBole, which carries the same ratings as example data.

Every file is checked against its published hash before it is read and kept in the user's cache folder; a kept file that
fails its hash is fetched again. A download that breaks off leaves no half file.
"""

import hashlib
import io
import re
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
ReadFile = Callable[[str], bytes]
Parse = Callable[[ReadFile, str], T]

TIME_LIMIT = 180  # seconds for one source, from the first byte asked for to the last one got

FILE_MD5 = {
    "u.data": "6e47046882bad158b0efbb84cd5cb987",
    "u.user": "1b53539edc13caad0282c8500608a319",
    "u.item": "c9e7f390115d79079537301d5204f3f7",
}
ZIP = "ml-100k.zip"
WHEEL = "recbole-1.2.1-py3-none-any.whl"
RECBOLE_FOLDER = "recbole/dataset_example/ml-100k"
HASHES = {
    ZIP: "md5:0e33842e24a9c977be4e0107933c0723",
    WHEEL: "sha256:9c9948202011f37eb0a7c6768129313f00d6403ad221ec940d5e2d5d5f33a407",
    "ml-100k.inter": "sha256:4edb74e2a81178c2ba9ff381495f754f996c4aea351b1272ca36b43da0935eff",
    "ml-100k.user": "sha256:4f670007d9cfbeb9807e757209af1555b9bcc186bde25e767f67cb67c6dd5972",
    "ml-100k.item": "sha256:51d7cdf777ce5c0f5b32c1d947a4a81fe07d75e78abbe761e0cd4d0756064532",
}
# In the order they are asked: a name, the address ("pip" for the package index), the files.
SOURCES = (
    ("GroupLens", "https://files.grouplens.org/datasets/movielens", (ZIP,)),
    ("the package recbole-1.2.1", "pip", (WHEEL,)),
    (
        "the repository of recbole-1.2.1",
        f"https://raw.githubusercontent.com/RUCAIBox/RecBole/v1.2.1/{RECBOLE_FOLDER}",
        ("ml-100k.inter", "ml-100k.user", "ml-100k.item"),
    ),
)

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
    """A file of `ml-100k.zip` from a folder of the user's; a warning if it is not the file that was published.

    Raises:
        ValueError: there is no such file.
    """
    if not (folder / file).is_file():
        raise ValueError(f"{folder} has no file {file}; name the folder that holds {', '.join(FILE_MD5)}")
    content = (folder / file).read_bytes()
    md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
    if md5 != FILE_MD5[file]:
        warnings.warn(
            f"{folder / file} is not the file GroupLens published (md5 {md5}, expected {FILE_MD5[file]}): "
            "the course's figures may not match; take it from ml-100k.zip again",
            stacklevel=7,  # the line that called load_movielens
        )
    return content


def fetch(parse_grouplens: Parse[T], parse_recbole: Parse[T]) -> T:
    """What the parser of its format makes of the first source: what an earlier download kept, else the order above.

    A parser gets a function from a file's name to its bytes, and the sentence that names the source and the reason
    for it.

    Raises:
        OSError: no source has the data; the sentence has each one's reason, and the way out.
    """
    import pooch

    cache = Path(pooch.os_cache("course_lib"))
    reasons: list[str] = []
    for kept in (True, False):
        for name, address, files in SOURCES:
            try:
                if not kept:
                    print(f"Fetching MovieLens 100K from {name} (2 to 5 MB) ...", file=sys.stderr)
                    _download(address, files, cache)
                contents = {file: _checked(cache / file) for file in files}
                why = "kept from an earlier download" if kept else "; ".join(["downloaded", *reasons])
                sentence = f"MovieLens 100K from {name} ({why})"
                if ZIP in contents:
                    return parse_grouplens(_inside(contents[ZIP], "ml-100k"), sentence)
                if WHEEL in contents:
                    return parse_recbole(_inside(contents[WHEEL], RECBOLE_FOLDER), sentence)
                return parse_recbole(contents.__getitem__, sentence)
            except (OSError, ValueError, KeyError, zipfile.BadZipFile, subprocess.SubprocessError) as error:
                if not kept:
                    reasons.append(f"{name}: {_reason(error)}")
    raise OSError(
        f"MovieLens 100K could not be loaded (nothing usable in {cache}; {'; '.join(reasons)}). Connect to the network "
        "and try again; or set COURSE_LIB_DATA to a folder that holds u.data, u.user and u.item; or to the word party "
        "for made-up data."
    )


def _download(address: str, files: tuple[str, ...], cache: Path) -> None:
    cache.mkdir(parents=True, exist_ok=True)
    for left in cache.glob("download-*"):  # by a process that was killed
        if time.time() - left.stat().st_mtime > 2 * TIME_LIMIT:
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="download-", dir=cache, ignore_cleanup_errors=True) as folder:
        if address == "pip":
            command = [*_PIP, "--dest", folder, "==".join(WHEEL.split("-")[:2])]
        else:
            command = ["-c", _POOCH, address, folder, *(word for file in files for word in (file, HASHES[file]))]
        try:  # in a process of its own, which can be ended: no timeout of a single read stops a server that drips
            subprocess.run([sys.executable, *command], check=True, capture_output=True, text=True, timeout=TIME_LIMIT)
        except subprocess.TimeoutExpired:
            raise TimeoutError(f"not finished after {TIME_LIMIT} seconds") from None
        for file in files:
            _checked(Path(folder, file))
            Path(folder, file).replace(cache / file)


def _checked(path: Path) -> bytes:
    content = path.read_bytes()
    algorithm, known = HASHES[path.name].split(":")
    if hashlib.new(algorithm, content, usedforsecurity=False).hexdigest() != known:
        raise ValueError(f"{path.name} fails its {algorithm}")
    return content


def _inside(archive: bytes, folder: str) -> ReadFile:
    # Read inside the archive: its hash vouches for every byte, and no unpacked copy can be half-written.
    opened = zipfile.ZipFile(io.BytesIO(archive))
    return lambda file: opened.read(f"{folder}/{file}")


def _reason(error: Exception) -> str:
    text = getattr(error, "stderr", None) or str(error)
    last_line = (text.strip() or type(error).__name__).splitlines()[-1]
    return re.sub(r".*\(Caused by (.*)\)$", r"\1", last_line)  # requests wraps the reason in two others
