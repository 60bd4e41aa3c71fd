"""What menus tell of failure modes and reviews on every page."""

from django import template
from django.utils import timezone

from feedback.failures.history import count_alarming
from feedback.reviewing.progress import count_waiting
from tracing.access.decisions import Access
from tracing.access.rights import Right
from tracing.models import DEMO_PROJECT, Project

register = template.Library()


@register.simple_tag
def count_alarming_modes(project: Project) -> int:
    """How many failure modes want to be looked at; the demo never alerts."""
    return 0 if project.slug == DEMO_PROJECT else count_alarming(project, timezone.now())


@register.simple_tag
def count_waiting_reviews(project: Project, access: Access | None) -> int:
    """How many items of review queues wait for whoever looks; 0 for who may not review."""
    if not access or Right.REVIEW not in access.rights:
        return 0
    return count_waiting(project.pk, access.who, timezone.now())
