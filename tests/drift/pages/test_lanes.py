"""Lanes of families: lines, the usual range, marks and shades over the same days."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from drift.pages.alarms import Alarm, Move
from drift.pages.lanes import Change, Lanes, draw_lanes
from drift.watching.outlooks import Line

FIRST = date(2026, 9, 1)
DAYS = [FIRST + timedelta(days=number) for number in range(40)]
WOBBLE = (0.0, 0.01, -0.01, 0.02, -0.02)


def make_line(
    values: Sequence[float | None], metric: str = "output_length", part: str = "", usual: float = 0.0
) -> Line:
    return Line(metric, part, tuple(values), (usual,) * len(values))


def make_values(length: int = 40, moved: float = 0.0, since: int = 40) -> list[float | None]:
    return [WOBBLE[day % 5] + (moved if day >= since else 0.0) for day in range(length)]


def make_alarm(
    started: int = 30, state: Any = "open", closed: date | None = None, metric: str = "output_length"
) -> Alarm:
    move = Move(metric, "", "output", "", 1.0, 0.5, 0.0, 0.3)
    begun = DAYS[0] + timedelta(days=started)
    return Alarm(1, ("key",), "x", begun, begun, 9.0, 5.0, state, closed, "", (), {"output": 1.0}, (move,))


def draw(*lines: Line, alarms: Sequence[Alarm] = (), changes: Sequence[Change] = ()) -> Lanes:
    return draw_lanes(DAYS, [100.0] * len(DAYS), lines, alarms, changes)


def list_heights(path: str) -> list[float]:
    return [float(height) for height in re.findall(r"[ML][\d.]+ ([\d.]+)", path)]


def test_a_missing_day_breaks_the_line_and_a_lonely_one_is_a_dot() -> None:
    values = make_values()
    values[10] = values[12] = None
    [lane] = draw(make_line(values)).lanes
    assert lane.line.count("M") == 3
    assert [left for left, _ in lane.dots] == [pytest.approx(100 * 11.5 / 40, abs=0.01)]
    assert len(lane.columns) == 38


def test_the_usual_range_is_that_of_days_before_the_change_and_not_widened_by_it() -> None:
    quiet = draw(make_line(make_values())).lanes[0]
    moved = draw(make_line(make_values(moved=0.5, since=30)), alarms=[make_alarm()]).lanes[0]
    assert quiet.usual == moved.usual == "−3 to +3 %"
    assert moved.now.startswith("+6")


def test_the_line_turns_on_the_day_on_which_the_change_began() -> None:
    lane = draw(make_line(make_values(moved=0.5, since=30)), alarms=[make_alarm()]).lanes[0]
    assert lane.tone == "bad"
    assert lane.state == "answers grew longer"
    assert len(list_heights(lane.moved)) == 10
    assert max(list_heights(lane.moved)) < min(list_heights(lane.line)[:30])


def test_of_few_days_no_usual_range_is_told() -> None:
    known: list[float | None] = [None] * 35 + [0.0, 0.1, 0.0, -0.1, 0.0]
    [lane] = draw(make_line(known)).lanes
    assert (lane.usual, lane.band) == ("", "")


def test_a_share_does_not_go_below_nothing() -> None:
    [lane] = draw(make_line([0.004 * (day % 3) for day in range(40)], "refusals", usual=0.004)).lanes
    assert lane.usual.startswith("0.0 to")


def test_a_family_is_told_by_what_moved_else_by_its_first_metric() -> None:
    lines = [make_line(make_values(), "refusals"), make_line(make_values())]
    assert draw(*lines).lanes[0].metric.startswith("Length of answers")
    assert draw(*lines, alarms=[make_alarm(metric="refusals")]).lanes[0].metric == "Conversations with a refused answer"


def test_families_without_figures_have_no_lane() -> None:
    shown = draw(make_line(make_values(), "cost"), make_line([None] * 40, "refusals"))
    assert [lane.title for lane in shown.lanes] == ["Cost and speed"]


def test_a_constant_metric_is_drawn() -> None:
    [lane] = draw(make_line([0.0] * 40)).lanes
    assert set(list_heights(lane.line)) == {100.0}


def test_changes_near_each_other_share_a_mark_and_those_of_other_days_have_none() -> None:
    noon = datetime(2026, 9, 11, 12, tzinfo=UTC)
    changes = [
        Change(1, noon, "a"),
        Change(2, noon + timedelta(hours=2), "b"),
        Change(3, noon + timedelta(days=5), "c"),
        Change(4, noon - timedelta(days=40), "d"),
    ]
    shown = draw(make_line(make_values()), changes=changes)
    assert [(mark.count, mark.number, mark.words) for mark in shown.marks] == [
        (2, 2, "11 Sep: a; b"),
        (1, 3, "16 Sep: c"),
    ]
    assert shown.marks[0].left == pytest.approx(100 * 10.5 / 40)
    assert [row.changes for row in shown.rows if row.changes] == [("c",), ("a", "b")]


def test_an_open_alarm_shades_to_the_end_and_a_closed_one_to_its_end() -> None:
    closed = make_alarm(10, "gone", DAYS[20])
    before = make_alarm(-30, "accepted", FIRST - timedelta(days=1))
    shades = draw(make_line(make_values()), alarms=[make_alarm(30), closed, before]).shades
    assert [(shade.left, shade.width) for shade in shades] == [(75.0, 25.0), (25.0, 25.0)]


def test_an_alarm_that_began_before_these_days_shades_from_the_first() -> None:
    [shade] = draw(make_line(make_values()), alarms=[make_alarm(-20)]).shades
    assert (shade.left, shade.width) == (0.0, 100.0)


def test_where_there_is_little_yet_the_days_before_are_not_shown() -> None:
    line = make_line([None] * 35 + [0.0, 0.1, 0.0, 0.1, 0.0])
    few = draw_lanes(DAYS, [0.0] * 35 + [9.0] * 5, [line], [], [])
    assert (len(few.rows), len(few.lanes[0].columns)) == (21, 5)
    assert few.rows[-1].day == f"{DAYS[19].day} Sep"
    assert len(draw_lanes(DAYS, [0.0] * 5 + [9.0] * 35, [line], [], []).rows) == 35


def test_how_far_texts_are_is_told_only_once_it_is_known_how_far_they_usually_are() -> None:
    expected = (None,) * 30 + (0.1,) * 10
    [lane] = draw(Line("question_distance", "", (700.0,) * 30 + (0.1,) * 10, expected)).lanes
    assert len(lane.columns) == 10
    assert lane.now == "1.11"


def test_without_days_nothing_is_drawn() -> None:
    shown = draw_lanes([], [], [], [make_alarm()], [Change(1, datetime.now(UTC), "a")])
    assert shown == Lanes((), (), (), (), (), ())
