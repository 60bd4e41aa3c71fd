"""An alarm of drift as it is stored comes in, with what is known around it; what pages show of it goes out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from drift.pages.measures import (
    FAMILY_TITLES,
    Direction,
    find_direction,
    name_family,
    name_metric,
    tell_change,
    tell_size,
    write_value,
)

TOLD_MOVES = 2
"""So many are named in a sentence."""
TERMS_SHOWN = 10
NOTHING: Mapping[Any, Any] = MappingProxyType({})
TERMS: Mapping[tuple[str, str], str] = {
    ("terms", "after"): "Words of questions that became common",
    ("terms", "before"): "Words of questions that became rare",
    ("answer_terms", "after"): "Words of answers that became common",
    ("answer_terms", "before"): "Words of answers that became rare",
}
CAUSES: Mapping[str, str] = {
    "system_prompt": "The instructions changed",
    "users": "Users changed",
    "model": "The model behind the same name changed",
    "retrieval": "Retrieval changed",
    "feedback_widget": "The way feedback is given changed",
    "infrastructure": "Infrastructure: the provider, the network or a deploy",
    "unknown": "Something else",
}
"""By `drift.detection.causes.Cause`."""


@dataclass(frozen=True, slots=True)
class Move:
    """A metric that moved, as `drift.models.DriftAlarm.moves` holds it."""

    metric: str
    part: str
    family: str
    started: str
    share: float
    shift: float
    before: float
    after: float

    @property
    def direction(self) -> Direction:
        return find_direction(self.before, self.after, self.shift)

    @property
    def clause(self) -> str:
        return tell_change(self.metric, self.part, self.direction)


@dataclass(frozen=True, slots=True)
class Cause:
    """A likely cause, and the changes that speak for it."""

    name: str
    share: float
    sentence: str
    events: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Alarm:
    """What is stored of an alarm."""

    number: int
    """Its id in the database."""
    segment_keys: tuple[str, ...]
    """First that which it is told of, then others that moved along."""
    where: str
    """The first in words."""
    started: date
    day: date
    score: float
    bound: float
    state: str
    closed: date | None
    closed_by: str
    causes: tuple[Cause, ...]
    families: Mapping[str, float]
    moves: tuple[Move, ...]

    @property
    def is_open(self) -> bool:
        return self.state == "open"


@dataclass(frozen=True, slots=True)
class Hypothesis:
    title: str
    share: float
    sentence: str


@dataclass(frozen=True, slots=True)
class Spark:
    """A metric by day, as paths in a box of 1000 by 100: before the change, since then, and the usual range."""

    path: str
    since: str
    band: str


@dataclass(frozen=True, slots=True)
class ShownMove:
    title: str
    before: str
    after: str
    size: str
    arrow: str
    spark: Spark | None
    """None where its segment is not watched any more."""


@dataclass(frozen=True, slots=True)
class FamilyBar:
    title: str
    share: float
    width: float
    """In percent."""


@dataclass(frozen=True, slots=True)
class NearChange:
    """Something that the ledger saw around the start, with what differs."""

    number: int
    time: datetime
    sentence: str
    diff: Any
    is_named: bool
    """Whether a likely cause rests on it."""


@dataclass(frozen=True, slots=True)
class Example:
    """A conversation, by how it begins."""

    conversation_id: str
    message: str
    answer: str
    because: tuple[str, ...] = ()
    """What it stands out by, in words."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word, with the shares of texts that hold it before and since."""

    text: str
    before: float
    since: float


@dataclass(frozen=True, slots=True)
class Terms:
    """Words that became more or less common."""

    title: str
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Examples:
    before: tuple[Example, ...] = ()
    after: tuple[Example, ...] = ()
    terms: tuple[Terms, ...] = ()
    told_apart: str = ""
    """How well the two times can be told apart, in a sentence."""

    @property
    def are_known(self) -> bool:
        return bool(self.before or self.after)


@dataclass(frozen=True, slots=True)
class ShownAlarm:
    number: int
    headline: str
    since: str
    """How the change began and when it was found, in a sentence."""
    state: str
    state_words: str
    where: str
    segment_key: str
    hypotheses: tuple[Hypothesis, ...]
    families: tuple[FamilyBar, ...]
    moves: tuple[ShownMove, ...]
    changes: tuple[NearChange, ...]
    examples: Examples
    report: Any = None
    """What the report's partial shows (drift.models.DriftReport), or None."""

    @property
    def is_open(self) -> bool:
        return self.state == "open"


@dataclass(frozen=True, slots=True)
class AlarmLine:
    """An alarm in a list."""

    number: int
    headline: str
    since: str
    is_open: bool


def list_alarm_lines(alarms: Sequence[Alarm]) -> list[AlarmLine]:
    return [
        AlarmLine(
            alarm.number, tell_headline(alarm), f"since {write_day(alarm.started)} · {tell_state(alarm)}", alarm.is_open
        )
        for alarm in alarms
    ]


def read_moves(told: Sequence[Mapping[str, Any]]) -> tuple[Move, ...]:
    """Those that carry most of the evidence first."""
    moves = [
        Move(
            str(each.get("name", "")),
            str(each.get("part", "")),
            str(each.get("family", "")),
            str(each.get("started", "")),
            *(float(each.get(name) or 0.0) for name in ("share", "shift", "before", "after")),
        )
        for each in told
    ]
    return tuple(sorted(moves, key=lambda move: -move.share))


def read_causes(told: Sequence[Mapping[str, Any]]) -> tuple[Cause, ...]:
    return tuple(
        Cause(
            str(each.get("cause", "unknown")),
            float(each.get("share") or 0.0),
            str(each.get("sentence", "")),
            tuple(each.get("events") or ()),
        )
        for each in told
    )


def read_terms(told: Mapping[str, Any]) -> tuple[Terms, ...]:
    """As `drift.explaining.examples` tells them; lists that are empty are left out."""
    found = []
    for (name, side), title in TERMS.items():
        terms = [Term(str(one["text"]), one["before"], one["since"]) for one in (told.get(name) or {}).get(side) or ()]
        if terms:
            found.append(Terms(title, tuple(terms[:TERMS_SHOWN])))
    return tuple(found)


def show_alarm(
    alarm: Alarm,
    changes: Sequence[NearChange],
    examples: Examples,
    report: Any = None,
    sparks: Mapping[tuple[str, str], Spark] = NOTHING,
) -> ShownAlarm:
    """`sparks` are by metric and part."""
    return ShownAlarm(
        number=alarm.number,
        headline=tell_headline(alarm),
        since=tell_since(alarm),
        state=alarm.state,
        state_words=tell_state(alarm),
        where=alarm.where,
        segment_key=alarm.segment_keys[0],
        hypotheses=tuple(show_hypothesis(one, alarm, changes) for one in alarm.causes),
        families=draw_families(alarm.families),
        moves=tuple(show_move(move, sparks.get((move.metric, move.part))) for move in alarm.moves),
        changes=tuple(changes),
        examples=examples,
        report=report,
    )


def show_hypothesis(cause: Cause, alarm: Alarm, changes: Sequence[NearChange]) -> Hypothesis:
    """What speaks for a cause: what changed in the app, where it rests on that."""
    seen = next((change for change in changes if change.number in cause.events), None)
    sentence = f"{seen.sentence}. Since then {tell_moves(alarm.moves)}." if seen else cause.sentence
    return Hypothesis(CAUSES.get(cause.name, cause.name), cause.share, sentence)


def tell_headline(alarm: Alarm) -> str:
    """What moved most, as a sentence of its own."""
    words = tell_moves(alarm.moves)
    return words[:1].upper() + words[1:] if words else "Figures moved"


def tell_moves(moves: Sequence[Move]) -> str:
    """The clauses of the moves that carry most, joined."""
    clauses = list(dict.fromkeys(move.clause for move in moves))
    told = " and ".join(clauses[:TOLD_MOVES])
    more = len(clauses) - TOLD_MOVES
    return f"{told}, and {more} more" if more > 0 else told


def tell_since(alarm: Alarm) -> str:
    found = f"found on {write_day(alarm.day)}" if alarm.day != alarm.started else "found that day"
    return f"Since about {write_day(alarm.started)}, {found}."


def tell_state(alarm: Alarm) -> str:
    if alarm.state == "open":
        return "open"
    since = f" since {write_day(alarm.closed)}" if alarm.closed else ""
    if alarm.state == "gone":
        return f"over: the old ways are back{since}"
    return f"the new normal{since}, {f'accepted by {alarm.closed_by}' if alarm.closed_by else 'because it lasts'}"


def write_day(day: date) -> str:
    """
    >>> write_day(date(2026, 11, 3))
    '3 November 2026'
    """
    return f"{day.day} {day:%B %Y}"


def draw_families(shares: Mapping[str, float]) -> tuple[FamilyBar, ...]:
    """Every family, so that one sees what stayed as it was."""
    most = max([*shares.values(), 1e-9])
    known = [name for name in FAMILY_TITLES if name in shares] + [name for name in FAMILY_TITLES if name not in shares]
    ordered = sorted(known, key=lambda name: -shares.get(name, 0.0))
    return tuple(
        FamilyBar(name_family(name), shares.get(name, 0.0), round(100 * shares.get(name, 0.0) / most, 1))
        for name in ordered
    )


def show_move(move: Move, spark: Spark | None = None) -> ShownMove:
    return ShownMove(
        title=name_metric(move.metric, move.part),
        before=write_value(move.metric, move.before),
        after=write_value(move.metric, move.after),
        size=tell_size(move.metric, move.before, move.after, move.shift),
        arrow="▲" if move.direction == "up" else "▼",
        spark=spark,
    )


def tell_apart(auc: float | None) -> str:
    """How well a classifier tells conversations before from those after.

    >>> tell_apart(0.83)
    'Of a conversation before and one after, which is which can be told 83 times in 100.'
    """
    if auc is None:
        return ""
    return f"Of a conversation before and one after, which is which can be told {round(100 * auc)} times in 100."
