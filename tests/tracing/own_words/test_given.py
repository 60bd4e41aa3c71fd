"""What the functions around a model call were given tells what was typed, whoever wrote their spans."""

import json
from typing import Any

import pytest

from tests.tracing.reading import call_model, make_read_span, observe
from tracing.conventions import read_trace
from tracing.own_words import find_own_words
from tracing.spans import Span, Trace

QUESTION = "Where is my order 4711?"
REWRITTEN = "What is the delivery status of order 4711?"
DOCUMENT = "Orders leave our warehouse within a day. Where is the warehouse? In Lyon."
PROMPT = f"{DOCUMENT}\n\nTell the customer: {QUESTION}\n\nin French"
LANGCHAIN = {"lc": 1, "type": "constructor", "id": ["langchain", "schema", "messages", "HumanMessage"]}


def find(*spans: Span) -> list[str]:
    """What was typed, call by call."""
    return [call.user_text for call in find_own_words(read_trace(Trace(spans)), {}).generations]


def ask(given: dict[str, Any], sent: str = PROMPT) -> list[str]:
    """What was typed where the root span was given this and one call was sent that."""
    return find(make_read_span(1, given), make_read_span(2, call_model(sent), parent=1))


def dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


GIVEN: dict[str, dict[str, Any]] = {
    "bare text": {"input.value": QUESTION},
    "one argument": {"input.value": dump({"input": QUESTION, "chat_history": [["human", "Hi"], ["ai", "Hello"]]})},
    "LangGraph's state": {"input.value": dump({"messages": [{"role": "user", "content": QUESTION}]})},
    "LangChain's message": {
        "input.value": dump({"messages": [{**LANGCHAIN, "kwargs": {"content": QUESTION, "type": "human"}}]})
    },
    "LangChain's dump": {"input.value": dump({"messages": [{"type": "human", "data": {"content": QUESTION}}]})},
    "LangChain's pair": {"input.value": dump({"messages": [["human", QUESTION]]})},
    "LlamaIndex' bundle": {"input.value": dump({"query_bundle": {"query_str": QUESTION, "image_path": None}})},
    "Traceloop's workflow": {"traceloop.entity.input": dump({"args": [QUESTION, [["Hi", "Hello"]]], "kwargs": {}})},
    "Traceloop's chain": {"traceloop.entity.input": dump({"inputs": {"question": QUESTION}, "tags": ["a b"]})},
    "Langfuse's arguments": {"langfuse.observation.input": dump({"args": [], "kwargs": {"question": QUESTION}})},
    "Langfuse's trace": {"langfuse.trace.input": dump({"query": QUESTION})},
    "MLflow's inputs": {"mlflow.spanInputs": dump({"question": QUESTION, "documents": [DOCUMENT]})},
    "Vercel's prompt": {"ai.prompt": dump({"system": "Help.", "messages": [{"role": "user", "content": QUESTION}]})},
    "Laminar's input": {"lmnr.span.input": dump({"question": QUESTION, "user_id": "anna"})},
    "LangSmith's inputs": {"gen_ai.prompt": dump({"question": QUESTION})},
    "an agent's messages": {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.input.messages": dump([{"role": "user", "parts": [{"type": "text", "content": QUESTION}]}]),
    },
    "Pydantic AI's run": {"pydantic_ai.all_messages": dump([{"role": "user", "parts": [
        {"type": "text", "content": QUESTION}]}])},
    "a body of FastAPI": {"input.value": dump({"request": {"question": QUESTION, "session": "abc def"}})},
    "our SDK's argument": observe(question=QUESTION),
    "our SDK's only text": observe(asked=QUESTION),
    "an attribute of the app": {"question": QUESTION},
    "documents beside it": {"input.value": dump({"documents": [DOCUMENT], "context": DOCUMENT, "text": QUESTION})},
    "documents before it, without names": {"input.value": dump([DOCUMENT, QUESTION])},
}  # fmt: skip


@pytest.mark.parametrize("given", GIVEN.values(), ids=GIVEN)
def test_what_the_root_was_given_and_stands_in_the_message_was_typed(given: dict[str, Any]) -> None:
    assert ask(given)[-1] == QUESTION


@pytest.mark.parametrize("name", ["bare text", "LangGraph's state", "LlamaIndex' bundle", "our SDK's argument"])
def test_a_question_that_a_model_rewrote_is_shown_as_it_was_typed(name: str) -> None:
    spans = (
        make_read_span(1, GIVEN[name]),
        make_read_span(2, call_model(f"Rewrite: {QUESTION}", REWRITTEN), parent=1),
        make_read_span(3, call_model(f"{DOCUMENT}\n{REWRITTEN}"), parent=1),
    )
    assert find(*spans) == [QUESTION, QUESTION]


def test_agents_and_their_helpers_work_for_the_same_words() -> None:
    spans = (
        make_read_span(1, GIVEN["LangGraph's state"]),
        make_read_span(2, call_model(QUESTION), parent=1),
        make_read_span(3, {"input.value": "Find out about parcels of last week"}, parent=1),
        make_read_span(4, call_model("Find out about parcels of last week"), parent=3),
    )
    assert find(*spans) == [QUESTION, QUESTION]


def test_a_dialogue_in_one_trace_keeps_each_message() -> None:
    history = [
        {"role": "user", "parts": [{"type": "text", "content": QUESTION}]},
        {"role": "assistant", "parts": [{"type": "text", "content": "On its way."}]},
        {"role": "user", "parts": [{"type": "text", "content": "And when will it be here?"}]},
    ]
    later = call_model() | {"gen_ai.input.messages": dump(history)}
    spans = (
        make_read_span(1, {"input.value": QUESTION}),
        make_read_span(2, call_model(QUESTION), parent=1),
        make_read_span(3, later, parent=1),
    )
    assert find(*spans) == [QUESTION, "And when will it be here?"]


@pytest.mark.parametrize(
    "given",
    [
        {"input.value": dump({"dialogue": "plain"})},
        {"input.value": "job-4711"},
        {"input.value": dump({"locale": "en", "plan": "free", "url": "https://example.com/a b"})},
        {"input.value": dump({"messages": []})},
        {"input.value": ""},
        {"input.value": "{" * 500},
        {"input.value": "[" * 5000},
        {"input.value": dump({"system": "Answer the question of the customer."})},
        {"input.value": dump({"limit": 5, "score": 0.5, "ok": True, "none": None})},
        {"input.value": dump("4711")},
        {"langfuse.observation.input": dump({"args": ["er"], "kwargs": {}})},
    ],
)
def test_what_has_nothing_to_do_with_the_message_is_not_taken_for_it(given: dict[str, Any]) -> None:
    assert ask(given, QUESTION) == [QUESTION]


def test_words_are_not_cut_out_of_the_middle_of_others() -> None:
    assert ask({"input.value": "order"}, "I want to reorder") == ["I want to reorder"]


def test_variables_of_a_prompt_tell_what_was_typed() -> None:
    variables = {"context": DOCUMENT, "question": QUESTION}
    attributes = call_model(PROMPT) | {"llm.prompt_template.variables": dump(variables)}
    assert find(make_read_span(1, attributes)) == [QUESTION]


def test_what_was_searched_for_tells_what_was_typed() -> None:
    spans = (
        make_read_span(1, {}, name="request"),
        make_read_span(2, {"openinference.span.kind": "RETRIEVER", "input.value": QUESTION}, parent=1, name="look"),
        make_read_span(3, call_model(PROMPT), parent=1),
    )
    assert find(*spans) == [QUESTION]


def test_messages_that_were_sent_stay_as_they_were() -> None:
    trace = read_trace(
        Trace([make_read_span(1, {"input.value": QUESTION}), make_read_span(2, call_model(PROMPT), parent=1)])
    )
    found = find_own_words(trace, {}).generations[0]
    assert found.input_messages == trace.generations[0].input_messages
    assert found.user_text == QUESTION
