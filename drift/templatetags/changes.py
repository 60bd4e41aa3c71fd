"""What pages of any package tell of the ledger: marks of changes for their charts, and its sentences."""

from datetime import UTC, datetime

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from drift.models import LedgerEvent
from drift.pages.change_marks import Change, Changes, mark_changes
from drift.pages.turning_points import TurningPoint, find_turning_point
from drift.recording.events import Part, list_events
from drift.recording.sentences import tell_event
from feedback.overview import Overview
from tracing.models import Project
from tracing.times import to_ns

register = template.Library()
MOST_CHANGES = 200


@register.simple_tag
def change_marks(
    project: Project, start: datetime, end: datetime, service_name: str = "", environment: str = ""
) -> Changes:
    """What the ledger saw in the time of a chart: `{% change_marks project chart.start chart.end as changes %}`, then
    `parts/change_marks.html` inside of a chart of 110 px and `parts/changes.html` below it."""
    segment = Part(service_name or None, environment or None)
    events = list_events(project.pk, to_ns(start), to_ns(end), segment, MOST_CHANGES)
    return mark_changes([show_change(event) for event in events], start, end)


@register.simple_tag
def find_turning(told: Overview, changes: Changes) -> TurningPoint | None:
    """The change in the time of the overview since which satisfaction differs."""
    return find_turning_point(changes.marks, told.counts, told.ways.usual)


def show_change(event: LedgerEvent) -> Change:
    return Change(event.pk, datetime.fromtimestamp(event.time_ns // 10**9, UTC), tell_event(event))


@register.filter
def with_code(sentence: str) -> SafeString:
    """A sentence of the ledger, whose names stand between backticks, as HTML."""
    pieces = sentence.split("`")
    marked = (format_html('<code class="words">{}</code>', each) if at % 2 else each for at, each in enumerate(pieces))
    return format_html_join("", "{}", ((each,) for each in marked))
