"""REST of exports: datasets that nobody named, the formats that there are, and what each could be made of."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja import Query, Router, Schema, Status
from ninja.errors import HttpError

from feedback.api_definitions import DefinitionParameters, DefinitionResource, FormatName, NewDefinition
from feedback.api_versions import (
    BINARY,
    HAS_NO_FILES,
    TOO_MANY,
    ZIP,
    FileList,
    VersionSummary,
    describe_files,
    download_all,
    download_file,
    summarise_version,
    told_conflicts,
)
from feedback.datasets import FORMATS
from feedback.flywheel import versions
from feedback.flywheel.datasets import check_definition
from feedback.flywheel.downloads import give_built
from feedback.flywheel.exporting import build_export
from feedback.models import DatasetVersion
from feedback.pages.ingredients import count_judgements, describe_choice
from tracing.access import audit
from tracing.access.requirements import May, access_of
from tracing.access.rights import Right
from tracing.api import project_of
from tracing.api_filters import ConversationFilters
from tracing.filter_language import format_conditions
from tracing.store import get_store

router = Router(tags=["feedback"])


class IngredientResource(Schema):
    """How many answers there are of which somebody said, or showed, this."""

    count: int
    words: str


class FormatResource(Schema):
    """A format of `exports`. `ingredients` are judged answers by where the judgement came from; `need` says what is
    missing, and is empty where there is enough to train on."""

    name: str
    title: str
    purpose: str
    ingredients: list[IngredientResource]
    need: str


class FormatList(Schema):
    items: list[FormatResource]


class ExportSummary(VersionSummary):
    """An export is known by its `key`."""

    key: str


class ExportResource(ExportSummary):
    """With its definition, and its manifest once it is built."""

    definition: DefinitionResource
    manifest: dict[str, Any] | None


@router.get(
    "exports",
    summary="A dataset as a zip file: rows, manifest and provenance",
    openapi_extra=ZIP,
    auth=May(Right.READ, exports=True),
)
def download_export(
    request: HttpRequest, format: FormatName, filters: Query[ConversationFilters], options: Query[DefinitionParameters]
) -> HttpResponseBase:
    """Of all conversations that match, built while you wait: POST for what takes longer."""
    given = filters.read()
    definition = options.read(format, format_conditions(given.conditions))
    built = build_export(project_of(request), definition)
    audit.describe(request, format, rows=built.manifest["rows"], is_filtered=bool(given.conditions))
    return give_built(built, f"tacit-{format}.zip")


@router.post(
    "exports",
    response={202: ExportSummary},
    summary="Have an export built in the background",
    openapi_extra={"responses": {409: TOO_MANY}},
    auth=May(Right.READ, exports=True),
)
def add_export(request: HttpRequest, asked: NewDefinition) -> Status[dict[str, Any]]:
    """GET `exports/{export}`, by its key, to see how far it is; its files go after some days."""
    definition = asked.read()
    check_definition(project_of(request), definition)
    with told_conflicts():
        version = versions.start_export(project_of(request), definition, access_of(request).who)
    audit.describe(request, f"{version.key} as {definition.format}", is_filtered=bool(definition.filter))
    return Status(202, summarise_export(version))


@router.get(
    "exports/formats",
    response=FormatList,
    summary="What can be exported, and of how many judged answers",
    auth=May(Right.READ),
)
def list_formats(request: HttpRequest) -> dict[str, Any]:
    has = count_judgements(get_store().query("feedback/sql/page_dataset_counts.sql", project_id=project_of(request).pk))
    return {"items": [describe_choice(each, has) for each in FORMATS.values()]}


@router.get("exports/{export}", response=ExportResource, summary="One export, and how far it is", auth=May(Right.READ))
def show_export(request: HttpRequest, export: str) -> dict[str, Any]:
    found = find_export(request, export)
    return summarise_export(found) | {"definition": found.definition, "manifest": found.manifest}


@router.delete(
    "exports/{export}",
    response={204: None},
    summary="Stop or delete an export, with its files",
    auth=May(Right.READ, exports=True),
)
def delete_export(request: HttpRequest, export: str) -> Status[None]:
    versions.delete_version(find_export(request, export))
    return Status(204, None)


@router.get("exports/{export}/files", response=FileList, summary="The files of an export", auth=May(Right.READ))
def list_export_files(request: HttpRequest, export: str) -> dict[str, Any]:
    """None until it is built."""
    return describe_files(find_export(request, export))


@router.get(
    "exports/{export}/files/{path:file}",
    summary="One file of an export",
    openapi_extra={"responses": BINARY["responses"] | {409: HAS_NO_FILES}},
    auth=May(Right.READ, exports=True),
)
def download_export_file(request: HttpRequest, export: str, file: str) -> HttpResponseBase:
    found = find_export(request, export)
    return download_file(request, found, file, tell_export(found))


@router.get(
    "exports/{export}/archive",
    summary="All files of an export as a zip file",
    openapi_extra={"responses": ZIP["responses"] | {409: HAS_NO_FILES}},
    auth=May(Right.READ, exports=True),
)
def download_export_archive(request: HttpRequest, export: str) -> HttpResponseBase:
    found = find_export(request, export)
    return download_all(request, found, tell_export(found))


def find_export(request: HttpRequest, key: str) -> DatasetVersion:
    """Raises HttpError 404."""
    found = versions.find_export(project_of(request), key)
    if found is None:
        raise HttpError(404, f"There is no export {key!r} in this project; its files may have gone.")
    return found


def summarise_export(version: DatasetVersion) -> dict[str, Any]:
    return summarise_version(version) | {"key": version.key}


def tell_export(version: DatasetVersion) -> str:
    """For the audit log."""
    return f"{version.key} as {version.definition['format']}"
