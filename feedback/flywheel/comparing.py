"""What changed between two versions of a dataset: read from their manifests and, where the files are there, from where
each row comes from."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from feedback.datasets.inspecting.comparison import VersionFacts, compare
from feedback.flywheel.versions import list_files
from feedback.models import DatasetVersion

PROVENANCE = "provenance.jsonl"


def compare_versions(older: DatasetVersion, newer: DatasetVersion) -> dict[str, Any]:
    """As `feedback.datasets.inspecting.comparison` tells it. Raises ValueError where one was never built."""
    return compare(read_facts(older), read_facts(newer))


def read_facts(version: DatasetVersion) -> VersionFacts:
    if version.manifest is None:
        raise ValueError(f"Version {version.number} is not built; only what was built can be compared.")
    path = list_files(version).get(PROVENANCE)
    return VersionFacts(version.manifest, read_lines(path) if path else None)


def read_lines(path: Path) -> Iterable[Mapping[str, Any]]:
    def read() -> Iterator[Mapping[str, Any]]:
        with path.open(encoding="utf-8") as lines:
            yield from (json.loads(line) for line in lines)

    return read()
