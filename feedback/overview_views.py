"""The overview: how satisfied people were, what went wrong, how quick and how dear it was, and what changed."""

import time
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from feedback.arrivals import load_arrivals
from feedback.failure_mode_list import load_rising
from feedback.overview import Overview, load_overview, read_filters
from feedback.pages.arrivals import show_arrivals
from feedback.pages.filters import RANGE_WORDS, RANGES
from feedback.pages.overview import show_overview as show_told
from feedback.views import TITLES, read_choices, read_rows, show_rows
from tracing.access.requirements import project_page
from tracing.access.rights import Right
from tracing.filter_sql import compile_filter
from tracing.models import DEMO_PROJECT, Project
from tracing.pages import render_page
from tracing.paging import Place
from tracing.records import Spending, load_spending
from tracing.store import get_store
from tracing.together import ask_together

LATEST_ROWS = 8


@require_safe
@project_page(Right.READ)
def show_overview(request: HttpRequest, project: Project) -> HttpResponse:
    """Of people alone, unless machines are asked for."""
    asked, now_ns = read_filters(request.GET.dict()), time.time_ns()
    choices = read_choices(project)
    told, arrivals = ask_together(
        lambda: load_overview(get_store(), project.pk, asked, now_ns) if choices["conversations"] else None,
        partial(load_arrivals, get_store(), project.pk),
    )
    context = {
        "project": project,
        "section": "overview",
        "is_demo": project.slug == DEMO_PROJECT,
        "filters": told.filters if told else asked,
        "range_words": RANGE_WORDS,
        "choices": choices,
        "told": told,
        "shown": show_told(told, TITLES) if told else None,
        "arrivals": show_arrivals(arrivals),
        **(read_rest(project, told) if told and told.now.conversations else {}),
    }
    return render_page(request, "overview.html", context)


def read_rest(project: Project, told: Overview) -> Mapping[str, Any]:
    """What stands beside the figures."""
    rising, latest = ask_together(
        partial(load_rising, get_store(), project, timezone.now()),
        lambda: show_rows(project, read_rows(project, told.filters, Place(), told.now_ns, LATEST_ROWS).rows),
    )
    return {"spending": read_spending(project, told), "rising": rising, "latest": latest}


def read_spending(project: Project, told: Overview) -> Spending:
    """What all model calls cost, machines' as well: hours do not know who led."""
    where = compile_filter(replace(told.filters, range="", machine="").given, "hours", told.now_ns)
    length_ns = RANGES[told.filters.range]
    return load_spending(get_store(), project.pk, told.now_ns - 2 * length_ns, told.now_ns - length_ns, where)
