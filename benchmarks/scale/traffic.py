"""Traffic as apps send it, with texts that do not repeat: OTLP requests out, each with the number of its model calls.

`chat`: four turns, each call with the message and the answer, 2.4 kB a span. `history`: the same, and each call resends
all that was said before. `agent`: a turn is a trace of ten spans, four model calls and five tools among them. All of it
happened half an hour before it is sent, less a minute, so that conversations become quiet while somebody measures.
"""

import json
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import ScopeSpans, Span

from benchmarks.disk import chain_words, read_words

KINDS = ("chat", "history", "agent")
TURNS = 4
OPEN_CONVERSATIONS = 40
ASKED_CHARACTERS, MOST_ASKED = 250, 1_000
"""How long messages of users are: many are short, few are long."""
ANSWERED_CHARACTERS = 1_500
CALLS_OF_AGENT = 4
AGE_NS = 29 * 60 * 10**9

Attributes = dict[str, str | int]


@dataclass
class Talk:
    """A conversation that goes on."""

    name: str
    user: str
    said: list[tuple[str, str]] = field(default_factory=list)
    turns: int = 0


class Traffic:
    """Makes turns of conversations, many of which are open at once."""

    def __init__(self, kind: str, seed: int) -> None:
        self.kind = kind
        self._chance = random.Random(seed)  # noqa: S311 -- reproducible, not secret
        self._tell: Callable[[], str] = chain_words(self._chance, read_words())
        self._talks: list[Talk] = []

    @property
    def calls_a_turn(self) -> int:
        return CALLS_OF_AGENT if self.kind == "agent" else 1

    def make_requests(self, calls: int, turns_a_request: int) -> Iterator[bytes]:
        """Requests with so many model calls together."""
        turns = max(1, calls // self.calls_a_turn)
        for first in range(0, turns, turns_a_request):
            request = ExportTraceServiceRequest()
            resource = request.resource_spans.add()
            resource.resource.attributes.add(key="service.name").value.string_value = "shop-assistant"
            scope = resource.scope_spans.add()
            for _ in range(min(turns_a_request, turns - first)):
                self._add_turn(scope, self._choose_talk())
            yield request.SerializeToString()

    def _choose_talk(self) -> Talk:
        self._talks = [talk for talk in self._talks if talk.turns < TURNS]
        while len(self._talks) < OPEN_CONVERSATIONS:
            number = self._chance.randrange(10**12)
            self._talks.append(Talk(f"conversation-{number}", f"user-{number % 5_000}"))
        talk = self._chance.choice(self._talks)
        talk.turns += 1
        return talk

    def _add_turn(self, scope: ScopeSpans, talk: Talk) -> None:
        trace_id, start_ns = self._chance.randbytes(16), time.time_ns() - AGE_NS
        asked, answered = self._ask(), self._write(ANSWERED_CHARACTERS)
        before = talk.said if self.kind == "history" else []
        messages = [*before, ("user", asked)]
        if self.kind == "agent":
            self._add_agent(scope, talk, trace_id, start_ns, asked, answered)
        else:
            self._add_span(scope, trace_id, b"", start_ns, self._describe_call(talk, messages, answered))
        talk.said += [("user", asked), ("assistant", answered)]

    def _add_agent(
        self, scope: ScopeSpans, talk: Talk, trace_id: bytes, start_ns: int, asked: str, answered: str
    ) -> None:
        """The agent, and in turn its model calls and the tools that they ask for."""
        agent: Attributes = {"gen_ai.operation.name": "invoke_agent", "gen_ai.conversation.id": talk.name}
        root = self._add_span(scope, trace_id, b"", start_ns, agent)
        messages = [("user", asked)]
        for number in range(CALLS_OF_AGENT):
            is_last = number == CALLS_OF_AGENT - 1
            told = answered if is_last else self._write(200)
            self._add_span(scope, trace_id, root, start_ns, self._describe_call(talk, messages, told))
            messages.append(("assistant", told))
            for _ in range(0 if is_last else 1 + (number < 2)):
                found = self._write(400)
                tool: Attributes = {
                    "gen_ai.operation.name": "execute_tool",
                    "gen_ai.tool.name": self._chance.choice(["look_up_order", "search_pages"]),
                    "gen_ai.tool.call.arguments": json.dumps({"query": told[:60]}),
                    "gen_ai.tool.call.result": found,
                }
                self._add_span(scope, trace_id, root, start_ns, tool)
                messages.append(("tool", found))

    def _describe_call(self, talk: Talk, messages: list[tuple[str, str]], answered: str) -> Attributes:
        return {
            "gen_ai.operation.name": "chat",
            "gen_ai.request.model": self._chance.choice(["gpt-x-mini", "gpt-x", "llama-y"]),
            "gen_ai.provider.name": "example",
            "gen_ai.conversation.id": talk.name,
            "user.id": talk.user,
            "gen_ai.response.id": f"chatcmpl-{self._chance.randbytes(12).hex()}",
            "gen_ai.input.messages": write_messages(messages),
            "gen_ai.output.messages": write_messages([("assistant", answered)]),
            "gen_ai.usage.input_tokens": self._chance.randrange(2000),
            "gen_ai.usage.output_tokens": self._chance.randrange(2000),
        }

    def _add_span(
        self, scope: ScopeSpans, trace_id: bytes, parent: bytes, start_ns: int, attributes: Attributes
    ) -> bytes:
        span = scope.spans.add(name=str(attributes["gen_ai.operation.name"]), kind=Span.SPAN_KIND_CLIENT)
        span.trace_id, span.span_id, span.parent_span_id = trace_id, self._chance.randbytes(8), parent
        span.start_time_unix_nano, span.end_time_unix_nano = start_ns, start_ns + self._chance.randrange(10**9)
        for key, value in attributes.items():
            if isinstance(value, int):
                span.attributes.add(key=key).value.int_value = value
            else:
                span.attributes.add(key=key).value.string_value = value
        return bytes(span.span_id)

    def _ask(self) -> str:
        return self._write(min(MOST_ASKED, int(self._chance.expovariate(1 / ASKED_CHARACTERS)) + 10))

    def _write(self, characters: int) -> str:
        told = self._tell()
        while len(told) < characters:
            told += " " + self._tell()
        return told[:characters]


def write_messages(messages: list[tuple[str, str]]) -> str:
    return json.dumps([{"role": role, "parts": [{"type": "text", "content": text}]} for role, text in messages])
