"""The page of asking: how a project asks its users what they think, and what came of it."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from feedback.api_asks import MOST_ASKS
from feedback.asking import WORDS, Rules
from feedback.asks import DAYS, MOST_DAYS, ReasonFigures, load_figures, load_rules, save_rules
from feedback.pages.shares import Share
from tracing.access import audit
from tracing.access.requirements import project_page
from tracing.access.rights import Right
from tracing.models import Project
from tracing.pages import list_problems, render_page
from tracing.store import get_store

SHARES = ("random_share", "doubt_share", "day_share")


class AskingForm(forms.Form):
    """Shares are in percent."""

    is_on = forms.BooleanField(required=False)
    most_asks = forms.IntegerField(min_value=1, max_value=MOST_ASKS, label="Times")
    days = forms.IntegerField(min_value=1, max_value=MOST_DAYS, label="Days")
    random_share = forms.FloatField(min_value=0, max_value=100, label="Of everybody")
    doubt_share = forms.FloatField(min_value=0, max_value=100, label="Of those most in doubt")
    day_share = forms.FloatField(min_value=0, max_value=100, label="At most of a day")


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """What became of decisions of one reason, in words."""

    what: str
    figures: ReasonFigures
    answered: Share


@require_safe
@project_page(Right.READ)
def show_asking(request: HttpRequest, project: Project) -> HttpResponse:
    """How a project asks, and how many were asked and answered, by reason."""
    return show_form(request, project, load_rules(project.pk), [])


def show_form(
    request: HttpRequest, project: Project, rules: Rules, problems: list[str], *, status: int = 200
) -> HttpResponse:
    figures = load_figures(get_store(), project.pk)
    context: dict[str, Any] = {
        "project": project,
        "section": "asking",
        "days": DAYS,
        "rules": rules,
        "percents": {name: f"{getattr(rules, name) * 100:g}" for name in SHARES},
        "most_asks": MOST_ASKS,
        "most_days": MOST_DAYS,
        "reasons": [
            ReasonRow(WORDS.get(each.reason, each.reason), each, Share(each.answered, each.asks)) for each in figures
        ],
        "total": sum_figures(figures),
        "problems": problems,
    }
    return render_page(request, "asking.html", context, status=status)


def sum_figures(figures: list[ReasonFigures]) -> dict[str, int]:
    names = ("decided", "asks", "answered", "declined")
    return {name: sum(getattr(each, name) for each in figures) for name in names}


@require_POST
@project_page(Right.EDIT)
def change_asking(request: HttpRequest, project: Project) -> HttpResponse:
    """Change how a project asks; it holds for the next decision."""
    form = AskingForm(request.POST)
    if not form.is_valid():
        return show_form(request, project, load_rules(project.pk), list_problems(form), status=422)
    given = form.cleaned_data
    rules = Rules(**given | {name: round(given[name] / 100, 6) for name in SHARES})
    save_rules(project.pk, rules)
    audit.describe(request, **{name: getattr(rules, name) for name in given})
    messages.info(request, "Saved. It holds for the next decision.")
    return redirect("asking", project=project.slug)
