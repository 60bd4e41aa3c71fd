"""Conversations that were just listened to come in; those that need a person now go to the targets of their rules.

A stage behind that of the signals, see `tracing.stages`. What is said in it is said once: a row of `HandOver` and its
deliveries are written together, and there is one for each conversation and rule. No text of a user goes out.
"""

import hashlib
import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse

from drift.alerting.finding import Finding, write_key
from drift.alerting.keeping import open_alert
from drift.alerting.life import Quiet, Telling
from drift.channels.message import LINK_CHARACTERS, Message, Severity, State
from drift.delivering.outside import write_link
from drift.delivering.queue import enqueue
from drift.handing_over.reasons import Found, find_reason
from drift.handing_over.records import HeardByKind, LiveConversation, load_matching, load_reasons
from drift.models import AlertRule, HandOver
from tracing.filter_language import FilterError
from tracing.models import DEMO_PROJECT, Project
from tracing.stages import Key, Stage, group_by_project
from tracing.store import Store
from tracing.times import EPOCH, to_ns

logger = logging.getLogger(__name__)

LIVE = Stage("live", "drift/sql/live_hearings.sql", "drift/sql/lag_of_live.sql", batch_size=500)
KEPT = timedelta(days=90)
"""After that a conversation that goes on may be handed over again."""
RECENT = timedelta(minutes=10)
"""A turn that is older needs nobody now: logs that are imported hand nothing over."""


def hand_over_changed(store: Store) -> int:
    """One batch of the stage `live`; the number of conversations looked at."""
    return LIVE.run(store, lambda keys: hand_over(store, keys, datetime.now(UTC)))


def hand_over(store: Store, keys: Sequence[Key], now: datetime) -> None:
    """Hand over those of these conversations (project, id) that need a person."""
    for project_id, conversation_ids in group_by_project(keys).items():
        rules = load_rules(project_id, now)
        heard = load_reasons(store, project_id, conversation_ids) if rules else {}
        for rule in rules if heard else ():
            hand_over_by(store, rule, heard, now)


def load_rules(project_id: int, now: datetime) -> list[AlertRule]:
    """Rules of conversations that may tell somebody now."""
    rules = AlertRule.objects.filter(project_id=project_id, kind=AlertRule.Kind.CONVERSATION, is_on=True)
    told = rules.exclude(project__slug=DEMO_PROJECT).exclude(muted_until__gt=now).select_related("project")
    return [rule for rule in told.order_by("pk") if not is_quiet(rule, now)]


def is_quiet(rule: AlertRule, now: datetime) -> bool:
    """Whether nobody is there in these hours: what is needed now is not needed after them."""
    if rule.quiet_from is None or rule.quiet_until is None:
        return False
    return Quiet(rule.quiet_from, rule.quiet_until).covers(now)


def hand_over_by(store: Store, rule: AlertRule, heard: dict[str, HeardByKind], now: datetime) -> None:
    """What one rule hands over."""
    since_ns = to_ns(now - RECENT)
    reasons = {key: found for key, kinds in heard.items() if (found := find_reason(kinds, rule.choices, since_ns))}
    known = rule.hand_overs.filter(conversation_id__in=[fit_id(key) for key in reasons])
    done = set(known.values_list("conversation_id", flat=True))
    new = [key for key in reasons if fit_id(key) not in done]
    try:
        matching = load_matching(store, rule.project_id, rule.filter, new, now) if new else []
    except FilterError as error:
        logger.warning("rule %d hands nothing over, for its filter cannot be read: %s", rule.pk, error)
        return
    for each in matching:
        tell(rule, each, reasons[each.conversation_id], now)


def tell(rule: AlertRule, conversation: LiveConversation, found: Found, now: datetime) -> None:
    """Have the targets of the rule told, unless somebody else was quicker; the inbox has it, too."""
    message, facts = write_message(rule, conversation, found), describe(conversation, found)
    kept_id = fit_id(conversation.conversation_id)
    with suppress(IntegrityError), transaction.atomic():
        HandOver.objects.create(rule=rule, conversation_id=kept_id, reason=found.reason.name, at=now)
        Project.objects.select_for_update().get(pk=rule.project_id)
        alert = open_alert(rule, write_finding(rule, message, kept_id), now)
        alert.told_state, alert.told_at = Telling.OPEN, now  # by this, and by no message of its own
        alert.save(update_fields=["told_state", "told_at"])
        enqueue(rule.targets.select_related("project"), message, kind="hand_over", alert=alert, facts=facts, now=now)


def write_finding(rule: AlertRule, message: Message, conversation_id: str) -> Finding:
    return Finding(
        key=write_key("hand_over", conversation_id),
        title=message.title,
        sentence=message.sentence,
        severity=rule.severity,
        started_at=message.time,
        evidence=message.evidence,
        conversation_id=conversation_id,
        lasts=False,
    )


def forget_hand_overs(now: datetime) -> int:
    """Those of long ago; of how many."""
    count, _ = HandOver.objects.filter(at__lt=now - KEPT).delete()
    return count


def fit_id(conversation_id: str) -> str:
    """As its column can hold it: PostgreSQL takes neither more characters nor a NUL."""
    most = HandOver._meta.get_field("conversation_id").max_length
    return conversation_id.replace("\0", "\N{REPLACEMENT CHARACTER}")[:most]


def describe(conversation: LiveConversation, found: Found) -> dict[str, Any]:
    """What a program needs to bring a person in."""
    return {
        "conversation_id": conversation.conversation_id,
        "user_id": conversation.user_id,
        "service_name": conversation.service_name,
        "environment": conversation.environment,
        "reason": found.reason.name,
        "turn_index": found.heard.turn_index,
    }


def write_message(rule: AlertRule, conversation: LiveConversation, found: Found) -> Message:
    """What people read. Ids are the app's, so they may be shown; what users typed is not."""
    digest = hashlib.sha256(conversation.conversation_id.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    named = {
        "Conversation": conversation.conversation_id,
        "User": conversation.user_id,
        "Service": conversation.service_name,
    }
    return Message(
        key=f"hand_over:{rule.pk}:{digest}",
        state=State.FIRING,
        severity=Severity(rule.severity),
        project=rule.project.name,
        title=f"A conversation needs a person: the user {found.reason.title}",
        sentence=f"{found.reason.sentence} Rule: {rule.name}.",
        time=EPOCH + timedelta(microseconds=found.heard.time_ns // 1000),
        evidence=tuple(f"{name}: {value}" for name, value in named.items() if value),
        link=find_link(rule, conversation),
    )


def find_link(rule: AlertRule, conversation: LiveConversation) -> str:
    path = reverse("conversation", args=[rule.project.slug, conversation.conversation_id])
    link = write_link(path)
    return link if len(link) <= LINK_CHARACTERS else ""
