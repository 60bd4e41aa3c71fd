"""What became of a message that was sent, and when it is tried again: a plan without clock, chance or network.

A hook that is down for a while gets its alert late, one that refuses it is not asked again, and nobody is flooded: the
waits grow fourfold and are drawn from their upper half, so that what failed together does not come back together.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum

MOST_ATTEMPTS = 6
FIRST_WAIT_SECONDS = 5.0
GROWTH = 4.0
"""5 s, 20 s, 80 s, 5 min, 21 min: about half an hour in all."""
LONGEST_WAIT_SECONDS = 3_600.0
"""However long a hook asks to wait."""
DETAIL_CHARACTERS = 300


class Fate(StrEnum):
    DELIVERED = "delivered"
    LATER = "later"
    """It failed in a way that may pass."""
    GIVEN_UP = "given_up"
    """It will fail again as it stands."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`detail` says what to do, and holds nothing secret: nothing of the path of a hook, nor what a server replied."""

    fate: Fate
    detail: str
    status: int | None = None
    """Of HTTP or SMTP."""
    wait_seconds: float | None = None
    """That the other side asked for."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A line of the delivery log."""

    delivery_id: str
    channel: str
    where: str
    """As the channel shows it."""
    number: int
    """From 1."""
    time: datetime
    took_ms: int
    fate: Fate
    status: int | None
    detail: str
    next_time: datetime | None
    """None after the last."""


def plan_retry(outcome: Outcome, number: int, now: datetime, chance: float) -> datetime | None:
    """When to try again after the attempt of that `number` (from 1); None if it ends here. `chance` is in [0, 1).

    >>> failed = Outcome(Fate.LATER, "")
    >>> str(plan_retry(failed, 1, datetime(2026, 11, 2, 9, tzinfo=UTC), chance=0.0))
    '2026-11-02 09:00:02.500000+00:00'
    >>> plan_retry(failed, 6, datetime(2026, 11, 2, 9, tzinfo=UTC), chance=0.0)
    """
    if outcome.fate is not Fate.LATER or number >= MOST_ATTEMPTS:
        return None
    longest = FIRST_WAIT_SECONDS * GROWTH ** (number - 1)
    drawn = longest * (0.5 + 0.5 * chance)
    asked = min(outcome.wait_seconds or 0.0, LONGEST_WAIT_SECONDS)
    return now + timedelta(seconds=drawn if asked < drawn else asked + drawn - longest / 2)


def judge_answer(status: int, retry_after: str, now: datetime, code: str = "") -> Outcome:
    """What an answer of HTTP means. `code` is what the channel knows of it, such as Slack's `no_service`."""
    if 200 <= status < 300:
        return Outcome(Fate.DELIVERED, "delivered", status)
    detail = f"answered {status}" + (f" ({code})" if code else "")
    if status in (408, 425, 429) or status >= 500:
        return Outcome(Fate.LATER, detail, status, read_wait(retry_after, now))
    return Outcome(Fate.GIVEN_UP, f"{detail}{describe_refusal(status)}", status)


def describe_refusal(status: int) -> str:
    """What to do about it."""
    if 300 <= status < 400:
        return ": redirects are not followed; enter the address that it leads to"
    return {
        401: ": the hook asks for credentials; enter an address that takes signed requests",
        403: ": the hook refuses; make a new one where this one came from, and enter its address",
        404: ": there is no hook at this address any more; make a new one and enter its address",
        410: ": the hook is gone; make a new one and enter its address",
        413: ": the hook takes no message of this size",
    }.get(status, ": the hook does not take what Tacit sends; check that its address is of the right channel")


def read_wait(retry_after: str, now: datetime) -> float | None:
    """The seconds that a header `Retry-After` asks to wait: a number, or a date.

    >>> read_wait("120", datetime(2026, 11, 2, 9, tzinfo=UTC))
    120.0
    >>> read_wait("Mon, 02 Nov 2026 09:00:30 GMT", datetime(2026, 11, 2, 9, tzinfo=UTC))
    30.0
    >>> read_wait("soon", datetime(2026, 11, 2, 9, tzinfo=UTC))
    """
    if retry_after.isascii() and retry_after.isdecimal():
        return float(retry_after[:9])
    try:
        date = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    seconds = ((date if date.tzinfo else date.replace(tzinfo=UTC)) - now).total_seconds()
    return max(seconds, 0.0)
