import json
from dataclasses import replace
from typing import Any

import pytest

from tests.tracing.conventions.dialogues import (
    ANSWER,
    ASKED,
    EVERY,
    OF_FRAMEWORKS,
    PLAINLY,
    QUESTION,
    RAN_THE_TOOL,
    STORY,
    UNCOUNTED,
    UNKNOWN_MODEL,
    UNNAMED,
    load_recorded_spans,
    read_dialogue,
    read_recording,
    say,
)
from tests.tracing.reading import call_model, make_read_span, read_all, read_only
from tracing.generations import Generation, ToolCall
from tracing.store import Store

FILLED = {
    "tags": ("shop",),
    "metadata": {"plan": "free"},
    "prompt_version": "3",
    "prompt_variables": {"order": 4711},
}
"""The apps fill in a template, and say so to the instrumentation."""
UNTIMED = {"timed": False}
OF_JAVASCRIPT = FILLED | {"prompt_version": "", "prompt_variables": {}}

USED = ToolCall("toolu_1", "find_order", {"order": 4711})
CLAUDE = FILLED | {
    "provider": "anthropic",
    "request_model": "claude-sonnet-4-5",
    "response_model": "claude-sonnet-4-5-2026-01-01",
    "response_id": "msg_1",
    "parameters": {"max_tokens": 300},
    "finish_reasons": ("end_turn",),
    "reasoning_tokens": None,
    "cache_write_tokens": 0,
}
"""The client's own span beneath says that nothing was written into the cache."""
STREAMED = {"system": "", "timed": False}
TITLED = {"tools": [{"name": "find_order", "properties": {"order": {"title": "Order", "type": "integer"}}}]}
FROM_RESPONSE = {"response_id": "resp_1", "parameters": {"parallel_tool_calls": True, "tool_choice": "auto"}}

IN_THREAD = {"metadata": {"plan": "free", "thread_id": "tool"}}
INSTRUCTIONS_UNTOLD = {"system": "", "request_model": ""}
SILENT = (
    UNNAMED
    | PLAINLY
    | {"messages": [], "answer": [], "user_text": "", "request_model": "", "response_model": "", "system": ""}
)
UNCOUNTED_STREAM = UNCOUNTED | UNNAMED | {"response_model": "", "streamed": True, "timed": True}


def ask_by_template(question: str) -> dict[str, Any]:
    """Fields of a call that LlamaIndex's template asks: what it says around the question is not the user's."""
    context = "Orders leave our warehouse within a day.\n\nReturns are free for thirty days."
    asked = (
        f"Context information is below.\n---------------------\n{context}\n---------------------\n"
        f"Given the context information and not prior knowledge, answer the query.\nQuery: {question}\nAnswer: "
    )
    instructions = (
        "You are an expert Q&A system that is trusted around the world.\n"
        "Always answer the query using the provided context information, and not prior knowledge.\n"
        "Some rules to follow:\n1. Never directly reference the given context in your answer.\n"
        "2. Avoid statements like 'Based on the context, ...' or 'The context information ...' or anything along "
        "those lines."
    )
    return UNNAMED | {
        "messages": [("user", asked)],
        "system": instructions,
        "response_model": "",
        "parameters": {},
    }


RECORDINGS: dict[str, dict[str, list[dict[str, Any]]]] = {
    "openinference-openai": say(EVERY, FILLED, responses=[{"finish_reasons": ()}]),
    # Neither an abandoned stream nor a failed call leaves a span; a stream is told by its text alone.
    "openinference-openai-js": say(
        "plain tool stream responses embedding",
        OF_JAVASCRIPT,
        stream=[UNCOUNTED | UNKNOWN_MODEL | UNNAMED | UNTIMED],
        responses=[{"finish_reasons": ()}],
    ),
    "openinference-anthropic": say(
        OF_FRAMEWORKS,
        CLAUDE,
        tool=[{"calls": (USED,), "finish_reasons": ("tool_use",)}, {"history": (USED,), "results": [USED.id]}],
        stream=[STREAMED],
        abandoned=[
            STREAMED
            | {
                "answer": [("assistant", "Chapter 1 of a story that goes on and ")],
                "input_tokens": 31,
                "output_tokens": 1,
                "cache_read_tokens": 16,
                "finish_reasons": (),
            }
        ],
        error=[
            {
                "system": "",
                "request_model": "broken",
                "response_model": "",
                "response_id": "",
                "error_type": "anthropic.NotFoundError",
                "finish_reasons": (),
                "cache_write_tokens": None,
            }
        ],
    ),
    "openinference-langchain": {
        name: [call | {"metadata": call["metadata"] | {"session_id": name, "user_id": "anna"}} for call in calls]
        for name, calls in say(
            OF_FRAMEWORKS,
            FILLED,
            plain=[PLAINLY],
            tool=[IN_THREAD, IN_THREAD | RAN_THE_TOOL],
            stream=[UNTIMED | UNNAMED],
            abandoned=[UNKNOWN_MODEL | UNNAMED | UNTIMED],
            error=[{"error_type": "langchain_openai.chat_models.base.OpenAIModelNotFoundError"}],
        ).items()
    },
    # The response tells neither the instructions nor the model asked, and nothing of a stream; a call that was
    # cancelled or failed has only its span.
    "openinference-openai-agents": say(
        OF_FRAMEWORKS,
        FILLED | INSTRUCTIONS_UNTOLD | FROM_RESPONSE,
        tool=[TITLED | {"finish_reasons": ("stop",)}, TITLED | RAN_THE_TOOL],
        stream=[{"streamed": False, "timed": False}],
        abandoned=[SILENT | {"streamed": False, "timed": False}],
        error=[SILENT | {"error_type": "error"}],
    ),
    "openinference-llama-index": say(
        OF_FRAMEWORKS,
        FILLED,
        plain=[ask_by_template(QUESTION)],
        tool=[TITLED | UNCOUNTED_STREAM, TITLED | UNCOUNTED_STREAM | RAN_THE_TOOL],
        stream=[UNCOUNTED | ask_by_template(QUESTION)],
        abandoned=[ask_by_template(STORY) | {"answer": []}],
        error=[
            {"request_model": ASKED, "system": "", "messages": [("user", "broken")], "user_text": "broken"},
        ],
    ),
}


@pytest.mark.parametrize(
    ("recording", "dialogue"), [(recording, name) for recording, said in RECORDINGS.items() for name in said]
)
def test_every_field_of_a_dialogue_is_as_it_was_said(migrated_store: Store, recording: str, dialogue: str) -> None:
    assert read_dialogue(migrated_store, recording, dialogue) == RECORDINGS[recording][dialogue]


@pytest.mark.parametrize("recording", RECORDINGS)
def test_what_was_sent_twice_is_read_once(migrated_store: Store, recording: str) -> None:
    calls = [call for call in read_recording(migrated_store, recording) if not is_clients_alone(call)]
    assert len(calls) == sum(map(len, RECORDINGS[recording].values()))
    assert {call.convention for call in calls} == {"openinference"}


def is_clients_alone(generation: Generation) -> bool:
    """Whether Anthropic's client tells of a call in a trace of its own, where the instrumentation does not stand."""
    return generation.convention == "anthropic-client" and generation.conversation_id_derived


def test_a_framework_around_its_call_is_the_same_call(migrated_store: Store) -> None:
    recording = "openinference-llama-index"
    names = {span.span_id: span.name for span in load_recorded_spans(migrated_store, recording)}
    told = [
        (names[each.span_id], [names[other] for other in each.other_span_ids])
        for each in read_recording(migrated_store, recording)
        if each.conversation_id in ("plain", "stream", "abandoned")
    ]
    assert told == [
        ("OpenAI.chat", ["OpenAI.predict"]),
        ("OpenAI.stream_chat", ["OpenAI.stream"]),
        ("OpenAI.stream_chat", ["OpenAI.stream"]),
    ]


@pytest.mark.parametrize("dialogue", ["stream", "abandoned"])
def test_the_clients_span_beside_a_stream_tells_the_same_call(migrated_store: Store, dialogue: str) -> None:
    """As the two stand under a span of the app: the recording has them in traces of their own."""
    spans = load_recorded_spans(migrated_store, "openinference-anthropic")
    [instrumented] = [span for span in spans if span.attributes.get("session.id") == dialogue]
    [client] = [
        span
        for span in spans
        if span.scope_name == "com.anthropic.sdk.python"
        and not span.parent_span_id
        and instrumented.start_time_ns <= span.start_time_ns <= instrumented.end_time_ns
    ]
    root = make_read_span(1, {}, start_time_ns=instrumented.start_time_ns)
    beside = [
        replace(each, trace_id=root.trace_id, parent_span_id=root.span_id, project_id=root.project_id)
        for each in (instrumented, client)
    ]
    generation = read_only(root, *beside)
    assert (generation.convention, generation.span_id) == ("openinference", instrumented.span_id)
    assert generation.other_span_ids == (client.span_id,)
    assert generation.user_text in (QUESTION, STORY)


def call_llm(question: str = "Why?", answer: str = "Because.", **attributes: Any) -> dict[str, Any]:
    """Attributes of a call; `__` in a name stands for a dot."""
    return {
        "openinference.span.kind": "LLM",
        "llm.model_name": "gpt-5",
        "llm.input_messages.0.message.role": "user",
        "llm.input_messages.0.message.content": question,
        "llm.output_messages.0.message.role": "assistant",
        "llm.output_messages.0.message.content": answer,
    } | {name.replace("__", "."): value for name, value in attributes.items()}


def test_a_call_of_another_convention_beneath_fills_in_what_it_knows() -> None:
    outer = make_read_span(1, call_llm())
    inner = make_read_span(
        2, call_model(gen_ai__usage__input_tokens=0, gen_ai__response__time_to_first_chunk=0.5), parent=1
    )
    generation = read_only(outer, inner)
    assert (generation.span_id, generation.other_span_ids) == (outer.span_id, (inner.span_id,))
    assert (generation.input_tokens, generation.time_to_first_chunk_ns) == (0, 500_000_000)


def test_a_wrapper_around_several_calls_is_none_itself() -> None:
    calls = [make_read_span(number, call_llm(), parent=1) for number in (2, 3)]
    assert [each.span_id for each in read_all(make_read_span(1, call_llm()), *calls)] == [
        each.span_id for each in calls
    ]


@pytest.mark.parametrize("kind", ["CHAIN", "AGENT", "TOOL", "RETRIEVER", "EMBEDDING", "GUARDRAIL"])
def test_other_kinds_are_no_calls(kind: str) -> None:
    assert read_all(make_read_span(1, call_llm(openinference__span__kind=kind))) == ()


def test_messages_come_in_the_order_of_their_numbers() -> None:
    many = {f"llm.input_messages.{number}.message.content": f"m{number}" for number in (10, 2, 1)}
    many |= {f"llm.input_messages.{number}.message.role": "user" for number in (10, 2, 1)}
    generation = read_only(make_read_span(1, call_llm("m0") | many))
    assert [each.content for each in generation.input_messages] == ["m0", "m1", "m2", "m10"]


def test_images_are_noted_beside_the_text() -> None:
    block = "llm.input_messages.0.message.contents"
    attributes = call_llm() | {
        f"{block}.0.message_content.type": "text",
        f"{block}.0.message_content.text": "What is this?",
        f"{block}.1.message_content.type": "image",
        f"{block}.1.message_content.image.image.url": "https://example.com/a.png",
    }
    del attributes["llm.input_messages.0.message.content"]
    [message] = read_only(make_read_span(1, attributes)).input_messages
    assert message.content == "What is this?"
    assert message.parts[1] == {"type": "image", "image.image.url": "https://example.com/a.png"}


@pytest.mark.parametrize(
    ("given", "system", "question"),
    [
        ("Why?", "", "Why?"),
        (json.dumps({"messages": [{"role": "user", "content": "Why?"}]}), "", "Why?"),
        (json.dumps({"system": "Be brief.", "messages": [{"role": "user", "content": "Why?"}]}), "Be brief.", "Why?"),
        ("[3, {}, null]", "", ""),
        ("{", "", "{"),
    ],
)
def test_a_span_without_messages_is_read_by_its_whole_input(given: str, system: str, question: str) -> None:
    attributes = {"openinference.span.kind": "LLM", "input.value": given, "output.value": ANSWER}
    generation = read_only(make_read_span(1, attributes))
    assert (generation.system_instructions, generation.user_text) == (system, question)
    assert generation.answer == ANSWER


def test_a_prompts_variables_name_the_question_only_where_the_message_has_it() -> None:
    filled = call_llm("Documents: …. Why?") | {"llm.prompt_template.variables": json.dumps({"question": "Why?"})}
    assert read_only(make_read_span(1, filled)).user_text == "Why?"
    other = filled | {"llm.prompt_template.variables": json.dumps({"question": "Who?"})}
    assert read_only(make_read_span(1, other)).user_text == "Documents: …. Why?"


@pytest.mark.parametrize(
    "hostile", ["[[[", "null", "3", '{"generations": 3}', '{"generations": [[3]]}', '{"choices": 1}']
)
def test_outputs_of_no_known_shape_are_no_error(hostile: str) -> None:
    generation = read_only(make_read_span(1, call_llm(output__value=hostile, llm__invocation_parameters=hostile)))
    assert generation.answer == "Because."


@pytest.mark.parametrize(
    ("scope", "outcome"), [("openinference.instrumentation.openai", "stopped"), ("shop", "completed")]
)
def test_a_stream_without_an_end_was_left_only_where_ends_are_told(scope: str, outcome: str) -> None:
    attributes = call_llm(llm__invocation_parameters='{"stream": true}')
    assert read_only(make_read_span(1, attributes, scope_name=scope)).outcome == outcome
    assert read_only(make_read_span(1, attributes, scope_name=scope, status_code="Ok")).outcome == "completed"
