"""REST of the choice whether texts are kept."""

from datetime import UTC, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from feedback.detectors import DETECTORS
from feedback.pages.text_needs import list_needs
from tracing.access import audit
from tracing.access.requirements import May
from tracing.access.rights import Right
from tracing.api import project_of
from tracing.models import Project
from tracing.resources import EXACTLY, WHOLE, format_moment
from tracing.text_choice import MOST_HOURS, change_choice

router = Router(tags=["tracing"])

Hours = Annotated[int, Field(ge=0, le=MOST_HOURS), WHOLE]


class ContentResource(Schema):
    """Texts are kept for `hours`: null for as long as everything else, 0 not at all. What came in before
    `purged_until` has no texts any more; `purge_before` was asked for. `signals` says by kind whether it is heard
    where no text is kept: `yes`, `in part` or `no`."""

    hours: int | None
    purge_before: str | None
    purged_until: str | None
    signals: dict[str, str]


class NewContent(Schema):
    """`purge`: what came in until now loses its texts, too, within minutes."""

    model_config = EXACTLY

    hours: Hours | None
    purge: bool = False


@router.get("content", response=ContentResource, summary="Whether texts are kept", auth=May(Right.READ))
def show_content(request: HttpRequest) -> dict[str, Any]:
    return describe_content(project_of(request))


@router.put("content", response=ContentResource, summary="Keep texts or not", auth=May(Right.ADMINISTER))
def set_content(request: HttpRequest, content: NewContent) -> dict[str, Any]:
    """What comes in from now on is kept so; with `purge` what is there loses its texts, too, which cannot be undone."""
    project = project_of(request)
    audit.describe(request, project.slug, before=project.text_hours, hours=content.hours, purge=content.purge)
    change_choice(project, content.hours, purge_before=datetime.now(UTC) if content.purge else None)
    return describe_content(project)


def describe_content(project: Project) -> dict[str, Any]:
    return {
        "hours": project.text_hours,
        "purge_before": format_moment(project.purge_texts_before),
        "purged_until": format_moment(project.texts_purged_until),
        "signals": {need.name: need.works for need in list_needs(DETECTORS)},
    }
