"""One call of a model, whoever reported it and in whatever convention: what every later stage works on."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Outcome = Literal["completed", "stopped", "truncated", "error"]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call that the model asked for; `arguments` is the decoded object."""

    id: str
    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """A message of a chat. `content` is the text joined from its parts."""

    role: str
    """`system`, `user`, `assistant` or `tool`."""
    content: str
    parts: Sequence[Mapping[str, Any]] = ()
    """The parts as they were reported, where they hold more than text."""
    tool_calls: Sequence[ToolCall] = ()
    tool_call_id: str = ""
    name: str = ""

    def to_json(self) -> dict[str, Any]:
        """The message without what it does not have."""
        optional = {
            "parts": list(self.parts),
            "tool_calls": [asdict(call) for call in self.tool_calls],
            "tool_call_id": self.tool_call_id,
            "name": self.name,
        }
        return {"role": self.role, "content": self.content} | {key: value for key, value in optional.items() if value}


@dataclass(frozen=True, slots=True)
class Generation:
    """One call of a model. `None` means not reported; it never means zero."""

    project_id: int
    trace_id: str
    span_id: str
    """The instrumentation's own span."""
    parent_span_id: str
    start_time_ns: int
    duration_ns: int
    convention: str
    """Name of the reader that understood the span."""
    other_span_ids: tuple[str, ...] = ()
    """Spans that tell the same call again; not counted."""
    conversation_id: str = ""
    conversation_id_derived: bool = False
    user_id: str = ""
    message_id: str = ""
    """The app's id of the answer, else the provider's."""
    response_id: str = ""
    """The provider's id of the answer."""
    previous_response_id: str = ""
    """The provider's id of the answer that this call continues, where the provider holds the history."""
    provider: str = ""
    operation: str = "chat"
    request_model: str = ""
    response_model: str = ""
    system_instructions: str = ""
    input_messages: tuple[Message, ...] = ()
    """Without the system instructions."""
    output_messages: tuple[Message, ...] = ()
    user_text: str = ""
    """The user's own words: what the person typed."""
    tool_definitions: tuple[Mapping[str, Any], ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """What was asked of the model beside its input, by the names of the GenAI conventions: `temperature`, `top_p`, …"""
    prompt_name: str = ""
    prompt_version: str = ""
    prompt_variables: Mapping[str, Any] = field(default_factory=dict)
    """What the prompt's template was filled with."""
    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_tokens: int | None = None
    cache_write_tokens: int | None = None
    reasoning_tokens: int | None = None
    cache_write_1h_tokens: int | None = None
    """Of the cache-written tokens, those that are kept for an hour."""
    audio_input_tokens: int | None = None
    audio_output_tokens: int | None = None
    cost_usd: float | None = None
    cost_reported: bool = False
    """Whether the source told the cost; else it was computed from a price."""
    time_to_first_chunk_ns: int | None = None
    logprob_mean: float | None = None
    """Mean log-probability (natural) of the answer's tokens."""
    logprob_min: float | None = None
    logprob_entropy: float | None = None
    """Mean entropy in nats over the alternatives that were sent with each token."""
    streamed: bool = False
    outcome: Outcome = "completed"
    ended_by: str = ""
    finish_reasons: tuple[str, ...] = ()
    error_type: str = ""
    error_message: str = ""
    service_name: str = ""
    environment: str = ""
    tags: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def answer(self) -> str:
        """The text that the model gave."""
        return "\n".join(message.content for message in self.output_messages if message.content)
