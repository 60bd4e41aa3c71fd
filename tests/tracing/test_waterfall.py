"""Spans as rows of a tree on one scale of time: parents before children, whatever their parents say."""

import doctest

from hypothesis import given
from hypothesis import strategies as st

import tracing.waterfall
from tracing.generations import Generation
from tracing.spans import Span
from tracing.tool_runs import ToolRun
from tracing.waterfall import MAX_ROWS, MOST_INSIDE, SpanFigures, draw_waterfall, list_figures, write_value


def make_span(name: str, parent: str = "", start: int = 0, duration: int = 10, **attributes: str) -> Span:
    return Span(1, "trace", name, parent, name, "Internal", start, duration, "Unset", attributes=attributes)


def test_examples_in_docstrings_hold() -> None:
    assert not doctest.testmod(tracing.waterfall).failed


def test_children_stand_below_their_parents_on_one_scale() -> None:
    spans = [make_span("root", duration=100), make_span("late", "root", 50, 50), make_span("early", "root", 0, 25)]
    rows = draw_waterfall([*spans, make_span("inner", "early", 5, 5)], {"late": SpanFigures("model")}).rows
    assert [(row.span.name, row.depth, row.left, row.width) for row in rows] == [
        ("root", 0, 0, 100), ("early", 1, 0, 25), ("inner", 2, 5, 5), ("late", 1, 50, 50),
    ]  # fmt: skip
    assert [row.kind for row in rows] == ["", "", "", "model"]
    assert [(row.place, row.siblings, row.has_children) for row in rows] == [
        (1, 1, True), (1, 2, True), (1, 1, False), (2, 2, False),
    ]  # fmt: skip


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(-5, 100), st.integers(0, 100)), max_size=9))
def test_every_span_is_shown_once_within_the_scale(told: list[tuple[int, int, int]]) -> None:
    spans = [make_span(str(at), str(parent), start, took) for at, (parent, start, took) in enumerate(told)]
    rows = draw_waterfall(spans).rows
    assert sorted(row.span.name for row in rows) == sorted(span.name for span in spans)
    assert all(0 <= row.left <= row.left + row.width <= 100.001 for row in rows)


def test_a_trace_of_very_many_spans_is_cut_and_counted() -> None:
    waterfall = draw_waterfall([make_span(str(index), start=index) for index in range(MAX_ROWS + 5)])
    assert (len(waterfall.rows), waterfall.total) == (MAX_ROWS, MAX_ROWS + 5)


def test_attributes_are_folded_in_as_long_as_there_is_room() -> None:
    spans = [make_span(str(index), start=index, text="x" * 15_000) for index in range(30)]
    told = [row.is_told for row in draw_waterfall(spans).rows]
    assert told == sorted(told, reverse=True)
    assert sum(told) == MOST_INSIDE // 15_004 + 1


def test_the_first_words_are_marked_where_they_came_within_the_span() -> None:
    spans = [make_span("call", start=100, duration=100), make_span("root", start=0, duration=200)]
    [_, call] = draw_waterfall(spans, {"call": SpanFigures("model", time_to_first_chunk_ns=50)}).rows
    assert call.first_token == 75
    [_, late] = draw_waterfall(spans, {"call": SpanFigures("model", time_to_first_chunk_ns=500)}).rows
    assert late.first_token is None


def test_a_call_that_is_told_twice_has_its_figures_once() -> None:
    call = Generation(1, "t", "own", "", 0, 10, "genai", other_span_ids=("again",), input_tokens=7)
    run = ToolRun(1, "t", "tool", "", "find", "", "{}", "", "completed", "", "", 0, 5)
    figures = list_figures([call], [run])
    assert {name: (each.kind, each.input_tokens) for name, each in figures.items()} == {
        "own": ("model", 7), "again": ("model", None), "tool": ("tool", None),
    }  # fmt: skip


def test_an_attribute_that_is_json_is_set_out_and_what_only_looks_so_is_not() -> None:
    assert write_value("[1]") == "[\n  1\n]"
    assert write_value("[not json") == "[not json"
    assert write_value("[" * 5000) == "[" * 5000
    assert len(write_value("x" * 1_000_000)) < 21_000
