"""Logfire's spans of OpenAI's client: every field of every dialogue that was recorded, and who tells a stream."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.tracing.conventions.dialogues import EVERY, UNKNOWN_MODEL, UNNAMED, read_dialogue, read_recording, say
from tests.tracing.otlp import make_span_id
from tests.tracing.reading import SECOND, call_model, make_read_span, read_all, read_only
from tracing.spans import Span
from tracing.store import Store

RELEASE = {"metadata": {"service.version": "fe16574f9eaaee08d4d6184ae1be696dfc9b95e4"}}
"""Logfire takes it from git."""
UNTIMED = UNKNOWN_MODEL | UNNAMED | {"timed": False}
SAID = say(EVERY, RELEASE, stream=[UNTIMED], abandoned=[UNTIMED], responses=[{"finish_reasons": ()}])


def make_call(number: int, at: float, question: str = "Why?", **fields: Any) -> Span:
    """A call that ends after a second, and whose answer is streamed."""
    attributes = {name: value for name, value in call_model(question).items() if name != "gen_ai.output.messages"}
    return make_span(number, at, attributes | {"logfire.span_type": "span"}, duration_ns=SECOND, **fields)


def make_log(
    number: int, at: float, answer: str, taken: float, *, question: str = "Why?", finish: str = "stop"
) -> Span:
    said = [
        {"role": "assistant", "parts": [{"type": "text", "content": answer}]}
        | ({"finish_reason": finish} if finish else {})
    ]
    own = {"logfire.span_type": "log", "duration": taken, "gen_ai.output.messages": json.dumps(said)}
    return make_span(number, at, call_model(question) | own, duration_ns=0)


def make_span(number: int, at: float, attributes: Mapping[str, Any], **fields: Any) -> Span:
    return make_read_span(number, attributes, parent=100, **({"start_time_ns": round(at * SECOND)} | fields))


@pytest.mark.parametrize("dialogue", SAID)
def test_every_field_of_a_dialogue_is_as_it_was_said(migrated_store: Store, dialogue: str) -> None:
    assert read_dialogue(migrated_store, "logfire-openai", dialogue) == SAID[dialogue]


def test_a_stream_that_two_spans_tell_is_one_call(migrated_store: Store) -> None:
    calls = read_recording(migrated_store, "logfire-openai")
    assert len(calls) == sum(map(len, SAID.values()))
    assert {call.convention for call in calls} == {"logfire"}
    assert [len(call.other_span_ids) for call in calls] == [int(call.streamed) for call in calls]


def test_a_stream_lasts_from_its_call_until_its_log() -> None:
    generation = read_only(make_call(1, 10), make_log(2, 14, "Because.", 3))
    assert (generation.span_id, generation.start_time_ns, generation.duration_ns) == (
        make_span_id(1),
        10 * SECOND,
        4 * SECOND,
    )


def test_a_stream_that_was_left_is_not_as_long_as_its_log_is_late() -> None:
    generation = read_only(make_call(1, 10), make_log(2, 99, "Beca", 88, finish=""))
    assert (generation.outcome, generation.duration_ns) == ("stopped", SECOND)


def test_the_same_question_twice_keeps_each_its_answer_also_where_the_first_is_logged_late() -> None:
    first, second = make_call(1, 10), make_call(2, 20)
    told = read_all(first, second, make_log(3, 25, "Second.", 4), make_log(4, 30, "First.", 19))
    assert [(call.span_id, call.answer) for call in told] == [
        (first.span_id, "First."),
        (second.span_id, "Second."),
    ]


def test_a_log_alone_is_the_call() -> None:
    generation = read_only(make_log(2, 14, "Because.", 3))
    assert (generation.answer, generation.start_time_ns, generation.duration_ns) == (
        "Because.",
        11 * SECOND,
        3 * SECOND,
    )
    other = read_all(make_call(1, 10, "What?", status_code="Error"), make_log(2, 14, "Because.", 3))
    assert [call.outcome for call in other] == ["error", "completed"]


def test_a_log_alone_that_says_it_took_longer_than_there_was_time_began_with_all_time() -> None:
    generation = read_only(make_log(2, 14, "Because.", 7_000))
    assert (generation.start_time_ns, generation.duration_ns) == (0, 14 * SECOND)


def test_tags_of_the_app_are_read_without_logfires_own() -> None:
    tagged = make_span(1, 10, call_model() | {"logfire.span_type": "span", "logfire.tags": ["LLM", "beta"]})
    assert read_only(tagged).tags == ("beta",)
