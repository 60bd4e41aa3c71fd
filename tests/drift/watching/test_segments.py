"""Which segments days are cut into, and that none of their figures is lost."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from benchmarks.drift_rows import TOPICS_VERSION, find_first, list_rows
from benchmarks.drift_worlds import make_segment
from drift.detection.distances import Texts
from drift.detection.metrics import Kind
from drift.detection.series import Series
from drift.detection.strata import Strata
from drift.detection.watch import find_bound, watch
from drift.observing.records import DayRow
from drift.watching.segments import MOST_SEGMENTS, SegmentName, list_watched, read_segment_name

DAY = date(2026, 11, 2)


def make_rows(
    prompt: str, model: str, count: float, days: int = 28, first: date = DAY, service: str = "chat"
) -> list[DayRow]:
    return [
        DayRow(first + timedelta(days=day), service, "prod", prompt, model, count, ("turns",), *np.ones((3, 1)))
        for day in range(days)
    ]


def list_names(rows: list[DayRow]) -> list[SegmentName]:
    return [each.name for each in list_watched(rows)]


def test_a_whole_with_one_model_and_prompt_names_them() -> None:
    assert list_names(make_rows("v1", "gpt-5", 100)) == [SegmentName("chat", "prod", "v1", "gpt-5")]
    assert list_names(make_rows("", "", 100)) == [SegmentName("chat", "prod")]


def test_parts_with_enough_conversations_are_watched_beside_their_whole() -> None:
    rows = make_rows("v1", "gpt-5", 90) + make_rows("v2", "gpt-5", 8) + make_rows("v3", "gpt-5", 2)
    assert list_names(rows) == [
        SegmentName("chat", "prod", None, "gpt-5"),
        SegmentName("chat", "prod", "v1", "gpt-5", is_part=True),
        SegmentName("chat", "prod", "v2", "gpt-5", is_part=True),
    ]


def test_a_whole_keeps_its_key_when_its_model_is_exchanged() -> None:
    [before] = list_names(make_rows("", "gpt-5", 100))
    [after] = list_names(make_rows("", "gpt-5", 100) + make_rows("", "gpt-6", 100, first=DAY + timedelta(days=28)))
    assert (before.model, after.model) == ("gpt-5", "gpt-6")
    assert before.key == after.key
    assert replace(after, is_part=True).key != after.key


def test_a_part_that_ended_is_watched_where_the_past_is_asked_for() -> None:
    rows = make_rows("", "gpt-5", 100) + make_rows("", "gpt-6", 100, first=DAY + timedelta(days=28))
    assert [each.name.model for each in list_watched(rows)] == ["gpt-6"]
    assert [each.name.model for each in list_watched(rows, since=DAY)] == ["gpt-6", "gpt-6", "gpt-5"]


def test_a_name_is_written_and_read_and_says_where() -> None:
    name = SegmentName("chat", "prod", "v2", "gpt-5", is_part=True)
    assert read_segment_name(name.write()) == name
    assert read_segment_name({}) == SegmentName("", "")
    assert name.words == "chat, in prod, prompt v2, model gpt-5"
    assert SegmentName("", "").words == "unnamed service"
    assert len({SegmentName("a", "b").key, SegmentName("a\x00b", "").key, SegmentName("", "ab").key}) == 3


def test_the_busiest_segments_are_watched() -> None:
    rows = [row for number in range(120) for row in make_rows("", "", 1 + number, days=1, service=f"s{number}")]
    names = list_names(rows)
    assert len(names) == MOST_SEGMENTS
    assert names[0].service_name == "s119"


def test_days_of_a_whole_are_the_sums_of_its_parts_from_a_monday_on() -> None:
    world = make_segment(3, 60)
    first = find_first(world)
    rows = [*list_rows(world, first, model="a"), *list_rows(world, first, model="b")]
    whole = list_watched(rows, [f"topic {number}" for number in range(20)])[0]
    assert whole.first.weekday() == 0
    pad = world.first_weekday
    assert whole.find_day(pad) == first
    assert (whole.segment.conversations[pad:] == 2 * world.conversations).all()
    for mine, theirs in zip(whole.segment.series, sort_like(whole.segment.series, world.series), strict=True):
        assert mine.metric == theirs.metric
        np.testing.assert_allclose(
            mine.sums[pad:] if isinstance(mine, Texts) else mine.sums[..., pad:], 2 * theirs.sums
        )
        np.testing.assert_allclose(mine.counts[..., pad:], 2 * theirs.counts)
    assert [one.part for one in whole.segment.series if isinstance(one, Series)][:2] == ["topic 0", "topic 1"]


def sort_like(
    mine: tuple[Series | Strata | Texts, ...], theirs: tuple[Series | Strata | Texts, ...]
) -> list[Series | Strata | Texts]:
    """Topics as they are, the rest by name."""
    topics = iter([one for one in theirs if one.metric.kind is Kind.TOPIC])
    rest = {one.metric.name: one for one in theirs if one.metric.kind is not Kind.TOPIC}
    return [next(topics) if one.metric.kind is Kind.TOPIC else rest[one.metric.name] for one in mine]


def test_days_counted_by_other_topics_are_days_without_topics() -> None:
    world = make_segment(3, 60)
    rows = list(list_rows(world, find_first(world)))
    old = [replace(row, topics_version=0) for row in rows[:30]] + rows[30:]
    [segment] = list_watched(old)
    pad = world.first_weekday
    shares = [one for one in segment.segment.series if one.metric.kind is Kind.TOPIC]
    assert len(shares) == 20
    assert shares[0].counts[: pad + 30].sum() == 0
    assert (shares[0].counts[pad + 30 :] == world.conversations[30:]).all()
    assert rows[0].topics_version == TOPICS_VERSION


def test_without_topics_lengths_are_compared_as_they_are() -> None:
    rows = [
        DayRow(DAY + timedelta(days=day), "chat", "", "", "", 9, ("output_length",), *np.full((3, 1), 9.0))
        for day in range(3)
    ]
    [segment] = list_watched(rows)
    [lengths] = segment.segment.series
    assert isinstance(lengths, Series)
    assert lengths.counts.tolist() == [9, 9, 9]


def test_a_day_without_rows_is_no_alarm_and_loses_nothing() -> None:
    world = make_segment(3, 90)
    rows = [row for row in list_rows(world, find_first(world)) if row.day.day != 13]
    [segment] = list_watched(rows)
    watched = watch(segment.segment, find_bound(1))
    assert watched.alarms == ()
    assert max(watched.scores) > 0
