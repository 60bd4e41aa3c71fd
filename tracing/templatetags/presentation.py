"""How numbers, times and shapes look on every page; built into all templates."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django import template
from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from tracing.access import decisions
from tracing.access.openness import is_open
from tracing.dead_letters import count_letters
from tracing.models import Project
from tracing.store import get_store

register = template.Library()

SHAPES = {
    "bad": mark_safe('<rect x="2" y="2" width="8" height="8" rx="1"/>'),
    "good": mark_safe('<circle cx="6" cy="6" r="4"/>'),
    "unsure": mark_safe('<circle cx="6" cy="6" r="3.25" fill="none" stroke-width="1.5"/>'),
}
DASH = "–"


@register.filter
def count(value: int | None) -> str:
    """A whole number with its thousands set apart; a dash where there is none."""
    return DASH if value is None else f"{value:,}"


@register.filter
def dollars(value: float | None) -> str:
    """An amount in US dollars, with three figures where it is less than a cent; a dash where there is none.

    >>> dollars(1234.5), dollars(0.00312)
    ('$1,234.50', '$0.00312')
    """
    if value is None:
        return DASH
    decimals = 2 if value >= 0.01 or value == 0 else min(12, 2 - math.floor(math.log10(value)))
    return f"${value:,.{decimals}f}"


@register.filter
def percent(value: float | None, decimals: int = 1) -> str:
    """A share (0 to 1) in percent."""
    return DASH if value is None or math.isnan(value) else f"{100 * value:.{decimals}f} %"


@register.filter
def odds(value: float) -> str:
    """A change of log odds as what it does to the odds.

    >>> odds(0.0953), odds(-0.01)
    ('10 %', '-1 %')
    """
    return f"{100 * math.expm1(value):.0f} %"


@register.filter
def points(value: float) -> str:
    """A difference of shares in percentage points, without its sign."""
    return f"{abs(100 * value):.1f} points"


@register.filter
def duration(nanoseconds: int | None) -> str:
    """A length of time in the unit that a person would use.

    >>> duration(2_300_000_000), duration(450_000), duration(150_000_000_000)
    ('2.3 s', '0.5 ms', '2 min 30 s')
    """
    if nanoseconds is None:
        return DASH
    seconds = nanoseconds / 1e9
    if seconds < 0.01:
        return f"{seconds * 1000:.1f} ms"
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


@register.simple_tag
def moment(at: int | datetime, style: str = "day") -> SafeString:
    """A `<time>` in UTC, of nanoseconds or a datetime: `day` for lists ("Tue 15:41", or a date), `clock` for a chat."""
    when = at.astimezone(UTC) if isinstance(at, datetime) else datetime.fromtimestamp(at / 1e9, UTC)
    full = f"{when:%A} {when.day} {when:%B %Y, %H:%M:%S} UTC"
    return format_html('<time datetime="{}" title="{}">{}</time>', when.isoformat(), full, write_time(when, style))


def write_time(when: datetime, style: str) -> str:
    if style == "clock":
        return f"{when:%H:%M:%S}"
    age_days = (datetime.now(UTC) - when).days
    if age_days < 6:
        return f"{when:%a %H:%M}"
    return f"{when.day} {when:%b}" if age_days < 300 else f"{when.day} {when:%b %Y}"


@register.simple_tag
def shape(state: str) -> SafeString:
    """The shape of a state: square, dot or ring, so that colour is never alone."""
    return format_html(
        '<svg class="shape {}" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">{}</svg>',
        state,
        SHAPES[state],
    )


@register.simple_tag(takes_context=True)
def list_projects(context: Mapping[str, Any]) -> "QuerySet[Project]":
    """The projects that whoever looks may see, for the switcher."""
    return decisions.list_projects(context["request"])


@register.simple_tag
def count_dead_letters(project: Project) -> int:
    """How many rows of a project the store refused: the menu leads to them where there are any."""
    return count_letters(get_store(), project.pk)


@register.simple_tag
def tells_open() -> bool:
    """Whether this server is open to its own machine, which every page says."""
    return is_open()
