"""The apps of the demo, instrumented as anybody would instrument theirs: `@tacit.observe` on what answers,
and in the support assistant the span that an OpenTelemetry instrumentation of a model client writes
beneath it. The model is a script that says what the dialogue holds.
"""

import json
import re
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import tacit
from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind, Status, StatusCode

from tracing.demo.dialogues import DemoCall
from tracing.demo.retrieval import Document, EarlierAnswers
from tracing.demo.simulation import NS, SimulatedClock

Message = dict[str, Any]
"""`role`, and `content` (text) or `parts` (as the GenAI conventions write them)."""
Stream = Generator[str, None, None]

CHARS_PER_CHUNK = 36
CHARS_PER_TOKEN = 4
PROVIDERS = {
    "gpt-4.1": "openai",
    "gpt-4.1-mini": "openai",
    "gpt-4o": "openai",
    "gpt-3.5-turbo": "openai",
    "codellama-34b-instruct": "meta",
    "codellama-7b-instruct": "meta",
}
INSTRUCTIONS = {
    "code-helper": "You are a programming assistant. Be brief and show code.",
    "writing-desk": "You help people to write. Give the text that was asked for, nothing around it.",
    "everyday-guide": "You answer everyday questions in plain words.",
    "town-concierge": "You are the information desk of a town: hotels, restaurants, trains, sights, taxis.",
}
HELP_DESK = (
    "You are the help desk of a shop for outdoor gear. Answer questions on orders, returns and articles.\n"
    "Shipping: {shipping}.\nReturns: {returns}, counted from the delivery.\nBe brief and friendly."
)
RELEASED_INSTRUCTIONS = {
    ("help-desk", "2.2.1"): HELP_DESK.format(shipping="EU member states only", returns="within 30 days"),
    ("help-desk", "2.3.0"): HELP_DESK.format(
        shipping="EU member states, Norway, Switzerland and the United Kingdom", returns="within 14 days"
    ),
}
"""By app and release: the second mends what the first got wrong on shipping, and brings a mistake on returns."""
SUPPORT_INSTRUCTIONS = "You are the support assistant. Use what earlier answers say where it fits."


class ProviderError(Exception):
    """The model's provider failed."""


@dataclass(frozen=True, slots=True)
class Script:
    """What the model says next, and how fast."""

    model: str
    text: str
    error: str = ""
    steps: tuple[tuple[DemoCall, ...], ...] = ()
    first_chunk_seconds: float = 0.6
    chars_per_second: float = 180.0


class ScriptedModel:
    """Streams its script by the simulated clock."""

    def __init__(self, clock: SimulatedClock) -> None:
        self.clock = clock
        self.script = Script("", "")

    def stream_chunks(self) -> Stream:
        script = self.script
        self.clock.advance(script.first_chunk_seconds)
        if script.error:
            raise ProviderError(script.error)
        self.clock.mark_first_chunk()
        yield ""  # providers open a stream with the role alone
        for chunk in re.findall(f"(?s).{{1,{CHARS_PER_CHUNK}}}", script.text):
            self.clock.advance(len(chunk) / script.chars_per_second)
            yield chunk


class ChatApp:
    """A streaming chat around one model call."""

    def __init__(self, model: ScriptedModel, instructions: str) -> None:
        self.model = model
        self.instructions = instructions
        self.trace_id: str | None = None

    def respond(self, history: list[Message], message: str) -> Stream:
        system = {"role": "system", "content": self.instructions}
        return self.answer([system, *history, {"role": "user", "content": message}])

    @tacit.observe(name="answer", kind="llm")
    def answer(self, messages: list[Message]) -> Stream:
        self.trace_id = tacit.current_trace_id()
        name = self.model.script.model
        trace.get_current_span().set_attributes(
            {"gen_ai.request.model": name, "gen_ai.provider.name": PROVIDERS.get(name, "example")}
        )
        said = ""
        for chunk in self.model.stream_chunks():
            said += chunk
            yield chunk
        trace.get_current_span().set_attributes(count_tokens(messages, said))


class SupportApp:
    """A chain: looks for earlier answers, then asks the model."""

    def __init__(self, model: ScriptedModel, earlier: EarlierAnswers) -> None:
        self.model = model
        self.earlier = earlier
        self.history: list[Message] = []
        self.trace_id: str | None = None

    def respond(self, history: list[Message], message: str) -> Stream:
        self.history = history
        return self.reply(message)

    @tacit.observe(name="reply")
    def reply(self, message: str) -> Stream:
        self.trace_id = tacit.current_trace_id()
        self.model.clock.advance(0.003)
        documents = [document["content"] for document in self.retrieve(message)]
        system = {"role": "system", "content": "\n\n".join([SUPPORT_INSTRUCTIONS, *documents])}
        yield from stream_chat(self.model, [system, *self.history, {"role": "user", "content": message}])

    @tacit.observe(name="retrieve", kind="retriever")
    def retrieve(self, query: str) -> list[Document]:
        found = self.earlier.find_answers(query)
        self.model.clock.advance(0.06 + len(query) % 40 / 500)
        return found


def stream_chat(model: ScriptedModel, messages: list[Message], tools: Sequence[Mapping[str, Any]] = ()) -> Stream:
    """As an instrumented client streams: its span is not the current one, and ends with the stream."""
    clock, span = model.clock, start_chat(model, messages, tools)
    span.set_attribute("gen_ai.request.stream", True)
    start_ns, said, finish = clock.now_ns, "", "error"
    try:
        for chunk in model.stream_chunks():
            said += chunk
            yield chunk
        finish = "stop"
        span.set_attributes(count_tokens([*messages, *tools], said))
    except ProviderError as error:
        span.record_exception(error)
        span.set_attribute("error.type", type(error).__qualname__)
        span.set_status(Status(StatusCode.ERROR, str(error)))
        raise
    finally:
        span.set_attribute("gen_ai.response.finish_reasons", [finish])
        if said:
            span.set_attributes(describe_answer([write_part(said)], finish))
            span.set_attribute("gen_ai.response.time_to_first_chunk", (clock.first_chunk_ns - start_ns) / NS)
        span.end()


def start_chat(model: ScriptedModel, messages: list[Message], tools: Sequence[Mapping[str, Any]]) -> Span:
    name = model.script.model
    return trace.get_tracer("example-client-instrumentation").start_span(
        f"chat {name}", kind=SpanKind.CLIENT, attributes=describe_request(name, messages, tools)
    )


def describe_request(name: str, messages: list[Message], tools: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """A request in the GenAI semantic conventions; the first message is the system's."""
    system, *rest = messages
    described = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": PROVIDERS.get(name, "example"),
        "gen_ai.request.model": name,
        "gen_ai.system_instructions": encode_json(list_parts(system)),
        "gen_ai.input.messages": encode_json(
            [{"role": message["role"], "parts": list_parts(message)} for message in rest]
        ),
    }
    return described | ({"gen_ai.tool.definitions": encode_json(tools)} if tools else {})


def list_parts(message: Message) -> list[dict[str, Any]]:
    return message["parts"] if "parts" in message else [write_part(message["content"])]


def describe_answer(parts: list[dict[str, Any]], finish: str) -> dict[str, str]:
    return {
        "gen_ai.output.messages": encode_json([{"role": "assistant", "parts": parts, "finish_reason": finish}]),
    }


def count_tokens(sent: Sequence[Mapping[str, Any]], said: str) -> dict[str, int]:
    """Known only of streams that ran to their end, as with providers; a token is taken as four characters."""
    asked = sum(len(each["content"]) if "content" in each else len(encode_json(each)) for each in sent)
    return {
        "gen_ai.usage.input_tokens": asked // CHARS_PER_TOKEN + 1,
        "gen_ai.usage.output_tokens": len(said) // CHARS_PER_TOKEN + 1,
    }


def encode_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def write_part(text: str) -> dict[str, str]:
    return {"type": "text", "content": text}
