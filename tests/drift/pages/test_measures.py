"""Metrics in words and numbers that people know."""

import doctest
import math

import pytest

from drift.detection.metrics import Kind
from drift.detectors import METRICS
from drift.pages import alarms, lanes, measures, segments
from drift.pages.measures import FAMILY_TITLES, MEASURES, Unit, tell_change, tell_size, write_value


@pytest.mark.parametrize("module", [alarms, lanes, measures, segments])
def test_examples_of_docstrings_are_right(module: object) -> None:
    failed, attempted = doctest.testmod(module)  # type: ignore[arg-type]
    assert attempted
    assert not failed


def test_every_metric_that_is_watched_has_words() -> None:
    assert {metric.name for metric in METRICS} == set(MEASURES)
    assert {metric.family.value for metric in METRICS} == set(FAMILY_TITLES)


def test_shares_are_told_in_percent_and_only_they() -> None:
    told = {name for name, measure in MEASURES.items() if measure.unit is Unit.SHARE}
    assert told == {metric.name for metric in METRICS if metric.kind in (Kind.RATE, Kind.TOPIC)}


@pytest.mark.parametrize(
    ("metric", "value", "expected"),
    [
        ("input_length", math.log1p(1), "1 character"),
        ("input_length", math.log1p(1234), "1,234 characters"),
        ("turns", math.log(2.5), "2.5 turns"),
        ("output_length", math.log(0.75), "−25 %"),
        ("output_length", 0.001, "±0 %"),
        ("output_length", math.log1p(480), "480 characters"),
        ("retrieval_score", 0.714, "0.71"),
        ("cost", math.log(12.5), "$12.50"),
        ("cost", math.log(0.000031), "$0.000031"),
        ("time_to_first", math.log(2345), "2.3 s"),
        ("time_per_token", math.log(0.52), "0.52 ms"),
        ("question_distance", 0.0, "1.00"),
        ("refusals", math.nan, "–"),
        ("cost", 1e9, "$235,385,266,837,020,000.00"),
        ("what_was_once_watched", 3.0, "3.0"),
    ],
)
def test_a_value_is_written_in_its_unit(metric: str, value: float, expected: str) -> None:
    assert write_value(metric, value) == expected


def test_a_metric_that_is_not_known_is_told_by_its_name() -> None:
    assert tell_change("what_was_once_watched", "", "down") == "what was once watched fell"


@pytest.mark.parametrize(("shift", "expected"), [(0.12, "small"), (-0.3, "medium"), (0.9, "large")])
def test_a_shift_is_told_by_its_size(shift: float, expected: str) -> None:
    assert tell_size("cost", 0.0, shift, shift).startswith(expected)
