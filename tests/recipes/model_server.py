"""A model's API on this machine, as OpenAI, Anthropic and Gemini speak it: requests in, the same answers out.

It completes, streams, calls each tool that it is offered once, embeds, and refuses what is `broken`. What it is to
say to which question can be given in a `Script`.
"""

import json
import re
import threading
import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ANSWER = "Order 4711 left our warehouse yesterday."
STORY = " ".join(f"Chapter {number} of a story that goes on and on." for number in range(1, 21))
ARGUMENTS = {"order": 4711}
TASK = "Who brings order 4711?"
"""What an agent asks another one."""
VERSION = "-2026-01-01"
"""What the name of the model that answers has behind the name of the model asked for."""
INPUT_TOKENS, CACHED_TOKENS, OUTPUT_TOKENS, REASONING_TOKENS = 31, 16, 9, 4
AUDIO_TOKENS = 12
LOGPROBS_OF_RESPONSES = "message.output_text.logprobs"
GEMINI = "/models/"
"""In the path of every request to it."""
BROKEN = "broken"
"""As the model's name, or as all that is asked."""
WORD_SECONDS = 0.01

EMBEDDING_SIZE = 8

Body = dict[str, Any]


@dataclass(frozen=True)
class Script:
    """What is said to a message in which a question stands; and what it is rewritten to where that is asked."""

    answers: Mapping[str, str] = field(default_factory=dict)
    rewrites: Mapping[str, str] = field(default_factory=dict)
    second_answers: Mapping[str, str] = field(default_factory=dict)
    """To whoever asks the very same again."""
    frame: str = "{}"
    """What stands around each of these answers."""

    def find_answer(self, message: str) -> str | None:
        """To the question that stands last in it."""
        said = self.rewrites if "standalone" in message else self.answers
        found = [question for question in self.answers if question in message]
        question = max(found, key=lambda each: (message.rfind(each) + len(each), len(each)), default=None)
        return None if question is None else self.frame.format(said.get(question, question))


class ModelServer(ThreadingHTTPServer):
    """Remembers the body of every request."""

    daemon_threads = True

    def __init__(self, script: Script) -> None:
        super().__init__(("127.0.0.1", 0), ModelHandler)
        self.asked: list[Body] = []
        self.script = script

    def choose_reply(self, body: Body) -> "Reply":
        text = choose_answer(body, self.script)
        is_again = sum(each == body for each in self.asked) > 1
        if is_again and text is not None:
            text = self.script.second_answers.get(text, text)
        return Reply(text, len(self.asked), is_again)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def variables(self) -> dict[str, str]:
        """Where the providers' official clients find it."""
        return {
            "OPENAI_BASE_URL": f"{self.url}/v1",
            "OPENAI_API_BASE": f"{self.url}/v1",
            "OPENAI_API_KEY": "sk-none",
            "ANTHROPIC_BASE_URL": self.url,
            "ANTHROPIC_API_KEY": "sk-none",
            "GOOGLE_GEMINI_BASE_URL": self.url,
            "GEMINI_API_KEY": "none",
        }


@contextmanager
def run_model(script: Script | None = None) -> Iterator[ModelServer]:
    with ModelServer(script or Script()) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()


class ModelHandler(BaseHTTPRequestHandler):
    server: ModelServer

    def log_message(self, format: str, *args: object) -> None:
        """Tests print nothing."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if GEMINI in self.path:
            body = translate_gemini(self.path, body)
        self.server.asked.append(body)
        if BROKEN in (body.get("model"), read_question(body)):
            message = "The model `broken` does not exist"
            error = {"message": message, "type": "invalid_request_error", "code": "model_not_found"}
            gemini = {"message": message, "status": "NOT_FOUND", "code": 404}
            self.send_json({"type": "error", "error": gemini if GEMINI in self.path else error}, 404)
        elif self.path.endswith("/embeddings"):
            self.send_json(embed(body))
        else:
            answer = next(speak for path, speak in SPEAKERS.items() if path in self.path)
            complete, events = answer(body, self.server.choose_reply(body))
            self.send_events(events) if body.get("stream") else self.send_json(complete)

    def send_json(self, value: Body, status: int = 200) -> None:
        encoded = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(encoded)))
        self.end_headers()
        self.wfile.write(encoded)

    def send_events(self, events: list[Body | str]) -> None:
        """Server-sent events, slowly enough that a reader can leave in the middle."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        with suppress(ConnectionError):
            for event in events:
                name = f"event: {event['type']}\n" if isinstance(event, dict) and "type" in event else ""
                data = event if isinstance(event, str) else json.dumps(event)
                self.wfile.write(f"{name}data: {data}\n\n".encode())
                time.sleep(WORD_SECONDS)


@dataclass(frozen=True)
class Reply:
    """What is said to a request."""

    text: str | None
    """None where a tool is to be called."""
    number: int
    """Of the request, from 1: what is said has an id of its own."""
    is_again: bool
    """Whether the very same was asked before."""


def choose_answer(body: Mapping[str, Any], script: Script) -> str | None:
    """The text to say; None where a tool is to be called."""
    scripted = script.find_answer(join_instructions(body) + find_user_text(body))
    if scripted is None and "story" in json.dumps(read_messages(body)):
        return STORY
    is_to_call = count_results(body, since_question=True) < len(body.get("tools") or [])
    return None if is_to_call else scripted or ANSWER


def read_messages(body: Mapping[str, Any]) -> list[Any]:
    messages = body.get("messages") or body.get("input") or []
    return messages if isinstance(messages, list) else [{"role": "user", "content": messages}]


def read_question(body: Mapping[str, Any]) -> object:
    """The content of the last message."""
    messages = read_messages(body)
    return messages[-1].get("content") if messages and isinstance(messages[-1], Mapping) else None


def join_instructions(body: Mapping[str, Any]) -> str:
    """Where a chain of LangChain asks for a question to be rewritten."""
    return "\n".join(str(each["content"]) for each in read_messages(body) if each.get("role") == "system")


def find_user_text(body: Mapping[str, Any]) -> str:
    """Of the last message that a user wrote."""
    for message in reversed(read_messages(body)):
        if message.get("role") == "user" and not holds_result(message):
            content = message["content"]
            return content if isinstance(content, str) else "\n".join(str(part.get("text", "")) for part in content)
    return ""


def holds_result(message: Mapping[str, Any]) -> bool:
    """Whether it tells a tool's result, to the API of OpenAI or of Anthropic."""
    content = message.get("content")
    parts = content if isinstance(content, list) else []
    is_told = message.get("role") == "tool" or message.get("type") == "function_call_output"
    return is_told or any(part.get("type") == "tool_result" for part in parts)


def count_results(body: Mapping[str, Any], since_question: bool = False) -> int:
    count = 0
    for message in reversed(read_messages(body)):
        if holds_result(message):
            count += 1
        elif since_question and message.get("role") == "user":
            break
    return count


def split_words(text: str) -> list[str]:
    return [word + " " for word in text.split(" ")[:-1]] + [text.split(" ")[-1]]


def call_tool(body: Mapping[str, Any]) -> tuple[str, Body]:
    """Name and arguments of the next tool that was not called yet since the user's last message."""
    tool = body["tools"][count_results(body, since_question=True)]
    told = tool.get("function", tool)
    schema = told.get("parameters") or told.get("input_schema") or {}
    return told["name"], fill_arguments(schema, find_user_text(body))


def fill_arguments(schema: Mapping[str, Any], text: str) -> Body:
    """
    >>> fill_arguments({"properties": {"query": {"type": "string"}}}, "Where is it?")
    {'query': 'Where is it?'}
    """
    properties = schema.get("properties") or {"order": {}}
    known: Body = ARGUMENTS | {"task": TASK}
    return {name: known.get(name, text if told.get("type") == "string" else 1) for name, told in properties.items()}


def number_call(body: Mapping[str, Any]) -> int:
    """Of the tool's call in the whole dialogue, from 1."""
    return count_results(body) + 1


def embed(body: Mapping[str, Any]) -> Body:
    texts = body["input"] if isinstance(body["input"], list) else [body["input"]]
    return {
        "object": "list",
        "model": body["model"],
        "data": [
            {"object": "embedding", "index": index, "embedding": embed_words(str(text))}
            for index, text in enumerate(texts)
        ],
        "usage": {"prompt_tokens": INPUT_TOKENS, "total_tokens": INPUT_TOKENS},
    }


def embed_words(text: str) -> list[float]:
    """Alike for texts that have words in common."""
    vector = [0.1] * EMBEDDING_SIZE
    for word in re.findall(r"\w{3,}", text.lower()):
        vector[zlib.crc32(word.encode()) % EMBEDDING_SIZE] += 1
    return vector


def count_chat_tokens(body: Body) -> Body:
    """Those of sound only where there is some, those of the cache always."""
    has_sound = '"input_audio"' in json.dumps(body)
    sound = {"audio_tokens": AUDIO_TOKENS} if has_sound else {}
    return {
        "prompt_tokens": INPUT_TOKENS,
        "completion_tokens": OUTPUT_TOKENS,
        "total_tokens": INPUT_TOKENS + OUTPUT_TOKENS,
        "prompt_tokens_details": {"cached_tokens": CACHED_TOKENS} | sound,
        "completion_tokens_details": {"reasoning_tokens": REASONING_TOKENS}
        | ({"audio_tokens": 0} if has_sound else {}),
    }


def rate_words(words: list[str]) -> list[Body]:
    """Their log-probabilities, each with that of a second word that might have been said."""
    rated = [(word, -(number % 3) / 4 - 0.25) for number, word in enumerate(words)]
    return [
        rate_token(word, logprob) | {"top_logprobs": [rate_token(word, logprob), rate_token("or ", logprob - 1)]}
        for word, logprob in rated
    ]


def rate_token(token: str, logprob: float) -> Body:
    return {"token": token, "logprob": logprob, "bytes": list(token.encode())}


def call_function(body: Body) -> Body:
    name, arguments = call_tool(body)
    function = {"name": name, "arguments": json.dumps(arguments)}
    return {"id": f"call_{number_call(body)}", "type": "function", "function": function}


def speak_chat(body: Body, reply: Reply) -> tuple[Body, list[Body | str]]:
    """OpenAI's chat completions: the whole answer, and the same as chunks."""
    text = reply.text
    calls = [call_function(body)] if text is None else None
    reason = "stop" if text is not None else "tool_calls"
    head = {"id": f"chatcmpl-{reply.number}", "created": 1, "model": body["model"] + VERSION}
    usage = count_chat_tokens(body)
    message = {"role": "assistant", "content": text} | ({"tool_calls": calls} if calls else {})
    words = split_words(text) if text is not None else []
    rated = [{"logprobs": {"content": [each], "refusal": None}} for each in rate_words(words)]
    choice = {"index": 0, "message": message, "finish_reason": reason}
    if body.get("logprobs"):
        choice["logprobs"] = {"content": rate_words(words), "refusal": None}
    complete = head | {"object": "chat.completion", "choices": [choice], "usage": usage}
    deltas: list[Body] = [{"delta": {"role": "assistant", "content": ""}}]
    for word, told in zip(words, rated, strict=True):
        deltas.append({"delta": {"content": word}} | (told if body.get("logprobs") else {}))
    deltas += [{"delta": {"tool_calls": [{"index": 0, **call} for call in calls]}}] if calls else []
    chunk = head | {"object": "chat.completion.chunk"}
    events: list[Body | str] = [chunk | {"choices": [{"index": 0, **each}]} for each in deltas]
    events.append(chunk | {"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})
    if (body.get("stream_options") or {}).get("include_usage"):
        events.append(chunk | {"choices": [], "usage": usage})
    return complete, [*events, "[DONE]"]


def call_in_responses(body: Body) -> Body:
    name, arguments = call_tool(body)
    ids = {"id": f"fc_{number_call(body)}", "call_id": f"call_{number_call(body)}"}
    return {"type": "function_call", **ids, "status": "completed", "name": name, "arguments": json.dumps(arguments)}


def speak_responses(body: Body, reply: Reply) -> tuple[Body, list[Body | str]]:
    """OpenAI's responses: the whole answer, and the same as events."""
    text = reply.text
    part: Body = {"type": "output_text", "text": text, "annotations": []}
    if text is not None and LOGPROBS_OF_RESPONSES in (body.get("include") or []):
        part["logprobs"] = rate_words(split_words(text))
    message = {"type": "message", "id": f"msg_{reply.number}", "role": "assistant", "status": "completed"}
    item: Body = message | {"content": [part]} if text is not None else call_in_responses(body)
    usage = {
        "input_tokens": INPUT_TOKENS,
        "output_tokens": OUTPUT_TOKENS,
        "total_tokens": INPUT_TOKENS + OUTPUT_TOKENS,
        "input_tokens_details": {"cached_tokens": CACHED_TOKENS},
        "output_tokens_details": {"reasoning_tokens": REASONING_TOKENS},
    }
    head: Body = {
        "id": f"resp_{reply.number}",
        "object": "response",
        "created_at": 1,
        "model": body["model"] + VERSION,
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": body.get("tools") or [],
        "previous_response_id": body.get("previous_response_id"),
    }
    begun = head | {"status": "in_progress", "output": []}
    complete = head | {"status": "completed", "output": [item], "usage": usage}
    place: Body = {"output_index": 0, "item_id": item["id"]}
    events: list[Body] = [{"type": "response.created", "response": begun}]
    started = item | ({"content": [], "status": "in_progress"} if text is not None else {"arguments": ""})
    events.append({"type": "response.output_item.added", "output_index": 0, "item": started})
    if text is not None:
        place["content_index"] = 0
        events.append({"type": "response.content_part.added", **place, "part": part | {"text": ""}})
        delta = {"type": "response.output_text.delta", **place, "logprobs": []}
        events += [delta | {"delta": word} for word in split_words(text)]
        events.append({"type": "response.output_text.done", **place, "text": text, "logprobs": []})
        events.append({"type": "response.content_part.done", **place, "part": part})
    else:
        done = {"type": "response.function_call_arguments.done", **place, "arguments": item["arguments"]}
        events.append({"type": "response.function_call_arguments.delta", **place, "delta": item["arguments"]})
        events.append(done | {"name": item["name"]})
    events.append({"type": "response.output_item.done", "output_index": 0, "item": item})
    events.append({"type": "response.completed", "response": complete})
    return complete, [event | {"sequence_number": number} for number, event in enumerate(events)]


def count_message_tokens(body: Body, reply: Reply) -> Body:
    """Anthropic counts cached tokens beside the others, and tells how long those that it wrote are kept."""
    writes = '"cache_control"' in json.dumps(body) and not reply.is_again
    written, read = (CACHED_TOKENS, 0) if writes else (0, CACHED_TOKENS)
    hour = written if '"1h"' in json.dumps(body) else 0
    kept = {"ephemeral_1h_input_tokens": hour, "ephemeral_5m_input_tokens": written - hour}
    return {
        "input_tokens": INPUT_TOKENS - CACHED_TOKENS,
        "cache_read_input_tokens": read,
        "cache_creation_input_tokens": written,
        **({"cache_creation": kept} if '"cache_control"' in json.dumps(body) else {}),
    }


def use_tool(body: Body) -> Body:
    name, arguments = call_tool(body)
    return {"type": "tool_use", "id": f"toolu_{number_call(body)}", "name": name, "input": arguments}


def speak_messages(body: Body, reply: Reply) -> tuple[Body, list[Body | str]]:
    """Anthropic's messages: the whole answer, and the same as events."""
    text = reply.text
    block: Body = {"type": "text", "text": text} if text is not None else use_tool(body)
    reason = "end_turn" if text is not None else "tool_use"
    counted = count_message_tokens(body, reply)
    head = {"id": f"msg_{reply.number}", "type": "message", "role": "assistant", "model": body["model"] + VERSION}
    usage = counted | {"output_tokens": OUTPUT_TOKENS}
    complete = head | {"content": [block], "stop_reason": reason, "stop_sequence": None, "usage": usage}
    begun = head | {"content": [], "stop_reason": None, "stop_sequence": None, "usage": counted | {"output_tokens": 1}}
    nothing: Body = {"text": ""} if text is not None else {"input": {}}
    empty = block | nothing
    deltas: list[Body] = (
        [{"type": "text_delta", "text": word} for word in split_words(text)]
        if text is not None
        else [{"type": "input_json_delta", "partial_json": json.dumps(block["input"])}]
    )
    ended = {"stop_reason": reason, "stop_sequence": None}
    return complete, [
        {"type": "message_start", "message": begun},
        {"type": "content_block_start", "index": 0, "content_block": empty},
        *({"type": "content_block_delta", "index": 0, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": ended, "usage": {"output_tokens": OUTPUT_TOKENS}},
        {"type": "message_stop"},
    ]


def translate_gemini(path: str, body: Body) -> Body:
    """A request to Gemini's API in the words of OpenAI's."""
    model, _, method = path.partition(GEMINI)[2].partition(":")
    messages = [message for content in body["contents"] for message in translate_content(content)]
    functions = [each for tool in body.get("tools") or [] for each in tool.get("functionDeclarations", [])]
    return {
        "model": model,
        "messages": messages,
        "stream": method.startswith("stream"),
        "tools": [
            each | {"parameters": each.get("parametersJsonSchema", each.get("parameters"))} for each in functions
        ],
    }


def translate_content(content: Body) -> Iterator[Body]:
    """One message for each part; what the model called is none of them."""
    for part in content["parts"]:
        if "functionResponse" in part:
            yield {"role": "tool", "content": json.dumps(part["functionResponse"])}
        elif "text" in part:
            yield {"role": "user" if content.get("role") == "user" else "assistant", "content": part["text"]}


def speak_gemini(body: Body, reply: Reply) -> tuple[Body, list[Body | str]]:
    """Gemini's contents: the whole answer, and the same in pieces, the last of which tells the tokens."""
    if reply.text is None:
        name, arguments = call_tool(body)
        pieces: list[Body] = [{"functionCall": {"name": name, "args": arguments}}]
    else:
        pieces = [{"text": word} for word in split_words(reply.text)]
    # Gemini counts thoughts beside the tokens of the answer.
    usage = {
        "promptTokenCount": INPUT_TOKENS,
        "cachedContentTokenCount": CACHED_TOKENS,
        "candidatesTokenCount": OUTPUT_TOKENS - REASONING_TOKENS,
        "thoughtsTokenCount": REASONING_TOKENS,
        "totalTokenCount": INPUT_TOKENS + OUTPUT_TOKENS,
    }
    head = {"modelVersion": body["model"] + VERSION, "responseId": f"gemini-{reply.number}"}
    whole = pieces if reply.text is None else [{"text": reply.text}]
    end = {"finishReason": "STOP", "index": 0, "avgLogprobs": -0.25}
    complete = head | {"candidates": [{"content": {"role": "model", "parts": whole}} | end], "usageMetadata": usage}
    events: list[Body | str] = [
        head | {"candidates": [{"content": {"role": "model", "parts": [piece]}, "index": 0}]} for piece in pieces
    ]
    empty: Body = {"content": {"role": "model", "parts": [{"text": ""}]}}
    return complete, [*events, head | {"candidates": [empty | end], "usageMetadata": usage}]


SPEAKERS = {
    "/chat/completions": speak_chat,
    "/responses": speak_responses,
    "/messages": speak_messages,
    GEMINI: speak_gemini,
}
