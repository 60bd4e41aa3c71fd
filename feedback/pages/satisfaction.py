"""What was estimated of a conversation comes in; what pages show of it goes out.

A whisker's box is 100 wide: probabilities and shares from 0 to 100 %.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from feedback.pages.observations import State
from feedback.satisfaction import Interval
from feedback.satisfaction.estimates import NOT_SEEN, SAID, USUAL
from feedback.satisfaction.votes import WORDS
from feedback.satisfaction_records import Estimate

REASONS_SHOWN = 3
LEAST_REASON = 0.05
"""Log odds; what says less is not told."""
MOST_FACTOR = 100.0
STATE_WORDS: Mapping[State, str] = {
    "bad": "probably dissatisfied",
    "unsure": "hard to say",
    "good": "probably satisfied",
}
NAMED = {WORDS: "What the user wrote", SAID: "What was said on purpose, or was not"}
LEFT_OUT = frozenset({USUAL, NOT_SEEN})
"""What is there for every conversation."""


@dataclass(frozen=True, slots=True)
class Whisker:
    """Where an interval stands in its box, in percent."""

    interval: Interval
    left: float
    width: float
    dot: float


@dataclass(frozen=True, slots=True)
class Reason:
    name: str
    words: str
    """How much likelier it makes dissatisfaction, or satisfaction."""
    state: State


@dataclass(frozen=True, slots=True)
class ShownEstimate:
    whisker: Whisker
    state: State
    words: str
    is_fitted: bool
    reasons: tuple[Reason, ...]
    """The few that speak most, the strongest first."""

    @property
    def percent(self) -> str:
        return write_percent(self.whisker.interval.value)


def write_percent(probability: float) -> str:
    """Nothing is certain, however the figure is rounded.

    >>> write_percent(0.5), write_percent(0.999), write_percent(0.004)
    ('50 %', 'over 99 %', 'under 1 %')
    """
    if probability > 0.99:
        return "over 99 %"
    return "under 1 %" if probability < 0.01 else f"{probability:.0%}".replace("%", " %")


def draw_whisker(interval: Interval) -> Whisker:
    low, high = 100 * interval.low, 100 * interval.high
    return Whisker(interval, round(low, 2), round(high - low, 2), round(100 * interval.value, 2))


def show_estimate(estimate: Estimate | None, titles: Mapping[str, str]) -> ShownEstimate | None:
    """The estimate as it is shown; `titles` has the words for kinds of signals."""
    if estimate is None:
        return None
    state = find_state(estimate.probability)
    told = [each for each in estimate.reasons if each[0] not in LEFT_OUT and abs(each[1]) >= LEAST_REASON]
    strongest = sorted(told, key=lambda each: -abs(each[1]))[:REASONS_SHOWN]
    return ShownEstimate(
        whisker=draw_whisker(estimate.probability),
        state=state,
        words=STATE_WORDS[state],
        is_fitted=estimate.is_fitted,
        reasons=tuple(write_reason(name, log_odds, titles) for name, log_odds in strongest),
    )


def find_state(probability: Interval) -> State:
    """Where the whole interval lies on one side of even odds."""
    if probability.low > 0.5:
        return "bad"
    return "good" if probability.high < 0.5 else "unsure"


def write_reason(name: str, log_odds: float, titles: Mapping[str, str]) -> Reason:
    """
    >>> write_reason("error -", 1.1, {"error": "Error"}).words
    'makes dissatisfaction 3.0 times as likely, by odds'
    """
    kind = name.removesuffix(" -").removesuffix(" +")
    title = NAMED.get(name) or titles.get(kind) or kind.replace("_", " ").capitalize()
    factor = math.exp(min(abs(log_odds), math.log(MOST_FACTOR)))
    side = "dissatisfaction" if log_odds > 0 else "satisfaction"
    return Reason(title, f"makes {side} {factor:.1f} times as likely, by odds", "bad" if log_odds > 0 else "good")
