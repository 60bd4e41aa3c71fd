"""Alarms of small made-up worlds: none without a change, each planted one with its start, family and cause."""

import numpy as np
import pytest

from benchmarks.drift_detection import PLANTED
from benchmarks.drift_worlds import Change, Kindness, make_segment
from drift.detection.causes import Cause, Seen, find_causes
from drift.detection.metrics import Aspect, Family
from drift.detection.segment import FEW, Segment
from drift.detection.series import LEARNING, Series
from drift.detection.watch import Gone, find_bound, watch
from drift.detectors import BY_NAME

START, DAYS = 70, 100
BOUND = find_bound(20)


def test_more_segments_need_more_evidence() -> None:
    assert find_bound(20) == 20 * find_bound(1)
    assert find_bound(0) == find_bound(1)


@pytest.mark.parametrize("kindness", [Kindness(), Kindness(traffic=20.0), Kindness(weekend=0.1)])
def test_quiet_segments_raise_no_alarm(kindness: Kindness) -> None:
    for seed in range(10, 13):
        watched = watch(make_segment(seed, 150, kindness), BOUND)
        assert watched.alarms == ()
        assert len(watched.scores) == 150
        assert max(watched.scores) > 0


@pytest.mark.parametrize(("name", "days"), [(name, 20 if "gradually" in name else 10) for name in PLANTED])
def test_what_is_planted_is_found_with_its_start_and_cause(name: str, days: int) -> None:
    change = PLANTED[name]
    [alarm] = watch(make_segment(7, DAYS, Kindness(), change, START), BOUND).alarms
    assert START <= alarm.day < START + days
    assert abs(alarm.started - START) <= 5
    seen = [Seen(Cause.INFRASTRUCTURE, START, "a new release")] if change.event else []
    assert change.cause in {one.cause for one in find_causes(alarm, seen, is_alone=change.alone)}
    assert sum(alarm.families.values()) == pytest.approx(1, abs=0.05)
    assert alarm.moves[0].share > 0.1


def test_an_alarm_tells_the_metric_its_family_and_by_how_much() -> None:
    change = Change("model", {"refusals": 0.06})
    [alarm] = watch(make_segment(3, DAYS, Kindness(), change, START), BOUND).alarms
    move = alarm.moves[0]
    assert (move.name, move.family) == ("refusals", Family.OUTPUT)
    assert move.before == pytest.approx(0.02, abs=0.01)
    assert move.after == pytest.approx(0.08, abs=0.03)
    assert alarm.families[Family.OUTPUT] > 0.9
    assert alarm.aspects[Aspect.OUTPUT] > alarm.aspects[Aspect.INPUT]


def test_a_segment_with_an_alarm_is_frozen_until_the_change_is_accepted() -> None:
    segment = make_segment(3, 160, Kindness(), Change("model", {"refusals": 0.06}), START)
    segment.series[-2].sums[130:] += 0.3 * segment.series[-2].counts[130:]
    [first] = watch(segment, BOUND).alarms
    [second] = watch(segment, BOUND, accepted=[first.started]).alarms
    assert second.day > 130
    assert watch(segment, BOUND, goes_on=True).alarms == (first, second)


def test_learning_begins_with_the_first_conversations() -> None:
    segment, empty = make_segment(7, 70), np.zeros(70)
    blank = tuple(raw for raw in segment.series if isinstance(raw, Series))
    padded = tuple(
        Series(one.metric, *(np.concatenate([empty, part]) for part in (one.counts, one.sums, one.squares)), one.part)
        for one in blank
    )
    later = watch(Segment(segment.first_weekday, np.concatenate([empty, segment.conversations]), padded), BOUND)
    assert later.scores[70:] == pytest.approx(
        watch(Segment(segment.first_weekday, segment.conversations, blank), BOUND).scores
    )
    assert later.alarms == ()


def test_after_a_change_was_accepted_the_new_days_are_learnt_first() -> None:
    segment = make_segment(1, 80)
    assert watch(segment, BOUND).learning == 0
    assert watch(segment, BOUND, accepted=[70]).learning == LEARNING - 10
    assert watch(segment, BOUND, accepted=[70]).scores[70:] == (0.0,) * 10


def test_the_days_to_come_change_no_alarm() -> None:
    segment = make_segment(7, DAYS, Kindness(), PLANTED["retrieval gone bad"], START)
    [alarm] = watch(segment, BOUND).alarms
    until = tuple(
        Series(
            one.metric, one.counts[: alarm.day + 1], one.sums[: alarm.day + 1], one.squares[: alarm.day + 1], one.part
        )
        for one in segment.series
        if isinstance(one, Series)
    )
    rest = tuple(one for one in segment.series if isinstance(one, Series))
    conversations = segment.conversations
    short = watch(Segment(segment.first_weekday, conversations[: alarm.day + 1], until), BOUND).alarms
    assert short == watch(Segment(segment.first_weekday, conversations, rest), BOUND).alarms
    assert len(short) == 1


def test_little_traffic_is_judged_by_weeks() -> None:
    kindness = Kindness(traffic=FEW / 2)
    segment = make_segment(2, 300, kindness, Change("model", {"refusals": 0.3, "output_length": 1.5}), 210)
    [alarm] = watch(segment, BOUND).alarms
    assert 210 <= alarm.day < 240
    assert alarm.day % 7 == 6
    assert alarm.started == 210


@pytest.mark.parametrize("days", [0, 1, 5, LEARNING, 40])
@pytest.mark.parametrize("value", [0.0, 1.0, 400.0, np.nan])
def test_constants_empty_and_single_days_raise_no_alarm(days: int, value: float) -> None:
    told = np.full(days, value)
    series = tuple(Series(metric, told, told, told) for metric in BY_NAME.values())
    watched = watch(Segment(3, told, series), find_bound(1))
    assert watched.alarms == ()
    assert not watched.is_warning
    assert len(watched.scores) == days


def plant_refusals(first: int, end: int, days: int = 110) -> Segment:
    segment = make_segment(3, days)
    [refusals] = [one for one in segment.series if isinstance(one, Series) and one.metric.name == "refusals"]
    refusals.sums[first:end] += np.round(0.05 * refusals.counts[first:end])
    return segment


def test_a_change_that_was_taken_back_is_gone_and_one_that_stays_is_not() -> None:
    watched = watch(plant_refusals(70, 82), BOUND)
    assert watched.alarms[0].started == 70
    assert watched.gone == Gone(82, 83)
    assert watch(plant_refusals(70, 110), BOUND).gone is None
    assert watch(plant_refusals(70, 82), BOUND, accepted=[70]).gone is None


def test_days_with_a_change_that_is_gone_are_neither_judged_nor_learnt() -> None:
    segment = plant_refusals(70, 82)
    watched = watch(segment, BOUND, left_out=[(70, 82)])
    assert watched.alarms == ()
    assert watched.learning == 0
    assert watched.scores[71:81] == (0.0,) * 10
    assert watched.scores[90] > 0
    segment.series[-2].sums[95:] += 0.3 * segment.series[-2].counts[95:]
    [alarm] = watch(segment, BOUND, left_out=[(70, 82)]).alarms
    assert alarm.started == 95


def test_days_are_told_with_what_was_expected_also_after_the_alarm() -> None:
    segment = plant_refusals(70, 110)
    watched = watch(segment, BOUND)
    [line] = [line for line in watched.lines if line.metric.name == "refusals"]
    assert np.isnan(line.expected[:LEARNING]).all()
    assert line.values[60] == pytest.approx(0.02, abs=0.02)
    assert line.values[100] == pytest.approx(0.07, abs=0.03)
    assert line.expected[100] == pytest.approx(0.02, abs=0.01)
    assert sum(values[100] for values in watched.families.values()) == pytest.approx(watched.scores[100])
    assert watched.scores[100] > BOUND


def test_weeks_are_told_by_day() -> None:
    watched = watch(make_segment(2, 100, Kindness(traffic=FEW / 2)), BOUND)
    assert len(watched.scores) == 100
    assert all(len(line.values) == len(line.expected) == 100 for line in watched.lines)
    assert watched.scores[93] == watched.scores[91]


def test_no_metrics_are_no_alarm() -> None:
    assert watch(Segment(0, np.full(60, 500.0), ()), find_bound(1)).alarms == ()
