"""How sure a model was of its words, measured while its answer arrives."""

import math
from typing import Any

import pytest
from tacit.answers import Answer
from tacit.anthropic_chunks import read_message
from tacit.openai_chunks import read_completion, read_event, read_response

SURE = {"token": "It", "logprob": -0.5, "top_logprobs": [{"logprob": -0.5}, {"logprob": -0.5}]}
UNSURE = {"token": " left", "logprob": -1.5, "top_logprobs": []}
MEASURED = {
    "tacit.logprob.mean": pytest.approx(-1.0),
    "tacit.logprob.min": -1.5,
    "tacit.logprob.entropy": pytest.approx(math.log(2)),
}


def describe(answer: Answer) -> dict[str, Any]:
    return {key: value for key, value in answer.describe().items() if key.startswith("tacit.logprob")}


def make_choice(*tokens: Any, index: int = 0) -> dict[str, Any]:
    return {"index": index, "delta": {"content": "It left"}, "logprobs": {"content": list(tokens)}}


def test_tokens_of_a_completion_are_measured_whole_or_in_chunks() -> None:
    whole, chunks = Answer(), Answer()
    read_completion({"choices": [make_choice(SURE, UNSURE)]}, whole)
    read_completion({"choices": [make_choice(SURE)]}, chunks)
    read_completion({"choices": [make_choice(UNSURE)]}, chunks)
    assert describe(whole) == describe(chunks) == MEASURED


def test_tokens_of_a_response_are_measured_whole_or_in_events() -> None:
    whole, events = Answer(), Answer()
    part = {"type": "output_text", "text": "It left", "logprobs": [SURE, UNSURE]}
    read_response({"output": [{"type": "message", "content": [part]}]}, whole)
    for token in (SURE, UNSURE):
        read_event({"type": "response.output_text.delta", "delta": "x", "logprobs": [token]}, events)
    assert describe(whole) == describe(events) == MEASURED


def test_only_the_first_answer_is_measured() -> None:
    answer = Answer()
    read_completion({"choices": [make_choice(SURE, UNSURE), make_choice({"logprob": -9.0}, index=1)]}, answer)
    assert describe(answer) == MEASURED


@pytest.mark.parametrize("logprob", [None, True, "-1", float("nan"), float("-inf"), 1.0, -1e9])
def test_what_is_no_log_probability_is_not_counted(logprob: Any) -> None:
    answer = Answer()
    read_completion({"choices": [make_choice({"logprob": logprob}, "rubbish", None)]}, answer)
    assert describe(answer) == {}
    read_completion({"choices": [{"index": 0, "logprobs": "rubbish"}]}, answer)
    assert describe(answer) == {}


def test_audio_and_an_hours_cache_are_counted() -> None:
    answer = Answer()
    usage = {"prompt_tokens_details": {"audio_tokens": 7}, "completion_tokens_details": {"audio_tokens": 3}}
    read_completion({"usage": usage}, answer)
    assert answer.usage == {"gen_ai.usage.input_audio_tokens": 7, "gen_ai.usage.output_audio_tokens": 3}
    claudes = Answer()
    read_message({"usage": {"cache_creation": {"ephemeral_1h_input_tokens": 5}}}, claudes)
    assert claudes.usage == {"gen_ai.usage.cache_creation.ephemeral_1h_input_tokens": 5}
