"""Which parts of the traffic a filter has."""

import pytest

from drift.alerting.segment_filter import fits, names_parts
from tracing.filter_language import read_filter

SEGMENT = {"service_name": "shop", "environment": "production", "prompt_version": None, "model": "gpt-5"}


@pytest.mark.parametrize(
    ("text", "does_fit"),
    [
        ("", True),
        ("service:shop", True),
        ("service:shop,blog environment:production", True),
        ("service:blog", False),
        ("-service:blog", True),
        ("-service:shop", False),
        ("model:gpt-5", True),
        ("prompt_version:3", False),  # of all versions
        ("-prompt_version:3", False),
    ],
)
def test_a_segment_fits_where_all_of_it_does(text: str, *, does_fit: bool) -> None:
    given = read_filter(text)
    assert (names_parts(given), fits(given, SEGMENT)) == (True, does_fit)


@pytest.mark.parametrize("text", ["refund", "signal:refusal", "service:shop cost>1"])
def test_other_filters_are_of_conversations(text: str) -> None:
    assert not names_parts(read_filter(text))
