"""What pages say where texts of the project are not kept."""

from typing import Any

from django import template

from feedback.pages.text_notices import tell_of_texts
from tracing.models import Project

register = template.Library()


@register.inclusion_tag("parts/texts_notice.html")
def texts_notice(project: Project, page: str) -> dict[str, Any]:
    """A sentence, where there is something to say: `page` is one of `feedback.pages.text_notices`."""
    return {"project": project, "told": tell_of_texts(project.text_hours, page)}
