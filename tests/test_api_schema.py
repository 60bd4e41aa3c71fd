"""Requests that are made up from the OpenAPI description: none breaks the server, each answer is as described."""

import gzip
import json
from typing import Any

import pytest
import schemathesis
from google.protobuf.json_format import ParseDict
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from pytest_django import DjangoDbBlocker
from schemathesis import Case
from schemathesis.openapi import from_dict
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from config.wsgi import application
from feedback.api import api
from feedback.explicit import Feedback
from feedback.records import write_feedback
from feedback.tasks import derive_signals
from tests.conftest import empty_store
from tests.examples import count_examples
from tests.tracing.conventions.recordings.record import HERE
from tests.tracing.otlp import insert_spans, make_span
from tests.tracing.reading import call_model
from tracing.dead_letters import keep_letters
from tracing.rollups import count_changed_hours
from tracing.store import Store
from tracing.tasks import read_changed_traces

RECORDED = ("genai-openai", "openinference-openai-agents", "langfuse-openai-5", "mlflow", "pydantic", "vercel")
HOSTILE = {"nan": float("nan"), "big": 2**60, "deep": [[[[{"a": [2**60]}]]]], "bytes": b"\xff", "nul": "a\0b", "": ""}
ONES = {"conversations/{conversation_id}": "conversation_id", "traces/{trace_id}": "trace_id"}
MORE_IS_ASKED = (
    "add_alert_rule",
    "add_alert_target",
    "add_saved_view",
    "change_saved_view",
    "change_alert_rule",
    "change_alert_target",
    "preview_alert_rule",
    "set_prices",
    "set_content",
    "add_reprocessing",
    "set_masking",
    "try_masking",
    "add_erasure",
    "show_erasures",
    "add_invitation",
    "add_key",
    "ask_user",
    "change_failure_mode",
    "add_dataset",
    "add_review_queue",
    "change_review_queue",
    "change_dataset",
    "add_evaluation_set",
    "add_export",
    "download_export",
    "forget_subject",
)
"""Operations that ask more of a body than its schema can say."""
ITEM_BY_ITEM = ("tell_feedback",)
"""Operations that refuse items of a body, not the body."""


def read_recording(path: Any) -> list[Span]:
    recorded = json.loads(gzip.decompress(path.read_bytes()))
    request = ParseDict(recorded["traces"], ExportTraceServiceRequest())
    return [span for group in request.resource_spans for scope in group.scope_spans for span in scope.spans]


def fill(store: Store) -> None:
    """Some of everything that REST gives."""
    for path in HERE.glob("*.json.gz"):
        if path.name.startswith(RECORDED):
            insert_spans(store, *read_recording(path))
    insert_spans(store, make_span(1, 1, call_model("x", "Sorry, I can't.", user__id="u") | HOSTILE))
    metadata = HOSTILE | {"bytes": ""}
    opinions = [Feedback(1, f"f-{n}", "thumbs", 10**18 + n, n / 2, "up", metadata=metadata) for n in range(3)]
    write_feedback(store, opinions, 1)
    keep_letters(store, "otel_traces", [({"project_id": 1, "TraceId": "x"}, "no")])
    read_changed_traces()
    count_changed_hours(store)
    derive_signals()


@pytest.fixture(scope="module")
def filled(migrated_store: Store, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    empty_store(migrated_store)
    with django_db_blocker.unblock():
        fill(migrated_store)


schemathesis.openapi.format("cursor", st.just(""))
schemathesis.openapi.format("filter", st.sampled_from(["", "model:gpt-5", "-model:x,y", "time>2026-01-01"]))
schemathesis.openapi.format("filter-time", st.sampled_from(["", "7d", "2026-11-01", "2026-11-01T09:30Z"]))
schema = from_dict(api.get_openapi_schema())
schema.app = application


@pytest.mark.usefixtures("filled", "project")
@schema.parametrize()
@settings(
    max_examples=count_examples(4),
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_as_described(case: Case) -> None:
    name = case.operation.definition.raw["operationId"]
    unfit = [positive_data_acceptance] if name in MORE_IS_ASKED else []
    unfit += [negative_data_rejection] if name in ITEM_BY_ITEM else []
    case.call_and_validate(excluded_checks=unfit)


@pytest.mark.usefixtures("filled", "project")
@pytest.mark.parametrize(("path", "key"), ONES.items())
def test_what_is_there_is_as_described(path: str, key: str) -> None:
    listed = schema[f"/api/v1/{path.partition('/')[0]}"]["GET"].Case(query={"limit": 1000})
    items = listed.call_and_validate().json()["items"]
    assert len(items) > 5
    for item in items:
        schema[f"/api/v1/{path}"]["GET"].Case(path_parameters={key: item[key]}).call_and_validate()
