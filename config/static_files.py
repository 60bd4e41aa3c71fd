"""Scripts and styles as browsers get them: the files of `static/` and of our libraries come in, and copies go out that
are small, few and kept for good.

An address holds a digest of all of them (`/static/3f2a…/css/tacit.css`), so that a browser keeps what it has until
anything changes, and scripts that load each other by their names stay together. A style sheet holds those that it
imports, so that a page waits for one; texts are there compressed, too. The copies are made when a process first needs
them, and go with it.
"""

import gzip
import hashlib
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.http import HttpRequest
from whitenoise.middleware import WhiteNoiseMiddleware

UNUSED = ("ninja/",)
"""Of our libraries, with megabytes for pages that Tacit does not have."""
TEXTS = (".css", ".js", ".svg")
VERSIONED = re.compile(r"^(/static/)[0-9a-f]{12}/")
IMPORT = re.compile(r'@import url\("([^"]+)"\);')


@dataclass(frozen=True)
class Copies:
    """Where they are; `folder` goes with the process."""

    version: str
    folder: "tempfile.TemporaryDirectory[str]"


@cache
def make_copies() -> Copies:
    """Of every file that pages may ask for."""
    files = {name: path.read_bytes() for name, path in find_files().items()}
    folder = tempfile.TemporaryDirectory(prefix="tacit-static-")
    for name in files:
        write_copy(Path(folder.name) / name, join_styles(name, files))
    return Copies(digest(files), folder)


def find_files() -> dict[str, Path]:
    """By name, the first that has it."""
    found: dict[str, Path] = {}
    for finder in get_finders():
        for name, storage in finder.list([]):
            if not name.startswith(UNUSED):
                found.setdefault(name, Path(storage.path(name)))
    return found


def digest(files: Mapping[str, bytes]) -> str:
    told = hashlib.sha256()
    for name in sorted(files):
        told.update(f"{name} {len(files[name])}\n".encode() + files[name])
    return told.hexdigest()[:12]


def join_styles(name: str, files: Mapping[str, bytes]) -> bytes:
    """A file; where it is a style sheet, with those that it imports in their places."""
    if not name.endswith(".css"):
        return files[name]
    beside = name.rpartition("/")[0]

    def read(found: re.Match[str]) -> str:
        return join_styles(f"{beside}/{found[1]}".lstrip("/"), files).decode()

    return IMPORT.sub(read, files[name].decode()).encode()


def write_copy(path: Path, content: bytes) -> None:
    """With a compressed one beside it, where that is worth it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    packed = gzip.compress(content, mtime=0) if path.suffix in TEXTS else content
    if len(packed) < 0.9 * len(content):
        path.with_name(f"{path.name}.gz").write_bytes(packed)


class VersionedStorage(StaticFilesStorage):
    """Addresses with the digest of all files; as they stand in `static/` while somebody works at them."""

    def url(self, name: str | None) -> str:
        return super().url(name if settings.DEBUG else f"{make_copies().version}/{name}")


class StaticFilesMiddleware(WhiteNoiseMiddleware):  # type: ignore[misc] # WhiteNoise has no types
    """Gives the copies, kept for good, and each file under its plain name, too."""

    def __init__(self, get_response: Any = None) -> None:
        self.versioned_prefix = "" if settings.DEBUG else f"/static/{make_copies().version}/"
        super().__init__(get_response)
        if self.versioned_prefix:
            self.add_files(make_copies().folder.name, prefix=self.versioned_prefix)

    def __call__(self, request: HttpRequest) -> Any:
        """A page that is older than the process asks for files of another digest: it gets those that there are."""
        if not settings.DEBUG and request.path_info not in self.files:
            plain = self.files.get(VERSIONED.sub(r"\1", request.path_info))
            if plain is not None:
                return self.serve(plain, request)
        return super().__call__(request)

    def immutable_file_test(self, path: str, url: str) -> bool:  # noqa: ARG002 -- WhiteNoise's
        return bool(self.versioned_prefix) and url.startswith(self.versioned_prefix)
