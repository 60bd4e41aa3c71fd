"""Traces are listed by the time at which they began, each once and on one page only, whatever spans they have."""

import pytest

from tests.conftest import Server
from tests.tracing.otlp import make_span_id, make_trace_id
from tracing import trace_list
from tracing.paging import Place
from tracing.store import Store
from tracing.trace_list import TraceSummary, list_traces

SECOND_NS = 10**9
START_NS = 1_700_000_000 * SECOND_NS
NOW_NS = START_NS + 25 * SECOND_NS


def write_trace(store: Store, number: int, begin_s: int, spans: int = 2, status: str = "Ok") -> None:
    """A trace of so many spans, one a second, each of half a second."""
    store.insert(
        "otel_traces",
        {
            "project_id": [1] * spans,
            "TraceId": [make_trace_id(number)] * spans,
            "SpanId": [make_span_id(100 * number + index + 1) for index in range(spans)],
            "ParentSpanId": ["" if index == 0 else make_span_id(100 * number + 1) for index in range(spans)],
            "SpanName": [f"root {number}" if index == 0 else "child" for index in range(spans)],
            "ServiceName": ["shop"] * spans,
            "Timestamp": [START_NS + (begin_s + index) * SECOND_NS for index in range(spans)],
            "Duration": [SECOND_NS // 2] * spans,
            "StatusCode": [status] * spans,
        },
    )


def list_all(store: Store, limit: int) -> list[str]:
    """Ids of all traces, page after page."""
    found: list[str] = []
    place = Place()
    while page := list_traces(store, 1, place, limit, NOW_NS):
        found += [trace.trace_id for trace in page]
        place = page[-1].place
    return found


def test_a_trace_is_summed_up(store: Store) -> None:
    write_trace(store, 1, 0, spans=3, status="Error")
    assert list_traces(store, 1, Place(), 10, NOW_NS) == [
        TraceSummary(make_trace_id(1), "root 1", "shop", START_NS, 5 * SECOND_NS // 2, 3, 3)
    ]


def test_spans_that_came_twice_count_once(store: Store) -> None:
    for _ in range(3):
        write_trace(store, 1, 0)
    assert [(trace.span_count, trace.error_count) for trace in list_traces(store, 1, Place(), 10, NOW_NS)] == [(2, 0)]


def test_other_projects_are_not_listed(store: Store) -> None:
    write_trace(store, 1, 0)
    assert list_traces(store, 2, Place(), 10, NOW_NS) == []


@pytest.mark.parametrize("windows_s", [(3600,), (1, 3, 9), ()])
@pytest.mark.parametrize("spans_looked_at", [1, 2, 100])
@pytest.mark.parametrize("limit", [1, 3, 50])
def test_pages_hold_every_trace_once_latest_first(
    store: Store, monkeypatch: pytest.MonkeyPatch, limit: int, spans_looked_at: int, windows_s: tuple[int, ...]
) -> None:
    monkeypatch.setattr(trace_list, "WINDOWS_NS", tuple(each * SECOND_NS for each in windows_s))
    monkeypatch.setattr(trace_list, "SPANS_A_TRACE", spans_looked_at)
    begins = {number: 7 * number % 20 for number in range(1, 15)}
    for number, begin in begins.items():
        write_trace(store, number, begin, spans=1 + 5 * (number % 4))  # long ones reach over many short ones
    expected = sorted(begins, key=lambda number: (-begins[number], make_trace_id(number)))
    assert list_all(store, limit) == [make_trace_id(number) for number in expected]


def test_rest_gives_pages_of_traces(server: Server) -> None:
    for number in (1, 2, 3):
        write_trace(server.store, number, number)
    first = server.get_json("traces?limit=2")
    assert [item["name"] for item in first["items"]] == ["root 3", "root 2"]
    assert first["items"][0] == {
        "trace_id": make_trace_id(3),
        "name": "root 3",
        "service_name": "shop",
        "start_time": "2023-11-14T22:13:23.000000Z",
        "duration_ms": 1500.0,
        "span_count": 2,
        "error_count": 0,
    }
    rest = server.get_json(f"traces?limit=2&cursor={first['next_cursor']}")
    assert ([item["name"] for item in rest["items"]], rest["next_cursor"]) == (["root 1"], None)
