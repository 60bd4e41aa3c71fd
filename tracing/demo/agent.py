"""The demo's agent: the order desk of a shop asks a model, runs the tools that it asks for, and asks again until it
answers. The agent and its tools are marked by `@tacit.observe`; each call of the model has an instrumentation's span.
"""

from collections.abc import Mapping
from typing import Any

import tacit

from tracing.demo.apps import (
    Message,
    ScriptedModel,
    Stream,
    count_tokens,
    describe_answer,
    encode_json,
    start_chat,
    stream_chat,
)
from tracing.demo.chance import draw_lognormal
from tracing.demo.dialogues import DemoCall

INSTRUCTIONS = (
    "You are the order desk of a shop for outdoor gear. Look orders, parcels and stock up with the tools, and change "
    "only what the customer asks for. Returns are free within 30 days. Answer briefly, in the customer's language."
)


def define_tool(name: str, description: str, **properties: Mapping[str, Any]) -> dict[str, Any]:
    """As it is sent to the model; a property that has a default may be left out."""
    required = [key for key, value in properties.items() if "default" not in value]
    parameters = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
    return {"type": "function", "name": name, "description": description, "parameters": parameters}


TEXT, ORDER = {"type": "string"}, {"type": "integer", "description": "number of the order"}
TOOLS = (
    define_tool("find_order", "An order with its articles, state and parcel.", order_id=ORDER),
    define_tool("track_parcel", "Where a parcel is, as its carrier tells.", tracking_code=TEXT),
    define_tool(
        "check_stock", "How many of an article there are.", article=TEXT, quantity={"type": "integer", "default": 1}
    ),
    define_tool("change_address", "Sends an order elsewhere.", order_id=ORDER, street=TEXT, postcode=TEXT, city=TEXT),
    define_tool(
        "create_return",
        "Registers a return and has its label made.",
        order_id=ORDER,
        article=TEXT,
        reason={"enum": ["wrong_size", "damaged", "not_needed", "other"]},
    ),
    define_tool("refund_order", "Pays money back.", order_id=ORDER, amount={"type": "number", "description": "in EUR"}),
)
NAMES = frozenset(tool["name"] for tool in TOOLS)


class AgentApp:
    """Calls of a model and of tools in turn, then a streamed answer."""

    def __init__(self, model: ScriptedModel) -> None:
        self.model = model
        self.history: list[Message] = []
        self.trace_id: str | None = None

    def respond(self, history: list[Message], message: str) -> Stream:
        self.history = history
        return self.answer(message)

    @tacit.observe(name="answer", kind="agent")
    def answer(self, message: str) -> Stream:
        self.trace_id = tacit.current_trace_id()
        system = {"role": "system", "content": INSTRUCTIONS}
        messages: list[Message] = [system, *self.history, {"role": "user", "content": message}]
        for number, calls in enumerate(self.model.script.steps):
            asked = {f"call_{number}_{place}": call for place, call in enumerate(calls)}
            messages.append(self.ask_model(messages, asked))
            messages += [write_result(call_id, self.use_tool(call)) for call_id, call in asked.items()]
        yield from stream_chat(self.model, messages, TOOLS)

    def ask_model(self, messages: list[Message], asked: Mapping[str, DemoCall]) -> Message:
        """The model's message that asks for tools, which is not streamed."""
        parts = [write_call(call_id, call) for call_id, call in asked.items()]
        said, script = encode_json(parts), self.model.script
        span = start_chat(self.model, messages, TOOLS)
        pace = draw_lognormal(1, 0.25, self.trace_id, len(messages))
        self.model.clock.advance(pace * (script.first_chunk_seconds + len(said) / script.chars_per_second))
        span.set_attribute("gen_ai.response.finish_reasons", ["tool_calls"])
        span.set_attributes({**count_tokens([*messages, *TOOLS], said), **describe_answer(parts, "tool_call")})
        span.end()
        return {"role": "assistant", "parts": parts}

    def use_tool(self, call: DemoCall) -> Any:
        """What the model is told of it: the result, or how it failed."""

        @tacit.observe(name=call.tool, kind="tool")
        def run_tool(**arguments: Any) -> Any:  # noqa: ARG001 -- the script knows what comes of them
            self.model.clock.advance(call.seconds * draw_lognormal(1, 0.15, self.trace_id, self.model.clock.now_ns))
            if call.error:
                raise ConnectionError(call.error)
            return call.result

        if call.tool not in NAMES:
            return f"Error: {call.error}"
        try:
            return run_tool(**call.arguments)
        except ConnectionError as error:
            return f"Error: {error}"


def write_call(call_id: str, call: DemoCall) -> dict[str, Any]:
    return {"type": "tool_call", "id": call_id, "name": call.tool, "arguments": call.arguments}


def write_result(call_id: str, result: Any) -> Message:
    return {"role": "tool", "parts": [{"type": "tool_call_response", "id": call_id, "response": result}]}
