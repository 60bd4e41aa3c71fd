"""What detectors look at, from the store: conversations come in, each goes out with all that is known of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from feedback.attacks.probes import Probe
from feedback.detectors.machines import judge
from feedback.detectors.material import CallKey, Material
from feedback.detectors.tuning import Tuning
from feedback.detectors.usual import Usual
from feedback.explicit import Feedback
from feedback.norms import load_usual
from feedback.probes import load_probes
from feedback.readings import read_materials
from feedback.traffic import Surroundings, load_surroundings
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
    tuning: Tuning,
    now_ns: int,
) -> list[Material]:
    """The material of each conversation; `feedback` has what was said about each, by its id;
    `now_ns` is when they are listened to."""
    trace_ids = sorted({answer.trace_id for each in conversations for answer in each.answers})
    calls = {key_of(call): call for call in load_recent_generations(store, project_id, trace_ids)}
    runs: dict[str, list[ToolRun]] = {}
    for run in load_tool_runs(store, project_id, trace_ids):
        runs.setdefault(run.trace_id, []).append(run)
    probes = load_probes(store, project_id, conversations)
    around = load_surroundings(store, project_id, conversations)
    known = Known(calls, runs, probes, around, tuning, load_usual(store, project_id, now_ns), now_ns)
    return read_materials([gather(each, feedback[each.conversation_id], known) for each in conversations])


@dataclass(frozen=True, slots=True)
class Known:
    """What was loaded for several conversations."""

    calls: Mapping[CallKey, Generation]
    runs: Mapping[str, Sequence[ToolRun]]
    """By trace."""
    probes: Mapping[str, Sequence[Probe]]
    """By conversation."""
    around: Surroundings
    tuning: Tuning
    usual: Usual
    now_ns: int


def gather(conversation: Conversation, feedback: Sequence[Feedback], known: Known) -> Material:
    traces = dict.fromkeys(answer.trace_id for answer in conversation.answers)
    keys = {(answer.trace_id, span_id) for answer in conversation.answers for span_id in answer.generation_span_ids}
    material = Material(
        conversation=conversation,
        feedback=feedback,
        calls={key: known.calls[key] for key in keys if key in known.calls},
        tool_runs=tuple(run for trace_id in traces for run in known.runs.get(trace_id, ())),
        probes=known.probes.get(conversation.conversation_id, ()),
        tuning=known.tuning,
        usual=known.usual,
        traffic=known.around.find(conversation),
        now_ns=known.now_ns,
    )
    return replace(material, verdict=judge(material))


def key_of(call: Generation) -> CallKey:
    return call.trace_id, call.span_id
