"""Model calls as an app sends them, spans and all, through the receiver's door and the reading of traces."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest

from drift.models import LedgerEvent
from drift.recording.stage import record_changed_calls
from tests.tracing.otlp import make_request, make_span
from tracing.derivation import read_changed_traces
from tracing.models import Project
from tracing.receive.decoding import decode_spans
from tracing.store import Store

SECOND_NS = 10**9
INSTRUCTIONS = (
    "You are the support assistant of a shop.\nAnswer in two sentences. Be friendly and never promise refunds."
)


@dataclass
class App:
    """An app whose calls are a second apart and end now; `service` are attributes of its resource."""

    project: Project
    store: Store
    service: dict[str, Any] = field(default_factory=lambda: {"service.name": "shop"})
    numbers: Any = field(default_factory=lambda: count(1))

    def make_call(self, **given: Any) -> dict[str, Any]:
        told = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": "gpt-4o",
            "gen_ai.response.model": "gpt-4o-2024-08-06",
            "gen_ai.system_instructions": INSTRUCTIONS,
            "gen_ai.prompt.name": "support",
        }
        return told | {name.replace("__", "."): value for name, value in given.items()}

    def send(self, calls: Sequence[dict[str, Any]], *, ago_s: float = 0) -> list[int]:
        """Spans of these calls, each a trace of its own, the last of which began `ago_s` ago; their traces' numbers."""
        now = time.time_ns() - int(ago_s * SECOND_NS)
        numbers = [next(self.numbers) for _ in calls]
        spans = []
        for place, (number, call) in enumerate(zip(numbers, calls, strict=True)):
            start = now - (len(calls) - 1 - place) * SECOND_NS
            user = {"user.id": f"user-{number}"}
            times = {"start_time_unix_nano": start, "end_time_unix_nano": start + SECOND_NS}
            spans.append(make_span(number, number, call | user, **times))
        self.store.insert(
            "otel_traces", decode_spans(make_request(*spans, resource=self.service), self.project.pk).columns
        )
        return numbers

    def record(self) -> list[LedgerEvent]:
        """What the stages make of it; all events, the first first."""
        while read_changed_traces(self.store):
            pass
        while record_changed_calls(self.store):
            pass
        return self.list_events()

    def list_events(self) -> list[LedgerEvent]:
        return list(LedgerEvent.objects.order_by("time_ns", "pk"))


@pytest.fixture
def app(project: Project, store: Store) -> App:
    return App(project, store)
