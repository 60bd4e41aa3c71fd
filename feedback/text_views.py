"""The page of texts: whether what people and models write is kept, for how long, and what works without."""

from datetime import UTC, datetime

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from feedback.detectors import DETECTORS
from feedback.pages.text_needs import PARTS, list_needs
from tracing.access import audit
from tracing.access.requirements import project_page
from tracing.access.rights import Right
from tracing.models import Project
from tracing.pages import list_problems, render_page
from tracing.text_choice import MOST_HOURS, change_choice

KEPT, HOURS, NONE = "kept", "hours", "none"
CHOICES = ((KEPT, KEPT), (HOURS, HOURS), (NONE, NONE))
USUAL_HOURS = 24


class TextsForm(forms.Form):
    keep = forms.ChoiceField(choices=CHOICES)
    hours = forms.IntegerField(min_value=1, max_value=MOST_HOURS, required=False, label="Hours")
    purge = forms.BooleanField(required=False)

    def clean_hours(self) -> int | None:
        hours: int | None = self.cleaned_data["hours"]
        if self.cleaned_data.get("keep") == HOURS and hours is None:
            raise forms.ValidationError("Say for how many hours texts are kept.")
        return hours

    def read_hours(self) -> int | None:
        chosen: dict[str, int | None] = {KEPT: None, NONE: 0, HOURS: self.cleaned_data["hours"]}
        return chosen[self.cleaned_data["keep"]]


@require_safe
@project_page(Right.READ)
def show_texts(request: HttpRequest, project: Project) -> HttpResponse:
    return render_texts(request, project, [])


def render_texts(request: HttpRequest, project: Project, problems: list[str], *, status: int = 200) -> HttpResponse:
    hours = project.text_hours
    context = {
        "project": project,
        "section": "texts",
        "keep": KEPT if hours is None else HOURS if hours else NONE,
        "hours": hours or USUAL_HOURS,
        "most_hours": MOST_HOURS,
        "problems": problems,
        "signals": list_needs(DETECTORS),
        "parts": PARTS,
        "is_purging": is_purging(project),
    }
    return render_page(request, "texts.html", context, status=status)


def is_purging(project: Project) -> bool:
    """Whether texts are asked to go that are still there."""
    asked, done = project.purge_texts_before, project.texts_purged_until
    return asked is not None and (done is None or done < asked)


@require_POST
@project_page(Right.ADMINISTER)
def change_texts(request: HttpRequest, project: Project) -> HttpResponse:
    """Keep texts for longer or shorter, or not at all; those that are there go where that is asked."""
    form = TextsForm(request.POST)
    if not form.is_valid():
        return render_texts(request, project, list_problems(form), status=422)
    hours, purge = form.read_hours(), form.cleaned_data["purge"]
    audit.describe(request, project.slug, before=project.text_hours, hours=hours, purge=purge)
    change_choice(project, hours, purge_before=datetime.now(UTC) if purge else None)
    messages.info(request, "Saved." + " What is there goes within minutes." * purge)
    return redirect("texts", project=project.slug)
