"""Traces, observations and scores exported from Langfuse: from its tables (JSON, JSON lines, CSV), its API or a bucket.

A trace becomes a span in our SDK's convention, which frames the turn, or tells it where no observation is there; an
observation gets back the attributes with which Langfuse's SDKs send one; a score becomes feedback. Files of one project
fit together, in any order, for ids follow from Langfuse's.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from tacit import attributes as keys

from tracing.conventions.messages import parse_json, parse_messages
from tracing.importing.dialogues import read_name
from tracing.importing.entries import Entry, ImportedSpan, Origin, Row, UnreadableError, read_time, shorten
from tracing.importing.phoenix import keep_id, read_count

NAME = "langfuse"
UNIT = "records"
LISTS = ("data", "traces", "observations", "scores")


def read(row: Row, origin: Origin) -> list[Entry]:
    """The spans of one record, or of all that a downloaded trace, session or page of the API holds."""
    if not isinstance(row.value, Mapping):
        raise UnreadableError(f"the record is {shorten(row.value)}; a trace, an observation or a score was expected")
    return [Entry(row.line, [write_record(record, origin)]) for record in list_records(row.value, {})]


def list_records(value: Mapping[str, Any], around: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The records in a record: of a trace itself, then of what it holds, which knows its trace."""
    if isinstance(value.get("trace"), Mapping):
        value = {**value, **value["trace"]}
    held = {name: value[name] for name in LISTS if isinstance(value.get(name), list)}
    is_session = "traces" in held or "data" in held
    own = {"traceId": value["id"]} if value.get("id") and held and not is_session else {}
    own |= {"sessionId": value["id"]} if value.get("id") and "traces" in held else {}
    if not is_session:
        yield {**around, **value}
    for items in held.values():
        for item in items:
            if isinstance(item, Mapping):
                yield from list_records(item, own)


def pick(record: Mapping[str, Any], *names: str) -> Any:
    """The first of these fields that is there, in Langfuse's camel case or, as in buckets, in snake case."""
    for name in names:
        snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
        for each in (name, snake):
            if record.get(each) not in (None, "", [], {}):
                return record[each]
    return None


def write_record(record: Mapping[str, Any], origin: Origin) -> ImportedSpan:
    """The span of a trace, an observation or a score. Raises UnreadableError."""
    if not read_name(record.get("id")):
        raise UnreadableError("the record has no id; a trace, an observation or a score of Langfuse was expected")
    if pick(record, "dataType") or ("value" in record and "name" in record):
        return write_score(record, origin)
    if pick(record, "startTime") is not None:
        return write_observation(record, origin)
    return write_trace(record, origin)


def name_trace(trace: str, origin: Origin) -> tuple[str, str]:
    """Ids of a trace and of the span that stands for it."""
    return keep_id(trace, 32, origin), origin.make_span_id("trace", trace)


def write_trace(record: Mapping[str, Any], origin: Origin) -> ImportedSpan:
    start_ns = read_time(pick(record, "timestamp", "createdAt"), "timestamp")
    if start_ns is None:
        raise UnreadableError("the record has neither timestamp nor startTime; was it exported by Langfuse?")
    trace_id, span_id = name_trace(read_name(record["id"]), origin)
    latency = pick(record, "latency")
    seconds = float(latency) if isinstance(latency, int | float) and 0 <= latency < 1e6 else 0.0
    attributes = read_identity(record) | write_function(pick(record, "input"), pick(record, "output"))
    name = read_name(pick(record, "name")) or "trace"
    return ImportedSpan(trace_id, span_id, name, start_ns, start_ns + int(seconds * 1e9), attributes)


def write_function(asked: Any, answered: Any) -> dict[str, Any]:
    """A trace as an observed function: without model calls beneath it is the call, with them it frames the turn."""
    asked, answered = parse_json(asked), parse_json(answered)
    if isinstance(asked, list):
        asked = {"messages": asked}
    elif not isinstance(asked, Mapping):
        asked = {"input": str(asked)} if asked is not None else {}
    found: dict[str, Any] = {keys.KIND: "chain", keys.ARGUMENTS: json.dumps(asked, ensure_ascii=False, default=str)}
    text = find_text(answered)
    return found | ({keys.OUTPUT: text, keys.OUTPUT_TYPE: "text"} if text else {})


def find_text(value: Any) -> str:
    """The text of an answer, whether it was kept as a message, messages, an object with one text, or plain."""
    if isinstance(value, str):
        return value
    messages = parse_messages(value)
    if messages:
        return messages[-1].content
    if isinstance(value, Mapping):
        texts = [each for each in value.values() if isinstance(each, str)]
        return texts[0] if len(texts) == 1 else json.dumps(value, ensure_ascii=False, default=str)
    return "" if value is None else json.dumps(value, ensure_ascii=False, default=str)


def write_observation(record: Mapping[str, Any], origin: Origin) -> ImportedSpan:
    trace, own = read_name(pick(record, "traceId")), read_name(record["id"])
    start_ns = read_time(pick(record, "startTime"), "startTime")
    if not trace or start_ns is None:
        raise UnreadableError("the observation has no traceId")
    end_ns = read_time(pick(record, "endTime"), "endTime") or start_ns
    trace_id, root_id = name_trace(trace, origin)
    parent = read_name(pick(record, "parentObservationId"))
    failed = read_name(pick(record, "level")).upper() == "ERROR"
    return ImportedSpan(
        trace_id=trace_id,
        span_id=keep_id(own, 16, origin),
        parent_span_id=keep_id(parent, 16, origin) if parent else root_id,
        name=read_name(pick(record, "name")) or "observation",
        start_time_ns=start_ns,
        end_time_ns=max(start_ns, end_ns),
        attributes=read_identity(record) | write_attributes(record),
        error=read_name(pick(record, "statusMessage")) if failed else None,
    )


def write_attributes(record: Mapping[str, Any]) -> dict[str, Any]:
    """An observation as Langfuse's SDKs send it: objects as JSON."""
    first_ns = read_time(pick(record, "completionStartTime"), "completionStartTime")
    told = {
        "type": read_name(pick(record, "type")).lower(),
        "input": write_value(pick(record, "input")),
        "output": write_value(pick(record, "output")),
        "model.name": read_name(pick(record, "model", "providedModelName")),
        "model.parameters": write_value(pick(record, "modelParameters")),
        "usage_details": write_value(find_usage(record)),
        "cost_details": write_value(find_cost(record)),
        "completion_start_time": json.dumps(format_moment(first_ns)) if first_ns else "",
        "prompt.name": read_name(pick(record, "promptName")),
        "prompt.version": read_name(pick(record, "promptVersion")),
    }
    return {f"langfuse.observation.{name}": value for name, value in told.items() if value}


def write_value(value: Any) -> str:
    """A bare text as it is, anything else as JSON; empty where there is nothing."""
    if value in (None, "", [], {}):
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def format_moment(time_ns: int) -> str:
    return datetime.fromtimestamp(time_ns / 1e9, UTC).isoformat()


def find_usage(record: Mapping[str, Any]) -> dict[str, int]:
    """Tokens by Langfuse's categories, of which no token is in two; older exports have three numbers."""
    details = parse_json(pick(record, "usageDetails", "usage"))
    if not isinstance(details, Mapping):
        details = {
            "input": pick(record, "promptTokens", "inputUsage"),
            "output": pick(record, "completionTokens", "outputUsage"),
        }
    return {str(name): count for name, each in details.items() if (count := read_count(each)) is not None}


def find_cost(record: Mapping[str, Any]) -> dict[str, float]:
    """What Langfuse says that the call cost, in US dollars."""
    details = parse_json(pick(record, "costDetails"))
    total = details.get("total") if isinstance(details, Mapping) else None
    cost = read_number(total if total is not None else pick(record, "totalCost", "calculatedTotalCost"))
    return {"total": cost} if cost else {}


def read_identity(record: Mapping[str, Any]) -> dict[str, Any]:
    """Whose it is, wherever the record tells."""
    tags, metadata = parse_json(pick(record, "tags", "traceTags")), pick(record, "metadata")
    told: dict[str, Any] = {
        keys.CONVERSATION_ID: read_name(pick(record, "sessionId")),
        keys.USER_ID: read_name(pick(record, "userId")),
        keys.ENVIRONMENT: read_name(pick(record, "environment")),
        keys.RELEASE: read_name(pick(record, "release")),
        keys.TAGS: [str(tag) for tag in tags] if isinstance(tags, list) else "",
        keys.METADATA: metadata if isinstance(metadata, str) else json.dumps(metadata, default=str) if metadata else "",
    }
    return {name: value for name, value in told.items() if value}


def write_score(record: Mapping[str, Any], origin: Origin) -> ImportedSpan:
    """Feedback on a trace or an observation. Its source says whether a person gave it."""
    trace, observation = read_name(pick(record, "traceId")), read_name(pick(record, "observationId"))
    session = read_name(pick(record, "sessionId"))
    time_ns = read_time(pick(record, "timestamp", "createdAt"), "timestamp")
    if not (trace or session) or time_ns is None:
        raise UnreadableError("the score has no timestamp, or neither traceId nor sessionId")
    own = read_name(record["id"])
    value = read_number(pick(record, "value") if pick(record, "value") is not None else record.get("value"))
    attributes = {
        keys.FEEDBACK_NAME: read_name(pick(record, "name")) or "score",
        keys.FEEDBACK_SCORE: value,
        keys.FEEDBACK_LABEL: read_name(pick(record, "stringValue")),
        keys.FEEDBACK_EXPLANATION: read_name(pick(record, "comment")),
        keys.FEEDBACK_ANNOTATOR_KIND: "LLM" if read_name(pick(record, "source")).upper() == "EVAL" else "HUMAN",
        keys.FEEDBACK_IDENTIFIER: f"langfuse/{own}",
        keys.FEEDBACK_TRACE_ID: keep_id(trace, 32, origin) if trace else "",
        keys.FEEDBACK_SPAN_ID: keep_id(observation, 16, origin) if observation else "",
        keys.CONVERSATION_ID: session,
    }
    known = {name: each for name, each in attributes.items() if each not in ("", None)}
    ids = (origin.make_trace_id("score", own), origin.make_span_id("score", own))
    return ImportedSpan(*ids, keys.FEEDBACK_SPAN_NAME, time_ns, time_ns, known)


def read_number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if abs(number) < 1e300 else None
