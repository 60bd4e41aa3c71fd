"""What the pages of failure modes read besides the modes: families, examples, what reviews changed, and the card of the
overview."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from feedback.failure_modes.catalogue import APART
from feedback.failures.catalogues import load_catalogue
from feedback.failures.listing import list_modes
from feedback.failures.turns import FAMILIES
from feedback.models import FailureMode
from feedback.pages.failure_mode_details import Example, Place, read_examples
from feedback.pages.failure_modes import Rising, find_rising
from feedback.review.questions import Question
from feedback.reviewing.modes import load_notes, tell_filter
from feedback.reviewing.queues import find_open_queue
from tracing.models import Membership, Project
from tracing.records.conversations import load_turns
from tracing.store import Store

FAMILY_TITLES = {family.name: family.title for family in FAMILIES}


@dataclass(frozen=True, slots=True)
class FamilyCount:
    """How many conversations failed in one sort of way."""

    title: str
    conversations: int


def load_rising(store: Store, project: Project, now: datetime) -> Rising | None:
    """The worst open modes, and how many are new, surging or back."""
    has_modes = FailureMode.objects.filter(project=project).exists()
    return find_rising(list_modes(store, project, now), now) if has_modes else None


def load_families(store: Store, project_id: int) -> list[FamilyCount]:
    """All failing conversations by what went wrong, the most frequent first."""
    rows = store.query("feedback/sql/page_failing_families.sql", project_id=project_id)
    return [FamilyCount(FAMILY_TITLES.get(row["family"], row["family"]), row["conversations"]) for row in rows]


def load_examples(store: Store, project_id: int, places: Iterable[Place]) -> dict[Place, Example]:
    """The texts of turns, of those that are still kept."""
    wanted = list(dict.fromkeys(places))
    ids = sorted({place.conversation_id for place in wanted})
    indexes = sorted({place.turn_index + after for place in wanted for after in (0, 1) if place.turn_index is not None})
    return read_examples(wanted, load_turns(store, project_id, ids, indexes)) if wanted else {}


def load_review(store: Store, row: FailureMode) -> dict[str, Any]:
    """What reviews changed of a mode, what reviewers wrote, and the queue in which it is reviewed."""
    borders = {mode.number: mode.border for mode in load_catalogue(row.project_id).modes}
    border = borders.get(row.number, APART)
    return {
        "border": border if border != APART else None,
        "shipped_border": APART,
        "named_from": row.description.get("named_from_reviewed", 0),
        "notes": load_notes(store, row.project_id, row.number),
        "review_queue": find_open_queue(row.project, Question.FAILURE_MODE, tell_filter(row.number)),
    }


def list_owners(project: Project) -> Sequence[str]:
    """Who may own a mode: members, as suggestions."""
    members = Membership.objects.filter(project=project).select_related("user").order_by("user__email")
    return [member.user.get_username() for member in members]
