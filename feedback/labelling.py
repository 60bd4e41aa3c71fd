"""The door by which a reviewer's word on a conversation is kept: key and verdict come in, what stands now goes out."""

from collections.abc import Mapping

from feedback.estimating import estimate_keys
from feedback.labels import Label, LabelKey, load_labels, load_own_verdicts, write_label, write_labels
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


def label_conversations(
    store: Store, project_id: int, verdicts: Mapping[str, str], kind: str, said_by: str
) -> dict[str, str]:
    """Keep what a reviewer says of several conversations that there are, by id; what they said before of those that
    change, empty where that was nothing. The conversations are estimated again at once."""
    before = load_own_verdicts(store, project_id, list(verdicts), kind, said_by)
    changed = {key: verdict for key, verdict in verdicts.items() if before.get(key, "") != verdict}
    if changed:
        write_labels(store, project_id, {LabelKey(key, kind, said_by): verdict for key, verdict in changed.items()})
        estimate_keys(store, [(project_id, key) for key in changed])
    return {key: before.get(key, "") for key in changed}


def take_back_label(store: Store, project_id: int, key: LabelKey) -> bool:
    """As if it had not been said; whether it had been."""
    if key not in [each.key for each in load_labels(store, project_id, key.conversation_id)]:
        return False
    write_label(store, project_id, key, "")
    estimate_keys(store, [(project_id, key.conversation_id)])
    return True
