"""The overview: how much was said, how satisfied people were, what went wrong, how fast it was, and what changed."""

import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from feedback.failure_mode_list import load_rising
from feedback.pages.cards import CARD_KINDS, build_cards, build_safety, build_thumbs, read_periods
from feedback.pages.chart import STEPS_S, Chart, Slice, choose_step, draw_chart, fill_slices
from feedback.pages.filters import LEADER_WORDS, RANGE_WORDS, RANGES, Filters
from feedback.pages.listing import ListedConversation
from feedback.pages.machines import choose_leader, select_led, show_machines
from feedback.pages.satisfaction import show_rates
from feedback.satisfaction_fits import load_rates
from feedback.tunings import load_tuning
from feedback.views import TITLES, read_choices, read_rows, show_rows
from tracing.access.requirements import project_page
from tracing.access.rights import Right
from tracing.filter_sql import Where, compile_filter
from tracing.models import DEMO_PROJECT, Project
from tracing.pages import render_page
from tracing.paging import Place
from tracing.records import Spending, load_spending
from tracing.store import get_store

LATEST_ROWS = 8
DEFAULT_RANGE = "7d"
SECOND_NS = 10**9
Rows = Sequence[Mapping[str, Any]]
OVERVIEW_FILTERS = ("range", "environment", "service_name", "model", "machine")


@require_safe
@project_page(Right.READ)
def show_overview(request: HttpRequest, project: Project) -> HttpResponse:
    """How much was said, how much went wrong, and what changed; of people alone, unless machines are asked for."""
    asked = read_overview_filters(request.GET.dict())
    store, now_ns = get_store(), time.time_ns()
    everybody, length_ns = replace(asked, range="", machine=""), RANGES[asked.range]
    bound = {"project_id": project.pk, "since_ns": now_ns - 2 * length_ns, "current_ns": now_ns - length_ns}
    sliced = bound | {"step_ns": STEPS_S[asked.range][0] * SECOND_NS}
    all_counts = store.query("feedback/sql/page_counts.sql", to_where(everybody, now_ns), **sliced)
    filters = choose_leader(asked, all_counts)
    counts = select_led(all_counts, filters.machine)
    where = to_where(replace(filters, range=""), now_ns)
    signal_counts = store.query("feedback/sql/page_signal_counts.sql", where, **sliced)
    now, before = read_periods(counts, signal_counts)
    context = {
        "project": project,
        "section": "overview",
        "is_demo": project.slug == DEMO_PROJECT,
        "filters": filters,
        "range_words": RANGE_WORDS,
        "choices": read_choices(project),
        "now": now,
        "before": before,
        "machines": show_machines(all_counts, filters),
        "cards": build_cards(now, before, TITLES, filters),
        "thumbs": build_thumbs(now, before, filters),
        "safety": build_safety(now, before, TITLES, load_tuning(project.pk).off, filters),
        "chart": build_chart(counts, signal_counts, filters.range, now_ns) if now.conversations else None,
        "spending": read_spending(project, everybody, bound, now_ns),
        "rising": load_rising(store, project, timezone.now()),
        "satisfaction": show_rates(load_rates(project.pk)),
        "latest": read_list(project, filters, now_ns, LATEST_ROWS),
    }
    return render_page(request, "overview.html", context)


def read_overview_filters(query: Mapping[str, str]) -> Filters:
    """Those of an address that the overview has; what led is left out where there is no such machine."""
    filters = Filters.from_query({name: query.get(name, "") for name in OVERVIEW_FILTERS}, range=DEFAULT_RANGE)
    return filters if filters.machine in LEADER_WORDS else replace(filters, machine="")


def to_where(filters: Filters, now_ns: int) -> Where:
    return compile_filter(filters.given, "conversations", now_ns)


def read_spending(project: Project, filters: Filters, bound: Mapping[str, Any], now_ns: int) -> Spending:
    """What all model calls cost, machines' as well: hours do not know who led."""
    where = compile_filter(filters.given, "hours", now_ns)
    return load_spending(get_store(), project.pk, bound["since_ns"], bound["current_ns"], where)


def build_chart(counts: Rows, signal_counts: Rows, range_name: str, now_ns: int) -> Chart:
    """Query volume and rates by slices of time, of the rows that the overview counts."""
    length_s, now_s = RANGES[range_name] // SECOND_NS, now_ns // SECOND_NS
    counts = [row for row in counts if row["is_current"]]
    step_s = choose_step(range_name, sum(row["conversations"] for row in counts), length_s)
    conversations: Counter[int] = Counter()
    rates: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for row in counts:
        conversations[find_slice(row["slice_ns"], step_s)] += row["conversations"]
    for row in signal_counts:
        if row["is_current"] and row["kind"] in CARD_KINDS:
            rates[find_slice(row["slice_ns"], step_s)][row["kind"]] += row["conversations"]
    slices = {
        second: Slice(datetime.fromtimestamp(second, UTC), count, rates[second])
        for second, count in conversations.items()
    }
    titles = {kind: TITLES[kind] for kind in CARD_KINDS}
    return draw_chart(fill_slices(slices, now_s - length_s, now_s, step_s), titles, step_s)


def find_slice(time_ns: int, step_s: int) -> int:
    """Seconds since the epoch at which the slice of a time begins."""
    return time_ns // SECOND_NS // step_s * step_s


def read_list(project: Project, filters: Filters, now_ns: int, limit: int) -> list[ListedConversation]:
    """Query the top of the list, with the signals of its conversations."""
    return show_rows(project, read_rows(project, filters, Place(), now_ns, limit).rows)
