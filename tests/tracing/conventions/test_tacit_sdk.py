from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tacit import attributes as keys

from tests.tracing.otlp import make_span_id
from tests.tracing.reading import SECOND, call_model, fail_with, make_read_span, observe, read_all, read_only
from tracing.conventions import read_trace
from tracing.generations import Message, ToolCall
from tracing.spans import Trace


def test_an_observed_function_without_a_model_call_beneath_is_the_generation() -> None:
    attributes = observe(output="Because.", message="Why?", model="tiny") | {
        "gen_ai.conversation.id": "c-1",
        "user.id": "anna",
        keys.MESSAGE_ID: "m-1",
        keys.REQUEST_STREAM: True,
        keys.TIME_TO_FIRST_CHUNK: 0.5,
        "gen_ai.usage.input_tokens": 3,
    }
    generation = read_only(make_read_span(1, attributes, service_name="shop"))
    assert (generation.convention, generation.operation, generation.request_model) == ("tacit", "chat", "tiny")
    assert (generation.user_text, generation.answer) == ("Why?", "Because.")
    assert (generation.conversation_id, generation.user_id, generation.message_id) == ("c-1", "anna", "m-1")
    assert (generation.streamed, generation.time_to_first_chunk_ns) == (True, SECOND // 2)
    assert (generation.input_tokens, generation.outcome, generation.ended_by) == (3, "completed", "")


@pytest.mark.parametrize(
    ("arguments", "user_text"),
    [
        ({"messages": [{"role": "user", "content": "A"}], "message": "B"}, "A"),
        ({"query": "B", "message": "A"}, "A"),
        ({"input": "B", "question": "A"}, "A"),
        ({"input": "B", "prompt": "A"}, "A"),
        ({"query": "A", "input": "B"}, "A"),
        ({"input": "A", "other": "B"}, "A"),
        ({"message": None, "question": "A"}, "A"),
        ({"text": "A", "count": 5}, "A"),
        ({"text": "B", "topic": "B"}, ""),
        ({"count": 5}, ""),
        ({"message": '{"looks": "like json"}'}, '{"looks": "like json"}'),
        ({"message": [{"role": "user", "content": "A"}]}, "A"),
    ],
)
def test_the_input_is_found_by_its_name_or_as_the_only_text(arguments: dict[str, Any], user_text: str) -> None:
    assert read_only(make_read_span(1, observe(output="x", **arguments))).user_text == user_text


def test_system_messages_of_the_history_are_instructions() -> None:
    history = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hi"}]
    generation = read_only(make_read_span(1, observe(output="Hi!", messages=history)))
    assert (generation.system_instructions, generation.input_messages) == ("Be kind.", (Message("user", "Hi"),))


@pytest.mark.parametrize("kind", ["tool", "retriever", "embedding", "guardrail", "something new"])
def test_steps_that_write_no_answer_are_never_generations(kind: str) -> None:
    assert read_all(make_read_span(1, observe(kind, query="Why?", output="text"))) == ()
    with_call = [make_read_span(1, observe(kind, query="Why?")), make_read_span(2, call_model(), parent=1)]
    assert [each.convention for each in read_all(*with_call)] == ["genai"]


def test_with_model_calls_beneath_the_span_frames_the_turn() -> None:
    agent = make_read_span(1, observe("agent", message="Why?", output="Because."))
    calls = [make_read_span(number, call_model(), parent=1) for number in (2, 3)]
    assert [each.span_id for each in read_all(agent, *calls)] == [make_span_id(2), make_span_id(3)]


def test_an_observed_model_call_around_an_instrumented_one_is_one_call_that_knows_how_it_ended() -> None:
    outer = observe("llm", message="Why?", output="Beca") | {keys.OUTCOME: "stopped", keys.ENDED_BY: "client"}
    inner = call_model("Why?", "Because.")
    generation = read_only(make_read_span(1, outer), make_read_span(2, inner, parent=1))
    assert (generation.span_id, generation.other_span_ids) == (make_span_id(2), (make_span_id(1),))
    assert (generation.outcome, generation.ended_by, generation.answer) == ("stopped", "client", "Because.")


def test_an_instrumented_call_that_recorded_no_text_gets_that_of_the_observed_function() -> None:
    inner = {key: value for key, value in call_model().items() if not key.endswith("messages")}
    outer = observe("llm", message="Why?", output="Because.") | {keys.REQUEST_STREAM: True, keys.MESSAGE_ID: "m"}
    generation = read_only(make_read_span(1, outer), make_read_span(2, inner, parent=1))
    assert (generation.user_text, generation.answer) == ("Why?", "Because.")
    assert (generation.streamed, generation.message_id, generation.request_model) == (True, "m", "gpt-5")


def test_an_observed_model_call_around_several_is_none_itself() -> None:
    outer = make_read_span(1, observe("llm", message="Why?", output="Because."))
    calls = [make_read_span(number, call_model(), parent=1) for number in (2, 3)]
    assert len(read_all(outer, *calls)) == 2


def test_a_step_below_an_observed_function_that_gives_back_no_text_is_no_call() -> None:
    frame = make_read_span(1, observe(message="Why?", output="Because."))
    step = make_read_span(2, observe(query="Why?", output={"documents": 3}), parent=1)
    assert read_only(frame, step).span_id == make_span_id(1)


def test_a_function_of_its_own_that_gives_back_json_is_a_call() -> None:
    assert read_only(make_read_span(1, observe(query="Why?", output={"a": 1}))).answer == '{"a": 1}'


def test_a_returned_message_is_read_as_one() -> None:
    call = {"id": "t", "function": {"name": "add", "arguments": '{"a": 1}'}}
    message = {"role": "assistant", "content": "Hm", "tool_calls": [call]}
    generation = read_only(make_read_span(1, observe("llm", message="Why?", output=message)))
    assert generation.output_messages == (Message("assistant", "Hm", tool_calls=(ToolCall("t", "add", {"a": 1}),)),)


@pytest.mark.parametrize("outcome", ["completed", "stopped", "truncated", "error"])
def test_the_outcome_is_what_the_sdk_says(outcome: str) -> None:
    assert read_only(make_read_span(1, observe(message="x") | {keys.OUTCOME: outcome})).outcome == outcome


def test_without_a_known_outcome_the_status_decides() -> None:
    failed = observe(message="x") | {keys.OUTCOME: "exploded"}
    generation = read_only(make_read_span(1, failed, **fail_with("ValueError", "no")))
    assert (generation.outcome, generation.error_type, generation.error_message) == ("error", "ValueError", "no")


ATTRIBUTE_VALUES = st.recursive(
    st.text()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats()
    | st.none()
    | st.sampled_from(
        ["llm", "chain", "chat", "json", '{"messages": [{"role": "user"}]}', '{"message": "\\ud800"}', "[[", "NaN"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
ATTRIBUTE_NAMES = st.sampled_from(
    [
        *(value for name, value in vars(keys).items() if name.isupper() and isinstance(value, str)),
        *call_model(),
        "gen_ai.system_instructions",
        "gen_ai.tool.definitions",
        "gen_ai.response.finish_reasons",
        "gen_ai.usage.input_tokens",
        "session.id",
        "tags",
    ]
)
SPANS = st.lists(
    st.tuples(st.integers(0, 9), st.dictionaries(ATTRIBUTE_NAMES, ATTRIBUTE_VALUES, max_size=8)), min_size=1, max_size=8
)


@given(SPANS)
def test_any_spans_at_all_are_read_and_every_generation_has_its_span(spans: list[tuple[int, dict[str, Any]]]) -> None:
    trace = Trace(
        make_read_span(number, attributes, parent=parent) for number, (parent, attributes) in enumerate(spans, start=1)
    )
    generations = read_trace(trace).generations
    told = [span_id for each in generations for span_id in (each.span_id, *each.other_span_ids)]
    assert set(told) <= set(trace.by_id)
    assert len(told) == len(set(told))
    for each in generations:
        assert each.conversation_id
        (each.user_text + each.answer + each.system_instructions).encode()


def test_a_cycle_of_parents_does_not_hold_up_the_rest_of_the_trace() -> None:
    cycle = [make_read_span(1, call_model(), parent=2), make_read_span(2, call_model(), parent=1)]
    itself = make_read_span(3, call_model(), parent=3)
    sound = make_read_span(4, call_model())
    assert make_span_id(4) in [each.span_id for each in read_all(*cycle, itself, sound)]


def test_a_deep_trace_is_read() -> None:
    depth = 1_500
    spans = [make_read_span(number, observe(message="Why?"), parent=number - 1) for number in range(1, depth)]
    assert read_only(*spans, make_read_span(depth, call_model(), parent=depth - 1)).span_id == make_span_id(depth)


def test_what_the_app_says_of_a_conversation_wins_over_what_its_service_says() -> None:
    resource = {"deployment.environment.name": "production", "service.version": "1.0"}
    told = {
        "tag.tags": ["a", "b"],
        "metadata": '{"plan": "gold"}',
        "deployment.environment.name": "staging",
        "service.version": "2.1",
    }
    agent = make_read_span(1, observe("agent", message="Why?") | told, resource_attributes=resource)
    call = make_read_span(2, call_model(), parent=1, resource_attributes=resource)
    generation = read_only(agent, call)
    assert (generation.environment, generation.tags) == ("staging", ("a", "b"))
    assert generation.metadata == {"service.version": "2.1", "plan": "gold"}


def test_where_the_app_says_nothing_the_service_does() -> None:
    resource = {"deployment.environment": "production", "service.version": "1.0"}
    span = make_read_span(
        1, observe(output="x", message="Why?") | {"metadata": "no json"}, resource_attributes=resource
    )
    generation = read_only(span)
    assert (generation.environment, generation.metadata) == ("production", {"service.version": "1.0"})


def test_a_function_knows_better_than_the_call_within_who_stopped_it() -> None:
    function = make_read_span(
        1, observe("llm", "Beca", message="Why?") | {"tacit.outcome": "stopped", "tacit.ended_by": "client"}
    )
    stopped = {"tacit.outcome": "stopped", "tacit.ended_by": "app_code"}
    call = make_read_span(2, call_model(answer="Beca") | stopped, parent=1)
    generation = read_only(function, call)
    assert (generation.outcome, generation.ended_by) == ("stopped", "client")


SAID = '[{"role":"assistant","parts":[{"type":"text","content":"Paris."},{"type":"tool_call","id":"1","name":"f"}]}]'


def test_a_followed_stream_tells_what_the_model_told() -> None:
    attributes = observe(output="Paris.", message="Where?") | {
        keys.OUTPUT_MESSAGES: SAID,
        keys.RESPONSE_FINISH_REASONS: ["length"],
        keys.CACHE_READ_TOKENS: 8,
        keys.CACHE_WRITE_TOKENS: 5,
        keys.REASONING_TOKENS: 4,
    }
    generation = read_only(make_read_span(1, attributes))
    assert (generation.answer, generation.output_messages[0].tool_calls) == ("Paris.", (ToolCall("1", "f", {}),))
    assert (generation.cache_read_tokens, generation.cache_write_tokens, generation.reasoning_tokens) == (8, 5, 4)
    assert (generation.finish_reasons, generation.outcome) == (("length",), "truncated")


def test_what_the_user_saw_counts_where_the_model_said_something_else() -> None:
    attributes = observe(output="PARIS!", message="Where?") | {keys.OUTPUT_MESSAGES: SAID}
    assert read_only(make_read_span(1, attributes)).output_messages == (Message("assistant", "PARIS!"),)
