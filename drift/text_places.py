"""Texts of traces that `drift` has in Django's tables, as places of a pass that takes texts out
(`tracing/texts/places.py`): prompts that ledgers know, changes of them, and what was alerted of these."""

from django.db.models import Q

from drift.erasing import forget_wordings
from drift.ledger.fields import INSTRUCTIONS
from drift.models import Alert, AlertRule, Delivery, LedgerEvent
from tracing.store import Store
from tracing.texts.places import Due, TextPlace
from tracing.texts.stand_ins import drop_text, is_kept
from tracing.times import to_ns

WRITTEN = (INSTRUCTIONS, "tool")
"""Fields of the ledger that are texts; the others are names, numbers and versions."""


def purge_events(_store: Store, due: Due) -> int:
    """That a prompt changed stays, and when; as it was and as it is goes."""
    came = Q(told_at__lt=due.until) | Q(time_ns__lt=to_ns(due.until))
    events = LedgerEvent.objects.filter(came, project=due.project, field__in=WRITTEN)
    told = [event for event in events.iterator() if is_there(event.old) or is_there(event.new)]
    for event in told:
        LedgerEvent.objects.filter(pk=event.pk).update(old=drop_text(event.old), new=drop_text(event.new))
    return len(told)


def is_there(text: str) -> bool:
    return bool(text) and is_kept(text)


def purge_ledgers(store: Store, due: Due) -> int:
    """Ledgers without the wordings that no call with its texts has."""
    return forget_wordings(store, due.project)


def purge_alerts(_store: Store, due: Due) -> int:
    """Alerts on changes without the lines that differ."""
    alerts = Alert.objects.filter(project=due.project, opened_at__lt=due.until, rule__kind=AlertRule.Kind.CHANGE)
    return alerts.exclude(evidence=[]).update(evidence=[])


def purge_deliveries(_store: Store, due: Due) -> int:
    """The same of what was sent, as it is kept here."""
    sent = Delivery.objects.filter(
        target__project=due.project, created_at__lt=due.until, alert__rule__kind=AlertRule.Kind.CHANGE
    )
    told = [each for each in sent.iterator() if each.message.get("evidence")]
    for each in told:
        Delivery.objects.filter(pk=each.pk).update(message={**each.message, "evidence": []})
    return len(told)


PLACES = (
    TextPlace("changes of prompts", purge_events),
    TextPlace("ledgers", purge_ledgers),
    TextPlace("alerts on changes", purge_alerts),
    TextPlace("messages to alert targets", purge_deliveries),
)
