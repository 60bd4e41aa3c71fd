"""The pages of failure modes: the list of what goes wrong, and one mode with all that is known and done about it."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from feedback.detectors import DETECTORS
from feedback.failure_mode_list import FAMILY_TITLES, list_owners, load_examples, load_families, load_review
from feedback.failure_modes.clustering import LEAST_SIZE
from feedback.failures import changes
from feedback.failures.delivery import measure_delivery
from feedback.failures.history import list_changes
from feedback.failures.listing import ListedMode, find_mode, list_modes, load_rows, name_mode
from feedback.failures.records import load_members
from feedback.failures.versions import PROMPT_VERSION, RELEASE, VERSIONS, list_versions
from feedback.models import FailureMode
from feedback.pages.failure_delivery import show_delivery
from feedback.pages.failure_mode_details import (
    MARKS,
    Place,
    draw_days,
    group_examples,
    read_description,
    read_ids,
    show_halves,
    tell_change,
    tell_fix,
)
from feedback.pages.failure_modes import SORT_WORDS, TABS, WINDOWS, count_tabs, list_rows, show_mode
from feedback.pages.filters import Filters
from feedback.views import DISSATISFIED, read_choices, read_rows, show_rows
from tracing.access import audit
from tracing.access.requirements import access_of, project_page
from tracing.access.rights import Right
from tracing.models import Project
from tracing.pages import render_page
from tracing.paging import Place as Start
from tracing.store import get_store

TITLES = {detector.kind: detector.title for detector in DETECTORS} | {"thumbs": "Thumb down"}
"""Of signals that tell a failure."""
DEFAULT_DAYS = 30
ENOUGH_FAILING = 30
"""Failing conversations, among which there usually are some that fail alike."""
WORST_ROWS = 10
NEWEST_SHOWN = 3
MEMBERS_SHOWN = 50
"""To choose from, where a person splits a mode by hand."""
VERSION_KINDS = (RELEASE, PROMPT_VERSION)
VERSIONS_SHOWN = 50
MOST_GROWTH = 1_000_000_000


@require_safe
@project_page(Right.READ)
def show_failure_modes(request: HttpRequest, project: Project) -> HttpResponse:
    """The modes of a tab, the most severe first; where there is none yet, what it takes and what is known already."""
    return show_list(request, project, [])


def show_list(request: HttpRequest, project: Project, problems: list[str], *, status: int = 200) -> HttpResponse:
    store, now, days = get_store(), timezone.now(), read_days(request)
    tab, sort = read_choice(request, "state", TABS, "open"), read_choice(request, "sort", SORT_WORDS, "severity")
    found = list_modes(store, project, now, days)
    context: dict[str, Any] = {
        "project": project,
        "section": "failure_modes",
        "days": days,
        "windows": WINDOWS,
        "totals": found.totals,
        "loose": found.totals.failing - found.totals.in_modes,
        "modes": len(found.modes),
        "shown_modes": sum(mode.conversations > 0 for mode in found.modes),
        "may_merge": len(found.modes) > 1 and Right.REVIEW in access_of(request).rights,
        "least": LEAST_SIZE,
        "tabs": count_tabs(found.modes),
        "tab": tab,
        "sort": sort,
        "sorts": SORT_WORDS,
        "rows": list_rows(found.modes, now, tab, sort),
        "problems": problems,
    }
    context |= read_delivery(request, project, now, days) if found.modes else read_worst(project)
    return render_page(request, "failure_modes.html", context, status=status)


def read_delivery(request: HttpRequest, project: Project, now: datetime, days: int) -> dict[str, Any]:
    """How soon failures are found and mended; nothing where releases are not known yet and nobody waits for them."""
    if "wait" not in request.GET and not all(VERSIONS.find((project.pk, kind)) for kind in VERSION_KINDS):
        return {}
    return {"delivery": show_delivery(measure_delivery(get_store(), project, now, days))}


def read_worst(project: Project) -> dict[str, Any]:
    """What is shown while there are no modes: how far it is, and the worst conversations of people."""
    filters, families = Filters(machine="no"), load_families(get_store(), project.pk)
    rows = read_rows(project, filters, Start(), time.time_ns(), WORST_ROWS, DISSATISFIED).rows
    return {
        "choices": read_choices(project),
        "failing": sum(family.conversations for family in families),
        "enough": ENOUGH_FAILING,
        "families": families,
        "worst": show_rows(project, rows),
        "filters": filters,
    }


def read_days(request: HttpRequest) -> int:
    days = request.GET.get("days", "")
    return next((each for each in WINDOWS if str(each) == days), DEFAULT_DAYS)


def read_choice(request: HttpRequest, name: str, choices: Any, usual: str) -> str:
    given = request.GET.get(name, "")
    return given if given in choices else usual


@require_safe
@project_page(Right.READ)
def show_failure_mode(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """One mode: how often and since when, whether its fix works, where it stands out, and what it looks like."""
    return show_page(request, project, number, [])


def show_page(
    request: HttpRequest, project: Project, number: int, problems: list[str], *, status: int = 200
) -> HttpResponse:
    store, now, days = get_store(), timezone.now(), read_days(request)
    mode = find_mode(store, project, number, now, days)
    if mode is None:
        return refuse(request, project, number)
    if mode.number != number:
        return redirect("failure_mode", project=project.slug, number=mode.number)
    row = FailureMode.objects.get(project=project, number=number)
    history = list_changes(project, number=number)
    description = read_description(row.description, TITLES)
    members = load_members(store, project.pk, number, MEMBERS_SHOWN, with_vectors=False)
    newest = [Place(each.conversation_id, each.turn.turn_index) for each in members]
    examples = dict(description.examples) | {"newest": newest[:NEWEST_SHOWN]}
    places = [place for group in examples.values() for place in group]
    context: dict[str, Any] = {
        "project": project,
        "section": "failure_modes",
        "shown": show_mode(mode, now),
        "mode": mode,
        "days": days,
        "windows": WINDOWS,
        "family": FAMILY_TITLES.get(mode.family, mode.family),
        "namer": row.namer,
        "name": row.name,
        "ticket_link": find_link(mode.ticket),
        "fix": tell_fix(mode),
        "description": description,
        "examples": group_examples(examples, load_examples(store, project.pk, places)),
        "chart": draw_days(mode.days, now.date(), [(each.at, each.what) for each in history if each.what in MARKS]),
        "history": [tell_change(each.at, each.who, each.what, each.text) for each in history],
        "query": Filters(q=f"failure_mode:{number}").query,
        "membership": mode.membership,
        **load_review(store, row),
        "problems": problems,
        **(read_forms(project, mode, waits="wait" in request.GET) if Right.REVIEW in access_of(request).rights else {}),
        **(read_split(project, number, newest) if "split" in request.GET else {}),
    }
    return render_page(request, "failure_mode.html", context, status=status)


def find_link(ticket: str) -> str:
    """The address of a ticket, where it is one that may be opened."""
    return ticket if ticket.startswith(("https://", "http://")) else ""


def read_forms(project: Project, mode: ListedMode, *, waits: bool) -> dict[str, Any]:
    """What the forms offer: who may own it, where it may have been mended, and with what it may be merged."""
    others = [row for row in load_rows(project.pk) if row.number != mode.number]
    return {
        "owners": list_owners(project),
        "others": [(row.number, name_mode(row)) for row in others],
        "versions": {kind: find_versions(project, kind, waits=waits) for kind in VERSION_KINDS},
    }


def find_versions(project: Project, kind: str, *, waits: bool) -> list[str] | None:
    """The latest releases or prompt versions; None where they are not known yet and nobody waits for them."""
    if not waits and VERSIONS.find((project.pk, kind)) is None:
        return None
    return [version.name for version in list_versions(get_store(), project.pk, kind)[:VERSIONS_SHOWN]]


def read_split(project: Project, number: int, newest: list[Place]) -> dict[str, Any]:
    """The two halves that a mode may fall into, if it does, and its newest conversations to choose from by hand."""
    store = get_store()
    texts = load_examples(store, project.pk, newest)
    return {
        "splitting": True,
        "halves": show_halves(changes.propose_split(store, project, number)),
        "members": [texts[place] for place in newest if place in texts],
    }


def refuse(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    message = f"There is no failure mode {number} in {project.name}."
    return render_page(request, "404.html", {"message": message, "project": project}, status=404)


def change_mode(
    request: HttpRequest, project: Project, number: int, said: str, change: Callable[[str], object], **details: Any
) -> HttpResponse:
    """Do what a form asks for and go back to the mode, with what came of it or what stands in the way."""
    if not FailureMode.objects.filter(project=project, number=number).exists():
        return refuse(request, project, number)
    try:
        change(access_of(request).who)
    except ValueError as error:
        return show_page(request, project, number, [str(error)], status=422)
    audit.describe(request, str(number), **details)
    messages.info(request, said)
    return redirect("failure_mode", project=project.slug, number=number)


@require_POST
@project_page(Right.REVIEW)
def rename_failure_mode(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """Give a mode a name; an empty one brings back the one that was found."""
    name = request.POST.get("name", "").strip()
    said = "Renamed." if name else "It has the title again that was found."
    return change_mode(
        request, project, number, said, lambda who: changes.rename_mode(project, number, name, who), name=name
    )


@require_POST
@project_page(Right.REVIEW)
def own_failure_mode(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    owner = request.POST.get("owner", "").strip()
    return change_mode(
        request, project, number, "Saved.", lambda who: changes.own_mode(project, number, owner, who), owner=owner
    )


@require_POST
@project_page(Right.REVIEW)
def link_failure_mode(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    ticket = request.POST.get("ticket", "").strip()
    return change_mode(
        request, project, number, "Saved.", lambda who: changes.link_ticket(project, number, ticket, who), ticket=ticket
    )


@require_POST
@project_page(Right.REVIEW)
def note_failure_mode(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    text = request.POST.get("text", "").strip()
    return change_mode(request, project, number, "Noted.", lambda who: changes.note(project, number, text, who))


@require_POST
@project_page(Right.REVIEW)
def resolve_failure_mode(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """Say that a mode is mended: now, or in a release or prompt version."""
    kind, value = request.POST.get("kind", ""), request.POST.get("value", "").strip()
    said = "Resolved. Whether the fix works is told here as conversations come in."
    return change_mode(
        request,
        project,
        number,
        said,
        lambda who: changes.resolve_mode(project, number, kind, value, who),
        **{kind or "by": value or "hand"},
    )


@require_POST
@project_page(Right.REVIEW)
def ignore_failure_mode(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """Put a mode aside, for good or until it has grown by so many conversations."""
    growth = read_growth(request.POST.get("growth", ""))
    return change_mode(
        request,
        project,
        number,
        "Ignored." if growth is None else f"Ignored until {growth:,} more conversations fail like this.",
        lambda who: changes.ignore_mode(project, number, growth, who),
        growth=growth,
    )


def read_growth(text: str) -> int | None:
    """How many more conversations a form says; None for none, 0 for what is no number, which nobody takes.

    >>> read_growth(" 50 "), read_growth(""), read_growth("many")
    (50, None, 0)
    """
    typed = text.strip()
    if not typed:
        return None
    return min(int(typed[:10]), MOST_GROWTH) if typed.isascii() and typed.isdigit() else 0


@require_POST
@project_page(Right.REVIEW)
def reopen_failure_mode(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    return change_mode(request, project, number, "Open again.", lambda who: changes.reopen_mode(project, number, who))


@require_POST
@transaction.non_atomic_requests
@project_page(Right.REVIEW)
def split_failure_mode(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """Move conversations to a mode of their own: a half that was proposed, or those that were chosen."""
    ids = read_ids(request.POST.get("conversations", "")) or request.POST.getlist("conversation")
    return change_mode(
        request,
        project,
        number,
        f"Moved {len(ids):,} conversation{'' if len(ids) == 1 else 's'} to a failure mode of their own.",
        lambda who: changes.split_mode(get_store(), project, number, ids, who),
        conversations=len(ids),
    )


@require_POST
@transaction.non_atomic_requests
@project_page(Right.REVIEW)
def merge_failure_modes(request: HttpRequest, project: Project) -> HttpResponse:
    """Make the chosen modes one."""
    numbers = [int(each[:9]) for each in request.POST.getlist("number") if each.isascii() and each.isdigit()]
    try:
        kept = changes.merge_modes(get_store(), project, numbers, access_of(request).who)
    except ValueError as error:
        return show_list(request, project, [str(error)], status=422)
    audit.describe(request, ", ".join(map(str, numbers)))
    messages.info(request, "They are one failure mode now.")
    return redirect("failure_mode", project=project.slug, number=kept)
