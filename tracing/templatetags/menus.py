"""What the frame around every page shows of the pages that there are."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import template

from tracing.menu import MENU, SETTINGS, Entry, Group, list_settings
from tracing.pulses import Work
from tracing.silence import SILENCE

register = template.Library()


@register.simple_tag
def list_menu() -> Sequence[Group]:
    """The pages of a project, in groups."""
    return MENU


@register.simple_tag(takes_context=True)
def list_settings_pages(context: Mapping[str, Any]) -> Sequence[Entry]:
    """The pages of settings that whoever looks may see; none where the page that is shown is not one of them."""
    if context.get("section") not in {entry.section for entry in SETTINGS}:
        return ()
    access = getattr(context["request"], "access", None)
    return list_settings(access.rights) if access else ()


@register.simple_tag
def tell_silence() -> Work | None:
    """What was heard of a worker last, where that is too long ago."""
    return SILENCE.work
