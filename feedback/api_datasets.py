"""REST of datasets: what they are made of, their versions with progress, inspection, manifest and files, the evaluation
sets that they share no words with, and who is to be forgotten."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any

from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja import Field, Query, Router, Schema, Status
from ninja.errors import HttpError

from feedback.api_definitions import DefinitionResource, NewDefinition
from feedback.api_versions import (
    BINARY,
    HAS_NO_FILES,
    NOT_SO,
    ZIP,
    FileList,
    Split,
    VersionResource,
    VersionSummary,
    describe_files,
    describe_version,
    download_all,
    download_file,
    refuse_unbuilt,
    summarise_version,
    told_conflicts,
)
from feedback.datasets.definition import DefinitionProblems
from feedback.flywheel import datasets, evaluation_sets, forgetting, versions
from feedback.flywheel.comparing import compare_versions
from feedback.models import Dataset, DatasetVersion, EvaluationSet
from feedback.pages.dataset_states import tell_dataset, tell_version
from tracing.access import audit
from tracing.access.requirements import May, access_of
from tracing.access.rights import Right
from tracing.api import project_of
from tracing.paging import Cursor, Limit, Place, decode_cursor, give_page
from tracing.resources import EXACTLY, Time, format_moment

router = Router(tags=["feedback"])
NO_CONTENT = {204: None}
Name = Annotated[str, Field(min_length=1, max_length=datasets.LONGEST_NAME)]
Description = Annotated[str, Field(max_length=datasets.LONGEST_DESCRIPTION)]
VERSIONS = "datasets/{int:number}/versions"
VERSION = VERSIONS + "/{int:version}"


class DatasetResource(Schema):
    """A dataset: what its next version is made of, how many versions there are, and the latest of them."""

    number: int
    name: str
    description: str
    definition: DefinitionResource
    created_at: Time
    created_by: str
    versions: int
    latest: VersionSummary | None


class DatasetPage(Schema):
    items: list[DatasetResource]
    next_cursor: str | None


class NewDataset(Schema):
    model_config = EXACTLY

    name: Name
    description: Description = ""
    definition: NewDefinition


class DatasetChanges(Schema):
    """What is to be changed; what is left out stays. Versions that there are do not change."""

    model_config = EXACTLY

    name: Name | None = None
    description: Description | None = None
    definition: NewDefinition | None = None


class NewVersion(Schema):
    """Whether it is built at once, or waits for somebody who looked at its inspection."""

    model_config = EXACTLY

    goes_on: bool = False


class VersionList(Schema):
    items: list[VersionSummary]


class RowPage(Schema):
    """Rows as their consumer reads them."""

    items: list[dict[str, Any]]
    next_cursor: str | None


class EvaluationSetResource(Schema):
    """Texts that models are judged by; of them only digests of runs of words are kept."""

    number: int
    name: str
    texts: int
    created_at: Time
    created_by: str


class EvaluationSetList(Schema):
    items: list[EvaluationSetResource]


class NewEvaluationSet(Schema):
    model_config = EXACTLY

    name: Name
    texts: Annotated[
        list[Annotated[str, Field(max_length=1_000_000)]], Field(min_length=1, max_length=evaluation_sets.MOST_TEXTS)
    ]


class ForgottenResource(Schema):
    """How many users and conversations were to be forgotten, and when the last of them was named."""

    count: int
    last: Time | None


class NewForgotten(Schema):
    """A user, a conversation, or both."""

    model_config = EXACTLY

    user_id: Annotated[str, Field(max_length=forgetting.LONGEST_ID)] = ""
    conversation_id: Annotated[str, Field(max_length=forgetting.LONGEST_ID)] = ""


class ForgottenNow(ForgottenResource):
    """With how many versions and exports were withdrawn by this."""

    withdrawn: int


@router.get("datasets", response=DatasetPage, summary="Datasets, the newest first", auth=May(Right.READ))
def list_datasets(request: HttpRequest, limit: Limit = 100, cursor: Cursor = "") -> dict[str, Any]:
    before = decode_cursor(cursor, "datasets").time_ns
    project = project_of(request)
    found = project.datasets.filter(number__lt=min(before, datasets.LARGEST_NUMBER + 1))
    rows = list(found.order_by("-number")[: limit + 1])
    listed = versions.list_latest(project, rows[:limit])
    end = Place(rows[limit - 1].number) if len(rows) > limit else None
    return give_page("datasets", [describe_dataset(each, *listed[each.pk]) for each in rows[:limit]], end)


@router.post("datasets", response={201: DatasetResource}, summary="Define a dataset", auth=May(Right.EDIT))
def add_dataset(request: HttpRequest, asked: NewDataset) -> Status[dict[str, Any]]:
    """Nothing is built yet: POST to its `versions`."""
    with told_problems():
        definition = asked.definition.read()
        who = access_of(request).who
        dataset = datasets.create_dataset(project_of(request), asked.name, definition, who, asked.description)
    audit.describe(request, tell_dataset(dataset), format=definition.format)
    return Status(201, describe_one(dataset))


@router.get("datasets/{int:number}", response=DatasetResource, summary="One dataset", auth=May(Right.READ))
def show_dataset(request: HttpRequest, number: int) -> dict[str, Any]:
    return describe_one(find_dataset(request, number))


@router.patch("datasets/{int:number}", response=DatasetResource, summary="Change a dataset", auth=May(Right.EDIT))
def change_dataset(request: HttpRequest, number: int, asked: DatasetChanges) -> dict[str, Any]:
    dataset = find_dataset(request, number)
    with told_problems():
        definition = asked.definition.read() if asked.definition else None
        datasets.change_dataset(dataset, name=asked.name, description=asked.description, definition=definition)
    audit.describe(request, tell_dataset(dataset), changed=sorted(asked.model_fields_set))
    return describe_one(dataset)


@router.delete(
    "datasets/{int:number}",
    response=NO_CONTENT,
    summary="Delete a dataset with its versions and their files",
    auth=May(Right.EDIT),
)
def delete_dataset(request: HttpRequest, number: int) -> Status[None]:
    dataset = find_dataset(request, number)
    audit.describe(request, tell_dataset(dataset), versions=versions.query_versions(dataset).count())
    datasets.delete_dataset(dataset)
    return Status(204, None)


@router.get(VERSIONS, response=VersionList, summary="Versions of a dataset, the newest first", auth=May(Right.READ))
def list_dataset_versions(request: HttpRequest, number: int) -> dict[str, Any]:
    found = versions.list_versions(find_dataset(request, number))
    return {"items": [summarise_version(each) for each in found]}


@router.post(
    VERSIONS,
    response={202: VersionSummary},
    summary="Have the next version collected",
    auth=May(Right.EDIT),
    openapi_extra={"responses": {409: NOT_SO}},
)
def add_dataset_version(request: HttpRequest, number: int, asked: NewVersion | None = None) -> Status[dict[str, Any]]:
    """It is collected in the background; GET the version to see how far it is."""
    dataset = find_dataset(request, number)
    with told_conflicts():
        goes_on = asked.goes_on if asked else False
        version = versions.start_version(dataset, access_of(request).who, goes_on=goes_on)
    audit.describe(request, tell_version(version))
    return Status(202, summarise_version(version))


@router.get(VERSION, response=VersionResource, summary="One version, and how far it is", auth=May(Right.READ))
def show_dataset_version(request: HttpRequest, number: int, version: int) -> dict[str, Any]:
    return describe_version(find_version(request, number, version))


@router.delete(VERSION, response=NO_CONTENT, summary="Delete a version with its files", auth=May(Right.EDIT))
def delete_dataset_version(request: HttpRequest, number: int, version: int) -> Status[None]:
    found = find_version(request, number, version)
    audit.describe(request, tell_version(found))
    versions.delete_version(found)
    return Status(204, None)


@router.post(
    VERSION + "/build",
    response={202: VersionSummary},
    summary="Have a version written that was looked at, or failed",
    auth=May(Right.EDIT),
    openapi_extra={"responses": {409: NOT_SO}},
)
def build_dataset_version(request: HttpRequest, number: int, version: int) -> Status[dict[str, Any]]:
    """One that failed goes on where it was."""
    found = find_version(request, number, version)
    with told_conflicts():
        versions.let_build(found, access_of(request).who)
    audit.describe(request, tell_version(found))
    return Status(202, summarise_version(found))


@router.post(
    VERSION + "/stop",
    response=VersionSummary,
    summary="Stop a version that is not finished",
    auth=May(Right.EDIT),
    openapi_extra={"responses": {409: NOT_SO}},
)
def stop_dataset_version(request: HttpRequest, number: int, version: int) -> dict[str, Any]:
    found = find_version(request, number, version)
    with told_conflicts():
        versions.stop_version(found)
    audit.describe(request, tell_version(found))
    return summarise_version(found)


@router.get(VERSION + "/files", response=FileList, summary="The files of a version", auth=May(Right.READ))
def list_dataset_files(request: HttpRequest, number: int, version: int) -> dict[str, Any]:
    """None until it is built."""
    return describe_files(find_version(request, number, version))


@router.get(
    VERSION + "/files/{path:file}",
    summary="One file of a version",
    openapi_extra={"responses": BINARY["responses"] | {409: HAS_NO_FILES}},
    auth=May(Right.READ, exports=True),
)
def download_dataset_file(request: HttpRequest, number: int, version: int, file: str) -> HttpResponseBase:
    found = find_version(request, number, version)
    return download_file(request, found, file, tell_version(found))


@router.get(
    VERSION + "/archive",
    summary="All files of a version as a zip file",
    openapi_extra={"responses": ZIP["responses"] | {409: HAS_NO_FILES}},
    auth=May(Right.READ, exports=True),
)
def download_dataset_archive(request: HttpRequest, number: int, version: int) -> HttpResponseBase:
    found = find_version(request, number, version)
    return download_all(request, found, tell_version(found))


@router.get(
    VERSION + "/rows",
    response=RowPage,
    summary="Rows of a version, in their order",
    openapi_extra={"responses": {409: HAS_NO_FILES}},
    auth=May(Right.READ, exports=True),
)
def list_dataset_rows(
    request: HttpRequest,
    number: int,
    version: int,
    split: Split = "train",
    part: Annotated[str, Query(description="Of formats with several: `sft`, `dpo` or `kto`.")] = "",
    limit: Limit = 100,
    cursor: Cursor = "",
) -> dict[str, Any]:
    found = refuse_unbuilt(find_version(request, number, version))
    resource = f"datasets/{number}/versions/{version}/rows/{split}/{part}"
    after = decode_cursor(cursor, resource).time_ns if cursor else 0
    rows = versions.read_rows(found, split, part, after, limit + 1)
    audit.describe(request, tell_version(found), rows=len(rows[:limit]))
    return give_page(resource, rows[:limit], Place(after + limit) if len(rows) > limit else None)


@router.get(
    VERSION + "/compare/{int:other}",
    response=dict[str, Any],
    summary="What changed from another version to this",
    openapi_extra={"responses": {409: NOT_SO}},
    auth=May(Right.READ),
)
def show_dataset_changes(request: HttpRequest, number: int, version: int, other: int) -> dict[str, Any]:
    """Definitions, rows, stages and shares. `rows` is null where files are gone."""
    newer, older = find_version(request, number, version), find_version(request, number, other)
    with told_conflicts():
        return compare_versions(older, newer)


@router.get(
    "datasets/evaluation-sets",
    response=EvaluationSetList,
    summary="Evaluation sets, the newest first",
    auth=May(Right.READ),
)
def list_evaluation_sets(request: HttpRequest) -> dict[str, Any]:
    return {"items": [describe_set(each) for each in evaluation_sets.list_evaluation_sets(project_of(request))]}


@router.post(
    "datasets/evaluation-sets",
    response={201: EvaluationSetResource},
    summary="Keep an evaluation set's digests",
    auth=May(Right.EDIT),
)
def add_evaluation_set(request: HttpRequest, asked: NewEvaluationSet) -> Status[dict[str, Any]]:
    """The texts themselves are not kept."""
    with told_problems():
        who = access_of(request).who
        made = evaluation_sets.add_evaluation_set(project_of(request), asked.name, asked.texts, who)
    audit.describe(request, f"{made.number} {made.name}", texts=made.texts)
    return Status(201, describe_set(made))


@router.delete(
    "datasets/evaluation-sets/{int:number}",
    response=NO_CONTENT,
    summary="Delete an evaluation set",
    auth=May(Right.EDIT),
    openapi_extra={"responses": {409: NOT_SO}},
)
def delete_evaluation_set(request: HttpRequest, number: int) -> Status[None]:
    found = evaluation_sets.find_evaluation_set(project_of(request), number)
    if found is None:
        raise HttpError(404, f"There is no evaluation set {number} in this project; GET datasets/evaluation-sets.")
    audit.describe(request, f"{found.number} {found.name}")
    with told_conflicts():
        evaluation_sets.delete_evaluation_set(found)
    return Status(204, None)


@router.get(
    "datasets/forgotten",
    response=ForgottenResource,
    summary="How many are left out of every dataset",
    auth=May(Right.READ),
)
def show_forgotten(request: HttpRequest) -> dict[str, Any]:
    """Only digests are kept, so nobody can be named."""
    return describe_forgotten(request)


@router.post(
    "datasets/forgotten",
    response=ForgottenNow,
    summary="Leave a user or a conversation out of every dataset",
    auth=May(Right.ADMINISTER),
)
@transaction.non_atomic_requests
def forget_subject(request: HttpRequest, asked: NewForgotten) -> dict[str, Any]:
    """For good. Versions and exports that hold them lose their files and are marked as withdrawn; the rest begins anew
    without them."""
    with told_problems():
        who, now = access_of(request).who, datetime.now(UTC)
        withdrawn = forgetting.forget(
            project_of(request), user_id=asked.user_id, conversation_id=asked.conversation_id, who=who, now=now
        )
    what = " and ".join(filter(None, ["a user" * bool(asked.user_id), "a conversation" * bool(asked.conversation_id)]))
    audit.describe(request, what, withdrawn=withdrawn)
    return describe_forgotten(request) | {"withdrawn": withdrawn}


@contextmanager
def told_problems() -> Iterator[None]:
    """What cannot be is an answer, in words; what is wrong about a definition names its fields."""
    try:
        yield
    except DefinitionProblems:
        raise
    except ValueError as error:
        raise HttpError(422, str(error)) from None


def find_dataset(request: HttpRequest, number: int) -> Dataset:
    """Raises HttpError 404."""
    dataset = datasets.find_dataset(project_of(request), number)
    if dataset is None:
        raise HttpError(404, f"There is no dataset {number} in this project; GET datasets lists them.")
    return dataset


def find_version(request: HttpRequest, number: int, version: int) -> DatasetVersion:
    """Raises HttpError 404."""
    found = versions.find_version(find_dataset(request, number), version)
    if found is None:
        raise HttpError(404, f"There is no version {version} of dataset {number}; GET its `versions`.")
    return found


def describe_one(dataset: Dataset) -> dict[str, Any]:
    return describe_dataset(dataset, *versions.list_latest(dataset.project, [dataset])[dataset.pk])


def describe_dataset(dataset: Dataset, count: int, latest: DatasetVersion | None) -> dict[str, Any]:
    names = ("number", "name", "description", "definition", "created_by")
    return {name: getattr(dataset, name) for name in names} | {
        "created_at": format_moment(dataset.created_at),
        "versions": count,
        "latest": summarise_version(latest) if latest else None,
    }


def describe_set(found: EvaluationSet) -> dict[str, Any]:
    names = ("number", "name", "texts", "created_by")
    return {name: getattr(found, name) for name in names} | {"created_at": format_moment(found.created_at)}


def describe_forgotten(request: HttpRequest) -> dict[str, Any]:
    watermark = forgetting.read_watermark(project_of(request).pk)
    return {"count": watermark.count, "last": format_moment(watermark.last)}
