"""Results that say that the tool failed, and those that only talk of errors."""

from dataclasses import replace
from typing import Any

import pytest

from feedback.detectors.tool_failure import DETECTOR
from tests.feedback.detectors.agents import Step, act
from tests.feedback.detectors.test_tool_uses import RUN

GOOD = {"status": "sent", "day": "Monday"}


@pytest.mark.parametrize(
    ("result", "label"),
    [
        ({"error": "no such order"}, "error"),
        ({"error": {"message": "no such order", "code": 12}}, "error"),
        ({"error": True, "message": "boom"}, "error"),
        ({"is_error": True, "content": "boom"}, "error"),
        ({"ok": False, "reason": "closed"}, "error"),
        ({"success": False}, "error"),
        ({"status": "error", "detail": "x"}, "error"),
        ({"status_code": 503}, "error"),
        ({"status": 404, "message": "Not Found"}, "error"),
        ({"errors": [{"message": "bad id"}]}, "error"),
        ("Error: connection refused", "error"),
        ("Error executing tool find_order: 1 validation error", "error"),
        ("Traceback (most recent call last):\n  File x\nKeyError: 'order'", "error"),
        ("KeyError: 'order'", "error"),
        ("HTTP 500 Internal Server Error", "error"),
        ("404 Not Found", "error"),
        ("Failed to fetch the order", "error"),
        ([{"type": "text", "text": "Error: boom"}], "error"),
        ({"error": "Request timed out after 30 s"}, "timeout"),
        ("TimeoutError: deadline exceeded", "timeout"),
        ([], "empty"),
        ("No results found.", "empty"),
        ("null", "empty"),
    ],
)
def test_a_result_that_says_so_is_a_failure(result: Any, label: str) -> None:
    (signal,) = DETECTOR.detect(act(Step(result)))
    assert (signal.label, signal.fired, signal.polarity) == (label, label != "empty", -1)
    assert "find_order" in signal.evidence.reason


@pytest.mark.parametrize(
    "result",
    [
        GOOD,
        {"error": None, "orders": [1]},
        {"errors": [], "ok": True},
        {"error": False},
        {"error": 0, "items": []},
        {"status": "error_free"},
        {"status": "failed_payments_report", "rows": 3},
        {"error_rate": 0.2},
        {"status": 200},
        {"status": "closed"},
        "The log has 3 lines: Error: x; Error: y; all were mended.",
        "Errors are listed on page 4 of the handbook.",
        "Error handling in Python: use try and except. " + "More of it. " * 60,
        "404 orders were found.",
        "500 parcels left today.",
        "It took 401 days.",
        "0",
        "false",
    ],
)
def test_a_result_that_only_talks_of_errors_is_none(result: Any) -> None:
    assert list(DETECTOR.detect(act(Step(result)))) == []


def test_a_tool_that_then_worked_counts_less() -> None:
    (failed,) = DETECTOR.detect(act(Step({"error": "x"})))
    (mended,) = DETECTOR.detect(act(Step({"error": "x"}), Step(GOOD)))
    assert failed.score > mended.score
    assert "then worked" in mended.evidence.reason


def test_several_failures_are_one_signal_that_counts_them() -> None:
    (signal,) = DETECTOR.detect(act(*[Step({"error": f"no {number}"}) for number in range(3)]))
    assert signal.evidence.numbers == {"failures": 3.0}


def test_a_run_whose_span_failed_is_a_failure_whatever_came_back() -> None:
    run = replace(RUN, outcome="error", error_type="TimeoutError", error_message="30 s")
    (signal,) = DETECTOR.detect(replace(act(Step(GOOD)), tool_runs=(run,)))
    assert (signal.label, signal.evidence.span_ids) == ("timeout", ("run-1",))
