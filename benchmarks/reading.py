"""How many model calls a second are read and grouped on one core: spans in memory in, conversations out, no store.

The user's own words are found on the way, by what the spans tell; a service's templates are not.

    python benchmarks/reading.py                 every recording, and made-up traces, in turn
    python benchmarks/reading.py --profile NAME  where the time goes

CPU time of this process; of several rounds the fastest. A recording counts each model call that it holds.
"""

import argparse
import cProfile
import gzip
import json
import pstats
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tracing.conventions import ReadTrace, read_trace
from tracing.conversations import TracedExchange, build_conversation
from tracing.exchanges import find_exchanges
from tracing.own_words import find_own_words
from tracing.receive.decoding import decode_spans
from tracing.records.spans import read_span
from tracing.spans import AttributeValue, Span, Trace

ROOT = Path(__file__).resolve().parent.parent
RECORDINGS = ROOT / "tests/tracing/conventions/recordings"
GOAL = 5_000
ROUNDS = 5
SECOND_NS = 10**9
START_NS = 1_760_000_000 * SECOND_NS
WORDS = "Where is my parcel, and when does it come? It left our warehouse yesterday. "


def load_recording(path: Path) -> list[list[Span]]:
    """The spans of a recording, trace by trace."""
    with gzip.open(path) as file:
        recorded = json.load(file)
    columns = decode_spans(ParseDict(recorded["traces"], ExportTraceServiceRequest()), 1).columns
    count = len(columns["TraceId"])
    traces: dict[str, list[Span]] = {}
    for place in range(count):
        span = read_span(1, read_row(columns, place))
        traces.setdefault(span.trace_id, []).append(span)
    return list(traces.values())


def read_row(columns: Mapping[str, Sequence[Any]], place: int) -> dict[str, Any]:
    """A row as `tracing/sql/spans.sql` gives it."""
    told = {name: values[place] for name, values in columns.items()}
    return {
        "trace_id": told["TraceId"],
        "span_id": told["SpanId"],
        "parent_span_id": told["ParentSpanId"],
        "name": told["SpanName"],
        "kind": told["SpanKind"],
        "start_time_ns": told["Timestamp"],
        "duration_ns": told["Duration"],
        "status_code": told["StatusCode"],
        "status_message": told["StatusMessage"],
        "service_name": told["ServiceName"],
        "scope_name": told["ScopeName"],
        "attributes": told["SpanAttributes"],
        "attribute_types": told["SpanAttributeTypes"],
        "resource_attributes": told["ResourceAttributes"],
        "resource_attribute_types": told["ResourceAttributeTypes"],
        "event_names": told["Events.Name"],
        "event_times_ns": told["Events.Timestamp"],
        "event_attributes": told["Events.Attributes"],
        "event_attribute_types": told["EventAttributeTypes"],
        "link_trace_ids": told["Links.TraceId"],
        "link_span_ids": told["Links.SpanId"],
        "link_attributes": told["Links.Attributes"],
        "link_attribute_types": told["LinkAttributeTypes"],
    }


def make_dialogues(turns: int, with_id: bool) -> list[list[Span]]:
    """Twenty dialogues in the GenAI conventions, a trace a call, each resending what was said."""
    return [[make_call(dialogue, turn, with_id)] for dialogue in range(20) for turn in range(turns)]


def make_call(dialogue: int, turn: int, with_id: bool) -> Span:
    said = [
        {"role": role, "parts": [{"type": "text", "content": f"{dialogue} {place} {role} {WORDS * 3}"}]}
        for place in range(turn + 1)
        for role in ("user", "assistant")
    ]
    number = dialogue * 1_000 + turn + 1
    ids: dict[str, AttributeValue] = {"gen_ai.conversation.id": f"c{dialogue}"} if with_id else {}
    return Span(
        project_id=1,
        trace_id=f"{number:032x}",
        span_id=f"{number:016x}",
        parent_span_id="",
        name="chat gpt-5",
        kind="Client",
        start_time_ns=START_NS + number * SECOND_NS,
        duration_ns=SECOND_NS,
        status_code="Unset",
        service_name="shop",
        attributes=ids
        | {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": "gpt-5",
            "gen_ai.response.model": "gpt-5-2026-01-01",
            "gen_ai.input.messages": json.dumps(said[:-1]),
            "gen_ai.output.messages": json.dumps(said[-1:]),
            "gen_ai.usage.input_tokens": 100,
            "gen_ai.usage.output_tokens": 20,
            "user.id": f"user-{dialogue}",
        },
    )


def read_and_group(traces: Sequence[Sequence[Span]]) -> int:
    """The whole way in memory; the number of model calls."""
    read: list[ReadTrace] = [find_own_words(read_trace(Trace(spans)), {}) for spans in traces]
    exchanges: dict[str, list[TracedExchange]] = {}
    for each in read:
        for exchange in find_exchanges(each):
            exchanges.setdefault(exchange.conversation_id, []).append(exchange)
    for group in exchanges.values():
        build_conversation(group)
    return sum(len(each.generations) for each in read)


def measure(traces: Sequence[Sequence[Span]]) -> float:
    """Model calls a second of CPU time, of the fastest round."""
    best = float("inf")
    calls = 0
    for _ in range(ROUNDS):
        began = time.process_time()
        calls = read_and_group(traces)
        best = min(best, time.process_time() - began)
    return calls / best if best else 0.0


def list_cases() -> dict[str, Callable[[], list[list[Span]]]]:
    cases: dict[str, Callable[[], list[list[Span]]]] = {
        "made up: 1 turn": lambda: make_dialogues(1, True) * 10,
        "made up: 10 turns": lambda: make_dialogues(10, True),
        "made up: 10 turns, no ids": lambda: make_dialogues(10, False),
    }
    for path in sorted(RECORDINGS.glob("*.json.gz")):
        cases[path.name.removesuffix(".json.gz")] = lambda path=path: load_recording(path) * 20  # type: ignore[misc]
    return cases


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--profile", metavar="NAME", help="profile this case instead of measuring all")
    arguments = parser.parse_args()
    cases = list_cases()
    if arguments.profile:
        traces = cases[arguments.profile]()
        with cProfile.Profile() as profile:
            read_and_group(traces)
        pstats.Stats(profile).sort_stats("cumulative").print_stats(45)
        return
    print(f"{'model calls a second of one core':<48} {'calls/s':>8} {'goal':>6}")
    rates = []
    for name, make in cases.items():
        rates.append(measure(make()))
        print(f"{name:<48} {rates[-1]:>8,.0f} {GOAL:>6,}", flush=True)
    print(
        f"median {statistics.median(rates):,.0f}; {sum(rate >= GOAL for rate in rates)} of {len(rates)} reach the goal"
    )


if __name__ == "__main__":
    main()
