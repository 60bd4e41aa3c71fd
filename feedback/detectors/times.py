"""Answers come in, the time between them goes out, and durations in words that people read."""

from tracing.conversations import Answer

_UNITS = ((86_400, "days"), (3_600, "h"), (60, "min"))

MACHINE_GAP_SECONDS = 1.0
"""Nobody reads an answer and asks again in less."""


def measure_gap(earlier: Answer, later: Answer) -> float | None:
    """Return the seconds from the end of one answer to the start of a later one; None where no times came."""
    if not earlier.start_time_ns or not later.start_time_ns:
        return None
    return (later.start_time_ns - earlier.start_time_ns - earlier.duration_ns) / 1e9


def describe_seconds(seconds: float) -> str:
    """Write a duration for people.

    >>> describe_seconds(3.5), describe_seconds(37), describe_seconds(600), describe_seconds(200_000)
    ('3.5 s', '37 s', '10 min', '2 days')
    """
    for unit, name in _UNITS:
        if seconds >= 2 * unit:
            return f"{seconds / unit:.0f} {name}"
    return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"
