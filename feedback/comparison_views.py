"""The page of comparisons: which model, prompt or attribute does better, and how sure that is."""

import time

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from feedback.choices import load_choices
from feedback.comparison_list import SLICES, Found, load_comparisons, rank_slices
from feedback.comparisons.answers import BUILT_IN, MODEL
from feedback.comparisons.comparison import MOST_TEXT
from feedback.detectors import DETECTORS
from feedback.pages.filters import LEADER_WORDS, RANGE_WORDS, Filters
from feedback.pages.ranking_cards import build_cards, list_latest, list_slices
from tracing.access.requirements import project_page
from tracing.access.rights import Right
from tracing.api_filters import knows_field
from tracing.filter_fields import FIELDS
from tracing.filter_language import FilterError
from tracing.models import Project
from tracing.pages import render_page
from tracing.store import get_store

LATEST_ROWS = 20
TITLES = {detector.kind: detector.title for detector in DETECTORS}
FIELDS_SHOWN = [field for field in FIELDS if knows_field("comparisons", field)]
BY_WORDS = {"model": "models", "prompt": "prompts"}
LEADERS = {name: LEADER_WORDS[name] for name in ("no", "yes")}
EXAMPLE = """tacit.feedback(
    "comparison",
    label="a",  # or "b", "tie", "neither"
    metadata={
        "a": {"message_id": "answer-17"},
        "b": {"message_id": "answer-18"},
        "shown": ["b", "a"],  # the one on the left first
    },
)"""


@require_safe
@project_page(Right.READ)
def show_comparisons(request: HttpRequest, project: Project) -> HttpResponse:
    store, now_ns = get_store(), time.time_ns()
    filters = Filters.from_query(request.GET.dict())
    by, slice_by = read_by(request.GET.get("by", "")), request.GET.get("slice", "")
    slice_by = slice_by if slice_by in SLICES else ""
    context = {
        "project": project,
        "section": "comparisons",
        "filters": filters,
        "fields": FIELDS_SHOWN,
        "choices": load_choices(store, project.pk),
        "options": {"range": RANGE_WORDS, "machine": LEADERS},
        "by": by,
        "slice": slice_by,
        "slices_by": SLICES,
        "example": EXAMPLE,
    }
    found = Found()
    try:
        context["described"] = filters.describe(TITLES)
        found = load_comparisons(store, project.pk, by, filters.given, now_ns)
    except FilterError as error:
        context["error"] = error
    context |= {
        "found": found,
        "by_words": BY_WORDS.get(by, f"“{by}”"),
        "items_by": list(dict.fromkeys([*BUILT_IN, *found.attributes, by])),
        "cards": build_cards(found),
        "slices": list_slices(rank_slices(found, slice_by)) if slice_by else [],
        "latest": list_latest(found.comparisons[:LATEST_ROWS]),
    }
    return render_page(request, "comparisons.html", context)


def read_by(text: str) -> str:
    """What is ranked: models, where the address says nothing that can be an attribute."""
    by = text.strip()
    return by if by and len(by) <= MOST_TEXT and by.isprintable() else MODEL
