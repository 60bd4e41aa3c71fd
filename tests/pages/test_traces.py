"""The pages of traces: the list, and one with its spans."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from feedback.pages.trace_filters import TraceFilters, list_trace_chips
from tests.pages.conftest import Page, Teller
from tests.tracing.otlp import insert_logs, insert_spans, make_log, make_span, make_span_id, make_trace_id
from tracing.derivation import READING
from tracing.tasks import read_changed_traces

Open = Callable[[str], Page]
SECOND_NS = 10**9
HOSTILE = "<script>alert(1)</script> \u202e'\" onload=x {{ 7 }}"


def write(teller: Teller, trace: int, age_s: float = 60, took_s: float = 2, **fields: Any) -> int:
    """A model call in a trace of its own; returns when it began."""
    start = time.time_ns() - int(age_s * SECOND_NS)
    attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-x",
        "gen_ai.provider.name": "example",
        "gen_ai.conversation.id": f"c-{trace}",
        "user.id": "anna",
        "gen_ai.usage.input_tokens": 10,
        "gen_ai.usage.output_tokens": 5,
        "gen_ai.input.messages": '[{"role":"user","parts":[{"type":"text","content":"Where is my order?"}]}]',
        "gen_ai.output.messages": '[{"role":"assistant","parts":[{"type":"text","content":"On its way."}]}]',
    }
    times = {"start_time_unix_nano": start, "end_time_unix_nano": start + int(took_s * SECOND_NS)}
    span = make_span(1, trace, fields.pop("attributes", attributes), **({"name": "chat gpt-x"} | times | fields))
    insert_spans(teller.store, span)
    return start


@pytest.fixture
def read(teller: Teller) -> Callable[[], None]:
    """Have the stage read what was written."""
    READING.forget()
    return lambda: read_changed_traces() and None


def list_traces(page: Page) -> list[int]:
    return [int(link.partition("?")[0].rpartition("/")[2], 16) for link in page.find_links("/traces/")]


def test_without_any_it_says_what_a_trace_is(teller: Teller, open_page: Open) -> None:
    page = open_page("traces")
    assert "No trace has come in yet" in page.text
    assert page.find_links("/setup")


def test_the_list_shows_what_ran_and_what_it_took(teller: Teller, open_page: Open, read: Callable[[], None]) -> None:
    write(teller, 1)
    write(teller, 2, age_s=30, took_s=20, status={"code": 2, "message": "busy"})
    read()
    page = open_page("traces")
    assert list_traces(page) == [2, 1]
    assert "Where is my order?" in page.text  # the turn's own words
    assert page.find_links("/conversations/c-1")
    assert page.find_links("/users/anna")
    assert list_traces(open_page("traces?failed=yes")) == [2]
    assert list_traces(open_page("traces?slower=10s")) == [2]
    assert list_traces(open_page("traces?q=latency<10s")) == [1]
    assert list_traces(open_page("traces?model=gpt-x&user_id=anna&range=24h")) == [2, 1]
    assert "No trace matches" in open_page("traces?model=other").text


def test_a_trace_is_found_by_its_id(teller: Teller, open_page: Open) -> None:
    write(teller, 0xAB00 << 100)
    write(teller, 0xCD00 << 100)
    assert list_traces(open_page("traces?trace=000AB")) == [0xAB00 << 100]
    page = open_page(f"traces?trace={make_trace_id(0xAB00 << 100)}")
    assert page.status == 302
    assert page.response.headers["Location"].endswith(f"/traces/{make_trace_id(0xAB00 << 100)}")
    assert "No trace matches" in open_page("traces?trace=000ff").text


def test_a_search_that_cannot_be_read_is_told(teller: Teller, open_page: Open) -> None:
    write(teller, 1)
    page = open_page("traces?q=colour:red")
    assert page.status == 200
    assert 'role="alert"' in page.html


def test_each_filter_is_told_and_can_be_taken_away() -> None:
    filters = TraceFilters.from_query({"failed": "yes", "slower": "10s", "trace": "AB", "user_id": "anna"})
    chips = {chip.words: chip.query for chip in list_trace_chips(filters, {})}
    assert chips["with a span that failed"] == "user_id=anna&slower=10s&trace=ab"
    assert len(chips) == 4
    assert TraceFilters.from_query({"failed": "perhaps", "slower": "1 year"}) == TraceFilters()


def test_a_trace_shows_its_turn_and_a_span_whole(teller: Teller, open_page: Open, read: Callable[[], None]) -> None:
    write(teller, 1)
    insert_logs(teller.store, make_log("retried", attributes={"attempt": 2}))
    read()
    page = open_page(f"traces/{make_trace_id(1)}")
    assert "Turn 1 of 1" in page.text
    assert page.find_links("/conversations/c-1?turn=1#turn-1")
    assert "10 in, 5 out" in page.text
    assert "On its way." in page.text
    assert "retried" in page.text
    assert open_page(f"traces/{make_trace_id(1).upper()}").status == 200


def test_the_span_of_the_address_is_shown_else_the_first_that_failed(teller: Teller, open_page: Open) -> None:
    insert_spans(
        teller.store,
        make_span(1, name="root", attributes={"colour": "red"}),
        make_span(2, name="lookup", parent=1, status={"code": 2, "message": "not there"}),
    )
    page = open_page(f"traces/{make_trace_id(1)}")
    assert "not there" in page.text
    assert "colour" not in page.text
    page = open_page(f"traces/{make_trace_id(1)}?span={make_span_id(1)}")
    assert "not there" not in page.text
    assert "colour" in page.text


def test_a_trace_that_there_is_not(teller: Teller, open_page: Open) -> None:
    assert open_page("traces/abc").status == 404
    assert open_page("traces/beside/abc").status == 404


def test_the_traces_beside_it_in_the_list_are_found(teller: Teller, open_page: Open) -> None:
    write(teller, 1, age_s=300)
    write(teller, 2, age_s=200, took_s=20)
    write(teller, 3, age_s=100)

    def step(trace: int, query: str) -> str:
        location: str = open_page(f"traces/beside/{make_trace_id(trace)}?{query}").response.headers["Location"]
        return location

    assert step(2, "way=newer").endswith(make_trace_id(3))
    assert step(2, "way=older").endswith(make_trace_id(1))
    assert step(3, "way=newer").endswith(f"{make_trace_id(3)}?end=newer")
    assert "the newest trace" in open_page(f"traces/{make_trace_id(3)}?end=newer").text
    assert f"{make_trace_id(2)}?slower=10s" in step(1, "way=newer&slower=10s")
    assert step(1, "way=older&slower=10s").endswith(f"{make_trace_id(1)}?slower=10s&end=older")


def test_of_ten_thousand_spans_the_upper_ones_and_those_that_failed_are_shown(teller: Teller, open_page: Open) -> None:
    now = time.time_ns()
    spans = [make_span(1, name="root", start_time_unix_nano=now, end_time_unix_nano=now + 10**9)]
    for number in range(2, 10_001):
        fails: dict[str, Any] = {"status": {"code": 2}} if number == 9_000 else {}
        spans.append(make_span(number, parent=1 if number % 100 == 2 else number - 1, name=f"step {number}", **fails))
    insert_spans(teller.store, *spans)
    page = open_page(f"traces/{make_trace_id(1)}?span={make_span_id(1)}")
    assert page.html.count('role="row"') == 400
    assert "400 of 10,000 spans" in page.text
    assert "step 9000" in page.text
    assert len(page.html) < 1_500_000
    inside = open_page(f"traces/{make_trace_id(1)}?within={make_span_id(102)}")
    assert inside.html.count('role="row"') == 100
    assert "Only what stands below “step 102”" in inside.text


def test_many_children_of_one_span_come_part_by_part(teller: Teller, open_page: Open) -> None:
    now = time.time_ns()
    spans = [make_span(1, name="root", start_time_unix_nano=now - 10**6)]
    insert_spans(teller.store, *spans, *(make_span(n, parent=1, name=f"step {n}") for n in range(2, 902)))
    page = open_page(f"traces/{make_trace_id(1)}?within={make_span_id(1)}&from=800")
    assert page.html.count('role="row"') == 101
    assert open_page(f"traces/{make_trace_id(1)}?within={make_span_id(1)}&from=nonsense").status == 200


def test_what_does_not_fit_together_is_told_and_harms_nothing(teller: Teller, open_page: Open) -> None:
    now = time.time_ns()
    insert_spans(
        teller.store,
        make_span(1, name="root", start_time_unix_nano=now),
        make_span(2, name="early", parent=1, start_time_unix_nano=now - 50_000_000),
        make_span(3, name="orphan", parent=99),
        make_span(4, name="circle", parent=5),
        make_span(5, name="round", parent=4),
    )
    page = open_page(f"traces/{make_trace_id(1)}")
    assert page.html.count('role="row"') == 5
    assert "1 span names a parent that did not come in" in page.text
    assert "2 spans stand below a circle of parents" in page.text
    assert "1 span begins before its parent, by up to 50 ms" in page.text


def test_hostile_names_and_values_stay_text(teller: Teller, open_page: Open, read: Callable[[], None]) -> None:
    attributes = {HOSTILE: HOSTILE, "gen_ai.tool.name": HOSTILE, "gen_ai.operation.name": "execute_tool"}
    link = {"trace_id": b"", "span_id": b""}
    insert_spans(teller.store, make_span(1, 1, attributes, name=HOSTILE, links=[link], events=[{"name": HOSTILE}]))
    read()
    for address in ("traces", f"traces/{make_trace_id(1)}", f"traces?q={HOSTILE}", f"traces?trace={HOSTILE}"):
        page = open_page(address)
        assert page.status == 200, address
        assert "<script>alert" not in page.html
