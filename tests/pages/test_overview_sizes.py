"""What the overview says of 0, 1, 10, 100 and 1,000 conversations, and how charts and sentences are made; no store."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from drift.pages.change_marks import Change as AppChange
from drift.pages.change_marks import Mark
from drift.pages.turning_points import find_turning_point
from feedback.arrivals import Arrivals
from feedback.detectors import DETECTORS
from feedback.overview import Overview
from feedback.pages.arrivals import show_arrivals
from feedback.pages.cards import read_periods
from feedback.pages.chart import choose_step
from feedback.pages.filters import Filters
from feedback.pages.overview import list_slices, show_overview
from feedback.pages.satisfaction_periods import compare_satisfied, estimate_satisfied, read_ways
from tracing.records.speed import NOTHING, Quantiles, Speed, SpeedPeriods

TITLES = {detector.kind: detector.title for detector in DETECTORS}
DAY_S = 86_400
HOUR_NS = 3600 * 10**9
NOW_NS = 20_000 * DAY_S * 10**9
INTERVAL = {"value": 0.4, "low": 0.3, "high": 0.5}
RATES: Mapping[str, Any] = {"implicit": INTERVAL, "thumbs": None, "corrected": INTERVAL, "reason": "from signals"}
SILENT = {"machine": "", "conversations": 0, "turns": 0, "corrected": {}, "implicit": {}}


def tell_counts(number: int, bad: float, *, is_current: bool = True) -> list[dict[str, Any]]:
    """So many conversations over six days, a share of which looks bad: log odds of 2, the others of -2."""
    rows = []
    for day in range(6):
        count = number * (day + 1) // 6 - number * day // 6
        odds = {10: round(bad * count), -10: count - round(bad * count)}
        slice_ns = NOW_NS - (6 - day) * DAY_S * 10**9 if is_current else 0
        told = {"is_current": is_current, "slice_ns": slice_ns, "conversations": count, "turns": 2 * count}
        rows.append(SILENT | told | {"corrected": odds, "implicit": odds})
    return [row for row in rows if row["conversations"]]


def tell_signals(kind: str, number: int, *, is_current: bool = True) -> dict[str, Any]:
    slice_ns = NOW_NS - DAY_S * 10**9 if is_current else 0
    said = {"kind": kind, "label": "", "conversations": number, "turns": number}
    return {"is_current": is_current, "slice_ns": slice_ns} | said


def make_overview(
    counts: list[dict[str, Any]],
    signals: list[dict[str, Any]] | None = None,
    speed: SpeedPeriods | None = None,
    objective_ms: int | None = None,
) -> Overview:
    now, before = read_periods(counts, signals or [])
    step_s = choose_step("7d", now.conversations, 7 * DAY_S)
    return Overview(
        filters=Filters(range="7d"),
        now_ns=NOW_NS,
        all_counts=counts,
        counts=counts,
        signal_counts=signals or [],
        now=now,
        before=before,
        ways=read_ways(counts, signals or [], RATES if now.conversations >= 20 else None, step_s),
        speed=speed or SpeedPeriods(NOTHING, NOTHING, {}),
        objective_ms=objective_ms,
        unheard=frozenset(),
        step_s=step_s,
    )


def read_summary(told: Overview) -> str:
    return " ".join(sentence.words for sentence in show_overview(told, TITLES).summary)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "0 conversations so far"),
        (1, "One conversation so far: read it."),
        (10, "10 conversations so far: few enough to read. From about 20 on"),
        (100, "% of conversations satisfied their user"),
        (1000, "% of conversations satisfied their user"),
    ],
)
def test_each_size_has_its_best_answer(number: int, words: str) -> None:
    shown = show_overview(make_overview(tell_counts(number, bad=0.3)), TITLES)
    assert words in shown.summary[0].words
    assert (shown.satisfaction.way.way.interval is None) == (number < 20)
    assert (shown.satisfaction.chart is None) == (number < 100), "a line needs slices with five conversations"
    assert shown.satisfaction.likely == round(sum(row["corrected"][10] for row in tell_counts(number, bad=0.3)))


def test_a_thousand_are_surer_than_a_hundred() -> None:
    widths = []
    for number in (100, 1000):
        estimated = estimate_satisfied({10: 3 * number // 10, -10: 7 * number // 10}, 0.4)
        assert estimated
        interval = estimated.widen()
        widths.append(interval.high - interval.low)
    assert widths[1] < widths[0] / 2.5


@pytest.mark.parametrize("share", [0.1, 0.4, 0.7])
def test_what_is_usual_does_not_pull_a_period_to_itself(share: float) -> None:
    """Scores of two normal distributions, whose probabilities rest on 40 %: the share is found, their mean is not."""
    counts = simulate(share, 4000)
    estimated = estimate_satisfied(counts, 0.4)
    assert estimated
    assert 1 - estimated.share == pytest.approx(share, abs=0.04)
    interval = estimated.widen()
    assert interval.low < 1 - share < interval.high
    mean = sum(count / (1 + math.exp(-fifths / 5)) for fifths, count in counts.items()) / sum(counts.values())
    if share != 0.4:
        assert abs(mean - share) > abs(1 - estimated.share - share)


def simulate(share: float, number: int) -> dict[int, int]:
    """Expected counts by fifths of log odds, of a detector that tells the classes apart by 1.5 standard deviations."""
    found: dict[int, int] = {}
    for fifths in range(-35, 36):
        score = (fifths / 5 - math.log(0.4 / 0.6) + 1.125) / 1.5
        density = share * math.exp(-((score - 1.5) ** 2) / 2) + (1 - share) * math.exp(-(score**2) / 2)
        found[fifths] = round(number * density * 0.2 / 1.5 / math.sqrt(2 * math.pi))
    return found


def test_a_change_is_told_where_both_periods_have_enough() -> None:
    now, before, few = (estimate_satisfied(simulate(*told), 0.4) for told in ((0.6, 1000), (0.3, 1000), (0.3, 10)))
    change = compare_satisfied(now, before)
    assert change
    assert change.is_clear
    assert change.difference == pytest.approx(-0.3, abs=0.03)
    assert compare_satisfied(now, few) is None


def test_the_summary_tells_what_moved_with_the_conversations_behind_it() -> None:
    counts = tell_counts(600, bad=0.5) + tell_counts(600, bad=0.2, is_current=False)
    signals = [tell_signals("complaint", 120), tell_signals("complaint", 30, is_current=False)]
    shown = show_overview(make_overview(counts, signals), TITLES)
    satisfaction, complaint, *_ = shown.summary
    assert satisfaction.words.startswith("Satisfaction fell by ")
    assert satisfaction.tone == "bad"
    assert complaint.words == "“Complained” rose by 15.0 points, to 20.0 %."
    assert "signal=complaint" in complaint.query


def test_a_quiet_week_is_called_quiet() -> None:
    counts = tell_counts(600, bad=0.3) + tell_counts(600, bad=0.3, is_current=False)
    assert "did not move clearly" in read_summary(make_overview(counts))
    assert "No other rate moved clearly." in read_summary(make_overview(counts))


def make_mark(day: float, sentence: str) -> Mark:
    at = datetime.fromtimestamp(NOW_NS / 10**9, UTC) - timedelta(days=day)
    return Mark(50.0, (AppChange(1, at, sentence),))


def test_the_change_since_which_satisfaction_differs_is_told_and_no_other() -> None:
    fell = [row | {"corrected": {10: 30, -10: 70}} for row in tell_counts(600, bad=0.3)[:3]]
    fell += [row | {"corrected": {10: 70, -10: 30}} for row in tell_counts(600, bad=0.3)[3:]]
    marks = [make_mark(5.5, "A release."), make_mark(3.5, "The prompt changed.")]
    found = find_turning_point(marks, fell, 0.4)
    assert found
    assert found.change.sentence == "The prompt changed."
    assert found.difference < -0.3
    assert found.words.endswith("points lower")
    assert find_turning_point(marks, tell_counts(600, bad=0.3), 0.4) is None, "nothing moved"
    assert find_turning_point([], fell, 0.4) is None


def test_what_is_welcome_is_good_when_it_rises() -> None:
    counts = tell_counts(600, bad=0.3) + tell_counts(600, bad=0.3, is_current=False)
    signals = [tell_signals("praise", 120), tell_signals("praise", 30, is_current=False), tell_signals("said_well", 4)]
    [praise] = show_overview(make_overview(counts, signals), TITLES).rates
    assert (praise.tone, praise.share.part) == ("good", 120)


def make_speed(p95: float, within: int, answers: int = 1000, errors: int = 0) -> Speed:
    times = Quantiles(p95 / 3, p95, 2 * p95)
    return Speed(answers, errors, 0, 1.5, answers, times, None, None, ((100, within), (400, answers - within)))


def test_times_errors_and_goodput_have_their_change_and_their_list() -> None:
    speed = SpeedPeriods(make_speed(3000, 900, errors=50), make_speed(2000, 980), {})
    shown = show_overview(make_overview(tell_counts(100, bad=0.3), speed=speed, objective_ms=1000), TITLES).speed
    assert shown
    [row] = shown.times
    p95 = row.cells[1]
    assert (p95.value_ns, p95.change_ns, p95.tone) == (3e9, 1e9, "bad")
    assert "latency%3E3000ms" in p95.query
    assert shown.goodput
    assert shown.goodput.share.value == 0.9
    assert shown.goodput.tone == "bad"
    assert "latency%3E1000ms" in shown.goodput.query
    assert (shown.errors.share.part, shown.errors.tone) == (50, "bad")


def test_without_an_objective_there_is_no_goodput() -> None:
    speed = SpeedPeriods(make_speed(3000, 900), NOTHING, {})
    shown = show_overview(make_overview(tell_counts(100, bad=0.3), speed=speed), TITLES).speed
    assert shown
    assert shown.goodput is None
    assert shown.times[0].cells[0].change_ns is None


def test_slices_add_up_where_the_chart_has_longer_ones_than_are_counted() -> None:
    counts = [
        SILENT | {"is_current": current, "slice_ns": NOW_NS - DAY_S * 10**9 + hour * HOUR_NS, "conversations": 6}
        for current, hour in ((True, 1), (True, 2), (True, 23), (False, 1))
    ]
    signals = [
        {**row, "kind": kind, "label": "", "conversations": 2} for row in counts for kind in ("rephrase", "refusal")
    ]
    slices = list_slices(make_overview(counts, signals))
    assert [each.conversations for each in slices][-2:] == [18, 0]
    assert slices[-2].fired["rephrase"] == 6


ARRIVALS = Arrivals(12.0, 600, 1, (("reading", 0.0), ("signals", 3.0)), 0, 0, 0)


def test_ingestion_is_calm_while_all_is_well() -> None:
    shown = show_arrivals(ARRIVALS)
    assert (shown.state, shown.sentence) == ("good", "All is read within 3 s.")
    assert shown.rate == "12 spans a minute come in"


def test_ingestion_says_first_what_is_wrong() -> None:
    lags = (("reading", 300.0), ("signals", 900.0), ("rollups", 90.0))
    shown = show_arrivals(Arrivals(12.0, 600, 1, lags, 2, 0, 0))
    assert shown.state == "bad"
    assert shown.sentence == (
        "Listening is 15 min behind; 2 more stages are behind; "
        "2 rows were refused by the store and kept as dead letters."
    )
