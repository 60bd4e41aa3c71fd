"""Tokens of a call, however its source counts them: bodies of providers' APIs come in, one `Usage` goes out.

In a `Usage` the input has the cached tokens in it and the output those spent on reasoning, as the GenAI conventions
want it; Anthropic's API and Langfuse count them beside.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from tracing.conventions.messages import parse_json
from tracing.conventions.shared_attributes import LARGEST_NUMBER, pick_int

INPUT_DETAILS = ("prompt_tokens_details", "input_tokens_details", "input_token_details")
OUTPUT_DETAILS = ("completion_tokens_details", "output_tokens_details", "output_token_details")
WRITTEN_BY_TERM = ("ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens")
"""Anthropic's tokens that are written into the cache, by how long they are kept."""
NOT_EXCLUSIVE = ("priority",)
"""Beginnings of Langfuse's categories that count tokens of the others again."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of a call, by the names of `Generation`. None means not reported."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_tokens: int | None = None
    cache_write_tokens: int | None = None
    cache_write_1h_tokens: int | None = None
    reasoning_tokens: int | None = None
    audio_input_tokens: int | None = None
    audio_output_tokens: int | None = None

    def as_fields(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in TOKEN_FIELDS}


TOKEN_FIELDS = tuple(field.name for field in fields(Usage))


def read_usage(value: Any) -> Usage:
    """The usage of a body: of the APIs of OpenAI, Anthropic or Gemini, of LangChain, or of Langfuse."""
    usage = parse_json(value)
    if not isinstance(usage, dict):
        return Usage()
    if "input" in usage or "output" in usage:
        return read_exclusive(usage)
    if "promptTokenCount" in usage or "prompt_token_count" in usage:
        return read_gemini(usage)
    details = find_details(usage, INPUT_DETAILS), find_details(usage, OUTPUT_DETAILS)
    return read_detailed(usage, *details) if any(details) else read_anthropic(usage)


def read_detailed(usage: Mapping[str, Any], inside: Mapping[str, Any], spent: Mapping[str, Any]) -> Usage:
    """Counts with their details inside, as of OpenAI's APIs and of LangChain's messages."""
    return Usage(
        input_tokens=pick_int(usage, ("prompt_tokens", "input_tokens")),
        output_tokens=pick_int(usage, ("completion_tokens", "output_tokens")),
        cache_read_tokens=pick_int(inside, ("cached_tokens", "cache_read")),
        cache_write_tokens=add_counts(
            (pick_int(inside, ("cache_write_tokens", "cache_creation")), *pick_written(inside))
        ),
        cache_write_1h_tokens=pick_int(inside, WRITTEN_BY_TERM[1:]),
        reasoning_tokens=pick_int({**usage, **spent}, ("reasoning_tokens", "reasoning")),
        audio_input_tokens=pick_int(inside, ("audio_tokens", "audio")),
        audio_output_tokens=pick_int(spent, ("audio_tokens", "audio")),
    )


def read_anthropic(usage: Mapping[str, Any]) -> Usage:
    """Counts whose cached tokens stand beside the input."""
    read = pick_int(usage, ("cache_read_input_tokens",))
    by_term = find_details(usage, ("cache_creation",))
    written = pick_int(usage, ("cache_creation_input_tokens",))
    written = add_counts(pick_written(by_term)) if written is None else written
    counted = pick_int(usage, ("prompt_tokens", "input_tokens"))
    return Usage(
        input_tokens=None if counted is None else add_counts((counted, read, written)),
        output_tokens=pick_int(usage, ("completion_tokens", "output_tokens")),
        cache_read_tokens=read,
        cache_write_tokens=written,
        cache_write_1h_tokens=pick_int(by_term, WRITTEN_BY_TERM[1:]),
        reasoning_tokens=pick_int(usage, ("reasoning_tokens",)),
    )


def read_exclusive(usage: Mapping[str, Any]) -> Usage:
    """Langfuse's: categories of which no token is in two, those of `input_cache_read` are not among `input`."""
    asked, answered = (sum_category(usage, name) for name in ("input", "output"))
    beside = [pick_int(usage, (name,)) for name in ("cache_read_input_tokens", "cache_creation_input_tokens")]
    by_term = {name.removeprefix("input_"): value for name, value in usage.items()}
    return Usage(
        input_tokens=add_counts((asked, *beside)),
        output_tokens=answered,
        cache_read_tokens=pick_int(usage, ("input_cache_read", "input_cached_tokens", "cache_read_input_tokens")),
        cache_write_tokens=add_counts(
            (pick_int(usage, ("input_cache_creation", "cache_creation_input_tokens")), *pick_written(by_term))
        ),
        cache_write_1h_tokens=pick_int(by_term, WRITTEN_BY_TERM[1:]),
        reasoning_tokens=pick_int(usage, ("output_reasoning", "output_reasoning_tokens")),
        audio_input_tokens=pick_int(usage, ("input_audio", "input_audio_tokens")),
        audio_output_tokens=pick_int(usage, ("output_audio", "output_audio_tokens")),
    )


def read_gemini(usage: Mapping[str, Any]) -> Usage:
    """Of Gemini's API, in either spelling; thoughts are counted beside the answer."""
    told = {name.replace("_", "").lower(): value for name, value in usage.items()}
    thoughts = pick_int(told, ("thoughtstokencount",))
    answered = pick_int(told, ("candidatestokencount",))
    return Usage(
        input_tokens=pick_int(told, ("prompttokencount",)),
        output_tokens=None if answered is None else add_counts((answered, thoughts)),
        cache_read_tokens=pick_int(told, ("cachedcontenttokencount",)),
        reasoning_tokens=thoughts,
        audio_input_tokens=count_audio(told.get("prompttokensdetails")),
        audio_output_tokens=count_audio(told.get("candidatestokensdetails")),
    )


def count_audio(details: Any) -> int | None:
    listed = details if isinstance(details, list) else []
    audio = [each for each in listed if isinstance(each, dict) and str(each.get("modality")).upper() == "AUDIO"]
    return add_counts(pick_int(each, ("tokenCount", "token_count")) for each in audio)


def sum_category(usage: Mapping[str, Any], name: str) -> int | None:
    """All tokens of the input or of the output: `input` and every `input_…`."""
    told = [key for key in usage if key == name or key.startswith(f"{name}_")]
    exclusive = [key for key in told if not key.removeprefix(f"{name}_").startswith(NOT_EXCLUSIVE)]
    return add_counts(pick_int(usage, (key,)) for key in exclusive)


def pick_written(details: Mapping[str, Any]) -> tuple[int | None, ...]:
    return tuple(pick_int(details, (name,)) for name in WRITTEN_BY_TERM)


def find_details(usage: Mapping[str, Any], names: Iterable[str]) -> Mapping[str, Any]:
    found = (usage.get(name) for name in names)
    return next((each for each in found if isinstance(each, dict)), {})


def add_counts(counts: Iterable[int | None]) -> int | None:
    """Sum of what is known; None where nothing is, and for an absurd sum, which the store could not hold."""
    known = [count for count in counts if count is not None]
    return sum(known) if known and sum(known) <= LARGEST_NUMBER else None
