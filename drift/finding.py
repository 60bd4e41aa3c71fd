"""What somebody looks for comes in as text, what fits of a project goes out: pages, conversations, traces, users, and
all that has a name."""

from collections.abc import Collection, Iterable, Iterator

from django.urls import reverse

from drift.alerting.alerts import list_named
from drift.alerting.rule_records import list_rules
from feedback.conversation_list import find_page
from feedback.failures.listing import load_rows, name_mode
from feedback.flywheel.datasets import list_datasets
from feedback.models import SavedView
from feedback.pages.filters import Filters
from feedback.pages.finding import (
    Found,
    FoundGroup,
    begins_all,
    find_entries,
    looks_like_id,
    may_be_id,
    may_be_trace_id,
)
from feedback.reviewing.queues import list_queues
from feedback.saved_views import list_views
from tracing.access.decisions import Access
from tracing.access.rights import Right
from tracing.filter_language import FilterError
from tracing.menu import list_entries
from tracing.models import Project
from tracing.paging import Place
from tracing.store import Store

MOST_OF_A_KIND = 5
SHORTEST_WORDS = 2
"""Fewer letters would find every conversation."""


def find_anything(store: Store, access: Access, question: str, now_ns: int) -> list[FoundGroup]:
    """Groups of what fits and whoever asks may see; of an empty question every page."""
    project = access.project
    pages = FoundGroup("Pages", tuple(find_pages(project, access.rights, question)))
    if not question:
        return [pages]
    said = find_said(store, project, question, now_ns)
    of_ids = list(find_ids(store, project, question, {each.detail for each in said.items}))
    parts = [*of_ids, said] if looks_like_id(question) else [said, *of_ids]
    return [group for group in (pages, *parts, *find_named(access, question)) if group.items]


def find_pages(project: Project, rights: Collection[Right], question: str) -> list[Found]:
    entries = find_entries(list_entries(rights), question)
    return [Found(each.title, reverse(each.address, args=[project.slug]), each.purpose.rstrip(".")) for each in entries]


def find_said(store: Store, project: Project, question: str, now_ns: int) -> FoundGroup:
    """The newest conversations that the question, read as a filter, finds; none where it cannot be read as one."""
    filters = Filters(q=question)
    try:
        page = find_page(
            store, "feedback/sql/page_conversations.sql", project.pk, filters.given, Place(), MOST_OF_A_KIND, now_ns
        )
    except FilterError:
        return FoundGroup("Conversations", ())
    if len(question) < SHORTEST_WORDS:
        return FoundGroup("Conversations", ())
    everything = f"{reverse('conversations', args=[project.slug])}?{filters.query}"
    rows = [show_conversation(project, row, filters.query) for row in page.rows]
    return FoundGroup("Conversations", tuple(rows), everything if page.next else "")


def show_conversation(project: Project, row: dict[str, object], query: str = "") -> Found:
    conversation_id = str(row["conversation_id"])
    address = reverse("conversation", args=[project.slug, conversation_id])
    title = str(row["first_message"]) or "(no words)"
    return Found(title[:200], f"{address}?{query}" if query else address, conversation_id[:80])


def find_ids(store: Store, project: Project, question: str, shown: Collection[str]) -> Iterator[FoundGroup]:
    """Traces, users and, but for those that are shown already, conversations whose ids begin with the question."""
    if not may_be_id(question):
        return
    asked = {"project_id": project.pk, "beginning": question, "limit": MOST_OF_A_KIND}
    rows = store.query("feedback/sql/find_conversations.sql", **asked)
    found = (show_conversation(project, row) for row in rows)
    yield FoundGroup("Conversations by id", tuple(each for each in found if each.detail not in shown))
    if may_be_trace_id(question):
        rows = store.query("feedback/sql/find_traces.sql", **asked | {"beginning": question.lower()})
        yield FoundGroup("Traces", tuple(show_id(project, "trace", row["trace_id"]) for row in rows))
    rows = store.query("feedback/sql/find_users.sql", **asked)
    yield FoundGroup("Users", tuple(show_id(project, "user", row["user_id"]) for row in rows))


def show_id(project: Project, address: str, found: str) -> Found:
    return Found(found, reverse(address, args=[project.slug, found]), is_id=True)


def find_named(access: Access, question: str) -> Iterator[FoundGroup]:
    """What has a name: views of the list, failure modes, alerts, their rules, datasets and queues of reviews."""
    project = access.project
    yield show_views(project, list_views(project.pk, access.who), question)
    modes = [(name_mode(row), row.number) for row in load_rows(project.pk)]
    yield group_named(project, "Failure modes", "failure_mode", modes, question)
    yield group_named(project, "Alerts", "alert", list_named(project), question)
    rules = [(each.name, each.pk) for each in list_rules(project)]
    yield group_named(project, "Alert rules", "alert_rule", rules, question)
    datasets = [(each.name, each.number) for each in list_datasets(project)]
    yield group_named(project, "Datasets", "dataset", datasets, question)
    queues = [(each.name, each.number) for each in list_queues(project)]
    yield group_named(project, "Review queues", "review_queue", queues, question)


def show_views(project: Project, views: Iterable[SavedView], question: str) -> FoundGroup:
    words, start = question.casefold().split(), reverse("conversations", args=[project.slug])
    fits = [view for view in views if begins_all(words, view.name)][:MOST_OF_A_KIND]
    addresses = [f"{start}?{view.query}{'&' if view.query else ''}view={view.number}" for view in fits]
    found = (Found(view.name, address, view.owner) for view, address in zip(fits, addresses, strict=True))
    return FoundGroup("Saved views", tuple(found))


def group_named(
    project: Project, title: str, address: str, named: Iterable[tuple[str, int]], question: str
) -> FoundGroup:
    """Those whose names have words that begin with each word of the question."""
    words = question.casefold().split()
    fits = [(name, number) for name, number in named if begins_all(words, name)][:MOST_OF_A_KIND]
    return FoundGroup(title, tuple(Found(name, reverse(address, args=[project.slug, number])) for name, number in fits))
