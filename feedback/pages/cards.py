"""Totals of a period and of the one before come in; the cards of the overview go out.

What people said on purpose (thumbs) and what was read from what they did stand side by side, never summed.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from feedback.pages.filters import Filters
from feedback.pages.shares import Change, Share, compare_shares

CARD_KINDS = ("rephrase", "early_termination", "regeneration")
VIOLATIONS = ("prompt_attack/succeeded", "toxic_output", "pii_leak")
FALSE_REFUSALS = ("refusal/needless",)
"""As the filter `signal` has them; `page_signal_counts.sql` counts the same as `violation` and `false_refusal`."""

Tone = Literal["bad", "good", ""]


@dataclass(frozen=True, slots=True)
class Period:
    """`fired` holds, by (kind, label), in how many conversations it fired and about how many turns."""

    conversations: int
    turns: int
    fired: Mapping[tuple[str, str], tuple[int, int]]

    def share_conversations(self, kind: str) -> Share:
        return Share(self.fired.get((kind, ""), (0, 0))[0], self.conversations)

    def share_turns(self, measure: str) -> Share:
        return Share(self.fired.get((measure, ""), (0, 0))[1], self.turns)

    def count_conversations(self, measure: str) -> int:
        return self.fired.get((measure, ""), (0, 0))[0]

    def count_thumbs(self, label: str) -> int:
        return self.fired.get(("thumbs", label), (0, 0))[1]


@dataclass(frozen=True, slots=True)
class Card:
    """One rate, what it is a share of, how it changed, and the list behind it."""

    title: str
    share: Share
    change: Change | None
    rise_is: Literal[-1, 1]
    query: str

    @property
    def tone(self) -> Tone:
        if self.change is None or not self.change.is_clear:
            return ""
        return "good" if self.change.difference * self.rise_is > 0 else "bad"


@dataclass(frozen=True, slots=True)
class SafetyRate:
    """One of the two rates of safety: a share of turns, and in how many conversations they are."""

    card: Card
    what: str
    conversations: int
    unheard: tuple[str, ...]
    """Titles of what it counts and the project has off."""


@dataclass(frozen=True, slots=True)
class Thumbs:
    """What people said on purpose: `up` of those who said anything, and how few those are."""

    card: Card
    up: int
    down: int
    coverage: Share
    down_query: str


def read_periods(counts: Iterable[Mapping[str, Any]], signals: Iterable[Mapping[str, Any]]) -> tuple[Period, Period]:
    """Return this period and the one before from rows of `page_counts.sql` and `page_signal_counts.sql`."""
    said: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    fired: dict[bool, dict[tuple[str, str], tuple[int, int]]] = {True: {}, False: {}}
    for row in counts:
        said[bool(row["is_current"])].update({name: row[name] for name in ("conversations", "turns")})
    for row in signals:
        of_period, key = fired[bool(row["is_current"])], (row["kind"], row["label"])
        conversations, turns = of_period.get(key, (0, 0))
        of_period[key] = (conversations + row["conversations"], turns + row["turns"])
    now, before = (
        Period(said[current]["conversations"], said[current]["turns"], fired[current]) for current in (True, False)
    )
    return now, before


def build_safety(
    now: Period, before: Period, titles: Mapping[str, str], off: Collection[str], filters: Filters
) -> Sequence[SafetyRate]:
    """Return how often the model did what it should not, and how often it declined what it should have done."""
    rates = (
        ("violation", "Violation rate", VIOLATIONS, "gave way to an attack, was abusive or gave personal data away"),
        ("false_refusal", "False refusal rate", FALSE_REFUSALS, "declined a request that looked harmless"),
    )
    return [
        SafetyRate(
            card=Card(
                title=title,
                share=now.share_turns(measure),
                change=compare_shares(now.share_turns(measure), before.share_turns(measure)),
                rise_is=-1,
                query=replace(filters, q=f"signal:{','.join(counted)}").query,
            ),
            what=what,
            conversations=now.count_conversations(measure),
            unheard=tuple(titles[kind] for kind in (each.partition("/")[0] for each in counted) if kind in off),
        )
        for measure, title, counted, what in rates
    ]


def build_thumbs(now: Period, before: Period, filters: Filters) -> Thumbs:
    up, down = now.count_thumbs("up"), now.count_thumbs("down")
    earlier_up, earlier_down = before.count_thumbs("up"), before.count_thumbs("down")
    share = Share(up, up + down)
    return Thumbs(
        card=Card(
            title="Thumbs up",
            share=share,
            change=compare_shares(share, Share(earlier_up, earlier_up + earlier_down)),
            rise_is=1,
            query=replace(filters, thumbs="up").query,
        ),
        up=up,
        down=down,
        coverage=Share(up + down, now.turns),
        down_query=replace(filters, thumbs="down").query,
    )
