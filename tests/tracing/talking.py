"""Apps that talk without conversation ids, made by hand: calls of a model with the messages that they resend."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from opentelemetry.proto.trace.v1.trace_pb2 import Span as ProtoSpan

from tests.tracing.otlp import PROJECT, insert_spans, make_span, make_trace_id
from tracing.conversations import Conversation
from tracing.derivation import derive_traces
from tracing.records import load_conversations
from tracing.store import Store

SECOND = 10**9
START_NS = 1_760_000_000 * SECOND

Said = tuple[str, str]
"""A role and what it said."""


@dataclass(frozen=True)
class Call:
    """One call in a trace of its own, `number` seconds after the start."""

    number: int
    messages: tuple[dict[str, Any], ...]
    answer: str = ""
    user: str = ""
    service: str = "shop"
    conversation: str = ""
    tools: tuple[str, ...] = ()
    """Ids of the calls of tools that the model asks for."""
    response_id: str = ""
    previous_response_id: str = ""
    attributes: dict[str, Any] = field(default_factory=dict)

    @property
    def trace_id(self) -> str:
        return make_trace_id(self.number)

    def to_span(self) -> ProtoSpan:
        output: list[dict[str, Any]] = [{"type": "text", "content": self.answer}] if self.answer else []
        output += [{"type": "tool_call", "id": each, "name": "look", "arguments": {}} for each in self.tools]
        attributes = {
            "gen_ai.operation.name": "chat",
            "gen_ai.request.model": "gpt-5",
            "gen_ai.input.messages": json.dumps(self.messages),
            "gen_ai.output.messages": json.dumps([{"role": "assistant", "parts": output}]),
            "user.id": self.user,
            "gen_ai.conversation.id": self.conversation,
            "gen_ai.response.id": self.response_id,
            "gen_ai.request.previous_response_id": self.previous_response_id,
            **self.attributes,
        }
        start = START_NS + self.number * SECOND
        told = {name: value for name, value in attributes.items() if value != ""}
        return make_span(1, self.number, told, start_time_unix_nano=start, end_time_unix_nano=start + SECOND // 2)


def say(*said: str) -> tuple[dict[str, Any], ...]:
    """The user's words and the answers in turn, the user first."""
    roles = ("user", "assistant")
    return tuple(
        {"role": roles[place % 2], "parts": [{"type": "text", "content": text}]} for place, text in enumerate(said)
    )


def ask_tools(*ids: str) -> dict[str, Any]:
    parts = [{"type": "tool_call", "id": each, "name": "look", "arguments": {}} for each in ids]
    return {"role": "assistant", "parts": parts}


def give_result(tool_id: str, result: str = "found") -> dict[str, Any]:
    return {"role": "tool", "parts": [{"type": "tool_call_response", "id": tool_id, "response": result}]}


def arrive(store: Store, calls: Sequence[Call], project_id: int = PROJECT) -> None:
    """These calls come in and are read as one batch."""
    insert_spans(store, *(each.to_span() for each in calls), project_id=project_id)
    derive_traces(store, [(project_id, each.trace_id) for each in calls])


def load_all(store: Store, project_id: int = PROJECT) -> dict[str, Conversation]:
    ids = [row["conversation_id"] for row in store.query("feedback/sql/conversation_ids.sql", project_id=project_id)]
    return load_conversations(store, project_id, ids)


def outline(conversations: Iterable[Conversation]) -> list[list[str]]:
    """The user's words of each conversation, by when it began."""
    ordered = sorted(conversations, key=lambda each: each.turns[0].parts[0].start_time_ns)
    return [[turn.user_text for turn in each.turns] for each in ordered]


def talk(first: int, *questions: str, step: int = 10, **fields: Any) -> list[Call]:
    """A dialogue in which every call resends all that was said; answer N is `<question> is answered.`."""
    said: list[str] = []
    calls = []
    for place, question in enumerate(questions):
        answer = f"{question} is answered."
        calls.append(Call(first + place * step, say(*said, question), answer, **fields))
        said += [question, answer]
    return calls


def again(call: Call, number: int, **changes: Any) -> Call:
    """The same call later, with something else about it."""
    return replace(call, number=number, **changes)
