"""Memory that stays with the process while a loop needs the same large tables again and again."""

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _MMAP_MAX = -1, -3, -4  # of glibc's malloc.h


@contextmanager
def kept_memory() -> Iterator[None]:
    """Keep freed memory for the next table until the block ends. As a decorator, until the function returns.

    glibc gives a table of more than 32 MB (the tags of 130,000 nodes) back to the system when it is freed, and the
    system clears each page of the next one anew: at 1e7 likes a training step then takes twice as long
    (tests/benchmarks/growth.py). Other C libraries are left as they are.
    """
    if sys.platform != "linux" or not hasattr(libc := ctypes.CDLL(None), "mallopt"):
        yield
        return
    libc.mallopt(_MMAP_MAX, 0)
    libc.mallopt(_TRIM_THRESHOLD, -1)  # never
    try:
        yield
    finally:  # what glibc's own adaptation ends at
        libc.mallopt(_MMAP_MAX, 65_536)
        libc.mallopt(_MMAP_THRESHOLD, 32 << 20)
        libc.mallopt(_TRIM_THRESHOLD, 64 << 20)
        libc.malloc_trim(0)
