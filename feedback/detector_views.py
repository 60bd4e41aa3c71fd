"""The page of detectors: what is listened for, from which score on, and what is expected in this project."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from feedback.accuracy import list_measured, load_card
from feedback.detector_list import (
    DAYS,
    ListedDetector,
    count_waiting,
    list_detectors,
    save_changes,
    take_suggestion,
)
from feedback.models import Expectation
from feedback.pages.detector_groups import group_detectors
from feedback.teaching import LEAST_TOLD
from feedback.thresholds import LEAST_JUDGED
from feedback.tunings import is_following, load_tuning, set_expectation, set_following
from tracing.access import audit
from tracing.access.requirements import project_page
from tracing.access.rights import Right
from tracing.models import Project
from tracing.pages import render_page
from tracing.store import get_store

LONGEST_MS = 86_400_000


class FormError(Exception):
    """What was typed cannot be; the message says what to do."""


@require_safe
@project_page(Right.READ)
def show_detectors(request: HttpRequest, project: Project) -> HttpResponse:
    """Every detector, what it is and what it heard of late, with the forms to change how they work."""
    return show_forms(request, project, [])


def show_forms(request: HttpRequest, project: Project, problems: list[str], *, status: int = 200) -> HttpResponse:
    detectors = list_detectors(get_store(), project.pk)
    context: dict[str, Any] = {
        "project": project,
        "section": "detectors",
        "days": DAYS,
        "groups": group_detectors(detectors),
        "suggested": [each for each in detectors if each.taught.suggestion],
        "measured": list_measured(load_card()),
        "tuning": load_tuning(project.pk),
        "lengths": Expectation.Length.values,
        "follows": is_following(project.pk),
        "least_told": LEAST_TOLD,
        "least_judged": LEAST_JUDGED,
        "problems": problems,
        **measure_progress(project.pk),
    }
    return render_page(request, "detectors.html", context, status=status)


def measure_progress(project_id: int) -> dict[str, int]:
    """How many conversations are still to be listened to again, and of how many."""
    waiting = count_waiting(project_id)
    if not waiting:
        return {"waiting": 0}
    path = "feedback/sql/page_choices.sql"
    conversations = max(waiting, get_store().query(path, project_id=project_id)[0]["conversations"])
    return {"waiting": waiting, "conversations": conversations, "done": conversations - waiting}


@require_POST
@project_page(Right.EDIT)
def change_detectors(request: HttpRequest, project: Project) -> HttpResponse:
    """Turn detectors on and off, and move their thresholds; conversations are then listened to again."""
    before = list_detectors(get_store(), project.pk)
    try:
        after = [read_setting(request, each) for each in before]
    except FormError as error:
        return show_forms(request, project, [str(error)], status=422)
    changes = save_changes(project.pk, before, after)
    audit.describe(request, ", ".join(changes), **changes)
    messages.info(request, "Saved. Conversations are listened to again, the latest first." if changes else "Saved.")
    return redirect("detectors", project=project.slug)


def read_setting(request: HttpRequest, detector: ListedDetector) -> ListedDetector:
    typed = request.POST.get(f"threshold:{detector.kind}", "").strip().replace(",", ".")
    try:
        threshold = float(typed) if typed else None
    except ValueError:
        threshold = -1.0
    if threshold is not None and not 0 <= threshold <= 1:
        raise FormError(f"{detector.title}: a threshold is a number from 0 to 1, or nothing.")
    return replace(
        detector,
        is_on=f"on:{detector.kind}" in request.POST,
        threshold=threshold,
        is_followed=detector.is_followed and threshold == detector.threshold,
    )


@require_POST
@project_page(Right.EDIT)
def take_threshold(request: HttpRequest, project: Project) -> HttpResponse:
    """Have a detector fire from the score that people's verdicts suggest."""
    kind = request.POST.get("kind", "")
    before = list_detectors(get_store(), project.pk)
    after = [take_suggestion(each) if each.kind == kind else each for each in before]
    changes = save_changes(project.pk, before, after)
    audit.describe(request, kind if changes else "", **changes)
    taken = "Taken. Conversations are listened to again, the latest first."
    messages.info(request, taken if changes else "Nothing is suggested for it any more; nothing was changed.")
    return redirect("detectors", project=project.slug)


@require_POST
@project_page(Right.EDIT)
def change_following(request: HttpRequest, project: Project) -> HttpResponse:
    """Say whether thresholds follow what people say of signals by themselves."""
    follows = "follows" in request.POST
    set_following(project.pk, thresholds_follow=follows)
    audit.describe(request, thresholds_follow=follows)
    messages.info(request, "Saved. Thresholds follow within the hour." if follows else "Saved.")
    return redirect("detectors", project=project.slug)


@require_POST
@project_page(Right.EDIT)
def change_expectations(request: HttpRequest, project: Project) -> HttpResponse:
    """Say when an answer is slow, and what a long conversation means."""
    typed, long_is = request.POST.get("slow_seconds", "").strip().replace(",", "."), request.POST.get("long_is", "")
    try:
        slow_ms = round(float(typed) * 1000) if typed else None
    except (ValueError, OverflowError):
        slow_ms = 0
    if slow_ms is not None and not 1 <= slow_ms <= LONGEST_MS:
        return show_forms(request, project, ["Slow is a number of seconds, up to a day, or nothing."], status=422)
    if long_is not in Expectation.Length.values:
        return show_forms(request, project, ["A long conversation is good, neutral or bad."], status=422)
    with transaction.atomic():
        set_expectation(project.pk, slow_ms=slow_ms, long_is=long_is)
    audit.describe(request, slow_ms=slow_ms, long_is=long_is)
    messages.info(request, "Saved. Conversations are listened to again, the latest first.")
    return redirect("detectors", project=project.slug)
