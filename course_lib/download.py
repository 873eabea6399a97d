"""Where MovieLens 100K comes from: GroupLens, or a Python package that carries the same ratings as example data.

A download is checked against its published hash and kept in the user's cache folder; a cached file that fails its hash
is fetched again. An interrupted download leaves no half file.
"""

import hashlib
import subprocess
import sys
import tempfile
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

ZIP = "ml-100k.zip"
ZIP_URL = f"https://files.grouplens.org/datasets/movielens/{ZIP}"
ZIP_MD5 = "0e33842e24a9c977be4e0107933c0723"
FILE_MD5 = {
    "u.data": "6e47046882bad158b0efbb84cd5cb987",
    "u.user": "1b53539edc13caad0282c8500608a319",
    "u.item": "c9e7f390115d79079537301d5204f3f7",
}
WHEEL = "recbole-1.2.1-py3-none-any.whl"
WHEEL_SHA256 = "9c9948202011f37eb0a7c6768129313f00d6403ad221ec940d5e2d5d5f33a407"


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
            stacklevel=2,
        )
    return content


def fetch(read: Callable[[Path], T]) -> T:
    """What `read` makes of the first archive that can be had: `ml-100k.zip`, or the wheel of `recbole`.

    Raises:
        OSError: none can; the sentence has each source's reason, and the way out.
    """
    import pooch

    cache = Path(pooch.os_cache("course_lib"))
    reasons = []
    for source, path in (("cache", _cached), ("GroupLens", _download_zip), ("package index", _download_wheel)):
        try:
            return read(path(cache))
        except (OSError, ValueError, KeyError, zipfile.BadZipFile, subprocess.SubprocessError) as error:
            reasons.append(f"{source}: {_last_line(error)}")
    raise OSError(
        f"MovieLens 100K could not be loaded ({'; '.join(reasons)}). Connect to the network and try again; or set "
        "COURSE_LIB_DATA to a folder that holds u.data, u.user and u.item; or to the word party for made-up data."
    )


def _cached(cache: Path) -> Path:
    for path, known_hash in ((cache / ZIP, ZIP_MD5), (cache / WHEEL, WHEEL_SHA256)):
        if path.is_file() and _hash(path, known_hash) == known_hash:
            return path
    raise FileNotFoundError(f"nothing usable in {cache}")


def _download_zip(cache: Path) -> Path:
    import pooch

    pooch.get_logger().setLevel("WARNING")
    downloader = pooch.HTTPDownloader(progressbar=True, timeout=10)
    known_hash = f"md5:{ZIP_MD5}"
    return Path(pooch.retrieve(ZIP_URL, known_hash, fname=ZIP, path=cache, downloader=downloader))


def _download_wheel(cache: Path) -> Path:
    # pip is asked, not a URL: it knows the user's own index, proxy and certificates.
    name, version = WHEEL.split("-")[:2]
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
        command += ["--retries", "1", "--timeout", "15", "--dest", folder, f"{name}=={version}"]
        print(f"Fetching the MovieLens ratings in the package {name} {version} (2 MB) with pip ...", file=sys.stderr)
        subprocess.run(command, check=True, capture_output=True, text=True)
        path = Path(folder) / WHEEL
        if _hash(path, WHEEL_SHA256) != WHEEL_SHA256:
            raise ValueError(f"{WHEEL} from the package index fails its sha256")
        path.replace(cache / WHEEL)
    return cache / WHEEL


def _hash(path: Path, known_hash: str) -> str:
    algorithm = hashlib.md5 if len(known_hash) == 32 else hashlib.sha256
    return algorithm(path.read_bytes(), usedforsecurity=False).hexdigest()


def _last_line(error: Exception) -> str:
    text = getattr(error, "stderr", None) or str(error)
    return (text.strip() or type(error).__name__).splitlines()[-1]
