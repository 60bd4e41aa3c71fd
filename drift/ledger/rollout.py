"""Calls by hour and value come in, each value's share of the traffic over time goes out: how a change spread."""

from collections.abc import Iterable
from dataclasses import dataclass

HOUR_NS = 3_600_000_000_000


@dataclass(frozen=True, slots=True)
class HourCount:
    """Calls of one hour with one value; `hour` counts from the epoch."""

    hour: int
    digest: str
    calls: int


@dataclass(frozen=True, slots=True)
class Share:
    hour: int
    digest: str
    calls: int
    share: float
    """Of the hour's calls, 0 to 1."""


def measure_shares(counts: Iterable[HourCount], bucket_hours: int = 1) -> list[Share]:
    """Of each stretch of so many hours that has calls, the share of each value, in order."""
    buckets: dict[int, dict[str, int]] = {}
    for count in counts:
        bucket = buckets.setdefault(count.hour // bucket_hours * bucket_hours, {})
        bucket[count.digest] = bucket.get(count.digest, 0) + count.calls
    return [
        Share(hour, digest, calls, calls / sum(bucket.values()))
        for hour, bucket in sorted(buckets.items())
        for digest, calls in sorted(bucket.items())
        if calls
    ]
