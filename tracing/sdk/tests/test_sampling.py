"""Which conversations leave when only a share of them may: whole ones, and all in which something happened."""

from collections.abc import Callable, Iterable, Iterator

import pytest
import tacit
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags
from tacit import attributes
from tacit.sampling import ConversationSampler, draw_number
from tacit.span_queue import SizedSpan
from tacit.testing import CapturedSpans, capture_spans

from .apps import run_app
from .sink import Sink, run_sink

NEVER = 0.0
SIZE = 1_000


@pytest.fixture
def captured() -> Iterator[CapturedSpans]:
    with capture_spans() as spans:
        yield spans


@tacit.observe
def answer(question: str) -> str:
    return look_up(question)


@tacit.observe(kind="tool")
def look_up(question: str) -> str:
    if question == "break":
        raise ValueError(question)
    return question.upper()


@tacit.observe
def stream() -> Iterator[str]:
    yield from ("one", "two")


def ask(question: str, conversation: str | None = None, message: str | None = None) -> None:
    with tacit.conversation(id=conversation, message_id=message):
        try:
            answer(question)
        except ValueError:
            return


def add_all(sampler: ConversationSampler, spans: Iterable[ReadableSpan]) -> list[ReadableSpan]:
    return [one.span for span in spans for one in sampler.add(SizedSpan(span, SIZE))]


def name_conversations(spans: Iterable[ReadableSpan]) -> set[object]:
    return {(span.attributes or {}).get(attributes.CONVERSATION_ID) for span in spans}


def test_whole_conversations_are_drawn_at_the_rate(captured: CapturedSpans) -> None:
    for number in range(400):
        for _ in range(2):
            ask("why", f"c-{number}")
    sampler = ConversationSampler(0.25)
    kept = add_all(sampler, captured)
    conversations = name_conversations(kept)
    assert 60 < len(conversations) < 140
    assert len(kept) == 4 * len(conversations)
    assert {(span.attributes or {})[attributes.SAMPLE_RATE] for span in kept} == {0.25}
    sampler.close()
    assert sampler.left_out_count == len(captured) - len(kept)


def test_every_process_draws_a_conversation_alike(captured: CapturedSpans) -> None:
    assert [round(draw_number(key), 3) for key in ("c-17", "c-18", "")] == [0.988, 0.34, 0.889]


def test_traces_of_no_conversation_are_drawn_by_themselves(captured: CapturedSpans) -> None:
    for _ in range(200):
        ask("why")
    kept = add_all(ConversationSampler(0.5), captured)
    assert 60 < len({span.context.trace_id for span in kept}) < 140
    assert len(kept) == 2 * len({span.context.trace_id for span in kept})


def break_down() -> None:
    ask("break", "c-1")


def stop() -> None:
    with tacit.conversation(id="c-1"):
        running = stream()
        next(running)
        tacit.stop_stream(running)


def say_so() -> None:
    tacit.feedback("thumbs", label="down", conversation_id="c-1")


def say_so_of_the_message() -> None:
    tacit.action("copy", message_id="m-1")


@pytest.mark.parametrize("happen", [break_down, stop, say_so, say_so_of_the_message])
def test_what_happened_calls_the_conversation_back_and_keeps_it(
    captured: CapturedSpans, happen: Callable[[], None]
) -> None:
    ask("first", "c-1", "m-1")
    ask("other", "c-2", "m-2")
    happen()
    ask("last", "c-1", "m-3")
    kept = add_all(ConversationSampler(NEVER), captured)
    texts = {(span.attributes or {}).get(attributes.OUTPUT) for span in kept}
    assert {"FIRST", "LAST"} <= texts
    assert "OTHER" not in texts
    assert {(span.attributes or {})[attributes.SAMPLE_RATE] for span in kept} == {1.0}


def test_feedback_on_a_trace_calls_that_trace_back(captured: CapturedSpans) -> None:
    ask("first")
    ask("other")
    tacit.feedback("thumbs", label="up", trace_id=trace.format_trace_id(captured[0].context.trace_id))
    kept = add_all(ConversationSampler(NEVER), captured)
    assert [span.name for span in kept] == ["look_up", "answer", "tacit.feedback"]


def test_a_trace_is_decided_on_when_its_first_span_ends(captured: CapturedSpans) -> None:
    answer("why")
    sampler = ConversationSampler(1.0)
    child, root = captured
    assert add_all(sampler, [child]) == []
    assert len(add_all(sampler, [root])) == 2
    assert len(add_all(sampler, [child])) == 1  # one that ends after the first span follows it


def test_the_first_span_below_another_process_decides(captured: CapturedSpans) -> None:
    remote = SpanContext(77, 78, is_remote=True, trace_flags=TraceFlags(1))
    with trace.use_span(NonRecordingSpan(remote)):
        answer("why")
    assert len(add_all(ConversationSampler(1.0), captured)) == 2


def test_memory_is_bounded_by_forgetting_what_waited_longest(captured: CapturedSpans) -> None:
    for number in range(50):
        ask("why", f"c-{number}")
    tacit.feedback("thumbs", label="up", conversation_id="c-49")
    tacit.feedback("thumbs", label="up", conversation_id="c-0")
    sampler = ConversationSampler(NEVER, max_bytes=20 * SIZE)
    kept = add_all(sampler, captured)
    assert [span.name for span in kept] == ["look_up", "answer", "tacit.feedback", "tacit.feedback"]
    assert sampler.left_out_count == 80


def test_a_trace_that_goes_on_for_long_is_decided_on_early(captured: CapturedSpans) -> None:
    with tacit.conversation(id="c-1"), captured.provider.get_tracer("theirs").start_as_current_span("all day"):
        for _ in range(30):
            look_up("why")
    kept = add_all(ConversationSampler(1.0, max_bytes=10 * SIZE), list(captured)[:-1])
    assert len(kept) == 30


def test_what_is_open_when_the_app_ends_is_drawn(captured: CapturedSpans) -> None:
    answer("why")
    sampler = ConversationSampler(1.0)
    assert add_all(sampler, [captured[0]]) == []
    assert [one.span.name for one in sampler.close()] == ["look_up"]


@pytest.fixture
def sink() -> Iterator[Sink]:
    with run_sink() as sink:
        yield sink


def test_an_app_sends_its_share_and_what_happened(sink: Sink) -> None:
    done = run_app(
        f"""
        tacit.configure(endpoint="{sink.endpoint}")
        for number in range(100):
            with tacit.conversation(id=f"c-{{number}}"):
                answer("why")
        tacit.feedback("thumbs", label="down", conversation_id="c-7")
        assert tacit.flush()
        counts = tacit.count_spans()
        print(counts.sent, counts.waiting, counts.dropped)
        """,
        {"TACIT_SAMPLE_RATE": "0"},
    )
    assert done.stdout == "2 0 0\n"
    assert sink.names == {"answer": 1, "tacit.feedback": 1}


def test_the_argument_wins_over_the_variable_and_a_wrong_one_is_said(sink: Sink) -> None:
    done = run_app(
        f"""
        tacit.configure(endpoint="{sink.endpoint}", sample_rate=1.0)
        answer("why")
        tacit.configure(endpoint="{sink.endpoint}", sample_rate=10)
        """,
        {"TACIT_SAMPLE_RATE": "0"},
    )
    assert sink.names == {"answer": 1}
    assert "10: expected a number from 0 to 1" in done.stderr
