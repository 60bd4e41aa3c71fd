"""Texts come in, and the files of a directory in which they still stand go out: also where ClickHouse has compressed
them, and in free pages of SQLite, which are bytes of its file like others."""

import mmap
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

CHECKSUM_BYTES = 16
HEADER_BYTES = 9
"""Method, size with this header, size of what it holds."""
NONE, LZ4, ZSTD, MULTIPLE = 0x02, 0x82, 0x90, 0x91
LARGEST_BLOCK = 1 << 24
"""Sixteen times what ClickHouse writes at most: what says more is no header, and to believe it would take long."""
PORTION = 1 << 24

METHODS = re.compile(b"[\x02\x82\x90\x91]")
COMPRESSED = (".bin", ".cidx", ".idx", ".packed")
"""How the files of ClickHouse end that hold blocks."""


def search_directory(directory: Path, texts: Sequence[str], leave_out: Sequence[str] = ()) -> dict[str, list[str]]:
    """By text, the files in which it stands, named from the directory; no entry for what stands nowhere.

    Files whose name is in `leave_out` are not looked at. Files that go meanwhile are gone.
    """
    needles = {text: text.encode("utf-8", "surrogatepass") for text in texts if text}
    found: dict[str, list[str]] = {}
    for path in sorted(each for each in directory.rglob("*") if each.is_file() and each.name not in leave_out):
        try:
            held = search_file(path, needles)
        except FileNotFoundError:
            continue
        for text in held:
            found.setdefault(text, []).append(path.relative_to(directory).as_posix())
    return found


def search_file(path: Path, needles: Mapping[str, bytes]) -> list[str]:
    """Which of these stand in a file, as it is or unpacked."""
    longest = max(map(len, needles.values()), default=0)
    held: set[str] = set()
    for read in (read_plain, read_blocks):
        tail = b""
        for piece in read(path):
            looked_at = tail + piece
            held |= {text for text, needle in needles.items() if needle in looked_at}
            tail = looked_at[-(longest - 1) :] if longest > 1 else b""
    return sorted(held)


def read_plain(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PORTION):
            yield piece


def read_blocks(path: Path) -> Iterator[bytes]:
    """What ClickHouse compressed, unpacked; nothing of other files. What stands between blocks is passed over."""
    if path.suffix not in COMPRESSED or not path.stat().st_size:
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        at = CHECKSUM_BYTES
        while at + HEADER_BYTES <= len(data):
            block, size = read_block(data, at)
            if block is not None:
                yield block
                at += size + CHECKSUM_BYTES
            else:
                following = METHODS.search(data, at + 1)
                at = following.start() if following else len(data)


def read_block(data: mmap.mmap, at: int) -> tuple[bytes | None, int]:
    """The block whose header begins there, and how long it is with that; None where there is none."""
    method = data[at]
    size = int.from_bytes(data[at + 1 : at + 5], "little")
    unpacked = int.from_bytes(data[at + 5 : at + 9], "little")
    longest = HEADER_BYTES + unpacked + unpacked // 128 + 128  # of what cannot be made smaller
    is_possible = method in (NONE, LZ4, ZSTD, MULTIPLE) and HEADER_BYTES <= size <= min(longest, len(data) - at)
    if not is_possible or unpacked > LARGEST_BLOCK:
        return None, 0
    return unpack(method, data[at + HEADER_BYTES : at + size], unpacked), size


def unpack(method: int, packed: bytes, size: int) -> bytes | None:
    """None where it is no block after all."""
    import pyarrow  # takes long to load, and only who searches needs it

    try:
        if method == NONE:
            return packed if len(packed) == size else None
        if method == MULTIPLE:
            return unpack_multiple(packed)
        return bytes(pyarrow.decompress(packed, size, "zstd" if method == ZSTD else "lz4_raw", asbytes=True))
    except (OSError, ValueError, IndexError):
        return None


def unpack_multiple(packed: bytes) -> bytes | None:
    """Several methods one after the other: the last one's alone is undone, which numbers are before that."""
    count = packed[0]
    methods, inner = packed[1 : 1 + count], packed[1 + count :]
    if not count or methods[-1] not in (NONE, LZ4, ZSTD):
        return None
    size = int.from_bytes(inner[5:9], "little")
    return unpack(methods[-1], inner[HEADER_BYTES:], size) if size <= LARGEST_BLOCK else None
