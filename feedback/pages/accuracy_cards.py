"""The card of the detectors comes in, what its page shows of each kind goes out: a sentence for people and a picture.

The picture holds scores against how often they were right: dots on the diagonal are scores that can be taken at their
word. Its box is 100 wide and 100 high.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from feedback.accuracy import Bin, Card, Estimate, Failure, Figures, KindCard, Pool, Tier
from feedback.pages.shares import Share

SHOWN_TIER = "platform"
"""What the sentences tell of: the way that this server reads."""
LARGEST_DOT, SMALLEST_DOT = 4.0, 1.2


@dataclass(frozen=True, slots=True)
class Dot:
    """Messages with about one score; `left`, `top` and `radius` in percent of the box."""

    left: float
    top: float
    radius: float
    low: float
    high: float
    share: Share


@dataclass(frozen=True, slots=True)
class Row:
    """One way to read, and its figures."""

    title: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class PoolRow:
    name: str
    shares: tuple[Share, ...]
    """By tier, in their order."""


@dataclass(frozen=True, slots=True)
class KindView:
    """What the page shows of one kind."""

    kind: str
    title: str
    what: str
    threshold: float | None
    positives: int
    messages: int
    sentence: str
    shown: Figures
    rows: tuple[Row, ...]
    dots: tuple[Dot, ...]
    pools: tuple[PoolRow, ...]
    failures: tuple[Failure, ...]
    known: tuple[str, ...]


def view_kinds(card: Card) -> list[KindView]:
    return [view_kind(kind, card.tiers) for kind in card.kinds]


def view_kind(kind: KindCard, tiers: Sequence[Tier]) -> KindView:
    shown = pick_tier(kind.tiers)
    return KindView(
        kind=kind.kind,
        title=kind.title,
        what=kind.what,
        threshold=kind.threshold,
        positives=kind.positives,
        messages=kind.messages,
        sentence=write_sentence(shown),
        shown=shown,
        rows=tuple(list_rows(kind.tiers, tiers)),
        dots=tuple(draw_dots(shown.reliability)),
        pools=tuple(list_pools(kind.pools, tiers)),
        failures=kind.failures,
        known=kind.known,
    )


def pick_tier(figures: Sequence[Figures]) -> Figures:
    return next((each for each in figures if each.tier == SHOWN_TIER), figures[-1])


def list_rows(figures: Iterable[Figures], tiers: Iterable[Tier]) -> Iterator[Row]:
    titles = {tier.name: tier.title for tier in tiers}
    return (Row(titles[each.tier], each) for each in figures)


def list_pools(pools: Iterable[Pool], tiers: Sequence[Tier]) -> Iterator[PoolRow]:
    """Those with any alarm, most alarms first."""
    rows = [PoolRow(each.name, tuple(Share(each.alarms[tier.name], each.messages) for tier in tiers)) for each in pools]
    alarmed = (row for row in rows if any(share.part for share in row.shares))
    return iter(sorted(alarmed, key=lambda row: -max(share.value for share in row.shares)))


def write_sentence(figures: Figures) -> str:
    """What the figures mean, for somebody who has never heard of precision."""
    if figures.precision_when_rare is None or figures.recall is None:
        return "It fired on none of the messages that it was measured on, so how right it is is not known."
    right, found = figures.precision_when_rare, figures.recall
    return (
        f"Of 100 that fire, about {write_hundred(right.value)} are right where one message in twenty is feedback"
        f" ({write_range(right)}); of 100 that there are, it finds {write_hundred(found.value)} ({write_range(found)})."
    )


def write_hundred(share: float) -> str:
    return f"{100 * share:.0f}"


def write_range(estimate: Estimate) -> str:
    return f"{write_hundred(estimate.low)} to {write_hundred(estimate.high)}"


def draw_dots(bins: Sequence[Bin]) -> Iterator[Dot]:
    """A dot for each bin, whose area grows with the number of its messages, up to a limit."""
    for each in bins:
        share = Share(round(each.share * each.messages), each.messages)
        yield Dot(
            left=round(100 * each.mean_score, 2),
            top=round(100 * (1 - share.value), 2),
            radius=round(max(SMALLEST_DOT, min(LARGEST_DOT, math.sqrt(each.messages) / 3)), 2),
            low=each.low,
            high=each.high,
            share=share,
        )


def view_languages(card: Card) -> list[tuple[str, int, int, list[Mapping[str, float]]]]:
    """Name, messages, feedback, and for each tier F1 and average precision."""
    return [
        (
            *(each.code, each.messages, each.feedback),
            [{"f1": each.f1[tier.name], "ap": each.average_precision[tier.name]} for tier in card.tiers],
        )
        for each in card.languages
    ]
