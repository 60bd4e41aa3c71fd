"""Filters become SQL: fixed pieces, every value bound, only what was asked for; and the time that they leave."""

import re
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracing.filter_fields import FIELDS, ListName
from tracing.filter_language import Condition, Filter, FilterError, read_filter
from tracing.filter_sql import LATEST_NS, MARKER, Where, compile_filter, find_bounds, find_search
from tracing.store import Store, place_where

DAY_NS = 86_400 * 10**9
NOW_NS = 20_000 * DAY_NS
NAME_FIELDS = [field.name for field in FIELDS if field.kind == "name" and not field.choices]
MARKED = st.text(max_size=20).map(lambda text: f"§{text}§")


@given(
    st.lists(
        st.builds(
            Condition,
            st.sampled_from([*NAME_FIELDS, "text"]),
            st.just(":"),
            st.tuples(MARKED),
            st.booleans(),
        ),
        max_size=4,
    ),
    st.sampled_from(get_args(ListName)),
)
def test_nothing_that_a_person_typed_stands_in_sql(conditions: list[Condition], list_name: ListName) -> None:
    try:
        where = compile_filter(Filter(tuple(conditions)), list_name, NOW_NS)
    except FilterError:
        return
    assert "§" not in where.sql
    assert "%s" not in where.sql
    assert set(re.findall(r"\{(\w+):", where.sql)) - {"project_id"} == set(where.parameters)


def test_only_what_was_asked_for_stands_in_sql() -> None:
    where = compile_filter(read_filter("user:anna cost>1"), "conversations", NOW_NS)
    assert where == Where(
        "(user_id IN {filter_0:Array(String)}) AND (cost_usd > {filter_1:Float64})",
        {"filter_0": ["anna"], "filter_1": 1.0},
    )
    assert compile_filter(Filter(), "conversations", NOW_NS) == Where(MARKER, {})


def test_a_query_without_a_place_for_a_filter_is_not_asked_with_one(store: Store) -> None:
    with pytest.raises(ValueError, match="says `true /\\* filter \\*/` once"):
        store.query("feedback/sql/page_choices.sql", Where("user_id = 'a'"), project_id=1)
    with pytest.raises(ValueError, match="once"):
        place_where(f"SELECT 1 WHERE {MARKER} OR {MARKER}", Where("false"))


@pytest.mark.parametrize(
    ("text", "since_ns", "until_ns"),
    [
        ("", 0, LATEST_NS),
        ("time:1d", NOW_NS - DAY_NS, LATEST_NS),
        ("time<1d time>=3d", NOW_NS - 3 * DAY_NS, NOW_NS - DAY_NS),
        ("time:1970-01-03", 2 * DAY_NS, 3 * DAY_NS),
        ("time>1970-01-03", 3 * DAY_NS, LATEST_NS),
        ("time<=1970-01-03", 0, 3 * DAY_NS),
        ("-time:1970-01-03 time:1970-01-01,1970-01-09 cost>1 word", 0, LATEST_NS),
    ],
)
def test_the_time_that_a_filter_leaves_is_found(text: str, since_ns: int, until_ns: int) -> None:
    assert find_bounds(read_filter(text), NOW_NS) == (since_ns, until_ns)


def test_phrases_that_must_and_must_not_stand_are_told_apart() -> None:
    search = find_search(read_filter('red "hold on" -blue -"let go"'))
    assert search.words == ("red", "hold", "on")
    assert (search.phrases, search.unsaid) == ((("hold", "on"),), (("let", "go"),))
    assert search.has_phrases
    assert not find_search(read_filter("red -blue")).has_phrases
