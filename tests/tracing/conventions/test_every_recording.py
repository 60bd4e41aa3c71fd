"""Every model call that a recording's README tells is found once, sent twice, and says what was said."""

import pytest

from tests.tracing.conventions.dialogues import ANSWER, FIND_ORDER, QUESTION, STORY, load_recorded_spans, read_recording
from tests.tracing.recordings import DIRECTORY
from tracing.conventions import anthropic_client
from tracing.generations import Generation
from tracing.store import Store

EVERY = sorted(path.name.removesuffix(".json.gz") for path in DIRECTORY.glob("*.json.gz"))
RECORDINGS = [name for name in EVERY if not name.startswith(("more-", "retrieval-"))]
CALLS = {"plain": 1, "tool": 2, "stream": 1, "abandoned": 1, "error": 1, "responses": 1}
UNSENT = {
    "langfuse-openai-js": {"abandoned"},
    "litellm-otel": {"abandoned"},
    "mlflow-openai": {"abandoned"},
    "openinference-openai-js": {"abandoned", "error"},
    "older-openai-v2": {"responses"},
    "older-openinference-openai": {"abandoned"},
    "older-traceloop-openai": {"abandoned", "responses"},
    "older-vercel-ai-sdk": {"abandoned", "responses"},
    "openinference-langchain-js": {"abandoned"},
    "openlit-openai": {"abandoned"},
    "traceloop-openai-js": {"abandoned", "error"},
    "strands-agent": {"stream", "abandoned"},
}
"""Dialogues whose calls leave no span, or, with Strands, were not held."""
NO_RESPONSES = ("anthropic", "langchain", "google", "agent", "llama-index", "pydantic-ai", "litellm")
READ_ON = {("older-pydantic-ai", "abandoned")}
"""Streams that the app left, but its framework read to their end."""
UNANSWERED = {("older-logfire-openai", "responses")}
UNCOUNTED = UNANSWERED | {
    ("older-traceloop-openai", "stream"),
    ("openinference-llama-index", "stream"),
    ("openinference-llama-index", "tool"),
    ("openinference-openai-js", "stream"),
    ("traceloop-openai-js", "stream"),
}
"""Calls whose answers or tokens are not told."""
EMBEDDINGS = {"openai.embeddings", "OpenAI.embeddings"}
IN_TOKENS, OUT_TOKENS = 31, 9
MARKS = {
    "openinference.span.kind": "LLM",
    "langfuse.observation.type": "generation",
    "gen_ai.operation.name": "chat",
    "langsmith.span.kind": "llm",
    "lmnr.span.type": "LLM",
    "mlflow.spanType": '"CHAT_MODEL"',
}
"""By which a span says that it is a call of a model."""


def cut_version(recording: str) -> str:
    return recording.rpartition("-")[0]


def expect(recording: str) -> list[str]:
    """The dialogue of each call."""
    name = cut_version(recording)
    held = {dialogue for dialogue in CALLS if dialogue != "responses" or not any(each in name for each in NO_RESPONSES)}
    return sorted(dialogue for dialogue in held - UNSENT.get(name, set()) for _ in range(CALLS[dialogue]))


def name_dialogue(call: Generation) -> str:
    """By what is true of the call, for some tell no conversation."""
    if not call.conversation_id_derived:
        return call.conversation_id
    if call.request_model == "broken":
        return "error"
    if call.user_text == STORY:
        return "abandoned"
    if call.user_text == "Where is my order?":
        return "responses"
    is_of_tool = call.tool_definitions or "tool" in {each.role for each in call.input_messages}
    return "tool" if is_of_tool else "stream" if call.streamed else "plain"


@pytest.mark.parametrize("recording", RECORDINGS)
def test_each_call_that_was_made_is_found_once_and_says_what_was_said(migrated_store: Store, recording: str) -> None:
    calls = [call for call in read_recording(migrated_store, recording) if call.convention != anthropic_client.NAME]
    names = [name_dialogue(call) for call in calls]
    assert sorted(names) == expect(recording)
    for name, call in zip(names, calls, strict=True):
        check(recording, name, call)


def check(recording: str, name: str, call: Generation) -> None:
    expected = {"abandoned": "stopped", "error": "error"}.get(name, "completed")
    if (cut_version(recording), name) in READ_ON:
        return
    assert call.outcome == expected
    assert call.ended_by in (("unknown", "app_code") if expected == "stopped" else ("",))
    assert bool(call.error_type) == (expected == "error")
    if expected != "completed":
        return
    is_uncounted = (cut_version(recording), name) in UNCOUNTED
    assert (call.input_tokens, call.output_tokens) == ((None, None) if is_uncounted else (IN_TOKENS, OUT_TOKENS))
    assert call.user_text == ("Where is my order?" if name == "responses" else QUESTION)
    called = [each for message in call.output_messages for each in message.tool_calls]
    assert call.answer == ("" if called or (cut_version(recording), name) in UNANSWERED else ANSWER)
    assert [(each.name, each.arguments) for each in called] in ([], [(FIND_ORDER.name, FIND_ORDER.arguments)])


@pytest.mark.parametrize("recording", EVERY)
def test_no_span_that_says_it_is_a_call_is_left_out(migrated_store: Store, recording: str) -> None:
    """But for those that frame several or prepare one, embeddings called so, and what LangChain's span tells."""
    calls = read_recording(migrated_store, recording)
    told = {span_id for call in calls for span_id in (call.span_id, *call.other_span_ids)}
    spans = load_recorded_spans(migrated_store, recording)
    framing = {span.parent_span_id for span in spans}
    marked = [span for span in spans if any(span.attributes.get(name) == mark for name, mark in MARKS.items())]
    left = [span for span in marked if span.span_id not in told and span.span_id not in framing]
    none = {"OpenAI._prepare_chat_with_tools", "ChatPromptTemplate", *EMBEDDINGS}
    told_outside = {"openai.response"} if recording.startswith("more-traceloop-langchain") else set()
    assert {span.name for span in left} <= none | told_outside
