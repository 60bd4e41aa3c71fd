"""What recordings of more dialogues tell of settings, media, prompts, certainty and resumed histories."""

import math
from typing import Any

import pytest

from tests.tracing.conventions.dialogues import read_recording
from tests.tracing.recordings import DIRECTORY
from tracing.generations import Generation
from tracing.store import Store

ASKED: dict[str, Any] = {
    "temperature": 0.2,
    "top_p": 0.9,
    "top_k": 40,
    "max_tokens": 300,
    "seed": 7,
    "stop_sequences": ["END"],
    "frequency_penalty": 0.1,
    "presence_penalty": 0.3,
    "logprobs": True,
    "top_logprobs": 2,
    "reasoning.level": "low",
    "response_format": {"type": "text"},
    "output.type": "text",
}
"""What was really asked for, if it was."""
PENALTIES = "frequency_penalty presence_penalty"
OF_CLAUDE = "temperature top_p top_k max_tokens stop_sequences"
WHOLE = f"temperature top_p max_tokens seed stop_sequences {PENALTIES} logprobs top_logprobs reasoning.level"
TOLD = {
    "genai-anthropic": OF_CLAUDE,
    "genai-langchain": f"top_p max_tokens seed stop_sequences {PENALTIES}",
    "genai-openai": f"temperature top_p max_tokens seed stop_sequences output.type {PENALTIES}",
    "laminar-openai": f"temperature top_p reasoning.level {PENALTIES}",
    "langfuse-openai": f"temperature top_p max_tokens seed reasoning.level {PENALTIES}",
    "langsmith-langchain": "max_tokens stop_sequences",
    "langsmith-openai": f"{WHOLE} response_format",
    "logfire-openai": f"temperature top_p seed stop_sequences {PENALTIES}",
    "mlflow-openai": f"{WHOLE} response_format",
    "openinference-anthropic": OF_CLAUDE,
    "openinference-langchain": f"top_p max_tokens seed stop_sequences {PENALTIES} logprobs top_logprobs",
    "openinference-openai": f"{WHOLE} response_format",
    "openlit-openai": f"temperature top_p seed stop_sequences {PENALTIES}",
    "pydantic-ai": f"temperature top_p max_tokens seed {PENALTIES}",
    "tacit-openai": f"temperature top_p max_tokens seed stop_sequences output.type reasoning.level {PENALTIES}",
    "traceloop-langchain": "top_p max_tokens",
    "traceloop-openai": f"temperature top_p reasoning.level response_format {PENALTIES}",
    "vercel-ai-sdk": f"temperature top_p max_tokens stop_sequences {PENALTIES}",
}
"""The settings that each instrumentation tells."""
CERTAIN = ("laminar-openai", "langsmith-langchain", "langsmith-openai", "mlflow-openai", "openinference-langchain")
CERTAIN += ("openinference-openai", "openinference-openai-agents", "tacit-openai")
"""Those that tell log-probabilities."""
RESUMING = (
    "langsmith-langchain",
    "langsmith-openai",
    "mlflow-openai",
    "openinference-langchain",
    "openinference-openai",
)
RESUMING += ("openinference-openai-agents", "tacit-openai")
"""Those that tell which response a call goes on from."""
PICTURED = sorted(
    {path.name.split("-", 1)[1].rpartition("-")[0] for path in DIRECTORY.glob("more-*.json.gz")} - {"traceloop-openai"}
)
"""Traceloop writes nothing of an input with a picture for OpenAI's client."""
COLOURS, PICTURES, SHOP = "Which colours are there?", "What is on these pictures?", "Do you have a shop in town?"


def find_calls(store: Store, name: str, question: str) -> list[Generation]:
    return [call for call in read_recording(store, f"more-{name}") if call.user_text == question]


@pytest.mark.parametrize("name", TOLD)
def test_settings_are_told_as_they_were_asked(migrated_store: Store, name: str) -> None:
    for call in find_calls(migrated_store, name, COLOURS):
        assert call.parameters == {setting: ASKED[setting] for setting in TOLD[name].split()}


@pytest.mark.parametrize("name", CERTAIN)
def test_certainty_is_that_of_the_answers_words(migrated_store: Store, name: str) -> None:
    call = find_calls(migrated_store, name, COLOURS)[0]
    least = 1 / (1 + math.exp(-1))
    entropy = -least * math.log(least) - (1 - least) * math.log(1 - least)
    assert (call.logprob_mean, call.logprob_min) == (-0.4375, -0.75)
    assert call.logprob_entropy == pytest.approx(entropy)


@pytest.mark.parametrize("name", RESUMING)
def test_a_call_that_goes_on_from_a_response_names_it(migrated_store: Store, name: str) -> None:
    [first] = find_calls(migrated_store, name, SHOP)
    [second] = find_calls(migrated_store, name, "When is it open?")
    assert first.response_id.startswith("resp_")
    assert (first.previous_response_id, second.previous_response_id) == ("", first.response_id)


@pytest.mark.parametrize("name", PICTURED)
def test_pictures_are_noted_beside_the_text(migrated_store: Store, name: str) -> None:
    [call] = find_calls(migrated_store, name, PICTURES)
    [message] = call.input_messages
    media = [part for part in message.parts if part.get("type") != "text"]
    assert 1 <= len(media) <= 2
    assert all("image" in str(part) or "sole.jpg" in str(part) for part in media)


@pytest.mark.parametrize(
    "name", ["langfuse-openai", "langsmith-openai", "logfire-openai", "mlflow-openai", "tacit-openai"]
)
def test_tokens_of_sound_are_counted(migrated_store: Store, name: str) -> None:
    [call] = find_calls(migrated_store, name, "What do I say here?")
    assert (call.audio_input_tokens, call.input_tokens) == (12, 31)


def test_tokens_written_for_an_hour_are_told_of_those_written(migrated_store: Store) -> None:
    written, read = find_calls(migrated_store, "openinference-anthropic", "How often do I wax my boots?")
    assert (written.input_tokens, written.cache_write_tokens, written.cache_write_1h_tokens) == (31, 16, 16)
    assert (read.input_tokens, read.cache_read_tokens, read.cache_write_1h_tokens) == (31, 16, 0)


@pytest.mark.parametrize(
    ("name", "prompt"),
    [
        ("langfuse-openai", ("find_order", "3", {})),
        ("langsmith-langchain", ("find_order", "3f2a", {"order": 4711})),
        ("openinference-openai", ("", "3", {"order": 4711})),
        ("tacit-openai", ("find_order", "3", {"order": 4711})),
        ("traceloop-openai", ("", "3", {"order": 4711})),
    ],
)
def test_a_prompt_has_the_name_the_version_and_the_variables_that_were_told(
    migrated_store: Store, name: str, prompt: tuple[str, str, dict[str, Any]]
) -> None:
    [call] = find_calls(migrated_store, name, "Where is my order 4711?")
    assert (call.prompt_name, call.prompt_version, call.prompt_variables) == prompt


@pytest.mark.parametrize("name", ["genai-langchain", "langsmith-langchain", "openinference-langchain", "pydantic-ai"])
def test_an_agent_beneath_an_agent_makes_calls_of_its_own(migrated_store: Store, name: str) -> None:
    asked = [call.user_text for call in read_recording(migrated_store, f"more-{name}")]
    assert asked.count("Find my order 4711 and tell me who brings it.") == 3
    assert asked.count("Who brings order 4711?") == 2


def test_a_response_without_a_known_finish_reason_is_no_error(migrated_store: Store) -> None:
    [call] = find_calls(migrated_store, "genai-langchain", SHOP)
    assert (call.outcome, call.answer) == ("completed", "Yes, at the harbour.")


def test_a_client_within_langchain_that_begins_a_trace_of_its_own_tells_no_call_again(migrated_store: Store) -> None:
    """Its headers name the span of LangChain's call, which is in another trace."""
    calls = read_recording(migrated_store, "more-traceloop-langchain")
    asked = [call.user_text for call in calls if call.conversation_id == "resumed"]
    assert asked == [SHOP, "When is it open?"]
