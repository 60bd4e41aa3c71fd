"""The edge: a delivery goes out through its channel's door, and what became of it comes back, always as an outcome."""

import random
import re
from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from time import monotonic

from drift.channels.addresses import Network
from drift.channels.channel import Channel, Delivery, Request, Target
from drift.channels.delivery import DETAIL_CHARACTERS, Attempt, Fate, Outcome, judge_answer, plan_retry
from drift.channels.mail_server import MailRefused, MailServer, MailUnreachable, send_mail
from drift.channels.outgoing import Refused, Unreachable, post


@dataclass(frozen=True, slots=True)
class Outside:
    """What the server's settings allow."""

    allowed: Sequence[Network] = ()
    mail_server: MailServer | None = None


def attempt(channel: Channel, target: Target, delivery: Delivery, number: int, outside: Outside) -> Attempt:
    """Try it for the `number`th time: a line for the log, with when to try again."""
    start, now = monotonic(), datetime.fromtimestamp(delivery.unix_seconds, UTC)
    outcome = send(channel, target, delivery, outside)
    took_seconds = monotonic() - start
    chance = random.random()  # noqa: S311 - no secret, only spread
    return Attempt(
        delivery.id,
        channel.name,
        show(channel, target),
        number,
        now,
        round(took_seconds * 1_000),
        outcome.fate,
        outcome.status,
        outcome.detail[:DETAIL_CHARACTERS],
        plan_retry(outcome, number, now, chance),
    )


def show(channel: Channel, target: Target) -> str:
    try:
        return channel.show(target)
    except (ValueError, KeyError):
        return "?"


def send(channel: Channel, target: Target, delivery: Delivery, outside: Outside) -> Outcome:
    try:
        parcel = channel.write(delivery, target)
    except ValueError as error:
        return Outcome(Fate.GIVEN_UP, str(error))
    if isinstance(parcel, EmailMessage):
        return send_by_mail(parcel, outside.mail_server)
    now = datetime.fromtimestamp(delivery.unix_seconds, UTC)
    return send_by_http(parcel, outside.allowed, now, channel.codes)


def send_by_http(request: Request, allowed: Sequence[Network], now: datetime, codes: Set[str]) -> Outcome:
    try:
        answer = post(request.url, request.headers, request.body, allowed)
    except Refused as error:
        return Outcome(Fate.GIVEN_UP, str(error))
    except Unreachable as error:
        return Outcome(Fate.LATER, str(error))
    return judge_answer(answer.status, answer.retry_after, now, find_code(answer.start, codes))


def find_code(start: str, codes: Set[str]) -> str:
    """
    >>> find_code("no_service", {"no_service"})
    'no_service'
    >>> find_code("cannot POST /services/T0/B0/secret", {"no_service"})
    ''
    """
    return next((word for word in re.findall(r"\w+", start[:100]) if word in codes), "")


def send_by_mail(mail: EmailMessage, server: MailServer | None) -> Outcome:
    if server is None:
        return Outcome(Fate.GIVEN_UP, "No mail server is set up: whoever runs Tacit names one in its settings.")
    try:
        return Outcome(Fate.DELIVERED, "delivered", send_mail(server, mail))
    except MailRefused as error:
        return Outcome(Fate.GIVEN_UP, str(error))
    except MailUnreachable as error:
        return Outcome(Fate.LATER, str(error))
