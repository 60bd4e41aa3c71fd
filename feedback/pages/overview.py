"""What the overview was told comes in; what its page shows goes out: first a few sentences, then figures and charts."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

from feedback.overview import SECOND_NS, Overview
from feedback.pages.cards import CARD_KINDS, Card, Period, SafetyRate, Thumbs, Tone, build_safety, build_thumbs
from feedback.pages.chart import Chart, Column, Slice, draw_chart, fill_slices
from feedback.pages.filters import RANGE_WORDS, RANGES, Filters
from feedback.pages.machines import MachineLine, show_machines
from feedback.pages.satisfaction_chart import SatisfactionChart, draw_satisfaction
from feedback.pages.satisfaction_periods import LIKELY, Way
from feedback.pages.shares import compare_shares
from feedback.pages.speed import ShownSpeed, show_errors, show_speed

Rows = Sequence[Mapping[str, Any]]
APART = frozenset({"thumbs", "rating", "said_well", "said_badly", "violation", "false_refusal", "sentiment"})
"""What is told of elsewhere, and the tone, which every message has."""
WELCOME = frozenset({"praise", "copy", "accept", "share"})
"""Kinds whose rise is good."""
RATES_SHOWN = 12
TOLD = 2
"""Rates whose clear change the summary tells."""


@dataclass(frozen=True, slots=True)
class ShownWay:
    """One of the three ways of seeing satisfaction."""

    name: str
    title: str
    what: str
    way: Way


@dataclass(frozen=True, slots=True)
class ShownSatisfaction:
    """`way` is what the large figure tells: corrected, else by signals alone."""

    way: ShownWay
    ways: tuple[ShownWay, ...]
    likely: int
    likely_query: str
    reason: str
    """What the corrected rate rests on, or why there is none."""
    chart: SatisfactionChart | None

    @property
    def tone(self) -> Tone:
        change = self.way.way.change
        if change is None or not change.is_clear:
            return ""
        return "good" if change.difference > 0 else "bad"


@dataclass(frozen=True, slots=True)
class Sentence:
    words: str
    query: str = ""
    """Of the conversations that it tells of."""
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class ShownOverview:
    filters: Filters
    range_words: str
    before_words: str
    now: Period
    before: Period
    machines: MachineLine
    summary: tuple[Sentence, ...]
    satisfaction: ShownSatisfaction
    first: tuple[Card, ...]
    """Rates that stand at the top."""
    rates: tuple[Card, ...]
    more_rates: int
    thumbs: Thumbs
    safety: Sequence[SafetyRate]
    chart: Chart
    speed: ShownSpeed | None


def show_overview(told: Overview, titles: Mapping[str, str]) -> ShownOverview:
    filters = told.filters
    slices = list_slices(told)
    chart = draw_chart(slices, {kind: titles[kind] for kind in CARD_KINDS}, told.step_s)
    columns = {round(each.start.timestamp()): column for each, column in zip(slices, chart.columns, strict=True)}
    rates = list_rates(told.now, told.before, titles, filters)
    satisfaction = show_satisfaction(told, columns)
    return ShownOverview(
        filters=filters,
        range_words=RANGE_WORDS[filters.range],
        before_words=f"the {filters.range.removesuffix('d')} days before"
        if filters.range != "24h"
        else "the day before",
        now=told.now,
        before=told.before,
        machines=show_machines(told.all_counts, filters),
        summary=tuple(summarize(told, satisfaction, rates)),
        satisfaction=satisfaction,
        first=tuple(rate_kind(kind, told.now, told.before, titles, filters) for kind in CARD_KINDS[:2]),
        rates=tuple(rates[:RATES_SHOWN]),
        more_rates=max(0, len(rates) - RATES_SHOWN),
        thumbs=build_thumbs(told.now, told.before, filters),
        safety=build_safety(told.now, told.before, titles, told.unheard, filters),
        chart=chart,
        speed=show_speed(told.speed, told.objective_ms, columns, filters),
    )


def list_slices(told: Overview) -> list[Slice]:
    """Query volume and rates by slices of time, of the rows that the overview counts."""
    conversations: Counter[int] = Counter()
    fired: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for row in told.counts:
        if row["is_current"]:
            conversations[find_slice(row["slice_ns"], told.step_s)] += row["conversations"]
    for row in told.signal_counts:
        if row["is_current"] and row["kind"] in CARD_KINDS:
            fired[find_slice(row["slice_ns"], told.step_s)][row["kind"]] += row["conversations"]
    slices = {
        second: Slice(datetime.fromtimestamp(second, UTC), count, fired[second])
        for second, count in conversations.items()
    }
    now_s = told.now_ns // SECOND_NS
    return fill_slices(slices, now_s - RANGES[told.filters.range] // SECOND_NS, now_s, told.step_s)


def find_slice(time_ns: int, step_s: int) -> int:
    """Seconds since the epoch at which the slice of a time begins."""
    return time_ns // SECOND_NS // step_s * step_s


def list_rates(now: Period, before: Period, titles: Mapping[str, str], filters: Filters) -> list[Card]:
    """Every kind of signal that was heard in either time, the most frequent first."""
    kinds = dict.fromkeys(kind for kind, label in (*now.fired, *before.fired) if not label and kind not in APART)
    rates = [rate_kind(kind, now, before, titles, filters) for kind in kinds]
    return sorted(rates, key=lambda rate: (-rate.share.part, rate.title))


def rate_kind(kind: str, now: Period, before: Period, titles: Mapping[str, str], filters: Filters) -> Card:
    share, earlier = now.share_conversations(kind), before.share_conversations(kind)
    rise_is: Literal[-1, 1] = 1 if kind in WELCOME else -1
    return Card(
        titles.get(kind, kind), share, compare_shares(share, earlier), rise_is, replace(filters, signal=kind).query
    )


def show_satisfaction(told: Overview, columns: Mapping[int, Column]) -> ShownSatisfaction:
    ways = told.ways
    shown = (
        ShownWay("thumbs", "Thumbs only", tell_observed(ways.thumbs.observed), ways.thumbs),
        ShownWay("implicit", "Implicit only", "what the behaviour of all shows", ways.implicit),
        ShownWay("corrected", "Corrected", "both, with who speaks up taken out", ways.corrected),
    )
    return ShownSatisfaction(
        way=shown[1] if ways.verdicts_needed else shown[2],
        ways=shown[:2] if ways.verdicts_needed else shown,
        likely=ways.likely,
        likely_query=replace(told.filters, q=f"dissatisfied>{LIKELY}").query,
        reason=ways.reason,
        chart=draw_satisfaction(ways, columns),
    )


def tell_observed(thumbs: int) -> str:
    """
    >>> tell_observed(85), tell_observed(0)
    ('of 85 thumbs and ratings, as they came', 'nobody gave a thumb or rating')
    """
    return f"of {thumbs:,} thumbs and ratings, as they came" if thumbs else "nobody gave a thumb or rating"


def summarize(told: Overview, satisfaction: ShownSatisfaction, rates: Sequence[Card]) -> list[Sentence]:
    """What happened, in a few sentences."""
    moved = [rate for rate in rates if rate.tone][:TOLD]
    errors = [] if not told.speed.now.calls else tell_errors(told)
    said = [*tell_satisfaction(told, satisfaction), *map(tell_rate, moved), *errors]
    if told.before.conversations and not moved and not errors:
        said.append(Sentence("No other rate moved clearly."))
    return said


def tell_satisfaction(told: Overview, satisfaction: ShownSatisfaction) -> list[Sentence]:
    way = satisfaction.way.way
    if way.interval is None:
        return [tell_few(told.now.conversations)]
    share, change = f"{100 * way.interval.value:.0f} %", way.change
    if change is None:
        ends = f"{100 * way.interval.low:.0f} to {100 * way.interval.high:.0f} %"
        return [Sentence(f"An estimated {share} of conversations satisfied their user ({ends}).")]
    if not change.is_clear:
        return [
            Sentence(f"Satisfaction did not move clearly: an estimated {share} of conversations satisfied their user.")
        ]
    verb = "rose" if change.difference > 0 else "fell"
    words = f"Satisfaction {verb} by {abs(100 * change.difference):.1f} points, to an estimated {share}."
    return [Sentence(words, satisfaction.likely_query, satisfaction.tone)]


def tell_few(conversations: int) -> Sentence:
    """
    >>> tell_few(1).words
    'One conversation so far: read it. From about 20 on its users’ satisfaction can be estimated.'
    """
    if conversations == 1:
        return Sentence("One conversation so far: read it. From about 20 on its users’ satisfaction can be estimated.")
    return Sentence(
        f"{conversations:,} conversations so far: few enough to read. From about 20 on satisfaction can be estimated, "
        "and rates begin to mean something."
    )


def tell_rate(rate: Card) -> Sentence:
    difference = rate.change.difference if rate.change else 0.0
    verb = "rose" if difference > 0 else "fell"
    words = f"“{rate.title}” {verb} by {abs(100 * difference):.1f} points, to {100 * rate.share.value:.1f} %."
    return Sentence(words, rate.query, rate.tone)


def tell_errors(told: Overview) -> list[Sentence]:
    errors = show_errors(told.speed, told.filters)
    if not errors.tone or not errors.change:
        return []
    verb = "rose" if errors.change.difference > 0 else "fell"
    words = f"The share of failed model calls {verb} to {100 * errors.share.value:.1f} %."
    return [Sentence(words, errors.query, errors.tone)]
