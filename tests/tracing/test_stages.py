import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import django.db
import pytest
import tacit
from clickhouse_connect.driver.exceptions import DatabaseError, DataError, OperationalError

from feedback.derivation import derive_changed_signals, read_changed_feedback
from tests.conftest import Server
from tests.tracing.otlp import make_span_id, make_trace_id
from tracing import stages
from tracing.derivation import read_changed_traces
from tracing.models import StageLease
from tracing.stages import LEASE, OVERLAP, SHORT_OVERLAP, STOPPING, Key, Stage
from tracing.store import Store

pytestmark = pytest.mark.usefixtures("project")
NOW = datetime.now(UTC).replace(microsecond=0)


def make_stage(batch_size: int = 100) -> Stage:
    """A stage over the traces that changed, as a process that has just started knows it."""
    return Stage("tested", "tracing/sql/changed_traces.sql", "tracing/sql/lag_of_traces.sql", batch_size)


def ingest(store: Store, *traces: int, at: datetime = NOW, span: int = 1) -> None:
    """Rows of `otel_traces` that say that they came in at a time."""
    store.insert(
        "otel_traces",
        {
            "project_id": [1] * len(traces),
            "TraceId": [make_trace_id(trace) for trace in traces],
            "SpanId": [make_span_id(span)] * len(traces),
            "ingested_at": [at] * len(traces),
        },
    )


class Work:
    """Remembers what it was given, and fails where it is told to."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.poisoned: dict[int, Exception] = {}

    def __call__(self, keys: Sequence[Key]) -> None:
        numbers = [int(trace_id, 16) for _, trace_id in keys]
        for number in numbers:
            if number in self.poisoned:
                raise self.poisoned[number]
        self.batches.append(numbers)

    @property
    def done(self) -> list[int]:
        return [number for batch in self.batches for number in batch]


@pytest.fixture
def work() -> Work:
    return Work()


@pytest.fixture(autouse=True)
def known_stages(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tested here is no stage of the platform that other tests see."""
    monkeypatch.setattr(stages, "STAGES", {})


def run_until_done(stage: Stage, store: Store, work: Work) -> None:
    while stage.run(store, work):
        pass


def to_us(moment: datetime) -> int:
    return round(moment.timestamp() * 1e6)


def test_every_change_is_done_once_and_the_watermark_follows(store: Store, work: Work) -> None:
    stage = make_stage()
    ingest(store, 1, 2)
    ingest(store, 3, at=NOW + timedelta(seconds=1))
    assert stage.run(store, work) == 3
    assert stage.read_watermark(store) == to_us(NOW + timedelta(seconds=1))
    assert stage.run(store, work) == 0
    ingest(store, 4, at=NOW + timedelta(seconds=2))
    assert stage.run(store, work) == 1
    assert work.batches == [[1, 2, 3], [4]]


def test_nothing_is_done_where_nothing_came(store: Store, work: Work) -> None:
    assert make_stage().run(store, work) == 0
    assert (work.batches, make_stage().measure_lag(store)) == ([], 0)


def test_a_trace_that_changed_again_is_done_again(store: Store, work: Work) -> None:
    stage = make_stage()
    ingest(store, 1, 2)
    stage.run(store, work)
    ingest(store, 1, at=NOW + timedelta(seconds=1), span=2)
    stage.run(store, work)
    assert work.batches == [[1, 2], [1]]


def test_rows_that_become_visible_late_are_found_within_the_overlap(
    store: Store, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = make_stage()
    now = datetime.now(UTC)
    ingest(store, 1, at=now)
    stage.run(store, work)
    ingest(store, 2, at=now - SHORT_OVERLAP + timedelta(seconds=1))
    ingest(store, 3, at=now - OVERLAP + timedelta(seconds=1))
    stage.run(store, work)
    assert work.batches == [[1], [2]]
    monkeypatch.setattr(stages, "FAR_LOOK", timedelta())
    stage.run(store, work)
    assert work.batches == [[1], [2], [3]]


def test_a_stage_looks_far_back_until_all_before_its_watermark_was_visible(
    store: Store, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stages, "FAR_LOOK", timedelta())
    stage = make_stage()
    long_ago = NOW - 3 * OVERLAP
    ingest(store, 1, at=long_ago)
    stage.run(store, work)
    ingest(store, 2, at=long_ago - OVERLAP + timedelta(seconds=1))
    stage.run(store, work)
    assert work.batches == [[1]]
    stage.forget()
    stage.run(store, work)
    assert sorted(work.done) == [1, 1, 2]


def test_a_late_row_of_a_trace_that_was_done_already_is_found(store: Store, work: Work) -> None:
    stage = make_stage()
    ingest(store, 1)
    stage.run(store, work)
    ingest(store, 1, at=NOW - timedelta(seconds=1), span=2)
    stage.run(store, work)
    stage.run(store, work)
    assert work.batches == [[1], [1]]


def test_a_burst_larger_than_many_batches_is_done_whole(store: Store, work: Work) -> None:
    stage = make_stage(batch_size=100)
    ingest(store, *range(1, 1_001))
    ingest(store, *range(1_001, 1_051), at=NOW + timedelta(milliseconds=1))
    run_until_done(stage, store, work)
    assert sorted(work.done) == list(range(1, 1_051))
    assert {len(batch) for batch in work.batches} == {100, 50}


def test_a_new_process_goes_on_from_the_watermark(store: Store, work: Work) -> None:
    ingest(store, 1)
    ingest(store, 2, at=NOW + 2 * OVERLAP)
    run_until_done(make_stage(), store, work)
    after = Work()
    ingest(store, 3, at=NOW + 2 * OVERLAP + timedelta(seconds=1))
    run_until_done(make_stage(), store, after)
    assert after.done == [2, 3]


def test_a_poisoned_item_is_left_out_with_a_word_and_the_others_are_done(
    store: Store, work: Work, caplog: pytest.LogCaptureFixture
) -> None:
    stage = make_stage()
    ingest(store, *range(1, 8))
    work.poisoned = {3: ValueError("no such thing"), 5: DataError("does not fit the column")}
    assert stage.run(store, work) == 7
    assert sorted(work.done) == [1, 2, 4, 6, 7]
    assert make_trace_id(3) in caplog.text
    assert make_trace_id(5) in caplog.text
    assert stage.run(store, work) == 0


def test_what_one_thing_holds_stops_no_stage_where_a_query_is_asked_with_it(
    store: Store, work: Work, caplog: pytest.LogCaptureFixture
) -> None:
    stage = make_stage()
    ingest(store, 1, 2, 3)
    with pytest.raises(DatabaseError) as refused:
        store.query("feedback/sql/rushes.sql", project_id=1, hours_s=[-3600], minutes_s=[], user_ids=[""], enough=1)
    work.poisoned = {2: refused.value}
    assert stage.run(store, work) == 3
    assert sorted(work.done) == [1, 3]
    assert make_trace_id(2) in caplog.text


def test_a_failure_of_the_store_loses_nothing(store: Store, work: Work) -> None:
    stage = make_stage()
    ingest(store, 1, 2)
    work.poisoned = {2: OperationalError("the server went away")}
    with pytest.raises(OperationalError):
        stage.run(store, work)
    assert (stage.read_watermark(store), work.done) == (0, [])
    work.poisoned = {}
    assert stage.run(store, work) == 2
    assert work.done == [1, 2]


@pytest.mark.parametrize("error", [django.db.OperationalError("gone"), django.db.InterfaceError("closed")])
def test_a_failure_of_djangos_database_leaves_nothing_out(store: Store, work: Work, error: Exception) -> None:
    stage = make_stage()
    ingest(store, 1, 2)
    work.poisoned = {1: error, 2: error}
    with pytest.raises(type(error)):
        stage.run(store, work)
    work.poisoned = {}
    assert stage.run(store, work) == 2
    assert work.done == [1, 2]


def test_a_failure_while_the_watermark_moves_means_that_the_work_is_done_again(
    store: Store, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest(store, 1)
    with monkeypatch.context() as patch:
        patch.setattr(Store, "insert", lambda *_: (_ for _ in ()).throw(OperationalError("gone")))
        with pytest.raises(OperationalError):
            make_stage().run(store, work)
    run_until_done(make_stage(), store, work)
    assert work.done == [1, 1]


def test_a_stage_that_another_process_holds_is_left_alone(store: Store, work: Work) -> None:
    ingest(store, 1)
    StageLease.objects.create(stage="tested", holder="elsewhere:1", until=datetime.now(UTC) + LEASE)
    stage = make_stage()
    assert stage.run(store, work) == 0
    assert (work.done, stage.read_watermark(store)) == ([], 0)


def test_the_lease_of_a_dead_process_runs_out(store: Store, work: Work) -> None:
    ingest(store, 1)
    StageLease.objects.create(stage="tested", holder="elsewhere:1", until=datetime.now(UTC) - timedelta(seconds=1))
    assert make_stage().run(store, work) == 1
    assert work.done == [1]


def test_the_lease_is_given_back_also_after_a_failure(store: Store, work: Work) -> None:
    ingest(store, 1)
    work.poisoned = {1: OperationalError("gone")}
    with pytest.raises(OperationalError):
        make_stage().run(store, work)
    assert StageLease.objects.get(stage="tested").until <= datetime.now(UTC)


def test_a_stage_is_not_run_twice_at_once_in_one_process(store: Store) -> None:
    stage = make_stage()
    ingest(store, 1)
    second: list[int] = []

    def run_again(_keys: Sequence[Key]) -> None:
        thread = threading.Thread(target=lambda: second.append(stage.run(store, run_again)))
        thread.start()
        thread.join(20)

    assert stage.run(store, run_again) == 1
    assert second == [0]


def test_a_process_that_stops_takes_no_new_batch(store: Store, work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    ingest(store, 1)
    monkeypatch.setattr(stages, "STOPPING", threading.Event())
    stages.STOPPING.set()
    assert make_stage().run(store, work) == 0
    assert not STOPPING.is_set()


def test_lag_is_the_age_of_the_oldest_row_that_is_not_done(store: Store, work: Work) -> None:
    stage = make_stage()
    ingest(store, 1, at=datetime.now(UTC) - timedelta(seconds=60))
    ingest(store, 2, at=datetime.now(UTC) - timedelta(seconds=5))
    assert stage.measure_lag(store) == pytest.approx(60, abs=5)
    stage.run(store, work)
    assert stage.measure_lag(store) == 0


@pytest.mark.usefixtures("sdk")
def test_every_stage_twice_by_two_processes_changes_nothing(server: Server) -> None:
    @tacit.observe
    def answer(message: str) -> str:
        return "I'm sorry, but I can't help with that."

    with tacit.conversation(id="c"):
        answer("How do I get a refund for my order?")
        answer("How do I get a refund for my order?")
        tacit.feedback("thumbs", label="down")
    server.derive()
    before = [server.get_json(path) for path in ("conversations/c", "signals", "generations")]
    assert before[1]["items"]
    for _ in range(2):
        server.forget_watermarks()
        for run in (read_changed_traces, read_changed_feedback, derive_changed_signals):
            assert run(server.store) > 0
    assert [server.get_json(path) for path in ("conversations/c", "signals", "generations")] == before


def test_a_stage_gives_way_while_very_much_comes_in_but_never_for_long(
    store: Store, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stages, "is_busy", lambda: True)
    monkeypatch.setattr(stages, "PATIENCE_SECONDS", 0.2)
    ingest(store, 1)
    stage = make_stage()
    assert stage.run(store, work) == 0
    time.sleep(0.25)
    assert stage.run(store, work) == 1
    assert stage.run(store, work) == 0


def test_what_was_put_off_is_done_once_less_comes_in(store: Store, work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "is_busy", lambda: True)
    ingest(store, 1)
    stage = make_stage()
    assert stage.run(store, work) == 0
    monkeypatch.setattr(stages, "is_busy", lambda: False)
    assert stage.run(store, work) == 1


def test_things_with_many_rows_come_in_smaller_batches(store: Store, work: Work) -> None:
    stage = Stage("tested", "tracing/sql/changed_traces.sql", "tracing/sql/lag_of_traces.sql", 100, row_limit=5)
    for trace, spans in ((1, 2), (2, 2), (3, 9), (4, 1), (5, 1)):
        for span in range(spans):
            ingest(store, trace, span=span + 1, at=NOW + timedelta(milliseconds=trace))
    run_until_done(stage, store, work)
    assert work.batches == [[1, 2], [3], [4, 5]]


def test_what_found_nothing_asks_the_store_again_only_when_something_was_written(
    store: Store, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage, looks = make_stage(), list[int]()
    query_columns = store.query_columns
    monkeypatch.setattr(store, "query_columns", lambda *args, **named: looks.append(1) or query_columns(*args, **named))
    for _ in range(3):
        assert stage.run(store, work) == 0
    assert len(looks) == 1
    ingest(store, 1)
    assert stage.run(store, work) == 1
    assert work.done == [1]


def test_what_only_the_clock_makes_due_is_looked_for_now_and_then(
    store: Store, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage, looks = make_stage(), list[int]()
    query_columns = store.query_columns
    monkeypatch.setattr(store, "query_columns", lambda *args, **named: looks.append(1) or query_columns(*args, **named))
    monkeypatch.setattr(stages, "LOOK_SECONDS", 0.0)
    for _ in range(3):
        assert stage.run(store, work) == 0
    assert len(looks) == 3
