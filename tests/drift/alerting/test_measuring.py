"""Windows of the past: each has exactly what began in it, whatever its steps."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drift.alerting.measuring import Measured, Windows, choose_windows, fill_totals, measure
from drift.alerting.metrics import BY_NAME, THRESHOLD_METRICS, format_value
from tests.examples import count_examples
from tests.feedback.failures.filling import Told, fill
from tracing.filter_language import Filter
from tracing.models import Project
from tracing.store import Store

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
OVERLAPS = st.sampled_from([1, 2, 3, 5, 10])


@given(st.lists(st.integers(-10, 400), max_size=40), OVERLAPS, st.integers(1, 20))
@settings(max_examples=count_examples(15), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_window_has_what_began_in_it(
    store: Store, project: Project, ages: list[int], overlap: int, count: int
) -> None:
    store.execute("TRUNCATE TABLE conversations")
    windows = Windows(NOW, 60 * MINUTE, count, overlap)
    fill(store, project, [Told(f"c-{place}", NOW - age * MINUTE, is_of_people=False) for place, age in enumerate(ages)])
    figures = measure(store, project.pk, BY_NAME["conversations"], Filter(), "", windows)
    expected = Counter(
        place
        for age in ages
        for place, end in enumerate(windows.ends)
        if end - windows.length <= NOW - age * MINUTE < end
    )
    assert {place: each.count for place, each in figures.get("", {}).items()} == dict(expected)


@pytest.mark.parametrize(("minutes", "overlap"), [(5, 1), (60, 4), (60 * 24, 10), (7 * 60 * 24, 10)])
def test_windows_of_a_month_are_as_close_as_is_quick(minutes: int, overlap: int) -> None:
    windows = choose_windows(NOW, minutes * MINUTE, 30)
    assert windows.overlap == overlap
    assert windows.count <= 9_000
    assert timedelta(0) <= windows.since - (NOW - timedelta(days=30)) < windows.length


def test_what_went_silent_is_nothing_for_a_while() -> None:
    windows = Windows(NOW, 60 * MINUTE, 30)
    figures = {"a": {20: Measured(3, 3.0), 22: Measured(1, 1.0)}}
    filled = fill_totals(BY_NAME["conversations"], figures, "service", windows)["a"]
    assert [(place, each.value) for place, each in sorted(filled.items()) if each.value or place in (12, 21)] == [
        (12, 0.0),
        (20, 3.0),
        (21, 0.0),
        (22, 1.0),
    ]
    assert (min(filled), max(filled)) == (12, 22)
    assert fill_totals(BY_NAME["conversations"], {}, "", windows)[""][0].value == 0.0
    assert fill_totals(BY_NAME["call_errors"], {}, "", windows) == {}


def test_metrics_have_names_and_units_of_their_own() -> None:
    assert len(BY_NAME) == len(THRESHOLD_METRICS) > 50
    assert all(len(each.name) <= 50 and format_value(each, 0.5) for each in THRESHOLD_METRICS)
    assert {each.unit for each in THRESHOLD_METRICS} == {"", "share", "$", "ms"}
