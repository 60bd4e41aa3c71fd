"""What a long-lived process does for its memory: nothing comes in, what nobody needs goes back to the system.

While it starts, millions of objects are made and none goes: rounds of the garbage collector would look at all of them
again and again. Once it has started they are kept out of its rounds for good.
"""

import ctypes
import gc
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from feedback.embedding import load_encoder
from feedback.reactions.transformer import load_transformer

if TYPE_CHECKING:
    from functools import _lru_cache_wrapper

ENGINE = "_chdb"
"""In the name of the file that is the embedded engine, of half a gigabyte."""
DONT_NEED = 4
"""`MADV_DONTNEED` of madvise(2)."""
NETWORKS: "tuple[_lru_cache_wrapper[Any], ...]" = (load_encoder, load_transformer)
"""Each takes some fifty megabytes, and a third of a second to be loaded."""


def keep_loaded() -> None:
    """It has started: the collector, which was off, begins, and never looks at what is there by now."""
    gc.freeze()
    gc.enable()


def settle() -> None:
    """Keep what is loaded by now out of the rounds of the collector, each of which stops all for 0.15 s, and give back
    what is free."""
    gc.collect()
    gc.freeze()
    give_back()


class Unused:
    """Networks that nobody asked for since the last time."""

    def __init__(self, networks: "Iterable[_lru_cache_wrapper[Any]]" = NETWORKS) -> None:
        self._asked = {each: count_asked(each) for each in networks}

    def forget(self) -> None:
        """They are loaded again when somebody asks."""
        for network, before in self._asked.items():
            if count_asked(network) == before:
                network.cache_clear()
            self._asked[network] = count_asked(network)


def count_asked(network: "_lru_cache_wrapper[Any]") -> int:
    """How often, since it was loaded."""
    told = network.cache_info()
    return told.hits + told.misses


def give_back() -> None:
    """Free memory of the heap, and code of the engine that was needed once, go back to the system. Code that is needed
    again comes from its file, as it did at first."""
    if not sys.platform.startswith("linux"):
        return
    libc = ctypes.CDLL(None)
    with suppress(AttributeError):  # not every C library has it
        libc.malloc_trim(0)
    for start, end in find_code(Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace")):
        libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), DONT_NEED)


def find_code(maps: str) -> Iterator[tuple[int, int]]:
    """Where the engine's code lies, which nobody ever writes to: what is dropped of it can be read again.

    >>> list(find_code("1000-3000 r-xp 00000000 00:1 7 /a/_chdb.so\\n3000-4000 rw-p 00000000 00:1 7 /a/_chdb.so"))
    [(4096, 12288)]
    """
    for line in maps.splitlines():
        fields = line.split(maxsplit=5)
        if len(fields) == 6 and fields[1] == "r-xp" and ENGINE in fields[5].rpartition("/")[2]:
            start, _, end = fields[0].partition("-")
            yield int(start, 16), int(end, 16)
