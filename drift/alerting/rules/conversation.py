"""One conversation needs a person now. It is found and told as soon as it is heard (`drift.handing_over`), and not by
looking again and again: what stands here is how people choose it, and what it would have told.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from drift.alerting.finding import Finding
from drift.alerting.rules.kind import PastAlert, Preview, RuleKind, say_count
from drift.handing_over.reasons import REASONS, Found, find_first
from drift.handing_over.records import load_past_reasons
from drift.models import AlertRule
from tracing.store import Store
from tracing.times import EPOCH

MOST_SHOWN = 1_000


def find(_store: Store, _rule: AlertRule, _now: datetime) -> Sequence[Finding] | None:
    """Nothing: it was told already, and is in the inbox."""
    return None


def look_back(store: Store, rule: AlertRule, since: datetime, until: datetime) -> Preview:
    heard = load_past_reasons(store, rule.project_id, rule.filter, since, until)
    found = [first for kinds in heard.values() if (first := find_first(kinds, rule.choices))]
    found.sort(key=lambda each: each.heard.time_ns, reverse=True)
    return Preview(tuple(map(describe, found[:MOST_SHOWN])), say_count(len(found), (until - since).days))


def describe(found: Found) -> PastAlert:
    start = EPOCH + timedelta(microseconds=found.heard.time_ns // 1000)
    return PastAlert(start, None, f"The user {found.reason.title}")


KIND = RuleKind(
    "conversation",
    "Conversation",
    "One conversation needs a person now; its targets hear of it within seconds, once.",
    find,
    look_back,
    choices={reason.name: reason.title for reason in REASONS},
)
