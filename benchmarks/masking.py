"""What masking costs: processor time of the server for each span that it takes in, with rules and without.

    python benchmarks/masking.py
    python benchmarks/masking.py --spans 20000

The load of `ingest.py` (2 kB a span, half of it code) and one of chats; decoded, masked and inserted in this process,
by the time of the processor and not of the clock, each stage by itself and the best of several rounds. Beside the
rules stands what taking a span in costs without them: a share of it is what they add.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from benchmarks.ingest import SPANS_PER_BATCH, build_batches, describe, join_columns
from tracing.masking import KINDS, Masker, Masking, change_columns
from tracing.receive.decoding import decode_spans

RULES = {
    "keys and passwords (unless you say otherwise)": Masking(),
    "and e-mail addresses": Masking(kinds=frozenset({"key", "password", "email"})),
    "every kind": Masking(kinds=frozenset(KINDS)),
}
CHAT = (
    "I asked for a table for four on Saturday and was told that the kitchen closes at nine.\nCould you look again, and"
    " say which of the two rooms is quieter? We would come by train, so half past seven at the earliest. ",
    "Of course: on Saturday the small room is free from 19:30 until 22:00. It is the quieter one, since the bar is on"
    " the other side. Shall I keep it for you? I would need a name for the reservation, and how many children come. ",
)


def take_chats(columns: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """The same spans with words between people instead of pieces that hold code."""
    asked, answered = (describe(role, (text * 5)[:900]) for role, text in zip(("user", "assistant"), CHAT, strict=True))
    messages = {"gen_ai.input.messages": asked, "gen_ai.output.messages": answered}
    return columns | {"SpanAttributes": [each | messages for each in columns["SpanAttributes"]]}


def measure(
    work: Callable[[], object], spans: int, rounds: int, clock: Callable[[], float] = time.thread_time
) -> float:
    """Milliseconds of the processor a span, at best."""
    times = []
    for _ in range(rounds):
        start = clock()
        work()
        times.append(clock() - start)
    return 1000 * min(times) / spans


def mask(requests: Sequence[dict[str, list[Any]]], rules: Masking) -> None:
    for columns in requests:
        change_columns("otel_traces", columns, Masker(rules, b"secret"))


def measure_insert(requests: Sequence[dict[str, list[Any]]], spans: int) -> float:
    """As the receiver does it under load: many requests to an insert."""
    from tracing.store import Store

    with tempfile.TemporaryDirectory(prefix="tacit-bench-") as directory:
        store = Store(f"chdb://{directory}")
        store.migrate()
        block = join_columns(list(requests))
        milliseconds = measure(lambda: store.insert("otel_traces", block), spans, 3, time.process_time)
        store.close()
    return milliseconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--spans", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    bodies = build_batches(max(1, arguments.spans // SPANS_PER_BATCH), seed=1)
    spans = SPANS_PER_BATCH * len(bodies)

    def decode() -> list[dict[str, list[Any]]]:
        return [decode_spans(ExportTraceServiceRequest.FromString(body), 1).columns for body in bodies]

    loads = {"the load": decode(), "chats": [take_chats(columns) for columns in decode()]}
    base = measure(decode, spans, arguments.rounds) + measure_insert(loads["the load"], spans)
    print(f"{'ms of the processor a span':<46} " + " ".join(f"{name:>17}" for name in loads))
    print(f"{'decoded and inserted, no rules':<46} {base:>17.4f}")
    for name, rules in RULES.items():
        figures = [measure(partial(mask, load, rules), spans, arguments.rounds) for load in loads.values()]
        print(f"{name:<46} " + " ".join(f"{each:>9.4f} ({each / base:>4.0%})" for each in figures), flush=True)


if __name__ == "__main__":
    main()
