"""The pages on users: all of them, and one over time."""

import time

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from feedback.pages.cursors import Cursor, decode_cursor
from feedback.pages.filters import Filters
from feedback.user_list import find_users
from feedback.views import read_rows, show_rows
from tracing.access.requirements import project_page
from tracing.access.rights import Right
from tracing.models import Project
from tracing.pages import render_page
from tracing.paging import Place
from tracing.store import get_store

PAGE_ROWS = 50


@require_safe
@project_page(Right.READ)
def show_users(request: HttpRequest, project: Project) -> HttpResponse:
    """The people who talked, a page at a time."""
    token, prefix = request.GET.get("cursor", ""), request.GET.get("user", "").strip()
    cursor = decode_cursor(token)
    page = find_users(get_store(), project.pk, prefix, Place(cursor.time_ns, cursor.conversation_id), PAGE_ROWS)
    context = {
        "project": project,
        "section": "users",
        "prefix": prefix,
        "rows": page.rows,
        "older": Cursor(page.next.time_ns, page.next.id).encode() if page.next else "",
        "is_later_page": bool(token),
    }
    return render_page(request, "users.html", context)


@require_safe
@project_page(Right.READ)
def show_user(request: HttpRequest, project: Project, user_id: str) -> HttpResponse:
    """One user over time."""
    filters = Filters(user_id=user_id)
    page = read_rows(project, filters, Place(), time.time_ns(), PAGE_ROWS)
    if not page.rows:
        message = f"There is no user “{user_id}” in {project.name}."
        return render_page(request, "404.html", {"message": message, "project": project}, status=404)
    context = {
        "project": project,
        "section": "users",
        "user_id": user_id,
        "filters": filters,
        "rows": show_rows(project, page.rows),
    }
    return render_page(request, "user.html", context)
