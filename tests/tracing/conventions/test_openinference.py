import json
from dataclasses import replace
from typing import Any

import pytest

from tests.tracing.conventions.calls import (
    ABANDONED,
    ANSWER,
    CALLS_TOOL,
    ERROR,
    NOT_STREAMED,
    PLAIN,
    QUESTION,
    RESPONSES,
    STORY,
    STREAM,
    UNKNOWN,
    answer_with_result,
    describe,
    load_recorded_spans,
    read_recording,
    read_spans,
)
from tests.tracing.reading import call_model, make_read_span, read_all, read_only
from tracing.generations import Generation, Message, ToolCall
from tracing.store import Store

NOT_FOUND = (
    "{'type': 'error', 'error': {'message': 'The model `broken` does not exist', "
    "'type': 'invalid_request_error', 'code': 'model_not_found'}}"
)
UNNAMED = "{'error': 'Error code: 404 - The model `broken` does not exist'}"
Dialogues = list[tuple[str, dict[str, Any]]]

OPENAI: Dialogues = [
    ("plain", PLAIN),
    ("tool", CALLS_TOOL),
    ("tool", answer_with_result()),
    ("stream", STREAM),
    ("abandoned", ABANDONED),
    ("error", ERROR),
    ("responses", RESPONSES),
]
UNCOUNTED = STREAM | UNKNOWN | {"response_model": "", "time_to_first_chunk_ns": None}
JAVASCRIPT: Dialogues = [*OPENAI[:3], ("stream", UNCOUNTED), ("responses", RESPONSES)]
"""Neither an abandoned stream nor a failed call leaves a span."""

CLAUDE = {
    "provider": "anthropic",
    "request_model": "claude-sonnet-4-5",
    "response_model": "claude-sonnet-4-5-2026-01-01",
    "finish_reasons": ("end_turn",),
    "reasoning_tokens": None,
}
CLAUDES_CALL = ToolCall("toolu_1", "find_order", {"order": 4711})
WRITTEN = CLAUDE | {"cache_write_tokens": 0}
"""The client's own span beneath says that nothing was written into the cache."""
ANTHROPIC: Dialogues = [
    ("plain", PLAIN | WRITTEN),
    (
        "tool",
        CALLS_TOOL
        | WRITTEN
        | {
            "output_messages": (Message("assistant", "", tool_calls=(CLAUDES_CALL,)),),
            "finish_reasons": ("tool_use",),
        },
    ),
    ("tool", answer_with_result(call=CLAUDES_CALL) | WRITTEN),
    ("stream", STREAM | CLAUDE | {"system_instructions": "", "time_to_first_chunk_ns": None}),
    (
        "abandoned",
        ABANDONED
        | CLAUDE
        | {
            "output_messages": (Message("assistant", "Chapter 1 of a story that goes on and "),),
            "finish_reasons": (),
            "input_tokens": 31,
            "output_tokens": 1,
            "cache_read_tokens": 16,
            "time_to_first_chunk_ns": None,
        },
    ),
    (
        "error",
        ERROR
        | {
            "provider": "anthropic",
            "system_instructions": "",
            "error_type": "anthropic.NotFoundError",
            "error_message": f"Error code: 404 - {NOT_FOUND}",
        },
    ),
]

LEFT_ON_MONDAY = "Order 4711 left the warehouse on Monday."
LANGCHAIN: Dialogues = [
    (name, expected | {"metadata": {"plan": "free", "session_id": name, "user_id": "anna"} | thread})
    for name, expected, thread in (
        ("plain", PLAIN, {}),
        ("tool", CALLS_TOOL, {"thread_id": "tool"}),
        ("tool", answer_with_result(LEFT_ON_MONDAY, name="find_order"), {"thread_id": "tool"}),
        ("stream", STREAM | {"time_to_first_chunk_ns": None}, {}),
        ("abandoned", ABANDONED | {"response_model": "", "time_to_first_chunk_ns": None}, {}),
        ("error", ERROR | {"error_type": "langchain_openai.chat_models.base.OpenAIModelNotFoundError"}, {}),
    )
]

INSTRUCTIONS_UNTOLD = {"system_instructions": "", "request_model": ""}
SILENT = {
    "system_instructions": "",
    "input_messages": (),
    "output_messages": (),
    "user_text": "",
    "request_model": "",
    "response_model": "",
}
AGENTS: Dialogues = [
    ("plain", PLAIN | INSTRUCTIONS_UNTOLD),
    (
        "tool",
        CALLS_TOOL | INSTRUCTIONS_UNTOLD | {"finish_reasons": ("stop",)},
    ),
    ("tool", answer_with_result(LEFT_ON_MONDAY) | INSTRUCTIONS_UNTOLD),
    ("stream", PLAIN | INSTRUCTIONS_UNTOLD),
    ("abandoned", ABANDONED | SILENT | NOT_STREAMED),
    ("error", ERROR | SILENT | {"error_type": "error", "error_message": f"Error getting response: {UNNAMED}"}),
]
"""The response tells neither the instructions nor the model asked, and nothing of a stream; a call that was cancelled
or failed has only its span."""


def answer_by_template(question: str) -> dict[str, Any]:
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
    return {"input_messages": (Message("user", asked),), "system_instructions": instructions, "response_model": ""}


STREAMED_UNCOUNTED = UNKNOWN | {"response_model": "", "streamed": True, "time_to_first_chunk_ns": "told"}
LLAMA_INDEX: Dialogues = [
    ("plain", PLAIN | answer_by_template(QUESTION)),
    ("tool", CALLS_TOOL | STREAMED_UNCOUNTED),
    ("tool", answer_with_result(LEFT_ON_MONDAY) | STREAMED_UNCOUNTED),
    ("stream", STREAM | UNKNOWN | answer_by_template(QUESTION)),
    ("abandoned", ABANDONED | answer_by_template(STORY) | {"output_messages": ()}),
    (
        "error",
        ERROR
        | {
            "request_model": "gpt-5-mini",
            "system_instructions": "",
            "input_messages": (Message("user", "broken"),),
            "user_text": "broken",
            "error_message": f"Error code: 404 - {NOT_FOUND}",
        },
    ),
]


@pytest.mark.parametrize(
    ("recording", "dialogues"),
    [
        ("openinference-openai-0.1.66", OPENAI),
        ("openinference-openai-js-4.2.7", JAVASCRIPT),
        ("openinference-anthropic-3.1.0", ANTHROPIC),
        ("openinference-langchain-0.1.80", LANGCHAIN),
        ("openinference-openai-agents-2.6.0", AGENTS),
        ("openinference-llama-index-4.6.1", LLAMA_INDEX),
    ],
)
def test_every_dialogue_is_read_as_it_was_held(store: Store, recording: str, dialogues: Dialogues) -> None:
    generations = [each for each in read_recording(store, recording) if not is_clients_alone(each)]
    assert {each.convention for each in generations} == {"openinference"}
    told = [(each.conversation_id, describe(each, of)) for each, (_, of) in zip(generations, dialogues, strict=True)]
    assert told == dialogues


def is_clients_alone(generation: Generation) -> bool:
    """Whether Anthropic's client tells of a call in a trace of its own, where the instrumentation does not stand."""
    return generation.convention == "anthropic-client" and generation.conversation_id_derived


def test_a_framework_around_its_call_is_the_same_call(store: Store) -> None:
    spans = load_recorded_spans(store, "openinference-llama-index-4.6.1")
    names = {span.span_id: span.name for span in spans}
    told = [
        (names[each.span_id], [names[other] for other in each.other_span_ids])
        for each in read_spans(spans)
        if each.conversation_id in ("plain", "stream", "abandoned")
    ]
    assert told == [
        ("OpenAI.chat", ["OpenAI.predict"]),
        ("OpenAI.stream_chat", ["OpenAI.stream"]),
        ("OpenAI.stream_chat", ["OpenAI.stream"]),
    ]


@pytest.mark.parametrize("dialogue", ["stream", "abandoned"])
def test_the_clients_span_beside_a_stream_tells_the_same_call(store: Store, dialogue: str) -> None:
    """As the two stand under a span of the app: the recording has them in traces of their own."""
    spans = load_recorded_spans(store, "openinference-anthropic-3.1.0")
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
