"""What a failure mode takes of all conversations, users and cost comes in; how severe it is, and why, goes out.

Shares count by the lower ends of their intervals, so that a few conversations of few are not severe by chance.
"""

from dataclasses import dataclass
from typing import Literal

from feedback.satisfaction.intervals import Interval, estimate_share

Level = Literal["critical", "high", "medium", "low"]
LEVELS: tuple[Level, ...] = ("low", "medium", "high", "critical")
BOUNDS = (0.002, 0.01, 0.05)
"""Shares from which on a mode is medium, high and critical."""
GROWING = 1.5
"""Times as common as before, by the lower end."""
LEAST_CONVERSATIONS = 5
"""With fewer a mode is medium at most."""
HARM = "harm"


@dataclass(frozen=True, slots=True)
class Severity:
    """How bad a mode is, and why, in a few words each."""

    level: Level
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of something there is: of a mode, and of all."""

    conversations: int
    users: int
    cost_usd: float | None


def judge_severity(mode: Extent, every: Extent, trend: Interval | None, family: str) -> Severity:
    """The level and its reasons in words, the weightiest first.

    >>> judge_severity(Extent(120, 90, 4.1), Extent(1_000, 1_000, 300.0), None, "answer")
    Severity(level='critical', reasons=('12 % of conversations', '9 % of users', '$4.10 of $300'))
    """
    shares = measure_shares(mode, every)
    low = max((share.low for share, _ in shares), default=0.0)
    level = sum(low >= bound for bound in BOUNDS)
    is_growing = trend is not None and trend.low > GROWING
    if mode.conversations:
        level += is_growing or family == HARM
    most = 1 if mode.conversations < LEAST_CONVERSATIONS else len(LEVELS) - 1
    reasons = [words for share, words in sorted(shares, key=lambda each: -each[0].low) if share.value > 0]
    if is_growing and trend is not None:
        reasons.append(f"growing: {trend.value:.1f} times as common as before")
    if family == HARM:
        reasons.append("does harm")
    return Severity(LEVELS[min(level, most)], tuple(reasons))


def measure_shares(mode: Extent, every: Extent) -> list[tuple[Interval, str]]:
    """Each share that is known, and how to say it."""
    found = []
    if every.conversations:
        share = estimate_share(min(mode.conversations, every.conversations), every.conversations)
        found.append((share, f"{say_share(share.value)} of conversations"))
    if every.users:
        share = estimate_share(min(mode.users, every.users), every.users)
        found.append((share, f"{say_share(share.value)} of users"))
    if mode.cost_usd and every.cost_usd:
        part = min(1.0, mode.cost_usd / every.cost_usd)
        share = estimate_share(part * every.conversations, every.conversations)  # as sure as of conversations
        found.append((share, f"{say_dollars(mode.cost_usd)} of {say_dollars(every.cost_usd)}"))
    return found


def say_share(share: float) -> str:
    """In per cent, with as many figures as tell something.

    >>> [say_share(share) for share in (0.12, 0.0304, 0.0004)]
    ['12 %', '3 %', '0.04 %']
    """
    return f"{100 * share:.0f} %" if share >= 0.0095 else f"{100 * share:.1g} %"


def say_dollars(amount: float) -> str:
    """
    >>> [say_dollars(amount) for amount in (300.0, 4.1, 0.0032, 12345.6)]
    ['$300', '$4.10', '$0.0032', '$12,346']
    """
    if amount >= 100:
        return f"${amount:,.0f}"
    return f"${amount:.2f}" if amount >= 0.1 else f"${amount:.2g}"
