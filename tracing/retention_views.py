"""The page on how long data is kept: for all kinds, and for each that is kept otherwise."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from tracing.access import audit
from tracing.access.requirements import project_page
from tracing.access.rights import Right
from tracing.models import Project
from tracing.pages import list_problems, render_page
from tracing.projects import MOST_DAYS
from tracing.retention import TITLES, Kind, read_days


class RetentionForm(forms.Form):
    """Days; nothing leaves it to what is wider."""

    retention_days = forms.IntegerField(min_value=0, max_value=MOST_DAYS, required=False, label="Everything")

    def __init__(self, *given: object, **named: object) -> None:
        super().__init__(*given, **named)  # type: ignore[arg-type]
        for kind in Kind:
            self.fields[kind.value] = forms.IntegerField(
                min_value=0, max_value=MOST_DAYS, required=False, label=TITLES[kind]
            )


@require_safe
@project_page(Right.ADMINISTER)
def show_retention(request: HttpRequest, project: Project) -> HttpResponse:
    """How many days each kind is kept, and where that is said."""
    form = RetentionForm(initial={"retention_days": project.retention_days, **project.days_by_kind})
    return show(request, project, form)


def show(request: HttpRequest, project: Project, form: RetentionForm, *, status: int = 200) -> HttpResponse:
    kept = read_days(project)
    context = {
        "project": project,
        "section": "retention",
        "form": form,
        "problems": list_problems(form),
        "kinds": [(form[kind.value], kept[kind]) for kind in Kind],
        "installation_days": settings.RETENTION_DAYS,
        "export_days": settings.EXPORT_DAYS,
        "most_days": MOST_DAYS,
    }
    return render_page(request, "retention.html", context, status=status)


@require_POST
@project_page(Right.ADMINISTER)
def change_retention(request: HttpRequest, project: Project) -> HttpResponse:
    """Keep data for longer or shorter."""
    form = RetentionForm(request.POST)
    if not form.is_valid():
        return show(request, project, form, status=422)
    given = form.cleaned_data
    project.retention_days = given["retention_days"]
    project.days_by_kind = {kind.value: given[kind.value] for kind in Kind if given[kind.value] is not None}
    project.save(update_fields=["retention_days", "days_by_kind"])
    audit.describe(request, project.slug, retention_days=project.retention_days, **project.days_by_kind)
    messages.info(request, "Saved. What is older goes within the hour.")
    return redirect("retention", project=project.slug)
