"""How REST tells of versions of datasets and of exports, and how it gives their files."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja import Query, Schema
from ninja.errors import HttpError

from feedback.api_definitions import DefinitionResource, State
from feedback.flywheel.downloads import give_archive, give_file
from feedback.flywheel.places import MANIFEST
from feedback.flywheel.versions import list_files
from feedback.models import DatasetVersion
from tracing.access import audit
from tracing.resources import Time, format_moment

ZIP = {"responses": {200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}}}
BINARY = {
    "responses": {200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}}
}
PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemResource"}}}
HAS_NO_FILES = {"description": "It is not built, so it has no files.", "content": PROBLEM}
TOO_MANY = {"description": "Many exports are being made already.", "content": PROBLEM}
NOT_SO = {"description": "Its state does not let this be done now; `detail` says why.", "content": PROBLEM}
Split = Annotated[Literal["train", "validation"], Query(description="Rows to train on, or to validate.")]


class RowCounts(Schema):
    train: int
    validation: int


class VersionSummary(Schema):
    """A version, or an export, and how far it is. `done` of `total` are conversations or rows, as `doing` says; `total`
    is null until it is known. `problem` says why it failed, and what to do. `rows` is null until it is built. Files go
    by themselves at `expires_at`, where that is set."""

    number: int
    state: State
    goes_on: bool
    until: Time
    done: int
    total: int | None
    doing: str
    problem: str
    rows: RowCounts | None
    created_at: Time
    created_by: str
    ended_at: Time | None
    expires_at: Time | None
    withdrawn_at: Time | None


class VersionResource(VersionSummary):
    """With its definition, what is known of its rows before it is written, and its manifest once it is."""

    definition: DefinitionResource
    inspection: dict[str, Any] | None
    manifest: dict[str, Any] | None


class FileResource(Schema):
    """A file, by its name with the folder that it lies in; `rows` is null where it has none."""

    name: str
    bytes: int
    sha256: str
    rows: int | None


class FileList(Schema):
    items: list[FileResource]


def summarise_version(version: DatasetVersion) -> dict[str, Any]:
    names = ("number", "state", "goes_on", "done", "total", "doing", "problem", "created_by")
    times = ("until", "created_at", "ended_at", "expires_at", "withdrawn_at")
    told = {name: getattr(version, name) for name in names} | {"rows": count_rows(version)}
    return told | {name: format_moment(getattr(version, name)) for name in times}


def describe_version(version: DatasetVersion) -> dict[str, Any]:
    names = ("definition", "inspection", "manifest")
    return summarise_version(version) | {name: getattr(version, name) for name in names}


def count_rows(version: DatasetVersion) -> dict[str, int] | None:
    """Rows of a version that was built, withdrawn or not."""
    if version.manifest is None:
        return None
    split = version.manifest["split"]
    return {name: split[name]["rows"] for name in ("train", "validation")}


def describe_files(version: DatasetVersion) -> dict[str, Any]:
    known = (version.manifest or {}).get("files", {})
    return {
        "items": [
            {
                "name": name,
                "bytes": path.stat().st_size,
                "sha256": known[name]["sha256"] if name in known else hash_file(path.read_bytes()),
                "rows": known.get(name, {}).get("rows"),
            }
            for name, path in list_files(version).items()
        ]
    }


def hash_file(content: bytes) -> str:
    """Of the manifest, which does not hold its own."""
    return hashlib.sha256(content).hexdigest()


def download_file(request: HttpRequest, version: DatasetVersion, name: str, target: str) -> HttpResponseBase:
    """One file of a version; the audit log says who took it. Raises HttpError."""
    response = give_file(refuse_unbuilt(version), name)
    if response is None:
        raise HttpError(404, f"There is no file {name!r}; GET files lists them, {MANIFEST} among them.")
    audit.describe(request, f"{target}, {name}", rows=sum((count_rows(version) or {}).values()))
    return response


def download_all(request: HttpRequest, version: DatasetVersion, target: str) -> HttpResponseBase:
    """All files of a version; the audit log says who took them. Raises HttpError."""
    response = give_archive(refuse_unbuilt(version))
    audit.describe(request, target, rows=sum((count_rows(version) or {}).values()))
    return response


def refuse_unbuilt(version: DatasetVersion) -> DatasetVersion:
    """Raises HttpError where there are no files."""
    if version.state != DatasetVersion.State.BUILT:
        raise HttpError(409, f"It has no files: it is {version.state}.")
    return version


@contextmanager
def told_conflicts() -> Iterator[None]:
    """What cannot be now is an answer, in words."""
    try:
        yield
    except ValueError as error:
        raise HttpError(409, str(error)) from None
