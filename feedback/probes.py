"""What users tried elsewhere, from the store: conversations come in, doubtful messages of their users go out."""

from collections.abc import Sequence

from feedback.attacks.probes import MOST_COMPARED, WINDOW_NS, Probe
from feedback.detectors.prompt_attack import DOUBTFUL
from tracing.conversations import Conversation
from tracing.store import Store

MOST_LOOKED_AT = 10_000
"""Doubtful messages of a day, the latest, whose users are looked up."""


def load_probes(store: Store, project_id: int, conversations: Sequence[Conversation]) -> dict[str, list[Probe]]:
    """For each conversation, by id, the latest of its user's doubtful messages in other ones, from a day before its
    first turn to its last, by time. A conversation without a user has none."""
    named = [each for each in conversations if each.user_id and each.turns]
    if not named:
        return {}
    doubtful = store.query(
        "feedback/sql/doubtful_messages.sql",
        project_id=project_id,
        since_ns=min(each.start_time_ns for each in named) - WINDOW_NS,
        until_ns=max(each.end_time_ns for each in named),
        doubtful=DOUBTFUL,
        limit=MOST_LOOKED_AT,
    )
    places = {(row["conversation_id"], row["turn_index"]) for row in doubtful}
    if not places:
        return {}
    rows = store.query(
        "feedback/sql/probes_of_users.sql",
        project_id=project_id,
        conversation_ids=sorted({conversation_id for conversation_id, _ in places}),
        turn_indexes=sorted({turn_index for _, turn_index in places}),
        user_ids=sorted({each.user_id for each in named}),
    )
    by_user: dict[str, list[tuple[str, Probe]]] = {}
    for row in rows:
        if (row["conversation_id"], row["turn_index"]) not in places:
            continue
        by_user.setdefault(row["user_id"], []).append((row["conversation_id"], Probe(row["time_ns"], row["text"])))
    return {each.conversation_id: choose_probes(each, by_user.get(each.user_id, ())) for each in named}


def choose_probes(conversation: Conversation, probes: Sequence[tuple[str, Probe]]) -> list[Probe]:
    """Those of other conversations in its time, of which at most the latest that are compared."""
    since_ns, until_ns = conversation.start_time_ns - WINDOW_NS, conversation.end_time_ns
    chosen = [
        probe
        for conversation_id, probe in probes
        if conversation_id != conversation.conversation_id and since_ns <= probe.time_ns < until_ns
    ]
    return sorted(chosen, key=lambda each: each.time_ns)[-MOST_COMPARED:]
