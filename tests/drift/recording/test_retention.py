"""What ledgers know goes with a project's rows."""

from datetime import UTC, datetime, timedelta

from drift.models import LedgerEvent, LedgerState
from drift.recording.retention import forget_old
from tests.pages.test_drift_events import tell_change
from tracing.models import Project
from tracing.times import to_ns

NOW = datetime.now(UTC)
DAY = timedelta(days=1)


def test_changes_and_states_go_after_a_projects_days(project: Project) -> None:
    Project.objects.filter(pk=project.pk).update(retention_days=30)
    kept = Project.objects.create(slug="kept", name="Kept", retention_days=0)
    for each in (project, kept):
        tell_change(each, told_at=NOW - 31 * DAY, name="old")
        tell_change(each, told_at=NOW - 29 * DAY, name="new")
        for name, age in (("old", 31), ("new", 29)):
            LedgerState.objects.create(
                project=each, service_name=name, archive=b"", read_until_ns=to_ns(NOW - age * DAY)
            )
    forget_old(NOW)
    for rows, name in ((LedgerEvent.objects, "name"), (LedgerState.objects, "service_name")):
        assert list(rows.filter(project=project).values_list(name, flat=True)) == ["new"]
        assert rows.filter(project=kept).count() == 2
