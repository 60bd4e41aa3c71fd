"""Evaluation results become feedback of a model or a program, about the answer that they name."""

from collections.abc import Sequence
from typing import Any

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from feedback.derivation import FEEDBACK, derive_changed_signals, read_changed_feedback
from feedback.evaluations import EVENT, read_evaluation
from feedback.explicit import Feedback
from feedback.records import load_feedback, load_signals
from tests.conftest import Server
from tests.tracing.otlp import (
    PROJECT,
    insert_logs,
    insert_spans,
    make_log,
    make_span,
    make_span_id,
    make_trace_id,
    to_key_values,
)
from tests.tracing.reading import call_model
from tracing.derivation import read_changed_traces
from tracing.records import load_conversation
from tracing.spans import LogRecord, SpanEvent
from tracing.store import Store

START = 1_760_000_000_000_000_000
CALL = call_model(gen_ai__conversation__id="c", gen_ai__response__id="chatcmpl-1")


def evaluate(**attributes: Any) -> dict[str, Any]:
    """Attributes of a result; `__` in a name stands for a dot."""
    return {"gen_ai.evaluation.name": "relevance"} | {
        f"gen_ai.evaluation.{name.replace('__', '.')}": value for name, value in attributes.items()
    }


def read(attributes: dict[str, Any], name: str = EVENT, **fields: Any) -> Feedback | None:
    ids = {"trace_id": make_trace_id(1), "span_id": make_span_id(1)} | fields
    return read_evaluation(LogRecord(PROJECT, event=SpanEvent(name, START, attributes), **ids))


def derive(store: Store) -> None:
    for step in (read_changed_traces, read_changed_feedback, derive_changed_signals):
        while step(store):
            pass


def load(store: Store) -> Sequence[Feedback]:
    """The feedback of conversation `c`."""
    conversation = load_conversation(store, PROJECT, "c")
    assert conversation is not None
    return load_feedback(store, PROJECT, conversation)


def call_span(number: int = 1, **fields: Any) -> Span:
    return make_span(number, 1, CALL, start_time_unix_nano=START, end_time_unix_nano=START + 1_000_000, **fields)


def test_every_field_of_a_result_is_read() -> None:
    attributes = evaluate(score__value=0.75, score__label="pass", explanation="It answers what was asked.")
    assert read(attributes | {"gen_ai.response.id": "chatcmpl-1", "evaluator": "judge-2"}) == Feedback(
        project_id=PROJECT,
        identifier=f"evaluation:{make_trace_id(1)}:{make_span_id(1)}:chatcmpl-1:relevance:{START}",
        name="relevance",
        time_ns=START,
        score=0.75,
        label="pass",
        explanation="It answers what was asked.",
        annotator_kind="LLM",
        metadata={"evaluator": "judge-2"},
        trace_id=make_trace_id(1),
        span_id=make_span_id(1),
        message_id="chatcmpl-1",
    )


@pytest.mark.parametrize(
    ("attributes", "kind"),
    [
        (evaluate(score__value=1), "CODE"),
        (evaluate(explanation="Because."), "LLM"),
        (evaluate() | {"gen_ai.request.model": "gpt-5"}, "LLM"),
        (evaluate() | {"tacit.feedback.annotator_kind": "HUMAN"}, "CODE"),
    ],
)
def test_a_result_is_a_models_or_a_programs_and_never_a_persons(attributes: dict[str, Any], kind: str) -> None:
    found = read(attributes)
    assert found is not None
    assert found.annotator_kind == kind


@pytest.mark.parametrize(
    ("sent", "score"),
    [
        (1, 1.0),
        ("0.5", 0.5),
        (True, 1.0),
        (float("nan"), None),
        ("inf", None),
        ("good", None),
        ([1], None),
        (10**400, None),
    ],
)
def test_a_score_is_a_number_that_is_one_or_unknown(sent: Any, score: float | None) -> None:
    found = read(evaluate(score__value=sent))
    assert found is not None
    assert found.score == score


@pytest.mark.parametrize(("name", "attributes"), [("gen_ai.choice", evaluate()), (EVENT, {}), ("", evaluate())])
def test_other_events_are_no_evaluations(name: str, attributes: dict[str, Any]) -> None:
    assert read(attributes, name) is None


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("evaluation_first", [True, False])
def test_a_log_that_names_the_span_is_about_its_answer_before_or_after_it(store: Store, evaluation_first: bool) -> None:
    log = make_log(EVENT, attributes=evaluate(score__value=0.9), time_unix_nano=START + 1)
    steps = [lambda: insert_logs(store, log), lambda: insert_spans(store, call_span())]
    for step in steps if evaluation_first else reversed(steps):
        step()
        derive(store)
    [found] = load(store)
    assert (found.name, found.score, found.annotator_kind) == ("relevance", 0.9, "CODE")


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("trace", [0, 7])
def test_a_log_outside_the_trace_is_about_the_response_that_it_names(store: Store, trace: int) -> None:
    insert_spans(store, call_span())
    attributes = evaluate(score__label="fail") | {"gen_ai.response.id": "chatcmpl-1"}
    insert_logs(store, make_log(EVENT, span=trace, trace=trace, attributes=attributes, time_unix_nano=START))
    insert_logs(store, make_log(EVENT, span=0, trace=0, attributes=evaluate() | {"gen_ai.response.id": "another"}))
    derive(store)
    [found] = load(store)
    assert (found.label, found.message_id) == ("fail", "chatcmpl-1")


@pytest.mark.usefixtures("project")
def test_an_event_of_the_evaluated_span_itself_is_read_too(store: Store) -> None:
    event = Span.Event(name=EVENT, time_unix_nano=START, attributes=to_key_values(evaluate(score__value=0.25)))
    insert_spans(store, call_span(events=[event]))
    derive(store)
    assert [found.score for found in load(store)] == [0.25]


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("trace", [0, 1])
def test_a_result_sent_again_or_read_again_counts_once(store: Store, trace: int) -> None:
    insert_spans(store, call_span())
    attributes = evaluate(score__value=0.9) | {"gen_ai.response.id": "chatcmpl-1"}
    log = make_log(EVENT, span=trace, trace=trace, attributes=attributes)
    for _ in range(2):
        insert_logs(store, log)
        derive(store)
        FEEDBACK.forget()
        store.execute("TRUNCATE TABLE watermarks")
        derive(store)
    assert len(load(store)) == 1


@pytest.mark.usefixtures("project")
def test_lag_of_feedback_counts_results_that_wait(store: Store) -> None:
    insert_logs(store, make_log("gen_ai.choice"))
    assert FEEDBACK.measure_lag(store) == 0
    insert_logs(store, make_log(EVENT, span=0, trace=0, attributes=evaluate()))
    assert FEEDBACK.measure_lag(store) > 0
    assert read_changed_feedback(store) == 1
    assert FEEDBACK.measure_lag(store) == 0


def test_an_evaluation_that_is_called_thumbs_is_no_thumb(server: Server) -> None:
    insert_spans(server.store, call_span())
    for name in ("thumbs", "copy", "regenerate"):
        attributes = evaluate(score__value=0, score__label="down") | {"gen_ai.evaluation.name": name}
        insert_logs(server.store, make_log(EVENT, attributes=attributes))
    server.derive()
    [turn] = server.get_json("conversations/c")["turns"]
    assert {(each["name"], each["annotator_kind"]) for each in turn["feedback"]} == {
        ("thumbs", "CODE"),
        ("copy", "CODE"),
        ("regenerate", "CODE"),
    }
    assert load_signals(server.store, PROJECT, ["c"]) == {"c": []}


def test_the_conversation_page_says_what_was_found_and_by_whom(server: Server) -> None:
    insert_spans(server.store, call_span())
    judged = evaluate(
        score__value=0.25, score__label="not <b>relevant</b>", explanation="It speaks of <i>another</i> thing."
    )
    insert_logs(
        server.store,
        make_log(EVENT, attributes=judged),
        make_log(EVENT, attributes=evaluate(score__value=1) | {"gen_ai.evaluation.name": "has_link"}),
        make_log(EVENT, attributes=evaluate(score__value=0) | {"gen_ai.evaluation.name": "thumbs"}),
    )
    server.derive()
    page = server.get("/p/default/conversations/c").decode()
    assert "relevance: not &lt;b&gt;relevant&lt;/b&gt;, 0.25 · by a model" in page
    assert "“It speaks of &lt;i&gt;another&lt;/i&gt; thing.”" in page
    assert "has link: 1 · by a program" in page
    assert "thumbs: 0 · by a program" in page
    assert "Thumb down" not in page


def test_the_waterfall_shows_what_log_events_say(server: Server) -> None:
    insert_spans(server.store, call_span())
    insert_logs(
        server.store,
        make_log("", body="disk <b>full</b>", severity_text="WARN", attributes={"disk.path": "/var"}),
        make_log("exception", attributes={"exception.type": "OSError", "exception.message": "no space"}),
    )
    server.derive()
    page = server.get("/p/default/conversations/c").decode()
    assert "WARN: disk &lt;b&gt;full&lt;/b&gt;" in page
    assert ">disk.path</dt>" in page
    assert "exception: OSError: no space" in page
