"""Bodies of requests become the messages, parts and tools of the conventions, whatever they hold."""

import json
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tacit.clients.anthropic_requests import read_messages_request
from tacit.clients.messages import encode_messages
from tacit.clients.openai_requests import read_chat_request, read_embeddings_request, read_responses_request
from tacit.serialisation import LENGTH_LIMIT

READERS = [read_chat_request, read_responses_request, read_embeddings_request, read_messages_request]
NAMES = [
    *("messages", "input", "tools", "role", "content", "type", "text", "tool_calls", "function", "arguments", "stop"),
    *(
        "seed",
        "max_tokens",
        "image_url",
        "file",
        "source",
        "summary",
        "output",
        "conversation",
        "response_format",
        "system",
        "n",
        "name",
    ),
]
KINDS = ["text", "user", "assistant", "tool", "function_call", "reasoning", "image", "tool_result", "message", "file"]
TEXT = st.text(st.characters(exclude_categories=()))  # with halves of characters, as JavaScript cuts them
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | TEXT | st.sampled_from(KINDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=20,
)


def read_history(read: Any, *messages: Any) -> Any:
    name = "input" if read is read_responses_request else "messages"
    return json.loads(read({name: list(messages)})["gen_ai.input.messages"])


@pytest.mark.parametrize("read", READERS)
@given(body=st.dictionaries(st.sampled_from(NAMES), ANYTHING))
def test_any_body_becomes_attributes_that_a_span_takes(read: Any, body: dict[str, Any]) -> None:
    for key, value in read(body).items():
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, str):
                part.encode("utf-8")
            else:
                assert isinstance(part, float) or abs(part) < 2**63
        if key.endswith(("messages", "instructions", "definitions")):
            assert isinstance(json.loads(value), list)


def test_media_of_a_chat_are_named_and_not_copied() -> None:
    content = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": "https://example.org/fox.png"}},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
        {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
        {"type": "file", "file": {"file_id": "file-1"}},
    ]
    [message] = read_history(read_chat_request, {"role": "user", "content": content})
    assert message["parts"] == [
        {"type": "text", "content": "What is this?"},
        {"type": "uri", "modality": "image", "mime_type": None, "uri": "https://example.org/fox.png"},
        {"type": "blob", "modality": "image", "mime_type": "image/png", "content": ""},
        {"type": "blob", "modality": "audio", "mime_type": "audio/wav", "content": ""},
        {"type": "file", "modality": "document", "mime_type": None, "file_id": "file-1"},
    ]


def test_media_of_a_response_are_named_and_not_copied() -> None:
    content = [
        {"type": "input_image", "image_url": "data:image/png;base64,AAAA"},
        {"type": "input_file", "file_data": "data:application/pdf;base64,AAAA"},
    ]
    [message] = read_history(read_responses_request, {"role": "user", "content": content})
    assert [(part["type"], part["mime_type"], part["content"]) for part in message["parts"]] == [
        ("blob", "image/png", ""),
        ("blob", "application/pdf", ""),
    ]


def test_media_of_a_message_are_named_and_not_copied() -> None:
    content = [
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}},
        {"type": "image", "source": {"type": "url", "url": "https://example.org/fox.png"}},
        {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "Foxes are quick."}},
    ]
    [message] = read_history(read_messages_request, {"role": "user", "content": content})
    assert message["parts"] == [
        {"type": "blob", "modality": "image", "mime_type": "image/png", "content": ""},
        {"type": "uri", "modality": "image", "mime_type": None, "uri": "https://example.org/fox.png"},
        {"type": "text", "content": "Foxes are quick."},
    ]


def test_tools_of_a_chat_are_told_whichever_way_they_were_written() -> None:
    history = [
        {"role": "assistant", "content": None, "function_call": {"name": "look", "arguments": '{"at": 1}'}},
        {"role": "function", "name": "look", "content": "a fox"},
        {"role": "assistant", "tool_calls": [{"id": "1", "type": "custom", "custom": {"name": "run", "input": "ls"}}]},
        {"role": "tool", "tool_call_id": "1", "content": [{"type": "text", "text": "fox.txt"}]},
    ]
    assert [message["parts"] for message in read_history(read_chat_request, *history)] == [
        [{"type": "tool_call", "id": "", "name": "look", "arguments": {"at": 1}}],
        [{"type": "tool_call_response", "id": "", "response": "a fox"}],
        [{"type": "tool_call", "id": "1", "name": "run", "arguments": "ls"}],
        [{"type": "tool_call_response", "id": "1", "response": "fox.txt"}],
    ]


def test_thoughts_and_refusals_are_told() -> None:
    said = {"role": "assistant", "reasoning_content": "Hm.", "content": None, "refusal": "No."}
    [message] = read_history(read_chat_request, said)
    assert message["parts"] == [{"type": "reasoning", "content": "Hm."}, {"type": "text", "content": "No."}]
    thought = {"role": "assistant", "content": [{"type": "thinking", "thinking": "Hm.", "signature": "x"}]}
    [message] = read_history(read_messages_request, thought)
    assert message["parts"] == [{"type": "reasoning", "content": "Hm."}]


def test_messages_that_are_objects_of_the_client_are_read_like_dictionaries() -> None:
    function = SimpleNamespace(name="look", arguments="{}")
    call = SimpleNamespace(id="1", function=function, custom=None)
    answer = SimpleNamespace(role="assistant", content=None, refusal=None, tool_calls=[call], function_call=None)
    [message] = read_history(read_chat_request, answer)
    assert message["parts"] == [{"type": "tool_call", "id": "1", "name": "look", "arguments": {}}]


def test_tools_that_the_provider_runs_are_told_by_their_type() -> None:
    search = {"type": "web_search_20250305", "name": "web_search"}
    told = json.loads(str(read_messages_request({"tools": [search]})["gen_ai.tool.definitions"]))
    assert told == [{"type": "web_search_20250305", "name": "web_search"}]
    told = json.loads(str(read_responses_request({"tools": [{"type": "web_search"}]})["gen_ai.tool.definitions"]))
    assert told == [{"type": "web_search"}]


def test_a_history_that_is_too_long_is_cut_and_stays_json() -> None:
    long = "x" * LENGTH_LIMIT
    body = {"messages": [{"role": "user", "content": long}, {"role": "user", "content": "Which animal?"}]}
    text = str(read_chat_request(body)["gen_ai.input.messages"])
    assert len(text) <= LENGTH_LIMIT
    first, last = json.loads(text)
    assert first["parts"][0]["content"].endswith("…")
    assert last["parts"][0]["content"] == "Which animal?"
    assert json.loads(encode_messages([{"role": "user", "parts": []}])) == [{"role": "user", "parts": []}]
