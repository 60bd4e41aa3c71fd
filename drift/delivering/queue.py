"""Messages on their way: rows of `Delivery` are the queue; targets hear what they say, and the log what became of it.

A row is tried by whoever claims it: a conditional update moves `next_at` a lease ahead, so that two processes never try
the same one at once, and what a process tried when it died is tried again, under the same id. Deliveries of one alert
to one target go in order, so that nobody hears that something is over before it began. Each is sent by a thread of its
own, so that a slow hook holds no other.
"""

import logging
import threading
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import close_old_connections, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from drift.channels import channel as channels
from drift.channels import find_channel
from drift.channels.delivery import Attempt, Fate
from drift.channels.message import Message, Severity, State
from drift.channels.sending import attempt
from drift.channels.webhook import describe
from drift.delivering.outside import read_outside
from drift.delivering.targets import SettingsLost, open_settings
from drift.models import Alert, AlertTarget, Delivery, DeliveryAttempt
from tracing.access.audit import clean_details
from tracing.models import DEMO_PROJECT, Project
from tracing.stages import STOPPING

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=3)
"""Longer than any attempt takes."""
AT_ONCE = 8
AT_ONCE_PER_TARGET = 2
KEPT = timedelta(days=30)


def enqueue(
    targets: Iterable[AlertTarget],
    message: Message,
    *,
    kind: str = "alert",
    alert: Alert | None = None,
    facts: Mapping[str, Any] | None = None,
    now: datetime,
) -> list[Delivery]:
    """Have these targets told, those of them that are on, once what the caller does now is committed. `facts` is what
    a webhook gets beside the message. The demo tells nobody."""
    chosen = [each for each in targets if each.is_on and each.project.slug != DEMO_PROJECT]
    content = clean_details(describe(message) | ({"facts": dict(facts)} if facts else {}))
    deliveries = [
        Delivery(id=uuid.uuid4(), target=each, alert=alert, kind=kind, message=content, created_at=now, next_at=now)
        for each in chosen
    ]
    Delivery.objects.bulk_create(deliveries)
    if deliveries:
        transaction.on_commit(COURIER.wake, robust=True)
    return deliveries


def send_test(target: AlertTarget, now: datetime) -> Delivery:
    """Have a target told that it works; the log then says whether it does. Also of one that is off."""
    message = Message(
        key=f"test:{target.pk}",
        state=State.TEST,
        severity=Severity.INFO,
        project=target.project.name,
        title=f"Tacit reaches {target.name}",
        sentence="Somebody asked for this test. Alerts of the rules that name this target come here.",
        time=now,
    )
    delivery = Delivery.objects.create(
        id=uuid.uuid4(), target=target, kind="test", message=describe(message), created_at=now, next_at=now
    )
    transaction.on_commit(COURIER.wake, robust=True)
    return delivery


def list_log(project: Project, limit: int = 100) -> list[DeliveryAttempt]:
    """What was tried, latest first."""
    lines = DeliveryAttempt.objects.filter(delivery__target__project=project).select_related("delivery__target")
    return list(lines.order_by("-at", "-pk")[:limit])


def list_deliveries(
    project: Project, limit: int = 100, before: tuple[datetime, uuid.UUID] | None = None
) -> list[Delivery]:
    """What was sent or waits, latest first, with its log; `before` is the last of the page before."""
    rows = Delivery.objects.filter(target__project=project).select_related("target", "alert").prefetch_related("log")
    if before:
        at, pk = before
        rows = rows.filter(Q(created_at__lt=at) | Q(created_at=at, pk__lt=pk))
    return list(rows.order_by("-created_at", "-pk")[:limit])


def find_troubles(project: Project) -> dict[int, str]:
    """By target, what the last delivery that has ended there failed with; none of those where it arrived."""
    newer = Delivery.objects.filter(target=OuterRef("target"), created_at__gt=OuterRef("created_at")).exclude(
        state=Delivery.State.WAITING
    )
    last = Delivery.objects.filter(target__project=project, state=Delivery.State.GIVEN_UP).exclude(Exists(newer))
    lines = DeliveryAttempt.objects.filter(delivery__in=last).order_by("number")
    return {line.delivery.target_id: line.detail for line in lines.select_related("delivery")}


def find_due(now: datetime) -> "QuerySet[Delivery]":
    """What may be tried now, oldest first: not while one before it of the same alert still waits for that target."""
    before = Delivery.objects.filter(
        target=OuterRef("target"),
        alert=OuterRef("alert"),
        state=Delivery.State.WAITING,
        created_at__lt=OuterRef("created_at"),
    )
    due = Delivery.objects.filter(state=Delivery.State.WAITING, next_at__lte=now)
    return due.exclude(Exists(before)).select_related("target__project").order_by("created_at", "pk")


def claim(delivery: Delivery, now: datetime) -> bool:
    """Have it to oneself until the lease ends; whether nobody else was quicker."""
    waiting = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.WAITING, next_at=delivery.next_at)
    until = now + LEASE
    if not waiting.update(next_at=until):
        return False
    delivery.next_at = until
    return True


def deliver(delivery: Delivery, now: datetime) -> Attempt:
    """Try a delivery that was claimed, and write down what became of it."""
    line = try_once(delivery, now)
    with transaction.atomic():
        held = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.WAITING, next_at=delivery.next_at)
        if held.update(next_at=line.next_time, attempts=line.number, state=judge(line)):
            DeliveryAttempt.objects.create(
                delivery=delivery,
                number=line.number,
                at=line.time,
                took_ms=line.took_ms,
                fate=line.fate,
                status=line.status,
                detail=line.detail,
            )
    return line


def judge(line: Attempt) -> Delivery.State:
    if line.next_time is not None:
        return Delivery.State.WAITING
    return Delivery.State.DELIVERED if line.fate is Fate.DELIVERED else Delivery.State.GIVEN_UP


def try_once(delivery: Delivery, now: datetime) -> Attempt:
    target, number = delivery.target, delivery.attempts + 1
    try:
        settings = open_settings(target, now)
    except SettingsLost as error:
        return Attempt(
            str(delivery.pk), target.channel, target.where, number, now, 0, Fate.GIVEN_UP, None, str(error), None
        )
    return attempt(find_channel(target.channel), settings, write_parcel(delivery, now), number, read_outside())


def write_parcel(delivery: Delivery, now: datetime) -> channels.Delivery:
    content = delivery.message
    kind = "hand_over" if delivery.kind == "hand_over" else "alert"
    return channels.Delivery(
        str(delivery.pk), read_message(content), int(now.timestamp()), kind, content.get("facts", {})
    )


def read_message(content: Mapping[str, Any]) -> Message:
    """A message as `describe` wrote it."""
    return Message(
        key=content["key"],
        state=State(content["state"]),
        severity=Severity(content["severity"]),
        project=content["project"],
        title=content["title"],
        sentence=content["sentence"],
        time=datetime.fromisoformat(content["time"]),
        evidence=tuple(content["evidence"]),
        link=content["link"],
    )


def run_deliveries(now: datetime) -> int:
    """Send all that is due, one after the other, in this thread; of how many."""
    count = 0
    while due := [each for each in find_due(now)[:AT_ONCE] if claim(each, now)]:
        for each in due:
            deliver(each, now)
        count += len(due)
    return count


class Courier:
    """Sends what is due by threads, in a process that has background work; elsewhere it never wakes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: dict[uuid.UUID, int] = {}
        """By delivery, its target."""
        self._is_at_work = False

    def look(self) -> None:
        """From now on this process sends: what is due by now, and what is enqueued in it."""
        self._is_at_work = True
        self.wake()

    def wake(self) -> None:
        """Begin with what is due, as far as there are hands."""
        if not self._is_at_work or STOPPING.is_set():
            return
        now = datetime.now(UTC)
        while begun := [each for each in self._choose(now) if claim(each, now)]:
            for delivery in begun:
                self._begin(delivery, now)

    def _choose(self, now: datetime) -> list[Delivery]:
        """At most as many as there are free hands, and one for each target."""
        with self._lock:
            counts = Counter(self._under_way.values())
        busy = [target for target, count in counts.items() if count >= AT_ONCE_PER_TARGET]
        free = AT_ONCE - counts.total()
        if free <= 0:
            return []
        chosen: dict[int, Delivery] = {}
        for delivery in find_due(now).exclude(target__in=busy)[: 4 * AT_ONCE]:
            chosen.setdefault(delivery.target_id, delivery)
        return list(chosen.values())[:free]

    def _begin(self, delivery: Delivery, now: datetime) -> None:
        with self._lock:
            self._under_way[delivery.pk] = delivery.target_id
        threading.Thread(target=self._run, args=(delivery, now), name="delivering", daemon=True).start()

    def _run(self, delivery: Delivery, now: datetime) -> None:
        try:
            deliver(delivery, now)
        except Exception:
            logger.exception("delivery %s was not tried to its end; it is tried again", delivery.pk)
        finally:
            with self._lock:
                self._under_way.pop(delivery.pk, None)
            try:
                self.wake()
            finally:
                close_old_connections()


COURIER = Courier()


def forget_deliveries(now: datetime) -> int:
    """Those that ended long ago go with their log; of how many."""
    old = Delivery.objects.filter(created_at__lt=now - KEPT).exclude(state=Delivery.State.WAITING)
    count: int = old.count()
    old.delete()
    return count
