"""Pages of model calls hold each once, latest first, however often and wherever calls were written before."""

from tests.tracing.test_rollups import HOUR_NS, START_NS, make_generation, write
from tracing.filter_language import read_filter
from tracing.filter_sql import compile_filter
from tracing.generation_list import load_generation_page, place_call
from tracing.paging import Place
from tracing.store import Store


def list_all(store: Store, limit: int, **filters: str) -> list[str]:
    """Trace ids of all pages."""
    found: list[str] = []
    place = Place()
    where = compile_filter(read_filter("", filters), "generations", 0)
    while rows := load_generation_page(store, 1, place, limit, where):
        found += [row["trace_id"] for row in rows]
        place = place_call(rows[-1])
    return found


def test_pages_reach_back_over_any_number_of_hours(store: Store) -> None:
    calls = [make_generation(n, span_id=f"s{n:02}", start_time_ns=START_NS - n * HOUR_NS // 3) for n in range(20)]
    write(store, calls, version=1)
    expected = [f"trace-{n}" for n in range(20)]
    assert [list_all(store, limit) for limit in (1, 7, 50)] == [expected] * 3


def test_old_versions_neither_show_nor_hide_older_calls(store: Store) -> None:
    write(store, [make_generation(n, start_time_ns=START_NS - 50 * HOUR_NS + n) for n in range(5)], version=1)
    for version in range(2, 12):  # the same call ten times in one hour, at last in another
        write(store, [make_generation(9, start_time_ns=START_NS - HOUR_NS + version)], version=version)
    write(store, [make_generation(9, start_time_ns=START_NS)], version=20)
    assert list_all(store, 3) == ["trace-9", "trace-4", "trace-3", "trace-2", "trace-1", "trace-0"]


def test_calls_of_one_time_and_span_id_in_many_traces_are_each_given_once(store: Store) -> None:
    write(store, [make_generation(n, span_id="same", start_time_ns=START_NS) for n in range(5)], version=1)
    assert [list_all(store, limit) for limit in (1, 2, 5)] == [[f"trace-{n}" for n in range(5)]] * 3


def test_filters_hold_for_the_latest_version(store: Store) -> None:
    write(store, [make_generation(1, user_id="anna"), make_generation(2, user_id="bo")], version=1)
    write(store, [make_generation(1, user_id="bo", start_time_ns=START_NS + 5)], version=2)
    assert list_all(store, 10, user_id="anna") == []
    assert list_all(store, 10, user_id="bo") == ["trace-1", "trace-2"]
