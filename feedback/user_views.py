"""The pages on users: all of them, and one over time."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from feedback.detectors import DETECTORS
from feedback.failures.listing import NamedMode, load_modes_of
from feedback.pages.cursors import Cursor, decode_cursor
from feedback.pages.filters import Filters
from feedback.pages.listing import ListedConversation
from feedback.pages.user_cards import build_row, list_heard
from feedback.pages.user_timeline import draw_timeline, tell_returns
from feedback.user_list import Sort, find_users, load_user
from feedback.user_visits import load_visits
from feedback.views import read_rows, show_rows
from tracing.access.requirements import project_page
from tracing.access.rights import Right
from tracing.models import Project
from tracing.pages import render_page
from tracing.paging import Place
from tracing.sent_ids import find_kept
from tracing.store import get_store
from tracing.together import ask_together

PAGE_ROWS = 50
SHOWN_CONVERSATIONS = 20
MOST_VISITS = 200
TITLES = {detector.kind: detector.title for detector in DETECTORS}
EXAMPLE = """with tacit.conversation(id="c-17", user_id="u-4"):
    answer(message)"""
SORTS: Mapping[str, tuple[Sort, str]] = {
    "": ("last_seen", "last seen"),
    "conversations": ("conversations", "most conversations"),
    "dissatisfied": ("dissatisfied", "most dissatisfied"),
}
"""By what stands in the address: the order, and its words."""


@require_safe
@project_page(Right.READ)
def show_users(request: HttpRequest, project: Project) -> HttpResponse:
    """The people who talked, a page at a time."""
    token, beginning = request.GET.get("cursor", ""), request.GET.get("user", "").strip()
    sort = request.GET.get("sort", "") if request.GET.get("sort", "") in SORTS else ""
    cursor = decode_cursor(token)
    place = Place(cursor.time_ns, cursor.conversation_id)
    page = find_users(get_store(), project.pk, beginning, SORTS[sort][0], place, PAGE_ROWS)
    context = {
        "project": project,
        "section": "users",
        "beginning": beginning,
        "sort": sort,
        "sorts": {name: words for name, (_, words) in SORTS.items()},
        "rows": [build_row(user, TITLES) for user in page.rows],
        "older": Cursor(page.next.time_ns, page.next.id).encode() if page.next else "",
        "is_later_page": bool(token),
        "example": EXAMPLE,
        "unnamed": 0 if page.rows or beginning or token else count_unnamed(project),
    }
    return render_page(request, "users.html", context)


def count_unnamed(project: Project) -> int:
    """Conversations of nobody in particular."""
    found = get_store().query("feedback/sql/unnamed_conversations.sql", project_id=project.pk)
    return int(found[0]["conversations"])


@require_safe
@project_page(Right.READ)
def show_user(request: HttpRequest, project: Project, user_id: str) -> HttpResponse:
    """One user over time: figures, a drawing of the latest conversations, and their list."""
    filters = Filters(user_id=user_id)
    visits, user, (rows, has_more) = ask_together(
        lambda: load_visits(get_store(), project.pk, user_id, MOST_VISITS),
        lambda: load_user(get_store(), project.pk, user_id),
        lambda: read_latest(project, filters),
    )
    if not visits and (kept := find_kept(project.pk, "user", user_id)):
        return redirect("user", project.slug, kept)
    if not visits:
        message = f"There is no user “{user_id[:200]}” in {project.name}."
        return render_page(request, "404.html", {"message": message, "project": project}, status=404)
    led = [visit for visit in visits if not visit.is_machine]
    context = {
        "project": project,
        "section": "users",
        "user_id": user_id,
        "filters": filters,
        "row": build_row(user, TITLES) if user else None,
        "heard": list_heard(user, TITLES) if user else [],
        "timeline": draw_timeline(led),
        "returns": tell_returns(led),
        "drawn": len(led),
        "machines": len(visits) - len(led),
        "modes": count_modes(project, [visit.conversation_id for visit in led]),
        "rows": rows,
        "left_out": ["user"],
        "added": [],
        "has_more": has_more,
    }
    return render_page(request, "user.html", context)


def read_latest(project: Project, filters: Filters) -> tuple[list[ListedConversation], bool]:
    """The first rows of the list, and whether there are more."""
    page = read_rows(project, filters, Place(), time.time_ns(), SHOWN_CONVERSATIONS)
    return show_rows(project, page.rows), page.next is not None


def count_modes(project: Project, conversation_ids: Sequence[str]) -> list[tuple[NamedMode, int]]:
    """The failure modes that these conversations are in, the most frequent first."""
    found = Counter(load_modes_of(get_store(), project.pk, conversation_ids).values())
    return found.most_common()
