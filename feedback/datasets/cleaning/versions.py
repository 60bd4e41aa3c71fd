"""Which recognisers looked for personal data: what a manifest says of them comes out, so that a row can be judged by
what was known when it was made."""

import hashlib
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from feedback.datasets.steps import Context
from tracing import personal_data
from tracing.personal_data import RECOGNISERS

_HERE: Final = Path(__file__).parent
FOLDERS: Final = (_HERE, Path(personal_data.__file__).parent)
"""Whose programs decide what is found and what becomes of it."""


def describe_recognisers(context: Context) -> dict[str, Any]:
    """As JSON: what is looked for, and by which programs."""
    return {
        "kinds": sorted({kind for each in RECOGNISERS for kind in each.kinds} | {"name", "user"}),
        "recognisers": digest_programs(),
        "phonenumbers": version("phonenumbers"),
        "beside": getattr(context.scrubber, "version", "") if context.scrubber else "",
    }


@cache
def digest_programs() -> str:
    """Another one whenever a program of them is changed."""
    return digest_files(path for folder in FOLDERS for path in sorted(folder.glob("*.py")))


def digest_files(paths: Iterable[Path]) -> str:
    """Of their names and what is in them, the first 16 hexadecimal digits of SHA-256."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(f"{path.name}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
