import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.trace.v1.trace_pb2 import Span as ProtoSpan
from tacit import attributes as keys

from feedback.derivation import derive_signals
from feedback.records import load_signals
from tests.tracing.otlp import PROJECT, insert_spans, make_span, make_span_id, make_trace_id
from tests.tracing.reading import SECOND, call_model, fail_with, make_read_span, observe
from tracing.conventions import read_trace
from tracing.conversations import Conversation, TracedExchange, build_conversation
from tracing.derivation import derive_traces
from tracing.exchanges import find_exchanges
from tracing.records import load_conversation, load_conversations, load_generations
from tracing.spans import Trace
from tracing.store import Store

pytestmark = pytest.mark.usefixtures("project")
START_NS = 1_760_000_000 * SECOND


def ask(second: int, question: str, answer: str = "An answer.", **attributes: Any) -> TracedExchange:
    """One observed call with no history, at a second of its own."""
    span = make_read_span(second, observe(message=question, output=answer) | attributes, trace=second)
    [exchange] = find_exchanges(read_trace(Trace([span])))
    return exchange


def ask_with_history(
    second: int, *history: str, answer: str = "An answer.", outcome: str = "completed"
) -> TracedExchange:
    """One observed call that was given all that was said before: the user's words and the answers in turn."""
    messages = [
        {"role": "user" if place % 2 == 0 else "assistant", "content": text} for place, text in enumerate(history)
    ]
    attributes = observe(messages=messages, output=answer) | {keys.OUTCOME: outcome}
    [exchange] = find_exchanges(read_trace(Trace([make_read_span(second, attributes, trace=second)])))
    return exchange


def outline(conversation: Conversation) -> list[tuple[str, list[str]]]:
    """The user's words and all answers to them, turn by turn."""
    return [(turn.user_text, [answer.text for answer in turn.answers]) for turn in conversation.turns]


def test_turns_stand_in_the_order_of_time_whatever_the_order_of_arrival() -> None:
    exchanges = [ask(3, "third", "c"), ask(1, "first", "a"), ask(2, "second", "b")]
    conversation = build_conversation(exchanges)
    assert outline(conversation) == [("first", ["a"]), ("second", ["b"]), ("third", ["c"])]
    assert [turn.index for turn in conversation.turns] == [0, 1, 2]


def test_the_same_history_answered_again_replaces_the_answer() -> None:
    exchanges = [
        ask_with_history(1, "Tell me a joke", answer="a"),
        ask_with_history(2, "Tell me a joke", answer="b"),
        ask_with_history(3, "Tell me a joke", "b", "More", answer="c"),
    ]
    conversation = build_conversation(exchanges)
    assert outline(conversation) == [("Tell me a joke", ["a", "b"]), ("More", ["c"])]
    assert conversation.turns[0].answer.text == "b"


def test_an_earlier_turn_may_be_answered_again() -> None:
    exchanges = [
        ask_with_history(1, "One", answer="a"),
        ask_with_history(2, "One", "a", "Two", answer="b"),
        ask_with_history(3, "One", "a", "Two", "b", "Three", answer="c"),
        ask_with_history(4, "One", "a", "Two", answer="d"),
    ]
    assert outline(build_conversation(exchanges)) == [("One", ["a"]), ("Two", ["b", "d"]), ("Three", ["c"])]


def test_the_same_words_after_another_history_are_a_new_turn() -> None:
    exchanges = [
        ask_with_history(1, "Go on with it please", answer="a"),
        ask_with_history(2, "Go on with it please", "a", "Go on with it please", answer="b"),
    ]
    assert len(build_conversation(exchanges).turns) == 2


def test_without_history_the_same_words_right_after_are_the_same_turn() -> None:
    conversation = build_conversation([ask(1, "How do I get a refund?", "a"), ask(2, "How do I  get a refund?", "b")])
    assert outline(conversation) == [("How do I get a refund?", ["a", "b"])]


def test_without_history_the_same_words_later_are_a_new_turn() -> None:
    question = "How do I get a refund?"
    assert len(build_conversation([ask(1, question), ask(2, "Something else then"), ask(3, question)]).turns) == 3


@pytest.mark.parametrize("words", ["yes", "continue", "go on", "ok"])
def test_short_words_again_are_turns_of_their_own(words: str) -> None:
    assert len(build_conversation([ask(1, words), ask(2, words)]).turns) == 2


def test_a_retry_after_an_error_is_the_same_turn() -> None:
    failed = ask_with_history(1, "Hi", answer="", outcome="error")
    [turn] = build_conversation([failed, ask_with_history(2, "Hi", answer="Hello")]).turns
    assert ([each.outcome for each in turn.answers], turn.answer.text) == (["error", "completed"], "Hello")


def test_many_calls_of_an_agent_are_one_answer() -> None:
    frame = make_read_span(1, observe("agent", message="Weather?", output="Sunny."), duration_ns=9 * SECOND)
    calls = [
        make_read_span(2, call_model("Weather?", "", gen_ai__usage__input_tokens=3), parent=1),
        make_read_span(3, call_model("Weather?", "21 degrees", gen_ai__usage__input_tokens=4), parent=1),
    ]
    [exchange] = find_exchanges(read_trace(Trace([frame, *calls])))
    assert (exchange.user_text, exchange.answer.text) == ("Weather?", "Sunny.")
    assert exchange.answer.generation_span_ids == (make_span_id(2), make_span_id(3))
    assert (exchange.answer.span_id, exchange.answer.input_tokens) == (make_span_id(3), 7)
    assert (exchange.answer.start_time_ns, exchange.answer.duration_ns) == (SECOND, 9 * SECOND)


def test_calls_without_a_frame_for_the_same_message_are_one_answer() -> None:
    calls = [make_read_span(number, call_model("Weather?", f"step {number}")) for number in (1, 2)]
    [exchange] = find_exchanges(read_trace(Trace(calls)))
    assert (exchange.user_text, exchange.answer.text) == ("Weather?", "step 2")


def test_the_frame_knows_that_the_user_stopped() -> None:
    attributes = observe(message="Why?", output="Beca") | {keys.OUTCOME: "stopped", keys.ENDED_BY: "client"}
    spans = [make_read_span(1, attributes), make_read_span(2, call_model("Why?", "Because."), parent=1)]
    [exchange] = find_exchanges(read_trace(Trace(spans)))
    assert (exchange.answer.outcome, exchange.answer.ended_by, exchange.answer.text) == ("stopped", "client", "Beca")


def test_the_frames_error_is_the_answers() -> None:
    attributes = observe(message="Why?") | {keys.OUTCOME: "error"}
    frame = make_read_span(1, attributes, **fail_with("TimeoutError", "too slow"))
    [exchange] = find_exchanges(read_trace(Trace([frame, make_read_span(2, call_model("Why?"), parent=1)])))
    assert (exchange.answer.outcome, exchange.answer.error_type) == ("error", "TimeoutError")


def test_the_first_known_user_is_the_conversations() -> None:
    exchanges = [ask(1, "one"), ask(2, "two", **{"user.id": "anna"}), ask(3, "three", **{"user.id": "ben"})]
    assert build_conversation(exchanges).user_id == "anna"


# What follows goes through the real store.


@dataclass(frozen=True)
class Said:
    """One call of an app as it arrives."""

    number: int
    conversation: str | None
    question: str
    user: str = ""
    service: str = "shop"
    tags: list[str] = field(default_factory=list)
    history: list[str] | None = None

    def to_span(self) -> ProtoSpan:
        arguments: dict[str, Any] = {"message": self.question}
        if self.history is not None:
            words = [*self.history, self.question]
            arguments = {"messages": [{"role": "user", "content": text} for text in words]}
        attributes = {keys.KIND: "chain", keys.ARGUMENTS: json.dumps(arguments), "tags": self.tags}
        attributes |= {keys.OUTPUT: f"answer {self.number}", keys.OUTPUT_TYPE: "text", keys.OUTCOME: "completed"}
        if self.conversation:
            attributes["gen_ai.conversation.id"] = self.conversation
        if self.user:
            attributes["user.id"] = self.user
        start = START_NS + self.number * SECOND
        return make_span(1, self.number, attributes, start_time_unix_nano=start, end_time_unix_nano=start + SECOND // 2)


def arrive(store: Store, said: Sequence[Said], project_id: int = PROJECT) -> None:
    """These calls come in and are read as one batch."""
    insert_spans(store, *(each.to_span() for each in said), project_id=project_id)
    derive_traces(store, [(project_id, make_trace_id(each.number)) for each in said])


def load_all(store: Store, project_id: int = PROJECT) -> dict[str, Conversation]:
    ids = [row["conversation_id"] for row in store.query("feedback/sql/conversation_ids.sql", project_id=project_id)]
    return load_conversations(store, project_id, ids)


PROJECTS = count(1_000)
"""Numbers of projects that nothing has been written to."""

SAID = st.builds(
    Said,
    number=st.just(0),
    conversation=st.sampled_from(["a", "b", None]),
    question=st.sampled_from(["yes", "How do I get a refund?", "Is it open today or tomorrow?"]),
    user=st.sampled_from(["", "", "anna", "ben"]),
    tags=st.lists(st.sampled_from(["x", "y"]), max_size=2),
    history=st.none() | st.just([]) | st.just(["earlier"]),
)


@dataclass(frozen=True)
class Arrivals:
    """Calls, and the batches of numbers in which they are to arrive; a number may come again."""

    said: list[Said]
    batches: list[list[int]]


@st.composite
def arrivals(draw: st.DrawFn) -> Arrivals:
    found = draw(st.lists(SAID, min_size=1, max_size=7))
    said = [replace(each, number=number) for number, each in enumerate(found, start=1)]
    order = draw(st.permutations(range(len(said)))) + draw(st.lists(st.integers(0, len(said) - 1), max_size=3))
    batches: list[list[int]] = [[]]
    for place in order:
        if batches[-1] and (place in batches[-1] or draw(st.booleans())):
            batches.append([])
        batches[-1].append(place)
    return Arrivals(said, batches)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(arrivals())
def test_any_order_of_arrival_gives_the_same_conversations(store: Store, arrived: Arrivals) -> None:
    together, apart = next(PROJECTS), next(PROJECTS)
    arrive(store, arrived.said, together)
    for batch in arrived.batches:
        arrive(store, [arrived.said[place] for place in batch], apart)
    expected = {key: replace(each, project_id=apart) for key, each in load_all(store, together).items()}
    assert expected
    assert load_all(store, apart) == expected


def test_reading_again_changes_nothing(store: Store) -> None:
    said = [Said(1, "a", "yes"), Said(2, "a", "yes"), Said(3, None, "alone")]
    arrive(store, said)
    trace_ids = [make_trace_id(each.number) for each in said]
    before = (load_all(store), load_generations(store, PROJECT, trace_ids))
    arrive(store, said)
    assert (load_all(store), load_generations(store, PROJECT, trace_ids)) == before


def test_without_an_id_every_trace_is_a_conversation_that_is_marked_as_derived(store: Store) -> None:
    arrive(store, [Said(1, None, "one"), Said(2, None, "two"), Said(3, "known", "three")])
    found = load_all(store)
    assert {key: each.derived for key, each in found.items()} == {
        f"trace:{make_trace_id(1)}": True,
        f"trace:{make_trace_id(2)}": True,
        "known": False,
    }


def test_a_span_that_comes_late_takes_its_place(store: Store) -> None:
    arrive(store, [Said(1, "a", "one"), Said(3, "a", "three")])
    arrive(store, [Said(2, "a", "two")])
    conversation = load_conversation(store, PROJECT, "a")
    assert conversation is not None
    assert [turn.user_text for turn in conversation.turns] == ["one", "two", "three"]


def test_a_conversation_id_that_comes_later_moves_the_trace_out_of_its_derived_conversation(store: Store) -> None:
    derived = f"trace:{make_trace_id(1)}"
    start = START_NS
    call = make_span(
        2,
        1,
        call_model("You are useless, I hate this!", "Sorry, I cannot help with that."),
        parent=1,
        start_time_unix_nano=start + 1,
        end_time_unix_nano=start + 2,
    )
    insert_spans(store, call)
    derive_traces(store, [(PROJECT, make_trace_id(1))])
    derive_signals(store, [(PROJECT, derived)])
    assert list(load_all(store)) == [derived]
    assert load_signals(store, PROJECT, [derived])[derived]

    attributes = observe(message="You are useless, I hate this!") | {"gen_ai.conversation.id": "real"}
    insert_spans(store, make_span(1, 1, attributes, start_time_unix_nano=start, end_time_unix_nano=start + 9))
    derive_traces(store, [(PROJECT, make_trace_id(1))])
    derive_signals(store, [(PROJECT, derived), (PROJECT, "real")])
    assert list(load_all(store)) == ["real"]
    signals = load_signals(store, PROJECT, [derived, "real"])
    assert signals[derived] == []
    assert signals["real"]


def test_a_conversation_loses_the_turn_that_moved_and_keeps_the_others(store: Store) -> None:
    arrive(store, [Said(1, "a", "one"), Said(2, "a", "two"), Said(3, "a", "three")])
    arrive(store, [Said(2, "b", "two")])
    found = load_all(store)
    assert [turn.user_text for turn in found["a"].turns] == ["one", "three"]
    assert [turn.user_text for turn in found["b"].turns] == ["two"]


def test_projects_do_not_see_each_other(store: Store) -> None:
    span = Said(1, "a", "one").to_span()
    for project_id in (1, 2):
        insert_spans(store, span, project_id=project_id)
    derive_traces(store, [(1, make_trace_id(1)), (2, make_trace_id(1))])
    insert_spans(store, Said(1, "moved", "one").to_span(), project_id=2)
    derive_traces(store, [(2, make_trace_id(1))])
    assert set(load_conversations(store, 1, ["a", "moved"])) == {"a"}
    assert set(load_conversations(store, 2, ["a", "moved"])) == {"moved"}


class CrashError(Exception):
    """The process ends here."""


@contextmanager
def crash_after(writes: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The process dies instead of its next write but `writes`."""
    insert, left = Store.insert, [True] * writes

    def insert_or_die(store: Store, table: str, columns: dict[str, list[Any]]) -> None:
        if not left:
            raise CrashError
        left.pop()
        insert(store, table, columns)

    with monkeypatch.context() as patch:
        patch.setattr(Store, "insert", insert_or_die)
        yield


@pytest.mark.parametrize("writes", range(7))
def test_a_crash_after_any_write_is_mended_by_reading_again(
    store: Store, writes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrive(store, [Said(1, "a", "one"), Said(2, "a", "two"), Said(3, "b", "three")])
    moved = [Said(2, "b", "two"), Said(3, "c", "three")]
    insert_spans(store, *(each.to_span() for each in moved))
    numbers = [(PROJECT, make_trace_id(2)), (PROJECT, make_trace_id(3))]
    with crash_after(writes, monkeypatch), pytest.raises(CrashError):
        derive_traces(store, numbers)
    derive_traces(store, numbers)
    assert {key: [turn.user_text for turn in each.turns] for key, each in load_all(store).items()} == {
        "a": ["one"],
        "b": ["two"],
        "c": ["three"],
    }
    assert sorted(each.conversation_id for each in load_generations(store, PROJECT, [key for _, key in numbers])) == [
        "b",
        "c",
    ]
