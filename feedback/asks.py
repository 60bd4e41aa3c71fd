"""The door of decisions whether to ask: what is known of a moment is read, the decision is taken and put on its way.

A decision must come at once. Caps are read where one row is found in no time, in Django's database; the estimate is
mostly known here (`feedback.outlooks`); and the row of the log is not waited for (`Ingest.put`). What this process
decided of late it remembers, bounded, so that asking again gives the same answer.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from feedback.asking import (
    DECLINED,
    Moment,
    Reason,
    Rules,
    Situation,
    draw,
    find_chance,
    hash_parts,
    name_decision,
)
from feedback.models import AskedUser, AskingSetting
from feedback.outlooks import find_outlook
from feedback.satisfaction.intervals import Interval
from tracing.ingest import get_ingest
from tracing.masking_rules import make_masker
from tracing.paging import Place
from tracing.receive.decoding import ColumnBatch
from tracing.store import Store
from tracing.times import EPOCH

DAYS = 30
"""Of which figures are told."""
DAY_NS = 86_400 * 10**9
MOST_DAYS = 3_650
"""That a cap may reach back."""
MOST_REMEMBERED = 10_000
"""Decisions that this process remembers, and projects whose day it counts."""
MASKED_IDS = ("user_id", "conversation_id", "message_id")
ALLOWED_AT_ONCE = 5
"""So many may be asked on a day before its share counts."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether to ask now; `ask_id` is empty where nothing was decided."""

    ask_id: str
    asked: bool
    propensity: float
    reason: str
    """One of `Reason`, or of another version's."""


@dataclass(frozen=True, slots=True)
class TakenDecision:
    """A decision as it was logged."""

    moment: Moment
    decision: Decision
    estimate: Interval
    time_ns: int


@dataclass(frozen=True, slots=True)
class ReasonFigures:
    """Decisions of one reason: how many, how many asked, and of these how many were answered or put away."""

    reason: str
    decided: int
    asks: int
    answered: int
    declined: int


class Memory:
    """What this process decided of late, and how much of each project's day; the oldest is forgotten."""

    def __init__(self, most: int = MOST_REMEMBERED) -> None:
        self._lock = threading.Lock()
        self._most = most
        self._decisions: OrderedDict[tuple[int, str], Decision] = OrderedDict()
        self._days: OrderedDict[int, tuple[int, int, int]] = OrderedDict()

    def find(self, project_id: int, ask_id: str) -> Decision | None:
        return self._decisions.get((project_id, ask_id))

    def keep(self, project_id: int, decision: Decision, now_ns: int) -> None:
        with self._lock:
            self._decisions[project_id, decision.ask_id] = decision
            forget_oldest(self._decisions, self._most)
            day, decided, asked = self._find_day(project_id, now_ns)
            self._days[project_id] = (day, decided + 1, asked + decision.asked)
            forget_oldest(self._days, self._most)

    def is_over_budget(self, project_id: int, day_share: float, now_ns: int) -> bool:
        """Whether more than the share of this day's (UTC) decisions in this process said yes."""
        _, decided, asked = self._find_day(project_id, now_ns)
        return asked >= max(ALLOWED_AT_ONCE, day_share * decided) if day_share else True

    def forget(self) -> None:
        with self._lock:
            self._decisions.clear()
            self._days.clear()

    def _find_day(self, project_id: int, now_ns: int) -> tuple[int, int, int]:
        today = now_ns // DAY_NS
        held = self._days.get(project_id)
        return held if held and held[0] == today else (today, 0, 0)


def forget_oldest(held: OrderedDict[Any, Any], most: int) -> None:
    while len(held) > most:
        held.popitem(last=False)


MEMORY = Memory()
LOCKS = tuple(threading.Lock() for _ in range(64))
"""By person: of one, no two decisions are taken at once."""


def load_rules(project_id: int) -> Rules:
    """How a project asks."""
    setting = AskingSetting.objects.filter(project_id=project_id).first()
    return Rules(**{each.name: getattr(setting, each.name) for each in fields(Rules)}) if setting else Rules()


def save_rules(project_id: int, rules: Rules) -> None:
    AskingSetting.objects.update_or_create(project_id=project_id, defaults=asdict(rules))


def decide(store: Store, project_id: int, moment: Moment, *, until: float) -> Decision:
    """Whether to ask now, logged. Where `until` (of `time.monotonic`) is over before it is decided, it is no, and not
    logged. Raises BacklogFullError where the log takes no more.
    """
    rules = load_rules(project_id)
    if not rules.is_on:
        return Decision("", False, 0.0, Reason.OFF)
    now_ns = time.time_ns()
    moment = mask_moment(project_id, moment)
    outlook = find_outlook(store, project_id, moment.conversation_id)
    turn = moment.message_id or f"turn {outlook.turns}"
    secret = find_secret(project_id)
    ask_id, digest = name_decision(secret, project_id, moment, turn), hash_parts(secret, moment.person).hex()
    with LOCKS[int(digest[:2], 16) % len(LOCKS)]:
        asked = load_asked(project_id, digest, now_ns - rules.days * DAY_NS)
        before = MEMORY.find(project_id, ask_id) or asked.get(ask_id)
        if before:
            return before
        if time.monotonic() > until:
            return Decision("", False, 0.0, Reason.LATE)
        is_over_budget = MEMORY.is_over_budget(project_id, rules.day_share, now_ns)
        chance = find_chance(rules, Situation(outlook, len(asked), is_over_budget))
        decision = Decision(ask_id, draw(secret, ask_id) < chance.propensity, chance.propensity, chance.reason)
        get_ingest().put("asks", ColumnBatch(to_columns(project_id, moment, turn, decision, outlook.estimate, now_ns)))
        if decision.asked:
            keep_asked(project_id, digest, decision, now_ns)
        MEMORY.keep(project_id, decision, now_ns)
    return decision


def mask_moment(project_id: int, moment: Moment) -> Moment:
    """With the ids under which spans are stored."""
    masker = make_masker(project_id)
    return replace(moment, **{name: masker.mask_id(getattr(moment, name), name) for name in MASKED_IDS})


def load_asked(project_id: int, digest: str, since_ns: int) -> dict[str, Decision]:
    """Decisions since a time by which somebody was asked, by their id."""
    rows = AskedUser.objects.filter(project_id=project_id, digest=digest, at__gte=to_time(since_ns))
    return {each.ask_id: Decision(each.ask_id, True, each.propensity, each.reason) for each in rows}


def keep_asked(project_id: int, digest: str, decision: Decision, now_ns: int) -> None:
    """Keep for the cap that somebody is asked, and forget of them what no cap counts any more."""
    told = {"digest": digest, "at": to_time(now_ns), "propensity": decision.propensity, "reason": decision.reason}
    AskedUser.objects.get_or_create(project_id=project_id, ask_id=decision.ask_id, defaults=told)
    oldest = to_time(now_ns - MOST_DAYS * DAY_NS)
    AskedUser.objects.filter(project_id=project_id, digest=digest, at__lt=oldest).delete()


def to_time(time_ns: int) -> datetime:
    return EPOCH + timedelta(microseconds=time_ns // 1000)


def find_secret(project_id: int) -> bytes:
    """What decisions of a project are drawn with, so that nobody can tell them beforehand."""
    return hash_parts(settings.SECRET_KEY.encode(), "asking", str(project_id))


def to_columns(
    project_id: int, moment: Moment, turn: str, decision: Decision, estimate: Interval, now_ns: int
) -> dict[str, list[Any]]:
    row = {
        "project_id": project_id,
        "person": moment.person,
        "turn": turn,
        **asdict(moment),
        **asdict(decision),
        "probability": estimate.value,
        "low": estimate.low,
        "high": estimate.high,
        "time": to_time(now_ns),
        "version": now_ns // 1000,
    }
    return {name: [value] for name, value in row.items()}


def load_asks(
    store: Store, project_id: int, place: Place, limit: int, filters: Mapping[str, str]
) -> list[TakenDecision]:
    """At most `limit` decisions of before `place`, latest first; `filters` has each field to compare whole."""
    bound: dict[str, Any] = {**filters, "before_ns": place.time_ns, "before_id": place.id, "limit": limit}
    return [read_taken(row) for row in store.query("feedback/sql/ask_page.sql", project_id=project_id, **bound)]


def read_taken(row: Mapping[str, Any]) -> TakenDecision:
    return TakenDecision(
        Moment(**{each.name: row[each.name] for each in fields(Moment)}),
        Decision(row["ask_id"], row["asked"], row["propensity"], row["reason"]),
        Interval(row["probability"], row["low"], row["high"]),
        row["time_ns"],
    )


def load_figures(store: Store, project_id: int) -> list[ReasonFigures]:
    """What came of the decisions of the last days, by reason."""
    since_ns = time.time_ns() - DAYS * DAY_NS
    rows = store.query("feedback/sql/asks_by_reason.sql", project_id=project_id, since_ns=since_ns, declined=DECLINED)
    return [ReasonFigures(**row) for row in rows]
