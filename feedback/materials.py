"""What detectors look at, from the store: conversations come in, each goes out with all that is known of it."""

from collections.abc import Mapping, Sequence

from feedback.detectors.material import CallKey, Material
from feedback.detectors.tuning import SHIPPED, Tuning
from feedback.explicit import Feedback
from tracing.conversations import Conversation
from tracing.generations import Generation
from tracing.records import load_recent_generations, load_tool_runs
from tracing.store import Store
from tracing.tool_runs import ToolRun


def load_materials(
    store: Store,
    project_id: int,
    conversations: Sequence[Conversation],
    feedback: Mapping[str, Sequence[Feedback]],
    tuning: Tuning = SHIPPED,
) -> list[Material]:
    """The material of each conversation; `feedback` has what was said about each, by its id."""
    trace_ids = sorted({answer.trace_id for each in conversations for answer in each.answers})
    calls = {key_of(call): call for call in load_recent_generations(store, project_id, trace_ids)}
    runs: dict[str, list[ToolRun]] = {}
    for run in load_tool_runs(store, project_id, trace_ids):
        runs.setdefault(run.trace_id, []).append(run)
    return [gather(each, feedback[each.conversation_id], calls, runs, tuning) for each in conversations]


def gather(
    conversation: Conversation,
    feedback: Sequence[Feedback],
    calls: Mapping[CallKey, Generation],
    runs: Mapping[str, Sequence[ToolRun]],
    tuning: Tuning,
) -> Material:
    traces = dict.fromkeys(answer.trace_id for answer in conversation.answers)
    keys = {(answer.trace_id, span_id) for answer in conversation.answers for span_id in answer.generation_span_ids}
    return Material(
        conversation,
        feedback,
        {key: calls[key] for key in keys if key in calls},
        tuple(run for trace_id in traces for run in runs.get(trace_id, ())),
        tuning,
    )


def key_of(call: Generation) -> CallKey:
    return call.trace_id, call.span_id
