"""Small agents for the tests of detectors: what the model asked for, what came back, and what it then said."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from feedback.detectors.material import Material
from tests.feedback.detectors.conftest import SECOND, START_NS
from tracing.conversations import Answer, Conversation, Turn
from tracing.generations import Generation, Message, ToolCall

FIND_ORDER = {
    "type": "function",
    "name": "find_order",
    "parameters": {
        "type": "object",
        "properties": {"order": {"type": "integer"}, "status": {"enum": ["open", "sent"]}},
        "required": ["order"],
        "additionalProperties": False,
    },
}


@dataclass(frozen=True)
class Step:
    """One use of a tool: what it was asked and what came back."""

    result: Any
    name: str = "find_order"
    arguments: Mapping[str, Any] | None = None


def act(
    *steps: Step, answer: str = "It left on Monday.", tools: Sequence[Mapping[str, Any]] = (FIND_ORDER,)
) -> Material:
    """A turn in which the model used tools, one a call, and then answered."""
    user = Message("user", "Where is my order 4711?")
    calls: list[Generation] = []
    history: list[Message] = [user]
    for number, step in enumerate((*steps, None), start=1):
        call_id = f"call-{number}"
        said = Message("assistant", answer)
        if step is not None:
            given = {"order": 4711} if step.arguments is None else step.arguments
            said = Message("assistant", "", tool_calls=(ToolCall(call_id, step.name, given),))
        calls.append(
            Generation(
                project_id=1,
                trace_id="trace-1",
                span_id=f"call-{number}",
                parent_span_id="",
                start_time_ns=START_NS + number * 2 * SECOND,
                duration_ns=SECOND,
                convention="genai",
                input_messages=tuple(history),
                output_messages=(said,),
                tool_definitions=tuple(tools),
            )
        )
        if step is not None:
            text = step.result if isinstance(step.result, str) else json.dumps(step.result)
            history += [said, Message("tool", text, tool_call_id=call_id)]
    shown = Answer(
        "trace-1",
        calls[-1].span_id,
        answer,
        "completed",
        "",
        calls[0].start_time_ns,
        (2 * len(calls)) * SECOND,
        generation_span_ids=tuple(call.span_id for call in calls),
    )
    conversation = Conversation(1, "c1", (Turn(0, user.content, shown),))
    return Material(conversation, calls={(call.trace_id, call.span_id): call for call in calls})
