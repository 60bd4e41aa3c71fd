"""Chunks and whole responses of the shapes that clients give, as dicts; what was said and told comes out."""

import json
from types import SimpleNamespace
from typing import Any

import pytest
from tacit.chunks import Transcript

CALL = {"id": "c1", "type": "function", "function": {"name": "look", "arguments": '{"at":"sky"}'}}
LOOK = {"type": "tool_call", "id": "c1", "name": "look", "arguments": {"at": "sky"}}


def take(*chunks: object) -> Transcript:
    transcript = Transcript()
    for chunk in chunks:
        transcript.add(chunk)
    return transcript


def read_messages(transcript: Transcript) -> list[dict[str, Any]]:
    return list(json.loads(str(transcript.describe()["gen_ai.output.messages"])))


def make_delta(index: int = 0, reason: str | None = None, **delta: object) -> dict[str, object]:
    return {"id": "r1", "model": "m", "choices": [{"index": index, "delta": delta, "finish_reason": reason}]}


def test_each_choice_is_a_message_and_the_first_is_the_text() -> None:
    transcript = take(
        make_delta(1, content="b"), make_delta(0, content="a"), make_delta(1, "stop"), make_delta(0, "length")
    )
    assert transcript.encode() == ("a", "text")
    assert [message["parts"][0]["content"] for message in read_messages(transcript)] == ["a", "b"]
    assert set(transcript.describe()["gen_ai.response.finish_reasons"]) == {"stop", "length"}  # type: ignore[arg-type]
    assert transcript.truncated


def test_reasoning_is_no_text_of_the_answer() -> None:
    transcript = take(make_delta(reasoning_content="Hm."), make_delta(content="Yes."))
    assert transcript.encode() == ("Yes.", "text")
    assert read_messages(transcript)[0]["parts"] == [
        {"type": "reasoning", "content": "Hm."},
        {"type": "text", "content": "Yes."},
    ]


def test_arguments_that_are_broken_off_stay_as_they_came() -> None:
    piece = {"index": 0, "id": "c1", "function": {"name": "look", "arguments": '{"at":'}}
    (part,) = read_messages(take(make_delta(tool_calls=[piece])))[0]["parts"]
    assert part["arguments"] == '{"at":'


def test_two_tool_calls_are_kept_apart() -> None:
    begun = [{"index": number, "id": f"c{number}", "function": {"name": "f", "arguments": ""}} for number in (0, 1)]
    ended = [{"index": number, "function": {"arguments": f'{{"n":{number}}}'}} for number in (1, 0)]
    transcript = take(*(make_delta(tool_calls=[call]) for call in (*begun, *ended)))
    parts = read_messages(transcript)[0]["parts"]
    assert [(part["id"], part["arguments"]) for part in parts] == [("c0", {"n": 0}), ("c1", {"n": 1})]


WHOLE = {
    "chat": {
        "id": "r1",
        "model": "m",
        "choices": [{"index": 0, "message": {"content": "Up.", "tool_calls": [CALL]}, "finish_reason": "tool_calls"}],
        "usage": {"prompt_tokens": 9, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 4}},
    },
    "responses": {
        "id": "r1",
        "model": "m",
        "object": "response",
        "status": "completed",
        "output": [
            {"type": "message", "content": [{"type": "output_text", "text": "Up."}]},
            {"type": "function_call", "call_id": "c1", "name": "look", "arguments": '{"at":"sky"}'},
        ],
        "usage": {"input_tokens": 9, "output_tokens": 2, "input_tokens_details": {"cached_tokens": 4}},
    },
    "messages": {
        "id": "r1",
        "model": "m",
        "type": "message",
        "content": [
            {"type": "text", "text": "Up."},
            {"type": "tool_use", "id": "c1", "name": "look", "input": {"at": "sky"}},
        ],
        "stop_reason": "tool_use",
        "usage": {"input_tokens": 5, "output_tokens": 2, "cache_read_input_tokens": 4},
    },
}


def make_object(value: Any) -> Any:
    if isinstance(value, dict):
        return SimpleNamespace(**{key: make_object(member) for key, member in value.items()})
    return [make_object(member) for member in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", WHOLE)
def test_whole_responses_are_read_as_their_streams_are(name: str) -> None:
    transcript = Transcript()
    assert transcript.add_response(WHOLE[name])
    told = transcript.describe()
    assert transcript.encode() == ("Up.", "text")
    assert transcript.finished
    assert (told["gen_ai.response.id"], told["gen_ai.response.model"]) == ("r1", "m")
    assert (told["gen_ai.usage.input_tokens"], told["gen_ai.usage.output_tokens"]) == (9, 2)
    assert told["gen_ai.usage.cache_read.input_tokens"] == 4
    (message,) = read_messages(transcript)
    assert message == {
        "role": "assistant",
        "parts": [{"type": "text", "content": "Up."}, LOOK],
        "finish_reason": "tool_call",
    }


def test_objects_are_read_as_dicts_are() -> None:
    transcript = Transcript()
    assert transcript.add_response(make_object(WHOLE["chat"]))
    assert transcript.encode() == ("Up.", "text")
    assert transcript.describe()["gen_ai.usage.input_tokens"] == 9


def test_a_response_that_was_not_finished_says_why() -> None:
    events = (
        {"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "delta": "Up"},
        {
            "type": "response.incomplete",
            "response": {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}},
        },
    )
    assert take(*events).truncated


@pytest.mark.parametrize(
    ("chunk", "text"),
    [
        (SimpleNamespace(content="hi", response_metadata={}), "hi"),  # LangChain
        ({"message": {"role": "assistant", "content": "hi"}, "done": False}, "hi"),  # Ollama
        (SimpleNamespace(text="hi", candidates=[]), "hi"),  # Gemini
    ],
)
def test_of_other_clients_the_text_is_read_and_nothing_is_told(chunk: object, text: str) -> None:
    transcript = take(chunk)
    assert transcript.encode() == (text, "text")
    assert transcript.describe() == {}


class Hostile:
    def __getattr__(self, name: str) -> object:
        raise RuntimeError(name)


def test_a_chunk_whose_fields_raise_is_described() -> None:
    text, kind = take(Hostile()).encode()
    assert kind == "json"
    assert "Hostile" in text


@pytest.mark.parametrize("choices", [[None], ["x"], [{"delta": 3}], [{"index": "x", "delta": {"tool_calls": [None]}}]])
def test_broken_chunks_of_a_known_shape_do_no_harm(choices: list[object]) -> None:
    take({"choices": choices, "usage": "many"}).describe()
