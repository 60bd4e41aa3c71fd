"""What the receivers are sent: input number N is always the same, so that a fault is found again by its number."""

import base64
import gzip
import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans

from tests.fuzz.corpus import list_spans, load_corpus
from tests.fuzz.mutations import spoil_attributes, spoil_bytes, spoil_document, spoil_trace
from tests.fuzz.values import TEXTS, make_json_text, make_value
from tests.tracing.otlp import make_log, make_span, to_any
from tracing.conventions.origins import CONVERSATION_KEYS

PROTOBUF, JSON = "application/x-protobuf", "application/json"
ID_FIELDS = ("traceId", "spanId", "parentSpanId")
CONVERSATION = "gen_ai.conversation.id"
NEIGHBOUR_TRACE = 1 << 100
"""Number of the trace of input 0's neighbour; no other trace has such a number."""


@dataclass(frozen=True)
class Input:
    """A request. Where `is_valid` it must be taken, and the neighbour in it be kept."""

    number: int
    kind: str
    path: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": PROTOBUF})
    is_valid: bool = False


def make_input(number: int) -> Input:
    random = Random(number)  # noqa: S311 - the same input for the same number
    return random.choices(MAKERS, WEIGHTS)[0](number, random)


def make_trace(number: int, random: Random) -> Input:
    """Spans in which some fields hold anything, in protobuf; the span beside them must be kept."""
    body = make_trace_request(number, random).SerializeToString()
    return compress(random, Input(number, "trace", "/v1/traces", body, is_valid=True))


def make_json_trace(number: int, random: Random) -> Input:
    """The same in JSON."""
    body = json.dumps(to_otlp_json(make_trace_request(number, random))).encode()
    return compress(random, Input(number, "JSON", "/v1/traces", body, {"Content-Type": JSON}, is_valid=True))


def make_logs(number: int, random: Random) -> Input:
    corpus = load_corpus()
    request = ExportLogsServiceRequest()
    request.resource_logs.add().CopyFrom(random.choice(corpus.logs))
    records = [record for scope in request.resource_logs[0].scope_logs for record in scope.log_records]
    for record in records[:3]:
        spoil_attributes(random, record.attributes, corpus.keys)
        record.body.CopyFrom(to_any(make_value(random)))
        record.severity_number = random.choice((0, 9, 99, -3))
        record.event_name = random.choice(("", "gen_ai.user.message", *TEXTS))
    scope = request.resource_logs.add().scope_logs.add()
    scope.log_records.append(make_log("neighbour", trace=NEIGHBOUR_TRACE + number))
    if random.random() < 0.3:
        body = json.dumps(to_otlp_json(request)).encode()
        return Input(number, "logs", "/v1/logs", body, {"Content-Type": JSON}, is_valid=True)
    return Input(number, "logs", "/v1/logs", request.SerializeToString(), is_valid=True)


def make_spoiled_document(number: int, random: Random) -> Input:
    """JSON whose shape is not OTLP's."""
    document = spoil_document(random, to_otlp_json(make_trace_request(number, random)))
    text = json.dumps(document)
    return compress(random, Input(number, "spoiled JSON", "/v1/traces", text.encode(), {"Content-Type": JSON}))


def make_spoiled_bytes(number: int, random: Random) -> Input:
    """Bytes that stand wrong, in either encoding, of any of the signals, compressed or not."""
    of = random.choice((make_trace, make_json_trace, make_logs))(number, random)
    path = random.choice((of.path, of.path, "/v1/logs", "/v1/metrics"))
    return Input(number, "spoiled bytes", path, spoil_bytes(random, of.body), of.headers)


def make_noise(number: int, random: Random) -> Input:
    """Bytes of chance, under any heading."""
    body = random.randbytes(random.choice((0, 1, 2, 20, 500)))
    headers = {"Content-Type": random.choice((PROTOBUF, JSON, "", "text/plain", "application/json; charset=utf-16"))}
    headers["Content-Encoding"] = random.choice(("", "gzip", "deflate", "zstd", "br", "gzip, gzip", "\xff"))
    return Input(number, "noise", random.choice(("/v1/traces", "/v1/logs", "/v1/metrics")), body, headers)


def make_feedback(number: int, random: Random) -> Input:
    """What browsers and programs tell of answers, spoiled."""
    item = {
        "name": random.choice(("thumbs", "rating", "comment", "comparison", "edit", "x")),
        "score": random.choice((0, 1, 0.5)),
        "label": random.choice(("", "up", "down", "a")),
        "explanation": "It was not what I asked for.",
        "correction": "Paris",
        "metadata": {"a": [1, {"b": None}], "options": ["a", "b"]},
        "identifier": f"f-{number}",
        "conversation_id": f"c-{number % 50}",
        "trace_id": f"{NEIGHBOUR_TRACE + number:032x}",
        "time": "2026-11-21T08:15:30Z",
    }
    body = json.dumps([spoil_document(random, item), spoil_document(random, item)]).encode()
    if random.random() < 0.3:
        body = spoil_bytes(random, body)
    return Input(number, "feedback", "/api/v1/feedback", body, {"Content-Type": JSON})


def make_asked(number: int, random: Random) -> Input:
    """REST's other doors that browsers have."""
    item = {"conversation_id": f"c-{number % 50}", "user_id": "u", "message_id": "m"}
    body = json.dumps(spoil_document(random, item)).encode()
    return Input(number, "asks", "/api/v1/asks", body, {"Content-Type": JSON})


KINDS: tuple[tuple[Callable[[int, Random], Input], int], ...] = (
    (make_trace, 40),
    (make_json_trace, 10),
    (make_logs, 8),
    (make_spoiled_document, 12),
    (make_spoiled_bytes, 18),
    (make_noise, 4),
    (make_feedback, 6),
    (make_asked, 2),
)
MAKERS, WEIGHTS = zip(*KINDS, strict=True)


def make_trace_request(number: int, random: Random) -> ExportTraceServiceRequest:
    """A recorded trace that was spoiled, under an id of its own, and a neighbour that was not."""
    corpus = load_corpus()
    request = ExportTraceServiceRequest()
    group = request.resource_spans.add()
    group.CopyFrom(random.choice(corpus.traces))
    part(group, number)
    spoil_trace(random, group, corpus.keys)
    if random.random() < 0.15:
        add_told(random, group, number)
    neighbour = make_span(trace=NEIGHBOUR_TRACE + number, name="neighbour")
    request.resource_spans.add().scope_spans.add().spans.append(neighbour)
    return request


def part(group: ResourceSpans, number: int) -> None:
    """Give the trace an id of its own, and a conversation that it shares with one or two others."""
    for span in list_spans(group):
        span.trace_id = (number + 1).to_bytes(16, "big")
        for attribute in span.attributes:
            if attribute.key in CONVERSATION_KEYS:
                attribute.value.string_value = f"c-{number // 3}"


def add_told(random: Random, group: ResourceSpans, number: int) -> None:
    """Feedback and actions as the SDK sends them."""
    names = ("thumbs", "rating", "comment", "edit", "copy", "regenerate", "stop", "accept", "comparison", "")
    attributes: dict[str, Any] = {
        "annotation.name": random.choice(names),
        "annotation.score": make_value(random, 4),
        "annotation.label": make_value(random, 4),
        "annotation.explanation": make_value(random, 4),
        "annotation.metadata": make_json_text(random),
        "annotation.identifier": f"told-{number}",
        "tacit.correction": make_value(random, 4),
        CONVERSATION: f"c-{number // 3}",
    }
    span = make_span(99, number + 1, attributes, name="tacit.feedback")
    group.scope_spans.add().spans.append(span)


def to_otlp_json(message: Message) -> Any:
    """The message as OTLP writes JSON: ids in hex."""
    return write_ids(MessageToDict(message))


def write_ids(document: Any) -> Any:
    if isinstance(document, list):
        return [write_ids(each) for each in document]
    if not isinstance(document, dict):
        return document
    return {
        key: base64.b64decode(value).hex() if key in ID_FIELDS and isinstance(value, str) else write_ids(value)
        for key, value in document.items()
    }


def compress(random: Random, plain: Input) -> Input:
    """As it is, or packed."""
    how = random.choice(("", "", "gzip", "deflate"))
    if not how:
        return plain
    body = gzip.compress(plain.body, 1) if how == "gzip" else zlib.compress(plain.body, 1)
    return Input(plain.number, plain.kind, plain.path, body, {**plain.headers, "Content-Encoding": how}, plain.is_valid)
