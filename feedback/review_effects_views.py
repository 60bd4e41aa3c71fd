"""The page that tells what reviews changed, a section for each thing that learns from them."""

from collections.abc import Callable
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from feedback.reviewing.calibration import load_estimate_effects
from feedback.reviewing.effects import load_detector_effects
from feedback.reviewing.gold import count_gold
from feedback.reviewing.mode_effects import load_mode_effects
from feedback.reviewing.regressions import count_regressions
from tracing.access.requirements import project_page
from tracing.access.rights import Right
from tracing.models import Project
from tracing.pages import render_page
from tracing.store import Store, get_store

EFFECTS: Final[tuple[tuple[str, Callable[[Store, int], Any], str], ...]] = (
    ("detectors", load_detector_effects, "parts/effects_detectors.html"),
    ("calibration", load_estimate_effects, "parts/review_calibration.html"),
    ("gold", count_gold, "parts/review_gold.html"),
    ("moved", load_mode_effects, "parts/review_failure_modes.html"),
    ("cases", count_regressions, "parts/review_cases.html"),
)
"""What learns from reviews: the name under which its template knows what was loaded of a project, and the template."""


@require_safe
@project_page(Right.READ)
def show_effects(request: HttpRequest, project: Project) -> HttpResponse:
    """Before and after, of everything that learns from reviews."""
    loaded = {name: load(get_store(), project.pk) for name, load, _ in EFFECTS}
    context = {"project": project, "section": "review", "parts": [template for *_, template in EFFECTS], **loaded}
    return render_page(request, "review_effects.html", context)
