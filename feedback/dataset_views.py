"""The pages of datasets: the list, what could be made, and the form that says what one is to be made of."""

import shlex
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from feedback.datasets.definition import Definition, DefinitionProblems, read_definition, write_definition
from feedback.datasets.formats import FORMATS, UnknownFormat, find_format
from feedback.flywheel.datasets import (
    change_dataset,
    check_definition,
    create_dataset,
    delete_dataset,
    find_dataset,
    list_datasets,
)
from feedback.flywheel.downloads import give_built
from feedback.flywheel.evaluation_sets import list_evaluation_sets
from feedback.flywheel.exporting import build_export
from feedback.flywheel.versions import list_versions, query_versions, start_version
from feedback.holdouts import load_holdout
from feedback.loop_list import find_project_loops
from feedback.machines import asks_for_machines, leave_out_machines
from feedback.models import Dataset
from feedback.pages.dataset_forms import (
    Typed,
    fill_from_definition,
    fill_from_post,
    fill_groups,
    read_typed,
    tell_definition,
    tell_problem,
)
from feedback.pages.dataset_states import show_version_row, tell_dataset, tell_version
from feedback.pages.filters import Filters
from feedback.pages.ingredients import AIMS, Judgements, count_judgements, list_aims
from feedback.views import FIELDS_SHOWN, TITLES, find_fault, read_choices
from tracing.access import audit
from tracing.access.requirements import access_of, project_page
from tracing.access.rights import Right
from tracing.filter_language import Filter, FilterError, format_conditions
from tracing.filter_sql import compile_filter, find_search
from tracing.kept_queries import prepare_kept
from tracing.models import Project
from tracing.page_filling import FilledPage  # noqa: F401
from tracing.pages import render_page
from tracing.store import get_store
from tracing.together import ask_together

MISTYPED = "Not saved: something below has to be mended first."


@require_safe
@project_page(Right.READ)
def show_datasets(request: HttpRequest, project: Project) -> HttpResponse:
    """Every dataset with its last version; while there is none, what could be made."""
    there, holdout, rows = read_choices(project), load_holdout(project.pk), list_rows(project)
    loops = find_project_loops(
        get_store(), project.pk, holdout, time.time_ns(), there["conversations"], waits="wait" in request.GET
    )
    context = {
        "project": project,
        "section": "datasets",
        "conversations": there["conversations"],
        "rows": rows,
        "holdout": holdout,
        "holdout_percent": f"{100 * holdout.share:g}",
        "loops": loops.result if loops else None,
        "as_of_ns": loops.time_ns if loops else 0,
        "aims": [] if rows else list_aims(FORMATS, prepare_judged(project, Filter())()),
        "q": "",
    }
    return render_page(request, "datasets.html", context)


def list_rows(project: Project) -> list[dict[str, Any]]:
    """Each dataset with its format and its newest version."""
    return [
        {
            "dataset": dataset,
            "format": FORMATS.get(dataset.definition["format"]),
            "last": show_version_row(newest[0]) if (newest := list_versions(dataset)) else None,
        }
        for dataset in list_datasets(project)
    ]


def prepare_judged(project: Project, given: Filter) -> Callable[[], Judgements]:
    """A question: how many answers are judged in conversations of people that match."""
    where = compile_filter(leave_out_machines(given), "conversations", time.time_ns())
    ask = prepare_kept(get_store(), "feedback/sql/page_dataset_counts.sql", where, project_id=project.pk)
    return lambda: count_judgements(ask())


@require_safe
@project_page(Right.READ)
def show_new_dataset(request: HttpRequest, project: Project) -> HttpResponse:
    """The first step: what a dataset is to teach, and what there is for that."""
    filters = Filters.from_query(request.GET.dict())
    error = find_fault(filters)
    given = Filter() if error else filters.given
    q = filters.q if error else format_conditions(given.conditions)
    there, judged = ask_together(partial(read_choices, project), prepare_judged(project, given))
    context = {
        "project": project,
        "section": "datasets",
        "filters": filters,
        "error": error,
        "fields": FIELDS_SHOWN,
        "q": q,
        "shell_q": shlex.quote(q),
        "has_phrases": find_search(given).has_phrases,
        "described": [] if error else filters.describe(TITLES),
        "conversations": there["conversations"],
        "leaves_out_machines": bool(there["machines"]) and not asks_for_machines(given),
        "aims": [] if error else list_aims(FORMATS, judged),
    }
    return render_page(request, "dataset_new.html", context)


@require_safe
@project_page(Right.READ, exports=True)
def download_dataset(request: HttpRequest, project: Project) -> HttpResponseBase:
    """The files of one format as a zip, of the conversations that the filters of the address leave."""
    name = request.GET.get("format", "")
    try:
        find_format(name)
        given = Filters.from_query(request.GET.dict()).given
        built = build_export(project, Definition(format=name, filter=format_conditions(given.conditions)))
    except (UnknownFormat, FilterError, DefinitionProblems) as error:
        message = str(error).rstrip(".") + "."
        return render_page(request, "404.html", {"message": message, "project": project}, status=404)
    audit.describe(request, name, rows=built.manifest["rows"], is_filtered=bool(given.conditions))
    return give_built(built, f"tacit-{project.slug}-{name}.zip")


@require_safe
@project_page(Right.EDIT)
def define_dataset(request: HttpRequest, project: Project) -> HttpResponse:
    """The second step: the form of a new dataset, with what a careful engineer would choose."""
    name = request.GET.get("format", "")
    if name not in FORMATS:
        return redirect("new_dataset", project=project.slug)
    begin = write_definition(Definition(format=name, filter=request.GET.get("q", "")))
    return show_form(request, project, None, fill_from_definition(begin))


@require_safe
@project_page(Right.EDIT)
def edit_dataset(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """The form of a dataset that there is; versions that were made of it stay as they are."""
    dataset = find_dataset(project, number)
    if dataset is None:
        return refuse(request, project)
    return show_form(request, project, dataset, fill_from_dataset(dataset))


def fill_from_dataset(dataset: Dataset) -> Typed:
    usual = write_definition(Definition(format=dataset.definition["format"]))
    return fill_from_definition(usual | dataset.definition, dataset.name, dataset.description)


def show_form(
    request: HttpRequest,
    project: Project,
    dataset: Dataset | None,
    typed: Typed,
    problems: dict[str, str] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """The form as it was typed, with what is wrong beside its field."""
    problems = {name: tell_problem(name, problem) for name, problem in (problems or {}).items()}
    groups = fill_groups(typed, problems)
    context = {
        "project": project,
        "section": "datasets",
        "dataset": dataset,
        "typed": typed,
        "texts": typed.texts,
        "problems": problems,
        "mistyped": MISTYPED if problems else "",
        "labels": groups[0],
        "groups": groups[1:],
        "is_open": any(field.problem for group in groups[1:] for field in group.fields)
        or "evaluation_sets" in problems,
        "aims": [(aim, [FORMATS[name] for name in aim.formats if name in FORMATS]) for aim in AIMS],
        "chosen": FORMATS.get(typed.texts.get("format", "")),
        "fields": FIELDS_SHOWN,
        "sets": list_evaluation_sets(project),
        **count_matching(project, typed.texts.get("filter", "")),
    }
    return render_page(request, "dataset_form.html", context, status=status)


@require_safe
@project_page(Right.READ)
def count_dataset(request: HttpRequest, project: Project) -> HttpResponse:
    """How many conversations a filter leaves, while it is typed."""
    return render_page(request, "parts/dataset_count.html", count_matching(project, request.GET.get("filter", "")))


def count_matching(project: Project, typed: str) -> dict[str, Any]:
    """Conversations of people that match; None where the filter cannot be read, or is of quoted phrases."""
    filters = Filters(q=typed[:4000])
    error = find_fault(filters)
    if error:
        return {"error": error, "matching": None}
    given = leave_out_machines(filters.given)
    if find_search(given).has_phrases:
        return {"error": None, "matching": None, "has_phrases": True}
    where = compile_filter(given, "conversations", time.time_ns())
    [found] = get_store().query("feedback/sql/page_total.sql", where, project_id=project.pk)
    return {"error": None, "matching": found["total"]}


@require_POST
@project_page(Right.EDIT)
def add_dataset(request: HttpRequest, project: Project) -> HttpResponse:
    """Keep a new dataset, and have its first version looked at."""
    return save(request, project, None)


@require_POST
@project_page(Right.EDIT)
def change_dataset_page(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """Change what the next version of a dataset is made of."""
    dataset = find_dataset(project, number)
    return save(request, project, dataset) if dataset else refuse(request, project)


def save(request: HttpRequest, project: Project, dataset: Dataset | None) -> HttpResponse:
    typed = fill_from_post(request.POST.dict(), request.POST.getlist("evaluation_sets"))
    try:
        saved = keep(request, project, dataset, typed)
    except DefinitionProblems as error:
        return show_form(request, project, dataset, typed, error.problems, status=422)
    except ValueError as error:
        return show_form(request, project, dataset, typed, {"name": str(error)}, status=422)
    audit.describe(request, tell_dataset(saved), format=saved.definition["format"])
    if request.POST.get("then") != "look":
        messages.info(request, "Saved.")
        return redirect("dataset", project=project.slug, number=saved.number)
    return look(request, project, saved)


def keep(request: HttpRequest, project: Project, dataset: Dataset | None, typed: Typed) -> Dataset:
    """The dataset as it was typed. Raises DefinitionProblems, or ValueError of its name or description."""
    definition = read_definition(read_typed(typed), tuple(FORMATS))
    check_definition(project, definition)
    name, description = typed.texts["name"], typed.texts["description"]
    if dataset is None:
        return create_dataset(project, name, definition, access_of(request).who, description)
    return change_dataset(dataset, name=name, description=description, definition=definition)


@require_safe
@project_page(Right.READ)
def show_dataset(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """What a dataset is made of, and its versions."""
    dataset = find_dataset(project, number)
    if dataset is None:
        return refuse(request, project)
    definition = dataset.definition
    context = {
        "project": project,
        "section": "datasets",
        "dataset": dataset,
        "format": FORMATS.get(definition["format"]),
        "filter": definition.get("filter", ""),
        "choices": tell_definition(definition, write_definition(Definition(format=definition["format"]))),
        "versions": [show_version_row(each) for each in list_versions(dataset)],
    }
    return render_page(request, "dataset.html", context)


@require_POST
@project_page(Right.EDIT)
def look_at_dataset(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """Have the next version collected, to be looked at before it is built."""
    dataset = find_dataset(project, number)
    return look(request, project, dataset) if dataset else refuse(request, project)


def look(request: HttpRequest, project: Project, dataset: Dataset) -> HttpResponse:
    try:
        version = start_version(dataset, access_of(request).who, goes_on=False)
    except ValueError as error:
        messages.error(request, str(error))
        return redirect("dataset", project=project.slug, number=dataset.number)
    audit.describe(request, tell_version(version))
    return redirect("dataset_version", project=project.slug, number=dataset.number, version=version.number)


@require_POST
@project_page(Right.EDIT)
def remove_dataset(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """Delete a dataset with all its versions and files."""
    dataset = find_dataset(project, number)
    if dataset is None:
        return refuse(request, project)
    audit.describe(request, tell_dataset(dataset), versions=query_versions(dataset).count())
    delete_dataset(dataset)
    messages.info(request, f"{dataset.name} is deleted, with its versions.")
    return redirect("datasets", project=project.slug)


def refuse(request: HttpRequest, project: Project, message: str = "") -> HttpResponse:
    message = message or f"There is no such dataset in {project.name}."
    return render_page(request, "404.html", {"message": message, "project": project}, status=404)
