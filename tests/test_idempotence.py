"""A span counts once everywhere, however often, in whatever order, batches, processes and clocks it comes."""

import gzip
import json
import random
import time
import urllib.request
from collections.abc import Iterable
from typing import Any

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.conftest import Server
from tests.tracing.otlp import make_request, make_span
from tests.tracing.reading import SECOND, call_model
from tracing.rollups import count_changed_hours

NOW = time.time_ns() // SECOND * SECOND
DAY = 86_400 * SECOND
HOUR = 3_600 * SECOND


def make_call(
    number: int, trace: int, question: str, answer: str = "Because it is.", *, at: int = NOW, **fields: Any
) -> Span:
    """A model call of conversation `c`, a tenth of a second long."""
    tokens = {"gen_ai__usage__input_tokens": 10 * trace, "gen_ai__usage__output_tokens": 5}
    attributes = call_model(question, answer, gen_ai__conversation__id="c", user__id="u", **tokens)
    start = at + trace * 60 * SECOND
    times = {"start_time_unix_nano": start, "end_time_unix_nano": start + SECOND // 10}
    return make_span(number, trace, attributes, name="chat", **(times | fields))


def make_frame(trace: int, *, at: int = NOW) -> Span:
    start = at + trace * 60 * SECOND - SECOND
    times = {"start_time_unix_nano": start, "end_time_unix_nano": start + 2 * SECOND}
    return make_span(100, trace, {"gen_ai.conversation.id": "c"}, name="answer", **times)


def tell_dialogue(at: int = NOW) -> list[Span]:
    """Four turns with frames; one asked again in the same words, one that the user is unhappy with."""
    questions = ["Why is it blue?", "Why is the sky blue?", "This is useless, terrible and wrong!", "Thanks, great!"]
    spans = []
    for trace, question in enumerate(questions, start=1):
        spans += [make_frame(trace, at=at), make_call(1, trace, question, f"Answer {trace}.", at=at, parent=100)]
    return spans


def send(server: Server, *spans: Span, encoding: str = "") -> None:
    body = make_request(*spans).SerializeToString()
    headers = {"Content-Type": "application/x-protobuf"}
    if encoding == "gzip":
        body, headers = gzip.compress(body), headers | {"Content-Encoding": "gzip"}
    with urllib.request.urlopen(urllib.request.Request(f"{server.url}/v1/traces", body, headers), timeout=20) as answer:
        assert answer.status == 200


def derive(server: Server) -> None:
    server.derive()
    while count_changed_hours(server.store):
        pass


def look(server: Server) -> dict[str, Any]:
    """Everything that counts or lists: figures, lists, percentiles, signals."""
    stats = server.get_json("stats")
    del stats["lag"]
    hourly = server.store.query("tracing/sql/hourly_figures.sql", project_id=1, since_ns=0)
    lists = {name: server.get_json(name)["items"] for name in ("conversations", "generations", "signals")}
    return {
        "stats": stats,
        "hourly": [{name: str(value) for name, value in row.items()} for row in hourly],  # quantiles of none are NaN
        "conversation": server.get_json("conversations/c"),
        **{name: sorted(items, key=str) for name, items in lists.items()},
    }


def sum_hours(looked: dict[str, Any], figure: str) -> int:
    return sum(int(row[figure]) for row in looked["hourly"])


def send_at_once(server: Server, spans: list[Span]) -> dict[str, Any]:
    send(server, *spans)
    derive(server)
    return look(server)


def forget_everything(server: Server) -> None:
    for table in ("otel_traces", "generations", "generations_by_time", "generation_hours", "conversations", "turns"):
        server.store.execute(f"TRUNCATE TABLE {table}")
    server.store.execute("TRUNCATE TABLE signals")
    server.forget_watermarks()


def batch(spans: list[Span], size: int) -> Iterable[list[Span]]:
    return (spans[first : first + size] for first in range(0, len(spans), size))


def test_what_is_sent_again_in_any_batch_order_encoding_and_process_changes_nothing(server: Server) -> None:
    spans = tell_dialogue()
    expected = send_at_once(server, spans)
    assert expected["stats"]["spans"] == 8
    assert expected["stats"]["generations"] == 4
    assert expected["signals"]
    assert sum_hours(expected, "input_tokens") == 10 + 20 + 30 + 40
    cost = sum(float(row["cost_usd"]) for row in expected["hourly"])
    assert cost == pytest.approx((100 * 1.25 + 20 * 10) / 1e6)  # gpt-5's price
    for size, seed in ((8, 1), (3, 2), (1, 3)):
        shuffled = random.Random(seed).sample(spans, len(spans))  # noqa: S311 -- the same orders each time
        for part in batch(shuffled, size):
            send(server, *part, *part[:1], encoding="gzip" if size == 3 else "")
        if size == 1:
            server.forget_watermarks()
        derive(server)
        assert look(server) == expected


@pytest.mark.parametrize("order", ["children first", "parents first", "last turn first", "by chance"])
def test_whatever_comes_first_the_outcome_is_the_same(server: Server, order: str) -> None:
    spans = tell_dialogue()
    expected = send_at_once(server, spans)
    forget_everything(server)
    arranged = {
        "children first": sorted(spans, key=lambda span: not span.parent_span_id),
        "parents first": sorted(spans, key=lambda span: bool(span.parent_span_id)),
        "last turn first": spans[::-1],
        "by chance": random.Random(7).sample(spans, len(spans)),  # noqa: S311
    }[order]
    for span in arranged:
        send(server, span)
        derive(server)
    assert look(server) == expected


def test_a_later_version_of_a_span_wins_everywhere(server: Server) -> None:
    send_at_once(server, [make_call(1, 1, "Why?", "First version."), make_call(1, 2, "And then?")])
    longer = {"end_time_unix_nano": NOW + 60 * SECOND + 40 * SECOND}
    after = send_at_once(server, [make_call(1, 1, "Why?", "Second version.", **longer)])
    assert after["stats"]["spans"] == after["stats"]["generations"] == 2
    assert after["conversation"]["turns"][0]["answer"]["text"] == "Second version."
    assert {item["duration_ms"] for item in after["generations"]} == {100.0, 40_000.0}
    assert sum_hours(after, "generations") == 2


def test_percentiles_are_those_of_the_latest_version(server: Server) -> None:
    send_at_once(server, [make_call(1, 1, "Why?")])
    longer = {"end_time_unix_nano": NOW + 60 * SECOND + 40 * SECOND}
    [hour] = send_at_once(server, [make_call(1, 1, "Why?", **longer)])["hourly"]
    assert [round(float(each), -4) for each in json.loads(hour["duration_ms"])] == [40_000, 40_000]


def test_a_span_whose_times_changed_leaves_no_trace_in_its_old_hour(server: Server) -> None:
    send_at_once(server, [make_call(1, 1, "Why?", at=NOW - 5 * HOUR)])
    after = send_at_once(server, [make_call(1, 1, "Why?", at=NOW - 2 * HOUR)])
    assert sum_hours(after, "generations") == 1


def test_spans_that_come_two_days_late_take_their_place(server: Server) -> None:
    spans = tell_dialogue(at=NOW - 2 * DAY)
    expected = send_at_once(server, spans)
    forget_everything(server)
    send_at_once(server, [span for span in spans if span.trace_id[-1] != 2])
    assert send_at_once(server, [span for span in spans if span.trace_id[-1] == 2]) == expected


@pytest.mark.parametrize("skew", [-HOUR, -5 * SECOND, 5 * SECOND, HOUR], ids=["-1h", "-5s", "+5s", "+1h"])
def test_a_child_whose_clock_is_wrong_is_still_its_parents_call(server: Server, skew: int) -> None:
    frame = make_frame(1)
    after = send_at_once(server, [make_call(1, 1, "Why?", at=NOW + skew, parent=100), frame])
    [turn] = after["conversation"]["turns"]
    assert turn["user_message"] == "Why?" or turn["user_message"]["text"] == "Why?"
    assert after["stats"]["generations"] == after["stats"]["conversations"] == 1


def test_a_span_that_ends_before_it_starts_has_no_length_and_breaks_no_percentile(server: Server) -> None:
    backwards = {"start_time_unix_nano": NOW, "end_time_unix_nano": NOW - HOUR}
    after = send_at_once(server, [make_call(1, 1, "Why?", **backwards)])
    assert [item["duration_ms"] for item in after["generations"]] == [0.0]
    assert sum_hours(after, "generations") == 1
