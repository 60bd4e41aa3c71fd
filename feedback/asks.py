"""The door of decisions whether to ask: what is known of a moment is read, the decision is taken and put on its way.

A decision must come at once, so that its row is not waited for (`Ingest.put`). What this process decided and the store
does not show yet is remembered here, bounded; with it a cap holds, and asking again gives the same answer.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import timedelta
from typing import Any

from django.conf import settings

from feedback.asking import (
    DECLINED,
    Chance,
    Estimate,
    Moment,
    Reason,
    Rules,
    Situation,
    draw,
    find_chance,
    hash_parts,
    name_decision,
)
from feedback.models import AskingSetting
from feedback.satisfaction.facts import Observation
from tracing.ingest import get_ingest
from tracing.paging import Place
from tracing.receive.decoding import ColumnBatch
from tracing.store import Store
from tracing.times import EPOCH

DAYS = 30
"""Of which figures are told."""
MOST_REMEMBERED = 10_000
"""People whose last decisions this process remembers, and projects whose day it counts."""
MOST_OF_PERSON = 100
ALLOWED_AT_ONCE = 5
"""So many may be asked on a day before its share counts."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether to ask now; `ask_id` is empty where nothing was decided, as asking is off."""

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
    estimate: Estimate
    time_ns: int


@dataclass(frozen=True, slots=True)
class ReasonFigures:
    """Decisions of one reason: how many, how many asked, and of these how many were answered or put away."""

    reason: str
    decided: int
    asks: int
    answered: int
    declined: int


@dataclass(frozen=True, slots=True)
class AskedConversation:
    """Whether somebody was asked in a conversation, and with which probability they were to be."""

    is_asked: bool
    propensity: float


@dataclass(frozen=True, slots=True)
class Known:
    """What the store says of a moment."""

    turn: str
    turns: int
    asked_ids: frozenset[str]
    taken: Decision | None
    observations: tuple[Observation, ...]


OfPerson = OrderedDict[str, tuple[Decision, int]]
"""Decisions by their id, each with its time (ns)."""


class Memory:
    """What this process decided of late, by person, and how much of each project's day; the oldest is forgotten."""

    def __init__(self, most: int = MOST_REMEMBERED) -> None:
        self.lock = threading.Lock()
        self._most = most
        self._people: OrderedDict[tuple[int, str], OfPerson] = OrderedDict()
        self._days: OrderedDict[int, tuple[int, int, int]] = OrderedDict()

    def find(self, project_id: int, person: str, ask_id: str) -> Decision | None:
        found = self._people.get((project_id, person), OfPerson()).get(ask_id)
        return found[0] if found else None

    def list_asked(self, project_id: int, person: str, since_ns: int) -> set[str]:
        of_person = self._people.get((project_id, person), OfPerson())
        return {ask_id for ask_id, (each, at) in of_person.items() if each.asked and at >= since_ns}

    def keep(self, project_id: int, person: str, decision: Decision, now_ns: int) -> None:
        of_person = self._people.setdefault((project_id, person), OrderedDict())
        of_person[decision.ask_id] = (decision, now_ns)
        self._people.move_to_end((project_id, person))
        forget_oldest(of_person, MOST_OF_PERSON)
        forget_oldest(self._people, self._most)
        day, decided, asked = self._find_day(project_id, now_ns)
        self._days[project_id] = (day, decided + 1, asked + decision.asked)
        forget_oldest(self._days, self._most)

    def is_over_budget(self, project_id: int, day_share: float, now_ns: int) -> bool:
        """Whether more than the share of this day's (UTC) decisions in this process said yes."""
        _, decided, asked = self._find_day(project_id, now_ns)
        return asked >= max(ALLOWED_AT_ONCE, day_share * decided) if day_share else True

    def forget(self) -> None:
        with self.lock:
            self._people.clear()
            self._days.clear()

    def _find_day(self, project_id: int, now_ns: int) -> tuple[int, int, int]:
        today = now_ns // (86_400 * 10**9)
        held = self._days.get(project_id)
        return held if held and held[0] == today else (today, 0, 0)


def forget_oldest(held: OrderedDict[Any, Any], most: int) -> None:
    while len(held) > most:
        held.popitem(last=False)


MEMORY = Memory()


def load_rules(project_id: int) -> Rules:
    """How a project asks."""
    setting = AskingSetting.objects.filter(project_id=project_id).first()
    return Rules(**{each.name: getattr(setting, each.name) for each in fields(Rules)}) if setting else Rules()


def save_rules(project_id: int, rules: Rules) -> None:
    AskingSetting.objects.update_or_create(project_id=project_id, defaults=asdict(rules))


def decide(store: Store, project_id: int, moment: Moment, *, until: float) -> Decision | None:
    """Whether to ask now, logged; None where `until` (of `time.monotonic`) was over before it was decided.

    Raises BacklogFullError where the log takes no more.
    """
    rules = load_rules(project_id)
    if not rules.is_on:
        return Decision("", False, 0.0, Reason.OFF)
    now_ns = time.time_ns()
    since_ns = now_ns - rules.days * 86_400 * 10**9
    known = load_known(store, project_id, moment, since_ns)
    secret = find_secret(project_id)
    ask_id = name_decision(secret, project_id, moment, known.turn)
    with MEMORY.lock:
        before = MEMORY.find(project_id, moment.person, ask_id) or known.taken
        if before:
            return before
        if time.monotonic() > until:
            return None
        asked_ids = known.asked_ids | MEMORY.list_asked(project_id, moment.person, since_ns)
        is_over_budget = MEMORY.is_over_budget(project_id, rules.day_share, now_ns)
        situation = Situation(known.observations, known.turns, len(asked_ids), is_over_budget)
        chance = find_chance(rules, situation)
        decision = Decision(ask_id, draw(secret, ask_id) < chance.propensity, chance.propensity, chance.reason)
        get_ingest().put("asks", ColumnBatch(to_columns(project_id, moment, known.turn, decision, chance, now_ns)))
        MEMORY.keep(project_id, moment.person, decision, now_ns)
    return decision


def find_secret(project_id: int) -> bytes:
    """What decisions of a project are drawn with, so that nobody can tell them beforehand."""
    return hash_parts(settings.SECRET_KEY.encode(), "asking", str(project_id))


def load_known(store: Store, project_id: int, moment: Moment, since_ns: int) -> Known:
    [row] = store.query(
        "feedback/sql/asking_situation.sql",
        project_id=project_id,
        person=moment.person,
        conversation_id=moment.conversation_id,
        message_id=moment.message_id,
        since_ns=since_ns,
    )
    taken = [Decision(*each) for each in row["taken"]]
    observations = tuple(Observation(*each) for each in row["signals"])
    return Known(
        row["turn"], max(1, row["turns"]), frozenset(row["asked_ids"]), taken[0] if taken else None, observations
    )


def to_columns(
    project_id: int, moment: Moment, turn: str, decision: Decision, chance: Chance, now_ns: int
) -> dict[str, list[Any]]:
    row = {
        "project_id": project_id,
        "person": moment.person,
        "turn": turn,
        **asdict(moment),
        **asdict(decision),
        **asdict(chance.estimate),
        "time": EPOCH + timedelta(microseconds=now_ns // 1000),
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
        Estimate(row["probability"], row["low"], row["high"]),
        row["time_ns"],
    )


def load_figures(store: Store, project_id: int) -> list[ReasonFigures]:
    """What came of the decisions of the last days, by reason."""
    since_ns = time.time_ns() - DAYS * 86_400 * 10**9
    rows = store.query("feedback/sql/asks_by_reason.sql", project_id=project_id, since_ns=since_ns, declined=DECLINED)
    return [ReasonFigures(**row) for row in rows]


def load_asked_conversations(
    store: Store, project_id: int, conversation_ids: list[str]
) -> dict[str, AskedConversation]:
    """Those of these conversations in which it was decided whether to ask: what `Facts` of satisfaction need."""
    path = "feedback/sql/asks_of_conversations.sql"
    rows = store.query(path, project_id=project_id, conversation_ids=conversation_ids) if conversation_ids else []
    return {row["conversation_id"]: AskedConversation(row["is_asked"], row["propensity"]) for row in rows}
