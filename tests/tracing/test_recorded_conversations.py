"""What becomes of recorded calls that resend their history and have no ids, and of agents that ask another agent."""

import gzip
import json
from pathlib import Path

import pytest
from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.tracing.recordings import DIRECTORY
from tracing.conversations import Conversation
from tracing.derivation import derive_traces
from tracing.models import Project
from tracing.receive.decoding import decode_logs, decode_spans
from tracing.records import load_conversations, load_generations
from tracing.store import Store

RECORDINGS = sorted(DIRECTORY.glob("more-*.json.gz"))
RESENT = [
    ("Do you sell laces for the Alta?", "Yes, in brown and in grey."),
    ("Which ones hold longer?", "The grey ones."),
    ("Then two pairs of those, please.", "Two pairs of grey laces are in your basket."),
]
EDITED = [
    ("Which boots are good for snow?", "The Alta.", None),
    ("And for children?", "The Alta Mini, from size 28.", None),
    ("And for women?", "The Alta W, from size 35.", 0),
    ("How much is it?", "189 EUR.", None),
]
TASK = "Find my order 4711 and tell me who brings it."
DONE = "Your order left on Monday, and Blue Parcel brings it on Tuesday."
WITH_AGENTS = (
    "genai-langchain",
    "langsmith-langchain",
    "openinference-langchain",
    "openinference-openai-agents",
    "pydantic-ai",
    "traceloop-langchain",
    "vercel-ai-sdk",
)


def derive_recording(store: Store, path: Path) -> list[Conversation]:
    """Its conversations, by their beginning."""
    recorded = json.loads(gzip.decompress(path.read_bytes()))
    spans = decode_spans(ParseDict(recorded["traces"], ExportTraceServiceRequest()), 1)
    store.insert("otel_traces", spans.columns)
    logs = decode_logs(ParseDict(recorded["logs"], ExportLogsServiceRequest()), 1)
    if len(logs):
        store.insert("otel_logs", logs.columns)
    trace_ids = sorted(set(spans.columns["TraceId"]))
    derive_traces(store, [(1, trace_id) for trace_id in trace_ids])
    calls = load_generations(store, 1, trace_ids)
    found = load_conversations(store, 1, sorted({call.conversation_id for call in calls})).values()
    return sorted(found, key=lambda conversation: conversation.turns[0].answer.start_time_ns)


def cut_version(path: Path) -> str:
    return path.name.removeprefix("more-").rpartition("-")[0]


@pytest.mark.parametrize("path", RECORDINGS, ids=cut_version)
def test_calls_that_resend_their_history_are_one_conversation_with_its_edited_message(
    path: Path, store: Store, project: Project
) -> None:
    found = derive_recording(store, path)
    [resent] = [each for each in found if each.turns[0].user_text == RESENT[0][0]]
    assert [(turn.user_text, turn.answer.text) for turn in resent.turns] == RESENT
    [edited] = [each for each in found if each.turns[0].user_text == EDITED[0][0]]
    assert [(turn.user_text, turn.answer.text, turn.follows) for turn in edited.turns] == EDITED
    # Pydantic AI makes up an id for each run, and carries it on with the messages.
    assert resent.derived == edited.derived == (cut_version(path) != "pydantic-ai")


@pytest.mark.parametrize("path", [path for path in RECORDINGS if cut_version(path) in WITH_AGENTS], ids=cut_version)
def test_an_agent_that_asks_another_answers_in_one_turn(path: Path, store: Store, project: Project) -> None:
    [agent] = [each for each in derive_recording(store, path) if each.conversation_id == "agent"]
    assert [(turn.user_text, turn.answer.text) for turn in agent.turns] == [(TASK, DONE)]
    assert len(agent.turns[0].answer.generation_span_ids) == 5


@pytest.mark.parametrize("path", RECORDINGS, ids=cut_version)
def test_what_was_asked_by_a_prompt_stands_in_the_words_of_the_prompt(
    path: Path, store: Store, project: Project
) -> None:
    prompted = [each for each in derive_recording(store, path) if each.conversation_id == "prompt"]
    assert {turn.user_text for each in prompted for turn in each.turns} <= {"Where is my order 4711?"}
