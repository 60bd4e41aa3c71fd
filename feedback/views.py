"""The pages on conversations and what was heard in them: read, have a pure view model built, answer."""

from collections.abc import Mapping, Sequence
from typing import Any

from feedback.choices import load_choices
from feedback.conversation_list import Row, find_page, place_rank
from feedback.detectors import DETECTORS
from feedback.machines import load_machines
from feedback.pages.filters import Filters
from feedback.pages.listing import ListedConversation, list_conversations
from feedback.records import load_signals
from feedback.satisfaction_records import load_estimates
from tracing.api_filters import knows_field
from tracing.filter_fields import FIELDS
from tracing.filter_language import FilterError
from tracing.filter_sql import compile_filter
from tracing.kept_queries import query_kept
from tracing.models import Project
from tracing.page_filling import FilledPage
from tracing.paging import Place
from tracing.store import get_store
from tracing.together import ask_together

TITLES: Mapping[str, str] = {detector.kind: detector.title for detector in DETECTORS}
PAGE_ROWS = 50
PEOPLE_OR_MACHINES = ("no", "yes")
FIELDS_SHOWN = [field for field in FIELDS if knows_field("conversations", field)]
DISSATISFIED = "dissatisfied"
"""What a list can be sorted by besides time, the likeliest first."""


def read_choices(project: Project) -> Mapping[str, Any]:
    return load_choices(get_store(), project.pk)


def read_list(project: Project, filters: Filters, now_ns: int, limit: int) -> list[ListedConversation]:
    """Query the top of the list, with the signals of its conversations."""
    return show_rows(project, read_rows(project, filters, Place(), now_ns, limit).rows)


def read_rows(
    project: Project, filters: Filters, place: Place, now_ns: int, limit: int, sort: str = ""
) -> FilledPage[Row]:
    """Query one page of the list."""
    if sort:
        path = "feedback/sql/page_dissatisfied.sql"
        return find_page(get_store(), path, project.pk, filters.given, place, limit, now_ns, place_rank)
    path = "feedback/sql/page_conversations.sql"
    return find_page(get_store(), path, project.pk, filters.given, place, limit, now_ns)


def show_rows(project: Project, rows: Sequence[Mapping[str, Any]]) -> list[ListedConversation]:
    """The rows as they are shown, with the signals of their conversations."""
    store, ids = get_store(), [row["conversation_id"] for row in rows]
    signals, machines, estimates = ask_together(
        lambda: load_signals(store, project.pk, ids),
        lambda: load_machines(store, project.pk, ids),
        lambda: load_estimates(store, project.pk, ids),
    )
    return list_conversations(rows, signals, machines, estimates, TITLES)


def find_fault(filters: Filters) -> FilterError | None:
    """What is wrong with filters of a list of conversations."""
    try:
        compile_filter(filters.given, "conversations", 0)
    except FilterError as error:
        return error
    return None


def read_total(project: Project, filters: Filters, now_ns: int) -> Mapping[str, Any]:
    """Query how many match, and what they cost."""
    where = compile_filter(filters.given, "conversations", now_ns)
    return query_kept(get_store(), "feedback/sql/page_total.sql", where, project_id=project.pk)[0]


def read_position(project: Project, filters: Filters, place: Place, now_ns: int) -> Mapping[str, Any]:
    """Query how many match, and where in the list the conversation at this place stands."""
    where = compile_filter(filters.given, "conversations", now_ns)
    path, bound = "feedback/sql/page_position.sql", {"at_ns": place.time_ns, "at_id": place.id}
    return get_store().query(path, where, project_id=project.pk, **bound)[0]
