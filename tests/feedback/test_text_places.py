"""A word stands in every column of text that there is, in both databases: after a pass that takes texts out it stands
where it is no text, or where `KEPT` says why. A new column fails here until somebody says which.
"""

import gzip
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model

from drift.models import AlertRule
from feedback.models import DatasetVersion, FailureMode
from feedback.purging import purge_due
from feedback.text_places import OVER
from tests.isolation import world
from tests.isolation.world import Side, ask
from tracing.access.rights import Role
from tracing.erasing.texts import list_models
from tracing.models import Project
from tracing.store import PROJECT_TABLES, Store
from tracing.text_choice import change_choice

MARK = "zq7purgedword"
OF_ANY_TABLE = {
    "ids, as the app sends them": "ask_id call_id conversation_id conversation_id identifier message_id person "
    "previous_response_id response_id span_id trace_id turn user_id TraceState Links.TraceState",
    "names that programs give, of one word or two": "environment error_type finish_reasons label language model models "
    "name prompt_name prompt_version provider request_model response_model service_name tags tools.name "
    "Events.Name ScopeName ScopeVersion ServiceName SpanName",
    "numbers, under names of metrics": "metrics",
    "one of a fixed list": "reason machine_reason signals",
    "who of the team did it": "acknowledged_by actor address closed_by created_by invited_by owner resolved_by "
    "said_by who by email origins",
}
"""Why a column of such a name keeps what stands in it, in whatever table."""
KEPT = {
    "names of attributes and of resources": "otel_traces.SpanAttributes otel_traces.ResourceAttributes "
    "otel_traces.Events.Attributes otel_traces.Links.Attributes generations.tool_definitions",
    "fixed sentences: this kind of signal quotes nothing": "signals.evidence",
    "the team wrote it, of no one conversation": "drift.AlertChange.text drift.AlertRule.filter "
    "drift.AlertTarget.where feedback.Dataset.definition feedback.Dataset.description "
    "feedback.DatasetVersion.definition "
    "feedback.Expectation.goal feedback.FailureMode.resolved_in feedback.FailureMode.ticket "
    "feedback.FailureModeChange.text feedback.ReviewQueue.filter feedback.ReviewQueue.guidelines "
    "feedback.SavedView.query tracing.MaskingRules.dropped tracing.MaskingRules.patterns "
    "tracing.MaskingRules.timeouts tracing.AuditEntry.details tracing.AuditEntry.target",
    "single words that several conversations shared": "feedback.FailureMode.description "
    "feedback.FailureMode.found_title drift.DriftAlarm.examples drift.TopicModel.names drift.DriftOutlook.archive",
    "names and numbers of what moved": "drift.Alert.key drift.Alert.segment drift.Alert.sentence "
    "drift.Alert.title drift.Delivery.message drift.DriftAlarm.also drift.DriftAlarm.aspects drift.DriftAlarm.cause "
    "drift.DriftAlarm.causes drift.DriftAlarm.families drift.DriftAlarm.moves drift.DriftAlarm.segment "
    "drift.DriftReport.html",
    "what went wrong, in our words": "drift.DeliveryAttempt.detail drift.DriftReport.problem "
    "feedback.ReviewQueue.problem",
    "names of prompts, and digests": "drift.LedgerEvent.old_digest drift.LedgerEvent.prompt drift.LedgerState.archive",
    "ids of conversations": "feedback.FailureCatalogue.pins feedback.FailureCatalogue.places",
    "what was heard, as numbers": "feedback.ReviewItem.opinion feedback.FailureCatalogue.reviews_mark",
    "of a version that was withdrawn: counts": "feedback.DatasetVersion.inspection feedback.DatasetVersion.manifest",
    "secrets of ours": "feedback.ForgettingSecret.secret feedback.HoldoutSetting.secret",
}
"""Why a column keeps what stands in it."""


class Author(Side):
    @property
    def export(self) -> str:
        return "an-export"


@pytest.fixture
def project(store: Store, transactional_db: None) -> Project:
    project = Project.objects.create(pk=10_002, slug="shop", name="Shop", retention_days=0)
    side = Author(project, MARK, project.pk)
    side.people[Role.REVIEWER] = get_user_model()(email="somebody@example.org")
    for fill in (world.add_keys, world.add_rows):
        fill(side)
    for fill_with in (world.fill_store, world.add_days, world.add_datasets, world.add_reviews):
        fill_with(store, side)
    AlertRule.objects.update(kind=AlertRule.Kind.CHANGE)
    return project


def test_a_word_stands_nowhere_but_where_it_is_said_why(store: Store, project: Project) -> None:
    later = datetime.now(UTC) + timedelta(hours=1)
    assert {"turns.user_text", "drift.LedgerEvent.new", "feedback.FailureMode.namer"} <= find_all(store, project)
    change_choice(project, None, purge_before=later)
    assert purge_due(store, later) == 1
    by_name, by_column = (set(" ".join(told.values()).split()) for told in (OF_ANY_TABLE, KEPT))
    left = find_all(store, project)
    ends = tuple(f".{name}" for name in by_name)
    assert {each for each in left - by_column if not each.endswith(ends)} == set()
    assert by_column - left == set()
    assert {each.problem for each in DatasetVersion.objects.filter(state=DatasetVersion.State.WITHDRAWN)} == {OVER}
    assert FailureMode.objects.get().found_title == f"term {MARK}"
    assert purge_due(store, later) == 0


def find_all(store: Store, project: Project) -> set[str]:
    return {*list_columns(store, project), *list_fields()}


def list_columns(store: Store, project: Project) -> Iterator[str]:
    """Columns of the store that hold the word."""
    for table in PROJECT_TABLES:
        typed = "SELECT name FROM system.columns WHERE database = currentDatabase() AND table = {table:String}"
        names = [row[0] for row in ask(store, f"{typed} AND type LIKE '%String%'", table=table)]
        found = ", ".join(f"countIf(position(lower(toString(`{name}`)), '{MARK}') > 0)" for name in names)
        counts = ask(store, f"SELECT {found or 0} FROM {table} WHERE project_id = {project.pk}")[0]  # noqa: S608
        yield from (f"{table}.{name}" for name, count in zip(names, counts, strict=False) if count)


def list_fields() -> Iterator[str]:
    """Fields of Django's models that hold it."""
    for model, _ in list_models():
        for field in model._meta.concrete_fields:
            if any(MARK in read(held) for held in model._base_manager.values_list(field.name, flat=True)):
                yield f"{model._meta.label}.{field.name}"


def read(held: Any) -> str:
    if not isinstance(held, bytes | memoryview):
        return str(held)
    for unpack in (gzip.decompress, zlib.decompress):
        try:
            return unpack(bytes(held)).decode("utf-8", "replace")
        except (OSError, EOFError, zlib.error):
            continue
    return bytes(held).decode("utf-8", "replace")
