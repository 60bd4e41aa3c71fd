"""What a call says in events, as a span's own and as log records that were joined to it."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.tracing.reading import SECOND, call_model, make_read_span, read_all, read_only
from tracing.generations import Message, ToolCall
from tracing.spans import SpanEvent

BARE = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-5"}
DETAILS = "gen_ai.client.inference.operation.details"

Told = Callable[[str, dict[str, Any], int], SpanEvent]


def log(name: str, body: Any, second: int = 1) -> SpanEvent:
    return SpanEvent(name, second * SECOND, {}, body)


def log_of_a_stock_collector(name: str, body: Any, second: int = 1) -> SpanEvent:
    return SpanEvent(name, second * SECOND, {}, json.dumps(body))


def span_event(name: str, body: dict[str, Any], second: int = 1) -> SpanEvent:
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in body.items()}
    return SpanEvent(name, second * SECOND, texts)


def span_event_with_json(name: str, body: dict[str, Any], second: int = 1) -> SpanEvent:
    return SpanEvent(name, second * SECOND, {"gen_ai.event.content": json.dumps(body)})


FORMS = [log, log_of_a_stock_collector, span_event, span_event_with_json]
CALLS = [{"id": "t1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Paris"}'}}]


def make_details(second: int = 1, **attributes: Any) -> SpanEvent:
    return SpanEvent(DETAILS, second * SECOND, {name.replace("__", "."): value for name, value in attributes.items()})


def read_with(*events: SpanEvent, **attributes: Any) -> Any:
    return read_only(make_read_span(1, BARE | attributes, events=events))


def test_an_event_of_details_reads_as_the_same_attributes_on_the_span() -> None:
    attributes = {
        "gen_ai.input.messages": [{"role": "user", "parts": [{"type": "text", "content": "Weather?"}]}],
        "gen_ai.output.messages": [
            {
                "role": "assistant",
                "parts": [{"type": "tool_call", "id": "t1", "name": "weather", "arguments": {"city": "Paris"}}],
                "finish_reason": "tool_call",
            }
        ],
        "gen_ai.system_instructions": [{"type": "text", "content": "Be brief."}],
        "gen_ai.tool.definitions": [{"type": "function", "name": "weather"}],
        "gen_ai.conversation.id": "c-1",
        "gen_ai.usage.input_tokens": 7,
    }
    by_event = read_with(SpanEvent(DETAILS, SECOND, BARE | attributes))
    assert by_event == read_only(make_read_span(1, BARE | attributes))
    assert by_event.system_instructions == "Be brief."
    assert by_event.output_messages[0].tool_calls == (ToolCall("t1", "weather", {"city": "Paris"}),)
    assert (by_event.conversation_id, by_event.input_tokens) == ("c-1", 7)


@pytest.mark.parametrize("tell", FORMS)
def test_an_event_a_message_becomes_the_history_and_the_answer(tell: Told) -> None:
    generation = read_with(
        tell("gen_ai.system.message", {"content": "Be kind."}, 1),
        tell("gen_ai.user.message", {"content": "Weather in Paris?"}, 2),
        tell("gen_ai.assistant.message", {"tool_calls": CALLS}, 3),
        tell("gen_ai.tool.message", {"id": "t1", "content": "21 degrees"}, 4),
        tell("gen_ai.choice", {"index": 0, "finish_reason": "stop", "message": {"content": "Mild."}}, 5),
    )
    assert generation.system_instructions == "Be kind."
    assert generation.input_messages == (
        Message("user", "Weather in Paris?"),
        Message("assistant", "", tool_calls=(ToolCall("t1", "weather", {"city": "Paris"}),)),
        Message("tool", "21 degrees", tool_call_id="t1"),
    )
    assert generation.output_messages == (Message("assistant", "Mild."),)
    assert (generation.user_text, generation.finish_reasons) == ("Weather in Paris?", ("stop",))


def test_choices_come_by_their_index_and_their_calls_may_stand_beside_the_message() -> None:
    generation = read_with(
        log("gen_ai.choice", {"index": 1, "message": {"content": "second"}}, 1),
        log("gen_ai.choice", {"index": 0, "message": {"content": "first"}, "tool_calls": CALLS}, 2),
        log("gen_ai.choice", {"index": "9" * 5000, "message": "third"}, 3),
    )
    assert [message.content for message in generation.output_messages] == ["first", "third", "second"]
    assert generation.output_messages[0].tool_calls[0].name == "weather"


@pytest.mark.parametrize("reason", ["length", "max_tokens"])
def test_the_finish_reason_of_a_choice_is_the_calls_outcome(reason: str) -> None:
    generation = read_with(log("gen_ai.choice", {"finish_reason": reason, "message": {}}))
    assert (generation.outcome, generation.output_messages) == ("truncated", ())


def test_parts_that_a_span_event_holds_as_json_are_read() -> None:
    event = SpanEvent("gen_ai.user.message", SECOND, {"content": '[{"text": "Where is it?"}]'})
    answer = SpanEvent("gen_ai.choice", 2 * SECOND, {"message": '[{"text": "Here."}]', "finish_reason": "end_turn"})
    generation = read_with(event, answer)
    assert (generation.user_text, generation.answer) == ("Where is it?", "Here.")


@pytest.mark.parametrize("text", ["[1, 2]", "{}", '"quoted"', "null", "12", "[]", '[{"text": "x"}]'])
def test_a_message_that_happens_to_be_json_stays_what_the_user_wrote(text: str) -> None:
    assert read_with(log("gen_ai.user.message", {"content": text})).user_text == text


@pytest.mark.parametrize(
    ("prompt", "completion"),
    [
        ("Why?", "Because."),
        ('[{"role": "user", "content": "Why?"}]', '[{"role": "assistant", "content": "Because."}]'),
    ],
)
def test_the_oldest_events_hold_all_messages_in_one_attribute(prompt: str, completion: str) -> None:
    generation = read_with(
        SpanEvent("gen_ai.content.prompt", SECOND, {"gen_ai.prompt": prompt}),
        SpanEvent("gen_ai.content.completion", SECOND, {"gen_ai.completion": completion}),
    )
    assert generation.input_messages == (Message("user", "Why?"),)
    assert generation.output_messages == (Message("assistant", "Because."),)


def test_what_the_span_says_wins_over_its_events_and_counts_once() -> None:
    same = call_model("Why?", "Because.")
    events = (
        SpanEvent(DETAILS, SECOND, call_model("Older?", "Older.") | {"gen_ai.provider.name": "openai"}),
        log("gen_ai.user.message", {"content": "Why?"}),
        log("gen_ai.choice", {"message": {"content": "Because."}}),
    )
    generation = read_only(make_read_span(1, same, events=events))
    assert generation.input_messages == (Message("user", "Why?"),)
    assert generation.output_messages == (Message("assistant", "Because."),)
    assert generation.provider == "openai"


def test_empty_content_on_the_span_hides_nothing() -> None:
    empty: dict[str, Any] = {"gen_ai.input.messages": "[]", "gen_ai.output.messages": ""}
    generation = read_with(SpanEvent(DETAILS, SECOND, call_model("Why?", "Because.")), **empty)
    assert (generation.user_text, generation.answer) == ("Why?", "Because.")


def test_the_same_messages_in_span_events_and_in_logs_are_told_once() -> None:
    events = [tell("gen_ai.user.message", {"content": "Why?"}, 1) for tell in (span_event, log)]
    assert read_with(*events).input_messages == (Message("user", "Why?"),)


def test_a_user_who_says_the_same_twice_is_heard_twice() -> None:
    events = [log("gen_ai.user.message", {"content": "yes"}, second) for second in (1, 2)]
    assert read_with(*events).input_messages == (Message("user", "yes"), Message("user", "yes"))


def test_messages_without_content_leave_no_messages() -> None:
    events = (
        log("gen_ai.user.message", {}),
        log("gen_ai.tool.message", {"id": "t1"}),
        log("gen_ai.choice", {"index": 0, "finish_reason": "stop", "message": {"role": "assistant"}}),
    )
    generation = read_with(*events)
    assert (generation.input_messages, generation.output_messages) == ((), ())
    assert generation.finish_reasons == ("stop",)


@pytest.mark.parametrize("body", [None, 5, "plain words", [1, 2], {"content": {"a": 1}}, {"role": 7, "content": "x"}])
def test_bodies_of_any_shape_are_read_without_failing(body: Any) -> None:
    events = (log("gen_ai.user.message", body), log("gen_ai.choice", body), SpanEvent(DETAILS, SECOND, {"a": 1}, body))
    assert read_with(*events).request_model == "gpt-5"


def test_a_later_event_of_details_knows_better() -> None:
    events = [make_details(second, gen_ai__response__model=f"model-{second}") for second in (1, 2)]
    assert read_with(*events).response_model == "model-2"


def test_a_span_without_an_operation_is_a_call_where_an_event_tells_its_answer() -> None:
    span = make_read_span(
        1, {"gen_ai.request.model": "gpt-5"}, events=(log("gen_ai.choice", {"message": {"content": "Hi"}}),)
    )
    assert read_only(span).answer == "Hi"
    assert read_all(make_read_span(1, {"gen_ai.request.model": "gpt-5"})) == ()


def test_the_providers_id_of_the_response_is_the_message_id_where_the_app_has_none() -> None:
    told = call_model(gen_ai__response__id="chatcmpl-1")
    assert read_only(make_read_span(1, told)).message_id == "chatcmpl-1"
    assert read_only(make_read_span(1, told | {"tacit.message.id": "own"})).message_id == "own"
