"""What menus tell of failure modes on every page."""

from django import template
from django.utils import timezone

from feedback.failures.history import count_alarming
from tracing.models import DEMO_PROJECT, Project

register = template.Library()


@register.simple_tag
def count_alarming_modes(project: Project) -> int:
    """How many failure modes want to be looked at; the demo never alerts."""
    return 0 if project.slug == DEMO_PROJECT else count_alarming(project, timezone.now())
