"""Events and what ledgers know are kept as long as a project's rows: what is older goes."""

from datetime import datetime, timedelta

from drift.models import LedgerEvent, LedgerState
from tracing.retention import find_days
from tracing.times import to_ns


def forget_old(now: datetime) -> None:
    """Delete what is past its project's days; prompts hold texts that somebody wrote, as traces do."""
    for project_id, days in find_days().items():
        if days:
            before = now - timedelta(days=days)
            LedgerEvent.objects.filter(project_id=project_id, told_at__lt=before).delete()
            LedgerState.objects.filter(project_id=project_id, read_until_ns__lt=to_ns(before)).delete()
