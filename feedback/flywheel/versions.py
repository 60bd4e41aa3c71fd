"""Versions of datasets: they are started, looked at, built, stopped and deleted here; `running` does the work.

A version is a row in Django's database and a directory beside it (`places`). What is asked for here is only written
down; whoever builds follows it.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q, QuerySet

from feedback.datasets.building import files as dataset_files
from feedback.datasets.definition import Definition, write_definition
from feedback.datasets.format import SplitName
from feedback.datasets.formats import FORMATS
from feedback.datasets.messages import Row
from feedback.flywheel.datasets import LARGEST_NUMBER, check_definition
from feedback.flywheel.places import find_files, remove_directory
from feedback.models import Dataset, DatasetVersion
from tracing.models import Project

State = DatasetVersion.State
UNDER_WAY = (State.COLLECTING, State.WRITING)
MOST_EXPORTS = 20
"""Of a project at once."""
UNFINISHED = (*UNDER_WAY, State.INSPECTED, State.FAILED)
"""Those that have a directory of work."""


def start_version(dataset: Dataset, who: str, *, goes_on: bool) -> DatasetVersion:
    """Have the next version of a dataset collected, and built at once if it `goes_on`. Raises ValueError."""
    definition = dataset.definition
    with transaction.atomic():
        Dataset.objects.select_for_update().get(pk=dataset.pk)
        if query_versions(dataset).filter(state__in=UNDER_WAY).exists():
            raise ValueError("A version of this dataset is being made; wait for it, or stop it.")
        last = query_versions(dataset).aggregate(last=Max("number"))["last"] or 0
        return create_version(dataset.project, definition, who, number=last + 1, dataset=dataset, goes_on=goes_on)


def start_export(project: Project, definition: Definition, who: str) -> DatasetVersion:
    """Have something built once that is no version of any dataset; its files go after a while. Raises ValueError."""
    check_definition(project, definition)
    expires_at = datetime.now(UTC) + timedelta(days=settings.EXPORT_DAYS)
    with transaction.atomic():
        Project.objects.select_for_update().get(pk=project.pk)
        exports = DatasetVersion.objects.filter(project=project, dataset=None)
        if exports.filter(state__in=UNDER_WAY).count() >= MOST_EXPORTS:
            raise ValueError(f"{MOST_EXPORTS} exports of this project are being made; wait for them, or delete some.")
        last = exports.aggregate(last=Max("number"))["last"] or 0
        written = write_definition(definition)
        return create_version(project, written, who, number=last + 1, goes_on=True, expires_at=expires_at)


def create_version(
    project: Project,
    definition: Mapping[str, Any],
    who: str,
    *,
    number: int,
    goes_on: bool,
    dataset: Dataset | None = None,
    expires_at: datetime | None = None,
) -> DatasetVersion:
    now = datetime.now(UTC)
    return DatasetVersion.objects.create(
        project=project,
        dataset=dataset,
        number=number,
        key=secrets.token_hex(16),
        goes_on=goes_on,
        definition=definition,
        until=now,
        doing="waits for its turn",
        created_at=now,
        created_by=who,
        expires_at=expires_at,
    )


def let_build(version: DatasetVersion, who: str) -> DatasetVersion:
    """Have a version written that was looked at; one that failed goes on where it was. Raises ValueError."""
    changes: dict[str, Any] = {
        "state": State.WRITING if version.inspection is not None else State.COLLECTING,
        "goes_on": True,
        "problem": "",
        "doing": "waits for its turn",
        "ended_at": None,
        "created_by": version.created_by or who,
    }
    if not _of(version, State.INSPECTED, State.FAILED).update(**changes):
        raise ValueError(f"It is {say_state(version)}, so it cannot be built; start another version.")
    return refresh(version)


def stop_version(version: DatasetVersion) -> DatasetVersion:
    """Have nothing more done for a version that is not finished; what was collected goes. Raises ValueError."""
    changes = {"state": State.STOPPED, "doing": "", "ended_at": datetime.now(UTC), "inspection": None}
    if not _of(version, *UNFINISHED).update(**changes):
        raise ValueError(f"It is {say_state(version)}, so there is nothing to stop.")
    transaction.on_commit(lambda: remove_directory(version.key))
    return refresh(version)


def delete_version(version: DatasetVersion) -> None:
    """With its files; whoever builds it leaves off."""
    version.delete()


def _of(version: DatasetVersion, *states: str) -> Any:
    """The row, if it is in one of these states: it may have changed since it was read."""
    return DatasetVersion.objects.filter(pk=version.pk, state__in=states)


def refresh(version: DatasetVersion) -> DatasetVersion:
    version.refresh_from_db()
    return version


def say_state(version: DatasetVersion) -> str:
    return str(DatasetVersion.objects.values_list("state", flat=True).get(pk=version.pk))


def query_versions(dataset: Dataset) -> QuerySet[DatasetVersion]:
    """Those of a dataset, asked for in its project."""
    return dataset.versions.filter(project=dataset.project_id)


def find_version(dataset: Dataset, number: int) -> DatasetVersion | None:
    return query_versions(dataset).filter(number=number).first() if number <= LARGEST_NUMBER else None


def find_export(project: Project, key: str) -> DatasetVersion | None:
    return DatasetVersion.objects.filter(project=project, dataset=None, key=key).first() if "\0" not in key else None


def list_versions(dataset: Dataset) -> list[DatasetVersion]:
    """The newest first."""
    return list(query_versions(dataset).order_by("-number"))


def list_latest(project: Project, datasets: Sequence[Dataset]) -> dict[int, tuple[int, DatasetVersion | None]]:
    """How many versions each of these datasets has, and the latest of them, by its key."""
    found = DatasetVersion.objects.filter(project=project, dataset__in=datasets).defer("inspection").order_by("number")
    of: dict[int | None, list[DatasetVersion]] = {}
    for version in found:
        of.setdefault(version.dataset_id, []).append(version)
    return {each.pk: (len(own), own[-1] if own else None) for each in datasets for own in [of.get(each.pk, [])]}


def find_parent(version: DatasetVersion) -> DatasetVersion | None:
    """The version before it that was built."""
    built = Q(state=State.BUILT) | Q(state=State.WITHDRAWN)
    if version.dataset is None:
        return None
    return query_versions(version.dataset).filter(built, number__lt=version.number).order_by("-number").first()


def list_files(version: DatasetVersion) -> Mapping[str, Path]:
    """The files of a version that was built, by name (with its folder, where it lies in one); of others none."""
    return dataset_files.list_files(find_files(version)) if version.state == State.BUILT else {}


def read_rows(version: DatasetVersion, split: SplitName, part: str, after: int, limit: int) -> list[Row]:
    """At most `limit` rows of a version that was built from row `after` on, as its consumer reads them; of a part that
    its format has not, none."""
    chosen = FORMATS[version.definition["format"]]
    if version.state != State.BUILT or part not in [each.name for each in chosen.parts]:
        return []
    return list(islice(chosen.read(find_files(version), split, part), after, after + limit))
