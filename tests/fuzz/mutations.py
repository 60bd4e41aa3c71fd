"""Valid messages are spoiled: fields that hold something else, and bytes that stand wrong."""

import copy
from collections.abc import Callable
from random import Random
from typing import Any

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, Span

from tests.fuzz.corpus import list_spans
from tests.fuzz.values import TEXTS, make_json, make_value
from tests.tracing.otlp import to_any

TIMES = (0, 1, 2**31, 10**18, 1_800_000_000 * 10**9, 2**63 - 1, 2**63, 2**64 - 1)
IDS = (b"", b"\0", b"\xff" * 8, bytes(8), b"x" * 16, bytes(16), b"y" * 300)
PIECES = (
    b"",
    b"\0",
    b"\xff",
    b"\x80" * 12,
    b"\x0a\x7f",
    b"\x0a" * 200,
    b"[" * 500,
    b'{"a":' * 200,
    b"1e999",
    b'"\\ud800"',
)


def spoil_attributes(random: Random, attributes: Any, keys: tuple[str, ...]) -> None:
    """Another value, another key, one less, one twice, or very many."""
    act = random.randrange(8)
    if act < 4 and len(attributes):
        random.choice(attributes).value.CopyFrom(to_any(make_value(random)))
    elif act == 4 and len(attributes):
        del attributes[random.randrange(len(attributes))]
    elif act == 5 and len(attributes):
        attributes.append(KeyValue(key=random.choice(attributes).key, value=to_any(make_value(random))))
    elif act == 6:
        attributes.append(KeyValue(key=random.choice(keys), value=to_any(make_value(random))))
    else:
        attributes.extend(KeyValue(key=random.choice(TEXTS)[:2_000], value=nest(random)) for _ in range(2))


def nest(random: Random) -> AnyValue:
    """A value inside of lists and maps, as deep as protobuf takes."""
    value = to_any(make_value(random, 4))
    for _ in range(random.choice((1, 8, 24))):
        value = AnyValue(array_value={"values": [value]}) if random.random() < 0.5 else wrap(value)
    return value


def wrap(value: AnyValue) -> AnyValue:
    return AnyValue(kvlist_value={"values": [KeyValue(key="a", value=value), KeyValue(key="a", value=value)][:1]})


def spoil_span(random: Random, span: Span, keys: tuple[str, ...]) -> None:
    act = random.randrange(16)
    if act < 8:
        spoil_attributes(random, span.attributes, keys)
    elif act == 8:
        span.start_time_unix_nano, span.end_time_unix_nano = random.choice(TIMES), random.choice(TIMES)
    elif act == 9:
        span.name = random.choice(TEXTS)
    elif act == 10:
        span.parent_span_id = random.choice((*IDS, span.span_id, b"12345678"))
    elif act == 11:
        span.status.code, span.status.message = random.choice((0, 2, 77, -1)), random.choice(TEXTS)
    elif act == 12:
        span.kind = random.choice((0, 5, 99, -5))
    elif act == 13:
        add_events(random, span, keys)
    elif act == 14:
        span.links.add(trace_id=random.choice(IDS), span_id=random.choice(IDS), trace_state=random.choice(TEXTS))
        spoil_attributes(random, span.links[0].attributes, keys)
    else:
        span.trace_state = random.choice(TEXTS)


def add_events(random: Random, span: Span, keys: tuple[str, ...]) -> None:
    for _ in range(random.choice((1, 2, 12))):
        event = span.events.add(name=random.choice((*TEXTS, *keys)), time_unix_nano=random.choice(TIMES[:6]))
        spoil_attributes(random, event.attributes, keys)


def spoil_trace(random: Random, group: ResourceSpans, keys: tuple[str, ...]) -> None:
    """A few fields of a few spans; now and then of the resource or of the ids."""
    spans = list_spans(group)
    for _ in range(random.choice((1, 1, 2, 3, 8))):
        spoil_span(random, random.choice(spans), keys)
    if random.random() < 0.1:
        spoil_attributes(random, group.resource.attributes, keys)
    if random.random() < 0.05:
        scope = random.choice(group.scope_spans).scope
        scope.name, scope.version = random.choice(TEXTS), random.choice(TEXTS)
    if random.random() < 0.05:
        span = random.choice(spans)
        span.span_id = random.choice((*IDS, spans[0].span_id))
    if random.random() < 0.03:
        random.choice(spans).trace_id = random.choice(IDS)


def spoil_document(random: Random, document: Any) -> Any:
    """The same JSON with one of its places gone, twice, or holding something else."""
    document = copy.deepcopy(document)
    for _ in range(random.choice((1, 1, 3))):
        holder, key = choose_place(random, document)
        if holder is None:
            return make_json(random)
        act = random.randrange(6)
        if act == 0 and isinstance(holder, dict):
            del holder[key]
        elif act == 1 and isinstance(holder, list):
            holder.append(holder[key])
        elif act == 2:
            holder[key] = [holder[key]] if random.random() < 0.5 else {"a": holder[key]}
        elif act == 3:
            holder[key] = random.choice((None, True, -1, 2**70, 1.5, 1e400, "", "x", "-1", "1e400", [], {}))
        else:
            holder[key] = make_json(random)
    return document


def choose_place(random: Random, document: Any) -> tuple[Any, Any]:
    """A list or object in the document, and one of its places."""
    holder, key = None, None
    while isinstance(document, (dict, list)) and document:
        keys = list(document) if isinstance(document, dict) else range(len(document))
        holder, key = document, random.choice(keys)
        document = document[key]
        if random.random() < 0.12:
            break
    return holder, key


def flip(random: Random, data: bytearray) -> None:
    for _ in range(random.choice((1, 2, 16))):
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)


def cut(random: Random, data: bytearray) -> None:
    start = random.randrange(len(data))
    del data[start : start + random.choice((1, 2, 100, len(data)))]


def insert(random: Random, data: bytearray) -> None:
    start = random.randrange(len(data))
    data[start:start] = random.choice(PIECES)


def repeat(random: Random, data: bytearray) -> None:
    start, size = random.randrange(len(data)), random.choice((1, 8, 300))
    data[start:start] = bytes(data[start : start + size]) * random.choice((1, 3))


def overwrite(random: Random, data: bytearray) -> None:
    start = random.randrange(len(data))
    piece = random.choice(PIECES)
    data[start : start + len(piece)] = piece


ACTS: tuple[Callable[[Random, bytearray], None], ...] = (flip, cut, insert, repeat, overwrite)


def spoil_bytes(random: Random, body: bytes) -> bytes:
    data = bytearray(body)
    for _ in range(random.choice((1, 1, 2, 5))):
        if data:
            random.choice(ACTS)(random, data)
    return bytes(data)
