"""The pages of traces: the list, and one with its spans."""

from collections.abc import Callable

from tests.pages.conftest import Page, Teller
from tests.tracing.otlp import insert_spans, make_span, make_trace_id

Open = Callable[[str], Page]


def test_a_trace_is_listed_and_opens(teller: Teller, open_page: Open) -> None:
    insert_spans(teller.store, make_span(1, name="answer"), make_span(2, parent=1, name="look up"))
    page = open_page("traces")
    assert "answer" in page.text
    [link] = page.find_links(f"/traces/{make_trace_id(1)}")
    trace = open_page(link)
    assert trace.status == 200
    assert "look up" in trace.text
