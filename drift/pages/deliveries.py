"""Deliveries come in with their log; what became of each goes out in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from drift.models import Delivery, DeliveryAttempt
from feedback.pages.failure_modes import Chip

WHAT = {"firing": "told that it began", "resolved": "told that it is over", "test": "a test"}
"""By the state of a message."""
HAND_OVER = "a conversation handed over"


@dataclass(frozen=True, slots=True)
class ShownDelivery:
    at: datetime
    target: str
    what: str
    title: str
    state: Chip
    detail: str
    """What the last attempt failed with; empty where it arrived."""
    next_at: datetime | None
    alert_number: int | None
    log: tuple[DeliveryAttempt, ...]


def show_deliveries(deliveries: Sequence[Delivery]) -> list[ShownDelivery]:
    return [show_delivery(each) for each in deliveries]


def show_delivery(delivery: Delivery) -> ShownDelivery:
    """Its target, alert and log have to be at hand."""
    log = tuple(sorted(delivery.log.all(), key=lambda line: line.number))
    message, is_there = delivery.message, delivery.state == Delivery.State.DELIVERED
    return ShownDelivery(
        at=delivery.created_at,
        target=delivery.target.name,
        what=HAND_OVER if delivery.kind == "hand_over" else WHAT.get(message.get("state", ""), "a message"),
        title=message.get("title", ""),
        state=tell_state(delivery.state, delivery.attempts),
        detail="" if is_there or not log else log[-1].detail,
        next_at=delivery.next_at if delivery.attempts else None,
        alert_number=delivery.alert.number if delivery.alert else None,
        log=log,
    )


def tell_state(state: str, attempts: int) -> Chip:
    """
    >>> tell_state("waiting", 2).words, tell_state("given_up", 1).words, tell_state("given_up", 0).words
    ('tried 2 times, will be tried again', 'given up after 1 attempt', 'not sent: the target was turned off')
    """
    if state == Delivery.State.DELIVERED:
        return Chip("arrived" if attempts <= 1 else f"arrived at attempt {attempts}", "good")
    if state == Delivery.State.GIVEN_UP:
        plural = "" if attempts == 1 else "s"
        words = f"given up after {attempts} attempt{plural}" if attempts else "not sent: the target was turned off"
        return Chip(words, "bad")
    times = "once" if attempts == 1 else f"{attempts} times"
    return Chip(f"tried {times}, will be tried again" if attempts else "on its way", "unsure")
