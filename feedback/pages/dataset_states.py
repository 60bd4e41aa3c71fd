"""A version of a dataset comes in; what people are told of its state goes out."""

from dataclasses import dataclass
from typing import Any, Final

from feedback.models import Dataset, DatasetVersion

State = DatasetVersion.State
STATES: Final = {
    State.COLLECTING: ("being looked through", "unsure"),
    State.INSPECTED: ("to be looked at", "unsure"),
    State.WRITING: ("being built", "unsure"),
    State.BUILT: ("built", "good"),
    State.FAILED: ("failed", "bad"),
    State.STOPPED: ("stopped", "unsure"),
    State.WITHDRAWN: ("withdrawn", "bad"),
}
"""Words and shape of each."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a version is. `done` and `total` count conversations; without a total nobody knows yet."""

    doing: str
    done: int
    total: int | None

    @property
    def percent(self) -> int:
        return min(100, 100 * self.done // self.total) if self.total else 0


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version as lists tell of it."""

    version: DatasetVersion
    words: str
    shape: str
    rows: int | None
    """None until that is known."""

    @property
    def is_under_way(self) -> bool:
        return self.version.state in (State.COLLECTING, State.WRITING)

    @property
    def progress(self) -> Progress:
        return Progress(self.version.doing, self.version.done, self.version.total)


def show_version_row(version: DatasetVersion) -> VersionRow:
    words, shape = STATES.get(State(version.state), (version.state, "unsure"))
    return VersionRow(version, words, shape, count_rows(version.manifest, version.inspection))


def count_rows(manifest: dict[str, Any] | None, inspection: dict[str, Any] | None) -> int | None:
    """Of what was written, else of what was looked at.

    >>> count_rows(None, {"parts": [{"rows": {"train": 3, "validation": 1}}]})
    4
    """
    if manifest and isinstance(manifest.get("rows"), int):
        return int(manifest["rows"])
    if inspection is None:
        return None
    return sum(sum(part["rows"].values()) for part in inspection.get("parts", ()))


def tell_dataset(dataset: Dataset) -> str:
    """For the audit log."""
    return f"{dataset.number} {dataset.name}"


def tell_version(version: DatasetVersion) -> str:
    """The same; an export has no name but its key."""
    return f"version {version.number} of {tell_dataset(version.dataset)}" if version.dataset else version.key
