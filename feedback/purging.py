"""Texts that a project keeps for some hours only go when these are over: projects come in, what was changed goes out.

What was derived from texts stays, and so does everything else of their rows: a text's length stands in its place. What
was replaced leaves the disk at once. Nothing else is written meanwhile: stages wait.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q

from feedback.derivation import FEEDBACK, SIGNALS
from feedback.detectors import NEEDED
from feedback.detectors.texts import Texts
from tracing.derivation import READING
from tracing.erasing.database import clean_database
from tracing.erasing.files import drop_old_files
from tracing.models import Project
from tracing.store import Store
from tracing.text_choice import CHOICES
from tracing.texts.hiding import NAMED
from tracing.texts.places import Due, purge_places
from tracing.texts.stand_ins import END, MARK
from tracing.texts.structure import ALLOWED, ID, LONGEST_OF_RESOURCE, WORD

logger = logging.getLogger(__name__)

LEAST_STEP, MOST_STEP = timedelta(minutes=5), timedelta(days=1)
STEPS = 12
"""Texts go a twelfth of their time early at most: one pass does for all that came in such a while."""
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
STAGES = (READING, FEEDBACK, SIGNALS)
TARGETS = "purge_targets"
QUOTING = sorted(kind for kind, texts in NEEDED.items() if texts is not Texts.NONE)
"""Kinds of signals whose reason may have words of a text."""


@dataclass(frozen=True, slots=True)
class Change:
    """The statement in `path` takes texts out of a table, where there is any of what it is about."""

    of: str
    table: str
    path: str


CHANGES = (
    Change("spans", "signals", "feedback/sql/purged_signals.sql"),
    Change("spans", "agent_tasks", "feedback/sql/purged_tasks.sql"),
    Change("spans", "openings", "feedback/sql/purged_openings.sql"),
    Change("spans", "conversations", "tracing/sql/purged_conversations.sql"),
    Change("spans", "turns", "tracing/sql/purged_turns.sql"),
    Change("spans", "tool_runs", "tracing/sql/purged_tool_runs.sql"),
    Change("spans", "generations", "tracing/sql/purged_generations.sql"),
    Change("spans", "otel_traces", "tracing/sql/purged_spans.sql"),
    Change("logs", "otel_logs", "tracing/sql/purged_logs.sql"),
    Change("letters", "dead_letters", "tracing/sql/purged_letters.sql"),
    Change("templates", "message_templates", "tracing/sql/purged_templates.sql"),
    Change("feedback", "feedback", "feedback/sql/purged_feedback.sql"),
    Change("reviews", "reviews", "feedback/sql/purged_reviews.sql"),
    Change("reviews", "reviews", "feedback/sql/purged_notes.sql"),
    Change("settled", "settled_reviews", "feedback/sql/purged_settled_reviews.sql"),
)


def purge_due(store: Store, now: datetime) -> int:
    """Take out the texts whose time is over, in every project; the number of projects in which there were any."""
    asked = Project.objects.filter(Q(text_hours__gt=0) | Q(purge_texts_before__isnull=False))
    return sum(purge_project(store, project, now) for project in asked)


def purge_project(store: Store, project: Project, now: datetime) -> bool:
    """Whether there was anything to do, and nobody else was at it."""
    until, since = find_bound(project, now), project.texts_purged_until or EARLIEST
    if until is None or until <= since:
        return False
    with ExitStack() as held:
        if not all(held.enter_context(stage.hold()) for stage in STAGES):
            return False
        changed = purge_texts(store, project.pk, since, until)
        elsewhere = purge_places(store, Due(project, until, now))
    project.texts_purged_until = until
    project.save(update_fields=["texts_purged_until"])
    CHOICES.forget()
    if elsewhere:
        clean_database()
        logger.info("texts of project %d until %s are gone elsewhere: %s", project.pk, until, elsewhere)
    return changed or bool(elsewhere)


def find_bound(project: Project, now: datetime) -> datetime | None:
    """What came in before then is to have no texts: as it was asked for, and by the hours that texts are kept.

    Where the last pass was a moment ago, it can wait for the next.
    """
    asked, until = project.purge_texts_before, None
    if project.text_hours:
        kept = timedelta(hours=project.text_hours)
        step = min(max(kept / STEPS, LEAST_STEP), MOST_STEP)
        last = project.texts_purged_until or EARLIEST
        until = now - kept + step if now - kept + step / 2 > last else last
    bounds = [each for each in (asked, until) if each is not None]
    return max(bounds, default=None)


def purge_texts(store: Store, project_id: int, since: datetime, until: datetime) -> bool:
    """Take the texts out of what came in between two moments; whether there was anything."""
    bounds = {"project_id": project_id, "since_us": to_us(since), "until_us": to_us(until)}
    [due] = store.query("feedback/sql/purge_due.sql", mark=MARK, **bounds)
    changed = [change for change in CHANGES if due[change.of]]
    if not changed:
        return False
    with list_targets(store, bounds):
        for change in changed:
            store.change(change.path, **bounds, **choose_words(change))
    drop_old_files(store, sorted({TARGETS, *(change.table for change in changed)}))
    logger.info("texts of project %d until %s are gone: %s", project_id, until, due)
    return True


@contextmanager
def list_targets(store: Store, bounds: Mapping[str, int]) -> Iterator[None]:
    """Whose texts are to go stands in the store meanwhile, for the statements that ask by traces and turns."""
    forget_targets(store, bounds)
    try:
        store.change("tracing/sql/purge_traces.sql", **bounds)
        store.change("tracing/sql/purge_turns.sql", **bounds)
        yield
    finally:
        forget_targets(store, bounds)


def forget_targets(store: Store, bounds: Mapping[str, int]) -> None:
    store.change("tracing/sql/delete_project.sql", table=TARGETS, project_id=bounds["project_id"])


def choose_words(change: Change) -> Mapping[str, Any]:
    """What a statement needs beside its bounds."""
    return dict(list_words(change.table))


def list_words(table: str) -> Iterator[tuple[str, Any]]:
    yield from (("mark", MARK), ("end", END))
    if table == "signals":
        yield "kinds", QUOTING
    if table == "otel_traces":
        yield from ((name, sorted(ALLOWED[name])) for name in ("operations", "names", "attributes", "resource"))
        yield from (("named", sorted(NAMED)), ("longest", LONGEST_OF_RESOURCE))
        yield from (("word", f"^(?:{WORD.pattern})$"), ("id", f"^(?:{ID.pattern})$"))


def to_us(moment: datetime) -> int:
    return (moment - EARLIEST) // timedelta(microseconds=1)
