"""Hourly figures are what counting all calls says, whatever calls did before: came late, twice, moved, vanished."""

import math
import random
import time
from collections.abc import Sequence
from dataclasses import astuple, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import STAGES, TABLES, Server
from tracing.filter_language import read_filter
from tracing.filter_sql import compile_filter
from tracing.generations import Generation
from tracing.records import write_generations
from tracing.records.generations import HOUR_NS, find_hour
from tracing.records.speed import Speed, SpeedPeriods, load_speed
from tracing.rollups import REST_FACTOR, ROLLUPS, count_changed_hours
from tracing.stages import Pace
from tracing.store import SCHEMA_DIRECTORY, Store

pytestmark = pytest.mark.usefixtures("project")
START_NS = 1_700_000_000 * 10**9
DIRECT = """
    SELECT
        toUnixTimestamp(toStartOfHour(start_time)) AS hour_s,
        if(response_model = '', request_model, response_model) AS model,
        count() AS generations,
        countIf(outcome = 'error') AS errors,
        countIf(outcome = 'stopped') AS stopped,
        sum(input_tokens) AS input_tokens,
        sum(output_tokens) AS output_tokens,
        sum(cost_usd) AS cost_usd,
        quantilesDD(0.01, 0.5, 0.95)(duration_ns / 1e6) AS duration_ms,
        quantilesDDIf(0.01, 0.5, 0.95)(ifNull(time_to_first_chunk_ns, 0) / 1e6, time_to_first_chunk_ns IS NOT NULL)
            AS first_chunk_ms
    FROM generations FINAL
    WHERE project_id = 1
    GROUP BY hour_s, model
    ORDER BY hour_s, model
"""


def make_generation(number: int, **fields: Any) -> Generation:
    known = {
        "project_id": 1,
        "trace_id": f"trace-{number}",
        "span_id": "span",
        "parent_span_id": "",
        "start_time_ns": START_NS,
        "duration_ns": 10**9,
        "convention": "test",
        "request_model": "tiny",
    }
    return Generation(**(known | fields))


def write(
    store: Store, generations: Sequence[Generation], removed: Sequence[Generation] = (), version: int = 0
) -> None:
    """As the stage `reading` writes: it knows what was there of these traces."""
    keys = {(each.project_id, each.trace_id, each.span_id) for each in (*generations, *removed)}
    rows = store._connect().query(
        "SELECT project_id, trace_id, span_id, toUnixTimestamp64Nano(start_time) FROM generations FINAL"
    )
    known = {(row[0], row[1], row[2]): row[3] for row in rows.result_rows if tuple(row[:3]) in keys}
    write_generations(store, generations, known, version)


def read_hours(store: Store, *, project_id: int = 1, since_ns: int = 0, **filters: str) -> list[dict[str, Any]]:
    where = compile_filter(read_filter("", filters), "hours", 0)
    return store.query("tracing/sql/hourly_figures.sql", where, project_id=project_id, since_ns=since_ns)


def read_direct(store: Store) -> list[dict[str, Any]]:
    result = store._connect().query(DIRECT)
    return [dict(zip(result.column_names, row, strict=True)) for row in result.result_rows]


def simplify(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows that can be compared: sums of doubles depend on the order, NaN is not equal to itself."""

    def settle(value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            return [settle(item) for item in value]
        if isinstance(value, float):
            return "none" if math.isnan(value) else round(value, 6)
        return value

    return [{name: settle(value) for name, value in row.items()} for row in rows]


def test_calls_are_counted_by_hour_and_model(store: Store) -> None:
    calls = [
        make_generation(1, duration_ns=10**9, input_tokens=10, cost_usd=0.5, time_to_first_chunk_ns=2 * 10**8),
        make_generation(2, duration_ns=3 * 10**9, input_tokens=5, outcome="error"),
        make_generation(3, response_model="large", outcome="stopped"),
        make_generation(4, start_time_ns=START_NS + HOUR_NS),
    ]
    write(store, calls, version=1)
    assert count_changed_hours(store) == 2
    first, second, third = read_hours(store)
    assert (first["model"], first["generations"], first["stopped"], first["input_tokens"]) == ("large", 1, 1, None)
    assert (second["model"], second["generations"], second["errors"]) == ("tiny", 2, 1)
    assert (second["input_tokens"], second["output_tokens"], second["cost_usd"]) == (15, None, 0.5)
    assert second["duration_ms"][0] == pytest.approx(1000, rel=0.02)
    assert second["first_chunk_ms"] == pytest.approx([200, 200], rel=0.02)
    assert third["hour_s"] - second["hour_s"] == 3600


def test_a_call_that_comes_again_is_counted_once(store: Store) -> None:
    for version in (1, 2, 3):
        write(store, [make_generation(1)], version=version)
        count_changed_hours(store)
    assert [row["generations"] for row in read_hours(store)] == [1]


def test_a_call_that_moves_leaves_its_hour(store: Store) -> None:
    write(store, [make_generation(1)], version=1)
    count_changed_hours(store)
    write(store, [make_generation(1, start_time_ns=START_NS + 48 * HOUR_NS)], version=2)
    count_changed_hours(store)
    assert [row["hour_s"] for row in read_hours(store)] == [find_hour(START_NS + 48 * HOUR_NS)]


def test_a_call_that_vanishes_takes_its_row_along(store: Store) -> None:
    write(store, [make_generation(1)], version=1)
    count_changed_hours(store)
    write(store, [], removed=[make_generation(1)], version=2)
    count_changed_hours(store)
    assert read_hours(store) == []


def test_a_crash_between_both_tables_loses_no_hour(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    write(store, [make_generation(1)], version=1)
    count_changed_hours(store)
    moved = [make_generation(1, start_time_ns=START_NS + HOUR_NS)]
    insert = Store.insert

    def die(self: Store, table: str, columns: Any) -> None:
        if table == "generations":
            raise ConnectionError("killed")
        insert(self, table, columns)

    monkeypatch.setattr(Store, "insert", die)
    with pytest.raises(ConnectionError):
        write(store, moved, version=2)
    monkeypatch.setattr(Store, "insert", insert)
    count_changed_hours(store)
    write(store, moved, version=3)
    count_changed_hours(store)
    assert simplify(read_hours(store)) == simplify(read_direct(store))


def test_times_that_no_hour_can_tell_do_not_stop_the_stage(store: Store) -> None:
    write(store, [make_generation(1, start_time_ns=2**63 - 1), make_generation(2, start_time_ns=0)], version=1)
    count_changed_hours(store)
    assert sum(row["generations"] for row in read_hours(store)) == 2


CALLS = st.builds(
    make_generation,
    number=st.integers(0, 4),
    start_time_ns=st.integers(0, 3).map(lambda hour: START_NS + hour * HOUR_NS),
    duration_ns=st.integers(0, 10**11),
    request_model=st.sampled_from(["tiny", "large"]),
    service_name=st.sampled_from(["", "shop"]),
    outcome=st.sampled_from(["completed", "error", "stopped"]),
    input_tokens=st.none() | st.integers(0, 1000),
    cost_usd=st.none() | st.floats(0, 1),
    time_to_first_chunk_ns=st.none() | st.integers(0, 10**10),
)
STEPS = st.lists(st.tuples(st.sampled_from(["write", "remove", "count", "merge"]), CALLS), max_size=12)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_after_any_history_hours_say_what_the_calls_say(store: Store, steps: list[tuple[str, Generation]]) -> None:
    for table in TABLES:
        store.execute(f"TRUNCATE TABLE {table}")
    for stage in STAGES:
        stage.forget()
    for version, (step, call) in enumerate(steps, start=1):
        if step == "write":
            write(store, [call], version=version)
        elif step == "remove":
            write(store, [], removed=[call], version=version)
        elif step == "count":
            count_changed_hours(store)
        else:
            store.execute("OPTIMIZE TABLE generations_by_time FINAL")
    count_changed_hours(store)
    assert simplify(read_hours(store)) == simplify(read_direct(store))


def test_filters_narrow_the_figures(store: Store) -> None:
    calls = [make_generation(1, environment="test"), make_generation(2, service_name="shop"), make_generation(3)]
    write(store, [*calls, replace(calls[2], trace_id="other", project_id=2)], version=1)
    count_changed_hours(store)
    for filters, count in ({"environment": "test"}, 1), ({"service_name": "shop"}, 1), ({"model": "tiny"}, 3):
        assert [row["generations"] for row in read_hours(store, **filters)] == [count]
    assert read_hours(store, model="large") == []
    assert [row["generations"] for row in read_hours(store, project_id=2)] == [1]


def test_the_stage_rests_after_a_batch(store: Store) -> None:
    pace = Pace(count_changed_hours, REST_FACTOR)
    write(store, [make_generation(1)], version=1)
    assert pace.run(store) == 1
    write(store, [make_generation(2)], version=2)
    assert pace.run(store) == 0
    assert ROLLUPS.measure_lag(store) > 0


def test_rest_gives_hours(server: Server) -> None:
    hour_ns = time.time_ns() // HOUR_NS * HOUR_NS
    write(server.store, [make_generation(1, start_time_ns=hour_ns, cost_usd=0.25)], version=1)
    count_changed_hours(server.store)
    [hour] = server.get_json("hours?days=1")["items"]
    assert (hour["model"], hour["generations"], hour["cost_usd"], hour["input_tokens"]) == ("tiny", 1, 0.25, None)
    assert hour["duration_ms_p50"] == pytest.approx(1000, rel=0.02)
    assert hour["time_to_first_chunk_ms_p95"] is None
    assert server.get_json("hours?model=other")["items"] == []


def read_periods(store: Store, step_s: int = 3600) -> SpeedPeriods:
    """The hour at which calls of these tests begin, and the hour before it."""
    where = compile_filter(read_filter(""), "hours", 0)
    return load_speed(store, 1, START_NS - HOUR_NS, START_NS, step_s, where)


def test_times_of_a_period_are_right_to_two_percent(store: Store) -> None:
    """Against the exact percentiles of times that lie far apart; what fails or is not an answer counts as it should."""
    draw = random.Random(7)  # noqa: S311 -- the same times each time
    durations = sorted(round(10**9 * math.exp(draw.gauss(0.5, 1))) for _ in range(2_000))
    calls = [
        make_generation(number, duration_ns=each, time_to_first_chunk_ns=each // 4, output_tokens=76)
        for number, each in enumerate(durations)
    ]
    failed = make_generation(9_001, duration_ns=10**6, outcome="error")
    vector = make_generation(9_002, duration_ns=10**12, operation="embeddings")
    earlier = make_generation(9_003, start_time_ns=START_NS - HOUR_NS, duration_ns=4 * 10**9)
    write(store, [*calls, failed, vector, earlier], version=1)
    count_changed_hours(store)
    found = read_periods(store)
    exact = [durations[round(share * 2_000)] / 1e6 for share in (0.5, 0.95, 0.99)]
    assert found.now.duration_ms
    assert found.now.first_chunk_ms
    assert found.now.token_ms
    assert list(astuple(found.now.duration_ms)) == pytest.approx(exact, rel=0.02)
    assert list(astuple(found.now.first_chunk_ms)) == pytest.approx([each / 4 for each in exact], rel=0.02)
    assert list(astuple(found.now.token_ms)) == pytest.approx([each / 100 for each in exact], rel=0.02)
    assert (found.now.calls, found.now.answers, found.now.errors) == (2_002, 2_001, 1)
    for limit_ms in (300, 1_000, 4_321):
        within = sum(each <= limit_ms * 10**6 for each in durations)
        assert found.now.count_within(limit_ms) == pytest.approx(within, abs=20)
    assert found.before.calls == 1
    assert found.before.count_within(3_900) == 0
    assert found.before.count_within(4_200) == 1
    assert list(found.slices) == [START_NS // HOUR_NS * 3600]


def test_a_period_without_calls_has_no_times(store: Store) -> None:
    found = read_periods(store)
    assert (found.now, found.before, found.slices) == (Speed(), Speed(), {})


def test_hours_that_were_counted_before_are_counted_again_with_what_is_new(store: Store) -> None:
    """As the schema file says it to a store that was filled by an earlier version, and only to that."""
    [*_, again, _] = (SCHEMA_DIRECTORY / "030_generation_speed.sql").read_text().split(";\n")
    write(store, [make_generation(1)], version=1)
    store.execute(again)
    count_changed_hours(store)
    assert ROLLUPS.read_watermark(store) == 1
    store.execute(again)
    assert ROLLUPS.read_watermark(store) == 0
