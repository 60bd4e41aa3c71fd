"""Rules are looked at again and again, beside everything else, and what they find becomes alerts.

A pass may be cut off anywhere: each rule is kept in one transaction. How long a rule rests stands in memory: a new
process looks at once. Rules on changes are also looked at as soon as the ledger has written something.
"""

import logging
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from clickhouse_connect.driver.exceptions import ClickHouseError
from django.db import close_old_connections, transaction
from django.db.models import QuerySet

from drift.alerting.delays import forget_delays
from drift.alerting.keeping import keep
from drift.alerting.rule_records import ensure_builtin_rules, has_changed
from drift.alerting.rules import find_kind
from drift.models import AlertRule, LedgerEvent
from tracing.models import DEMO_PROJECT, Project
from tracing.stages import STOPPING, hold_lease
from tracing.store import Store, StoreUnavailableError, get_store

logger = logging.getLogger(__name__)

NAME = "alerting"
REST_FACTOR = 19
"""A rule rests so many times as long as it took, too: a twentieth of a core at most."""
NOTED_EACH = timedelta(minutes=5)
"""How often it is written down up to when a rule looked; rules look back further than that."""

_free_at: dict[int, float] = {}
"""By rule, when it may be looked at again."""
_last_event = -1
"""The latest event of the ledger that rules were looked at for."""
_lock = threading.Lock()
_thread: threading.Thread | None = None


def start_alerting() -> None:
    """Have a pass run beside everything else, unless that is going on."""
    global _thread
    if STOPPING.is_set() or (_thread and _thread.is_alive()):
        return
    _thread = threading.Thread(target=run_alerting, name="alerting", daemon=True)
    _thread.start()


def run_alerting() -> None:
    try:
        look_at_all(get_store(), datetime.now(UTC))
    finally:
        close_old_connections()


def forget_rests() -> None:
    """Look at every rule at once, as a new process does."""
    global _last_event
    _free_at.clear()
    _last_event = -1
    forget_delays()


@contextmanager
def hold() -> Iterator[bool]:
    """Have all rules to oneself, in this process and all others; gives whether they were free."""
    if not _lock.acquire(blocking=False):
        yield False
        return
    try:
        with hold_lease(NAME) as held:
            yield held
    finally:
        _lock.release()


def look_at_all(store: Store, now: datetime) -> int:
    """One pass over all rules that do not rest, the demo's left out; of how many."""
    with hold() as held:
        if not held:
            return 0
        for project in Project.objects.exclude(slug=DEMO_PROJECT):
            ensure_builtin_rules(project)
        return look_at(store, select_rules(), now)


def look_at_changes(store: Store, now: datetime) -> int:
    """Rules on changes, if the ledger wrote something since; of how many. It costs one look at an index."""
    global _last_event
    latest = LedgerEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    if latest == _last_event:
        return 0
    with hold() as held:
        if not held:
            return 0
        _last_event = latest
        rules = list(select_rules().filter(kind=AlertRule.Kind.CHANGE))
        for rule in rules:
            _free_at.pop(rule.pk, None)
        return look_at(store, rules, now)


def look_at_stages(store: Store, now: datetime) -> int:
    """Rules on stages, as soon as these were measured; of how many. Also by processes that only serve."""
    with hold() as held:
        return look_at(store, select_rules().filter(kind=AlertRule.Kind.STAGE), now) if held else 0


def select_rules() -> QuerySet[AlertRule]:
    rules = AlertRule.objects.filter(is_on=True).exclude(project__slug=DEMO_PROJECT)
    return rules.select_related("project").order_by("project", "pk")


def look_at(store: Store, rules: Iterable[AlertRule], now: datetime) -> int:
    count = 0
    for rule in rules:
        start = time.monotonic()
        if STOPPING.is_set() or start < _free_at.get(rule.pk, 0.0):
            continue
        look_safely(store, rule, now)
        end = time.monotonic()
        pause = find_kind(rule.kind).choose_pause(rule).total_seconds()
        _free_at[rule.pk] = max(start + pause, end + REST_FACTOR * (end - start))
        count += 1
    return count


def look_safely(store: Store, rule: AlertRule, now: datetime) -> None:
    """Where one rule cannot be looked at, the others can."""
    try:
        look(store, rule, now)
    except (StoreUnavailableError, OSError):
        raise
    except (ArithmeticError, ClickHouseError, LookupError, TypeError, ValueError):
        logger.exception("alert rule %d of project %d cannot be looked at", rule.pk, rule.project_id)


def look(store: Store, rule: AlertRule, now: datetime) -> None:
    """One look of a rule: what it finds, and up to when it looked."""
    kind = find_kind(rule.kind)
    findings = kind.find(store, rule, now) or ()
    with transaction.atomic():
        current = AlertRule.objects.select_related("project").filter(pk=rule.pk, is_on=True).first()
        if current is None or has_changed(rule, current):  # then it is looked at again
            return
        keep(current, kind, findings, now)
        if findings or current.looked_until is None or now - current.looked_until >= NOTED_EACH:
            AlertRule.objects.filter(pk=rule.pk).update(looked_until=now)
