"""One failure mode with all that is known of it comes in; what its page shows goes out.

What describes a mode was written by an older version of the code, perhaps: whatever is missing is left out.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from feedback.failure_modes.verification import Count, Verification
from feedback.failures.listing import ListedMode
from feedback.failures.splits import Half, Split
from feedback.pages.chart import HEIGHT, WIDTH, Tick
from feedback.pages.failure_modes import name_slice, write_times
from feedback.pages.filters import name_heard
from feedback.satisfaction import Interval
from tracing.conversations import Turn

SIGNALS_SHOWN = 8
TERMS_SHOWN = 8
EXAMPLE_CHARACTERS = 500
HALF_EXAMPLES = 3
LABEL_WIDTH = 14.0
"""In percent of a chart: names of marks that are nearer to each other stand one above the other."""
LOWEST, ROW_HEIGHT = -6, 16
"""Where names of marks stand above a chart, the lowest of three rows, in pixels."""
MOST_ODDS = 100.0
MOST_TIMES = 50.0
"""At the end of the scale of ratios."""
GROUPS = {
    "central": ("Most like the rest", "Nearest to the middle of the mode."),
    "edge": ("Least like the rest", "At the edge: where these do not belong, the mode may be two."),
    "newest": ("Newest", ""),
}
MARKS = {
    "found": "found",
    "regressed": "came back",
    "resolved": "resolved",
    "verified": "fix verified",
    "reopened": "opened again",
    "surging": "surging",
}
CHANGES = {
    "found": ("was found", "was found: %s"),
    "surging": ("began to surge", "began to surge: %s"),
    "calmed": ("surges no longer", "surges no longer: %s"),
    "verified": ("was verified as fixed", "was verified as fixed: %s"),
    "regressed": ("came back", "came back: %s"),
    "grew": ("has grown, and is no longer ignored", "has grown, and is no longer ignored: %s"),
    "joined": ("is one with another that is the same", "is one with %s, which is the same"),
    "named": ("has the title again that was found", "was named “%s”"),
    "merged": ("was merged", "was merged with %s"),
    "split": ("was split", "was split: the other part is %s"),
    "resolved": ("was resolved", "was resolved in %s"),
    "reopened": ("was opened again", "was opened again: %s"),
    "ignored": ("is ignored for good", "is ignored until %s more conversations"),
    "owned": ("has no owner any more", "has the owner %s"),
    "reviewed": ("was reviewed", "follows what reviewers said: %s"),
    "ticket": ("has no ticket any more", "has the ticket %s"),
}
"""By `FailureModeChange.What`, without a text and with one."""


@dataclass(frozen=True, slots=True)
class Term:
    text: str
    within: float
    elsewhere: float


@dataclass(frozen=True, slots=True)
class Whisker:
    """Where a ratio stands in its box, in percent of a scale of logarithms from 1 on."""

    left: float
    width: float
    dot: float


@dataclass(frozen=True, slots=True)
class SliceRow:
    name: str
    value: str
    within: float
    elsewhere: float
    ratio: Interval
    whisker: Whisker

    @property
    def times(self) -> str:
        value, low, high = map(write_odds, (self.ratio.value, self.ratio.low, self.ratio.high))
        return f"{value}× ({low} to {high})"


@dataclass(frozen=True, slots=True)
class Place:
    """A turn of a conversation, or just the conversation."""

    conversation_id: str
    turn_index: int | None


@dataclass(frozen=True, slots=True)
class Description:
    """What was found out of a mode, as `feedback.failures.describing` tells it."""

    terms: tuple[Term, ...] = ()
    lift: str = ""
    """In one sentence; empty where it is not known."""
    slices: tuple[SliceRow, ...] = ()
    top: str = ""
    """The ratio at the end of the scale of slices."""
    examples: Mapping[str, tuple[Place, ...]] = field(default_factory=dict)
    signals: tuple[tuple[str, int], ...] = ()
    looked_at: int = 0
    """So many of its latest conversations were read for all this."""


@dataclass(frozen=True, slots=True)
class Example:
    """A failing turn as it is read: what was asked, what was answered, and what the user said next."""

    place: Place
    request: str
    answer: str
    reaction: str


@dataclass(frozen=True, slots=True)
class ExampleGroup:
    title: str
    what: str
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A day of the chart; `left` and `width` in percent."""

    left: float
    width: float
    path: str
    day: str
    conversations: int


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened to the mode, at a place of the chart; `top` is where its line begins, with its name."""

    left: float
    words: str
    day: str
    top: int

    @property
    def anchor(self) -> str:
        return "start" if self.left < 8 else "end" if self.left > 92 else "middle"


@dataclass(frozen=True, slots=True)
class DayChart:
    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]
    ticks: tuple[Tick, ...]
    most: int
    top: int
    """Room above for the names of the marks."""
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class HistoryLine:
    at: datetime
    who: str
    words: str
    note: str


@dataclass(frozen=True, slots=True)
class ShownHalf:
    """One of the two parts that a mode may be split into."""

    title: str
    count: int
    examples: tuple[Example, ...]
    conversations: str
    """The ids as JSON, for the form that moves them; empty of the half that stays."""


def read_description(told: Mapping[str, Any], titles: Mapping[str, str]) -> Description:
    examples, slices = told.get("examples") or {}, told.get("slices") or ()
    return Description(
        terms=tuple(Term(each["text"], each["within"], each["elsewhere"]) for each in told.get("terms") or ())[
            :TERMS_SHOWN
        ],
        lift=tell_lift(told.get("lift")),
        slices=draw_slices(slices),
        top=write_odds(find_top(slices)),
        examples={name: tuple(Place(**each) for each in examples.get(name) or ()) for name in GROUPS},
        signals=tuple((name_heard(name, titles), count) for name, count in (told.get("signals") or ())[:SIGNALS_SHOWN]),
        looked_at=told.get("looked_at") or 0,
    )


def tell_lift(lift: Mapping[str, Any] | None) -> str:
    """Whether it is a failure, or only what many ask about.

    >>> tell_lift({"ratio": 3.2, "low": 2.1, "high": 4.9, "p": 0.001, "is_claimed": True})
    'Where users ask for this, the odds of failing are 3.2 times as high as elsewhere (2.1 to 4.9 at 90 %).'
    """
    if not lift:
        return ""
    low, high = write_odds(lift["low"]), write_odds(lift["high"])
    if lift["is_claimed"]:
        times = f"{write_odds(lift['ratio'])} times as high as elsewhere ({low} to {high} at 90 %)"
        return f"Where users ask for this, the odds of failing are {times}."
    ends = f"the odds are {low} to {high} times as high, at 90 %"
    return (
        f"Whether failing is likelier here than elsewhere cannot be told yet ({ends}): it may only be asked for often."
    )


def write_odds(ratio: float) -> str:
    """Beyond a hundred times it makes no difference.

    >>> write_odds(783.0), write_odds(3.2)
    ('over 100', '3.2')
    """
    return f"over {MOST_ODDS:g}" if ratio > MOST_ODDS else write_times(ratio)


def draw_slices(slices: Sequence[Mapping[str, Any]]) -> tuple[SliceRow, ...]:
    top = find_top(slices)
    return tuple(draw_slice(each, top) for each in slices)


def find_top(slices: Sequence[Mapping[str, Any]]) -> float:
    """The ratio at the end of the scale: it holds most intervals whole."""
    return max([2.0, *(min(MOST_TIMES, float(each["high"])) for each in slices)])


def draw_slice(told: Mapping[str, Any], top: float) -> SliceRow:
    ratio = Interval(told["ratio"], told["low"], told["high"])
    low, dot, high = (place_ratio(value, top) for value in (ratio.low, ratio.value, ratio.high))
    whisker = Whisker(low, round(high - low, 2), dot)
    return SliceRow(*name_slice(told["name"], told["value"]), told["within"], told["elsewhere"], ratio, whisker)


def place_ratio(value: float, top: float) -> float:
    """
    >>> place_ratio(1.0, 4.0), place_ratio(2.0, 4.0), place_ratio(100.0, 4.0)
    (0.0, 50.0, 100.0)
    """
    return round(100 * min(1.0, max(0.0, math.log(max(value, 1e-9)) / math.log(top))), 2)


def tell_fix(mode: ListedMode) -> str:
    """Whether what was done has helped, in a sentence; empty of a mode that nobody resolved."""
    if mode.state not in ("resolved", "regressed"):
        return ""
    if mode.fix is None:
        return "Whether the fix works is told here within a minute." if mode.state == "resolved" else ""
    if mode.verification is None:
        return f"{name_place(mode)} has not been seen yet, so nothing can be said of the fix."
    counted = f"{tell_count(mode.fix.before)} before, {tell_count(mode.fix.after)} since"
    return f"{mode.verification.words.capitalize()}{tell_ratio(mode.verification)}; {counted}."


def tell_count(count: Count) -> str:
    return f"{count.failing:,} of {count.conversations:,} conversations"


def tell_ratio(found: Verification) -> str:
    if found.ratio is None or (found.low == 0 and math.isinf(found.high)):
        return ""
    ends = f"{write_times(found.low)} to {write_times(found.high)}, at 95 % whenever one looks"
    return f": it comes up {write_times(found.ratio)} times as often as before ({ends})"


def name_place(mode: ListedMode) -> str:
    """Where a mode was resolved, at the beginning of a sentence."""
    return f"{'Release' if mode.resolved_in_kind == 'release' else 'Prompt version'} {mode.resolved_in}"


def draw_days(days: Sequence[int], today: date, marks: Sequence[tuple[datetime, str]]) -> DayChart:
    """Bars of days, the last of which is `today`, with what happened: a time and a word of `MARKS`."""
    most, width = max(days, default=0), 100 / max(1, len(days))
    first = today - timedelta(days=len(days) - 1)
    bars = [draw_day(at, width, count, most, first + timedelta(days=at)) for at, count in enumerate(days)]
    every = max(1, -(-len(days) // 5))
    ticks = [Tick(round(bars[at].left + width / 2, 2), bars[at].day) for at in range(every // 2, len(bars), every)]
    placed = place_marks(marks, first, bars)
    top = ROW_HEIGHT - min((mark.top for mark in placed), default=0)
    start = datetime(first.year, first.month, first.day, tzinfo=UTC)
    return DayChart(tuple(bars), placed, tuple(ticks), most, top, start, start + timedelta(days=len(days)))


def draw_day(at: int, width: float, count: int, most: int, day: date) -> Bar:
    height = HEIGHT * count / most if most else 0.0
    left, wide = WIDTH / 100 * at * width, WIDTH / 100 * width
    gap = min(2.0, wide * 0.15)
    path = f"M{left + gap:.2f} {HEIGHT:g}v{-height:.2f}h{wide - 2 * gap:.2f}v{height:.2f}z" if count else ""
    return Bar(round(at * width, 3), round(width, 3), path, f"{day.day} {day:%b}", count)


def place_marks(marks: Sequence[tuple[datetime, str]], first: date, bars: Sequence[Bar]) -> tuple[Mark, ...]:
    """Marks within the days, one a day at most; names that would overlap stand one above the other."""
    by_day: dict[int, list[str]] = {}
    for at, what in sorted(marks):
        day = (at.astimezone(UTC).date() - first).days
        if 0 <= day < len(bars) and MARKS[what] not in by_day.get(day, []):
            by_day.setdefault(day, []).append(MARKS[what])
    found: list[Mark] = []
    for day, words in by_day.items():
        left = round(bars[day].left + bars[day].width / 2, 2)
        is_near = bool(found) and left - found[-1].left < LABEL_WIDTH
        top = found[-1].top - ROW_HEIGHT if is_near and found[-1].top > LOWEST - 2 * ROW_HEIGHT else LOWEST
        found.append(Mark(left, ", ".join(words), bars[day].day, top))
    return tuple(found)


def tell_change(at: datetime, who: str, what: str, text: str) -> HistoryLine:
    if what == "note":
        return HistoryLine(at, who, "", text)
    without, with_text = CHANGES.get(what, (what, f"{what} %s"))
    return HistoryLine(
        at,
        who,
        with_text.replace("%s", text.replace("_", " ", 1 if what == "resolved" else 0)) if text else without,
        "",
    )


def group_examples(examples: Mapping[str, Sequence[Place]], texts: Mapping[Place, Example]) -> list[ExampleGroup]:
    """The examples that are still kept, each in the first group that has it."""
    told: set[Place] = set()
    groups = []
    for name, (title, what) in GROUPS.items():
        shown = [place for place in examples.get(name, ()) if place in texts and place not in told]
        told.update(shown)
        if shown:
            groups.append(ExampleGroup(title, what, tuple(texts[place] for place in shown)))
    return groups


def read_examples(places: Sequence[Place], turns: Mapping[str, Sequence[Turn]]) -> dict[Place, Example]:
    """The texts of places, of those whose turns are there."""
    indexed = {Place(key, turn.index): turn for key, found in turns.items() for turn in found}
    return {
        place: show_example(place, turn, indexed.get(Place(place.conversation_id, turn.index + 1)))
        for place in places
        if (turn := indexed.get(place))
    }


def show_example(place: Place, turn: Turn, following: Turn | None) -> Example:
    reaction = following.user_text if following else ""
    return Example(place, shorten(turn.user_text), shorten(turn.answer.text), shorten(reaction))


def show_halves(split: Split | None) -> list[ShownHalf]:
    """The two halves, first the one that stays."""
    return [show_half(split.stays, is_moved=False), show_half(split.moves, is_moved=True)] if split else []


def show_half(half: Half, *, is_moved: bool) -> ShownHalf:
    examples = [
        Example(Place(case.conversation_id, None), *map(shorten, (case.request, case.answer, case.reaction)))
        for case in half.examples[:HALF_EXAMPLES]
    ]
    ids = json.dumps(half.conversation_ids) if is_moved else ""
    return ShownHalf(half.title, len(half.conversation_ids), tuple(examples), ids)


def shorten(text: str) -> str:
    """
    >>> shorten("x" * 600) == "x" * 499 + "…"
    True
    """
    return text if len(text) <= EXAMPLE_CHARACTERS else text[: EXAMPLE_CHARACTERS - 1].rstrip() + "…"


def read_ids(text: str) -> list[str]:
    """The ids of a form; of what is no list of them, none.

    >>> read_ids('["a", 1]'), read_ids("{")
    ([], [])
    """
    try:
        found = json.loads(text)
    except ValueError:
        return []
    return found if isinstance(found, list) and all(isinstance(each, str) for each in found) else []
