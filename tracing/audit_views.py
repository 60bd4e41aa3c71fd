"""The pages of the audit log: of a project for its owners, of the installation for administrators; and their files."""

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from tracing.access.decisions import is_administrator
from tracing.access.requirements import for_person, for_person_exporting, project_page
from tracing.access.rights import Right
from tracing.audit_log import AuditFilter, list_choices, list_entries, load_page, write_csv
from tracing.models import Project
from tracing.pages import render_page

PAGE_ENTRIES = 50
LONGEST_NUMBER = 18


@require_safe
@project_page(Right.ADMINISTER)
def show_audit(request: HttpRequest, project: Project) -> HttpResponse:
    """Who changed or exported what in a project, newest first."""
    return show_log(request, project)


@require_safe
@for_person
def show_installation_audit(request: HttpRequest) -> HttpResponse:
    """The same of all projects, and log-ins, accounts and projects that came and went."""
    return show_log(request, None) if is_administrator(request) else refuse_others(request)


@require_safe
@project_page(Right.ADMINISTER, exports=True)
def download_audit(request: HttpRequest, project: Project) -> HttpResponseBase:
    """The log of a project as a file, narrowed as the page is."""
    return give_file(request, project)


@require_safe
@for_person_exporting
def download_installation_audit(request: HttpRequest) -> HttpResponseBase:
    """The log of the installation as a file."""
    return give_file(request, None) if is_administrator(request) else refuse_others(request)


def refuse_others(request: HttpRequest) -> HttpResponse:
    message = "Only an administrator sees the audit log of the installation; owners see that of their projects."
    return render_page(request, "403.html", {"message": message}, status=403)


def read_filter(request: HttpRequest) -> AuditFilter:
    return AuditFilter(request.GET.get("who", ""), request.GET.get("action", ""))


def show_log(request: HttpRequest, project: Project | None) -> HttpResponse:
    chosen, entries = read_filter(request), list_entries(project)
    page = load_page(chosen.narrow(entries), read_place(request.GET.get("before", "")), PAGE_ENTRIES)
    who, actions = list_choices(entries)
    context = {
        "project": project,
        "section": "audit" if project else "installation_audit",
        "entries": page.entries,
        "older": page.next_id,
        "is_later_page": "before" in request.GET,
        "chosen": chosen,
        "who": who,
        "actions": actions,
    }
    return render_page(request, "audit.html", context)


def read_place(text: str) -> int | None:
    """The number in an address; None where there is none. Raises Http404."""
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > LONGEST_NUMBER:
        raise Http404("That is no place in the audit log.")
    return int(text)


def give_file(request: HttpRequest, project: Project | None) -> StreamingHttpResponse:
    rows = write_csv(read_filter(request).narrow(list_entries(project)))
    response = StreamingHttpResponse(rows, content_type="text/csv; charset=utf-8")
    name = f"tacit-audit-{project.slug}" if project else "tacit-audit"
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response
