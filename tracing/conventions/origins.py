"""Where a call comes from: its span and those around it in, whose call it is and what ran it out.

Ids stand on the span, on one around it, or, where an app sets them late, on any span of the trace.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tacit import attributes as keys

from tracing.conventions.messages import parse_json
from tracing.conventions.prompts import find_prompt
from tracing.conventions.shared_attributes import find_text, find_value, pick_text, read_texts
from tracing.spans import Span, Trace

CONVERSATION_KEYS = (
    keys.CONVERSATION_ID,
    "session.id",
    "traceloop.association.properties.session_id",
    "traceloop.association.properties.conversation_id",
    "traceloop.association.properties.thread_id",
    "lmnr.association.properties.session_id",
    "langsmith.metadata.session_id",
    "langsmith.metadata.conversation_id",
    "langsmith.metadata.thread_id",
    "ai.telemetry.metadata.sessionId",
)
USER_KEYS = (
    keys.USER_ID,
    "enduser.id",
    "traceloop.association.properties.user_id",
    "lmnr.association.properties.user_id",
    "langsmith.metadata.user_id",
    "ai.telemetry.metadata.userId",
)
CONVERSATION_METADATA = ("conversation_id", "session_id", "thread_id")
USER_METADATA = ("user_id",)
"""Where apps say in an instrumentation's metadata whose a call is, as those of LangChain and Pydantic AI do."""
MESSAGE_KEYS = (keys.MESSAGE_ID,)
ENVIRONMENT_KEYS = ("deployment.environment.name", "deployment.environment")
TAG_KEYS = ("tag.tags", "tags")


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose call it is; `derived` where the trace's id had to stand in for a conversation id."""

    conversation_id: str
    derived: bool
    user_id: str
    message_id: str
    environment: str
    tags: tuple[str, ...]
    metadata: Mapping[str, Any]
    """What the app said of the call, with the release that it named on the span as `service.version`."""


def read_identity(span: Span, trace: Trace) -> Identity:
    """Ids from the span, else from the nearest parent that has them, else from any span of the trace."""
    metadata = read_metadata(span, trace)
    conversation_id = find_text(span, trace, CONVERSATION_KEYS) or pick_id(metadata, CONVERSATION_METADATA)
    return Identity(
        conversation_id=conversation_id or f"trace:{span.trace_id}",
        derived=not conversation_id,
        user_id=find_text(span, trace, USER_KEYS) or pick_id(metadata, USER_METADATA),
        message_id=find_text(span, trace, MESSAGE_KEYS),
        environment=find_text(span, trace, ENVIRONMENT_KEYS) or pick_text(span.resource_attributes, ENVIRONMENT_KEYS),
        tags=read_texts(find_value(span, trace, TAG_KEYS)),
        metadata=metadata,
    )


def read_metadata(span: Span, trace: Trace) -> Mapping[str, Any]:
    """The JSON object that the app wrote on the span, and the release: of the span, else of the service."""
    metadata = parse_json(find_value(span, trace, (keys.METADATA,)) or "{}")
    release = find_text(span, trace, (keys.RELEASE,)) or pick_text(span.resource_attributes, (keys.RELEASE,))
    told = dict(metadata) if isinstance(metadata, Mapping) else {}
    return {keys.RELEASE: release} | told if release else told


def pick_id(metadata: Mapping[str, Any], names: Sequence[str]) -> str:
    """The first of these ids in an app's metadata: a text or a whole number."""
    values = (metadata.get(name) for name in names)
    ids = (str(value) for value in values if isinstance(value, str | int) and not isinstance(value, bool))
    return next((each for each in ids if each), "")


def describe_origin(span: Span, trace: Trace, identity: Identity, response_id: str = "") -> dict[str, Any]:
    """The fields of a `Generation` that do not depend on what its convention calls things."""
    return {
        "project_id": span.project_id,
        "trace_id": span.trace_id,
        "span_id": span.span_id,
        "parent_span_id": span.parent_span_id,
        "start_time_ns": span.start_time_ns,
        "duration_ns": span.duration_ns,
        "conversation_id": identity.conversation_id,
        "conversation_id_derived": identity.derived,
        "user_id": identity.user_id,
        "message_id": identity.message_id or response_id,
        "response_id": response_id,
        "service_name": span.service_name,
        "environment": identity.environment,
        "tags": identity.tags,
        "metadata": identity.metadata,
        **find_prompt(span, trace).as_fields(),
    }
