"""What was said about answers becomes feedback, and conversations that changed are listened to again: signals go out.

Both are stages that find their work in the store and may run twice; see `tracing.stages`.
"""

import time
from collections.abc import Sequence

from feedback.detectors import detect_signals
from feedback.evaluations import list_events, read_evaluation
from feedback.explicit import read_feedback
from feedback.records import ConversationSignals, load_feedback_of, write_feedback, write_signals
from tracing.records import load_conversations, load_logs, load_spans
from tracing.stages import Key, Stage, group_by_project
from tracing.store import Store

FEEDBACK = Stage("feedback", "feedback/sql/changed_feedback.sql", "feedback/sql/lag_of_feedback.sql", batch_size=2_000)
SIGNALS = Stage("signals", "feedback/sql/changed_conversations.sql", "feedback/sql/lag_of_signals.sql", batch_size=500)

LOG_PREFIX = "log:"
"""Before the id of a log record, where it stands for itself; ids of traces are hexadecimal."""


def read_changed_feedback(store: Store) -> int:
    """One batch of the stage `feedback`; the number of traces read."""
    return FEEDBACK.run(store, lambda keys: derive_feedback(store, keys))


def derive_changed_signals(store: Store) -> int:
    """One batch of the stage `signals`; the number of conversations done."""
    return SIGNALS.run(store, lambda keys: derive_signals(store, keys))


def derive_feedback(store: Store, keys: Sequence[Key]) -> None:
    """Write the feedback that these traces, and evaluation results of no trace, carry (project, id)."""
    for project_id, ids in group_by_project(keys).items():
        trace_ids = [each for each in ids if not each.startswith(LOG_PREFIX)]
        log_ids = [int(each.removeprefix(LOG_PREFIX)) for each in ids if each.startswith(LOG_PREFIX)]
        spans = load_spans(store, project_id, trace_ids)
        logs = load_logs(store, project_id, trace_ids, log_ids)
        events = [*logs, *(event for span in spans for event in list_events(span))]
        found = [each for each in (*map(read_feedback, spans), *map(read_evaluation, events)) if each is not None]
        latest = {feedback.identifier: feedback for feedback in sorted(found, key=lambda each: each.time_ns)}
        write_feedback(store, list(latest.values()), version=time.time_ns() // 1000)


def derive_signals(store: Store, keys: Sequence[Key]) -> None:
    """Run every detector over these conversations (project, conversation id) and write what they say now."""
    for project_id, conversation_ids in group_by_project(keys).items():
        conversations = list(load_conversations(store, project_id, conversation_ids).values())
        feedback = load_feedback_of(store, project_id, conversations)
        found = [
            ConversationSignals(each, detect_signals(each, feedback[each.conversation_id])) for each in conversations
        ]
        write_signals(store, project_id, found, conversation_ids, version=time.time_ns() // 1000)
