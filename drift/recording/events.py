"""Events of the ledger as they stand in Django's database: found by time and segment, told in a sentence, and named as
a cause of drift."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from django.db.models import QuerySet

from drift.detection.causes import Cause
from drift.ledger.fields import INSTRUCTIONS, PROMPT
from drift.models import LedgerEvent
from drift.recording.sentences import tell_event

__all__ = ["CAUSES", "Part", "Segment", "find_event", "list_events", "select_events", "tell_event"]

CAUSES: Mapping[str, Cause] = {
    INSTRUCTIONS: Cause.SYSTEM_PROMPT,
    PROMPT: Cause.SYSTEM_PROMPT,
    "prompt_version": Cause.SYSTEM_PROMPT,
    "parameters": Cause.SYSTEM_PROMPT,
    "tools": Cause.SYSTEM_PROMPT,
    "tool": Cause.SYSTEM_PROMPT,
    "provider": Cause.MODEL,
    "request_model": Cause.MODEL,
    "response_model": Cause.MODEL,
    "fingerprint": Cause.MODEL,
    "retrieval": Cause.RETRIEVAL,
}
"""By field, what a change of it would be the cause of. A release of the service or the SDK is missing: many come every
day, and which part of the app they change they do not say."""


class Segment(Protocol):
    """A part of the traffic, such as a `drift.watching.segments.SegmentName`; None stands for all of it."""

    @property
    def service_name(self) -> str | None: ...
    @property
    def environment(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Part:
    """A service, an environment, both or all."""

    service_name: str | None = None
    environment: str | None = None


def list_events(
    project_id: int, since_ns: int, until_ns: int, segment: Segment | None = None, limit: int = 500
) -> list[LedgerEvent]:
    """What changed in a time, the latest first; of a segment where one is given."""
    found = select_events(project_id).filter(time_ns__gte=since_ns, time_ns__lt=until_ns)
    if segment is not None and segment.service_name is not None:
        found = found.filter(service_name=segment.service_name)
    if segment is not None and segment.environment is not None:
        found = found.filter(environment=segment.environment)
    return list(found[:limit])


def select_events(project_id: int) -> "QuerySet[LedgerEvent]":
    """All of a project, the latest first."""
    return LedgerEvent.objects.filter(project_id=project_id).order_by("-time_ns", "-pk")


def find_event(project_id: int, pk: int) -> LedgerEvent | None:
    return LedgerEvent.objects.filter(project_id=project_id, pk=pk).first()
