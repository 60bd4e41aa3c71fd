import json
from typing import Any

import pytest

from tests.tracing.otlp import make_span_id
from tests.tracing.reading import SECOND, call_model, fail_with, make_read_span, observe, read_all, read_only
from tracing.generations import Message, ToolCall


def test_every_field_of_a_call_is_read() -> None:
    attributes = call_model(
        "What is 2 + 2?",
        "4",
        gen_ai__provider__name="openai",
        gen_ai__response__model="gpt-5-2026",
        gen_ai__conversation__id="c-1",
        gen_ai__response__finish_reasons=["stop"],
        gen_ai__system_instructions='[{"type": "text", "content": "Be brief."}]',
        gen_ai__tool__definitions='[{"type": "function", "name": "add"}]',
        gen_ai__usage__input_tokens=11,
        gen_ai__usage__output_tokens=1,
        gen_ai__usage__cache_read__input_tokens=5,
        gen_ai__usage__cache_creation__input_tokens=6,
        gen_ai__usage__reasoning__output_tokens=7,
        gen_ai__response__time_to_first_chunk=0.25,
        gen_ai__request__stream=True,
        user__id="anna",
        tags=["beta"],
    )
    span = make_read_span(
        3, attributes, parent=2, service_name="shop", resource_attributes={"deployment.environment.name": "prod"}
    )
    generation = read_only(span)
    assert generation.convention == "genai"
    assert (generation.project_id, generation.span_id, generation.parent_span_id) == (
        1,
        make_span_id(3),
        make_span_id(2),
    )
    assert (generation.start_time_ns, generation.duration_ns) == (3 * SECOND, SECOND)
    assert (generation.conversation_id, generation.conversation_id_derived) == ("c-1", False)
    assert (generation.user_id, generation.service_name, generation.environment) == ("anna", "shop", "prod")
    assert (generation.provider, generation.operation) == ("openai", "chat")
    assert (generation.request_model, generation.response_model) == ("gpt-5", "gpt-5-2026")
    assert generation.system_instructions == "Be brief."
    assert generation.input_messages == (Message("user", "What is 2 + 2?"),)
    assert generation.output_messages == (Message("assistant", "4"),)
    assert (generation.user_text, generation.answer) == ("What is 2 + 2?", "4")
    assert generation.tool_definitions == ({"type": "function", "name": "add"},)
    assert (generation.input_tokens, generation.output_tokens) == (11, 1)
    assert (generation.cache_read_tokens, generation.cache_write_tokens, generation.reasoning_tokens) == (5, 6, 7)
    assert (generation.time_to_first_chunk_ns, generation.streamed) == (SECOND // 4, True)
    assert (generation.outcome, generation.finish_reasons, generation.error_type) == ("completed", ("stop",), "")
    assert generation.tags == ("beta",)


def test_what_was_not_reported_is_none_and_not_zero() -> None:
    generation = read_only(make_read_span(1, call_model()))
    assert (generation.input_tokens, generation.output_tokens, generation.time_to_first_chunk_ns) == (None, None, None)
    assert generation.conversation_id == f"trace:{generation.trace_id}"
    assert generation.conversation_id_derived


@pytest.mark.parametrize(
    ("older", "field", "value"),
    [
        ({"gen_ai.system": "anthropic"}, "provider", "anthropic"),
        ({"gen_ai.usage.prompt_tokens": 12}, "input_tokens", 12),
        ({"gen_ai.usage.completion_tokens": 13}, "output_tokens", 13),
        ({"session.id": "s-1"}, "conversation_id", "s-1"),
        ({"enduser.id": "ben"}, "user_id", "ben"),
        ({"gen_ai.system": "OpenAI"}, "provider", "openai"),
        ({"gen_ai.usage.cache_read_input_tokens": 5}, "cache_read_tokens", 5),
        ({"gen_ai.usage.cache_creation_input_tokens": 6}, "cache_write_tokens", 6),
        ({"gen_ai.usage.reasoning_tokens": 4}, "reasoning_tokens", 4),
        ({"gen_ai.usage.details.reasoning_tokens": 4}, "reasoning_tokens", 4),
        ({"traceloop.association.properties.session_id": "s-2"}, "conversation_id", "s-2"),
        ({"lmnr.association.properties.session_id": "s-3"}, "conversation_id", "s-3"),
        ({"langsmith.metadata.session_id": "s-4"}, "conversation_id", "s-4"),
        ({"ai.telemetry.metadata.sessionId": "s-5"}, "conversation_id", "s-5"),
        ({"metadata": '{"session_id": "s-6"}'}, "conversation_id", "s-6"),
        ({"metadata": '{"user_id": 7}'}, "user_id", "7"),
        ({"metadata": '{"user_id": true}'}, "user_id", ""),
        ({"gen_ai.is_streaming": True}, "streamed", True),
        ({"llm.is_streaming": "true"}, "streamed", True),
        ({"gen_ai.usage.cost": 0.25}, "cost_usd", 0.25),
        ({"operation.cost": "0.5"}, "cost_usd", 0.5),
        ({"gen_ai.usage.cost": 0}, "cost_usd", None),
        ({"gen_ai.usage.cost": "n/a"}, "cost_usd", None),
        ({"gen_ai.usage.cost": float("nan")}, "cost_usd", None),
    ],
)
def test_older_names_are_understood(older: dict[str, Any], field: str, value: object) -> None:
    assert getattr(read_only(make_read_span(1, call_model() | older)), field) == value


@pytest.mark.parametrize(
    ("sent", "read"),
    [(7, 7), ("7", 7), (7.0, 7), (7.5, None), (True, None), (-1, None), ("²", None), ("9" * 5000, None), (1e300, None)],
)
def test_token_counts_are_whole_numbers_or_unknown(sent: object, read: int | None) -> None:
    generation = read_only(make_read_span(1, call_model(gen_ai__usage__input_tokens=sent)))
    assert generation.input_tokens == read


def test_typed_arrays_read_as_the_same_as_json_texts() -> None:
    as_text = call_model(gen_ai__response__finish_reasons='["length"]')
    typed = {
        key: json.loads(value) if key.endswith(("messages", "reasons")) else value for key, value in as_text.items()
    }
    assert read_only(make_read_span(1, as_text)) == read_only(make_read_span(1, typed))
    assert read_only(make_read_span(1, typed)).outcome == "truncated"


def test_tool_calls_and_their_results_are_read() -> None:
    history = [
        {"role": "user", "parts": [{"type": "text", "content": "Weather in Paris?"}]},
        {
            "role": "assistant",
            "parts": [{"type": "tool_call", "id": "t1", "name": "weather", "arguments": {"city": "Paris"}}],
        },
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "t1", "response": {"degrees": 21}}]},
    ]
    generation = read_only(make_read_span(1, call_model() | {"gen_ai.input.messages": json.dumps(history)}))
    _, call, result = generation.input_messages
    assert call.tool_calls == (ToolCall("t1", "weather", {"city": "Paris"}),)
    assert (result.role, result.tool_call_id, result.content) == ("tool", "t1", '{"degrees": 21}')
    assert generation.user_text == "Weather in Paris?"


def test_system_instructions_come_from_their_attribute_or_from_the_history() -> None:
    history = json.dumps([{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hi"}])
    inside = call_model() | {"gen_ai.input.messages": history}
    generation = read_only(make_read_span(1, inside))
    assert (generation.system_instructions, [each.role for each in generation.input_messages]) == ("Be kind.", ["user"])
    both = inside | {"gen_ai.system_instructions": "Be brief."}
    assert read_only(make_read_span(1, both)).system_instructions == "Be brief."


@pytest.mark.parametrize("operation", ["chat", "text_completion", "generate_content"])
def test_operations_that_write_text_are_generations(operation: str) -> None:
    assert read_only(make_read_span(1, call_model(gen_ai__operation__name=operation))).operation == operation


@pytest.mark.parametrize("operation", ["embeddings", "execute_tool", "invoke_agent", "create_agent"])
def test_other_operations_are_none(operation: str) -> None:
    assert read_all(make_read_span(1, call_model(gen_ai__operation__name=operation))) == ()


def test_an_exception_is_the_calls_error() -> None:
    generation = read_only(make_read_span(1, call_model(), **fail_with("openai.RateLimitError", "slow down")))
    assert (generation.outcome, generation.error_type, generation.error_message) == (
        "error",
        "openai.RateLimitError",
        "slow down",
    )


def test_a_failed_span_without_an_exception_is_an_error_still() -> None:
    generation = read_only(make_read_span(1, call_model(), status_code="Error", status_message="boom"))
    assert (generation.outcome, generation.error_type, generation.error_message) == ("error", "error", "boom")


def test_a_wrapper_around_one_call_tells_it_again() -> None:
    outer, inner = make_read_span(1, call_model()), make_read_span(2, call_model(), parent=1)
    generation = read_only(outer, inner)
    assert (generation.span_id, generation.other_span_ids) == (outer.span_id, (inner.span_id,))


def test_wrappers_of_wrappers_still_tell_one_call() -> None:
    spans = [make_read_span(number, call_model(), parent=number - 1) for number in (1, 2, 3)]
    generation = read_only(*spans)
    assert (generation.span_id, set(generation.other_span_ids)) == (
        spans[0].span_id,
        {spans[1].span_id, spans[2].span_id},
    )


def test_a_wrapper_around_several_calls_is_none_itself() -> None:
    outer = make_read_span(1, call_model())
    calls = [make_read_span(number, call_model(gen_ai__usage__input_tokens=5), parent=1) for number in (2, 3)]
    assert [each.span_id for each in read_all(outer, *calls)] == [each.span_id for each in calls]


def test_ids_are_taken_from_the_nearest_parent_and_else_from_anywhere_in_the_trace() -> None:
    root = make_read_span(1, {"gen_ai.conversation.id": "far", "user.id": "anna"})
    middle = make_read_span(2, {"gen_ai.conversation.id": "near"}, parent=1)
    call = make_read_span(3, call_model(), parent=2)
    generation = read_only(root, middle, call)
    assert (generation.conversation_id, generation.user_id) == ("near", "anna")
    beside = make_read_span(4, {"session.id": "beside"}, parent=9)
    assert read_only(call, beside).conversation_id == "beside"


def test_a_call_under_an_observed_function_stays_the_only_one() -> None:
    frame = make_read_span(1, observe(message="Why?", output="Because."))
    assert read_only(frame, make_read_span(2, call_model(), parent=1)).convention == "genai"


def test_a_call_tells_by_our_own_attributes_who_stopped_it() -> None:
    stopped = {"tacit.outcome": "stopped", "tacit.ended_by": "client"}
    generation = read_only(make_read_span(1, call_model(gen_ai__response__finish_reasons=["error"]) | stopped))
    assert (generation.outcome, generation.ended_by, generation.error_type) == ("stopped", "client", "")


def test_a_call_told_by_two_instrumentations_is_one_that_knows_how_it_ended() -> None:
    stopped = {"tacit.outcome": "stopped", "tacit.ended_by": "app_code"}
    outer = make_read_span(1, call_model(answer=""))
    inner = make_read_span(2, call_model(answer="Beca") | stopped, parent=1)
    generation = read_only(outer, inner)
    assert (generation.span_id, generation.other_span_ids) == (make_span_id(1), (make_span_id(2),))
    assert (generation.outcome, generation.ended_by, generation.answer) == ("stopped", "app_code", "Beca")


def test_an_operation_is_known_by_its_older_name() -> None:
    bare = {name: value for name, value in call_model().items() if name != "gen_ai.operation.name"}
    assert read_only(make_read_span(1, bare | {"llm.request.type": "chat"})).operation == "chat"
    assert read_only(make_read_span(1, bare | {"llm.request.type": "completion"})).operation == "text_completion"
    assert read_all(make_read_span(1, bare | {"llm.request.type": "embedding"})) == ()


@pytest.mark.parametrize(
    "usage",
    [
        {
            "prompt_tokens": 31,
            "completion_tokens": 9,
            "prompt_tokens_details": {"cached_tokens": 16},
            "completion_tokens_details": {"reasoning_tokens": 4},
        },
        {
            "input_tokens": 31,
            "output_tokens": 9,
            "input_tokens_details": {"cached_tokens": 16},
            "output_tokens_details": {"reasoning_tokens": 4},
        },
    ],
)
def test_tokens_are_read_from_the_providers_own_usage(usage: dict[str, Any]) -> None:
    generation = read_only(make_read_span(1, call_model() | {"gen_ai.usage.raw": json.dumps(usage)}))
    assert (generation.input_tokens, generation.output_tokens) == (31, 9)
    assert (generation.cache_read_tokens, generation.cache_write_tokens, generation.reasoning_tokens) == (16, None, 4)


@pytest.mark.parametrize("usage", ["rubbish", "[]", "7", '{"prompt_tokens_details": 3}'])
def test_usage_of_another_shape_is_unknown(usage: str) -> None:
    assert read_only(make_read_span(1, call_model() | {"gen_ai.usage.raw": usage})).input_tokens is None


def answer_with(reason: str | None, text: str = "Chapter 1") -> dict[str, Any]:
    said = [{"role": "assistant", "parts": [{"type": "text", "content": text}], "finish_reason": reason}]
    return {"gen_ai.output.messages": json.dumps(said)}


STREAMED = call_model(gen_ai__request__stream=True)


@pytest.mark.parametrize(
    ("attributes", "fields"),
    [
        ({}, {}),
        ({}, {"status_code": "Ok"}),
        ({"gen_ai.response.finish_reasons": ["error"]}, {}),
        ({"gen_ai.response.finish_reasons": [""]} | answer_with(""), {}),
        ({"gen_ai.usage.output_tokens": 1} | answer_with(None), {}),
        ({"error.type": "GeneratorExit"}, {"status_code": "Error"}),
        ({"error.type": "asyncio.exceptions.CancelledError"}, {"status_code": "Error"}),
        ({}, fail_with("GeneratorExit", "")),
        ({}, fail_with("Exception", "GeneratorExit()\n\nTraceback")),
    ],
)
def test_a_stream_that_was_left_is_stopped_whoever_tells_of_it(
    attributes: dict[str, Any], fields: dict[str, Any]
) -> None:
    generation = read_only(make_read_span(1, STREAMED | attributes, **fields))
    assert (generation.outcome, generation.ended_by) == ("stopped", "unknown")
    assert (generation.error_type, generation.error_message) == ("", "")


@pytest.mark.parametrize(
    ("attributes", "fields", "outcome"),
    [
        ({"gen_ai.response.finish_reasons": ["stop"]}, {}, "completed"),
        ({"gen_ai.usage.output_tokens": 9}, {}, "completed"),
        (answer_with("stop"), {}, "completed"),
        (answer_with("length"), {}, "truncated"),
        ({"error.type": "openai.APIConnectionError"}, {"status_code": "Error"}, "error"),
        ({"gen_ai.request.stream": False}, {}, "completed"),
        ({"gen_ai.request.stream": False, "gen_ai.response.finish_reasons": ["error"]}, {}, "error"),
    ],
)
def test_a_call_that_was_not_left_is_not_stopped(
    attributes: dict[str, Any], fields: dict[str, Any], outcome: str
) -> None:
    generation = read_only(make_read_span(1, STREAMED | attributes, **fields))
    assert (generation.outcome, generation.ended_by) == (outcome, "")


def test_a_cancelled_call_is_no_stream_for_that() -> None:
    generation = read_only(make_read_span(1, call_model(error__type="CancelledError"), status_code="Error"))
    assert (generation.outcome, generation.streamed) == ("stopped", False)


def test_who_wraps_a_stream_and_knows_its_end_is_believed() -> None:
    outer = make_read_span(1, call_model(gen_ai__response__finish_reasons=["stop"]))
    inner = make_read_span(2, STREAMED, parent=1)
    generation = read_only(outer, inner)
    assert (generation.outcome, generation.ended_by, generation.streamed) == ("completed", "", True)


def test_a_wrapper_is_told_what_only_its_call_knows() -> None:
    outer = make_read_span(1, call_model(gen_ai__usage__input_tokens=3))
    inner_says = call_model(
        gen_ai__usage__input_tokens=5, gen_ai__usage__output_tokens=7, gen_ai__response__model="m-1"
    )
    generation = read_only(outer, make_read_span(2, inner_says, parent=1))
    assert (generation.input_tokens, generation.output_tokens, generation.response_model) == (3, 7, "m-1")


def test_only_streams_have_a_first_chunk() -> None:
    timed = {"gen_ai.server.time_to_first_token": 0.5}
    said = read_only(make_read_span(1, call_model() | timed | {"gen_ai.request.stream": False}))
    assert (said.streamed, said.time_to_first_chunk_ns) == (False, None)
    timed = {"gen_ai.client.operation.time_to_first_chunk": 0.5}
    said = read_only(make_read_span(1, call_model() | timed))
    assert (said.streamed, said.time_to_first_chunk_ns) == (True, SECOND // 2)


def test_a_failed_call_was_not_answered_by_the_model_that_was_asked() -> None:
    failed = make_read_span(1, call_model(gen_ai__response__model="gpt-5"), **fail_with("NotFoundError", "gone"))
    assert (read_only(failed).request_model, read_only(failed).response_model) == ("gpt-5", "")
    answered = make_read_span(1, call_model(gen_ai__response__model="gpt-5"))
    assert read_only(answered).response_model == "gpt-5"


def test_a_call_left_inside_an_observed_function_has_no_error_and_is_ended_by_whom_that_says() -> None:
    observed = observe("llm", "Beca", message="Why?") | {"tacit.outcome": "stopped", "tacit.ended_by": "client"}
    call = make_read_span(2, STREAMED, parent=1, **fail_with("GeneratorExit", ""))
    generation = read_only(make_read_span(1, observed), call)
    assert (generation.outcome, generation.ended_by, generation.error_type) == ("stopped", "client", "")
