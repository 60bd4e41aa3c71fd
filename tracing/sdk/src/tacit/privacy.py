"""An ended span in, what may leave the process of it out: content dropped, shown to the app's hook, masked.

`protect_span` is the one door: our exporter puts every span through it, whoever wrote it. Spans of our own go
through it at their end already, so that exporters of the app's own get no more than we would send.
"""

import logging
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan, Span
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, Status

from tacit import attributes as keys
from tacit.serialisation import make_encodable

Redact: TypeAlias = Callable[[str], str]
"""Takes each text before it leaves, gives back what shall leave in its place."""

CAPTURE_VARIABLE: Final = "TACIT_CAPTURE_CONTENT"
MASK_VARIABLE: Final = "TACIT_MASK"
SALT_VARIABLE: Final = "TACIT_MASK_SALT"
"""Makes pseudonyms of ids that nobody without it can reckon back to a phone or an address."""

_logger = logging.getLogger(__name__)
_ON: Final = frozenset({"on", "true", "yes", "1"})
_OFF: Final = frozenset({"off", "false", "no", "0"})
_PSEUDONYM: Final = "masked-"
_NEVER_MASKED: Final = frozenset({keys.FEEDBACK_TRACE_ID, keys.FEEDBACK_SPAN_ID})
_ID_KEYS: Final = frozenset(
    {
        keys.CONVERSATION_ID,
        keys.USER_ID,
        keys.MESSAGE_ID,
        keys.FEEDBACK_IDENTIFIER,
        "session.id",
        "enduser.id",
        "langfuse.session.id",
        "langfuse.user.id",
        "traceloop.association.properties.session_id",
        "traceloop.association.properties.user_id",
    }
)
_TECHNICAL_KEYS: Final = frozenset(
    {
        keys.KIND, keys.OUTPUT_TYPE, keys.OUTCOME, keys.ENDED_BY, keys.PROJECT, keys.TAGS,
        keys.FEEDBACK_NAME, keys.FEEDBACK_LABEL, keys.FEEDBACK_ANNOTATOR_KIND,
        keys.OPERATION_NAME, keys.ERROR_TYPE, keys.PROMPT_NAME, keys.PROMPT_VERSION,
        "gen_ai.provider.name", "gen_ai.system", "gen_ai.agent.id", "gen_ai.agent.name", "gen_ai.agent.version",
        "gen_ai.workflow.name", "gen_ai.data_source.id", "gen_ai.request.model", "gen_ai.request.encoding_formats",
        "gen_ai.request.reasoning.level", "gen_ai.request.previous_response.id", "gen_ai.output.type",
        "gen_ai.response.id", "gen_ai.response.model", "gen_ai.response.finish_reasons",
        "gen_ai.tool.call.id", "gen_ai.tool.name", "gen_ai.tool.type", "gen_ai.evaluation.name",
        "gen_ai.evaluation.score.label", "gen_ai.token.type",
        "openai.api.type", "openai.request.service_tier", "openai.response.service_tier",
        "openai.response.system_fingerprint",
        "openinference.span.kind", "llm.model_name", "llm.provider", "llm.system", "embedding.model_name", "tool.name",
        "llm.request.type", "llm.response.finish_reason", "llm.response.stop_reason",
        "langfuse.observation.type", "langfuse.observation.model.name", "langfuse.observation.usage_details",
        "langfuse.observation.level", "langfuse.trace.tags", "langfuse.environment", "langfuse.release",
        "traceloop.span.kind", "traceloop.entity.name", "traceloop.workflow.name",
        "ai.model.id", "ai.model.provider", "ai.operationId", "ai.response.finishReason", "ai.toolCall.name",
        "ai.toolCall.id", "logfire.span_type", "mlflow.spanType", "mlflow.chat.tokenUsage",
        "exception.type", "exception.escaped", "http.request.method", "http.response.status_code", "http.method",
        "http.route", "http.flavor", "url.scheme", "db.system", "db.system.name", "db.operation.name",
        "messaging.system", "rpc.system", "rpc.service", "rpc.method",
    }
)  # fmt: skip
_TECHNICAL_PREFIXES: Final = (
    "service.",
    "deployment.",
    "telemetry.",
    "process.runtime.",
    "host.",
    "os.",
    "k8s.",
    "container.",
    "cloud.",
    "thread.",
    "code.",
    "server.",
    "network.",
    "otel.",
)


@dataclass(frozen=True, slots=True)
class Policy:
    """What may leave the process."""

    captures_content: bool = True
    masks: bool = False
    redact: Redact | None = None

    @property
    def changes_nothing(self) -> bool:
        return self.captures_content and not self.masks and self.redact is None

    def protect_value(self, key: str, value: Any) -> Any:
        """What may leave of an attribute's value; None where nothing may."""
        if isinstance(value, str):
            return self._protect_named_text(key, value)
        if isinstance(value, bytes):
            return self._protect_named_text(key, value.decode("utf-8", errors="replace"))
        if isinstance(value, Mapping):
            return self._protect_mapping(key, value)
        if isinstance(value, Sequence):
            kept = [self.protect_value(key, member) for member in value]
            return [member for member in kept if member is not None] if any(m is not None for m in kept) else None
        return value

    def protect_text(self, text: str) -> str | None:
        """Content under the app's hook and then the masks; None where it may not leave, or the hook fails."""
        return self.mask(self._redact(text)) if self.captures_content else None

    def mask(self, text: str | None) -> str | None:
        if text is None or not self.masks:
            return text
        from tacit.masks import mask_text  # apps without masks need not load them

        return mask_text(text)

    def protect_id(self, text: str) -> str | None:
        """The id, or where that is an address or the like a pseudonym: the same for the same id."""
        if text.startswith(_PSEUDONYM) or self.mask(self._redact(text)) == text:
            return text
        import hashlib  # apps without masks need not load it

        salted = f"{os.environ.get(SALT_VARIABLE, '')}:{text}"
        return _PSEUDONYM + hashlib.sha256(salted.encode("utf-8", errors="replace")).hexdigest()[:16]

    def _protect_named_text(self, key: str, text: str) -> str | None:
        if key in _NEVER_MASKED:
            return text
        if key in _ID_KEYS:
            return self.protect_id(text)
        return self.mask(text) if is_technical(key) else self.protect_text(text)

    def _protect_mapping(self, key: str, values: Mapping[str, Any]) -> dict[str, Any] | None:
        kept = {name: self.protect_value(key, value) for name, value in values.items()}
        return {self.mask(name) or "": value for name, value in kept.items() if value is not None} or None

    def _redact(self, text: str) -> str | None:
        if self.redact is None:
            return text
        try:
            redacted: object = self.redact(text)
        except Exception:
            _logger.warning("tacit: the redact hook failed; the text is not sent", exc_info=True)
            return None
        if not isinstance(redacted, str):
            _logger.warning("tacit: the redact hook gave back %s, expected a text; it is not sent", type(redacted))
            return None
        return make_encodable(redacted)


_policy: Policy | None = None


def get_policy() -> Policy:
    """What `tacit.configure()` said, and the variables where it said nothing."""
    global _policy
    if _policy is None:
        _policy = Policy(
            captures_content=read_switch(CAPTURE_VARIABLE, default=True, when_unclear=False),
            masks=read_switch(MASK_VARIABLE, default=False, when_unclear=True),
        )
    return _policy


def set_policy(*, mask: bool | None = None, redact: Redact | None = None, capture_content: bool | None = None) -> None:
    """Changes what is given; None leaves a thing as it was, so that a second `configure()` uncovers nothing."""
    global _policy
    if redact is not None and not callable(redact):
        raise TypeError(f"configure(redact={redact!r}): expected a function that takes a text and gives one back")
    before = get_policy()
    _policy = Policy(
        captures_content=before.captures_content if capture_content is None else capture_content,
        masks=before.masks if mask is None else mask,
        redact=redact or before.redact,
    )


def captures_content() -> bool:
    """Whether messages, answers, arguments and other content may be written at all."""
    return get_policy().captures_content


def read_switch(variable: str, *, default: bool, when_unclear: bool) -> bool:
    """A variable that is `on` or `off`; one that is neither is said, and read as the careful choice."""
    text = os.environ.get(variable, "").strip().lower()
    if text in _ON or text in _OFF:
        return text in _ON
    if not text:
        return default
    _logger.warning("%s=%r: expected on or off; read as %s", variable, text, "on" if when_unclear else "off")
    return when_unclear


def is_technical(key: str) -> bool:
    """Whether an attribute tells how a call ran (names, kinds, models, reasons), not what was said in it."""
    return key in _TECHNICAL_KEYS or key.startswith(_TECHNICAL_PREFIXES)


def protect_span(span: ReadableSpan) -> ReadableSpan:
    """The span as it may leave the process: itself where nothing is to be changed. Never raises.

    With content capture off a text leaves only under the name of an id or of something technical; numbers leave
    always. A span that cannot be protected leaves with its ids of the trace, its times and its numbers alone.
    """
    policy = get_policy()
    if policy.changes_nothing or isinstance(span.instrumentation_scope, ProtectedScope):
        return span
    try:
        return _copy_span(span, policy)
    except Exception:
        _logger.warning("tacit could not mask a span; it is sent without its texts", exc_info=True)
        return _copy_bare_span(span)


def protect_at_end(span: Span) -> None:
    """Has a span of ours that begins give a protected copy of itself to all exporters as it ends."""
    copy = span._readable_span
    span._readable_span = lambda: protect_span(copy())  # type: ignore[method-assign]


class ProtectedScope(InstrumentationScope):
    """Marks what has been protected, through all copies of it; hooks see each text once."""


def _copy_span(span: ReadableSpan, policy: Policy) -> ReadableSpan:
    return ReadableSpan(
        name=policy.mask(span.name) or "",
        context=span.context,
        parent=span.parent,
        resource=_protect_resource(span.resource, policy),
        attributes=_protect_attributes(span.attributes, policy),
        events=[_copy_event(event, policy) for event in span.events],
        links=[Link(link.context, _protect_attributes(link.attributes, policy)) for link in span.links],
        kind=span.kind,
        status=_copy_status(span.status, policy),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=_mark_scope(span.instrumentation_scope),
    )


def _copy_bare_span(span: ReadableSpan) -> ReadableSpan:
    return ReadableSpan(
        name="unmasked",
        context=span.context,
        parent=span.parent,
        attributes={key: value for key, value in (span.attributes or {}).items() if isinstance(value, (int, float))},
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=_mark_scope(span.instrumentation_scope),
    )


def _mark_scope(scope: InstrumentationScope | None) -> InstrumentationScope | None:
    return None if scope is None else ProtectedScope(scope.name, scope.version, scope.schema_url, scope.attributes)


def _protect_attributes(attributes: Mapping[str, Any] | None, policy: Policy) -> dict[str, Any]:
    protected = ((key, policy.protect_value(key, value)) for key, value in (attributes or {}).items())
    return {key: value for key, value in protected if value is not None}


def _copy_event(event: Event, policy: Policy) -> Event:
    return Event(policy.mask(event.name) or "", _protect_attributes(event.attributes, policy), event.timestamp)


def _copy_status(status: Status, policy: Policy) -> Status:
    if status.description is None:
        return status
    return Status(status.status_code, policy.protect_text(status.description))


_last_resource: tuple[Resource, Policy, Resource] | None = None


def _protect_resource(resource: Resource, policy: Policy) -> Resource:
    """Masked, as command lines may hold keys; all spans of a provider have one, so the last one is kept."""
    global _last_resource
    if not policy.masks:
        return resource
    known = _last_resource
    if known is None or known[0] is not resource or known[1] is not policy:
        masked = Resource(
            {key: _mask_all(value, policy) for key, value in resource.attributes.items()}, resource.schema_url
        )
        _last_resource = known = (resource, policy, masked)
    return known[2]


def _mask_all(value: Any, policy: Policy) -> Any:
    if isinstance(value, str):
        return policy.mask(value)
    if isinstance(value, Iterable):
        return [_mask_all(member, policy) for member in value]
    return value
