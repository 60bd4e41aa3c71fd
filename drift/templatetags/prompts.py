"""What a conversation's page tells of the system prompt that its turn was answered with; `feedback`, whose page it is,
knows nothing of the ledger."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django import template

from drift.ledger.fields import INSTRUCTIONS
from drift.pages.diffs import HOLE, ShownDiff, show_diff
from drift.recording.events import select_events
from drift.recording.sentences import tell_event
from tracing.generations import Generation
from tracing.models import Project

register = template.Library()
MOST_LOOKED_AT = 20
"""Changes of a service, the latest first: it may have several prompts."""


@dataclass(frozen=True, slots=True)
class PromptChange:
    """The latest change of system instructions before a call: which, when, and what differs."""

    number: int
    at: datetime
    sentence: str
    diff: ShownDiff


@register.simple_tag
def find_prompt_change(project: Project, call: Generation | None) -> PromptChange | None:
    """Of the prompt that the call was made with; None where the ledger saw no change of it, or no call is known. That
    it was new once is no change: there was nothing before it."""
    if call is None:
        return None
    found = select_events(project.pk).filter(
        field=INSTRUCTIONS,
        service_name=call.service_name,
        environment=call.environment,
        time_ns__lte=call.start_time_ns,
    )
    latest = found.exclude(old="")[:MOST_LOOKED_AT]
    event = next((each for each in latest if is_said_in(each.new, call.system_instructions)), None)
    if event is None:
        return None
    at = datetime.fromtimestamp(event.time_ns // 10**9, UTC)
    return PromptChange(event.pk, at, tell_event(event).replace("`", ""), show_diff(event))


def is_said_in(template_text: str, instructions: str) -> bool:
    """Whether instructions hold all that a template says between what is filled in, white space apart."""
    said = "".join(instructions.split())
    return all("".join(piece.split()) in said for piece in HOLE.split(template_text)[::2])
