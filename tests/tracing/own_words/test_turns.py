"""Turns stand in the user's own words, whichever calls were made for them."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.tracing.reading import call_model, make_read_span, observe
from tracing.conventions import read_trace
from tracing.conversations import TracedExchange
from tracing.exchanges import find_exchanges
from tracing.own_words import find_own_words, learn_templates
from tracing.own_words.inputs import INPUT_ATTRIBUTES, list_given
from tracing.spans import Span, Trace

QUESTION = "Where is my order 4711?"
REWRITE = f"Rewrite so that it stands alone: {QUESTION}"
PROMPT = "Documents:\nOrders leave within a day.\n\nWhat is the state of order 4711?"
TITLE = f"Give this chat a title: {QUESTION}"


def find_turns(*spans: Span, messages: list[str] | None = None) -> list[TracedExchange]:
    templates = {"": learn_templates(messages or [])}
    return find_exchanges(find_own_words(read_trace(Trace(spans)), templates))


def test_calls_of_other_purposes_are_of_the_same_turn_and_not_its_answer() -> None:
    [turn] = find_turns(
        make_read_span(1, {"input.value": QUESTION, "output.value": "It left yesterday."}),
        make_read_span(2, call_model(REWRITE, "What is the state of order 4711?"), parent=1),
        make_read_span(3, call_model(PROMPT, "It left yesterday."), parent=1),
        make_read_span(4, call_model(TITLE, "State of an order"), parent=1),
    )
    assert (turn.user_text, turn.sent_text, turn.answer.text) == (QUESTION, PROMPT, "It left yesterday.")
    assert len(turn.answer.generation_span_ids) == 3


def test_an_observed_function_that_was_given_the_prompt_shows_the_words_in_it() -> None:
    before = "You are the support of a shop. Be kind and brief, and do not guess.\n\n"
    messages = [f"{before}{each}" for each in ("Hello you", "Where is it?", "Why so late?", "Can I pay?", QUESTION)]
    [turn] = find_turns(
        make_read_span(1, observe(prompt=messages[-1], output="Soon.")),
        make_read_span(2, call_model(messages[-1], "Soon."), parent=1),
        messages=messages,
    )
    assert (turn.user_text, turn.sent_text, turn.answer.text) == (QUESTION, messages[-1], "Soon.")


def test_an_observed_function_alone_shows_the_words_in_its_prompt() -> None:
    prompt = f"Use the context.\nContext: a fact\nQuestion: {QUESTION}\nAnswer:"
    [turn] = find_turns(make_read_span(1, observe(prompt=prompt, output="Soon.")))
    assert (turn.user_text, turn.sent_text) == (QUESTION, prompt)


def test_a_message_that_was_sent_as_it_was_typed_stands_once() -> None:
    [turn] = find_turns(make_read_span(1, observe(message=QUESTION)), make_read_span(2, call_model(QUESTION), parent=1))
    assert (turn.user_text, turn.sent_text) == (QUESTION, "")


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["messages", "role", "type", "content", "args", "kwargs", "lc", "question"]), inner
        )
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from([*INPUT_ATTRIBUTES, "question"]), VALUES, max_size=3))
def test_whatever_a_span_was_given_never_fails(attributes: dict[str, Any]) -> None:
    assert all(each.text.strip() for each in list_given(make_read_span(1, attributes)))
    find_turns(make_read_span(1, attributes), make_read_span(2, call_model(QUESTION), parent=1))
