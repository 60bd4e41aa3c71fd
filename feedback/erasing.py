"""What `feedback` keeps of a person in Django's tables and in files: datasets, reviews, failure modes, who was asked;
as places of an erasure (`tracing/erasing/places.py`)."""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime

from django.db.models import QuerySet

from feedback.asking import Moment, hash_parts
from feedback.asks import MEMORY, find_secret
from feedback.contradictions import forget_texts
from feedback.flywheel.forgetting import CONVERSATION, USER, forget_subjects, rewrite_manifests
from feedback.models import AskedUser, FailureCatalogue, FailureMode, ReviewItem
from feedback.norms import forget_norms
from feedback.outlooks import OUTLOOKS
from tracing.erasing.names import find_telling
from tracing.erasing.places import Erased, Place, split
from tracing.store import Store


def withdraw_datasets(_store: Store, erased: Erased) -> int:
    """Versions that hold them lose their files; later ones are built without them."""
    subjects = [(USER, each) for each in erased.user_ids]
    subjects += [(CONVERSATION, each) for each in erased.conversation_ids]
    now = datetime.now(UTC)
    return forget_subjects(erased.project, subjects, who=erased.who, now=now) if subjects else 0


def rewrite_versions(_store: Store, erased: Erased) -> int:
    """Versions that hold nothing of theirs, but whose filter named them."""
    return rewrite_manifests(erased.project)


def remove_review_items(_store: Store, erased: Erased) -> int:
    """With who is at them, and what they have begun to say."""
    return sum(delete(rows) for rows in select(ReviewItem.objects.filter(queue__project=erased.project), erased))


def select(rows: QuerySet[ReviewItem], erased: Erased) -> Iterator[QuerySet[ReviewItem]]:
    for ids in split(erased.conversation_ids):
        yield rows.filter(conversation_id__in=ids)


def delete(rows: QuerySet[ReviewItem]) -> int:
    count = rows.count()
    rows.delete()
    return count


def redescribe_modes(_store: Store, erased: Erased) -> int:
    """Failure modes that had a conversation of theirs are described anew, of those that are left."""
    gone = set(erased.conversation_ids)
    for kept in FailureCatalogue.objects.filter(project=erased.project):
        kept.places = leave_out(kept.places, gone)
        kept.pins = leave_out(kept.pins, gone)
        kept.described_at = None if erased.modes else kept.described_at
        kept.save(update_fields=["places", "pins", "described_at"])
    modes = FailureMode.objects.filter(project=erased.project, number__in=[each for each in erased.modes if each])
    return modes.exclude(description={}).update(description={}, found_title="", found_line="", namer="")


def find_titles(store: Store, erased: Erased) -> Collection[str]:
    """What was found of these failure modes and tells of them alone: alerts and messages say it, too."""
    modes = FailureMode.objects.filter(project=erased.project, number__in=[each for each in erased.modes if each])
    found = modes.values_list("found_title", "found_line")
    return find_telling(store, erased.project, {text for row in found for text in row if text})


def leave_out(told: dict[str, object], gone: Collection[str]) -> dict[str, object]:
    return {name: value for name, value in told.items() if name not in gone}


def forget_asked(_store: Store, erased: Erased) -> int:
    """That a user, or who led a conversation, was asked what they think."""
    secret = find_secret(erased.project.pk)
    people = [Moment(conversation_id=each).person for each in erased.conversation_ids]
    people += [Moment(user_id=each).person for each in erased.user_ids]
    digests = [hash_parts(secret, person).hex() for person in people]
    rows = AskedUser.objects.filter(project=erased.project)
    return sum(rows.filter(digest__in=each).delete()[0] for each in split(digests))


def forget_memory(_store: Store, _erased: Erased) -> int:
    """What this process keeps for a while."""
    forget_texts()
    forget_norms()
    MEMORY.forget()
    OUTLOOKS.forget()
    return 0


PLACES = (
    Place("dataset versions withdrawn", withdraw_datasets),
    Place("manifests of datasets", rewrite_versions),
    Place("review items", remove_review_items),
    Place("failure modes described anew", redescribe_modes, find_titles),
    Place("users asked", forget_asked),
    Place("memory", forget_memory),
)
