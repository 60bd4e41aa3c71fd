"""LangSmith's OpenTelemetry: every field of every dialogue that was recorded, and what no recording holds."""

import json
from typing import Any

import pytest

from tests.tracing.conventions.dialogues import (
    EVERY,
    OF_FRAMEWORKS,
    PLAINLY,
    RAN_THE_TOOL,
    UNKNOWN_MODEL,
    UNNAMED,
    read_dialogue,
    read_recording,
    say,
)
from tests.tracing.otlp import make_span_id
from tests.tracing.reading import make_read_span, read_only
from tracing.generations import Message, ToolCall
from tracing.store import Store

RECORDINGS: dict[str, dict[str, list[dict[str, Any]]]] = {
    "langsmith-openai": say(
        EVERY,
        {"tags": ("shop",), "metadata": {"revision_id": "6e02268-dirty"}, "timed": False},
        error=[{"error_type": "NotFoundError"}],
        responses=[{"finish_reasons": ()}],
    ),
    "langsmith-langchain": say(
        OF_FRAMEWORKS,
        {"tags": ("shop",), "metadata": {"plan": "free"}, "timed": False},
        plain=[PLAINLY],
        tool=[{}, RAN_THE_TOOL],
        stream=[UNNAMED],
        abandoned=[UNKNOWN_MODEL | UNNAMED],
        error=[{"error_type": "OpenAIModelNotFoundError"}],
    ),
}


@pytest.mark.parametrize(
    ("recording", "dialogue"), [(recording, name) for recording, said in RECORDINGS.items() for name in said]
)
def test_every_field_of_a_dialogue_is_as_it_was_said(migrated_store: Store, recording: str, dialogue: str) -> None:
    assert read_dialogue(migrated_store, recording, dialogue) == RECORDINGS[recording][dialogue]


@pytest.mark.parametrize("recording", RECORDINGS)
def test_what_was_sent_twice_is_read_once(migrated_store: Store, recording: str) -> None:
    calls = read_recording(migrated_store, recording)
    assert len(calls) == sum(map(len, RECORDINGS[recording].values()))
    assert {call.convention for call in calls} == {"langsmith"}


@pytest.mark.parametrize("recording", RECORDINGS)
def test_an_error_is_told_in_its_own_words(migrated_store: Store, recording: str) -> None:
    [failed] = [call for call in read_recording(migrated_store, recording) if call.conversation_id == "error"]
    assert failed.error_message == "Error code: 404 - The model `broken` does not exist"


def make_attributes(request: Any, response: Any) -> dict[str, Any]:
    return {
        "langsmith.span.kind": "llm",
        "gen_ai.system": "langchain",
        "gen_ai.prompt": json.dumps(request),
        "gen_ai.completion": json.dumps(response),
    }


@pytest.mark.parametrize(
    ("request_body", "response_body"),
    [
        ({"messages": [{"role": "user", "content": "Where?"}]}, {"output": "Here."}),
        ({"prompt": "Where?"}, {"role": "assistant", "content": "Here."}),
        ({"input": [{"role": "user", "content": "Where?"}]}, {"message": {"content": "Here."}}),
    ],
)
def test_a_function_that_the_app_calls_a_model_is_read(request_body: Any, response_body: Any) -> None:
    generation = read_only(make_read_span(1, make_attributes(request_body, response_body)))
    assert generation.input_messages == (Message("user", "Where?"),)
    assert generation.output_messages == (Message("assistant", "Here."),)
    assert (generation.provider, generation.input_tokens, generation.outcome) == ("", None, "completed")


def test_tools_of_the_responses_api_are_called_and_answer_by_items() -> None:
    called = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "find", "arguments": '{"order": 1}'}
    returned = {"type": "function_call_output", "call_id": "call_1", "output": "nowhere"}
    request = {"input": [{"role": "user", "content": "Where?"}, called, returned]}
    generation = read_only(make_read_span(1, make_attributes(request, {"output": [called]})))
    call = ToolCall("call_1", "find", {"order": 1})
    assert [message.tool_calls for message in generation.output_messages] == [(call,)]
    assert generation.input_messages == (
        Message("user", "Where?"),
        Message("assistant", "", tool_calls=(call,)),
        Message("tool", "nowhere", tool_call_id="call_1"),
    )


def test_a_model_of_langchain_around_the_clients_call_is_one_call() -> None:
    attributes = make_attributes({"prompt": "Where?"}, {"output": "Here."})
    outer, inner = make_read_span(1, attributes), make_read_span(2, attributes, parent=1)
    generation = read_only(outer, inner)
    assert (generation.span_id, generation.other_span_ids) == (make_span_id(1), (make_span_id(2),))


@pytest.mark.parametrize("body", ["", "[]", "null", "7", '"text"', '{"messages": 7, "choices": [7], "output": 7}'])
def test_bodies_of_no_known_shape_leave_a_call_without_words(body: str) -> None:
    attributes = {"langsmith.span.kind": "llm", "gen_ai.prompt": body, "gen_ai.completion": body}
    generation = read_only(make_read_span(1, attributes))
    assert (generation.input_messages, generation.output_messages) == ((), ())


def test_tags_come_as_one_text() -> None:
    attributes = make_attributes({}, {}) | {"langsmith.span.tags": "shop, beta"}
    assert read_only(make_read_span(1, attributes)).tags == ("shop", "beta")


def make_constructor(**fields: Any) -> dict[str, Any]:
    """A message as LangChain writes it."""
    return {"lc": 1, "type": "constructor", "kwargs": fields}


def test_a_tools_call_that_langchain_tells_twice_is_one() -> None:
    content = [{"type": "text", "text": "Wait."}, {"type": "tool_use", "id": "c-1", "name": "find", "input": {"a": 1}}]
    calls = [{"id": "c-1", "name": "find", "args": {"a": 1}, "type": "tool_call"}]
    metadata = {"stop_reason": "tool_use", "model_name": "claude"}
    message = make_constructor(type="ai", content=content, tool_calls=calls, response_metadata=metadata)
    request = {"messages": [[make_constructor(type="human", content=[{"type": "text", "text": "Where?"}])]]}
    generation = read_only(make_read_span(1, make_attributes(request, {"generations": [[{"message": message}]]})))
    assert (generation.user_text, generation.answer) == ("Where?", "Wait.")
    assert generation.output_messages[0].tool_calls == (ToolCall("c-1", "find", {"a": 1}),)
    assert (generation.finish_reasons, generation.response_model) == (("tool_use",), "claude")


def test_langchains_models_of_bare_text_are_read() -> None:
    response = {"generations": [[{"text": "Here.", "generation_info": {"finish_reason": "length"}}]]}
    generation = read_only(make_read_span(1, make_attributes({"prompts": ["Where?"]}, response)))
    assert (generation.user_text, generation.answer, generation.outcome) == ("Where?", "Here.", "truncated")
