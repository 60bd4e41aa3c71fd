"""The first page of settings: what each of them is for, and how it stands, as far as whoever looks may see them."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from django.conf import settings
from django.db.models import Max, Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from drift.delivering.queue import find_troubles
from drift.delivering.targets import list_targets
from drift.pages.settings_states import (
    State,
    tell_asking,
    tell_audit,
    tell_detectors,
    tell_erasures,
    tell_judge,
    tell_keys,
    tell_kinds,
    tell_masking,
    tell_members,
    tell_prices,
    tell_retention,
    tell_stages,
    tell_targets,
    tell_texts,
)
from feedback.asks import load_rules
from feedback.detectors import DETECTORS
from feedback.judging.figures import load_budget
from feedback.tunings import load_tuning
from tracing.access.requirements import access_of, project_page
from tracing.access.rights import Right
from tracing.masking_rules import load_masking, load_timeouts
from tracing.menu import list_settings
from tracing.models import ApiKey, AuditEntry, Erasure, Membership, Project, ProjectPrice
from tracing.pages import render_page
from tracing.pulses import list_measured, read_work


@require_safe
@project_page(Right.READ)
def show_settings(request: HttpRequest, project: Project) -> HttpResponse:
    rows = [(entry, READERS[entry.section](project)) for entry in list_settings(access_of(request).rights)]
    return render_page(request, "settings.html", {"project": project, "section": "settings", "rows": rows})


def read_retention(project: Project) -> State:
    days = settings.RETENTION_DAYS if project.retention_days is None else project.retention_days
    return tell_retention(project.slug, days)


def read_kinds(project: Project) -> State:
    return tell_kinds(len(project.days_by_kind))


def read_erasures(project: Project) -> State:
    erasures = Erasure.objects.filter(project=project)
    unclean = erasures.filter(verification__is_clean=False).count()
    last = erasures.aggregate(last=Max("ended_at"))["last"]
    return tell_erasures(erasures.filter(state__in=Erasure.OPEN).count(), unclean, last)


def read_members(project: Project) -> State:
    now = timezone.now()
    invited = project.invitations.filter(accepted_at=None, expires_at__gt=now).count()
    return tell_members(Membership.objects.filter(project=project).count(), invited)


def read_keys(project: Project) -> State:
    is_alive = Q(revoked_at=None) | Q(revoked_at__gt=timezone.now())
    alive = ApiKey.objects.filter(is_alive, project=project).exclude(expires_at__lte=timezone.now())
    return tell_keys(alive.count(), alive.aggregate(last=Max("last_used_at"))["last"])


def read_masking(project: Project) -> State:
    return tell_masking(load_masking(project.pk), sum(load_timeouts(project.pk).values()))


def read_audit(project: Project) -> State:
    return tell_audit(AuditEntry.objects.filter(project=project).aggregate(last=Max("at"))["last"])


def read_detectors(project: Project) -> State:
    return tell_detectors(len(DETECTORS), load_tuning(project.pk))


def read_texts(project: Project) -> State:
    return tell_texts(project.text_hours)


def read_asking(project: Project) -> State:
    return tell_asking(load_rules(project.pk))


def read_judge(project: Project) -> State:
    budget = load_budget(project.pk)
    return tell_judge(budget.model, budget.calls, budget.calls_a_day, budget.problem)


def read_targets(project: Project) -> State:
    on = [target for target in list_targets(project) if target.is_on]
    return tell_targets([target.name for target in on], len(find_troubles(project)))


def read_prices(project: Project) -> State:
    return tell_prices(ProjectPrice.objects.filter(project=project).count())


def read_stages(_project: Project) -> State:
    now = timezone.now()
    measured = list_measured(now - timedelta(minutes=3)).values()
    return tell_stages(read_work(), max((each[-1].lag_seconds for each in measured), default=0.0), now)


READERS: Mapping[str, Callable[[Project], State]] = {
    "project_settings": read_retention,
    "retention": read_kinds,
    "masking": read_masking,
    "erasures": read_erasures,
    "members": read_members,
    "keys": read_keys,
    "audit": read_audit,
    "detectors": read_detectors,
    "texts": read_texts,
    "asking": read_asking,
    "judge": read_judge,
    "alert_targets": read_targets,
    "prices": read_prices,
    "stages": read_stages,
}
