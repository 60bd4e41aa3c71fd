"""How often a rule would have alerted, before it is saved: by the same code as when it runs, over past days."""

from datetime import datetime, timedelta

from drift.alerting.rule_records import RuleForm, make_rule
from drift.alerting.rules import find_kind
from drift.alerting.rules.kind import PastAlert, Point, Preview
from tracing.models import Project
from tracing.store import Store

__all__ = ["PastAlert", "Point", "Preview", "preview"]
DAYS = 30
MOST_DAYS = 90


def preview(store: Store, project: Project, form: RuleForm, now: datetime, days: int = DAYS) -> Preview:
    """Of the last days; the rule is not saved."""
    rule = make_rule(project, form)
    return find_kind(form.kind).look_back(store, rule, now - timedelta(days=days), now)
