"""What is worth a retry is retried a few times, ever later; what is not is given up with a word about what to do."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift.channels.delivery import (
    LONGEST_WAIT_SECONDS,
    MOST_ATTEMPTS,
    Fate,
    Outcome,
    judge_answer,
    plan_retry,
    read_wait,
)

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
CHANCES = st.floats(0, 1, exclude_max=True)


def wait(number: int, chance: float, asked: float | None = None) -> float:
    """Seconds until the next attempt."""
    planned = plan_retry(Outcome(Fate.LATER, "", 503, asked), number, NOW, chance)
    assert planned
    return (planned - NOW).total_seconds()


@pytest.mark.parametrize(
    ("status", "fate"),
    [
        (200, Fate.DELIVERED),
        (204, Fate.DELIVERED),
        (301, Fate.GIVEN_UP),
        (307, Fate.GIVEN_UP),
        (400, Fate.GIVEN_UP),
        (401, Fate.GIVEN_UP),
        (404, Fate.GIVEN_UP),
        (408, Fate.LATER),
        (410, Fate.GIVEN_UP),
        (425, Fate.LATER),
        (429, Fate.LATER),
        (500, Fate.LATER),
        (502, Fate.LATER),
        (503, Fate.LATER),
        (504, Fate.LATER),
        (599, Fate.LATER),
    ],
)
def test_answers_that_may_pass_are_worth_a_retry(status: int, fate: Fate) -> None:
    outcome = judge_answer(status, "", NOW)
    assert (outcome.fate, outcome.status) == (fate, status)
    assert (": " in outcome.detail) == (fate is Fate.GIVEN_UP)


@given(st.integers(100, 999), st.text())
def test_every_answer_has_its_outcome(status: int, retry_after: str) -> None:
    assert judge_answer(status, retry_after, NOW).fate in Fate


@given(st.integers(1, MOST_ATTEMPTS - 2), CHANCES, CHANCES)
def test_waits_grow_whatever_chance_draws(number: int, first: float, second: float) -> None:
    assert 2.5 <= wait(number, first) < wait(number + 1, second) <= 5 * 4**number


def test_chance_spreads_what_failed_together() -> None:
    waits = [wait(3, chance / 10) for chance in range(10)]
    assert waits == sorted(set(waits))
    assert (waits[0], max(waits) < 80) == (40, True)


@given(st.integers(1, MOST_ATTEMPTS - 1), CHANCES, st.floats(0, 1e9))
def test_nobody_is_asked_earlier_than_they_said_nor_waited_for_without_end(
    number: int, chance: float, asked: float
) -> None:
    assert min(asked, LONGEST_WAIT_SECONDS) <= wait(number, chance, asked) + 1e-5
    assert wait(number, chance, asked) <= LONGEST_WAIT_SECONDS + 5 * 4**number


@pytest.mark.parametrize("fate", [Fate.DELIVERED, Fate.GIVEN_UP])
def test_what_ended_is_not_tried_again(fate: Fate) -> None:
    assert plan_retry(Outcome(fate, ""), 1, NOW, 0.5) is None


def test_attempts_end() -> None:
    times, number = [NOW], 1
    while planned := plan_retry(Outcome(Fate.LATER, ""), number, times[-1], 0.99):
        times.append(planned)
        number += 1
    assert len(times) == MOST_ATTEMPTS
    assert timedelta(minutes=20) < times[-1] - NOW < timedelta(minutes=30)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0),
        ("90", 90),
        ("Mon, 02 Nov 2026 09:05:00 GMT", 300),
        ("Mon, 02 Nov 2026 08:00:00 GMT", 0),
        ("Mon, 02 Nov 2026 09:05:00", 300),
        ("", None),
        ("-5", None),
        ("soon", None),
        ("٣", None),
        ("1e9", None),
        ("Mon, 02 Nov 2026 09:05:00 +99999999999", None),
        ("9" * 5_000, 999_999_999),
    ],
)
def test_the_wait_that_is_asked_for_is_read(header: str, seconds: float | None) -> None:
    assert read_wait(header, NOW) == seconds


@given(st.text(st.characters(max_codepoint=255)))
def test_no_header_breaks_the_reading(header: str) -> None:
    seconds = read_wait(header, NOW)
    assert seconds is None or seconds >= 0
