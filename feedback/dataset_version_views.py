"""The pages of versions of a dataset: what was seen of the rows before they are written, what was written, and what
differs between two versions."""

import shlex
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from feedback.dataset_views import refuse
from feedback.datasets import FORMATS
from feedback.datasets.definition import Definition, write_definition
from feedback.flywheel import comparing
from feedback.flywheel.datasets import find_dataset
from feedback.flywheel.downloads import give_archive, give_file
from feedback.flywheel.versions import delete_version, find_version, let_build, list_files, stop_version
from feedback.models import Dataset, DatasetVersion
from feedback.pages.dataset_comparisons import show_comparison
from feedback.pages.dataset_forms import is_whole, tell_definition
from feedback.pages.dataset_inspections import ShownPart, show_coverage, show_gate, show_parts
from feedback.pages.dataset_manifests import show_files, show_manifest
from feedback.pages.dataset_rows import choose_row, show_row
from feedback.pages.dataset_states import count_rows, show_version_row, tell_version
from tracing.access import audit
from tracing.access.requirements import access_of, project_page
from tracing.access.rights import Right
from tracing.models import Project
from tracing.pages import render_page


@require_safe
@project_page(Right.READ)
def show_dataset_version(request: HttpRequest, project: Project, number: int, version: int) -> HttpResponse:
    """How far a version is; what its rows are like; its files."""
    found = find(project, number, version)
    if found is None:
        return refuse_version(request, project)
    definition = found.definition
    dataset = found.dataset
    assert dataset is not None  # noqa: S101 - it was found by it
    context: dict[str, Any] = {
        "project": project,
        "section": "datasets",
        "dataset": dataset,
        "version": found,
        "row": show_version_row(found),
        "format": FORMATS.get(definition["format"]),
        "filter": definition.get("filter", ""),
        "choices": tell_definition(definition, write_definition(Definition(format=definition["format"]))),
        "command": write_command(project, dataset, found),
        "manifest": show_manifest(found.manifest) if found.manifest else None,
        "files": show_files(list_files(found), found.manifest or {}),
        **(read_inspection(request, found.inspection) if found.inspection else {}),
    }
    return render_page(request, "dataset_version.html", context)


def find(project: Project, number: int, version: int) -> DatasetVersion | None:
    dataset = find_dataset(project, number)
    return find_version(dataset, version) if dataset else None


def refuse_version(request: HttpRequest, project: Project) -> HttpResponse:
    return refuse(request, project, f"There is no such version of a dataset in {project.name}.")


def write_command(project: Project, dataset: Dataset, version: DatasetVersion) -> str:
    name = shlex.quote(dataset.name)
    return f"tacit export --dataset {name} --version {version.number} --project {project.slug} --out DIR"


def read_inspection(request: HttpRequest, inspection: dict[str, Any]) -> dict[str, Any]:
    """The part that the address asks for, and one of its rows as the trainer sees it."""
    parts = show_parts(inspection)
    part = next((each for each in parts if each.name == request.GET.get("part", "")), parts[0] if parts else None)
    return {
        "parts": parts,
        "part": part,
        "gate": show_gate(inspection),
        "coverage": show_coverage(inspection),
        **preview(request, part),
    }


def preview(request: HttpRequest, part: ShownPart | None) -> dict[str, Any]:
    if part is None or not part.preview:
        return {}
    index = choose_row(part.preview, request.GET.get("row", ""))
    each = part.preview[index]
    return {
        "example": show_row(each["row"], each["provenance"]),
        "at": index + 1,
        "examples": len(part.preview),
        "is_cut": bool(each.get("is_cut")),
    }


@require_safe
@project_page(Right.READ, exports=True)
def download_version_file(
    request: HttpRequest, project: Project, number: int, version: int, name: str
) -> HttpResponseBase:
    """One file of a version that was built."""
    found = find(project, number, version)
    given = give_file(found, name) if found else None
    if found is None or given is None:
        return refuse_version(request, project)
    describe(request, found, file=name)
    return given


@require_safe
@project_page(Right.READ, exports=True)
def download_version(request: HttpRequest, project: Project, number: int, version: int) -> HttpResponseBase:
    """All files of a version that was built, as a zip."""
    found = find(project, number, version)
    if found is None or not list_files(found):
        return refuse_version(request, project)
    describe(request, found)
    return give_archive(found)


@require_safe
@project_page(Right.READ)
def compare_versions(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """What differs between the two versions that the address names."""
    asked = [request.GET.get(name, "") for name in ("older", "newer")]
    older, newer = (find(project, number, int(each)) if is_whole(each) else None for each in asked)
    if older is None or newer is None:
        return refuse_version(request, project)
    try:
        found = comparing.compare_versions(older, newer)
    except ValueError as error:
        return refuse(request, project, str(error))
    context = {
        "project": project,
        "section": "datasets",
        "dataset": older.dataset,
        "older": older,
        "newer": newer,
        "compared": show_comparison(found),
    }
    return render_page(request, "dataset_comparison.html", context)


@require_POST
@project_page(Right.EDIT)
def build_dataset_version(request: HttpRequest, project: Project, number: int, version: int) -> HttpResponse:
    """Have a version written that was looked at, or go on with one that failed."""
    who = access_of(request).who
    return change_state(request, project, number, version, lambda found: let_build(found, who))


@require_POST
@project_page(Right.EDIT)
def stop_dataset_version(request: HttpRequest, project: Project, number: int, version: int) -> HttpResponse:
    """Have nothing more done for a version."""
    return change_state(request, project, number, version, stop_version)


def change_state(
    request: HttpRequest, project: Project, number: int, version: int, change: Callable[[DatasetVersion], object]
) -> HttpResponse:
    """Do it, or say why it cannot be; either way back to the version."""
    found = find(project, number, version)
    if found is None:
        return refuse_version(request, project)
    try:
        change(found)
    except ValueError as error:
        messages.error(request, str(error))
    else:
        describe(request, found)
    return lead_to(project, number, version)


@require_POST
@project_page(Right.EDIT)
def delete_dataset_version(request: HttpRequest, project: Project, number: int, version: int) -> HttpResponse:
    """Delete a version with its files."""
    found = find(project, number, version)
    if found is None:
        return refuse_version(request, project)
    describe(request, found)
    delete_version(found)
    messages.info(request, f"Version {version} is deleted, with its files.")
    return redirect("dataset", project=project.slug, number=number)


def describe(request: HttpRequest, version: DatasetVersion, file: str = "") -> None:
    rows = count_rows(version.manifest, version.inspection)
    told = ", ".join(filter(None, (tell_version(version), file)))
    audit.describe(request, told, **({} if rows is None else {"rows": rows}))


def lead_to(project: Project, number: int, version: int) -> HttpResponse:
    return redirect("dataset_version", project=project.slug, number=number, version=version)
