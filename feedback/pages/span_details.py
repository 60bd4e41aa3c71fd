"""One span comes in, with the model call or the run of a tool that it tells of; what its page shows goes out."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tracing.generations import Generation, Message
from tracing.resources import describe_span
from tracing.spans import Span
from tracing.tool_runs import ToolRun
from tracing.waterfall import EventRow, describe_event, write_value, write_values

MOST_EVENTS = 100
MOST_MESSAGES = 12
"""Of what went in, the last ones."""
LONGEST_TEXT = 20_000
LONGEST_RAW = 200_000
GROUPS: Sequence[tuple[str, tuple[str, ...]]] = (
    ("Tool", ("gen_ai.tool.", "tool.")),
    ("Model", ("gen_ai.", "llm.", "ai.", "openinference.", "traceloop.", "input.", "output.", "logfire.", "mlflow.")),
    ("App and user", ("tacit.", "user.", "enduser.", "session.", "langfuse.", "langsmith.", "metadata", "tag.")),
    ("Network", ("http.", "url.", "server.", "client.", "network.", "net.", "rpc.", "db.", "messaging.", "peer.")),
    ("Errors", ("error.", "exception.")),
)
"""Attributes by how their names begin, in the order in which they are shown; the first that fits."""
OTHER, RESOURCE = "Others", "Resource"


@dataclass(frozen=True, slots=True)
class Said:
    """A message that went into a model or came out; `rest` of a text is folded."""

    role: str
    text: str
    calls: tuple[tuple[str, str], ...] = ()
    """Tools that were asked for, with their arguments."""

    @property
    def is_long(self) -> bool:
        return len(self.text) > 600


@dataclass(frozen=True, slots=True)
class AttributeGroup:
    title: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class LinkRow:
    trace_id: str
    span_id: str
    attributes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class SpanDetails:
    """`call` and `run` are None where it tells of none."""

    span: Span
    call: Generation | None
    run: ToolRun | None
    began_after_ns: int
    """Since the first span of its trace."""
    sent: tuple[Said, ...]
    left_out: int
    """So many messages came before those in `sent`."""
    answered: tuple[Said, ...]
    groups: tuple[AttributeGroup, ...]
    events: tuple[EventRow, ...]
    links: tuple[LinkRow, ...]
    raw: str
    """As REST gives it."""
    is_cut: bool
    """Whether `raw` ends before its end."""

    @property
    def failed(self) -> bool:
        return self.span.status_code == "Error"


def show_span(span: Span, call: Generation | None, run: ToolRun | None, trace_start_ns: int) -> SpanDetails:
    sent = [*list_instructions(call), *call.input_messages] if call else []
    raw = json.dumps(describe_span(span), ensure_ascii=False, indent=2, default=str)
    return SpanDetails(
        span=span,
        call=call,
        run=run,
        began_after_ns=span.start_time_ns - trace_start_ns,
        sent=tuple(show_message(message) for message in sent[-MOST_MESSAGES:]),
        left_out=max(0, len(sent) - MOST_MESSAGES),
        answered=tuple(show_message(message) for message in call.output_messages) if call else (),
        groups=tuple(group_attributes(span)),
        events=tuple(describe_event(event) for event in span.events[:MOST_EVENTS]),
        links=tuple(LinkRow(each.trace_id, each.span_id, write_values(each.attributes)) for each in span.links),
        raw=raw[:LONGEST_RAW],
        is_cut=len(raw) > LONGEST_RAW,
    )


def list_instructions(call: Generation) -> list[Message]:
    return [Message("system", call.system_instructions)] if call.system_instructions else []


def show_message(message: Message) -> Said:
    calls = tuple((each.name, write_value(dict(each.arguments))) for each in message.tool_calls)
    text = message.content if message.content or calls or not message.parts else write_value(list(message.parts))
    return Said(message.role, shorten(text), calls)


def shorten(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}… ({len(text):,} characters)"


def group_attributes(span: Span) -> Iterator[AttributeGroup]:
    """Those of the span by what they are about, then those of what sent it."""
    grouped: dict[str, dict[str, object]] = {title: {} for title in (*(title for title, _ in GROUPS), OTHER)}
    for name, value in span.attributes.items():
        grouped[find_group(name)][name] = value
    for title, attributes in grouped.items():
        if attributes:
            yield AttributeGroup(title, write_values(attributes))
    if resource := write_resource(span):
        yield AttributeGroup(RESOURCE, resource)


def write_resource(span: Span) -> tuple[tuple[str, str], ...]:
    told: Mapping[str, object] = dict(span.resource_attributes)
    return write_values(dict(told) | ({"scope.name": span.scope_name} if span.scope_name else {}))


def find_group(name: str) -> str:
    """The title of the group that an attribute belongs to.

    >>> find_group("gen_ai.tool.name"), find_group("gen_ai.system"), find_group("colour")
    ('Tool', 'Model', 'Others')
    """
    return next((title for title, beginnings in GROUPS if name.startswith(beginnings)), OTHER)
