"""Charts of thresholds: where lines, the threshold and alerts stand, and what days say."""

from datetime import UTC, datetime, timedelta

from drift.alerting.rules.kind import PastAlert, Point
from drift.pages.threshold_charts import ThresholdChart, draw_threshold

START = datetime(2026, 11, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def write(value: float | None) -> str:
    return "nothing" if value is None else f"{value:g}"


def draw(
    values: list[float | None], *alerts: PastAlert, threshold: float | None = 5.0, step: timedelta = HOUR
) -> ThresholdChart:
    points = [
        Point(START + number * step, value, 0 if value is None else 50, bool(value and threshold and value > threshold))
        for number, value in enumerate(values)
    ]
    chart = draw_threshold(points, alerts, threshold, write)
    assert chart
    return chart


def test_the_highest_of_values_and_threshold_stands_below_the_upper_edge() -> None:
    assert draw([1, 10]).threshold == 54.55
    assert draw([1, 2]).threshold == 9.09
    assert draw([1, 10]).most == "11"


def test_where_nothing_was_measured_the_line_has_a_gap() -> None:
    chart = draw([1, 2, None, 3, 4])
    assert chart.line.count("M") == 2
    assert chart.line.startswith("M0.0 81.8 L250.0 63.6")


def test_a_value_alone_is_a_dot() -> None:
    assert draw([None, 5, None, None, None]).dots == ((25.0, 9.09),)


def test_an_alert_is_as_wide_as_it_lasted_and_never_too_narrow_to_see() -> None:
    chart = draw(
        [1] * 11,
        PastAlert(START + 2 * HOUR, START + 4 * HOUR, "long"),
        PastAlert(START + 5 * HOUR, START + 5 * HOUR, "short"),
        PastAlert(START + 9 * HOUR, None, "lasts"),
        PastAlert(START - 9 * HOUR, START - 8 * HOUR, "before"),
    )
    assert [(span.left, span.width, span.words) for span in chart.spans] == [
        (20.0, 20.0, "long"),
        (50.0, 0.4, "short"),
        (90.0, 10.0, "lasts"),
    ]


def test_days_tell_what_was_lowest_and_highest_and_how_often_it_was_beyond() -> None:
    chart = draw([1, 9, 2, 2, 2, None, None], step=timedelta(hours=8))
    assert [(day.words, day.count) for day in chart.days] == [
        ("Sun 1 Nov: 1 to 9, beyond the threshold in 1 window", 2),
        ("Mon 2 Nov: 2", 3),
        ("Tue 3 Nov: nothing to measure", 0),
    ]
    assert [day.left for day in chart.days] == [0.0, 33.333, 83.333]


def test_without_a_threshold_there_is_no_line_of_it() -> None:
    chart = draw([1, 2], threshold=None)
    assert (chart.threshold, chart.threshold_words) == (None, "")


def test_zeros_alone_are_drawn_along_the_ground() -> None:
    assert draw([0, 0], threshold=0.0).line == "M0.0 100.0 L1000.0 100.0"


def test_one_point_is_no_chart() -> None:
    assert draw_threshold([Point(START, 1.0, 1, False)], (), 1.0, write) is None
