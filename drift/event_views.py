"""The page of one event of the ledger: what changed, from what to what, and how it spread."""

from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from drift.ledger.fields import TITLES
from drift.models import LedgerEvent
from drift.pages.diffs import show_diff
from drift.pages.rollouts import draw_rollout
from drift.recording.events import Part, find_event, list_events
from drift.recording.rollouts import load_rollout
from drift.recording.sentences import tell_event
from tracing.access.requirements import project_page
from tracing.access.rights import Right
from tracing.models import Project
from tracing.pages import render_page
from tracing.store import get_store

NEAR_NS = 3600 * 10**9
NEAR_SHOWN = 20
NOT_COUNTED = frozenset({"parameters", "tool", "retrieval", "sdk"})
"""Fields that hold several things, of which the ledger keeps no shares."""
KIND_WORDS = {
    "new": "",
    "back": "It is back to what it was before.",
    "both": "Both are in use: this is told once, until one of them is gone for good.",
}


@require_safe
@project_page(Right.READ)
def show_event(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """What changed, at the first call that had it, and how much of the traffic has it."""
    event = find_event(project.pk, number)
    if event is None:
        message = f"There is no change {number} in {project.name}."
        return render_page(request, "404.html", {"message": message, "project": project}, status=404)
    context = {
        "project": project,
        "section": "drift",
        "event": event,
        "sentence": tell_event(event),
        "title": TITLES.get(event.field, event.field),
        "at": datetime.fromtimestamp(event.time_ns // 10**9, UTC),
        "kind_words": KIND_WORDS.get(event.kind, ""),
        "diff": show_diff(event),
        "rollout": read_rollout(event),
        "conversation": find_conversation(event),
        "near": list_near(event),
    }
    return render_page(request, "drift_event.html", context)


def read_rollout(event: LedgerEvent) -> Any:
    """How the traffic of its service was shared, in the last fourteen days; None of what is not counted."""
    if event.field in NOT_COUNTED:
        return None
    shares = load_rollout(event.project_id, Part(event.service_name, event.environment), event.field)
    is_known = any(share.digest == event.digest for share in shares)
    return draw_rollout(shares, event.digest, event.old_digest) if is_known else None


def find_conversation(event: LedgerEvent) -> str:
    """The conversation of the first call that had it, while it is kept."""
    path = "tracing/sql/conversations_of_traces.sql"
    rows = get_store().query(path, project_id=event.project_id, trace_ids=[event.trace_id])
    return next((row["conversation_id"] for row in rows if row["conversation_id"]), "")


def list_near(event: LedgerEvent) -> list[tuple[int, str]]:
    """What else changed within an hour."""
    found = list_events(event.project_id, event.time_ns - NEAR_NS, event.time_ns + NEAR_NS, limit=NEAR_SHOWN + 1)
    return [(each.pk, tell_event(each)) for each in found if each.pk != event.pk][:NEAR_SHOWN]
