"""What a conversation's page tells of the system prompts that its turns were answered with; `feedback`, whose page it
is, knows nothing of the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django import template
from django.db.models import QuerySet

from drift.ledger.fields import INSTRUCTIONS
from drift.models import LedgerEvent
from drift.pages.diffs import HOLE, ShownDiff, show_diff
from drift.recording.events import select_events
from drift.recording.sentences import tell_event
from tracing.generations import Generation
from tracing.models import Project

register = template.Library()
MOST_LOOKED_AT = 20
"""Changes of a service, the latest first: it may have several prompts."""
TurnCall = tuple[Any, Generation | None]
"""A turn as a page shows it, and the call that wrote its answer."""


@dataclass(frozen=True, slots=True)
class PromptChange:
    """The latest change of system instructions before a call: which, when, and what differs."""

    number: int
    at: datetime
    sentence: str
    diff: ShownDiff


@register.simple_tag
def find_prompt_change(project: Project, call: Generation | None) -> PromptChange | None:
    """Of the prompt that the call was made with; None where the ledger saw no change of it, or no call is known. That
    it was new once is no change: there was nothing before it."""
    if call is None:
        return None
    latest = select_changes(project, call).filter(time_ns__lte=call.start_time_ns)[:MOST_LOOKED_AT]
    event = next((each for each in latest if is_said_in(each.new, call.system_instructions)), None)
    return tell_change(event) if event else None


@register.simple_tag
def mark_prompt_changes(project: Project, turn_calls: Sequence[TurnCall]) -> list[tuple[Any, PromptChange | None]]:
    """Turns, each with what changed in the system prompt since the turn before it: a change that the ledger saw between
    their calls, of which the later one has the new text and the earlier has not."""
    calls = [call for _, call in turn_calls if call and call.system_instructions]
    changes = list_changes(project, calls) if len(calls) > 1 else []
    marked, before = [], None
    for turn, call in turn_calls:
        came = [each for each in changes if before and call and is_between(each, before, call)]
        marked.append((turn, tell_change(came[0]) if came else None))
        before = call if call and call.system_instructions else before
    return marked


def list_changes(project: Project, calls: Sequence[Generation]) -> Sequence[LedgerEvent]:
    """Those of the service that these calls were made by, in their time, the latest first."""
    first, last = calls[0].start_time_ns, calls[-1].start_time_ns
    return list(select_changes(project, calls[-1]).filter(time_ns__gt=first, time_ns__lte=last)[:MOST_LOOKED_AT])


def is_between(event: LedgerEvent, before: Generation, after: Generation) -> bool:
    is_in_time = before.start_time_ns < event.time_ns <= after.start_time_ns
    said = [is_said_in(event.new, each.system_instructions) for each in (before, after)]
    return is_in_time and said == [False, True]


def select_changes(project: Project, call: Generation) -> QuerySet[LedgerEvent]:
    """Changes of the system instructions of the service that made the call, the latest first."""
    named = {"service_name": call.service_name, "environment": call.environment}
    return select_events(project.pk).filter(field=INSTRUCTIONS, **named).exclude(old="")


def tell_change(event: LedgerEvent) -> PromptChange:
    at = datetime.fromtimestamp(event.time_ns // 10**9, UTC)
    return PromptChange(event.pk, at, tell_event(event).replace("`", ""), show_diff(event))


def is_said_in(template_text: str, instructions: str) -> bool:
    """Whether instructions hold all that a template says between what is filled in, white space apart."""
    said = "".join(instructions.split())
    return all("".join(piece.split()) in said for piece in HOLE.split(template_text)[::2])
