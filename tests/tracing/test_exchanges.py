"""Which calls of a trace answered the user, and what was shown."""

import json
from typing import Any

import pytest

from tests.tracing.otlp import make_span_id
from tests.tracing.reading import SECOND, call_model, make_read_span, observe
from tracing.conventions import read_trace
from tracing.conversations import TracedExchange
from tracing.exchanges import find_exchanges
from tracing.spans import Span, Trace

QUESTION = "Where is my parcel?"
ANSWER = "It left our warehouse yesterday and comes on Monday."


def find(*spans: Span) -> list[TracedExchange]:
    return find_exchanges(read_trace(Trace(spans)))


def call(number: int, question: str, answer: str, parent: int = 1, **attributes: Any) -> Span:
    return make_read_span(number, call_model(question, answer, **attributes), parent=parent)


def frame(attributes: dict[str, Any] | None = None, **fields: Any) -> Span:
    """The outermost span of a trace."""
    return make_read_span(1, attributes or {}, **({"duration_ns": 60 * SECOND} | fields))


def test_what_a_frameworks_outermost_span_gave_back_was_shown() -> None:
    told = {"input.value": json.dumps({"question": QUESTION}), "output.value": json.dumps({"answer": ANSWER})}
    [exchange] = find(
        frame(told),
        call(2, f"Write a search query for: {QUESTION}", "parcel delivery status"),
        call(3, QUESTION, ANSWER),
        call(4, f"Give this chat a title: {QUESTION}", "A parcel on its way to a customer who would like to know when"),
    )
    assert (exchange.user_text, exchange.answer.text) == (QUESTION, ANSWER)
    assert exchange.answer.span_id == make_span_id(3)
    assert exchange.answer.generation_span_ids == tuple(map(make_span_id, (2, 3, 4)))


def test_what_a_guardrail_put_in_the_answers_place_was_shown() -> None:
    told = {"input.value": QUESTION, "output.value": "I cannot tell you that."}
    [exchange] = find(frame(told), call(2, QUESTION, ANSWER))
    assert exchange.answer.text == "I cannot tell you that."


@pytest.mark.parametrize("output", ["AIMessage(content='x')", "<Response 200>", '{"status": 200}', "[1, 2]", ""])
def test_what_is_no_prose_was_not_shown(output: str) -> None:
    [exchange] = find(frame({"input.value": QUESTION, "output.value": output}), call(2, QUESTION, ANSWER))
    assert exchange.answer.text == ANSWER


def test_the_call_that_looks_like_the_chat_answers_a_request_to_a_server() -> None:
    [exchange] = find(
        frame(kind="Server"),
        call(2, f"Is this safe? {QUESTION}", "safe"),
        call(3, QUESTION, ANSWER, gen_ai__request__stream=True),
        call(4, f"Give this chat a title: {QUESTION}", "A parcel"),
    )
    assert (exchange.user_text, exchange.answer.text) == (QUESTION, ANSWER)


def test_an_agents_last_words_are_the_answer() -> None:
    [exchange] = find(
        frame({"input.value": QUESTION}),
        call(2, QUESTION, "Let me look."),
        call(3, QUESTION, ANSWER),
        call(4, QUESTION, ""),
    )
    assert exchange.answer.text == ANSWER


def test_a_dialogue_within_one_span_has_a_turn_for_each_message() -> None:
    history = [
        {"role": "user", "parts": [{"type": "text", "content": QUESTION}]},
        {"role": "assistant", "parts": [{"type": "text", "content": ANSWER}]},
        {"role": "user", "parts": [{"type": "text", "content": "Which one?"}]},
    ]
    second = call(3, "", "The first.", gen_ai__input__messages=json.dumps(history))
    for kind in ("Internal", "Server"):
        exchanges = find(frame(kind=kind), call(2, QUESTION, ANSWER), second)
        assert [each.user_text for each in exchanges] == [QUESTION, "Which one?"]


def test_a_dialogue_whose_history_the_provider_holds_has_a_turn_for_each_message() -> None:
    exchanges = find(
        frame(kind="Server"),
        call(2, QUESTION, ANSWER, gen_ai__response__id="resp_1"),
        call(3, "And what is in it?", "Two books.", gen_ai__request__previous_response_id="resp_1"),
    )
    assert [each.user_text for each in exchanges] == [QUESTION, "And what is in it?"]


def test_calls_under_a_span_that_tells_nothing_are_turns_of_their_own() -> None:
    assert len(find(frame(), call(2, "One?", "1"), call(3, "Two?", "2"))) == 2


def test_a_frame_without_words_is_none() -> None:
    told = {"traceloop.entity.input": json.dumps({"args": [], "kwargs": {}})}
    assert len(find(frame(told), call(2, "One?", "1"), call(3, "Two?", "2"))) == 2


def test_a_sub_agent_is_part_of_the_answer() -> None:
    spans = [
        frame({"input.value": QUESTION, "output.value": ANSWER}),
        make_read_span(2, {"input.value": "Look up parcel 7"}, parent=1, duration_ns=20 * SECOND),
        call(3, "Look up parcel 7", "It left yesterday.", parent=2),
        call(4, QUESTION, ANSWER),
    ]
    [exchange] = find(*spans)
    assert (exchange.user_text, exchange.answer.text) == (QUESTION, ANSWER)
    assert len(exchange.answer.generation_span_ids) == 2


def test_agents_that_run_as_tools_are_part_of_the_answer_without_a_frame() -> None:
    asking = json.dumps([{"role": "assistant", "parts": [{"type": "tool_call", "id": "t", "name": "ask"}]}])
    spans = [
        frame(),
        call(2, QUESTION, "", gen_ai__output__messages=asking),
        make_read_span(3, {"input.value": "Look up parcel 7"}, parent=1, duration_ns=20 * SECOND),
        call(4, "Look up parcel 7", "It left yesterday.", parent=3),
        call(5, "Is parcel 7 late?", "No.", parent=3),
        call(6, QUESTION, ANSWER),
        call(7, "And parcel 8?", "It left, too."),
    ]
    first, second = find(*spans)
    assert (first.user_text, first.answer.text) == (QUESTION, ANSWER)
    assert first.answer.generation_span_ids == tuple(map(make_span_id, (2, 4, 5, 6)))
    assert second.user_text == "And parcel 8?"


def test_an_observed_function_tells_more_than_a_frame_around_it() -> None:
    spans = [
        frame({"input.value": "GET /chat"}, kind="Server"),
        make_read_span(2, observe(message=QUESTION, output=ANSWER), parent=1, duration_ns=20 * SECOND),
        call(3, f"Answer the customer. {QUESTION}", ANSWER, parent=2),
    ]
    [exchange] = find(*spans)
    assert (exchange.user_text, exchange.sent_text) == (QUESTION, f"Answer the customer. {QUESTION}")
