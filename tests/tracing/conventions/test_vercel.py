"""The Vercel AI SDK, 5 and 7: every field of every dialogue that was recorded, and what no recording holds."""

import json
from typing import Any

import pytest

from tests.tracing.conventions.dialogues import (
    EVERY,
    RAN_THE_TOOL,
    UNKNOWN_MODEL,
    UNNAMED,
    read_dialogue,
    read_recording,
    say,
)
from tests.tracing.otlp import make_span_id
from tests.tracing.reading import make_read_span, read_all, read_only
from tracing.generations import Message, ToolCall
from tracing.store import Store

NUMBER = [{"name": "find_order", "properties": {"order": {"type": "number"}}}]
"""In JavaScript an order has a number, not an integer."""
OF_THE_APP = {"tags": ("shop",), "metadata": {"plan": "free"}}
INSIDE_UNTOLD = {"cache_read_tokens": None, "reasoning_tokens": None}
WITHOUT_TEXT = UNKNOWN_MODEL | UNNAMED | {"answer": [], "timed": False}
"""A stream that was left takes its text with it."""
TOOL = [{"tools": NUMBER}, RAN_THE_TOOL | {"tools": NUMBER}]

RECORDINGS: dict[str, dict[str, list[dict[str, Any]]]] = {
    "vercel-ai-sdk-5": say(
        EVERY,
        OF_THE_APP | INSIDE_UNTOLD,
        tool=TOOL,
        stream=[{"cache_read_tokens": 16, "reasoning_tokens": 4}],
        abandoned=[WITHOUT_TEXT],
        error=[{"error_type": "AI_APICallError"}],
    ),
    "vercel-ai-sdk-7": say(
        EVERY,
        {"reasoning_tokens": None},
        tool=TOOL,
        abandoned=[WITHOUT_TEXT],
        error=[{"error_type": "AI_APICallError"}],
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
    assert {call.convention for call in calls} == {"vercel"}


@pytest.mark.parametrize(("recording", "time_ns"), [("vercel-ai-sdk-5", 17_837_245), ("vercel-ai-sdk-7", 24_987_402)])
def test_the_time_to_the_first_part_is_read_in_its_own_unit(
    migrated_store: Store, recording: str, time_ns: int
) -> None:
    [stream] = [call for call in read_recording(migrated_store, recording) if call.conversation_id == "stream"]
    assert stream.time_to_first_chunk_ns == time_ns


def make_attributes(operation: str, **attributes: Any) -> dict[str, Any]:
    """Attributes of a span of version 5; `__` in a name stands for a dot."""
    named = {f"ai.{name.replace('__', '.')}": value for name, value in attributes.items()}
    return {"ai.operationId": f"ai.{operation}", "ai.model.id": "gpt-5-mini"} | named


ASKED = json.dumps([{"role": "user", "content": [{"type": "text", "text": "Where?"}]}])
WRAPPER = {"prompt": json.dumps({"prompt": "Where?"})}


def call_tool(finish_reason: str = "tool-calls") -> dict[str, Any]:
    return make_attributes("streamText.doStream", prompt__messages=ASKED, response__finishReason=finish_reason)


def test_the_span_around_several_calls_is_none() -> None:
    wrapper = make_read_span(1, make_attributes("streamText", response__finishReason="stop", **WRAPPER))
    calls = [make_read_span(number, call_tool(), parent=1) for number in (2, 3)]
    assert [call.span_id for call in read_all(wrapper, *calls)] == [make_span_id(2), make_span_id(3)]


def test_a_stream_that_was_left_after_a_tools_call_is_a_call_of_its_own() -> None:
    wrapper = make_read_span(1, make_attributes("streamText", **WRAPPER))
    left, called = read_all(wrapper, make_read_span(2, call_tool(), parent=1))
    assert (left.span_id, left.outcome, left.other_span_ids) == (make_span_id(1), "stopped", ())
    assert (called.span_id, called.outcome) == (make_span_id(2), "completed")


def test_a_stream_whose_last_call_ended_is_told_by_that_call_alone() -> None:
    wrapper = make_read_span(1, make_attributes("streamText", **WRAPPER))
    assert read_only(wrapper, make_read_span(2, call_tool("stop"), parent=1)).span_id == make_span_id(2)


def test_results_of_several_tools_are_messages_of_their_own() -> None:
    results = [
        {"type": "tool-result", "toolCallId": "c-1", "toolName": "find", "output": {"type": "json", "value": {"a": 1}}},
        {"type": "tool-result", "toolCallId": "c-2", "toolName": "find", "result": "nowhere"},
    ]
    prompt = json.dumps([{"role": "user", "content": "Where?"}, {"role": "tool", "content": results}])
    generation = read_only(make_read_span(1, make_attributes("generateText.doGenerate", prompt__messages=prompt)))
    told = [(message.role, message.content, message.tool_call_id) for message in generation.input_messages]
    assert told == [("user", "Where?", ""), ("tool", '{"a": 1}', "c-1"), ("tool", "nowhere", "c-2")]
    assert generation.user_text == "Where?"


def test_reasoning_stands_beside_the_answer_and_calls_of_version_4_have_args() -> None:
    calls = json.dumps([{"toolCallId": "c-1", "toolName": "find", "args": {"order": 1}}])
    attributes = make_attributes(
        "generateText.doGenerate", response__text="Here.", response__reasoning="Hm.", response__toolCalls=calls
    )
    generation = read_only(make_read_span(1, attributes))
    assert generation.answer == "Here."
    [message] = generation.output_messages
    assert message.tool_calls == (ToolCall("c-1", "find", {"order": 1}),)
    assert message.parts[0] == {"type": "reasoning", "content": "Hm."}


def test_an_object_that_was_generated_is_the_answer() -> None:
    attributes = make_attributes("generateObject.doGenerate", prompt__messages=ASKED, response__object='{"order": 1}')
    assert read_only(make_read_span(1, attributes)).output_messages == (Message("assistant", '{"order": 1}'),)


def test_version_6_counts_tokens_in_details() -> None:
    attributes = make_attributes(
        "generateText.doGenerate",
        usage__inputTokens=31,
        usage__inputTokenDetails__cacheReadTokens=16,
        usage__inputTokenDetails__cacheWriteTokens=3,
        usage__outputTokenDetails__reasoningTokens=4,
    )
    call = read_only(make_read_span(1, attributes))
    assert (call.input_tokens, call.output_tokens) == (31, None)
    assert (call.cache_read_tokens, call.cache_write_tokens, call.reasoning_tokens) == (16, 3, 4)


def test_settings_of_version_7_name_the_conversation_and_the_user() -> None:
    settings = {"ai.settings.context.sessionId": "s-1", "ai.settings.context.userId": "anna"}
    call = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-5-mini"}
    outer = make_read_span(1, {"gen_ai.operation.name": "invoke_agent"} | settings, scope_name="gen_ai")
    generation = read_only(outer, make_read_span(2, call, parent=1, scope_name="gen_ai"))
    assert (generation.conversation_id, generation.user_id) == ("s-1", "anna")
    assert not generation.conversation_id_derived


def test_embeddings_and_tools_are_no_calls() -> None:
    spans = [
        make_read_span(number, make_attributes(operation))
        for number, operation in ((1, "embed.doEmbed"), (2, "toolCall"))
    ]
    assert read_all(*spans) == ()
