"""What reviewers said of failure modes, from the store and Django's tables: which conversations belong to which."""

from collections.abc import Sequence

from feedback.failures.merges import follow_merges, load_merges
from feedback.models import ReviewItem
from feedback.review.membership import NONE, Judged, Membership, measure_memberships
from feedback.review.questions import CANNOT_TELL, Question, read_mode
from feedback.reviewing.settled import SettledReview, load_settled
from tracing.store import Store


def load_memberships(store: Store, project_id: int) -> dict[int, Membership]:
    """By the number of the mode, of those that were reviewed; modes that became one are one."""
    return measure_memberships(load_judged(store, project_id))


def load_judged(store: Store, project_id: int) -> list[Judged]:
    """Conversations of which holds to which mode they belong, with that in which they were as they were drawn."""
    settled = load_said(store, project_id)
    held = load_held(project_id, settled) if settled else {}
    merges = load_merges(project_id) if settled else {}
    return [
        Judged(each.conversation_id, follow_merges(merges, held[key]), follow_merges(merges, said), each.propensity)
        for each, said in settled
        if (key := (each.queue, each.conversation_id)) in held
    ]


def load_said(store: Store, project_id: int) -> list[tuple[SettledReview, int]]:
    """What holds, with the number of the mode, `NONE` where reviewers said that it is none of them. Who could not tell
    said nothing."""
    settled = load_settled(store, project_id, question=Question.FAILURE_MODE)
    return [
        (each, read_mode(each.choices[0]) or NONE)
        for each in settled
        if each.choices and each.choices[0] != CANNOT_TELL
    ]


def load_held(project_id: int, settled: Sequence[tuple[SettledReview, int]]) -> dict[tuple[int, str], int]:
    """By queue and conversation the mode that Tacit had it in as it was drawn."""
    queues = {each.queue for each, _ in settled}
    items = ReviewItem.objects.filter(
        queue__project_id=project_id, queue__number__in=queues, queue__question=Question.FAILURE_MODE
    )
    told = items.values_list("queue__number", "conversation_id", "opinion")
    return {(queue, conversation_id): opinion.get("failure_mode") or NONE for queue, conversation_id, opinion in told}
