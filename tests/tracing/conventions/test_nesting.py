"""Trap 1: the same call told by spans inside each other counts once, whatever conventions they are in."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tracing.conventions.speaking import ANSWER, QUESTION, SPOKEN, list_ids, nest, speak
from tests.tracing.otlp import make_span_id
from tests.tracing.reading import fail_with, make_read_span, observe, read_all, read_only
from tracing.conventions import READERS

NAMES = sorted(SPOKEN)


def test_every_reader_is_spoken() -> None:
    assert {reader.NAME for reader in READERS} == set(SPOKEN)


@pytest.mark.parametrize("name", NAMES)
def test_a_call_is_read_by_the_reader_of_its_convention(name: str) -> None:
    call = read_only(speak(name))
    assert call.convention == name
    assert (call.input_tokens, call.output_tokens) == (31, 9)
    if name != "anthropic-client":
        assert (call.user_text, call.answer) == (QUESTION, ANSWER)


@pytest.mark.parametrize(("outer", "inner"), list(product(NAMES, NAMES)))
def test_trap_1_a_call_that_two_spans_tell_counts_once(outer: str, inner: str) -> None:
    call = read_only(*nest([outer, inner]))
    assert {call.span_id, *call.other_span_ids} == set(list_ids(2))
    assert (call.input_tokens, call.output_tokens) == (31, 9)
    if {outer, inner} != {"anthropic-client"}:
        assert (call.user_text, call.answer) == (QUESTION, ANSWER)
    if {outer, inner} != {"tacit"}:
        assert call.convention != "tacit"


@given(st.lists(st.sampled_from(NAMES), min_size=2, max_size=6))
def test_a_call_that_many_spans_tell_counts_once(names: list[str]) -> None:
    call = read_only(*nest(names))
    ids = (call.span_id, *call.other_span_ids)
    assert sorted(ids) == list_ids(len(names))
    assert (call.input_tokens, call.output_tokens) == (31, 9)


@given(st.sampled_from(NAMES), st.lists(st.sampled_from([name for name in NAMES if name != "tacit"]), min_size=2))
def test_a_span_around_several_calls_is_none_itself(outer: str, inner: list[str]) -> None:
    calls = [speak(name, number, 1) for number, name in enumerate(inner, 2)]
    assert [each.span_id for each in read_all(speak(outer), *calls)] == [each.span_id for each in calls]


@pytest.mark.parametrize("name", [name for name in NAMES if name != "tacit"])
def test_what_an_app_does_during_a_call_does_not_take_the_call_away(name: str) -> None:
    steps = [make_read_span(number, observe(query="a", output="b"), parent=1) for number in (2, 3)]
    assert make_span_id(1) in [each.span_id for each in read_all(speak(name), *steps)]


@pytest.mark.parametrize("name", [name for name in NAMES if name != "tacit"])
def test_a_stream_that_a_person_stopped_is_stopped_and_no_error_whoever_tells_the_call(name: str) -> None:
    stopped = observe("llm", "Beca", message=QUESTION) | {"tacit.outcome": "stopped", "tacit.ended_by": "client"}
    function = make_read_span(1, stopped, **fail_with("GeneratorExit", ""))
    inner = speak(name, 2, 1, **{"error.type": "GeneratorExit"})
    call = read_only(function, inner)
    assert (call.outcome, call.ended_by, call.error_type, call.error_message) == ("stopped", "client", "", "")


def test_an_error_that_only_the_observed_function_saw_is_the_calls() -> None:
    failed = observe("llm", message=QUESTION) | {"tacit.outcome": "error"}
    call = read_only(make_read_span(1, failed, **fail_with("ValueError", "no JSON")), speak("genai", 2, 1))
    assert (call.outcome, call.error_type, call.error_message) == ("error", "ValueError", "no JSON")
