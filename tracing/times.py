"""Moments and spans of time as whole numbers, as the store counts them."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_us(time_span: timedelta) -> int:
    """Whole microseconds."""
    return time_span // timedelta(microseconds=1)


def to_ns(moment: datetime) -> int:
    """Whole nanoseconds since the epoch, exact to the microsecond."""
    return to_us(moment - EPOCH) * 1000
