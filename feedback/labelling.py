"""The door by which a reviewer's word on a conversation is kept: key and verdict come in, what stands now goes out."""

from feedback.estimating import estimate_keys
from feedback.labels import Label, LabelKey, load_labels, write_label
from tracing.records.excerpts import load_facts
from tracing.store import Store


class NoConversationError(Exception):
    """There is nothing to say it of."""


def label_conversation(store: Store, project_id: int, key: LabelKey, verdict: str) -> Label | None:
    """Keep what a reviewer says of a conversation, or take it back (an empty verdict); what stands now.

    The conversation is estimated again at once, unless nobody listened to it yet. Raises NoConversationError.
    """
    if load_facts(store, project_id, key.conversation_id) is None:
        raise NoConversationError(f"There is no conversation {key.conversation_id!r} here to say anything of.")
    label = write_label(store, project_id, key, verdict)
    estimate_keys(store, [(project_id, key.conversation_id)])
    return label


def take_back_label(store: Store, project_id: int, key: LabelKey) -> bool:
    """As if it had not been said; whether it had been."""
    if key not in [each.key for each in load_labels(store, project_id, key.conversation_id)]:
        return False
    write_label(store, project_id, key, "")
    estimate_keys(store, [(project_id, key.conversation_id)])
    return True
