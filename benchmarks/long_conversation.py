"""What a conversation of very many turns costs: to take in step by step, to listen to, and to open.

    python benchmarks/long_conversation.py                                   2,000 turns, in steps of 100
    python benchmarks/long_conversation.py --turns 20000 --step 500
    python benchmarks/long_conversation.py --derived                         without conversation ids, by histories

CPU seconds of this process, the embedded engine in it; the page and REST through Django, without a network.
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from typing import Any

START_NS = 1_760_000_000 * 10**9
SECOND_NS = 10**9
KEPT_MESSAGES = 6
WORDS = (
    "parcel order refund invoice battery screen delivery",
    "street monday colour size number bank card",
)
CHOICES = " ".join(WORDS).split()


def write_text(number: int, length: int) -> str:
    """Words that differ from number to number."""
    chosen = (CHOICES[(number * (place + 3) + place * place) % len(CHOICES)] for place in range(length))
    return " ".join((str(number), *chosen))


def make_columns(numbers: range, derived: bool) -> dict[str, list[Any]]:
    """One call a turn; without ids, each resends the last messages."""
    rows = [make_row(number, derived) for number in numbers]
    return {name: [row[name] for row in rows] for name in rows[0]}


def make_row(number: int, derived: bool) -> dict[str, Any]:
    said = [
        (write_text(each, 12), write_text(each + 7, 60)) for each in range(max(0, number - KEPT_MESSAGES // 2), number)
    ]
    messages = [
        {"role": role, "content": text}
        for pair in said * derived
        for role, text in zip(("user", "assistant"), pair, strict=True)
    ]
    messages.append({"role": "user", "content": write_text(number, 12)})
    attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-5",
        "gen_ai.input.messages": json.dumps(messages),
        "gen_ai.output.messages": json.dumps([{"role": "assistant", "content": write_text(number + 7, 60)}]),
        "user.id": "anna",
    } | ({} if derived else {"gen_ai.conversation.id": "long"})
    return {
        "project_id": 1,
        "Timestamp": START_NS + number * 60 * SECOND_NS,
        "TraceId": f"{number + 1:032x}",
        "SpanId": f"{number + 1:016x}",
        "SpanName": "chat gpt-5",
        "ServiceName": "shop",
        "SpanAttributes": attributes,
        "Duration": SECOND_NS,
    }


@contextmanager
def prepare() -> Iterator[None]:
    """Django and the store in a directory of their own."""
    with tempfile.TemporaryDirectory(prefix="tacit-bench-") as directory:
        os.environ |= {"DJANGO_SETTINGS_MODULE": "config.settings", "TACIT_DATA_DIR": directory}
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        from tracing.store import close_store, get_store

        get_store().migrate()
        try:
            yield
        finally:
            close_store()


def take_in(turns: int, step: int, derived: bool) -> Iterator[tuple[int, float, float]]:
    """After each step: turns so far, CPU seconds of building and of listening in it."""
    from feedback.derivation import derive_signals
    from tracing.derivation import derive_traces
    from tracing.store import get_store

    store = get_store()
    conversation_id = f"trace:{1:032x}" if derived else "long"
    for first in range(0, turns, step):
        numbers = range(first, min(first + step, turns))
        store.insert("otel_traces", make_columns(numbers, derived))
        began = time.process_time()
        derive_traces(store, [(1, f"{number + 1:032x}") for number in numbers])
        built = time.process_time()
        derive_signals(store, [(1, conversation_id)])
        yield numbers.stop, built - began, time.process_time() - built


def open_paths(conversation_id: str) -> Mapping[str, str]:
    return {
        "page": f"/p/default/conversations/{conversation_id}",
        "page at the last turn": f"/p/default/conversations/{conversation_id}?turn=%d",
        "REST": f"/api/v1/conversations/{conversation_id}?limit=100",
    }


def measure(ask: Callable[[], Any]) -> tuple[float, float, int]:
    """p50 and p95 in milliseconds, and bytes."""
    times, size = [], 0
    for _ in range(11):
        began = time.perf_counter()
        size = len(ask().content)
        times.append((time.perf_counter() - began) * 1000)
    cuts = statistics.quantiles(times[1:], n=20, method="inclusive")
    return cuts[9], cuts[18], size


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=2_000)
    parser.add_argument("--step", type=int, default=100)
    parser.add_argument("--derived", action="store_true")
    arguments = parser.parse_args()
    with prepare():
        from django.test import Client

        building = listening = 0.0
        for turns, build_s, listen_s in take_in(arguments.turns, arguments.step, arguments.derived):
            building, listening = building + build_s, listening + listen_s
            if turns % (arguments.turns // 5 or 1) == 0:
                print(f"{turns:>7,} turns: last step built in {build_s:.2f} s, listened to in {listen_s:.2f} s of CPU")
        print(f"all steps: built in {building:.1f} s, listened to in {listening:.1f} s of CPU")
        client = Client(HTTP_HOST="127.0.0.1", REMOTE_ADDR="127.0.0.1")
        conversation_id = f"trace:{1:032x}" if arguments.derived else "long"
        print(f"{'opened':<24} {'p50 ms':>8} {'p95 ms':>8} {'kB':>8}")
        for name, path in open_paths(conversation_id).items():
            full = path % arguments.turns if "%d" in path else path
            if client.get(full).status_code != HTTPStatus.OK:
                raise SystemExit(f"{full} did not open")
            median, high, size = measure(partial(client.get, full))
            print(f"{name:<24} {median:>8.0f} {high:>8.0f} {size / 1000:>8.0f}")


if __name__ == "__main__":
    main()
