"""What reviews gave to datasets: what was settled that datasets take, and how many rows of the newest version of each
dataset hold it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from feedback.datasets.labels.reviewed import BETTER, SOURCES
from feedback.flywheel.versions import query_versions
from feedback.models import Dataset, DatasetVersion
from tracing.store import Store


@dataclass(frozen=True, slots=True)
class Settled:
    """How much reviewers settled that datasets take."""

    answers_right: int
    answers_wrong: int
    better_answers: int
    conversations: int
    signals: int
    """That stand because of what they said of messages and answers."""

    @property
    def any(self) -> bool:
        return bool(self.answers_right or self.answers_wrong or self.better_answers or self.conversations)


@dataclass(frozen=True, slots=True)
class ReviewedVersion:
    """The newest version of a dataset."""

    dataset: int
    name: str
    version: int
    rows: int
    reviewed: int
    """Rows whose label is a reviewer's word."""
    better: int
    """Of these, rows made of better answers that reviewers wrote."""


@dataclass(frozen=True, slots=True)
class Gold:
    settled: Settled
    versions: tuple[ReviewedVersion, ...]

    @property
    def is_any(self) -> bool:
        return bool(self.settled.any or self.settled.signals)


def count_gold(store: Store, project_id: int) -> Gold:
    settled = Settled(**store.query("feedback/sql/gold_of_reviews.sql", project_id=project_id)[0])
    return Gold(settled, tuple(list_reviewed_versions(project_id)))


def list_reviewed_versions(project_id: int) -> Iterator[ReviewedVersion]:
    """Of datasets that were built, by their numbers."""
    for dataset in Dataset.objects.filter(project_id=project_id).order_by("number"):
        built = query_versions(dataset).filter(state=DatasetVersion.State.BUILT).order_by("-number").defer("inspection")
        if newest := built.first():
            yield tell_version(dataset, newest)


def tell_version(dataset: Dataset, version: DatasetVersion) -> ReviewedVersion:
    manifest: Mapping[str, Any] = version.manifest or {}
    sources: Mapping[str, int] = manifest.get("counts", {}).get("label_sources", {})
    reviewed = sum(sources.get(source, 0) for source in SOURCES)
    return ReviewedVersion(
        dataset.number, dataset.name, version.number, manifest.get("rows", 0), reviewed, sources.get(BETTER, 0)
    )
