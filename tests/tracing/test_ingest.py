import contextlib
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from clickhouse_connect.driver.exceptions import DatabaseError, ProgrammingError

from tests.tracing.otlp import make_request, make_span, make_trace_id
from tracing.ingest import GATHER_SECONDS, MAX_ROWS_PER_INSERT, BacklogFullError, Ingest, Load
from tracing.receive.decoding import SpanBatch, decode_spans
from tracing.records import load_spans
from tracing.store import Store, StoreUnavailableError

ROOT = Path(__file__).parents[2]
TABLE = "otel_traces"


def make_batch(*numbers: int, trace: int = 1) -> SpanBatch:
    return decode_spans(make_request(*(make_span(number, trace) for number in numbers)), 1)


def count_spans(store: Store) -> int:
    spans: int = store.query("feedback/sql/stats.sql", project_id=1)[0]["spans"]
    return spans


class SlowStore:
    """The real store behind a gate; notes how many rows each insert brought."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.gate = threading.Event()
        self.entered = threading.Event()
        self.sizes: list[int] = []

    def insert(self, table: str, columns: dict[str, list[Any]]) -> None:
        self.entered.set()
        assert self.gate.wait(20)
        self.store.insert(table, columns)
        self.sizes.append(len(columns["project_id"]))


class NoStore:
    """Keeps nothing; counts inserts, and fails where it has an error."""

    def __init__(self, error: Exception | None = None, seconds: float = 0) -> None:
        self.error = error
        self.seconds = seconds
        self.inserts = 0

    def insert(self, _table: str, _columns: dict[str, list[Any]]) -> None:
        self.inserts += 1
        time.sleep(self.seconds)
        if self.error is not None:
            raise self.error


def open_ingest(store: Any, backlog_limit: int = 1_000_000) -> Ingest:
    return Ingest(store, backlog_limit)


def commit_in_threads(ingest: Ingest, batches: list[SpanBatch]) -> list[threading.Thread]:
    threads = [threading.Thread(target=commit_quietly, args=(ingest, batch), daemon=True) for batch in batches]
    for thread in threads:
        thread.start()
    return threads


def commit_quietly(ingest: Ingest, batch: SpanBatch) -> None:
    with contextlib.suppress(ValueError):
        ingest.commit(TABLE, batch, 10)


def is_waiting(ingest: Ingest, count: int) -> bool:
    return len(ingest._find_committer(TABLE)._waiting) == count


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline, "waited 20 s in vain"
        time.sleep(0.005)


def join(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()


def test_while_one_insert_runs_the_next_gathers(store: Store) -> None:
    slow = SlowStore(store)
    ingest = open_ingest(slow)
    first = commit_in_threads(ingest, [make_batch(1)])
    assert slow.entered.wait(20)
    others = commit_in_threads(ingest, [make_batch(number) for number in range(2, 12)])
    wait_until(partial(is_waiting, ingest, 10))
    slow.gate.set()
    join(first + others)
    assert slow.sizes == [1, 10]
    assert count_spans(store) == 11
    ingest.stop()


def test_no_insert_is_larger_than_the_limit_unless_one_request_is(store: Store) -> None:
    slow = SlowStore(store)
    ingest = open_ingest(slow)
    first = commit_in_threads(ingest, [make_batch(1)])
    assert slow.entered.wait(20)
    half = MAX_ROWS_PER_INSERT // 2 + 1
    batches = [make_batch(*range(2, half + 2), trace=trace) for trace in (2, 3)]
    batches.append(make_batch(*range(1, MAX_ROWS_PER_INSERT + 6), trace=4))
    others: list[threading.Thread] = []
    for count, batch in enumerate(batches, start=1):
        others += commit_in_threads(ingest, [batch])
        wait_until(partial(is_waiting, ingest, count))
    slow.gate.set()
    join(first + others)
    assert slow.sizes == [1, half, half, MAX_ROWS_PER_INSERT + 5]
    ingest.stop()


def test_commit_returns_only_after_the_rows_are_in_the_store(store: Store) -> None:
    slow = SlowStore(store)
    ingest = open_ingest(slow)
    [thread] = commit_in_threads(ingest, [make_batch(1, 2, 3)])
    assert slow.entered.wait(20)
    assert thread.is_alive()
    slow.gate.set()
    join([thread])
    assert count_spans(store) == 3
    ingest.stop()


@pytest.mark.parametrize(
    "error",
    [
        StoreUnavailableError("ClickHouse did not answer"),
        OSError("No space left on device"),
        DatabaseError("Code: 243. NOT_ENOUGH_SPACE", code=243),
        DatabaseError("Code: 241. MEMORY_LIMIT_EXCEEDED", code=241),
        DatabaseError("Code: 252. TOO_MANY_PARTS", code=252),
        ProgrammingError("The client has been closed"),
    ],
    ids=lambda error: str(error)[:30],
)
def test_a_store_that_fails_is_told_to_every_sender_and_recovers_by_itself(error: Exception) -> None:
    failing = NoStore(error)
    ingest = open_ingest(failing)
    with pytest.raises(type(error)):
        ingest.commit(TABLE, make_batch(1, 2), 10)
    assert failing.inserts == 1
    failing.error = None
    ingest.commit(TABLE, make_batch(1, 2), 10)
    assert ingest.backlog.size == 0
    ingest.stop()


def test_beyond_the_backlog_limit_nothing_is_taken_until_there_is_room_again(store: Store) -> None:
    slow = SlowStore(store)
    ingest = open_ingest(slow, backlog_limit=25)
    threads = commit_in_threads(ingest, [make_batch(1), make_batch(2)])
    wait_until(lambda: ingest.backlog.size == 20)
    with pytest.raises(BacklogFullError, match="the limit is 25"):
        ingest.commit(TABLE, make_batch(3), 10)
    with pytest.raises(BacklogFullError), ingest.admit(6):
        pass
    slow.gate.set()
    join(threads)
    ingest.commit(TABLE, make_batch(3), 10)
    assert count_spans(store) == 3
    assert ingest.backlog.size == 0
    ingest.stop()


def test_what_is_being_decoded_counts_as_waiting() -> None:
    ingest = open_ingest(NoStore(), backlog_limit=100)
    with ingest.admit(80):
        assert ingest.backlog.size == 80
        with pytest.raises(BacklogFullError), ingest.admit(30):
            pass
    assert ingest.backlog.size == 0
    ingest.stop()


def test_tables_do_not_wait_for_each_other(store: Store) -> None:
    class SlowTraces(SlowStore):
        def insert(self, table: str, columns: dict[str, list[Any]]) -> None:
            if table == TABLE:
                super().insert(table, columns)

    slow = SlowTraces(store)
    ingest = open_ingest(slow)
    threads = commit_in_threads(ingest, [make_batch(1)])
    assert slow.entered.wait(20)
    ingest.commit("otel_logs", make_batch(2), 10)
    assert threads[0].is_alive()
    slow.gate.set()
    join(threads)
    ingest.stop()


def test_a_lone_sender_does_not_wait_for_others() -> None:
    quick = NoStore()
    ingest = open_ingest(quick)
    seconds = []
    for number in range(1, 101):
        start = time.monotonic()
        ingest.commit(TABLE, make_batch(number), 10)
        seconds.append(time.monotonic() - start)
    assert quick.inserts == 100
    assert median(seconds) < GATHER_SECONDS / 2
    ingest.stop()


def test_senders_that_come_together_share_their_inserts() -> None:
    quick = NoStore(seconds=0.005)
    ingest = open_ingest(quick)

    def commit_many(trace: int) -> None:
        for number in range(1, 26):
            ingest.commit(TABLE, make_batch(number, trace=trace), 10)

    threads = [threading.Thread(target=commit_many, args=(trace,)) for trace in range(1, 5)]
    for thread in threads:
        thread.start()
    join(threads)
    assert quick.inserts < 50
    ingest.stop()


def test_the_later_of_two_versions_of_a_span_wins_within_a_request_and_across_requests(store: Store) -> None:
    ingest = open_ingest(store)
    ingest.commit(TABLE, decode_spans(make_request(make_span(1, name="old"), make_span(1, name="new")), 1), 10)
    assert [span.name for span in load_spans(store, 1, [make_trace_id(1)])] == ["new"]
    ingest.commit(TABLE, decode_spans(make_request(make_span(1, name="newest")), 1), 10)
    assert [span.name for span in load_spans(store, 1, [make_trace_id(1)])] == ["newest"]
    assert count_spans(store) == 1
    ingest.stop()


def test_one_insert_may_bring_rows_of_very_many_projects(store: Store) -> None:
    ingest = open_ingest(store)
    batch = make_batch(*range(1, 301))
    batch.columns["project_id"] = list(range(1, 301))
    ingest.commit(TABLE, batch, 10)
    assert count_spans(store) == 1
    assert not store.query("tracing/sql/dead_letter_counts.sql")
    ingest.stop()


def test_stop_commits_what_waits_and_takes_nothing_more(store: Store) -> None:
    slow = SlowStore(store)
    ingest = open_ingest(slow)
    threads = commit_in_threads(ingest, [make_batch(1)])
    assert slow.entered.wait(20)
    threads += commit_in_threads(ingest, [make_batch(number) for number in range(2, 6)])
    wait_until(partial(is_waiting, ingest, 4))
    stopping = threading.Thread(target=ingest.stop)
    stopping.start()
    slow.gate.set()
    join([*threads, stopping])
    assert count_spans(store) == 5
    with pytest.raises(BacklogFullError):
        ingest.commit(TABLE, make_batch(9), 10)


def test_a_batch_larger_than_the_backlog_limit_is_taken_where_nothing_waits(store: Store) -> None:
    ingest = open_ingest(store, backlog_limit=5)
    ingest.commit(TABLE, make_batch(1), size=100)
    ingest.commit(TABLE, make_batch(2), size=100)
    assert count_spans(store) == 2
    ingest.stop()


def test_a_batch_of_no_spans_is_committed_without_the_store() -> None:
    ingest = open_ingest(None)
    ingest.commit(TABLE, SpanBatch(), 0)
    ingest.stop()


def test_many_threads_lose_nothing(store: Store) -> None:
    ingest = open_ingest(store, backlog_limit=10_000_000)

    def commit_many(trace: int) -> None:
        for number in range(1, 21):
            ingest.commit(TABLE, make_batch(number, trace=trace), 100)

    threads = [threading.Thread(target=commit_many, args=(trace,)) for trace in range(1, 17)]
    for thread in threads:
        thread.start()
    join(threads)
    ingest.stop()
    assert count_spans(store) == 16 * 20


def test_the_process_is_busy_only_while_very_much_comes_in(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000.0
    monkeypatch.setattr("tracing.ingest.time.monotonic", lambda: now)
    load = Load()
    load.add(700)
    load.add(800)
    assert load.measure() == 1_500
    now = 1_001.5
    load.add(100)
    assert load.measure() == 1_500
    now = 1_002.5
    assert load.measure() == 100
    now = 1_010.0
    assert load.measure() == 0


def run_benchmark(name: str, *options: str) -> str:
    """What the script says, if it is content; a process of its own, as there is one engine in each."""
    done = subprocess.run(
        [sys.executable, ROOT / "benchmarks" / name, *options], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_kill_9_at_any_moment_loses_nothing_and_counts_nothing_twice() -> None:
    said = run_benchmark("kill.py", "--times", "2", "--requests", "30")
    assert "2 kills" in said
    assert "0 lost, counted wrongly: none" in said


def test_a_flood_is_answered_with_200_or_503_in_bounded_memory_and_ends_within_seconds() -> None:
    said = run_benchmark("flood.py", "--seconds", "4", "--connections", "120", "--backlog-limit", "2000000")
    assert "× 200" in said
    assert "× 503" in said
    assert "0 acknowledged spans lost" in said
